from __future__ import annotations

import pytest

from qa.places import gazetteer


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("羊城和苏州", ["广州市", "苏州市"]),
        ("沪苏两地", ["上海市", "江苏省"]),
        ("复苏的市场", []),
        ("鹏城、蓉城、泉城", ["深圳市", "成都市", "济南市"]),
        ("浦东新区与临港", ["浦东新区"]),
        ("在黄浦江畔的南京路上", []),
        ("上海银行与南京农业大学", []),
        ("What about Qingdao and Xi'an?", ["青岛市", "西安市"]),
        ("Inner Mongolia's grid", ["内蒙古自治区"]),
        ("东海边的太湖县", ["太湖县"]),
    ],
)
def test_places_are_found_by_name_nickname_and_in_english(text: str, names: list[str]) -> None:
    assert [mention.places[0].name for mention in gazetteer().find(text)] == names


def test_a_shared_name_keeps_every_place_it_may_mean() -> None:
    (mention,) = gazetteer().find("Suzhou")
    assert {place.name for place in mention.places} >= {"苏州市", "宿州市"}


def test_a_province_covers_its_cities_and_not_the_other_way_round() -> None:
    guangdong, shenzhen = (gazetteer().find(name)[0].places[0] for name in ("广东", "深圳"))
    assert guangdong.covers(shenzhen)
    assert not shenzhen.covers(guangdong)


def test_spans_slice_the_mention() -> None:
    text = "本周，蓉城与杭州市签约"
    for mention in gazetteer().find(text):
        assert text[mention.start : mention.end] == mention.text
