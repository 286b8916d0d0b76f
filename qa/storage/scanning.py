"""Which files of a folder are bulletins, and what changed since they were read."""

from __future__ import annotations

import errno
import functools
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import qa
from qa.errors import UsageError
from qa.reading import DEFAULT_LIMITS, SUFFIXES, recogniser
from qa.storage.rows import FileState

RECENT_NS = 2_000_000_000
"""A file written so shortly before it was read may have changed again within one tick of its clock."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that should be a bulletin, or `reason` why it can't be one; `unreadable` when that may pass."""

    name: str
    path: Path
    size: int
    mtime_ns: int
    reason: str = ""
    unreadable: bool = False


def scan(folder: Path, index: Path) -> list[Found]:
    """Return the files below `folder` that should be bulletins, by name.

    Left out: hidden files and folders, `README*`, `questions*.jsonl`, other kinds of files, the index folder
    and folders reached through links. Raises UsageError when there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError(
            f"the bulletins folder {folder} does not exist or is no folder: name another with --bulletins; "
            "its index, if there is one, was left as it is"
        )
    root, skipped = folder.resolve(), index.resolve()
    found = []
    for path in _walk(folder, skipped):
        # A name whose bytes are no UTF-8 can't be stored as it is; it is written with its bytes instead.
        given = path.relative_to(folder).as_posix()
        name = os.fsencode(given).decode("utf-8", "backslashreplace")
        lower = path.name.lower()
        if (
            lower.startswith((".", "readme", "~$"))
            or path.suffix.lower() not in SUFFIXES
            or (lower.startswith("questions") and lower.endswith(".jsonl"))
        ):
            continue
        try:
            status = path.stat()
        except OSError as error:
            found.append(Found(name, path, -1, -1, unreadable(error), unreadable=True))
            continue
        reason = ""
        if name != given:
            reason = "its name is not UTF-8: rename it"
        elif not _printable(name):
            reason = "its name holds line breaks or other characters that cannot be shown: rename it"
        elif path.is_symlink() and not _inside(path, root):
            reason = "it is a link that leaves the bulletins folder: copy the file there"
        elif not path.is_file():
            reason = "it is not a plain file: leave it out"
        closed = not reason and not os.access(path, os.R_OK)
        if closed:
            reason = unreadable(PermissionError(errno.EACCES, "Permission denied"))
        found.append(Found(name, path, status.st_size, status.st_mtime_ns, reason, closed))
    found.sort(key=lambda entry: entry.name)
    return found


def _walk(folder: Path, skipped: Path) -> Iterator[Path]:
    for top, folders, files in os.walk(folder, followlinks=False):
        here = Path(top)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (here / name).resolve() != skipped
        )
        for name in files:
            yield here / name


def _printable(name: str) -> bool:
    return all(part.isprintable() for part in name.split(" "))


def _inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def unreadable(error: OSError) -> str:
    """Say why a file's bytes could not be had."""
    return f"cannot be read ({error.strerror or error}): check the file and its permissions"


def shown(name: str) -> str:
    """Return a file's name fit for one line of a message."""
    return "".join(character if character.isprintable() else "?" for character in name)


def changed(entry: Found, state: FileState | None) -> bool:
    """Whether a file has to be looked at again, told without reading it."""
    if state is None or state.reader != reader_fingerprint():
        return True
    if entry.reason:
        return state.kind not in ("unreadable", "kept") if entry.unreadable else state.note != entry.reason
    return state.kind in ("unreadable", "kept") or (state.size, state.mtime_ns) != (
        entry.size,
        entry.mtime_ns,
    )


def doubtful(entry: Found, state: FileState) -> bool:
    """Whether a file that looks unchanged may have changed within one tick of its clock after it was read."""
    return not entry.reason and state.mtime_ns > state.seen_ns - RECENT_NS


def digest_of(path: Path, size: int) -> str:
    """Return the SHA-256 of a file's bytes (hex); nothing for one too large to be read at all."""
    if size > DEFAULT_LIMITS.file_bytes:
        return ""
    total = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            total.update(block)
    return total.hexdigest()


@functools.cache
def reader_fingerprint() -> str:
    """Return a digest of the code that reads and parses: when it changes, every file is read again."""
    root = Path(__file__).resolve().parents[1]
    total = hashlib.sha256(getattr(qa, "__version__", "").encode())
    paths = [path for name in ("reading", "parsing", "dates") for path in (root / name).rglob("*.py")]
    paths += [path for name in ("text.py", "types.py", "dates.py") if (path := root / name).exists()]
    for path in sorted(paths):
        total.update(path.read_bytes())
    total.update(recogniser().encode())
    return total.hexdigest()[:16]
