"""How much may be sent with a request: held against a limit before anybody looks at what was sent, or by whom."""

from collections.abc import Collection

from flask import Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard import pages

LARGEST = 1024**2
"""Bytes of a form: a deck with many notes has some thousands."""

LARGEST_CALLBACK = 256 * 1024
"""Bytes of a callback: it posts an address, and what a page's controls hold."""

_DRAINED = 8
"""So many times as much as may be sent is read on: whoever sends more than that is cut off."""

_CHUNK = 64 * 1024


def install(server: Flask, own: Collection[str]) -> None:
    """Refuse what is too large, but for endpoints with a limit of their `own`. To be called before the gate's."""

    @server.before_request
    def small_enough() -> Response | None:
        if request.endpoint in own:
            return None
        largest = LARGEST_CALLBACK if request.path == pages.UPDATE else LARGEST
        if not _longer_than(largest):
            return None
        drain(largest)
        return pages.refusal(413)


def _longer_than(largest: int) -> bool:
    """Is more sent than that? What is not is kept, and whoever parses it later takes it from memory."""
    # What comes in pieces does not say how long it is, and is cut without a word where it may not go on: one byte late.
    request.max_content_length = largest + 1
    try:
        return len(request.get_data()) > largest
    except RequestEntityTooLarge:  # it says so beforehand
        return True


def drain(largest: int) -> None:
    """Read what is still being sent: a browser that is cut off in the middle shows no answer."""
    stream, most = request.environ["wsgi.input"], _DRAINED * largest
    left = min(request.content_length or most, most)
    while left > 0 and (part := stream.read(min(_CHUNK, left))):
        left -= len(part)
