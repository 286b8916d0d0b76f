"""Which request is being answered, for whoever writes it down."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

HEADER = b"x-request-id"
ANONYMOUS = "bulletin_qa.anonymous"
"""Set in the scope of a probe that has not given the password."""
PROBES = frozenset({"/healthz", "/readyz"})
_VALID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_current: ContextVar[str] = ContextVar("request_id", default="")
_unobserved: ContextVar[bool] = ContextVar("unobserved", default=False)


def path_of(scope: MutableMapping[str, Any]) -> str:
    """The path of a request without the sub-path under which the application is mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] or "/" if root and path.startswith(root + "/") else path


def request_id_of(given: str) -> str:
    """`given` when it is a harmless name of at most 64 characters, else a new one.

    >>> request_id_of("edge-7f3a.1")
    'edge-7f3a.1'
    >>> len(request_id_of("a b"))
    32
    """
    return given if _VALID.fullmatch(given) else uuid.uuid4().hex


def current_request() -> str:
    """The id of the request that is being answered, "" outside of any."""
    return _current.get()


@contextmanager
def answering(request_id: str) -> Iterator[None]:
    """What is called inside belongs to the request of that id; "" keeps the one that is set."""
    token = _current.set(request_id or _current.get())
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def unobserved() -> Iterator[None]:
    """Questions asked inside are the program's own: neither counted nor logged."""
    token = _unobserved.set(True)
    try:
        yield
    finally:
        _unobserved.reset(token)


def is_unobserved() -> bool:
    """Whether the question that is being asked is the program's own."""
    return _unobserved.get()
