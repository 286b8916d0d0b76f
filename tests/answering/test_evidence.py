"""Which sentences of an item are quoted: those that hold what is asked, not those that repeat the topic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import library_of

from qa import Library
from qa.answering.scoring import SentenceModel
from qa.text import compact

# From the invented bulletins of tests/tuning.
ITEMS = (
    (
        "云南古茶树有了“电子身份证”",
        "云南省林业和草原局日前启动古茶树资源建档工作，为普洱、临沧、西双版纳三地树龄百年以上的古茶树逐株建立“电子身份证”，"
        "记录树龄、位置、权属和采摘情况。首批建档8.6万株，全部工作将于2022年6月完成。",
    ),
    (
        "武汉氢能公交示范线投入运营",
        "武汉市青山区9月30日开通2条氢能公交示范线，投放氢燃料电池公交车40辆。车辆加满一次氢用时8分钟，续航里程420公里，"
        "百公里氢耗约5.6公斤。\n示范线由武汉公交集团运营，票价与普通公交相同。配套的工人村加氢站日加氢能力1000公斤，氢气来自"
        "附近钢铁厂的焦炉煤气提纯，每公斤成本约29元。武汉计划到2025年推广氢能车辆1500辆，建成加氢站15座。",
    ),
    (
        "鞍山推开家庭养老床位建设",
        "鞍山市民政局日前明确，将为全市失能、半失能老年人建设家庭养老床位3000张，改造内容包括安装扶手、呼叫器、睡眠监测带等"
        "12项。每张床位改造补贴不超过4000元，服务补贴按失能程度每月发放200元至500元。\n服务由17家养老机构就近承接，医护人员"
        "每周至少上门2次，应急呼叫须在30分钟内响应。",
    ),
    (
        "成都启用智慧水务调度中心",
        "6月28日，成都市水务局宣布，全市智慧水务调度中心正式启用。该中心接入11座自来水厂、286座加压泵站和1.2万公里供水管网的"
        "运行数据，爆管报警时间由平均6小时缩短到25分钟。\n据介绍，调度中心由成都市水务局与锦水集团共同建设，启用前已在武侯、"
        "青羊、郫都3个区试运行8个月，试运行期间累计发现暗漏点1740处。",
    ),
)


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = Path(tmp_path_factory.mktemp("invented"))
    items = [{"title": title, "text": text} for title, text in ITEMS]
    with library_of(folder, items) as library:
        yield library


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("云南首批给多少株古茶树建了档？", "8.6万株"),
        ("青山区的氢能公交加满一次氢能跑多远？", "420公里"),
        ("鞍山每张家庭养老床位改造最多补多少？", "不超过4000元"),
        ("蓉城地下送水的管子裂了，如今多快就会有人晓得？", "25分钟"),
    ],
)
def test_the_sentence_that_holds_what_is_asked_is_quoted(
    invented: Library, question: str, wanted: str
) -> None:
    answer = invented.ask(question)
    assert not answer.refused
    assert wanted in compact(answer.answer)


def test_a_plain_fact_is_answered_by_few_sentences(invented: Library) -> None:
    answer = invented.ask("武汉氢能公交的续航里程是多少？")
    assert "420公里" in compact(answer.answer)
    assert answer.answer.count("。") <= 2


def test_a_lead_in_score_is_a_share_of_certainty() -> None:
    model = SentenceModel((), 10.0)
    shares = model.shares([0.9, 0.8, 0.2])
    assert sum(shares) == pytest.approx(1.0)
    assert shares[0] > 2 * shares[1] > 100 * shares[2]
    assert model.shares([]) == []
