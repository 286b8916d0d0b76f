"""What is asked of the whole store with every question is read once, and belongs to its generation."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from index_helpers import WORDS, bulletin

from qa.storage.schema import SIZES
from qa.storage.vocabulary import Vocabulary
from qa.store import Store


def filled(index: Path, count: int = 6) -> Store:
    rng = random.Random(4)
    store = Store.open(index, write=True)
    for place in range(count):
        items = [
            ("".join(rng.choices(WORDS, k=3)) + str(n), ["一句。"] * rng.randrange(4))
            for n in range(rng.randrange(1, 6))
        ]
        store.add(bulletin(f"{place:02d}.txt", items, date=f"2021-01-{place + 1:02d}"), size=1, mtime_ns=1)
    return store


def test_a_change_is_seen_by_the_writer_at_once_and_never_by_a_reader_of_before(index: Path) -> None:
    writer = filled(index)
    reader = Store.open(index)
    before = reader.bulletins(), reader.sections(), reader.counts(), reader.newest_date()
    assert (writer.bulletins(), writer.sections(), writer.counts(), writer.newest_date()) == before
    writer.add(bulletin("zz.txt", [("题", ["新的一句。"])], date="2022-02-02"), size=1, mtime_ns=1)
    assert writer.newest_date() == "2022-02-02"
    assert writer.counts().bulletins == 7
    assert writer.bulletins()[-1].name == "zz.txt"
    assert (reader.bulletins(), reader.sections(), reader.counts(), reader.newest_date()) == before


def test_what_is_remembered_cannot_be_changed_by_who_got_it(index: Path) -> None:
    store = filled(index)
    store.bulletins().clear()
    store.sections().clear()
    assert len(store.bulletins()) == 6
    assert store.sections()[0] == "科创聚焦"


def test_the_items_of_a_selection_are_those_that_hold_its_passages(index: Path) -> None:
    store = filled(index)
    store.remove("02.txt")
    numbers = store.all_passage_numbers()
    rng = np.random.default_rng(1)
    for size in (0, 1, 5, len(numbers)):
        chosen = rng.choice(numbers, size, replace=False)
        assert store.items_in(chosen) == {passage.item_id for passage in store.passages(chosen)}


def test_titles_are_found_for_the_passages_asked_for(index: Path) -> None:
    store = filled(index)
    everything = store.first_passages()
    numbers = store.all_passage_numbers()
    assert store.first_passages(numbers) == everything
    assert store.first_passages(numbers[::3]) == {
        number: title for number, title in everything.items() if number in set(numbers[::3].tolist())
    }
    assert store.first_passages([]) == {}


def test_sources_are_remembered_up_to_a_bound(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.storage.reader.SOURCES", 1)
    store = filled(index)
    names = [row.name for row in store.bulletins()]
    assert store.source(names[0]) is store.source(names[0])
    for name in names:
        store.source(name)
    assert len(store._sources) == 1


def test_a_renamed_bulletin_is_not_given_under_its_old_name(index: Path) -> None:
    store = filled(index)
    text = store.source("01.txt").text
    store.rename("01.txt", "renamed.txt")
    assert store.source("renamed.txt").name == "renamed.txt"
    assert store.source("renamed.txt").text == text


def test_opening_a_store_reads_no_source(index: Path) -> None:
    store = filled(index)
    with store._pool.connection() as connection:
        plan = [
            row[3]
            for row in connection.execute(
                "EXPLAIN QUERY PLAN SELECT content, first_number, passages FROM contents"
            )
        ]
    assert "COVERING INDEX contents_sizes" in plan[0]
    assert "IF NOT EXISTS" in SIZES


def test_a_vocabulary_grows_and_shrinks_as_a_sorted_set_does() -> None:
    rng = random.Random(8)
    words = ["".join(rng.choices("上海浦东ab𠮷é", k=rng.randrange(1, 4))) for _ in range(400)]
    vocabulary, held = Vocabulary.empty(), set[str]()
    for size in (120, 1, 3, 90, 0, 2):
        new = list(dict.fromkeys(rng.choices(words, k=size)))
        whole, own, others = vocabulary.extended(new)
        known = [term.decode() for term in vocabulary]
        held |= set(new)
        assert [term.decode() for term in whole] == sorted(held)
        assert [whole.find(term) for term in known] == own.tolist()
        assert [whole.find(term) for term in new] == others.tolist()
        mask = np.array([rng.random() < 0.8 for _ in whole], np.bool_)
        vocabulary = whole.kept(mask)
        held = {term.decode() for term, kept in zip(whole, mask, strict=True) if kept}
        assert [term.decode() for term in vocabulary] == sorted(held)
    assert vocabulary.find("不在") == -1
