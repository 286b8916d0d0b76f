"""How well a sentence of an item fits a question: signs of one sentence beside the others, and their weights.

The question's topic is what the whole item is about, so that its title words tell sentences apart least. A
sentence that says little beyond the title is marked down; what is left of the question without its topic
(`beside`) counts most. The weights are those of a conditional logit over the sentences of an item (McFadden,
"Conditional logit analysis of qualitative choice behavior", 1974), fitted by
`tests/benchmarks/fit_sentences.py` and stored in `data/sentences.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class SentenceSigns:
    """What speaks for a sentence; shares and normalised cosines in [0, 1] but for `length`.

    `meaning` is its cosine to the whole question, `asked` to a follow-up's own words, `beside` to what the
    question asks beyond the topic. `words` and `held` are shares of the question's words, the latter with
    those of the topic counted less. `meets`: it holds the kind of thing asked for, a measure (`strict`) or
    not (`loose`); `exact_strict`: what it counts is what was asked. `opening`: it is the item's first;
    `opening_lead`: and who, when or where is asked, with which reports begin; `announces`: a list follows
    it; `titular`: the share of the title's words it repeats; `length`: the logarithm of its length over the
    mean.
    """

    meaning: float
    asked: float
    beside: float
    words: float
    held: float
    meets_strict: float
    meets_loose: float
    exact_strict: float
    opening: float
    opening_lead: float
    announces: float
    titular: float
    length: float

    def to_dict(self) -> dict[str, float]:
        """The signs by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SentenceModel:
    """Weights of the signs, and how sharply a lead in score means being right."""

    weights: tuple[tuple[str, float], ...]
    sharpness: float

    def score(self, signs: SentenceSigns) -> float:
        """The weighted sum of the signs; about 1 for a sentence that answers, 0 for an unrelated one."""
        values = signs.to_dict()
        return sum(weight * values[name] for name, weight in self.weights)

    def shares(self, scores: Sequence[float]) -> list[float]:
        """How likely each of an item's sentences is the one that answers, if any does: a softmax.

        >>> [round(share, 2) for share in SentenceModel((), 10.0).shares([0.9, 0.8, 0.2])]
        [0.73, 0.27, 0.0]
        """
        top = max(scores, default=0.0)
        likely = [math.exp(self.sharpness * (score - top)) for score in scores]
        return [value / sum(likely) for value in likely]


@lru_cache(maxsize=1)
def sentence_model() -> SentenceModel:
    """The fitted model that ships with the project."""
    stored = json.loads(files("qa").joinpath("data/sentences.json").read_text(encoding="utf-8"))
    weights = tuple((name, float(weight)) for name, weight in stored["weights"].items())
    return SentenceModel(weights, float(stored["sharpness"]))
