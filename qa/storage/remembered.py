"""Values that are asked for again and again, the least lately used forgotten first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """The last values that together weigh at most `most` (one each, unless `weigh` says otherwise).

    The latest is kept whatever it weighs. Safe to use from many threads.

    >>> held = Remembered[str, str](5, weigh=len)
    >>> held.of("a", lambda: "four"), held.of("b", lambda: "two"), held.get("a")
    ('four', 'two', None)
    """

    def __init__(self, most: int, weigh: Callable[[V], int] = lambda _: 1) -> None:
        self._most = most
        self._weigh = weigh
        self._weight = 0
        self._held: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: K) -> V | None:
        """Return what is remembered of a key."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def put(self, key: K, value: V) -> V:
        """Remember a value, and return it."""
        with self._lock:
            if key in self._held:
                self._weight -= self._weigh(self._held.pop(key))
            self._held[key] = value
            self._weight += self._weigh(value)
            while self._weight > self._most and len(self._held) > 1:
                self._weight -= self._weigh(self._held.popitem(last=False)[1])
        return value

    def of(self, key: K, find: Callable[[], V]) -> V:
        """Return what is remembered of a key, or find it now."""
        known = self.get(key)
        return known if known is not None else self.put(key, find())
