"""Settings of one running application, read from the environment once."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

INSTANCE = Path(__file__).resolve().parent.parent / "instance"
"""Where this installation keeps what it makes; not under version control."""

PUBLIC_RECORD = Path(__file__).resolve().parent.parent / "data" / "public_record"


class SettingsProblem(Exception):
    """A setting is missing or makes no sense; the message says which and what to do."""


def database_url(environ: Mapping[str, str] = os.environ) -> str:
    """``SCORE_DATABASE_URL``, or the embedded SQLite database."""
    return environ.get("SCORE_DATABASE_URL") or f"sqlite:///{INSTANCE / 'results.db'}"


@dataclass(frozen=True)
class Settings:
    """What the application needs to know. ``local`` is the mode for one person on one machine (loopback only)."""

    database_url: str
    secret_key: str
    local: bool = False
    boundaries: Path | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, *, local: bool = False) -> Self:
        """Read the settings; raises :class:`SettingsProblem` where a server would start without a secret."""
        secret = environ.get("SCORE_SECRET_KEY", "")
        if not secret and not local:
            raise SettingsProblem(
                "SCORE_SECRET_KEY is not set. Sessions are signed with it: set it to a long random text, "
                'for example from: python -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        folder = environ.get("SCORE_BOUNDARIES")
        return cls(
            database_url=database_url(environ),
            secret_key=secret or secrets.token_urlsafe(48),
            local=local,
            boundaries=Path(folder) if folder else None,
        )
