"""The library: bulletins, the indexes of them, and everything that can be asked of them."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings import Encoder, Reranker, Warming
from qa.answering.generating import Generator
from qa.arguments import allowed_by, cleaned, filters_of
from qa.backend import Backend, BulletinStore
from qa.catalogue import BulletinContents, table_of_contents
from qa.errors import StoreError, UsageError
from qa.models import encoder_of, reranker_of
from qa.opening import Opened, backend_of, opened
from qa.query import Query, understand
from qa.retrieval import Retriever
from qa.settings import Settings
from qa.storage.filters import Filters
from qa.storage.progress import Progress, Silent
from qa.storage.report import SyncReport
from qa.types import Answer, Hit

if TYPE_CHECKING:
    from qa.evaluation import Report

_MAX_HISTORY = 50
_LOOK_EVERY = 2.0
"""Seconds between two looks whether others have published something, while questions are asked."""


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """A piece of an answer as it is written; the last one carries the whole `answer`."""

    text: str
    answer: Answer | None = None


class Library:
    """Bulletins to ask. Open it with `Library.open`; safe to use from many threads at once."""

    def __init__(
        self,
        bulletins: Path,
        backend: Backend,
        settings: Settings,
        encoder: Encoder,
        snapshot: Opened,
        reranker: Reranker | None = None,
        *,
        reads_only: bool = False,
    ) -> None:
        self.bulletins = bulletins
        self.index = backend.cache
        self.settings = settings
        self.encoder = encoder
        self._backend = backend
        self._snapshot = snapshot
        self._reranker = reranker
        self._reads_only = reads_only
        self._generator = Generator.from_settings(settings)
        self._writing = threading.Lock()
        self._looked = time.monotonic()
        self.last_sync: SyncReport | None = None

    @classmethod
    def open(
        cls,
        bulletins: str | Path | None = None,
        index: str | Path | None = None,
        model: str | None = None,
        *,
        store: str | None = None,
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

        `store` is the address of a library on Milvus (see `qa.milvus`). Named together with a folder, that
        folder is taken in; without one the library reads what others put there, and follows them.

        Raises UsageError when the folder doesn't exist or an address can't be used, ModelError when the
        model can't be loaded and StoreError when the index folder or the store can't be used.
        """
        settings = settings or Settings.from_environment(
            bulletins=str(bulletins) if bulletins is not None else None,
            index=str(index) if index is not None else None,
            model=model,
            store=store,
        )
        backend, folder = backend_of(settings, bulletins, index, store)
        if folder is not None and not folder.is_dir():
            raise UsageError(f"{folder} is not a folder: name a folder of bulletins with --bulletins DIR")
        encoder = encoder_of(model or settings.model or None)
        reranker = reranker_of(settings.reranker)
        try:
            report = None
            if sync and folder is not None:
                report = backend.synchronise(
                    folder, encoder, progress or Silent(), check=check, required=check
                )
            snapshot = opened(backend, encoder, settings, reranker)
        except BaseException:
            backend.close()
            raise
        if folder is None:
            # What users of the page keep, such as questions they judged, has a place here all the same.
            with contextlib.suppress(OSError):
                (backend.cache / "bulletins").mkdir(parents=True, exist_ok=True)
        library = cls(
            folder or backend.cache / "bulletins",
            backend,
            settings,
            encoder,
            snapshot,
            reranker,
            reads_only=folder is None,
        )
        library.last_sync = report
        return library

    @property
    def place(self) -> str:
        """Where the index is: a folder, or the address of a store."""
        return self._backend.place

    @property
    def store(self) -> BulletinStore:
        """The store of the current snapshot."""
        return self._current().store

    @property
    def retriever(self) -> Retriever:
        """The retriever of the current snapshot."""
        return self._current().retriever

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Take in what changed in the folder; questions asked meanwhile see the state before.

        Raises UsageError for a library that was opened without a folder, to read what others put there.
        """
        if self._reads_only:
            raise UsageError(
                f"{self.place} was opened without a folder of bulletins, to read what others put there: "
                "name a folder with --bulletins DIR"
            )
        with self._writing:
            report = self._backend.synchronise(self.bulletins, self.encoder, progress or Silent())
            self._snapshot = opened(self._backend, self.encoder, self.settings, self._reranker)
            self.last_sync = report
            return report

    def _current(self) -> Opened:
        """The latest snapshot: whoever asks first after a while looks whether others have published one."""
        if time.monotonic() - self._looked < _LOOK_EVERY or not self._writing.acquire(blocking=False):
            return self._snapshot
        try:
            self._looked = time.monotonic()
            if self._backend.changed(self._snapshot.state):
                self._snapshot = opened(self._backend, self.encoder, self.settings, self._reranker)
        except StoreError:
            # What is open can still be read, or the question that comes now says what is wrong.
            pass
        finally:
            self._writing.release()
        return self._snapshot

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
        filters = filters_of(sections, since, until, bulletins)
        snapshot = self._current()
        query = self._understand(snapshot, question, history)
        return snapshot.retriever.search(query, self._k(k), allowed_by(snapshot.store, filters))

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
        filters = filters_of(sections, since, until, bulletins)
        for part in self._stream(question, history, k, filters, mode):
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
        filters = filters_of(sections, since, until, bulletins)
        yield from self._stream(question, history, k, filters, mode)

    def _stream(
        self, question: str, history: Sequence[str], k: int | None, filters: Filters, mode: str | None
    ) -> Iterator[AnswerPart]:
        began = time.perf_counter()
        if mode not in {None, "extractive", "generative"}:
            raise UsageError(f"mode {mode!r} is unknown: use extractive or generative")
        if mode == "generative" and self._generator is None:
            raise UsageError(
                "no language model is set: set BULLETIN_QA_LLM_BASE_URL and BULLETIN_QA_LLM_MODEL"
            )
        snapshot = self._current()
        query = self._understand(snapshot, question, history)
        allowed = allowed_by(snapshot.store, filters)
        filtered = None if allowed is None else snapshot.store.items_in(allowed)
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

    def warm(self) -> None:
        """Take seconds now for faster answers later, in a process that stays; may run in the background."""
        if isinstance(self.encoder, Warming):
            self.encoder.warm()

    def close(self) -> None:
        """Close the store."""
        self._snapshot.store.close()
        self._backend.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _k(self, k: int | None) -> int:
        chosen = self.settings.k if k is None else k
        if not 1 <= chosen <= 1000:
            raise UsageError(f"k={chosen} is out of range: use 1 to 1000")
        return chosen

    def _understand(self, snapshot: Opened, question: str, history: Sequence[str]) -> Query:
        limit = self.settings.max_question_chars
        text = cleaned(question)
        if not text:
            raise UsageError("the question is empty: type what you want to know")
        if len(text) > limit:
            raise UsageError(f"the question has {len(text)} characters; ask in at most {limit}")
        earlier = [kept[:limit] for asked in history[-_MAX_HISTORY:] if (kept := cleaned(asked))]
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


def _in_parts(text: str) -> Iterator[AnswerPart]:
    """The text line by line, sentence by sentence, for a page that shows it as it comes."""
    start = 0
    for place, character in enumerate(text):
        if character in "。！？；\n]" and place + 1 - start >= 8:
            yield AnswerPart(text[start : place + 1])
            start = place + 1
    if start < len(text):
        yield AnswerPart(text[start:])
