"""How often one user may ask, and how much may be uploaded."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one user can ask of the page. `burst` requests at once, then `per_minute`.

    They hold for one process. `on_refused` is called for every request that comes too fast.
    """

    burst: int = 20
    per_minute: float = 60.0
    address_factor: int = 20
    upload_files: int = 20
    upload_megabytes: int = 50
    on_refused: Callable[[], None] | None = field(default=None, compare=False, repr=False)

    def limiter(self, factor: int = 1) -> RateLimiter:
        """A limiter with `factor` times these bounds."""
        return RateLimiter(self.burst * factor, self.per_minute * factor, on_refused=self.on_refused)


class RateLimiter:
    """A token bucket for each key: `burst` requests at once, refilled at `per_minute`.

    Keys unseen for longest are forgotten beyond `keys`, which bounds the memory whoever asks.
    """

    def __init__(
        self,
        burst: int,
        per_minute: float,
        keys: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
        on_refused: Callable[[], None] | None = None,
    ) -> None:
        self._burst = float(burst)
        self._rate = per_minute / 60.0
        self._keys = keys
        self._clock = clock
        self._on_refused = on_refused
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, key: str) -> bool:
        """Whether `key` may make one more request now; if so it is counted."""
        now = self._clock()
        with self._lock:
            tokens, since = self._buckets.pop(key, (self._burst, now))
            tokens = min(self._burst, tokens + (now - since) * self._rate)
            allowed = tokens >= 1.0
            self._buckets[key] = (tokens - 1.0 if allowed else tokens, now)
            while len(self._buckets) > self._keys:
                self._buckets.popitem(last=False)
        if not allowed and self._on_refused is not None:
            self._on_refused()
        return allowed
