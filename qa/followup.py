"""Understands a follow-up question with the questions before it.

Three things can be left out: everything but one constituent ("那江苏呢？" replaces the place of the
question before), the topic ("多少钱？", "它什么时候实施？" take it over), or everything ("还有呢？" asks
the same again). What is carried over are words of the earlier question, which the user
can see and correct.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.dates import find_dates
from qa.places import gazetteer
from qa.text import language_of, tokens
from qa.words import content_terms

_ELLIPSIS = re.compile(
    r"^(?:那么|那|而|至于|换成|如果是|要是|若是|再说说|再看看|再看"
    r"|说说)?(?P<topic>.{1,24}?)(?:方面|的话|那边|这边)?(?:呢|如何|怎么样|怎样"
    r"|又如何)[？?！!。]*$"
)
_ELLIPSIS_EN = re.compile(
    r"^(?:(?:and|so|then)\s+)?(?:what|how) about (?P<topic>.{1,60}?)[?.!]*$"
    r"|^and (?:(?:in|for|from|at|by) )?(?P<bare>[A-Z0-9][\w' -]{0,40})\?*$",
    re.I,
)
_MORE = re.compile(
    r"^(?:那)?(?:还有|其他|其余|别的|剩下|除此之外|另外)(?:的|还有)?(?:哪些|什么|谁|吗|呢"
    r"|别的|的)*[？?。]*$"
)
_MORE_EN = re.compile(
    r"^(?:anything|what|who|any(?:one)?)\s+(?:else|other|more).{0,12}$"
    r"|^(?:and )?(?:the )?(?:rest|others)\??$",
    re.I,
)
_ANAPHORA = re.compile(
    r"它们?|其中|这(?:个|项|些|部|家|条|份|里|种|次|款|一|套|是|笔|几)|那(?:个|项|些|部|家"
    r"|条|份|里|种|次|款|套|笔|时)|该(?!市|省)|此(?:次|举|项|类|外)|上述|前者|后者|他们"
    r"|她们|以上|这样做|其(?=[\u4e00-\u9fff])"
)
_ANAPHORA_EN = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|that|these|those|there|he|she|his|her"
    r"|the (?:former|latter|same|first|second|other one))\b",
    re.I,
)
_LEADING = re.compile(r"^(?:那么|那|而|请问|还有|另外|然后|所以|并且|以及|再问一下|顺便问)[，,]?")
_PRONOUN_SUBJECT = re.compile(
    r"^(?:它们?|他们|她们|其|这(?:个|项|些|部|家|条|份|种|次|款|套|笔)?|那(?:个|项|些|部"
    r"|家|条|份|种|次|款|套|笔)?|该|此|上述)"
)
_INTERROGATIVE = re.compile(
    r"(?:到底|究竟|大概|一共|总共|共|都|又|是|在|于|由|有|从|将|会|可以|能|要|将于|已|已经"
    r"|应|应当|应该|需要?|最(?:高|多|低|少|晚|迟)|具体|分别|主要|其中|包括|包含)*"
    r"(?:为什么|为何|为啥|什么|哪|谁|多少|几(?!乎)|何|怎|如何|是否|能否|有没有|是不是|多(?:大|久|长|高|远)|吗|呢|啥)"
)
_ASKING_VERB = re.compile(
    r"(?:于|自|从)?(?:正式)?(?:实施|施行|生效|启动|启用|成立|发布|印发|出台|上线|通过|召开"
    r"|举行|揭牌|开始|落地|提出|设立|牵头|主办|规定|要求|明确|表示|推出|建成|投资|规模"
    r"|内容|目标|措施|作用|特点|亮点)的?$"
)
_ASKED_NOUN = re.compile(
    r"(?:什么|哪些|哪几[个项条种家]|几[个项条种家])(?:样的)?(?P<noun>[\u4e00-\u9fff]{2,8})$"
)
_VERB_END = re.compile(
    r"(?:都|已|还|将|会)?(?:采取|推出|出台|发布|成立|实行|开展|推进|落实|制定|设立|建立"
    r"|提出|实施|印发|公布|启动|举办|召开|规定|要求|有|是|在|由|为|对)(?:了|的|过)?$"
)
_ORDINAL = re.compile(
    r"^(?:那么|那)?第[一二三四五六七八九十\d]+(?:个|项|条|点|类|招|步|方面|大类|种|款)(?:措施|举措|要求|任务"
    r"|亮点|内容|方面|环节)?(?:又|呢|是(?:什么|啥)|如何|怎么说|说的是什么|讲什么)*[？?。]*$"
)
_ORDINAL_EN = re.compile(
    r"^(?:and |what about |how about |what (?:is|was) )*(?P<which>the (?:first|second|third|fourth|fifth"
    r"|sixth|seventh|eighth|ninth|tenth|last) "
    r"(?:one|point|measure|item|task|step|requirement|highlight|aspect))\W*$",
    re.I,
)
_ASKED_ORDINAL = re.compile(r"，第[一二三四五六七八九十\d]+[^，]{1,4}是什么$| — the [a-z]+ [a-z]+$")
# What a thing has (票价, 期限, 面积): asked of the same thing, not another thing of which the same is asked.
_ATTRIBUTE = re.compile(
    r"(?:价格?|费用?|额度?|量|率|期限?|罚款|处罚|补贴|补助|奖励|资金|经费|投资|时间|日期|地点|地址|面积|规模|范围"
    r"|对象|标准|条件|要求|内容|目标|目的|意义|原因|背景|作用|效果|成效|流程|步骤|部门|单位|机构|负责人|主体|数量"
    r"|人数|金额|比例|占比|职责|责任|分工|来源|渠道|方式|做法|好处|进展|现状|下一步)$"
)
_COUNTED = re.compile(
    r"(?:一共|总共|共计|共)?(?:(?:已|已经|将|会|能|可以|都)*[\u4e00-\u9fff]{2}了|分成?|给|花|要|需要?|占|达到?|叫"
    r"|有|一共|总共|共)$"
)
_YEAR = r"\b(?:19|20)\d\d\b"
_SHORT = 2
_LONGEST_ATTRIBUTE = 6


def standalone_question(question: str, history: Sequence[str]) -> str:
    """`question` with what it leaves out taken from the earlier questions, oldest first in `history`.

    >>> standalone_question("那江苏呢？", ["上海的快递职称怎么评？"])
    '江苏的快递职称怎么评？'
    """
    resolved = ""
    for asked in (*history, question):
        resolved = _resolve(asked.strip(), resolved) if resolved else asked.strip()
    return resolved


def _resolve(question: str, before: str) -> str:
    if not question:
        return before
    if language_of(question) == "en":
        return _resolve_english(question, before)
    if _MORE.match(question):
        return before
    if _ORDINAL.match(question):
        which = re.sub(
            r"^(?:那么|那)|(?:又|呢|是(?:什么|啥)|如何|怎么说|说的是什么|讲什么)*[？?。]*$", "", question
        )
        asked_before = _ASKED_ORDINAL.sub("", before.rstrip("？?。 "))
        return f"{asked_before}，{which}是什么？"
    ellipsis = _ELLIPSIS.match(question)
    if ellipsis and not re.search(r"什么|哪|谁|多少|几|为何|为什么|怎么|是否", ellipsis["topic"]):
        return _substitute(before, ellipsis["topic"])
    if not _leaves_out(question):
        return question
    asked = _PRONOUN_SUBJECT.sub("", _LEADING.sub("", question))
    asked = re.sub(r"^(?:的)", "", asked)
    topic = topic_of(before)
    if not topic or topic in question:
        return question
    return f"{topic}，{asked or question}"


def _leaves_out(question: str) -> bool:
    """Whether the question cannot stand alone: a pronoun, or no topic of its own."""
    if _ANAPHORA.search(question) or _LEADING.match(question):
        return True
    if "《" in question or "“" in question or gazetteer().find(question):
        return False
    return sum(len(term) for term in content_terms(question) if len(term) > 1) <= _SHORT * 2


def without_topic(question: str, place: str) -> str:
    """A question that is all about `place`, asked of it alone; empty when nothing is asked but the topic.

    >>> without_topic("贵州管廊机器人多久巡查一遍？", "贵州")
    '贵州多久巡查一遍？'
    """
    topic = topic_of(question)
    rest = question.replace(topic, "", 1)
    if not topic.startswith(place) or rest == question or not rest.strip("？?。 "):
        return ""
    return f"{place}{rest}"


def topic_of(question: str) -> str:
    """The part of a question that says what it is about, without what it asks of it.

    >>> topic_of("上海知识产权保护条例什么时候施行？")
    '上海知识产权保护条例'
    """
    text = re.sub(r"[？?！!。]+$", "", _LEADING.sub("", question)).strip()
    # "成都地铁八号线，投资多少钱" is asked of what stands before the comma.
    first, comma, _ = text.partition("，")
    if comma and len("".join(content_terms(first))) >= _SHORT * 2 and not _INTERROGATIVE.search(first):
        return first.rstrip("的 ")
    match = _INTERROGATIVE.search(text)
    if not match:
        return re.sub(r"^(?:请?(?:介绍|说明|列出|列举|比较|对比|讲讲|谈谈)(?:一下)?)", "", text)
    head, tail = text[: match.start()], text[match.end() :]
    if len(content_terms(head)) >= 1 and len("".join(content_terms(head))) >= _SHORT * 2:
        asked_noun = _ASKED_NOUN.match(text[match.start() :])
        if asked_noun and re.search(r"[了的]$", head):
            return f"{head[:-1]}的{asked_noun['noun']}"
        trimmed = _ASKING_VERB.sub("", _COUNTED.sub("", head)).rstrip("的，, ")
        return trimmed if len(trimmed) >= _SHORT * 2 else head.rstrip("的，, ")
    # The question word comes first ("谁牵头召开了…推进大会？"): the topic follows it.
    tail = re.sub(r"^(?:么|些|个|家|里|位|种|项|天|时候|单位|部门|机构|城市|地方|省|市|样|以)+", "", tail)
    return f"{head}{tail}".strip("的，, ") or text


def _substitute(before: str, topic: str) -> str:
    """The question before with its constituent of the same kind replaced by `topic`."""
    topic = topic.strip("，,的 ")
    new_places = gazetteer().find(topic)
    old_places = gazetteer().find(before)
    if (new_places and new_places[0].text == topic.removesuffix("市").removesuffix("省")) or (
        new_places and len(topic) <= len(new_places[0].text) + 2
    ):
        if len(old_places) == 1 or (old_places and len({m.text for m in old_places}) == 1):
            first = old_places[0]
            return before[: first.start] + topic + before[first.end :]
        if not old_places:
            return f"{topic}{before}"
    new_dates, old_dates = find_dates(topic, None), find_dates(before, None)
    if new_dates and len(old_dates) == 1 and len(topic) <= len(new_dates[0].text) + 3:
        return before[: old_dates[0].start] + topic + before[old_dates[0].end :]
    return _replace_topic(before, topic)


def _replace_topic(before: str, topic: str) -> str:
    """Keep what was asked, change what it was asked of; a place of the old topic goes with it."""
    old = topic_of(before)
    shared = set(content_terms(topic)) & set(content_terms(old))
    # "…的第二项呢？" narrows the old topic; "养老条例呢？" is another one.
    if re.match(r"第[一二三四五六七八九十\d]+|其中|具体|后者|前者", topic) or not (
        shared or len(tokens(topic)) >= 1
    ):
        return f"{old}，{topic}"
    if _ATTRIBUTE.search(topic) and len(topic) <= _LONGEST_ATTRIBUTE and old:
        return f"{old}，{topic}"
    # Only the noun changes: "上海港口采取了什么…" becomes "上海机场采取了什么…".
    match = _INTERROGATIVE.search(before)
    subject = before[: match.start()] if match and match.start() else old
    noun = _VERB_END.sub("", subject).rstrip("的，, ") or subject
    places = gazetteer().find(noun)
    kept = (
        places[0].text
        if places and places[0].start == 0 and not gazetteer().find(topic) and len(topic) <= 6
        else ""
    )
    rest = before.replace(noun, "", 1)
    return f"{kept}{topic}{rest}" if rest.strip("？?。 ") else f"{topic}，{before}"


def _resolve_english(question: str, before: str) -> str:
    if _MORE_EN.match(question):
        return before
    ordinal = _ORDINAL_EN.match(question)
    if ordinal:
        return f"{_ASKED_ORDINAL.sub('', before.rstrip('?？. '))} — {ordinal['which']}"
    match = _ELLIPSIS_EN.match(question)
    if match:
        topic = (match["topic"] or match["bare"]).strip()
        old_places = gazetteer().find(before)
        if gazetteer().find(topic) and len(old_places) == 1:
            first = old_places[0]
            return before[: first.start] + re.sub(r"^(?:in|for|at|the) ", "", topic) + before[first.end :]
        old_dates = find_dates(before, None)
        if find_dates(topic, None) and len(old_dates) == 1:
            return before[: old_dates[0].start] + topic + before[old_dates[0].end :]
        if re.fullmatch(r"(?:by |in )?(?:19|20)\d\d", topic) and len(re.findall(_YEAR, before)) == 1:
            return re.sub(_YEAR, topic[-4:], before)
        return f"{topic}: {before}"
    own = [term for term in content_terms(question) if len(term) > 2]
    if _ANAPHORA_EN.search(question) or len(own) <= _SHORT:
        return f"{before.rstrip('?？. ')} — {question}"
    return question
