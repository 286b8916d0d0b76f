"""The Evaluation tab: a question set, its measures, and the report to keep."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
from markupsafe import Markup

from qa.errors import BulletinQAError
from qa.ui.desk import Desk
from qa.ui.feedback import Feedback
from qa.ui.html import element, join
from qa.ui.labels import Labels
from qa.ui.texts import Language, say
from qa.ui.work import Work

if TYPE_CHECKING:
    from qa.evaluation import Report

_MOST_ROWS = 500


class EvaluationTab:
    """The components of the tab and what they do."""

    def __init__(self, desk: Desk, feedback: Feedback, labels: Labels, language: Any) -> None:
        self._desk = desk
        self._feedback = feedback
        self._language = language
        with gr.Row(elem_id="evaluation"), gr.Column(elem_id="measuring"):
            with gr.Row():
                with gr.Column(scale=3, min_width=280):
                    labels.add(gr.Markdown(elem_classes="bqa-head"), value="evaluation.head")
                    self.file = labels.add(
                        gr.File(file_types=[".jsonl"], height=132, show_label=False, elem_id="questions"),
                        label="evaluation.file",
                    )
                with gr.Column(scale=2, min_width=240):
                    labels.add(gr.Markdown(elem_classes="bqa-hint"), value="evaluation.hint")
                    self.run = labels.add(
                        gr.Button(variant="primary", size="sm", elem_id="evaluate"), value="evaluation.run"
                    )
                    self.kept = labels.add(gr.Button(size="sm"), value="evaluation.kept")
                    self.stop = labels.add(gr.Button(size="sm", visible=False), value="stop")
                    self.report = labels.add(
                        gr.DownloadButton(size="sm", visible=False, elem_id="report"),
                        label="evaluation.report",
                    )
            self.status = gr.HTML("", apply_default_css=False, elem_id="evaluating")
            self.measures = gr.HTML("", apply_default_css=False, elem_id="measures")

    def connect(self) -> None:
        """Attach every listener."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        shown = [self.status, self.measures, self.report, self.stop]
        running: list[Any] = [
            self.run.click(self._uploaded, [self.file, self._language], shown, **private),
            self.kept.click(self._saved, self._language, shown, **private),
        ]
        self.stop.click(
            lambda: ("", gr.update(visible=False)),
            None,
            [self.status, self.stop],
            cancels=running,
            queue=False,
            **private,
        )

    def _uploaded(self, path: str | None, language: Language) -> Iterator[list[Any]]:
        if not path:
            yield [_told(say(language, "evaluation.none")), "", gr.update(visible=False), gr.skip()]
            return
        yield from self._evaluate(Path(path), language)

    def _saved(self, language: Language) -> Iterator[list[Any]]:
        if not self._feedback.questions.is_file():
            yield [_told(say(language, "evaluation.nothing")), "", gr.update(visible=False), gr.skip()]
            return
        yield from self._evaluate(self._feedback.questions, language)

    def _evaluate(self, path: Path, language: Language) -> Iterator[list[Any]]:
        from qa.evaluation import evaluate, write_html

        library = self._desk.library
        hidden = gr.update(visible=False)
        began = time.monotonic()
        work = Work(lambda progress: evaluate(library, path, progress), stoppable=True)
        try:
            for progress in work.steps():
                line = say(language, "evaluation.progress", done=progress.done, total=progress.total or "…")
                yield [_told(line, progress.share), gr.skip(), hidden, gr.update(visible=True)]
            report = work.result()
            # Gradio serves files of the temporary folder only, each under a name that cannot be guessed.
            target = Path(tempfile.mkdtemp(prefix="bulletin-qa-")) / "report.html"
            write_html(report, target)
        except BulletinQAError as error:
            yield [str(element("p", str(error), class_="failure", role="alert")), "", hidden, hidden]
            return
        seconds = f"{time.monotonic() - began:.1f}"
        done = say(language, "evaluation.done", number=len(report.rows), seconds=seconds)
        kept = gr.update(value=str(target), visible=True)
        yield [_told(done), str(report_html(report, language)), kept, hidden]


def _told(text: str, share: float | None = None) -> str:
    bar = None
    if share is not None:
        bar = element("span", class_="bar", style=f"--share: {round(100 * share)}%", aria_hidden="true")
    return str(element("div", element("p", text), bar, class_="told", role="status"))


def report_html(report: Report, language: Language) -> Markup:
    """The measures overall and by kind, then the questions one by one, the failed ones first."""
    parts = [_measures_html(report, language)]
    rows = sorted(report.rows, key=lambda row: (not row.error, row.supported or not row.answerable))
    names = ("question", "evaluation.type", "evaluation.answer", "evaluation.cited", "why.confidence")
    head = element("tr", join([element("th", say(language, name), scope="col") for name in names]))
    body = [
        element(
            "tr",
            element("td", row.question),
            element("td", row.type),
            element("td", row.error or row.answer),
            element("td", "、".join(dict.fromkeys(cited.title for cited in row.citations))),
            element("td", f"{row.confidence:.0%}", class_="figure"),
            class_=None if row.supported or (row.refused and not row.answerable) else "wrong",
        )
        for row in rows[:_MOST_ROWS]
    ]
    table = element("table", element("thead", head), element("tbody", join(body)))
    heading = element("h3", say(language, "evaluation.rows"))
    parts.append(element("section", heading, element("div", table, class_="scroll", tabindex=0)))
    return element("div", join(parts), class_="report")


def _measures_html(report: Report, language: Language) -> Markup:
    overall: dict[str, float] = report.measures["overall"]
    intervals = report.intervals["overall"]
    types: dict[str, dict[str, float]] = report.measures["by_type"]
    counts: dict[str, dict[str, int]] = report.counts["by_type"]
    titles = [
        say(language, "evaluation.measure"),
        say(language, "evaluation.value"),
        say(language, "evaluation.interval"),
        *[f"{name} ({counts[name]['questions']})" for name in types],
    ]
    head = element("tr", join([element("th", title, scope="col") for title in titles]))
    body = []
    for name, value in overall.items():
        span = intervals.get(name)
        cells = [
            element("th", name, scope="row"),
            element("td", _figure(name, value), class_="figure strong"),
            element(
                "td", f"{_figure(name, span[0])} – {_figure(name, span[1])}" if span else "", class_="figure"
            ),
        ]
        cells += [
            element("td", _figure(name, measures[name]) if name in measures else "–", class_="figure")
            for measures in types.values()
        ]
        body.append(element("tr", join(cells)))
    table = element("table", element("thead", head), element("tbody", join(body)))
    return element("section", element("div", table, class_="scroll", tabindex=0))


def _figure(name: str, value: float) -> str:
    return f"{value:.0f}" if name.endswith("_ms") else f"{value:.3f}"
