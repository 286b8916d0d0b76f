"""Bringing the store in line with the files of a folder: one transaction a file.

What happens to a file that is no longer what it was:
- its bytes cannot be had (permissions, a disk error): the document may be as it was, its content stays;
- its bytes can be had and are no bulletin: what it held before is no longer what it says, its content goes;
- the same bytes stand under another name whose file is gone: a rename, nothing is read again;
- the same bytes stand under another name too: a duplicate, indexed once, under the name that had them first.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from qa.errors import BulletinQAError, ReadingError
from qa.parsing import parse_bulletin
from qa.reading import read_source
from qa.storage.progress import Progress
from qa.storage.report import SyncReport, report_of
from qa.storage.rows import HOLDING, FileState
from qa.storage.scanning import Found, changed, digest_of, doubtful, reader_fingerprint, shown, unreadable
from qa.types import Bulletin


class Keeper(Protocol):
    """What bulletins and the state of their files are written to."""

    def files(self) -> Mapping[str, FileState]:
        """Return what is known of each file, by name."""

    def add(self, bulletin: Bulletin, *, size: int, mtime_ns: int, state: FileState | None = None) -> None:
        """Store a bulletin in place of one of the same name. Raises ReadingError."""

    def remove(self, name: str) -> None:
        """Take a bulletin out, and what is known of its file."""

    def rename(self, old: str, new: str) -> None:
        """Give a bulletin another name."""

    def put_file(self, name: str, state: FileState, *, drop: bool = False) -> None:
        """Note what is known of a file; `drop` takes its earlier content out."""

    def forget_file(self, name: str) -> None:
        """Forget a file that holds no content of its own."""


class Update:
    """One comparison of a folder with the store; `run` carries it out and fills the lists of names."""

    def __init__(self, store: Keeper, found: Sequence[Found], progress: Progress) -> None:
        self.added: list[str] = []
        self.changed: list[str] = []
        self.removed: list[str] = []
        self.renamed: list[tuple[str, str]] = []
        self._store = store
        self._progress = progress
        self._states = dict(store.files())
        self._found = {entry.name: entry for entry in found}
        self._digests: dict[str, str] = {}
        self._seen: dict[str, int] = {}

    def run(self) -> None:
        """Do it all; what is already done stays done when it is stopped."""
        fresh = self._look()
        owners = self._owners()
        gone = {name: state for name, state in self._states.items() if name not in self._found}
        for name in sorted(fresh):
            digest = self._digests.get(name)
            owner = owners.get(digest) if digest else None
            if owner == name and digest:
                self._rename(name, digest, gone)
        self._progress.start("files", len(fresh))
        due = []
        for name in sorted(fresh):
            if self._has_to_be_read(self._found[name], owners):
                due.append(self._found[name])
            else:
                self._progress.advance(1)
        self._read(due)
        self._progress.finish()
        for name, state in gone.items():
            if state.kind in HOLDING:
                self._store.remove(name)
                self.removed.append(name)
            else:
                self._store.forget_file(name)

    def report(self, states: Mapping[str, FileState], notices: Sequence[str] = ()) -> SyncReport:
        """What was done, `states` being those of all files by now."""
        return report_of(
            states, added=self.added, changed=self.changed, removed=self.removed, renamed=self.renamed,
            notices=notices,
        )  # fmt: skip

    def _look(self) -> set[str]:
        """Return the files that have to be taken up, with their digests noted."""
        fresh = {
            name
            for name, entry in self._found.items()
            if changed(entry, self._states.get(name)) or doubtful(entry, self._states[name])
        }
        # A duplicate takes over when the file that it repeats changes or goes.
        for name, state in self._states.items():
            moved = state.note in fresh or state.note not in self._found
            if state.kind == "duplicate" and name in self._found and moved:
                fresh.add(name)
        self._progress.start("changes", len(fresh))
        looked_at = [self._found[name] for name in sorted(fresh)]
        for entry, digest in self._digests_of(looked_at):
            if isinstance(digest, str):
                self._digests[entry.name] = digest
            elif digest is not None:
                self._found[entry.name] = Found(
                    entry.name, entry.path, entry.size, entry.mtime_ns, unreadable(digest), unreadable=True
                )
            self._progress.advance(1)
        self._progress.finish()
        return fresh

    def _digests_of(self, entries: Iterable[Found]) -> Iterator[tuple[Found, str | OSError | None]]:
        """Yield each file's digest, or why its bytes can't be had; None for one not to be read at all."""
        for entry in entries:
            self._seen[entry.name] = time.time_ns()
            try:
                yield entry, None if entry.reason else digest_of(entry.path, entry.size)
            except OSError as error:
                yield entry, error

    def _owners(self) -> dict[str, str]:
        """Return under which name each content is indexed: the one that has it already, else the first."""
        owners: dict[str, str] = {}
        for settled in (True, False):
            for name in sorted(self._found):
                state = self._states.get(name)
                digest = self._digests.get(name)
                if digest is None and state is not None and not self._found[name].reason:
                    digest = state.digest
                keeps = state is not None and state.kind in HOLDING and state.digest == digest
                if digest and keeps == settled:
                    owners.setdefault(digest, name)
        return owners

    def _rename(self, name: str, digest: str, gone: dict[str, FileState]) -> None:
        """Give `name` the content of a file that is gone, where it is the same."""
        before = self._states.get(name)
        if before is not None and before.kind in HOLDING and before.digest == digest:
            return
        for old, state in gone.items():
            if state.digest == digest and state.kind in HOLDING and state.reader == reader_fingerprint():
                self._store.rename(old, name)
                moved = self._state(self._found[name], digest, "bulletin", _notice(state))
                self._store.put_file(name, moved)
                self._states[name] = moved
                self.renamed.append((old, name))
                del gone[old]
                return

    def _state(self, entry: Found, digest: str, kind: str, note: str = "") -> FileState:
        return FileState(
            digest,
            entry.size,
            entry.mtime_ns,
            self._seen.get(entry.name, 0),
            kind,
            note,
            reader_fingerprint(),
        )

    def _has_to_be_read(self, entry: Found, owners: dict[str, str]) -> bool:
        """Note what can be told of a file without reading it; return whether that isn't all."""
        name, before = entry.name, self._states.get(entry.name)
        had = self._had(name)
        digest = self._digests.get(name, "")
        if entry.unreadable:
            if before is not None and had:
                note = f"{entry.reason}; what was read before is kept"
                self._store.put_file(name, self._state(entry, before.digest, "kept", note))
            else:
                self._store.put_file(name, self._state(entry, "", "unreadable", entry.reason))
        elif entry.reason:
            self._drop(entry, self._state(entry, "", "skipped", entry.reason))
        elif before is not None and had and digest == before.digest and before.reader == reader_fingerprint():
            self._store.put_file(name, self._state(entry, digest, "bulletin", _notice(before)))
        elif owners.get(digest, name) != name:
            self._drop(entry, self._state(entry, digest, "duplicate", owners[digest]))
        else:
            return True
        return False

    def _had(self, name: str) -> bool:
        before = self._states.get(name)
        return before is not None and before.kind in HOLDING

    def _read(self, entries: Sequence[Found]) -> None:
        """Take up files as they now are."""
        for entry in entries:
            state = self._state(entry, self._digests.get(entry.name, ""), "bulletin")
            try:
                bulletin = parse_bulletin(read_source(entry.path, entry.name))
                state = replace(state, note=bulletin.notice)
                self._store.add(bulletin, size=entry.size, mtime_ns=entry.mtime_ns, state=state)
            except Exception as error:
                self._refuse(entry, failure(error, entry.name))
            else:
                self._accept(entry)
            self._progress.advance(1)

    def _accept(self, entry: Found) -> None:
        """Count a file whose content is in the store now."""
        (self.changed if self._had(entry.name) else self.added).append(entry.name)

    def _refuse(self, entry: Found, note: str) -> None:
        """Note why a file that was read is no bulletin."""
        self._drop(entry, self._state(entry, self._digests.get(entry.name, ""), "skipped", note))

    def _drop(self, entry: Found, state: FileState) -> None:
        """Note why a file isn't in the index, and take out what it held before."""
        had = self._had(entry.name)
        self._store.put_file(entry.name, state, drop=had)
        if had:
            self.removed.append(entry.name)


def failure(error: Exception, name: str) -> str:
    """Say why a file could not be read; raise the error again where it isn't the file's fault."""
    if isinstance(error, ReadingError):
        return str(error).removeprefix(f"{shown(name)}: ")
    if isinstance(error, (BulletinQAError, OSError)):
        raise error
    # A fault of ours in one document must not keep the others out; it is said, never swallowed.
    return shown(f"reading it failed ({type(error).__name__}: {error}): please report this")[:300]


def _notice(state: FileState) -> str:
    """What of a bulletin was not read, as its state has it; the reason for another state is none."""
    return state.note if state.kind == "bulletin" else ""
