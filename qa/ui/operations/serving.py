"""A server that ends in order: not ready, still answering for a moment, then no new requests, then gone."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from prometheus_client import CollectorRegistry, start_http_server

from qa.errors import UsageError

DRAIN = 2.0
"""Seconds between the word to end and the last accepted request: a load balancer needs them to notice."""
HASTE = 3
"""Seconds that requests in flight get after Ctrl-C."""

_log = logging.getLogger("qa.ui.serving")


class Server(uvicorn.Server):
    """On SIGTERM calls `stopping`, accepts requests for `DRAIN` seconds more, finishes those in flight, ends.

    `grace` bounds the seconds that requests in flight get. A second signal ends at once. On Ctrl-C it does
    not wait for a balancer.
    """

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None], grace: int) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._told = False
        config.timeout_graceful_shutdown = grace

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end, or end at once."""
        self._stopping()
        if sig != signal.SIGTERM:
            grace = self.config.timeout_graceful_shutdown
            self.config.timeout_graceful_shutdown = min(HASTE, HASTE if grace is None else grace)
            super().handle_exit(sig, frame)
        elif self._told:
            self.should_exit = self.force_exit = True
        else:
            self._told = True
            _log.info("stopping", extra={"fields": {"grace": self.config.timeout_graceful_shutdown}})
            # Not noted as a signal to raise again: an end that was asked for is a success.
            timer = threading.Timer(DRAIN, self._end)
            timer.daemon = True
            timer.start()

    def _end(self) -> None:
        self.should_exit = True


def serve_metrics(registry: CollectorRegistry, host: str, port: int) -> Any:
    """Tell the metrics alone at a port of their own, in a thread; the server, to shut down.

    Raises UsageError when the port can't be used.
    """
    try:
        server, _ = start_http_server(port, addr=host, registry=registry)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"Port {port} of {host} cannot be used for metrics ({reason}); choose another --metrics-port."
        ) from error
    return server
