"""The Ask tab: conversation, filters, reader, conversations kept in the browser."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import gradio as gr
from markupsafe import Markup

from qa.errors import BulletinQAError, UsageError
from qa.types import Citation, NearMiss
from qa.ui.answers import conversation_html, turn_html, welcome_html
from qa.ui.asking import Asker
from qa.ui.contents import contents_html
from qa.ui.conversation import Conversation
from qa.ui.desk import Desk
from qa.ui.labels import Labels
from qa.ui.panel import Heading, contents_panel, message_panel, panel_html
from qa.ui.reader import Span
from qa.ui.texts import Language, say

# While an answer is written only its own turn is sent, not the whole conversation.
_LIVE = """watch("value", () => {
  const last = document.querySelector("#thread .turn:last-child");
  if (last && props.value) last.outerHTML = props.value;
});"""


def script(name: str) -> str:
    """A JavaScript file that ships with the page."""
    return files("qa.ui").joinpath("static", name).read_text(encoding="utf-8")


class ChatTab:
    """The components of the tab and what they do."""

    def __init__(self, desk: Desk, asker: Asker, labels: Labels, generative: bool) -> None:
        self.desk = desk
        self.asker = asker
        # What the browser carries between two events: nothing of a conversation stays in this process.
        self.conversation = gr.Textbox("", visible=False)
        self.written = gr.Textbox("", visible=False)
        self.editing = gr.Checkbox(False, visible=False)
        self.opened = gr.JSON(None, visible=False)
        self.chosen = gr.Textbox("", visible=False)
        self._draw(labels, generative)

    def _draw(self, labels: Labels, generative: bool) -> None:
        with gr.Row(elem_id="workspace"):
            with gr.Column(elem_id="past", scale=0, min_width=200):
                self.new = labels.add(gr.Button(size="sm", elem_id="new"), value="new")
                self.history = gr.HTML(
                    "",
                    html_template='<nav class="history"></nav>',
                    js_on_load=script("history.js"),
                    apply_default_css=False,
                    elem_id="history",
                )
                self.export = labels.add(gr.Button(size="sm", elem_id="export"), value="export")
            with gr.Column(elem_id="talk", scale=6, min_width=320):
                self.thread = gr.HTML(
                    "", js_on_load=script("conversation.js"), apply_default_css=False, elem_id="thread"
                )
                with gr.Column(elem_id="composer"):
                    self._draw_composer(labels, generative)
            with gr.Column(elem_id="beside", scale=5, min_width=320):
                self.reader = gr.HTML(
                    "", js_on_load=script("reader.js"), apply_default_css=False, elem_id="reader"
                )
        self.live = gr.HTML("", html_template="<i></i>", js_on_load=_LIVE, visible="hidden")
        self.exported = gr.Textbox(visible=False)

    def _draw_composer(self, labels: Labels, generative: bool) -> None:
        with gr.Row(visible=False, elem_id="editing") as self.editing_row:
            self.editing_note = labels.add(gr.Markdown(), value="editing")
            self.cancel = labels.add(gr.Button(size="sm", scale=0), value="cancel")
        self.question = labels.add(
            gr.Textbox(
                lines=1,
                max_lines=6,
                max_length=self.asker.longest,
                show_label=False,
                submit_btn=say("zh", "send"),
                autofocus=True,
                elem_id="question",
            ),
            label="question",
            placeholder="question.placeholder",
            submit_btn="send",
        )
        with gr.Accordion(say("zh", "filters"), open=False, elem_id="filters") as self.filters:
            with gr.Row():
                self.sections = labels.add(
                    gr.Dropdown([], multiselect=True, min_width=150), label="filter.section"
                )
                self.bulletins = labels.add(
                    gr.Dropdown([], multiselect=True, min_width=150), label="filter.bulletin"
                )
                self.since = labels.add(
                    gr.Textbox(max_length=10, max_lines=1, min_width=110),
                    label="filter.since",
                    placeholder="filter.date",
                )
                self.until = labels.add(
                    gr.Textbox(max_length=10, max_lines=1, min_width=110),
                    label="filter.until",
                    placeholder="filter.date",
                )
            with gr.Row():
                self.mode = gr.Radio(
                    self.modes("zh"),
                    value="auto",
                    visible=generative,
                    label=say("zh", "mode"),
                    elem_id="mode",
                )
                self.clear = labels.add(gr.Button(size="sm", scale=0), value="filter.clear")

    @staticmethod
    def modes(language: Language) -> list[tuple[str, str]]:
        """The ways to answer, as (shown, value)."""
        return [(say(language, f"mode.{mode}"), mode) for mode in ("auto", "extractive", "generative")]

    # What is shown

    def thread_html(self, conversation: Conversation, language: Language) -> str:
        """The conversation, or the welcome of the library as it is now."""
        welcome = Markup("")
        if not conversation.turns:
            counts = self.desk.counts()
            examples = self.desk.examples(language) if counts[1] else []
            welcome = welcome_html(counts, examples, str(self.desk.folder), language)
        return str(conversation_html(conversation, language, welcome))

    def turn_html(self, conversation: Conversation, language: Language) -> str:
        """The last turn alone."""
        return str(turn_html(conversation.turns[-1], len(conversation.turns) - 1, True, language))

    def record(self, conversation: Conversation, language: Language, *, keep: bool = True) -> str:
        """What the browser's list of conversations is told, as JSON; `keep`: to store it."""
        labels = {
            "none": say(language, "history.none"),
            "remove": say(language, "history.delete", title="{title}"),
        }
        told = {"labels": labels, "conversation": conversation.to_dict(), "keep": keep}
        # It is data, never markup; without "<" nothing can take it for any.
        return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")

    def contents(self, language: Language) -> str:
        """The panel with the table of contents."""
        return str(contents_panel(contents_html(self.desk.listings(), language), language))

    def opened_html(self, opened: object, conversation: Conversation, language: Language) -> str:
        """The panel that a click asked for: a citation, a near miss, an item, or the contents."""
        asked = opened if isinstance(opened, dict) else {}
        try:
            if asked.get("act") in ("cite", "near"):
                return self._cited(asked, conversation, language)
            if asked.get("act") == "item":
                return self._item(str(asked.get("bulletin")), str(asked.get("item")), asked, language)
        except BulletinQAError as error:
            return str(message_panel(str(error), language))
        return self.contents(language)

    def _cited(self, asked: Mapping[str, Any], conversation: Conversation, language: Language) -> str:
        turn, number = _whole(asked.get("turn")), _whole(asked.get("number"))
        answer = conversation.turns[turn].answer if turn < len(conversation.turns) else None
        if answer is None:
            return self.contents(language)
        cited = asked["act"] == "cite"
        places: Sequence[Citation | NearMiss] = answer.citations if cited else answer.nearest
        numbered = {getattr(place, "number", at): place for at, place in enumerate(places, start=1)}
        if number not in numbered:
            return self.contents(language)
        chosen = numbered[number]
        spans = [
            Span(place.start, place.end, other, other == number, getattr(place, "emphasis", ()))
            for other, place in numbered.items()
            if place.bulletin == chosen.bulletin and (cited or other == number)
        ]
        heading = Heading(
            title=chosen.title,
            section=chosen.section,
            page=chosen.page,
            date=getattr(chosen, "date", None),
            turn=turn,
            number=number,
            total=len(numbered) if cited else 0,
            shown=_whole(asked.get("shown")),
        )
        return str(panel_html(heading, self.desk.source(chosen.bulletin, chosen.start), spans, language))

    def _item(self, bulletin: str, item_id: str, asked: Mapping[str, Any], language: Language) -> str:
        entry = self.desk.entry(bulletin, item_id)
        heading = Heading(
            entry.title,
            entry.section,
            entry.page,
            entry.date,
            shown=_whole(asked.get("shown")),
            item_id=item_id,
        )
        return str(panel_html(heading, self.desk.source(bulletin, entry.start), [], language))


def carried(kept: str | None) -> Conversation:
    """The conversation that came with an event; a toast tells the user of one that cannot be read."""
    try:
        return Conversation.from_json(kept or "")
    except UsageError as error:
        raise gr.Error(str(error), print_exception=False) from None


def _whole(value: object) -> int:
    """A count or place that a browser sent; anything else is 0."""
    return value if isinstance(value, int) and 0 <= value < 2**53 else 0
