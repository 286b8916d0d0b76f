"""HTML into text: what a reader of the page sees of its content, one block element a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from qa.errors import ReadingError
from qa.reading.decoding import clean, decode
from qa.reading.limits import Limits
from qa.reading.pages import find_decorations
from qa.types import Page, SourceText

_UNSEEN = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "nav",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "canvas",
        "audio",
        "video",
        "map",
        "button",
        "select",
        "textarea",
        "input",
        "datalist",
        "dialog",
        "head",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_DECLARED = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,20})|<\?xml[^>]{0,100}encoding=[\"']([\w-]+)"
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# What stands around the article on nearly every site, by its first words.
_FURNITURE = re.compile(
    r"(?:您?(?:当前|现在)?的?(?:所在)?位置|首页)\s*(?:[:：]|>|›|»|&gt;)|上一[篇条页]|下一[篇条页]|【?(?:打印|关闭)(?:本页|窗口|页面)?】"
    r"|分享(?:到|至)|扫一扫|版权所有|Copyright|©|.{0,6}ICP备|.{0,3}公网安备|网站标识码|网站地图|相关(?:链接|阅读|新闻|稿件)\s*[:：]?$"
    r"|(?:返回)?(?:顶部|上一页)$|字(?:号|体)\s*[:：]",
    re.IGNORECASE,
)
_LINKED = 0.7
_FEW_DIGITS = re.compile(r"[0-9]{1,4}")
_SPACES = re.compile(r"[^\S\u3000]+")


def read_html(data: bytes, name: str, limits: Limits) -> SourceText:
    """The text of a web page: headings marked as in Markdown, table rows as `a | b`.

    Scripts, styles, navigation, form controls and hidden elements are left out.
    """
    from bs4 import BeautifulSoup

    page = _decoded(data, name)
    try:
        soup = BeautifulSoup(page, "lxml")
        writer = _Writer()
        text = writer.write(soup)
    except Exception as error:
        # The parser raises whatever lies nearest to the damage, RecursionError included.
        raise ReadingError(f"{name}: not readable as HTML ({str(error)[:80]}); save it again") from None
    if not text.strip():
        raise ReadingError(f"{name}: the page shows no text; save it from a browser once it has loaded")
    text = clean(text, name)
    marks = {*find_decorations(text), *_furniture(text, writer.linked)}
    return SourceText(name, text, (Page(1, 0, len(text)),), "", "html", tuple(sorted(marks)))


def _furniture(text: str, linked: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Spans of the lines around the article: those made of links, and those that any site has.

    Lines of links count only where most of the text is none: a page may be a list of links. That links
    tell furniture from text is an idea of Kohlschütter, Fankhauser and Nejdl (2010).
    """
    lines = text.split("\n")
    of_links = sum(len(line) for line, link in zip(lines, linked, strict=True) if link)
    place = 0
    for line, link in zip(lines, linked, strict=True):
        named = len(line) <= 120 and "。" not in line and _FURNITURE.match(line.strip())
        if (link and of_links * 2 < len(text)) or named:
            yield place, place + len(line)
        place += len(line) + 1


def _decoded(data: bytes, name: str) -> str:
    """By the declared encoding when the bytes agree with it, else as any text."""
    found = _DECLARED.search(data[:4096])
    declared = (found.group(1) or found.group(2)).decode("ascii").lower() if found else ""
    if declared in ("gb2312", "gbk", "x-gbk", "gb_2312-80", "gb18030"):
        declared = "gb18030"  # a superset of the others, which browsers read them as
    if declared and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) and b"\x00" not in data:
        try:
            return data.decode(declared)
        except (UnicodeDecodeError, LookupError):
            pass
    return decode(data, name)


class _Writer:
    """Walks the tree without recursion: pages nest deeper than Python's stack."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.linked: list[bool] = []
        self.line: list[str] = []
        self.links = 0
        self.in_link = 0
        self.counters: list[int | None] = []
        self.prefix = ""
        self.cells = 0

    def write(self, soup: Any) -> str:
        stack: list[tuple[Any, bool]] = [(soup, False)]
        while stack:
            node, leaving = stack.pop()
            tag = getattr(node, "name", None)
            if tag is None:
                self._text(node)
            elif leaving:
                self._leave(tag, node)
            elif not self._unseen(node, tag):
                self._enter(tag, node)
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(node.contents))
        self._break()
        return "\n".join(self.lines)

    def _unseen(self, node: Any, tag: str) -> bool:
        if tag in _UNSEEN:
            return True
        attributes = getattr(node, "attrs", None) or {}
        return "hidden" in attributes or bool(_HIDDEN_STYLE.search(str(attributes.get("style", ""))))

    def _text(self, node: Any) -> None:
        # Comments, doctypes and CDATA are kinds of text to the parser but not to a reader.
        if type(node).__name__ == "NavigableString":
            self.line.append(str(node))
            if self.in_link:
                self.links += len("".join(node.split()))

    def _enter(self, tag: str, node: Any) -> None:
        if tag == "a":
            self.in_link += "href" in node.attrs
        elif tag in ("td", "th"):
            if self.cells:
                self.line.append(" | ")
            self.cells += 1
        elif tag == "br":
            self._break()
        elif tag in _BLOCKS and not self.cells:
            self._break()
            if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
                self.prefix = "#" * int(tag[1]) + " "
            elif tag in ("ol", "ul", "menu"):
                start = str(node.attrs.get("start", "1"))
                self.counters.append(
                    (int(start) if _FEW_DIGITS.fullmatch(start) else 1) if tag == "ol" else None
                )
            elif tag == "li" and self.counters and self.counters[-1] is not None:
                self.line.append(f"{self.counters[-1]}. ")
                self.counters[-1] += 1
        elif tag == "tr":
            self.cells = 0
            self._break()
        elif tag in _BLOCKS:
            self.line.append(" ")

    def _leave(self, tag: str, node: Any) -> None:
        if tag == "a":
            self.in_link -= "href" in node.attrs
        elif tag in ("tr", "table"):
            self.cells = 0
            self._break()
        elif tag in _BLOCKS and not self.cells:
            self._break()
            if tag in ("ol", "ul", "menu") and self.counters:
                self.counters.pop()

    def _break(self) -> None:
        if self.cells > 1:
            self.line.append(" ")
            return
        text = _SPACES.sub(" ", "".join(self.line)).strip(" ")
        if text.replace("|", "").strip():
            solid = len("".join(text.split()))
            self.linked.append(not self.prefix and self.links >= _LINKED * solid)
            self.lines.append(self.prefix + text.strip() if self.prefix else text)
        self.line, self.prefix, self.links = [], "", 0
