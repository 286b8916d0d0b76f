"""What item text says of beginnings, ends and publications, and what questions ask of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.answering.asof import date_question
from qa.answering.asof_days import DateQuestion
from qa.answering.effect import END, PUBLISH, START, Effect, effects_of
from qa.answering.standing import NO, OPEN, PLANNED, UNSURE, YES, standing
from qa.dates import find_dates
from qa.query import understand
from qa.types import Sentence

TODAY = date(2020, 12, 30)
_WORDS = "2021年3月1日 3月 日前 施行 实施 废止 发布 截止 有效期 三年 之日 办法 延长 审议通过 30日 拟".split()


def effects(*texts: str) -> list[Effect]:
    whole, sentences = "".join(texts), []
    place = 0
    for text in texts:
        sentences.append(Sentence(text, place, place + len(text), 1))
        place += len(text)
    return effects_of(sentences, find_dates(whole, TODAY))


def said(*texts: str) -> list[tuple[str, str, str | None]]:
    return [(effect.kind, effect.verb, effect.last) for effect in effects(*texts)]


@pytest.mark.parametrize(
    ("text", "kind", "verb", "last"),
    [
        ("《条例》自2021年3月1日起施行。", START, "施行", "2021-03-01"),
        ("条例将于明年 3 月 1 日起正式实施。", START, "实施", "2021-03-01"),
        ("明年1月1日起，全省启用冷链追溯系统。", START, "启用", "2021-01-01"),
        ("企业须在明年 2 月 1 日《规定》正式施行后报告。", START, "施行", "2021-02-01"),
        ("施行日期为2021年5月1日。", START, "施行", "2021-05-01"),
        ("办法的生效时间推迟至2021年5月1日。", START, "生效", "2021-05-01"),
        ("2021年5月1日，新标准正式生效。", START, "生效", "2021-05-01"),
        ("申报截止时间为2021年3月31日。", END, "截止", "2021-03-31"),
        ("报名截至2021年3月31日。", END, "截至", "2021-03-31"),
        ("旧办法自2021年3月1日起废止。", END, "废止", "2021-03-01"),
        ("办法有效期至2023年12月31日。", END, "有效", "2023-12-31"),
        ("请于2021年3月1日前报送材料。", END, "报送", "2021-03-01"),
        ("报名时间为2021年3月1日至3月5日。", END, "截止", "2021-03-05"),
        ("申报期限延长至2021年4月30日。", END, "期限", "2021-04-30"),
        ("12月8日，省标准化协会发布了团体标准。", PUBLISH, "发布", "2020-12-08"),
        ("12月30日，市人大常委会会议审议通过《条例》。", PUBLISH, "审议通过", "2020-12-30"),
        ("省政府日前印发《方案》。", PUBLISH, "印发", None),
    ],
)
def test_a_notice_says_when(text: str, kind: str, verb: str, last: str | None) -> None:
    assert (kind, verb, last) in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "12月28日举行的新闻发布会透露，上海将实施总部增能行动。",
        "截至10月底，全省受理申请76台。",
        "2020年12月1日印制的实施方案规定了执行情况。",
        "12月8日，启动仪式在南京举行。",
        "条例自2021年3月1日起不再适用。",
        "同比2019年12月增长3%。",
    ],
)
def test_a_date_beside_such_a_word_is_no_beginning(text: str) -> None:
    assert [effect for effect in effects(text) if effect.kind == START] == []


def test_what_counts_from_the_publication_is_dated_where_that_day_is_said() -> None:
    found = said("12月10日，省政府印发《办法》。", "办法自印发之日起30日后施行，有效期两年。")
    assert (START, "施行", "2021-01-09") in found
    assert (END, "有效", "2023-01-08") in found
    assert (START, "施行", None) in said("省政府日前印发《办法》。", "办法自印发之日起施行。")
    assert (START, "施行", None) in said("12月10日印发《办法》。", "自印发之日起5个工作日后施行。")


def test_a_stretch_begins_with_its_first_day_and_ends_with_its_last() -> None:
    found = said("本办法自2021年1月1日起至2021年12月31日止。")
    assert (START, "施行", "2021-01-01") in found
    assert (END, "截止", "2021-12-31") in found


def test_the_old_rule_ends_when_the_new_one_begins() -> None:
    found = effects("《新办法》自2021年3月1日起施行，《旧办法》同时废止。")
    ended = next(effect for effect in found if effect.kind == END)
    assert (ended.name, ended.first, ended.lapses) == ("旧办法", "2021-03-01", True)


def test_a_permit_that_runs_out_ends_no_rule() -> None:
    found = effects("《办法》自2021年4月1日起施行，登记证有效期3年，企业须在2021年5月1日前报送材料。")
    assert [effect for effect in found if effect.lapses] == []


@pytest.mark.parametrize(
    ("text", "day", "verdict"),
    [
        ("自2021年3月1日起施行。", "2020-12-31", NO),
        ("自2021年3月1日起施行。", "2021-03-01", YES),
        ("自2021年3月起施行。", "2021-02-28", NO),
        ("自2021年3月起施行。", "2021-03-15", UNSURE),
        ("自2021年3月起施行。", "2021-03-31", YES),
        ("拟于2021年3月1日起施行。", "2021-06-01", PLANNED),
        ("《办法（草案）》规定自2021年3月1日起施行。", "2021-06-01", PLANNED),
        ("自公布之日起施行。", "2021-06-01", OPEN),
    ],
)
def test_a_date_is_held_against_the_day_asked_about(text: str, day: str, verdict: str) -> None:
    assert standing(effects(text)[0], day) == verdict


def asked(question: str) -> DateQuestion | None:
    return date_question(understand(question, (), TODAY), "2020-12-30")


@pytest.mark.parametrize(
    ("question", "kind", "first", "last", "whole"),
    [
        ("截至 2020 年底《知识产权条例》已生效吗？", START, None, "2020-12-31", False),
        ("2021 年 2 月 1 日时安全风险规定施行了没有？", START, None, "2021-02-01", False),
        ("到明年 3 月底，知识产权条例施行了吗？", START, None, "2021-03-31", False),
        ("知识产权条例在 2021 年 3 月 1 日前是否已经施行？", START, None, "2021-02-28", False),
        ("冷链追溯系统启用了吗？", START, None, "2020-12-30", False),
        ("租房补贴申报截止了吗？", END, None, "2020-12-30", False),
        ("《旧办法》现在废止了没有？", END, None, "2020-12-30", False),
        ("Had the parking rules come into force by the end of 2020?", START, None, "2020-12-31", False),
        ("Is the cold chain system in use yet?", START, None, "2020-12-30", False),
        ("去年 12 月以来发布了哪些政策？", PUBLISH, "2019-12-01", None, True),
        ("明年起施行的有哪些规定？", START, "2021-01-01", None, True),
        ("哪些政策在 2021 年 3 月 1 日前生效？", START, None, "2021-02-28", True),
        ("哪些政策在 2020 年底前生效？", START, None, "2020-12-31", True),
        ("本月印发了哪些文件？", PUBLISH, "2020-12-01", "2020-12-31", True),
        ("近一周发布了哪些标准？", PUBLISH, "2020-12-24", "2020-12-30", True),
        ("2021 年 1 月至 3 月之间施行的规定有哪些？", START, "2021-01-01", "2021-03-31", True),
        ("What rules had come into force by 1 January 2021?", START, None, "2021-01-01", True),
        ("What was published since last December?", PUBLISH, "2019-12-01", None, True),
        ("Which regulations take effect after January 2021?", START, "2021-02-01", None, True),
        ("Which rules expired before 1 March 2020?", END, None, "2020-02-29", True),
    ],
)
def test_the_days_that_a_question_asks_about(
    question: str, kind: str, first: str | None, last: str | None, whole: bool
) -> None:
    found = asked(question)
    assert found is not None
    assert (found.kind, found.first, found.last, found.whole) == (kind, first, last, whole)


@pytest.mark.parametrize(
    "question",
    [
        "知识产权条例什么时候施行？",
        "知识产权条例是 3 月 1 日施行吗？",
        "上海港口采取了哪些疫情防控措施？",
        "上海港口从 12 月起实施了哪些防控措施？",
        "《知识产权条例》明年起施行后有哪些变化？",
        "12 月 8 日发布了哪些消息？",
        "Which measures do the ports enforce?",
        "When did the rules take effect?",
        "Is the system free of charge?",
    ],
)
def test_other_questions_are_left_alone(question: str) -> None:
    assert asked(question) is None


@given(
    st.lists(
        st.sampled_from((*"自于至到起止前后的在向对分，。《》“”（）即同时日期", *_WORDS)),
        max_size=60,
    ).map("".join)
)
@settings(max_examples=300, deadline=None)
def test_any_text_gives_effects_with_days_in_order(text: str) -> None:
    for effect in effects(text):
        assert (effect.first is None) == (effect.last is None)
        assert (effect.first or "") <= (effect.last or "")
        asked(text + "了吗？")


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("哪些规定还没有生效？", "2020-12-31", None),
        ("截至 2021 年 2 月底，哪些规定尚未施行？", "2021-03-01", None),
        ("目前已经施行的规定有哪些？", None, "2020-12-30"),
        ("Which rules are not yet in force?", "2020-12-31", None),
        ("By 1 March 2021, what rules will have taken effect?", None, "2021-03-01"),
    ],
)
def test_what_holds_or_does_not_hold_yet(question: str, first: str | None, last: str | None) -> None:
    found = asked(question)
    assert found is not None
    assert found.whole
    assert (found.first, found.last) == (first, last)


def test_the_kind_of_document_asked_for_is_a_condition() -> None:
    found = asked("2020 年 12 月 1 日以来通过了哪些条例？")
    assert found is not None
    assert (found.kind, found.first, found.conditions) == (PUBLISH, "2020-12-01", ("条例",))


def test_a_follow_up_takes_its_subject_from_the_question_before() -> None:
    before = ["When does the parking regulation take effect?"]
    query = understand("Had it come into force by the end of 2020?", before, TODAY)
    found = date_question(query, "2020-12-30")
    assert found is not None
    assert (found.base, found.last) == ("When does the parking regulation take effect?", "2020-12-31")
