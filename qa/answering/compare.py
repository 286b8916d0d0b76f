"""Takes a comparison apart into its sides, so that each gets its own evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from qa.places import PlaceMention, gazetteer
from qa.query import Query, analyse
from qa.words import content_terms

_LEAD = re.compile(
    r"^(?:请|帮我)?(?:(?:比较|对比|对照|区分)(?:一下|下)?|(?:与|同|跟|和)(?=[^，]{2,20}相比))"
    r"|^(?:compare|contrast|how (?:do|does|did)"
    r"|what (?:is|are) the differences? (?:between|in)|which(?: of| one)?"
    r"(?: (?:is|was|are|were|has|have|lasts?|costs?|took|comes?|came|starts?|started))? (?:the )?\w+,)\s+",
    re.I,
)
_JOIN = re.compile(
    r"、|，(?=[^，]{2,}(?:和|与|跟|以及|及|还是))|以及|还是|和(?!谐|平|睦|解|约|缓)"
    r"|(?<![参给赋授寄干])与(?!会|时俱|众|其|此同时)|跟(?!踪|进|随)|同(?=[\u4e00-\u9fff]{2,}(?:相比|比较))|相比于?|相较于?"
    r"|,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+versus\s+|\s+vs\.?\s+|\s+with\s+|\s+or\s+"
)
_BETWEEN_PLACES = frozenset(
    [
        *"、 和 与 跟 及 以及 ， 同 还是 对比 比 相比 和在 与在 vs vs. and or , versus".split(),
        *(", and", ", or", "and in", "or in", ", and in", "and for", "and from"),
    ]
)
_PREDICATE = re.compile(
    r"(?:，|,)?(?:两者|二者|三者|它们|这两[个项部家者]"
    r"|这三[个项部家者])?(?:之间)?(?:在.{1,16}?(?:上|方面|中))?(?:(?<![成首古帝国之江新丰花])都(?=[是有在将会已要需采])|各自?(?!类|种|级)|分别|有何"
    r"|有什么|有哪些|的(?:区别|不同|差异|异同|共同点)|谁|哪(?:一)?[个家座省市边方部者项]|相比"
    r"|相同|是否|怎么|如何|什么时候|何时|多少|几|更(?=[早晚迟长久短贵大小多少高低快慢强便]))"
)
_PREDICATE_EN = re.compile(
    r"\s+(?:differ|compare|both|each|respectively|have in common|come|take|were|was|are|is"
    r"|set|do|did|start|focus)\b",
    re.I,
)
# What "which is more …" asks of each side alone.
_COMPARATIVES = (
    (r"(?:更|较)?(?:早|晚|迟)|先|later|earlier|sooner|first", "什么时候", "when"),
    (r"(?:更|较)?(?:长|久|短)|longer|shorter", "多长时间", "how long"),
    (r"(?:更|较)?(?:贵|便宜)|dearer|cheaper|more expensive", "多少钱", "how much"),
    (r"(?:更|较)?大|(?:更|较)?小|larger|bigger|smaller", "多大", "how large"),
    (r"(?:更|较)?(?:多|少|高|低|快|慢|强)|more|fewer|less|higher|lower|faster|slower", "多少", "how many"),
)
_WHICH = re.compile(
    r"[，,]?\s*(?:谁|哪一?[个家座省市边方部者项条种地])(?:的)?(?P<noun>[\u4e00-\u9fff]{0,6}?)"
    r"(?P<more>更[早晚迟长久短贵大小多少高低快慢强]|更便宜|先(?=[\u4e00-\u9fff]))"
    r"|(?P<bare>更(?:[早晚迟长久短贵大小多少高低快慢强]|便宜))"
)
_MORE_EN = (
    "later|earlier|sooner|first|longer|shorter|dearer|cheaper|more expensive|larger|bigger|smaller|more|fewer"
    "|less|higher|lower|faster|slower"
)
_WHICH_EN = re.compile(rf"^which\b.{{0,24}}?\b(?P<more>{_MORE_EN})\b", re.I)
_EACH = re.compile(
    r"分别|各自|各(?=[\u4e00-\u9fff])(?![地级类种方省市区县界])|(?<![成首古帝国之江新丰花])都(?=[是有在将会已要需采])|之间|[，,]?(?:两|二|三|四)者"
    r"|相比(?:之下)?|相较|\brespectively\b|\bboth\b|\beach\b|\bdiffer(?: in)?\b|\bcompared?\b"
    r"|(?:有何|有什么|有哪些|的)?(?:区别|不同(?:之处)?|差异|差别|异同|共同点)(?:是什么|在哪里|在哪)?"
)
_BARE_ADJECTIVE = 2
_TOGETHER = re.compile(r"^[两三四二](?:地|省|市|国|座?城市|个城市|者|家|方)(?=的|[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: how it is called, and what is asked of it alone, likelier readings first."""

    label: str
    questions: tuple[str, ...]

    def names(self, asked: Query) -> tuple[str, ...]:
        """The words that name the side, full names of places for abbreviated ones; none for a mere date."""
        if any(mention.text == self.label for mention in asked.dates):
            return ()
        return (*content_terms(self.label), *asked.extra_terms)

    def readings(self, query: Query) -> list[Query]:
        """The side as questions of their own, their dates those that the whole question resolved."""
        return [self._reading(question, query) for question in self.questions]

    @staticmethod
    def _reading(question: str, query: Query) -> Query:
        asked = analyse(question, question, None)
        known = {mention.text: mention for mention in query.dates}
        dates = tuple(
            replace(mention, first=known[mention.text].first, last=known[mention.text].last)
            if mention.text in known
            else mention
            for mention in asked.dates
        )
        return replace(asked, dates=dates)


def sides_of(query: Query) -> list[Side]:
    """What is asked of each side compared, two to four; empty when the sides cannot be told apart.

    >>> from qa.query import understand
    >>> [side.questions[0] for side in sides_of(understand("上海和江苏的冷链系统分别叫什么？"))]
    ['上海的冷链系统叫什么？', '江苏的冷链系统叫什么？']
    """
    text = query.standalone
    found = _by_place(text) or _by_date(query) or _by_name(text) or _by_conjunction(text, query.language)
    return [
        Side(
            _EACH.sub("", label).strip(" ，,是？?。."),
            tuple(dict.fromkeys(_alone(question, text, query.language) for question in questions)),
        )
        for label, *questions in found
    ]


def _alone(question: str, whole: str, language: str) -> str:
    """What is asked of one side when the words that compare are gone: 哪个更长 is 多长时间 of each."""
    if language == "zh":
        which = _WHICH.search(question)
        if which:
            more = which["more"] or which["bare"]
            asked = next(zh for pattern, zh, _ in _COMPARATIVES if re.fullmatch(pattern, more))
            question = f"{question[: which.start()]}{which['noun'] or ''}{asked}{question[which.end() :]}"
        return re.sub(r"^[，, ]+|[，, ]+(?=[？?]?$)", "", _EACH.sub("", question))
    which = _WHICH_EN.search(whole)
    if which:
        asked = next(en for pattern, _, en in _COMPARATIVES if re.search(pattern, which["more"].lower()))
        question = f"{asked} {re.sub(r'^that of ', '', question)}"
    return re.sub(r"\s+(?=[\s?.,])", "", _EACH.sub("", question)).strip()


def _by_place(text: str) -> list[tuple[str, ...]]:
    """Places joined in a row ("上海、江苏和山东的…") each take the others' place."""
    mentions = gazetteer().find(text)
    run: list[PlaceMention] = []
    for left, right in pairwise(mentions):
        between = text[left.end : right.start].strip()
        if between in _BETWEEN_PLACES and left.places != right.places:
            run = run or [left]
            run.append(right)
        elif run:
            break
    if not 2 <= len(run) <= 4:
        return []
    head, tail = _LEAD.sub("", text[: run[0].start]), _TOGETHER.sub("", text[run[-1].end :])
    return [(mention.text, f"{head}{mention.text}{tail}") for mention in run]


def _by_date(query: Query) -> list[tuple[str, ...]]:
    """Two or three dates ("2022 年和 2025 年的目标") each take the others' place."""
    text, dates = query.standalone, query.dates
    joined = [
        (left, right)
        for left, right in pairwise(dates)
        if text[left.end : right.start].strip() in _BETWEEN_PLACES | {"到"}
    ]
    if not joined or len(dates) > 4:
        return []
    first, last = joined[0][0], joined[-1][1]
    head, tail = _LEAD.sub("", text[: first.start]), text[last.end :]
    chosen = [date for date in dates if first.start <= date.start <= last.start]
    return [(date.text, f"{head}{text[date.start : date.end]}{tail}") for date in chosen]


def _by_name(text: str) -> list[tuple[str, ...]]:
    names = list(dict.fromkeys(re.findall(r"《[^》]{2,60}》|“[^”]{2,40}”", text)))
    if not 2 <= len(names) <= 4:
        return []
    rest = text
    for name in names:
        rest = rest.replace(name, "\0")
    head, _, tail = rest.partition("\0")
    tail = tail.rsplit("\0", 1)[-1]
    return [(name, f"{_LEAD.sub('', head)}{name}{tail}") for name in names]


def _by_conjunction(text: str, language: str) -> list[tuple[str, ...]]:
    body = _LEAD.sub("", text)
    subject, predicate = _parted(body, language)
    parts = [part.strip(" ，,") for part in _JOIN.split(subject)]
    parts = [part for part in parts if content_terms(part)]
    if not 2 <= len(parts) <= 4:
        return []
    labels = parts
    # "港口和机场的防疫措施": what the last part is asked about is asked of all of them.
    owner, of, owned = parts[-1].partition("的")
    if of and owner and owned and not any("的" in part for part in parts[:-1]):
        labels = [*parts[:-1], owner]
        parts = [*(f"{part}的{owned}" for part in parts[:-1]), parts[-1]]
    if language == "en" and len(parts[0].split()) <= _BARE_ADJECTIVE and len(parts[-1].split()) > 2:
        # "the orange and red sea-ice warnings": they share the noun.
        noun = " ".join(parts[-1].split()[1:])
        parts = [*(f"{part} {noun}" if part.islower() else part for part in parts[:-1]), parts[-1]]
    plain = parts
    # "上海的养老条例和知识产权条例": the first part's place holds for the later ones that name none.
    place = gazetteer().find(parts[0])
    if place and place[0].start == 0 and language == "zh":
        prefix = place[0].text
        parts = [parts[0], *(part if gazetteer().find(part) else f"{prefix}{part}" for part in parts[1:])]
    shared = re.sub(r"^(?:，|,|两者|二者|之间)+", "", predicate)
    joined = "" if language == "zh" else " "
    return [
        (label, f"{part}{joined}{shared}".strip(), f"{bare}{joined}{shared}".strip())
        for label, part, bare in zip(labels, parts, plain, strict=True)
    ]


def _parted(body: str, language: str) -> tuple[str, str]:
    """What is compared, and what is asked of it.

    >>> _parted("河南的补偿金与山西的基金，期限哪个更长？", "zh")
    ('河南的补偿金与山西的基金', '，期限哪个更长？')
    """
    match = (_PREDICATE if language == "zh" else _PREDICATE_EN).search(body)
    end = match.start() if match else len(body.rstrip("？?。."))
    if language == "zh":
        comma = next(
            (m.start() for m in re.finditer("，", body[:end]) if _JOIN.search(body[: m.start()])), end
        )
        end = min(end, comma) if not _JOIN.search(body[comma + 1 : end]) else end
    return body[:end], body[end:]
