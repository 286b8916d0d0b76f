"""Answers and conversations as text to copy or keep: plain, Markdown, GB/T 7714-2015."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.types import Answer, Citation
from qa.ui.conversation import Conversation
from qa.ui.texts import Language, say

FORMATS = ("plain", "markdown", "gbt7714")
_MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]<>#|])")


def answer_text(answer: Answer, form: str, language: Language) -> str:
    """The answer followed by its references in one of `FORMATS`."""
    if answer.refused or not answer.citations:
        return answer.answer
    if form == "markdown":
        lines = [_markdown_reference(citation, language) for citation in answer.citations]
        return f"{_markdown_answer(answer)}\n\n" + "\n".join(lines)
    write = gbt7714 if form == "gbt7714" else _plain_reference
    heading = say(language, "references")
    lines = [write(citation, language) for citation in answer.citations]
    return f"{answer.answer}\n\n{heading}\n" + "\n".join(lines)


def gbt7714(citation: Citation, language: Language = "zh") -> str:
    """One reference after GB/T 7714-2015, 4.2 (contribution in a work), other documents [Z].

    The bulletin's file name stands for its title; parts that are unknown are left out, as the standard
    asks, and nothing is made up for them.
    """
    year = citation.date[:4] if citation.date else ""
    place = ": ".join(part for part in (year, str(citation.page) if citation.page else "") if part)
    host = _stem(citation.bulletin)
    return f"[{citation.number}] {citation.title}[Z]//{host}." + (f" {place}." if place else "")


def conversation_markdown(conversation: Conversation, language: Language) -> str:
    """The whole conversation as Markdown, each answer with its references."""
    blocks = [f"# {say(language, 'title')}"]
    for turn in conversation.turns:
        blocks.append(f"## {_escaped(turn.question)}")
        if turn.answer is not None:
            blocks.append(answer_text(turn.answer, "markdown", language))
        else:
            blocks.append(_escaped(turn.text or turn.message or say(language, "stopped")))
    return "\n\n".join(blocks) + "\n"


def place(citation: Citation, language: Language) -> str:
    """Section, page and date of a citation in one line."""
    page = say(language, "page", number=citation.page) if citation.page else ""
    return _joined((citation.section, page, citation.date or "", citation.bulletin), language)


def _joined(parts: Sequence[str], language: Language) -> str:
    return ("，" if language == "zh" else ", ").join(part for part in parts if part)


def _plain_reference(citation: Citation, language: Language) -> str:
    quote = f"“{citation.quote}”"
    return f"[{citation.number}] {citation.title} ({place(citation, language)}): {quote}"


def _markdown_reference(citation: Citation, language: Language) -> str:
    where = _escaped(place(citation, language))
    return f"[^{citation.number}]: **{_escaped(citation.title)}** ({where}): “{_escaped(citation.quote)}”"


def _markdown_answer(answer: Answer) -> str:
    parts = re.split(r"(\[\d+\])", answer.answer)
    return "".join(f"[^{part[1:-1]}]" if number % 2 else _escaped(part) for number, part in enumerate(parts))


def _escaped(text: str) -> str:
    return _MARKDOWN_SIGNS.sub(r"\\\1", text)


def _stem(name: str) -> str:
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0] or name
