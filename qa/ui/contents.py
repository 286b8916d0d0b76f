"""The table of contents as HTML, and the figures behind the charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from qa.ui.html import element, join
from qa.ui.texts import Language, say


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the table of contents."""

    item_id: str
    title: str
    section: str
    date: str | None
    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One bulletin of the table of contents, its items in order."""

    name: str
    title: str
    issue: str
    date: str | None
    entries: tuple[Entry, ...]


# A library of thousands of items is opened bulletin by bulletin; this many are written out at once.
MAX_ENTRIES = 1_000


def contents_html(listings: Sequence[Listing], language: Language) -> Markup:
    """Bulletins that unfold into sections and items; each item opens in the reader."""
    blocks: list[Markup] = []
    written = 0
    for listing in listings:
        entries = listing.entries[: max(0, MAX_ENTRIES - written)]
        written += len(entries)
        count = say(language, "counts.items", number=len(listing.entries))
        head = [element("span", listing.title or listing.name, class_="name")]
        if listing.title:
            head.append(element("span", listing.name, class_="file"))
        line = " · ".join(part for part in (listing.issue, listing.date or "", count) if part)
        head.append(element("span", line, class_="place"))
        blocks.append(
            element(
                "details",
                element("summary", join(head)),
                _sections_html(listing.name, entries, language),
                _rest_html(len(listing.entries) - len(entries), language),
                open=len(listings) <= 3,
                id=f"contents-{len(blocks)}",
            )
        )
    return element("div", join(blocks), class_="contents")


def _rest_html(number: int, language: Language) -> Markup | None:
    return element("p", say(language, "contents.more", number=number), class_="place") if number else None


def _sections_html(bulletin: str, entries: Iterable[Entry], language: Language) -> Markup:
    blocks: list[Markup] = []
    section: str | None = None
    rows: list[Markup] = []

    def close() -> None:
        if rows:
            heading = element("h3", section) if section else None
            blocks.append(element("section", heading, element("ul", join(rows))))
            rows.clear()

    for entry in entries:
        if entry.section != section:
            close()
            section = entry.section
        page = say(language, "page", number=entry.page) if entry.page else ""
        place = " · ".join(part for part in (entry.date or "", page) if part)
        button = element(
            "button",
            element("span", entry.title, class_="title"),
            element("span", place, class_="place"),
            type="button",
            class_="entry",
            data_act="item",
            data_bulletin=bulletin,
            data_item=entry.item_id,
        )
        rows.append(element("li", button))
    close()
    return join(blocks)


def items_by_section(
    listings: Iterable[Listing], language: Language, most: int = 20
) -> list[tuple[str, int]]:
    """(section, number of items), most first, ties in order of appearance."""
    none = say(language, "none.section")
    counts = Counter(entry.section or none for listing in listings for entry in listing.entries)
    return counts.most_common(most)


def items_by_month(listings: Iterable[Listing]) -> list[tuple[str, int]]:
    """(YYYY-MM, number of items) in order; an undated item counts for its bulletin's date, if that is known.

    Months without items between the first and the last are listed with 0, unless there are over 120.
    """
    counts: Counter[str] = Counter()
    for listing in listings:
        for entry in listing.entries:
            date = entry.date or listing.date
            if date:
                counts[date[:7]] += 1
    if not counts:
        return []
    first, last = (_months(month) for month in (min(counts), max(counts)))
    if last - first >= 120:
        return sorted(counts.items())
    names = [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, last + 1)]
    return [(name, counts[name]) for name in names]


def _months(name: str) -> int:
    return int(name[:4]) * 12 + int(name[5:7]) - 1
