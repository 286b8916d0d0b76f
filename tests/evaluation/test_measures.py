import math

import pytest

from qa.evaluation.measures import answer_scores, citation_precision, found_strings, retrieval_scores
from qa.evaluation.statistics import (
    Bin,
    area_under,
    bootstrap_interval,
    expected_calibration_error,
    paired_p_value,
    reliability,
    risk_coverage,
)


def reference_ndcg(ranking: list[str], gold: set[str], k: int = 10) -> float:
    gains = sum(1 / math.log2(rank + 1) for rank, item in enumerate(ranking[:k], 1) if item in gold)
    return gains / sum(1 / math.log2(rank + 1) for rank in range(1, min(len(gold), k) + 1))


def test_retrieval_measures_equal_their_definitions():
    rankings = {"q1": list("bacd"), "q2": list("wxyz"), "q3": [f"n{i}" for i in range(10)] + ["late"]}
    gold = {"q1": {"a", "d"}, "q2": {"w"}, "q3": {"late"}}
    scores = retrieval_scores(rankings, gold)
    assert scores["q1"]["item_recall@1"] == 0.0
    assert scores["q1"]["item_recall@5"] == 1.0
    assert scores["q1"]["mrr@10"] == 0.5
    assert scores["q2"] == dict.fromkeys(scores["q2"], 1.0)
    assert scores["q3"] == dict.fromkeys(scores["q3"], 0.0)
    for name, ranking in rankings.items():
        assert scores[name]["ndcg@10"] == pytest.approx(reference_ndcg(ranking, gold[name]))


def test_recall_at_one_of_three_gold_items_is_a_third_and_success_is_whole():
    scores = retrieval_scores({"q": ["a", "x"]}, {"q": {"a", "b", "c"}})["q"]
    assert scores["item_recall@1"] == pytest.approx(1 / 3)
    assert scores["item_success@1"] == 1.0


def test_a_question_without_ranking_scores_zero_and_does_not_vanish():
    scores = retrieval_scores({"q1": ["a"], "q2": []}, {"q1": ["a"], "q2": ["b"], "q3": ["c"]})
    assert scores["q1"]["mrr@10"] == 1.0
    assert scores["q2"]["mrr@10"] == scores["q3"]["mrr@10"] == 0.0
    assert retrieval_scores({}, {"q": ["a"]})["q"]["ndcg@10"] == 0.0


def test_a_repeated_item_counts_at_its_first_rank_only():
    assert retrieval_scores({"q": ["x", "x", "x", "a"]}, {"q": ["a"]})["q"]["mrr@10"] == 0.5


@pytest.mark.parametrize(
    ("text", "required", "found"),
    [
        ("将于明年 3 月 1 日\n起实施", "3月1日", True),
        ("每年选拔３５名", "35名", True),
        ("达到 13%", "3%", False),
        ("达到 3.2%以上", "2%以上", False),
        ("为期 15 天", "5天", False),
        ("第 12 月", "2月", False),
        ("共 3627 个", "362", False),
        ("共 362[1]个表", "362个表", True),
        ("配备(GPS数据)", "（GPS 数据）", True),
        ("规模1,000亿元", "000亿元", False),
    ],
)
def test_a_required_string_is_found_despite_layout_but_not_inside_a_longer_number(text, required, found):
    assert found_strings(text, [required]) == [found]


def test_a_refusal_covers_nothing_even_when_it_shows_the_fact():
    scores = answer_scores("没有说明；最接近的是 3 月 1 日", ["3月1日"], [], ["a"], refused=True)
    assert scores == {
        "answer_coverage": 0.0,
        "answer_exact_all": 0.0,
        "citation_precision": 0.0,
        "citation_recall": 0.0,
        "false_refusal": 1.0,
    }


def test_an_unanswerable_question_is_scored_by_its_refusal_alone():
    assert answer_scores("是 5 个[1]", [], ["a"], [], refused=False) == {"refusal_recall": 0.0}


def test_citation_precision_counts_each_citation():
    assert citation_precision(["a", "a", "b", "c"], {"a"}) == 0.5
    assert citation_precision([], {"a"}) == 0.0


def test_the_bootstrap_interval_holds_the_mean_and_narrows_with_more_questions():
    few, many = [1.0, 0.0, 1.0, 1.0], [1.0, 0.0, 1.0, 1.0] * 50
    low, high = bootstrap_interval(few)
    assert low <= 0.75 <= high
    low_many, high_many = bootstrap_interval(many)
    assert high_many - low_many < high - low
    assert bootstrap_interval(many) == bootstrap_interval(many)


def test_the_bootstrap_interval_is_close_to_the_normal_one_on_many_questions():
    values = [1.0] * 300 + [0.0] * 100
    half = 1.96 * math.sqrt(0.75 * 0.25 / 400)
    assert bootstrap_interval(values) == pytest.approx((0.75 - half, 0.75 + half), abs=0.006)


def test_the_paired_test_is_exact_on_small_samples():
    # Five equal gains: of 2^5 sign patterns only the two unanimous ones are as extreme.
    assert paired_p_value([1.0] * 5, [0.0] * 5) == pytest.approx(2 / 32)
    assert paired_p_value([1.0, 0.0], [0.0, 1.0]) == 1.0
    with pytest.raises(ValueError, match="one pair a question"):
        paired_p_value([1.0], [1.0, 0.0])


def test_the_paired_test_tells_a_consistent_gain_from_noise():
    old = [0.0, 1.0] * 30
    assert paired_p_value([1.0] * 60, old) < 0.001
    assert paired_p_value([1.0, 0.0] * 30, old) > 0.5


def test_the_risk_coverage_curve_groups_equal_confidences_and_ends_at_what_was_answered():
    curve = risk_coverage([0.9, 0.8, 0.8, 0.1], [False, True, False, True], asked=8)
    assert curve == [(1 / 8, 0.0), (3 / 8, 1 / 3), (4 / 8, 0.5)]
    assert risk_coverage([], [], asked=3) == []
    assert area_under([]) == 0.0


def test_calibration_error_weighs_bins_by_their_answers():
    bins = reliability([0.05, 1.0, 1.0, 1.0], [True, True, True, False])
    assert bins == (Bin(0.05, 1.0, 1), Bin(1.0, pytest.approx(2 / 3), 3))
    assert expected_calibration_error(bins) == pytest.approx((0.95 + 3 * (1 / 3)) / 4)
