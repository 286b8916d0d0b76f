"""The three collections: their fields, their indexes, and how they are made."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from typing import Any

from qa.milvus.connection import CALL_SECONDS, Connection, Row, reason

FORMAT = 1
DATA_BYTES = 60_000
"""What is put into one row's text: Milvus takes 65,535 bytes."""
KEY_LENGTH = 128
LIVE = 1 << 62
"""`removed` of a name that has not been removed."""
PENDING = 1 << 61
"""The generation of what is not yet published."""

FILTERED = ("content", "added", "section", "item", "day")
"""What filters look at: the same fields in units, passages and the records of items."""


class Kind(IntEnum):
    """What a row of the records holds."""

    HEAD = 1
    MANIFEST = 2
    STATISTICS = 3
    NAME = 4
    CONTENT = 5
    SOURCE = 6
    ITEM = 7
    WORDS = 8
    LONG = 9
    FILE = 10


def make(connection: Connection, dimension: int) -> None:
    """Make the collections that are missing; several workers may do so at once."""
    address = connection.address
    types = importlib.import_module("pymilvus").DataType

    def one(name: str, build: Callable[[Any, Any, Any, bool, int], None]) -> None:
        with connection.translated("making the collections"):
            if connection.client.has_collection(name, timeout=CALL_SECONDS):
                return
            schema = connection.client.create_schema(auto_id=False, enable_dynamic_field=False)
            indexes = connection.client.prepare_index_params()
            build(schema, indexes, types, connection.lite, dimension)
            try:
                connection.client.create_collection(
                    name, schema=schema, index_params=indexes, consistency_level="Bounded"
                )
            except Exception as error:
                # Another worker was faster; anything else is said.
                if not connection.client.has_collection(name) or "exist" not in reason(error).lower():
                    raise

    # Each is waited for until it is loaded: together they are waited for once.
    with ThreadPoolExecutor(3) as pool:
        names = (address.units, address.passages, address.records)
        list(pool.map(one, names, (_units, _passages, _records)))


def exist(connection: Connection) -> bool:
    """Whether the library has been made."""
    with connection.translated("looking for the collections"):
        return bool(connection.client.has_collection(connection.address.records, timeout=CALL_SECONDS))


def load(connection: Connection) -> None:
    """Ask that the collections be loaded; nothing is done where they are."""
    address = connection.address

    def one(name: str) -> None:
        with connection.translated("loading the collections"):
            connection.client.load_collection(name, timeout=CALL_SECONDS)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one, (address.units, address.passages, address.records)))


def drop(connection: Connection) -> None:
    """Delete the library with everything in it."""
    address = connection.address
    for name in (address.records, address.passages, address.units):
        with connection.translated("deleting the collections"):
            connection.client.drop_collection(name)


def dense_parameters(lite: bool, limit: int) -> Row:
    """Return the parameters of a search among units: HNSW looks at four times as many as are wanted."""
    return {"metric_type": "IP", "params": {} if lite else {"ef": max(256, min(4 * limit, 32_768))}}


def _filterable(schema: Any, indexes: Any, types: Any, lite: bool) -> None:
    for field in FILTERED:
        schema.add_field(field, types.INT64)
        # Lite looks at every row as fast without: its scalar indexes are read anew for each expression.
        if not lite:
            indexes.add_index(field, index_type="INVERTED")


def _units(schema: Any, indexes: Any, types: Any, lite: bool, dimension: int) -> None:
    schema.add_field("id", types.INT64, is_primary=True)
    schema.add_field("number", types.INT64)
    _filterable(schema, indexes, types, lite)
    schema.add_field("text", types.INT64)
    schema.add_field("first", types.INT32)
    schema.add_field("last", types.INT32)
    schema.add_field("vector", types.FLOAT_VECTOR, dim=dimension)
    if lite:
        indexes.add_index("vector", index_type="FLAT", metric_type="IP", params={})
    else:
        indexes.add_index("number", index_type="INVERTED")
        graph = {"M": 24, "efConstruction": 200}
        indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=graph)


def _passages(schema: Any, indexes: Any, types: Any, lite: bool, _: int) -> None:
    schema.add_field("number", types.INT64, is_primary=True)
    _filterable(schema, indexes, types, lite)
    schema.add_field("length", types.INT32)
    schema.add_field("data", types.VARCHAR, max_length=65_535)
    schema.add_field("terms", types.ARRAY, element_type=types.INT64, max_capacity=4096)
    schema.add_field("sparse", types.SPARSE_FLOAT_VECTOR)
    indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="IP", params={})
    if not lite:
        indexes.add_index("terms", index_type="INVERTED")


def _records(schema: Any, indexes: Any, types: Any, lite: bool, _: int) -> None:
    schema.add_field("key", types.VARCHAR, is_primary=True, max_length=KEY_LENGTH)
    schema.add_field("kind", types.INT64)
    _filterable(schema, indexes, types, lite)
    schema.add_field("removed", types.INT64)
    schema.add_field("name", types.INT64)
    schema.add_field("ordinal", types.INT64)
    schema.add_field("part", types.INT32)
    schema.add_field("data", types.VARCHAR, max_length=65_535)
    # Milvus wants a vector in every collection.
    schema.add_field("vector", types.FLOAT_VECTOR, dim=2)
    if lite:
        indexes.add_index("vector", index_type="FLAT", metric_type="IP", params={})
    else:
        for field in ("kind", "removed", "name", "ordinal"):
            indexes.add_index(field, index_type="INVERTED")
        indexes.add_index("vector", index_type="AUTOINDEX", metric_type="IP")
