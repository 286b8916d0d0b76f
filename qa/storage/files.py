"""Files that are either whole or not there: durable writes, and folders of arrays with checksums.

A folder of arrays is written under a temporary name, synced to disk and renamed, so that a reader finds the
old one or the new one and nothing between. Its manifest holds a CRC-32 for each block of each file; a
folder whose bytes disagree with its manifest is reported as damaged and never used.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from qa.errors import StoreError, StoreVersionError

BLOCK = 4 << 20
CHECKED_WHOLE = 64 << 20
"""Files up to this many bytes are checked whole whenever they are opened; larger ones in samples."""

MANIFEST = "manifest.json"
Array = NDArray[Any]
Result = TypeVar("Result")


class DamagedError(StoreError):
    """A derived file is missing, truncated or scrambled: it has to be rebuilt from the store."""


class DamagedStoreError(DamagedError):
    """The store itself is damaged: it has to be rebuilt from the bulletins folder."""


class OutdatedError(StoreVersionError):
    """The store was written by an earlier version: it has to be rebuilt from the bulletins folder."""


@contextlib.contextmanager
def explain(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a write below `path` into one line with its cure."""
    try:
        yield
    except OSError as error:
        raise StoreError(reason_of(path, error)) from error


def reason_of(path: Path, error: OSError) -> str:
    """Say in one line why `path` could not be written and what to do about it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return (
            f"no space left to write the index in {path}: free some space or choose another folder with "
            "--index, then run the same command again; what was indexed before is kept"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"the index folder {path} cannot be written: allow writing there or choose another with --index"
        )
    return (
        f"the index folder {path} cannot be written ({error.strerror or error}): choose another with --index"
    )


def sync_folder(folder: Path) -> None:
    """Make the renames inside `folder` durable, where the platform can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, content: bytes) -> None:
    """Write `content` beside `path`, sync it and rename it over `path`."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def block_sums(path: Path) -> list[int]:
    """Return the CRC-32 of each block of `BLOCK` bytes of a file."""
    sums = []
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            sums.append(zlib.crc32(block))
    return sums


def write_folder(
    target: Path,
    arrays: Mapping[str, Array],
    about: Mapping[str, Any],
    writers: Mapping[str, Callable[[Path], None]] | None = None,
) -> None:
    """Write `arrays` and what `writers` write (file name to a function of its path) as the folder `target`.

    `about` goes into the manifest. An existing folder of that name is replaced.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.tmp")
    temporary.mkdir()
    try:
        entries: dict[str, Any] = {}
        for name, array in arrays.items():
            flat = np.ascontiguousarray(array)
            flat.tofile(temporary / name)
            entries[name] = {"dtype": flat.dtype.str, "shape": list(flat.shape)}
        for name, writer in (writers or {}).items():
            writer(temporary / name)
            entries[name] = {}
        for name, entry in entries.items():
            path = temporary / name
            with path.open("rb+") as stream:
                os.fsync(stream.fileno())
            entry["size"] = path.stat().st_size
            entry["sums"] = block_sums(path)
        manifest = {"files": entries, "about": dict(about)}
        body = json.dumps(manifest, ensure_ascii=False).encode()
        write_durably(temporary / MANIFEST, body + b"\n%08x\n" % zlib.crc32(body))
        if target.exists():
            discard(target)
        os.replace(temporary, target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def discard(folder: Path) -> None:
    """Move `folder` out of the way in one step, then delete it as far as the platform lets us."""
    aside = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        os.replace(folder, aside)
    except FileNotFoundError:
        return
    shutil.rmtree(aside, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Delete what a killed writer left half written in `folder`. Only the holder of the lock may call it."""
    with contextlib.suppress(FileNotFoundError):
        for path in folder.iterdir():
            if path.name.startswith(".") and path.name.endswith(".tmp"):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


class ArrayFolder:
    """A folder that `write_folder` wrote, opened with its arrays mapped into memory."""

    def __init__(self, path: Path, arrays: Mapping[str, Array], about: Mapping[str, Any]) -> None:
        self.path = path
        self.arrays = arrays
        self.about = about

    @classmethod
    def open(cls, path: Path, *, thorough: bool = False) -> ArrayFolder:
        """Open and check a folder; `thorough` checks every block of the large files too.

        Raises DamagedError when it is missing or its bytes disagree with its manifest.
        """
        try:
            manifest = _manifest(path)
            arrays = {}
            for name, entry in manifest["files"].items():
                check_file(path / name, entry["size"], entry["sums"], thorough=thorough)
                if "dtype" in entry:
                    arrays[name] = map_array(path / name, entry["dtype"], tuple(entry["shape"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedError(f"{path} is missing or damaged ({error}): it will be rebuilt") from error
        return cls(path, arrays, manifest["about"])

    @staticmethod
    def about_of(path: Path) -> Mapping[str, Any]:
        """Return what the manifest of a folder says about it, its files unseen. Raises DamagedError."""
        try:
            about: Mapping[str, Any] = _manifest(path)["about"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedError(f"{path} is missing or damaged ({error}): it will be rebuilt") from error
        return about


def _manifest(path: Path) -> dict[str, Any]:
    body, _, tail = (path / MANIFEST).read_bytes().rstrip(b"\n").rpartition(b"\n")
    if not body or int(tail, 16) != zlib.crc32(body):
        raise DamagedError(f"the manifest of {path} is damaged: it will be rebuilt")
    return dict(json.loads(body))


def map_array(path: Path, dtype: str, shape: tuple[int, ...]) -> Array:
    """Map a file of raw values; an empty one, which cannot be mapped, becomes an empty array."""
    if not all(shape):
        return np.zeros(shape, dtype)
    # A plain view: memmap's own class costs microseconds on every slice.
    return np.asarray(np.memmap(path, dtype=dtype, mode="r", shape=shape)).view(np.ndarray)


def check_file(path: Path, size: int, sums: list[int], *, thorough: bool) -> None:
    """Raise DamagedError unless `path` has the size and the block checksums given.

    Of files larger than `CHECKED_WHOLE`, 16 blocks spread evenly are read unless `thorough`.
    """
    if path.stat().st_size != size or len(sums) != -(-size // BLOCK):
        raise DamagedError(f"{path} is truncated: it will be rebuilt")
    if thorough or size <= CHECKED_WHOLE:
        wanted = range(len(sums))
    else:
        wanted = range(0, len(sums), max(1, len(sums) // 16))
    with path.open("rb") as stream:
        for block in wanted:
            stream.seek(block * BLOCK)
            if zlib.crc32(stream.read(BLOCK)) != sums[block]:
                raise DamagedError(f"{path} is scrambled: it will be rebuilt")
