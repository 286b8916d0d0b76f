"""Where a Milvus library is: a server and the name of its collections, or a folder of Milvus Lite."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from qa.errors import UsageError

DEFAULT_COLLECTION = "bulletins"
DEFAULT_PORT = 19530
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_LITE = re.compile(r"(?P<path>.*\.db)(?:/(?P<name>[^/]*))?")
FORMS = "milvus://HOST:PORT/COLLECTION, https://HOST:PORT/COLLECTION or PATH.db"


@dataclass(frozen=True, slots=True)
class Address:
    """`uri` is what the client is given; `token` is never shown."""

    uri: str
    collection: str = DEFAULT_COLLECTION
    database: str = ""
    path: Path | None = None
    token: str = field(default="", repr=False)

    @classmethod
    def parse(cls, store: str, token: str = "") -> Address:
        """Read a store setting. Raises UsageError, which never repeats a password.

        >>> Address.parse("milvus://db.example:19530/news")
        Address(uri='http://db.example:19530', collection='news', database='', path=None)
        >>> Address.parse("milvus:///data/news.db").path
        PosixPath('/data/news.db')
        """
        try:
            parts = urlsplit(store)
            port = parts.port
        except ValueError as error:
            raise UsageError(f"the store is no address: write {FORMS}") from error
        if parts.username is not None or parts.password is not None:
            raise UsageError(
                "the store's address holds a user or password: set BULLETIN_QA_STORE_TOKEN to USER:PASSWORD "
                "or a token instead"
            )
        if parts.scheme in {"milvus", "http", "https"} and parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            scheme = "https" if parts.scheme == "https" else "http"
            name = _collection(unquote(parts.path).strip("/"), store)
            port = port or (443 if scheme == "https" else DEFAULT_PORT)
            return cls(f"{scheme}://{host}:{port}", name, _database(parts), None, token)
        if parts.scheme in {"", "milvus"} or _windows(store):
            plain = store if parts.scheme != "milvus" else unquote(parts.path)
            lite = _LITE.fullmatch(plain)
            if lite:
                path = Path(lite["path"]).expanduser()
                return cls(str(path), _collection(lite["name"] or "", store), "", path, "")
        raise UsageError(f"the store {store!r} is none that is known: write {FORMS}")

    @property
    def shown(self) -> str:
        """The address for people, without secrets."""
        where = str(self.path) if self.path is not None else self.uri
        database = f"{self.database}." if self.database else ""
        return f"{where} (collection {database}{self.collection})"

    @property
    def units(self) -> str:
        """The name of the collection of units."""
        return f"{self.collection}_units"

    @property
    def passages(self) -> str:
        """The name of the collection of passages."""
        return f"{self.collection}_passages"

    @property
    def records(self) -> str:
        """The name of the collection of everything else."""
        return f"{self.collection}_records"


def _windows(store: str) -> bool:
    return re.match(r"[A-Za-z]:[\\/]", store) is not None


def _collection(name: str, store: str) -> str:
    name = name or DEFAULT_COLLECTION
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} in the store {store!r} is no name of a collection: use letters, digits and _, "
            "the first not a digit"
        )
    return name


def _database(parts: SplitResult) -> str:
    given = parse_qs(parts.query).get("db", [""])[-1]
    if given and not _NAME.fullmatch(given):
        raise UsageError(f"{given!r} is no name of a Milvus database: use letters, digits and _")
    return given
