"""Pages that hold only a picture: named, and read by character recognition where it is installed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from making import FONT, SIZE, canvas, pdf, scan, typeset_lines
from reportlab.lib.utils import ImageReader

from qa.errors import ReadingError
from qa.parsing import parse_bulletin
from qa.reading import Limits, read_source, recogniser
from qa.reading.ocr import rendered
from qa.reading.pdf import PDFIUM, numbers_of
from qa.text import compact
from qa.types import SourceText


def drawn(folder: Path, data: bytes, limits: Limits | None = None) -> SourceText:
    (folder / "a.pdf").write_bytes(data)
    return read_source(folder / "a.pdf", "a.pdf", limits or Limits())


def pictures_of(data: bytes) -> list[Any]:
    """Each page of a PDF as a picture, as a scanner gives it."""
    import pypdfium2
    from PIL import Image

    with PDFIUM:
        document = pypdfium2.PdfDocument(data)
        pictures = [Image.fromarray(rendered(page)[0]) for page in document]
        document.close()
    return pictures


def mixed(pictures: Sequence[Any], scanned: Sequence[int], pages: int = 5, stamp: bool = True) -> bytes:
    """Pages of text, but for those `scanned` (from 1), which hold a picture and at most a page number."""
    drawing, stream = canvas()
    lines = typeset_lines(68)
    for page in range(1, pages + 1):
        drawing.setFont(FONT, SIZE)
        if page in scanned:
            drawing.drawImage(ImageReader(pictures[scanned.index(page) % len(pictures)]), 0, 0, 595, 842)
        else:
            for row, (indent, text) in enumerate(lines[(page - 1) * 8 : page * 8]):
                drawing.drawString(80 + indent * SIZE, 760 - row * 20, text)
        if stamp:
            drawing.drawString(280, 40, f"— {page} —")
        drawing.showPage()
    drawing.save()
    return stream.getvalue()


def grey() -> Any:
    from PIL import Image

    return Image.new("RGB", (300, 400), (200, 200, 200))


@pytest.fixture
def _switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_QA_OCR", "0")


@pytest.mark.usefixtures("_switched_off")
@pytest.mark.parametrize("stamp", [True, False], ids=["with a page number on them", "without"])
def test_pages_that_hold_only_a_picture_are_named_and_the_others_read(tmp_path: Path, stamp: bool) -> None:
    source = drawn(tmp_path, mixed([grey()], [3, 4], stamp=stamp))
    assert source.notice.startswith(
        "p.3–4 hold only a picture, no text was read from there; install bulletin-qa[ocr]"
    )
    bulletin = parse_bulletin(source)
    assert bulletin.notice == source.notice
    assert bulletin.items[0].title == "杭州启动老旧小区电梯更新专项行动"
    assert len(source.pages) == 5


@pytest.mark.usefixtures("_switched_off")
def test_a_small_picture_beside_text_or_on_an_empty_page_is_no_scan(tmp_path: Path) -> None:
    drawing, stream = canvas()
    for page in range(3):
        drawing.setFont(FONT, SIZE)
        drawing.drawImage(ImageReader(grey()), 100, 100, 120, 160)
        if page != 1:
            drawing.drawString(80, 700, "上海市发布数据条例，自明年一月一日起施行，共十章九十一条。")
        drawing.showPage()
    drawing.save()
    assert drawn(tmp_path, stream.getvalue()).notice == ""


@pytest.mark.usefixtures("_switched_off")
def test_text_drawn_as_shapes_is_named_too(tmp_path: Path) -> None:
    drawing, stream = canvas()
    for page in range(3):
        drawing.setFont(FONT, SIZE)
        if page == 1:
            for place in range(400):
                drawing.circle(50 + place % 40 * 12, 100 + place // 40 * 20, 4)
        else:
            drawing.drawString(80, 700, "上海市发布数据条例，自明年一月一日起施行，共十章九十一条。")
        drawing.showPage()
    drawing.save()
    assert drawn(tmp_path, stream.getvalue()).notice.startswith("p.2 holds only")


@pytest.mark.usefixtures("_switched_off")
def test_a_wholly_scanned_file_is_refused_with_both_cures(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match=r"a scanned PDF \(3 of 3 pages.*bulletin-qa\[ocr\].*ocrmypdf"):
        drawn(tmp_path, scan())


def test_page_numbers_are_drawn_together() -> None:
    assert numbers_of([3]) == "p.3"
    assert numbers_of([1, 3, 4, 5, 9]) == "p.1, 3–5, 9"
    assert numbers_of(range(1, 100, 2)) == "p.1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and more"


@pytest.mark.skipif(not recogniser(), reason="the ocr extra is not installed")
class TestRecognition:
    def test_a_scanned_bulletin_is_read_with_its_items(self, tmp_path: Path) -> None:
        data = pdf(number="", per_page=20)
        plain = parse_bulletin(drawn(tmp_path, data))
        pictures = pictures_of(data)
        source = drawn(tmp_path, mixed(pictures, [1, 2], pages=2, stamp=False))
        assert source.notice == "p.1–2 were read from pictures (OCR): compare quotes with the page"
        bulletin = parse_bulletin(source)
        assert bulletin.sections == plain.sections
        assert [compact(item.title) for item in bulletin.items] == [
            compact(item.title) for item in plain.items
        ]
        said, meant = compact(bulletin.text), compact(plain.text)
        assert abs(len(said) - len(meant)) < 0.02 * len(meant)

    def test_pages_beyond_the_limit_and_pictures_without_print_are_named(self, tmp_path: Path) -> None:
        source = drawn(tmp_path, mixed([grey()], [3, 4]), Limits(recognised_pages=1))
        assert source.notice.startswith(
            "p.3 was read from pictures (OCR): compare quotes with the page; p.4 holds"
        )
        with pytest.raises(ReadingError, match="no print was found"):
            drawn(tmp_path, scan(1))
        with pytest.raises(ReadingError, match=r"of which 1 at most are recognised; split it"):
            drawn(tmp_path, scan(3), Limits(recognised_pages=1))
