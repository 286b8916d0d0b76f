"""Whatever the text, the parser returns, its spans hold and nothing is lost."""

import random

from hypothesis import example, given, settings
from hypothesis import strategies as st
from typesetting import Setting, check_coverage, check_spans, source, typeset

from qa.parsing import parse_bulletin
from qa.types import SourceText

PIECES = st.sampled_from(
    [
        "\n", "\n\n", "\f", " ", "　　", "\t", "。", "，", "；", "：", "“", "”", "（", "）", "《", "》", "、", "!", ".", "|", " | ",
        "一是", "二是", "三是", "首先", "第一，", "（一）", "一、", "二、", "1.", "2. ", "①", "②", "一方面", "另一方面",
        "目录", "……", "……3", "— 3 —", "第 3 页", "3", "【工作动态】", "工作动态", "# ", "## ", "**", "◆", "★ ", "- ",
        "第 12 期", "2021 年 3 月 8 日", "12 月 30 日", "明年", "日前", "内部资料", "报：", "责任编辑：", "简报", "上海",
        "上海发布全国首个条例", "以下几个方面", "四项任务", "G60", "PM2.5", "the city", "a", "\u3000", "\xa0", "𠀀", "é", "\u0301",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=60).map("".join)


def holds(made: SourceText) -> None:
    bulletin = parse_bulletin(made)
    assert bulletin == parse_bulletin(made)
    check_spans(bulletin)
    check_coverage(bulletin)
    assert all(item.title and item.passages for item in bulletin.items)
    assert len({item.item_id for item in bulletin.items}) == len(bulletin.items)


@given(TEXTS)
@example("\f")
@example("# a\n\n# b")
@example("第 1 期\n" * 30)
@settings(max_examples=250, deadline=None)
def test_any_arrangement_of_pieces_parses(text: str) -> None:
    holds(source(text))


@given(st.text(max_size=120))
@settings(max_examples=150, deadline=None)
def test_any_text_parses(text: str) -> None:
    clean = text.replace("\r", "\n").encode("utf-8", "replace").decode()
    holds(source(clean))


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_a_bulletin_with_lines_lost_doubled_or_swapped_parses(seed: int) -> None:
    chance = random.Random(seed)
    width = chance.choice([0, 40, 52, 60])
    lines = typeset(Setting(width=width, indent=chance.choice(["", "　　"]))).split("\n")
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                del lines[place]
            case 1:
                lines.insert(place, chance.choice(lines))
            case 2:
                lines.insert(place, chance.choice(["", "\f", "— 2 —", "目录", "第 3 期", "报：某某"]))
            case _:
                lines[place] = lines[place][: chance.randrange(1 + len(lines[place]))]
    holds(source("\n".join(lines)))
