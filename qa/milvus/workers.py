"""What a worker of a distributed ingest does: read, parse, embed and put a handful of files.

Everything here runs in the worker's process, which sees the bulletins folder under the same path as the
process that shares the work out, and takes the store's token from its own environment.
"""

from __future__ import annotations

import os
import socket
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from embeddings import Encoder
from qa.errors import ModelError, StoreError
from qa.milvus.rows import Outline, Prepared, embed, outline
from qa.milvus.writer import MilvusWriter
from qa.models import encoder_of
from qa.parsing import parse_bulletin
from qa.reading import read_source
from qa.storage.scanning import digest_of, reader_fingerprint
from qa.storage.updating import failure

_writing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Task:
    """Files to take in. Without a `store` the rows are given back rather than written."""

    folder: str
    names: tuple[str, ...]
    model: str | None
    reader: str
    store: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: `reason` says why it is no bulletin, `notice` what of it was not read;
    `prepared` holds what wasn't written.
    """

    name: str
    reason: str = ""
    notice: str = ""
    prepared: Prepared | None = None


Digest = tuple[str, str, tuple[int, str] | None]
"""A file's name and SHA-256 (hex), or (errno, reason) where its bytes can't be had."""


def digests(folder: str, files: tuple[tuple[str, int], ...]) -> list[Digest]:
    """Return the digest of each (name, size)."""
    found: list[Digest] = []
    for name, size in files:
        try:
            found.append((name, digest_of(Path(folder, name), size), None))
        except OSError as error:
            found.append((name, "", (error.errno or 0, error.strerror or str(error))))
    return found


def take_in(task: Task) -> list[Outcome]:
    """Read the files of a task and put what they hold; one outcome for each, in order.

    Raises StoreError when the store can't be written, when the worker runs another version of the code, or
    when it doesn't see the folder; ModelError when the model can't be loaded.
    """
    _require(task)
    encoder = _encoder(task.model)
    outcomes: list[Outcome] = []
    outlines: dict[str, Outline] = {}
    notices: dict[str, str] = {}
    for name in task.names:
        try:
            bulletin = parse_bulletin(read_source(Path(task.folder, name), name))
            outlines[name], notices[name] = outline(bulletin), bulletin.notice
        except FileNotFoundError:
            outcomes.append(Outcome(name, "it is gone since it was listed: it is taken up at the next run"))
        except Exception as error:
            outcomes.append(Outcome(name, failure(error, name)))
    if not task.store:
        prepared = embed(list(outlines.values()), encoder)
        return outcomes + [Outcome(entry.name, "", notices[entry.name], entry) for entry in prepared]
    # One connection a process, whatever the number of its threads.
    with _writing:
        _writer(task.store, task.model).put_outlines(list(outlines.values()))
    return outcomes + [Outcome(name, "", notices[name]) for name in outlines]


def _require(task: Task) -> None:
    if reader_fingerprint() != task.reader:
        raise StoreError(
            f"the worker on {socket.gethostname()} runs another version of bulletin-qa: install the same "
            "version everywhere and start the workers again"
        )
    if not Path(task.folder).is_dir():
        raise StoreError(
            f"the worker on {socket.gethostname()} does not see {task.folder}: mount the bulletins folder "
            "under the same path on every machine"
        )


@lru_cache(maxsize=1)
def _encoder(model: str | None) -> Encoder:
    try:
        return encoder_of(model)
    except ModelError as error:
        raise ModelError(f"the worker on {socket.gethostname()}: {error}") from error


@lru_cache(maxsize=1)
def _writer(store: str, model: str | None) -> MilvusWriter:
    return MilvusWriter.open(store, _encoder(model), token=os.environ.get("BULLETIN_QA_STORE_TOKEN", ""))
