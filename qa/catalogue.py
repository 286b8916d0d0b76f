"""The table of contents of a library: bulletins, their sections and items."""

from __future__ import annotations

from dataclasses import dataclass

from qa.backend import BulletinStore


@dataclass(frozen=True, slots=True)
class ItemContents:
    """An item in the table of contents."""

    item_id: str
    title: str
    date: str | None
    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SectionContents:
    """A section and its items, in order."""

    name: str
    items: tuple[ItemContents, ...]


@dataclass(frozen=True, slots=True)
class BulletinContents:
    """A bulletin and its sections, in order."""

    name: str
    title: str
    issue: str
    date: str | None
    sections: tuple[SectionContents, ...]

    @property
    def items(self) -> int:
        """How many items it holds."""
        return sum(len(section.items) for section in self.sections)


def table_of_contents(store: BulletinStore) -> list[BulletinContents]:
    """Every bulletin with its sections and their items, in corpus order."""
    contents = []
    for row in store.bulletins():
        sections: dict[str, list[ItemContents]] = {name: [] for name in row.sections}
        for item in store.items(row.name):
            sections.setdefault(item.section, []).append(
                ItemContents(item.item_id, item.title, item.date, item.page, item.start, item.end)
            )
        kept = tuple(SectionContents(name, tuple(items)) for name, items in sections.items() if items)
        contents.append(BulletinContents(row.name, row.title, row.issue, row.date, kept))
    return contents
