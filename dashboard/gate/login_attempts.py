"""Limits login attempts per account or link. Never counts by IP address."""

from hashlib import sha256

from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from dashboard.cache.redis_store import SharedRedis
from dashboard.gate.limit_counter import LimitCounter

LOGIN_LIMIT = RateLimitItemPerMinute(5, 15)
"""Five wrong passwords in a quarter of an hour. Without a shared Redis, each worker process counts separately."""


class LoginAttempts:
    """Counts attempts at passwords. A right password resets the count."""

    def __init__(self, shared: SharedRedis | None = None) -> None:
        self._counter = LimitCounter(LOGIN_LIMIT, MovingWindowRateLimiter, shared)

    def allowed(self, kind: str, name: str) -> bool:
        """Count one more attempt at `name`; False if there were too many."""
        return self._counter.hit(*self._key(kind, name))

    def reset(self, kind: str, name: str) -> None:
        """Forget the attempts at `name`, because the password was right."""
        self._counter.clear(*self._key(kind, name))

    @staticmethod
    def _key(kind: str, name: str) -> tuple[str, str]:
        return kind, sha256(name.strip().lower().encode()).hexdigest()
