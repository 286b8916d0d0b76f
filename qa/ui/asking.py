"""Asking the library on behalf of one user: filters, limits, errors told in words."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from qa.errors import BulletinQAError, UsageError
from qa.ui.conversation import Conversation
from qa.ui.limits import Limits
from qa.ui.operations.context import answering
from qa.ui.texts import Language, say

if TYPE_CHECKING:
    from qa.library import Library

_MAX_FILTERS = 200_000
_log = logging.getLogger("qa.ui")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the answer may draw on, as the user chose it."""

    sections: tuple[str, ...] = ()
    bulletins: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    mode: str = "auto"

    @classmethod
    def from_json(cls, text: str | None) -> Filters:
        """The filters as the browser joined them. It is untrusted: what is not as expected is left out."""
        try:
            record = json.loads((text or "{}")[:_MAX_FILTERS])
        except (ValueError, RecursionError):
            return cls()
        if not isinstance(record, dict):
            return cls()
        return cls(
            _names(record.get("sections")),
            _names(record.get("bulletins")),
            _text(record.get("since")),
            _text(record.get("until")),
            _text(record.get("mode")) or "auto",
        )

    @property
    def active(self) -> int:
        """How many filters are set."""
        return sum(map(bool, (self.sections, self.bulletins, self.since, self.until)))

    def arguments(self, language: Language) -> dict[str, Any]:
        """The keyword arguments of `Library.stream`; UsageError for a date that is none."""
        return {
            "sections": list(self.sections) or None,
            "bulletins": list(self.bulletins) or None,
            "since": _date(self.since, language),
            "until": _date(self.until, language),
            "mode": None if self.mode == "auto" else self.mode,
        }


def _names(value: object) -> tuple[str, ...]:
    return tuple(name for name in value if isinstance(name, str)) if isinstance(value, list) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _date(value: str, language: Language) -> str | None:
    if not value.strip():
        return None
    try:
        return date.fromisoformat(value.strip()).isoformat()
    except ValueError as error:
        raise UsageError(say(language, "error.date", value=value.strip()[:40])) from error


class Asker:
    """Streams answers into conversations, within the limits of each user."""

    def __init__(self, library: Library, limits: Limits) -> None:
        self._library = library
        self.longest = library.settings.max_question_chars
        self._sessions = limits.limiter()
        self._addresses = limits.limiter(limits.address_factor)

    def ask(
        self,
        question: str,
        conversation: Conversation,
        filters: Filters,
        language: Language,
        address: str,
        session: str,
        request_id: str = "",
    ) -> Iterator[Conversation]:
        """The conversation after each piece of the answer to `question`.

        `address` and `session` say who asks, `request_id` in which request; errors become a failed turn,
        never an exception.
        """
        question = question.strip()
        history = conversation.history
        conversation = conversation.asked(question)
        refusal = self._refused(question, address, session, language)
        if refusal:
            yield conversation.ended(status="failed", message=refusal)
            return
        yield conversation
        text = ""
        try:
            with answering(request_id):
                parts = self._library.stream(question, history=history, **filters.arguments(language))
            for part in parts:
                text += part.text
                if part.answer is not None:
                    yield conversation.ended(status="done", answer=part.answer)
                else:
                    yield conversation.ended(text=text)
        except BulletinQAError as error:
            yield conversation.ended(status="failed", text=text, message=str(error))
        except Exception:
            _log.exception("The question could not be answered")
            yield conversation.ended(status="failed", text=text, message=say(language, "error.unexpected"))

    def _refused(self, question: str, address: str, session: str, language: Language) -> str:
        if len(question) > self.longest:
            return say(language, "error.long", number=self.longest)
        allowed = self._addresses.allows(address) and self._sessions.allows(f"{address} {session}")
        return "" if allowed else say(language, "error.busy")
