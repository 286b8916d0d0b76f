"""What is measured: one pure function a measure, each with a worked example and its source.

A score is None when a question has no part in the measure: retrieval of a question without an answer,
refusal of one that has one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

import ir_measures
from ir_measures import RR, R, ScoredDoc, Success, nDCG

from qa.text import matching_form

RETRIEVAL = {
    "item_recall@1": R @ 1,
    "item_recall@5": R @ 5,
    "item_success@1": Success @ 1,
    "mrr@10": RR @ 10,
    "ndcg@10": nDCG @ 10,
}
MEANS = (
    *RETRIEVAL,
    "answer_coverage",
    "answer_exact_all",
    "citation_precision",
    "citation_recall",
    "refusal_recall",
    "false_refusal",
)
MEDIANS = ("latency_p50_ms", "latency_p95_ms", "quoted_sentences_p50")
MEASURES = (*MEANS, *MEDIANS)
LOWER_IS_BETTER = frozenset({"false_refusal", *MEDIANS})

_MARKER = re.compile(r"\[\d+\]")


def retrieval_scores(
    rankings: Mapping[str, Sequence[str]], gold: Mapping[str, Collection[str]]
) -> dict[str, dict[str, float]]:
    """Retrieval measures of each question: question id -> measure -> score in [0, 1].

    `rankings` holds distinct items, best first; `gold` the items that answer. A question of `gold` with no
    ranking scores zero. Recall@k is the share of the gold items among the first k (Manning et al. 2008,
    §8.4), success@1 whether the first is one, MRR Voorhees 1999, nDCG Järvelin & Kekäläinen 2002; computed
    by ir_measures.

    >>> retrieval_scores({"q1": ["b", "a"]}, {"q1": ["a"]})["q1"]["mrr@10"]
    0.5
    """
    scores = {question: dict.fromkeys(RETRIEVAL, 0.0) for question in gold}
    relevant = {question: dict.fromkeys(items, 1) for question, items in gold.items()}
    run = [
        ScoredDoc(question, item, 1.0 / rank)
        for question, ranking in rankings.items()
        for rank, item in enumerate(dict.fromkeys(ranking), 1)
    ]
    names = {str(measure): name for name, measure in RETRIEVAL.items()}
    if run and relevant:
        for metric in ir_measures.iter_calc(list(RETRIEVAL.values()), relevant, run):
            scores[metric.query_id][names[str(metric.measure)]] = float(metric.value)
    return scores


def found_strings(answer: str, required: Sequence[str]) -> list[bool]:
    """Which of the `required` strings the answer holds, in NFKC form and without white space and markers.

    A string that begins or ends with a digit must not go on as a longer number.

    >>> found_strings("规模 １000 亿元[1]", ["1000亿元", "00亿元", "500亿元"])
    [True, False, False]
    """
    text = matching_form(_MARKER.sub("", answer))
    return [_pattern(matching_form(string)).search(text) is not None for string in required]


@lru_cache(maxsize=4096)
def _pattern(string: str) -> re.Pattern[str]:
    before = r"(?<!\d)(?<!\d[.,])" if string[:1].isdigit() else ""
    after = r"(?!\d)(?![.,]\d)" if string[-1:].isdigit() else ""
    return re.compile(before + re.escape(string) + after)


def answer_coverage(answer: str, required: Sequence[str], *, refused: bool) -> float | None:
    """Share of the required strings that the answer holds; a refusal holds none, no matter what it shows.

    >>> answer_coverage("于3月1日起实施", ["3月1日", "46条"], refused=False)
    0.5
    """
    if not required:
        return None
    if refused:
        return 0.0
    found = found_strings(answer, required)
    return sum(found) / len(found)


def citation_precision(cited: Sequence[str], gold: Collection[str]) -> float | None:
    """Share of the citations that lie in a gold item; an answerable question without citation scores zero.

    >>> citation_precision(["a", "b"], ["a"])
    0.5
    """
    if not gold:
        return None
    return sum(item in gold for item in cited) / len(cited) if cited else 0.0


def citation_recall(cited: Collection[str], gold: Collection[str]) -> float | None:
    """Share of the gold items that are cited.

    >>> citation_recall(["a", "a"], ["a", "b"])
    0.5
    """
    if not gold:
        return None
    wanted = set(gold)
    return len(wanted.intersection(cited)) / len(wanted)


def answer_scores(
    answer: str,
    required: Sequence[str],
    cited: Sequence[str],
    gold: Collection[str],
    *,
    refused: bool,
) -> dict[str, float]:
    """The measures of one answer that apply to its question: name -> score in [0, 1].

    `cited` holds the item of each citation, `gold` the items that answer; none means a refusal is right.

    >>> answer_scores("", [], [], [], refused=True)
    {'refusal_recall': 1.0}
    """
    if not gold:
        return {"refusal_recall": float(refused)}
    scores = {
        "answer_coverage": answer_coverage(answer, required, refused=refused),
        "citation_precision": citation_precision(cited, gold),
        "citation_recall": citation_recall(cited, gold),
        "false_refusal": float(refused),
    }
    applicable = {name: score for name, score in scores.items() if score is not None}
    if "answer_coverage" in applicable:
        applicable["answer_exact_all"] = float(applicable["answer_coverage"] == 1.0)
    return applicable


def failed_scores(answerable: bool, has_required: bool) -> dict[str, float]:
    """The scores of a question that raised: the worst of each measure that applies.

    >>> failed_scores(answerable=False, has_required=False)
    {'refusal_recall': 0.0}
    """
    if not answerable:
        return {"refusal_recall": 0.0}
    scores = {"citation_precision": 0.0, "citation_recall": 0.0, "false_refusal": 1.0}
    if has_required:
        scores |= {"answer_coverage": 0.0, "answer_exact_all": 0.0}
    return scores
