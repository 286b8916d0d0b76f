"""Source text into structure: `parse_bulletin`."""

from qa.parsing.bulletin import parse_bulletin

__all__ = ["parse_bulletin"]
