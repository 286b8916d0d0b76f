"""How the index grows: build time, disk, memory and latency of `retrieve` by number of passages.

    python tests/benchmarks/scale.py 10000 100000 [--work DIR] [--json OUT] [--stages query] [--others]

The bulletins are made up (`scale_texts.py`) and go into the store finished; reading and parsing files is not
part of the figures (`scale_news.py` times a real build). Vectors are drawn: 4,000 sentences are embedded with
the default encoder, and every text gets a mixture of three of them, chosen by its digest, and a little noise.
A question is six words of a sentence of the library, its vector that of the sentence mixed with another one
to a cosine of about 0.75. Latency is that of the whole retriever as the library uses it, with the
understanding and the encoding of the question by the default encoder, and once more without the encoding.
Each stage runs in a process of its own, so that peak memory is its own. With `--work` what is built stays,
and a run that was stopped goes on where it was. `--others` runs bm25s, txtai and LangChain with FAISS on the
same tokens, texts and vectors, where they are installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

from scale_peers import OTHERS  # noqa: E402
from scale_stages import STAGES  # noqa: E402
from scale_tables import growth, show, show_other  # noqa: E402

BUILDING = ("store", "words", "meanings")


def apart(stage: str, size: int, work: Path) -> dict[str, Any]:
    """Run a stage in a process of its own."""
    command = [sys.executable, __file__, "--stage", stage, "--work", str(work), str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return {"failed": done.returncode}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def machine() -> dict[str, Any]:
    """Name the machine."""
    processor = platform.processor()
    if os.path.exists("/proc/cpuinfo"):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next((line.split(": ")[1] for line in lines if line.startswith("model name")), processor)
    return {
        "processor": processor, "cores": os.cpu_count(), "python": platform.python_version(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "load_before": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def measure(size: int, work: Path, stages: list[str], others: bool) -> dict[str, Any]:
    """Run the stages of one size; the figures of each stay in the work folder."""
    kept = work / f"figures-{size}.json"
    held: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    wanted = [*stages, *(name for name in OTHERS if others)]
    for stage in wanted:
        if stage in BUILDING and "failed" not in held.get(stage, {"failed": 1}):
            continue
        if stage in OTHERS and importlib.util.find_spec(OTHERS[stage][0]) is None:
            print(f"  {stage}: not installed")
            continue
        held[stage] = apart(stage, size, work) | {"load": round(os.getloadavg()[0], 1)}
        kept.write_text(json.dumps(held, indent=1))
        if stage in STAGES and "failed" in held[stage]:
            print(f"{size:,} passages: {stage} failed with status {held[stage]['failed']}")
            break
    return held


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000])
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--work", type=Path, help="keep what is built here, and go on with it")
    parser.add_argument("--stages", default=",".join(STAGES), help="of " + ",".join(STAGES))
    parser.add_argument("--others", action="store_true", help="ask other systems too")
    parser.add_argument("--stage", choices=[*STAGES, *OTHERS], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        stage = STAGES.get(options.stage) or OTHERS[options.stage][1]
        print(json.dumps(stage(options.sizes[0], options.work)))
        return
    described = machine()
    print(described)
    results: dict[int, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        for size in options.sizes:
            held = measure(size, work, options.stages.split(","), options.others)
            results[size] = held
            if "failed" not in held.get("query", {"failed": 1}):
                print(show(size, held))
            for name in OTHERS:
                if name in held:
                    print(show_other(name, held[name]))
    print(
        growth(
            {size: held for size, held in results.items() if "failed" not in held.get("query", {"failed": 1})}
        )
    )
    if options.json:
        options.json.write_text(json.dumps({"machine": described, "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
