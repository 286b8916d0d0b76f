"""Checking, without a model, that each sentence a model wrote is carried by the quotes it cites.

A sentence passes when it cites, and when its numbers, dates, names, quoted strings and negations are found
in those quotes and enough of its words are too. What cannot be found is a problem; a sentence with one is
not shown. The check is one-sided: it drops what it cannot confirm. It compares words and figures and
draws no inferences, so a sentence that passes is one whose parts are all in its quotes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.answering import replies
from qa.answering.checks import unsupported
from qa.answering.quotes import Basis, EvidenceQuote
from qa.answering.wording import problem_text, summary

__all__ = [
    "NO_ANSWER",
    "EvidenceQuote",
    "VerifiedSentence",
    "VerifiedText",
    "declines",
    "verify",
    "verify_sentence",
]

NO_ANSWER = "NO_ANSWER"
# No sentence worth showing is longer; bounds the work that a hostile reply can cause.
_LONGEST = 800

_INSUFFICIENT = re.compile(
    r"\bNO_ANSWER\b|资料(?:中|里|内)?(?:并)?(?:没有|未|不足|无)|无法(?:根据|从|依据)|无法回答|"
    r"未(?:能)?(?:提及|提供|说明)|"
    r"\b(?:not|insufficient|no) (?:enough )?(?:information|evidence|mention)|"
    r"\b(?:passages|quotes|sources) do(?:es)? not\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class VerifiedSentence:
    """A sentence of the reply, its markers normalised, with what its quotes do not carry."""

    text: str
    citations: tuple[int, ...]
    supported: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifiedText:
    """A reply sentence by sentence; `kept` is what may be shown."""

    sentences: tuple[VerifiedSentence, ...]
    language: str
    insufficient: bool = False

    @property
    def kept(self) -> str:
        """The supported sentences in order; "" when none is."""
        return "".join(sentence.text for sentence in self.sentences if sentence.supported).strip()

    @property
    def citations(self) -> tuple[int, ...]:
        """The numbers that the kept sentences cite, in order of first use."""
        used = (number for sentence in self.sentences if sentence.supported for number in sentence.citations)
        return tuple(dict.fromkeys(used))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was dropped, said in the answer's language; the dropped words themselves are not repeated."""
        dropped = [sentence for sentence in self.sentences if not sentence.supported]
        return (summary(len(dropped), len(self.sentences), self.language),) if dropped else ()


def verify(text: str, evidence: Sequence[EvidenceQuote], language: str) -> VerifiedText:
    """`text` checked sentence by sentence against `evidence`; problems are worded in `language`."""
    reply = replies.without_thoughts(text)
    sentences = tuple(verify_sentence(sentence, evidence, language) for sentence in replies.cut(reply))
    insufficient = declines(reply) and not any(sentence.supported for sentence in sentences)
    return VerifiedText(sentences, language, insufficient or NO_ANSWER in reply)


def declines(reply: str) -> bool:
    """Whether a reply says that the evidence holds no answer."""
    return _INSUFFICIENT.search(reply) is not None


def verify_sentence(sentence: str, evidence: Sequence[EvidenceQuote], language: str) -> VerifiedSentence:
    """One sentence of a reply, checked against the quotes that it cites.

    Each stretch that ends in markers is held to its own markers, so figures cannot change sides between
    two citations of one sentence.
    """
    by_number = {quote.number: quote for quote in evidence}
    text, cited = replies.with_known_markers(sentence, by_number)
    problems: dict[str, None] = {}
    if len(text) > _LONGEST:
        problems[problem_text("long", "", language)] = None
    elif not cited:
        problems[problem_text("uncited", "", language)] = None
    else:
        for segment in replies.segments(text):
            basis = Basis.of([by_number[number] for number in segment.citations or cited])
            claim = replies.plain(segment.text)
            problems.update(
                (problem_text(kind, value, language), None) for kind, value in unsupported(claim, basis)
            )
    return VerifiedSentence(text, cited, not problems, tuple(problems))
