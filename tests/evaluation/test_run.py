import json
from types import SimpleNamespace

import pytest
from evaluation_helpers import WrittenLibrary, answer, question

from qa.errors import QuestionSetError
from qa.evaluation import Report, evaluate
from qa.evaluation.questions import to_line


class CountingProgress:
    def __init__(self):
        self.calls = []

    def start(self, stage, total):
        self.calls.append(("start", total))

    def advance(self, n):
        self.calls.append(("advance", n))

    def finish(self):
        self.calls.append(("finish",))


@pytest.fixture
def questions():
    return [
        question("q1", gold=["甲"], must_include=("3月1日", "46条"), split="dev"),
        question("q2", gold=["乙", "丙"], type="compare", must_include=("15%",), split="test"),
        question("q3", split="test"),
        question("q4", gold=["丁"], lang="en", split="test"),
    ]


@pytest.fixture
def library(questions):
    texts = [each.question for each in questions]
    return WrittenLibrary(
        {
            texts[0]: answer("3 月 1 日起实施[1]。", ["甲"]),
            texts[1]: answer("15%[1][2]", ["乙", "甲"]),
            texts[2]: answer("是某人[1]", ["甲"], confidence=0.6),
            texts[3]: RuntimeError("the disk is full"),
        },
        {texts[0]: ["甲", "乙"], texts[1]: ["甲", "丙", "丙", "乙"], texts[3]: ["丁"]},
    )


def test_every_measure_of_a_small_evaluation_is_what_the_hand_computes(library, questions):
    report = evaluate(library, questions)
    overall = report.measures["overall"]
    assert overall["item_recall@1"] == pytest.approx((1 + 0 + 1) / 3)
    assert overall["item_recall@5"] == 1.0
    assert overall["mrr@10"] == pytest.approx((1 + 0.5 + 1) / 3)
    assert overall["answer_coverage"] == pytest.approx((0.5 + 1) / 2)
    assert overall["answer_exact_all"] == 0.5
    assert overall["citation_precision"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert overall["citation_recall"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert overall["refusal_recall"] == 0.0
    assert overall["false_refusal"] == pytest.approx(1 / 3)
    assert overall["latency_p95_ms"] >= overall["latency_p50_ms"] >= 0.0
    assert report.counts["overall"]["questions"] == 4
    assert report.counts["overall"]["refusal_recall"] == 1


def test_measures_are_given_per_type_language_and_split(library, questions):
    measures = evaluate(library, questions).measures
    assert set(measures["by_type"]) == {"fact", "compare", "unanswerable"}
    assert measures["by_language"]["en"]["false_refusal"] == 1.0
    assert measures["by_split"]["dev"]["answer_coverage"] == 0.5
    assert "item_recall@1" not in measures["by_type"]["unanswerable"]


def test_a_question_that_raises_is_recorded_and_the_others_go_on(library, questions):
    rows = {row.id: row for row in evaluate(library, questions).rows}
    assert rows["q4"].error == "ask: RuntimeError: the disk is full"
    assert rows["q4"].scores["citation_precision"] == 0.0
    assert len(rows) == 4


def test_a_retrieval_that_raises_scores_zero(library, questions):
    def broken(*args, **options):
        raise OSError("index gone")

    library.retrieve = broken
    report = evaluate(library, questions[:1])
    assert report.measures["overall"]["mrr@10"] == 0.0
    assert report.rows[0].error == "retrieve: OSError: index gone"


def test_the_row_says_what_was_missing_and_which_citations_are_right(library, questions):
    rows = {row.id: row for row in evaluate(library, questions).rows}
    assert rows["q1"].missing == ("46条",)
    assert [cited.right for cited in rows["q2"].citations] == [True, False]
    assert rows["q2"].ranking == ("甲", "* 丙", "* 乙")


def test_gold_may_name_items_by_id(library):
    from qa.evaluation import Gold, Question

    asked = Question("q1", "问题 q1？", "fact", gold=(Gold(item_id="id-甲"),))
    report = evaluate(library, [asked])
    assert report.measures["overall"]["item_recall@1"] == 1.0
    assert report.measures["overall"]["citation_precision"] == 1.0


def test_the_history_reaches_the_library(library):
    asked = question("q1", gold=["甲"], type="followup", history=("先问", "再问"))
    evaluate(library, [asked])
    assert library.histories == [("先问", "再问")]


def test_progress_is_told_of_every_question(library, questions):
    progress = CountingProgress()
    evaluate(library, questions, progress)
    assert progress.calls == [("start", 4), *[("advance", 1)] * 4, ("finish",)]


def test_progress_may_be_a_function_of_how_many_are_done(library, questions):
    calls = []
    evaluate(library, questions, lambda done, total: calls.append((done, total)))
    assert calls == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_one_split_can_be_evaluated_alone(library, questions, tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(to_line, questions)), encoding="utf-8")
    assert [row.id for row in evaluate(library, path, split="dev").rows] == ["q1"]
    assert evaluate(library, path).about["question_set"] == "questions.jsonl"


def test_the_report_names_the_model_and_the_settings_it_was_made_with(library, questions):
    library.encoder = SimpleNamespace(name="small", fingerprint="f1")
    library.settings = SimpleNamespace(fingerprint="s1")
    about = evaluate(library, questions).about
    assert (about["model"], about["model_fingerprint"], about["settings"]) == ("small", "f1", "s1")


def test_a_saved_report_loads_with_the_same_measures_and_saves_to_the_same_bytes(
    library, questions, tmp_path
):
    report = evaluate(library, questions)
    report.save(tmp_path / "one.json")
    loaded = Report.load(tmp_path / "one.json")
    loaded.save(tmp_path / "two.json")
    first = json.loads((tmp_path / "one.json").read_text(encoding="utf-8"))
    second = json.loads((tmp_path / "two.json").read_text(encoding="utf-8"))
    assert first["rows"] == second["rows"]
    assert loaded.measures["overall"]["answer_coverage"] == report.measures["overall"]["answer_coverage"]
    assert list(first) == sorted(first)
    loaded.save(tmp_path / "three.json")
    assert (tmp_path / "two.json").read_bytes() == (tmp_path / "three.json").read_bytes()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 99, "rows": []}', '{"format": 1, "about": {}, "rows": [1]}']
)
def test_a_file_that_is_no_report_is_refused_with_a_cure(tmp_path, text):
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QuestionSetError, match=r"report\.json.*(give|evaluate)"):
        Report.load(path)


def test_a_missing_report_is_named(tmp_path):
    with pytest.raises(QuestionSetError, match=r"none\.json"):
        Report.load(tmp_path / "none.json")
