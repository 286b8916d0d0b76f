"""The page: masthead, tabs, and the language they speak."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

# Set before Gradio is imported: it reads them once.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr

from qa.errors import BulletinQAError
from qa.ui.asking import Asker
from qa.ui.chat import ChatTab, carried
from qa.ui.chat_events import UNANSWERED, ChatEvents
from qa.ui.conversation import Conversation
from qa.ui.desk import Desk
from qa.ui.evaluation_tab import EvaluationTab
from qa.ui.feedback import Feedback
from qa.ui.html import element
from qa.ui.labels import Labels
from qa.ui.library_tab import LibraryTab
from qa.ui.limits import Limits
from qa.ui.programs import Programs
from qa.ui.texts import Language, language_of_browser, say

if TYPE_CHECKING:
    from qa.library import Library
    from qa.settings import Settings

# A page that is loaded again, perhaps from another process, goes on with the conversation of its tab.
_KEPT = """() => {
  const open = sessionStorage.getItem("bulletin-qa.open");
  let kept = "";
  if (open) {
    try {
      const all = JSON.parse(localStorage.getItem("bulletin-qa.conversations") || "[]");
      const found = all.find((entry) => entry.key === open);
      if (found) kept = JSON.stringify(found.conversation);
    } catch { /* what cannot be read is not offered */ }
  }
  return [localStorage.getItem("bulletin-qa.language") || "", kept];
}"""
_KEEP_CHOICE = """(language) => {
  localStorage.setItem("bulletin-qa.language", language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}"""
_TELL_LANGUAGE = '(language) => { document.documentElement.lang = language === "zh" ? "zh-CN" : "en"; }'
_MENU = "() => { document.getElementById('workspace').classList.toggle('listing'); }"
_THEME = """() => {
  const dark = document.body.classList.toggle("dark");
  localStorage.setItem("bulletin-qa.theme", dark ? "dark" : "light");
}"""


class Page:
    """The whole page over one library."""

    def __init__(
        self,
        library: Library,
        settings: Settings,
        limits: Limits,
        on_judged: Callable[[str], None] | None = None,
    ) -> None:
        self._desk = Desk(library)
        self._labels = Labels()
        self._feedback = Feedback(library.bulletins, on_judged)
        with gr.Blocks(
            title=say("zh", "title"), analytics_enabled=False, fill_width=True, delete_cache=(3600, 86_400)
        ) as self.blocks:
            # Both are carried by the browser: the language that is spoken, and the one a browser kept.
            self._language = gr.Radio(["zh", "en"], value="zh", visible=False)
            self._wish = gr.Textbox(visible=False)
            with gr.Row(elem_id="masthead"):
                self._name = gr.HTML(self._masthead("zh"), apply_default_css=False, elem_id="name")
                self._menu = self._labels.add(
                    gr.Button(size="sm", scale=0, min_width=60, elem_id="menu"), value="menu"
                )
                self._theme = self._labels.add(gr.Button(size="sm", scale=0, min_width=60), value="theme")
                self._switch = self._labels.add(
                    gr.Button(size="sm", scale=0, min_width=60, elem_id="language"), value="language"
                )
            with gr.Tabs(elem_id="tabs") as self._tabs:
                self._draw_tabs(library, settings, limits)
            self._connect()
            Programs(library, limits).offer()

    def _draw_tabs(self, library: Library, settings: Settings, limits: Limits) -> None:
        labels, language = self._labels, self._language
        generative = bool(settings.llm_base_url and settings.llm_model)
        with labels.add(gr.Tab(say("zh", "tab.ask"), id="ask"), label="tab.ask"):
            self._chat = ChatTab(self._desk, Asker(library, limits), labels, generative)
        with labels.add(gr.Tab(say("zh", "tab.library"), id="library"), label="tab.library") as self._shelves:
            self._library = LibraryTab(self._desk, self._chat, limits, labels, language, self._tabs)
        with labels.add(gr.Tab(say("zh", "tab.evaluation"), id="evaluation"), label="tab.evaluation"):
            evaluation = EvaluationTab(self._desk, self._feedback, labels, language)
        ChatEvents(self._chat, self._feedback, language).connect()
        evaluation.connect()

    def _connect(self) -> None:
        chat, library = self._chat, self._library
        spoken = [
            self._language,
            self._wish,
            *self._labels.components,
            chat.history,
            chat.reader,
            chat.mode,
            chat.conversation,
            *library.speaking,
            *self._living,
        ]
        quick: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        state = [self._language, chat.conversation]
        self.blocks.load(self._load, [self._wish, chat.conversation], spoken, js=_KEPT, **quick).then(
            None, self._wish, js=_TELL_LANGUAGE
        ).then(None, None, chat.question, js=UNANSWERED)
        changed = self._switch.click(self._change, [*state, chat.opened], spoken, **quick)
        changed.then(None, self._wish, js=_KEEP_CHOICE)
        changed.then(library.plots, self._language, library.charts, **quick)
        self._theme.click(None, js=_THEME)
        self._menu.click(None, js=_MENU)
        chat.thread.library(lambda: gr.update(selected="library"), None, self._tabs, **quick)
        self._shelves.select(library.plots, self._language, library.charts, **quick)
        library.connect(self._alive, self._living)

    @property
    def _living(self) -> list[Any]:
        """The components that change when the library does; `_alive` fills them."""
        chat = self._chat
        return [self._name, chat.thread, chat.sections, chat.bulletins, chat.filters]

    def _alive(self, language: Language, kept: str) -> list[Any]:
        return [
            self._masthead(language),
            self._chat.thread_html(carried(kept), language),
            gr.update(choices=self._desk.sections(), value=[]),
            gr.update(choices=[listing.name for listing in self._desk.listings()], value=[]),
            gr.update(label=say(language, "filters")),
        ]

    def _masthead(self, language: Language) -> str:
        bulletins, items = self._desk.counts()
        return str(
            element(
                "div",
                element("h1", say(language, "title")),
                element("span", say(language, "subtitle"), class_="motto"),
                element("span", say(language, "counts", bulletins=bulletins, items=items), class_="counts"),
                class_="masthead",
            )
        )

    def _load(self, wish: str, kept: str, request: gr.Request) -> list[Any]:
        header = request.headers.get("accept-language", "")
        language: Language = wish if wish in ("zh", "en") else language_of_browser(header)  # type: ignore[assignment]
        try:
            Conversation.from_json(kept or "")
        except BulletinQAError:
            # What a browser kept and can't be read is not worth an error before anything was asked.
            kept = ""
        return self._spoken(language, kept, None)

    def _change(self, language: Language, kept: str, opened: Any) -> list[Any]:
        return self._spoken("en" if language == "zh" else "zh", kept, opened)

    def _spoken(self, language: Language, kept: str, opened: Any) -> list[Any]:
        chat, conversation = self._chat, carried(kept)
        return [
            language,
            language,
            *self._labels.updates(language),
            chat.record(conversation, language, keep=False),
            chat.opened_html(opened, conversation, language),
            gr.update(choices=chat.modes(language), label=say(language, "mode")),
            conversation.carried(),
            *self._library.spoken(language),
            *self._alive(language, kept),
        ]
