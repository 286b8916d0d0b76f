"""Clauses of a sentence, in a form in which patterns need know only one writing of each mark."""

from __future__ import annotations

import re

from qa.text import fold

_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
_COLON = re.compile(r"(?<!\d):(?![\d/])")
_MARKS = str.maketrans({";": "；", "!": "！", "?": "？"})
_CLAUSE = re.compile(r"[^，；。！？：]+[，；。！？：]*")
_STOPS = "；。！？"


def clause_form(text: str) -> str:
    """`text` folded, its punctuation written the Chinese way.

    >>> clause_form("总投资 1,000 万元, 由谁出?")
    '总投资 1,000 万元， 由谁出？'
    """
    return _COLON.sub("：", _COMMA.sub("，", fold(text))).translate(_MARKS)


def clause_spans(text: str) -> list[tuple[int, int]]:
    """The spans of the clauses of a text in clause form, each with the marks that end it."""
    return [match.span() for match in _CLAUSE.finditer(text)]


def closes(clause: str) -> bool:
    """Whether what follows `clause` is another statement (after 。 or ；), not a part of the same."""
    return clause[-1:] in _STOPS
