from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from index_helpers import bulletin

from qa.errors import ReadingError, StoreError, StoreVersionError
from qa.storage.files import DamagedStoreError, OutdatedError
from qa.store import FILE, Store

A = bulletin(
    "a.txt", [("知识产权条例", ["条例实施。共四十六条。", "二是明确。"]), ("无正文", [])], date="2021-01-05"
)
B = bulletin(
    "b/b.txt", [("集成电路", ["投资十亿元。"]), ("人才", ["引进人才。"])], dates=["2020-12-30", None]
)


def filled(index: Path) -> Store:
    store = Store.open(index, write=True)
    for entry in (B, A):
        store.add(entry, size=1, mtime_ns=2)
    return store


def test_what_goes_in_comes_out_equal(index: Path) -> None:
    store = filled(index)
    for entry in (A, B):
        for item in entry.items:
            assert store.item(item.item_id) == item
            assert store.bulletin_of(item.item_id) == entry.name
        assert store.source(entry.name) == replace(entry, items=())


def test_passages_are_numbered_for_good_and_listed_in_corpus_order(index: Path) -> None:
    store = filled(index)
    assert store.all_passage_numbers().tolist() == [2, 3, 0, 1]
    assert [p.text for p in store.passages([0, 3])] == ["投资十亿元。", "二是明确。"]
    assert store.passages([3])[0].sentences == A.items[0].passages[1].sentences
    store.add(A, size=1, mtime_ns=2)
    assert store.all_passage_numbers().tolist() == [4, 5, 0, 1]


def test_a_sentence_that_is_no_slice_of_its_passage_is_kept_as_it_is(index: Path) -> None:
    first = A.items[0].passages[0]
    odd = replace(first, sentences=(replace(first.sentences[0], text="[[另一种写法"),))
    item = replace(A.items[0], passages=(odd,))
    store = Store.open(index, write=True)
    store.add(replace(A, items=(item,)), size=1, mtime_ns=1)
    assert store.item(item.item_id) == item


def test_counts_and_rows_describe_what_is_visible(index: Path) -> None:
    store = filled(index)
    counts = store.counts()
    assert (counts.bulletins, counts.items, counts.passages, counts.sentences) == (2, 4, 4, 5)
    assert counts.characters == len(A.text) + len(B.text)
    assert [(row.name, row.items, row.passages, row.date) for row in store.bulletins()] == [
        ("a.txt", 2, 2, "2021-01-05"),
        ("b/b.txt", 2, 2, None),
    ]
    assert [row.title for row in store.items()] == ["知识产权条例", "无正文", "集成电路", "人才"]
    assert [row.title for row in store.items("b/b.txt")] == ["集成电路", "人才"]
    assert store.newest_date() == "2021-01-05"
    store.remove("a.txt")
    assert store.counts().bulletins == 1
    assert store.newest_date() == "2020-12-30"
    store.remove("b/b.txt")
    assert store.newest_date() is None


def test_filters_leave_the_passages_whose_items_satisfy_them(index: Path) -> None:
    store = filled(index)

    def numbers(**filters: object) -> list[int]:
        found = store.passage_numbers(**filters)  # type: ignore[arg-type]
        assert found is not None
        return found.tolist()

    assert store.passage_numbers() is None
    assert numbers(sections=["科创聚焦"]) == [2, 3, 0]
    assert numbers(sections=["科 创"]) == [2, 3, 0]
    assert numbers(sections=["没有这个栏目"]) == []
    assert numbers(since="2021-01-01") == [2, 3]
    assert numbers(until="2020-12-30") == [0]
    assert numbers(since="2020-12-30", until="2021-01-05") == [2, 3, 0]
    assert numbers(bulletins=["b/b.txt"]) == [0, 1]
    assert numbers(item_ids=[B.items[1].item_id]) == [1]
    assert numbers(sections=["经济热点"], bulletins=["b/b.txt"]) == [1]


def test_a_reader_sees_the_generation_it_was_opened_at(index: Path) -> None:
    writer = filled(index)
    reader = Store.open(index)
    assert reader.generation == 2
    writer.remove("a.txt")
    writer.add(replace(B, title="改过"), size=1, mtime_ns=1)
    assert [row.name for row in reader.bulletins()] == ["a.txt", "b/b.txt"]
    assert [p.text for p in reader.passages([2, 0])] == ["条例实施。共四十六条。", "投资十亿元。"]
    assert (reader.generation, reader.latest_generation(), writer.generation) == (2, 4, 4)
    assert Store.open(index).all_passage_numbers().tolist() == [4, 5]
    with pytest.raises(StoreError, match="open the library again"):
        writer.passages([2])


def test_a_rename_keeps_the_passages(index: Path) -> None:
    store = filled(index)
    store.rename("b/b.txt", "0.txt")
    assert store.all_passage_numbers().tolist() == [0, 1, 2, 3]
    assert store.bulletin_of(B.items[0].item_id) == "0.txt"
    assert sorted(store.files()) == ["0.txt", "a.txt"]
    with pytest.raises(StoreError, match="not in the index"):
        store.rename("b/b.txt", "1.txt")


def test_what_was_removed_is_deleted_only_when_no_reader_can_want_it(index: Path) -> None:
    store = filled(index)
    store.remove("a.txt")
    assert store.purge(horizon=2, grace=0) == 0
    assert store.purge(horizon=3) == 0
    assert store.purge(horizon=3, grace=0) == 1
    assert store.all_passage_numbers().tolist() == [0, 1]
    store.verify()


def test_a_text_that_cannot_be_encoded_is_refused_and_changes_nothing(index: Path) -> None:
    store = filled(index)
    with pytest.raises(ReadingError, match="UTF-8"):
        store.add(bulletin("c.txt", [("标题\ud800", ["正文。"])]), size=1, mtime_ns=1)
    assert store.generation == 2
    assert [row.name for row in store.bulletins()] == ["a.txt", "b/b.txt"]


def test_many_threads_read_one_store(index: Path) -> None:
    filled(index).close()
    store = Store.open(index)
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(50):
                assert [p.number for p in store.passages([3, 0, 2])] == [3, 0, 2]
                assert len(store.items()) == 4
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_each_thing_that_keeps_a_store_from_opening_is_named_with_its_cure(index: Path) -> None:
    with pytest.raises(StoreError, match="bulletin-qa build"):
        Store.open(index)
    filled(index).close()
    path = index / FILE
    connection = sqlite3.connect(path)
    for version, kind, cure in ((99, StoreVersionError, "upgrade"), (0, OutdatedError, "bulletin-qa build")):
        connection.execute(f"PRAGMA user_version = {version}")
        with pytest.raises(kind, match=cure):
            Store.open(index)
    connection.execute("PRAGMA application_id = 7")
    with pytest.raises(StoreError, match="another program"):
        Store.open(index, write=True)
    connection.close()
    path.write_bytes(b"not a database at all" * 1000)
    with pytest.raises(DamagedStoreError, match="bulletin-qa build"):
        Store.open(index)


def test_a_flipped_byte_never_becomes_a_quote(index: Path) -> None:
    filled(index).close()
    path = index / FILE
    data = path.read_bytes()
    wanted = "投资十亿元。".encode()
    assert wanted in data
    path.write_bytes(data.replace(wanted, "投资百亿元。".encode()))
    store = Store.open(index)
    with pytest.raises(DamagedStoreError, match="damaged"):
        store.passages([0])
    with pytest.raises(DamagedStoreError):
        store.verify()
    assert store.passages([2])[0].text == "条例实施。共四十六条。"


def test_a_closed_store_says_so(index: Path) -> None:
    store = filled(index)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.items()
