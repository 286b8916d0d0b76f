"""What the API takes and gives: the fields of `retrieve --json`, `ask --json` and `contents --json`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from qa.catalogue import BulletinContents
    from qa.types import Answer, Hit

# What one request may carry at most; the library's own limit on a question is a setting and lower.
_LONGEST = 20_000
_MOST_FILTERS = 50

Name = Annotated[str, Field(max_length=500)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2020-12-30"])]


class Question(BaseModel):
    """A question and what to look at; `since` and `until` are inclusive."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(max_length=_LONGEST, examples=["上海市知识产权保护条例何时起实施？"])]
    history: Annotated[
        list[Annotated[str, Field(max_length=_LONGEST)]],
        Field(max_length=50, description="Earlier questions of the conversation, oldest first."),
    ] = []
    k: Annotated[int | None, Field(ge=1, le=100, description="At most this many passages.")] = None
    sections: Annotated[list[Name] | None, Field(max_length=_MOST_FILTERS)] = None
    bulletins: Annotated[list[Name] | None, Field(max_length=_MOST_FILTERS)] = None
    since: Day | None = None
    until: Day | None = None


class AskedQuestion(Question):
    """A question to answer."""

    mode: Annotated[
        Literal["extractive", "generative"] | None,
        Field(description="Default: generative when a language model is set, else extractive."),
    ] = None
    stream: Annotated[bool, Field(description="Send server-sent events.")] = False


class HitModel(BaseModel):
    """A passage with its score in [0, 1]; `start`/`end` delimit it in the bulletin's text (code points)."""

    rank: int
    score: float
    item_id: str
    title: str
    section: str
    bulletin: str
    date: str | None
    page: int
    start: int
    end: int
    text: str
    evidence: str
    lexical: float = 0.0
    dense: float = 0.0


class RetrieveResponse(BaseModel):
    """Passages, best first."""

    question: str
    hits: list[HitModel]

    @classmethod
    def of(cls, question: str, hits: list[Hit]) -> RetrieveResponse:
        """The response to `question` with `hits`."""
        return cls(question=question, hits=[HitModel(**hit.to_dict()) for hit in hits])


class CitationModel(BaseModel):
    """An exact quote and where it stands."""

    number: int
    quote: str
    title: str
    item_id: str
    section: str
    bulletin: str
    date: str | None
    page: int
    start: int
    end: int
    emphasis: list[str] = []


class NearMissModel(BaseModel):
    """What a refusal offers instead."""

    title: str
    quote: str
    item_id: str = ""
    section: str = ""
    bulletin: str = ""
    page: int = 0
    start: int = 0
    end: int = 0


class AskResponse(BaseModel):
    """An answer with markers [1][2] and their citations, or a refusal with the nearest misses."""

    question: str
    standalone_question: str
    answer: str
    refused: bool
    confidence: float
    mode: str
    citations: list[CitationModel]
    nearest: list[NearMissModel]
    seconds: float
    notes: list[str] = []
    reason: str = ""

    @classmethod
    def of(cls, answer: Answer) -> AskResponse:
        """The response that carries `answer`."""
        return cls.model_validate(answer.to_dict())


class ItemModel(BaseModel):
    """An item of a section."""

    item_id: str
    title: str
    date: str | None
    page: int
    start: int
    end: int


class SectionModel(BaseModel):
    """A section and its items, in order."""

    name: str
    items: list[ItemModel]


class BulletinModel(BaseModel):
    """A bulletin and its sections, in order."""

    name: str
    title: str
    issue: str
    date: str | None
    sections: list[SectionModel]


class ContentsResponse(BaseModel):
    """The table of contents of the whole library."""

    bulletins: list[BulletinModel]

    @classmethod
    def of(cls, contents: list[BulletinContents]) -> ContentsResponse:
        """The response that carries `contents`."""
        return cls.model_validate({"bulletins": [asdict(bulletin) for bulletin in contents]})


class HealthResponse(BaseModel):
    """That the process is alive, and what the library holds; `generation` rises with every change.

    Without the password, where one is set, `status` stands alone.
    """

    status: Literal["ok"] = "ok"
    version: str | None = None
    bulletins: int | None = None
    items: int | None = None
    passages: int | None = None
    generation: int | None = None


class ErrorResponse(BaseModel):
    """What is wrong and how to put it right, in one line."""

    error: str
