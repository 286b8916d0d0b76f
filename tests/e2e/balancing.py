"""A small load balancer and real server processes behind it, for the tests of many processes."""

from __future__ import annotations

import asyncio
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
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "host", "content-length"}


@dataclass
class Balancer:
    """Sends each request to the next of `targets` in turn, those of the answer queue to `sticky` alone.

    `prefix` is stripped from every path, as a reverse proxy under a sub-path does. What the
    answer queue streams is cut off before a message that holds `breaking`, as when the process dies.
    """

    targets: list[str]
    sticky: str = ""
    prefix: str = ""
    breaking: bytes = b""
    streams: int = 0
    sent: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._turns = cycle(range(len(self.targets)))
        self._client = httpx.AsyncClient(timeout=60)
        methods = ["GET", "POST", "HEAD", "DELETE", "PUT"]
        self.app = Starlette(routes=[Route("/{path:path}", self._pass, methods=methods)])

    async def _pass(self, request: Request) -> Response:
        path = request.url.path
        if self.prefix and not path.startswith(self.prefix):
            return Response("not here", 404)
        if self.prefix and path == self.prefix:
            return RedirectResponse(f"{path}/")
        path = path[len(self.prefix) :]
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
            streamed = path.endswith("/queue/data")
            self.streams += streamed
            try:
                async for piece in answer.aiter_raw():
                    if streamed and self.breaking and self.breaking in piece:
                        yield piece[: piece.rfind(b"data:", 0, piece.index(self.breaking))]
                        # A browser drops what it has not yet read when a stream breaks.
                        await asyncio.sleep(1)
                        raise ConnectionError("cut off, as the test wishes")
                    yield piece
            finally:
                self.streams -= streamed
                await answer.aclose()

        kept = {k: v for k, v in answer.headers.items() if k not in _HOP - {"content-length"}}
        return StreamingResponse(pieces(), answer.status_code, kept)

    def quiet(self) -> None:
        """Wait until no answer is being streamed."""
        deadline = time.monotonic() + 30
        while self.streams:
            assert time.monotonic() < deadline, "a stream stays open"
            time.sleep(0.05)


@dataclass
class Process:
    """One `bulletin-qa serve` and what it writes."""

    address: str
    popen: subprocess.Popen[bytes]
    errors: Path


@contextmanager
def served_processes(
    folder: Path, index: Path, said: Path, number: int, options: list[str]
) -> Iterator[list[Process]]:
    """`number` real processes over one index, started together; what they write goes to the folder `said`."""
    processes: list[Process] = []
    try:
        for each in range(number):
            out, errors = said / f"out-{each}", said / f"err-{each}"
            command = [sys.executable, "-m", "qa", "serve", "--port", "0", "--bulletins", str(folder)]
            with out.open("wb") as stdout, errors.open("wb") as stderr:
                popen = subprocess.Popen(
                    [*command, "--index", str(index), *options],
                    stdout=stdout,
                    stderr=stderr,
                    env=os.environ | {"OMP_NUM_THREADS": "1"},
                )
            processes.append(Process("", popen, errors))
        for each, process in enumerate(processes):
            out = said / f"out-{each}"
            deadline = time.monotonic() + 120
            while not (line := out.read_text(encoding="utf-8")).endswith("\n"):
                assert process.popen.poll() is None, process.errors.read_text(encoding="utf-8")
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.1)
            process.address = line.split()[1]
        yield processes
    finally:
        for process in processes:
            if process.popen.poll() is None:
                process.popen.kill()
            process.popen.wait(20)
