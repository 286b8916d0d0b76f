"""A local server that speaks the OpenAI chat-completions protocol, and misbehaves on request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]


@dataclass
class Script:
    """What the server does with a request; `requests` and `headers` are what it was sent."""

    reply: str | Callable[[Body], str] = ""
    chunk: int = 3
    status: int = 200
    error: str = ""
    behaviour: str = "stream"
    delay_s: float = 0.0
    finish_reason: str = "stop"
    rejects: tuple[str, ...] = ()
    requests: list[Body] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    broken_off: threading.Event = field(default_factory=threading.Event)
    # With the behaviour "gate" the second half of the reply waits until this is set.
    gate: threading.Event = field(default_factory=threading.Event)


def chunk_event(model: str, delta: Body, finish: str | None = None) -> bytes:
    event = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(event).encode() + b"\n\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def log_message(self, *args: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.script.requests.append(body)
        self.script.headers.append({name.lower(): value for name, value in self.headers.items()})
        if self.path != "/v1/chat/completions" or not body["stream"]:
            self._error(404, "unknown path")
        elif refused := [name for name in self.script.rejects if name in body]:
            self._error(
                400, f"Unsupported parameter: '{refused[0]}' is not supported with this model.", refused[0]
            )
        elif self.script.status != 200:
            self._error(self.script.status, self.script.error)
        else:
            try:
                self._stream(body)
            except (BrokenPipeError, ConnectionResetError):
                self.script.broken_off.set()
                self.close_connection = True

    def _error(self, status: int, message: str, param: str | None = None) -> None:
        payload = json.dumps({"error": {"message": message, "type": "invalid_request_error", "param": param}})
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload.encode())))
        self.end_headers()
        self.wfile.write(payload.encode())

    def _stream(self, body: Body) -> None:
        script = self.script
        if script.behaviour == "silent":
            time.sleep(script.delay_s)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        model = body["model"]
        if script.behaviour == "not json":
            self._write(b'data: {"choices": [oops\n\n')
            return
        if script.behaviour == "html":
            self._write(b"<html><body>proxy login</body></html>\n\n")
            return
        if script.behaviour == "wrong shape":
            self._write(b'data: {"choices": "none", "id": 7}\n\ndata: [DONE]\n\n')
            return
        if script.behaviour == "number as content":
            self._write(chunk_event(model, {"content": 42}))
            return
        if script.behaviour == "refusal":
            self._write(chunk_event(model, {"refusal": "I cannot help with that."}))
            self._write(b"data: [DONE]\n\n")
            return
        self._write(chunk_event(model, {"role": "assistant", "content": ""}))
        if script.behaviour == "endless":
            while True:
                self._write(chunk_event(model, {"content": "很长的话" * 50}))
        reply = script.reply(body) if callable(script.reply) else script.reply
        pieces = [reply[start : start + script.chunk] for start in range(0, len(reply), script.chunk)]
        for number, piece in enumerate(pieces):
            if script.behaviour == "drip":
                time.sleep(script.delay_s)
            if script.behaviour == "stall" and number == len(pieces) // 2:
                time.sleep(script.delay_s)
            if script.behaviour == "gate" and number == len(pieces) // 2 and not script.gate.wait(30):
                return
            if script.behaviour == "error in stream" and number == len(pieces) // 2:
                self._write(b'data: {"error": {"message": "out of memory", "type": "server_error"}}\n\n')
                return
            if script.behaviour == "break off" and number == len(pieces) // 2:
                self.connection.close()
                return
            self._write(chunk_event(model, {"content": piece}))
        self._write(chunk_event(model, {}, script.finish_reason))
        usage = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": model,
            "choices": [],
        }
        self._write(b"data: " + json.dumps(usage).encode() + b"\n\n")
        self._write(b"data: [DONE]\n\n")

    def _write(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """Serves `script` on a free local port; gives the base URL."""
    handler = type("Handler", (_Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
