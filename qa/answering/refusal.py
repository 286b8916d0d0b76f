"""Says honestly that the bulletins do not answer, why, and what comes nearest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.answering.clauses import clause_form
from qa.answering.premises import (
    Conflict,
    date_conflict,
    missing_figures,
    missing_names,
    missing_words,
    place_conflict,
)
from qa.answering.support import STRICT_KINDS, asked_detail, asked_role, beyond_list, own_weights
from qa.query import Query
from qa.retrieval import Retriever
from qa.text import matching_form
from qa.types import Answer, Hit, NearMiss

if TYPE_CHECKING:
    from qa.answering.answerer import Evidence

_NEAR = 3
_TELLING = 0.12

_TEXTS = {
    "zh": {
        "off": "这些简报中没有与此问题相关的内容。",
        "missing": "简报中没有这个问题的答案。最接近的是《{title}》，但其中没有说到所问的内容。",
        "kind": "简报中没有这个问题的答案。最接近的是《{title}》，但其中没有给出所问的{what}。",
        "role": "简报中没有这个问题的答案。最接近的是《{title}》，但其中没有说明{what}。",
        "word": "简报中没有这个问题的答案。最接近的是《{title}》，但其中没有提到“{what}”。",
        "place": "简报中没有关于{asked}的这项内容。最接近的《{title}》说的是{found}。",
        "date": "简报中没有与“{asked}”相符的内容。最接近的《{title}》说的是 {found}。",
        "empty": "还没有可以检索的简报：请先把简报文件放入文件夹。",
    },
    "en": {
        "off": "The bulletins say nothing about this.",
        "missing": "The bulletins do not answer this. The nearest item is “{title}”, which does not say"
        " what is asked.",
        "kind": "The bulletins do not answer this. The nearest item is “{title}”, which gives no {what}.",
        "role": "The bulletins do not answer this. The nearest item is “{title}”, which does not state"
        " {what}.",
        "word": "The bulletins do not answer this. The nearest item is “{title}”, which does not mention"
        " “{what}”.",
        "place": "The bulletins do not report this for {asked}. The nearest item, “{title}”, is about"
        " {found}.",
        "date": "The bulletins hold nothing that fits “{asked}”. The nearest item, “{title}”, is"
        " about {found}.",
        "empty": "There are no bulletins to search yet: put bulletin files into the folder first.",
    },
}
_POINT = ("第 {} 点", "a point number {}")
_KINDS = {
    "time": ("时间", "time"),
    "duration": ("期限", "duration"),
    "number": ("数量", "number"),
    "money": ("金额", "amount of money"),
    "percent": ("比例", "percentage"),
    "area": ("面积", "area"),
    "person": ("人员姓名", "person's name"),
    "contact": ("联系方式", "contact details"),
}
ROLE_WORDS = {
    "phone": ("联系电话", "a telephone number"),
    "link": ("网址或邮箱", "a web or e-mail address"),
    "document number": ("文号或编号", "a document number"),
    "degree": ("学历要求", "the education required"),
    "sanction": ("会受什么处罚", "what penalty follows"),
    "fine": ("罚款的数额", "the amount of a fine"),
    "wage": ("工资报酬", "the pay"),
    "award": ("奖金的数额", "the amount of the award"),
    "subsidy": ("补贴或补偿的数额", "the amount of a subsidy or compensation"),
    "loan": ("贷款的数额", "the amount of the loan"),
    "turnover": ("所问的收入或交易额", "the turnover asked for"),
    "charge": ("收费多少", "what is charged"),
    "price": ("价格", "the price"),
    "investment": ("投资或花费的数额", "the amount invested or spent"),
    "interest": ("利率或收益率", "the rate of interest or return"),
    "office holder": ("任职者的姓名", "the name of the person in office"),
    "winner": ("获奖或居首的是谁", "who won or came first"),
    "first one": ("首个是哪一个", "which was the first"),
    "developer": ("由谁开发", "who developed it"),
    "maker": ("由谁制造或供应", "who makes or supplies it"),
    "builder": ("由谁建设", "who built it"),
    "operator": ("由谁运营或管理", "who operates it"),
    "insurer": ("由谁承保", "who insures it"),
    "funder": ("由谁出资", "who pays for it"),
    "undertaker": ("由谁承担", "who carries it out"),
    "leader": ("由谁牵头或主办", "who leads or organises it"),
    "drafter": ("由谁起草", "who drafted it"),
    "issuer": ("由谁发布", "who issued it"),
    "names": ("所问的名称", "the names asked for"),
    "place": ("所在的地点", "the place"),
    "deadline": ("截止时间", "the deadline"),
    "end": ("何时结束", "when it ends"),
    "works begin": ("何时开工", "when work begins"),
    "works end": ("何时建成", "when it is completed"),
}


def refuse(retriever: Retriever, query: Query, hits: Sequence[Hit], evidence: Evidence | None) -> Answer:
    """A refusal in the question's language, with its reason and the nearest misses."""
    reason, text = _reason(retriever, query, evidence)
    nearest = _nearest(hits, evidence) if reason not in {"off_topic", "empty"} or hits else ()
    return Answer(
        question=query.question,
        standalone_question=query.standalone,
        answer=text,
        refused=True,
        confidence=evidence.support if evidence else 0.0,
        mode="extractive",
        nearest=nearest,
        reason=reason,
        hits=tuple(hits),
    )


def _reason(retriever: Retriever, query: Query, evidence: Evidence | None) -> tuple[str, str]:
    chinese = query.language == "zh"
    texts = _TEXTS["zh" if chinese else "en"]
    if evidence is None:
        return "empty", texts["empty"]
    if evidence.off_topic:
        return "off_topic", texts["off"]
    view, title = evidence.view, _within_quotes(evidence.view.item.title, chinese=chinese)
    conflicts: tuple[tuple[str, Conflict | None], ...] = (
        ("place", place_conflict(query, view)),
        ("date", date_conflict(query, view)),
    )
    for name, conflict in conflicts:
        if conflict:
            said = texts[name].format(asked=conflict.asked, found=conflict.found, title=title)
            return f"other_{name}", said
    text = matching_form(view.text)
    if named := [*missing_names(query, text), *missing_figures(query, text)]:
        return "other_name", texts["word"].format(title=title, what=_whole_name(query, named[0]))
    if beyond_list(query, view):
        return "missing_detail", texts["role"].format(
            title=title, what=_POINT[not chinese].format(query.ordinal)
        )
    if lacking := asked_detail(query, view).lacking_ordinals(clause_form(view.text)):
        return "missing_detail", texts["word"].format(title=title, what=_in_full(query, lacking[0]))
    role = asked_role(query)
    if role is not None and evidence.features.role_unfilled_item:
        return "missing_detail", texts["role"].format(title=title, what=ROLE_WORDS[role.name][not chinese])
    weights = own_weights(retriever, query)
    words = missing_words(query, view, weights)
    if words and weights[words[0]] > _TELLING * sum(weights.values()):
        return "missing_detail", texts["word"].format(title=title, what=words[0])
    if role is not None and evidence.features.role_unfilled:
        return "missing_detail", texts["role"].format(title=title, what=ROLE_WORDS[role.name][not chinese])
    if query.expects.kind in STRICT_KINDS and evidence.features.unmet:
        return "missing_detail", texts["kind"].format(
            title=title, what=_KINDS[query.expects.kind][not chinese]
        )
    return "missing_detail", texts["missing"].format(title=title)


def _within_quotes(title: str, *, chinese: bool) -> str:
    """The title as it stands between quotation marks, its own marks those of the inner level."""
    inner = str.maketrans("《》", "〈〉") if chinese else str.maketrans("“”", "‘’")
    return title.translate(inner)


def _whole_name(query: Query, figure: str) -> str:
    """The code or document number of the question that `figure` is a part of (700 -> DB46/T 700)."""
    if not figure.isdigit():
        return figure
    code = rf"[A-Za-z][A-Za-z/]*[ -]?[A-Z]? ?{figure}(?:[—-]\d{{4}})?"
    document = r"[\u4e00-\u9fff]*[〔\[]\d{4}[〕\]]\d*号?"
    matches = re.finditer(f"{code}|{document}", query.standalone)
    return next((match.group() for match in matches if figure in match.group()), figure)


def _in_full(query: Query, ordinal: str) -> str:
    """The ordinal with the word it stands before, as the question writes it (二等 -> 二等奖)."""
    match = re.search(
        rf"{re.escape(ordinal)}\s?[奖期批届次轮名位家个级类色码档座型]?", clause_form(query.standalone)
    )
    return match.group() if match else ordinal


def _nearest(hits: Sequence[Hit], evidence: Evidence | None) -> tuple[NearMiss, ...]:
    misses: list[NearMiss] = []
    if evidence is not None:
        item, best = evidence.view.item, evidence.view.best
        misses.append(
            NearMiss(
                item.title,
                best.sentence.text,
                item.item_id,
                item.section,
                evidence.view.bulletin,
                best.sentence.page,
                best.sentence.start,
                best.sentence.end,
            )
        )
    for hit in hits:
        if len(misses) == _NEAR:
            break
        if all(hit.item_id != miss.item_id for miss in misses):
            misses.append(
                NearMiss(
                    hit.title,
                    hit.evidence,
                    hit.item_id,
                    hit.section,
                    hit.bulletin,
                    hit.page,
                    hit.start,
                    hit.end,
                )
            )
    return tuple(misses)
