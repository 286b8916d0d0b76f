"""What a question asks for, what fills it, what it takes for granted, and what a refusal says of it."""

from __future__ import annotations

import pytest

from qa import Library
from qa.answering.asked import asked_of, clauses_with_values
from qa.answering.clauses import clause_form
from qa.answering.nouns import is_noun
from qa.answering.refusal import ROLE_WORDS
from qa.answering.roles import ROLES, role_of
from qa.answering.support import Features, support_model
from qa.expectation import expectation_of
from qa.query import understand


@pytest.mark.parametrize(
    ("question", "role", "fills", "fails"),
    [
        (
            "云码系统由哪家公司开发？",
            "developer",
            "系统由青禾软件公司开发，已上线。",
            "青禾软件公司已接入云码系统。",
        ),
        ("这条线路归谁运营？", "operator", "线路由海州轨道集团运营。", "海州轨道集团介绍了线路走向。"),
        (
            "违规停放会被罚款多少？",
            "fine",
            "违规停放的，处200元以下罚款。",
            "停放每小时收取5元，违规的予以警告。",
        ),
        ("园区总投资多少？", "investment", "园区总投资28亿元。", "园区去年产值28亿元。"),
        ("中心主任是谁？", "office holder", "中心主任李某某表示，将扩大服务。", "中心主任表示，将扩大服务。"),
        ("咨询电话是多少？", "phone", "咨询电话：021-12345678。", "居民可电话咨询。"),
        ("基地建在哪里？", "place", "基地位于星河镇。", "基地已投入试运行，效果良好。"),
        ("谁获得一等奖？", "winner", "“微光”队获得一等奖。", "大赛共有12支队伍参加。"),
        ("参与的6家银行是哪几家？", "names", "参与的有青州银行、海州银行。", "6家银行参与，贷款余额17亿元。"),
        ("Who developed the app?", "developer", "应用由青禾软件公司开发。", "应用已经上线。"),
    ],
)
def test_a_role_is_filled_by_the_right_thing_beside_its_words(
    question: str, role: str, fills: str, fails: str
) -> None:
    asked = role_of(question, "en" if question.isascii() else "zh")
    assert asked is not None
    assert asked.name == role
    assert asked.filled_in(fills)
    assert not asked.filled_in(fails)


@pytest.mark.parametrize(
    "question", ["首批投入多少台拖车？", "这项改革有哪些亮点？", "What are the main tasks?"]
)
def test_a_question_that_asks_for_no_role_has_none(question: str) -> None:
    assert role_of(question, "en" if question.isascii() else "zh") is None


def test_every_role_can_be_named_in_a_refusal() -> None:
    assert {role.name for role in ROLES} == set(ROLE_WORDS)


def asked(question: str, *known: str):
    return asked_of(question, "zh", expectation_of(question, "zh"), known)


def test_a_figure_of_another_unit_is_no_answer() -> None:
    question = asked("港口有多少艘拖轮？", "港口")
    assert question.unit == "艘"
    assert question.unit_missing(["港口岸线长1150米。"]) == 1.0
    assert question.unit_missing(["港口现有拖轮14艘。"]) == 0.0


def test_the_start_of_another_word_is_no_unit() -> None:
    assert asked("最多能得到多少支持？").unit == ""
    assert asked("惠及多少家庭？").unit == ""


def test_the_words_beside_the_interrogative_must_stand_by_the_figure() -> None:
    question = asked("码头的设备投资是多少？", "码头")
    near = clauses_with_values(question, ["总投资28亿元，其中设备投资9.7亿元。"])
    far = clauses_with_values(question, ["总投资28亿元，用工64人。"])
    assert question.focus_lacking(near) < question.focus_lacking(far)


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("二等奖奖金多少？", "一等奖奖金50万元。", 1.0),
        ("一等奖奖金多少？", "一等奖奖金50万元。", 0.0),
        ("黄色预警时几小时回港？", "橙色预警时，12小时内回港。", 1.0),
        ("去年产量是多少？", "今年产量达到5万吨。", 1.0),
        ("去年产量是多少？", "上年产量达到5万吨。", 0.0),
        ("得分最高的小区得了多少分？", "平均得分71分。", 1.0),
        ("最高能补多少元？", "补助不超过30元。", 0.0),
    ],
)
def test_ordinals_grades_times_and_extremes_are_accounted_for(
    question: str, text: str, missing: float
) -> None:
    detail = asked(question)
    assert detail.qualifier_missing(clause_form(text), clauses_with_values(detail, [text])) == missing


def test_english_ranks_are_looked_for_in_chinese() -> None:
    detail = asked_of("Who won second prize?", "en", expectation_of("Who won second prize?", "en"), ())
    assert detail.lacking_ordinals("一等奖") == ["second prize"]
    assert detail.lacking_ordinals("二等奖") == []


def test_nouns_are_told_from_verbs_and_from_words_for_kinds_of_things() -> None:
    assert [is_noun(word) for word in ("辣椒", "提高", "级别", "天起")] == [True, False, False, False]


def test_the_model_weighs_only_features_that_exist() -> None:
    names = set(Features.__dataclass_fields__)
    for name, _ in support_model().coefficients:
        assert set(name.split("*")) <= names


@pytest.mark.parametrize(
    ("question", "reason", "words"),
    [
        ("“沪冷链”系统的客服电话是多少？", "missing_detail", "联系电话"),
        ("天津的知识产权保护条例什么时候施行？", "other_place", "天津"),
        ("《上海市数据交易条例》什么时候实施？", "other_name", "上海市数据交易条例"),
        ("违反健身行业会员合同范本要罚多少钱？", "missing_detail", "罚款"),
        ("When does Beijing's intellectual property ordinance take effect?", "other_place", "Beijing"),
        (
            "Who is the director of the Shanghai standards innovation centre?",
            "missing_detail",
            "person in office",
        ),
    ],
)
def test_a_refusal_names_what_is_missing_in_the_language_of_the_question(
    samples: Library, question: str, reason: str, words: str
) -> None:
    answer = samples.ask(question)
    assert answer.refused
    assert answer.reason == reason
    assert words in answer.answer
    assert answer.nearest[0].quote


def test_a_title_inside_title_marks_takes_the_inner_marks(samples: Library) -> None:
    answer = samples.ask("违反健身行业会员合同范本要罚多少钱？")
    assert "《上海发布全国首个〈健身行业会员合同范本〉》" in answer.answer


def test_a_right_premise_is_not_taken_for_a_wrong_one(samples: Library) -> None:
    query = understand("上海浦东的知识产权保护条例什么时候施行？")
    assert not samples.ask(query.question).refused
