"""Putting the endpoints into an application: alone, or into the one that serves the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse

from qa.errors import BulletinQAError, UsageError
from qa.ui.api.documentation import page
from qa.ui.api.routes import make_router
from qa.ui.limits import Limits
from qa.ui.operations.requests import RequestLog
from qa.ui.operations.station import Station
from qa.ui.server import Guard
from qa.ui.version import version

if TYPE_CHECKING:
    from qa.library import Library

_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
_DESCRIPTION = (
    "Question answering over information bulletins: passages with scores, answers made of cited quotes, or "
    "an honest refusal. Offsets count Unicode code points in a bulletin's text."
)


def mount_api(app: FastAPI, station: Station, *, limits: Limits | None = None, local: bool = True) -> None:
    """Add /retrieve, /ask, /contents, /healthz, /readyz, /metrics, /openapi.json, /docs and, where `mcp` is
    installed, /mcp.

    Call it before Gradio is mounted at `/`, which takes every path that is left. Security headers, host
    names and the password are the business of `app`'s own middleware, which covers these paths too.
    `local` tells that the server is bound to this machine, so that /mcp answers to its names alone.
    """
    library, limits = station.library, station.limited(limits)
    router = make_router(library, limits)
    app.include_router(router)
    app.include_router(station.router())
    app.add_exception_handler(BulletinQAError, _told)
    app.add_exception_handler(RequestValidationError, _told)
    app.add_exception_handler(HTTPException, _told)
    app.add_exception_handler(Exception, _broken)
    described: dict[str, Any] = get_openapi(
        title="bulletin-qa", version=version(), description=_DESCRIPTION, routes=router.routes
    )
    shown = page(described)

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> JSONResponse:
        return JSONResponse(described)

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(shown)

    _mount_mcp(app, library, limits, local=local)


def create_app(
    library: Library, *, host: str = "127.0.0.1", auth: str | None = None, limits: Limits | None = None
) -> FastAPI:
    """The API alone, without the page; `host`, `auth` and `limits` as for the page."""
    if auth is not None and not all(auth.partition(":")[::2]):
        raise UsageError("--auth needs the form USER:PASSWORD, both not empty.")
    local = host in ("127.0.0.1", "localhost", "::1")
    app = FastAPI(title="bulletin-qa", docs_url=None, redoc_url=None, openapi_url=None)
    station = Station(library)
    mount_api(app, station, limits=limits, local=local)
    app.add_middleware(Guard, names=_LOCAL_HOSTS if local else None, credentials=auth)
    app.add_middleware(RequestLog, metrics=station.metrics)
    return app


async def _told(_: Request, error: Exception) -> JSONResponse:
    """Every error as {"error": one line}; what was sent is not sent back."""
    if isinstance(error, RequestValidationError):
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"] if part != "body")
        return JSONResponse({"error": f"{place or 'body'}: {first['msg']}"}, 422)
    if isinstance(error, HTTPException):
        return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)
    return JSONResponse({"error": str(error)}, 400 if isinstance(error, UsageError) else 503)


async def _broken(_: Request, __: Exception) -> JSONResponse:
    """A fault of ours: the server logs it, the client learns nothing of it."""
    return JSONResponse({"error": "something failed here; the server's log says what"}, 500)


def _mount_mcp(app: FastAPI, library: Library, limits: Limits, *, local: bool) -> None:
    from qa.ui.api import mcp

    if not mcp.installed():
        return
    served = mcp.http_app(library, limits, local=local)
    app.router.routes.append(served.route)
    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(current: FastAPI) -> AsyncIterator[Any]:
        async with before(current) as state, served.running():
            yield state

    app.router.lifespan_context = lifespan
