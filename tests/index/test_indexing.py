from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from index_helpers import HashingEncoder, write_files

from qa.errors import StoreError, UsageError
from qa.indexing import Snapshot, SyncReport, default_index, synchronise, watch
from qa.text import tokens


def names(index: Path) -> list[str]:
    return [row.name for row in Snapshot.open(index).store.bulletins()]


def settle(folder: Path) -> None:
    """Make files old enough that their times can be trusted."""
    for path in folder.rglob("*"):
        os.utime(path, ns=(10**18, 10**18))


@pytest.fixture
def sync(folder: Path, index: Path, encoder: HashingEncoder):
    settle(folder)
    return lambda **options: synchronise(folder, index, lambda: encoder, **options)


def test_a_first_run_adds_everything_and_a_second_one_nothing(
    sync, index: Path, encoder: HashingEncoder
) -> None:
    assert sync() == SyncReport(added=("000.txt", "001.txt", "002.txt", "003.txt"))
    encoder.texts.clear()
    assert sync() == SyncReport(unchanged=4)
    assert encoder.texts == []
    snapshot = Snapshot.open(index, encoder)
    assert snapshot.vectors is not None
    assert snapshot.store.generation == snapshot.lexical.generation == snapshot.vectors.generation == 4


def test_an_unchanged_folder_is_not_read_again(sync, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync()
    monkeypatch.setattr(Path, "open", lambda *args, **kwargs: pytest.fail("a file was read"))
    monkeypatch.setattr("qa.indexing.LexicalIndex.open", lambda *args, **kwargs: None)
    monkeypatch.setattr("qa.indexing.VectorIndex.open", lambda *args, **kwargs: None)
    assert sync().unchanged == 4


def test_only_what_changed_is_taken_up(sync, folder: Path, index: Path) -> None:
    sync()
    write_files(folder.parent / "more", 6, seed=9)
    (folder / "001.txt").write_bytes((folder.parent / "more/001.txt").read_bytes())
    (folder / "new.txt").write_bytes((folder.parent / "more/005.txt").read_bytes())
    (folder / "002.txt").unlink()
    assert sync() == SyncReport(added=("new.txt",), changed=("001.txt",), removed=("002.txt",), unchanged=2)
    assert names(index) == ["000.txt", "001.txt", "003.txt", "new.txt"]


def test_a_change_that_keeps_size_and_time_is_seen_while_the_file_is_fresh(folder: Path, index: Path) -> None:
    path = folder / "000.txt"
    synchronise(folder, index, None)
    status = path.stat()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("上海", "北京"), encoding="utf-8")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert synchronise(folder, index, None).changed == ("000.txt",)


def test_a_rename_is_recognised_by_content(sync, folder: Path, index: Path, encoder: HashingEncoder) -> None:
    sync()
    before = Snapshot.open(index).store.items("001.txt")
    encoder.texts.clear()
    (folder / "sub").mkdir()
    (folder / "001.txt").rename(folder / "sub/renamed.txt")
    assert sync() == SyncReport(renamed=(("001.txt", "sub/renamed.txt"),), unchanged=3)
    assert encoder.texts == []
    after = Snapshot.open(index).store.items("sub/renamed.txt")
    assert [item.item_id for item in after] == [item.item_id for item in before]


def test_two_files_that_change_places_both_stay(sync, folder: Path, index: Path) -> None:
    sync()
    first, second = (folder / "000.txt").read_bytes(), (folder / "001.txt").read_bytes()
    (folder / "000.txt").write_bytes(second)
    (folder / "001.txt").write_bytes(first)
    assert sync() == SyncReport(changed=("000.txt", "001.txt"), unchanged=2)
    assert Snapshot.open(index).store.source("000.txt").text == second.decode()


def test_a_duplicate_is_indexed_once_and_takes_over_when_the_first_goes(
    sync, folder: Path, index: Path
) -> None:
    sync()
    (folder / "copy.txt").write_bytes((folder / "001.txt").read_bytes())
    report = sync()
    assert report == SyncReport(skipped=(("copy.txt", "it has the same content as 001.txt"),), unchanged=4)
    assert sync() == report
    (folder / "001.txt").unlink()
    assert sync() == SyncReport(renamed=(("001.txt", "copy.txt"),), unchanged=3)
    assert names(index) == ["000.txt", "002.txt", "003.txt", "copy.txt"]


def test_a_duplicate_takes_over_when_the_first_changes(sync, folder: Path, index: Path) -> None:
    sync()
    (folder / "copy.txt").write_bytes((folder / "001.txt").read_bytes())
    sync()
    (folder / "001.txt").write_bytes((folder / "002.txt").read_bytes() + "新的结尾。\n".encode())
    report = sync()
    assert (report.added, report.changed, report.skipped) == (("copy.txt",), ("001.txt",), ())
    assert names(index) == ["000.txt", "001.txt", "002.txt", "003.txt", "copy.txt"]


def test_files_that_are_no_bulletins_are_left_out(sync, folder: Path) -> None:
    for name in (
        "README.md",
        "questions.jsonl",
        "questions_more.jsonl",
        ".hidden.txt",
        "~$x.docx",
        "image.png",
    ):
        (folder / name).write_text("一段文字。", encoding="utf-8")
    (folder / ".git").mkdir()
    (folder / ".git/a.txt").write_text("一段文字。", encoding="utf-8")
    assert sync().added == ("000.txt", "001.txt", "002.txt", "003.txt")


def test_what_cannot_be_read_is_skipped_with_the_reason_and_the_rest_goes_in(sync, folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    (folder / "line\nbreak.txt").write_text("正文。", encoding="utf-8")
    report = sync()
    assert len(report.added) == 4
    reasons = dict(report.skipped)
    assert "empty" in reasons["empty.txt"]
    assert "rename it" in reasons["line?break.txt"]
    assert all("\n" not in reason for reason in reasons.values())
    assert sync() == SyncReport(skipped=report.skipped, unchanged=4)


def test_links_that_leave_the_folder_and_loops_are_not_followed(sync, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("不该读到。", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.txt").symlink_to(folder / "nothing")
    report = sync()
    assert len(report.added) == 4
    assert [name for name, _ in report.skipped] == ["dangling.txt", "link.txt"]
    assert "leaves the bulletins folder" in dict(report.skipped)["link.txt"]
    assert sync().unchanged == 4


def test_a_file_that_cannot_be_opened_any_more_keeps_what_was_read(
    sync, folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync()
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "001.txt" and real(path, mode))
    (folder / "001.txt").write_text("看不到的新内容。", encoding="utf-8")
    report = sync()
    assert report.unchanged == 4
    assert "kept" in dict(report.skipped)["001.txt"]
    assert sync() == report
    assert names(index) == ["000.txt", "001.txt", "002.txt", "003.txt"]
    monkeypatch.undo()
    assert sync().changed == ("001.txt",)


def test_a_file_that_is_no_bulletin_any_more_loses_what_it_no_longer_says(
    sync, folder: Path, index: Path
) -> None:
    sync()
    (folder / "001.txt").write_bytes(b"")
    report = sync()
    assert report.removed == ("001.txt",)
    assert [name for name, _ in report.skipped] == ["001.txt"]
    assert names(index) == ["000.txt", "002.txt", "003.txt"]


def test_a_folder_that_vanished_is_said_and_its_index_left_alone(sync, folder: Path, index: Path) -> None:
    sync()
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(UsageError, match="--bulletins"):
        sync()
    assert len(names(index)) == 4


def test_a_fault_in_one_document_keeps_no_other_out(
    sync, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import qa.storage.updating as updating

    parse = updating.parse_bulletin

    def faulty(source):
        if source.name == "002.txt":
            raise IndexError("list index\nout of range")
        return parse(source)

    monkeypatch.setattr(updating, "parse_bulletin", faulty)
    report = sync()
    assert report.added == ("000.txt", "001.txt", "003.txt")
    assert "IndexError" in dict(report.skipped)["002.txt"]


def test_a_new_parser_reads_everything_again_without_embedding(
    sync, index: Path, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync()
    encoder.texts.clear()
    for module in ("updating", "scanning"):
        monkeypatch.setattr(f"qa.storage.{module}.reader_fingerprint", lambda: "another")
    assert sync().changed == ("000.txt", "001.txt", "002.txt", "003.txt")
    assert encoder.texts == []
    assert sync().unchanged == 4


def test_another_model_gets_its_own_index_beside_the_first(sync, folder: Path, index: Path) -> None:
    sync()
    other = HashingEncoder("other")
    assert synchronise(folder, index, lambda: other).unchanged == 4
    assert other.texts
    snapshot = Snapshot.open(index, other)
    assert snapshot.vectors is not None
    assert len(snapshot.vectors) > 0


def test_a_reader_keeps_its_snapshot_while_a_writer_goes_on(
    sync, folder: Path, index: Path, encoder: HashingEncoder
) -> None:
    sync()
    snapshot = Snapshot.open(index, encoder)
    assert snapshot.vectors is not None
    question = tokens("上海知识产权")
    before = snapshot.lexical.search(question, 50)
    for path in list(folder.iterdir())[:3]:
        path.unlink()
        sync()
    assert snapshot.lexical.search(question, 50) == before
    assert len(snapshot.store.passages([number for number, _ in before])) == len(before)
    [units] = snapshot.vectors.search(encoder.encode_queries(["上海"]), 20)
    assert len(snapshot.store.passages([unit.passage for unit in units])) == 20
    assert len(names(index)) == 1


def test_a_state_without_its_derived_indexes_is_never_served(
    sync, folder: Path, index: Path, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync()
    (folder / "000.txt").unlink()
    monkeypatch.setattr(
        "qa.indexing.VectorIndex.catch_up", lambda *args, **options: (_ for _ in ()).throw(KeyboardInterrupt)
    )
    with pytest.raises(KeyboardInterrupt):
        sync()
    snapshot = Snapshot.open(index, encoder)
    assert snapshot.vectors is not None
    assert snapshot.store.generation == snapshot.lexical.generation == snapshot.vectors.generation == 4
    assert len(snapshot.store.bulletins()) == 4
    monkeypatch.undo()
    assert sync().unchanged == 3
    assert Snapshot.open(index, encoder).store.generation == 5


def test_a_watch_reports_each_change_and_ends_when_told(
    folder: Path, index: Path, encoder: HashingEncoder
) -> None:
    settle(folder)
    stop = threading.Event()
    reports = watch(
        folder, index, lambda: synchronise(folder, index, lambda: encoder), interval=0.01, stop=stop
    )
    first = next(reports)
    assert isinstance(first, SyncReport)
    assert len(first.added) == 4
    (folder / "002.txt").unlink()
    assert next(reports) == SyncReport(removed=("002.txt",), unchanged=3)
    folder.rename(folder.with_name("gone"))
    assert isinstance(next(reports), UsageError)
    folder.with_name("gone").rename(folder)
    (folder / "003.txt").unlink()
    assert next(reports) == SyncReport(removed=("003.txt",), unchanged=2)
    stop.set()
    assert list(reports) == []


def test_the_default_index_lies_beside_the_bulletins_and_is_theirs_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = tmp_path / "a/bulletins", tmp_path / "b/bulletins"
    one.mkdir(parents=True)
    two.mkdir(parents=True)
    assert default_index(one).parent == tmp_path / "a/.bulletin-qa"
    assert default_index(one) == default_index(tmp_path / "a/../a/bulletins")
    assert default_index(one).name != default_index(two).name
    monkeypatch.setattr(os, "access", lambda *args: False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_index(one).parent == tmp_path / "data/bulletin-qa"
    assert not default_index(one).exists()


def test_without_an_index_a_snapshot_names_the_cure(index: Path) -> None:
    with pytest.raises(StoreError, match="bulletin-qa build"):
        Snapshot.open(index)
