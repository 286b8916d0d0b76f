import zipfile
from pathlib import Path

import pytest

from qa.errors import UsageError
from qa.ui.limits import Limits
from qa.ui.uploads import check, place, safe_name, set_aside


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\简报.docx", "简报.docx"),
        ("<script>.txt", "_script_.txt"),
        (".hidden.txt", "hidden.txt"),
        ("CON.txt", "_CON.txt"),
        ("\u202etxt.exe.PDF", "_txt.exe.pdf"),
        ("..", "_"),
    ],
)
def test_a_name_is_stripped_of_folders_and_anything_with_a_meaning(name, safe):
    assert safe_name(name) == safe


def test_a_long_name_is_cut_and_keeps_its_suffix():
    name = safe_name("简" * 300 + ".pdf")
    assert len(name.encode()) < 200
    assert name.endswith("简.pdf")


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.exe", b"MZ", "不是可读的简报格式"),
        ("a.pdf", b"plain text", "不是 PDF"),
        ("a.docx", b"PK\x03\x04broken", "不是 DOCX"),
        ("a.txt", b"%PDF-1.7 binary", "不是 TXT"),
        ("a.txt", b"\x00\x01\x02" * 20, "不是 TXT"),
        ("a.html", "没有标记".encode(), "不是 HTML"),
        ("a.jsonl", b"[1, 2]\n", "不是 JSONL"),
        ("a.txt", b"", "空文件"),
        ("questions-x.jsonl", b"{}", "改名"),
        ("README.md", b"x", "改名"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused_with_the_reason(tmp_path, name, content, told):
    with pytest.raises(UsageError, match=told):
        check(written(tmp_path, name, content), name, Limits(), "zh")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", "简报".encode("gb18030")),
        ("b.txt", "简报".encode("utf-16")),
        ("c.pdf", b"%PDF-1.4\n"),
        ("d.html", b"<p>x</p>"),
        ("e.jsonl", '\ufeff{"id": "1"}\n'.encode()),
    ],
)
def test_files_that_are_what_they_say_pass(tmp_path, name, content):
    check(written(tmp_path, name, content), name, Limits(), "zh")


def test_a_word_file_is_known_by_its_document_part(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    check(tmp_path / "a.docx", "a.docx", Limits(), "zh")


def test_a_file_beyond_the_limit_is_refused(tmp_path):
    with pytest.raises(UsageError, match="1 MB"):
        check(written(tmp_path, "a.txt", b"x" * 1_000_001), "a.txt", Limits(upload_megabytes=1), "en")


def test_an_upload_never_replaces_a_file(tmp_path):
    folder = tmp_path / "bulletins"
    first = place(written(tmp_path, "1", b"one"), "a.txt", folder)
    second = place(written(tmp_path, "2", b"two"), "a.txt", folder)
    assert [first.name, second.name] == ["a.txt", "a (2).txt"]
    assert (folder / "a.txt").read_bytes() == b"one"


def test_an_upload_stays_inside_the_folder(tmp_path):
    folder = tmp_path / "bulletins"
    placed = place(written(tmp_path, "1", b"one"), "../../escape.txt", folder)
    assert placed.path.resolve().parent == folder.resolve()


def test_a_removed_file_is_kept_aside_and_two_of_a_name_do_not_collide(tmp_path):
    for content in (b"one", b"two"):
        written(tmp_path, "a.txt", content)
        set_aside(tmp_path, "a.txt")
    kept = sorted((tmp_path / ".removed").iterdir())
    assert [path.name for path in kept] == ["a (2).txt", "a.txt"]


@pytest.mark.parametrize("name", ["../outside.txt", "missing.txt", "/etc/hostname"])
def test_nothing_outside_the_folder_can_be_removed(tmp_path, name):
    folder = tmp_path / "bulletins"
    folder.mkdir()
    outside = written(tmp_path, "outside.txt", b"x")
    with pytest.raises(UsageError):
        set_aside(folder, name)
    assert outside.exists()


def test_a_link_that_leaves_the_folder_cannot_be_removed_through(tmp_path):
    folder = tmp_path / "bulletins"
    folder.mkdir()
    outside = written(tmp_path, "outside.txt", b"x")
    (folder / "a.txt").symlink_to(outside)
    with pytest.raises(UsageError):
        set_aside(folder, "a.txt")
    assert outside.exists()
