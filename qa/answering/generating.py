"""Lets a language model word the answer, over the same evidence, and shows only what is verified.

Whatever goes wrong, the extractive answer stands, with a note that says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from qa.answering.generative import LanguageModel, ModelSettings
from qa.answering.quotes import EvidenceQuote
from qa.answering.verification import VerifiedSentence, VerifiedText
from qa.backend import BulletinStore
from qa.errors import ModelError
from qa.query import Query
from qa.settings import Settings
from qa.types import Answer, Citation, DateMention, Hit

_MOST_QUOTES = 14
_MARKER = re.compile(r"\[(\d+)\]")
_FALLBACK = {
    "zh": "语言模型未能给出可核实的回答（{reason}），以下为原文摘录。",
    "en": "The language model gave no verifiable answer ({reason}); this is the extractive one.",
}
_NOTHING_KEPT = {"zh": "没有一句能在原文中得到证实", "en": "no sentence could be confirmed in the quotes"}


class Generator:
    """Rewrites extractive answers through a language model."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model

    @classmethod
    def from_settings(cls, settings: Settings) -> Generator | None:
        """The generator that `settings` name; None when they name no model."""
        chosen = ModelSettings.of(settings)
        return cls(LanguageModel(chosen)) if chosen else None

    def rewrite(self, query: Query, answer: Answer, store: BulletinStore) -> Iterator[str | Answer]:
        """Verified sentences as they come, then the whole answer: generative, or `answer` with a note."""
        citations = _offered(answer)
        evidence = [_quote(store, citation) for citation in citations]
        sentences: list[VerifiedSentence] = []
        numbers: dict[int, int] = {}
        written: list[str] = []
        reason = ""
        try:
            for sentence in self.model.write_verified(
                query.question, query.standalone, query.language, evidence
            ):
                sentences.append(sentence)
                if sentence.supported:
                    text = _renumbered(sentence.text, numbers)
                    written.append(text)
                    yield text
        except ModelError as error:
            reason = str(error)
        checked = VerifiedText(tuple(sentences), query.language)
        text = "".join(written).strip()
        if not text:
            reason = reason or _NOTHING_KEPT[query.language]
            note = _FALLBACK[query.language].format(reason=reason)
            yield answer.answer
            yield replace(answer, notes=(*answer.notes, note, *checked.notes))
            return
        by_number = {citation.number: citation for citation in citations}
        used = tuple(replace(by_number[old], number=new) for old, new in numbers.items() if old in by_number)
        notes = (*answer.notes, *checked.notes, *((reason,) if reason else ()))
        yield replace(answer, answer=text, citations=used, mode="generative", notes=notes)


def _offered(answer: Answer) -> list[Citation]:
    """The extractive citations, then the passages of the other hits, numbered on."""
    offered = list(answer.citations)
    for hit in answer.hits:
        if len(offered) >= _MOST_QUOTES:
            break
        if not any(c.bulletin == hit.bulletin and c.start < hit.end and hit.start < c.end for c in offered):
            offered.append(_citation(len(offered) + 1, hit))
    return offered


def _citation(number: int, hit: Hit) -> Citation:
    return Citation(
        number,
        hit.text,
        hit.title,
        hit.item_id,
        hit.section,
        hit.bulletin,
        hit.date,
        hit.page,
        hit.start,
        hit.end,
    )


def _quote(store: BulletinStore, citation: Citation) -> EvidenceQuote:
    inside: tuple[DateMention, ...] = tuple(
        mention
        for mention in store.item(citation.item_id).dates
        if citation.start <= mention.start and mention.end <= citation.end
    )
    return EvidenceQuote(
        citation.number,
        citation.quote,
        citation.title,
        citation.section,
        citation.bulletin,
        citation.date,
        citation.page,
        inside,
    )


def _renumbered(text: str, numbers: dict[int, int]) -> str:
    """`text` with its markers numbered in order of first use, remembered in `numbers` (old to new)."""
    return _MARKER.sub(lambda m: f"[{numbers.setdefault(int(m.group(1)), len(numbers) + 1)}]", text)
