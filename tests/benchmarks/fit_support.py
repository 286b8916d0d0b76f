"""Fits the support model (`qa/data/support.json`) on the development and tuning questions.

    python -m tests.benchmarks.fit_support [--write] [--held-out]

Examples are the development half of the shipped question set and the invented bulletins of `tests/tuning`,
and the same questions once more with their evidence sentences taken out of the item: right topic, missing
detail, the case that no retrieval score can tell. Label 1: the quotes chosen hold at least half of what a
right answer must include. Figures printed are from ten-fold cross-validation, folds by item, so that no item
is judged by a model that saw another question about it; every answerable question counts, also those whose
evidence was chosen wrongly. `--held-out` adds the questions that nothing is fitted to. Needs scikit-learn,
which sentence-transformers brings.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
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
    ("seeds", ROOT / "seeds", ROOT / "seeds" / "questions.jsonl"),
    ("tuning", ROOT / "tests" / "tuning" / "bulletins", ROOT / "tests" / "tuning" / "questions.jsonl"),
)
PENALTY = 0.03
MASKED_WEIGHT = 0.25
# Of questions that nothing was fitted to, twice this share were refused: words vary more than examples do.
FALSE_REFUSAL = 0.025
OFF_TOPIC_WORDS = 0.5
OFF_TOPIC_BEYOND = -0.05
FOLDS = 10
ANSWERABLE = ("fact", "list", "why_how", "followup", "paraphrase")
TARGET = ROOT / "qa" / "data" / "support.json"


@dataclass(frozen=True)
class Example:
    """One question beside its evidence; `group` is the item it is about, `right` whether the quotes answer."""

    collection: str
    split: str
    group: str
    type: str
    language: str
    features: Features
    answerable: bool
    right: bool

    @property
    def masked(self) -> bool:
        """Whether the evidence was taken out of the item."""
        return self.type.startswith("masked")

    @property
    def teaches(self) -> bool:
        """Whether it is fitted to: answerable with the wrong evidence is no example of either label."""
        return self.split == "dev" and self.type != "outofdomain" and self.answerable == self.right


def examples(name: str, library: Library, rows: Sequence[dict[str, Any]]) -> Iterator[Example]:
    """Each question as it is, and without its evidence."""
    answerer = library._snapshot.answerer
    retriever = library.retriever
    for row in rows:
        query = understand(row["question"], row["history"], library._snapshot.newest)
        hits = retriever.search(query, 20)
        evidence = answerer.evidence(query, hits)
        # Comparisons and questions about the collection are answered without this model.
        if evidence is None or row["type"] == "compare" or answer_collection(retriever, query) is not None:
            continue
        gold = {matching_form(entry["title"]) for entry in row["gold"]}
        about = next((entry["title"] for entry in (*row["gold"], *row.get("near", ()))), row["id"])
        split = row.get("split", "dev")
        right = bool(gold) and _right(evidence, gold, row["must_include"])
        yield Example(name, split, about, row["type"], row["lang"], evidence.features, bool(gold), right)
        if gold and row["type"] in {"fact", "followup", "why_how"}:
            masked = _without_evidence(answerer, query, [hit.item_id for hit in hits], row)
            if masked is not None:
                kind = "masked " + row["type"]
                yield Example(name, split, about, kind, row["lang"], masked.features, False, False)


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

    def probabilities(self, found: Sequence[Example]) -> NDArray[np.float64]:
        """P(supported) for each example, by the very code that the product runs."""
        model = SupportModel(self.intercept, tuple(self.weights.items()), 0.0, 0.5, -1.0)
        return np.array([model.probability(example.features) for example in found])


def fit(found: Sequence[Example]) -> Fitted:
    """L2-penalised logistic regression on standardised features and products of pairs (squares left out)."""
    names = list(found[0].features.to_dict())
    table = np.array([[example.features.to_dict()[name] for name in names] for example in found])
    pairs = PolynomialFeatures(2, interaction_only=True, include_bias=False)
    wide = pairs.fit_transform(table)
    scale = StandardScaler().fit(wide)
    labels = np.array([example.right for example in found])
    weights = np.array([MASKED_WEIGHT if example.masked else 1.0 for example in found])
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
    parser.add_argument("--held-out", action="store_true", help="report on the questions held out, too")
    parser.add_argument("--index", default=None, help="folder for the indexes")
    options = parser.parse_args()
    found: list[Example] = []
    for name, folder, questions in SETS:
        rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
        with Library.open(folder, Path(options.index) / name if options.index else None) as library:
            found.extend(examples(name, library, rows))
    known = [example for example in found if example.split == "dev"]
    scores = cross_validated(known)
    print(f"cross-validated over {len({example.group for example in known})} items")
    report(known, scores)
    chosen = threshold(known, scores, FALSE_REFUSAL)
    by_kind(known, scores, chosen)
    fitted = fit([example for example in known if example.teaches])
    if options.held_out:
        held = [example for example in found if example.split != "dev"]
        print("held out")
        report(held, judged(fitted, held))
        by_kind(held, judged(fitted, held), chosen)
    if options.write:
        stored = {
            "refuse_below": round(chosen, 3),
            "off_topic_words": OFF_TOPIC_WORDS,
            "off_topic_beyond": OFF_TOPIC_BEYOND,
            "intercept": round(fitted.intercept, 5),
            "coefficients": {name: round(weight, 5) for name, weight in fitted.weights.items()},
        }
        TARGET.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {TARGET.relative_to(ROOT)}, refuse below {chosen:.3f}")


def cross_validated(known: Sequence[Example]) -> NDArray[np.float64]:
    """P(supported) of each example by a model that saw no question about its item; 0 when off topic."""
    groups = [example.group for example in known]
    scores = np.zeros(len(known))
    for train, test in GroupKFold(FOLDS).split(groups, groups, groups):
        fold = fit([known[i] for i in train if known[i].teaches])
        scores[test] = judged(fold, [known[i] for i in test])
    return scores


def judged(fitted: Fitted, found: Sequence[Example]) -> NDArray[np.float64]:
    """P(supported) of each example, 0 where the product would say that it is off topic."""
    product = SupportModel(0.0, (), OFF_TOPIC_WORDS, 0.5, OFF_TOPIC_BEYOND)
    off = np.array([product.off_topic(example.features) for example in found], dtype=bool)
    return np.where(off, 0.0, fitted.probabilities(found))


def _chosen(found: Sequence[Example], wanted: Callable[[Example], bool]) -> NDArray[np.bool_]:
    return np.array([wanted(example) for example in found], dtype=bool)


def threshold(found: Sequence[Example], scores: NDArray[np.float64], share: float) -> float:
    """The probability below which `share` of the answerable questions lie."""
    return float(np.quantile(scores[_chosen(found, lambda e: e.type in ANSWERABLE)], share))


def report(found: Sequence[Example], scores: NDArray[np.float64]) -> None:
    """For each set of questions: how well answerable and near miss are told apart, and at what price."""
    for name in ("all", *dict.fromkeys(example.collection for example in found)):
        within = _chosen(found, lambda e, name=name: name in {"all", e.collection})  # type: ignore[misc]
        yes = scores[within & _chosen(found, lambda e: e.type in ANSWERABLE)]
        no = scores[within & _chosen(found, lambda e: e.type == "unanswerable")]
        right = [e.right for e in found if e.type in ANSWERABLE and name in {"all", e.collection}]
        labels = np.r_[np.ones(len(yes)), np.zeros(len(no))]
        auc = roc_auc_score(labels, np.r_[yes, no])
        error = calibration_error(np.r_[yes, no], np.r_[np.array(right, dtype=float), np.zeros(len(no))])
        curve = ", ".join(
            f"{(no < np.quantile(yes, share)).mean():.3f} at {share:.0%} (below {np.quantile(yes, share):.2f})"
            for share in (0.01, 0.02, 0.03, 0.05, 0.08)
        )
        print(f"  {name}: {len(yes)} answerable, {len(no)} near misses, AUC {auc:.3f}, ECE {error:.3f}")
        print(f"    near misses refused by share of false refusals: {curve}")


def by_kind(found: Sequence[Example], scores: NDArray[np.float64], chosen: float) -> None:
    """The share refused below `chosen`, by type and language."""
    print(f"  refused below {chosen:.3f}:")
    kinds = sorted({(example.type, example.language) for example in found})
    for kind, language in kinds:
        these = scores[_chosen(found, lambda e, k=kind, n=language: (e.type, e.language) == (k, n))]  # type: ignore[misc]
        print(f"    {kind} {language}: {(these < chosen).mean():.3f} of {len(these)}")


def calibration_error(scores: NDArray[np.float64], labels: NDArray[np.float64], bins: int = 10) -> float:
    """Expected calibration error over `bins` equal bins (Naeini et al., AAAI 2015).

    >>> round(calibration_error(np.array([0.8, 0.8]), np.array([1.0, 0.0])), 2)
    0.3
    """
    places = np.minimum((scores * bins).astype(int), bins - 1)
    gaps = [
        abs(scores[places == b].mean() - labels[places == b].mean()) * (places == b).mean()
        for b in range(bins)
        if (places == b).any()
    ]
    return float(sum(gaps))


if __name__ == "__main__":
    main()
