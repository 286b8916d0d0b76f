"""A conversation: the browser keeps it and sends it with every event, so that any process can go on."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeVar
from uuid import uuid4

from qa.errors import UsageError
from qa.types import Answer, Citation, Hit, NearMiss

Status = Literal["answering", "done", "stopped", "failed"]
MAX_TURNS = 60
MAX_JSON = 2_000_000
MAX_CARRIED = 400_000
_LONGEST = 100_000
_T = TypeVar("_T", Citation, Hit, NearMiss)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what became of it.

    `text` is what had been written when the answer was stopped; `message` says why it failed;
    `rating` is 1, -1 or 0 (none).
    """

    question: str
    status: Status = "answering"
    answer: Answer | None = None
    text: str = ""
    message: str = ""
    rating: int = 0


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of one conversation, oldest first; `key` names it from its first question on."""

    key: str = ""
    turns: tuple[Turn, ...] = ()

    @property
    def history(self) -> list[str]:
        """The questions asked so far, those that failed left out, oldest first."""
        return [turn.question for turn in self.turns if turn.status != "failed"]

    def asked(self, question: str) -> Conversation:
        """This conversation with one more turn, not answered yet; the oldest go beyond the limit."""
        key = self.key or uuid4().hex
        return Conversation(key, (*self.turns, Turn(question))[-MAX_TURNS:])

    def ended(self, **changes: Any) -> Conversation:
        """This conversation with its last turn changed."""
        return self.changed(len(self.turns) - 1, **changes)

    def changed(self, number: int, **changes: Any) -> Conversation:
        """This conversation with turn `number` (from 0) changed."""
        turns = list(self.turns)
        turns[number] = replace(turns[number], **changes)
        return replace(self, turns=tuple(turns))

    def without_last(self) -> Conversation:
        """This conversation before its last question."""
        return replace(self, turns=self.turns[:-1])

    def to_dict(self) -> dict[str, Any]:
        """The form the browser keeps; `from_json` reads it back. An unfinished answer is kept as stopped."""
        record = self._record()
        for turn in record["turns"]:
            if turn["status"] == "answering":
                turn["status"] = "stopped"
        return record

    def carried(self) -> str:
        """The form that goes to the browser and comes back with its next event; "" is an empty one.

        Beyond `MAX_CARRIED` characters the oldest turns lose the passages behind them, and then go
        altogether, all but the last.
        """
        if not self.turns:
            return ""
        record = self._record()
        for turn in (*record["turns"][:-1], None):
            written = json.dumps(record, ensure_ascii=False)
            if len(written) <= MAX_CARRIED:
                return written
            if turn is not None and "answer" in turn:
                turn["answer"]["hits"] = []
        while len(written) > MAX_CARRIED and len(record["turns"]) > 1:
            del record["turns"][0]
            written = json.dumps(record, ensure_ascii=False)
        return written

    def _record(self) -> dict[str, Any]:
        return {"key": self.key, "turns": [_turn_dict(turn) for turn in self.turns]}

    @classmethod
    def from_json(cls, text: str) -> Conversation:
        """A conversation that a browser kept or carried; "" is an empty one.

        It is untrusted: anything odd raises UsageError.
        """
        if not text:
            return cls()
        if len(text) > MAX_JSON:
            raise UsageError("The kept conversation is too large to open; delete it from the list.")
        try:
            record = json.loads(text)
            turns = tuple(_turn(entry) for entry in record["turns"][-MAX_TURNS:])
            return cls(_text(record["key"])[:64], turns)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            raise UsageError("The kept conversation is damaged; delete it from the list.") from error


def _turn_dict(turn: Turn) -> dict[str, Any]:
    record: dict[str, Any] = {"question": turn.question, "status": turn.status, "rating": turn.rating}
    if turn.answer is not None:
        hits = [{**hit.to_dict(), "text": hit.text[:200]} for hit in turn.answer.hits]
        record["answer"] = {**turn.answer.to_dict(), "hits": hits}
    else:
        record.update(text=turn.text, message=turn.message)
    return record


def _turn(entry: dict[str, Any]) -> Turn:
    status = entry["status"]
    if status not in ("answering", "done", "stopped", "failed"):
        raise ValueError(status)
    answer = _answer(entry["answer"]) if entry.get("answer") else None
    if status == "done" and answer is None:
        raise ValueError("a finished turn has an answer")
    return Turn(
        question=_text(entry["question"]),
        status=status,
        answer=answer,
        text=_text(entry.get("text", "")),
        message=_text(entry.get("message", "")),
        rating=max(-1, min(1, int(entry.get("rating", 0)))),
    )


def _text(value: object) -> str:
    """Text that can be written as UTF-8, of bounded length; what is no text raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value[:_LONGEST].encode("utf-8", "replace").decode("utf-8")


def _finite(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _answer(record: dict[str, Any]) -> Answer:
    return Answer(
        question=_text(record["question"]),
        standalone_question=_text(record["standalone_question"]),
        answer=_text(record["answer"]),
        refused=bool(record["refused"]),
        confidence=_finite(record["confidence"]),
        mode=_text(record["mode"]),
        citations=tuple(_record(Citation, entry) for entry in record["citations"]),
        nearest=tuple(_record(NearMiss, entry) for entry in record["nearest"]),
        seconds=_finite(record["seconds"]),
        notes=tuple(_text(note) for note in record["notes"]),
        reason=_text(record.get("reason", "")),
        hits=tuple(_record(Hit, entry) for entry in record.get("hits", ())),
    )


_INTEGERS = frozenset({"number", "rank", "page", "start", "end"})
_FRACTIONS = frozenset({"score", "lexical", "dense"})


def _record(kind: type[_T], entry: dict[str, Any]) -> _T:
    values: dict[str, Any] = {}
    for name in (field.name for field in fields(kind) if field.name in entry):
        value = entry[name]
        if name in _INTEGERS:
            values[name] = int(value)
        elif name in _FRACTIONS:
            values[name] = _finite(value)
        elif name == "emphasis":
            values[name] = tuple(_text(part) for part in value)
        elif name == "date":
            values[name] = None if value is None else _text(value)
        else:
            values[name] = _text(value)
    return kind(**values)
