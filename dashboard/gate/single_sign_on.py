"""Single sign-on with OpenID Connect. The provider confirms an e-mail address; it must be that of a manager here."""

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
from dashboard.gate.sign_in import next_page
from dashboard.pages import plain_pages
from dashboard.settings import Provider, Settings
from data import managers
from layouts import words
from layouts.words import _

TIMEOUT_SECONDS = 10
"""Maximum time the provider may take to answer. One of our threads waits for it."""

_FAILURES = (AuthlibBaseError, JoseError, RequestException, LookupError, RuntimeError, TypeError, ValueError)
"""Exceptions that Authlib raises if a provider refuses, cannot be reached, or sends an invalid answer."""

log = logging.getLogger(__name__)


class SignOnProblem(Exception):
    """The answer of the provider is not accepted; ``reason`` is one of provider, identity, unverified."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


def install(server: Flask, settings: Settings, accounts: Engine) -> None:
    """Add the routes. Without a provider they redirect to the sign-in page."""
    provider = None if settings.local else settings.provider
    client = _client(server, provider) if provider else None

    @server.get("/sign-in/single", endpoint="single-sign-on")
    def send_to_provider() -> AnyResponse:
        if client is None or provider is None:
            return _not_available()
        with words.speaking(plain_pages.reader_language()):
            _begin()
            # The provider compares the address letter by letter. So it contains no language and no next page.
            back = (settings.public_url or request.host_url.rstrip("/")) + url_for("single-sign-on-back")
            try:
                _check_provider(client, provider)
                response: AnyResponse = client.authorize_redirect(back)
            except (SignOnProblem, *_FAILURES) as error:
                return _failed(error)
            return response

    @server.get("/sign-in/back", endpoint="single-sign-on-back")
    def return_from_provider() -> AnyResponse:
        if client is None or provider is None:
            return _not_available()
        begun = session.get("begun") or {}
        with words.speaking(begun.get("language") or plain_pages.reader_language()):
            try:
                email = _confirmed_address(client, provider)
            except (SignOnProblem, *_FAILURES) as error:
                return _failed(error)
            manager = managers.with_address(accounts, email)
            if manager is None:
                log.warning("single sign-on: %s is no manager here", email)
                return _no_manager(email)
            sessions.begin_manager(manager)
            return redirect(next_page(begun.get("next", "")), code=303)

    def _not_available() -> AnyResponse:
        return plain_pages.refusal(401) if settings.local else redirect("/sign-in")


def _client(server: Flask, provider: Provider) -> FlaskOAuth2App:
    return OAuth(server).register(
        "provider",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=provider.issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "default_timeout": TIMEOUT_SECONDS},
    )


def _check_provider(client: FlaskOAuth2App, provider: Provider) -> dict[str, Any]:
    """The metadata of the provider; raises :class:`SignOnProblem` if it is not the configured provider."""
    metadata: dict[str, Any] = client.load_server_metadata()
    issuer = str(metadata.get("issuer"))
    if issuer.rstrip("/") != provider.issuer.rstrip("/"):
        raise SignOnProblem("provider", f"SCORE_OIDC_ISSUER is {provider.issuer}, not {issuer!r}")
    # A token without a signature, or signed with a secret that others may know, proves nothing.
    algorithms = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
    metadata["id_token_signing_alg_values_supported"] = [
        name for name in algorithms if not name.startswith("HS") and name != "none"
    ]
    return metadata


def _confirmed_address(client: FlaskOAuth2App, provider: Provider) -> str:
    """The e-mail address the provider confirms; raises :class:`SignOnProblem` or one of :data:`_FAILURES`."""
    metadata = _check_provider(client, provider)
    # Authlib checks state, nonce, signature and times. It checks issuer and audience only with these options.
    required_claims = {
        "iss": {"essential": True, "value": metadata["issuer"]},
        "aud": {"essential": True, "value": provider.client_id},
    }
    token = client.authorize_access_token(claims_options=required_claims)
    claims = token.get("userinfo")
    if not claims:
        raise SignOnProblem("identity", "the provider sent no identity")
    if "email" not in claims:
        user_info = client.userinfo(token=token)
        if user_info.get("sub") != claims["sub"]:
            raise SignOnProblem("identity", "the provider's user information is of somebody else")
        claims = user_info
    email = claims.get("email")
    if not isinstance(email, str) or not email:
        raise SignOnProblem("identity", "the provider sent no e-mail address")
    if claims.get("email_verified", True) not in (True, "true"):
        raise SignOnProblem("unverified", f"the provider has not verified the address {email}")
    return email


def _begin() -> None:
    """Store the next page, and forget sign-ins that were not finished: a cookie has room for only a few."""
    for name in [name for name in session if name.startswith("_state_")]:
        session.pop(name)
    session["begun"] = {"next": next_page(request.args.get("next", "")), "language": words.language()}


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
