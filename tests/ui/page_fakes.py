"""A library made of a few items in memory, for the tests of the page alone.

It quotes the passage that shares most characters with the question and refuses when hardly any are shared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa.types import Answer, Bulletin, Citation, Hit, Item, NearMiss, Page, Passage, Sentence

SCRIPT = "<script>window.hacked = 1</script>"
IMAGE = '<img src=x onerror="window.hacked = 1">'


@dataclass(frozen=True)
class AnswerPart:
    text: str
    answer: Answer | None = None


@dataclass(frozen=True)
class Row:
    name: str = ""
    item_id: str = ""
    title: str = ""
    section: str = ""
    bulletin: str = ""
    issue: str = ""
    date: str | None = None
    page: int = 1
    start: int = 0
    end: int = 0


def bulletin(
    name: str, items: Sequence[tuple[str, str, str | None, Sequence[str]]], title: str = ""
) -> Bulletin:
    """A bulletin of (section, title, date, passages), its lines broken after every 20 characters."""
    text, made, sections = "", [], []
    for number, (section, heading, date, paragraphs) in enumerate(items):
        start = len(text)
        if section not in sections:
            sections.append(section)
            text += f"{section}\n\n"
        text += f"{heading}\n\n"
        passages = []
        for paragraph in paragraphs:
            begin = len(text)
            text += "\n".join(paragraph[at : at + 20] for at in range(0, len(paragraph), 20))
            sentence = Sentence(paragraph, begin, len(text), 1)
            passages.append(Passage(paragraph, begin, len(text), 1, (sentence,)))
            text += "\n\n"
        made.append(Item(f"{name}-{number}", heading, section, start, len(text), 1, date, tuple(passages)))
    pages = (Page(1, 0, len(text)),)
    return Bulletin(name, "0", "txt", text, pages, (), tuple(sections), tuple(made), title=title)


@dataclass
class FakeStore:
    held: dict[str, Bulletin] = field(default_factory=dict)
    generation: int = 0

    def bulletins(self) -> list[Row]:
        return [Row(name=each.name, title=each.title, date=each.date) for each in self.held.values()]

    def items(self) -> list[Row]:
        return [
            Row(
                "",
                item.item_id,
                item.title,
                item.section,
                each.name,
                "",
                item.date,
                item.page,
                item.start,
                item.end,
            )
            for each in self.held.values()
            for item in each.items
        ]

    def item(self, item_id: str, name: str | None = None) -> Item:
        return next(item for each in self.held.values() for item in each.items if item.item_id == item_id)

    def source(self, name: str) -> Bulletin:
        return self.held[name]


@dataclass
class FakeSettings:
    max_question_chars: int = 200
    llm_base_url: str = ""
    llm_model: str = ""


class FakeLibrary:
    def __init__(self, folder: Path, *bulletins: Bulletin) -> None:
        self.bulletins = folder
        self.index = folder
        self.place = str(folder)
        self.settings = FakeSettings()
        self.store = FakeStore({each.name: each for each in bulletins})

    def ask(self, question: str, history: Sequence[str] = (), **filters: object) -> Answer:
        found = []
        for each in self.store.held.values():
            for item in each.items:
                if filters.get("sections") and item.section not in filters["sections"]:  # type: ignore[operator]
                    continue
                for passage in item.passages:
                    shared = len(set(item.title + passage.text) & set(question))
                    found.append((shared / max(1, len(set(question))), each, item, passage))
        found.sort(key=lambda entry: -entry[0])
        hits = tuple(
            Hit(rank, score, item.item_id, item.title, item.section, each.name, item.date, passage.page,
                passage.start, passage.end, passage.text, passage.text, lexical=score, dense=score / 2)
            for rank, (score, each, item, passage) in enumerate(found[:5], start=1)
        )  # fmt: skip
        if not hits or hits[0].score < 0.5:
            nearest = tuple(
                NearMiss(h.title, h.text, h.item_id, h.section, h.bulletin, h.page, h.start, h.end)
                for h in hits[:3]
            )
            return Answer(
                question,
                question,
                "简报中没有找到依据。",
                True,
                0.1,
                "extractive",
                nearest=nearest,
                hits=hits,
            )
        best = hits[0]
        citation = Citation(
            1,
            best.text,
            best.title,
            best.item_id,
            best.section,
            best.bulletin,
            best.date,
            1,
            best.start,
            best.end,
        )
        text = f"{best.text}[1]"
        return Answer(
            question, question, text, False, 0.9, "extractive", (citation,), hits=hits, seconds=0.01
        )

    def stream(self, question: str, history: Sequence[str] = (), **filters: object) -> Iterator[AnswerPart]:
        answer = self.ask(question, history, **filters)
        for at in range(0, len(answer.answer), 12):
            yield AnswerPart(answer.answer[at : at + 12])
        yield AnswerPart("", answer)
