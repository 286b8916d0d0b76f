"""A small deterministic encoder and bulletins made by hand, for the tests of the store and its indexes."""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.types import Bulletin, DateMention, Enumeration, Item, Page, Passage, Sentence

SECTIONS = ("科创聚焦", "经济热点", "产业动向")
WORDS = [
    "上海",
    "浦东",
    "临港",
    "知识产权",
    "条例",
    "集成电路",
    "产业",
    "基地",
    "企业",
    "创新",
    "发布",
    "落地",
    "投资",
    "亿元",
    "项目",
    "推进",
    "人才",
    "政策",
    "平台",
    "数据",
]


class HashingEncoder:
    """Counts hashed pairs of characters; `texts` holds what it was asked to embed."""

    def __init__(self, name: str = "hashing", dimension: int = 64) -> None:
        self.name = name
        self.fingerprint = f"{name}-{dimension}"
        self.dimension = dimension
        self.texts: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for pair in itertools.pairwise(text):
                code = hashlib.md5("".join(pair).encode("utf-8", "surrogatepass")).digest()
                row[int.from_bytes(code[:4], "little") % self.dimension] += 1 if code[4] & 1 else -1
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(norms, norms, 1)

    def encode_passages(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
        self.texts.extend(texts)
        return self.encode_queries(texts)


def bulletin(
    name: str,
    items: Sequence[tuple[str, Sequence[str]]],
    *,
    date: str | None = None,
    dates: Sequence[str | None] = (),
) -> Bulletin:
    """A bulletin of (title, passages); sections in turn; item dates in order."""
    text = ""
    made = []
    for ordinal, (title, paragraphs) in enumerate(items):
        start, text = len(text), text + title + "\n"
        passages = []
        for paragraph in paragraphs:
            begin, text = len(text), text + paragraph + "\n"
            sentences, place = [], 0
            for part in paragraph.split("。"):
                if part:
                    end = min(place + len(part) + 1, len(paragraph))
                    sentences.append(Sentence(paragraph[place:end], begin + place, begin + end, 1))
                    place = end
            passages.append(Passage(paragraph, begin, begin + len(paragraph), 1, tuple(sentences)))
        digest = hashlib.sha256(name.encode()).hexdigest()
        made.append(
            Item(
                item_id=f"{digest[:10]}-{ordinal:03d}",
                title=title,
                section=SECTIONS[ordinal % 3],
                start=start,
                end=len(text),
                page=1,
                date=dates[ordinal] if ordinal < len(dates) else None,
                passages=tuple(passages),
                enumerations=(Enumeration((start, start + 1), ((start + 1, start + 2),), 3),),
                dates=(DateMention("12 月 30 日", start, start + 4, "2020-12-30", "2020-12-30", "day"),),
            )
        )
    return Bulletin(
        name=name, digest=hashlib.sha256((name + text).encode("utf-8", "surrogatepass")).hexdigest(), format="txt", text=text,
        pages=(Page(1, 0, len(text)),), marks=((0, 1),), sections=SECTIONS, items=tuple(made), date=date, year=2020,
    )  # fmt: skip


def random_text(rng: random.Random, items: int = 3) -> str:
    """The text of a bulletin file that the parser takes: a section, titles and paragraphs."""
    lines = ["科创聚焦 "]
    for _ in range(items):
        lines.append("".join(rng.choices(WORDS, k=4)) + str(rng.randrange(10**6)) + " ")
        for _ in range(2):
            sentences = [
                "".join(rng.choices(WORDS, k=12)) + str(rng.randrange(10**6)) + "。" for _ in range(3)
            ]
            lines.append("".join(sentences) + " ")
    return "\n\n".join(lines) + "\n"


def write_files(folder: Path, count: int, seed: int = 0) -> None:
    """Fill a folder with made-up bulletins."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    for place in range(count):
        (folder / f"{place:03d}.txt").write_text(random_text(rng), encoding="utf-8")
