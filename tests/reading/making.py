"""Real files of each kind, made from the made-up bulletin."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "parsing"))

from docx import Document
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from typesetting import CONTENT, columns, wrap

from qa.types import Bulletin

FONT = "STSong-Light"
SIZE = 12


def canvas() -> tuple[Any, io.BytesIO]:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    stream = io.BytesIO()
    drawing = Canvas(stream, pagesize=A4, invariant=1)
    drawing.setFont(FONT, SIZE)
    return drawing, stream


def typeset_lines(width: int) -> list[tuple[float, str]]:
    """Indent in characters and text of each line of the bulletin."""
    lines: list[tuple[float, str]] = []
    for section, reports in CONTENT:
        lines.append(((width - columns(section)) / 4, section))
        for title, paragraphs in reports:
            for line in wrap(title, width, 0):
                lines.append(((width - columns(line)) / 4, line))
            for paragraph in paragraphs:
                first, *rest = wrap(paragraph, width, 4)
                lines.append((2.0, first))
                lines.extend((0.0, line) for line in rest)
    return lines


def pdf(width: int = 68, per_page: int = 14, header: str = "", number: str = "— {} —") -> bytes:
    """The bulletin in one column, with a header and page marks."""
    drawing, stream = canvas()
    lines = typeset_lines(width)
    for page, start in enumerate(range(0, len(lines), per_page), 1):
        drawing.setFont(FONT, SIZE)
        if header:
            drawing.drawString(200, 800, header)
        for row, (indent, text) in enumerate(lines[start : start + per_page]):
            drawing.drawString(80 + indent * SIZE, 760 - row * 20, text)
        if number:
            drawing.drawString(280, 40, number.format(page))
        drawing.showPage()
    drawing.save()
    return stream.getvalue()


def two_columns(width: int = 34, per_column: int = 30, interleaved: bool = False) -> bytes:
    """The bulletin in two columns; `interleaved` draws the lines of both in turn, as some programs do."""
    drawing, stream = canvas()
    lines = typeset_lines(width)
    for start in range(0, len(lines), 2 * per_column):
        drawing.setFont(FONT, SIZE)
        left = lines[start : start + per_column]
        right = lines[start + per_column : start + 2 * per_column]
        placed = [(60.0, row, line) for row, line in enumerate(left)]
        placed += [(60.0 + 20 * SIZE, row, line) for row, line in enumerate(right)]
        if interleaved:
            placed.sort(key=lambda each: (each[1], each[0]))
        for x, row, (indent, text) in placed:
            drawing.drawString(x + indent * SIZE, 780 - row * 20, text)
        drawing.showPage()
    drawing.save()
    return stream.getvalue()


def scan(pages: int = 3) -> bytes:
    """Pages that hold only a picture."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    drawing, stream = canvas()
    picture = ImageReader(Image.new("RGB", (300, 400), (200, 200, 200)))
    for _ in range(pages):
        drawing.drawImage(picture, 0, 0, 595, 842)
        drawing.showPage()
    drawing.save()
    return stream.getvalue()


def docx(table: Sequence[Sequence[str]] = (), headings: bool = True) -> bytes:
    """The bulletin as a Word document, headings by style or as plain paragraphs."""
    document = Document()
    for section, reports in CONTENT:
        document.add_heading(section, 1) if headings else document.add_paragraph(section)
        for title, paragraphs in reports:
            document.add_heading(title, 2) if headings else document.add_paragraph(title)
            for paragraph in paragraphs:
                document.add_paragraph(paragraph)
    if table:
        grid = document.add_table(len(table), len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def html(charset: str = "utf-8", table: str = "") -> str:
    """The bulletin as a web page with the furniture that web pages have."""
    parts = [
        f"<!DOCTYPE html><html><head><meta charset='{charset}'><title>网页标题</title><style>p{{}}</style></head>",
        "<body><nav><a href='/'>首页</a> <a href='/news'>新闻</a></nav><script>var text = '脚本';</script>",
    ]
    for section, reports in CONTENT:
        parts.append(f"<h2>{section}</h2>")
        for title, paragraphs in reports:
            parts.append(f"<h3>{title}</h3>")
            parts += [f"<div><p>{paragraph}</p></div>" for paragraph in paragraphs]
    parts.append(f"{table}<p style='display:none'>看不见的字</p><!-- 注释 --></body></html>")
    return "\n".join(parts)


def set_bulletin(bulletin: Bulletin, count: int) -> bytes:
    """A parsed bulletin as a PDF of `count` columns, with a number at the foot of each page."""
    drawing, stream = canvas()
    width, rows = 68 // count, 34
    lines: list[tuple[float, str]] = []
    section = ""
    for item in bulletin.items:
        headings = [item.title] if item.section == section else [item.section, item.title]
        section = item.section
        for line in (line for heading in headings for line in wrap(heading, width, 0)):
            lines.append(((width - columns(line)) / 4, line))
        for passage in item.passages:
            first, *rest = wrap(passage.text, width, 4)
            lines += [(2.0, first), *((0.0, line) for line in rest)]
    for page, start in enumerate(range(0, len(lines), rows * count), 1):
        drawing.setFont(FONT, SIZE)
        for number, (indent, text) in enumerate(lines[start : start + rows * count]):
            column, row = divmod(number, rows)
            drawing.drawString(60 + (column * 20 + indent) * SIZE, 780 - row * 21, text)
        drawing.drawString(290, 30, str(page))
        drawing.showPage()
    drawing.save()
    return stream.getvalue()
