"""What kind of answer a question asks for, and whether a sentence can give it.

The idea is the answer typing of early question-answering systems (Moldovan et al., "The structure and
performance of an open-domain question answering system", ACL 2000): a question that asks *when* is not
answered by a sentence without a time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.kinds import (
    AGENT,
    EN_RULES,
    MANNER,
    NO_UNIT,
    NUMBER,
    NUMERAL,
    PLACE,
    REASON,
    SIGNS,
    TEXT,
    UNITS,
    ZH_RULES,
)
from qa.text import fold
from qa.words import content_terms

# 12 月 8 日, 2020 年, 第一 and 一是 hold a numeral but count nothing.
_NOT_A_COUNT = re.compile(
    r"\d+\s*[年月日号](?:\d+[日号])?|第[一二三四五六七八九十\d]+|[一二三四五六七八九十]是"
    r"|十[一二三四五]五|一(?:批|定|体|步|般|些|旦|致|系列|流|律|并|直|方面|目了然|览)|统一"
    r"|之一|进一步|同一|唯一|万一|20\d\d(?![\d万亿元家个人项])"
)
_MEASURE = re.compile(rf"(?<!哪)(?:多少|几)(?P<unit>{NO_UNIT}(?:{UNITS}))?(?P<noun>[\u4e00-\u9fff]{{0,10}})")
_BEFORE = re.compile(r"(?P<noun>[\u4e00-\u9fff]{2,8}?)(?:一共|总共|共|现)?(?:有|是|为|达|约)$")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an answer must hold: its `kind` and, for a count, the `unit` and the `nouns` that are counted."""

    kind: str
    unit: str = ""
    nouns: tuple[str, ...] = ()

    def met_by(self, sentence: str) -> bool:
        """Whether `sentence` holds something of the kind asked for.

        >>> Expectation("money").met_by("规模 1000 亿元。"), Expectation("money").met_by("共 35 家。")
        (True, False)
        """
        sign = SIGNS.get(self.kind)
        if sign is None:
            return True
        text = fold(sentence)
        if self.kind == NUMBER:
            text = _NOT_A_COUNT.sub(" ", text)
        return bool(sign.search(text))

    def exactly_met_by(self, sentence: str) -> bool:
        """Whether, beyond the kind, what is counted is what the question counts.

        >>> Expectation(NUMBER, "家", ("企业",)).exactly_met_by("共有 35 项措施。")
        False
        """
        return bool(self.places(sentence))

    def places(self, sentence: str) -> list[tuple[int, int]]:
        """Spans, in `sentence`, of what may be the answer: for a count, only what is counted as asked."""
        sign = SIGNS.get(self.kind)
        if sign is None:
            return []
        if self.kind == NUMBER:
            if self.unit or self.nouns:
                return [match.span() for match in _counted(self.unit, self.nouns, sentence)]
            hidden = _NOT_A_COUNT.sub(lambda match: " " * len(match.group()), sentence)
            return [match.span() for match in sign.finditer(hidden)]
        return [match.span() for match in sign.finditer(sentence)]

    def answering_words(self, sentence: str) -> tuple[str, ...]:
        """The words of `sentence` that answer, for emphasis; empty for kinds that have no short answer."""
        if self.kind in {TEXT, REASON, MANNER, AGENT, PLACE}:
            return ()
        found = [sentence[start:end].strip() for start, end in self.places(sentence)]
        return tuple(dict.fromkeys(found))[:6]


def _counted(unit: str, nouns: tuple[str, ...], text: str) -> list[re.Match[str]]:
    """Numerals followed, within a few characters, by a noun that is counted, or by the bare unit."""
    counts = r"\s*(?:多|余|来|万|亿|千|百)*\s*"
    if nouns:
        wanted = "|".join(map(re.escape, nouns))
        return list(re.finditer(rf"{NUMERAL}{counts}[^，。；、\d]{{0,8}}?(?:{wanted})", text))
    return list(re.finditer(rf"{NUMERAL}{counts}{re.escape(unit)}", text))


def expectation_of(question: str, language: str) -> Expectation:
    """What kind of answer `question` asks for, by its interrogative words."""
    text = fold(question)
    rules = ZH_RULES if language == "zh" else EN_RULES
    kind = next((kind for kind, rule in rules if rule.search(text)), TEXT)
    match = _MEASURE.search(text) if language == "zh" and kind == NUMBER else None
    if match is None:
        return Expectation(kind)
    nouns = [term for term in content_terms(match["noun"]) if len(term) > 1]
    before = _BEFORE.search(text[: match.start()])
    if not nouns and before:
        nouns = [term for term in content_terms(before["noun"]) if len(term) > 1][-1:]
    return Expectation(kind, match["unit"] or "", tuple(nouns))
