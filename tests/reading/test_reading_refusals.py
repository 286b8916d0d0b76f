"""What cannot be read whole is refused in one line that names the file and the cure."""

import contextlib
import io
import os
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import docx, html, pdf, scan
from typesetting import check_spans

from qa.errors import ReadingError
from qa.parsing import parse_bulletin
from qa.reading import SUFFIXES, Limits, read_source
from qa.reading.decoding import plausibility

WHOLE = [(".pdf", pdf()), (".docx", docx()), (".html", html().encode())]


def refusal(path: Path, data: bytes | None = None, limits: Limits | None = None) -> str:
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ReadingError) as caught:
        read_source(path, path.name, limits or Limits())
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 300
    assert message.startswith("".join(each if each.isprintable() else "?" for each in path.name))
    return message


def zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".jsonl"])
@pytest.mark.parametrize("data", [b"", b" \n\n\t "])
def test_an_empty_file_is_refused_in_every_format(tmp_path: Path, suffix: str, data: bytes) -> None:
    assert "empty" in refusal(tmp_path / f"a{suffix}", data)


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".pdf", ".docx", ".jsonl"])
def test_random_bytes_are_refused_in_every_format(tmp_path: Path, suffix: str) -> None:
    refusal(tmp_path / f"a{suffix}", bytes(range(256)) * 40)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7 ...", "this is a PDF"),
        (b"PK\x03\x04....", "this is a zip archive"),
        (b"\x89PNG\r\n\x1a\n....", "this is a PNG image"),
        (b"text\x00with\x01zeros\x00" * 30, "binary file"),
        ("正文\ufffd正文".encode(), "damaged"),
        ("正常的中文文本".encode()[:-1], "not valid UTF-8"),
        (b"\xff\xfe\x00\xd8", "broken"),
        (
            "中文".encode("shift_jis")
            + "こんにちは、せかい。ひらがなだけのぶんしょうです".encode("shift_jis") * 5,
            "not valid UTF-8",
        ),
        (b"\x81" * 1000, "not valid UTF-8"),
        (("上海市发布了新的条例。" * 200).encode()[1:], "not valid UTF-8"),
        (
            ("上海市发布了新的条例。" * 100).encode() + b"\xe4" + ("会议要求抓好落实。" * 100).encode(),
            "not valid UTF-8",
        ),
        (("a\x01b\x02" * 100).encode(), "binary"),
    ],
)
def test_what_is_not_text_or_is_damaged_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    assert said in refusal(tmp_path / "a.txt", data)


def test_a_scanned_pdf_is_named_as_such_with_the_cure(tmp_path: Path) -> None:
    message = refusal(tmp_path / "a.pdf", scan())
    assert "scanned" in message
    assert "OCR" in message


@pytest.mark.parametrize("cut", [10, 200, 1500])
def test_a_cut_or_scrambled_pdf_is_refused_or_read_but_never_breaks(tmp_path: Path, cut: int) -> None:
    whole = pdf()
    for data in (whole[:cut], whole[cut:]):
        (tmp_path / "a.pdf").write_bytes(data)
        with contextlib.suppress(ReadingError):
            read_source(tmp_path / "a.pdf", "a.pdf")


def test_a_locked_pdf_is_named_as_such(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    drawing = Canvas(stream, encrypt="secret")
    drawing.drawString(100, 100, "text")
    drawing.save()
    assert "password" in refusal(tmp_path / "a.pdf", stream.getvalue())


@pytest.mark.parametrize("cut", [30, 2000, 20000])
def test_a_cut_word_document_is_refused(tmp_path: Path, cut: int) -> None:
    assert "Word document" in refusal(tmp_path / "a.docx", docx()[:cut])


def test_a_zip_that_is_no_word_document_is_refused(tmp_path: Path) -> None:
    assert "Word document" in refusal(tmp_path / "a.docx", zipped({"a.txt": b"text"}))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = zipped({"word/document.xml": bytes(30_000_000), "word/media/a.bin": bytes(30_000_000)})
    assert len(bomb) < 100_000
    assert "unpacks to" in refusal(tmp_path / "a.docx", bomb, Limits(unpacked_bytes=50_000_000))
    assert "text parts" in refusal(tmp_path / "a.docx", bomb, Limits(characters=1_000_000))


def test_an_old_word_file_is_named_as_such(tmp_path: Path) -> None:
    assert ".doc" in refusal(tmp_path / "a.docx", b"\xd0\xcf\x11\xe0" + bytes(5000))


def test_files_beyond_the_limits_are_refused(tmp_path: Path) -> None:
    text = ("很长的正文。\n" * 100).encode()
    assert "bytes" in refusal(tmp_path / "a.txt", text, Limits(file_bytes=100))
    assert "characters" in refusal(tmp_path / "a.txt", text, Limits(characters=100))
    assert "line of" in refusal(tmp_path / "a.txt", "字".encode() * 2000, Limits(line_characters=1000))
    assert "pages" in refusal(tmp_path / "a.pdf", pdf(), Limits(pages=1))


def test_a_page_without_text_is_refused(tmp_path: Path) -> None:
    assert "no text" in refusal(tmp_path / "a.html", b"<html><script>var a = 1;</script></html>")


def test_a_missing_file_a_folder_and_an_unknown_suffix_are_refused(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "a.txt")
    (tmp_path / "b.txt").mkdir()
    assert "not a plain one" in refusal(tmp_path / "b.txt")
    assert "unknown kind" in refusal(tmp_path / "a.xlsx", b"x")


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="file names with newlines need a POSIX file system")
def test_a_name_with_a_newline_still_gives_one_line(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a\nb.txt", b"\x00\x01\x02\x03") != ""


def test_deeply_nested_html_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<div>" * 50_000 + "深处的正文。" + "</div>" * 50_000, encoding="utf-8")
    with contextlib.suppress(ReadingError):
        assert "深处的正文。" in read_source(path, "a.html").text


def test_invisible_characters_go_and_line_ends_become_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("上\u200b海\u00ad发\ufeff布\u2028条例\u0085办法\x07。\r\n完".encode())
    assert read_source(path, "a.txt").text == "上海发布\n条例\n办法 。\n完"


def test_plausibility_is_high_for_chinese_and_low_for_the_wrong_code_page() -> None:
    text = "上海市人民政府发布关于进一步加强金融对外开放的若干意见，要求各部门抓好落实。"
    assert plausibility(text) > 0.4
    assert plausibility(text.encode("gb18030").decode("big5", "ignore")) < 0.15


@given(
    st.sampled_from(sorted(SUFFIXES)),
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.lists(
            st.sampled_from(
                [
                    b"%PDF-1.4\n",
                    b"PK\x03\x04",
                    b"<html>",
                    b"<p>",
                    b"</td>",
                    b"<tr>",
                    b"{",
                    b'"id": "1"',
                    b'"text": "a"',
                    b"}",
                    b"\n",
                    b"\x0c",
                    b"\xff\xfe",
                    "中文。".encode(),
                    "中文".encode("gbk"),
                    b"# ",
                    b"---\n",
                    b"<!--",
                    b"\x00",
                ]
            ),
            max_size=30,
        ).map(b"".join),
    ),
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_in_any_format_are_read_or_refused_in_one_line(suffix: str, data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(data)
        try:
            read = read_source(path, "a")
        except ReadingError as error:
            message = str(error)
        else:
            message = ""
            bulletin = parse_bulletin(read)
            check_spans(bulletin)
            assert "\ufffd" not in bulletin.text
            assert [page.number for page in read.pages] == list(range(1, len(read.pages) + 1))
            assert read.pages[-1].end == len(read.text)
    assert "\n" not in message


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_file_with_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    suffix, whole = data.draw(st.sampled_from(WHOLE))
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(bytes(changed))
        with contextlib.suppress(ReadingError):
            check_spans(parse_bulletin(read_source(path, "a")))
