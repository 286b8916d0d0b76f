"""DOCX into text: paragraphs with their headings marked as in Markdown, tables as rows `a | b`."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qa.errors import ReadingError
from qa.reading.decoding import clean
from qa.reading.limits import Limits
from qa.reading.numbering import Numbering, W, switched_on
from qa.reading.pages import find_decorations
from qa.types import Page, SourceText

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_UNREAD = frozenset(
    [f"{W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "rt", "delText")] + [_FALLBACK]
)
_ENTRIES = 20_000
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])$", re.IGNORECASE)
_DEEPEST = 60
_PAGE = "\f"


@dataclass(frozen=True, slots=True)
class _Context:
    """What a paragraph's look depends on: heading levels by style, lists, hidden styles, notes by id."""

    levels: dict[str, int]
    numbering: Numbering
    hidden: frozenset[str]
    notes: dict[tuple[str, str], Any]


def read_docx(data: bytes, name: str, limits: Limits) -> SourceText:
    """The text of a Word document in reading order, as it is read once changes are accepted.

    Text boxes, tables and the numbers that Word sets before paragraphs are part of it, notes follow the
    paragraph that refers to them; headers, footers, comments and hidden text are not.
    Raises ReadingError for one that is damaged, locked, or would unpack to more than the limits allow.
    """
    _check_archive(data, name, limits)
    from docx import Document

    try:
        document = Document(io.BytesIO(data))
        styles = [style.element for style in document.styles]
        context = _Context(
            _levels(document),
            Numbering.of(_part(document, "numbering"), styles),
            frozenset(style.get(f"{W}styleId") or "" for style in styles if _hidden_style(style)),
            {key: note for kind in ("footnote", "endnote") for key, note in _notes(document, kind)},
        )
        lines = list(_blocks(document.element.body, context, 0))
    except Exception as error:
        # Damage surfaces in zipfile, zlib, lxml and python-docx alike, as whatever error lies nearest.
        raise ReadingError(f"{name}: not a readable Word document ({_short(error)}); save it again") from None
    return _assemble("\n".join(lines), name)


def _part(document: Any, kind: str) -> Any:
    """The root of a part that belongs to the document, such as `numbering`; None without one."""
    from docx.oxml import parse_xml

    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{kind}"):
            return parse_xml(relation.target_part.blob)
    return None


def _notes(document: Any, kind: str) -> Iterator[tuple[tuple[str, str], Any]]:
    root = _part(document, f"{kind}s")
    for note in root if root is not None else ():
        # The lines that part notes from the text are notes to Word too.
        if note.tag == f"{W}{kind}" and note.get(f"{W}type") in (None, "normal"):
            yield (kind, note.get(f"{W}id") or ""), note


def _hidden_style(style: Any) -> bool:
    properties = style.find(f"{W}rPr")
    return properties is not None and switched_on(properties.find(f"{W}vanish"))


def _check_archive(data: bytes, name: str, limits: Limits) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ReadingError(
            f"{name}: locked with a password or an old .doc; save it as .docx without a password"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except Exception as error:
        raise ReadingError(f"{name}: not a readable Word document ({_short(error)}); save it again") from None
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes or len(entries) > _ENTRIES:
        raise ReadingError(
            f"{name}: unpacks to {unpacked:,} bytes in {len(entries):,} parts, "
            f"at most {limits.unpacked_bytes:,} in {_ENTRIES:,}; leave it out or remove its pictures"
        )
    text = sum(entry.file_size for entry in entries if entry.filename.endswith(".xml"))
    if text > 20 * limits.characters // 4:
        raise ReadingError(f"{name}: {text:,} bytes of text parts once unpacked; split it")


def _levels(document: Any) -> dict[str, int]:
    """Heading level by style id: from the outline level, or the style's name, also through its parents."""
    levels: dict[str, int] = {}
    for style in document.styles:
        seen = 0
        each: Any = style
        while each is not None and seen < 10:
            level = _outline(each.element) or _named_level(each.name or "")
            if level:
                levels[style.style_id] = level
                break
            each, seen = getattr(each, "base_style", None), seen + 1
    return levels


def _named_level(name: str) -> int:
    found = _HEADING.match(name.strip())
    return int(found.group(1)) if found else 0


def _outline(element: Any) -> int:
    for level in element.iter(f"{W}outlineLvl"):
        value = level.get(f"{W}val") or ""
        return int(value) + 1 if value.isdecimal() and int(value) < 9 else 0
    return 0


def _blocks(parent: Any, context: _Context, depth: int) -> Iterator[str]:
    """The lines of a body, cell or text box: one a paragraph or table row."""
    if depth > _DEEPEST:
        return
    for child in parent:
        tag = child.tag
        if tag == f"{W}p":
            yield from _paragraph(child, context, depth)
        elif tag == f"{W}tbl":
            yield from _rows(child, context, depth)
        elif tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}smartTag"):
            yield from _blocks(child, context, depth + 1)


def _paragraph(paragraph: Any, context: _Context, depth: int) -> Iterator[str]:
    if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None and not any(True for _ in paragraph.iter(f"{W}t")):
        return
    pieces: list[str] = []
    boxes: list[Any] = []
    notes: list[Any] = []
    for kind, element in _content(paragraph, context):
        if kind == "text":
            pieces.append(element)
        else:
            (boxes if kind == "box" else notes).append(element)
    text = "".join(pieces)
    for box in boxes:
        yield from _blocks(box, context, depth + 1)
    label = context.numbering.label(paragraph)
    level = _level(paragraph, context.levels)
    # Level 7 and deeper have no Markdown form; such headings are text like any other.
    if level and 1 <= level <= 6 and text.strip():
        yield "#" * level + " " + label + " ".join(text.split())
    else:
        start = len(text) - len(text.lstrip())
        yield text[:start] + label + text[start:] if text.strip() else text
    for note in notes:
        said = "".join(line for line in _blocks(note, context, depth + 1)).strip()
        if said:
            yield f"注：{said}"


def _content(paragraph: Any, context: _Context) -> Iterator[tuple[str, Any]]:
    """A paragraph's text, and the text boxes and notes that hang on it; what isn't shown is left out."""
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
            continue
        tag = element.tag
        if tag == f"{W}t":
            yield "text", element.text or ""
        elif tag in (f"{W}tab", f"{W}ptab"):
            yield "text", "\t"
        elif tag in (f"{W}br", f"{W}cr"):
            yield "text", _PAGE if element.get(f"{W}type") == "page" else "\n"
        elif tag == f"{W}lastRenderedPageBreak":
            yield "text", _PAGE
        elif tag == f"{W}noBreakHyphen":
            yield "text", "-"
        elif tag == f"{W}txbxContent":
            yield "box", element
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            kind = tag.removeprefix(W).removesuffix("Reference")
            note = context.notes.pop((kind, element.get(f"{W}id") or ""), None)
            if note is not None:
                yield "note", note
        elif tag not in _UNREAD and not (tag == f"{W}r" and _hidden(element, context)):
            stack.append(iter(element))


def _hidden(run: Any, context: _Context) -> bool:
    properties = run.find(f"{W}rPr")
    if properties is None:
        return False
    own = properties.find(f"{W}vanish")
    if own is not None:
        return switched_on(own)
    style = properties.find(f"{W}rStyle")
    return style is not None and style.get(f"{W}val") in context.hidden


def _level(paragraph: Any, levels: dict[str, int]) -> int:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        return 0
    style = properties.find(f"{W}pStyle")
    own = _outline(properties)
    return own or (levels.get(style.get(f"{W}val") or "", 0) if style is not None else 0)


def _rows(table: Any, context: _Context, depth: int) -> Iterator[str]:
    for row in table.iter(f"{W}tr"):
        if next((each for each in row.iterancestors(f"{W}tbl")), None) is not table:
            continue
        cells = [
            list(_blocks(cell, context, depth + 1)) for cell in row.iter(f"{W}tc") if _owner(cell) is row
        ]
        filled = [[line.replace(_PAGE, "").strip() for line in cell if line.strip()] for cell in cells]
        if sum(bool(cell) for cell in filled) <= 1:
            # A table with one cell a row is a frame around text.
            yield from (line for cell in filled for line in cell)
        else:
            yield " | ".join(" ".join(" ".join(line.split()) for line in cell) for cell in filled)


def _owner(cell: Any) -> Any:
    return next(iter(cell.iterancestors(f"{W}tr")), None)


def _assemble(raw: str, name: str) -> SourceText:
    """Page breaks become page bounds: a character there would part the paragraph they stand in."""
    parts = clean(raw, name).split(_PAGE)
    pages: list[Page] = []
    place = 0
    for part in parts:
        if part or not pages:
            pages.append(Page(len(pages) + 1, place, place + len(part)))
            place += len(part)
    text = "".join(parts)
    return SourceText(name, text, tuple(pages), "", "docx", find_decorations(text))


def _short(error: Exception) -> str:
    message = " ".join(str(error).split()) or type(error).__name__
    return message[:120]
