"""Chinese questions of what held on a day, or what began, ended or came out by then."""

from __future__ import annotations

import re

from qa.answering.asof_days import (
    BY,
    LEGAL,
    MOST_CONDITIONS,
    NOW,
    WITHIN,
    DateQuestion,
    Days,
    is_relative,
    standing_days,
    stretch,
)
from qa.answering.effect import END, LAUNCH, LAUNCH_VERBS, PUBLISH, RULE, RULE_VERBS, START
from qa.query import Query
from qa.words import content_terms

_STOP_VERBS = "废止|失效|作废|截止|结束|到期|过期|终止|停止执行|停止实施|停用"
_OUT_VERBS = "发布|印发|公布|颁布|出台|下发|(?:审议|表决)?通过(?=了|的|哪些|$)"
_NOT_YET = re.compile(r"还没有?|尚未|尚没有?|仍未|未(?=正式|施|实|生|启|执)")
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


def may_ask_in_chinese(text: str) -> bool:
    """Whether `ask_in_chinese` may find anything: a cheap look."""
    return bool(re.search(_VERBS, text)) and bool(
        _WHOLE.search(text) or _YES_NO.search(text.rstrip("？?。. "))
    )


def ask_in_chinese(query: Query, newest: str | None) -> DateQuestion | None:
    """What a question asks of dates, `newest` being the newest date of the collection (ISO)."""
    text = query.standalone.strip().rstrip("？?。.！! ")
    whole = bool(_WHOLE.search(text))
    if not whole and (_WH.search(text) or not _YES_NO.search(text)):
        return None
    days = _days_zh(query, text, newest)
    if whole:
        days = standing_days(text, days, newest, _NOT_YET, _NOW_OR_DONE)
        return _whole_zh(query, days, newest) if days else None
    return _yes_no_zh(days, text, newest)


def _yes_no_zh(days: Days | None, text: str, newest: str | None) -> DateQuestion | None:
    if days is not None and days.relation not in (BY, WITHIN):
        return None
    rest = days.rest if days else NOW.sub("", text)
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
        days is not None or bool(LEGAL.search(verb)),
    )  # fmt: skip


def _whole_zh(query: Query, days: Days, newest: str | None) -> DateQuestion | None:
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
    if len(terms) > MOST_CONDITIONS or (terms and _CONTENTS.search(rest)):
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


def _days_zh(query: Query, text: str, newest: str | None) -> Days | None:
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
        return stretch(mention, relation, rest, said.strip())
    if len(mentions) == 2 and (first := mentions[0].first) and (last := mentions[1].last):
        between = text[mentions[0].end : mentions[1].start].strip()
        if re.fullmatch(r"起?(?:至|到|和|与|[-—–~～]+)", between) and first <= last:
            after = _AFTER.match(text[mentions[1].end :])
            before = _FRAME_BEFORE.search(text[: mentions[0].start])
            cut = mentions[1].end + (after.end() if after else 0)
            rest = text[: before.start() if before else mentions[0].start] + text[cut:]
            relative = any(is_relative(m) for m in mentions)
            return Days(first, last, rest, text[mentions[0].start : cut], WITHIN, relative)
    return None
