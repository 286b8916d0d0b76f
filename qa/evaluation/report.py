"""One self-contained HTML page about an evaluation: no script, no outside request, everything escaped."""

from __future__ import annotations

import os
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from qa.errors import QuestionSetError
from qa.evaluation.charts import latency_histogram, reliability_chart, risk_coverage_chart, type_bars
from qa.evaluation.diagnosis import failures
from qa.evaluation.measures import LOWER_IS_BETTER, MEANS, MEASURES
from qa.evaluation.results import Report
from qa.evaluation.statistics import expected_calibration_error

MAX_FAILURES = 500


def render_html(report: Report) -> str:
    """The page as a string. At most the 500 worst failures are shown; the page says how many there are."""
    risk_chart, risk_area = risk_coverage_chart(report)
    calibration_chart, bins = reliability_chart(report)
    worst = failures(report.rows)
    # autoescape covers every value; only the charts, which matplotlib escapes itself, are marked safe.
    environment = Environment(
        loader=PackageLoader("qa.evaluation", "templates"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html").render(
        report=report,
        measures=[name for name in MEASURES if name in report.measures["overall"]],
        means=MEANS,
        lower_is_better=LOWER_IS_BETTER,
        bars=type_bars(report),
        risk_chart=risk_chart,
        risk_area=risk_area,
        calibration_chart=calibration_chart,
        calibration_error=expected_calibration_error(bins),
        latency_chart=latency_histogram(report),
        failures=worst[:MAX_FAILURES],
        failed=len(worst),
    )


def write_html(report: Report, path: str | Path) -> None:
    """Write the page, whole or not at all. Raises QuestionSetError when it cannot be written."""
    target = Path(path)
    part = target.with_name(f".{target.name}.part")
    text = render_html(report)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, target)
    except OSError as error:
        raise QuestionSetError(
            f"{target}: the report cannot be written ({error.strerror}); choose another place"
        ) from error
