"""Limits on the size of requests, checked before the body is parsed and before the gate looks at the sender."""

from collections.abc import Collection

from flask import Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.pages import plain_pages

LARGEST = 1024**2
"""Bytes of a form: a deck with many notes has some thousands."""

LARGEST_CALLBACK = 256 * 1024
"""Bytes of a callback: it posts an address, and what a page's controls hold."""

_DRAINED = 8
"""Multiple of a limit that is read and thrown away before the connection is cut."""

_CHUNK = 64 * 1024


def install(server: Flask, own: Collection[str]) -> None:
    """Refuse what is too large, but for endpoints with a limit of their `own`. To be called before the gate's."""

    @server.before_request
    def small_enough() -> Response | None:
        if request.endpoint in own:
            return None
        largest = LARGEST_CALLBACK if request.path == plain_pages.UPDATE else LARGEST
        if not _longer_than(largest):
            return None
        drain(largest)
        return plain_pages.refusal(413)


def _longer_than(largest: int) -> bool:
    """Is the body longer than `largest` bytes? A body that is not stays in memory for whoever parses it later."""
    # A chunked body has no length, and Werkzeug cuts it at the limit without an error: allow one byte more to notice.
    request.max_content_length = largest + 1
    try:
        return len(request.get_data()) > largest
    except RequestEntityTooLarge:  # its Content-Length says so
        return True


def drain(largest: int) -> None:
    """Read what is still being sent: a browser that is cut off in the middle shows no answer."""
    stream, most = request.environ["wsgi.input"], _DRAINED * largest
    left = min(request.content_length or most, most)
    while left > 0 and (part := stream.read(min(_CHUNK, left))):
        left -= len(part)
