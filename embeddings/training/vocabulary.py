"""English word pieces for a Chinese vocabulary, and where their vectors start.

A new piece starts at the mean of the Chinese characters that stand in the same pairs more often than chance
would have it (a one-step word alignment by association, after Gale and Church 1991), so that the body reads
an English word at once as something it knows.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

LATIN = re.compile(r"[a-z]")
IN_ENGLISH = re.compile(r"(##)?[\u0021-\u024f\u2010-\u206f]+")


def learn_pieces(english: Sequence[str], size: int) -> list[str]:
    """Learn `size` lower-cased word pieces from English text."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, min_frequency=5, special_tokens=["[UNK]"], show_progress=False
    )
    tokenizer.train_from_iterator(english, trainer)
    return [piece for piece, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]


def extend(tokenizer: Tokenizer, pieces: Sequence[str]) -> Tokenizer:
    """Return the tokenizer with the Latin pieces it lacks added at the end of its vocabulary."""
    state = json.loads(tokenizer.to_str())
    vocabulary: dict[str, int] = state["model"]["vocab"]
    for piece in pieces:
        if piece not in vocabulary and re.fullmatch(r"(##)?[a-z0-9]+", piece) and LATIN.search(piece):
            vocabulary[piece] = len(vocabulary)
    return Tokenizer.from_str(json.dumps(state, ensure_ascii=False))


def latin_rows(tokenizer: Tokenizer) -> list[int]:
    """List the rows that hold Latin letters (special tokens are upper-cased and stay out)."""
    return sorted(row for piece, row in tokenizer.get_vocab().items() if LATIN.search(piece))


def counts(ids: Sequence[Sequence[int]], size: int) -> sparse.csr_matrix:
    """Count which tokens each text has: a (texts, size) matrix of zeros and ones."""
    lengths = [len(set(row)) for row in ids]
    columns = np.fromiter((i for row in ids for i in set(row)), dtype=np.int32, count=sum(lengths))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return sparse.csr_matrix((np.ones(len(columns), np.float32), columns, starts), shape=(len(ids), size))


def associated(
    english: sparse.csr_matrix,
    chinese: sparse.csr_matrix,
    rows: Sequence[int],
    table: NDArray[np.float32],
    best: int = 5,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return for each English row the weighted mean vector of its most associated Chinese tokens, and its
    support.

    Association is the surplus over chance, `n(e,c) - n(e)n(c)/N`, as a share of `sqrt(n(e)n(c))`.
    """
    total = english.shape[0]
    n_english = np.asarray(english.sum(0)).ravel()
    n_chinese = np.asarray(chinese.sum(0)).ravel()
    vectors = np.zeros((len(rows), table.shape[1]), np.float32)
    support = np.zeros(len(rows), np.float32)
    transposed = english.T.tocsr()
    for start in range(0, len(rows), 512):
        part = list(rows[start : start + 512])
        together = np.asarray((transposed[part] @ chinese).todense())
        expected = n_english[part][:, None] * n_chinese[None, :] / total
        strength = (together - expected) / np.sqrt(
            np.maximum(n_english[part][:, None] * n_chinese[None, :], 1.0)
        )
        strength[:, n_chinese < 3] = 0
        top = np.argpartition(-strength, best, axis=1)[:, :best]
        weights = np.maximum(np.take_along_axis(strength, top, 1), 0) ** 2
        sums = weights.sum(1, keepdims=True)
        vectors[start : start + len(part)] = np.einsum(
            "rk,rkd->rd", weights / np.maximum(sums, 1e-9), table[top]
        )
        support[start : start + len(part)] = np.where(sums[:, 0] > 0, n_english[part], 0)
    return vectors, support


def without(tokenizer: Tokenizer, dropped: Collection[str]) -> Tokenizer:
    """Return the tokenizer without some pieces; the rest keep their ids, so that gaps remain."""
    state = json.loads(tokenizer.to_str())
    vocabulary: dict[str, int] = state["model"]["vocab"]
    state["model"]["vocab"] = {piece: row for piece, row in vocabulary.items() if piece not in dropped}
    return Tokenizer.from_str(json.dumps(state, ensure_ascii=False))


def english_only(tokenizer: Tokenizer, english: Sequence[str], size: int) -> Tokenizer:
    """Keep what English is made of: marks, digits, letters, and the `size` most frequent pieces."""
    seen: Counter[int] = Counter()
    for start in range(0, len(english), 20_000):
        for encoding in tokenizer.encode_batch_fast(list(english[start : start + 20_000])):
            seen.update(encoding.ids)
    pieces = tokenizer.get_vocab()
    marks = {piece for piece in pieces if IN_ENGLISH.fullmatch(piece) and not LATIN.search(piece)}
    letters = {piece for piece in pieces if LATIN.search(piece) and len(piece.removeprefix("##")) == 1}
    words = sorted(
        (piece for piece in pieces if LATIN.search(piece)), key=lambda piece: (-seen[pieces[piece]], piece)
    )
    kept = marks | letters | set(words[:size]) | {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    return without(tokenizer, pieces.keys() - kept)


def renumbered(tokenizer: Tokenizer) -> tuple[Tokenizer, list[int]]:
    """Close the gaps between ids; return the tokenizer and the old row of each new one."""
    state = json.loads(tokenizer.to_str())
    vocabulary: dict[str, int] = state["model"]["vocab"]
    pieces = sorted(vocabulary, key=vocabulary.__getitem__)
    place = {piece: row for row, piece in enumerate(pieces)}
    state["model"]["vocab"] = place
    for token in state["added_tokens"]:
        token["id"] = place[token["content"]]
    special = state["post_processor"]["special_tokens"]
    for token in special.values():
        token["ids"] = [place[piece] for piece in token["tokens"]]
    return Tokenizer.from_str(json.dumps(state, ensure_ascii=False)), [vocabulary[piece] for piece in pieces]
