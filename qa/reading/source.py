"""The one door of this room: a path goes in, its source text comes out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from qa.errors import ReadingError
from qa.reading.decoding import clean, decode
from qa.reading.docx import read_docx
from qa.reading.html import read_html
from qa.reading.jsonl import read_jsonl
from qa.reading.limits import DEFAULT_LIMITS, Limits
from qa.reading.pages import find_decorations, find_marks, find_pages
from qa.reading.pdf import read_pdf
from qa.types import Page, SourceText

# Front matter and comments: in the file, but not shown.
_UNSEEN_MARKDOWN = re.compile(r"\A---\n(?:[^\n]*\n){1,50}?---(?=\n|\Z)|<!--.{0,10000}?-->", re.DOTALL)


def read_source(path: Path, name: str, limits: Limits = DEFAULT_LIMITS) -> SourceText:
    """The text of the file at `path`, called `name` in messages and in what is stored.

    Raises ReadingError, one line with the name and the cure, for whatever cannot be read whole.
    """
    reader = _READERS.get(path.suffix.lower())
    shown = printable(name)
    if reader is None:
        raise ReadingError(f"{shown}: unknown kind of file; bulletins are {', '.join(sorted(SUFFIXES))}")
    data = _bytes_of(path, shown, limits)
    source = reader(data, shown, limits)
    if len(source.text) > limits.characters:
        raise ReadingError(
            f"{shown}: {len(source.text):,} characters of text, at most {limits.characters:,}; split it"
        )
    longest = max(map(len, source.text.split("\n")))
    if longest > limits.line_characters:
        raise ReadingError(
            f"{shown}: a line of {longest:,} characters, at most {limits.line_characters:,}; leave it out"
        )
    if not re.search(r"[^\W_]", source.text):
        raise ReadingError(f"{shown}: no text in it; leave it out")
    return replace(source, name=name, digest=hashlib.sha256(data).hexdigest())


def printable(name: str) -> str:
    """`name` on one line, fit for a message."""
    return "".join(character if character.isprintable() else "?" for character in name)


def _bytes_of(path: Path, name: str, limits: Limits) -> bytes:
    try:
        if not path.is_file():
            raise ReadingError(f"{name}: no such file, or not a plain one")
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise ReadingError(f"{name}: {size:,} bytes, at most {limits.file_bytes:,}; split it")
        with path.open("rb") as stream:
            data = stream.read(limits.file_bytes + 1)
    except OSError as error:
        raise ReadingError(
            f"{name}: cannot be read ({error.strerror or error}); check the file and its permissions"
        ) from None
    if len(data) > limits.file_bytes:
        raise ReadingError(f"{name}: grew past {limits.file_bytes:,} bytes while being read; try again")
    if not data.strip():
        raise ReadingError(f"{name}: the file is empty; leave it out")
    return data


def _read_text(data: bytes, name: str, limits: Limits) -> SourceText:
    return paged_text(clean(decode(data, name), name), name, "txt")


def _read_markdown(data: bytes, name: str, limits: Limits) -> SourceText:
    text = clean(decode(data, name), name).replace("\f", "\n")
    unseen = tuple(match.span() for match in _UNSEEN_MARKDOWN.finditer(text))
    marks = [span for span in find_decorations(text) if not any(a <= span[0] < b for a, b in unseen)]
    return SourceText(name, text, (Page(1, 0, len(text)),), "", "md", tuple(sorted([*unseen, *marks])))


def paged_text(text: str, name: str, kind: str) -> SourceText:
    """A source whose pages and page marks are found in its text."""
    pages = find_pages(text)
    return SourceText(name, text, pages, "", kind, find_marks(text, pages))


_READERS: dict[str, Callable[[bytes, str, Limits], SourceText]] = {
    ".docx": read_docx,
    ".htm": read_html,
    ".html": read_html,
    ".jsonl": read_jsonl,
    ".md": _read_markdown,
    ".pdf": read_pdf,
    ".txt": _read_text,
}
SUFFIXES: frozenset[str] = frozenset(_READERS)
