"""The same made-up bulletin in every layout gives the same structure."""

import pytest
from typesetting import (
    PARAGRAPHS,
    SECTIONS,
    TITLES,
    Setting,
    check_coverage,
    check_spans,
    source,
    typeset,
)

from qa.parsing import parse_bulletin
from qa.text import compact

LAYOUTS = {
    "one paragraph a line": Setting(),
    "one paragraph a line, blank lines between": Setting(between_blocks="\n\n"),
    "paragraphs start with two full-width spaces": Setting(indent="　　"),
    "wrapped, two full-width spaces": Setting(width=56, indent="　　"),
    "wrapped, four spaces": Setting(width=56, indent="    "),
    "wrapped, blank lines between paragraphs only": Setting(width=56, between_blocks="\n\n"),
    "wrapped, blank lines between paragraphs, indents": Setting(
        width=64, indent="　　", between_blocks="\n\n"
    ),
    "wrapped, blank lines between all lines, indents lost": Setting(
        width=52, drop_indent=True, between_lines="\n\n", between_blocks="\n\n"
    ),
    "wrapped, no blank lines, indents lost": Setting(width=52, drop_indent=True),
    "wrapped narrowly, indents lost": Setting(width=40, drop_indent=True),
    "wrapped, a space ends each block": Setting(
        width=52, drop_indent=True, between_lines="\n\n", between_blocks="\n\n", block_end=" "
    ),
    "wrapped, headings centred, indents": Setting(width=60, indent="　　", centred=True),
    "numbered sections": Setting(number_sections=True),
    "numbered sections and titles": Setting(number_sections=True, number_titles=True),
    "numbered sections, wrapped": Setting(width=56, indent="　　", number_sections=True),
    "numbered titles under plain sections, indents lost": Setting(
        width=52, drop_indent=True, number_titles=True
    ),
    "sections in brackets": Setting(section="【{}】"),
    "sections in brackets, wrapped": Setting(width=56, indent="　　", section="【{}】"),
    "starred sections": Setting(section="★ {}"),
    "titles with diamonds": Setting(title="◆{}"),
    "sections in brackets, titles with diamonds, wrapped": Setting(
        width=56, drop_indent=True, section="【{}】", title="◆ {}"
    ),
    "Markdown levels 1 and 2": Setting(section="# {}", title="## {}", between_blocks="\n\n"),
    "Markdown levels 2 and 4": Setting(section="## {}", title="#### {}", between_blocks="\n\n"),
    "Markdown section, bold title": Setting(section="## {}", title="**{}**", between_blocks="\n\n"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_layout_does_not_change_what_is_found(name: str) -> None:
    bulletin = parse_bulletin(source(typeset(LAYOUTS[name])))
    assert [compact(item.title) for item in bulletin.items] == [compact(title) for title in TITLES]
    assert bulletin.sections == SECTIONS
    assert [compact(passage.text) for item in bulletin.items for passage in item.passages] == [
        compact(paragraph) for paragraph in PARAGRAPHS
    ]
    lists = [(found.announced, len(found.points)) for item in bulletin.items for found in item.enumerations]
    assert lists == [(4, 4), (3, 3)]
    check_spans(bulletin)
    check_coverage(bulletin)


def with_pages(text: str, mark: str, every: int, header: str = "", feed: str = "\f") -> str:
    """`text` cut into pages of `every` lines, each with a header line and a mark with its number."""
    lines = text.split("\n")
    pages = [lines[start : start + every] for start in range(0, len(lines), every)]
    return feed.join(
        "\n".join([*([header] if header else []), *page, mark.format(number)]) + "\n"
        for number, page in enumerate(pages, 1)
    )


@pytest.mark.parametrize(
    "mark", ["— {} —", "- {} -", "－{}－", "第 {} 页", "第{}页 共9页", "{}", "Page {} of 9"]
)
@pytest.mark.parametrize("header", ["", "浙江信息简报", "浙江信息简报　2021 年第 6 期"])
def test_page_marks_and_running_headers_stay_out_of_every_quote(mark: str, header: str) -> None:
    text = with_pages(typeset(Setting(width=56, indent="　　")), mark, 9, header)
    bulletin = parse_bulletin(source(text))
    assert [compact(item.title) for item in bulletin.items] == [compact(title) for title in TITLES]
    assert [compact(passage.text) for item in bulletin.items for passage in item.passages] == [
        compact(paragraph) for paragraph in PARAGRAPHS
    ]
    assert len(bulletin.pages) == text.count("\f") + 1
    check_spans(bulletin)
    check_coverage(bulletin)


@pytest.mark.parametrize("mark", ["— {} —", "第 {} 页", "{}"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["no blank lines", "blank lines between all lines"])
@pytest.mark.parametrize("trailing", [False, True], ids=["plain line ends", "a space ends each block"])
def test_pages_are_parted_by_their_marks_where_form_feeds_are_lost(
    mark: str, gap: str, trailing: bool
) -> None:
    setting = Setting(
        width=52, drop_indent=True, between_lines=gap, between_blocks=gap, block_end=" " * trailing
    )
    lines = [line for line in typeset(setting).split("\n") if line.strip()]
    pages = [lines[start : start + 11] for start in range(0, len(lines), 11)]
    text = gap.join(gap.join([*page, mark.format(number)]) for number, page in enumerate(pages, 1)) + "\n"
    bulletin = parse_bulletin(source(text))
    assert len(bulletin.pages) == len(pages) == 4
    assert [compact(item.title) for item in bulletin.items] == [compact(title) for title in TITLES]
    assert [compact(passage.text) for item in bulletin.items for passage in item.passages] == [
        compact(paragraph) for paragraph in PARAGRAPHS
    ]
    check_spans(bulletin)
    check_coverage(bulletin)


def test_numbers_alone_are_no_page_marks_in_a_table_or_between_whole_sentences() -> None:
    table = "某市召开会议\n会议公布了各区项目数。\n" + "\n".join(
        f"{number}\n浦东项目" for number in range(1, 9)
    )
    numbered = "\n".join(f"{number}\n" + "某区建成一批社区设施，方便居民。\n" * 9 for number in range(1, 5))
    for text in (table, numbered):
        assert len(parse_bulletin(source(text)).pages) == 1
