"""Retrieval beside other systems, on the shipped questions or any question set.

    python tests/benchmarks/peers.py [--bulletins DIR] [--questions FILE] [--output OUT.json]

Needs, beside the project: pip install bm25s txtai langchain-classic langchain-community rank-bm25
Each system runs in a process of its own, so that peak memory is its own, with the same embedding model and
the same passages. Systems without dialogue get the question before joined to a follow-up.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import resource
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
from peers_systems import PACKAGES, SYSTEMS, read_documents  # noqa: E402

from embeddings import load_encoder  # noqa: E402
from qa.evaluation import Question, load_questions  # noqa: E402
from qa.evaluation.measures import RETRIEVAL, retrieval_scores  # noqa: E402
from qa.evaluation.statistics import bootstrap_interval, paired_p_value  # noqa: E402

OURS = "bulletin-qa"


def measure(name: str, folder: Path, questions: tuple[Question, ...]) -> dict[str, Any]:
    """Build one system, ask it every answerable question, and score what it ranks."""
    documents = read_documents(folder)
    # Imports and the model's first use belong to no system's build time.
    load_encoder().encode_queries(["warm"])
    system = SYSTEMS[name]()
    before = time.perf_counter()
    system.build(folder, documents)
    build_seconds = time.perf_counter() - before
    rankings: dict[str, list[str]] = {}
    milliseconds = []
    asked = [question for question in questions if question.answerable]
    system.search(asked[0].question, ())
    for question in asked:
        before = time.perf_counter()
        found = system.search(question.question, question.history)
        milliseconds.append(1000.0 * (time.perf_counter() - before))
        keys = [each.item_id if each.item_id in question.gold_keys else each.file_and_title for each in found]
        rankings[question.id] = list(dict.fromkeys(keys))[:10]
    scores = retrieval_scores(rankings, {question.id: question.gold_keys for question in asked})
    return {
        "build_seconds": build_seconds,
        "latency_p50_ms": float(np.percentile(milliseconds, 50)),
        "latency_p95_ms": float(np.percentile(milliseconds, 95)),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "passages": len(documents),
        "versions": {package: _version(package) for package in PACKAGES[name]},
        "scores": scores,
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "source"


def machine() -> dict[str, str]:
    """The processor, its cores, the memory and the software that the figures were measured with."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        models = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        processor = models[0].partition(":")[2].strip() if models else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": processor,
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "embedding model": load_encoder().name,
        "load average before": f"{os.getloadavg()[0]:.1f}",
    }


def summary(results: dict[str, Any], questions: tuple[Question, ...]) -> dict[str, Any]:
    """Means with intervals overall, means per type and language, and p against this project."""
    types = {question.id: (question.type, question.lang) for question in questions}
    summed: dict[str, Any] = {}
    for name, result in results.items():
        if "error" in result:
            summed[name] = result
            continue
        scores = result.pop("scores")
        groups = sorted({group for pair in types.values() for group in pair})
        overall = {}
        for each in RETRIEVAL:
            values = [row[each] for row in scores.values()]
            overall[each] = {"mean": float(np.mean(values)), "interval": bootstrap_interval(values)}
        by_group = {
            group: {each: float(np.mean([row[each] for row in rows])) for each in RETRIEVAL}
            for group in groups
            if (rows := [row for key, row in scores.items() if group in types[key]])
        }
        summed[name] = result | {"overall": overall, "by_group": by_group, "questions": len(scores)}
        result["rows"] = scores
    ours = results.get(OURS, {}).get("rows")
    for name, result in results.items():
        if ours and name != OURS and "rows" in result:
            keys = sorted(ours)
            summed[name]["p_against_bulletin_qa"] = {
                each: paired_p_value(
                    [ours[key][each] for key in keys], [result["rows"][key][each] for key in keys]
                )
                for each in ("item_recall@1", "mrr@10")
            }
    return summed


def table(summed: dict[str, Any]) -> str:
    """The comparison as a Markdown table."""
    head = (
        "system", "recall@1", "success@1", "recall@5", "MRR@10", "paraphrase MRR", "follow-up MRR", "English MRR",
        "p50 ms", "p95 ms", "build s", "peak MiB",
    )  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for name, result in summed.items():
        if "error" in result:
            lines.append(f"| {name} | not run: {result['error']} |" + " |" * (len(head) - 2))
            continue
        means = {each: result["overall"][each]["mean"] for each in RETRIEVAL}
        groups = [
            result["by_group"].get(group, {}).get("mrr@10") for group in ("paraphrase", "followup", "en")
        ]
        cells = [
            f"{means[each]:.3f}" for each in ("item_recall@1", "item_success@1", "item_recall@5", "mrr@10")
        ]
        cells += ["–" if value is None else f"{value:.3f}" for value in groups]
        cells += [f"{result[each]:.1f}" for each in ("latency_p50_ms", "latency_p95_ms", "build_seconds")]
        lines.append(f"| {name} | " + " | ".join([*cells, f"{result['peak_memory_mib']:.0f}"]) + " |")
    return "\n".join(lines)


def run_apart(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure one system in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "result.json"
        command = [sys.executable, __file__, "--worker", name, "--output", str(out)]
        command += ["--bulletins", str(options.bulletins), "--questions", str(options.questions)]
        if options.split:
            command += ["--split", options.split]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no message"]
            return {"error": lines[-1]}
        result: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
        return result


def main() -> None:
    """Compare the systems and print and write what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bulletins", type=Path, default=ROOT / "seeds")
    parser.add_argument("--questions", type=Path, default=ROOT / "seeds" / "questions.jsonl")
    parser.add_argument("--split", default=None, help="only this half of the questions")
    parser.add_argument("--systems", nargs="*", default=list(SYSTEMS), choices=list(SYSTEMS))
    parser.add_argument("--output", type=Path, default=None, help="write the figures as JSON")
    parser.add_argument("--worker", choices=list(SYSTEMS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    questions = load_questions(options.questions, split=options.split)
    if options.worker:
        options.output.write_text(json.dumps(measure(options.worker, options.bulletins, questions)), "utf-8")
        return
    about = machine()
    print(", ".join(f"{name} {value}" for name, value in about.items()), "\n")
    results = {}
    for name in options.systems:
        print(f"{name} …", file=sys.stderr)
        results[name] = run_apart(name, options)
    summed = summary(results, questions)
    print(table(summed))
    if options.output:
        written = {"machine": about, "question_set": options.questions.name, "split": options.split or "all"}
        written["systems"] = summed
        for result in summed.values():
            result.pop("rows", None)
        options.output.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True)
        options.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
