"""The report's charts as inline SVG."""

from __future__ import annotations

import io
from typing import Any

from qa.evaluation.results import Report
from qa.evaluation.statistics import Bin, area_under, reliability, risk_coverage

BAR_MEASURES = (
    "item_recall@1",
    "answer_coverage",
    "citation_precision",
    "citation_recall",
    "refusal_recall",
    "false_refusal",
)
_BLUE, _RED, _GREY = "#2563a8", "#b3423a", "#8a8f98"


def _figure(width: float, height: float, columns: int = 1) -> tuple[Any, Any]:
    """A figure in inches with `columns` axes. Without pyplot: it keeps global state, and reports may be drawn
    in several threads.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns, squeeze=False, sharey=columns > 1)[0]
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _svg(figure: Any) -> str:
    import matplotlib

    buffer = io.StringIO()
    # Text stays text: the page can be searched, and the reader's own fonts show Chinese names.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "bulletin-qa"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    drawn = buffer.getvalue()
    return drawn[drawn.index("<svg") :]


def type_bars(report: Report) -> str:
    """Means with their 95 % intervals, one panel a measure and one bar a type of question."""
    groups = {"all": (report.measures["overall"], report.intervals["overall"])} | {
        name: (values, report.intervals["by_type"][name])
        for name, values in report.measures["by_type"].items()
    }
    names = list(groups)
    shown = [measure for measure in BAR_MEASURES if any(measure in values for values, _ in groups.values())]
    figure, axes = _figure(2.0 + 1.7 * len(shown), 0.9 + 0.28 * len(names), max(1, len(shown)))
    for axis, measure in zip(axes, shown, strict=False):
        for place, name in enumerate(names):
            values, intervals = groups[name]
            if measure not in values:
                continue
            mean, (low, high) = values[measure], intervals[measure]
            axis.barh(place, mean, color=_BLUE if name == "all" else _GREY, height=0.62)
            axis.plot([low, high], [place, place], color="black", linewidth=1.2)
        axis.set_xlim(0, 1.02)
        axis.set_title(measure, fontsize=9)
        axis.tick_params(labelsize=8)
    axes[0].set_yticks(range(len(names)), names)
    axes[0].invert_yaxis()
    return _svg(figure)


def risk_coverage_chart(report: Report) -> tuple[str, float]:
    """Share of answers wrong against share of questions answered, and the area under the curve."""
    answered = [row for row in report.rows if not row.refused and not row.error]
    confidences = [row.confidence for row in answered]
    unsupported = risk_coverage(confidences, [not row.supported for row in answered], len(report.rows) or 1)
    incomplete = risk_coverage(
        confidences, [not row.supported or bool(row.missing) for row in answered], len(report.rows) or 1
    )
    figure, (axis,) = _figure(5.2, 3.3)
    for curve, color, label in (
        (incomplete, _GREY, "wrong or incomplete"),
        (unsupported, _RED, "wrong"),
    ):
        axis.plot(
            [x for x, _ in curve], [y for _, y in curve], color=color, label=label, marker=".", markersize=3
        )
    answerable = sum(row.answerable for row in report.rows) / (len(report.rows) or 1)
    axis.axvline(answerable, color=_GREY, linestyle=":", linewidth=1, label="share answerable")
    axis.set(xlim=(0, 1), ylim=(0, None), xlabel="share of questions answered", ylabel="share of answers")
    axis.legend(frameon=False, fontsize=8)
    return _svg(figure), area_under(unsupported)


def reliability_chart(report: Report) -> tuple[str, tuple[Bin, ...]]:
    """Share of answers that are supported against the confidence given, in ten ranges of confidence."""
    answered = [row for row in report.rows if not row.refused and not row.error]
    bins = reliability([row.confidence for row in answered], [row.supported for row in answered])
    figure, (axis,) = _figure(4.2, 3.3)
    axis.plot([0, 1], [0, 1], color=_GREY, linestyle=":", linewidth=1)
    axis.plot([each.confidence for each in bins], [each.right for each in bins], color=_BLUE, linewidth=1)
    axis.scatter(
        [each.confidence for each in bins],
        [each.right for each in bins],
        s=[12 + 160 * each.count / max(1, len(answered)) for each in bins],
        color=_BLUE,
        zorder=3,
    )
    for each in bins:
        axis.annotate(
            str(each.count), (each.confidence, each.right), (4, -11), textcoords="offset points", fontsize=7
        )
    axis.set(xlim=(0, 1.03), ylim=(0, 1.03), xlabel="confidence", ylabel="share supported")
    return _svg(figure), bins


def latency_histogram(report: Report) -> str:
    """How many questions took how many milliseconds, on a logarithmic axis."""
    import numpy as np

    milliseconds = np.maximum([1000.0 * row.seconds for row in report.rows] or [1.0], 0.01)
    low, high = float(milliseconds.min()), float(milliseconds.max())
    edges = np.geomspace(low * 0.95, high * 1.05, 25)
    figure, (axis,) = _figure(5.2, 3.0)
    axis.hist(milliseconds, bins=edges, color=_BLUE)
    axis.set_xscale("log")
    axis.set(xlabel="milliseconds to answer", ylabel="questions")
    return _svg(figure)
