"""What users say of answers: each judged answer becomes a row of a question set beside the bulletins."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from qa.errors import UsageError
from qa.ui.conversation import Conversation

QUESTIONS = "questions-saved.jsonl"
_MAX_BYTES = 50_000_000


class Feedback:
    """Keeps judged answers in `questions-saved.jsonl` in the bulletins folder."""

    def __init__(self, bulletins: Path, on_judged: Callable[[str], None] | None = None) -> None:
        self._on_judged = on_judged
        self.questions = bulletins / QUESTIONS

    def keep(self, conversation: Conversation, turn: int, verdict: Literal["up", "down", "save"]) -> Path:
        """Add the answer of turn `turn` (from 0) to the question set; its path.

        Raises UsageError when the file has grown too large and QuestionSetError when it cannot be written.
        """
        from qa.evaluation import append_question

        if self.questions.exists() and self.questions.stat().st_size > _MAX_BYTES:
            size = _MAX_BYTES // 1_000_000
            raise UsageError(f"{self.questions} has grown beyond {size} MB; move it away first.")
        judged = conversation.turns[turn]
        if judged.answer is None:
            raise UsageError("Only an answered question can be kept.")
        history = [earlier.question for earlier in conversation.turns[:turn]]
        append_question(self.questions, judged.question, judged.answer, verdict, history)
        if self._on_judged is not None:
            self._on_judged(verdict)
        return self.questions
