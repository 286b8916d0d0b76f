"""The writer and the reader of a store: generations, repeats, removals, hostile names; a real Milvus Lite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from qa.errors import StoreError
from qa.milvus import Address, MilvusBackend, MilvusWriter, prepare
from qa.milvus import publishing as published
from qa.milvus.connection import Connection
from qa.milvus.rows import outline
from qa.milvus.schema import drop
from qa.storage.cache import widened
from qa.storage.filters import Filters
from qa.text import tokens
from tests.index.index_helpers import HashingEncoder, bulletin
from tests.milvus.milvus_helpers import ENCODER, one

pytest.importorskip("pymilvus", reason="the extra [milvus] is not installed")

HOSTILE = '坏"名\' or 1 == 1 \\" ] and content > 0 or name == "x"/%_{}\\.txt'


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("milvus") / "store.db"


@pytest.fixture
def address(database: Path, request: pytest.FixtureRequest) -> Iterator[Address]:
    """Collections of the test's own in one database."""
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in request.node.name)
    made = Address.parse(f"{database}/{name[:100]}")
    yield made
    connection = Connection.open(made)
    drop(connection)
    connection.close()


@pytest.fixture
def writer(address: Address) -> Iterator[MilvusWriter]:
    with MilvusWriter.open(address, ENCODER) as opened:
        yield opened


@pytest.fixture
def backend(address: Address, tmp_path: Path) -> Iterator[MilvusBackend]:
    made = MilvusBackend(address, tmp_path / "cache")
    yield made
    made.close()


def rows(writer: MilvusWriter) -> list[int]:
    """How many rows there are of each kind."""
    connection, address = writer._connection, writer._connection.address
    return [connection.count(name) for name in (address.units, address.passages, address.records)]


def names(backend: MilvusBackend) -> list[str]:
    return [row.name for row in backend.state(ENCODER).store.bulletins()]


def test_nothing_is_seen_before_it_is_published(writer: MilvusWriter, backend: MilvusBackend) -> None:
    assert writer.put(one("a.txt"))
    assert names(backend) == []
    assert backend.state(ENCODER).lexical.search(tokens("集成电路"), 5) == []
    assert writer.publish() == 1
    state = backend.state(ENCODER)
    assert names(backend) == ["a.txt"]
    assert len(state.lexical.search(tokens("集成电路"), 5)) == 1
    assert state.vectors.search(ENCODER.encode_queries(["上海产业条例"]), 1)[0][0].first == -1


def test_what_was_put_comes_back_as_it_was(writer: MilvusWriter, backend: MilvusBackend) -> None:
    given = one("a.txt", date="2020-12-30", dates=["2020-12-08", None])
    writer.put(given)
    writer.publish()
    store = backend.state(ENCODER).store
    assert replace(store.source("a.txt"), items=given.items) == given
    assert [store.item(item.item_id) for item in given.items] == list(given.items)
    assert [row.title for row in store.items()] == [item.title for item in given.items]
    assert store.bulletin_of(given.items[1].item_id) == "a.txt"
    assert store.newest_date() == "2020-12-30"
    counts = store.counts()
    assert (counts.bulletins, counts.items, counts.passages, counts.sentences) == (1, 2, 2, 3)


def test_a_repeat_writes_nothing(writer: MilvusWriter, address: Address) -> None:
    writer.put(one("a.txt"))
    writer.publish()
    before = rows(writer)
    with MilvusWriter.open(address, ENCODER) as other:
        assert not other.put(one("a.txt"))
        assert not other.put_prepared(prepare(one("a.txt"), ENCODER))
        assert other.publish() == 1
    assert rows(writer) == before


def test_two_workers_that_put_the_same_make_the_same_rows(
    writer: MilvusWriter, address: Address, backend: MilvusBackend
) -> None:
    with MilvusWriter.open(address, ENCODER) as other:
        made = outline(one("a.txt"))
        assert made == outline(one("a.txt"))
        # Both have found that the content is missing: both write it.
        for worker in (writer, other):
            worker._write([prepare(one("a.txt"), ENCODER)])
        assert writer.put(one("a.txt"))
        assert other.put(one("b.txt", "广东创新发布。"))
    writer.publish()
    assert names(backend) == ["a.txt", "b.txt"]
    assert rows(writer)[1] == 4


def test_a_reader_stays_on_its_generation(writer: MilvusWriter, backend: MilvusBackend) -> None:
    writer.put_all([one("a.txt"), one("b.txt", "广东创新发布集成电路。")])
    writer.publish()
    old = backend.state(ENCODER)
    seen = old.lexical.search(tokens("集成电路"), 9)
    writer.put(one("a.txt", "江苏发布医保政策，集成电路没有了，集成电路在别处。"))
    writer.remove("b.txt")
    writer.put(one("c.txt", "山东的集成电路。"))
    assert old.lexical.search(tokens("集成电路"), 9) == seen
    assert not backend.changed(old)
    writer.publish()
    assert backend.changed(old)
    # Nothing that the old generation looks up anew has moved.
    again = MilvusBackend(backend.address, backend.cache)
    try:
        assert old.lexical.search(tokens("集成电路"), 9) == seen
        assert [row.name for row in old.store.bulletins()] == ["a.txt", "b.txt"]
        assert old.store.source("a.txt").text == one("a.txt").text
        new = again.state(ENCODER)
        assert [row.name for row in new.store.bulletins()] == ["a.txt", "c.txt"]
        assert new.store.counts().passages == 4
        assert {n for n, _ in new.lexical.search(tokens("集成电路"), 9)}.isdisjoint(n for n, _ in seen)
        with pytest.raises(StoreError, match="not in this state"):
            new.store.passages([seen[0][0]])
    finally:
        again.close()


def test_counts_are_those_of_a_fresh_build(
    writer: MilvusWriter, backend: MilvusBackend, database: Path
) -> None:
    writer.put_all([one("a.txt"), one("b.txt", "广东创新。"), one("c.txt", "山东投资。")])
    writer.publish()
    writer.remove("a.txt")
    writer.put(one("b.txt", "广东投资创新。"))
    writer.publish()
    fresh = Address.parse(f"{database}/fresh")
    with MilvusWriter.open(fresh, ENCODER) as other:
        other.put_all([one("b.txt", "广东投资创新。"), one("c.txt", "山东投资。")])
        other.publish()
        built = MilvusBackend(fresh, backend.cache)
        left, right = backend.state(ENCODER), built.state(ENCODER)
        drop_after = Connection.open(fresh)
    try:
        assert left.store.counts() == right.store.counts()
        for token in tokens("上海广东山东投资创新人才"):
            assert left.lexical.idf(token) == right.lexical.idf(token)
        query = tokens("广东投资人才")
        assert left.lexical.search(query, 9) == right.lexical.search(query, 9)
    finally:
        built.close()
        drop(drop_after)
        drop_after.close()


def test_a_name_can_be_moved_and_taken_back(writer: MilvusWriter, backend: MilvusBackend) -> None:
    writer.put(one("a.txt"))
    writer.publish()
    before = rows(writer)[:2]
    writer.rename("a.txt", "b.txt")
    writer.publish()
    assert names(backend) == ["b.txt"]
    assert rows(writer)[:2] == before
    writer.remove("b.txt")
    writer.put(one("b.txt"))
    writer.publish()
    assert names(backend) == ["b.txt"]
    assert not writer.remove("a.txt")
    with pytest.raises(StoreError, match=r"a\.txt"):
        writer.rename("a.txt", "c.txt")


def test_what_is_hidden_for_long_is_deleted_and_can_come_back(
    writer: MilvusWriter, backend: MilvusBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.put_all([one("a.txt"), one("b.txt", "广东创新。")])
    writer.publish()
    writer.remove("a.txt")
    writer.publish()
    assert rows(writer)[1] == 4
    monkeypatch.setattr(published, "GRACE", -10)
    writer.put(one("c.txt", "山东投资。"))
    writer.publish()
    assert rows(writer)[1] == 4
    assert names(backend) == ["b.txt", "c.txt"]
    writer.put(one("a.txt"))
    writer.publish()
    assert names(backend) == ["a.txt", "b.txt", "c.txt"]
    assert backend.state(ENCODER).store.counts().passages == 6


def test_a_worker_that_died_leaves_nothing_to_be_seen(writer: MilvusWriter, backend: MilvusBackend) -> None:
    writer.put(one("a.txt"))
    # It died after the rows of the content and before the name.
    writer._write([prepare(one("b.txt", "广东的集成电路。"), ENCODER)])
    writer.publish()
    state = backend.state(ENCODER)
    assert len(state.lexical.search(tokens("集成电路"), 9)) == 1
    assert state.store.counts().passages == 2
    assert all(hit.passage >> 18 for hit in state.vectors.search(ENCODER.encode_queries(["广东"]), 50)[0])
    writer.put(one("b.txt", "广东的集成电路。"))
    writer.publish()
    assert len(backend.state(ENCODER).lexical.search(tokens("集成电路"), 9)) == 2


def test_a_publishing_that_broke_off_is_taken_up(
    writer: MilvusWriter, backend: MilvusBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.put(one("a.txt"))
    writer.publish()
    writer.put(one("b.txt", "广东创新。"))
    writer.remove("a.txt")
    with monkeypatch.context() as patched:
        patched.setattr(published, "write_manifest", _stopped)
        with pytest.raises(InterruptedError):
            writer.publish()
    assert names(backend) == ["a.txt"]
    assert backend.state(ENCODER).store.counts().passages == 2
    writer.publish()
    assert names(backend) == ["b.txt"]
    assert backend.state(ENCODER).store.counts().passages == 2


def _stopped(*_: object) -> None:
    raise InterruptedError


def test_only_new_texts_of_a_bulletin_are_embedded(
    writer: MilvusWriter, backend: MilvusBackend, address: Address
) -> None:
    writer.put(one("a.txt"))
    writer.publish()
    ENCODER.texts.clear()
    changed = one("a.txt", "上海发布集成电路产业政策。临港落地百个项目。")
    writer.put(changed)
    assert set(ENCODER.texts) == {"上海发布集成电路产业政策。临港落地百个项目。", "临港落地百个项目。"}
    writer.publish()
    fresh = prepare(changed, ENCODER)
    state = backend.state(ENCODER)
    for unit, vector in zip(fresh.units, widened(fresh.vectors), strict=True):
        best = state.vectors.search(vector, 1)[0][0]
        assert (best.first, best.last) == (unit["first"], unit["last"])
        assert best.score == pytest.approx(1.0, abs=1e-5)


def test_names_full_of_quotes_stay_names(writer: MilvusWriter, backend: MilvusBackend) -> None:
    given = bulletin(HOSTILE, [('"] or 1==1', ["上海'发布\"政策\\。"])])
    given = replace(given, items=(replace(given.items[0], item_id=HOSTILE, section='"or"\\'),))
    writer.put_all([given, one("b.txt")])
    writer.publish()
    store = backend.state(ENCODER).store
    assert names(backend) == sorted([HOSTILE, "b.txt"])
    assert store.item(HOSTILE) == given.items[0]
    assert store.source(HOSTILE).text == given.text
    assert len(store.select(Filters(bulletins=frozenset([HOSTILE]))) or ()) == 1
    assert len(store.select(Filters(sections=('"or"\\',))) or ()) == 1
    for hostile in ('" or kind == 1 or "', "' or 1 == 1", "x] or content in [1", "\\"):
        assert len(store.select(Filters(bulletins=frozenset([hostile]))) or ()) == 0
        with pytest.raises(StoreError, match="no bulletin"):
            store.source(hostile)
        with pytest.raises(StoreError, match="no item"):
            store.item(hostile)
    assert writer.remove(HOSTILE)
    writer.publish()
    assert names(backend) == ["b.txt"]


def test_filters_leave_what_they_say(writer: MilvusWriter, backend: MilvusBackend) -> None:
    writer.put_all(
        [
            one("a.txt", date="2020-12-30", dates=["2020-12-08", None]),
            one("b.txt", "广东创新。", dates=["2021-01-05"]),
        ]
    )
    writer.publish()
    state = backend.state(ENCODER)
    store = state.store

    def left(**asked: object) -> int:
        return len(store.select(Filters(**asked)) or ())  # type: ignore[arg-type]

    assert store.select(Filters()) is None
    assert left(sections=("科创聚焦",)) == 2
    assert left(sections=("经济",)) == 2
    assert left(sections=("没有",)) == 0
    assert left(since="2020-12-09") == 2
    assert left(until="2020-12-31") == 2
    assert left(since="2020-12-31", until="2021-01-31") == 1
    assert left(bulletins=frozenset(["a.txt"]), until="2020-12-08") == 1
    chosen = store.select(Filters(bulletins=frozenset(["b.txt"])))
    assert store.items_in(chosen) == {item.item_id for item in one("b.txt").items}
    assert [n for n, _ in state.lexical.search(tokens("创新产业政策"), 9, chosen)] == [
        int(store.passage_numbers(item_ids=[one("b.txt").items[0].item_id])[0])  # type: ignore[index]
    ]
    found = state.vectors.search(ENCODER.encode_queries(["上海"]), 99, chosen)[0]
    assert {store.passages([hit.passage])[0].bulletin for hit in found} == {"b.txt"}
    numbers = np.array(store.passage_numbers(item_ids=[one("a.txt").items[1].item_id]))
    assert {
        hit.passage for hit in state.vectors.search(ENCODER.encode_queries(["上海"]), 99, numbers)[0]
    } == {int(numbers[0])}


def test_a_long_passage_and_a_long_source_come_back_whole(
    writer: MilvusWriter, backend: MilvusBackend
) -> None:
    text = "".join(f"第{place}个项目落地上海临港。" for place in range(3000))
    given = bulletin("long.txt", [("很长", [text]), ("短", ["广东创新。"])])
    writer.put(given)
    writer.publish()
    store = backend.state(ENCODER).store
    assert store.item(given.items[0].item_id) == given.items[0]
    assert store.source("long.txt").text == given.text


def test_words_of_all_kinds_are_found_together(writer: MilvusWriter, backend: MilvusBackend) -> None:
    writer.put_all([one("b.txt"), one("a.txt", "上海的集成电路政策。")])
    writer.publish()
    state = backend.state(ENCODER)
    found = state.lexical.matching(tokens("集成电路"))
    assert [passage.bulletin for passage in state.store.passages(found)] == ["a.txt", "b.txt"]
    assert len(state.lexical.matching([*tokens("集成电路"), "落地"])) == 1
    assert len(state.lexical.matching(["没有的词"])) == 0


def test_another_model_is_refused(writer: MilvusWriter, address: Address, backend: MilvusBackend) -> None:
    writer.put(one("a.txt"))
    writer.publish()
    other = HashingEncoder("other", 32)
    with pytest.raises(StoreError, match=r"'hashing'.*'other'.*--model"):
        MilvusWriter.open(address, other)
    with pytest.raises(StoreError, match=r"--model"):
        backend.state(other)
    with pytest.raises(StoreError, match="another embedding model"):
        writer.put_prepared(prepare(one("b.txt"), other))
