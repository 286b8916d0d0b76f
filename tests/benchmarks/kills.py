"""Kill a build at random moments and check that nothing reported as added is lost.

    python tests/benchmarks/kills.py [--kills 200] [--seed 1] [--json FILE [--resume]]
    python tests/benchmarks/kills.py --json FILE --summary

Each trial runs a writer that adds, changes, renames and removes files in rounds and reports each round once
it is done; it is killed with SIGKILL at a random moment. Then a reader has to find a whole state, the next
run has to bring the index in line with the folder without repair, and the answers have to be those
of an index built afresh (tests/index/survival.py).

The writers are forked from a process that has all modules and the dictionary loaded, so that a trial takes
the time of its work and the kills fall into the work, not into what comes before it. `--json` keeps the
outcome of every trial as soon as it is known; `--resume` goes on where the file ends.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATHS = [str(ROOT), str(ROOT / "tests" / "index"), str(ROOT / "tests" / "benchmarks")]
sys.path[:0] = PATHS
os.environ["PYTHONPATH"] = os.pathsep.join(PATHS)

import survival  # noqa: E402

if __name__ == "kills":
    # The fork server imports this module: what a writer needs is loaded once, before any writer starts.
    import faiss  # noqa: F401

    from qa.text import tokens

    tokens("先把词典读进来")


def writer(context: ForkServerContext, work: Path, seed: int, rounds: int) -> Any:
    """Start a writer in `work`; it is at work when its bulletins folder is there."""
    (work / "report").touch()
    process = context.Process(
        target=survival.main,
        args=(work / "bulletins", work / "index", seed, 0, work / "report", rounds),
        daemon=True,
    )
    process.start()
    while process.is_alive() and not (work / "bulletins").exists():
        time.sleep(0.001)
    return process


def time_of_rounds(context: ForkServerContext, seed: int) -> float:
    """Seconds that an undisturbed writer takes: over these the kills have to be spread."""
    with tempfile.TemporaryDirectory() as temporary:
        process = writer(context, Path(temporary), seed, survival.ROUNDS)
        started = time.perf_counter()
        process.join()
        if process.exitcode:
            raise SystemExit("the writer fails without being killed: see above")
        return time.perf_counter() - started


def trial(context: ForkServerContext, number: int, delay: float) -> dict[str, Any]:
    """Kill one writer after `delay` seconds and check what it left; its folder is kept when that is wrong."""
    work = Path(tempfile.mkdtemp(prefix="kills-"))
    outcome: dict[str, Any] = {"trial": number, "delay": round(delay, 4), "reported": 0, "error": ""}
    process = writer(context, work, number, survival.ENDLESS)
    try:
        time.sleep(delay)
    finally:
        process.kill()
        process.join()
    outcome["reported"] = len((work / "report").read_text().split())
    try:
        if process.exitcode != -signal.SIGKILL:
            raise AssertionError(f"the writer ended by itself with status {process.exitcode}")
        survival.check(work, number, outcome["reported"])
        shutil.rmtree(work)
    except Exception as error:
        outcome["error"] = f"{error!r}; left in {work}"
    return outcome


def summary(trials: list[dict[str, Any]]) -> str:
    """One line: how many kills were survived, and how many fell after how many reported rounds."""
    rounds = Counter(each["reported"] for each in trials)
    spread = ", ".join(f"{count} after {done}" for done, count in sorted(rounds.items()))
    survived = sum(not each["error"] for each in trials)
    return f"{survived}/{len(trials)} kills survived; by rounds reported: {spread}"


def main() -> int:
    """Run the trials; the exit status is 0 only when all survived."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="keep the outcome of every trial in this file")
    parser.add_argument("--resume", action="store_true", help="go on with the trials of the --json file")
    parser.add_argument("--summary", action="store_true", help="only say what the --json file holds")
    options = parser.parse_args()
    if (options.resume or options.summary) and options.json is None:
        parser.error("--resume and --summary need --json FILE")
    kept: dict[str, Any] = {"seed": options.seed, "trials": []}
    if options.summary or (options.resume and options.json.exists()):
        kept = json.loads(options.json.read_text("utf-8"))
    if not options.summary:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            _run(options, kept)
        except KeyboardInterrupt:
            print("stopped early")
    print(summary(kept["trials"]))
    return any(each["error"] for each in kept["trials"])


def _run(options: argparse.Namespace, kept: dict[str, Any]) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kills"])
    time_of_rounds(context, kept["seed"])
    whole = time_of_rounds(context, kept["seed"])
    for number in range(len(kept["trials"]), options.kills):
        delay = random.Random(f"{kept['seed']}-{number}").uniform(0, whole)
        outcome = trial(context, number, delay)
        kept["trials"].append(outcome)
        if outcome["error"]:
            print(f"trial {number}, killed after {delay:.3f} s: {outcome['error']}", flush=True)
        if options.json is not None:
            fresh = options.json.with_name(options.json.name + ".part")
            fresh.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
            fresh.replace(options.json)


if __name__ == "__main__":
    sys.exit(main())
