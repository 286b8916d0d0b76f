"""Finds what other bulletins said of the same thing before or after, where it was changed.

Two items are about one thing when they name the same 《document》 or their titles differ by nothing but words
of change (延期, 调整, 通知). Only the items that retrieval found are looked at, and few of them closely.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.answering.compose import Writer, needs_year
from qa.answering.evidence import ItemView
from qa.answering.sameness import NAME, base_name, likeness, names_of, one_place
from qa.answering.superseding import Side, change_between
from qa.query import Query
from qa.retrieval import Retriever
from qa.text import compact
from qa.types import DateMention, Hit, Item, Sentence

if TYPE_CHECKING:
    from qa.answering.answerer import Evidence

_MOST_ITEMS = 12
_MOST_SHOWN = 3
_OF_CHANGES = re.compile(r"变化|变更|变动|改动|调整|修改|修订|\bchang|\bamend|\bupdate|\brevis", re.I)
_WORDS = {
    "zh": ("此前（{day}，《{title}》）：", "其后变更为（{day}，《{title}》）："),
    "en": ("Earlier ({day}, “{title}”): ", "Later changed ({day}, “{title}”): "),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What one item says of the thing asked for: its sentences and the day (ISO) it was said."""

    item: Item
    bulletin: str
    day: str
    sentences: tuple[Sentence, ...]


class ChangeFinder:
    """Looks for changed statements in one snapshot."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._lock = threading.Lock()
        self._written: dict[str, str] | None = None

    def find(self, query: Query, evidence: Evidence, hits: Sequence[Hit]) -> list[Statement]:
        """What was said before and after, oldest first and the evidence among it; empty without a change.

        Only the items of `hits` are looked at, and of them only those of the same name or title.
        """
        view = evidence.view
        others = self._alike(view, evidence, hits)
        if not others:
            return []
        day = self._day(view.item, view.bulletin)
        if not day:
            return []
        chosen = tuple(scored.sentence for scored in evidence.sentences)
        own = Side(view.item, view.bulletin, day, chosen, names_of(view.item, chosen))
        everything = tuple(scored.sentence for scored in view.sentences)
        whole = Side(view.item, view.bulletin, day, everything, own.names)
        found: list[Statement] = []
        said: tuple[Sentence, ...] = chosen
        for item_id, bulletin, alike in others:
            item = self._retriever.store.item(item_id, bulletin)
            other_day = self._day(item, bulletin)
            if not other_day or other_day == day or not one_place(view.item, item, alike):
                continue
            sentences = tuple(s for p in item.passages for s in p.sentences)
            other = Side(item, bulletin, other_day, sentences, names_of(item, sentences))
            if other_day > day:
                pair = change_between(query, own, other, alike) or change_between(query, whole, other, alike)
                if pair is not None:
                    found.append(Statement(item, bulletin, other_day, (pair[1],)))
                    said = said if pair[0] in said else (*said, pair[0])
            else:
                pair = change_between(query, other, own, alike)
                if pair is not None:
                    found.append(Statement(item, bulletin, other_day, (pair[0],)))
        if not found:
            return []
        if _OF_CHANGES.search(query.standalone):
            found.extend(self._beside(query, found, others, day))
        statement = Statement(view.item, view.bulletin, day, tuple(sorted(said, key=lambda s: s.start)))
        return _newest(sorted([*found, statement], key=lambda s: (s.day, s.bulletin, s.item.start)))

    def _beside(
        self, query: Query, found: Sequence[Statement], others: Sequence[tuple[str, str, int]], day: str
    ) -> Iterator[Statement]:
        """What else was changed of the oldest statement's item, where all changes are asked for."""
        oldest = min(found, key=lambda statement: statement.day)
        if oldest.day >= day:
            return
        sentences = tuple(s for p in oldest.item.passages for s in p.sentences)
        base = Side(oldest.item, oldest.bulletin, oldest.day, sentences, names_of(oldest.item, sentences))
        known = {statement.item.item_id for statement in found}
        for item_id, bulletin, alike in others:
            item = self._retriever.store.item(item_id, bulletin)
            there = self._day(item, bulletin)
            if item_id in known or there <= oldest.day or not one_place(oldest.item, item, alike):
                continue
            said = tuple(s for p in item.passages for s in p.sentences)
            other = Side(item, bulletin, there, said, names_of(item, said))
            if pair := change_between(query, base, other, alike):
                yield Statement(item, bulletin, there, (pair[1],))

    def _alike(self, view: ItemView, evidence: Evidence, hits: Sequence[Hit]) -> list[tuple[str, str, int]]:
        """Other items of the hits that may be about the same thing: id, bulletin and how alike (1 to 3)."""
        names = names_of(view.item, tuple(scored.sentence for scored in evidence.sentences))
        found: dict[str, tuple[str, str, int]] = {}
        for hit in hits:
            if hit.item_id == view.item.item_id:
                continue
            alike = likeness(view.item.title, hit.title)
            if names and names & {base_name(name) for name in NAME.findall(compact(hit.title + hit.text))}:
                alike = 3
            known = found.get(hit.item_id)
            if alike and (known is None or alike > known[2]):
                found[hit.item_id] = (hit.item_id, hit.bulletin, alike)
            if len(found) == _MOST_ITEMS:
                break
        return list(found.values())

    def _day(self, item: Item, bulletin: str) -> str:
        """When an item was said: its bulletin's date, or its own, or the newest of its bulletin's items."""
        with self._lock:
            if self._written is None:
                self._written = {row.name: row.date or "" for row in self._retriever.store.bulletins()}
            written = self._written.get(bulletin, "")
        if written or item.date:
            return written or item.date or ""
        return max(
            (row.date or "" for row in self._retriever.items() if row.bulletin == bulletin), default=""
        )


def _newest(statements: list[Statement]) -> list[Statement]:
    """The last few of a chain of changes, when there are more than can be shown."""
    return statements[-_MOST_SHOWN:]


def write_statements(writer: Writer, retriever: Retriever, statements: Sequence[Statement]) -> None:
    """Quote the statements in order, each with its day and what it is to the one before."""
    words = _WORDS["zh" if writer.language == "zh" else "en"]
    mentions: list[DateMention] = []
    for number, statement in enumerate(statements):
        writer.new_line()
        writer.say((words[1] if number else words[0]).format(day=statement.day, title=statement.item.title))
        source = retriever.store.source(statement.bulletin).text
        writer.quote(statement.item, statement.bulletin, source, statement.sentences)
        mentions.extend(
            mention
            for mention in statement.item.dates
            if needs_year(mention) and any(s.start <= mention.start < s.end for s in statement.sentences)
        )
    writer.dates(mentions)
