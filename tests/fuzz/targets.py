"""What is fuzzed: each target takes any bytes and raises only when the product is at fault.

A file or question may be refused, in one line; everything else that is raised, a span that is not what it
says, and a second spent on a few kilobytes are faults.
"""

from __future__ import annotations

import functools
import io
import os
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "parsing"))

from typesetting import check_spans

from qa import Library
from qa.dates import find_dates
from qa.errors import BulletinQAError, QuestionSetError, ReadingError
from qa.evaluation.questions import load_questions
from qa.parsing import parse_bulletin
from qa.query import understand
from qa.reading import SUFFIXES, Limits, read_source
from qa.reading.source import paged_text

ROOT = Path(__file__).resolve().parents[2]
LIMITS = Limits(file_bytes=1 << 20, characters=1 << 18, line_characters=1 << 17, unpacked_bytes=1 << 22)
_FOLDER = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())


def _one_line(error: BulletinQAError) -> None:
    message = str(error)
    assert message, "an error without a message"
    assert len(message.splitlines()) == 1, message
    assert len(message) < 500, message


def read(suffix: str, data: bytes) -> None:
    """A file of this kind with these bytes, read and parsed."""
    path = _FOLDER / f"bulletin-qa-fuzz-{os.getpid()}{suffix}"
    path.write_bytes(data)
    try:
        source = read_source(path, f"a{suffix}", LIMITS)
    except ReadingError as error:
        _one_line(error)
        return
    finally:
        path.unlink()
    assert source.pages[-1].end == len(source.text)
    check_spans(parse_bulletin(source))


@functools.cache
def _word_parts() -> dict[str, bytes]:
    from docx import Document

    document = Document()
    document.add_paragraph("一", style="List Number")
    stream = io.BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def word(data: bytes) -> None:
    """A Word document whose body, and numbering after a zero byte, are these bytes."""
    body, _, numbering = data.partition(b"\0")
    space = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    parts = dict(_word_parts())
    parts["word/document.xml"] = b"<w:document %s><w:body>%s</w:body></w:document>" % (space, body)
    if numbering:
        parts["word/numbering.xml"] = b"<w:numbering %s>%s</w:numbering>" % (space, numbering)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    read(".docx", stream.getvalue())


def _text(data: bytes) -> str:
    """Text of the bytes: what is no UTF-8 becomes single characters, lone surrogates among them."""
    return data.decode("utf-8", "surrogateescape")


def parse(data: bytes) -> None:
    """A text as the reader would give it."""
    text = data.decode("utf-8", "replace").replace("\r", "\n")
    bulletin = parse_bulletin(paged_text(text, "a.txt", "txt"))
    check_spans(bulletin)
    assert all(item.title and item.passages for item in bulletin.items)


def dates(data: bytes) -> None:
    """A text with dates."""
    text = _text(data)
    for year in (None, 2020):
        for mention in find_dates(text, date(2020, 12, 31), year=year):
            assert text[mention.start : mention.end] == mention.text
            if mention.first is not None and mention.last is not None:
                assert date.fromisoformat(mention.first) <= date.fromisoformat(mention.last)


def question(data: bytes) -> None:
    """A question, after the questions before it, one a line, understood."""
    *history, asked = _text(data).split("\n")
    understand(asked, history, date(2020, 12, 31))


@functools.cache
def _library() -> Library:
    index = tempfile.mkdtemp(prefix="bulletin-qa-fuzz-")
    return Library.open(ROOT / "seeds", index)


def ask(data: bytes) -> None:
    """The same, asked of the sample bulletins; every quote is what stands in the bulletin."""
    *history, asked = _text(data).split("\n")
    try:
        answer = _library().ask(asked, history)
    except BulletinQAError as error:
        _one_line(error)
        return
    assert answer.refused == (not answer.citations)
    for citation in answer.citations:
        assert f"[{citation.number}]" in answer.answer
        assert citation.quote


def questions(data: bytes) -> None:
    """A question set with these bytes."""
    path = _FOLDER / f"bulletin-qa-fuzz-{os.getpid()}.jsonl"
    path.write_bytes(data)
    try:
        load_questions(path)
    except QuestionSetError as error:
        _one_line(error)
    finally:
        path.unlink()


TARGETS: dict[str, Callable[[bytes], None]] = {
    "ask": ask,
    "dates": dates,
    "parse": parse,
    "question": question,
    "questions": questions,
    "word": word,
    **{suffix[1:]: functools.partial(read, suffix) for suffix in sorted(SUFFIXES)},
}
