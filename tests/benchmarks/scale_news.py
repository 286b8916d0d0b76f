"""A real build: 20,000 news items in 1,000 files, read, parsed, cut into words and embedded; then one change.

    python tests/benchmarks/scale_news.py [--items 20000] [--work DIR] [--drawn] [--kill S] [--json OUT]

The items are made up of words of jieba's dictionary at their frequency, about 700 characters each, no two
alike, so that every sentence has to be embedded. The build runs in processes of its own: the first is killed
after `--kill` seconds, the next goes on, and the vectors that it found are counted. Each stage is timed by
the clock and by the computing time of all threads and children, which another load on the machine changes
less. Then one sentence of one file is changed and the folder synchronised as an open library does it.
`--drawn` draws the vectors instead of computing them, which times everything but the model.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

import numpy as np  # noqa: E402
from scale_measures import computed, cost, disk, peak, timed  # noqa: E402
from scale_texts import SEED, Words, drawn_encoder, sentences  # noqa: E402

from embeddings import load_encoder  # noqa: E402
from qa.indexing import Snapshot, synchronise  # noqa: E402

ITEMS_A_FILE = 20
PARAGRAPHS = (5, 4, 4, 5)
"""Sentences of each paragraph of an item."""


def write(folder: Path, items: int) -> int:
    """Write the files that are not there yet; return the characters of all items."""
    folder.mkdir(parents=True, exist_ok=True)
    words, characters = Words(), 0
    for number in range(-(-items // ITEMS_A_FILE)):
        path = folder / f"{number // 100:02d}" / f"{number:05d}.jsonl"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_text("".join(lines(number, words)), encoding="utf-8")
        rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        characters += sum(len(row["title"]) + len(row["text"]) for row in rows)
    return characters


def lines(number: int, words: Words) -> list[str]:
    """Return the lines of one file, the same for the same number."""
    rng = np.random.default_rng([SEED, 1, number])
    made = []
    for place in range(ITEMS_A_FILE):
        topic = words.draw(rng, 40)
        said = sentences(rng, words, topic, sum(PARAGRAPHS))
        ends = np.cumsum(PARAGRAPHS).tolist()
        row = {
            "id": f"n{number:05d}-{place:02d}", "title": "".join(topic[:6]), "section": f"栏目{place % 8}",
            "date": f"20{10 + number % 12}-{1 + place % 12:02d}-{1 + place % 28:02d}",
            "text": "\n".join("".join(said[end - count : end]) for end, count in zip(ends, PARAGRAPHS, strict=True)),
        }  # fmt: skip
        made.append(json.dumps(row, ensure_ascii=False) + "\n")
    return made


class Stages:
    """Progress that keeps what each stage cost; after each step they are written to a file, for a killed run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: list[dict[str, Any]] = []

    def start(self, stage: str, total: int | None) -> None:
        """Begin a stage."""
        self._began = time.perf_counter(), computed()
        self._held.append({"stage": stage, "total": total, "done": 0})

    def advance(self, n: int = 1) -> None:
        """Count steps."""
        self._held[-1]["done"] += n
        self.finish()

    def finish(self) -> None:
        """Note what the stage cost up to now."""
        clock, computing = time.perf_counter() - self._began[0], computed() - self._began[1]
        self._held[-1] |= {"clock_s": round(clock, 2), "computing_s": round(computing, 2)}
        self._path.write_text(json.dumps(self._held))


def build(work: Path, drawn: bool) -> None:
    """Bring the index up to date: run in a process of its own."""
    encoder = drawn_encoder(work, 0) if drawn else load_encoder()
    stages = Stages(work / "stages.json")
    took = cost(lambda: synchronise(work / "news", work / "news-index", lambda: encoder, stages))
    print(json.dumps(took | {"peak_mib": peak()}))


def run(work: Path, drawn: bool, kill: float | None) -> dict[str, Any]:
    """Build in a process of its own, killed after `kill` seconds."""
    command = [sys.executable, __file__, "--stage", "--work", str(work), *["--drawn"] * drawn]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        said, _ = process.communicate(timeout=kill)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        said = ""
    figures: dict[str, Any] = {"killed": not said, "stages": json.loads((work / "stages.json").read_text())}
    if process.returncode not in (0, -signal.SIGKILL):
        figures["failed"] = process.returncode
    return figures | (json.loads(said.splitlines()[-1]) if said else {})


def change(work: Path, drawn: bool) -> dict[str, Any]:
    """Change one sentence of one file, and time the synchronisation and the reopening of the library."""
    encoder = drawn_encoder(work, 0) if drawn else load_encoder()
    folder, index = work / "news", work / "news-index"
    opened, snapshot = timed(lambda: Snapshot.open(index, encoder))
    figures: dict[str, Any] = {"open_s": opened, "passages": len(snapshot.lexical)}
    assert snapshot.vectors is not None
    figures |= {"units": len(snapshot.vectors), "search": snapshot.vectors.description, "disk": disk(index)}
    encoder.encode_passages(["warm"])
    figures["unchanged"] = cost(lambda: synchronise(folder, index, lambda: encoder))
    path = sorted(folder.rglob("*.jsonl"))[7]
    times = []
    for turn in range(3):
        text = path.read_text(encoding="utf-8")
        place = text.index("。", len(text) // 2)
        path.write_text(f"{text[:place]}，第{turn}次改动{text[place:]}", encoding="utf-8")
        times.append(cost(lambda: synchronise(folder, index, lambda: encoder)))
        path.write_text(text, encoding="utf-8")
        times.append(cost(lambda: synchronise(folder, index, lambda: encoder)))
    return figures | {"change": times, "change_peak_mib": peak()}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--drawn", action="store_true", help="draw the vectors")
    parser.add_argument("--kill", type=float, help="seconds after which the first build is killed")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--stage", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        build(options.work, options.drawn)
        return
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        figures: dict[str, Any] = {"items": options.items, "drawn": options.drawn}
        figures["characters"] = write(work / "news", options.items)
        if options.drawn:
            drawn_encoder(work, 0)
        figures["load_before"] = round(os.getloadavg()[0], 1)
        figures["runs"] = []
        if options.kill:
            figures["runs"].append(run(work, options.drawn, options.kill))
        figures["runs"].append(run(work, options.drawn, None))
        figures["update"] = change(work, options.drawn)
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
