"""Fits the weights that order an item's sentences (`qa/data/sentences.json`) on development and tuning questions.

    python -m tests.benchmarks.fit_sentences [--write]

An example is a question that one item answers, with that item's sentences; those that hold something the
answer must include are right. A conditional logit (softmax over the sentences of an item) is fitted by
maximum likelihood of the right ones together. Figures printed are the share of questions whose first (first
two) sentences by score hold the answer, with the shipped weights and from eight-fold cross-validation.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar

from qa import Library
from qa.answering.evidence import view_item
from qa.answering.scoring import SentenceModel, SentenceSigns, sentence_model
from qa.query import understand
from qa.text import matching_form

ROOT = Path(__file__).resolve().parents[2]
SETS = (
    (ROOT / "seeds", ROOT / "seeds" / "questions.jsonl"),
    (ROOT / "tests" / "tuning" / "bulletins", ROOT / "tests" / "tuning" / "questions.jsonl"),
)
TYPES = ("fact", "why_how", "paraphrase", "followup")
NAMES = tuple(SentenceSigns.__dataclass_fields__)
PENALTY = 0.02
# The signs of content add up to this, so that the thresholds on scores keep their meaning.
SCALE = 1.8
CONTENT = ("meaning", "asked", "beside", "words", "held")
TARGET = ROOT / "qa" / "data" / "sentences.json"


@dataclass(frozen=True)
class Example:
    """One question: the signs of its item's sentences, shape (sentences, signs), and which are right."""

    set: str
    type: str
    signs: NDArray[np.float64]
    right: NDArray[np.float64]


def examples(name: str, library: Library, rows: Sequence[dict[str, Any]]) -> Iterator[Example]:
    """Each question of `rows` that one item answers and that leaves a choice of sentences."""
    titles = {matching_form(row.title): row.item_id for row in library.retriever.items()}
    for row in rows:
        gold = {matching_form(entry["title"]) for entry in row["gold"]}
        if row["type"] not in TYPES or len(gold) != 1 or not (item_id := titles.get(next(iter(gold)))):
            continue
        query = understand(row["question"], row["history"], library._snapshot.newest)
        view = view_item(library.retriever, query, item_id)
        wanted = [matching_form(text) for text in row["must_include"]]
        right = np.array(
            [any(want in matching_form(s.sentence.text) for want in wanted) for s in view.sentences], float
        )
        if 0 < right.sum() < len(right):
            table = [[scored.signs.to_dict()[sign] for sign in NAMES] for scored in view.sentences]
            yield Example(name, row["type"], np.array(table), right)


def fit(found: Sequence[Example]) -> SentenceModel:
    """The model that makes the right sentences likeliest; its sharpness is fitted last, without penalty."""
    spread = np.concatenate([example.signs for example in found]).std(axis=0) + 1e-9

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, slope = 0.0, np.zeros_like(weights)
        for example in found:
            table = example.signs / spread
            likely = _softmax(table @ weights)
            held = float((likely * example.right).sum()) + 1e-12
            value -= np.log(held)
            slope -= table.T @ (likely * example.right / held - likely)
        size = len(found)
        return value / size + PENALTY * weights @ weights, slope / size + 2 * PENALTY * weights

    best = minimize(loss, np.zeros(len(NAMES)), jac=True, method="L-BFGS-B").x / spread
    best *= SCALE / sum(best[NAMES.index(name)] for name in CONTENT)

    def missed(sharpness: float) -> float:
        shares = [_softmax(sharpness * (example.signs @ best)) @ example.right for example in found]
        return -float(np.log(np.array(shares) + 1e-12).sum())

    sharpness = float(minimize_scalar(missed, bounds=(1.0, 50.0), method="bounded").x)
    weights = tuple((name, round(float(weight), 4)) for name, weight in zip(NAMES, best, strict=True))
    return SentenceModel(weights, round(sharpness, 2))


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    likely: NDArray[np.float64] = np.exp(scores - scores.max())
    return likely / likely.sum()


def _scores(model: SentenceModel, example: Example) -> NDArray[np.float64]:
    weights = dict(model.weights)
    scores: NDArray[np.float64] = example.signs @ np.array([weights.get(name, 0.0) for name in NAMES])
    return scores


def report(name: str, found: Sequence[Example], scores: Sequence[NDArray[np.float64]]) -> None:
    """One line: the share answered by the first sentence, and by the first two, of each set and type."""
    held: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for example, values in zip(found, scores, strict=True):
        order = np.argsort(-values, kind="stable")
        right = example.right[order]
        for key in (example.set, f"{example.set} {example.type}"):
            held[key].append((right[0], right[:2].max()))
    print(f"{name}: " + ", ".join(f"{k} {np.mean(v, axis=0).round(3)}" for k, v in sorted(held.items())))


def main() -> None:
    """Fit, cross-validate, and write on request."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write qa/data/sentences.json")
    parser.add_argument("--index", default=None, help="folder for the indexes")
    options = parser.parse_args()
    found: list[Example] = []
    for folder, questions in SETS:
        name = folder.parent.name if folder.name == "bulletins" else folder.name
        lines = questions.read_text(encoding="utf-8").splitlines()
        rows = [row for row in map(json.loads, lines) if row.get("split", "dev") == "dev"]
        with Library.open(folder, Path(options.index) / name if options.index else None) as library:
            found.extend(examples(name, library, rows))
    report("shipped", found, [_scores(sentence_model(), example) for example in found])
    scores: list[NDArray[np.float64]] = [np.zeros(0)] * len(found)
    order = np.random.default_rng(0).permutation(len(found))
    for fold in np.array_split(order, 8):
        model = fit([found[i] for i in np.setdiff1d(order, fold)])
        for i in fold:
            scores[i] = _scores(model, found[i])
    report("eight folds", found, scores)
    model = fit(found)
    stored = {"sharpness": model.sharpness, "weights": dict(model.weights)}
    print(json.dumps(stored))
    if options.write:
        TARGET.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
