"""How often a password may be tried, whoever tries: by the thing tried, never by the address of a person."""

from hashlib import sha256

from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from dashboard.cache.redis_store import Shared
from dashboard.gate.limit_counter import Counter

TRIES = RateLimitItemPerMinute(5, 15)
"""Five wrong passwords in a quarter of an hour; where nothing is shared, each worker process counts its own."""


class Tries:
    """Counts tries at passwords; a right one is forgotten."""

    def __init__(self, shared: Shared | None = None) -> None:
        self._counter = Counter(TRIES, MovingWindowRateLimiter, shared)

    def allowed(self, kind: str, what: str) -> bool:
        """Count one more try at `what`; False where there were too many."""
        return self._counter.hit(*self._names(kind, what))

    def forget(self, kind: str, what: str) -> None:
        """Forget the tries at `what`: the password was right."""
        self._counter.clear(*self._names(kind, what))

    @staticmethod
    def _names(kind: str, what: str) -> tuple[str, str]:
        return kind, sha256(what.strip().lower().encode()).hexdigest()
