"""Places of China: full and short names, abbreviations (沪), nicknames (羊城) and English names.

The table `data/places.tsv` holds every province, prefecture and county; see `data/README.md` for its
sources. A short name that is also an everyday word (和平, 城中) is left out of it, so such a place is
recognised by its full name alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from qa.text import tokens

_LEVELS = {"province": 0, "city": 1, "district": 2}
_MIN_ENGLISH_DISTRICT = 6
# 黄浦江, 南京路 and 上海银行 are no mentions of the division they are named after.
_NAMED_AFTER = re.compile(
    "江(?!苏)|河(?!北|南)|湖(?!北|南)|路|大道|街(?!道|镇)|号|酒|[\u4e00-\u9fff]{0,4}(?:大学|学院|银行)"
)
_FEATURE = ("湖", "海", "江", "河", "山", "岛")
_ENGLISH_NAME = re.compile(r"[A-Z][A-Za-z'’]+(?: [A-Z][a-z]+)?")


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative division; `code` is its six-digit code, `parent` that of the one above."""

    code: str
    level: str
    parent: str
    name: str
    short: str
    english: tuple[str, ...]
    aliases: tuple[str, ...]

    @property
    def label(self) -> str:
        """The shortest name that is safe to show and to search for."""
        return self.short or self.name

    def covers(self, other: Place) -> bool:
        """Whether `other` is this place or lies in it."""
        if self.level == "province":
            return self.code[:2] == other.code[:2]
        if self.level == "city":
            return self.code[:4] == other.code[:4]
        return self.code == other.code


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place named in a text: where (`start`, `end`), by which words, and how surely.

    `places` has several entries when the name is shared, as Suzhou is by 苏州 and 宿州.
    """

    text: str
    start: int
    end: int
    places: tuple[Place, ...]

    @property
    def is_alias(self) -> bool:
        """Whether it was named by an abbreviation, a nickname or in English."""
        return all(self.text not in (place.name, place.short) for place in self.places)


class Gazetteer:
    """Finds places in Chinese and English text."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._names: dict[str, list[Place]] = {}
        self._single: dict[str, list[Place]] = {}
        self._english: dict[str, list[Place]] = {}
        for place in sorted(places, key=lambda p: (_LEVELS[p.level], p.code)):
            # 太湖 and 东海 are a lake and a sea before they are counties: those go by their full name.
            short = "" if place.level == "district" and place.short.endswith(_FEATURE) else place.short
            for name in {place.name, short, *place.aliases} - {""}:
                (self._names if len(name) > 1 else self._single).setdefault(name, []).append(place)
            for english in place.english:
                if place.level != "district" or len(english) >= _MIN_ENGLISH_DISTRICT:
                    self._english.setdefault(english.lower(), []).append(place)
        self._longest = max(map(len, self._names))
        self._first = {name[0] for name in self._names}

    @classmethod
    def load(cls) -> Gazetteer:
        """The gazetteer that ships with the project (3,200 divisions)."""
        table = files("qa").joinpath("data/places.tsv").read_text(encoding="utf-8")
        rows = (line.split("\t") for line in table.splitlines()[1:])
        return cls(
            Place(code, level, parent, name, short, tuple(english.split("|")), tuple(aliases.split()))
            for code, level, parent, name, short, english, aliases in rows
        )

    def find(self, text: str) -> list[PlaceMention]:
        """Every place named in `text`, left to right, the longest name at each position.

        >>> [m.places[0].name for m in gazetteer().find("羊城和苏州")]
        ['广州市', '苏州市']
        """
        found = [*self._find_names(text), *self._find_single(text), *self._find_english(text)]
        found.sort(key=lambda mention: (mention.start, mention.start - mention.end))
        kept: list[PlaceMention] = []
        for mention in found:
            if not kept or mention.start >= kept[-1].end:
                kept.append(mention)
        return kept

    def _find_names(self, text: str) -> Iterable[PlaceMention]:
        position = 0
        words: set[str] = set()
        while position < len(text):
            if text[position] in self._first:
                for length in range(min(self._longest, len(text) - position), 1, -1):
                    name = text[position : position + length]
                    places = self._names.get(name)
                    if places and places[0].level == "district" and name == places[0].short:
                        # 管道里 holds 道里 (a district) only by chance: the segmenter has to see it too.
                        words = words or set(tokens(text))
                        places = places if name in words else None
                    if places:
                        if not _NAMED_AFTER.match(text, position + length):
                            yield _mention(name, position, places)
                        position += length - 1
                        break
            position += 1

    def _find_single(self, text: str) -> Iterable[PlaceMention]:
        # 沪, 粤, 苏 count only where the segmenter sees a word of its own: not the 苏 of 复苏.
        if not any(character in self._single for character in text):
            return
        position = 0
        for token in tokens(text):
            position = max(text.find(token, position), position)
            if len(token) == 1 and token in self._single and text.startswith(token, position):
                yield _mention(token, position, self._single[token])

    def _find_english(self, text: str) -> Iterable[PlaceMention]:
        for match in _ENGLISH_NAME.finditer(text):
            words = match.group().replace("’", "'")
            for name in (
                words,
                words.split(" ")[0],
                words.removesuffix("'s"),
                words.split(" ")[0].removesuffix("'s"),
            ):
                places = self._english.get(name.lower())
                if places:
                    yield _mention(name, match.start(), places)
                    break


def _mention(name: str, start: int, places: list[Place]) -> PlaceMention:
    top = _LEVELS[places[0].level]
    same = tuple(place for place in places if _LEVELS[place.level] == top)
    return PlaceMention(name, start, start + len(name), same)


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The shipped gazetteer, loaded once."""
    return Gazetteer.load()
