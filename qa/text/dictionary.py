"""jieba's dictionary, loaded once and fast.

jieba keeps its prefix dictionary in a marshal file in the shared temporary folder: slow to load, and unsafe,
for marshal must never read what somebody else can plant. Here it is kept in the user's own cache folder,
as plain words and numbers that can do no more than be wrong; without such a folder it is built anew.
"""

from __future__ import annotations

import array
import contextlib
import logging
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

_HEADER = re.compile(rb"bulletin-qa words 1 (\d{1,9}) (\d{1,15})\n")


def load_segmenter() -> Any:
    """A jieba tokenizer with its default dictionary; writes nothing outside the user's cache."""
    import jieba

    jieba.setLogLevel(logging.CRITICAL)
    segmenter = jieba.Tokenizer()
    folder = private_cache_folder()
    path = folder / f"jieba-{jieba.__version__}.words" if folder else None
    known = _read(path) if path else None
    if known is None:
        known = segmenter.gen_pfdict(segmenter.get_dict_file())
        if path:
            _write(path, *known)
    segmenter.FREQ, segmenter.total = known
    segmenter.initialized = True
    return segmenter


def _read(path: Path) -> tuple[dict[str, int], int] | None:
    """Frequencies of words and prefixes, and their total, from a cache file; None when it isn't whole."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    header = _HEADER.match(data)
    values = array.array("I")
    if header is None or values.itemsize != 4:
        return None
    numbers = 4 * int(header.group(1))
    if not 0 < numbers < len(data) - header.end():
        return None
    values.frombytes(data[-numbers:])
    if sys.byteorder == "big":
        values.byteswap()
    try:
        words = data[header.end() : -numbers].decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return None
    if len(words) != len(values):
        return None
    return dict(zip(words, values.tolist(), strict=True)), int(header.group(2))


def _write(path: Path, frequencies: dict[str, int], total: int) -> None:
    """Writes the cache file whole or not at all; without room or leave the next start builds anew."""
    values = array.array("I", frequencies.values())
    if values.itemsize != 4:
        return
    if sys.byteorder == "big":
        values.byteswap()
    words = "\n".join(frequencies).encode("utf-8")
    header = b"bulletin-qa words 1 %d %d\n" % (len(values), total)
    with contextlib.suppress(OSError), tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        unfinished = Path(scratch, path.name)
        unfinished.write_bytes(header + words + values.tobytes())
        unfinished.replace(path)


def private_cache_folder() -> Path | None:
    """The project's folder in the user's cache, made with mode 0700; None when it isn't theirs alone."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    with contextlib.suppress(OSError, RuntimeError):
        folder = (Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache") / "bulletin-qa"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not hasattr(os, "getuid"):
            return folder
        status = folder.stat()
        if status.st_uid == os.getuid() and not status.st_mode & 0o022 and os.access(folder, os.W_OK):
            return folder
    return None
