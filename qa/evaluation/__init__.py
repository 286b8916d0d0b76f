"""Evaluation: question sets, measures, reports and the gate."""

from qa.evaluation.compare import Comparison, compare_reports, print_comparison
from qa.evaluation.feedback import append_question
from qa.evaluation.questions import Gold, Question, load_questions
from qa.evaluation.report import render_html, write_html
from qa.evaluation.results import Report, Row
from qa.evaluation.run import evaluate
from qa.evaluation.tables import failures_under, print_table, results_table

__all__ = [
    "Comparison",
    "Gold",
    "Question",
    "Report",
    "Row",
    "append_question",
    "compare_reports",
    "evaluate",
    "failures_under",
    "load_questions",
    "print_comparison",
    "print_table",
    "render_html",
    "results_table",
    "write_html",
]
