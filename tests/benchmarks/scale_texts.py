"""Made-up bulletins and questions of any number, and vectors for them: the same for the same seed.

Words are those of jieba's dictionary at their frequency there, each item around its own forty, three
passages of about 140 characters an item, so that posting lists have the lengths that language gives them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings import load_encoder
from qa.text import tokens
from qa.types import Bulletin, Item, Page, Passage, Sentence

SEED = 7
PASSAGES_AN_ITEM = 3
SENTENCES = 3
WORDS = 22
ITEMS_A_BULLETIN = 100
BASES = 4000
QUESTIONS = 400


class Words:
    """Words of jieba's dictionary, drawn by their frequency there."""

    def __init__(self) -> None:
        import jieba

        entries = []
        with (Path(jieba.__file__).parent / "dict.txt").open(encoding="utf-8") as stream:
            for line in stream:
                word, frequency, *_ = line.split(" ")
                if len(word) <= 4:
                    entries.append((int(frequency), word))
        entries.sort(reverse=True)
        self._words = np.array([word for _, word in entries[:80_000]], object)
        weights = np.array([frequency for frequency, _ in entries[:80_000]], float)
        self._bounds = np.cumsum(weights / weights.sum())

    def draw(self, rng: np.random.Generator, *shape: int) -> NDArray[np.object_]:
        """Return an array of words."""
        places = np.searchsorted(self._bounds, rng.random(shape))
        return np.asarray(self._words[np.minimum(places, len(self._words) - 1)])


def sentences(rng: np.random.Generator, words: Words, topic: NDArray[np.object_], count: int) -> list[str]:
    """Return sentences of about 46 characters, a third of their words from the topic."""
    drawn = words.draw(rng, count, WORDS)
    places = rng.integers(0, WORDS, (count, 7))
    np.put_along_axis(drawn, places, topic[rng.integers(0, len(topic), (count, 7))], axis=1)
    said = []
    for row, amount in zip(drawn.tolist(), rng.integers(1, 30_000, count).tolist(), strict=True):
        if amount < 9999:
            row[5] = f"{amount}亿元"
        row[9] += "，"
        said.append("".join(row) + "。")
    return said


def bulletin(number: int, items: int, words: Words) -> Bulletin:
    """Return one made-up bulletin, the same for the same number."""
    rng = np.random.default_rng([SEED, number])
    name, length, lines = f"{number // 1000:03d}/{number:06d}.txt", 0, list[str]()
    digest = hashlib.sha256(name.encode()).hexdigest()
    made = []
    for ordinal in range(items):
        topic = words.draw(rng, 40)
        start, title = length, "".join(topic[:5])
        lines.append(title)
        length += len(title) + 1
        drawn = sentences(rng, words, topic, PASSAGES_AN_ITEM * SENTENCES)
        passages = []
        for place in range(0, len(drawn), SENTENCES):
            begin, at, held = length, length, []
            for said in drawn[place : place + SENTENCES]:
                held.append(Sentence(said, at, at + len(said), 1))
                at += len(said)
            whole = "".join(drawn[place : place + SENTENCES])
            lines.append(whole)
            length = at + 1
            passages.append(Passage(whole, begin, at, 1, tuple(held)))
        day = f"20{10 + number % 12}-{1 + ordinal % 12:02d}-{1 + ordinal % 28:02d}"
        item_id = f"{digest[:10]}-{ordinal:03d}"
        made.append(Item(item_id, title, f"栏目{ordinal % 8}", start, length, 1, day, tuple(passages)))
    named = tuple(f"栏目{place}" for place in range(8))
    text = "".join(f"{line}\n" for line in lines)
    return Bulletin(name, digest, "txt", text, (Page(1, 0, len(text)),), (), named, tuple(made))


def bulletins(size: int, start: int = 0) -> Iterator[Bulletin]:
    """Return made-up bulletins with `size` passages in all, those before number `start` left out."""
    words, items = Words(), -(-size // PASSAGES_AN_ITEM)
    for number in range(start, -(-items // ITEMS_A_BULLETIN)):
        yield bulletin(number, min(ITEMS_A_BULLETIN, items - number * ITEMS_A_BULLETIN), words)


def questions(size: int) -> list[tuple[str, str]]:
    """Return (question, sentence it is about) pairs: six words of the sentence."""
    rng, words = np.random.default_rng(SEED + 1), Words()
    found = []
    count = max(1, -(-size // PASSAGES_AN_ITEM) // ITEMS_A_BULLETIN)
    while len(found) < QUESTIONS:
        [item] = bulletin(int(rng.integers(count)), 1, words).items
        said = item.passages[int(rng.integers(PASSAGES_AN_ITEM))].sentences[int(rng.integers(SENTENCES))].text
        known = [token for token in dict.fromkeys(tokens(said)) if len(token) > 1]
        if len(known) >= 6:
            chosen = sorted(rng.choice(len(known), 6, replace=False).tolist())
            found.append(("".join(known[place] for place in chosen) + "是什么？", said))
    return found


class Drawn:
    """An encoder that gives every text a mixture of three out of a few thousand real vectors.

    A question's vector lies at a cosine of about 0.75 to that of its sentence. With `real`, the question is
    encoded by that encoder too and the result put aside, so that the time is what users wait.
    """

    name = "drawn"

    def __init__(self, bases: NDArray[np.float32], sources: dict[str, str], real: Any = None) -> None:
        self.fingerprint = f"drawn-{hashlib.sha256(bases.tobytes()).hexdigest()[:16]}"
        self.dimension = bases.shape[1]
        self._bases = bases
        self._sources = sources
        self.real = real
        noise = np.random.default_rng(SEED).normal(size=(65_536, self.dimension)).astype(np.float32)
        self._noise = noise / np.linalg.norm(noise, axis=1, keepdims=True)

    def encode_passages(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
        """Return unit rows (n, d)."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        digests = b"".join(hashlib.sha256(text.encode()).digest()[:16] for text in texts)
        codes = np.frombuffer(digests, "<u4").reshape(-1, 4).astype(np.int64)
        mixed = 0.2 * self._noise[codes[:, 3] % len(self._noise)]
        for place, weight in enumerate((0.8, 0.45, 0.3)):
            mixed += weight * self._bases[codes[:, place] % len(self._bases)]
        return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows (n, d), each near its sentence."""
        if self.real is not None:
            self.real.encode_queries(texts)
        near = self.encode_passages([self._sources.get(text, text) for text in texts])
        mixed = near + 0.7 * self.encode_passages(texts)
        return mixed / np.linalg.norm(mixed, axis=1, keepdims=True) if texts else near


def drawn_encoder(work: Path, size: int, real: Any = None) -> Drawn:
    """Return the encoder of a run, embedding its bases once."""
    path = work / "bases.npy"
    if not path.exists():
        words, rng = Words(), np.random.default_rng(SEED)
        said = [sentences(rng, words, words.draw(rng, 40), 1)[0] for _ in range(BASES)]
        np.save(path, load_encoder().encode_passages(said))
    sources = work / f"questions-{size}.json"
    return Drawn(np.load(path), dict(json.loads(sources.read_text())) if sources.exists() else {}, real)
