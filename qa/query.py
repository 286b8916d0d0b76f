"""What is asked: the standalone question, its language, kind, expectation, places, dates and sides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa.dates import find_dates
from qa.expectation import Expectation, expectation_of
from qa.followup import standalone_question
from qa.kinds import TEXT
from qa.places import Place, PlaceMention, gazetteer
from qa.text import fold, language_of
from qa.types import DateMention
from qa.words import content_terms, is_function_word

FACT, LIST, WHY_HOW, COMPARE = "fact", "list", "why_how", "compare"

_COMPARE = re.compile(
    r"比较|对比|相比|区别|不同|差异|差别|异同|分别|各自|各(?!地|级|类|种|方|省|市|区|县|部门"
    r"|单位|个|国|界|项|位|家|条|年|月|种|行|族)|哪(?:个|家|座|省|市|边|一方)?更|谁更|谁先|还是[^，。？]{1,24}更[早晚迟长久短贵大小多少高低快慢]"
    r"|哪个先|之间|两(?:地|市|省|者|部|家|个)[^，。？]{0,8}(?:都|各|有何|共同)|共同点|相同"
)
_COMPARE_EN = re.compile(
    r"\bcompar\w+|\bdiffer\w*|\bversus\b|\bvs\b|\bboth\b|\brespectively\b|\bcontrast\w*"
    r"|\bin common\b|\beach of\b|\band\b[^,;?]{2,60}\beach\b"
    r"|\bearlier or\b|\bwhich .{0,40}(?:earlier|later|larger"
    r"|first|more|longer|shorter|bigger|smaller|fewer|less|higher|lower|faster|cheaper)\b",
    re.I,
)
_LIST = re.compile(
    r"哪些|哪几|哪[两三四五六七八九十]|几(?:个方面|大方面|大类|大举措|项|条|点|方面|步|招)"
    r"|有什么(?:措施|举措|亮点|特点|内容|功能|要求|任务|目标|工作|规定|变化|创新|服务|板块"
    r"|好处|优惠|政策|支持)"
    r"|列出|列举|分别(?:是|有|为|包括)|都(?:有|包括|包含)|包括什么|包含什么|(?:措施|举措"
    r"|亮点|特点|任务|要点|内容|做法|方向|突破)(?:是什么|有什么|是啥)"
    r"|[两二三四五六七八九十\d]+(?:个|项|条|大|类|点|种|步)[^，。？]{1,8}(?:是什么|是哪|是啥|包括|为何)"
    r"|什么[^，。？什么]{0,6}(?:措施|举措|亮点|任务|工作|要求|创新)|逐[一条]|所有|全部"
)
# A noun phrase that asks by itself, as people type into a search box: 条例的六个亮点.
_NAMED_LIST = re.compile(
    r"(?:[两二三四五六七八九十\d]+(?:个|项|条|大|类|点|种)?[^，。？的是]{0,6}|的(?:主要|具体|重点|核心)?)"
    r"(?:措施|举措|亮点|特点|任务|要点|做法|方向|方面|内容|要求|原则|情形|目标|突破)[？?。]*$"
)
_ASKING = re.compile(r"[吗呢么几谁哪]|什么|多少|如何|怎|为何|何时|是否|有没有|能不能|可不可以")
_LIST_EN = re.compile(
    r"\bwhat (?:are|were)\b|\blist\b|\bwhich (?:\w+ ){0,2}\w+s\b.*\b(?:are|were|have|did"
    r"|will)\b|\b(?:what|which) (?:[\w'-]+ ){0,4}(?:measures|steps|tasks|highlights|features|areas"
    r"|aspects|points|initiatives|requirements|items|categories|ways)\b|\ball (?:the|of)\b"
    r"|\bname the\b|\benumerate\b",
    re.I,
)
_ENUMERATED = re.compile(r"第([一二三四五六七八九十\d]+)(?:个|项|条|点|类|招|步|方面|大|种|部分|款)")
_ENUMERATED_EN = re.compile(
    r"\bthe (first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)"
    r" (?:one|point|measure|item|task|step|requirement|highlight|aspect)\b",
    re.I,
)
_ORDINALS_EN = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_QUOTED = re.compile(r"《[^》]{2,60}》|“[^”]{2,40}”|「[^」]{2,40}」|\"[^\"]{2,40}\"")
_LATIN_NAME = re.compile(r"[A-Za-z]*[A-Z0-9][A-Za-z0-9.\-]*\d*[A-Za-z0-9]*")
_POLITE = re.compile(
    r"^(?:你好|您好|请问一下|请问|麻烦(?:问一下)?|我想(?:知道|问|了解)(?:一下)?|想(?:问"
    r"|了解)一?下|帮我(?:查|找)(?:一下)?|告诉我|请告诉我)[，,：: ]*"
)


@dataclass(frozen=True, slots=True)
class Query:
    """A question as understood.

    `terms` are its content words; `numbers` its exact figures and Latin names, which an answer's item must
    hold; `carried` are the terms that come from the questions before; `dates` are the dates it names,
    resolved; `rewritten` is the question with abbreviations and nicknames of places replaced by their full
    names, for the dense side.
    """

    question: str
    standalone: str
    language: str
    kind: str
    expects: Expectation
    rewritten: str
    terms: tuple[str, ...]
    extra_terms: tuple[str, ...]
    places: tuple[PlaceMention, ...]
    dates: tuple[DateMention, ...]
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    ordinal: int | None = None
    carried: frozenset[str] = frozenset()

    @property
    def place_set(self) -> tuple[Place, ...]:
        """The places named, each once."""
        return tuple(dict.fromkeys(place for mention in self.places for place in mention.places))


def understand(question: str, history: Sequence[str] = (), reference: date | None = None) -> Query:
    """Analyse `question`, asked after the questions in `history` (oldest first).

    `reference` is the day that relative dates in the question count from (the newest bulletin's); None
    leaves them unknown.
    """
    standalone = standalone_question(_POLITE.sub("", question.strip()), history)
    return analyse(question, standalone, reference)


def analyse(question: str, standalone: str, reference: date | None = None) -> Query:
    """Analyse a question that stands alone."""
    language = language_of(standalone)
    places = tuple(gazetteer().find(standalone))
    dates = tuple(find_dates(standalone, reference))
    rewritten, extra = _expand(standalone, places)
    # A follow-up's own words say what kind of thing it asks for, when they do.
    expects = expectation_of(question, language_of(question))
    if expects.kind == TEXT or language_of(question) != language:
        expects = expectation_of(standalone, language)
    ordinal = _ENUMERATED.search(standalone) or _ENUMERATED_EN.search(standalone)
    return Query(
        question=question,
        standalone=standalone,
        language=language,
        kind=_kind(standalone, language, expects),
        expects=expects,
        rewritten=rewritten,
        terms=tuple(_terms(standalone, language)),
        extra_terms=extra,
        places=places,
        dates=dates,
        names=tuple(match.group()[1:-1] for match in _QUOTED.finditer(standalone)),
        numbers=tuple(_figures(standalone, dates, places)),
        carried=frozenset(content_terms(standalone)) - frozenset(content_terms(question)),
        ordinal=_ordinal(ordinal.group(1))
        if ordinal and not re.search(r"第一季度|第[一二三四]季", standalone)
        else None,
    )


def _kind(text: str, language: str, expects: Expectation) -> str:
    compare, listing = (_COMPARE, _LIST) if language == "zh" else (_COMPARE_EN, _LIST_EN)
    if compare.search(text):
        return COMPARE
    if listing.search(text):
        return LIST
    if expects.kind in {"reason", "manner"}:
        return WHY_HOW
    if language == "zh" and _NAMED_LIST.search(text) and not _ASKING.search(text):
        return LIST
    return FACT


def _expand(text: str, places: Sequence[PlaceMention]) -> tuple[str, tuple[str, ...]]:
    """The text with nicknames replaced by names, and the names to search for beside its own words."""
    rewritten, extra = text, []
    for mention in reversed(places):
        if mention.is_alias:
            labels = [place.label for place in mention.places]
            extra.extend(labels)
            if not mention.text.isascii():
                rewritten = rewritten[: mention.start] + labels[0] + rewritten[mention.end :]
    return rewritten, tuple(dict.fromkeys(extra))


def _terms(text: str, language: str) -> list[str]:
    terms = list(content_terms(text))
    if language == "en":
        # Over Chinese text only names and figures can match by letter (G60, 5G, RCEP, PM2.5).
        names = {fold(name) for name in _LATIN_NAME.findall(text)} | {
            term for term in terms if not term.isascii()
        }
        first = fold(text.split()[0]) if text.split() else ""
        terms = [
            term for term in terms if term in names and (term != first or any(c.isdigit() for c in term))
        ]
    return terms


def _figures(text: str, dates: Sequence[DateMention], places: Sequence[PlaceMention]) -> list[str]:
    """Exact figures and Latin names outside the dates and the English place names of a question."""
    covered = [(d.start, d.end) for d in dates] + [(p.start, p.end) for p in places if p.text.isascii()]
    found = []
    for match in re.finditer(r"\d[\d,.]*\d|\d+|[A-Za-z]*\d+[A-Za-z0-9.]*|[A-Z]{2,}[A-Z0-9.]*", text):
        if not any(start <= match.start() < end for start, end in covered) and not is_function_word(
            fold(match.group())
        ):
            found.append(fold(match.group()).replace(",", ""))
    return list(dict.fromkeys(found))


def _ordinal(text: str) -> int | None:
    if text.lower() in _ORDINALS_EN:
        return _ORDINALS_EN.index(text.lower()) + 1
    digits = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
    if text.isdigit():
        return int(text)
    if text in digits:
        return digits[text]
    if text.startswith("十") and text[1:] in digits:
        return 10 + digits[text[1:]]
    return None
