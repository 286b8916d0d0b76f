"""The panel beside the conversation: the contents, or a bulletin opened at a quote."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from qa.ui.answers import place_line
from qa.ui.html import element
from qa.ui.reader import Source, Span, source_html
from qa.ui.texts import Language, say


@dataclass(frozen=True, slots=True)
class Heading:
    """What the panel says above the page: the item, its section, page and date.

    `turn`, `number` and `total` place the quote among the citations of its answer (total 0: none);
    `shown` is a stamp that changes whenever the same place is opened again;
    `item_id` is set when an item was opened from the contents.
    """

    title: str
    section: str = ""
    page: int = 0
    date: str | None = None
    turn: int = -1
    number: int = 0
    total: int = 0
    shown: int = 0
    item_id: str = ""


def panel_html(heading: Heading, source: Source, spans: list[Span], language: Language) -> Markup:
    """The bulletin's page with its heading and the buttons to move between citations."""
    name = f"{source.title} · {source.name}" if source.title else source.name
    where = element(
        "div",
        element("h3", heading.title),
        element("p", place_line(heading, language), class_="place"),
        element("p", name, class_="file"),
    )
    keys = element("p", say(language, "reader.keys"), class_="keys") if heading.total > 1 else None
    return element(
        "section",
        element("header", _bar(heading, language), where, keys),
        element("div", source_html(source, spans, language), class_="page", tabindex=0),
        class_="reader",
        aria_label=say(language, "reader"),
        data_turn=heading.turn,
        data_number=heading.number,
        data_total=heading.total,
        data_shown=heading.shown,
        data_item=heading.item_id or None,
    )


def contents_panel(contents: Markup, language: Language) -> Markup:
    """The panel before anything is opened: the table of contents."""
    head = element(
        "header",
        element("div", element("span"), _button("close", "×", language), class_="bar"),
        element("div", element("h3", say(language, "reader.contents"))),
        element("p", say(language, "reader.none"), class_="keys"),
    )
    page = element("div", contents, class_="page", tabindex=0)
    return element("section", head, page, class_="reader", aria_label=say(language, "reader"), data_total=0)


def message_panel(message: str, language: Language) -> Markup:
    """The panel with an error in place of a page."""
    bar = element("div", _button("contents", say(language, "reader.contents"), language), class_="bar")
    return element(
        "section",
        element("header", bar),
        element("p", message, role="alert", class_="failure"),
        class_="reader",
    )


def _bar(heading: Heading, language: Language) -> Markup:
    moves = None
    if heading.total > 1:
        count = say(language, "reader.of", number=heading.number, total=heading.total)
        moves = element(
            "span",
            _button("previous", "‹", language),
            element("span", count, class_="count", aria_live="polite"),
            _button("next", "›", language),
            class_="moves",
        )
    contents = _button("contents", say(language, "reader.contents"), language)
    return element("div", contents, moves, _button("close", "×", language), class_="bar")


def _button(act: str, sign: str, language: Language) -> Markup:
    label = say(language, f"reader.{act}")
    return element(
        "button", sign, type="button", class_=f"plain {act}", data_act=act, aria_label=label, title=label
    )
