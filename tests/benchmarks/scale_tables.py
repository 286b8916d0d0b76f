"""The scale benchmark's figures as text."""

from __future__ import annotations

import itertools
from typing import Any


def show(size: int, held: dict[str, Any]) -> str:
    """Return the figures of one size in lines."""
    built, asked = held["meanings"], held["query"]
    beyond = (built["disk"] - built["text_bytes"]) / built["passages"]
    own = asked["anonymous"] * 2**20 / built["passages"]
    lines = [f"\n{size:,} passages, {built['units']:,} units; {built['search']}"]
    for stage in ("store", "words", "meanings"):
        if "clock_s" in held[stage]:
            cost = held[stage]
            lines.append(
                f"  {stage}: {cost['clock_s']:.1f} s, {cost['computing_s']:.1f} s of computing; "
                f"peak {cost['peak_mib']:,.0f} MiB"
            )
    parts = ", ".join(f"{name} {part / built['passages']:,.0f}" for name, part in built["disk_parts"].items())
    lines.append(f"  disk: {built['disk'] / 2**20:,.0f} MiB, {beyond:,.0f} bytes a passage beyond its text")
    lines.append(f"    bytes a passage: {parts}")
    lines.append(
        f"  open {asked['open_s']:.2f} s, first question {asked['first_s'] * 1000:.0f} ms; memory "
        f"{asked['anonymous']:,.0f} MiB own ({own:,.0f} bytes a passage), {asked['file']:,.0f} MiB mapped files"
    )
    for name, key in (
        ("1 thread", "one"),
        ("1 thread, computing", "computing"),
        ("without encoding the question", "without_encoding"),
        ("without encoding, computing", "without_encoding_computing"),
        ("16 threads", "sixteen"),
    ):
        row = asked[key]
        lines.append(
            f"  retrieve, {name}: p50 {row['p50']:.1f}  p95 {row['p95']:.1f}  p99 {row['p99']:.1f} ms"
        )
    lines.append(f"  {asked['a_second']:.0f} questions a second at 16 threads")
    for name, row in asked["parts"].items():
        lines.append(f"  {name} alone, computing: p50 {row['p50']:.2f}  p95 {row['p95']:.2f} ms")
    if "recall" in held.get("recall", {}):
        lines.append(f"  recall@10 of the nearest units: {held['recall']['recall']:.3f}")
    for change in ("add", "remove"):
        if change in held.get("update", {}):
            cost = held["update"][change]
            lines.append(
                f"  {change} one file: {cost['clock_s']:.2f} s, {cost['computing_s']:.2f} s of computing"
            )
    return "\n".join(lines)


def show_other(name: str, other: dict[str, Any]) -> str:
    """Return the figures of another system in a line."""
    if "failed" in other:
        return f"  {name}: failed with status {other['failed']}"
    row, computing = other["one"], other["computing"]
    return (
        f"  {name}: build {other['build_s']:.1f} s, p50 {row['p50']:.1f}  p95 {row['p95']:.1f} ms (computing "
        f"{computing['p50']:.1f}, {computing['p95']:.1f}), peak {other['peak_mib']:,.0f} MiB"
    )


def growth(results: dict[int, dict[str, Any]]) -> str:
    """Return by how much each figure grows between sizes."""
    lines = []
    for small, large in itertools.pairwise(sorted(results)):
        one, two = results[small], results[large]
        pairs = {
            "build": [
                sum(held[stage].get("computing_s", 0.0) for stage in ("store", "words", "meanings"))
                for held in (one, two)
            ],
            "disk": [held["meanings"]["disk"] for held in (one, two)],
            "own memory": [held["query"]["anonymous"] for held in (one, two)],
            "p50": [held["query"]["computing"]["p50"] for held in (one, two)],
            "p95": [held["query"]["computing"]["p95"] for held in (one, two)],
        }
        said = [f"{name} ×{after / before:.1f}" for name, (before, after) in pairs.items() if before]
        lines.append(f"\nfrom {small:,} to {large:,} passages (×{large / small:.0f}): {', '.join(said)}")
    return "\n".join(lines)
