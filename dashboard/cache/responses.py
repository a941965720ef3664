"""Serves cached responses: from the cache, or as "304 Not Modified" if the browser has the response already.

The gate runs before this. It checks at every request who the viewer is, whether the share link is still active and
which permissions it gives.
"""

import json
from hashlib import sha256
from http import HTTPStatus

from flask import Flask, Response, g, request

from dashboard.cache.response_keys import BROWSER_CACHED_ROUTES, CacheKey, CacheKeys
from dashboard.cache.response_store import ResponseCache

_CACHED_HEADERS = ("Content-Type", "Content-Encoding", "Content-Disposition")


def install(server: Flask, keys: CacheKeys, cache: ResponseCache) -> None:
    """Serve and store responses.

    Call it after the gate is installed, because the gate sets the viewer. Call it before Dash is, so that responses are
    stored as Dash has compressed them.
    """

    @server.before_request
    def serve_cached() -> Response | None:
        g.cache_key = None
        if g.viewer is None:
            return None
        key = g.cache_key = keys.of_request()
        if key is None:
            return None
        g.cache_key = CacheKey(_encoding_digest(key.digest), key.version)
        return _not_modified(g.cache_key) or _cached(cache, g.cache_key)

    @server.after_request
    def store(response: Response) -> Response:
        key: CacheKey | None = g.get("cache_key")
        succeeded = response.status_code == HTTPStatus.OK
        # Data may have been loaded while the response was made. Then it rests on another version than that in the key.
        if key is None or not succeeded or g.get("record_versions") != {key.version}:
            return response
        if request.endpoint not in BROWSER_CACHED_ROUTES:
            cache.put(key.digest, _packed(response))
        return _with_etag(response, key)


def _encoding_digest(digest: str) -> str:
    """The digest of a key for the compressions this browser accepts."""
    return sha256(f"{digest} {request.headers.get('Accept-Encoding', '')}".encode()).hexdigest()


def _not_modified(key: CacheKey) -> Response | None:
    """The response 304 if the browser has the current response; else None."""
    if request.method != "GET" or not request.if_none_match.contains_weak(key.etag):
        return None
    return _with_etag(Response(status=HTTPStatus.NOT_MODIFIED), key)


def _cached(cache: ResponseCache, key: CacheKey) -> Response | None:
    packed = cache.get(key.digest)
    if packed is None:
        return None
    head, body = packed.split(b"\n", 1)
    response = Response(body, headers=json.loads(head))
    g.cache_key = None  # so that it is not stored again
    return _with_etag(response, key)


def _packed(response: Response) -> bytes:
    head = [(name, response.headers[name]) for name in _CACHED_HEADERS if name in response.headers]
    return json.dumps(head).encode() + b"\n" + response.get_data()


def _with_etag(response: Response, key: CacheKey) -> Response:
    """Add the ETag to a response to a GET: the browser may store it, and must check it before each use."""
    if request.method == "GET":
        response.set_etag(key.etag, weak=request.endpoint in BROWSER_CACHED_ROUTES)
        response.headers["Cache-Control"] = "private, no-cache"
    return response
