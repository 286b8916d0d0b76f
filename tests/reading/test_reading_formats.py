"""Each format gives the same bulletin."""

import json
from pathlib import Path

import pytest
from making import docx, html, pdf, set_bulletin, two_columns
from typesetting import CONTENT, PARAGRAPHS, SECTIONS, TITLES, Setting, check_coverage, check_spans, typeset

from qa.errors import ReadingError
from qa.parsing import parse_bulletin
from qa.reading import SUFFIXES, read_source
from qa.text import compact
from qa.types import Bulletin

SEEDS = Path(__file__).parents[2] / "seeds"


def parsed(folder: Path, name: str, data: bytes | str) -> Bulletin:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return parse_bulletin(read_source(path, name))


def check(bulletin: Bulletin) -> None:
    assert [compact(item.title) for item in bulletin.items] == [compact(title) for title in TITLES]
    assert bulletin.sections == SECTIONS
    assert [compact(passage.text) for item in bulletin.items for passage in item.passages] == [
        compact(paragraph) for paragraph in PARAGRAPHS
    ]
    check_spans(bulletin)
    check_coverage(bulletin)


def test_the_suffixes_are_those_of_the_contract() -> None:
    assert {".docx", ".htm", ".html", ".jsonl", ".md", ".pdf", ".txt"} == SUFFIXES


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_text_is_read_in_any_usual_encoding_and_with_any_line_ends(
    tmp_path: Path, encoding: str, ends: str
) -> None:
    text = typeset(Setting(width=56, indent="　　"))
    bulletin = parsed(tmp_path, "a.txt", text.replace("\n", ends).encode(encoding))
    assert bulletin.text == text
    check(bulletin)


def test_traditional_text_in_big5_is_read(tmp_path: Path) -> None:
    text = "臺灣經濟發展動態\n今年第一季經濟成長率為百分之三，出口與投資同時增加，政府將繼續推動產業升級。\n"
    assert parsed(tmp_path, "a.txt", text.encode("big5")).text == text


@pytest.mark.parametrize("header", ["", "浙江信息简报　第 6 期"])
@pytest.mark.parametrize("number", ["— {} —", "{}", "第 {} 页"])
def test_a_pdf_keeps_its_pages_and_loses_headers_and_page_marks(
    tmp_path: Path, header: str, number: str
) -> None:
    bulletin = parsed(tmp_path, "a.pdf", pdf(header=header, number=number))
    check(bulletin)
    assert len(bulletin.pages) == 3
    assert bulletin.items[0].page == 1
    assert bulletin.items[-1].page == 3


@pytest.mark.parametrize("interleaved", [False, True], ids=["column by column", "line by line"])
def test_a_pdf_in_two_columns_is_read_down_each_column(tmp_path: Path, interleaved: bool) -> None:
    check(parsed(tmp_path, "a.pdf", two_columns(interleaved=interleaved)))


@pytest.mark.parametrize("headings", [True, False], ids=["heading styles", "plain paragraphs"])
def test_a_word_document_is_read_with_or_without_heading_styles(tmp_path: Path, headings: bool) -> None:
    check(parsed(tmp_path, "a.docx", docx(headings=headings)))


def test_tables_stay_readable_as_rows(tmp_path: Path) -> None:
    rows = [("城市", "项目数", "投资额"), ("杭州", "12", "30 亿元"), ("宁波", "9", "21 亿元")]
    word = parsed(tmp_path, "a.docx", docx(table=rows))
    cells = "".join("<tr>" + "".join(f"<td><p>{cell}</p></td>" for cell in row) + "</tr>" for row in rows)
    web = parsed(tmp_path, "a.html", html(table=f"<table>{cells}</table>"))
    for bulletin in (word, web):
        assert [passage.text for passage in bulletin.items[-1].passages][-3:] == [
            "城市 | 项目数 | 投资额",
            "杭州 | 12 | 30 亿元",
            "宁波 | 9 | 21 亿元",
        ]
        check_coverage(bulletin)


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk", "gb18030"])
@pytest.mark.parametrize("suffix", [".html", ".htm"])
def test_a_web_page_is_read_without_its_furniture(tmp_path: Path, charset: str, suffix: str) -> None:
    bulletin = parsed(tmp_path, f"a{suffix}", html(charset).encode(charset))
    check(bulletin)
    for unseen in ("首页", "脚本", "看不见", "注释", "网页标题"):
        assert unseen not in bulletin.text


def test_markdown_is_read_without_its_front_matter(tmp_path: Path) -> None:
    text = "---\ntitle: 简报\n---\n" + typeset(Setting(section="# {}", title="## {}", between_blocks="\n\n"))
    check(parsed(tmp_path, "a.md", text + "\n\n---\n<!-- 注释 -->\n"))


def test_an_export_keeps_ids_titles_sections_and_dates(tmp_path: Path) -> None:
    lines = [
        json.dumps(
            {
                "id": f"n{number}",
                "title": title,
                "text": "\n".join(paragraphs),
                "section": section,
                "date": "2021-03-08",
            },
            ensure_ascii=False,
        )
        for section, reports in CONTENT
        for number, (title, paragraphs) in enumerate(reports, 10 * SECTIONS.index(section))
    ]
    bulletin = parsed(tmp_path, "a.jsonl", "\n".join(lines) + "\n\n")
    assert [item.item_id for item in bulletin.items] == ["n0", "n1", "n10", "n11", "n20"]
    assert [item.date for item in bulletin.items] == ["2021-03-08"] * 5
    assert bulletin.sections == SECTIONS
    assert [item.title for item in bulletin.items] == TITLES
    assert [compact(passage.text) for item in bulletin.items for passage in item.passages] == [
        compact(paragraph) for paragraph in PARAGRAPHS
    ]
    check_spans(bulletin)


def test_an_export_item_without_text_is_found_by_its_title(tmp_path: Path) -> None:
    bulletin = parsed(tmp_path, "a.jsonl", '{"id": "1", "title": "只有标题", "text": ""}\n')
    assert [passage.text for passage in bulletin.items[0].passages] == ["只有标题"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: not JSON"),
        ("[1]", "line 2: a list, not an object"),
        ('{"id": null, "title": null, "text": null}', "line 2: 'id' is null, not a string"),
        ('{"id": "y", "title": "a", "text": {"a": 1}}', "line 2: 'text' is an object, not a string"),
        ('{"id": "y", "title": "a", "text": ' + "9" * 5000 + "}", "line 2: not JSON"),
        ('{"title": "a", "text": "b"}', "line 2: 'id' is missing"),
        ('{"id": 5, "title": "a", "text": "b"}', "line 2: 'id' is a number, not a string"),
        ('{"id": "", "title": "a", "text": "b"}', "line 2: 'id' must be"),
        ('{"id": "a\\nb", "title": "a", "text": "b"}', "line 2: 'id' must be"),
        ('{"id": "x", "title": "a", "text": "b"}', "line 2: id 'x' stands on line 1 too"),
        ('{"id": "y", "title": "a", "text": "b", "date": "2021-2-3"}', "line 2: 'date' is '2021-2-3'"),
        ('{"id": "y", "title": "a", "text": "b", "date": "2021-02-30"}', "line 2: 'date' is '2021-02-30'"),
        ('{"id": "y", "title": "", "text": " "}', "line 2: title and text are both empty"),
        ('{"id": "y", "title": "a", "text": "\\ud800"}', "line 2: half a character"),
        ("[" * 100_000, "line 2: nested too deeply"),
    ],
)
def test_a_bad_line_of_an_export_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ReadingError) as caught:
        parsed(tmp_path, "a.jsonl", '{"id": "x", "title": "a", "text": "b"}\n' + line + "\n")
    assert str(caught.value).startswith(f"a.jsonl: {said}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("name", ["000_c35e435d67e0821e.txt", "001_167d264cfd7a1efd.txt"])
def test_a_sample_set_as_a_pdf_gives_the_same_items_and_passages(
    tmp_path: Path, name: str, count: int
) -> None:
    original = parse_bulletin(read_source(SEEDS / name, name))
    again = parsed(tmp_path, "a.pdf", set_bulletin(original, count))
    assert again.sections == original.sections
    assert [compact(item.title) for item in again.items] == [compact(item.title) for item in original.items]
    assert [[compact(each.text) for each in item.passages] for item in again.items] == [
        [compact(each.text) for each in item.passages] for item in original.items
    ]
    assert [item.date for item in again.items] == [item.date for item in original.items]
    assert [[len(each.points) for each in item.enumerations] for item in again.items] == [
        [len(each.points) for each in item.enumerations] for item in original.items
    ]
    check_spans(again)
    check_coverage(again)


def test_what_stands_around_the_article_of_a_web_page_is_of_no_item(tmp_path: Path) -> None:
    page = """<html><head><title>某市人民政府</title></head><body>
    <div><ul><li><a href="/">首页</a></li><li><a href="/zw">政务公开</a></li><li><a href="/fw">办事服务</a></li></ul></div>
    <div>当前位置：<a href="/">首页</a> &gt; <a href="/x">市政要闻</a></div>
    <h1><a name="top">市政府常务会议研究部署数字化转型工作</a></h1>
    <div><span>来源：市政府办公室</span><span>发布时间：2022-03-15 09:30</span><span>字号：[<a href="#">大</a>]</span></div>
    <p>　　3月14日，市长主持召开市政府<a href="/c">常务会议</a>，研究部署城市数字化转型工作。</p>
    <p><a name="two">　　会议明确三项任务：</a></p>
    <ol><li>加强统筹。</li><li>落实资金。</li><li>强化监督。</li></ol>
    <div>【打印本页】【关闭窗口】</div><div>上一篇：<a href="/p">市领导调研</a></div>
    <div>版权所有：某市人民政府办公室 京ICP备05012345号 <a href="/m">网站地图</a></div></body></html>"""
    bulletin = parsed(tmp_path, "a.html", page)
    (item,) = bulletin.items
    assert (item.title, item.date) == ("市政府常务会议研究部署数字化转型工作", "2022-03-14")
    assert [passage.text for passage in item.passages][1:] == [
        "3月14日，市长主持召开市政府常务会议，研究部署城市数字化转型工作。",
        "会议明确三项任务：",
        "1. 加强统筹。",
        "2. 落实资金。",
        "3. 强化监督。",
    ]
    assert [len(found.points) for found in item.enumerations] == [3]
    check_spans(bulletin)


def test_a_web_page_that_is_a_list_of_links_is_kept(tmp_path: Path) -> None:
    rows = "".join(
        f"<p><a href='/{number}'>某市召开第{number}次工作会议部署任务</a></p>" for number in range(5)
    )
    bulletin = parsed(tmp_path, "a.html", f"<html><body>{rows}</body></html>")
    assert "第4次" in "".join(passage.text for item in bulletin.items for passage in item.passages)
