"""How much is worked out in a minute for who comes by a link: more than anyone reads, less than would keep others."""

from flask import session
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from dashboard.cache.redis_store import Shared
from dashboard.gate.limit_counter import Counter
from data.links.share_links import Link

ONE = RateLimitItemPerMinute(600)
"""Answers worked out for one browser: a page or a filter takes about five, so that this is two new filters a second."""

TOGETHER = RateLimitItemPerMinute(6000)
"""Answers worked out for everyone who opened the same link, however often they open it anew."""


class Pace:
    """Counts what is worked out for links. Browsers are told apart by a mark in their session, not by their address."""

    def __init__(self, shared: Shared | None = None) -> None:
        self._one = Counter(ONE, FixedWindowRateLimiter, shared)
        self._together = Counter(TOGETHER, FixedWindowRateLimiter, shared)

    def wait(self, link: Link) -> int:
        """Count one more answer for `link`; in how many seconds to come again where there were too many, else 0."""
        every = ("link", link.token_hash)
        each = (*every, str(session.get("mark", "")))
        if not self._one.hit(*each):
            return self._one.wait(*each)
        if not self._together.hit(*every):
            return self._together.wait(*every)
        return 0
