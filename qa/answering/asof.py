"""What a question asks of dates: whether something held on a day, or what began, ended or came out by then.

A question about one thing (截至 2020 年底《…条例》已生效吗？) is asked again as one after its day; one about
all of them (明年起施行的有哪些规定？) leaves conditions that items are held against. Relative days count from
the newest date of the collection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from qa.answering.effect import END, LAUNCH, LAUNCH_VERBS, PUBLISH, RULE, RULE_VERBS, START
from qa.query import Query, analyse
from qa.types import DateMention
from qa.words import content_terms

BY, WITHIN = "by", "within"

_STOP_VERBS = "废止|失效|作废|截止|结束|到期|过期|终止|停止执行|停止实施|停用"
_OUT_VERBS = "发布|印发|公布|颁布|出台|下发|(?:审议|表决)?通过(?=了|的|哪些|$)"
# What a rule is called: asked for by that name, it must be one.
DOCUMENT_NOUNS = frozenset("条例 办法 通知 方案 细则 规则 意见 标准 规范 指南".split())
_NOT_YET = re.compile(r"还没有?|尚未|尚没有?|仍未|未(?=正式|施|实|生|启|执)")
_NOT_YET_EN = re.compile(r"\bnot(?: \w+)? yet\b|\byet to\b|\bnot(?= in (?:force|effect))", re.I)
_LEGAL = re.compile(r"施行|生效|in (?:force|effect)|effective|into (?:force|effect)|effect$", re.I)
_VERBS = rf"{RULE_VERBS}|有效|{LAUNCH_VERBS}|{_STOP_VERBS}|{_OUT_VERBS}"
_WH = re.compile(r"什么|哪|多少|几(?!乎)|谁|怎|何|多久|多长")
_YES_NO = re.compile(r"[吗么]$|(?:没有|没|不|否)$|是否|是不是|有没有|有无|能否")
_ASKED = re.compile(
    rf"^(?P<subject>.+?)(?P<verb>{_VERBS})(?:期|使用|运行|了|过|的|呢|状态|中|当中|期内|期间)*"
    r"(?:吗|么|没有|没|了没有|否|与否|不)?$"
)
_PADDING = re.compile(
    r"(?:是否|是不是|有没有|有无|究竟|到底|正式|已经|已|都|就|全面|才|还在|还|仍然?|尚|依然|现在|目前|当前|如今|是在|在|能否|可以"
    r"|不能|能|会|将|要|被|得到|开始|处于|处在|算|该|全国|全市|全省)+$"
)
_NOW = re.compile(r"目前|现在|当前|如今|眼下|至今|迄今|到现在为止")
_NOW_OR_DONE = re.compile(
    rf"(?:(?:目前|现在|当前|如今|至今)?已经?|目前|现在|当前)[^，。]{{0,6}}(?:{RULE_VERBS}|{_STOP_VERBS})"
)
_STATE = re.compile(r"已经?|了[吗没么]|了没有|是否|有没有|仍|还|尚|目前|现在|当前|如今")
_BY_BEFORE = re.compile(r"(?:截至|截止到|截止至|截止|截|到|至|直到|在)\s*$")
_FRAME_BEFORE = re.compile(r"(?:截至|截止到|截止至|截止|直到|自从|自|从|到|至|在|于|将于|打|以)\s*$")
_AFTER = re.compile(
    r"^\s*(?:(?P<by>为止|时候|的时候|时点|时|那天|当天|这天|那时|当时|止)|(?P<before>之前|以前|前)"
    r"|(?P<since>以来|起|开始|至今|到现在|到目前)|(?P<later>之后|以后|过后|后)|(?P<within>之间|期间|内|间|里|份|的))"
)
_END_OF = re.compile(r"[底末内]$")
_WHOLE = re.compile(
    r"哪些|哪几|什么(?=规定|政策|办法|条例|法规|文件|措施|制度|标准|系统|平台)|有什么|(?:多少|几)(?=[项部条个件份])|列出|列举|所有|全部"
)
_ITEM_NOUNS = (
    "规定|政策措施|政策|措施|制度|法律法规|法规|规范性文件|文件|规章|举措|新规|东西|内容"
    "|事项|事情|项目|消息|新闻|信息"
)
# With a subject of its own, these are asked of what one item lists (上海港口实施了哪些措施).
_CONTENTS = re.compile(r"措施|举措|内容|事项|东西|工作|要求|项目")
_FRAME = re.compile(
    rf"(?:哪些|哪几|什么|多少|几)(?:条(?!例)|[项部个件份种])?|列出|列举|请问?|所有|全部|简报|公报|期|一共|总共|共有?|分别|都|新|其中"
    rf"|{_ITEM_NOUNS}|{_VERBS}|正式|已经|已|开始|将要|将|会|要|有|起|被|过|以来|的|是|了|在|于|从|里|中|和|或|吗|呢"
)
_IN_FORCE_EN = (
    r"in (?:force|effect)|effective|(?:come|came|comes|coming|gone?|went|goes|enter(?:ed|s)?|enter) into"
    r" (?:force|effect|operation)|take[ns]? effect|took effect|implemented|enforced|valid|appl(?:y|ied|ies)"
)
_LAUNCH_EN = (
    r"launched?|in use|in operation|put into (?:use|operation)|opened|operational|activated|introduced"
    r"|started|begun|began"
)
_END_EN = r"expired?|repealed|abolished|ended|closed|annulled|rescinded|lapsed|withdrawn"
_OUT_EN = r"published|issued|released|announced|promulgated|came out|come out"
_VERB_EN = re.compile(
    rf"\b(?:(?P<rule>{_IN_FORCE_EN})|(?P<launch>{_LAUNCH_EN})|(?P<end>{_END_EN})|(?P<out>{_OUT_EN}))\b", re.I
)
_YES_NO_EN = re.compile(
    r"^(?:is|was|were|are|has|have|had|did|does|do|will|would)\b(?:\s+(?:there|not)\b)?", re.I
)
_WHOLE_EN = re.compile(
    r"^(?:so\s+)?(?:what|which|list|name|show|how many)\b(?:\s+(?:all|the|of|new))*\s*(?:\w+\s+){0,2}?"
    r"(?P<noun>rules?|regulations?|polic(?:y|ies)|measures?|laws?|documents?|provisions?|standards?|systems?"
    r"|platforms?|guidelines?|notices?|plans?|contracts?|items?|things|ordinances?)\b"
    r"|^what (?:has|have|had|was|were|came|takes?|took|will)\b",
    re.I,
)
_PREPOSITION_EN = re.compile(
    r"(?:\b(?:(?P<by>as of|by|until|till|up to|as at|at|on)|(?P<before>before|prior to|earlier than)"
    r"|(?P<since>since|from|starting(?: from| in| on)?|beginning(?: in| on| with)?)"
    r"|(?P<later>after|later than)|(?P<within>in|during|within|between)))\s+(?:the\s+)?$",
    re.I,
)
_STATE_EN = re.compile(r"\b(?:yet|already|still|now|currently|so far|at present|today)\b", re.I)
_PAD_EN = re.compile(
    r"^(?:already|yet|still|now|currently|been|be|being|ever|officially|have|has|had|was|were|is|are|put)\b\s*"
    r"|\s*\b(?:already|yet|still|now|currently|been|be|being|officially|have|has|had|was|were|is|are|put|formally|actually|to)$",
    re.I,
)
_ASKING_EN = re.compile(
    r"^(?:when|what|which|how|who|where|since when)\b(?:\s+(?:does|did|do|is|was|were|are|will|has|have)\b)?",
    re.I,
)
_MOST_CONDITIONS = 3


@dataclass(frozen=True, slots=True)
class DateQuestion:
    """A question about beginnings (START), ends (END) or publications (PUBLISH), held against days.

    `first`..`last` (ISO, both included; None is open) is what it asks for. With `whole` it is about every
    item, and `conditions` are the words that one must hold; else `base` asks for the day itself. `verb` is
    the question's, `group` the sort of beginning; `relative` says that the days were worked out from
    `newest`, the newest date of the collection, and `said` are the question's words for them.
    """

    kind: str
    group: str
    verb: str
    first: str | None
    last: str | None
    whole: bool
    base: str = ""
    conditions: tuple[str, ...] = ()
    said: str = ""
    relative: bool = False
    newest: str | None = None
    explicit: bool = True


def date_question(query: Query, newest: str | None) -> DateQuestion | None:
    """What `query` asks of dates; None for any other question.

    `newest` is the newest date of the collection (ISO), which 现在 and "yet" mean; None when none is known.
    """
    return _chinese(query, newest) if query.language == "zh" else _english(query, newest)


def may_ask_of_dates(query: Query) -> bool:
    """Whether `date_question` may find anything: a cheap look before the newest date is read."""
    text = query.standalone
    if query.language == "zh":
        return bool(re.search(_VERBS, text)) and bool(
            _WHOLE.search(text) or _YES_NO.search(text.rstrip("？?。. "))
        )
    asks = _YES_NO_EN.search(text) or _WHOLE_EN.search(text) or query.dates
    return bool(asks) and bool(_VERB_EN.search(text))


def _standing_days(
    text: str, days: _Days | None, newest: str | None, not_yet: re.Pattern[str], done: re.Pattern[str]
) -> _Days | None:
    """The days of what has, or has not yet, come by the day named, or by the newest date when none is."""
    rest = not_yet.sub("", days.rest if days else text)
    if not_yet.search(text):
        last = days.last if days else newest
        if last is None or (days and days.first is not None):
            return days
        return _Days(_day(last, 1), None, rest, days.said if days else "", "since", days is None)
    if days is None and newest is not None and done.search(text):
        return _Days(None, newest, _NOW.sub("", rest), "", BY, True)
    return days


@dataclass(frozen=True, slots=True)
class _Days:
    """The stretch of days that a question names, and the question without the words for it."""

    first: str | None
    last: str | None
    rest: str
    said: str
    relation: str
    relative: bool


def _chinese(query: Query, newest: str | None) -> DateQuestion | None:
    text = query.standalone.strip().rstrip("？?。.！! ")
    whole = bool(_WHOLE.search(text))
    if not whole and (_WH.search(text) or not _YES_NO.search(text)):
        return None
    days = _days_zh(query, text, newest)
    if whole:
        days = _standing_days(text, days, newest, _NOT_YET, _NOW_OR_DONE)
        return _whole_zh(query, days, newest) if days else None
    return _yes_no_zh(days, text, newest)


def _yes_no_zh(days: _Days | None, text: str, newest: str | None) -> DateQuestion | None:
    if days is not None and days.relation not in (BY, WITHIN):
        return None
    rest = days.rest if days else _NOW.sub("", text)
    match = _ASKED.match(rest.strip("，, "))
    # 是 3 月 1 日施行吗 asks whether the day is right: the quote says it.
    if (
        match is None
        or not _STATE.search(text)
        or re.search(r"是(?:在|于|从)?$", match["subject"].strip("，, "))
    ):
        return None
    subject = _PADDING.sub("", match["subject"].strip("，, ")).strip("，, 的")
    if not content_terms(subject):
        return None
    if days is None and newest is None:
        return None
    verb = match["verb"]
    kind, group = _sort_zh(verb)
    asked = "施行" if verb == "有效" else verb
    base = f"{subject}什么时候{asked}？"
    last = days.last if days else newest
    if last is None:
        return None
    said, relative = (days.said, days.relative) if days else ("", True)
    return DateQuestion(
        kind, group, verb, None, last, False, base, (), said, relative, newest,
        days is not None or bool(_LEGAL.search(verb)),
    )  # fmt: skip


def _whole_zh(query: Query, days: _Days, newest: str | None) -> DateQuestion | None:
    found = list(re.finditer(_VERBS, days.rest))
    if not found or query.names:
        return None
    # Of two verbs (发布、施行) the one nearer to what is asked for decides.
    verb = found[-1].group() if found[-1].group() not in ("开始", "有效") else found[0].group()
    kind, group = _sort_zh(verb)
    rest = days.rest
    for place in query.places:
        rest = rest.replace(place.text, " ")
    left = [word for word in _FRAME.sub(" ", rest).replace("，", " ").split() if word]
    terms = [term for word in left for term in content_terms(word)]
    terms = [t for t in terms if not any(t != other and t in other for other in terms)]
    if len(terms) > _MOST_CONDITIONS or (terms and _CONTENTS.search(rest)):
        return None
    if kind == PUBLISH and days.first == days.last:
        return None
    return DateQuestion(
        kind, group, verb, days.first, days.last, True, "", tuple(terms), days.said, days.relative, newest
    )


def _sort_zh(verb: str) -> tuple[str, str]:
    if re.fullmatch(_STOP_VERBS, verb):
        return END, ""
    if re.fullmatch(_OUT_VERBS, verb):
        return PUBLISH, ""
    return START, RULE if re.fullmatch(rf"{RULE_VERBS}|有效", verb) else LAUNCH


def _days_zh(query: Query, text: str, newest: str | None) -> _Days | None:
    mentions = [m for m in query.dates if m.first and m.last and m.end <= len(query.standalone)]
    if len(mentions) == 1 and mentions[0].last:
        shift = len(query.standalone) - len(query.standalone.lstrip())
        mention = mentions[0]
        start, end = mention.start - shift, mention.end - shift
        if end > len(text):
            return None
        after = _AFTER.match(text[end:])
        before = _FRAME_BEFORE.search(text[:start])
        relation = next((n for n, v in after.groupdict().items() if v), "") if after else ""
        if relation == "within" and after and after["within"] == "的":
            after = None
        if not relation and _BY_BEFORE.search(text[:start]):
            relation = "by"
        rest = text[: before.start() if before else start] + text[end + (after.end() if after else 0) :]
        said = text[start : end + (after.end() if after else 0)]
        return _stretch(mention, relation, rest, said.strip(), newest)
    if len(mentions) == 2 and (first := mentions[0].first) and (last := mentions[1].last):
        between = text[mentions[0].end : mentions[1].start].strip()
        if re.fullmatch(r"起?(?:至|到|和|与|[-—–~～]+)", between) and first <= last:
            after = _AFTER.match(text[mentions[1].end :])
            before = _FRAME_BEFORE.search(text[: mentions[0].start])
            cut = mentions[1].end + (after.end() if after else 0)
            rest = text[: before.start() if before else mentions[0].start] + text[cut:]
            relative = any(_is_relative(m) for m in mentions)
            return _Days(first, last, rest, text[mentions[0].start : cut], WITHIN, relative)
    return None


def _stretch(mention: DateMention, relation: str, rest: str, said: str, newest: str | None) -> _Days | None:
    first, last = mention.first, mention.last
    if first is None or last is None:
        return None
    relative = _is_relative(mention)
    if relation == "by":
        return _Days(None, last, rest, said, BY, relative)
    if relation == "before":
        # 年底前 and 月内 run to the end of it, 3 月 1 日前 and 2021 年前 stop the day before.
        end = last if _END_OF.search(mention.text) or "end of" in mention.text.lower() else _day(first, -1)
        return _Days(None, end, rest, said, BY, relative)
    if relation == "since":
        return _Days(first, None, rest, said, "since", relative)
    if relation == "later":
        return _Days(_day(last, 1), None, rest, said, "since", relative)
    return _Days(first, last, rest, said, WITHIN, relative)


def _is_relative(mention: DateMention) -> bool:
    return (mention.first or "")[:4] not in mention.text


def _day(iso: str, step: int) -> str:
    return (date.fromisoformat(iso) + timedelta(days=step)).isoformat()


def _with_its_subject(text: str) -> str:
    """A follow-up ("When does X take effect — Had it begun by 2020?") as a question of its own."""
    before, _, asked = text.rpartition(" — ")
    pronoun = re.search(r"\b(?:it|they|this|that)\b", asked, re.I)
    verb = _VERB_EN.search(before)
    subject = _ASKING_EN.sub("", before[: verb.start()] if verb else before).replace(" — ", " ").strip(" ?.,")
    if not pronoun or not subject or not _YES_NO_EN.match(asked):
        return text
    return f"{asked[: pronoun.start()]}{subject}{asked[pronoun.end() :]}"


def _english(query: Query, newest: str | None) -> DateQuestion | None:
    alone = _with_its_subject(query.standalone)
    if alone != query.standalone:
        return _english(analyse(alone, alone, date.fromisoformat(newest) if newest else None), newest)
    text = query.standalone.strip().rstrip("?.! ")
    days = _days_en(query, text, newest)
    rest = days.rest if days else text
    whole, yes_no = _WHOLE_EN.match(rest), _YES_NO_EN.match(rest)
    if not whole and not yes_no:
        return None
    if whole:
        days = _standing_days(text, days, newest, _NOT_YET_EN, _STATE_EN)
        rest = days.rest if days else text
    verb = list(_VERB_EN.finditer(rest))
    if not verb:
        return None
    match = verb[-1]
    kind, group = _sort_en(match)
    if whole:
        if days is None or (kind == PUBLISH and days.first == days.last):
            return None
        spoken = " ".join([m.text for m in query.dates] + [m.text for m in query.places]).lower()
        conditions = tuple(name for name in query.terms if name not in spoken and not name.isdecimal())
        if len(conditions) > _MOST_CONDITIONS:
            return None
        return DateQuestion(
            kind, group, match.group().lower(), days.first, days.last, True, "", conditions, days.said,
            days.relative, newest,
        )  # fmt: skip
    if days is None and (
        newest is None or not (_STATE_EN.search(text) or re.match(r"(?:has|have)\b", text, re.I))
    ):
        return None
    subject = rest[yes_no.end() if yes_no else 0 : match.start()].strip(" ,")
    for _ in range(4):
        subject = _PAD_EN.sub("", subject).strip(" ,")
    last = days.last if days else newest
    if not content_terms(subject) or last is None or (days and days.relation not in (BY, WITHIN)):
        return None
    asked = {"rule": "take effect", "launch": "begin", "end": "end", "out": "come out"}
    name = next(name for name, value in match.groupdict().items() if value)
    base = f"When does {subject} {asked[name]}?"
    said, relative = (days.said, days.relative) if days else ("", True)
    return DateQuestion(
        kind, group, match.group().lower(), None, last, False, base, (), said, relative, newest,
        days is not None or bool(_LEGAL.search(match.group())),
    )  # fmt: skip


def _sort_en(match: re.Match[str]) -> tuple[str, str]:
    if match["end"]:
        return END, ""
    if match["out"]:
        return PUBLISH, ""
    return START, RULE if match["rule"] else LAUNCH


def _days_en(query: Query, text: str, newest: str | None) -> _Days | None:
    mentions = [m for m in query.dates if m.first and m.last]
    if len(mentions) == 2 and (first := mentions[0].first) and (last := mentions[1].last):
        joined = text[mentions[0].end : mentions[1].start].strip()
        if joined in ("and", "to", "until", "till", "-", "–") and first <= last:
            before = _PREPOSITION_EN.search(text[: mentions[0].start])
            start = before.start() if before else mentions[0].start
            rest = text[:start] + text[mentions[1].end :]
            relative = any(_is_relative(m) for m in mentions)
            return _Days(first, last, rest, text[start : mentions[1].end], WITHIN, relative)
    if len(mentions) != 1:
        return None
    mention = mentions[0]
    before = _PREPOSITION_EN.search(text[: mention.start])
    relation = next((n for n, v in before.groupdict().items() if v), "") if before else ""
    # "since last December" on a day of that word's own: the preposition may be part of the mention.
    start = before.start() if before else mention.start
    rest = f"{text[:start].rstrip()} {text[mention.end :].lstrip()}".strip(" ,")
    return _stretch(mention, relation, rest, text[start : mention.end].strip(), newest)
