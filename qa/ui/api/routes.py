"""The four endpoints: /retrieve, /ask, /contents and /healthz."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from starlette.types import Message

from qa.errors import BulletinQAError
from qa.ui.api.models import (
    AskedQuestion,
    AskResponse,
    ContentsResponse,
    ErrorResponse,
    HealthResponse,
    Question,
    RetrieveResponse,
)
from qa.ui.limits import Limits
from qa.ui.operations.context import ANONYMOUS
from qa.ui.version import version

if TYPE_CHECKING:
    from qa.library import AnswerPart, Library

LARGEST_BODY = 1_000_000
_log = logging.getLogger("qa.ui.api")
_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorResponse, "description": "The question or a filter cannot be used."},
    413: {"model": ErrorResponse, "description": "The request is too large."},
    422: {"model": ErrorResponse, "description": "The request does not follow the schema."},
    429: {"model": ErrorResponse, "description": "Too many requests; `Retry-After` says when to come back."},
    503: {"model": ErrorResponse, "description": "The index or a model cannot be used now."},
}
_STREAM = {
    200: {
        "description": (
            "The answer, or with `stream` (or `Accept: text/event-stream`) its events: `part` with "
            '{"text": piece} any number of times, then `answer` with the whole answer as below, or `error`.'
        ),
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


class BoundedRoute(APIRoute):
    """A route that stops reading a request body at `LARGEST_BODY` bytes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, behind the bound."""
        handler = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            return await handler(Request(request.scope, _bounded_receive(request)))

        return bounded


def _bounded_receive(request: Request) -> Callable[[], Coroutine[Any, Any, Message]]:
    read = 0

    async def receive() -> Message:
        nonlocal read
        message = await request.receive()
        read += len(message.get("body", b""))
        if read > LARGEST_BODY:
            raise HTTPException(413, f"the request is larger than {LARGEST_BODY} bytes; send less")
        return message

    return receive


def make_router(library: Library, limits: Limits | None = None) -> APIRouter:
    """The endpoints over `library`, limited for each client address by `limits`."""
    limits = limits or Limits()
    limiter = limits.limiter()
    router = APIRouter(route_class=BoundedRoute, responses=_ERRORS)

    def admit(request: Request) -> None:
        if not limiter.allows(request.client.host if request.client else ""):
            wait = max(1, round(60 / limits.per_minute))
            raise HTTPException(429, "too many requests; wait a moment", {"Retry-After": str(wait)})

    @router.post("/retrieve")
    def retrieve(asked: Question, request: Request) -> RetrieveResponse:
        """The best passages for a question, best first, with scores in [0, 1]."""
        admit(request)
        hits = library.retrieve(
            asked.question,
            asked.k,
            sections=asked.sections,
            since=asked.since,
            until=asked.until,
            bulletins=asked.bulletins,
            history=asked.history,
        )
        return RetrieveResponse.of(asked.question, hits)

    @router.post("/ask", response_model=AskResponse, responses=_STREAM)  # type: ignore[arg-type]
    def ask(asked: AskedQuestion, request: Request) -> AskResponse | StreamingResponse:
        """An answer with citations, or a refusal; whole, or as server-sent events while it is written."""
        admit(request)
        parts = library.stream(
            asked.question,
            asked.history,
            k=asked.k,
            sections=asked.sections,
            since=asked.since,
            until=asked.until,
            bulletins=asked.bulletins,
            mode=asked.mode,
        )
        if not asked.stream and "text/event-stream" not in request.headers.get("accept", ""):
            answer = None
            for part in parts:
                answer = part.answer or answer
            if answer is None:
                raise RuntimeError("a stream ended without its answer")
            return AskResponse.of(answer)
        # Read before the headers go out, so that a question that cannot be asked is an HTTP error.
        first = next(parts)
        return StreamingResponse(
            _events(first, parts),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    @router.get("/contents")
    def contents(request: Request) -> ContentsResponse:
        """All bulletins with their sections and items, in order."""
        admit(request)
        return ContentsResponse.of(library.contents())

    @router.get("/healthz", response_model_exclude_none=True)
    def healthz(request: Request) -> HealthResponse:
        """Whether the process is alive, and what the library holds. Not counted against the limit.

        Where a password is set, whoever has not given it is told the status alone.
        """
        if request.scope.get(ANONYMOUS):
            return HealthResponse()
        store = library.store
        counts = store.counts()
        return HealthResponse(
            version=version(),
            bulletins=counts.bulletins,
            items=counts.items,
            passages=counts.passages,
            generation=store.generation,
        )

    return router


def _events(first: AnswerPart, rest: Iterator[AnswerPart]) -> Iterator[str]:
    """Server-sent events of an answer; an error after the first one is an event too."""
    try:
        yield from _event_of(first)
        for part in rest:
            yield from _event_of(part)
    except BulletinQAError as error:
        yield _event("error", {"error": str(error)})
    except Exception:
        _log.exception("answering failed while it was streamed")
        yield _event("error", {"error": "answering failed; the server's log says why"})


def _event_of(part: AnswerPart) -> Iterator[str]:
    if part.text:
        yield _event("part", {"text": part.text})
    if part.answer is not None:
        yield _event("answer", AskResponse.of(part.answer).model_dump())


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
