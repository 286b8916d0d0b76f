"""The numbers that Word sets before paragraphs by itself: 一、 （一） 1. ①, which no paragraph's text holds.

A numbered paragraph names a list (`w:num`) and a level in it; the list takes its levels from an abstract
list (`w:abstractNum`), whose counters run on through all lists that share it until one of them starts over
(ECMA-376 part 1, section 17.9).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from qa.reading.numerals import numeral

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_LONGEST_LABEL = 40
BULLET = "•"


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: how its number is written (`format`), in what (`text`), where it starts.

    `restart` is the level (from 1) whose next number starts this one over, 0 for none, None for any above;
    `legal` writes all numbers in Arabic figures; `style` names the paragraphs that stand on this level.
    """

    format: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """A list: the counters it shares, its levels, and the numbers at which it starts over when first used."""

    counters: str
    levels: tuple[Level, ...]
    starts: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far they have counted."""

    lists: dict[str, _List] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, numbering: Any, styles: Iterable[Any]) -> Numbering:
        """Read the lists from the numbering part's root (None without one) and the styles' elements."""
        if numbering is None:
            return cls()
        elements = {each.get(f"{W}styleId") or "": each for each in styles}
        abstracts = _abstracts(numbering, elements)
        lists: dict[str, _List] = {}
        for num in numbering.iter(f"{W}num"):
            key = _value(num.find(f"{W}abstractNumId"))
            if key in abstracts:
                lists[num.get(f"{W}numId") or ""] = _overridden(num, key, abstracts[key])
        return cls(lists, dict(_styled(elements, lists)))

    def label(self, paragraph: Any) -> str:
        """Count a paragraph and return what Word writes before it, with the space that parts both; often "".

        Call it once for each paragraph, in order.
        """
        place = self._place(paragraph)
        if place is None:
            return ""
        number, level = place
        found = self.lists.get(number)
        if found is None or level >= len(found.levels):
            return ""
        counts = self._counts.setdefault(found.counters, {})
        if number not in self._begun:
            self._begun.add(number)
            for at, start in found.starts:
                counts[at] = start - 1
        counts[level] = counts.get(level, found.levels[level].start - 1) + 1
        for deeper in range(level + 1, len(found.levels)):
            restart = found.levels[deeper].restart
            if restart is None or level < restart:
                counts.pop(deeper, None)
        return _written(found.levels, level, counts)

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        """The list and level of a paragraph: its own, or those of its style."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return None
        style = self.styles.get(_value(properties.find(f"{W}pStyle")))
        own = properties.find(f"{W}numPr")
        if own is None:
            return style
        number, level = _value(own.find(f"{W}numId")), _value(own.find(f"{W}ilvl"))
        if not number and style is None:
            return None
        at = _whole(level, 0, _LEVELS - 1, style[1] if style and not level else 0)
        return (number or (style[0] if style else "")), at


def _written(levels: tuple[Level, ...], level: int, counts: dict[int, int]) -> str:
    own = levels[level]
    if own.format == "bullet":
        # Bullets are set in symbol fonts: the character in the file is not the one that is seen.
        return f"{BULLET} " if own.text.strip() else ""

    def count(match: re.Match[str]) -> str:
        at = int(match.group(1)) - 1
        if at >= len(levels):
            return ""
        written = "decimal" if own.legal else levels[at].format
        return numeral(counts.get(at, levels[at].start), written)

    label = _PLACE.sub(count, own.text)[:_LONGEST_LABEL].strip()
    if not label:
        return ""
    # 一、 and （一） cling to their text; after 1. a figure could follow.
    return label if label[-1] in "、，：）．】〉》" else f"{label} "


def _abstracts(numbering: Any, styles: dict[str, Any]) -> dict[str, tuple[Level, ...]]:
    """Levels by the id of the abstract list; lists that are defined by a style are looked up there."""
    found: dict[str, tuple[Level, ...]] = {}
    by_style: dict[str, tuple[Level, ...]] = {}
    links: dict[str, str] = {}
    for abstract in numbering.iter(f"{W}abstractNum"):
        key = abstract.get(f"{W}abstractNumId") or ""
        levels = [Level(format="none")] * _LEVELS
        for each in abstract.findall(f"{W}lvl"):
            at = _whole(each.get(f"{W}ilvl"), 0, _LEVELS - 1, -1)
            if at >= 0:
                levels[at] = _level(each)
        found[key] = tuple(levels)
        if defined := _value(abstract.find(f"{W}styleLink")):
            by_style[defined] = found[key]
        if wanted := _value(abstract.find(f"{W}numStyleLink")):
            links[key] = wanted
    for key, wanted in links.items():
        if wanted in by_style:
            found[key] = by_style[wanted]
    return found


def _level(element: Any) -> Level:
    restart = _value(element.find(f"{W}lvlRestart"))
    return Level(
        format=_value(element.find(f".//{W}numFmt")) or "decimal",
        text=_value(element.find(f"{W}lvlText")),
        start=_whole(_value(element.find(f"{W}start")), 0, 32767, 1),
        restart=_whole(restart, 0, _LEVELS, 0) if restart else None,
        legal=switched_on(element.find(f"{W}isLgl")),
        style=_value(element.find(f"{W}pStyle")),
    )


def _overridden(num: Any, key: str, levels: tuple[Level, ...]) -> _List:
    changed, starts = list(levels), []
    for override in num.findall(f"{W}lvlOverride"):
        at = _whole(override.get(f"{W}ilvl"), 0, _LEVELS - 1, -1)
        if at < 0:
            continue
        own = override.find(f"{W}lvl")
        if own is not None:
            changed[at] = _level(own)
        start = _value(override.find(f"{W}startOverride"))
        if start:
            first = _whole(start, 0, 32767, 1)
            changed[at] = replace(changed[at], start=first)
            starts.append((at, first))
    return _List(key, tuple(changed), tuple(starts))


def _styled(styles: dict[str, Any], lists: dict[str, _List]) -> Iterable[tuple[str, tuple[str, int]]]:
    """The list and level of each numbered paragraph style, its own or its parents'."""
    for key, element in styles.items():
        each, seen = element, 0
        while each is not None and seen < 10:
            found = each.find(f"{W}pPr/{W}numPr")
            if found is not None:
                number, level = _value(found.find(f"{W}numId")), _value(found.find(f"{W}ilvl"))
                if number in lists:
                    named = [at for at, own in enumerate(lists[number].levels) if own.style == key]
                    yield key, (number, _whole(level, 0, _LEVELS - 1, named[0] if named else 0))
                break
            each, seen = styles.get(_value(each.find(f"{W}basedOn"))), seen + 1


def _value(element: Any) -> str:
    return "" if element is None else element.get(f"{W}val") or ""


def _whole(text: str | None, least: int, most: int, otherwise: int) -> int:
    if text is None or not re.fullmatch(r"\d{1,6}", text, re.ASCII):
        return otherwise
    return min(max(int(text), least), most)


def switched_on(element: Any) -> bool:
    """Whether a property such as `w:vanish` is there and not switched off."""
    return element is not None and (element.get(f"{W}val") or "1") not in ("0", "false", "off")
