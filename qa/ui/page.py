"""The page: masthead, tabs, and the language they speak."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Set before Gradio is imported: it reads them once.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import gradio as gr

from qa.ui.asking import Asker
from qa.ui.chat import ChatTab
from qa.ui.chat_events import ChatEvents
from qa.ui.conversation import Conversation
from qa.ui.desk import Desk
from qa.ui.feedback import Feedback
from qa.ui.html import element
from qa.ui.labels import Labels
from qa.ui.limits import Limits
from qa.ui.texts import Language, language_of_browser, say

if TYPE_CHECKING:
    from qa.library import Library
    from qa.settings import Settings

_KEPT_LANGUAGE = "() => [localStorage.getItem('bulletin-qa.language') || '']"
_KEEP_CHOICE = """(language) => {
  localStorage.setItem("bulletin-qa.language", language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}"""
_TELL_LANGUAGE = '(language) => { document.documentElement.lang = language === "zh" ? "zh-CN" : "en"; }'
_THEME = """() => {
  const dark = document.body.classList.toggle("dark");
  localStorage.setItem("bulletin-qa.theme", dark ? "dark" : "light");
}"""


class Page:
    """The whole page over one library."""

    def __init__(self, library: Library, settings: Settings, limits: Limits) -> None:
        self._desk = Desk(library)
        self._labels = Labels()
        with gr.Blocks(
            title=say("zh", "title"), analytics_enabled=False, fill_width=True, delete_cache=(3600, 86_400)
        ) as self.blocks:
            self._language = gr.State("zh")
            self._wish = gr.Textbox(visible=False)
            with gr.Row(elem_id="masthead"):
                self._name = gr.HTML(self._masthead("zh"), apply_default_css=False, elem_id="name")
                self._theme = self._labels.add(gr.Button(size="sm", scale=0, min_width=60), value="theme")
                self._switch = self._labels.add(
                    gr.Button(size="sm", scale=0, min_width=60, elem_id="language"), value="language"
                )
            with gr.Tabs(elem_id="tabs") as self._tabs:
                with self._labels.add(gr.Tab(say("zh", "tab.ask"), id="ask"), label="tab.ask"):
                    self._chat = ChatTab(
                        self._desk,
                        Asker(library, limits),
                        self._labels,
                        bool(settings.llm_base_url and settings.llm_model),
                    )
            feedback = Feedback(library.bulletins, library.index)
            ChatEvents(self._chat, feedback, self._language).connect()
            self._connect()

    def _draw_tabs(self, library: Library, settings: Settings, limits: Limits) -> None:
        generative = bool(settings.llm_base_url and settings.llm_model)
        with self._labels.add(gr.Tab(say("zh", "tab.ask"), id="ask"), label="tab.ask"):
            self._chat = ChatTab(self._desk, Asker(library, limits), self._labels, generative)

    def _connect(self) -> None:
        chat = self._chat
        spoken = [
            self._language,
            *self._labels.components,
            self._name,
            chat.thread,
            chat.reader,
            chat.history,
            chat.sections,
            chat.bulletins,
            chat.mode,
            chat.filters,
        ]
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        self.blocks.load(
            self._load, [self._wish, chat.conversation], spoken, js=_KEPT_LANGUAGE, **private
        ).then(None, self._language, js=_TELL_LANGUAGE)
        self._switch.click(
            self._change,
            [self._language, chat.conversation, chat.opened],
            spoken,
            **private,
        ).then(None, self._language, js=_KEEP_CHOICE)
        self._theme.click(None, js=_THEME)
        chat.thread.library(lambda: gr.update(selected="library"), None, self._tabs, **private)

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

    def _load(self, wish: str, conversation: Conversation, request: gr.Request) -> list[Any]:
        header = request.headers.get("accept-language", "")
        language: Language = wish if wish in ("zh", "en") else language_of_browser(header)  # type: ignore[assignment]
        return self._spoken(language, conversation, None)

    def _change(self, language: Language, conversation: Conversation, opened: Any) -> list[Any]:
        return self._spoken("en" if language == "zh" else "zh", conversation, opened)

    def _spoken(self, language: Language, conversation: Conversation, opened: Any) -> list[Any]:
        chat = self._chat
        return [
            language,
            *self._labels.updates(language),
            self._masthead(language),
            chat.thread_html(conversation, language),
            chat.opened_html(opened, conversation, language),
            chat.record(conversation, language, keep=False),
            gr.update(choices=self._desk.sections()),
            gr.update(choices=[listing.name for listing in self._desk.listings()]),
            gr.update(choices=chat.modes(language), label=say(language, "mode")),
            gr.update(label=say(language, "filters")),
        ]
