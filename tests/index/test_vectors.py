from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from index_helpers import WORDS, HashingEncoder, bulletin
from numpy.typing import NDArray

from qa.errors import ModelError
from qa.storage.cache import ROWS, narrowed, widened
from qa.storage.files import DamagedError
from qa.storage.generations import Stamp
from qa.storage.nearest import inner
from qa.storage.progress import Silent
from qa.storage.units import UnitHit, Units, longest_pair, units_of
from qa.store import Store
from qa.vectors import VectorIndex, folder_name


def filled(index: Path, count: int = 10, seed: int = 1) -> Store:
    rng = random.Random(seed)
    store = Store.open(index, write=True)
    for place in range(count):
        items = []
        for _ in range(2):
            sentences = ["".join(rng.choices(WORDS, k=8)) + "。" for _ in range(3)]
            items.append(("".join(rng.choices(WORDS, k=3)), ["".join(sentences)]))
        store.add(bulletin(f"{place:02d}.txt", items), size=1, mtime_ns=1)
    return store


def caught_up(store: Store, index: Path, encoder: HashingEncoder) -> VectorIndex:
    vectors = VectorIndex.open(index, encoder)
    vectors.catch_up(store, encoder, Silent())
    return vectors


def by_hand(store: Store, encoder: HashingEncoder, question: str) -> list[UnitHit]:
    """Every unit with its cosine, best first, in corpus order among equals."""
    [vector] = encoder.encode_queries([question])
    titles, hits = store.first_passages(), []
    for place, passage in enumerate(store.passages(store.all_passage_numbers())):
        for first, last, text in units_of(passage, titles.get(passage.number)):
            [row] = widened(narrowed(encoder.encode_queries([text])))
            hits.append((-float(row @ vector), place, first, last, passage.number))
    return [UnitHit(number, first, last, -score) for score, _, first, last, number in sorted(hits)]


def places(hits: Sequence[UnitHit]) -> list[tuple[int, int, int]]:
    return [(hit.passage, hit.first, hit.last) for hit in hits]


def test_units_are_titles_sentences_and_neighbouring_pairs(index: Path) -> None:
    store = Store.open(index, write=True)
    store.add(bulletin("a.txt", [("题目", ["甲。乙。丙。", "丁。"])]), size=1, mtime_ns=1)
    first, second = store.passages([0, 1])
    assert list(units_of(first, "题目")) == [
        (-1, -1, "题目"),
        (0, 0, "甲。"),
        (0, 1, "甲。乙。"),
        (1, 1, "乙。"),
        (1, 2, "乙。丙。"),
        (2, 2, "丙。"),
    ]
    assert list(units_of(second, None)) == [(0, 0, "丁。")]


def test_a_large_library_leaves_out_long_pairs(index: Path) -> None:
    assert (longest_pair(20_000), longest_pair(20_001)) == (None, 64)
    store = Store.open(index, write=True)
    store.add(bulletin("a.txt", [("题目", ["甲。乙。丙丁戊。"])]), size=1, mtime_ns=1)
    [passage] = store.passages([0])
    assert [text for *_, text in units_of(passage, None, 4)] == ["甲。", "甲。乙。", "乙。", "丙丁戊。"]


def test_a_library_that_grows_large_or_shrinks_has_the_units_of_a_fresh_build(
    index: Path, encoder: HashingEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.storage.units.LARGE", 40)
    monkeypatch.setattr("qa.storage.units.SHORT_PAIR", 20)
    store = filled(index)
    small = caught_up(store, index, encoder)
    assert len(store.all_passage_numbers()) <= 40
    before = len(small)
    long_pairs = [text for text in encoder.texts if len(text) > 20 and text.count("。") > 1]
    assert long_pairs
    added = [f"more-{place}.txt" for place in range(12)]
    for place, name in enumerate(added):
        store.add(bulletin(name, [(f"题目{place}", ["短句。短句二。"] * 4)]), size=1, mtime_ns=1)
    encoder.texts.clear()
    caught_up(store, index, encoder)
    grown = VectorIndex.open(index, encoder)._state[1].units()
    assert not any(len(text) > 20 and text.count("。") > 1 for text in encoder.texts)
    fresh = VectorIndex.open(tmp_path / "fresh", HashingEncoder())
    fresh.catch_up(store, HashingEncoder(), Silent())
    table = fresh._state[1].units()

    def standing(units: Units) -> list[tuple[int, int, int]]:
        columns = (units.numbers.tolist(), units.first.tolist(), units.last.tolist())
        return sorted(zip(*columns, strict=True))

    assert standing(grown) == standing(table)
    for name in added:
        store.remove(name)
    assert len(caught_up(store, index, encoder)) == before


def test_search_is_exact_for_a_small_library(index: Path, encoder: HashingEncoder) -> None:
    store = filled(index)
    vectors = caught_up(store, index, encoder)
    for question in ("上海知识产权条例", "投资集成电路产业", "人才政策"):
        [found] = vectors.search(encoder.encode_queries([question]), 12)
        expected = by_hand(store, encoder, question)[:12]
        assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-6)
        assert places(found) == places(expected)


def test_equal_texts_share_a_vector_and_come_in_corpus_order(index: Path, encoder: HashingEncoder) -> None:
    store = Store.open(index, write=True)
    for name in ("c.txt", "a.txt", "b.txt"):
        store.add(bulletin(name, [("同题", ["知识产权保护。"])]), size=1, mtime_ns=1)
    vectors = caught_up(store, index, encoder)
    assert sorted(encoder.texts) == ["同题", "知识产权保护。"]
    [found] = vectors.search(encoder.encode_queries(["知识产权保护。"]), 2)
    assert places(found) == [(1, 0, 0), (2, 0, 0)]
    [found] = vectors.search(encoder.encode_queries(["知识产权保护。"]), 5, np.array([0]))
    assert places(found) == [(0, 0, 0), (0, -1, -1)]


def test_only_allowed_passages_are_returned(index: Path, encoder: HashingEncoder) -> None:
    store = filled(index)
    vectors = caught_up(store, index, encoder)
    question = encoder.encode_queries(["上海投资"])
    allowed = store.all_passage_numbers()[::4]
    [everything] = vectors.search(question, 10_000)
    [found] = vectors.search(question, 10_000, allowed)
    assert places(found) == [place for place in places(everything) if place[0] in set(allowed.tolist())]
    assert vectors.search(question, 5, np.zeros(0, np.int64)) == [[]]
    assert vectors.search(np.zeros((0, 64), np.float32), 5) == []


def test_only_texts_never_seen_are_embedded(index: Path, encoder: HashingEncoder) -> None:
    store = filled(index)
    caught_up(store, index, encoder)
    assert len(encoder.texts) == len(set(encoder.texts))
    encoder.texts.clear()
    store.add(bulletin("new.txt", [("崭新题目", ["从未见过的一句。"])]), size=1, mtime_ns=1)
    caught_up(store, index, encoder)
    assert sorted(encoder.texts) == ["从未见过的一句。", "崭新题目"]
    encoder.texts.clear()
    store.remove("03.txt")
    vectors = caught_up(store, index, encoder)
    assert encoder.texts == []
    assert places(vectors.search(encoder.encode_queries(["从未见过的一句。"]), 1)[0])[0][0] == 20


def test_switching_the_model_and_back_embeds_nothing_twice(index: Path, encoder: HashingEncoder) -> None:
    store = filled(index)
    first = caught_up(store, index, encoder)
    question = encoder.encode_queries(["上海投资"])
    expected = first.search(question, 5)
    other = HashingEncoder("other/model: 大", 32)
    caught_up(store, index, other)
    encoder.texts.clear()
    again = caught_up(store, index, encoder)
    assert encoder.texts == []
    assert again.search(question, 5) == expected
    assert folder_name(other) != folder_name(encoder)
    assert {path.name for path in (index / "vectors").iterdir()} == {folder_name(encoder), folder_name(other)}


def test_an_updated_index_answers_as_a_fresh_one(
    index: Path, tmp_path: Path, encoder: HashingEncoder
) -> None:
    store = filled(index)
    caught_up(store, index, encoder)
    store.remove("02.txt")
    store.rename("04.txt", "zz.txt")
    store.add(bulletin("05.txt", [("改", ["改过的一句。"])]), size=1, mtime_ns=1)
    updated = caught_up(store, index, encoder)
    for question in ("上海投资", "改过的一句"):
        [found] = updated.search(encoder.encode_queries([question]), 20)
        expected = by_hand(store, encoder, question)[:20]
        assert places(found) == places(expected)


class Stopping(HashingEncoder):
    """An encoder that is stopped after some calls, as by Ctrl-C."""

    calls = 3

    def encode_passages(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
        self.calls -= 1
        if self.calls < 0:
            raise KeyboardInterrupt
        return super().encode_passages(texts)


def test_embedding_goes_on_where_it_was_stopped(
    index: Path, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.vectors.BATCH", 10)
    store = filled(index)
    stopping = Stopping()
    with pytest.raises(KeyboardInterrupt):
        caught_up(store, index, stopping)
    assert len(stopping.texts) == 30
    caught_up(store, index, encoder)
    assert set(encoder.texts).isdisjoint(stopping.texts)
    whole = HashingEncoder("whole")
    caught_up(store, index, whole)
    assert len(encoder.texts) + 30 == len(whole.texts)


def test_a_torn_checkpoint_costs_only_what_follows_it(
    index: Path, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.vectors.BATCH", 10)
    store = filled(index)
    expected = caught_up(store, index, encoder).search(encoder.encode_queries(["上海"]), 9)
    home = index / "vectors" / folder_name(encoder)
    log = home / "log.bin"
    log.write_bytes(log.read_bytes()[:-5])
    encoder.texts.clear()
    assert caught_up(store, index, encoder).search(encoder.encode_queries(["上海"]), 9) == expected
    assert 0 < len(encoder.texts) <= 10


def test_scrambled_vectors_are_embedded_again_and_never_used(
    index: Path, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.vectors.BATCH", 10)
    store = filled(index)
    expected = caught_up(store, index, encoder).search(encoder.encode_queries(["上海"]), 9)
    stamp = Stamp(store.identity, store.generation)
    path = index / "vectors" / folder_name(encoder) / ROWS
    data = bytearray(path.read_bytes())
    data[15 * 64] ^= 0x40
    path.write_bytes(data)
    with pytest.raises(DamagedError):
        VectorIndex.open(index, encoder, stamp=stamp)
    encoder.texts.clear()
    assert caught_up(store, index, encoder).search(encoder.encode_queries(["上海"]), 9) == expected
    assert len(encoder.texts) == 10


def test_a_damaged_table_is_rebuilt_without_embedding(index: Path, encoder: HashingEncoder) -> None:
    store = filled(index)
    question = encoder.encode_queries(["上海"])
    expected = caught_up(store, index, encoder).search(question, 9)
    stamp = Stamp(store.identity, store.generation)
    home = index / "vectors" / folder_name(encoder) / f"{stamp.identity}-{stamp.generation}"
    for name in ("places", "rows", "manifest.json"):
        path = home / name
        path.write_bytes(b"\0" * path.stat().st_size)
        with pytest.raises(DamagedError):
            VectorIndex.open(index, encoder, stamp=stamp)
        encoder.texts.clear()
        assert caught_up(store, index, encoder).search(question, 9) == expected
        assert encoder.texts == []


def test_an_encoder_that_breaks_its_promise_is_named(index: Path) -> None:
    class Wrong(HashingEncoder):
        def encode_passages(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
            return np.full((len(texts), self.dimension), np.nan, np.float32)

    with pytest.raises(ModelError, match="hashing"):
        caught_up(filled(index), index, Wrong())


@pytest.fixture
def soon_inverted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the inverted file begin at sizes that a test can build."""
    monkeypatch.setattr("qa.storage.nearest.EXACT", 300)
    monkeypatch.setattr("qa.storage.nearest.FEW", 50)
    monkeypatch.setattr("qa.storage.nearest.TAIL", 40)


def recall(found: list[UnitHit], expected: list[UnitHit]) -> float:
    return len(set(places(found)) & set(places(expected))) / len(expected)


def test_an_inverted_file_finds_what_an_exact_search_finds(
    index: Path, encoder: HashingEncoder, soon_inverted: None
) -> None:
    store = filled(index, 100)
    vectors = caught_up(store, index, encoder)
    assert vectors.description.startswith("IVFPQFastScan over")
    recalls = []
    for question in ("上海知识产权条例", "投资集成电路产业", "人才政策", "临港平台数据", "企业创新发布"):
        [found] = vectors.search(encoder.encode_queries([question]), 10)
        expected = by_hand(store, encoder, question)[:10]
        recalls.append(recall(found, expected))
        scores = {(hit.passage, hit.first, hit.last): hit.score for hit in by_hand(store, encoder, question)}
        assert [hit.score for hit in found] == pytest.approx(
            [scores[place] for place in places(found)], abs=1e-6
        )
    assert np.mean(recalls) >= 0.95


def test_filters_reach_through_an_inverted_file(
    index: Path, encoder: HashingEncoder, soon_inverted: None
) -> None:
    store = filled(index, 100)
    vectors = caught_up(store, index, encoder)
    question = "上海知识产权条例"
    everything = by_hand(store, encoder, question)
    for step in (2, 7, 50):
        allowed = store.all_passage_numbers()[::step]
        wanted = [hit for hit in everything if hit.passage in set(allowed.tolist())][:10]
        [found] = vectors.search(encoder.encode_queries([question]), 10, allowed)
        assert recall(found, wanted) >= 0.9
        assert {hit.passage for hit in found} <= set(allowed.tolist())


def test_an_inverted_file_serves_on_until_too_much_has_changed(
    index: Path, encoder: HashingEncoder, soon_inverted: None
) -> None:
    store = filled(index, 100)
    caught_up(store, index, encoder)
    home = index / "vectors" / folder_name(encoder)

    def base() -> list[str]:
        return [path.name for path in home.iterdir() if path.name.startswith("base-")]

    [first] = base()
    store.add(bulletin("new.txt", [("崭新题目", ["从未见过的一句。"])]), size=1, mtime_ns=1)
    store.remove("07.txt")
    vectors = caught_up(store, index, encoder)
    assert base() == [first]
    [found] = vectors.search(encoder.encode_queries(["从未见过的一句。"]), 1)
    assert places(found) == [(200, 0, 0)]
    gone = {14, 15}
    [found] = vectors.search(encoder.encode_queries(["上海知识产权"]), 400)
    assert gone.isdisjoint(hit.passage for hit in found)
    for place in range(20):
        text = "".join(f"第{place}号新句{n}。" for n in range(10))
        store.add(bulletin(f"more{place}.txt", [(f"题{place}", [text])]), size=1, mtime_ns=1)
    caught_up(store, index, encoder)
    vectors = caught_up(store, index, encoder)
    # The one before stays for readers of the state before.
    assert len(base()) == 2
    [found] = vectors.search(encoder.encode_queries(["第7号新句3。"]), 1)
    assert store.passages([found[0].passage])[0].bulletin == "more7.txt"
    for name in [row.name for row in store.bulletins()][:60]:
        store.remove(name)
    vectors = caught_up(store, index, encoder)
    assert first not in base()
    [found] = vectors.search(encoder.encode_queries(["上海知识产权条例"]), 10)
    assert recall(found, by_hand(store, encoder, "上海知识产权条例")[:10]) >= 0.9


def test_a_damaged_inverted_file_is_rebuilt(
    index: Path, encoder: HashingEncoder, soon_inverted: None
) -> None:
    store = filled(index, 100)
    question = encoder.encode_queries(["上海知识产权"])
    expected = caught_up(store, index, encoder).search(question, 5)
    home = index / "vectors" / folder_name(encoder)
    stamp = Stamp(store.identity, store.generation)
    for name in ("ivf.faiss", "rows", "manifest.json"):
        [base] = [path for path in home.iterdir() if path.name.startswith("base-")]
        data = bytearray((base / name).read_bytes())
        data[len(data) // 2] ^= 0x11
        (base / name).write_bytes(data)
        with pytest.raises(DamagedError):
            VectorIndex.open(index, encoder, stamp=stamp)
        assert caught_up(store, index, encoder).search(question, 5) == expected


def test_eight_bits_a_number_move_a_cosine_by_less_than_the_tolerance() -> None:
    rng = np.random.default_rng(1)
    # A few numbers far larger than the others, as in the vectors of trained models.
    rows = (rng.normal(size=(500, 512)) * np.where(np.arange(512) % 128, 1, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    packed = narrowed(rows)
    again = widened(packed)
    assert np.linalg.norm(again, axis=1) == pytest.approx(np.ones(500), abs=1e-5)
    assert np.abs(rows @ again.T - rows @ rows.T).max() < 0.005
    assert np.abs(narrowed(again).astype(int) - packed).max() == 0
    assert not widened(narrowed(np.zeros((1, 8), np.float32))).any()
    # Numbers are looked up two at a time where their count is even.
    odd = narrowed(rows[:, :511])
    assert widened(odd) == pytest.approx(widened(np.pad(odd, ((0, 0), (0, 1)))).T[:511].T, abs=1e-7)


def test_inner_products_are_those_of_numpy() -> None:
    rng = np.random.default_rng(1)
    matrix, vector = rng.normal(size=(1000, 96)).astype(np.float32), rng.normal(size=96).astype(np.float32)
    assert inner(matrix, vector) == pytest.approx(matrix @ vector, abs=1e-4)
    assert np.array_equal(inner(matrix[::3], vector), inner(matrix, vector)[::3])
    assert inner(matrix[:0], vector).shape == (0,)
