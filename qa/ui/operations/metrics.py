"""What a server process counts, for Prometheus. No label holds anything that a user or a bulletin wrote."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from qa.errors import BulletinQAError
from qa.types import Answer
from qa.ui.operations.holdings import Watch

REASONS = frozenset({"empty", "off_topic", "other_place", "other_date", "other_name", "missing_detail"})
MODES = frozenset({"extractive", "generative"})
VERDICTS = frozenset({"up", "down", "save"})
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_HITS = (0, 1, 2, 5, 10, 20, 50, 100)


class Metrics:
    """The counters of one application, in a registry of their own: two in one process don't mix."""

    def __init__(self, watch: Watch, version: str) -> None:
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "bulletin_qa_answer_seconds",
            "Time from a question to its whole answer.",
            ["mode"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._questions = Counter(
            "bulletin_qa_questions",
            "Questions by what became of them: answered, refused (with the kind of reason), failed, stopped.",
            ["outcome", "reason", "language"],
            registry=self.registry,
        )
        self._hits = Histogram(
            "bulletin_qa_hits",
            "Passages found for a question or a retrieval.",
            buckets=_HITS,
            registry=self.registry,
        )
        self._retrievals = Counter(
            "bulletin_qa_retrievals", "Retrievals without an answer.", ["outcome"], registry=self.registry
        )
        self._feedback = Counter(
            "bulletin_qa_feedback", "Answers judged by users.", ["verdict"], registry=self.registry
        )
        self._limited = Counter(
            "bulletin_qa_rate_limited", "Requests refused for coming too fast.", registry=self.registry
        )
        self._model = Counter(
            "bulletin_qa_language_model_answers",
            "Answers that a language model was to write: written by it, or extractive because it failed or"
            " nothing it wrote could be confirmed (fallback).",
            ["outcome"],
            registry=self.registry,
        )
        self._requests = Counter(
            "bulletin_qa_requests", "HTTP requests.", ["route", "status"], registry=self.registry
        )
        self.in_flight = Gauge(
            "bulletin_qa_requests_in_flight", "HTTP requests being answered.", registry=self.registry
        )
        about = Gauge("bulletin_qa_info", "The version that runs.", ["version"], registry=self.registry)
        about.labels(version).set(1)
        ProcessCollector(registry=self.registry)
        self.registry.register(_LibraryCollector(watch))

    def answered(self, answer: Answer, language: str, *, model_expected: bool) -> None:
        """Count a question that came to its end: an answer or a refusal."""
        outcome = "refused" if answer.refused else "answered"
        reason = _one_of(answer.reason, REASONS) if answer.refused else ""
        mode = _one_of(answer.mode, MODES)
        self._questions.labels(outcome, reason, language).inc()
        self._seconds.labels(mode).observe(answer.seconds)
        self._hits.observe(len(answer.hits))
        if model_expected and not answer.refused:
            self._model.labels("written" if mode == "generative" else "fallback").inc()

    def ended(self, outcome: str, language: str) -> None:
        """Count a question without an answer: `outcome` is failed or stopped."""
        self._questions.labels(outcome, "", language).inc()

    def retrieved(self, hits: int | None) -> None:
        """Count a retrieval; `hits` is None when it failed."""
        self._retrievals.labels("failed" if hits is None else "done").inc()
        if hits is not None:
            self._hits.observe(hits)

    def judged(self, verdict: str) -> None:
        """Count an answer that a user judged or saved."""
        self._feedback.labels(_one_of(verdict, VERDICTS)).inc()

    def limited(self) -> None:
        """Count a request that was refused for coming too fast."""
        self._limited.inc()

    def requested(self, route: str, status: int) -> None:
        """Count an HTTP request; `route` is one of a fixed few."""
        self._requests.labels(route, str(status)).inc()


def _one_of(value: str, known: frozenset[str]) -> str:
    return value if value in known else "other"


class _LibraryCollector(Collector):
    """The state of the index, read when it is asked for."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: registering reads no index."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges; without those of the content when the index can't be read."""
        try:
            held = self._watch.holdings()
        except BulletinQAError:
            yield GaugeMetricFamily("bulletin_qa_index_readable", "Whether the index can be read.", 0)
        else:
            yield GaugeMetricFamily("bulletin_qa_index_readable", "Whether the index can be read.", 1)
            for name, value in (
                ("generation", held.generation),
                ("bulletins", held.bulletins),
                ("items", held.items),
                ("passages", held.passages),
            ):
                said = "The number of the index's state." if name == "generation" else f"How many {name}."
                yield GaugeMetricFamily(f"bulletin_qa_index_{name}", said, value)
            yield GaugeMetricFamily(
                "bulletin_qa_index_age_seconds", "Seconds since the index last changed.", self._watch.age()
            )
        yield GaugeMetricFamily(
            "bulletin_qa_sync_running",
            "Whether this process is bringing the index up to date.",
            int(self._watch.syncing),
        )
        age = self._watch.sync_age()
        if age is not None:
            yield GaugeMetricFamily(
                "bulletin_qa_sync_age_seconds",
                "Seconds since this process last looked the bulletins folder through.",
                age,
            )
