"""Asking every question of a set and scoring what comes back."""

from __future__ import annotations

import hashlib
import importlib.metadata
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from qa.evaluation.measures import answer_scores, failed_scores, found_strings, retrieval_scores
from qa.evaluation.questions import Question, load_questions
from qa.evaluation.results import Cited, Report, Row
from qa.text import matching_form, split_sentences
from qa.types import Answer, Citation, Hit

ITEMS = 10
PASSAGES = 60


class Answering(Protocol):
    """What is evaluated: anything that retrieves and answers like `Library`."""

    def retrieve(self, question: str, k: int = 5, *, history: Sequence[str] = ()) -> Sequence[Hit]:
        """The `k` best passages, best first."""

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """The answer, or a refusal."""


class Progress(Protocol):
    """Told how far the evaluation is."""

    def start(self, stage: str, total: int | None) -> None:
        """A stage of `total` steps begins."""

    def advance(self, n: int) -> None:
        """`n` more steps are done."""

    def finish(self) -> None:
        """The stage is over."""


def evaluate(
    library: Answering,
    questions: str | Path | Sequence[Question],
    progress: Progress | Callable[[int, int], None] | None = None,
    *,
    split: str | None = None,
) -> Report:
    """Ask every question and score retrieval, answer, citations, refusal and time.

    `questions` is the path of a question set or the questions themselves. Items are ranked by their best
    passage among the first 60, ten of them kept. A question that raises scores the worst of every measure
    and its error is kept; the others go on. `seconds` of a row is the wall time of `ask` alone.
    `progress` is told of each question, as an object or as a function of how many are done and of how many.
    """
    about: dict[str, Any] = {"version": _version(), **_choices(library)}
    if isinstance(questions, (str, Path)):
        about |= _fingerprint(Path(questions))
        questions = load_questions(questions, split=split)
    elif split is not None:
        questions = [question for question in questions if question.split == split]
    if split is not None:
        about["split"] = split
    about["questions"] = len(questions)
    rankings: dict[str, list[str]] = {}
    rows: list[Row] = []
    for question in _told(questions, progress):
        row, rankings[question.id] = _ask(library, question)
        rows.append(row)
    gold = {question.id: question.gold_keys for question in questions if question.answerable}
    retrieved = retrieval_scores({name: rankings[name] for name in gold}, gold)
    for row in rows:
        row.scores.update(retrieved.get(row.id, {}))
    return Report(tuple(rows), about)


def _told(
    questions: Sequence[Question], progress: Progress | Callable[[int, int], None] | None
) -> Iterator[Question]:
    """The questions one by one, with `progress` told after each."""
    if progress is None:
        yield from questions
    elif callable(progress):
        for done, question in enumerate(questions, 1):
            yield question
            progress(done, len(questions))
    else:
        progress.start("questions", len(questions))
        try:
            for question in questions:
                yield question
                progress.advance(1)
        finally:
            progress.finish()


def _version() -> str:
    with suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version("bulletin-qa")
    return "unknown"


def _choices(library: Answering) -> dict[str, str]:
    """Model and settings of a library that has them, so that two reports can be told apart."""
    encoder, settings = getattr(library, "encoder", None), getattr(library, "settings", None)
    choices = {
        "model": getattr(encoder, "name", None),
        "model_fingerprint": getattr(encoder, "fingerprint", None),
        "settings": getattr(settings, "fingerprint", None),
    }
    return {name: value for name, value in choices.items() if isinstance(value, str)}


def _fingerprint(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return {"question_set": path.name, "question_set_sha256": digest[:16]}


def _key(place: Hit | Citation, gold: Sequence[str]) -> str:
    """The item of a hit or citation in the spelling that the question's gold uses."""
    if place.item_id in gold:
        return place.item_id
    return f"{Path(place.bulletin).name}\t{matching_form(place.title)}"


def _ask(library: Answering, question: Question) -> tuple[Row, list[str]]:
    gold = question.gold_keys
    keys: dict[str, str] = {}
    answer: Answer | None = None
    error = ""
    started = time.perf_counter()
    # Whatever one question raises must not cost the others their score.
    try:
        answer = library.ask(question.question, history=question.history)
    except Exception as problem:
        error = f"ask: {type(problem).__name__}: {problem}"
    seconds = time.perf_counter() - started
    try:
        for hit in library.retrieve(question.question, k=PASSAGES, history=question.history):
            keys.setdefault(_key(hit, gold), hit.title)
    except Exception as problem:
        error = error or f"retrieve: {type(problem).__name__}: {problem}"
        keys.clear()
    ranking = list(keys)[:ITEMS]
    titles = tuple(("* " if key in gold else "") + keys[key] for key in ranking)
    return _row(question, answer, titles, seconds, error), ranking


def _row(
    question: Question, answer: Answer | None, ranking: tuple[str, ...], seconds: float, error: str
) -> Row:
    gold = question.gold_keys
    if answer is None:
        answer = Answer(question.question, "", "", refused=False, confidence=0.0, mode="")
        scores = failed_scores(question.answerable, bool(question.must_include))
    else:
        cited = [_key(citation, gold) for citation in answer.citations]
        scores = answer_scores(answer.answer, question.must_include, cited, gold, refused=answer.refused)
    shown = "" if answer.refused else answer.answer
    found = found_strings(shown, question.must_include)
    return Row(
        id=question.id,
        question=question.question,
        type=question.type,
        lang=question.lang,
        split=question.split,
        history=question.history,
        answerable=question.answerable,
        expected=question.answer,
        expected_titles=tuple(dict.fromkeys(each.title or each.item_id for each in question.gold)),
        evidence=tuple(each.evidence for each in question.gold if each.evidence),
        standalone_question=answer.standalone_question,
        answer=answer.answer,
        refused=answer.refused,
        confidence=answer.confidence,
        mode=answer.mode,
        reason=answer.reason,
        citations=tuple(
            Cited(each.number, each.quote, each.title, each.bulletin, _key(each, gold) in gold)
            for each in answer.citations
        ),
        nearest=tuple(miss.title for miss in answer.nearest),
        ranking=ranking,
        missing=tuple(text for text, there in zip(question.must_include, found, strict=True) if not there),
        sentences=sum(len(split_sentences(each.quote)) for each in answer.citations),
        seconds=seconds,
        scores=scores,
        error=error,
    )
