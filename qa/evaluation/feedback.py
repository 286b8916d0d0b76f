"""Question sets that grow out of use: a judged answer becomes a row of a question set."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from filelock import FileLock, Timeout

from qa.errors import QuestionSetError
from qa.evaluation.questions import MAX_CHARACTERS, Gold, Question, load_questions, to_line
from qa.text import compact, language_of
from qa.types import Answer

Verdict = Literal["up", "down", "save"]

_WAIT_SECONDS = 10.0
_LOCK = threading.Lock()


def append_question(
    path: str | Path,
    question: str,
    answer: Answer,
    verdict: Verdict,
    history: Sequence[str] = (),
) -> Question:
    """Write a judged answer to the question set at `path`, made if it is missing; return the row.

    `up` and `save` take the cited items as gold (a refusal so judged becomes an unanswerable question).
    `down` writes a draft: that an answer is wrong does not say what is right, so evaluation leaves drafts
    out until someone fills in their gold. A question already in the set is replaced, never doubled.
    Raises QuestionSetError when the file is not named `questions*.jsonl` or cannot be written.
    """
    target = Path(path)
    if not (target.name.startswith("questions") and target.suffix == ".jsonl"):
        raise QuestionSetError(
            f"{target.name}: name the file questions….jsonl, so that it is never taken for bulletins"
        )
    if verdict not in get_args(Verdict):
        raise QuestionSetError(f"verdict {verdict!r}: use one of {', '.join(get_args(Verdict))}")
    row = _row(question, answer, verdict, tuple(history))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _LOCK, FileLock(str(target.with_name(f".{target.name}.lock")), timeout=_WAIT_SECONDS):
            _replace(target, row)
    except Timeout as error:
        raise QuestionSetError(f"{target}: another process is writing it; try again") from error
    except OSError as error:
        raise QuestionSetError(
            f"{target}: cannot be written ({error.strerror}); choose another folder"
        ) from error
    return row


def _row(question: str, answer: Answer, verdict: Verdict, history: tuple[str, ...]) -> Question:
    if not question.strip() or any(len(text) > MAX_CHARACTERS for text in (question, *history)):
        raise QuestionSetError(f"a question to save has 1 to {MAX_CHARACTERS:,} characters; shorten it")
    digest = hashlib.sha256("\x1f".join((*history, question)).encode("utf-8", "replace")).hexdigest()
    gold = tuple(
        Gold(citation.bulletin, compact(citation.title), compact(citation.quote))
        for citation in answer.citations
    )
    if answer.refused:
        kind: Literal["unanswerable", "followup", "fact"] = "unanswerable"
    else:
        kind = "followup" if history else "fact"
    return Question(
        id=f"u{digest[:12]}",
        question=question,
        type=kind,
        lang="en" if language_of(question) == "en" else "zh",
        history=history,
        gold=() if answer.refused else gold,
        answer="" if answer.refused else answer.answer,
        draft=verdict == "down" or (not answer.refused and not gold),
    )


def _replace(target: Path, row: Question) -> None:
    kept: list[str] = []
    if target.exists() and target.stat().st_size:
        _refuse_broken(target)
        for line in target.read_text(encoding="utf-8-sig").split("\n"):
            if line.strip() and json.loads(line).get("id") != row.id:
                kept.append(line)
    part = target.with_name(f".{target.name}.part")
    part.write_text("\n".join([*kept, to_line(row), ""]), encoding="utf-8")
    os.replace(part, target)


def _refuse_broken(target: Path) -> None:
    """Never rewrite a file that is not a question set."""
    try:
        load_questions(target)
    except QuestionSetError as error:
        if "no question" not in str(error):
            raise
