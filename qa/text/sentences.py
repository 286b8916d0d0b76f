"""Cutting a text into sentences, quotation marks and brackets kept whole."""

from __future__ import annotations

import re

from qa.text.matching import trim

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
