"""Search tokens: Chinese words by jieba, other words and numbers whole."""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Any

from qa.text.dictionary import load_segmenter
from qa.text.matching import HAN, fold

_HAN_RUN = re.compile(f"[{HAN}]+")
_WORD = re.compile(f"[{HAN}]+|[^\\W_]+(?:[.,'][^\\W_]+)*", re.UNICODE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_ALPHANUMERIC_PARTS = re.compile(f"[{HAN}]+|[^{HAN}]+")


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
    cutter: Any = None
    for match in _WORD.finditer(fold(text)):
        for part in _ALPHANUMERIC_PARTS.findall(match.group()):
            if _HAN_RUN.fullmatch(part):
                cutter = cutter or segmenter()
                found.extend(cutter.cut_for_search(part))
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


def segmenter() -> Any:
    """The jieba tokenizer that `tokens` cuts with, loaded once, by whichever thread comes first."""
    global _loaded
    if _loaded is None:
        with _lock:
            if _loaded is None:
                _loaded = load_segmenter()
    return _loaded
