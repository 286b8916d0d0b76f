"""What a bulletin becomes: rows whose keys and values depend on its content alone (back: `records`)."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from embeddings.encoder import Encoder
from qa.errors import ReadingError
from qa.lexical import TITLE_WEIGHT
from qa.milvus.connection import Row
from qa.milvus.keys import (
    MOST_PASSAGES,
    content_of,
    day_of,
    first_number,
    hash_of,
    section_of,
    term_of,
    text_of,
)
from qa.milvus.records import record
from qa.milvus.schema import DATA_BYTES, Kind
from qa.milvus.statistics import Statistics
from qa.models import embedded
from qa.storage.cache import Packed, narrowed
from qa.storage.ranking import K1, length_factor
from qa.storage.schema import (
    encode_detail,
    encode_layout,
    encode_sentences,
)
from qa.storage.units import units_of
from qa.text import tokens
from qa.types import Bulletin, Item, StoredPassage

REFERENCE_LENGTH = 100.0
"""The mean passage length (tokens, title twice) at which stored weights are computed: the true one changes
with every bulletin. It orders the candidates; their scores are computed again with the true one."""
BATCH = 256
_EMPTY = {0: 1e-6}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A bulletin ready to be written: rows without a generation, and its units with their vectors.

    `vectors` (n, d) are packed to eight bits a number as the embedded index packs them, so that both compare
    the same numbers; `units` are their columns.
    """

    name: str
    digest: str
    fingerprint: str
    content: int
    summary: str
    records: tuple[Row, ...]
    passages: tuple[Row, ...]
    units: tuple[Row, ...]
    vectors: Packed


@dataclass(frozen=True, slots=True)
class Outline:
    """A bulletin's rows before its units are embedded; `texts` are those of the units."""

    name: str
    digest: str
    content: int
    summary: str
    records: tuple[Row, ...]
    passages: tuple[Row, ...]
    units: tuple[Row, ...]
    texts: tuple[str, ...]


def prepare(bulletin: Bulletin, encoder: Encoder) -> Prepared:
    """Return a bulletin's rows and vectors; needs no connection, and the result can be pickled.

    Raises ReadingError for a bulletin that can't be stored, ModelError when the encoder fails.
    """
    return embed([outline(bulletin)], encoder)[0]


def outline(bulletin: Bulletin) -> Outline:
    """Return a bulletin's rows. Raises ReadingError for one that holds no text or too many passages."""
    source = _source(bulletin)
    items = [_item(ordinal, item) for ordinal, item in enumerate(bulletin.items)]
    total = sum(len(item.passages) for item in bulletin.items)
    if total > MOST_PASSAGES:
        raise ReadingError(
            f"{bulletin.name!r} holds {total} passages, more than {MOST_PASSAGES}: split the file"
        )
    digest = hashlib.sha256(json.dumps([source, items]).encode()).hexdigest()
    content = content_of(digest)
    place = _Placing(bulletin, content)
    for ordinal, item in enumerate(bulletin.items):
        place.item(ordinal, item, items[ordinal])
    statistics = place.statistics()
    head = [bulletin.title, bulletin.issue, bulletin.date, bulletin.format, len(bulletin.items), total]
    summary = json.dumps([digest, *head, len(bulletin.text), list(bulletin.sections)], ensure_ascii=False)
    records = [
        *record(Kind.SOURCE, content, data=source, content=content),
        *record(Kind.WORDS, content, data=statistics.encode(), content=content),
        *place.records,
    ]
    return Outline(
        bulletin.name, digest, content, summary, tuple(records), tuple(place.passages),
        tuple(place.units), tuple(place.texts),
    )  # fmt: skip


def embed(
    outlines: Sequence[Outline], encoder: Encoder, known: Mapping[int, Packed] | None = None
) -> list[Prepared]:
    """Embed the units of some bulletins together, each text once, long ones together.

    `known` are packed rows of texts embedded before, by `text_of`.
    """
    known = known or {}
    all_texts = {text for entry in outlines for text in entry.texts}
    missing = sorted(
        (text for text in all_texts if text_of(text) not in known), key=lambda text: (len(text), text)
    )
    held = sorted(all_texts.difference(missing))
    rows = np.zeros((len(all_texts), encoder.dimension), np.int8)
    for row, text in enumerate(held, len(missing)):
        rows[row] = known[text_of(text)]
    for start in range(0, len(missing), BATCH):
        part = missing[start : start + BATCH]
        rows[start : start + len(part)] = narrowed(embedded(encoder, part))
    place = {text: row for row, text in enumerate([*missing, *held])}
    return [
        Prepared(
            entry.name, entry.digest, encoder.fingerprint, entry.content, entry.summary, entry.records,
            entry.passages, entry.units, rows[[place[text] for text in entry.texts]],
        )
        for entry in outlines
    ]  # fmt: skip


def _source(bulletin: Bulletin) -> str:
    try:
        packed = zlib.compress(bulletin.text.encode(), 6)
        head = [
            bulletin.digest, bulletin.format, bulletin.title, bulletin.issue, bulletin.date, bulletin.year
        ]  # fmt: skip
        layout = base64.b64encode(encode_layout(bulletin)).decode()
        return json.dumps([*head, layout, base64.b64encode(packed).decode()])
    except UnicodeEncodeError as error:
        raise ReadingError(
            f"{bulletin.name!r} holds characters that are no text: save it again as UTF-8"
        ) from error


def _item(ordinal: int, item: Item) -> list[Any]:
    """Return all that an item says, in values that JSON knows: what its content is told by."""
    head = [item.item_id, item.title, item.section, item.start, item.end, item.page, item.date]
    passages = [
        [p.start, p.end, p.page, base64.b64encode(encode_sentences(p.text, p.sentences)).decode(), p.text]
        for p in item.passages
    ]
    return [ordinal, [*head, encode_detail(item)], passages]


class _Placing:
    """Collects the rows of one bulletin's items."""

    def __init__(self, bulletin: Bulletin, content: int) -> None:
        self.records: list[Row] = []
        self.passages: list[Row] = []
        self.units: list[Row] = []
        self.texts: list[str] = []
        self._bulletin = bulletin
        self._content = content
        self._number = first_number(content)
        self._length = 0
        self._frequencies: Counter[int] = Counter()

    def item(self, ordinal: int, item: Item, packed: list[Any]) -> None:
        """Add an item and its passages."""
        fields = {
            "content": self._content, "added": 0, "section": section_of(item.section),
            "item": hash_of("item", item.item_id), "day": day_of(item.date or self._bulletin.date),
        }  # fmt: skip
        _, head, passages = packed
        data = json.dumps([head, self._number, len(item.passages)], ensure_ascii=False)
        self.records += record(Kind.ITEM, self._content, ordinal, data=data, ordinal=ordinal, **fields)
        titled = tokens(item.title) * TITLE_WEIGHT
        for place, passage in enumerate(item.passages):
            stored = StoredPassage(
                self._number, item.item_id, item.title, item.section, "", item.date, passage.text,
                passage.start, passage.end, passage.page, passage.sentences,
            )  # fmt: skip
            start, end, page, sentences, text = passages[place]
            where = [item.item_id, item.title, item.section, item.date, start, end, page, sentences, text]
            self._passage(json.dumps(where, ensure_ascii=False), [*titled, *tokens(text)], fields)
            for first, last, unit in units_of(stored, item.title if place == 0 else None):
                key = {"id": hash_of("unit", self._number, first, last), "text": text_of(unit)}
                self.units.append({**key, "number": self._number, **fields, "first": first, "last": last})
                self.texts.append(unit)
            self._number += 1

    def _passage(self, data: str, words: list[str], fields: dict[str, int]) -> None:
        counts = Counter(term_of(word) for word in words)
        self._frequencies.update(counts.keys())
        self._length += len(words)
        if len(data.encode()) > DATA_BYTES:
            self.records += record(
                Kind.LONG, self._number, data=data, content=self._content, ordinal=self._number
            )
            data = ""
        self.passages.append(
            {
                "number": self._number, **fields, "length": len(words), "data": data,
                "terms": sorted(counts)[:4096], "sparse": weights(counts, len(words)),
            }
        )  # fmt: skip

    def statistics(self) -> Statistics:
        """Return what the bulletin adds to the counts."""
        items = self._bulletin.items
        newest = self._bulletin.date or max((item.date for item in items if item.date), default=None)
        terms = np.array(sorted(self._frequencies), np.uint32)
        return Statistics(
            bulletins=1,
            items=len(items),
            passages=len(self.passages),
            sentences=sum(len(passage.sentences) for item in items for passage in item.passages),
            characters=len(self._bulletin.text),
            length=self._length,
            terms=terms,
            frequencies=np.array([self._frequencies[term] for term in terms.tolist()], np.int64),
            sections=dict(Counter(item.section for item in items if item.section)),
            days={newest: 1} if newest else {},
        )


def weights(counts: Counter[int], length: int) -> dict[int, float]:
    """Return a passage's sparse vector: tf·(k1+1) / (tf + k1·(1 - b + b·length/REFERENCE_LENGTH)).

    `frequency_of` undoes it.
    """
    factor = length_factor(length, REFERENCE_LENGTH)
    found = {term: count * (K1 + 1) / (count + factor) for term, count in counts.items()}
    return found or dict(_EMPTY)


def frequency_of(weight: float, length: int) -> float:
    """Return the tf that `weights` made a weight of: `frequency_of(weights({7: 3}, 50)[7], 50)` is 3.

    >>> round(frequency_of(weights(Counter({7: 3}), 50)[7], 50), 6)
    3.0
    """
    factor = length_factor(length, REFERENCE_LENGTH)
    return float(round(weight * factor / max(K1 + 1 - weight, 1e-6)))
