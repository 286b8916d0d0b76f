"""Files that a user brings: checked by content, named safely, put into the bulletins folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import Path

from qa.errors import UsageError
from qa.ui.limits import Limits
from qa.ui.texts import Language, say

SUFFIXES = (".pdf", ".docx", ".html", ".htm", ".txt", ".md", ".jsonl")
REMOVED = ".removed"
_KINDS = {
    ".pdf": "PDF",
    ".docx": "DOCX",
    ".html": "HTML",
    ".htm": "HTML",
    ".txt": "TXT",
    ".md": "Markdown",
    ".jsonl": "JSONL",
}
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_NAME_BYTES = 180


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an upload went: `name` below the bulletins folder; `asked` is the name it came with."""

    name: str
    asked: str
    path: Path


def safe_name(name: str) -> str:
    """A file name without folders, control characters or anything a file system gives a meaning.

    >>> safe_name("../../etc/简报<1>.PDF")
    '简报_1_.pdf'
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    base = _UNSAFE.sub("_", base).strip(" .")
    stem, dot, suffix = base.rpartition(".")
    if not dot:
        stem, suffix = base, ""
    if not stem or _DEVICES.match(stem):
        stem = f"_{stem}"
    while len(stem.encode()) > _NAME_BYTES:
        stem = stem[:-1]
    return f"{stem}.{suffix.lower()}" if suffix else stem


def check(path: Path, name: str, limits: Limits, language: Language) -> None:
    """Raise UsageError, in the user's language, when the file cannot be a bulletin."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(say(language, "error.type", name=name, suffixes=" ".join(SUFFIXES)))
    if name.lower().startswith("readme") or (suffix == ".jsonl" and name.lower().startswith("questions")):
        raise UsageError(say(language, "error.name", name=name))
    size = path.stat().st_size
    if size == 0:
        raise UsageError(say(language, "error.void", name=name))
    if size > limits.upload_megabytes * 1_000_000:
        raise UsageError(say(language, "error.size", name=name, size=limits.upload_megabytes))
    if not _content_is(path, suffix):
        raise UsageError(say(language, "error.content", name=name, kind=_KINDS[suffix]))


def place(path: Path, asked: str, folder: Path) -> Placed:
    """Copy the file into the bulletins folder under a name of its own, never over another file."""
    name = safe_name(asked)
    stem, suffix = Path(name).stem, Path(name).suffix
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        target = folder / (name if number == 1 else f"{stem} ({number}){suffix}")
        try:
            # Mode x: the name is taken in the same step that finds it free.
            with target.open("xb") as written, path.open("rb") as source:
                shutil.copyfileobj(source, written)
        except FileExistsError:
            number += 1
            continue
        return Placed(target.name, asked, target)


def set_aside(folder: Path, name: str) -> Path:
    """Move a bulletin's file out of the library into its hidden folder for removed files.

    Raises UsageError when the name does not lie inside the bulletins folder.
    """
    root = folder.resolve()
    source = (root / name).resolve()
    if not source.is_relative_to(root) or not source.is_file():
        raise UsageError(f"{name!r} is not a file of the bulletins folder; re-index and try again.")
    kept = root / REMOVED
    kept.mkdir(exist_ok=True)
    number = 1
    while True:
        target = kept / (source.name if number == 1 else f"{source.stem} ({number}){source.suffix}")
        if not target.exists():
            os.replace(source, target)
            return target
        number += 1


def _content_is(path: Path, suffix: str) -> bool:
    with path.open("rb") as opened:
        head = opened.read(65_536)
    if suffix == ".pdf":
        return b"%PDF-" in head[:1024]
    if suffix == ".docx":
        return _is_docx(path)
    if not _is_text(head):
        return False
    if suffix == ".jsonl":
        return _is_json_line(head)
    return suffix not in (".html", ".htm") or b"<" in head.replace(b"\x00", b"")


def _is_docx(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    binary = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head)
    return (
        b"\x00" not in head and binary * 200 <= len(head) and not head.startswith((b"%PDF-", b"PK\x03\x04"))
    )


def _is_json_line(head: bytes) -> bool:
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
    if len(line) >= 65_000:
        return line.startswith(b"{")
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
