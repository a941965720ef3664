"""What several web processes share: a Redis at ``SCORE_CACHE_URL``; while it is silent, each goes on by itself."""

import logging
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

PATIENCE = 0.25
"""Seconds an answer may take: what is shared saves work, and must not cost any."""

PAUSE = 10.0
"""Seconds in which nothing is asked of a Redis that did not answer; then one request tries it again."""

Answer = TypeVar("Answer")
log = logging.getLogger(__name__)


class Shared:
    """A Redis that may be down, slow or full: whoever asks has an answer to fall back on."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pool = ConnectionPool.from_url(
            address, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        self.redis: Any = Redis(connection_pool=self.pool)
        self._lock = Lock()
        self._silent = False
        self._again_at = 0.0

    def ask(self, question: Callable[[], Answer], otherwise: Answer) -> Answer:
        """What `question` answers, which asks this Redis; `otherwise` where it does not answer."""
        if not self._worth_asking():
            return otherwise
        try:
            answer = question()
        except RedisError as error:
            self._failed(error)
            return otherwise
        self._answered()
        return answer

    def _worth_asking(self) -> bool:
        if not self._silent:
            return True
        with self._lock:
            if monotonic() < self._again_at:
                return False
            self._again_at = monotonic() + PAUSE  # one tries, the others do not wait with it
            return True

    def _failed(self, error: RedisError) -> None:
        with self._lock:
            told, self._silent = self._silent, True
            self._again_at = monotonic() + PAUSE
        if not told:
            log.warning("SCORE_CACHE_URL does not answer, each process goes on by itself: %s", error)

    def _answered(self) -> None:
        if self._silent:
            with self._lock:
                told, self._silent = not self._silent, False
            if not told:
                log.warning("SCORE_CACHE_URL answers again")
