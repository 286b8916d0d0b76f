"""Says honestly that the bulletins do not answer, why, and what comes nearest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.answering.support import STRICT_KINDS, date_conflict, place_conflict
from qa.query import Query
from qa.retrieval import Retriever
from qa.types import Answer, Hit, NearMiss

if TYPE_CHECKING:
    from qa.answering.answerer import Evidence

_NEAR = 3

_TEXTS = {
    "zh": {
        "off": "这些简报中没有与此问题相关的内容。",
        "missing": "简报中没有这个问题的答案。最接近的是《{title}》，但其中没有说到所问的内容。",
        "kind": "简报中没有这个问题的答案。最接近的是《{title}》，但其中没有给出所问的{kind}。",
        "place": "简报中没有关于{asked}的这项内容。最接近的《{title}》说的是{found}。",
        "date": "简报中没有与“{asked}”相符的内容。最接近的《{title}》说的是 {found}。",
        "empty": "还没有可以检索的简报：请先把简报文件放入文件夹。",
    },
    "en": {
        "off": "The bulletins say nothing about this.",
        "missing": "The bulletins do not answer this. The nearest item is “{title}”, which does not say"
        " what is asked.",
        "kind": "The bulletins do not answer this. The nearest item is “{title}”, which gives no {kind}.",
        "place": "The bulletins do not report this for {asked}. The nearest item, “{title}”, is about"
        " {found}.",
        "date": "The bulletins hold nothing that fits “{asked}”. The nearest item, “{title}”, is"
        " about {found}.",
        "empty": "There are no bulletins to search yet: put bulletin files into the folder first.",
    },
}
_KINDS = {
    "zh": {
        "time": "时间",
        "duration": "期限",
        "number": "数量",
        "money": "金额",
        "percent": "比例",
        "area": "面积",
        "person": "人员姓名",
        "contact": "联系方式",
    },
    "en": {
        "time": "time",
        "duration": "duration",
        "number": "number",
        "money": "amount of money",
        "percent": "percentage",
        "area": "area",
        "person": "person's name",
        "contact": "contact details",
    },
}


def refuse(retriever: Retriever, query: Query, hits: Sequence[Hit], evidence: Evidence | None) -> Answer:
    """A refusal in the question's language, with its reason and the nearest misses."""
    reason, text = _reason(query, evidence)
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


def _reason(query: Query, evidence: Evidence | None) -> tuple[str, str]:
    texts = _TEXTS["zh" if query.language == "zh" else "en"]
    if evidence is None:
        return "empty", texts["empty"]
    view, features = evidence.view, evidence.features
    title = view.item.title
    if evidence.off_topic:
        return "off_topic", texts["off"]
    if conflict := place_conflict(query, view):
        return "other_place", texts["place"].format(asked=conflict.asked, found=conflict.found, title=title)
    if conflict := date_conflict(query, view):
        return "other_date", texts["date"].format(asked=conflict.asked, found=conflict.found, title=title)
    if query.expects.kind in STRICT_KINDS and features.unmet:
        kind = _KINDS["zh" if query.language == "zh" else "en"][query.expects.kind]
        return "missing_detail", texts["kind"].format(title=title, kind=kind)
    return "missing_detail", texts["missing"].format(title=title)


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
