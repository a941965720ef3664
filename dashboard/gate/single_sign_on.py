"""Single sign-on by OpenID Connect: out to the organisation's provider and back; it says who comes, we say who may."""

import logging
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.flask_client.apps import FlaskOAuth2App
from flask import Flask, Response, redirect, request, session, url_for
from joserfc.errors import JoseError
from requests import RequestException
from sqlalchemy import Engine
from werkzeug.wrappers import Response as AnyResponse

from dashboard.gate import sessions
from dashboard.gate.sign_in import onward
from dashboard.pages import plain_pages
from dashboard.settings import Provider, Settings
from data import managers
from layouts import words
from layouts.words import _

PATIENCE = 10
"""Seconds the provider may take to answer; a thread of ours waits as long."""

_FAILURES = (AuthlibBaseError, JoseError, RequestException, LookupError, RuntimeError, TypeError, ValueError)
"""What Authlib raises when a provider refuses, cannot be reached, or says what makes no sense."""

log = logging.getLogger(__name__)


class SignOnProblem(Exception):
    """The provider's word cannot be taken; ``reason`` is one of provider, identity, unverified."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


def install(server: Flask, settings: Settings, accounts: Engine) -> None:
    """Add the routes; without a provider they lead to the sign-in page."""
    provider = None if settings.local else settings.provider
    client = _client(server, provider) if provider else None

    @server.get("/sign-in/single", endpoint="single-sign-on")
    def out() -> AnyResponse:
        if client is None or provider is None:
            return _not_this_way()
        with words.speaking(plain_pages.reader_language()):
            _begin()
            # The provider compares the address letter by letter: it carries no language and no page to go on to.
            back = (settings.public_url or request.host_url.rstrip("/")) + url_for("single-sign-on-back")
            try:
                _check_provider(client, provider)
                answer: AnyResponse = client.authorize_redirect(back)
            except (SignOnProblem, *_FAILURES) as error:
                return _failed(error)
            return answer

    @server.get("/sign-in/back", endpoint="single-sign-on-back")
    def back() -> AnyResponse:
        if client is None or provider is None:
            return _not_this_way()
        begun = session.get("begun") or {}
        with words.speaking(begun.get("language") or plain_pages.reader_language()):
            try:
                email = _vouched_for(client, provider)
            except (SignOnProblem, *_FAILURES) as error:
                return _failed(error)
            known = managers.with_address(accounts, email)
            if known is None:
                log.warning("single sign-on: %s is no manager here", email)
                return _no_manager(email)
            sessions.begin_manager(known)
            return redirect(onward(begun.get("next", "")), code=303)

    def _not_this_way() -> AnyResponse:
        return plain_pages.refusal(401) if settings.local else redirect("/sign-in")


def _client(server: Flask, provider: Provider) -> FlaskOAuth2App:
    return OAuth(server).register(
        "provider",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=provider.issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "default_timeout": PATIENCE},
    )


def _check_provider(client: FlaskOAuth2App, provider: Provider) -> dict[str, Any]:
    """What the provider says of itself; raises :class:`SignOnProblem` where it is not the one we were told of."""
    said: dict[str, Any] = client.load_server_metadata()
    issuer = str(said.get("issuer"))
    if issuer.rstrip("/") != provider.issuer.rstrip("/"):
        raise SignOnProblem("provider", f"SCORE_OIDC_ISSUER is {provider.issuer}, not {issuer!r}")
    # A token signed with nothing, or with a secret that others may know, proves nothing.
    algorithms = said.get("id_token_signing_alg_values_supported", ["RS256"])
    said["id_token_signing_alg_values_supported"] = [
        name for name in algorithms if not name.startswith("HS") and name != "none"
    ]
    return said


def _vouched_for(client: FlaskOAuth2App, provider: Provider) -> str:
    """The e-mail address the provider vouches for; raises :class:`SignOnProblem` or one of :data:`_FAILURES`."""
    said = _check_provider(client, provider)
    # Authlib checks state, nonce, signature and times; whom the token is for it checks only where it is told to.
    wanted = {
        "iss": {"essential": True, "value": said["issuer"]},
        "aud": {"essential": True, "value": provider.client_id},
    }
    token = client.authorize_access_token(claims_options=wanted)
    claims = token.get("userinfo")
    if not claims:
        raise SignOnProblem("identity", "the provider sent no identity")
    if "email" not in claims:
        more = client.userinfo(token=token)
        if more.get("sub") != claims["sub"]:
            raise SignOnProblem("identity", "the provider's user information is of somebody else")
        claims = more
    email = claims.get("email")
    if not isinstance(email, str) or not email:
        raise SignOnProblem("identity", "the provider told no e-mail address")
    if claims.get("email_verified", True) not in (True, "true"):
        raise SignOnProblem("unverified", f"the provider has not verified the address {email}")
    return email


def _begin() -> None:
    """Note where to go on to, and forget what was begun and never came back: a cookie holds no more than a few."""
    for name in [name for name in session if name.startswith("_state_")]:
        session.pop(name)
    session["begun"] = {"next": onward(request.args.get("next", "")), "language": words.language()}


def _failed(error: Exception) -> Response:
    log.warning("single sign-on failed", exc_info=error)
    again = (_("Back to sign-in"), "/sign-in" + (f"?lang={words.language()}" if words.language() != "en" else ""))
    title = _("Signing in with your organisation's account did not work")
    if isinstance(error, RequestException):
        text = _("Your organisation's sign-in does not answer. Try again in a moment, or sign in with a password.")
        return plain_pages.message(502, title, text, way=again)
    if isinstance(error, SignOnProblem) and error.reason == "unverified":
        text = _("Your organisation has not verified your e-mail address. Ask whoever looks after its accounts.")
        return plain_pages.message(403, title, text, way=again)
    text = _("It was called off, took too long, or could not be checked. Begin again; the log says what went wrong.")
    return plain_pages.message(401, title, text, way=again)


def _no_manager(email: str) -> Response:
    return plain_pages.message(
        403,
        _("This address is no manager's here"),
        _(
            "Your organisation knows you as {email}, but nobody has made you a manager of this dashboard, "
            "or no longer. Ask whoever runs this server.",
            email=email,
        ),
        way=(_("Back to sign-in"), "/sign-in"),
    )
