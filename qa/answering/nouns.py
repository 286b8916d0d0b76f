"""Whether a word is a noun, by the tags of jieba's dictionary.

A question may say 花费 where an item says 投资, but one that asks about 辣椒 is not answered by 番茄: a noun
that an otherwise fitting item lacks says more than a verb does. jieba's own tagger would load for half a
second; to look a word up in its dictionary takes a millisecond, and each word only once.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from qa.words import GENERAL_NOUNS


@lru_cache(maxsize=1)
def _dictionary() -> bytes:
    """The dictionary, a line a word: word, frequency, tag."""
    return files("jieba").joinpath("dict.txt").read_bytes()


@lru_cache(maxsize=4096)
def is_noun(word: str) -> bool:
    """Whether the dictionary has `word` as a noun or a name of something in particular.

    >>> is_noun("辣椒"), is_noun("提高"), is_noun("级别")
    (True, False, False)
    """
    if word in GENERAL_NOUNS:
        return False
    lines = _dictionary()
    start = lines.find(f"\n{word} ".encode())
    if start < 0:
        return False
    return lines[start + 1 : lines.find(b"\n", start + 1)].split()[-1].startswith(b"n")
