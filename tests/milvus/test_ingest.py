"""Filling a store with several processes: a real Milvus Lite server, real Dask workers."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings import load_encoder
from qa.errors import ModelError, StoreError, UsageError
from qa.milvus import Address
from qa.milvus.backend import MilvusBackend
from qa.milvus.connection import Connection
from qa.milvus.ingest import ingest
from qa.milvus.reader import files
from qa.storage.progress import Silent
from tests.milvus.milvus_helpers import free_port, serving

pytest.importorskip("pymilvus", reason="the extra [milvus] is not installed")
distributed = pytest.importorskip("distributed", reason="the extra [cluster] is not installed")

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
WORDS = "农业 工业 科技 教育 交通 医疗 环保 旅游 金融 住房 就业 养老".split()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Milvus Lite server of its own."""
    port = free_port()
    process = serving(tmp_path_factory.mktemp("milvus"), port)
    try:
        yield f"milvus://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as made:
        yield made.scheduler_address


def write(folder: Path, count: int) -> None:
    """Write small bulletins, each about something else."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        about = WORDS[number % len(WORDS)]
        (folder / f"{number:02d}.txt").write_text(
            f"政策举措\n\n第{number}号市发布{about}新规\n\n"
            f"2020年12月{number % 28 + 1}日，第{number}号市发布{about}新规，投入{number + 3}亿元。\n",
            encoding="utf-8",
        )


def contents(store: str) -> tuple[object, ...]:
    """What a reader finds in a store: its counts, and its items with what they say."""
    encoder = load_encoder(None)
    backend = MilvusBackend(Address.parse(store))
    with contextlib.closing(backend):
        reader = backend.state(encoder).store
        items = [(row.bulletin, row.title, reader.item(row.item_id, row.bulletin)) for row in reader.items()]
        return reader.counts(), items


def test_workers_store_what_one_process_does_and_repeat_nothing(
    server: str, cluster: str, tmp_path: Path
) -> None:
    folder = tmp_path / "bulletins"
    write(folder, 5)
    shutil.copy(folder / "00.txt", folder / "copy.txt")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    report = ingest(folder, f"{server}/shared", scheduler=cluster)
    assert report.added == tuple(f"{number:02d}.txt" for number in range(5))
    assert {name for name, _ in report.skipped} == {"broken.pdf", "copy.txt"}
    alone = MilvusBackend(Address.parse(str(tmp_path / "alone.db")))
    alone.synchronise(folder, load_encoder(None), Silent())
    alone.close()
    assert contents(f"{server}/shared") == contents(str(tmp_path / "alone.db"))

    assert not ingest(folder, f"{server}/shared", scheduler=cluster).anything
    (folder / "01.txt").unlink()
    (folder / "02.txt").write_text("政策举措\n\n另一个标题\n\n内容变了，明年施行。\n", encoding="utf-8")
    report = ingest(folder, f"{server}/shared", scheduler=cluster)
    assert (report.changed, report.removed) == (("02.txt",), ("01.txt",))


def half_scanned(path: Path) -> None:
    """Write a PDF of two pages, the second nothing but a picture."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    drawing = Canvas(str(path))
    for line in range(12):
        drawing.drawString(72, 760 - 20 * line, "The city opened a laboratory that employs 300 people.")
    drawing.showPage()
    drawing.drawImage(ImageReader(Image.new("RGB", (300, 400), (200, 200, 200))), 0, 0, 595, 842)
    drawing.save()


def test_what_a_worker_could_not_read_of_a_file_is_told(server: str, cluster: str, tmp_path: Path) -> None:
    folder = tmp_path / "bulletins"
    folder.mkdir()
    half_scanned(folder / "half.pdf")
    report = ingest(folder, f"{server}/half", scheduler=cluster)
    assert report.added == ("half.pdf",)
    (notice,) = report.notices
    assert notice.startswith("half.pdf: p.2 ")
    assert ingest(folder, f"{server}/half", scheduler=cluster).notices == report.notices


def test_nothing_is_lost_when_everything_is_killed_midway(server: str, cluster: str, tmp_path: Path) -> None:
    folder = tmp_path / "bulletins"
    write(folder, 70)
    store = f"{server}/killed"
    code = f"from qa.milvus.ingest import ingest; ingest({str(folder)!r}, {store!r}, scheduler={cluster!r})"
    environment = os.environ | {"PYTHONPATH": str(SEEDS.parent)}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL)
    try:
        noted = 0
        for _ in range(1200):
            with contextlib.suppress(StoreError):
                connection = Connection.open(Address.parse(store))
                noted = len(files(connection))
                connection.close()
            if noted or process.poll() is not None:
                break
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert noted
    report = ingest(folder, store, scheduler=cluster)
    assert len(report.added) == 70 - noted or noted == 70
    counts, items = contents(store)
    assert counts.bulletins == 70  # type: ignore[attr-defined]
    assert len(items) == 70  # type: ignore[arg-type]


def test_a_worker_that_dies_costs_nothing(server: str, tmp_path: Path) -> None:
    folder = tmp_path / "bulletins"
    write(folder, 40)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=50
    ) as made:
        victim = next(iter(made.workers.values())).pid
        threading.Timer(1.5, os.kill, (victim, signal.SIGKILL)).start()
        report = ingest(folder, f"{server}/survived", scheduler=made.scheduler_address)
    assert len(report.added) == 40
    assert not report.skipped


def test_what_cannot_work_is_said_with_its_cure(server: str, cluster: str, tmp_path: Path) -> None:
    write(tmp_path / "bulletins", 1)
    with pytest.raises(StoreError, match=r"no Dask workers answer at tcp://127\.0\.0\.1:1 .*--scheduler"):
        ingest(tmp_path / "bulletins", f"{server}/none", scheduler="tcp://127.0.0.1:1")
    with pytest.raises(UsageError, match="workers=-1"):
        ingest(tmp_path / "bulletins", f"{server}/none", workers=-1)
    with pytest.raises(ModelError, match="nowhere"):
        ingest(tmp_path / "bulletins", f"{server}/none", model=str(tmp_path / "nowhere"), scheduler=cluster)
    with pytest.raises(UsageError, match="does not exist"):
        ingest(tmp_path / "elsewhere", f"{server}/none", scheduler=cluster)
