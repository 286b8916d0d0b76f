"""Whether the numbers and dates of a claim stand in its quotes, and stand there together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from qa.answering import days, polarity, replies
from qa.answering.numerals import Number
from qa.answering.quotes import Basis
from qa.text import tokens

_REACH = 10
_SHORT_CLAUSE = 4
_BORROWED = 0.75
_CLOSER = 0.1
_NUMERAL = re.compile("[\\d.零〇一二三四五六七八九十百千万亿两]+")
_STOP = frozenset(
    "的 了 在 是 和 与 及 或 等 为 由 于 对 以 并 将 已 也 都 其 该 这 那 此 有 从 到 中 上 下 内 后 前 "
    "时 个 把 被 让 使 之 而 且 则 即 自 起 并且 以及 同时 此外 另外 其中 因此 所以 根据 按照 通过 进行 "
    "表示 指出 介绍 包括 如下 主要 分别 共 共有 达到 约".split()
)


def unsupported_figures(claim: str, basis: Basis, *, alike: bool) -> Iterator[tuple[str, str]]:
    """The (kind, value) of each number and date of `claim` that `basis` does not carry.

    `alike` tells that both are Chinese, so that the words around a figure can be compared too.
    """
    missing = [*_missing_dates(claim, basis), *_missing_numbers(claim, basis)]
    yield from missing
    if not missing:
        yield from _scattered(claim, basis, same_language=alike)


def content_words(text: str) -> list[str]:
    """The search tokens of `text` that are neither numerals nor words that glue."""
    return [word for word in tokens(text) if word not in _STOP and not _NUMERAL.fullmatch(word)]


def _missing_numbers(claim: str, basis: Basis) -> Iterator[tuple[str, str]]:
    carried = [number for text in (*basis.quotes, basis.context) for number in days.carried_numbers(text)]
    for number in _undated(claim, basis):
        if not any(number.agrees(other) for other in carried):
            yield "number", number.text


def _undated(claim: str, basis: Basis) -> list[Number]:
    """The numbers that `claim` states, but for ends of a quoted span of dates (前10个月, 至28日)."""
    dates = [date for quoted in basis.dates for date in quoted]
    ends = {"day": {date.day for date in dates}, "month": {date.month for date in dates}}
    return [n for n in days.undated_numbers(claim) if int(n.value) not in ends.get(n.unit, ())]


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


def _scattered(claim: str, basis: Basis, *, same_language: bool) -> Iterator[tuple[str, str]]:
    """Figures of one statement that the quotes do not give together (2022 with the 3.2% of 2025).

    A date and a figure must stand in one sentence. Between Chinese texts the numbers of a clause must stand
    in one clause, and one about the same words.
    """
    for clause in _statements(claim):
        figures, dates = _undated(clause, basis), days.find_partial_dates(clause)
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
            here = days.carried_numbers(quoted)
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
        if not whole and len(parts) > 1 and all(days.carried_numbers(part) for part in parts):
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
    here = [*days.carried_numbers(sentence), *days.carried_numbers(context)]
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
