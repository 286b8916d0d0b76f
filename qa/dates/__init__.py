"""Dates as people write them, in Chinese and English, resolved to days: `find_dates`."""

from qa.dates.finding import find_dates

__all__ = ["find_dates"]
