"""Talking to Milvus: one client, its errors in our words, and answers of any size."""

from __future__ import annotations

import contextlib
import importlib
import logging
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from qa.errors import StoreError, UsageError
from qa.milvus.address import Address

INSTALL = "python -m pip install 'bulletin-qa[milvus]'"
CONNECT_SECONDS = 10.0
CALL_SECONDS = 120.0
READ_SECONDS = 20.0
"""How long a question waits for a server that has gone: the client tries again until then."""
STRONG, SETTLED = "Strong", "Bounded"
"""Consistency levels of reads, in Milvus' words."""
PAGE = 1000
"""Rows asked for at once where there may be any number."""
MOST = 16_384
"""Rows that one search or query can return: Milvus' own limit."""
BATCH_BYTES = 4 << 20
_UNLOADED = ("not loaded", "'released'")
"""What a server and Lite say of a collection that isn't loaded."""

# Milvus Lite's server ends connections that ask every ten seconds, the client's default, whether it lives.
_CALM = {"grpc.keepalive_time_ms": 300_000, "grpc.keepalive_permit_without_calls": 0}

Row = dict[str, Any]


def milvus() -> Any:
    """Return the pymilvus module. Raises UsageError, with the command that installs it."""
    try:
        module = importlib.import_module("pymilvus")
    except ImportError as error:
        raise UsageError(f"this store needs Milvus' client, which is not installed: {INSTALL}") from error
    # It logs every error that it raises as well, with a traceback: the error itself says enough.
    for name in ("pymilvus", "milvus_lite", "grpc._server"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return module


class Connection:
    """A client of one address. Safe to use from many threads."""

    def __init__(self, address: Address, client: Any, *, lite: bool, level: str = STRONG) -> None:
        self.address = address
        self.client = client
        self.lite = lite
        self._level = level

    def reading(self, level: str) -> Connection:
        """Return the same connection with another consistency: `STRONG`, or `SETTLED` for what is published.

        Strong reads wait, up to a fifth of a second, until the server has caught up with now. What a
        published generation holds was there, by strong counts, before it was published: its readers need not.
        """
        return Connection(self.address, self.client, lite=self.lite, level=level)

    @classmethod
    def open(cls, address: Address) -> Connection:
        """Connect. Raises StoreError when there is no server, UsageError when the client isn't installed."""
        module = milvus()
        if address.path is not None:
            try:
                importlib.import_module("milvus_lite")
                address.path.parent.mkdir(parents=True, exist_ok=True)
            except ImportError as error:
                raise UsageError(
                    f"{address.path} needs Milvus Lite, which is not installed: {INSTALL}"
                ) from error
            except OSError as error:
                raise StoreError(f"the store {address.path} cannot be made: {error.strerror}") from error
        try:
            _knock(address)
            client = module.MilvusClient(
                address.uri,
                token=address.token,
                db_name=address.database,
                timeout=CONNECT_SECONDS,
                grpc_options=_CALM,
            )
            lite = str(client.get_server_version()).startswith("milvus_lite")
            return cls(address, client, lite=lite)
        except Exception as error:
            raise StoreError(_unreachable(address, error)) from error

    @contextlib.contextmanager
    def translated(self, doing: str) -> Iterator[None]:
        """Turn what the client raises into StoreError."""
        try:
            yield
        except (StoreError, UsageError, KeyboardInterrupt):
            raise
        except Exception as error:
            if not _of_client(error):
                raise
            raise StoreError(
                f"{doing} failed in the store {self.address.shown} ({reason(error)}): check that the server "
                "runs and has room, then try again"
            ) from error

    def _read(self, doing: str, collection: str, call: Callable[[], Any]) -> Any:
        """Read, and load a collection that a server which was started anew hasn't loaded yet."""
        with self.translated(doing):
            try:
                return call()
            except Exception as error:
                if not any(sign in reason(error).lower() for sign in _UNLOADED):
                    raise
                self.client.load_collection(collection, timeout=CALL_SECONDS)
                return call()

    def query(self, collection: str, expression: str, fields: Sequence[str], limit: int = MOST) -> list[Row]:
        """Return at most `limit` rows that satisfy an expression."""
        rows = self._read(
            "reading",
            collection,
            lambda: self.client.query(
                collection,
                filter=expression,
                output_fields=list(fields),
                limit=limit,
                consistency_level=self._level,
                timeout=READ_SECONDS,
            ),
        )
        return [dict(row) for row in rows]

    def count(self, collection: str, expression: str = "") -> int:
        """Return how many rows satisfy an expression."""
        rows = self._read(
            "counting",
            collection,
            lambda: self.client.query(
                collection,
                filter=expression,
                output_fields=["count(*)"],
                consistency_level=self._level,
                timeout=READ_SECONDS,
            ),
        )
        return int(rows[0]["count(*)"])

    def scan(self, collection: str, expression: str, fields: Sequence[str]) -> Iterator[Row]:
        """Yield every row that satisfies an expression, however many there are."""
        few = self.query(collection, expression, fields, PAGE)
        if len(few) < PAGE:
            yield from few
            return
        with self.translated("reading"):
            iterator = self.client.query_iterator(
                collection,
                batch_size=PAGE,
                filter=expression,
                output_fields=list(fields),
                consistency_level=self._level,
                timeout=READ_SECONDS,
            )
        try:
            while True:
                with self.translated("reading"):
                    rows = iterator.next()
                if not rows:
                    return
                yield from (dict(row) for row in rows)
        finally:
            iterator.close()

    def search(
        self,
        collection: str,
        field: str,
        data: Sequence[Any],
        limit: int,
        expression: str,
        fields: Sequence[str],
        parameters: Row,
    ) -> list[list[Row]]:
        """Return the best rows for each vector of `data`: their fields, and `distance`."""
        found = self._read(
            "searching",
            collection,
            lambda: self.client.search(
                collection,
                data=list(data),
                anns_field=field,
                limit=max(1, min(limit, MOST)),
                filter=expression,
                output_fields=list(fields),
                search_params=parameters,
                consistency_level=self._level,
                timeout=READ_SECONDS,
            ),
        )
        return [[{**hit["entity"], "distance": float(hit["distance"])} for hit in hits] for hits in found]

    def upsert(self, collection: str, rows: Sequence[Row], size: int = 1024) -> None:
        """Write rows, in place of those with the same keys; `size` is about the bytes that one takes."""
        step = max(1, min(PAGE, BATCH_BYTES // size))
        for start in range(0, len(rows), step):
            with self.translated("writing"):
                self.client.upsert(collection, list(rows[start : start + step]), timeout=CALL_SECONDS)

    def delete(self, collection: str, expression: str) -> None:
        """Delete the rows that satisfy an expression."""
        with self.translated("deleting"):
            self.client.delete(collection, filter=expression, timeout=CALL_SECONDS)

    def settle(self, collections: Sequence[str]) -> None:
        """Wait until what was written can be searched."""
        for collection in collections:
            if self.lite:
                # Lite indexes what is flushed and compares the rest one by one. A server does both by itself.
                with self.translated("flushing"):
                    self.client.flush(collection, timeout=CALL_SECONDS)
            self.count(collection)

    def close(self) -> None:
        """Let the connection go; Milvus Lite's own server in this process lives on for its next user."""
        with contextlib.suppress(Exception):
            self.client.close()


def reason(error: BaseException) -> str:
    """Return the first line of what a client's error says."""
    said = str(getattr(error, "message", "") or error or type(error).__name__)
    return " ".join(said.split())[:200]


def _knock(address: Address) -> None:
    """Raise OSError at once where nothing listens; the client itself would wait and try again."""
    if address.path is None:
        parts = urlsplit(address.uri)
        socket.create_connection((parts.hostname or "", parts.port or 0), CONNECT_SECONDS).close()


def _of_client(error: BaseException) -> bool:
    names = {kind.__name__ for kind in type(error).__mro__}
    return bool(names & {"MilvusException", "RpcError"})


def _unreachable(address: Address, error: BaseException) -> str:
    if address.path is not None:
        return (
            f"the store {address.path} cannot be opened ({reason(error)}): another process may "
            f"have it open; to share it run `milvus-lite server --data-dir {address.path} --port 19530` and "
            f"set BULLETIN_QA_STORE=milvus://127.0.0.1:19530/{address.collection}"
        )
    return (
        f"no Milvus answers at {address.uri} ({reason(error)}): start the server, or correct the host and "
        "port in BULLETIN_QA_STORE and the token in BULLETIN_QA_STORE_TOKEN"
    )
