"""What changed from one bulletin to the next, and what had begun or ended by a day, on invented bulletins."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from qa import Library
from qa.answering.sameness import likeness
from qa.text import compact

MARCH = """政策参考
（2021年第5期）
2021年3月5日

政策举措

衢州启动高校毕业生租房补贴申报

衢州市人力资源和社会保障局3月1日启动高校毕业生租房补贴申报，申报截止时间为3月31日。

补贴标准为每人每月800元，最长补贴24个月，由市财政和区县财政各承担一半。

绍兴出台民宿登记管理办法

《绍兴市民宿登记管理办法》自2021年4月1日起施行，民宿经营者须在开业前向属地派出所登记，登记证有效期3年。

安徽湿地碳汇交易条例公开征求意见

《安徽省湿地碳汇交易条例（征求意见稿）》3月2日起公开征求意见，拟规定条例自2021年7月1日起施行。征求意见稿提出，碳汇交易实行省级统一登记。

江西启动农机购置补贴申报

江西省农业农村厅启动农机购置补贴申报，申报截止时间为4月30日，单机补贴上限5万元。

河北规范公共停车场管理

《河北省公共停车场管理办法》自2021年4月1日起施行，首小时免费。

2月福建快递业务量增长

2月，福建省快递业务量完成1.8亿件，同比增长12.5%，业务收入22亿元。

远航风电中标如东海上风电项目

远航风电集团3月3日中标如东海上风电项目一标段，中标金额12亿元，工期18个月。

第12届亚洲马铃薯大会将在昆明举行

第12届亚洲马铃薯大会定于7月20日在昆明举行，预计800人参会。

宁夏印发枸杞追溯办法

宁夏回族自治区林草局日前印发《枸杞产品追溯管理办法》，自印发之日起施行。
"""
APRIL = """政策参考
（2021年第9期）
2021年4月9日

政策举措

衢州延长高校毕业生租房补贴申报期限

4月1日，衢州市人力资源和社会保障局发布通知，高校毕业生租房补贴申报截止时间由3月31日延长至4月30日。

湖南启动农机购置补贴申报

湖南省农业农村厅启动农机购置补贴申报，申报截止时间为5月31日，单机补贴上限6万元。

河北规范电动汽车充电设施管理

《河北省电动汽车充电设施管理办法》自2021年6月1日起施行，新建小区充电车位比例不低于30%。

3月福建快递业务量增长

3月，福建省快递业务量完成2.6亿件，同比增长18.1%，业务收入30亿元。

华岳风电中标如东海上风电项目

华岳风电集团4月6日中标如东海上风电项目二标段，中标金额15亿元，工期20个月。

第12届亚洲马铃薯大会推迟举行

记者从组委会获悉，原定7月20日在昆明举行的第12届亚洲马铃薯大会推迟至9月15日举行。
"""
MAY = """政策参考
（2021年第14期）
2021年5月14日

政策举措

衢州提高高校毕业生租房补贴标准

5月10日起，衢州市高校毕业生租房补贴标准由每人每月800元调整为每人每月1000元，补贴期限不变。

绍兴废止民宿登记管理办法

绍兴市政府5月8日决定废止《绍兴市民宿登记管理办法》，民宿登记并入旅馆业统一登记平台，原登记证继续有效至期满。

安徽通过湿地碳汇交易条例

5月12日，安徽省人大常委会表决通过《安徽省湿地碳汇交易条例》，自2021年10月1日起施行。

河北开展公共停车场专项检查

河北省住房城乡建设厅5月起对公共停车场开展专项检查，依据《河北省公共停车场管理办法》对违规收费的取消经营备案。
"""


@pytest.fixture(scope="module")
def issues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("issues")
    for name, text in (("05.txt", MARCH), ("09.txt", APRIL), ("14.txt", MAY)):
        (folder / name).write_text(text, encoding="utf-8")
    with Library.open(folder, tmp_path_factory.mktemp("index")) as library:
        yield library


@pytest.mark.parametrize(
    ("question", "before", "after"),
    [
        ("衢州高校毕业生租房补贴的申报截止到什么时候？", "截止时间为3月31日", "延长至4月30日"),
        ("衢州高校毕业生租房补贴每月多少钱？", "每人每月800元", "调整为每人每月1000元"),
        ("绍兴市民宿登记管理办法什么时候施行？", "自2021年4月1日起施行", "废止《绍兴市民宿登记管理办法》"),
        ("安徽省湿地碳汇交易条例什么时候施行？", "2021年7月1日", "2021年10月1日"),
        ("安徽湿地碳汇交易条例（征求意见稿）提出了什么？", "省级统一登记", "表决通过"),
        ("第12届亚洲马铃薯大会什么时候举行？", "定于7月20日", "推迟至9月15日"),
        ("How much is Quzhou's monthly rent subsidy for graduates?", "800元", "1000元"),
        ("When does the Anhui wetland carbon trading regulation take effect?", "7月1日", "10月1日"),
    ],
)
def test_a_changed_statement_is_shown_before_and_after(
    issues: Library, question: str, before: str, after: str
) -> None:
    answer = issues.ask(question)
    text = compact(answer.answer)
    first, then = ("此前（", "其后变更为（") if "？" in question else ("Earlier(", "Laterchanged(")
    assert -1 < text.index(first) < text.index(compact(before)) < text.index(then) < text.index(after)
    assert len({citation.bulletin for citation in answer.citations}) == 2


@pytest.mark.parametrize(
    "question",
    [
        "江西农机购置补贴申报截止到哪天？",
        "湖南农机购置补贴单机上限多少？",
        "河北公共停车场管理办法什么时候施行？",
        "河北充电设施管理办法何时施行？",
        "福建2月快递业务量同比增长多少？",
        "福建3月快递业务收入是多少？",
        "远航风电中标如东海上风电项目的金额是多少？",
        "How much did Yuanhang Wind Power bid for the Rudong offshore project?",
    ],
)
def test_another_place_rule_month_or_company_is_no_change(issues: Library, question: str) -> None:
    answer = issues.ask(question)
    assert "其后" not in answer.answer
    assert "Later" not in answer.answer
    assert len({citation.bulletin for citation in answer.citations}) <= 1


def test_all_changes_are_shown_when_they_are_asked_for(issues: Library) -> None:
    text = compact(issues.ask("衢州租房补贴政策有什么变化？").answer)
    assert text.index("800元") < text.index("延长至4月30日") < text.index("每人每月1000元")


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("截至2021年3月底，《河北省公共停车场管理办法》施行了吗？", "截至2021-03-31，尚未施行"),
        ("2021年4月1日时河北省公共停车场管理办法施行了没有？", "截至2021-04-01，已施行"),
        ("截至2021年4月15日，衢州租房补贴申报截止了吗？", "截至2021-04-15，尚未截止"),
        ("截至2021年8月，安徽省湿地碳汇交易条例施行了吗？", "截至2021-08-31，尚未施行"),
        ("《绍兴市民宿登记管理办法》现在还有效吗？", "已不再有效（终止日期：2021-05-08）"),
        ("截至2021年4月，宁夏枸杞产品追溯管理办法施行了吗？", "没有写明具体日期"),
        ("Had Hebei's public parking rules come into force by 1 April 2021?", "Asof2021-04-01:yes"),
    ],
)
def test_whether_something_held_on_a_day_is_said_beside_its_quote(
    issues: Library, question: str, verdict: str
) -> None:
    answer = issues.ask(question)
    assert verdict in compact(answer.answer)
    assert answer.citations


def test_without_a_date_in_the_text_the_answer_is_a_refusal(issues: Library) -> None:
    answer = issues.ask("截至2021年4月，远航风电如东海上风电项目投产了吗？")
    assert answer.refused
    assert answer.citations == ()


def test_every_item_is_held_against_the_days_asked_for(issues: Library) -> None:
    answer = issues.ask("2021年4月以来施行的规定有哪些？")
    assert answer.answer.startswith("在 3 期 19 条中找到 4 条写明在 2021-04-01 或之后施行的")
    sure, unsure = answer.answer.split("另有 ")
    assert "2021年10月1日" in sure
    assert "征求意见稿" not in sure
    assert "征求意见稿" in unsure


def test_what_was_repealed_by_then_is_not_in_force(issues: Library) -> None:
    answer = issues.ask("截至2021年5月底，哪些办法已经施行？")
    assert [citation.title for citation in answer.citations][:1] == ["河北规范公共停车场管理"]
    assert "绍兴" not in answer.answer


def test_relative_days_are_counted_from_the_newest_bulletin_and_said(issues: Library) -> None:
    answer = issues.ask("上月发布了哪些通知？")
    assert "2021-04-01 至 2021-04-30" in answer.answer
    assert "“上月”按简报最新日期 2021-05-14 理解" in answer.answer


def test_nothing_in_the_days_asked_for_is_said_over_all_items(issues: Library) -> None:
    answer = issues.ask("明年起施行的有哪些规定？")
    assert answer.refused
    assert "在 3 期 19 条中没有找到" in answer.answer


@pytest.mark.parametrize(
    ("title", "other", "alike"),
    [
        ("衢州启动毕业生租房补贴申报", "衢州延长毕业生租房补贴申报期限", 3),
        ("江西启动农机购置补贴申报", "湖南启动农机购置补贴申报", 0),
        ("第11届马铃薯大会在昆明举行", "第12届马铃薯大会在昆明举行", 0),
        ("2月福建快递业务量增长", "3月福建快递业务量增长", 0),
        ("远航风电中标如东海上风电项目", "华岳风电中标如东海上风电项目", 1),
        ("苏州发布人才新政", "苏州举办书展", 0),
    ],
)
def test_titles_of_one_subject(title: str, other: str, alike: int) -> None:
    assert likeness(title, other) == likeness(other, title) == alike


RECORDS = [
    (
        "a1",
        "关于开展2023年度小巨人企业申报的通知",
        "申报材料须于2023年5月20日前报送。每家奖励30万元。",
        "2023-04-18",
    ),
    (
        "a2",
        "关于延长2023年度小巨人企业申报期限的通知",
        "2023年度申报截止时间延长至2023年6月10日。",
        "2023-05-17",
    ),
    (
        "a3",
        "关于开展2024年度小巨人企业申报的通知",
        "申报材料须于2024年5月25日前报送。每家奖励40万元。",
        "2024-04-20",
    ),
    (
        "b1",
        "生育津贴计发办法（试行）",
        "《生育津贴计发办法（试行）》自2023年1月1日起施行，有效期3年。",
        "2022-12-20",
    ),
    ("b2", "生育津贴计发办法", "《生育津贴计发办法》自2025年1月1日起施行，试行办法同时废止。", "2024-12-10"),
    ("d1", "市图书馆开放时间公告", "市图书馆开放时间为每日9时至21时。", "2024-01-05"),
    ("d2", "市图书馆调整开放时间", "7月1日起，市图书馆开放时间调整为每日8时30分至22时。", "2024-06-20"),
]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("export")
    lines = [
        json.dumps(dict(zip(("id", "title", "text", "date"), record, strict=True))) for record in RECORDS
    ]
    (folder / "items.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with Library.open(folder, tmp_path_factory.mktemp("index")) as library:
        yield library


@pytest.mark.parametrize(
    ("question", "changed"),
    [
        ("2023年度小巨人企业申报截止到什么时候？", True),
        ("2024年度小巨人企业申报截止到什么时候？", False),
        ("2023年度小巨人企业奖励多少钱？", False),
        ("市图书馆几点开放？", True),
    ],
)
def test_items_of_one_export_are_ordered_by_their_own_dates(
    export: Library, question: str, changed: bool
) -> None:
    assert ("其后变更为" in export.ask(question).answer) == changed


def test_the_old_rule_holds_until_the_new_one_begins(export: Library) -> None:
    text = compact(export.ask("截至2024年6月，生育津贴计发办法施行了吗？").answer)
    assert text.startswith("截至2024-06-30，已施行（施行日期：2023-01-01）")
    assert "2025年1月1日起施行" in text
