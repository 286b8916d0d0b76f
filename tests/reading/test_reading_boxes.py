"""A span of a PDF's text is found again on its pages, character by character."""

import io
from pathlib import Path

import pytest
from making import FONT, SIZE, canvas, pdf, set_bulletin, two_columns, typeset_lines
from reportlab.pdfgen.canvas import Canvas

from qa.errors import ReadingError
from qa.parsing import parse_bulletin
from qa.reading import boxes_of, read_source
from qa.reading.columns import Box
from qa.reading.pdf import PDFIUM
from qa.text import compact
from qa.types import SourceText


def drawn(folder: Path, data: bytes) -> SourceText:
    (folder / "a.pdf").write_bytes(data)
    return read_source(folder / "a.pdf", "a.pdf")


def found(folder: Path, source: SourceText, start: int, end: int) -> dict[int, tuple[Box, ...]]:
    spots = boxes_of(folder / "a.pdf", "a.pdf", source.text, source.pages, start, end, source.marks)
    return {spot.page: spot.boxes for spot in spots}


def text_in(folder: Path, page: int, boxes: tuple[Box, ...]) -> str:
    """What pdfium itself says stands in the boxes: it knows nothing of how the text was read."""
    import pypdfium2

    with PDFIUM:
        document = pypdfium2.PdfDocument(folder / "a.pdf")
        opened = document[page - 1]
        text_page = opened.get_textpage()
        said = "".join(
            text_page.get_text_bounded(left + 0.5, bottom + 1, right - 0.5, top - 1)
            for left, bottom, right, top in boxes
        )
        text_page.close()
        opened.close()
        document.close()
    return compact(said)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(pdf(header="浙江信息简报　第 6 期"), id="one column"),
        pytest.param(two_columns(), id="two columns"),
        pytest.param(two_columns(interleaved=True), id="two columns drawn in turn"),
    ],
)
def test_the_boxes_of_every_sentence_hold_its_words(tmp_path: Path, data: bytes) -> None:
    source = drawn(tmp_path, data)
    bulletin = parse_bulletin(source)
    sentences = [each for item in bulletin.items for passage in item.passages for each in passage.sentences]
    assert len(sentences) > 20
    pages: set[int] = set()
    if len(bulletin.pages) < 3:
        sentences = sentences[::4]
    for sentence in sentences:
        spots = found(tmp_path, source, sentence.start, sentence.end)
        said = "".join(text_in(tmp_path, page, boxes) for page, boxes in spots.items())
        assert said == compact(sentence.text)
        pages.add(len(spots))
    if len(bulletin.pages) > 2:
        # One of them runs over a page break: header and page number lie between its halves and get no box.
        assert pages == {1, 2}


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_drawn_across_is_read_and_marked_like_any_other(tmp_path: Path, angle: int) -> None:
    drawing, stream = canvas()
    drawing.setFont(FONT, SIZE)
    drawing.setPageRotation(angle)
    drawing.translate(*{90: (595, 0), 180: (595, 842), 270: (0, 842)}[angle])
    drawing.rotate({90: 90, 180: 180, 270: -90}[angle])
    for row, (indent, text) in enumerate(typeset_lines(68)[:20]):
        drawing.drawString(60 + indent * SIZE, 540 - row * 20, text)
    drawing.showPage()
    drawing.save()
    source = drawn(tmp_path, stream.getvalue())
    bulletin = parse_bulletin(source)
    assert bulletin.items[0].title == "杭州启动老旧小区电梯更新专项行动"
    sentence = bulletin.items[0].passages[0].sentences[0]
    (spot,) = boxes_of(tmp_path / "a.pdf", "a.pdf", source.text, source.pages, sentence.start, sentence.end)
    assert spot.rotation == angle
    assert sorted(spot.view) == pytest.approx([0.0, 0.0, 595.28, 841.89], abs=0.01)
    # Lines run up or down such a page: its boxes are high where others are wide.
    assert all((top - bottom > right - left) == (angle != 180) for left, bottom, right, top in spot.boxes)
    if angle == 180:
        assert len(spot.boxes) == 2


def test_a_font_that_is_embedded_is_found_too(tmp_path: Path) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("embedded", "Vera.ttf"))  # which reportlab brings
    stream = io.BytesIO()
    drawing = Canvas(stream)
    drawing.setFont("embedded", 14)
    drawing.drawString(72, 700, "Shanghai opens a quantum lab. It employs 300 people.")
    drawing.save()
    source = drawn(tmp_path, stream.getvalue())
    start = source.text.index("300")
    ((box,),) = found(tmp_path, source, start, start + 3).values()
    assert text_in(tmp_path, 1, (box,)) == "300"
    assert 690 < box[1] < 700 < box[3] < 720


def test_an_empty_span_and_a_page_without_text_have_no_boxes(tmp_path: Path) -> None:
    source = drawn(tmp_path, pdf())
    assert found(tmp_path, source, 5, 5) == {}
    with pytest.raises(ValueError, match="lies outside"):
        found(tmp_path, source, 5, len(source.text) + 1)


def test_a_file_that_changed_is_not_marked_by_old_places(tmp_path: Path) -> None:
    source = drawn(tmp_path, pdf())
    (tmp_path / "a.pdf").write_bytes(pdf(per_page=13))
    with pytest.raises(ReadingError, match="changed since it was read"):
        found(tmp_path, source, 0, 30)
    (tmp_path / "a.pdf").unlink()
    with pytest.raises(ReadingError, match="cannot be read"):
        found(tmp_path, source, 0, 30)


def test_a_sample_set_as_a_pdf_has_boxes_for_every_passage(tmp_path: Path) -> None:
    name = "000_c35e435d67e0821e.txt"
    original = parse_bulletin(read_source(Path(__file__).parents[2] / "seeds" / name, name))
    source = drawn(tmp_path, set_bulletin(original, 2))
    bulletin = parse_bulletin(source)
    for passage in [passage for item in bulletin.items for passage in item.passages][::7]:
        spots = found(tmp_path, source, passage.start, passage.end)
        said = "".join(text_in(tmp_path, page, boxes) for page, boxes in spots.items())
        assert said == compact(passage.text)
