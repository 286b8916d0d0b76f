"""Training pairs: what is read, what is left out, and what is held back."""

from __future__ import annotations

import gzip
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CHINESE = re.compile(r"[\u4e00-\u9fff]")

# How often a row of a source is seen in one pass. News and encyclopaedia sentences are few and the closest
# to bulletins; dictionary glosses are many and short.
PASSES = {
    "jiyu-examples": 1.0,
    "tatoeba": 1.0,
    "3am": 0.5,
    "cc-cedict": 0.4,
    "geonames-cities": 0.8,
    "mlqe-pe": 2.0,
    "tico19-test": 3.0,
    "NTREX-128": 3.0,
    "flores200-devtest": 3.0,
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One Chinese text and the same said in English."""

    zh: str
    en: str
    source: str


def held_out(text: str, one_in: int) -> bool:
    """Tell by a checksum of the text whether its row is kept for development."""
    return zlib.crc32(text.encode()) % one_in == 0


def is_clean(pair: Pair) -> bool:
    """Tell whether both sides can be a translation of each other, judged by script and length alone."""
    letters = len(CHINESE.findall(pair.zh))
    words = len(pair.en.split())
    if letters == 0 or words == 0 or CHINESE.search(pair.en) or len(pair.zh) > 90 or words > 60:
        return False
    if pair.source in ("cc-cedict", "geonames-cities"):
        return not re.match(r"(surname|variant|old variant|used in|see )\b", pair.en)
    return letters < 6 or 0.25 <= words / letters <= 1.5


def read_pairs(folder: Path) -> tuple[list[Pair], list[Pair]]:
    """Read `parallel.tsv.gz` (zh, en, source) into rows to train on and rows held back."""
    train: list[Pair] = []
    development: list[Pair] = []
    with gzip.open(folder / "parallel.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            zh, en, source = line.rstrip("\n").split("\t")
            pair = Pair(zh.strip(), re.sub(r"\(abbr\. for[ 、]*\)", "", en).strip(), source)
            if not is_clean(pair):
                continue
            sentence = source not in ("cc-cedict", "geonames-cities", "3am") and len(zh) > 10
            (development if sentence and held_out(zh, 300) else train).append(pair)
    return train, development


def one_pass(pairs: Sequence[Pair], seed: int) -> list[Pair]:
    """Draw one pass over the pairs by the weights of their sources; English questions count twice."""
    draw = random.Random(seed)
    drawn: list[Pair] = []
    for pair in pairs:
        times = PASSES[pair.source] * (2 if pair.en.endswith("?") else 1)
        drawn.extend([pair] * (int(times) + (draw.random() < times % 1)))
    draw.shuffle(drawn)
    return drawn


def batches(pairs: Sequence[Pair], tokens: int, seed: int) -> Iterator[list[Pair]]:
    """Group pairs of like length into batches of about `tokens` English tokens, in random order."""
    draw = random.Random(seed)
    pool_size = 30_000
    for start in range(0, len(pairs), pool_size):
        pool = sorted(pairs[start : start + pool_size], key=lambda pair: len(pair.en))
        grouped: list[list[Pair]] = []
        batch: list[Pair] = []
        for pair in pool:
            batch.append(pair)
            if len(batch) * (len(pair.en) / 4 + 3) >= tokens or len(batch) == 320:
                grouped.append(batch)
                batch = []
        draw.shuffle(grouped)
        yield from grouped
