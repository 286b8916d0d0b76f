"""The library as the server asks it: every question is counted and logged, whoever put it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from qa.text import language_of
from qa.types import Answer, Hit
from qa.ui.operations.context import answering, current_request, is_unobserved
from qa.ui.operations.holdings import Watch
from qa.ui.operations.metrics import Metrics

if TYPE_CHECKING:
    from qa.indexing import SyncReport
    from qa.library import AnswerPart, Library
    from qa.storage.progress import Progress

_log = logging.getLogger("qa.ui.questions")
_LONGEST = 2_000


class ObservedLibrary:
    """Stands before a library; what is not asked of it here goes through unchanged."""

    def __init__(self, library: Library, metrics: Metrics, watch: Watch, *, log_questions: bool) -> None:
        self._library = library
        self._metrics = metrics
        self._watch = watch
        self._log_questions = log_questions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def stream(self, question: str, history: Sequence[str] = (), **options: Any) -> Iterator[AnswerPart]:
        """As `Library.stream`."""
        parts = self._library.stream(question, history, **options)
        return parts if is_unobserved() else self._followed(parts, question, options, current_request())

    def _followed(
        self, parts: Iterator[AnswerPart], question: str, options: dict[str, Any], request_id: str
    ) -> Iterator[AnswerPart]:
        began, answer, failure = time.perf_counter(), None, "failed"
        try:
            for part in parts:
                answer = part.answer or answer
                yield part
        except GeneratorExit:
            failure = "stopped"
            raise
        finally:
            with answering(request_id):
                self._count(question, answer, failure, options, time.perf_counter() - began)

    def ask(self, question: str, history: Sequence[str] = (), **options: Any) -> Answer:
        """As `Library.ask`."""
        if is_unobserved():
            return self._library.ask(question, history, **options)
        began, answer = time.perf_counter(), None
        try:
            answer = self._library.ask(question, history, **options)
            return answer
        finally:
            self._count(question, answer, "failed", options, time.perf_counter() - began)

    def retrieve(self, question: str, k: int | None = None, **options: Any) -> list[Hit]:
        """As `Library.retrieve`."""
        try:
            hits = self._library.retrieve(question, k, **options)
        except BaseException:
            self._metrics.retrieved(None)
            raise
        self._metrics.retrieved(len(hits))
        return hits

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """As `Library.sync`."""
        done = False
        self._watch.sync_began()
        try:
            report = self._library.sync(progress)
            done = True
            return report
        finally:
            self._watch.sync_ended(done=done)

    def _count(
        self, question: str, answer: Answer | None, failure: str, options: dict[str, Any], seconds: float
    ) -> None:
        language = "en" if language_of(question[:_LONGEST]) == "en" else "zh"
        fields: dict[str, Any] = {"request": current_request(), "language": language}
        if answer is None:
            self._metrics.ended(failure, language)
            fields |= {"outcome": failure, "seconds": round(seconds, 4)}
        else:
            settings = self._library.settings
            model = bool(settings.llm_base_url and settings.llm_model)
            expected = model and options.get("mode") != "extractive"
            self._metrics.answered(answer, language, model_expected=expected)
            fields |= {
                "outcome": "refused" if answer.refused else "answered",
                "reason": answer.reason,
                "mode": answer.mode,
                "seconds": round(answer.seconds, 4),
                "citations": len(answer.citations),
                "hits": len(answer.hits),
                "generation": self._library.store.generation,
            }
        if self._log_questions:
            fields["question"] = question[:_LONGEST]
        _log.info("question", extra={"fields": fields})
