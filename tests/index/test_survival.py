from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import survival
from index_helpers import HashingEncoder, write_files

from qa.errors import StoreError, StoreLockedError, StoreVersionError
from qa.indexing import Snapshot, synchronise
from qa.storage.locking import writing
from qa.store import FILE

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(Path(__file__).parent)]))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_twenty_random_kills_lose_nothing_that_was_reported(tmp_path: Path) -> None:
    rng = random.Random(20)
    for trial in range(20):
        work = tmp_path / str(trial)
        work.mkdir()
        reported = survival.run_and_kill(work, seed=trial, delay=rng.uniform(0, 1.2))
        survival.check(work, trial, reported)
        shutil.rmtree(work)


def child(code: str, *arguments: object, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        **options,  # type: ignore[call-overload]
    )  # fmt: skip


def test_a_second_writer_waits_and_then_says_who_holds_the_lock(folder: Path, index: Path) -> None:
    holder = child(
        "import sys, time; from pathlib import Path; from qa.storage.locking import writing\n"
        "with writing(Path(sys.argv[1])):\n print('held', flush=True); time.sleep(60)",
        index,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreLockedError, match=f"process {holder.pid} on"):
            synchronise(folder, index, HashingEncoder, wait=0.1)
        # Without an index to fall back on there is nothing to serve.
        with pytest.raises(StoreLockedError):
            synchronise(folder, index, HashingEncoder, wait=0.1, required=False)
    finally:
        holder.kill()
        holder.communicate()
    # The lock of a process that died is free.
    assert len(synchronise(folder, index, HashingEncoder, wait=5).added) == 4


def test_who_only_asks_is_served_the_last_state_while_another_writes(folder: Path, index: Path) -> None:
    synchronise(folder, index, HashingEncoder)
    (folder / "000.txt").unlink()
    with writing(index):
        report = synchronise(folder, index, HashingEncoder, wait=0, required=False)
    assert "as it was before" in report.notices[0]
    assert not report.anything
    assert Snapshot.open(index, HashingEncoder()).store.counts().bulletins == 4


def test_readers_need_no_lock(folder: Path, index: Path) -> None:
    synchronise(folder, index, HashingEncoder)
    with writing(index):
        assert Snapshot.open(index, HashingEncoder()).store.counts().bulletins == 4
        for path in folder.iterdir():
            os.utime(path, ns=(10**18, 10**18))
    synchronise(folder, index, HashingEncoder)
    with writing(index):
        assert synchronise(folder, index, HashingEncoder, wait=0).unchanged == 4


FULL = """
import resource, signal, sys
from pathlib import Path
from index_helpers import HashingEncoder
from qa.errors import StoreError
from qa.indexing import synchronise
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    synchronise(Path(sys.argv[1]), Path(sys.argv[2]), HashingEncoder)
    print("fits")
except StoreError as error:
    print("full:", error)
"""


@pytest.mark.skipif(os.name == "nt", reason="file size limits are POSIX")
def test_a_full_disk_is_said_in_one_line_and_the_old_index_stays(folder: Path, index: Path) -> None:
    synchronise(folder, index, HashingEncoder)
    before = len(Snapshot.open(index, HashingEncoder()).store.bulletins())
    write_files(folder / "more", 12, seed=4)
    said = set()
    for limit in (2_000, 20_000, 60_000, 120_000, 200_000, 300_000):
        output, errors = child(FULL, folder, index, limit).communicate()
        assert output.startswith(("full: ", "fits")), errors
        assert output.count("\n") == 1
        if output.startswith("full"):
            assert "free some space" in output
        said.add(output.split(":")[0])
        snapshot = Snapshot.open(index, HashingEncoder())
        survival.verify(snapshot)
        assert len(snapshot.store.bulletins()) in (before, 16)
    assert "full" in said
    assert synchronise(folder, index, HashingEncoder).notices == ()
    assert Snapshot.open(index, HashingEncoder()).store.counts().bulletins == 16


READ_ONLY = """
import os, sys
from pathlib import Path
from index_helpers import HashingEncoder
from qa.errors import StoreError
from qa.indexing import Snapshot, synchronise
folder, index = Path(sys.argv[1]), Path(sys.argv[2])
# Once with all rights, so that every module is loaded before they are given up.
synchronise(folder, index, HashingEncoder)
Snapshot.open(index, HashingEncoder()).close()
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
print(synchronise(folder, index, HashingEncoder).unchanged)
snapshot = Snapshot.open(index, HashingEncoder())
print(len(snapshot.lexical.search(["上海"], 50)))
try:
    synchronise(folder, index, lambda: HashingEncoder("another"))
except StoreError as error:
    print(error)
"""


@pytest.fixture
def open_tmp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that other users may enter, which pytest's own is not."""
    base = Path(os.environ.get("TMPDIR", "/tmp")) / f"bulletin-qa-test-{os.getpid()}"
    base.mkdir(mode=0o755)
    yield base
    for path in base.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    shutil.rmtree(base)


@pytest.mark.skipif(os.name == "nt", reason="permissions are POSIX")
def test_a_read_only_index_can_be_read_and_a_writer_says_so(open_tmp: Path) -> None:
    folder, index = open_tmp / "bulletins", open_tmp / "index"
    write_files(folder, 4)
    for path in folder.iterdir():
        os.utime(path, ns=(10**18, 10**18))
    synchronise(folder, index, HashingEncoder)
    for path in [index, *index.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    index.chmod(0o555)
    output, errors = child(READ_ONLY, folder, index, env={**os.environ, "HOME": str(open_tmp)}).communicate()
    index.chmod(0o755)
    lines = output.splitlines()
    assert lines[:1] == ["4"], errors
    assert int(lines[1]) > 0
    assert "cannot be written" in lines[2]
    assert "--index" in lines[2]


def test_a_damaged_store_is_put_aside_and_rebuilt_from_the_folder(folder: Path, index: Path) -> None:
    synchronise(folder, index, HashingEncoder)
    synchronise(folder, index.with_name("other"), HashingEncoder)
    expected = Snapshot.open(index.with_name("other"), HashingEncoder())
    whole = (index / FILE).read_bytes()
    rng = random.Random(5)
    for name, damage in {
        "scrambled": lambda data: bytes(rng.randrange(256) for _ in data),
        "truncated": lambda data: data[: len(data) // 2],
        "no header": lambda data: b"\0" * 100 + data[100:],
        "scrambled inside": lambda data: (
            data[:9000] + bytes(rng.randrange(256) for _ in range(5000)) + data[14000:]
        ),
        "one letter": lambda data: data.replace("上海".encode(), "北京".encode()),
        "empty": lambda data: b"",
    }.items():
        (index / FILE).write_bytes(damage(whole))
        for suffix in ("-wal", "-shm"):
            (index / (FILE + suffix)).unlink(missing_ok=True)
        report = synchronise(folder, index, HashingEncoder)
        assert len(report.added) == 4, name
        if name != "empty":
            assert "rebuilt" in report.notices[0], name
        survival.same_answers(Snapshot.open(index, HashingEncoder()), expected)
    assert list(index.glob("*.aside"))


def test_an_index_of_an_earlier_version_is_rebuilt_and_of_a_later_one_left_alone(
    folder: Path, index: Path
) -> None:
    import sqlite3

    synchronise(folder, index, HashingEncoder)
    for version in (0, 99):
        connection = sqlite3.connect(index / FILE)
        connection.execute(f"PRAGMA user_version = {version}")
        connection.close()
        if version:
            with pytest.raises(StoreVersionError, match="upgrade"):
                synchronise(folder, index, HashingEncoder)
        else:
            assert len(synchronise(folder, index, HashingEncoder).added) == 4


def test_whatever_file_of_an_index_is_damaged_the_next_run_repairs_it(folder: Path, index: Path) -> None:
    for path in folder.iterdir():
        os.utime(path, ns=(10**18, 10**18))
    synchronise(folder, index, HashingEncoder)
    whole = index.with_name("whole")
    shutil.copytree(index, whole)
    expected = Snapshot.open(whole, HashingEncoder())
    files = [path.relative_to(index) for path in index.rglob("*") if path.is_file()]
    assert len(files) >= 18
    rng = random.Random(6)
    for name in files:
        for damage in ("gone", "short", "scrambled", "nonsense"):
            shutil.rmtree(index)
            shutil.copytree(whole, index)
            path = index / name
            data = path.read_bytes()
            if damage == "gone":
                path.unlink()
            elif damage == "short":
                path.write_bytes(data[: len(data) // 2])
            elif damage == "scrambled" and data:
                place = rng.randrange(len(data))
                path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
            else:
                path.write_bytes(b"nonsense")
            synchronise(folder, index, HashingEncoder)
            snapshot = Snapshot.open(index, HashingEncoder())
            survival.verify(snapshot)
            survival.same_answers(snapshot, expected)
            snapshot.close()


def test_ctrl_c_at_any_file_leaves_an_index_that_goes_on(folder: Path, index: Path, monkeypatch) -> None:
    import qa.storage.updating as updating

    parse, calls = updating.parse_bulletin, []

    def stopped(source):
        calls.append(source.name)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return parse(source)

    monkeypatch.setattr(updating, "parse_bulletin", stopped)
    with pytest.raises(KeyboardInterrupt):
        synchronise(folder, index, HashingEncoder)
    report = synchronise(folder, index, HashingEncoder)
    assert calls == ["000.txt", "001.txt", "002.txt", "002.txt", "003.txt"]
    assert report.added == ("002.txt", "003.txt")
    assert report.unchanged == 2


def test_a_path_that_is_a_file_is_no_index_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="--index"):
        synchronise(folder, tmp_path / "file", HashingEncoder)
    with pytest.raises(StoreError, match="--index"):
        synchronise(folder, tmp_path / "file" / "below", HashingEncoder)


def test_the_kills_are_spread_over_the_work(tmp_path: Path) -> None:
    started = time.monotonic()
    survival.main(tmp_path / "bulletins", tmp_path / "index", 1, 0, tmp_path / "report")
    assert (tmp_path / "report").read_text().split() == [str(place) for place in range(survival.ROUNDS)]
    assert time.monotonic() > started
