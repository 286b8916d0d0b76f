"""Addresses of stores, servers that are not there or come back, and the counts that a store keeps."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import numpy as np
import pytest

from qa.errors import StoreError, UsageError
from qa.milvus import Address, MilvusBackend, MilvusWriter
from qa.milvus.statistics import Statistics, total
from qa.text import tokens
from tests.milvus.milvus_helpers import ENCODER, free_port, one, serving

pytest.importorskip("pymilvus", reason="the extra [milvus] is not installed")


def test_a_server_that_is_not_there_is_named_with_its_cure(tmp_path: Path) -> None:
    port = free_port()
    backend = MilvusBackend(Address.parse(f"milvus://127.0.0.1:{port}/x", "root:secret"), tmp_path)
    began = time.monotonic()
    with pytest.raises(StoreError, match=rf"127\.0\.0\.1:{port}.*BULLETIN_QA_STORE") as caught:
        backend.state(ENCODER)
    assert time.monotonic() - began < 60
    assert "secret" not in str(caught.value) + repr(backend.address)


def test_a_reader_goes_on_when_its_server_was_started_again(tmp_path: Path) -> None:
    port = free_port()
    address = Address.parse(f"milvus://127.0.0.1:{port}/again")
    server = serving(tmp_path / "data", port)
    try:
        with MilvusWriter.open(address, ENCODER) as writer:
            writer.put(one("a.txt"))
            writer.publish()
        backend = MilvusBackend(address, tmp_path / "cache")
        lexical = backend.state(ENCODER).lexical
        before = lexical.search(tokens("集成电路"), 5)
        server.kill()
        server.wait()
        with pytest.raises(StoreError, match="check that the server runs"):
            lexical.search(tokens("集成电路"), 5)
        server = serving(tmp_path / "data", port)
        for _ in range(60):
            with contextlib.suppress(StoreError):
                assert lexical.search(tokens("集成电路"), 5) == before
                break
            time.sleep(0.5)
        else:
            pytest.fail("the reader never reached the server again")
        backend.close()
    finally:
        server.kill()
        server.wait()


def test_a_store_that_was_never_filled_says_so(tmp_path: Path) -> None:
    backend = MilvusBackend(Address.parse(str(tmp_path / "none.db")), tmp_path)
    with pytest.raises(StoreError, match="bulletin-qa build"):
        backend.state(ENCODER)
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    "store", ["redis://x", "milvus://user:secret@host/x", "http://host:port/x", "milvus://host/a b", "plain"]
)
def test_an_address_that_is_none_is_refused(store: str) -> None:
    with pytest.raises(UsageError) as caught:
        Address.parse(store)
    assert "secret" not in str(caught.value)


def test_statistics_add_and_take_off_exactly() -> None:
    left = Statistics(
        items=2, terms=np.array([1, 5], np.uint32), frequencies=np.array([3, 1]), days={"2020-01-01": 1}
    )
    right = Statistics(
        items=1, terms=np.array([5, 9], np.uint32), frequencies=np.array([1, 2]), sections={"科": 1}
    )
    both = total([(1, left), (1, right)])
    assert [both.frequency(term) for term in (1, 5, 9, 7)] == [3, 2, 2, 0]
    back = total([(1, both), (-1, right)])
    assert back.encode() == left.encode() == Statistics.decode(left.encode()).encode()
