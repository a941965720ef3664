"""The route for pictures of stories. A viewer who may not read the story gets no picture."""

from hashlib import sha256

from flask import Flask, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from callbacks.requests.page_request import AppContext, address_search, open_request
from data.lists import story_list


def install(server: Flask, context: AppContext) -> None:
    """Add the route. The gate checks its requests like all others."""

    @server.get("/story/<address>/<side>", endpoint="story-picture")
    def picture(address: str, side: str) -> AnyResponse:
        with open_request(context, address_search()) as page_request:
            image = story_list.picture(page_request.view, address, side)
        if image is None:
            abort(404)
        response = Response(image.content, mimetype=image.media_type)
        response.set_etag(sha256(image.content).hexdigest())
        # The browser caches it but asks each time: an ended share link shows no picture.
        response.headers["Cache-Control"] = "private, no-cache"
        return response.make_conditional(request)
