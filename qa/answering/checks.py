"""What a claim says that the quotes it cites do not: numbers, dates, names, places, negation, words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from qa.answering import days, polarity, replies
from qa.answering.numerals import Number, numbers
from qa.answering.quotes import Basis
from qa.answering.tagging import nouns
from qa.places import gazetteer
from qa.text import HAN, language_of, matching_form, tokens

# A claim in the language of its quotes keeps at least this share of its words' characters from them.
SUPPORT_FLOOR = 0.6
_REACH = 10
_SHORT_CLAUSE = 4
_BORROWED = 0.75
_CLOSER = 0.1

_LATIN_NAME = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9.+&-]*[A-Za-z])[A-Za-z0-9]+(?:[.+&-][A-Za-z0-9]+)*(?![A-Za-z0-9])"
)
_QUOTED = re.compile(r"《([^《》]{1,80})》|“([^“”]{1,80})”|「([^「」]{1,80})」|\"([^\"\n]{1,80})\"")
_HAN_RUN = re.compile(f"[{HAN}]{{2,}}")
_MARKUP = re.compile(r"https?://|www\.|!\[|\]\(|<\s*/?\s*[a-zA-Z!]|javascript:|data:[a-z]+/", re.IGNORECASE)
_LATIN_UNITS = frozenset(("km", "kg", "cm", "mm", "mw", "gw", "kw", "kwh", "yuan", "rmb", "pct"))
_NUMERAL = re.compile("[\\d.零〇一二三四五六七八九十百千万亿两]+")
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
_STOP = frozenset(
    "的 了 在 是 和 与 及 或 等 为 由 于 对 以 并 将 已 也 都 其 该 这 那 此 有 从 到 中 上 下 内 后 前 "
    "时 个 把 被 让 使 之 而 且 则 即 自 起 并且 以及 同时 此外 另外 其中 因此 所以 根据 按照 通过 进行 "
    "表示 指出 介绍 包括 如下 主要 分别 共 共有 达到 约".split()
)


def unsupported(claim: str, basis: Basis) -> Iterator[tuple[str, str]]:
    """The (kind, value) of each thing in `claim` that `basis` does not carry."""
    everything = basis.everything
    chinese_quotes = bool(_HAN_RUN.search(everything))
    same_language = (language_of(claim) == "zh") == chinese_quotes
    if _MARKUP.search(claim):
        yield "markup", ""
    missing = [*_missing_dates(claim, basis), *_missing_numbers(claim, basis)]
    yield from missing
    if not missing:
        yield from _scattered(claim, basis, same_language=same_language and chinese_quotes)
    names = list(_names(claim, chinese_claim=language_of(claim) == "zh"))
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


def _missing_numbers(claim: str, basis: Basis) -> Iterator[tuple[str, str]]:
    carried = [number for text in (*basis.quotes, basis.context) for number in numbers(text, strict=False)]
    for number in days.undated_numbers(claim):
        if not any(number.agrees(other) for other in carried):
            yield "number", number.text


def _missing_dates(claim: str, basis: Basis) -> Iterator[tuple[str, str]]:
    carried = [date for dates in basis.dates for date in dates]
    for date in days.find_partial_dates(claim):
        if not any(date.agrees(other) for other in carried):
            yield "date", date.text
    unsaid = days.relative_words(claim) - days.relative_words(basis.everything)
    unsaid |= {word for word in days.time_words(claim) if not any(word in said for said in _said(basis))}
    yield from (("date", word) for word in sorted(unsaid))


def _said(basis: Basis) -> frozenset[str]:
    return days.time_words(basis.everything)


def _noun_carried(word: str, matching: str) -> bool:
    """Whether a noun stands in the quotes, whole or in its characters (收费 in 收取费用)."""
    folded = matching_form(word).rstrip("省市县区") or word
    return folded in matching or all(character in matching for character in folded)


def _scattered(claim: str, basis: Basis, *, same_language: bool) -> Iterator[tuple[str, str]]:
    """Figures of one statement that the quotes do not give together (2022 with the 3.2% of 2025).

    A date and a figure must stand in one sentence. Between Chinese texts the numbers of a clause must stand
    in one clause, and one about the same words.
    """
    for clause in _statements(claim):
        figures, dates = days.undated_numbers(clause), days.find_partial_dates(clause)
        if same_language and figures and not _about_the_same(clause, figures, basis):
            yield "scattered", "、".join(figure.text for figure in figures)
            continue
        if len(figures) + len(dates) < 2:
            continue
        if not any(
            _together(figures, dates, sentence, known, basis.context)
            for quote, known in zip(basis.quotes, basis.dates, strict=True)
            for sentence in replies.cut(quote)
        ):
            yield (
                "scattered",
                "、".join([*(date.text for date in dates), *(figure.text for figure in figures)]),
            )


def _about_the_same(clause: str, figures: Sequence[Number], basis: Basis) -> bool:
    """Whether some quoted clause holds all `figures`, and none with another figure of their kind fits better.

    70 岁以上老人免费就餐 has its figure from one clause (70 岁以上老人八折就餐) and the words around it from
    another (90 岁以上老人免费就餐): that one fits better, so the statement is nobody's.
    """
    around = _words_around(clause, figures)
    kinds = {(figure.unit, figure.percent) for figure in figures}
    values = {figure.value for figure in figures}
    # Amounts of one kind are easily swapped; a count and a sum may come from neighbouring clauses.
    alike = len(kinds) == 1 or ("ordinal", False) in kinds
    holding, rival, found = 0.0, 0.0, False
    for text in (*basis.quotes, basis.context):
        before: set[str] = set()
        last: list[Number] = []
        for quoted in _figure_clauses(text, whole=len(figures) > 1):
            words = set(tokens(quoted))
            # 同比增长 5.2%: too short to say what of, so what stands before it counts, though less.
            borrowed = before - words if len(words) <= _SHORT_CLAUSE else set()
            fit = (len(around & words) + _BORROWED * len(around & borrowed)) / len(around) if around else 1.0
            here = numbers(quoted, strict=False)
            carried = here if alike else [*last, *here]
            if all(any(figure.agrees(other) for other in carried) for figure in figures):
                found, holding = True, max(holding, fit)
            elif any((other.unit, other.percent) in kinds and other.value not in values for other in here):
                rival = max(rival, len(around & words) / len(around) if around else 0.0)
            before, last = words, here
    return found and rival - holding < _CLOSER


def _figure_clauses(text: str, *, whole: bool) -> Iterator[str]:
    """Clauses, unless `whole` cut at 、 too where both sides hold figures (补助30万元、经费20万元)."""
    for clause in polarity.clauses(text):
        parts = clause.split("、")
        if not whole and len(parts) > 1 and all(numbers(part, strict=False) for part in parts):
            yield from parts
        else:
            yield clause


def _words_around(clause: str, figures: Sequence[Number]) -> set[str]:
    """The content words within reach of the figures of a clause."""
    folded = unicodedata.normalize("NFKC", clause)
    sides = ((folded[max(0, f.start - _REACH) : f.start], folded[f.end : f.end + _REACH]) for f in figures)
    stretch = " ".join(side for pair in sides for side in pair)
    return {
        word
        for word in tokens(stretch)
        if word not in _STOP and not _NUMERAL.fullmatch(word) and len(word) > 1
    }


def _together(
    figures: Sequence[Number],
    dates: Sequence[days.PartialDate],
    sentence: str,
    known: Sequence[days.PartialDate],
    context: str,
) -> bool:
    here = [*numbers(sentence, strict=False), *numbers(context, strict=False)]
    when = [*days.find_partial_dates(sentence), *_resolved_here(sentence, known)]
    return all(any(figure.agrees(other) for other in here) for figure in figures) and all(
        any(date.agrees(other) for other in when) for date in dates
    )


def _resolved_here(sentence: str, known: Sequence[days.PartialDate]) -> Iterator[days.PartialDate]:
    """The resolved dates of a quote that complete one written in `sentence` or stand for its words."""
    written = days.find_partial_dates(sentence)
    for date in known:
        if not written or any(partial.agrees(date) for partial in written) or days.relative_words(sentence):
            yield date


def _statements(claim: str) -> list[str]:
    """Clauses, a bare time (到 2022 年，) joined to what follows it."""
    joined: list[str] = []
    pending = ""
    for clause in polarity.clauses(claim):
        whole = pending + ("，" if pending else "") + clause
        words = [word for word in tokens(clause) if word not in _STOP and not word.isdigit()]
        if days.find_partial_dates(clause) and not days.undated_numbers(clause) and len(words) <= 3:
            pending = whole
        else:
            joined.append(whole)
            pending = ""
    return [*joined, pending] if pending else joined


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
    words = [word for word in tokens(claim) if word not in _STOP and not _NUMERAL.fullmatch(word)]
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
