"""Pages that only a picture fills, read by character recognition where the `ocr` extra is installed.

RapidOCR runs the PP-OCR models, which come with its wheel, on the CPU and without a network. It is used as
soon as it is installed; `BULLETIN_QA_OCR=0` switches it off.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import threading
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import Any

from qa.reading.columns import Piece

_PACKAGES = ("rapidocr", "onnxruntime")
# Rendered so that the longer side has this many pixels: A4 at about 170 dots an inch. More takes longer and
# reads print no better.
_PIXELS = 2000
_LEAST_SCORE = 0.5
_SEAM = re.compile("(?<=[一-龥])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%])(?=[一-龥])")
_lock = threading.Lock()


def recogniser() -> str:
    """What pictures are read with, as name and version; "" when none is installed or it is switched off."""
    if os.environ.get("BULLETIN_QA_OCR", "").strip().lower() in ("0", "off", "no", "false"):
        return ""
    return _installed()


@functools.cache
def _installed() -> str:
    try:
        if any(importlib.util.find_spec(package) is None for package in _PACKAGES):
            return ""
        return " ".join(f"{package} {version(package)}" for package in _PACKAGES)
    except (ImportError, PackageNotFoundError, ValueError):
        return ""


def rendered(page: Any) -> tuple[Any, float]:
    """A pdfium page as it is shown, as pixels (height, width, 3) of 8 bits, and how many they are a point."""
    width, height = page.get_size()
    scale = _PIXELS / max(width, height, 1.0)
    # RapidOCR expects the order blue, green, red, which is pdfium's own.
    return page.render(scale=scale).to_numpy()[:, :, :3].copy(), scale


def recognise(pixels: Any, scale: float) -> list[Piece]:
    """The lines of print in a picture as pieces with boxes in points, y upwards; about 1 to 5 seconds."""
    with _lock:
        found = _engine()(pixels)
    if found.txts is None or found.boxes is None:
        return []
    height = pixels.shape[0]
    lines: list[tuple[str, float, float, float, float]] = []
    for text, corners, score in zip(found.txts, found.boxes, found.scores, strict=True):
        if score >= _LEAST_SCORE and text.strip():
            across = [float(corner[0]) / scale for corner in corners]
            up = [(height - float(corner[1])) / scale for corner in corners]
            lines.append((text.strip(), min(across), min(up), max(across), max(up)))
    return _set(lines)


def _set(lines: Sequence[tuple[str, float, float, float, float]]) -> list[Piece]:
    """Lines (text, left, bottom, right, top) as pieces of the size of their print, spaces put back.

    The detector's boxes stand off the print by half its size, and the recogniser leaves out the spaces beside
    figures; both would hide which lines are full.
    """
    sizes = [(right - left) / _ems(text) for text, left, _, right, _ in lines]
    plain = [
        size
        for size, (text, *_) in zip(sizes, lines, strict=True)
        if len(text) >= 10 and not _SEAM.search(text)
    ]
    usual = median(plain) if plain else None
    pieces: list[Piece] = []
    for size, (text, left, bottom, right, top) in zip(sizes, lines, strict=True):
        size = min(top - bottom, size)
        if usual and abs(size - usual) < 0.2 * usual:
            text = _spaced(text, round(2 * ((right - left) / usual - _ems(text))))
            size = usual
        middle = (top + bottom) / 2
        pieces.append(Piece(text, left, middle - size / 2, right, middle + size / 2))
    return pieces


def _ems(text: str) -> float:
    return sum(1.0 if character > "\u2e7f" else 0.5 for character in text)


def _spaced(text: str, missing: int) -> str:
    """`text` with up to `missing` spaces between Chinese and Latin letters or figures."""
    return _SEAM.sub(" ", text, count=missing) if missing > 0 else text


@functools.cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    # Pages are rendered upright: the model that looks for lines upside down is not needed.
    return RapidOCR(params={"Global.use_cls": False, "Global.log_level": "critical"})
