"""Normalising text for matching, cutting it into sentences and search tokens, telling its language.

Nothing here is ever shown: what the reader sees is the source, sliced.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import tempfile
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f〇々"

_HAN_RUN = re.compile(f"[{HAN}]+")
_WORD = re.compile(f"[{HAN}]+|[^\\W_]+(?:[.,'][^\\W_]+)*", re.UNICODE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_ALPHANUMERIC_PARTS = re.compile(f"[{HAN}]+|[^{HAN}]+")

_PAIRS = {
    "“": "”",
    "‘": "’",
    "（": "）",
    "(": ")",
    "《": "》",
    "〈": "〉",
    "「": "」",
    "『": "』",
    "【": "】",
    "[": "]",
}
_CLOSING = frozenset(_PAIRS.values())
# Marks deeper than this are noise; following them all would let one bad line take quadratic time.
_DEEPEST = 16
_ENDS = "。！？!?"
# A quotation that ends with its own full stop goes on when one of these follows it.
_CONTINUES = frozenset("，,、；;：:。！？!?的地得之等是和与及或为")
_LATIN_STOP = re.compile(r"(?<=[^\W\d_]{2})\.(?=\s+[\"'“(]?[A-Z])|(?<=[0-9)\]%])\.(?=\s+[\"'“(]?[A-Z][a-z])")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|No|vs|etc|Inc|Ltd|Co|St|Fig|Vol|approx)|\b[A-Z])$")
_CHINESE_FUNCTION = re.compile("什么|哪|如何|怎|吗|呢|的|了|是|有|为何|何时|多少|几|谁|请|在|和|与")


def compact(text: str) -> str:
    """`text` without any white space."""
    return "".join(text.split())


def fold(text: str) -> str:
    """NFKC and lower case; white space is kept and the length may change."""
    return unicodedata.normalize("NFKC", text).lower()


def matching_form(text: str) -> str:
    """NFKC, lower case, no white space: two spellings of one string match. Never shown."""
    return compact(fold(text))


def language_of(text: str) -> str:
    """`"zh"` or `"en"`, by what the words are written in.

    Chinese names inside an English question leave it English: `What is 沪冷链?` is `"en"`.
    """
    han = sum(len(run) for run in _HAN_RUN.findall(text))
    latin = len(re.findall(r"[A-Za-z]{2,}", text))
    if han == 0:
        return "en" if latin else "zh"
    if latin == 0 or (_CHINESE_FUNCTION.search(text) and han * 2 >= latin):
        return "zh"
    return "zh" if han >= 2 * latin else "en"


def closing_places(text: str) -> dict[int, int]:
    """Where each quotation mark or bracket that is closed again closes: opening place -> closing place.

    One that is never closed is left out, so that a stray mark swallows nothing.
    """
    closes: dict[int, int] = {}
    stack: list[int] = []
    straight: int | None = None
    for place, character in enumerate(text):
        if character in _PAIRS:
            stack.append(place)
            del stack[:-_DEEPEST]
        elif character in _CLOSING:
            for depth in range(len(stack) - 1, -1, -1):
                if _PAIRS[text[stack[depth]]] == character:
                    closes[stack[depth]] = place
                    del stack[depth:]
                    break
        elif character == '"':
            if straight is None:
                straight = place
            else:
                closes[straight], straight = place, None
    return closes


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of an unwrapped text, white space at their ends left out.

    A sentence ends at 。！？!? or at an English full stop, never inside quotation marks or brackets; a
    closing mark stays with its sentence. `split_sentences("好。“行。”对")` is `[(0, 2), (2, 6), (6, 7)]`.
    """
    closes = closing_places(text)
    latin_stops = {match.start() for match in _LATIN_STOP.finditer(text)}
    spans: list[tuple[int, int]] = []
    start = place = 0
    while place < len(text):
        if place in closes:
            end = closes[place]
            place = end + 1
            ended = text[end - 1] in _ENDS and place < len(text) and text[place] not in _CONTINUES
            if not ended or text[end] in "》）)】]":
                continue
        elif text[place] in _ENDS or (
            place in latin_stops and not _ABBREVIATION.search(text[max(0, place - 8) : place])
        ):
            place += 1
        else:
            place += 1
            continue
        while place < len(text) and (text[place] in _ENDS or text[place] in _CLOSING):
            place += 1
        spans.append((start, place))
        start = place
    spans.append((start, len(text)))
    return [trimmed for span in spans if (trimmed := trim(text, *span))[0] < trimmed[1]]


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def tokens(text: str) -> list[str]:
    """Search tokens in order: Chinese words in jieba's search mode, other words and numbers whole.

    `tokens("G60 科创走廊，PM2.5")` is `["g60", "科创", "走廊", "pm2.5"]`. Punctuation is dropped;
    1,000 and 1000 are one token.
    """
    if len(text) <= 2000:
        return list(_short_tokens(text))
    return _tokens(text)


@lru_cache(maxsize=4096)
def _short_tokens(text: str) -> tuple[str, ...]:
    return tuple(_tokens(text))


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    segmenter: Any = None
    for match in _WORD.finditer(fold(text)):
        for part in _ALPHANUMERIC_PARTS.findall(match.group()):
            if _HAN_RUN.fullmatch(part):
                segmenter = segmenter or _segmenter()
                found.extend(segmenter.cut_for_search(part))
            else:
                found.extend(_plain_words(part))
    return found


def _plain_words(word: str) -> list[str]:
    if _THOUSANDS.fullmatch(word):
        return [word.replace(",", "")]
    words: list[str] = []
    for part in word.split(","):
        stripped = part.strip(".'")
        # A dot joins only what holds a digit (pm2.5, 2.0): elsewhere it ends a sentence that lacks a space.
        if "." in stripped and not any(character.isdigit() for character in stripped):
            words.extend(piece for piece in stripped.split(".") if piece)
        elif stripped:
            words.append(stripped.removesuffix("'s"))
    return words


_lock = threading.Lock()
_loaded: Any = None


def _segmenter() -> Any:
    """jieba's default dictionary, loaded once, quietly, by whichever thread comes first."""
    global _loaded
    if _loaded is None:
        with _lock:
            if _loaded is None:
                _loaded = _load_segmenter()
    return _loaded


def _load_segmenter() -> Any:
    import jieba

    jieba.setLogLevel(logging.CRITICAL)
    segmenter = jieba.Tokenizer()
    folder = _private_cache_folder(f"jieba-{jieba.__version__}")
    # jieba reads its cache with marshal, which must never be a file that somebody else can plant: without a
    # folder of the user's own, the dictionary is read afresh.
    with contextlib.nullcontext(folder) if folder else tempfile.TemporaryDirectory() as cache:
        segmenter.tmp_dir = str(cache)
        segmenter.initialize()
    return segmenter


def _private_cache_folder(name: str) -> Path | None:
    """A folder in the user's cache, made with mode 0700; None when it isn't theirs alone."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    with contextlib.suppress(OSError, RuntimeError):
        folder = (
            (Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache")
            / "bulletin-qa"
            / name
        )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not hasattr(os, "getuid"):
            return folder
        # Whoever can write the folder above could put another one in its place.
        statuses = [folder.stat(), folder.parent.stat()]
        ours = all(status.st_uid == os.getuid() and not status.st_mode & 0o022 for status in statuses)
        if ours and os.access(folder, os.W_OK):
            return folder
    return None
