"""Whether a server process may be sent questions."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.errors import BulletinQAError
from qa.ui.operations.context import unobserved
from qa.ui.operations.holdings import Holdings, Watch

if TYPE_CHECKING:
    from qa.library import Library

_PROBE = "简报"


@dataclass(frozen=True, slots=True)
class State:
    """`status` is ready, failing or stopping; `reason` says in one line why it is not ready."""

    status: str
    reason: str = ""
    holdings: Holdings | None = None
    age: float = 0.0

    @property
    def ready(self) -> bool:
        """Whether questions are welcome."""
        return self.status == "ready"


class Readiness:
    """Ready from the first question that index and encoder answered until the process is told to end."""

    def __init__(self, library: Library, watch: Watch) -> None:
        self._library = library
        self._watch = watch
        self._answered = False
        self._asking = threading.Lock()
        self._stopping = threading.Event()

    def stop(self) -> None:
        """No longer ready, for good."""
        self._stopping.set()

    def state(self) -> State:
        """The state now. The first call asks the library a question of its own."""
        if self._stopping.is_set():
            return State("stopping", "the server is shutting down")
        try:
            self._ask_once()
            return State("ready", holdings=self._watch.holdings(), age=self._watch.age())
        except BulletinQAError as error:
            return State("failing", " ".join(str(error).split()))

    def _ask_once(self) -> None:
        with self._asking:
            if not self._answered:
                with unobserved():
                    self._library.retrieve(_PROBE, 1)
                self._answered = True
