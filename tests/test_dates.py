"""Dates in Chinese and English, resolved from a reference day."""

import itertools
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.dates import find_dates

TODAY = date(2020, 12, 30)


def resolved(
    text: str, reference: date | None = TODAY, year: int | None = None
) -> list[tuple[str, str | None, str | None, str]]:
    return [
        (each.text, each.first, each.last, each.precision) for each in find_dates(text, reference, year=year)
    ]


@pytest.mark.parametrize(
    ("text", "words", "first", "last", "precision"),
    [
        ("12 月 30 日，会议", "12 月 30 日", "2020-12-30", "2020-12-30", "day"),
        ("12月7日起", "12月7日", "2020-12-07", "2020-12-07", "day"),
        ("12 月７日", "12 月７日", "2020-12-07", "2020-12-07", "day"),
        ("2020年12月30日", "2020年12月30日", "2020-12-30", "2020-12-30", "day"),
        ("2020-12-30", "2020-12-30", "2020-12-30", "2020-12-30", "day"),
        ("二〇二一年一月五日", "二〇二一年一月五日", "2021-01-05", "2021-01-05", "day"),
        ("十二月三十日", "十二月三十日", "2020-12-30", "2020-12-30", "day"),
        ("将于明年 3 月 1 日起实施", "明年 3 月 1 日", "2021-03-01", "2021-03-01", "day"),
        ("今年 4 月 14 日", "今年 4 月 14 日", "2020-04-14", "2020-04-14", "day"),
        ("去年12月", "去年12月", "2019-12-01", "2019-12-31", "month"),
        ("本月 5 日", "本月 5 日", "2020-12-05", "2020-12-05", "day"),
        ("上月末", "上月", "2020-11-01", "2020-11-30", "month"),
        ("12月中旬", "12月中旬", "2020-12-11", "2020-12-20", "range"),
        ("12月26日至28日", "12月26日至28日", "2020-12-26", "2020-12-28", "range"),
        ("11 月 25 日—12 月 1 日", "11 月 25 日—12 月 1 日", "2020-11-25", "2020-12-01", "range"),
        ("12 月 30 日至明年 1 月 2 日", "12 月 30 日至明年 1 月 2 日", "2020-12-30", "2021-01-02", "range"),
        ("3-5月", "3-5月", "2020-03-01", "2020-05-31", "range"),
        ("“十四五”期间", "“十四五”", "2021-01-01", "2025-12-31", "range"),
        ("十三五规划", "十三五", "2016-01-01", "2020-12-31", "range"),
        ("2020—2022 年三年行动", "2020—2022 年", "2020-01-01", "2022-12-31", "range"),
        ("一季度", "一季度", "2020-01-01", "2020-03-31", "quarter"),
        ("2021年第三季度", "2021年第三季度", "2021-07-01", "2021-09-30", "quarter"),
        ("下半年", "下半年", "2020-07-01", "2020-12-31", "range"),
        ("到 2025 年", "2025 年", "2025-01-01", "2025-12-31", "year"),
        ("2025年底前", "2025年底", "2025-12-01", "2025-12-31", "month"),
        ("年底前", "年底前", "2020-12-01", "2020-12-31", "month"),
        ("今年以来", "今年", "2020-01-01", "2020-12-31", "year"),
        ("昨天", "昨天", "2020-12-29", "2020-12-29", "day"),
        ("上周", "上周", "2020-12-21", "2020-12-27", "range"),
        ("日前，会议", "日前", None, None, "unknown"),
        ("近期印发", "近期", None, None, "unknown"),
        ("What happened on December 8?", "December 8", "2020-12-08", "2020-12-08", "day"),
        ("from March 1, 2021", "March 1, 2021", "2021-03-01", "2021-03-01", "day"),
        ("on 8 December 2020", "8 December 2020", "2020-12-08", "2020-12-08", "day"),
        ("December 8-10, 2020", "December 8-10, 2020", "2020-12-08", "2020-12-10", "range"),
        ("since last December", "last December", "2019-12-01", "2019-12-31", "month"),
        ("next March", "next March", "2021-03-01", "2021-03-31", "month"),
        ("in Dec 2020", "Dec 2020", "2020-12-01", "2020-12-31", "month"),
        ("in May", "May", "2020-05-01", "2020-05-31", "month"),
        ("Q1 2021", "Q1 2021", "2021-01-01", "2021-03-31", "quarter"),
        ("the first quarter of 2021", "the first quarter of 2021", "2021-01-01", "2021-03-31", "quarter"),
        ("by 2025", "2025", "2025-01-01", "2025-12-31", "year"),
        ("last year", "last year", "2019-01-01", "2019-12-31", "year"),
        ("recently", "recently", None, None, "unknown"),
        ("2021年Q1", "2021年Q1", "2021-01-01", "2021-03-31", "quarter"),
        ("21年一季度", "21年一季度", "2021-01-01", "2021-03-31", "quarter"),
        ("21 年 3 月 1 日", "21 年 3 月 1 日", "2021-03-01", "2021-03-01", "day"),
        ("前三季度", "前三季度", "2020-01-01", "2020-09-30", "range"),
        ("前11个月", "前11个月", "2020-01-01", "2020-11-30", "range"),
        ("上季度", "上季度", "2020-07-01", "2020-09-30", "quarter"),
        ("明年元旦", "明年元旦", "2021-01-01", "2021-01-01", "day"),
        ("月底前完成", "月底前", "2020-12-01", "2020-12-31", "month"),
        ("本周五", "本周五", "2021-01-01", "2021-01-01", "day"),
        ("上星期一", "上星期一", "2020-12-21", "2020-12-21", "day"),
        ("近一周有哪些消息", "近一周", "2020-12-24", "2020-12-30", "range"),
        ("过去三个月内", "过去三个月内", "2020-10-01", "2020-12-30", "range"),
        ("12月30日至1月3日", "12月30日至1月3日", "2020-12-30", "2021-01-03", "range"),
        ("in the past two weeks", "the past two weeks", "2020-12-17", "2020-12-30", "range"),
        ("last week", "last week", "2020-12-21", "2020-12-27", "range"),
        ("next Monday", "next Monday", "2021-01-04", "2021-01-04", "day"),
        ("between March and May 2021", "March and May 2021", "2021-03-01", "2021-05-31", "range"),
        ("by the end of the month", "the end of the month", "2020-12-01", "2020-12-31", "month"),
        ("mid-2021", "mid-2021", "2021-01-01", "2021-12-31", "year"),
        ("the 14th Five-Year Plan", "the 14th Five-Year Plan", "2021-01-01", "2025-12-31", "range"),
    ],
)
def test_a_date_is_found_and_resolved(
    text: str, words: str, first: str | None, last: str | None, precision: str
) -> None:
    assert resolved(text) == [(words, first, last, precision)]


@pytest.mark.parametrize(
    "text",
    [
        "3.2%以上",
        "20 号胶期货",
        "3 个月内",
        "每年第一季度",
        "每月初",
        "说明年限",
        "以前年度",
        "13 月 40 日",
        "2 月 30 日",
        "PM2.5",
        "1000 万元",
        "may march",
        "10%-30%",
        "当天",
        "第 12 期",
        "356米",
        "3 年内完成",
        "三年内",
        "近年来",
        "历时近 3 个月",
        "一月内",
        "次日起 7 日内",
        "每月底",
        "近0日内",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert resolved(text) == []


def test_a_bare_month_and_day_takes_the_year_of_its_bulletin() -> None:
    assert resolved("12 月 30 日和 1 月 3 日", date(2021, 1, 5)) == [
        ("12 月 30 日", "2020-12-30", "2020-12-30", "day"),
        ("1 月 3 日", "2021-01-03", "2021-01-03", "day"),
    ]


def test_the_year_alone_stands_in_for_a_reference_day() -> None:
    assert resolved("12 月 30 日，明年 3 月 1 日，上月", None, 2020) == [
        ("12 月 30 日", "2020-12-30", "2020-12-30", "day"),
        ("明年 3 月 1 日", "2021-03-01", "2021-03-01", "day"),
        ("上月", None, None, "unknown"),
    ]


def test_without_any_reference_a_date_without_a_year_stays_unknown() -> None:
    assert resolved("12 月 30 日，2021 年 3 月 1 日", None) == [
        ("12 月 30 日", None, None, "unknown"),
        ("2021 年 3 月 1 日", "2021-03-01", "2021-03-01", "day"),
    ]


def test_a_day_alone_takes_its_month_from_the_date_before_it() -> None:
    assert resolved("12 月 3 日，会议开幕。5日，会议闭幕。") == [
        ("12 月 3 日", "2020-12-03", "2020-12-03", "day"),
        ("5日", "2020-12-05", "2020-12-05", "day"),
    ]


def test_the_next_day_follows_the_day_said_before_and_no_month() -> None:
    assert resolved("12 月 31 日开幕，次日闭幕。")[1] == ("次日", "2021-01-01", "2021-01-01", "day")
    assert [each[0] for each in resolved("12 月启动，次日结束，当天签约。")] == ["12 月"]


@pytest.mark.parametrize(
    "text", ["9999 年 1 月 1 日", "1800 年 3 月", "2021 年 2 月 29 日", "3 月 1 日至 2 月 1 日"]
)
def test_a_day_that_cannot_be_is_never_moved_to_a_year_that_fits(text: str) -> None:
    assert [(first, last) for _, first, last, _ in resolved(text)] == [(None, None)]


@pytest.mark.parametrize(
    "text", ["12月7日", "月底", "本周五", "Q1", "一季度", "上半年", "年底前", "最近三天", "下月初"]
)
def test_what_needs_a_day_to_count_from_stays_unknown_without_one(text: str) -> None:
    assert [(first, last) for _, first, last, _ in resolved(text, None)] == [(None, None)]


def test_the_same_day_is_the_one_said_before() -> None:
    assert resolved("12 月 3 日，会议开幕。当天签约。")[1] == ("当天", "2020-12-03", "2020-12-03", "day")


@given(
    st.text(
        alphabet="0123456789１２年月日号至到—-. 今明去上下本次翌当第前近过来内个天周星一二三十廿〇季度半底末初旬"
        "元旦“”五期间，。Dec May in Q last weeks",
        max_size=60,
    ),
    st.one_of(st.none(), st.dates(date(1899, 1, 1), date(2101, 12, 31))),
)
@settings(max_examples=500, deadline=None)
def test_any_text_gives_ordered_slices_and_ranges_that_run_forward(text: str, today: date | None) -> None:
    mentions = find_dates(text, today)
    assert all(left.end <= right.start for left, right in itertools.pairwise(mentions))
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.text != ""
        assert (mention.first is None) == (mention.last is None)
        assert (mention.precision == "unknown") == (mention.first is None)
        if mention.first and mention.last:
            first, last = date.fromisoformat(mention.first), date.fromisoformat(mention.last)
            assert first <= last
            assert mention.precision != "day" or first == last
            assert mention.precision != "month" or (first.year, first.month) == (last.year, last.month)


def test_a_hundred_thousand_dates_are_found_in_one_go() -> None:
    assert len(find_dates("12 月 30 日，" * 20_000, TODAY)) == 20_000
