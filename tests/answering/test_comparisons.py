"""Comparisons: a block for each side, whatever tells the sides apart, and the side that isn't covered named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from invented import library_of

from qa import Library
from qa.answering.compare import sides_of
from qa.query import COMPARE, understand
from qa.text import compact

# From the invented bulletins of tests/tuning.
ITEMS = (
    (
        "2019-07-22",
        "新加坡在组屋区试行气动垃圾收集",
        "新加坡建屋发展局和国家环境局近期在裕华等4个组屋区试行气动垃圾收集系统。居民把垃圾投入楼层投放口后，垃圾经地下管道以"
        "每小时70公里的速度被吸送到集中站，整个过程不到1分钟。",
    ),
    (
        "2023-02-27",
        "新加坡实行“学长式”就业导师计划",
        "新加坡劳动力发展局1月启动就业导师计划，招募980名在职5年以上的专业人士，与理工学院毕业生结成一对一辅导关系，辅导期为"
        "9个月。导师每月获得250新元补贴。",
    ),
    (
        "2019-07-22",
        "丹麦以自行车快速路缓解通勤拥堵",
        "丹麦首都大区已建成自行车快速路8条，总长167公里。建设资金由国家承担一半，其余由沿线21个市镇分担。",
    ),
    (
        "2021-04-26",
        "芬兰图书馆变身“城市客厅”",
        "芬兰赫尔辛基的公共图书馆除借阅图书外，还向市民出借电钻、缝纫机、帐篷等日用品，借期一般为14天。图书馆运营经费的九成"
        "来自市政预算，其余来自场地出租。",
    ),
    (
        "2021-04-26",
        "洛阳12家博物馆开启“夜游模式”",
        "从4月17日到10月31日，洛阳市12家博物馆每周五、周六延时开放至21时30分。夜场实行预约制，每馆每晚限流1500人，门票按"
        "日场价格的六折收取，持本市居民卡可免费参观两次。",
    ),
    (
        "2024-05-13",
        "武夷山开放“茶路”研学基地",
        "4月20日，福建武夷山“茶路”研学基地对外开放。基地位于星村镇，占地150亩，开设做青、审评、茶席3门课程，门票60元，学生"
        "半价，每周一闭馆。",
    ),
    (
        "2023-02-27",
        "四川推广地铁“静音车厢”",
        "2月1日起，成都地铁6条线路的第3节和第6节车厢设为“静音车厢”，车内广播音量下调到55分贝。乘务管理人员以劝导为主，"
        "不作处罚。",
    ),
    (
        "2022-10-17",
        "武汉氢能公交示范线投入运营",
        "武汉市青山区9月30日开通2条氢能公交示范线，投放氢燃料电池公交车40辆。车辆加满一次氢用时8分钟，续航里程420公里。",
    ),
)


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = Path(tmp_path_factory.mktemp("compared"))
    items = [{"date": date, "title": title, "text": text} for date, title, text in ITEMS]
    with library_of(folder, items) as library:
        yield library


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("新加坡 2019 年和 2023 年的举措分别是什么？", ["气动垃圾收集", "就业导师计划"]),
        ("芬兰、丹麦的经验分别是什么？", ["借阅图书", "自行车快速路8条"]),
        ("洛阳博物馆与武夷山研学基地的门票相比有什么不同？", ["六折", "60元"]),
        ("武汉氢能公交和成都静音车厢分别从哪天开始？", ["9月30日", "2月1日"]),
        ("成都静音车厢还是武汉氢能公交更早开始？", ["2月1日", "9月30日"]),
    ],
)
def test_every_side_is_answered(invented: Library, question: str, wanted: list[str]) -> None:
    answer = invented.ask(question)
    assert not answer.refused, answer.answer
    text = compact(answer.answer)
    assert [part for part in wanted if part not in text] == []
    assert len({citation.item_id for citation in answer.citations}) == 2


def test_a_side_is_missing_by_its_name_alone(invented: Library) -> None:
    answer = invented.ask("芬兰和挪威的图书馆分别怎么办？")
    assert "关于“挪威”" in answer.answer
    assert {citation.title for citation in answer.citations} == {"芬兰图书馆变身“城市客厅”"}


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        (
            "河南农机补偿金与内蒙古奶牛贷款，期限哪个更长？",
            ["河南农机补偿金期限多长时间？", "内蒙古奶牛贷款期限多长时间？"],
        ),
        ("浙江的渔船和四川的用水，哪个更早推行？", ["浙江的渔船什么时候推行？", "四川的用水什么时候推行？"]),
        ("甘肃、海南、云南三地的举措分别是什么？", ["甘肃的举措是什么？", "海南的举措是什么？", "云南的举措是什么？"]),
        ("武汉公交和成都地铁分别从哪天开始？", ["武汉公交从哪天开始？", "成都地铁从哪天开始？"]),
        ("海河基金和太湖基金，参与方有什么不同？", ["海河基金参与方", "太湖基金参与方"]),
        ("Which is longer, the trial of A1 or the trial of B2?", ["how long the trial of A1?", "how long the trial of B2?"]),
        ("Compare Shanghai and Jiangsu.", ["Shanghai.", "Jiangsu."]),
    ],
)  # fmt: skip
def test_each_side_becomes_a_question_of_its_own(question: str, sides: list[str]) -> None:
    query = understand(question)
    assert query.kind == COMPARE
    found = [side.questions[0].rstrip("？?") for side in sides_of(query)]
    assert found == [side.rstrip("？?") for side in sides]


def test_the_dates_of_a_side_are_those_that_the_question_resolved() -> None:
    query = understand("上海 11 月和 12 月的项目有什么不同？", reference=date(2020, 12, 30))
    months = [side.readings(query)[0].dates[0].first for side in sides_of(query)]
    assert months == ["2020-11-01", "2020-12-01"]
