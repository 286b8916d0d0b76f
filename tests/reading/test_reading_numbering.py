"""The numbers that Word sets before paragraphs are read as they are seen."""

import io
from pathlib import Path

import cn2an
import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from qa.parsing import parse_bulletin
from qa.reading import read_source
from qa.reading.numerals import han, letters, numeral, roman
from qa.types import SourceText

CHINESE = (
    ("chineseCounting", "%1、"),
    ("chineseCounting", "（%2）"),
    ("decimal", "%3."),
    ("decimalEnclosedCircle", "%4"),
)


class Made:
    """A Word document with lists of its own."""

    def __init__(self) -> None:
        self.document = Document()
        self.root = self.document.part.numbering_part.element
        for each in list(self.root):
            self.root.remove(each)

    def abstract(
        self, key: int, levels: tuple[tuple[str, str], ...], extra: str = "", inside: str = ""
    ) -> None:
        made = "".join(
            f"<w:lvl w:ilvl='{at}'><w:start w:val='1'/><w:numFmt w:val='{form}'/><w:lvlText w:val='{text}'/>{inside}</w:lvl>"
            for at, (form, text) in enumerate(levels)
        )
        self.root.append(
            parse_xml(f"<w:abstractNum {nsdecls('w')} w:abstractNumId='{key}'>{extra}{made}</w:abstractNum>")
        )

    def num(self, key: int, abstract: int, inside: str = "") -> None:
        self.root.append(
            parse_xml(
                f"<w:num {nsdecls('w')} w:numId='{key}'><w:abstractNumId w:val='{abstract}'/>{inside}</w:num>"
            )
        )

    def add(self, text: str, num: int | None = None, level: int = 0, style: str | None = None) -> None:
        paragraph = self.document.add_paragraph(text, style=style)
        if num is not None:
            paragraph._p.get_or_add_pPr().append(
                parse_xml(
                    f"<w:numPr {nsdecls('w')}><w:ilvl w:val='{level}'/><w:numId w:val='{num}'/></w:numPr>"
                )
            )

    def read(self, folder: Path) -> SourceText:
        stream = io.BytesIO()
        self.document.save(stream)
        (folder / "a.docx").write_bytes(stream.getvalue())
        return read_source(folder / "a.docx", "a.docx")

    def lines(self, folder: Path) -> list[str]:
        return self.read(folder).text.split("\n")


@pytest.fixture
def made() -> Made:
    return Made()


def test_levels_count_within_the_level_above(tmp_path: Path, made: Made) -> None:
    made.abstract(0, CHINESE)
    made.num(1, 0)
    for text, level in [
        ("总", 0),
        ("分", 1),
        ("分", 1),
        ("细", 2),
        ("圈", 3),
        ("总", 0),
        ("分", 1),
        ("细", 2),
    ]:
        made.add(text, 1, level)
    assert made.lines(tmp_path) == [
        "一、总", "（一）分", "（二）分", "1. 细", "① 圈", "二、总", "（一）分", "1. 细",
    ]  # fmt: skip


def test_lists_share_their_counters_until_one_starts_over(tmp_path: Path, made: Made) -> None:
    made.abstract(0, (("decimal", "%1."),))
    made.num(1, 0)
    made.num(2, 0)
    made.num(3, 0, "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='5'/></w:lvlOverride>")
    for number in (1, 1, 2, 3, 3, 1):
        made.add("项", number)
    assert made.lines(tmp_path) == ["1. 项", "2. 项", "3. 项", "5. 项", "6. 项", "7. 项"]


def test_a_paragraph_takes_its_list_from_its_style_and_may_leave_it(tmp_path: Path, made: Made) -> None:
    made.abstract(0, (("chineseCounting", "第%1章"), ("decimal", "%1.%2")))
    made.num(1, 0)
    style = made.document.styles["List Number"]
    style.element.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().set(qn("w:val"), "1")
    derived = made.document.styles.add_style("更小", 1)
    derived.base_style = style
    made.add("甲", style="List Number")
    made.add("乙", style="更小")
    made.add("丙", num=0, style="List Number")
    made.add("丁", num=1, level=1, style="List Number")
    assert made.lines(tmp_path) == ["第一章 甲", "第二章 乙", "丙", "二.1 丁"]


def test_legal_numbering_writes_arabic_figures(tmp_path: Path, made: Made) -> None:
    made.abstract(0, (("chineseCounting", "第%1章"), ("decimal", "%1.%2")), inside="<w:isLgl/>")
    made.num(1, 0)
    made.add("甲", 1)
    made.add("乙", 1, 1)
    assert made.lines(tmp_path) == ["第1章 甲", "1.1 乙"]


def test_a_level_that_never_restarts_runs_on(tmp_path: Path, made: Made) -> None:
    made.abstract(0, (("chineseCounting", "%1、"), ("decimal", "%2.")), inside="<w:lvlRestart w:val='0'/>")
    made.num(1, 0)
    for level in (0, 1, 1, 0, 1):
        made.add("文", 1, level)
    assert made.lines(tmp_path) == ["一、文", "1. 文", "2. 文", "二、文", "3. 文"]


def test_bullets_are_bullets_and_deleted_paragraphs_do_not_count(tmp_path: Path, made: Made) -> None:
    made.abstract(0, (("bullet", "\uf0b7"),))
    made.abstract(1, (("decimal", "%1）"),))
    made.num(1, 0)
    made.num(2, 1)
    made.add("点", 1)
    made.add("一", 2)
    inner = (
        "<w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='2'/></w:numPr><w:rPr><w:del w:id='1' w:author='a'/></w:rPr></w:pPr>"
        "<w:del w:id='2' w:author='a'><w:r><w:delText>去</w:delText></w:r></w:del>"
    )
    made.document.element.body.insert(2, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))
    made.add("二", 2)
    assert made.lines(tmp_path) == ["• 点", "1）一", "2）二"]


def test_a_list_defined_by_a_style_and_one_that_is_not_there(tmp_path: Path, made: Made) -> None:
    made.abstract(0, (), extra="<w:numStyleLink w:val='列表样式'/>")
    made.abstract(1, (("ideographTraditional", "%1、"),), extra="<w:styleLink w:val='列表样式'/>")
    made.num(1, 0)
    made.add("文", 1)
    made.add("文", 1)
    made.add("文", 99)
    assert made.lines(tmp_path) == ["甲、文", "乙、文", "文"]


def test_a_bulletin_numbered_by_word_has_its_sections_items_and_lists(tmp_path: Path, made: Made) -> None:
    made.abstract(0, CHINESE)
    made.num(1, 0)
    for section, titles in (
        ("社会保障", ("杭州建立护理保险机制", "嘉兴推行社保一卡通")),
        ("教育卫生", ("宁波配齐心理健康教师",)),
    ):
        made.add(section, 1, 0)
        for title in titles:
            made.add(title, 1, 1)
            made.add(f"4 月 12 日，{title}，主要措施有以下三项：")
            for point in ("加强统筹。", "落实资金。", "强化监督。"):
                made.add(point, 1, 2)
    bulletin = parse_bulletin(made.read(tmp_path))
    assert [(item.section, item.title) for item in bulletin.items] == [
        ("社会保障", "杭州建立护理保险机制"),
        ("社会保障", "嘉兴推行社保一卡通"),
        ("教育卫生", "宁波配齐心理健康教师"),
    ]
    assert [[len(found.points) for found in item.enumerations] for item in bulletin.items] == [[3], [3], [3]]


def test_notes_follow_their_paragraph_and_hidden_text_is_not_read(tmp_path: Path, made: Made) -> None:
    made.add("占比 12%")
    run = made.document.paragraphs[0].add_run("（暂定）")
    run.font.hidden = True
    made.document.paragraphs[0].add_run("。")
    base, _ = Document(), None
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    notes = (
        f"<w:footnotes {nsdecls('w')}><w:footnote w:id='0' w:type='separator'><w:p/></w:footnote>"
        "<w:footnote w:id='2'><w:p><w:r><w:t>数据来源：统计局。</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    part = Part(
        PackURI("/word/footnotes.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        notes.encode(),
        base.part.package,
    )
    made.document.part.relate_to(
        part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    )
    made.document.paragraphs[0]._p.append(
        parse_xml(f"<w:r {nsdecls('w')}><w:footnoteReference w:id='2'/></w:r>")
    )
    made.document.sections[0].header.paragraphs[0].text = "页眉"
    made.add("下一段。")
    assert made.lines(tmp_path) == ["占比 12%。", "注：数据来源：统计局。", "下一段。"]


@pytest.mark.parametrize("number", [*range(1, 40), 99, 100, 101, 110, 111, 120, 999, 1000, 1001, 1010, 9999])
def test_han_numerals_are_those_that_cn2an_reads(number: int) -> None:
    assert cn2an.cn2an(han(number), "smart") == number


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("decimalZero", "07"), ("upperRoman", "VII"), ("lowerRoman", "vii"), ("upperLetter", "G"), ("lowerLetter", "g"),
        ("decimalFullWidth", "７"), ("chineseLegalSimplified", "柒"), ("ideographDigital", "七"), ("ideographZodiac", "午"),
        ("decimalEnclosedParen", "⑺"), ("decimalEnclosedFullstop", "⒎"), ("ideographEnclosedCircle", "㊆"), ("none", ""),
        ("japaneseCounting", "七"), ("hebrew1", "7"),
    ],
)  # fmt: skip
def test_seven_in_every_format(written: str, expected: str) -> None:
    assert numeral(7, written) == expected


def test_numbers_beyond_a_format_are_written_in_figures() -> None:
    assert (letters(27), letters(28), letters(0), letters(781)) == ("aa", "bb", "0", "781")
    assert (roman(1994), roman(4000), han(0), han(10_000)) == ("MCMXCIV", "4000", "0", "10000")
    assert (numeral(21, "decimalEnclosedCircle"), numeral(11, "ideographTraditional")) == ("21", "11")
