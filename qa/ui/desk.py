"""What the page knows of the library, read once for each state of the store."""

from __future__ import annotations

import csv
import threading
from collections import Counter
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from qa.errors import BulletinQAError, UsageError
from qa.places import gazetteer
from qa.ui.contents import Entry, Listing
from qa.ui.operations.context import unobserved
from qa.ui.reader import Source, in_window
from qa.ui.texts import Language, say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from qa.library import Library
    from qa.types import Item

EXAMPLES = 4
_TRIED = 10
# Beyond this many items the chart of places reads their titles alone.
_READ_FOR_PLACES = 3_000


class Desk:
    """A library as the tabs of the page see it. Safe to use from many threads."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._lock = threading.RLock()
        self._choosing = threading.Lock()
        self._generation: int | None = None
        self._listings: tuple[Listing, ...] = ()
        self._examples: dict[Language, list[str]] = {}
        self._places: list[tuple[str, int]] | None = None

    @property
    def folder(self) -> Path:
        """The bulletins folder."""
        return self.library.bulletins

    def listings(self) -> tuple[Listing, ...]:
        """Every bulletin with its items, in the order of the store."""
        with self._lock:
            self._refresh()
            return self._listings

    def counts(self) -> tuple[int, int]:
        """The numbers of bulletins and items."""
        listings = self.listings()
        return len(listings), sum(len(listing.entries) for listing in listings)

    def sections(self) -> list[str]:
        """The names of all sections, in order of appearance."""
        return list(dict.fromkeys(e.section for each in self.listings() for e in each.entries if e.section))

    def source(self, bulletin: str, start: int) -> Source:
        """The bulletin to read, or its items around offset `start` when it is long.

        Raises UsageError when the library has no such bulletin.
        """
        listing = next((each for each in self.listings() if each.name == bulletin), None)
        if listing is None:
            raise UsageError(f"There is no bulletin {bulletin!r} in the library.")
        store = self.library.store
        first, last = in_window([(entry.start, entry.end) for entry in listing.entries], start)
        shown = listing.entries[first:last]
        read = store.source(bulletin)
        return Source(
            name=bulletin,
            title=listing.title,
            text=read.text,
            pages=tuple(read.pages),
            marks=tuple(read.marks),
            items=tuple(store.item(entry.item_id) for entry in shown),
            whole=len(shown) == len(listing.entries),
        )

    def entry(self, bulletin: str, item_id: str) -> Entry:
        """One item of a bulletin; UsageError when there is none."""
        for listing in self.listings():
            if listing.name == bulletin:
                for entry in listing.entries:
                    if entry.item_id == item_id:
                        return entry
        raise UsageError(f"There is no item {item_id!r} in {bulletin!r}.")

    def examples(self, language: Language) -> list[str]:
        """Up to `EXAMPLES` questions made from the loaded items, each of which the library answers."""
        with self._choosing:
            with self._lock:
                self._refresh()
                listings, kept = self._listings, self._examples.get(language)
            if kept is not None:
                return kept
            found = self._choose(listings, language)
            with self._lock:
                self._examples[language] = found
            return found

    def _choose(self, listings: Iterable[Listing], language: Language) -> list[str]:
        found: list[str] = []
        for entry in _spread(listings)[:_TRIED]:
            try:
                question = _question(self.library.store.item(entry.item_id), len(found), language)
                with unobserved():
                    refused = self.library.ask(question, mode="extractive").refused
                if not refused:
                    found.append(question)
            except BulletinQAError:
                # The library is changing or in trouble: it will say so when it is asked in earnest.
                continue
            if len(found) == EXAMPLES:
                break
        return found

    def items_by_place(self, most: int = 15) -> list[tuple[str, int]]:
        """(province, number of items whose title or first passage names it or a place in it), most first."""
        with self._lock:
            self._refresh()
            if self._places is None:
                self._places = self._count_places()
            return self._places[:most]

    def _count_places(self) -> list[tuple[str, int]]:
        places = gazetteer()
        counts: Counter[str] = Counter()
        entries = [entry for listing in self._listings for entry in listing.entries]
        for entry in entries:
            text = entry.title
            if len(entries) <= _READ_FOR_PLACES:
                passages = self.library.store.item(entry.item_id).passages
                text += "\n" + (passages[0].text if passages else "")
            mentions = (mention for mention in places.find(text) if len(mention.places) == 1)
            counts.update({mention.places[0].code[:2] for mention in mentions})
        names = _provinces()
        return [(names.get(code, code), number) for code, number in counts.most_common()]

    def _refresh(self) -> None:
        store = self.library.store
        if store.generation == self._generation:
            return
        self._generation = store.generation
        self._examples.clear()
        self._places = None
        entries: dict[str, list[Entry]] = {}
        for row in store.items():
            entry = Entry(row.item_id, row.title, row.section, row.date, row.page, row.start, row.end)
            entries.setdefault(row.bulletin, []).append(entry)
        self._listings = tuple(
            Listing(row.name, row.title, row.issue, row.date, tuple(entries.get(row.name, ())))
            for row in store.bulletins()
        )


@lru_cache(maxsize=1)
def _provinces() -> dict[str, str]:
    """The short name of each province by the first two digits of its code."""
    table = files("qa").joinpath("data/places.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {row["code"][:2]: row["short"] or row["name"] for row in rows if row["level"] == "province"}


def _spread(listings: Iterable[Listing]) -> list[Entry]:
    """One item of each section in turn, so that the examples show the range of the bulletins."""
    sections: dict[str, list[Entry]] = {}
    for listing in listings:
        for entry in listing.entries:
            sections.setdefault(entry.section, []).append(entry)
    rounds = max((len(entries) for entries in sections.values()), default=0)
    return [entries[turn] for turn in range(rounds) for entries in sections.values() if turn < len(entries)]


def _question(item: Item, turn: int, language: Language) -> str:
    """A question about the item: its points when it lists any, else its time and its content by turns."""
    if item.enumerations:
        return say(language, "example.points", title=item.title)
    if item.date and turn % 2:
        return say(language, "example.when", title=item.title)
    return say(language, "example.what", title=item.title)
