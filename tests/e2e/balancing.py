"""A small load balancer and real server processes behind it, for the tests of many processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "host", "content-length"}


@dataclass
class Balancer:
    """Sends each request to the next of `targets` in turn, those of the answer queue to `sticky` alone.

    `prefix` is stripped from every path, as a reverse proxy under a sub-path does.
    """

    targets: list[str]
    sticky: str = ""
    prefix: str = ""
    sent: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turns = cycle(range(len(self.targets)))
        self._client = httpx.AsyncClient(timeout=60)
        methods = ["GET", "POST", "HEAD", "DELETE", "PUT"]
        self.app = Starlette(routes=[Route("/{path:path}", self._pass, methods=methods)])

    async def _pass(self, request: Request) -> Response:
        path = request.url.path
        if not path.startswith(self.prefix):
            return Response("not here", 404)
        path = path[len(self.prefix) :] or "/"
        queued = "/queue/" in path or path.endswith("/cancel") or "/upload" in path
        target = self.sticky if queued and self.sticky else self.targets[next(self._turns)]
        self.sent.append((path, target))
        headers = [(k, v) for k, v in request.headers.items() if k not in _HOP]
        headers.append(("x-forwarded-host", request.headers["host"]))
        url = f"{target}{path}" + (f"?{request.url.query}" if request.url.query else "")
        body = await request.body()
        built = self._client.build_request(request.method, url, headers=headers, content=body)
        answer = await self._client.send(built, stream=True)

        async def pieces() -> AsyncIterator[bytes]:
            try:
                async for piece in answer.aiter_raw():
                    yield piece
            finally:
                await answer.aclose()

        kept = {k: v for k, v in answer.headers.items() if k not in _HOP - {"content-length"}}
        return StreamingResponse(pieces(), answer.status_code, kept)


@dataclass
class Process:
    """One `bulletin-qa serve` and what it writes."""

    address: str
    popen: subprocess.Popen[bytes]
    errors: Path


@contextmanager
def served_processes(folder: Path, index: Path, *options: list[str]) -> Iterator[list[Process]]:
    """Real processes over one index, each with `options` of its own, started together."""
    processes: list[Process] = []
    try:
        for number, chosen in enumerate(options):
            out, errors = index.parent / f"out-{number}", index.parent / f"err-{number}"
            command = [sys.executable, "-m", "qa", "serve", "--port", "0", "--bulletins", str(folder)]
            with out.open("wb") as stdout, errors.open("wb") as stderr:
                popen = subprocess.Popen(
                    [*command, "--index", str(index), *chosen],
                    stdout=stdout,
                    stderr=stderr,
                    env=os.environ | {"OMP_NUM_THREADS": "1"},
                )
            processes.append(Process("", popen, errors))
        for number, process in enumerate(processes):
            out = index.parent / f"out-{number}"
            deadline = time.monotonic() + 120
            while not (said := out.read_text(encoding="utf-8")).endswith("\n"):
                assert process.popen.poll() is None, process.errors.read_text(encoding="utf-8")
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.1)
            process.address = said.split()[1]
        yield processes
    finally:
        for process in processes:
            if process.popen.poll() is None:
                process.popen.kill()
            process.popen.wait(20)
