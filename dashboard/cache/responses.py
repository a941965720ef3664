"""What was asked before: an answer that was kept is given again, or the browser is told that its own still holds.

Who asks, whether their link still stands and what they may see is decided afresh at every request, by the gate before
this.
"""

import json
from hashlib import sha256
from http import HTTPStatus

from flask import Flask, Response, g, request

from dashboard.cache.response_keys import TAKEN_ROUTES, Question, Questions
from dashboard.cache.response_store import Answers

_KEPT_HEADERS = ("Content-Type", "Content-Encoding", "Content-Disposition")


def install(server: Flask, questions: Questions, answers: Answers) -> None:
    """Answer what was asked before. To be called after the gate's, whose word it takes, and before Dash's, so that what
    is kept is what Dash's compression made of it.
    """

    @server.before_request
    def again() -> Response | None:
        g.question = None
        if g.viewer is None:
            return None
        question = g.question = questions.understood()
        if question is None:
            return None
        g.question = Question(_encoded(question.key), question.version)
        return _unchanged(g.question) or _kept(answers, g.question)

    @server.after_request
    def keep(response: Response) -> Response:
        question: Question | None = g.get("question")
        # What was loaded while the answer was made may be in it or not: an answer is kept under what it rests on alone.
        done = response.status_code == HTTPStatus.OK
        if question is None or not done or g.get("rested_on") != {question.version}:
            return response
        if request.endpoint not in TAKEN_ROUTES:
            answers.put(question.key, _packed(response))
        return _tagged(response, question)


def _encoded(key: str) -> str:
    """The key of an answer that was compressed for this browser."""
    return sha256(f"{key} {request.headers.get('Accept-Encoding', '')}".encode()).hexdigest()


def _unchanged(question: Question) -> Response | None:
    """That what the browser has still holds."""
    if request.method != "GET" or not request.if_none_match.contains_weak(question.tag):
        return None
    return _tagged(Response(status=HTTPStatus.NOT_MODIFIED), question)


def _kept(answers: Answers, question: Question) -> Response | None:
    packed = answers.get(question.key)
    if packed is None:
        return None
    head, body = packed.split(b"\n", 1)
    response = Response(body, headers=json.loads(head))
    g.question = None  # it is kept already
    return _tagged(response, question)


def _packed(response: Response) -> bytes:
    head = [(name, response.headers[name]) for name in _KEPT_HEADERS if name in response.headers]
    return json.dumps(head).encode() + b"\n" + response.get_data()


def _tagged(response: Response, question: Question) -> Response:
    """A response to a GET with its ETag: the browser may keep it, and asks each time whether it still may show it."""
    if request.method == "GET":
        response.set_etag(question.tag, weak=request.endpoint in TAKEN_ROUTES)
        response.headers["Cache-Control"] = "private, no-cache"
    return response
