"""Limits requests per minute through share links: above what a reader needs, below what would slow others down."""

from flask import session
from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter

from dashboard.cache.redis_store import SharedRedis
from dashboard.gate.limit_counter import LimitCounter
from data.links.share_links import Link

PER_BROWSER = RateLimitItemPerMinute(600)
"""Computed responses for one browser. A page or a filter takes about five, so this is two new filters a second."""

PER_LINK = RateLimitItemPerMinute(6000)
"""Computed responses for all browsers that opened the same link, however often they open it again."""


class RateLimit:
    """Counts computed responses per link. Browsers are distinguished by a mark in the session, not by IP address."""

    def __init__(self, shared: SharedRedis | None = None) -> None:
        self._per_browser = LimitCounter(PER_BROWSER, FixedWindowRateLimiter, shared)
        self._per_link = LimitCounter(PER_LINK, FixedWindowRateLimiter, shared)

    def seconds_to_wait(self, link: Link) -> int:
        """Count one more response for `link`; the seconds to wait if there were too many, else 0."""
        link_key = ("link", link.token_hash)
        browser_key = (*link_key, str(session.get("mark", "")))
        if not self._per_browser.hit(*browser_key):
            return self._per_browser.seconds_to_wait(*browser_key)
        if not self._per_link.hit(*link_key):
            return self._per_link.seconds_to_wait(*link_key)
        return 0
