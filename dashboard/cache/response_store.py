"""The stored responses: in the memory of this process, and in a Redis if one is shared.

No entry is ever out of date, because its key contains everything the response depends on. The least recently used
entries are dropped.
"""

from hashlib import sha256
from threading import Lock

from cachetools import LRUCache
from itsdangerous import BadSignature, Signer

from dashboard.cache.redis_store import SharedRedis

MAX_BYTES = 64 * 2**20
"""Maximum size of all responses in the memory of one process."""

MAX_RESPONSE_BYTES = 2**20
"""Maximum size of one cached response. Longer ones are not cached."""

MIN_COUNTED_BYTES = 4096
"""Minimum size that every response counts with. It limits the number of entries."""

TTL_SECONDS = 24 * 60 * 60
"""Lifetime of an entry in Redis. It removes the entries of older data versions."""


class ResponseCache:
    """Bytes by key; thread-safe.

    Entries in Redis are signed together with their key, by the secret of the application. Another program that can
    write to Redis can neither forge a response nor move one to another key.
    """

    def __init__(self, secret: str, shared: SharedRedis | None = None, max_bytes: int = MAX_BYTES) -> None:
        self._memory: LRUCache[str, bytes] = LRUCache(
            max_bytes, getsizeof=lambda content: max(len(content), MIN_COUNTED_BYTES)
        )
        self._max_response_bytes = min(MAX_RESPONSE_BYTES, max_bytes)
        self._lock = Lock()
        self._secret = secret
        self._shared = shared

    def get(self, key: str) -> bytes | None:
        """The entry under `key`; None if there is none or its signature is wrong."""
        with self._lock:
            content = self._memory.get(key)
        if content is None and self._shared:
            content = self._get_shared(self._shared, key)
        return content

    def put(self, key: str, content: bytes) -> None:
        """Store an entry, unless it is too long."""
        if len(content) > self._max_response_bytes:
            return
        self._put_in_memory(key, content)
        if self._shared:
            shared, signed = self._shared, self._signer(key).sign(content)
            shared.call(lambda: shared.redis.set(_redis_key(key), signed, ex=TTL_SECONDS), fallback=None)

    def _put_in_memory(self, key: str, content: bytes) -> None:
        with self._lock:
            self._memory[key] = content

    def _get_shared(self, shared: SharedRedis, key: str) -> bytes | None:
        # The length is limited: a longer value cannot be ours.
        signed = shared.call(lambda: shared.redis.getrange(_redis_key(key), 0, 2 * MAX_RESPONSE_BYTES), fallback=b"")
        try:
            content = self._signer(key).unsign(signed)
        except BadSignature:
            return None
        self._put_in_memory(key, content)
        return content

    def _signer(self, key: str) -> Signer:
        return Signer(self._secret, salt=f"kept {key}", key_derivation="hmac", digest_method=sha256)


def _redis_key(key: str) -> str:
    return f"score:kept:{key}"
