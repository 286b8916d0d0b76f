"""Lists in text: lead, points and the number announced."""

import pytest
from typesetting import check_spans, source, visible

from qa.parsing import parse_bulletin

Found = tuple[str | None, list[str], int | None]


def lists(body: str) -> list[Found]:
    bulletin = parse_bulletin(source("某市推进重点工作的主要做法\n" + body))
    check_spans(bulletin)
    return [
        (
            visible(bulletin, *found.lead) if found.lead else None,
            [visible(bulletin, *point) for point in found.points],
            found.announced,
        )
        for item in bulletin.items
        for found in item.enumerations
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "方案提出四项重点任务：一是强化联动；二是加强协同；三是聚焦融合；四是优化服务。针对四项任务，进一步明确举措。",
            (
                "方案提出四项重点任务：",
                ["一是强化联动；", "二是加强协同；", "三是聚焦融合；", "四是优化服务。"],
                4,
            ),
        ),
        (
            "该市将有六大工作举措。一是建园区；二是建设施。",
            ("该市将有六大工作举措。", ["一是建园区；", "二是建设施。"], 6),
        ),
        (
            "条例有以下几个亮点。\n一是明确原则。坚持保护优先。\n二是固化成果。支持先行先试。\n其他方面照旧。",
            ("条例有以下几个亮点。", ["一是明确原则。坚持保护优先。", "二是固化成果。支持先行先试。"], None),
        ),
        (
            "主要推进如下工作：一是制定规范。规范适用于全体人员。二是开展消杀。人员做好防护。三是实施管理。即集中居住。",
            (
                "主要推进如下工作：",
                [
                    "一是制定规范。规范适用于全体人员。",
                    "二是开展消杀。人员做好防护。",
                    "三是实施管理。即集中居住。",
                ],
                None,
            ),
        ),
        (
            "标准有两方面特色：一是设计明晰。可操作性强。\n二是切合实际。扩充了内容。",
            ("标准有两方面特色：", ["一是设计明晰。可操作性强。", "二是切合实际。扩充了内容。"], 2),
        ),
        (
            "会议强调三点要求。首先，提高认识。其次，压实责任。最后，加强督查。",
            ("会议强调三点要求。", ["首先，提高认识。", "其次，压实责任。", "最后，加强督查。"], 3),
        ),
        (
            "经验有三条：第一，党建引领；第二，部门联动；第三，群众参与。",
            ("经验有三条：", ["第一，党建引领；", "第二，部门联动；", "第三，群众参与。"], 3),
        ),
        (
            "包括以下内容：（1）摸清底数；（2）建立台账；（3）销号管理。",
            ("包括以下内容：", ["（1）摸清底数；", "（2）建立台账；", "（3）销号管理。"], None),
        ),
        (
            "具体做法如下：①统一受理；②并联审批；③限时办结。",
            ("具体做法如下：", ["①统一受理；", "②并联审批；", "③限时办结。"], None),
        ),
        (
            "对企业有两个好处：一方面，成本下降；另一方面，效率提高。",
            ("对企业有两个好处：", ["一方面，成本下降；", "另一方面，效率提高。"], 2),
        ),
        (
            "提出三项措施。\n1. 摸清底数。全面排查。\n2. 建立台账。逐项登记。\n3. 销号管理。完成一项销一项。",
            (
                "提出三项措施。",
                ["1.摸清底数。全面排查。", "2.建立台账。逐项登记。", "3.销号管理。完成一项销一项。"],
                3,
            ),
        ),
        (
            "会议提出三点要求，一要提高站位，二要压实责任，三要严肃纪律。",
            ("会议提出三点要求，", ["一要提高站位，", "二要压实责任，", "三要严肃纪律。"], 3),
        ),
        (
            "相关单位须在 5 个工作日内完成以下工作：一是登记；二是上报。",
            ("相关单位须在5个工作日内完成以下工作：", ["一是登记；", "二是上报。"], None),
        ),
        (
            "上海四措施加强开放。一是吸引机构落户。二是扩大业务范围。",
            ("上海四措施加强开放。", ["一是吸引机构落户。", "二是扩大业务范围。"], 4),
        ),
    ],
)
def test_a_list_is_found_with_its_lead_points_and_number(body: str, expected: Found) -> None:
    assert lists(body) == [expected]


def test_a_list_inside_a_point_is_a_list_of_its_own() -> None:
    outer, inner = lists(
        "工作分两个阶段。\n（一）准备阶段。主要有两件事：一是摸底；二是培训。\n（二）实施阶段。全面推开。"
    )
    assert [point[:6] for point in outer[1]] == ["（一）准备阶", "（二）实施阶"]
    assert inner == ("主要有两件事：", ["一是摸底；", "二是培训。"], 2)


def test_two_lists_of_one_kind_are_kept_apart() -> None:
    found = lists("上半年有两项成果：一是扩面；二是提质。\n下半年有两项任务：一是攻坚；二是收官。")
    assert [each[1] for each in found] == [["一是扩面；", "二是提质。"], ["一是攻坚；", "二是收官。"]]


@pytest.mark.parametrize(
    "body",
    [
        "这是“一是一、二是二”的作风。",
        "数字中国、一网通办、二维码等应用。",
        "第一时间响应，第二天办结。",
        "一是打基础。",
    ],
)
def test_words_that_only_look_like_markers_make_no_list(body: str) -> None:
    assert lists(body) == []
