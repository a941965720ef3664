"""Counting against a limit: in all processes that share a Redis together, else in each by itself."""

from time import time

from limits import RateLimitItem
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import RateLimiter

from dashboard.cache.redis_store import Shared


class Counter:
    """Counts hits by name against one `limit`; by itself as well, for while the others cannot be asked."""

    def __init__(self, limit: RateLimitItem, way: type[RateLimiter], shared: Shared | None = None) -> None:
        self._limit = limit
        self._own = way(MemoryStorage())
        self._shared = shared
        self._common = way(RedisStorage(shared.address, connection_pool=shared.pool)) if shared else self._own

    def hit(self, *names: str) -> bool:
        """Count one more; False where that is too many."""
        own = self._own.hit(self._limit, *names)
        return self._shared.ask(lambda: self._common.hit(self._limit, *names), own) if self._shared else own

    def clear(self, *names: str) -> None:
        """Begin anew."""
        self._own.clear(self._limit, *names)
        if self._shared:
            self._shared.ask(lambda: self._common.clear(self._limit, *names), None)

    def wait(self, *names: str) -> int:
        """Whole seconds, at least one, until there is room again."""

        def reset(way: RateLimiter) -> float:
            return way.get_window_stats(self._limit, *names).reset_time

        own = reset(self._own)
        at = self._shared.ask(lambda: reset(self._common), own) if self._shared else own
        return max(int(at - time()) + 1, 1)
