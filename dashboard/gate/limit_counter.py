"""Counts against a limit: in one Redis for all processes that share it, else in each process separately."""

from time import time

from limits import RateLimitItem
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import RateLimiter

from dashboard.cache.redis_store import SharedRedis


class LimitCounter:
    """Counts hits per key against one `limit`. Counts in this process as well, for the time when Redis is down."""

    def __init__(self, limit: RateLimitItem, strategy: type[RateLimiter], shared: SharedRedis | None = None) -> None:
        self._limit = limit
        self._local = strategy(MemoryStorage())
        self._shared = shared
        self._common = strategy(RedisStorage(shared.address, connection_pool=shared.pool)) if shared else self._local

    def hit(self, *key: str) -> bool:
        """Count one more hit; False if it is above the limit."""
        local = self._local.hit(self._limit, *key)
        return self._shared.call(lambda: self._common.hit(self._limit, *key), local) if self._shared else local

    def clear(self, *key: str) -> None:
        """Reset the count to zero."""
        self._local.clear(self._limit, *key)
        if self._shared:
            self._shared.call(lambda: self._common.clear(self._limit, *key), None)

    def seconds_to_wait(self, *key: str) -> int:
        """Whole seconds, at least one, until the next hit is allowed."""

        def reset_at(limiter: RateLimiter) -> float:
            return limiter.get_window_stats(self._limit, *key).reset_time

        local = reset_at(self._local)
        at = self._shared.call(lambda: reset_at(self._common), local) if self._shared else local
        return max(int(at - time()) + 1, 1)
