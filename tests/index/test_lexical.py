from __future__ import annotations

import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from index_helpers import WORDS, bulletin

from qa.lexical import LexicalIndex
from qa.storage.files import DamagedError
from qa.storage.generations import Stamp
from qa.storage.progress import Silent
from qa.storage.ranking import best
from qa.store import Store
from qa.text import tokens


def filled(index: Path, count: int = 30, seed: int = 1) -> Store:
    rng = random.Random(seed)
    store = Store.open(index, write=True)
    for place in range(count):
        items = [
            (
                "".join(rng.choices(WORDS, k=3)),
                ["".join(rng.choices(WORDS, k=rng.randrange(1, 30))) + "。"] * 2,
            )
            for _ in range(3)
        ]
        store.add(bulletin(f"{place:02d}.txt", items), size=1, mtime_ns=1)
    return store


def caught_up(store: Store, index: Path) -> LexicalIndex:
    lexical = LexicalIndex.open(index)
    lexical.catch_up(store, Silent())
    return lexical


def reference(store: Store, question: list[str]) -> dict[int, float]:
    """BM25 as in the textbook, term by term."""
    documents = {
        p.number: Counter(tokens(p.title) * 2 + tokens(p.text))
        for p in store.passages(store.all_passage_numbers())
    }
    mean = sum(sum(words.values()) for words in documents.values()) / len(documents)
    scores = {}
    for number, words in documents.items():
        total = 0.0
        for token in set(question):
            frequency = sum(token in other for other in documents.values())
            idf = math.log(1 + (len(documents) - frequency + 0.5) / (frequency + 0.5))
            tf = words[token]
            total += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * sum(words.values()) / mean))
        scores[number] = total
    return scores


def test_scores_are_textbook_bm25(index: Path) -> None:
    store = filled(index)
    lexical = caught_up(store, index)
    for question in ("知识产权条例", "上海集成电路投资", "没有的词浦东", "人才人才政策"):
        expected = reference(store, tokens(question))
        found = dict(lexical.search(tokens(question), 1000))
        assert set(found) == {number for number, score in expected.items() if score > 0}
        for number, score in found.items():
            assert score == pytest.approx(expected[number], rel=1e-5)


def test_scores_agree_with_bm25s(index: Path) -> None:
    bm25s = pytest.importorskip("bm25s", reason="bm25s is an independent implementation, not a dependency")
    store = filled(index)
    lexical = caught_up(store, index)
    passages = store.passages(store.all_passage_numbers())
    other = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    other.index([tokens(p.title) * 2 + tokens(p.text) for p in passages], show_progress=False)
    question = tokens("浦东知识产权")
    theirs = other.get_scores(question)
    for number, score in lexical.search(question, 10):
        place = next(place for place, passage in enumerate(passages) if passage.number == number)
        # bm25s leaves out the constant factor k1 + 1.
        assert score == pytest.approx(float(theirs[place]) * 2.2, rel=1e-4)


def test_a_score_never_exceeds_its_bound(index: Path) -> None:
    lexical = caught_up(filled(index), index)
    question = tokens("上海知识产权条例没有的词")
    bound = sum(lexical.idf(token) * (lexical.k1 + 1) for token in set(question))
    scores = [score for _, score in lexical.search(question, 1000)]
    assert scores
    assert min(scores) > 0
    assert max(scores) <= bound


def test_idf_of_an_unknown_token_is_the_largest(index: Path) -> None:
    lexical = caught_up(filled(index), index)
    assert lexical.document_frequency("没有的词") == 0
    assert lexical.idf("没有的词") == pytest.approx(math.log(1 + 180.5 / 0.5))
    assert 0 < lexical.idf("上海") < lexical.idf("没有的词")


def test_equal_scores_come_in_corpus_order(index: Path) -> None:
    store = Store.open(index, write=True)
    for name in ("c.txt", "a.txt", "b.txt"):
        store.add(bulletin(name, [("同题", ["知识产权。"])]), size=1, mtime_ns=1)
    lexical = caught_up(store, index)
    assert [number for number, _ in lexical.search(["知识产权"], 3)] == [1, 2, 0]
    assert [number for number, _ in lexical.search(["知识产权"], 2)] == [1, 2]


def test_pruning_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    count = 20_000
    factors = rng.uniform(0.5, 2, count).astype(np.float32)
    for trial in range(20):
        terms, exact = [], np.zeros(count)
        for share, idf in ((0.001, 7.0), (0.01, 4.6), (0.2, 1.6), (0.6, 0.5), (0.9, 0.1)):
            rows = np.flatnonzero(rng.random(count) < share).astype(np.int32)
            counts = rng.integers(1, 6, len(rows)).astype(np.uint16)
            terms.append((idf, (rows, counts)))
            exact[rows] += idf * 2.2 * counts / (counts + factors[rows])
        allowed = rng.random(count) < 0.3 if trial % 2 else None
        wanted = exact if allowed is None else np.where(allowed, exact, 0)
        rows, scores = best(terms, factors, 10, allowed)
        assert scores == pytest.approx(np.sort(wanted)[::-1][:10], rel=1e-5)
        assert wanted[rows] == pytest.approx(scores, rel=1e-5)


def test_only_allowed_passages_are_returned(index: Path) -> None:
    lexical = caught_up(filled(index), index)
    everything = lexical.search(["上海"], 1000)
    allowed = np.array(sorted(number for number, _ in everything)[::3], np.int64)
    found = lexical.search(["上海"], 1000, allowed)
    assert found == [entry for entry in everything if entry[0] in set(allowed.tolist())]
    assert lexical.search(["上海"], 5, np.zeros(0, np.int64)) == []
    assert lexical.search(["上海"], 5, np.array([999_999])) == []


def test_matching_finds_every_passage_that_holds_all_tokens(index: Path) -> None:
    store = filled(index)
    lexical = caught_up(store, index)
    wanted = {"上海", "投资"}
    expected = [
        p.number
        for p in store.passages(store.all_passage_numbers())
        if wanted <= set(tokens(p.title) + tokens(p.text))
    ]
    assert 0 < len(expected) < 180
    assert lexical.matching(sorted(wanted)).tolist() == expected
    assert lexical.matching(["上海", "没有的词"]).tolist() == []
    assert lexical.matching([]).tolist() == []
    assert lexical.matching(["上海"], np.array(expected[:2])).tolist() == expected[:2]


def test_an_updated_index_equals_a_fresh_one(index: Path, tmp_path: Path) -> None:
    store = filled(index)
    caught_up(store, index)
    store.remove("03.txt")
    store.rename("04.txt", "zz.txt")
    store.add(bulletin("10.txt", [("新题目", ["完全不同的内容。上海知识产权。"])]), size=1, mtime_ns=1)
    updated = caught_up(store, index)
    other = Store.open(tmp_path / "other", write=True)
    for row in store.bulletins():
        items = tuple(store.item(item.item_id, row.name) for item in store.items(row.name))
        source = store.source(row.name)
        made = bulletin(row.name, [(i.title, [p.text for p in i.passages]) for i in items])
        assert made.text == source.text
        other.add(made, size=1, mtime_ns=1)
    fresh = caught_up(other, tmp_path / "other")
    names = dict(_texts(store))
    others = dict(_texts(other))
    for question in ("知识产权", "上海投资", "新题目", "内容"):
        left = [(names[number], score) for number, score in updated.search(tokens(question), 500)]
        right = [(others[number], score) for number, score in fresh.search(tokens(question), 500)]
        assert left == right
        assert updated.idf(question) == fresh.idf(question)


def _texts(store: Store) -> list[tuple[int, tuple[str, int]]]:
    return [(p.number, (p.bulletin, p.start)) for p in store.passages(store.all_passage_numbers())]


def test_a_damaged_index_is_rebuilt_and_never_trusted(index: Path) -> None:
    store = filled(index)
    lexical = caught_up(store, index)
    expected = lexical.search(["上海"], 50)
    stamp = Stamp(store.identity, store.generation)
    home = next((index / "lexical").iterdir())
    for name in ("rows", "counts", "blob", "manifest.json"):
        path = home / name
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0x55
        path.write_bytes(data)
        with pytest.raises(DamagedError):
            LexicalIndex.open(index, stamp=stamp)
        assert caught_up(store, index).search(["上海"], 50) == expected
        path = home / name
        path.write_bytes(path.read_bytes()[:-2])
        with pytest.raises(DamagedError):
            LexicalIndex.open(index, stamp=stamp)
        assert caught_up(store, index).search(["上海"], 50) == expected


def test_an_empty_index_answers_with_nothing(index: Path) -> None:
    lexical = LexicalIndex.open(index)
    assert lexical.generation == -1
    assert lexical.search(["上海"], 5) == []
    lexical.catch_up(Store.open(index, write=True), Silent())
    assert lexical.generation == 0
    assert lexical.search(["上海"], 5) == []
    assert lexical.idf("上海") > 0


def test_words_cut_by_many_workers_are_those_cut_by_one() -> None:
    from qa.storage.segmenting import Segmenter

    texts = [f"上海第{n}条知识产权保护条例，G60科创走廊\ud800" for n in range(37)]
    with Segmenter(len(texts), workers=2) as segmenter:
        assert segmenter.cut(texts) == [tokens(text) for text in texts]
        assert segmenter.cut(texts[:1]) == [tokens(texts[0])]
        assert segmenter.cut([]) == []
        for worker in segmenter._workers:
            worker.kill()
            worker.wait()
        assert segmenter.cut(texts) == [tokens(text) for text in texts]
