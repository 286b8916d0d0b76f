"""What a question takes for granted, held against an item: its places, dates, names, figures and words.

"北京的知识产权保护条例何时实施" presumes an ordinance of Beijing's. Where the item tells of
Shanghai's, the answer is to say so, not to give Shanghai's date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from qa.answering.asked import like_words
from qa.answering.evidence import ItemView
from qa.answering.numerals import numbers
from qa.places import Place, PlaceMention, gazetteer
from qa.query import Query
from qa.text import matching_form

_NAME_HELD = 0.5
_BRACKETS = re.compile(r"[《》“”（）()]")


@dataclass(frozen=True, slots=True)
class Conflict:
    """A premise of the question that the evidence contradicts: what was asked, what it says instead."""

    asked: str
    found: str


def missing_places(query: Query, view: ItemView) -> list[Place]:
    """Places the question names that the item neither names, nor lies in, nor holds."""
    if not query.places:
        return []
    said = [place for mention in gazetteer().find(view.text) for place in mention.places]
    text = matching_form(view.text)
    missing = []
    for mention in query.places:
        if not sure_place(mention):
            continue
        if any(matching_form(name) in text for name in {mention.text, *(p.label for p in mention.places)}):
            continue
        if any(asked.covers(there) for asked in mention.places for there in said):
            continue
        missing.append(mention.places[0])
    return missing


def sure_place(mention: PlaceMention) -> bool:
    """Whether a mention surely names a place: short names of districts are words too (和平, 新华)."""
    return not all(place.level == "district" and mention.text != place.name for place in mention.places)


def missing_dates(query: Query, view: ItemView) -> list[str]:
    """Dates the question names that fit no date of the item (a year fits any day in it)."""
    missing = []
    for asked in query.dates:
        if not asked.first or not asked.last or asked.precision == "unknown":
            continue
        said = [(m.first, m.last) for m in view.item.dates if m.first and m.last]
        if view.item.date:
            said.append((view.item.date, view.item.date))
        if not any(first <= asked.last and asked.first <= last for first, last in said):
            form = matching_form(asked.text)
            if form not in matching_form(view.text):
                missing.append(asked.text)
    return missing


def place_conflict(query: Query, view: ItemView) -> Conflict | None:
    """The wrong place of a question whose item tells of another one."""
    missing = missing_places(query, view)
    said = gazetteer().find(view.item.title) or gazetteer().find(view.text[:120])
    if not missing or not said:
        return None
    both = (missing[0], said[0].places[0])
    asked, found = (p.english[0] if query.language == "en" and p.english else p.label for p in both)
    return Conflict(asked, found)


def date_conflict(query: Query, view: ItemView) -> Conflict | None:
    """The wrong date of a question whose item gives another one."""
    missing = missing_dates(query, view)
    found = view.item.date or next((m.first for m in view.item.dates if m.first), None)
    return Conflict(missing[0], found) if missing and found else None


def missing_names(query: Query, item_text: str) -> list[str]:
    """The quoted names (《…》, “…”) of whose character pairs `item_text` (matching form) holds under half."""
    names = {name: matching_form(_BRACKETS.sub("", name)) for name in query.names}
    return [name for name in query.names if pairs_held(names[name], item_text) < _NAME_HELD]


def missing_figures(query: Query, item_text: str) -> list[str]:
    """The figures and Latin names of the question that `item_text` gives in no writing (7, 七)."""
    missing = [figure for figure in query.numbers if figure not in item_text]
    if query.language == "en":
        # IP, AI and the like are words, which Chinese text has in Chinese; G60 and 5G are names.
        missing = [figure for figure in missing if any(character.isdigit() for character in figure)]
    if not any(figure.isdigit() for figure in missing):
        return missing
    said = {number.value for number in numbers(item_text, strict=False)}
    return [figure for figure in missing if not (figure.isdigit() and Decimal(figure) in said)]


def pairs_held(form: str, text: str) -> float:
    """Share of the character pairs of `form` that `text` holds, both in matching form."""
    pairs = {form[i : i + 2] for i in range(len(form) - 1)} or {form}
    return sum(pair in text for pair in pairs) / len(pairs)


def without_like(weights: dict[str, float], item_text: str) -> dict[str, float]:
    """The question's Chinese words, with their weights, for which the item has no like word."""
    return {
        term: weight for term, weight in weights.items() if not term.isascii() and _lacks(term, item_text)
    }


def _lacks(term: str, text: str) -> bool:
    """Whether `text` holds neither a word of two characters or more nor one like it."""
    return len(term) > 1 and not any(word in text for word in like_words(term))


def missing_words(query: Query, view: ItemView, weights: dict[str, float]) -> list[str]:
    """The question's own words, heaviest first, that the item holds neither as they are nor by a like word.

    A word of which the item holds a part (申报截止 beside 截止) is left out: it is not plainly missing.
    """
    text = matching_form(view.text)
    lacking = [term for term in weights if _lacks(term, text) and not _partly(term, text)]
    return sorted(lacking, key=lambda term: -weights[term])


def _partly(term: str, text: str) -> bool:
    return not term.isascii() and any(term[i : i + 2] in text for i in range(len(term) - 1))
