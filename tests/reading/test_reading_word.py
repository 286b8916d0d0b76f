"""What hides in Word documents: page breaks, text boxes, tracked changes, content controls, nested tables."""

import io
from pathlib import Path

import pytest
from docx import Document
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from qa.parsing import parse_bulletin
from qa.reading import read_source
from qa.types import SourceText


def read(folder: Path, document: object) -> SourceText:
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    path = folder / "a.docx"
    path.write_bytes(stream.getvalue())
    return read_source(path, "a.docx")


def paragraph(inner: str) -> object:
    return parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>")


def run(text: str) -> str:
    return f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>"


@pytest.mark.parametrize("rendered", [False, True], ids=["a break set by hand", "a break that Word rendered"])
def test_a_page_break_inside_a_paragraph_counts_pages_and_leaves_it_whole(
    tmp_path: Path, rendered: bool
) -> None:
    document = Document()
    document.add_heading("某市召开大会", 1)
    text = document.add_paragraph("3 月 1 日，某市召开大会，部署下一")
    if rendered:
        text._p.append(parse_xml(f"<w:r {nsdecls('w')}><w:lastRenderedPageBreak/></w:r>"))
    else:
        text.add_run().add_break(WD_BREAK.PAGE)
    text.add_run("阶段工作。")
    document.add_heading("某县建成书房", 1)
    document.add_paragraph("3 月 2 日建成。")
    bulletin = parse_bulletin(read(tmp_path, document))
    assert [(item.title, item.page) for item in bulletin.items] == [("某市召开大会", 1), ("某县建成书房", 2)]
    assert [passage.text for passage in bulletin.items[0].passages] == [
        "3 月 1 日，某市召开大会，部署下一阶段工作。"
    ]
    assert len(bulletin.pages) == 2


def test_inserted_text_is_read_and_deleted_text_is_not(tmp_path: Path) -> None:
    document = Document()
    inner = run("会议") + f"<w:ins w:id='1' w:author='a'>{run('决定')}</w:ins>"
    inner += "<w:del w:id='2' w:author='a'><w:r><w:delText>废止</w:delText></w:r></w:del>" + run("通过条例。")
    document.element.body.insert(0, paragraph(inner))
    assert read(tmp_path, document).text.strip() == "会议决定通过条例。"


def test_links_controls_and_text_boxes_are_read_once(tmp_path: Path) -> None:
    document = Document()
    body = document.element.body
    control = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p>{run('控件里的文字。')}</w:p></w:sdtContent></w:sdt>"
    body.insert(0, parse_xml(control))
    body.insert(1, paragraph(run("见") + f"<w:hyperlink>{run('《条例》')}</w:hyperlink>" + run("全文。")))
    box = f"<w:txbxContent><w:p>{run('框里的文字。')}</w:p></w:txbxContent>"
    space = "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
    alternate = (
        f"<w:r><mc:AlternateContent {space}><mc:Choice Requires='wps'>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    body.insert(2, paragraph(alternate + run("框外的文字。")))
    assert read(tmp_path, document).text.split() == [
        "控件里的文字。",
        "见《条例》全文。",
        "框里的文字。",
        "框外的文字。",
    ]


def test_a_table_in_a_table_and_merged_cells_are_read_once(tmp_path: Path) -> None:
    document = Document()
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "标题行"
    table.cell(1, 0).text = "左"
    inner = table.cell(1, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "内一", "内二"
    assert read(tmp_path, document).text.split("\n")[:2] == ["标题行", "左 | 内一 | 内二"]


def test_headings_are_known_by_outline_level_and_by_chinese_style_names(tmp_path: Path) -> None:
    document = Document()
    style = document.styles.add_style("标题 2", 1)
    document.add_paragraph("某市召开大会", style=style)
    document.add_paragraph("正文。")
    level = "<w:pPr><w:outlineLvl w:val='2'/></w:pPr>"
    document.element.body.insert(2, paragraph(level + run("第三级")))
    assert read(tmp_path, document).text.split("\n")[:3] == ["## 某市召开大会", "正文。", "### 第三级"]
