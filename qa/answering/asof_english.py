"""English questions of what held on a day, or what began, ended or came out by then."""

from __future__ import annotations

import re
from datetime import date

from qa.answering.asof_days import (
    BY,
    LEGAL,
    MOST_CONDITIONS,
    WITHIN,
    DateQuestion,
    Days,
    is_relative,
    standing_days,
    stretch,
)
from qa.answering.effect import END, LAUNCH, PUBLISH, RULE, START
from qa.query import Query, analyse
from qa.words import content_terms

_NOT_YET = re.compile(r"\bnot(?: \w+)? yet\b|\byet to\b|\bnot(?= in (?:force|effect))", re.I)
_IN_FORCE = (
    r"in (?:force|effect)|effective|(?:come|came|comes|coming|gone?|went|goes|enter(?:ed|s)?|enter) into"
    r" (?:force|effect|operation)|take[ns]? effect|took effect|implemented|enforced|valid|appl(?:y|ied|ies)"
)
_LAUNCH = (
    r"launched?|in use|in operation|put into (?:use|operation)|opened|operational|activated|introduced"
    r"|started|begun|began"
)
_END = r"expired?|repealed|abolished|ended|closed|annulled|rescinded|lapsed|withdrawn"
_OUT = r"published|issued|released|announced|promulgated|came out|come out"
_VERB = re.compile(
    rf"\b(?:(?P<rule>{_IN_FORCE})|(?P<launch>{_LAUNCH})|(?P<end>{_END})|(?P<out>{_OUT}))\b", re.I
)
_YES_NO = re.compile(
    r"^(?:is|was|were|are|has|have|had|did|does|do|will|would)\b(?:\s+(?:there|not)\b)?", re.I
)
_WHOLE = re.compile(
    r"^(?:so\s+)?(?:what|which|list|name|show|how many)\b(?:\s+(?:all|the|of|new))*\s*(?:\w+\s+){0,2}?"
    r"(?P<noun>rules?|regulations?|polic(?:y|ies)|measures?|laws?|documents?|provisions?|standards?|systems?"
    r"|platforms?|guidelines?|notices?|plans?|contracts?|items?|things|ordinances?)\b"
    r"|^what (?:has|have|had|was|were|came|takes?|took|will)\b",
    re.I,
)
_PREPOSITION = re.compile(
    r"(?:\b(?:(?P<by>as of|by|until|till|up to|as at|at|on)|(?P<before>before|prior to|earlier than)"
    r"|(?P<since>since|from|starting(?: from| in| on)?|beginning(?: in| on| with)?)"
    r"|(?P<later>after|later than)|(?P<within>in|during|within|between)))\s+(?:the\s+)?$",
    re.I,
)
_STATE = re.compile(r"\b(?:yet|already|still|now|currently|so far|at present|today)\b", re.I)
_PAD = re.compile(
    r"^(?:already|yet|still|now|currently|been|be|being|ever|officially|have|has|had|was|were|is|are|put)\b\s*"
    r"|\s*\b(?:already|yet|still|now|currently|been|be|being|officially|have|has|had|was|were|is|are|put|formally|actually|to)$",
    re.I,
)
_ASKING = re.compile(
    r"^(?:when|what|which|how|who|where|since when)\b(?:\s+(?:does|did|do|is|was|were|are|will|has|have)\b)?",
    re.I,
)


def may_ask_in_english(query: Query) -> bool:
    """Whether `ask_in_english` may find anything: a cheap look."""
    text = query.standalone
    asks = _YES_NO.search(text) or _WHOLE.search(text) or query.dates
    return bool(asks) and bool(_VERB.search(text))


def _with_its_subject(text: str) -> str:
    """A follow-up ("When does X take effect — Had it begun by 2020?") as a question of its own."""
    before, _, asked = text.rpartition(" — ")
    pronoun = re.search(r"\b(?:it|they|this|that)\b", asked, re.I)
    verb = _VERB.search(before)
    subject = _ASKING.sub("", before[: verb.start()] if verb else before).replace(" — ", " ").strip(" ?.,")
    if not pronoun or not subject or not _YES_NO.match(asked):
        return text
    return f"{asked[: pronoun.start()]}{subject}{asked[pronoun.end() :]}"


def ask_in_english(query: Query, newest: str | None) -> DateQuestion | None:
    """What a question asks of dates, `newest` being the newest date of the collection (ISO)."""
    alone = _with_its_subject(query.standalone)
    if alone != query.standalone:
        return ask_in_english(analyse(alone, alone, date.fromisoformat(newest) if newest else None), newest)
    text = query.standalone.strip().rstrip("?.! ")
    days = _days_en(query, text, newest)
    rest = days.rest if days else text
    whole, yes_no = _WHOLE.match(rest), _YES_NO.match(rest)
    if not whole and not yes_no:
        return None
    if whole:
        days = standing_days(text, days, newest, _NOT_YET, _STATE)
        rest = days.rest if days else text
    verb = list(_VERB.finditer(rest))
    if not verb:
        return None
    match = verb[-1]
    kind, group = _sort_en(match)
    if whole:
        if days is None or (kind == PUBLISH and days.first == days.last):
            return None
        spoken = " ".join([m.text for m in query.dates] + [m.text for m in query.places]).lower()
        conditions = tuple(name for name in query.terms if name not in spoken and not name.isdecimal())
        if len(conditions) > MOST_CONDITIONS:
            return None
        return DateQuestion(
            kind, group, match.group().lower(), days.first, days.last, True, "", conditions, days.said,
            days.relative, newest,
        )  # fmt: skip
    if days is None and (
        newest is None or not (_STATE.search(text) or re.match(r"(?:has|have)\b", text, re.I))
    ):
        return None
    subject = rest[yes_no.end() if yes_no else 0 : match.start()].strip(" ,")
    for _ in range(4):
        subject = _PAD.sub("", subject).strip(" ,")
    last = days.last if days else newest
    if not content_terms(subject) or last is None or (days and days.relation not in (BY, WITHIN)):
        return None
    asked = {"rule": "take effect", "launch": "begin", "end": "end", "out": "come out"}
    name = next(name for name, value in match.groupdict().items() if value)
    base = f"When does {subject} {asked[name]}?"
    said, relative = (days.said, days.relative) if days else ("", True)
    return DateQuestion(
        kind, group, match.group().lower(), None, last, False, base, (), said, relative, newest,
        days is not None or bool(LEGAL.search(match.group())),
    )  # fmt: skip


def _sort_en(match: re.Match[str]) -> tuple[str, str]:
    if match["end"]:
        return END, ""
    if match["out"]:
        return PUBLISH, ""
    return START, RULE if match["rule"] else LAUNCH


def _days_en(query: Query, text: str, newest: str | None) -> Days | None:
    mentions = [m for m in query.dates if m.first and m.last]
    if len(mentions) == 2 and (first := mentions[0].first) and (last := mentions[1].last):
        joined = text[mentions[0].end : mentions[1].start].strip()
        if joined in ("and", "to", "until", "till", "-", "–") and first <= last:
            before = _PREPOSITION.search(text[: mentions[0].start])
            start = before.start() if before else mentions[0].start
            rest = text[:start] + text[mentions[1].end :]
            relative = any(is_relative(m) for m in mentions)
            return Days(first, last, rest, text[start : mentions[1].end], WITHIN, relative)
    if len(mentions) != 1:
        return None
    mention = mentions[0]
    before = _PREPOSITION.search(text[: mention.start])
    relation = next((n for n, v in before.groupdict().items() if v), "") if before else ""
    # "since last December" on a day of that word's own: the preposition may be part of the mention.
    start = before.start() if before else mention.start
    rest = f"{text[:start].rstrip()} {text[mention.end :].lstrip()}".strip(" ,")
    return stretch(mention, relation, rest, text[start : mention.end].strip())
