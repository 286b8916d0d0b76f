"""Mastheads, tables of contents and distribution lists around the items, and bulletins without titles."""

from dataclasses import replace
from datetime import date

import pytest
from typesetting import SECTIONS, TITLES, Setting, check_coverage, check_spans, source, typeset

from qa.parsing import parse_bulletin
from qa.text import compact

BODY = typeset(Setting())
WRAPPED = typeset(Setting(width=56, indent="　　"))
MASTHEADS = {
    "name, issue, date": "浙江信息简报\n第 12 期\n2021 年 3 月 8 日\n",
    "issue and date on one line": "浙 江 信 息 简 报\n第12期（总第345期）　2021年3月8日\n",
    "editor's line": "浙江信息简报\n〔2021〕第 12 期\n某某研究室编印　　　　2021 年 3 月 8 日\n",
    "notice before the name": "内部资料　注意保存\n浙江信息简报\n（第 12 期）\n编印单位：某某研究室　　2021 年 3 月 8 日\n",
    "Han numerals": "浙江信息简报\n第十二期\n二〇二一年三月八日\n",
}


@pytest.mark.parametrize("name", MASTHEADS)
@pytest.mark.parametrize("text", [BODY, WRAPPED], ids=["one paragraph a line", "wrapped"])
def test_a_masthead_is_no_item_and_gives_title_issue_and_date(name: str, text: str) -> None:
    bulletin = parse_bulletin(source(MASTHEADS[name] + text))
    assert bulletin.title == "浙江信息简报"
    assert "12" in bulletin.issue or "十二" in bulletin.issue
    assert (bulletin.date, bulletin.year) == ("2021-03-08", 2021)
    assert [item.title for item in bulletin.items] == TITLES
    assert [item.date for item in bulletin.items] == [
        "2021-03-05",
        "2021-03-03",
        "2021-03-08",
        "2021-03-01",
        "2021-03-08",
    ]
    check_spans(bulletin)
    check_coverage(bulletin)


def leaders(page: bool = True, sections: bool = True, dots: str = "…………") -> str:
    lines = ["目　录"]
    number = 1
    for line in BODY.split("\n"):
        if line in SECTIONS and sections:
            lines.append(line)
        elif line in TITLES:
            lines.append(f"{line}{dots}{number}" if page else line)
            number += 1
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("page", [True, False], ids=["with page numbers", "without page numbers"])
@pytest.mark.parametrize("sections", [True, False], ids=["sections listed", "titles only"])
@pytest.mark.parametrize("dots", ["…………", "........", "　　　　", " ······ "])
@pytest.mark.parametrize("text", [BODY, WRAPPED], ids=["one paragraph a line", "wrapped"])
def test_a_table_of_contents_makes_no_items(page: bool, sections: bool, dots: str, text: str) -> None:
    if not page and not sections:
        text = text.split("\n", 1)[1]
    bulletin = parse_bulletin(source("浙江信息简报\n第 3 期\n" + leaders(page, sections, dots) + text))
    assert [item.title for item in bulletin.items] == TITLES
    check_spans(bulletin)
    check_coverage(bulletin)


def test_a_listed_title_is_found_where_its_look_says_nothing() -> None:
    text = (
        "目录\n本期要闻\n关于开展春季绿化工作，提升城市品质的通知；附任务清单……1\n市民中心搬迁公告……2\n"
        "本期要闻\n关于开展春季绿化工作，提升城市品质的通知；附任务清单\n各街道要按时完成。\n市民中心搬迁公告\n市民中心四月起搬迁。\n"
    )
    bulletin = parse_bulletin(source(text))
    assert [(item.section, item.title) for item in bulletin.items] == [
        ("本期要闻", "关于开展春季绿化工作，提升城市品质的通知；附任务清单"),
        ("本期要闻", "市民中心搬迁公告"),
    ]


@pytest.mark.parametrize(
    "footer",
    [
        "报：省委、省政府领导。\n送：各市、县（市、区）党委和政府。\n发：各有关单位。\n",
        "责任编辑：某某　　审核：某某\n联系电话：0000-1234567　电子邮箱：news@example.org\n",
        "主送：省直各单位\n抄送：有关高校\n某某研究室　　　　2021年3月8日印发\n（共印 200 份）\n",
    ],
)
@pytest.mark.parametrize("text", [BODY, WRAPPED], ids=["one paragraph a line", "wrapped"])
def test_a_distribution_list_belongs_to_no_item(footer: str, text: str) -> None:
    bulletin = parse_bulletin(source(text + "\n" + footer))
    assert [item.title for item in bulletin.items] == TITLES
    assert bulletin.items[-1].passages[-1].text.endswith("推动各项任务落到实处。")
    check_coverage(bulletin)


def test_a_bulletin_without_sections_has_one_section_without_a_name() -> None:
    text = "\n".join(line for line in BODY.split("\n") if line not in SECTIONS)
    bulletin = parse_bulletin(source(text))
    assert bulletin.sections == ("",)
    assert [item.title for item in bulletin.items] == TITLES
    assert {item.section for item in bulletin.items} == {""}


def test_bullets_without_titles_become_items_named_by_their_beginning() -> None:
    text = (
        "◆3 月 5 日，杭州市召开电梯更新动员会。会议部署今年工作。\n"
        "◆宁波舟山港前两个月海铁联运量同比增长 20.3%。\n"
        "◆成都市近日出台社区微更新工作指引，提出建立四项机制，明确资金来源、管护责任和评估办法等内容，自下月起施行。\n"
    )
    bulletin = parse_bulletin(source(text))
    assert [item.title for item in bulletin.items] == [
        "3 月 5 日，杭州市召开电梯更新动员会",
        "宁波舟山港前两个月海铁联运量同比增长 20.3%",
        "成都市近日出台社区微更新工作指引，提出建立四项机制",
    ]
    check_spans(bulletin)
    check_coverage(bulletin)


def test_text_without_any_title_is_one_item_that_loses_nothing() -> None:
    text = "今天召开会议。会议听取汇报。\n会议决定继续推进。\n"
    bulletin = parse_bulletin(source(text))
    assert [(item.title, len(item.passages)) for item in bulletin.items] == [("今天召开会议", 2)]
    check_coverage(bulletin)


def test_subheadings_that_count_afresh_under_every_title_stay_in_their_items() -> None:
    report = "{}\n一、基本情况\n全市共有{}个项目，进展顺利。\n二、存在问题\n部分项目资金不足。\n三、下一步打算\n加快资金拨付。\n"
    text = report.format("关于全市重点项目进展情况的报告", 20) + report.format(
        "关于全市水利工程建设情况的报告", 30
    )
    bulletin = parse_bulletin(source(text))
    assert [item.title for item in bulletin.items] == [
        "关于全市重点项目进展情况的报告",
        "关于全市水利工程建设情况的报告",
    ]
    assert [len(item.passages) for item in bulletin.items] == [6, 6]


def test_a_subtitle_and_a_broken_title_join_their_title() -> None:
    text = (
        "深化改革促发展\n——某市优化营商环境的做法\n3 月 1 日，某市召开营商环境大会，推出五项举措，受到企业欢迎。\n"
        "某省出台意见推动制造业\n高质量发展和绿色转型\n3 月 2 日，某省印发意见，提出到 2025 年规模以上企业能耗下降 10%。\n"
    )
    bulletin = parse_bulletin(source(text))
    assert [item.title for item in bulletin.items] == [
        "深化改革促发展 ——某市优化营商环境的做法",
        "某省出台意见推动制造业 高质量发展和绿色转型",
    ]


def test_a_department_that_signs_a_report_is_no_section() -> None:
    text = "某市开展春季植树活动\n3 月 1 日，某市开展植树活动。\n市绿化委员会办公室\n某县建成首个智慧书房\n3 月 2 日，某县建成智慧书房。\n"
    bulletin = parse_bulletin(source(text))
    assert [item.title for item in bulletin.items] == ["某市开展春季植树活动", "某县建成首个智慧书房"]
    assert bulletin.sections == ("",)
    assert bulletin.items[0].passages[-1].text == "市绿化委员会办公室"


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("自 2020 年 12 月 30 日起启用系统。\n12 月 28 日，某市召开会议。\n到 2025 年建成三个基地。", 2020),
        ("12 月 28 日，某市召开会议。办法将于 2021 年 1 月 1 日起施行。", 2020),
        ("1 月 4 日，某市召开会议。12 月 30 日审议的条例施行。2020 年 12 月 31 日发布公告。", 2021),
        ("6 月 8 日，在 2022 世界数字经济大会上发布报告。", 2022),
        ("今年（2019 年）以来，某市新增企业三百家。5 月 6 日通报。", 2019),
        ("12 月 8 日，某市召开会议。", None),
        ("2019 年增长，2019 年下降，2019 年持平，2019 年回升，2019 年起步。", None),
        ("到 2030 年，建成现代化体系。规划期为 2020-2030 年。", None),
    ],
)
def test_the_year_is_inferred_from_what_the_bulletin_says(text: str, year: int | None) -> None:
    assert parse_bulletin(source(text)).year == year


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("2021年第3期.txt", 2021),
        ("briefs/brief-2021-03.txt", 2021),
        ("20210308.txt", 2021),
        ("a_c35e2035.2087e0821e.txt", None),
        ("12021.txt", None),
    ],
)
def test_a_files_name_may_say_the_year_where_its_text_does_not(name: str, year: int | None) -> None:
    assert parse_bulletin(replace(source("12 月 8 日，某市召开会议。"), name=name)).year == year


def test_dates_count_from_the_bulletins_own_date() -> None:
    december = "浙江简报\n第 1 期\n2020 年 12 月 30 日\n某省通过数据条例\n12 月 28 日，某省通过条例，明年 3 月 1 日起施行。\n"
    january = "浙江简报\n第 1 期\n2021 年 1 月 5 日\n某省通过数据条例\n12 月 30 日，某省通过条例，3 月 1 日起施行。\n"
    resolved = {
        text: [mention.first for item in parse_bulletin(source(text)).items for mention in item.dates]
        for text in (december, january)
    }
    assert resolved[december] == ["2020-12-28", "2021-03-01"]
    assert resolved[january] == ["2020-12-30", "2021-03-01"]
    assert parse_bulletin(source(december)).date == date(2020, 12, 30).isoformat()


def test_an_item_without_a_day_of_its_own_takes_the_bulletins_date() -> None:
    text = "浙江简报\n第 1 期\n2021 年 1 月 5 日\n某省通过数据条例\n日前，某省通过条例。条例将于 3 月 1 日起施行。\n"
    (item,) = parse_bulletin(source(text)).items
    assert item.date == "2021-01-05"
    assert [(mention.text, mention.precision) for mention in item.dates] == [
        ("日前", "unknown"),
        ("3 月 1 日", "day"),
    ]


def test_compact_titles_of_a_wrapped_contents_page_are_still_contents() -> None:
    text = (
        "目录\n武汉建成首座智慧化长江取水泵站\n日供水能力五十万吨……1\n成都推行社区微更新四项机制……2\n"
        "武汉建成首座智慧化长江取水泵站\n日供水能力五十万吨\n3 月 1 日建成。\n成都推行社区微更新四项机制\n近日出台指引。\n"
    )
    titles = [compact(item.title) for item in parse_bulletin(source(text)).items]
    assert titles == ["武汉建成首座智慧化长江取水泵站日供水能力五十万吨", "成都推行社区微更新四项机制"]
