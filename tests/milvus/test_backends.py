"""Both backends side by side on the sample bulletins: the same hits, scores and answers; real Milvus Lite."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qa import Library
from qa.errors import StoreError, UsageError
from qa.milvus import Address, MilvusWriter
from qa.parsing import parse_bulletin
from qa.reading import read_source
from qa.storage.cache import key_of, widened
from qa.storage.progress import Silent
from tests.conftest import ROOT, SEEDS

pytest.importorskip("pymilvus", reason="the extra [milvus] is not installed")

ROWS = [json.loads(line) for line in (SEEDS / "questions.jsonl").read_text("utf-8").splitlines()]
SAMPLE = ROWS[::5]
QUESTIONS = ROWS[::16]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample bulletins, in a folder that may be changed."""
    copied = tmp_path_factory.mktemp("folder") / "bulletins"
    copied.mkdir()
    for path in sorted(SEEDS.glob("*.txt")):
        shutil.copy(path, copied)
    return copied


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("milvus") / "bulletins.db"


class OnceOnly:
    """The shipped encoder, without embedding again what the sample library holds vectors of."""

    def __init__(self, samples: Library) -> None:
        self._encoder = samples.encoder
        self._cache = samples.retriever.vectors._state[0]  # type: ignore[attr-defined]
        self.name, self.fingerprint = self._encoder.name, self._encoder.fingerprint
        self.dimension = self._encoder.dimension

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encoder.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
        keys = np.frombuffer(b"".join(key_of(text) for text in texts), "<u8").reshape(-1, 2)
        held = self._cache.find(keys)
        rows = widened(self._cache.rows[np.maximum(held, 0)])
        missing = np.flatnonzero(held < 0)
        if len(missing):
            rows[missing] = self._encoder.encode_passages([texts[place] for place in missing])
        return rows


@pytest.fixture(scope="module")
def milvus(
    samples: Library, folder: Path, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("qa.models.load_encoder", lambda model: OnceOnly(samples))
        library = Library.open(folder, tmp_path_factory.mktemp("cache"), store=str(database))
    with library:
        yield library


def places(library: Library, row: dict[str, object]) -> list[tuple[str, int, float]]:
    hits = library.retrieve(str(row["question"]), k=10, history=row["history"])  # type: ignore[arg-type]
    return [(hit.item_id, hit.start, hit.score) for hit in hits]


def test_both_backends_find_the_same_with_the_same_scores(samples: Library, milvus: Library) -> None:
    for row in SAMPLE:
        left, right = places(samples, row), places(milvus, row)
        assert [score for *_, score in left] == pytest.approx([score for *_, score in right], abs=1e-4)
        # Scores that differ in the last digits only may change places.
        for (one, start, score), (other, beginning, _) in zip(left, right, strict=True):
            near = [s for *_, s in left if abs(s - score) < 1e-4]
            assert (one, start) == (other, beginning) or len(near) > 1, row["question"]
        assert left[0][:2] == right[0][:2], row["question"]


def test_both_backends_give_the_same_answers(samples: Library, milvus: Library) -> None:
    for row in QUESTIONS:
        left = samples.ask(row["question"], row["history"]).to_dict()
        right = milvus.ask(row["question"], row["history"]).to_dict()
        assert right.pop("confidence") == pytest.approx(left.pop("confidence"), abs=2e-3)
        left.pop("seconds"), right.pop("seconds")
        assert left == right, row["question"]


def test_both_backends_list_the_same(samples: Library, milvus: Library) -> None:
    assert milvus.contents() == samples.contents()
    assert milvus.store.counts() == samples.store.counts()
    assert sorted(milvus.store.sections()) == sorted(samples.store.sections())
    assert milvus.store.newest_date() == samples.store.newest_date()
    assert milvus.store.items() == samples.store.items()
    for row in samples.store.items():
        assert milvus.store.item(row.item_id) == samples.store.item(row.item_id)
    for name in (row.name for row in samples.store.bulletins()):
        assert asdict(milvus.store.source(name)) == asdict(samples.store.source(name))


def test_filters_leave_the_same(samples: Library, milvus: Library) -> None:
    question = "有哪些政策？"
    name = samples.store.bulletins()[1].name
    for filters in (
        {"sections": ["科创聚焦"]},
        {"sections": ["动向"]},
        {"since": "2020-12-09", "until": "2020-12-31"},
        {"bulletins": [name]},
        {"bulletins": [name], "sections": ["政策举措"]},
    ):
        left = samples.retrieve(question, 50, **filters)  # type: ignore[arg-type]
        right = milvus.retrieve(question, 50, **filters)  # type: ignore[arg-type]
        assert left
        assert {(h.item_id, h.start) for h in left} == {(h.item_id, h.start) for h in right}
        one = samples.ask("12 月 8 日发生了哪些事？", **filters)  # type: ignore[arg-type]
        other = milvus.ask("12 月 8 日发生了哪些事？", **filters)  # type: ignore[arg-type]
        assert one.answer == other.answer
    with pytest.raises(UsageError, match="no section matches"):
        milvus.retrieve(question, sections=['"] or 1==1'])
    with pytest.raises(UsageError, match="no bulletin is called"):
        milvus.retrieve(question, bulletins=["x.txt"])


def test_a_folder_is_followed_by_what_its_files_hold(milvus: Library, folder: Path) -> None:
    first, second = sorted(folder.glob("*.txt"))
    before = milvus.store.generation
    assert not milvus.sync().anything
    assert milvus.store.generation == before
    moved = first.rename(folder / "moved.txt")
    report = milvus.sync()
    assert report.renamed == ((first.name, "moved.txt"),)
    assert milvus.store.source("moved.txt").text
    text = second.read_text("utf-8")
    second.write_text(text.replace("防灾减灾", "防灾救灾"), "utf-8")
    (folder / "new.txt").write_text(
        "科创聚焦 \n\n海南试点离岸贸易 \n\n海南于 2021 年试点离岸贸易。 \n", "utf-8"
    )
    report = milvus.sync()
    assert (report.added, report.changed, report.unchanged) == (("new.txt",), (second.name,), 1)
    assert milvus.retrieve("海南试点离岸贸易", 1)[0].bulletin == "new.txt"
    second.write_text(text, "utf-8")
    (folder / "new.txt").unlink()
    moved.rename(first)
    report = milvus.sync()
    assert report.removed == ("new.txt",)
    assert milvus.store.counts().bulletins == 2
    assert milvus.retrieve("海南试点离岸贸易", 1)[0].bulletin != "new.txt"


def test_a_library_without_a_folder_reads_what_others_publish_and_follows_them(
    milvus: Library, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BULLETIN_QA_BULLETINS", raising=False)
    monkeypatch.setenv("BULLETIN_QA_STORE", f"milvus://{database}")
    monkeypatch.setattr("qa.library._LOOK_EVERY", 0.0)
    with Library.open(index=tmp_path) as reader:
        assert reader.last_sync is None
        assert str(database) in reader.place
        assert reader.contents() == milvus.contents()
        with pytest.raises(UsageError, match="--bulletins"):
            reader.sync()
        other = tmp_path / "other.txt"
        other.write_text("经济热点 \n\n海南试点离岸贸易 \n\n海南于 2021 年试点离岸贸易。 \n", "utf-8")
        with MilvusWriter.open(Address.parse(str(database)), reader.encoder) as writer:
            writer.put(parse_bulletin(read_source(other, "worker/other.txt")))
            assert reader.store.counts().bulletins == 2
            writer.publish()
            assert reader.retrieve("海南试点离岸贸易", 1)[0].bulletin == "worker/other.txt"
            # A folder removes only what a folder brought.
            milvus.sync()
            assert reader.store.counts().bulletins == 3
            writer.remove("worker/other.txt")
            writer.publish()
            assert reader.store.counts().bulletins == 2


def test_a_second_process_is_told_how_to_share_a_local_store(milvus: Library, database: Path) -> None:
    command = [sys.executable, "-m", "qa", "contents", "--json"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "BULLETIN_QA_STORE": str(database)},
        timeout=120,
    )
    assert done.returncode == 1
    assert "milvus-lite server" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_missing_extra_is_named_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(UsageError, match=r"pip install 'bulletin-qa\[milvus\]'"):
        Library.open(SEEDS, tmp_path, store=str(tmp_path / "x.db"))


def test_an_index_of_another_model_opened_as_it_stands_says_what_to_do(
    samples: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.index.index_helpers import HashingEncoder

    monkeypatch.setattr("qa.models.load_encoder", lambda model: HashingEncoder())
    with pytest.raises(StoreError, match=r"'hashing'.*bulletin-qa build"):
        Library.open(SEEDS, samples.index, sync=False)


def test_checking_counts_what_is_there(milvus: Library, folder: Path) -> None:
    report = milvus._backend.synchronise(folder, milvus.encoder, Silent(), check=True)
    assert not report.anything
