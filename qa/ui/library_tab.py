"""The Library tab: contents, uploads, removal, re-indexing, charts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import gradio as gr

from qa.errors import BulletinQAError
from qa.ui.chat import ChatTab, carried, script
from qa.ui.contents import contents_html, items_by_month, items_by_section
from qa.ui.desk import Desk
from qa.ui.html import element, join
from qa.ui.labels import Labels
from qa.ui.limits import Limits
from qa.ui.shelf import FileRow, Shelf, rows_html
from qa.ui.texts import Language, say
from qa.ui.uploads import SUFFIXES

_CHARTS = ("section", "month", "place")
_INK = "#982f2f"


class LibraryTab:
    """The components of the tab and what they do.

    `refreshed` gives the updates that other parts of the page need once the library has changed.
    """

    def __init__(
        self, desk: Desk, chat: ChatTab, limits: Limits, labels: Labels, language: Any, tabs: Any
    ) -> None:
        self._desk = desk
        self._chat = chat
        self._limits = limits
        self._shelf = Shelf(desk, limits)
        self._language = language
        self._tabs = tabs
        self._draw(labels)

    def _draw(self, labels: Labels) -> None:
        with gr.Row(elem_id="shelves"):
            with gr.Column(scale=6, min_width=320, elem_id="catalogue"):
                labels.add(gr.Markdown(elem_classes="bqa-head"), value="library.contents.head")
                self.contents = gr.HTML(
                    "", js_on_load=script("contents.js"), apply_default_css=False, elem_id="contents"
                )
            with gr.Column(scale=5, min_width=320, elem_id="desk"):
                labels.add(gr.Markdown(elem_classes="bqa-head"), value="library.upload.head")
                self.files = labels.add(
                    gr.File(
                        file_count="multiple",
                        file_types=list(SUFFIXES),
                        height=132,
                        show_label=False,
                        elem_id="upload",
                    ),
                    label="library.upload",
                )
                self.hint = gr.Markdown(self._hint("zh"), elem_classes="bqa-hint")
                self.outcome = gr.HTML("", apply_default_css=False, elem_id="outcome")
                self.cancel = labels.add(gr.Button(size="sm", visible=False), value="cancel")
                labels.add(gr.Markdown(elem_classes="bqa-head"), value="library.care.head")
                with gr.Row():
                    self.picked = labels.add(
                        gr.Dropdown([], value=None, min_width=200, scale=3, elem_id="picked"),
                        label="library.remove.pick",
                    )
                    # Its name as plain text, which no process checks against choices of its own.
                    self.named = gr.Textbox("", visible=False)
                    self.remove = labels.add(
                        gr.Button(size="sm", scale=0, elem_id="remove"), value="library.remove"
                    )
                with gr.Row(visible=False, elem_id="sure") as self.sure:
                    labels.add(gr.Markdown(), value="library.remove.sure")
                    self.yes = labels.add(
                        gr.Button(size="sm", scale=0, variant="primary", elem_id="yes"),
                        value="library.remove",
                    )
                    self.no = labels.add(gr.Button(size="sm", scale=0), value="cancel")
                self.reindex = labels.add(gr.Button(size="sm", elem_id="reindex"), value="library.reindex")
                self.status = gr.HTML("", apply_default_css=False, elem_id="status")
                self.where = gr.HTML(self._where("zh"), apply_default_css=False)
                self.charts = [
                    gr.BarPlot(elem_id=f"chart-{name}", height=260, min_width=300, buttons=[])
                    for name in _CHARTS
                ]

    def _hint(self, language: Language) -> str:
        limits = self._limits
        return say(language, "library.upload.hint", number=limits.upload_files, size=limits.upload_megabytes)

    def _where(self, language: Language) -> str:
        library = self._desk.library
        places = (
            ("library.folder", str(Path(library.bulletins).resolve())),
            ("library.index", library.place),
        )
        rows = [
            element("div", element("dt", say(language, key)), element("dd", place)) for key, place in places
        ]
        return str(element("dl", join(rows), class_="where"))

    def connect(self, refreshed: Callable[[Language, str], list[Any]], others: Sequence[Any]) -> None:
        """Attach every listener; `refreshed` fills `others`, the components outside the tab."""
        chat, language = self._chat, self._language
        self._others = refreshed
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        quick: dict[str, Any] = {**private, "queue": False}
        state = [language, chat.conversation]
        shown = [self.contents, self.picked, *others]
        adding = self.files.upload(
            self._add, [self.files, *state], [self.outcome, self.files, self.cancel, *shown], **private
        )
        self.cancel.click(
            self._cancelled,
            state,
            [self.outcome, self.cancel, *shown],
            cancels=[adding],
            **quick,
        )
        self.picked.change(None, self.picked, self.named, js="(name) => name || ''", **quick)
        self.remove.click(lambda name: gr.update(visible=bool(name)), self.named, self.sure, **quick)
        self.no.click(lambda: gr.update(visible=False), None, self.sure, **quick)
        removing = self.yes.click(
            self._remove, [self.named, *state], [self.status, self.sure, *shown], **private
        )
        working = self.reindex.click(self._reindex, state, [self.status, *shown], **private)
        for event in (adding, removing, working):
            event.then(self.plots, language, self.charts, **quick)
        self.contents.open(
            self._open, [chat.conversation, language], [chat.reader, chat.opened, self._tabs], **quick
        )

    def spoken(self, language: Language) -> list[Any]:
        """The updates of `speaking` in `language`."""
        return [self.listing(language), self.choices(), self._hint(language), self._where(language)]

    @property
    def speaking(self) -> list[Any]:
        """The components that `spoken` fills."""
        return [self.contents, self.picked, self.hint, self.where]

    def listing(self, language: Language) -> str:
        """The table of contents, or what to do when it is empty."""
        listings = self._desk.listings()
        if not listings:
            return str(element("p", say(language, "empty.more"), class_="none"))
        return str(contents_html(listings, language))

    def choices(self) -> Any:
        """The bulletins that can be removed."""
        return gr.update(choices=[listing.name for listing in self._desk.listings()], value=None)

    def plots(self, language: Language) -> list[Any]:
        """The three charts over the library as it is now."""
        listings = self._desk.listings()
        figures = (
            items_by_section(listings, language),
            items_by_month(listings),
            self._desk.items_by_place(),
        )
        return [self._plot(name, counts, language) for name, counts in zip(_CHARTS, figures, strict=True)]

    @staticmethod
    def _plot(name: str, counts: Sequence[tuple[str, int]], language: Language) -> Any:
        # Gradio's charts take a data frame, of the pandas that comes with it.
        pandas = import_module("pandas")
        kind, number = say(language, f"chart.{name}"), say(language, "chart.items")
        frame = pandas.DataFrame(counts, columns=[kind, number])
        return gr.BarPlot(
            frame,
            x=kind,
            y=number,
            title=say(language, f"chart.{name}s", number=sum(value for _, value in counts)),
            x_title=" ",
            y_title=number,
            sort=[label for label, _ in counts],
            x_label_angle=-40,
            y_lim=[0, max((value for _, value in counts), default=1)],
            color_map=None,
            visible=bool(counts),
        )

    # What the components do

    def _changed(self, language: Language, kept: str) -> list[Any]:
        return [self.listing(language), self.choices(), *self._others(language, kept)]

    def _add(self, paths: list[str] | None, language: Language, kept: str) -> Iterator[list[Any]]:
        unchanged = [gr.skip()] * len(self._changed(language, kept))
        rows: tuple[FileRow, ...] = ()
        for rows in self._shelf.add([Path(path) for path in paths or ()], language):
            yield [str(rows_html(rows, language)), gr.skip(), gr.update(visible=True), *unchanged]
        told = str(rows_html(rows, language))
        yield [told, None, gr.update(visible=False), *self._changed(language, kept)]

    def _cancelled(self, language: Language, kept: str) -> list[Any]:
        told = str(element("p", say(language, "library.cancelled"), class_="note"))
        return [told, gr.update(visible=False), *self._changed(language, kept)]

    def _remove(self, name: str | None, language: Language, kept: str) -> list[Any]:
        try:
            told = _status(self._shelf.remove(str(name), language))
        except BulletinQAError as error:
            told = _status(str(error), failed=True)
        return [told, gr.update(visible=False), *self._changed(language, kept)]

    def _reindex(self, language: Language, kept: str) -> Iterator[list[Any]]:
        unchanged = [gr.skip()] * len(self._changed(language, kept))
        told = ""
        try:
            for line in self._shelf.reindex(language):
                told = _status(line)
                yield [told, *unchanged]
        except BulletinQAError as error:
            told = _status(str(error), failed=True)
        yield [told, *self._changed(language, kept)]

    def _open(self, event: gr.EventData, kept: str, language: Language) -> tuple[str, dict[str, Any], Any]:
        opened = {name: event._data.get(name) for name in ("act", "bulletin", "item", "shown")}
        return self._chat.opened_html(opened, carried(kept), language), opened, gr.update(selected="ask")


def _status(text: str, *, failed: bool = False) -> str:
    lines = [element("p", line) for line in text.split("\n")]
    return str(element("div", join(lines), class_="failure" if failed else "told", role="status"))
