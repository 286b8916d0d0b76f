"""A writer that can be killed, and what has to hold after it was: shared by the tests and the benchmark.

Run as a program it follows a plan: for each round it changes the bulletins folder, synchronises, and only
then writes the round's number to the report file, as a user would be told.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from index_helpers import HashingEncoder, random_text

from qa.indexing import Snapshot, synchronise
from qa.text import tokens

ROUNDS = 6
ENDLESS = 10_000
"""Rounds for a writer that is to be killed: on no machine does it finish before."""


def change(folder: Path, round_number: int, seed: int) -> None:
    """Add, change, rename and remove files, the same for the same numbers."""
    rng = random.Random(seed * 1000 + round_number)
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted(path.name for path in folder.iterdir())
    for place in range(3):
        (folder / f"{round_number}-{place}.txt").write_text(random_text(rng), encoding="utf-8")
    for name in rng.sample(names, min(2, len(names))):
        (folder / name).write_text(random_text(rng), encoding="utf-8")
    if len(names) > 4:
        (folder / names[0]).unlink()
        (folder / names[1]).rename(folder / f"renamed-{names[1]}")


def main(folder: Path, index: Path, seed: int, start: int, report: Path, rounds: int = ROUNDS) -> None:
    """Carry out the rounds from `start` on."""
    import qa.vectors

    qa.vectors.BATCH = 8
    for round_number in range(start, rounds):
        change(folder, round_number, seed)
        synchronise(folder, index, HashingEncoder)
        with report.open("a") as stream:
            stream.write(f"{round_number}\n")


def run_and_kill(work: Path, seed: int, delay: float) -> int:
    """Run the writer, kill it after `delay` seconds, and return how many rounds it had reported."""
    folder, index, report = work / "bulletins", work / "index", work / "report"
    report.touch()
    process = subprocess.Popen(
        [sys.executable, __file__, str(folder), str(index), str(seed), "0", str(report), str(ENDLESS)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # The clock starts when the first round does: the imports before it are not what is tested.
    while process.poll() is None and not folder.exists():
        time.sleep(0.002)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate()
    if process.returncode != -signal.SIGKILL:
        raise AssertionError(f"the writer failed by itself: {errors}")
    return len(report.read_text().split())


def check(work: Path, seed: int, reported: int) -> None:
    """Raise AssertionError unless all is as it should be after a kill."""
    folder, index = work / "bulletins", work / "index"
    if reported:
        # What a reader sees before anything is repaired: some whole state, with every quote intact.
        snapshot = Snapshot.open(index, HashingEncoder())
        verify(snapshot)
        if snapshot.store.counts().bulletins < 3:
            raise AssertionError(f"a report was made, and only {snapshot.store.counts()} is left")
        snapshot.close()
    report = synchronise(folder, index, HashingEncoder)
    if report.notices:
        raise AssertionError(f"a kill is no damage: {report.notices}")
    snapshot = Snapshot.open(index, HashingEncoder())
    verify(snapshot)
    held = {row.name: snapshot.store.source(row.name).text for row in snapshot.store.bulletins()}
    wanted = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    # A file that the killed writer left half written is a file of its own right.
    if held != {name: text for name, text in wanted.items() if name not in dict(report.skipped)}:
        raise AssertionError(f"the index holds {sorted(held)}, the folder {sorted(wanted)}")
    fresh = work / "fresh"
    synchronise(folder, fresh, HashingEncoder)
    same_answers(snapshot, Snapshot.open(fresh, HashingEncoder()))
    shutil.rmtree(fresh)
    snapshot.close()


def verify(snapshot: Snapshot) -> None:
    """Raise unless the parts of a snapshot agree."""
    if snapshot.vectors is None or not (
        snapshot.store.generation == snapshot.lexical.generation == snapshot.vectors.generation
    ):
        raise AssertionError("the parts of a snapshot are of different generations")
    numbers = snapshot.store.all_passage_numbers()
    passages = snapshot.store.passages(numbers)
    if [len(snapshot.lexical), len(passages)] != [len(numbers)] * 2:
        raise AssertionError("the parts of a snapshot hold different passages")


def same_answers(repaired: Snapshot, fresh: Snapshot) -> None:
    """Raise unless both give the same answers with the same scores."""

    def answers(snapshot: Snapshot, question: str) -> list[object]:
        found: list[object] = []
        for number, score in snapshot.lexical.search(tokens(question), 20):
            [passage] = snapshot.store.passages([number])
            found.append((passage.bulletin, passage.start, passage.text, score))
        if snapshot.vectors is not None:
            [hits] = snapshot.vectors.search(HashingEncoder().encode_queries([question]), 20)
            for hit in hits:
                [passage] = snapshot.store.passages([hit.passage])
                found.append((passage.bulletin, passage.start, hit.first, hit.last, round(hit.score, 5)))
        return found

    for question in ("上海知识产权条例", "集成电路产业投资", "人才政策平台"):
        if answers(repaired, question) != answers(fresh, question):
            raise AssertionError(f"a repaired index answers {question!r} otherwise than a fresh one")


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        int(sys.argv[3]),
        int(sys.argv[4]),
        Path(sys.argv[5]),
        *map(int, sys.argv[6:]),
    )
