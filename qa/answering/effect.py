"""The days on which something takes effect, ends or is published, as the clauses of an item say them.

Notices say it in few ways: a date, a marker (起, 于, 至, 前) and a verb (施行, 启用, 截止, 废止, 印发), in
one clause or two (3 月 1 日起，《条例》施行); a noun and its date (截止时间为…); a term that counts from the
publication (自发布之日起 30 日后施行). Each date of a sentence is one character while it is matched,
and so is each 《name》, so that the patterns below are the grammar alone and no name's 实施 or 发布 is taken
for a verb.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from qa.answering.numerals import chinese_value
from qa.dates.calendar import add_months
from qa.types import DateMention, Sentence

START, END, PUBLISH, HELD = "start", "end", "publish", "held"
RULE, LAUNCH = "rule", "launch"

_DATES, _NAMES = 0xE000, 0xF000
_MOST = 0x7FF
_LONGEST = 2000
_D, _N = "[\ue000-\ue7ff]", "[\uf000-\uf7ff]"
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_NAME = re.compile(r"《[^《》]{1,80}》")
_QUOTED = re.compile(r"“[^“”]{1,40}”|「[^「」]{1,40}」")
_SPACE = re.compile(r"\s+")
_WORTH = re.compile(r"之\s*日|即\s*日|同\s*时|期")

# Followed by these the word is a noun or only describes: 实施方案, 执行情况, 启动仪式, 适用范围, 发布会.
_NOUN = (
    "(?!方案|意见|细则|办法|主体|情况|效果|以来|过程|路径|单位|机构|计划|纲要|规划|范围|期间|仪式|大会|活动|资金"
    "|力度?|局|官|董事|标准|于|率|中|者|人|会|厅|平台|费|商|成本|数据|状况|机制|模式|阶段|口径|委员)"
)
_NOT = r"(?<![未不])(?<!停止)(?<!暂停)(?<!终止)(?<!暂缓)(?<!暂不)(?<!不再)(?<!未能)(?<!推迟)(?<!延期)"
RULE_VERBS = "施行|实施|生效|执行|实行|推行|试行|起效|适用"
LAUNCH_VERBS = (
    "启用|投入使用|推广使用|正式使用|投用|投入运行|投入运营|上线|开通|开放|运行|运营|启动|开始|开工|开业"
    "|投产|通车"
)
_HELD = r"(?P<verb>举行|举办|召开|开班|开幕|开考|开赛|开课|开学|揭幕|开庭|开标)(?!的)"
MOVED_VERBS = "推迟|延期|提前|延后|顺延|推后|延长|展期|改期|延"
USE_VERBS = frozenset(("启用", "投入使用", "推广使用", "正式使用", "投用"))
_START = rf"{_NOT}(?P<verb>{RULE_VERBS}|{LAUNCH_VERBS}){_NOUN}"
_STOP = (
    "停止(?:执行|实施|施行|使用|受理|运行|办理)?|暂停|废止|失效|作废|终止|停用|停办|取消|关闭"
    "|不再(?:执行|实施|有效|使用)"
)
_CLOSE = "截止|截至|到期|届满|期满|结束|为止|止"
_PUBLISH = (
    rf"(?P<verb>发布|印发|公布|颁布|出台|下发|签发|发文|(?:审议|表决|会议)通过|获[^，。；]{{0,24}}通过"
    rf"|通过(?=了?[^，。；]{{0,12}}{_N}))(?!会|厅|者|平台|仪式|之日|日期|时间|日|后)"
)
_FROM = r"(?:之日|当日)?(?:零时|[0-2]?\d[时点])?(?:起|始|开始)"
# Bounded repeats and one open stretch alone: no text makes them try many ways.
_ADVERB = rf"(?:正式|开始|全面|统一|率先|首次|陆续|同步|已经|已|将|才|起|始|即|{_N}|，){{0,4}}"
_ADVERBS = rf"{_ADVERB}(?:[在向对分][^，。；{_D[1:-1]}]{{1,16}}?)?{_ADVERB}"
_UNIT = r"(?P<n>\d{1,4}|[一二两三四五六七八九十百]{1,4})(?:个)?(?P<unit>工作日|日|天|周|月|年)"
_TERM = re.compile(
    r"(?:自|从|于)?(?:本[^，。；]{1,6}|其|正式)?(?P<from>发布|公布|印发|颁布|下发|签发|通过|签署)(?:之日|后)"
    rf"(?:起)?(?:第?{_UNIT}(?:后|内|满|届满)?)?(?:起|始|开始)?(?:正式)?{_START}|(?P<now>即日)起(?:正式|全面)?"
    rf"(?P<verb2>{RULE_VERBS}|启用)"
)
# A permit's 有效期 isn't the rule's: it is named before the word, where the rule is left out or called 办法.
_VALID = re.compile(
    rf"(?:^|[，；。：])(?P<of>{_N}|[本该][^，。；]{{1,6}}|其|办法|条例|规定|细则|通知|政策|标准|措施|意见|方案)?"
    rf"(?:有效|试行|执行|实施|适用|试点)期限?(?:为|是|：)?{_UNIT}"
)
_AFTER_MARK = re.compile(rf"(?P<d>{_D}){_FROM}(?P<between>[^。；！？{_D[1:-1]}]{{0,60}}?){_START}")
_DIRECT = re.compile(rf"(?P<d>{_D})日?{_ADVERBS}{_START}")
_OPENING = re.compile(
    rf"(?P<d>{_D})，(?P<between>[^。；！？，{_D[1:-1]}]{{1,60}}?){_START}了?(?=[，。；、：）]|$)"
)
_NOUN_FIRST = re.compile(
    rf"(?P<verb>{RULE_VERBS}|{LAUNCH_VERBS})(?:日期|时间|之日|期限?|日)?(?:已|将|正式)?(?:为|是|定为|定于|：|:|自|从|于"
    rf"|(?:推迟|延期|提前|延后|顺延|延|调整|改|变更)(?:至|到|为))+(?P<d>{_D})"
)
_MOVED = re.compile(rf"(?P<verb>{MOVED_VERBS})(?:至|到)(?P<d>{_D})")
_HELD_ON = re.compile(rf"(?:定于|于|在|将于)?(?P<d>{_D})(?:日)?{_ADVERBS}{_HELD}")
_ENDS = (
    re.compile(rf"(?:至|到)(?P<d>{_D})(?:[^，。；]{{0,8}})?(?P<verb>{_CLOSE})"),
    re.compile(
        rf"(?P<verb>有效|执行|适用|期限|时限)(?:期|限|延长|顺延)*(?:为|是|：|:)?(?:自{_D}起?)?(?:至|到)(?P<d>{_D})"
    ),
    re.compile(
        r"(?P<verb>截止|到期|届满)(?:日期|时间|期|日)"
        rf"(?:已|将)?(?:为|是|：|:|至|到|于|(?:调整|延长|延期|推迟|延|顺延|提前|改)(?:为|至|到|于))*(?P<d>{_D})"
    ),
    # 截至 10 月底，… opens a figure; a deadline has something before it that ends then.
    re.compile(
        rf"(?:报名|申报|申请|受理|征集|意见|提交|报送|时间|期限|缴费|公示|投标|活动)(?:工作)?(?:将|已)?(?P<verb>截止|截至|到期|届满)(?:至|到|于)?(?P<d>{_D})"
    ),
    re.compile(rf"(?P<d>{_D})(?:[\d:：时点分零整上下午晚]{{0,10}})?(?:前)?(?P<verb>{_CLOSE})"),
    re.compile(
        rf"(?P<d>{_D})(?:(?:之日)?(?:起|始)，?[^。；！？，{_D[1:-1]}]{{0,30}}?|[^。；！？，前内底{_D[1:-1]}]{{0,6}}?)(?P<verb>{_STOP})"
    ),
    re.compile(rf"(?P<d>{_D})(?:[\d:：时点分零整上下午晚]{{0,10}})?(?:前|之前|以前)[^，。；]{{0,16}}"
               r"(?P<verb>报送|提交|报名|申报|缴纳|上报|申请|登记|报到|递交|反馈)"),
    re.compile(
        r"(?P<verb>报名|申报|受理|征集|征求意见|提交|报送|申请|投标|公示|缴费)(?:时间|日期|期限|期)?[^，。；\ue000-\ue7ff]{0,8}"
        rf"(?:至|到)(?P<d>{_D})"
    ),
)  # fmt: skip
_CLOSING_NOUN = re.compile(r"截止|截至|期限|有效期|申报|报名|受理|征集|提交|报送|申请|缴费|公示")
_SPAN = re.compile(
    rf"(?:时间|期限|有效期|期|日期|{RULE_VERBS}|报名|申报|受理|公示|征集|征求意见)(?:限)?(?:为|是|：|:|自|从|于)*(?P<d>{_D})"
)
_FROM_TO = re.compile(rf"(?:自|从)?(?P<d>{_D})起?(?:至|到)(?P<e>{_D})(?:止|有效|期间|结束|截止|，|。|；|$)")
_SAME_TIME = re.compile(rf"(?P<name>{_N})[^，。；]{{0,24}}(?:同时|即行|即)(?P<verb>废止|失效|停止执行|作废)")
_PUBLISHED = re.compile(rf"(?P<d>{_D})(?P<between>[^。；！？{_D[1:-1]}]{{0,60}}?){_PUBLISH}")
_PUBLISHED_NOUN = re.compile(rf"(?P<verb>发布|印发|公布|颁布|成文)(?:日期|时间)(?:为|是|：|:)?(?P<d>{_D})")
# What follows a date in another's service: 12 月 28 日举行的发布会透露 dates the meeting, 至今 nothing.
_ELSEWHERE = re.compile(
    r"^(?:之?前|以前|以来|至|到|底|止|截止|举行|召开|闭幕|开幕|期间)|举行的|召开的|获悉|透露|表示|介绍[，：]"
    r"|以来|至今|同比"
)
DRAFT = re.compile(r"征求意见稿|征求意见|草案|送审稿|讨论稿|审议稿|修订稿")
_LAPSE = re.compile(
    "废止|失效|作废|停止(?:执行|实施|施行|使用)|终止|停用|停办|不再|有效|试行|暂停(?:执行|实施)"
)
_PLANNED = re.compile(r"(?:拟|计划|预计|力争|争取|有望|原定|原计划)[^，。；]{0,10}$")
_MEANT = re.compile(r"[至到—–~～-]")


@dataclass(frozen=True, slots=True)
class Effect:
    """That something begins, ends, is published or held on a day, or in the days `first`..`last` (ISO).

    Both are None where the sentence has a date that cannot be told (日前, 自发布之日起 without a day).
    `mention` is the date it was read from; `name` the 《name》 it is said of, empty for the item's subject.
    `planned` marks what was only intended (计划于, 拟于) or stands in a draft.
    """

    kind: str
    verb: str
    first: str | None
    last: str | None
    sentence: Sentence
    mention: DateMention | None
    name: str = ""
    planned: bool = False
    term: str = ""

    @property
    def group(self) -> str:
        """`RULE` for what comes into force, `LAUNCH` for what is put to use."""
        return RULE if re.fullmatch(RULE_VERBS, self.verb) else LAUNCH

    @property
    def lapses(self) -> bool:
        """Whether it ends the force of a rule, and not a time for doing something (报名截止)."""
        return self.kind == END and bool(_LAPSE.match(self.verb))


def effects_of(sentences: Sequence[Sentence], dates: Sequence[DateMention]) -> list[Effect]:
    """What the sentences of one item say of beginnings, ends and publications, in order.

    `dates` are the item's mentions, with places in the source as the sentences have them.
    """
    found: list[Effect] = []
    for sentence in sentences:
        inside = [mention for mention in dates if sentence.start <= mention.start < sentence.end]
        if inside or _WORTH.search(sentence.text):
            found.extend(_of_sentence(sentence, inside))
    return _resolved(found)


def _of_sentence(sentence: Sentence, inside: Sequence[DateMention]) -> list[Effect]:
    text, names = _masked(sentence.text[:_LONGEST], inside)
    found: dict[tuple[str, int], Effect] = {}

    def add(
        kind: str, match: re.Match[str], at: str, *, verb: str = "", end: str = "", name: str = ""
    ) -> None:
        mention = inside[ord(match[at]) - _DATES]
        first, last = _bounds(mention, end)
        before = text[: match.start(at)]
        found.setdefault(
            (kind, ord(match[at])),
            Effect(
                kind,
                verb or match["verb"],
                first,
                last,
                sentence,
                mention,
                name or _name_before(text, match.end(), names),
                bool(_PLANNED.search(before)) or (kind == START and bool(DRAFT.search("".join(names)))),
            ),
        )

    for match in _FROM_TO.finditer(text):
        add(START, match, "d", verb="施行", end="first")
        add(END, match, "e", verb="截止", end="last")
    for pattern in _ENDS:
        for match in pattern.finditer(text):
            # 决定废止《…》 names what it ends behind the verb.
            behind = re.match(rf"[^，。；]{{0,6}}{_N}", text[match.end() :])
            add(END, match, "d", end="last", name=_name_after(text, match.end(), names) if behind else "")
    for match in _SPAN.finditer(text):
        mention = inside[ord(match["d"]) - _DATES]
        if mention.precision == "range" and _MEANT.search(mention.text):
            add(START, match, "d", verb="开始", end="first")
            add(END, match, "d", verb="截止", end="last")
    for pattern in (_NOUN_FIRST, _DIRECT, _AFTER_MARK, _OPENING):
        for match in pattern.finditer(text):
            if "between" not in match.groupdict() or not _ELSEWHERE.search(match["between"] or ""):
                add(START, match, "d", end="first")
    for match in _MOVED.finditer(text):
        kind = END if _CLOSING_NOUN.search(text[max(0, match.start() - 20) : match.start()]) else START
        add(kind, match, "d", end="last" if kind == END else "first")
    for match in _HELD_ON.finditer(text):
        add(HELD, match, "d", end="first")
    for pattern in (_PUBLISHED_NOUN, _PUBLISHED):
        for match in pattern.finditer(text):
            between = match.groupdict().get("between") or ""
            far = len(between) > 6 and inside[ord(match["d"]) - _DATES].precision in (
                "year",
                "range",
                "quarter",
            )
            if not far and not _ELSEWHERE.search(between) and not between.startswith(("起", "始", "开始")):
                add(PUBLISH, match, "d", name=_name_after(text, match.end(), names))
    effects = list(found.values())
    for match in _TERM.finditer(text):
        verb = match["verb"] or match["verb2"]
        name = _name_before(text, match.end(), names)
        effects.append(Effect(START, verb, None, None, sentence, None, name, term=match.group()))
    for match in _VALID.finditer(text):
        if not match["of"] and not any(effect.kind == START for effect in effects):
            continue
        name = _name_before(text, match.end(), names)
        effects.append(Effect(END, "有效", None, None, sentence, None, name, term=match.group()))
    starts = [effect for effect in effects if effect.kind == START]
    for match in _SAME_TIME.finditer(text):
        known = next((e for e in found.values() if e.kind == END and e.verb == match["verb"]), None)
        base = starts[-1] if starts else None
        effect = Effect(END, match["verb"], None, None, sentence, None, names[ord(match["name"]) - _NAMES])
        if base is not None:
            effect = replace(effect, first=base.first, last=base.last, mention=base.mention, term=base.term)
        effects = [e for e in effects if e is not known] + [effect]
    return effects


def _masked(text: str, inside: Sequence[DateMention]) -> tuple[str, list[str]]:
    """`text` without spaces, each date and 《name》 one private character, and the names."""
    text = _PRIVATE.sub(" ", text)
    parts: list[str] = []
    place = 0
    for number, mention in enumerate(inside[:_MOST]):
        start = text.find(mention.text, place)
        if start < 0:
            continue
        parts.append(text[place:start] + chr(_DATES + number))
        place = start + len(mention.text)
    masked = "".join(parts) + text[place:]
    names: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if len(names) >= _MOST:
            return match.group()
        names.append(_SPACE.sub("", match.group())[1:-1])
        return chr(_NAMES + len(names) - 1)

    masked = _NAME.sub(keep, masked)
    masked = _QUOTED.sub(lambda m: m.group() if re.search(_D, m.group()) else "“”", masked)
    return _SPACE.sub("", masked).replace(",", "，"), names


def _name_before(text: str, place: int, names: Sequence[str]) -> str:
    """The last 《name》 before `place`, in the same sentence; empty when there is none."""
    said = re.findall(_N, text[:place])
    return names[ord(said[-1]) - _NAMES] if said else ""


def _name_after(text: str, place: int, names: Sequence[str]) -> str:
    """The first 《name》 soon after `place`: what is published stands behind the verb."""
    said = re.search(_N, text[place : place + 60])
    return names[ord(said.group()) - _NAMES] if said else ""


def _bounds(mention: DateMention, end: str) -> tuple[str | None, str | None]:
    """The days a mention leaves open; of a stretch with two ends (3 月 1 日至 5 日) the end that is meant."""
    if end and mention.precision == "range" and _MEANT.search(mention.text):
        day = mention.first if end == "first" else mention.last
        return day, day
    return mention.first, mention.last


def _resolved(effects: Sequence[Effect]) -> list[Effect]:
    """`effects` with those that count from the publication, or the start, dated where that day is said."""
    published = next((e for e in effects if e.kind == PUBLISH and e.first and e.first == e.last), None)
    found = [_counted(e, published) if e.term and e.kind == START else e for e in effects]
    start = next((e for e in found if e.kind == START and e.first and e.first == e.last), None)
    return [_counted(e, start) if e.term and e.kind == END and not e.first else e for e in found]


def _counted(effect: Effect, base: Effect | None) -> Effect:
    match = (_VALID if effect.kind == END else _TERM).search(effect.term)
    if base is None or base.first is None or match is None:
        return effect
    there = _after(date.fromisoformat(base.first), match["n"], match["unit"])
    if there is None:
        return effect
    if effect.kind == END:
        there -= timedelta(days=1)
    day = there.isoformat()
    return replace(effect, first=day, last=day, mention=base.mention, term=effect.term)


def _after(day: date, numeral: str | None, unit: str | None) -> date | None:
    """The day that lies that long after `day`; None for working days, which no calendar here counts."""
    if numeral is None or unit is None:
        return day
    value = int(numeral) if numeral.isdecimal() else chinese_value(numeral)
    if value is None or unit == "工作日":
        return None
    count = int(value)
    if unit in "月年":
        return add_months(day, count * (12 if unit == "年" else 1))
    return day + timedelta(days=count * (7 if unit == "周" else 1))


def sentences_with(effects: Sequence[Effect]) -> Iterator[Sentence]:
    """The sentences of `effects`, each once, in order."""
    yield from sorted({effect.sentence for effect in effects}, key=lambda sentence: sentence.start)
