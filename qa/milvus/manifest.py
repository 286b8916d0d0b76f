"""What is published: the head, one row that names the generation, and each generation's manifest."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from embeddings.encoder import Encoder
from qa.errors import StoreError, StoreVersionError
from qa.lexical import segmentation
from qa.milvus.address import Address
from qa.milvus.connection import Connection
from qa.milvus.keys import within
from qa.milvus.records import read, record
from qa.milvus.schema import FORMAT, Kind
from qa.milvus.statistics import Statistics

_HEAD = f"{int(Kind.HEAD)}:0:0"


@dataclass(frozen=True, slots=True)
class Head:
    """`generation` is the one to read, `collecting` the one that rows being written will belong to."""

    identity: str
    model: str
    fingerprint: str
    dimension: int
    generation: int = 0
    collecting: int = 1
    format: int = FORMAT
    segmentation: str = field(default_factory=segmentation)

    def require(self, encoder: Encoder, address: Address) -> None:
        """Raise StoreError unless an encoder and this version of the code fit what is stored."""
        if self.format != FORMAT:
            raise StoreVersionError(
                f"the store {address.shown} has format {self.format}, this version reads {FORMAT}: update "
                "bulletin-qa, or name another collection"
            )
        if self.segmentation != segmentation():
            raise StoreVersionError(
                f"the store {address.shown} was cut into words by another version of bulletin-qa or jieba: "
                "install that version, or build again into another collection"
            )
        if (self.fingerprint, self.dimension) != (encoder.fingerprint, encoder.dimension):
            raise StoreError(
                f"the store {address.shown} was made with the embedding model {self.model!r} (vectors of "
                f"{self.dimension}), not with {encoder.name!r} ({encoder.dimension}): open it with that "
                "model (--model), or name another collection"
            )


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation. `hidden` are contents that are there but not part of it, with the time (s, Unix) since
    when; `through` is the last number that rows looked at for it may carry."""

    generation: int
    through: int
    hidden: Mapping[int, int] = field(default_factory=dict)

    def rows(self) -> str:
        """Return the expression for the rows of units, passages and items that belong to it."""
        seen = f"added <= {self.through}"
        return f"{seen} and {within('content', sorted(self.hidden), outside=True)}" if self.hidden else seen

    def names(self) -> str:
        """Return the expression for the names that belong to it."""
        return f"kind == {int(Kind.NAME)} and added <= {self.generation} and removed > {self.generation}"


def head_of(connection: Connection) -> Head:
    """Read the head. Raises StoreError when nothing was ever put here."""
    rows = connection.query(connection.address.records, f"key == '{_HEAD}'", ["data", "part"])
    if not rows:
        raise StoreError(
            f"the store {connection.address.shown} is empty: fill it with `bulletin-qa build --bulletins DIR`"
        )
    try:
        return Head(**json.loads(read(rows)))
    except TypeError as error:
        raise StoreVersionError(
            f"the store {connection.address.shown} was written by another version: update bulletin-qa"
        ) from error


def write_head(connection: Connection, head: Head) -> None:
    """Write the head: one row, so that it changes at once."""
    rows = record(Kind.HEAD, 0, data=json.dumps(asdict(head), ensure_ascii=False))
    connection.upsert(connection.address.records, rows)


def start(connection: Connection, encoder: Encoder) -> None:
    """Publish the empty generation where nothing is."""
    if connection.query(connection.address.records, f"key == '{_HEAD}'", ["key"]):
        return
    head = Head(uuid.uuid4().hex, encoder.name[:500], encoder.fingerprint, encoder.dimension)
    write_manifest(connection, Manifest(0, 0), Statistics())
    write_head(connection, head)


def write_manifest(connection: Connection, manifest: Manifest, statistics: Statistics) -> None:
    """Write a generation's manifest and counts; nobody reads them before the head names them."""
    number, records = manifest.generation, connection.address.records
    said = json.dumps({"through": manifest.through, "hidden": list(manifest.hidden.items())})
    counts = record(Kind.STATISTICS, number, data=statistics.encode(), ordinal=number)
    connection.upsert(records, counts, size=65_535)
    connection.upsert(records, record(Kind.MANIFEST, number, data=said, ordinal=number), size=65_535)


def read_manifest(connection: Connection, generation: int) -> tuple[Manifest, Statistics]:
    """Read a generation. Raises StoreError when it is gone, or damaged."""
    records = connection.address.records
    found = []
    for kind in (Kind.MANIFEST, Kind.STATISTICS):
        expression = f"kind == {int(kind)} and ordinal == {generation}"
        rows = list(connection.scan(records, expression, ["key", "part", "data"]))
        if not rows:
            raise StoreError(
                f"generation {generation} is gone from the store {connection.address.shown}: open it again"
            )
        found.append(read(rows))
    said = json.loads(found[0])
    hidden = {int(content): int(since) for content, since in said["hidden"]}
    return Manifest(generation, int(said["through"]), hidden), Statistics.decode(found[1])


def forget_manifests(connection: Connection, before: int) -> None:
    """Delete the manifests of generations before one."""
    kinds = f"kind in [{int(Kind.MANIFEST)}, {int(Kind.STATISTICS)}]"
    connection.delete(connection.address.records, f"{kinds} and ordinal < {before}")


def now() -> int:
    """Return the time in whole seconds (Unix)."""
    return int(time.time())
