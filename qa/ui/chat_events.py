"""What happens on the Ask tab: asking, stopping, editing, opening sources, keeping conversations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from qa.errors import BulletinQAError
from qa.ui.asking import Filters
from qa.ui.chat import ChatTab, carried
from qa.ui.conversation import Conversation
from qa.ui.feedback import Feedback
from qa.ui.html import text_html
from qa.ui.panel import message_panel
from qa.ui.references import conversation_markdown
from qa.ui.texts import Language, say

_FOCUS = "() => { document.querySelector('#question textarea')?.focus(); }"
_CHOOSE = """(sections, bulletins, since, until, mode) =>
  JSON.stringify({ sections, bulletins, since, until, mode })"""
_ASKED = "(question) => { sessionStorage.setItem('bulletin-qa.asked', question); }"
UNANSWERED = "() => sessionStorage.getItem('bulletin-qa.asked') || ''"
MAX_WRITTEN = 100_000
_DOWNLOAD = """(text) => {
  if (!text) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown;charset=utf-8" }));
  link.download = "bulletin-qa-" + new Date().toISOString().slice(0, 10) + ".md";
  link.click();
  URL.revokeObjectURL(link.href);
}"""


class ChatEvents:
    """Connects the components of a ChatTab to what they do."""

    def __init__(self, tab: ChatTab, feedback: Feedback, language: Any) -> None:
        self._tab = tab
        self._feedback = feedback
        self._language = language
        self._shown = [
            tab.thread,
            tab.live,
            tab.conversation,
            tab.written,
            tab.question,
            tab.editing_row,
            tab.editing,
            tab.history,
        ]
        self._filters: list[Any] = [tab.sections, tab.bulletins, tab.since, tab.until, tab.mode]

    def connect(self) -> None:
        """Attach every listener."""
        tab, language = self._tab, self._language
        queued: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        # What takes no time goes past the queue: its stream of messages closes when it falls empty, and an
        # event that joins at that very moment would wait for ever.
        quick: dict[str, Any] = {**queued, "queue": False}
        asking: dict[str, Any] = {
            **queued,
            "concurrency_id": "ask",
            "concurrency_limit": 8,
            # What is sent while an answer is still being written is asked when it is done.
            "trigger_mode": "always_last",
        }
        state = [tab.conversation, language, tab.chosen]
        fresh = [*self._shown, tab.reader, tab.opened]
        asked = [
            tab.question.submit(self._submit, [tab.question, tab.editing, *state], fresh, **asking),
            tab.thread.example(self._example, state, fresh, **asking),
            tab.thread.again(self._again, state, fresh, **asking),
        ]
        # Until it has arrived the browser keeps what was sent: the process may end in that moment.
        tab.question.submit(None, tab.question, js=_ASKED)
        tab.question.stop(
            self._stop, [tab.conversation, tab.written, language], self._shown, cancels=asked, **quick
        )
        tab.thread.revise(self._revise, [tab.conversation], self._shown, **quick).then(None, js=_FOCUS)
        tab.cancel.click(self._cancel, None, self._shown, **quick)
        for component in (tab.thread, tab.reader):
            component.open(
                self._open,
                [tab.conversation, language],
                [tab.reader, tab.opened],
                trigger_mode="always_last",
                **quick,
            )
        tab.thread.rate(self._rate, [tab.conversation, language], [*self._shown, tab.reader], **quick)
        tab.thread.keep(self._keep, [tab.conversation, language], None, **queued)
        tab.new.click(self._new, [language], fresh, cancels=asked, **quick).then(None, js=_FOCUS)
        tab.history.restore(self._restore, [language], fresh, cancels=asked, **quick)
        tab.export.click(self._export, [tab.conversation, language], tab.exported, **queued).then(
            None, tab.exported, js=_DOWNLOAD
        )
        # The browser joins the filters to one text. Asked of the dropdowns, each process would check them
        # against the choices that it last showed to this user, which may be none.
        for control in self._filters:
            control.change(None, self._filters, tab.chosen, js=_CHOOSE, **quick).then(
                self._count, [language, tab.chosen], tab.filters, **quick
            )
        tab.clear.click(lambda: ([], [], "", ""), None, self._filters[:4], **quick)

    def _show(self, conversation: Conversation, language: Language, *, keep: bool = True) -> dict[Any, Any]:
        tab = self._tab
        shown = {
            tab.thread: tab.thread_html(conversation, language),
            tab.conversation: conversation.carried(),
        }
        if keep:
            shown[tab.history] = tab.record(conversation, language)
        return shown

    def _ask(
        self,
        question: str,
        conversation: Conversation,
        language: Language,
        filters: Filters,
        user: gr.Request,
        *,
        clear: bool,
    ) -> Iterator[dict[Any, Any]]:
        tab = self._tab
        if not question.strip():
            yield {tab.thread: gr.skip()}
            return
        buttons: dict[str, Any] = {"submit_btn": False, "stop_btn": say(language, "stop")}
        begin = gr.update(value="", **buttons) if clear else gr.update(**buttons)
        address = user.client.host if user.client else ""
        steps = tab.asker.ask(
            question,
            conversation,
            filters,
            language,
            address,
            session=str(user.session_hash),
            request_id=user.headers.get("x-request-id", ""),
        )
        for step, current in enumerate(steps):
            conversation = current
            if step:
                text = conversation.turns[-1].text
                yield {tab.live: tab.turn_html(conversation, language), tab.written: text}
                continue
            shown = {tab.question: begin, tab.editing_row: gr.update(visible=False), tab.editing: False}
            # Kept from the start: whatever happens to this process, the browser still has the question.
            yield self._show(conversation, language) | shown | {tab.written: ""}
        ready = gr.update(submit_btn=say(language, "send"), stop_btn=False)
        reader, opened = self._first_source(conversation, language)
        shown = {tab.question: ready, tab.reader: reader, tab.opened: opened}
        yield self._show(conversation, language) | shown

    # Gradio fills parameters by position, so each input has one of its own.
    def _submit(
        self,
        question: str,
        editing: bool,
        kept: str,
        language: Language,
        chosen: str,
        user: gr.Request,
    ) -> Iterator[dict[Any, Any]]:
        conversation, filters = carried(kept), Filters.from_json(chosen)
        if editing and question.strip():
            conversation = conversation.without_last()
        yield from self._ask(question, conversation, language, filters, user, clear=True)

    def _example(
        self,
        event: gr.EventData,
        kept: str,
        language: Language,
        chosen: str,
        user: gr.Request,
    ) -> Iterator[dict[Any, Any]]:
        question = str(event.question)
        yield from self._ask(question, carried(kept), language, Filters.from_json(chosen), user, clear=False)

    def _again(
        self,
        kept: str,
        language: Language,
        chosen: str,
        user: gr.Request,
    ) -> Iterator[dict[Any, Any]]:
        conversation, filters = carried(kept), Filters.from_json(chosen)
        if not conversation.turns:
            return
        question = conversation.turns[-1].question
        yield from self._ask(question, conversation.without_last(), language, filters, user, clear=False)

    def _stop(self, kept: str, written: str, language: Language) -> dict[Any, Any]:
        conversation = carried(kept)
        if conversation.turns and conversation.turns[-1].status == "answering":
            conversation = conversation.ended(status="stopped", text=str(written or "")[:MAX_WRITTEN])
        ready = gr.update(submit_btn=say(language, "send"), stop_btn=False)
        return {**self._show(conversation, language), self._tab.question: ready}

    def _revise(self, kept: str) -> dict[Any, Any]:
        tab, conversation = self._tab, carried(kept)
        if not conversation.turns:
            return {tab.editing: False}
        last = conversation.turns[-1].question
        return {tab.question: last, tab.editing_row: gr.update(visible=True), tab.editing: True}

    def _cancel(self) -> dict[Any, Any]:
        tab = self._tab
        return {tab.question: "", tab.editing_row: gr.update(visible=False), tab.editing: False}

    def _open(self, event: gr.EventData, kept: str, language: Language) -> tuple[str, dict[str, Any]]:
        names = ("act", "turn", "number", "bulletin", "item", "shown")
        opened = {name: event._data[name] for name in names if name in event._data}
        return self._tab.opened_html(opened, carried(kept), language), opened

    def _first_source(self, conversation: Conversation, language: Language) -> tuple[Any, Any]:
        answer = conversation.turns[-1].answer
        if answer is None:
            return gr.skip(), gr.skip()
        if not answer.citations:
            # A quote of an earlier answer beside a refusal would look like its source.
            return self._tab.contents(language), None
        first = {"act": "cite", "turn": len(conversation.turns) - 1, "number": answer.citations[0].number}
        return self._tab.opened_html(first, conversation, language), first

    def _rate(self, event: gr.EventData, kept: str, language: Language) -> dict[Any, Any]:
        conversation, turn, rating = carried(kept), event.turn, event.number
        if not _has_answer(conversation, turn) or rating not in (1, -1):
            return {self._tab.editing: gr.skip()}
        try:
            self._feedback.keep(conversation, turn, "up" if rating == 1 else "down")
        except BulletinQAError as error:
            return {self._tab.reader: str(message_panel(str(error), language))}
        return self._show(conversation.changed(turn, rating=rating), language)

    def _keep(self, event: gr.EventData, kept: str, language: Language) -> None:
        conversation = carried(kept)
        if not _has_answer(conversation, event.turn):
            return
        try:
            path = self._feedback.keep(conversation, event.turn, "save")
        except BulletinQAError as error:
            _warn(error, language)
        else:
            gr.Info(str(text_html(say(language, "saved", path=path))), title=say(language, "save"))

    def _new(self, language: Language) -> dict[Any, Any]:
        return self._fresh(Conversation(), language)

    def _restore(self, event: gr.EventData, language: Language) -> dict[Any, Any]:
        try:
            conversation = Conversation.from_json(str(event.record))
        except BulletinQAError as error:
            return {self._tab.reader: str(message_panel(str(error), language))}
        return self._fresh(conversation, language)

    def _fresh(self, conversation: Conversation, language: Language) -> dict[Any, Any]:
        tab = self._tab
        question = gr.update(value="", submit_btn=say(language, "send"), stop_btn=False)
        return {
            tab.thread: tab.thread_html(conversation, language),
            tab.conversation: conversation.carried(),
            tab.question: question,
            tab.editing_row: gr.update(visible=False),
            tab.editing: False,
            tab.history: tab.record(conversation, language, keep=False),
            tab.reader: tab.contents(language),
            tab.opened: None,
        }

    def _export(self, kept: str, language: Language) -> str:
        conversation = carried(kept)
        if not conversation.turns:
            gr.Info(say(language, "export.none"), title=say(language, "export"))
            return ""
        return conversation_markdown(conversation, language)

    def _count(self, language: Language, chosen: str) -> Any:
        active = Filters.from_json(chosen).active
        return gr.update(
            label=say(language, "filters.active", number=active) if active else say(language, "filters")
        )


def _warn(error: Exception, language: Language) -> None:
    # Gradio shows the message of a toast as HTML.
    gr.Warning(str(text_html(str(error))), title=say(language, "failed"))


def _has_answer(conversation: Conversation, turn: object) -> bool:
    return (
        isinstance(turn, int)
        and 0 <= turn < len(conversation.turns)
        and conversation.turns[turn].answer is not None
    )
