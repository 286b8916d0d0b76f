"""A checksum that tells one model from another."""

from __future__ import annotations

import hashlib
from pathlib import Path

SUFFIXES = (".json", ".safetensors", ".txt", ".model")
BLOCK = 4096
WHOLE = 4 * 1024 * 1024


def folder_fingerprint(folder: Path, *settings: str) -> str:
    """Return 16 hexadecimal digits over everything in the folder that decides a vector, and further settings.

    Of files over 4 MiB only the size and every 64th block of 4 KiB are read: a start must not cost a pass
    over all weights, and the weights of two trainings differ everywhere.
    """
    digest = hashlib.sha256("\0".join(settings).encode())
    for file in sorted(folder.rglob("*")):
        if file.suffix not in SUFFIXES or not file.is_file():
            continue
        size = file.stat().st_size
        digest.update(f"\0{file.relative_to(folder).as_posix()}\0{size}\0".encode())
        if size <= WHOLE:
            digest.update(file.read_bytes())
            continue
        with file.open("rb") as stored:
            for start in range(0, size, 64 * BLOCK):
                stored.seek(start)
                digest.update(stored.read(BLOCK))
    return digest.hexdigest()[:16]
