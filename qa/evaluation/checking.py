"""Whether a question set holds together, and whether the bulletins say what it claims."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

from qa.evaluation.questions import Question
from qa.text import compact, fold, matching_form
from qa.types import Bulletin, Item

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:\.[a-z0-9]+)*%?")


def discrepancies(questions: Iterable[Question], bulletins: Iterable[Bulletin]) -> Iterator[str]:
    """One line for each gold item that is not there and each evidence or required string not in its text."""
    texts = {
        key: compact(item.title + "".join(passage.text for passage in item.passages))
        for bulletin in bulletins
        for item in bulletin.items
        for key in _keys(bulletin, item)
    }
    for question in questions:
        for gold in (*question.gold, *question.near):
            if gold.key not in texts:
                named = gold.item_id or gold.title
                yield f"{question.id}: no item {named!r} in {gold.file or 'the bulletins'}"
            elif compact(gold.evidence) not in texts[gold.key]:
                yield f"{question.id}: evidence is not verbatim in {gold.title!r}: {gold.evidence[:40]}"
        evidence = "\n".join(matching_form(gold.evidence) for gold in question.gold)
        for required in question.must_include:
            if any(gold.evidence for gold in question.gold) and matching_form(required) not in evidence:
                yield f"{question.id}: must_include {required!r} is not in the evidence"


def _keys(bulletin: Bulletin, item: Item) -> tuple[str, str]:
    return item.item_id, f"{Path(bulletin.name).name}\t{matching_form(item.title)}"


def word_pairs(text: str) -> frozenset[str]:
    """Two-character sequences of Chinese characters, and whole words and numbers in other scripts.

    >>> sorted(word_pairs("沪冷链 G60"))
    ['g60', '冷链', '沪冷']
    """
    found: set[str] = set()
    for run in _RUN.findall(fold(text)):
        if run[0] >= "\u3400":
            found.update(run[start : start + 2] for start in range(len(run) - 1))
        else:
            found.add(run)
    return frozenset(found)


def near_duplicates(questions: Sequence[Question], threshold: float = 0.7) -> list[tuple[str, str, float]]:
    """Pairs of questions, history included, whose word pairs have a Jaccard similarity from `threshold`.

    Jaccard similarity is |A ∩ B| / |A ∪ B| (Broder 1997). Quadratic: meant for sets of some hundreds.
    """
    pairs = [
        (question.id, word_pairs(" ".join((*question.history, question.question)))) for question in questions
    ]
    return [
        (first, second, similarity)
        for (first, one), (second, other) in combinations(pairs, 2)
        if one | other and (similarity := len(one & other) / len(one | other)) >= threshold
    ]
