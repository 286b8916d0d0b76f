"""The web server of the page: one process, no request to any other host."""

from __future__ import annotations

import base64
import errno
import hmac
import json
import os
import re
import socket
import threading
import webbrowser
from collections.abc import Awaitable, Callable, MutableMapping
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from qa.errors import UsageError
from qa.ui.limits import Limits
from qa.ui.operations.context import ANONYMOUS, PROBES, path_of
from qa.ui.texts import say
from qa.ui.version import version

if TYPE_CHECKING:
    from fastapi import FastAPI
    from gradio import Blocks

    from qa.library import Library
    from qa.settings import Settings
    from qa.ui.operations.station import Station

_Scope = MutableMapping[str, Any]
_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]

# The browser itself refuses whatever is not of this host. Gradio and its charts compile templates, hence
# unsafe-eval; no script of another origin can be loaded.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
# A conversation comes with each event of the page, and with some a record of it that a browser kept.
_LARGEST_EVENT = 16_000_000
_UPLOAD = "/gradio_api/upload"
_PORTS_TRIED = 20
_SUB_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Guard:
    """ASGI middleware: security headers, host names, requests of other sites, and the optional password."""

    def __init__(self, app: _App, *, names: frozenset[str] | None, credentials: str | None) -> None:
        self._app = app
        self._names = names
        self._token = base64.b64encode(credentials.encode()) if credentials else None

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer 400 to another host's name, 403 to another site's page, 401 without the password, 413 to an
        event that is too large, else what the app answers.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])

        async def guarded(message: _Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        if not self._knows(headers.get(b"host", b"").decode("latin-1")):
            await _refuse(guarded, 400, "This server does not answer to that host name.")
        elif scope["method"] not in ("GET", "HEAD", "OPTIONS") and not _same_site(headers):
            await _refuse(guarded, 403, "A page of another site may not change anything here.")
        elif self._token is not None and not self._admits(headers.get(b"authorization", b"")):
            if path_of(scope) in PROBES and scope["method"] in ("GET", "HEAD"):
                # Probes can't log in; they are told the status and nothing of the content.
                scope[ANONYMOUS] = True
                await self._app(scope, receive, guarded)
                return
            challenge = (b"www-authenticate", b'Basic realm="bulletin-qa", charset="UTF-8"')
            await _refuse(guarded, 401, "A user name and password are needed.", challenge)
        elif not _bounded(scope, headers):
            await _refuse(guarded, 413, f"An event holds at most {_LARGEST_EVENT} bytes and says how many.")
        else:
            await self._app(scope, receive, guarded)

    def _knows(self, host: str) -> bool:
        # A page of another site can point its own name at 127.0.0.1 (DNS rebinding); the name betrays it.
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        return self._names is None or name.lower() in self._names

    def _admits(self, authorization: bytes) -> bool:
        scheme, _, given = authorization.partition(b" ")
        return scheme.lower() == b"basic" and hmac.compare_digest(given.strip(), self._token or b"")


def _bounded(scope: _Scope, headers: dict[bytes, bytes]) -> bool:
    """Whether an event of the page is small enough; uploads and the API have bounds of their own."""
    path = path_of(scope)
    if scope["method"] != "POST" or not path.startswith("/gradio_api/") or path.startswith(_UPLOAD):
        return True
    length = headers.get(b"content-length", b"")
    return length.isdigit() and len(length) < 12 and int(length) <= _LARGEST_EVENT


def _same_site(headers: dict[bytes, bytes]) -> bool:
    """Whether a request that changes something comes from our own page, or from no page at all.

    Browsers name the page's origin; behind a proxy its host stands in X-Forwarded-Host, which another
    site's page cannot set.
    """
    origin = headers.get(b"origin")
    if origin is None:
        return True
    host = origin.partition(b"://")[2]
    return bool(host) and host in (headers.get(b"host"), headers.get(b"x-forwarded-host"))


async def _refuse(send: _Send, status: int, text: str, *headers: tuple[bytes, bytes]) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [kind, *headers]})
    await send({"type": "http.response.body", "body": text.encode()})


def build_page(
    library: Library,
    settings: Settings | None = None,
    limits: Limits | None = None,
    on_judged: Callable[[str], None] | None = None,
) -> Blocks:
    """The page over `library` as Gradio Blocks, without look or server; `create_app` adds both.

    `on_judged` is called with the verdict when a user judges an answer: up, down or save.
    """
    from qa.ui.page import Page

    page = Page(library, settings or library.settings, limits or Limits(), on_judged)
    blocks: Blocks = page.blocks
    return blocks


def create_app(
    library: Library,
    *,
    host: str = "127.0.0.1",
    auth: str | None = None,
    limits: Limits | None = None,
    station: Station | None = None,
    root_path: str = "",
) -> FastAPI:
    """The whole web application: the page at `/`, and beside it what `qa.ui.api` serves to programs.

    `auth` is `user:password`, asked for by the browser for every address but /healthz and /readyz.
    `station` keeps the counts (by default one of its own); `root_path` is the sub-path, such as
    `/bulletins`, under which a reverse proxy serves the application. Bound to this machine alone, the
    server answers only to the names of this machine.
    """
    if auth is not None and not all(auth.partition(":")[::2]):
        raise UsageError("--auth needs the form USER:PASSWORD, both not empty.")
    if root_path and not _SUB_PATH.fullmatch(root_path):
        raise UsageError(f"--root-path {root_path!r} is no sub-path: write it as /bulletins.")
    from qa.ui.operations.requests import RequestLog
    from qa.ui.operations.station import Station

    station = station or Station(library)
    limits = station.limited(limits)
    # First: it keeps Gradio from reporting its use.
    blocks = build_page(station.library, limits=limits, on_judged=station.metrics.judged)
    import gradio as gr
    from fastapi import FastAPI

    from qa.ui.api import mount_api
    from qa.ui.theme import theme

    # A page that lost its connection asks whether it reached the same application, whichever process answers.
    blocks.app_id = int.from_bytes(sha256(f"bulletin-qa {version()}".encode()).digest()[:6], "big")
    blocks.queue(max_size=200, default_concurrency_limit=8, api_open=False)
    app = FastAPI(title="bulletin-qa", docs_url=None, redoc_url=None, openapi_url=None)
    mount_api(app, station, limits=limits, local=host in _LOOPBACK)  # Gradio takes every path that is left
    static = files("qa.ui").joinpath("static")
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        server_name=host,
        root_path=root_path or None,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=limits.upload_megabytes * 1_000_000,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme(),
        css=static.joinpath("page.css").read_text(encoding="utf-8") + _drop_texts(),
        head=static.joinpath("head.html").read_text(encoding="utf-8"),
    )
    names = _LOCAL if host in _LOOPBACK else None
    app.add_middleware(Guard, names=names, credentials=auth)
    app.add_middleware(RequestLog, metrics=station.metrics)
    return app


def _drop_texts() -> str:
    """The words on the areas that take files, as a style that follows the page's language."""
    said = [json.dumps(say(language, "library.upload"), ensure_ascii=False) for language in ("en", "zh")]
    return f":root {{ --bqa-drop: {said[0]}; }}\n:root:lang(zh) {{ --bqa-drop: {said[1]}; }}\n"


def serve(
    library: Library,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth: str | None = None,
    open_browser: bool = False,
    *,
    root_path: str = "",
    log_questions: bool = False,
    metrics_port: int = 0,
    grace: int = 20,
) -> None:
    """Serve the page until interrupted, on the next free port when `port` is taken.

    `auth` defaults to the environment variable BULLETIN_QA_AUTH. `metrics_port`, unless 0, tells the metrics
    at a port of their own, without the password. `grace` is how many seconds requests in flight get after
    SIGTERM. Raises UsageError when `host` or a port cannot be bound.
    """
    import uvicorn

    from qa.ui.operations.serving import Server, serve_metrics
    from qa.ui.operations.station import Station

    station = Station(library, log_questions=log_questions)
    app = create_app(
        library,
        host=host,
        auth=auth or os.environ.get("BULLETIN_QA_AUTH") or None,
        station=station,
        root_path=root_path,
    )
    if metrics_port:
        serve_metrics(station.metrics.registry, host, metrics_port)
    with _listen(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        print(f"bulletin-qa: {address} (Ctrl-C ends)", flush=True)
        if open_browser:
            threading.Timer(1.0, webbrowser.open, [address]).start()
        threading.Thread(target=library.warm, name="warm", daemon=True).start()
        # Its own log of requests is off: ours has their ids.
        config = uvicorn.Config(app, log_config=None, log_level="warning", access_log=False)
        Server(config, station.readiness.stop, grace).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last = port if port == 0 else min(port + _PORTS_TRIED, 65_535)
    for candidate in range(port, last + 1):
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name != "nt":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, candidate))
            listener.listen(2048)
        except OSError as error:
            listener.close()
            taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
            if not taken or candidate == last:
                reason = f"Port {candidate} of {host} cannot be used ({error.strerror})"
                raise UsageError(f"{reason}; choose others with --host and --port.") from error
        else:
            return listener
    raise UsageError(f"No port from {port} to {last} of {host} is free; choose another with --port.")
