"""Normalising text for matching, cutting it into sentences and search tokens, telling its language.

Nothing here is ever shown: what the reader sees is the source, sliced.
"""

from qa.text.matching import HAN, compact, fold, language_of, matching_form, trim
from qa.text.sentences import closing_places, split_sentences
from qa.text.words import segmenter, tokens

__all__ = [
    "HAN",
    "closing_places",
    "compact",
    "fold",
    "language_of",
    "matching_form",
    "segmenter",
    "split_sentences",
    "tokens",
    "trim",
]
