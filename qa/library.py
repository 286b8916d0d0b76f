"""The library: a folder of bulletins, its indexes, and everything that can be asked of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embeddings import Encoder, EncoderError, Reranker, load_encoder, load_reranker
from qa.answering.answerer import Answerer
from qa.answering.generating import Generator
from qa.background import Background
from qa.catalogue import BulletinContents, table_of_contents
from qa.errors import ModelError, UsageError
from qa.indexing import Snapshot, SyncReport, default_index, synchronise
from qa.query import Query, understand
from qa.retrieval import Retriever
from qa.settings import Settings
from qa.storage.progress import Progress, Silent
from qa.store import Store
from qa.types import Answer, Hit

if TYPE_CHECKING:
    from qa.evaluation import Report

_MAX_HISTORY = 50


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """A piece of an answer as it is written; the last one carries the whole `answer`."""

    text: str
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """One consistent state of store and indexes; replaced as a whole after each synchronisation."""

    store: Store
    retriever: Retriever
    answerer: Answerer
    newest: date | None


class Library:
    """Bulletins to ask. Open it with `Library.open`; safe to use from many threads at once."""

    def __init__(
        self,
        bulletins: Path,
        index: Path,
        settings: Settings,
        encoder: Encoder,
        snapshot: _Snapshot,
        reranker: Reranker | None = None,
    ) -> None:
        self.bulletins = bulletins
        self.index = index
        self.settings = settings
        self.encoder = encoder
        self._snapshot = snapshot
        self._reranker = reranker
        self._generator = Generator.from_settings(settings)
        self._writing = threading.Lock()
        self.last_sync: SyncReport | None = None

    @classmethod
    def open(
        cls,
        bulletins: str | Path | None = None,
        index: str | Path | None = None,
        model: str | None = None,
        *,
        settings: Settings | None = None,
        progress: Progress | None = None,
        sync: bool = True,
        check: bool = False,
    ) -> Library:
        """Open the bulletins in a folder, building or updating their indexes when they are out of date.

        `index` is the folder of the indexes (default: beside the bulletins or in the user's data folder),
        `model` the embedding model (default: the one that ships with the project). With `sync=False` the
        indexes are opened as they stand. When the index is being written by another process, or its folder
        can't be written, its last whole state is served; with `check` that is an error, and the whole index
        is verified.

        Raises UsageError when the folder doesn't exist, ModelError when the model can't be loaded and
        StoreError when the index folder can't be used.
        """
        settings = settings or Settings.from_environment(
            bulletins=str(bulletins) if bulletins is not None else None,
            index=str(index) if index is not None else None,
            model=model,
        )
        folder = Path(bulletins) if bulletins is not None else settings.bulletins_folder
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder: name a folder of bulletins with --bulletins DIR")
        if index is not None:
            place = Path(index)
        else:
            place = Path(settings.index) if settings.index else default_index(folder)
        encoder = _load_encoder(model or settings.model or None)
        reranker = _load_reranker(settings.reranker)
        report = None
        if sync:
            report = synchronise(
                folder, place, lambda: encoder, progress or Silent(), check=check, required=check
            )
        library = cls(
            folder, place, settings, encoder, _snapshot(place, encoder, settings, reranker), reranker
        )
        library.last_sync = report
        return library

    @property
    def store(self) -> Store:
        """The store of the current snapshot."""
        return self._snapshot.store

    @property
    def retriever(self) -> Retriever:
        """The retriever of the current snapshot."""
        return self._snapshot.retriever

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Take in what changed in the folder; questions asked meanwhile see the state before."""
        with self._writing:
            report = synchronise(self.bulletins, self.index, lambda: self.encoder, progress or Silent())
            self._snapshot = _snapshot(self.index, self.encoder, self.settings, self._reranker)
            self.last_sync = report
            return report

    def retrieve(
        self,
        question: str,
        k: int | None = None,
        *,
        sections: Sequence[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        bulletins: Sequence[str] | None = None,
        history: Sequence[str] = (),
    ) -> list[Hit]:
        """The best passages for `question`, at most `k`, best first.

        `sections` and `bulletins` are names, `since` and `until` ISO dates, inclusive; `history` holds
        the questions before, oldest first. Raises UsageError for an argument that can't be used.
        """
        snapshot = self._snapshot
        query = self._understand(snapshot, question, history)
        allowed = _allowed(snapshot.store, sections, since, until, bulletins)
        return snapshot.retriever.search(query, self._k(k), allowed)

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        k: int | None = None,
        sections: Sequence[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        bulletins: Sequence[str] | None = None,
        mode: str | None = None,
    ) -> Answer:
        """Answer `question` with citations, or refuse; arguments as for `retrieve`.

        `mode` is "extractive" or "generative"; by default the language model writes when one is set.
        """
        answer: Answer | None = None
        for part in self.stream(
            question,
            history,
            k=k,
            sections=sections,
            since=since,
            until=until,
            bulletins=bulletins,
            mode=mode,
        ):
            answer = part.answer or answer
        if answer is None:
            raise RuntimeError("a stream ended without its answer")
        return answer

    def stream(
        self,
        question: str,
        history: Sequence[str] = (),
        *,
        k: int | None = None,
        sections: Sequence[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        bulletins: Sequence[str] | None = None,
        mode: str | None = None,
    ) -> Iterator[AnswerPart]:
        """The same answer as `ask`, as it is written: its text in parts, then the whole."""
        began = time.perf_counter()
        if mode not in {None, "extractive", "generative"}:
            raise UsageError(f"mode {mode!r} is unknown: use extractive or generative")
        if mode == "generative" and self._generator is None:
            raise UsageError(
                "no language model is set: set BULLETIN_QA_LLM_BASE_URL and BULLETIN_QA_LLM_MODEL"
            )
        snapshot = self._snapshot
        query = self._understand(snapshot, question, history)
        allowed = _allowed(snapshot.store, sections, since, until, bulletins)
        filtered = _items_of(snapshot.store, allowed)
        answer = snapshot.answerer.answer(query, self._k(k), allowed, filtered_items=filtered)
        if self._generator is None or mode == "extractive" or answer.refused:
            yield from _in_parts(answer.answer)
        else:
            for step in self._generator.rewrite(query, answer, snapshot.store):
                if isinstance(step, Answer):
                    answer = step
                else:
                    yield AnswerPart(step)
        yield AnswerPart("", replace(answer, seconds=time.perf_counter() - began))

    def contents(self) -> list[BulletinContents]:
        """The table of contents: bulletins, sections and items, in order."""
        return table_of_contents(self.store)

    def evaluate(self, questions: str | Path, progress: Callable[[int, int], None] | None = None) -> Report:
        """Ask every question of a question set and measure the answers."""
        from qa.evaluation import evaluate

        return evaluate(self, questions, progress)

    def close(self) -> None:
        """Close the store."""
        self._snapshot.store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _k(self, k: int | None) -> int:
        chosen = self.settings.k if k is None else k
        if not 1 <= chosen <= 1000:
            raise UsageError(f"k={chosen} is out of range: use 1 to 1000")
        return chosen

    def _understand(self, snapshot: _Snapshot, question: str, history: Sequence[str]) -> Query:
        limit = self.settings.max_question_chars
        text = _clean(question)
        if not text:
            raise UsageError("the question is empty: type what you want to know")
        if len(text) > limit:
            raise UsageError(f"the question has {len(text)} characters; ask in at most {limit}")
        earlier = [cleaned[:limit] for asked in history[-_MAX_HISTORY:] if (cleaned := _clean(asked))]
        return understand(text, earlier, snapshot.newest)


def retrieve(question: str, k: int = 5, **filters: Any) -> list[Hit]:
    """The best passages for `question` from the default library (see `Library.retrieve`)."""
    return _default_library().retrieve(question, k, **filters)


_default: Library | None = None
_default_lock = threading.Lock()


def _default_library() -> Library:
    global _default
    with _default_lock:
        if _default is None:
            _default = Library.open()
        return _default


def _snapshot(index: Path, encoder: Encoder, settings: Settings, reranker: Reranker | None) -> _Snapshot:
    opened = Snapshot.open(index, encoder)
    store, vectors = opened.store, opened.vectors
    if vectors is None:
        raise RuntimeError("a snapshot opened with an encoder has no vectors")
    background = Background.measure(vectors, encoder, index / f"background-{encoder.fingerprint[:12]}.npz")
    retriever = Retriever(
        store,
        opened.lexical,
        vectors,
        encoder,
        background,
        lexical_weight=settings.lexical_weight,
        foreign_lexical_weight=settings.foreign_lexical_weight,
        reranker=reranker,
    )
    day = store.newest_date()
    newest = date.fromisoformat(day) if day else None
    return _Snapshot(store, retriever, Answerer(retriever, settings.refuse_below), newest)


def _load_reranker(name: str) -> Reranker | None:
    try:
        return load_reranker(name) if name else None
    except EncoderError as error:
        raise ModelError(str(error)) from error


def _load_encoder(model: str | None) -> Encoder:
    try:
        return load_encoder(model)
    except EncoderError as error:
        raise ModelError(str(error)) from error


def _allowed(
    store: Store,
    sections: Sequence[str] | None,
    since: str | None,
    until: str | None,
    bulletins: Sequence[str] | None,
) -> NDArray[np.int64] | None:
    for name, value in (("since", since), ("until", until)):
        if value is not None:
            try:
                date.fromisoformat(value)
            except (TypeError, ValueError) as error:
                raise UsageError(f"{name}={value!r} is not a date: write YYYY-MM-DD") from error
    if since and until and since > until:
        raise UsageError(f"since={since} lies after until={until}: swap them")
    allowed = store.passage_numbers(
        sections=list(sections) if sections else None,
        since=since,
        until=until,
        bulletins=list(bulletins) if bulletins else None,
    )
    if allowed is not None and len(allowed) == 0:
        known = store.sections()
        found = store.passage_numbers(sections=list(sections)) if sections else None
        if sections and found is not None and len(found) == 0:
            listed = "、".join(known[:30]) or "none"
            raise UsageError(f"no section matches {'、'.join(sections)}; sections are {listed}")
        names = [row.name for row in store.bulletins()]
        if bulletins and not set(bulletins) & set(names):
            listed = "、".join(names[:20]) or "none"
            raise UsageError(f"no bulletin is called {'、'.join(bulletins)}; bulletins are {listed}")
    return allowed


def _items_of(store: Store, allowed: NDArray[np.int64] | None) -> frozenset[str] | None:
    if allowed is None:
        return None
    return frozenset(passage.item_id for passage in store.passages(allowed.tolist()))


def _clean(text: str) -> str:
    """The question without control characters and lone surrogates, white space joined."""
    kept = "".join(
        c if c.isprintable() or c in "\n\t " else " " for c in text if not "\ud800" <= c <= "\udfff"
    )
    return " ".join(kept.split())


def _in_parts(text: str) -> Iterator[AnswerPart]:
    """The text line by line, sentence by sentence, for a page that shows it as it comes."""
    start = 0
    for place, character in enumerate(text):
        if character in "。！？；\n]" and place + 1 - start >= 8:
            yield AnswerPart(text[start : place + 1])
            start = place + 1
    if start < len(text):
        yield AnswerPart(text[start:])
