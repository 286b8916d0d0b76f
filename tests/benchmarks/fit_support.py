"""Fits the support model (`qa/data/support.json`) on the development and tuning questions.

    python -m tests.benchmarks.fit_support [--write]

Examples are the development half of the shipped question set and the invented bulletins of `tests/tuning`,
and the same questions once more with their evidence sentences taken out of the item: right topic, missing detail, the case that no retrieval score can tell. Label 1: the quotes
chosen hold at least half of what a right answer must include. Figures printed are from ten-fold
cross-validation, folds by question. Needs scikit-learn, which sentence-transformers brings.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from qa import Library
from qa.answering.answerer import Answerer, Evidence
from qa.answering.collection import answer_collection
from qa.answering.evidence import view_item
from qa.answering.support import Features
from qa.query import Query, understand
from qa.text import matching_form

ROOT = Path(__file__).resolve().parents[2]
SETS = (
    (ROOT / "seeds", ROOT / "seeds" / "questions.jsonl"),
    (ROOT / "tests" / "tuning" / "bulletins", ROOT / "tests" / "tuning" / "questions.jsonl"),
)
TARGET = ROOT / "qa" / "data" / "support.json"


@dataclass(frozen=True)
class Example:
    """One question beside its evidence."""

    question: str
    type: str
    features: Features
    label: int
    weight: float


def examples(library: Library, rows: list[dict[str, Any]]) -> Iterator[Example]:
    """Each question as it is, and without its evidence."""
    answerer = library._snapshot.answerer
    retriever = library.retriever
    for row in rows:
        query = understand(row["question"], row["history"], library._snapshot.newest)
        hits = retriever.search(query, 20)
        evidence = answerer.evidence(query, hits)
        if evidence is None:
            continue
        gold = {matching_form(entry["title"]) for entry in row["gold"]}
        answerable = bool(gold)
        label = int(answerable and _right(evidence, gold, row["must_include"]))
        # Answerable with the wrong evidence is no example of either: retrieval failed, not the question.
        if (
            row["type"] != "compare"
            and answer_collection(retriever, query) is None
            and label == int(answerable)
        ):
            yield Example(row["id"], row["type"], evidence.features, label, 1.0)
        if answerable and row["type"] in {"fact", "followup", "why_how"}:
            masked = _without_evidence(answerer, query, [hit.item_id for hit in hits], row)
            if masked is not None:
                yield Example(row["id"], "masked " + row["type"], masked.features, 0, 0.5)


def _right(evidence: Evidence, gold: set[str], must_include: list[str]) -> bool:
    if matching_form(evidence.view.item.title) not in gold:
        return False
    quoted = matching_form("".join(scored.sentence.text for scored in evidence.sentences))
    if evidence.listing is not None:
        quoted += matching_form("".join(s.sentence.text for p in evidence.listing.points for s in p))
    held = sum(matching_form(wanted) in quoted for wanted in must_include)
    return held * 2 >= max(1, len(must_include))


def _without_evidence(
    answerer: Answerer, query: Query, items: list[str], row: dict[str, Any]
) -> Evidence | None:
    wanted = [matching_form(text) for text in row["must_include"]]
    gold = {matching_form(entry["title"]) for entry in row["gold"]}
    for item_id in dict.fromkeys(items):
        view = view_item(answerer.retriever, query, item_id)
        if matching_form(view.item.title) not in gold:
            continue
        hidden = frozenset(
            scored.sentence.start
            for scored in view.sentences
            if any(want in matching_form(scored.sentence.text) for want in wanted)
        )
        left = view_item(answerer.retriever, query, item_id, hidden)
        return answerer._choose(query, left) if hidden and left.sentences else None
    return None


def fit(found: list[Example]) -> tuple[LogisticRegression, list[str]]:
    """Logistic regression with an L2 penalty, standard scale left as is: features are in about [0, 1]."""
    names = list(found[0].features.to_dict())
    table = np.array([[example.features.to_dict()[name] for name in names] for example in found])
    labels = np.array([example.label for example in found])
    weights = np.array([example.weight for example in found])
    return LogisticRegression(C=3.0, max_iter=5000).fit(table, labels, sample_weight=weights), names


def main() -> None:
    """Fit, cross-validate, and write on request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write qa/data/support.json")
    parser.add_argument("--index", default=None, help="folder for the indexes")
    options = parser.parse_args()
    found: list[Example] = []
    for folder, questions in SETS:
        lines = questions.read_text(encoding="utf-8").splitlines()
        rows = [row for row in map(json.loads, lines) if row.get("split", "dev") == "dev"]
        with Library.open(
            folder, Path(options.index) / folder.parent.name if options.index else None
        ) as library:
            found.extend(examples(library, rows))
    model, names = fit(found)
    groups = [example.question for example in found]
    labels = np.array([example.label for example in found])
    scores = np.zeros(len(found))
    for train, test in GroupKFold(10).split(groups, labels, groups):
        fold, _ = fit([found[i] for i in train])
        table = np.array([[found[i].features.to_dict()[name] for name in names] for i in test])
        scores[test] = fold.predict_proba(table)[:, 1]
    print(
        f"{len(found)} examples, {labels.sum()} supported; cross-validated AUC"
        f" {roc_auc_score(labels, scores):.3f}"
    )
    kinds = sorted({example.type for example in found})
    for threshold in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6):
        refused = {
            kind: float(np.mean([scores[i] < threshold for i, e in enumerate(found) if e.type == kind]))
            for kind in kinds
        }
        right = float(np.mean(scores[labels == 1] < threshold))
        print(
            f"below {threshold}: supported {right:.2f} | "
            + ", ".join(f"{k} {v:.2f}" for k, v in refused.items())
        )
    coefficients = {name: round(float(w), 4) for name, w in zip(names, model.coef_[0], strict=True)}
    print(json.dumps(coefficients, indent=1))
    if options.write:
        stored = {"intercept": round(float(model.intercept_[0]), 4), "coefficients": coefficients}
        TARGET.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
