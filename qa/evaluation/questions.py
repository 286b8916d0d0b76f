"""Question sets: one JSON object a line, read with every mistake named by its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from qa.errors import QuestionSetError
from qa.text import compact, matching_form

QuestionType = Literal[
    "fact", "list", "why_how", "compare", "paraphrase", "followup", "unanswerable", "outofdomain"
]
UNANSWERABLE_TYPES = frozenset({"unanswerable", "outofdomain"})

MAX_BYTES = 64 * 2**20
MAX_QUESTIONS = 100_000
MAX_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Gold:
    """An item that answers a question: by `item_id`, or by `file` and `title`; `evidence` is the passage."""

    file: str = ""
    title: str = ""
    evidence: str = ""
    item_id: str = ""

    @property
    def key(self) -> str:
        """What tells one item from another: the id where there is one, else file name and title."""
        return self.item_id or f"{Path(self.file).name}\t{matching_form(self.title)}"


@dataclass(frozen=True, slots=True)
class Question:
    """One question with the items that answer it; no `gold` means that a refusal is right.

    `must_include` are the strings that a complete answer contains. `split` is `dev` (for tuning) or
    `test` (for reporting). `near` names the closest items of a question that has no answer. A `draft`
    waits for someone to say what the right answer is, and is not evaluated.
    """

    id: str
    question: str
    type: QuestionType
    lang: Literal["zh", "en"] = "zh"
    history: tuple[str, ...] = ()
    gold: tuple[Gold, ...] = ()
    answer: str = ""
    must_include: tuple[str, ...] = ()
    split: Literal["dev", "test", ""] = ""
    near: tuple[Gold, ...] = ()
    draft: bool = False

    @property
    def answerable(self) -> bool:
        """Whether the right response is an answer rather than a refusal."""
        return bool(self.gold)

    @property
    def gold_keys(self) -> tuple[str, ...]:
        """The distinct items that answer, in the order given."""
        return tuple(dict.fromkeys(gold.key for gold in self.gold))


_ADAPTER: TypeAdapter[Question] = TypeAdapter(Question)


def load_questions(path: str | Path, *, split: str | None = None) -> tuple[Question, ...]:
    """The questions of a `.jsonl` file in its order, drafts left out; with `split`, only that half.

    Blank lines are skipped. Raises QuestionSetError, which names the line and the cure, when the file
    cannot be read, is not UTF-8, holds no question, or a line breaks the format.
    """
    source = Path(path)
    questions: list[Question] = []
    lines_of: dict[str, int] = {}
    for number, line in _lines(source):
        question = _parse(line, f"{source.name}, line {number}")
        if question.id in lines_of:
            raise QuestionSetError(
                f"{source.name}, line {number}: id {question.id!r} is already used on line"
                f" {lines_of[question.id]}; give every question its own id"
            )
        lines_of[question.id] = number
        if not question.draft and split in (None, question.split):
            questions.append(question)
    if not questions:
        wanted = f" of split {split!r}" if split else ""
        raise QuestionSetError(f"{source}: no question{wanted} in it; add one JSON object a line")
    return tuple(questions)


def _lines(source: Path) -> Iterator[tuple[int, str]]:
    try:
        size = source.stat().st_size
        if size > MAX_BYTES:
            raise QuestionSetError(f"{source}: {size:,} bytes; split it into files of at most {MAX_BYTES:,}")
        text = source.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuestionSetError(f"{source}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise QuestionSetError(
            f"{source}: cannot be read ({error.strerror}); give the path of a .jsonl question set"
        ) from error
    # Not splitlines(): it also cuts at U+2028 and the like, which JSON allows inside strings.
    filled = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(filled) > MAX_QUESTIONS:
        raise QuestionSetError(f"{source}: {len(filled):,} questions; split it, {MAX_QUESTIONS:,} at most")
    yield from filled


def _parse(line: str, where: str) -> Question:
    try:
        question = _ADAPTER.validate_json(line)
    except ValidationError as error:
        raise QuestionSetError(f"{where}: {_cure(error)}") from error
    except RecursionError as error:
        raise QuestionSetError(f"{where}: nested too deeply; use the fields of the format alone") from error
    for problem in _problems(question):
        raise QuestionSetError(f"{where} ({question.id}): {problem}")
    return question


def _cure(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "json_invalid":
        return f"not a JSON object ({first['msg']}); write one object a line"
    if first["type"] == "missing":
        return f"field {place!r} is missing; add it"
    return (
        f"field {place!r}: {first['msg']}; correct it" if place else f"{first['msg']}; write one JSON object"
    )


def _problems(question: Question) -> Iterator[str]:
    if not question.id.strip():
        yield "the id is empty; give it one"
    if not question.question.strip():
        yield "the question is empty; write it or remove the line"
    if any(len(text) > MAX_CHARACTERS for text in (question.question, *question.history)):
        yield f"the question or its history has more than {MAX_CHARACTERS:,} characters; shorten it"
    if question.draft:
        return
    if question.type in UNANSWERABLE_TYPES and question.gold:
        yield f"type {question.type} has gold; empty it or change the type"
    if question.type not in UNANSWERABLE_TYPES and not question.gold:
        yield f"type {question.type} needs gold; name the items that answer, or use type unanswerable"
    if question.type == "followup" and not question.history:
        yield "a followup needs history; add the earlier questions"
    if not question.answerable and question.must_include:
        yield "must_include without gold; a refusal has no required strings"
    for gold in question.gold:
        if not gold.item_id and not (gold.file and gold.title):
            yield "gold needs item_id, or file and title; add them"
    if any(not compact(text) for text in question.must_include):
        yield "must_include holds an empty string; remove it"


def to_line(question: Question) -> str:
    """The question as one line of a question set, without a line break; empty optional fields left out."""
    fields: dict[str, Any] = _ADAPTER.dump_python(question, mode="json")
    for gold in (*fields["gold"], *fields["near"]):
        for name in [name for name, value in gold.items() if not value]:
            del gold[name]
    for name in ("split", "near", "draft"):
        if not fields[name]:
            del fields[name]
    return json.dumps(fields, ensure_ascii=False)
