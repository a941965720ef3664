"""Limits the size of request bodies, before the body is parsed and before the gate checks the viewer."""

from collections.abc import Collection

from flask import Flask, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from dashboard.pages import plain_pages

LARGEST = 1024**2
"""Maximum bytes of a form. A deck with many notes has some thousands."""

LARGEST_CALLBACK = 256 * 1024
"""Maximum bytes of a callback. It posts an address and the values of a page's controls."""

_DRAIN_FACTOR = 8
"""Multiple of a limit that is read and discarded before the connection is closed."""

_CHUNK = 64 * 1024


def install(server: Flask, exempt: Collection[str]) -> None:
    """Refuse large bodies, except for `exempt` endpoints, which have their own limit. Call it before the gate's."""

    @server.before_request
    def refuse_large_body() -> Response | None:
        if request.endpoint in exempt:
            return None
        largest = LARGEST_CALLBACK if request.path == plain_pages.UPDATE else LARGEST
        if not _longer_than(largest):
            return None
        drain(largest)
        return plain_pages.refusal(413)


def _longer_than(largest: int) -> bool:
    """True if the body is longer than `largest` bytes. A shorter body stays in memory and is parsed later."""
    # A chunked body has no length, and Werkzeug cuts it at the limit without an error. One more byte shows the excess.
    request.max_content_length = largest + 1
    try:
        return len(request.get_data()) > largest
    except RequestEntityTooLarge:  # its Content-Length says so
        return True


def drain(largest: int) -> None:
    """Read the rest of the body. A browser that is cut off while it sends shows no response."""
    stream, most = request.environ["wsgi.input"], _DRAIN_FACTOR * largest
    left = min(request.content_length or most, most)
    while left > 0 and (part := stream.read(min(_CHUNK, left))):
        left -= len(part)
