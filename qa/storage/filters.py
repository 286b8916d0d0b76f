"""Which passages a question's filters leave."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.storage.tables import View, expand
from qa.text import matching_form


@dataclass(frozen=True, slots=True)
class Filters:
    """What an item has to satisfy; None asks nothing. `since` and `until` are ISO dates, inclusive."""

    sections: tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None
    bulletins: frozenset[str] | None = None
    item_ids: tuple[str, ...] | None = None

    @property
    def anything(self) -> bool:
        """Whether anything is asked."""
        return self != Filters()


def filtered(connection: sqlite3.Connection, view: View, chosen: Filters) -> NDArray[np.int64]:
    """Return the numbers of the passages whose items satisfy a filter, in corpus order."""
    conditions, values = ["i.passages > 0"], list[str]()
    for column, given in (("section_key", _keys(connection, chosen.sections)), ("item_id", chosen.item_ids)):
        if given is not None:
            conditions.append(f"i.{column} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(given)))
    for sign, day in ((">=", chosen.since), ("<=", chosen.until)):
        if day is not None:
            conditions.append(f"coalesce(i.date, c.date) {sign} ?")
            values.append(day)
    rows = connection.execute(
        "SELECT i.content, i.ordinal, i.first_number, i.passages FROM items i JOIN contents c USING (content)"
        f" WHERE {' AND '.join(conditions)}",
        values,
    ).fetchall()
    places = view.places()
    if chosen.bulletins is not None:
        places = {
            content: place for content, place in places.items() if view.names[place] in chosen.bulletins
        }
    kept = sorted((places[row[0]], *row[1:]) for row in rows if row[0] in places)
    runs = np.array([entry[2:] for entry in kept], np.int64).reshape(-1, 2)
    return expand(runs[:, 0], runs[:, 1])


def _keys(connection: sqlite3.Connection, sections: Sequence[str] | None) -> list[str] | None:
    if sections is None:
        return None
    known = [row[0] for row in connection.execute("SELECT DISTINCT section_key FROM items")]
    return section_keys(known, sections)


def section_keys(known: Collection[str], sections: Iterable[str]) -> list[str]:
    """Return the sections meant: exactly those named or, where none is so called, those that share a part.

    `known` are the matching forms of the sections that there are.

    >>> section_keys(["科创聚焦", "政策举措"], ["科创"])
    ['科创聚焦']
    """
    found: set[str] = set()
    for section in sections:
        wanted = matching_form(section)
        if wanted in known:
            found.add(wanted)
        elif wanted:
            found.update(key for key in known if key and (wanted in key or key in wanted))
    return sorted(found)
