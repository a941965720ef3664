"""The Redis that several web processes share (``SCORE_CACHE_URL``). While it is down, each process works alone."""

import logging
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

TIMEOUT_SECONDS = 0.25
"""Maximum time for one Redis command. A shared cache saves work, so it must not cost time."""

RETRY_SECONDS = 10.0
"""Pause after a failed command. No command is sent in this time; then one request tries again."""

Result = TypeVar("Result")
log = logging.getLogger(__name__)


class SharedRedis:
    """A Redis that may be down, slow or full. Every call has a fallback."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pool = ConnectionPool.from_url(
            address, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=Retry(NoBackoff(), 0)
        )
        self.redis: Any = Redis(connection_pool=self.pool)
        self._lock = Lock()
        self._down = False
        self._retry_at = 0.0

    def call(self, command: Callable[[], Result], fallback: Result) -> Result:
        """The result of `command`, which uses this Redis; `fallback` if Redis does not answer."""
        if not self._may_try():
            return fallback
        try:
            result = command()
        except RedisError as error:
            self._failed(error)
            return fallback
        self._succeeded()
        return result

    def _may_try(self) -> bool:
        if not self._down:
            return True
        with self._lock:
            if monotonic() < self._retry_at:
                return False
            self._retry_at = monotonic() + RETRY_SECONDS  # one request tries, the others do not wait with it
            return True

    def _failed(self, error: RedisError) -> None:
        with self._lock:
            was_down, self._down = self._down, True
            self._retry_at = monotonic() + RETRY_SECONDS
        if not was_down:
            log.warning("SCORE_CACHE_URL does not answer, each process goes on by itself: %s", error)

    def _succeeded(self) -> None:
        if self._down:
            with self._lock:
                was_down, self._down = self._down, False
            if was_down:
                log.warning("SCORE_CACHE_URL answers again")
