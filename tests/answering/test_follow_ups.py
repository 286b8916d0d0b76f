"""Follow-ups end to end: what is carried over, what is not, and the place that takes another's place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import library_of

from qa import Library
from qa.text import compact

# From the invented bulletins of tests/tuning.
ITEMS = (
    (
        "沈阳地下管廊启用消防巡检机器人",
        "沈阳市在南运河段12.6公里地下综合管廊内投用24台轨道式巡检机器人，每4小时完成一次全线巡检，可识别温度异常、可燃气体"
        "泄漏和积水。发现火情后，机器人能在90秒内到达并释放干粉灭火剂。",
    ),
    (
        "贵州启用林火视频监控“鹰眼”系统",
        "贵州省林业局2月6日启用“鹰眼”林火监控系统，在梵净山、黔灵山等地架设高空摄像头1260个，覆盖重点林区面积的78%。系统"
        "每3分钟扫描一圈，发现烟点后自动定位，定位误差不超过30米。",
    ),
    (
        "西安为地铁穿越文物区设定振动“红线”",
        "导则要求从三个环节落实保护责任：一是设计环节，穿越路段一律采用钢弹簧浮置板道床；二是施工环节，盾构每推进10环必须"
        "复核一次沉降数据；三是运营环节，沿线132个监测点每季度向文物部门报送一次数据。",
    ),
)


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = Path(tmp_path_factory.mktemp("followed"))
    items = [{"title": title, "text": text} for title, text in ITEMS]
    with library_of(folder, items) as library:
        yield library


@pytest.mark.parametrize(("asked", "wanted"), [("第二条呢？", "施工环节"), ("第三个是什么？", "运营环节")])
def test_one_point_of_the_list_before_can_be_asked_for(invented: Library, asked: str, wanted: str) -> None:
    text = compact(invented.ask(asked, ["西安的地铁导则有哪三个环节？"]).answer)
    assert wanted in text
    assert "设计环节" not in text


def test_another_place_is_answered_from_its_own_item(invented: Library) -> None:
    answer = invented.ask("那贵州呢？", ["沈阳管廊机器人多久扫描一圈？"])
    assert not answer.refused
    assert {citation.title for citation in answer.citations} == {ITEMS[1][0]}
    assert answer.standalone_question == "贵州多久扫描一圈？"


def test_another_place_without_the_topic_stays_refused(invented: Library) -> None:
    answer = invented.ask("那贵州呢？", ["沈阳的管廊机器人多少钱一台？"])
    assert answer.refused
