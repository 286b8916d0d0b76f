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
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from qa import Library
from qa.answering.answerer import Answerer, Evidence
from qa.answering.collection import answer_collection
from qa.answering.evidence import view_item
from qa.answering.support import Features, SupportModel
from qa.query import Query, understand
from qa.text import matching_form

ROOT = Path(__file__).resolve().parents[2]
SETS = (
    (ROOT / "seeds", ROOT / "seeds" / "questions.jsonl"),
    (ROOT / "tests" / "tuning" / "bulletins", ROOT / "tests" / "tuning" / "questions.jsonl"),
)
PENALTY = 0.03
FALSE_REFUSAL = 0.055
OFF_TOPIC_WORDS = 0.5
ANSWERABLE = ("fact", "list", "why_how", "followup", "paraphrase")
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


@dataclass(frozen=True)
class Fitted:
    """A logistic regression over features and their products, weights on the features' own scale."""

    intercept: float
    weights: dict[str, float]

    def probabilities(self, found: list[Example]) -> NDArray[np.float64]:
        """P(supported) for each example, by the very code that the product runs."""
        model = SupportModel(self.intercept, tuple(self.weights.items()), 0.0, 0.5)
        return np.array([model.probability(example.features) for example in found])


def fit(found: list[Example]) -> Fitted:
    """L2-penalised logistic regression on standardised features and products of pairs (squares left out)."""
    names = list(found[0].features.to_dict())
    table = np.array([[example.features.to_dict()[name] for name in names] for example in found])
    pairs = PolynomialFeatures(2, interaction_only=True, include_bias=False)
    wide = pairs.fit_transform(table)
    scale = StandardScaler().fit(wide)
    labels = np.array([example.label for example in found])
    weights = np.array([example.weight for example in found])
    model = LogisticRegression(C=PENALTY, max_iter=5000).fit(
        scale.transform(wide), labels, sample_weight=weights
    )
    own = model.coef_[0] / scale.scale_
    intercept = float(model.intercept_[0] - (own * scale.mean_).sum())
    keys = [name.replace(" ", "*") for name in pairs.get_feature_names_out(names)]
    return Fitted(intercept, {key: float(w) for key, w in zip(keys, own, strict=True) if abs(w) > 1e-4})


def main() -> None:
    """Fit, cross-validate, and write on request."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
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
    off = np.array([model_says_off_topic(example.features) for example in found], dtype=bool)
    types = np.array([example.type for example in found])
    report("off topic", {kind: float(off[types == kind].mean()) for kind in sorted(set(types))})
    groups = [example.question for example in found]
    labels = np.array([example.label for example in found])
    scores = np.zeros(len(found))
    for train, test in GroupKFold(10).split(groups, labels, groups):
        fold = fit([found[i] for i in train if types[i] != "outofdomain"])
        scores[test] = fold.probabilities([found[i] for i in test])
    scores[off] = 0.0
    answerable = np.isin(types, ANSWERABLE)
    print(
        f"{len(found)} examples, {labels.sum()} supported, AUC {roc_auc_score(labels, scores):.3f} (ten folds)"
    )
    for share in (0.03, 0.04, 0.05, 0.06, 0.08):
        threshold = float(np.quantile(scores[answerable], share))
        report(
            f"{threshold:.3f}",
            {kind: float((scores[types == kind] < threshold).mean()) for kind in sorted(set(types))},
        )
    chosen = round(float(np.quantile(scores[answerable], FALSE_REFUSAL)), 3)
    if options.write:
        fitted = fit([example for example in found if example.type != "outofdomain"])
        stored = {
            "refuse_below": chosen,
            "off_topic_words": OFF_TOPIC_WORDS,
            "intercept": round(fitted.intercept, 5),
            "coefficients": {name: round(weight, 5) for name, weight in fitted.weights.items()},
        }
        TARGET.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {TARGET.relative_to(ROOT)}, refuse below {chosen}")


def model_says_off_topic(features: Features) -> bool:
    """The product's own test, which needs no fitting."""
    return SupportModel(0.0, (), OFF_TOPIC_WORDS, 0.5).off_topic(features)


def report(name: str, shares: dict[str, float]) -> None:
    """One line: the share refused of each kind of question."""
    print(f"{name:>10}: " + ", ".join(f"{kind} {share:.2f}" for kind, share in shares.items()))


if __name__ == "__main__":
    main()
