"""Writes an answer out of quotes: each with its marker, in the question's language around it.

Nothing here invents: an answer is quoted sentences, titles, dates that were resolved, counts, and the fixed
phrases of `_PHRASES`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from qa.places import gazetteer
from qa.query import Query
from qa.types import Answer, Citation, DateMention, Hit, Item, Sentence

SURE = 0.95
"""The confidence of an answer that was counted over every item."""
_PHRASES = {
    "zh": {
        "list": "共 {n} 点：",
        "dates": "（日期：{dates}）",
        "date_join": "；",
        "in": "《{title}》：",
        "count": "在 {bulletins} 期 {items} 条中找到 {n} 条{what}：",
        "total": "{bulletins} 期简报共 {items} 条。",
        "missing_side": "关于“{side}”，简报中没有找到相应内容。",
    },
    "en": {
        "list": "{n} points:",
        "dates": " (Dates: {dates})",
        "date_join": "; ",
        "in": "“{title}”{where}:",
        "from": "From “{title}”{where}:",
        "count": "{n} of {items} items in {bulletins} bulletins{what}:",
        "total": "There are {items} items in {bulletins} bulletins.",
        "missing_side": "On “{side}” the bulletins say nothing that answers this.",
    },
}


def phrase(language: str, name: str, **values: object) -> str:
    """A fixed phrase of the answer's language, filled in."""
    return _PHRASES["zh" if language == "zh" else "en"][name].format(**values)


@dataclass(slots=True)
class Writer:
    """Collects the text of an answer and its citations, numbered from 1 in order of first use."""

    language: str
    _parts: list[str] = field(default_factory=list)
    _citations: list[Citation] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is written so far."""
        return "".join(self._parts).strip()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations so far, in order of their numbers."""
        return tuple(self._citations)

    def say(self, text: str) -> None:
        """Write a fixed phrase, a title or a count."""
        self._parts.append(text)

    def new_line(self) -> None:
        """Begin a new line, unless one has just begun."""
        if self._parts and not self._parts[-1].endswith("\n"):
            self._parts.append("\n")

    def quote(
        self,
        item: Item,
        bulletin: str,
        source: str,
        sentences: Sequence[Sentence],
        emphasis: Sequence[str] = (),
    ) -> None:
        """Quote neighbouring sentences as one citation, others as one each, with their markers."""
        for run in _runs(sentences, source):
            words = "".join(_spaced(run))
            known = next(
                (
                    c
                    for c in self._citations
                    if (c.item_id, c.start, c.end) == (item.item_id, run[0].start, run[-1].end)
                ),
                None,
            )
            if known is None:
                known = Citation(
                    number=len(self._citations) + 1,
                    quote=words,
                    title=item.title,
                    item_id=item.item_id,
                    section=item.section,
                    bulletin=bulletin,
                    date=item.date,
                    page=run[0].page,
                    start=run[0].start,
                    end=run[-1].end,
                    emphasis=tuple(word for word in emphasis if word in words),
                )
                self._citations.append(known)
            mark = f"[{known.number}]"
            if self.language == "zh":
                self._parts.append(f"{words}{mark}")
            else:
                self._parts.append(f"“{words}” {mark}")

    def header(self, item: Item, *, name: str = "in") -> None:
        """Say which item the next quotes are from; in English with its place and date."""
        where = ""
        if self.language != "zh":
            place = english_place(item.title)
            details = ", ".join(part for part in (place, item.date or "") if part)
            where = f" ({details})" if details else ""
        self._parts.append(phrase(self.language, name, title=item.title, where=where))

    def dates(self, mentions: Iterable[DateMention]) -> None:
        """Say what dates without a year, or relative ones, resolve to."""
        shown = list(
            dict.fromkeys(
                f"{m.text}（{when}）" if self.language == "zh" else f"{m.text} = {when}"
                for m in mentions
                if (when := day_range(m))
            )
        )
        if shown:
            self._parts.append(
                phrase(self.language, "dates", dates=phrase(self.language, "date_join").join(shown[:5]))
            )


def answered(query: Query, writer: Writer, confidence: float, hits: Sequence[Hit] = ()) -> Answer:
    """What `writer` has written as the answer to `query`."""
    return Answer(
        question=query.question,
        standalone_question=query.standalone,
        answer=writer.text,
        refused=False,
        confidence=confidence,
        mode="extractive",
        citations=writer.citations,
        hits=tuple(hits),
    )


def day_range(mention: DateMention) -> str:
    """`2020-12-30`, `2020-12`, `2020` or `2020-12-01/2021-02-28`; empty when unknown.

    >>> day_range(DateMention("明年 3 月", 0, 6, "2021-03-01", "2021-03-31", "month"))
    '2021-03'
    """
    if not mention.first or not mention.last:
        return ""
    if mention.first == mention.last:
        return mention.first
    if mention.precision == "month":
        return mention.first[:7]
    if mention.precision == "year":
        return mention.first[:4]
    return f"{mention.first}/{mention.last}"


def english_place(title: str) -> str:
    """The English name of the first place that a Chinese title names, or an empty string."""
    mentions = gazetteer().find(title)
    return mentions[0].places[0].english[0] if mentions else ""


def needs_year(mention: DateMention) -> bool:
    """Whether the words alone leave the year open, so that its resolution is worth showing."""
    return bool(mention.first) and (mention.first or "")[:4] not in mention.text and "十" not in mention.text


def _runs(sentences: Sequence[Sentence], source: str) -> list[list[Sentence]]:
    """Group sentences that follow each other with nothing but white space between."""
    runs: list[list[Sentence]] = []
    for sentence in sentences:
        if (
            runs
            and sentence.start - runs[-1][-1].end >= 0
            and not source[runs[-1][-1].end : sentence.start].strip()
        ):
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return runs


def _spaced(run: Sequence[Sentence]) -> list[str]:
    """The sentences' texts, with a space where two Latin ones meet."""
    texts = [run[0].text]
    for sentence in run[1:]:
        joined = texts[-1][-1:].isascii() and sentence.text[:1].isascii() and texts[-1][-1:] not in "；。"
        texts.append(f" {sentence.text}" if joined else sentence.text)
    return texts
