"""A library whose answers are written out, so that every score can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

from qa.evaluation import Gold, Question
from qa.types import Answer, Citation, Hit


def question(name: str, *, gold: Sequence[str] = (), type: str = "fact", **fields) -> Question:
    return Question(
        id=name,
        question=fields.pop("text", f"问题 {name}？"),
        type=type if gold or type == "outofdomain" else "unanswerable",
        gold=tuple(Gold(file="a.txt", title=title, evidence=f"{title}的原文") for title in gold),
        **fields,
    )


def hit(rank: int, title: str) -> Hit:
    return Hit(rank, 1.0 / rank, f"id-{title}", title, "栏目", "folder/a.txt", None, 1, 0, 4, title, title)


def answer(text: str, titles: Sequence[str] = (), *, confidence: float = 0.9) -> Answer:
    return Answer(
        question="",
        standalone_question="",
        answer=text,
        refused=not titles,
        confidence=confidence,
        mode="extractive",
        citations=tuple(
            Citation(number, f"{title}的原文。", title, f"id-{title}", "栏目", "folder/a.txt", None, 1, 0, 4)
            for number, title in enumerate(titles, 1)
        ),
    )


class WrittenLibrary:
    """Answers each question with what `answers` and `rankings` hold for it; an exception there is raised."""

    def __init__(self, answers: dict[str, Answer | Exception], rankings: dict[str, Sequence[str]]) -> None:
        self.answers = answers
        self.rankings = rankings
        self.histories: list[tuple[str, ...]] = []

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        self.histories.append(tuple(history))
        found = self.answers[question]
        if isinstance(found, Exception):
            raise found
        return found

    def retrieve(self, question: str, k: int = 5, *, history: Sequence[str] = ()) -> list[Hit]:
        return [hit(rank, title) for rank, title in enumerate(self.rankings.get(question, ()), 1)][:k]
