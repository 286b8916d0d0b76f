"""A folder with everything that can be wrong: one line for each file, and what is whole goes in."""

import io
import itertools
import os
import zipfile
from pathlib import Path

import pytest
from making import docx, pdf, scan

from qa.indexing import Snapshot, SyncReport, synchronise

GOOD = "科创聚焦\n某市建成量子实验室\n3 月 1 日，某市建成量子实验室，将开展基础研究。{}\n"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def with_body(body: bytes) -> bytes:
    """A Word document with this main part."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx())) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, body if name == "word/document.xml" else old.read(name))
    return stream.getvalue()


def entities() -> bytes:
    """Ten to the ninth letters in a few hundred bytes."""
    names = "abcdefghi"
    made = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in itertools.pairwise(names))
    head = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{made}]>'
    return f'{head}<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>&i;</w:t></w:r></w:p></w:body></w:document>'.encode()


def deep() -> bytes:
    inside = "<w:sdt><w:sdtContent>" * 5000 + "<w:p/>" + "</w:sdtContent></w:sdt>" * 5000
    return f'<w:document xmlns:w="{WORD}"><w:body>{inside}</w:body></w:document>'.encode()


BAD: dict[str, tuple[bytes, str]] = {
    "empty.txt": (b"", "the file is empty"),
    "blank.md": (b" \n\n", "the file is empty"),
    "marks.md": (b"*" * 20_000 + b"\n" + b"|" * 20_000, "no text in it"),
    "program.txt": (b"\x7fELF" + bytes(300), "this is a program"),
    "long.txt": ("很长".encode() * 600_000, "a line of 1,200,000 characters, at most 1,000,000"),
    "mixed.txt": (GOOD.encode() + "另一种编码的文字内容。".encode("gbk"), "not valid UTF-8 (byte 113)"),
    "latin.txt": ("Café déjà vu à la carte, naïve façade".encode("latin1"), "not valid UTF-8 (byte 4)"),
    "surrogate.txt": (GOOD.encode() + b"\xed\xa0\x80", "not valid UTF-8"),
    "controls.txt": (b"\x01\x02\x03\x04" * 50 + GOOD.encode(), "looks like a binary file"),
    "notes.pdf": ("这不是 PDF".encode(), "not a readable PDF"),
    "cut.pdf": (pdf()[:300], "not a readable PDF"),
    "scan.pdf": (scan(1), "a scanned PDF (1 of 1 pages"),
    "notes.docx": ("这不是 Word".encode(), "not a readable Word document"),
    "entities.docx": (with_body(entities()), "not a readable Word document"),
    "deep.docx": (with_body(deep()), "not a readable Word document"),
    "text-bomb.docx": (with_body(b"<a>" + b" " * 101_000_000 + b"</a>"), "bytes of text parts once unpacked; split it"),
    "script.html": (b"<script>var a = 1;</script>", "the page shows no text"),
    "twice.jsonl": ('{"id":"a","title":"题","text":"文"}\n'.encode() * 2, "line 2: id 'a' stands on line 1 too"),
    "null.jsonl": (b'{"id":null,"title":null,"text":null}', "line 1: 'id' is null, not a string"),
    "huge.jsonl": (b'{"id":"a","title":"b","text":' + b"9" * 5000 + b"}", "line 1: not JSON"),
    "nested.jsonl": (b'{"id":"a","text":' + b"[" * 99_999, "line 1: nested too deeply"),
    "a\nb.txt": (GOOD.encode(), "its name holds line breaks"),
    "a\x1b[31m.txt": (GOOD.encode(), "its name holds line breaks"),
}  # fmt: skip
WHOLE: dict[str, bytes] = {
    "good.txt": GOOD.format("").encode(),
    "..two..dots.txt": b"never read: a hidden file",
    "below/深 层/good.txt": GOOD.format("第二。").encode(),
    "big5.txt": "臺灣經濟發展動態\n今年第一季經濟成長率為百分之三，出口與投資同時增加，政府將繼續推動產業升級。\n".encode("big5"),
    "four-bytes.txt": GOOD.format("㐀㐁𠀀𠮷的名字。").encode("gb18030"),
    "utf16.txt": GOOD.format("第三。").encode("utf-16-be"),
    "bell.txt": GOOD.format("响\x07铃。").encode(),
    "lie-big5.html": "<meta charset='big5'><p>其实是 UTF-8 的正文，声明的编码不对。</p>".encode(),
    "lie-utf8.html": "<meta charset='utf-8'><p>其实是国标编码的正文，声明的编码不对。</p>".encode("gb18030"),
    "deep.html": ("<div>" * 30_000 + "深处的正文在这里。" + "</div>" * 30_000).encode(),
    "entities.html": "<!DOCTYPE a [<!ENTITY a 'aaaa'>]><p>&a;&a; 正文在此。</p>".encode(),
    "extra.jsonl": '{"id":"a","title":"题","text":"多余字段不碍事。","tags":[1],"date":null,"x":1e999}'.encode(),
    "slow.txt": ("（" * 9000 + "\n" + "一、" * 9000 + "\n" + "1." * 9000 + "。\n目录\n" + "." * 50_000).encode(),
}  # fmt: skip


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[SyncReport, Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BULLETIN_QA_OCR", "0")
        base = tmp_path_factory.mktemp("bad")
        folder = base / "bulletins"
        for name, data in {**WHOLE, **{name: data for name, (data, _) in BAD.items()}}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (folder / "loop.txt").symlink_to("loop.txt")
        (folder / "round").symlink_to(".", target_is_directory=True)
        (folder / "outside.txt").symlink_to("/etc/hostname")
        (folder / "gone.txt").symlink_to("/nowhere")
        (folder / "folder.txt").mkdir()
        os.mkfifo(folder / "pipe.txt")
        with open(os.fsencode(folder) + b"/\xff\xfe.txt", "wb") as stream:
            stream.write(GOOD.encode())
        return synchronise(folder, base / "index", None), base / "index"


pytestmark = pytest.mark.skipif(os.name == "nt", reason="such names and links are POSIX")


def test_what_is_whole_goes_in(report: tuple[SyncReport, Path]) -> None:
    expected = sorted(name for name in WHOLE if not name.startswith("."))
    assert sorted(report[0].added) == expected
    snapshot = Snapshot.open(report[1], None)
    assert [row.name for row in snapshot.store.bulletins()] == expected
    snapshot.close()


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_is_named_in_one_line_with_its_reason(report: tuple[SyncReport, Path], name: str) -> None:
    skipped = dict(report[0].skipped)
    reason = skipped["".join(each if each.isprintable() else "?" for each in name)]
    assert BAD[name][1] in reason
    assert reason.isprintable()
    assert len(reason) < 250


def test_links_pipes_and_names_that_are_no_text_are_named(report: tuple[SyncReport, Path]) -> None:
    skipped = dict(report[0].skipped)
    assert "symbolic links" in skipped["loop.txt"]
    assert "leaves the bulletins folder" in skipped["outside.txt"]
    assert "No such file" in skipped["gone.txt"]
    assert "not a plain file" in skipped["pipe.txt"]
    assert "not UTF-8: rename it" in skipped["\\xff\\xfe.txt"]
    assert len(skipped) == len(BAD) + 5
