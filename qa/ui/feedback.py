"""What users say of answers, kept beside the bulletins: ratings, and questions for evaluation."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timezone
from pathlib import Path

from qa.errors import UsageError
from qa.ui.conversation import Conversation

RATINGS = "feedback.jsonl"
QUESTIONS = "questions-saved.jsonl"
_MAX_BYTES = 50_000_000


class Feedback:
    """Appends to two JSON Lines files, one line at a time."""

    def __init__(self, bulletins: Path, index: Path) -> None:
        self.ratings = index / RATINGS
        self.questions = bulletins / QUESTIONS
        self._lock = threading.Lock()

    def rate(self, conversation: Conversation, turn: int) -> None:
        """Keep the rating of one answer; UsageError when it cannot be written."""
        rated = conversation.turns[turn]
        record = {
            "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "rating": rated.rating,
            "history": [earlier.question for earlier in conversation.turns[:turn]],
            "answer": rated.answer.to_dict() if rated.answer else None,
        }
        self._append(self.ratings, json.dumps(record, ensure_ascii=False))

    def keep(self, conversation: Conversation, turn: int) -> Path:
        """Add one answered question to the saved question set; its path."""
        from qa.evaluation import append_question

        kept = conversation.turns[turn]
        history = [earlier.question for earlier in conversation.turns[:turn]]
        with self._lock:
            _check(self.questions)
            append_question(self.questions, kept.answer, history)
        return self.questions

    def _append(self, path: Path, line: str) -> None:
        with self._lock:
            _check(path)
            try:
                with path.open("a", encoding="utf-8") as opened:
                    opened.write(line + "\n")
            except OSError as error:
                raise UsageError(f"{path} cannot be written ({error.strerror}); check its folder.") from error


def _check(path: Path) -> None:
    if path.exists() and path.stat().st_size > _MAX_BYTES:
        raise UsageError(f"{path} has grown beyond {_MAX_BYTES // 1_000_000} MB; move it away first.")
