from __future__ import annotations

from datetime import date

import pytest

from qa.expectation import expectation_of
from qa.followup import standalone_question, topic_of, without_topic
from qa.kinds import MONEY, NUMBER, TIME
from qa.query import COMPARE, FACT, LIST, WHY_HOW, understand


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        (["上海的快递职称怎么评？"], "那江苏呢？", "江苏的快递职称怎么评？"),
        (["上海港口采取了什么疫情防控措施？"], "那机场呢？", "上海机场采取了什么疫情防控措施？"),
        (["成都地铁八号线什么时候开通？"], "投资多少钱？", "成都地铁八号线，投资多少钱？"),
        (["成都地铁八号线什么时候开通？"], "它有几座车站？", "成都地铁八号线，有几座车站？"),
        (["基金的目标规模 2022 年是多少？"], "那 2025 年呢？", "基金的目标规模 2025 年是多少？"),
        (["杭州出台了哪些措施？"], "还有呢？", "杭州出台了哪些措施？"),
        (["What share should Shanghai reach?"], "What about Qingdao?", "What share should Qingdao reach?"),
        (["上海的快递职称怎么评？"], "青岛的养老时间银行从哪年开始？", "青岛的养老时间银行从哪年开始？"),
        (["西安的导则有哪三个环节？"], "第二条呢？", "西安的导则有哪三个环节，第二条是什么？"),
        (["港口有哪些措施？", "第四项是什么？"], "第五项呢？", "港口有哪些措施，第五项是什么？"),
        (["武汉氢能公交一共投放了多少辆？"], "它加满一次氢要多久？", "武汉氢能公交，加满一次氢要多久？"),
        (["武汉氢能公交一共投放了多少辆？", "它加满一次氢要多久？"], "票价呢？", "武汉氢能公交，票价"),
        (["宁波碳账户分几档？"], "为什么？", "宁波碳账户，为什么？"),
        (["郑州为什么取消纸质保证金？"], "什么时候开始的？", "郑州取消纸质保证金，什么时候开始的？"),
        (
            ["What are the six measures?"],
            "What about the second one?",
            "What are the six measures — the second one",
        ),
    ],
)
def test_a_follow_up_takes_over_what_it_leaves_out(history: list[str], question: str, expected: str) -> None:
    assert standalone_question(question, history) == expected


def test_follow_ups_chain_through_the_history() -> None:
    asked = standalone_question("那深圳呢？", ["上海有多少家定点医院？", "那广州呢？"])
    assert asked == "深圳有多少家定点医院？"


def test_a_follow_up_asks_for_what_its_own_words_say() -> None:
    asked = understand("When does it take effect?", ["What is the fine for blocking fire lanes?"])
    assert asked.expects.kind == TIME
    assert understand("What about the second one?", ["What are the six measures?"]).ordinal == 2


def test_a_question_can_be_asked_of_a_place_alone() -> None:
    assert without_topic("贵州管廊机器人多久巡查一遍？", "贵州") == "贵州多久巡查一遍？"
    assert without_topic("贵州的做法？", "贵州") == ""


def test_the_topic_is_what_the_question_is_about() -> None:
    assert topic_of("上海知识产权保护条例什么时候施行？") == "上海知识产权保护条例"
    assert "推进大会" in topic_of("谁牵头召开了推进大会？")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("江苏的安全风险报告什么时候交？", FACT),
        ("条例有哪些亮点？", LIST),
        ("六项措施分别是什么？", COMPARE),
        ("为什么要编制规划？", WHY_HOW),
        ("上海和江苏的做法有何不同？", COMPARE),
        ("How does the time bank work?", WHY_HOW),
        ("Compare Shanghai and Jiangsu.", COMPARE),
        ("What are the four tasks?", LIST),
    ],
)
def test_the_kind_of_question_is_told(question: str, kind: str) -> None:
    assert understand(question).kind == kind


@pytest.mark.parametrize(
    ("question", "language", "kind"),
    [
        ("条例什么时候施行？", "zh", TIME),
        ("基金的规模有多大？", "zh", MONEY),
        ("共有多少家企业参加？", "zh", NUMBER),
        ("When was it founded?", "en", TIME),
        ("How many companies joined?", "en", NUMBER),
        ("How much funding is given?", "en", MONEY),
    ],
)
def test_the_answer_expected_is_told(question: str, language: str, kind: str) -> None:
    assert expectation_of(question, language).kind == kind


def test_a_date_is_no_count() -> None:
    expects = expectation_of("共有多少家企业参加？", "zh")
    assert not expects.met_by("12 月 8 日，中心正式成立。")
    assert expects.met_by("共有 35 家企业参加。")


def test_nicknames_are_rewritten_for_the_dense_side_and_added_for_the_lexical_one() -> None:
    query = understand("羊城的碳市场何时启动？")
    assert query.rewritten == "广州的碳市场何时启动？"
    assert "广州" in query.extra_terms


def test_english_words_do_not_vote_over_chinese_text_but_names_and_figures_do() -> None:
    query = understand("What is the target of the G60 corridor for PM2.5?")
    assert {"g60", "pm2.5"} <= set(query.terms)
    assert "target" not in query.terms


def test_dates_count_from_the_newest_bulletin() -> None:
    query = understand("12 月 8 日发生了什么？", reference=date(2020, 12, 30))
    assert query.dates[0].first == "2020-12-08"
