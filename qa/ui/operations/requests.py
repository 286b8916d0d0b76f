"""Around every HTTP request: its id, its line in the log, its count."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from qa.ui.operations.context import HEADER, PROBES, answering, path_of, request_id_of
from qa.ui.operations.metrics import Metrics

_Scope = MutableMapping[str, Any]
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]

_log = logging.getLogger("qa.ui.requests")
_KNOWN = PROBES | {
    "/",
    "/ask",
    "/retrieve",
    "/contents",
    "/docs",
    "/openapi.json",
    "/mcp",
    "/metrics",
    "/config",
}
_BENEATH = (
    "/gradio_api/queue/join",
    "/gradio_api/queue/data",
    "/gradio_api/run",
    "/gradio_api/upload",
    "/gradio_api",
    "/assets",
    "/static",
)
_QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/assets", "/static"})


def route_of(path: str) -> str:
    """The path as one of a fixed few, so that nobody can make up a label.

    >>> route_of("/assets/index-1.js"), route_of("/ask"), route_of("/../etc")
    ('/assets', '/ask', 'other')
    """
    if path in _KNOWN:
        return path
    found = (known for known in _BENEATH if path == known or path.startswith(known + "/"))
    return next(found, "other")


class RequestLog:
    """ASGI middleware: takes or makes the request's id, gives it back, counts and logs the request."""

    def __init__(self, app: _App, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer as the app does, with X-Request-ID."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == HEADER), b"")
        request_id = request_id_of(given.decode("latin-1"))
        # Further in it is read from the header: an answer is written by a thread that knows no request.
        others = [(name, value) for name, value in scope["headers"] if name != HEADER]
        scope["headers"] = [*others, (HEADER, request_id.encode())]
        status, began = 500, time.perf_counter()

        async def named(message: _Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (HEADER, request_id.encode())]
            await send(message)

        self._metrics.in_flight.inc()
        try:
            with answering(request_id):
                await self._app(scope, receive, named)
        finally:
            self._metrics.in_flight.dec()
            route = route_of(path_of(scope))
            self._metrics.requested(route, status)
            level = logging.DEBUG if route in _QUIET and status < 400 else logging.INFO
            fields = {
                "request": request_id,
                "method": scope["method"] if scope["method"] in _METHODS else "other",
                "route": route,
                "status": status,
                "seconds": round(time.perf_counter() - began, 4),
            }
            _log.log(level, "request", extra={"fields": fields})


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
