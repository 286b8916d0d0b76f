"""Kill a build at random moments and check that nothing reported as added is lost.

    python tests/benchmarks/kills.py [--kills 200] [--seed 1]

Each trial runs a writer that adds, changes, renames and removes files in six rounds and reports each round once
it is done; it is killed with SIGKILL at a random moment. Then a reader has to find a whole state, the next
run has to bring the index in line with the folder without repair, and the answers have to be those
of an index built afresh (tests/index/survival.py).
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "index")]
os.environ["PYTHONPATH"] = os.pathsep.join(sys.path[:2])

import survival  # noqa: E402


def main() -> int:
    """Run the trials; the exit status is 0 only when all survived."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    # An undisturbed run tells over how many seconds the kills have to be spread.
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        started = time.perf_counter()
        survival.main(work / "bulletins", work / "index", options.seed, 0, work / "report")
        whole = time.perf_counter() - started
    rounds: Counter[int] = Counter()
    failures = 0
    try:
        for trial in range(options.kills):
            work = Path(tempfile.mkdtemp())
            reported = survival.run_and_kill(work, seed=trial, delay=rng.uniform(0, whole))
            try:
                survival.check(work, trial, reported)
                shutil.rmtree(work)
            except Exception as error:
                failures += 1
                print(f"trial {trial}, killed after {reported} rounds: {error!r}; left in {work}", flush=True)
            rounds[reported] += 1
    except KeyboardInterrupt:
        print("stopped early")
    spread = ", ".join(f"{count} after {done}" for done, count in sorted(rounds.items()))
    print(f"{rounds.total() - failures}/{rounds.total()} kills survived; by rounds reported: {spread}")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
