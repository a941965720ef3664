"""The pictures of stories, one address each: sent to whoever may read the story, and to nobody else."""

from hashlib import sha256

from flask import Flask, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from callbacks.page_request import AppContext, open_request
from data.lists import story_list


def install(server: Flask, context: AppContext) -> None:
    """Add the route; the gate stands before it as before everything."""

    @server.get("/story/<address>/<side>", endpoint="story-picture")
    def picture(address: str, side: str) -> AnyResponse:
        with open_request(context, request.query_string.decode("ascii", "ignore")) as page_request:
            found = story_list.picture(page_request.view, address, side)
        if found is None:
            abort(404)
        response = Response(found.content, mimetype=found.media_type)
        response.set_etag(sha256(found.content).hexdigest())
        # Kept by one browser, which asks each time whether it still may show it: an ended link shows no picture.
        response.headers["Cache-Control"] = "private, no-cache"
        return response.make_conditional(request)
