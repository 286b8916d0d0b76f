"""Files into source text: one reader a format, all giving `SourceText`."""

from qa.reading.boxes import PageBoxes, boxes_of
from qa.reading.limits import DEFAULT_LIMITS, Limits
from qa.reading.ocr import recogniser
from qa.reading.source import SUFFIXES, read_source

__all__ = ["DEFAULT_LIMITS", "SUFFIXES", "Limits", "PageBoxes", "boxes_of", "read_source", "recogniser"]
