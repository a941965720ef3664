"""Answers kept: in the memory of this process, and beside it in what several share. None is ever out of date, since
everything an answer rests on is in its key; the least used are dropped.
"""

from hashlib import sha256
from threading import Lock

from cachetools import LRUCache
from itsdangerous import BadSignature, Signer

from dashboard.cache.redis_store import Shared

MOST_BYTES = 64 * 2**20
"""What the answers kept in one process may take together."""

LARGEST = 2**20
"""A longer answer is not kept."""

SMALLEST = 4096
"""Every answer is counted as at least so many bytes, so that their number is bounded as well."""

KEPT_FOR = 24 * 60 * 60
"""Seconds an answer is kept where it is shared: those of an older data version go by themselves."""


class Answers:
    """Bytes by key; safe for threads.

    What comes out of the shared memory is signed, together with its key, by the application's secret: whoever else can
    write there can neither put words into our mouth nor answer one question with the answer to another.
    """

    def __init__(self, secret: str, shared: Shared | None = None, most_bytes: int = MOST_BYTES) -> None:
        self._near: LRUCache[str, bytes] = LRUCache(most_bytes, getsizeof=lambda kept: max(len(kept), SMALLEST))
        self._largest = min(LARGEST, most_bytes)
        self._lock = Lock()
        self._secret = secret
        self._shared = shared

    def get(self, key: str) -> bytes | None:
        """What was kept; None where nothing was, or nothing that can be believed."""
        with self._lock:
            kept = self._near.get(key)
        if kept is None and self._shared:
            kept = self._from_afar(self._shared, key)
        return kept

    def put(self, key: str, answer: bytes) -> None:
        """Keep an answer, unless it is too long."""
        if len(answer) > self._largest:
            return
        self._put_near(key, answer)
        if self._shared:
            shared, signed = self._shared, self._signer(key).sign(answer)
            shared.ask(lambda: shared.redis.set(_name(key), signed, ex=KEPT_FOR), otherwise=None)

    def _put_near(self, key: str, answer: bytes) -> None:
        with self._lock:
            self._near[key] = answer

    def _from_afar(self, shared: Shared, key: str) -> bytes | None:
        # No more is read than can be an answer of ours.
        signed = shared.ask(lambda: shared.redis.getrange(_name(key), 0, 2 * LARGEST), otherwise=b"")
        try:
            answer = self._signer(key).unsign(signed)
        except BadSignature:
            return None
        self._put_near(key, answer)
        return answer

    def _signer(self, key: str) -> Signer:
        return Signer(self._secret, salt=f"kept {key}", key_derivation="hmac", digest_method=sha256)


def _name(key: str) -> str:
    return f"score:kept:{key}"
