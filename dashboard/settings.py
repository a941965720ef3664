"""The settings of the application, read from the environment once."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

STATEMENT_SECONDS = 10.0
"""Maximum time the database may take for one query."""

INSTANCE = Path(__file__).resolve().parent.parent / "instance"
"""The folder for the data of this installation; not under version control."""

PUBLIC_RECORD = Path(__file__).resolve().parent.parent / "data" / "public_record"


class SettingsProblem(Exception):
    """A setting is missing or invalid; the message says which, and what to do."""


def database_url(environ: Mapping[str, str] = os.environ) -> str:
    """``SCORE_DATABASE_URL``, or the embedded SQLite database."""
    return environ.get("SCORE_DATABASE_URL") or f"sqlite:///{INSTANCE / 'results.db'}"


def accounts_url(environ: Mapping[str, str] = os.environ) -> str:
    """``SCORE_ACCOUNTS_URL``, or a SQLite database in :data:`INSTANCE`."""
    return environ.get("SCORE_ACCOUNTS_URL") or f"sqlite:///{INSTANCE / 'accounts.db'}"


def editions_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """``SCORE_EDITIONS``, or a folder in :data:`INSTANCE`."""
    return Path(environ.get("SCORE_EDITIONS") or INSTANCE / "editions")


def imports_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """``SCORE_IMPORTS``, or a folder in :data:`INSTANCE`. Several servers of one record share it."""
    return Path(environ.get("SCORE_IMPORTS") or INSTANCE / "imports")


def cache_url(environ: Mapping[str, str] = os.environ) -> str:
    """``SCORE_CACHE_URL``, the Redis that several web processes share; empty if there is none.

    Raises :class:`SettingsProblem` for an invalid address.
    """
    address = environ.get("SCORE_CACHE_URL", "")
    if not address:
        return ""
    from redis import ConnectionPool  # noqa: PLC0415 - every command reads settings, few need Redis

    try:
        ConnectionPool.from_url(address)
    except ValueError as error:
        raise SettingsProblem(
            f"SCORE_CACHE_URL is no address of a Redis (redis://host:6379/0, rediss://… or unix://…): {error}"
        ) from error
    return address


@dataclass(frozen=True)
class Provider:
    """A provider of single sign-on (OpenID Connect), and our client id and secret there."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True)
class Settings:
    """The settings. ``local`` is the mode for one person on one machine (loopback only).

    ``public_url`` is the public address of the server, for links made on the command line.
    """

    database_url: str
    accounts_url: str
    editions: Path
    secret_key: str
    local: bool = False
    boundaries: Path | None = None
    public_url: str = ""
    provider: Provider | None = None
    imports: Path = INSTANCE / "imports"
    cache_url: str = ""
    statement_seconds: float = STATEMENT_SECONDS

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, *, local: bool = False) -> Self:
        """Read the settings; raises :class:`SettingsProblem` if one is invalid, or if a server has no secret key."""
        secret = environ.get("SCORE_SECRET_KEY", "")
        if not secret and not local:
            raise SettingsProblem(
                "SCORE_SECRET_KEY is not set. Sessions are signed with it: set it to a long random text, "
                'for example from: python -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        folder = environ.get("SCORE_BOUNDARIES")
        return cls(
            database_url=database_url(environ),
            accounts_url=accounts_url(environ),
            editions=editions_folder(environ),
            secret_key=secret or secrets.token_urlsafe(48),
            local=local,
            boundaries=Path(folder) if folder else None,
            public_url=public_url(environ),
            provider=_provider(environ),
            imports=imports_folder(environ),
            cache_url=cache_url(environ),
            statement_seconds=statement_seconds(environ),
        )


def public_url(environ: Mapping[str, str] = os.environ) -> str:
    """``SCORE_PUBLIC_URL`` without a slash at its end; empty if it is not set."""
    return environ.get("SCORE_PUBLIC_URL", "").rstrip("/")


def statement_seconds(environ: Mapping[str, str] = os.environ) -> float:
    """``SCORE_STATEMENT_SECONDS``, the maximum time for one query; 0: no limit.

    Raises :class:`SettingsProblem` if it is not such a number.
    """
    value = environ.get("SCORE_STATEMENT_SECONDS") or STATEMENT_SECONDS
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < float("inf"):
        raise SettingsProblem(f"SCORE_STATEMENT_SECONDS is a number of seconds, or 0 for no limit, not {value!r}.")
    return seconds


def _provider(environ: Mapping[str, str]) -> Provider | None:
    names = ("SCORE_OIDC_ISSUER", "SCORE_OIDC_CLIENT_ID", "SCORE_OIDC_CLIENT_SECRET")
    values = [environ.get(name, "") for name in names]
    if not any(values):
        return None
    missing = [name for name, value in zip(names, values, strict=True) if not value]
    if missing:
        raise SettingsProblem(f"Single sign-on is set in part: {', '.join(missing)} is missing.")
    return Provider(*values)
