"""Filling a store from a folder with many processes, on this machine or on a cluster.

One process lists the folder, compares it with the store and shares out what has to be read; workers read,
parse, embed and write; the first one notes what is done and publishes. Who is killed, a worker or all, costs
the tasks in flight: what was noted is skipped the next time, and what was written but not noted is written
again as the same rows (`qa.milvus`).

The engine is Dask's distributed scheduler, not Ray: the work is a plain list of independent tasks of a
second or so, which both do well, and Dask is pure Python that pip installs in a minute on any platform and
processor, starts in a second, needs no shared-memory store or daemon beside it, and runs unchanged on a
laptop, on plain machines over SSH, on Slurm and on Kubernetes. Tasks and results travel as pickles between
the processes of one cluster: keep its ports to itself, or use Dask's TLS settings.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from qa.errors import StoreError, UsageError
from qa.milvus.address import Address
from qa.milvus.backend import MilvusBackend, MilvusKeeper
from qa.milvus.workers import Outcome, Task, digests, take_in
from qa.models import encoder_of
from qa.storage.progress import Progress, Silent
from qa.storage.report import SyncReport
from qa.storage.scanning import Found, reader_fingerprint
from qa.storage.updating import Keeper, Update

INSTALL = "python -m pip install 'bulletin-qa[cluster]'"
FILES, BYTES = 32, 1 << 20
"""What a task holds at most: enough to embed well together, little enough to lose."""
AHEAD = 3
"""Tasks handed out for each thread of the cluster, so that none waits for the next."""
DEATHS = 2
"""Workers that may die over a task before its files are tried one by one, and a file given up."""


def ingest(
    folder: str | Path,
    store: str,
    *,
    model: str | None = None,
    workers: int = 0,
    scheduler: str = "",
    publish_every: float = 600.0,
    token: str = "",
    progress: Progress | None = None,
) -> SyncReport:
    """Bring a Milvus store in line with a folder, with `workers` processes here (0: one for each core) or
    those of the Dask `scheduler` named, and publish every `publish_every` seconds and at the end.

    Milvus Lite in a folder has room for one writer: there the workers hand their rows to this process.
    Raises UsageError when the extra isn't installed or an argument can't be used, StoreError when the store
    or the scheduler doesn't answer, ModelError when the model can't be loaded.
    """
    if workers < 0:
        raise UsageError(f"workers={workers} cannot be: use 1 or more, or 0 for one a core")
    address = Address.parse(store, token)
    encoder = encoder_of(model)
    with _cluster(scheduler, workers or os.cpu_count() or 1) as client:
        task = Task(
            str(Path(folder).resolve()), (), model, reader_fingerprint(), "" if address.path else store
        )

        def update(keeper: Keeper, found: Sequence[Found], shown: Progress) -> Update:
            return _Shared(keeper, found, shown, client, task, publish_every)

        return MilvusBackend(address).synchronise(Path(folder), encoder, progress or Silent(), update=update)


class _Shared(Update):
    """An update whose files are read by the workers of a cluster."""

    def __init__(
        self,
        keeper: Keeper,
        found: Sequence[Found],
        progress: Progress,
        client: Any,
        task: Task,
        every: float,
    ) -> None:
        super().__init__(keeper, found, progress)
        if not isinstance(keeper, MilvusKeeper):
            raise TypeError("a distributed update writes to Milvus")
        self._keeper = keeper
        self._client = client
        self._task = task
        self._every = every
        self._published = time.monotonic()

    def _digests_of(self, entries: Iterable[Found]) -> Iterator[tuple[Found, str | OSError | None]]:
        due = []
        for entry in entries:
            self._seen[entry.name] = time.time_ns()
            if entry.reason:
                yield entry, None
            else:
                due.append(entry)
        known = {entry.name: entry for entry in due}
        jobs = [tuple((entry.name, entry.size) for entry in part) for part in _parts(due)]
        for _, found, error in self._done(jobs, lambda part: (digests, self._task.folder, part)):
            if error is not None:
                raise error
            for name, digest, why in found:
                yield known[name], OSError(*why) if why else digest

    def _read(self, entries: Sequence[Found]) -> None:
        known = {entry.name: entry for entry in entries}
        jobs = [tuple(entry.name for entry in part) for part in _parts(entries)]
        again: list[tuple[str, ...]] = []
        for names, outcomes, error in self._done(jobs, self._call):
            if error is None:
                self._note(known, outcomes)
            elif not _killed(error):
                raise error
            else:
                again += [(name,) for name in names]
        for names, outcomes, error in self._done(again, self._call):
            if error is not None and not _killed(error):
                raise error
            self._note(known, outcomes if error is None else [_deadly(names[0])])

    def _call(self, names: tuple[str, ...]) -> tuple[Any, ...]:
        return take_in, Task(self._task.folder, names, self._task.model, self._task.reader, self._task.store)

    def _note(self, known: dict[str, Found], outcomes: Iterable[Outcome]) -> None:
        """Note what became of a task's files, once their contents are in the store."""
        states = {}
        for outcome in outcomes:
            entry = known[outcome.name]
            if outcome.reason:
                self._refuse(entry, outcome.reason)
            else:
                if outcome.prepared is not None:
                    self._keeper.put_prepared(outcome.prepared)
                digest = self._digests.get(entry.name, "")
                states[entry.name] = self._state(entry, digest, "bulletin", outcome.notice)
                self._accept(entry)
            self._progress.advance(1)
        self._keeper.note(states)
        if time.monotonic() - self._published > self._every:
            self._keeper.publish()
            self._published = time.monotonic()

    def _done(
        self, jobs: Sequence[Any], call: Callable[[Any], tuple[Any, ...]]
    ) -> Iterator[tuple[Any, Any, BaseException | None]]:
        """Yield (job, result, error) as jobs are done, with never more handed out than keeps all busy."""
        if not jobs:
            return
        distributed = importlib.import_module("distributed")
        waiting = iter(jobs)
        handed: dict[Any, Any] = {}

        def hand_out(job: Any) -> Any:
            function, *arguments = call(job)
            future = self._client.submit(function, *arguments, pure=False, retries=0)
            handed[future.key] = job
            return future

        threads = sum(self._client.nthreads().values()) or 1
        running = distributed.as_completed([hand_out(job) for job in islice(waiting, AHEAD * threads)])
        for future in running:
            error = future.exception()
            result = None if error is not None else future.result()
            yield handed.pop(future.key), result, error
            future.release()
            for job in islice(waiting, 1):
                running.add(hand_out(job))


def _parts(entries: Iterable[Found]) -> Iterator[list[Found]]:
    """Yield files in order, as many together as make one task."""
    part: list[Found] = []
    size = 0
    for entry in entries:
        if part and (len(part) >= FILES or size + entry.size > BYTES):
            yield part
            part, size = [], 0
        part.append(entry)
        size += entry.size
    if part:
        yield part


def _killed(error: BaseException) -> bool:
    return type(error).__name__ == "KilledWorker"


def _deadly(name: str) -> Outcome:
    return Outcome(
        name,
        f"reading it ended {DEATHS + 1} workers, for want of memory perhaps: split the file, or report it",
    )


@contextlib.contextmanager
def _cluster(scheduler: str, workers: int) -> Iterator[Any]:
    """Yield a client of the scheduler named, or of processes of our own that end with it."""
    try:
        dask, distributed = importlib.import_module("dask"), importlib.import_module("distributed")
    except ImportError as error:
        raise UsageError(f"sharing out work needs Dask, which is not installed: {INSTALL}") from error
    settings = {
        "distributed.scheduler.allowed-failures": DEATHS,
        "distributed.admin.tick.limit": "1h",
        "distributed.comm.timeouts.connect": "10s",
    }
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set(settings))
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            if scheduler:
                client = stack.enter_context(distributed.Client(scheduler, timeout="10s"))
                if not client.nthreads():
                    client.wait_for_workers(1, timeout=60)
            else:
                cluster = stack.enter_context(
                    distributed.LocalCluster(
                        n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
                        dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL,
                    )
                )  # fmt: skip
                client = stack.enter_context(distributed.Client(cluster))
        except (OSError, TimeoutError, ValueError) as error:
            where = scheduler or "this machine"
            raise StoreError(
                f"no Dask workers answer at {where} ({' '.join(str(error).split())[:200]}): start "
                "`dask scheduler` and `dask worker`, and name its address with --scheduler tcp://HOST:8786"
            ) from error
        yield client
