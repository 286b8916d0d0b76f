"""A conversation as HTML: questions, answers with citation chips, sources, refusals, why."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

from qa.types import Answer, Citation, Hit
from qa.ui.conversation import Conversation, Turn
from qa.ui.html import element, join, text_html
from qa.ui.references import FORMATS, answer_text
from qa.ui.texts import Language, say

_MARKER = re.compile(r"(\[\d{1,3}\])")
_POINT = re.compile(r"\s*(\d{1,3}\.|[-•])\s+")


def conversation_html(conversation: Conversation, language: Language, welcome: Markup) -> Markup:
    """The whole conversation, or `welcome` when nothing has been asked yet."""
    if not conversation.turns:
        return element("div", welcome, class_="thread empty")
    last = len(conversation.turns) - 1
    turns = [turn_html(turn, at, at == last, language) for at, turn in enumerate(conversation.turns)]
    said = say(language, "conversation")
    return element(
        "div", join(turns), class_="thread", data_key=conversation.key, role="log", aria_label=said
    )


def welcome_html(counts: tuple[int, int], examples: list[str], folder: str, language: Language) -> Markup:
    """What an empty conversation shows: example questions, or what to do when there are no bulletins."""
    bulletins, items = counts
    if not items:
        return element(
            "section",
            element("h2", say(language, "empty")),
            element("p", say(language, "empty.more")),
            element("p", element("code", folder)),
            _button(say(language, "empty.open"), "library", class_="plain strong"),
            class_="welcome none",
        )
    asked = [
        element("li", _button(example, "ask", question=example, class_="example")) for example in examples
    ]
    listed = (
        element("div", element("h3", say(language, "examples")), element("ul", join(asked)))
        if asked
        else None
    )
    return element(
        "section",
        element("h2", say(language, "welcome", bulletins=bulletins, items=items)),
        element("p", say(language, "welcome.more")),
        listed,
        class_="welcome",
    )


def turn_html(turn: Turn, at: int, last: bool, language: Language) -> Markup:
    """One question with its answer; `at` counts the turns from 0."""
    question = element("h2", turn.question, class_="question")
    if turn.answer is not None and turn.status == "done":
        answer = turn.answer
        body = _refusal_html(answer, at, language) if answer.refused else _answer_html(answer, at, language)
        return element(
            "article",
            question,
            body,
            _actions_html(turn, at, last, language),
            _why_html(answer, at, language),
            class_="turn",
            data_turn=at,
        )
    return element(
        "article", question, _unfinished_html(turn, at, last, language), class_="turn", data_turn=at
    )


def _unfinished_html(turn: Turn, at: int, last: bool, language: Language) -> Markup:
    written = paragraphs_html(turn.text, None, at, language) if turn.text else None
    if turn.status == "answering":
        waiting = element("p", say(language, "answering"), class_="waiting") if not turn.text else None
        return element("div", written, waiting, class_="answer writing", aria_busy="true")
    tools = [_button(say(language, "retry"), "retry"), _button(say(language, "edit"), "edit")] if last else []
    told = element("p", say(language, turn.status), class_="status")
    message = element("p", turn.message, role="alert") if turn.message else None
    kind = "failure" if turn.status == "failed" else "stopped"
    return element(
        "div",
        written,
        element("div", told, message, class_=kind),
        element("div", join(tools), class_="actions"),
    )


def _answer_html(answer: Answer, at: int, language: Language) -> Markup:
    listed = element(
        "section",
        element("h3", say(language, "sources.count", number=len(answer.citations))),
        element("ol", _sources_html(answer.citations, at, language)),
        class_="sources",
    )
    notes = [element("p", note, class_="note") for note in answer.notes]
    return element(
        "div", paragraphs_html(answer.answer, answer, at, language), join(notes), listed, class_="answer"
    )


def _sources_html(citations: Sequence[Citation], at: int, language: Language) -> Markup:
    """One card for each item cited, with the numbers of the quotes that come from it."""
    items: dict[str, list[Citation]] = {}
    for citation in citations:
        items.setdefault(citation.item_id, []).append(citation)
    cards = []
    for cited in items.values():
        first = cited[0]
        opening = _button(
            join(
                [
                    element("span", first.title, class_="title"),
                    element("span", place_line(first, language), class_="place"),
                ]
            ),
            "cite",
            turn=at,
            number=first.number,
            class_="opening",
        )
        chips = element("span", join([chip_html(each, at, language) for each in cited]), class_="chips")
        cards.append(element("li", opening, chips, class_="source"))
    return join(cards)


def _refusal_html(answer: Answer, at: int, language: Language) -> Markup:
    misses = [
        element(
            "li",
            _button(
                join(
                    [element("span", miss.title, class_="title"), element("span", miss.quote, class_="quote")]
                ),
                "near",
                turn=at,
                number=number,
                class_="source",
            ),
        )
        for number, miss in enumerate(answer.nearest, start=1)
    ]
    nearest = None
    if misses:
        heading = element("h3", say(language, "nearest"))
        nearest = element("section", heading, element("ul", join(misses)), class_="sources near")
    notes = [element("p", note, class_="note") for note in answer.notes]
    return element(
        "div",
        element("p", say(language, "refused"), class_="status"),
        element("p", answer.answer, class_="said"),
        join(notes),
        nearest,
        class_="refusal",
    )


def paragraphs_html(text: str, answer: Answer | None, at: int, language: Language) -> Markup:
    """The answer's text with a chip for each marker; a marker without a citation stays text.

    Lines that begin with a number and a full stop, or with a hyphen, are set as the points of a list.
    """
    cited = {citation.number: citation for citation in answer.citations} if answer else {}

    def piece(part: str) -> Markup:
        if not _MARKER.fullmatch(part):
            return text_html(part)
        number = int(part[1:-1])
        if answer is None:
            return element("span", str(number), class_="chip inert")
        return chip_html(cited[number], at, language) if number in cited else text_html(part)

    def line(written: str) -> Markup:
        point = _POINT.match(written)
        if point is None:
            return element("p", join([piece(part) for part in _MARKER.split(written)]))
        body = join([piece(part) for part in _MARKER.split(written[point.end() :])])
        return element("p", element("span", point.group().strip(), class_="sign"), body, class_="point")

    return join([line(written) for written in text.split("\n") if written.strip()])


def chip_html(citation: Citation, at: int, language: Language) -> Markup:
    """The numbered button that shows a quote and opens it in its place."""
    return element(
        "button",
        str(citation.number),
        type="button",
        class_="chip",
        data_act="cite",
        data_turn=at,
        data_number=citation.number,
        data_quote=citation.quote,
        data_place=f"{citation.title} · {place_line(citation, language)}",
        aria_label=say(language, "cite", number=citation.number, title=citation.title),
    )


def place_line(place: object, language: Language) -> str:
    """Section, page and date of a citation, hit or near miss, with dots between them."""
    page = getattr(place, "page", 0)
    parts = (
        getattr(place, "section", ""),
        say(language, "page", number=page) if page else "",
        getattr(place, "date", None) or "",
    )
    return " · ".join(part for part in parts if part)


def _actions_html(turn: Turn, at: int, last: bool, language: Language) -> Markup:
    answer = turn.answer
    buttons: list[Markup] = []
    if answer is not None and not answer.refused:
        buttons += [
            _button(say(language, f"copy.{form}"), "copy", text=answer_text(answer, form, language))
            for form in FORMATS
        ]
    if last:
        buttons += [_button(say(language, "retry"), "retry"), _button(say(language, "edit"), "edit")]
    for rating, key in ((1, "good"), (-1, "bad")):
        pressed = "true" if turn.rating == rating else "false"
        buttons.append(_button(say(language, key), "rate", turn=at, number=rating, aria_pressed=pressed))
    buttons.append(_button(say(language, "save"), "save", turn=at))
    return element("div", join(buttons), class_="actions")


def _why_html(answer: Answer, at: int, language: Language) -> Markup:
    facts = [
        ("why.understood", answer.standalone_question),
        ("why.confidence", f"{answer.confidence:.0%}"),
        ("why.mode", mode_name(answer.mode, language)),
        ("why.seconds", say(language, "why.time", seconds=f"{answer.seconds:.2f}")),
        ("why.reason", answer.reason),
    ]
    listed = [
        element("div", element("dt", say(language, key)), element("dd", said)) for key, said in facts if said
    ]
    table = _hits_html(answer.hits, language) if answer.hits else None
    return element(
        "details",
        element("summary", say(language, "why")),
        element("dl", join(listed)),
        table,
        class_="why",
        id=f"why-{at}",
    )


def mode_name(mode: str, language: Language) -> str:
    """How an answer was made, in words."""
    return say(language, f"mode.{mode}") if mode in ("extractive", "generative") else mode


def _hits_html(hits: tuple[Hit, ...], language: Language) -> Markup:
    names = ("rank", "item", "evidence", "lexical", "dense", "score")
    head = element("tr", join([element("th", say(language, f"why.{name}"), scope="col") for name in names]))
    rows = [
        element(
            "tr",
            element("td", str(hit.rank), class_="figure"),
            element("td", hit.title, element("span", place_line(hit, language), class_="place")),
            element("td", hit.evidence),
            *[
                element("td", _bar(value), f"{value:.2f}", class_="figure")
                for value in (hit.lexical, hit.dense, hit.score)
            ],
        )
        for hit in hits
    ]
    table = element("table", element("thead", head), element("tbody", join(rows)))
    caption = element("h4", say(language, "why.hits"))
    return element("div", caption, element("div", table, class_="scroll", tabindex=0))


def _bar(value: float) -> Markup:
    width = max(0, min(100, round(value * 100)))
    return element("span", class_="bar", style=f"--share: {width}%", aria_hidden="true")


def _button(
    label: str, act: str, *, class_: str = "plain", aria_pressed: str | None = None, **data: object
) -> Markup:
    written: dict[str, str | int | bool | None] = {f"data_{name}": str(value) for name, value in data.items()}
    return element(
        "button", label, type="button", class_=class_, data_act=act, aria_pressed=aria_pressed, **written
    )
