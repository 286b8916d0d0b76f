"""The quotes that a model may cite, and what can be found in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.answering import days
from qa.answering.instructions import without_instructions
from qa.text import compact, matching_form
from qa.types import DateMention

# What is compared of one quote; bounds the work that a hostile bulletin can cause.
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class EvidenceQuote:
    """What a citation [number] would be: an exact quote, its place, and the dates resolved in it."""

    number: int
    quote: str
    title: str
    section: str
    bulletin: str
    date: str | None
    page: int
    dates: tuple[DateMention, ...] = ()


@dataclass(frozen=True, slots=True)
class Basis:
    """The cited quotes as the checks need them; sentences that give orders to a reader support nothing."""

    quotes: tuple[str, ...]
    context: str
    matching: str
    dates: tuple[tuple[days.PartialDate, ...], ...]

    @property
    def everything(self) -> str:
        """Quotes, titles and sections in one text."""
        return "\n".join((*self.quotes, self.context))

    @classmethod
    def of(cls, evidence: Sequence[EvidenceQuote]) -> Basis:
        """The basis that `evidence` gives."""
        quotes = tuple(without_instructions(quote.quote[:_LONGEST]) for quote in evidence)
        context = "\n".join(
            f"{without_instructions(quote.title)}\n{without_instructions(quote.section)}"
            for quote in evidence
        )
        return cls(
            quotes,
            context,
            matching_form("\n".join((*quotes, context))),
            tuple(_quote_dates(text, quote) for text, quote in zip(quotes, evidence, strict=True)),
        )


def _quote_dates(text: str, quote: EvidenceQuote) -> tuple[days.PartialDate, ...]:
    """The dates of a quote: as written, as resolved, and its item's date where it has none of its own."""
    written = [*days.find_partial_dates(text), *days.find_partial_dates(quote.title)]
    bare = compact(text)
    dates = [*written, *days.resolved(mention for mention in quote.dates if compact(mention.text) in bare)]
    item = days.iso(quote.date)
    if item is not None:
        same_day = [date for date in written if date.year is None and date.agrees(item)]
        if same_day or not (written or days.relative_words(text)):
            dates.append(item)
    return tuple(dates)
