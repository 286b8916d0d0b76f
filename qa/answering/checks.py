"""What a claim says that the quotes it cites do not: numbers, dates, names, places, negation, words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from qa.answering import polarity
from qa.answering.figures import content_words, unsupported_figures
from qa.answering.quotes import Basis
from qa.answering.tagging import nouns
from qa.places import gazetteer
from qa.text import HAN, language_of, matching_form

# A claim in the language of its quotes keeps at least this share of its words' characters from them.
SUPPORT_FLOOR = 0.6

_LATIN_NAME = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9.+&-]*[A-Za-z])[A-Za-z0-9]+(?:[.+&-][A-Za-z0-9]+)*(?![A-Za-z0-9])"
)
_QUOTED = re.compile(r"《([^《》]{1,80})》|“([^“”]{1,80})”|「([^「」]{1,80})」|\"([^\"\n]{1,80})\"")
_BRACKETED = re.compile(r"[(（][^()（）]*[)）]")
_HAN_RUN = re.compile(f"[{HAN}]{{2,}}")
_MARKUP = re.compile(r"https?://|www\.|!\[|\]\(|<\s*/?\s*[a-zA-Z!]|javascript:|data:[a-z]+/", re.IGNORECASE)
_LATIN_UNITS = frozenset(("km", "kg", "cm", "mm", "mw", "gw", "kw", "kwh", "yuan", "rmb", "pct"))
# What an international abbreviation is called in Chinese, where every text may use either.
_ABBREVIATIONS = {
    "ai": "人工智能",
    "ceo": "首席执行官",
    "cpc": "共产党",
    "cppcc": "政协",
    "eu": "欧盟",
    "gdp": "生产总值",
    "iot": "物联网",
    "ip": "知识产权",
    "it": "信息技术",
    "npc": "人民代表大会",
    "prc": "中华人民共和国",
    "r&d": "研发",
    "rmb": "人民币",
    "sme": "中小",
    "smes": "中小",
    "uk": "英国",
    "un": "联合国",
    "us": "美国",
    "who": "世界卫生组织",
    "wto": "世界贸易组织",
}


def unsupported(claim: str, basis: Basis) -> Iterator[tuple[str, str]]:
    """The (kind, value) of each thing in `claim` that `basis` does not carry."""
    everything = basis.everything
    chinese_quotes = bool(_HAN_RUN.search(everything))
    chinese_claim = _is_chinese(claim)
    same_language = chinese_claim == chinese_quotes
    if _MARKUP.search(claim):
        yield "markup", ""
    yield from unsupported_figures(claim, basis, alike=same_language and chinese_quotes)
    names = list(_names(claim, chinese_claim=chinese_claim))
    yield from (("name", name) for name in names if not _stands_in(name, basis.matching))
    yield from (("place", place) for place in _missing_places(claim, everything))
    opposite = polarity.opposite_direction(claim, everything)
    if opposite:
        yield "opposite", opposite[0]
    if polarity.contradicts(claim, list(basis.quotes), same_language=same_language):
        yield "negation", ""
    if same_language:
        if chinese_quotes:
            yield from (("name", word) for word in nouns(claim) if not _noun_carried(word, basis.matching))
        if _support(claim, basis) < SUPPORT_FLOOR:
            yield "words", ""
    elif not _anchored(claim, basis, names, everything):
        yield "uncheckable", ""


def _is_chinese(claim: str) -> bool:
    """Whether a claim is written in Chinese, original words in brackets aside: the reform (改革) is not."""
    return language_of(_BRACKETED.sub("", claim) or claim) == "zh"


def _noun_carried(word: str, matching: str) -> bool:
    """Whether a noun stands in the quotes, whole or in its characters (收费 in 收取费用)."""
    folded = matching_form(word).rstrip("省市县区") or word
    return folded in matching or all(character in matching for character in folded)


def _names(claim: str, *, chinese_claim: bool) -> Iterator[str]:
    """Strings of `claim` that must stand in its quotes letter by letter."""
    folded = unicodedata.normalize("NFKC", claim)
    for match in _LATIN_NAME.finditer(folded):
        name = match.group()
        shouted = sum(character.isupper() for character in name) >= 2 or any(c.isdigit() for c in name)
        if re.fullmatch(r"\d+(?:st|nd|rd|th)", name) or re.sub(r"[\d.]", "", name).lower() in _LATIN_UNITS:
            continue
        if shouted or (chinese_claim and len(name) > 1):
            yield name
    for match in _QUOTED.finditer(claim):
        quoted = next(group for group in match.groups() if group)
        if _HAN_RUN.search(quoted):
            yield re.sub(r"[，。；：！？,.;:!?]+$", "", quoted)
    if not chinese_claim:
        yield from _HAN_RUN.findall(claim)


def _stands_in(name: str, matching: str) -> bool:
    folded = matching_form(name)
    return folded in matching or _ABBREVIATIONS.get(folded, folded) in matching


def _missing_places(claim: str, everything: str) -> Iterator[str]:
    """Places that `claim` names and its quotes do not, by any of their names, nor by one inside them."""
    known = [place for mention in gazetteer().find(everything) for place in mention.places]
    for mention in gazetteer().find(claim):
        if matching_form(mention.text) in matching_form(everything):
            continue
        # A romanised name is shared by too many counties, towns and firms to tell which one is meant.
        if mention.text.isascii() and mention.places[0].level == "district":
            continue
        if not any(place.covers(other) for place in mention.places for other in known):
            yield mention.text


def _support(claim: str, basis: Basis) -> float:
    """The share of the claim's content, by characters, that stands in its quotes; 0 without content words.

    A word that the quotes lack counts by the share of its character pairs that they have.
    """
    words = content_words(claim)
    whole = sum(len(word) for word in words)
    if not whole:
        return 0.0
    carried = 0.0
    for word in words:
        if word in basis.matching:
            carried += len(word)
        elif len(word) > 2:
            pairs = [word[place : place + 2] for place in range(len(word) - 1)]
            carried += len(word) * sum(pair in basis.matching for pair in pairs) / len(pairs)
    return carried / whole


def _anchored(claim: str, basis: Basis, names: Sequence[str], everything: str) -> bool:
    """Whether a claim in another language than its quotes shares something with them that can be compared.

    A number or date alone anchors nothing: it takes a name, a place or a phrase in the quotes' script.
    """
    if any(_stands_in(name, basis.matching) for name in names):
        return True
    known = {place.code for mention in gazetteer().find(everything) for place in mention.places}
    return any(place.code in known for mention in gazetteer().find(claim) for place in mention.places)
