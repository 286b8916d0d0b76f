import io
import re
from html.parser import HTMLParser

import pytest
from evaluation_helpers import WrittenLibrary, answer, question
from rich.console import Console

from qa.errors import QuestionSetError, UsageError
from qa.evaluation import (
    compare_reports,
    evaluate,
    failures_under,
    print_comparison,
    print_table,
    render_html,
    results_table,
    write_html,
)
from qa.evaluation.diagnosis import failures

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>“&"


def evaluated(answers, rankings=None, **fields):
    asked = [
        question("q1", gold=["甲"], must_include=("3月1日",), **fields),
        question("q2", gold=["乙"], type="list"),
        question("q3"),
        question("q4", type="outofdomain"),
    ]
    texts = [each.question for each in asked]
    ranked = rankings or {texts[0]: ["甲"], texts[1]: ["甲", "乙"]}
    return evaluate(WrittenLibrary(dict(zip(texts, answers, strict=True)), ranked), asked)


@pytest.fixture
def good():
    return evaluated([answer("3月1日[1]", ["甲"]), answer("乙[1]", ["乙"]), answer("没有"), answer("没有")])


@pytest.fixture
def bad():
    return evaluated([answer("没有"), answer("甲[1]", ["甲"]), answer("有[1]", ["甲"]), ValueError("no")])


class Outside(HTMLParser):
    """Collects everything in a page that could load or run something."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag in {"script", "img", "iframe", "object", "embed", "link", "base", "form"}:
            self.found.append(tag)
        for name, value in attrs:
            local = (value or "").startswith("#") or name.startswith("xmlns")
            if name.startswith("on") or (name in {"src", "href", "xlink:href", "action"} and not local):
                self.found.append(f"{tag} {name}={value}")


def test_failures_come_worst_first_and_say_why(bad):
    kinds = [failure.kind for failure in failures(bad.rows)]
    assert kinds == [
        "error",
        "answered without evidence",
        "cites the wrong item",
        "refused an answerable question",
    ]


def test_nothing_failed_when_every_answer_is_right(good):
    assert failures(good.rows) == []


def test_an_answer_that_lacks_a_fact_names_it():
    report = evaluated([answer("不详[1]", ["甲"]), answer("乙[1]", ["乙"]), answer("没有"), answer("没有")])
    (failure,) = failures(report.rows)
    assert failure.kind == "incomplete"
    assert "3月1日" in failure.why


def test_the_page_escapes_everything_and_asks_nothing_of_the_network():
    report = evaluated(
        [answer(HOSTILE, [HOSTILE]), ValueError(HOSTILE), answer(HOSTILE, ["甲"]), answer(HOSTILE, ["甲"])],
        {},
        text=HOSTILE,
        answer=HOSTILE,
    )
    page = render_html(report)
    parser = Outside()
    parser.feed(page)
    assert parser.found == []
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "url(http" not in page.replace("&#34;", '"')


def test_the_page_shows_every_failed_question_and_the_charts(bad, tmp_path):
    write_html(bad, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("<article") == 4
    assert page.count("<svg") == 4
    for name in ("item_recall@1", "refusal_recall", "latency_p95_ms"):
        assert name in page


def test_the_same_report_draws_the_same_page(bad):
    assert render_html(bad) == render_html(bad)


def test_a_page_can_be_drawn_of_refusals_alone():
    report = evaluated([answer("没有")] * 4)
    assert "Expected calibration error 0.000" in render_html(report)


def test_the_gate_passes_at_its_bound_and_fails_beyond_it(bad, good):
    assert failures_under(good, ["item_recall@5=1.0", "false_refusal=0.0", "list:citation_recall=1"]) == []
    missed = failures_under(bad, ["refusal_recall=0.5", "false_refusal=0.4", "item_recall@5=1"])
    assert missed == ["refusal_recall is 0, under 0.5", "false_refusal is 0.5, above 0.4"]


@pytest.mark.parametrize("bound", ["item_recall@1", "item_recall@1=high", "nonsense=1", "zh2:mrr@10=1", "=1"])
def test_a_bound_that_cannot_be_read_is_refused(good, bound):
    with pytest.raises(UsageError, match=r"--fail-under"):
        failures_under(good, [bound])


def test_the_markdown_table_has_a_line_for_each_group_and_intervals(good):
    lines = results_table(good).splitlines()
    assert lines[0].startswith("| questions | n | item_recall@1 |")
    assert len({line.count("|") for line in lines}) == 1
    names = [line.split("|")[1].strip() for line in lines[2:]]
    assert names == ["overall", "zh", "fact", "list", "outofdomain", "unanswerable"]
    assert "1.000 (1.00–1.00)" in lines[2]


def test_the_terminal_table_holds_every_measure(bad):
    console = Console(file=io.StringIO(), width=200)
    print_table(bad, console)
    text = console.file.getvalue()
    for name in bad.measures["overall"]:
        assert name in text


def test_a_comparison_gives_differences_and_the_questions_that_flipped(good, bad):
    comparison = compare_reports(good, bad)
    by_name = {each.measure: each for each in comparison.differences}
    assert by_name["refusal_recall"].change == 1.0
    assert by_name["false_refusal"].change == -0.5
    assert [(flip.id, flip.better) for flip in comparison.flips] == [
        ("q1", True),
        ("q2", True),
        ("q3", True),
        ("q4", True),
    ]
    assert not any(flip.better for flip in compare_reports(bad, good).flips)
    assert compare_reports(good, good).flips == ()


def test_a_difference_on_few_questions_is_not_called_better(good, bad):
    assert {each.verdict for each in compare_reports(good, bad).differences} == {"same"}


def test_a_comparison_prints_untrusted_text_as_it_stands(good, bad):
    console = Console(file=io.StringIO(), width=200)
    flipped = evaluated([answer("[red]x[/nope]", ["乙"])] * 4)
    print_comparison(compare_reports(good, flipped), console)
    assert "[red]x[/nope]" in console.file.getvalue()


def test_reports_of_different_questions_cannot_be_compared(good):
    other = evaluate(WrittenLibrary({"别的？": answer("没有")}, {}), [question("z", text="别的？")])
    with pytest.raises(QuestionSetError, match="share no question"):
        compare_reports(good, other)


def test_the_page_has_no_style_or_script_from_elsewhere(good):
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)", render_html(good))
