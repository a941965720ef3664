"""The privacy key: what numbers are rounded under for readers with a threshold. Made once, kept with the accounts.

Whoever has it can take the rounding back: it is never shown and never logged. Who has seen numbers under two keys knows
more than under one, so a new key ends every link.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, func, insert, select, update

from data.storage.accounts import link, privacy_key
from data.storage.database import hold, now

_BYTES = 32


@dataclass(frozen=True)
class PrivacyKey:
    """The key and when it was made (UTC)."""

    made_at: datetime
    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that tell two keys apart and nothing of either."""
        return sha256(b"score privacy key fingerprint\0" + self.secret).hexdigest()[:8]


def read(engine: Engine) -> PrivacyKey | None:
    """The key; None where none was made yet."""
    with engine.connect() as connection:
        return _read(connection)


def make(engine: Engine) -> PrivacyKey:
    """The key, made where there is none yet; of two who make it at once both get the same."""
    return read(engine) or _made(engine)


def renew(engine: Engine) -> PrivacyKey:
    """A new key in place of the old. Every link that is not revoked is revoked, at the moment the key is made."""
    key = _new()
    with engine.begin() as connection:
        hold(connection)
        connection.execute(privacy_key.delete())
        _write(connection, key)
        connection.execute(update(link).where(link.c.revoked_at.is_(None)).values(revoked_at=key.made_at))
    return key


def ended_by(engine: Engine, key: PrivacyKey) -> int:
    """How many links ended when this key was made."""
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).where(link.c.revoked_at == key.made_at)) or 0


def _made(engine: Engine) -> PrivacyKey:
    with engine.begin() as connection:
        hold(connection)
        found = _read(connection)
        if found is None:
            found = _new()
            _write(connection, found)
        return found


def _new() -> PrivacyKey:
    return PrivacyKey(now(), secrets.token_bytes(_BYTES))


def _read(connection: Connection) -> PrivacyKey | None:
    row = connection.execute(select(privacy_key.c.made_at, privacy_key.c.key)).first()
    return PrivacyKey(row.made_at, bytes.fromhex(row.key)) if row else None


def _write(connection: Connection, key: PrivacyKey) -> None:
    connection.execute(insert(privacy_key).values(id=1, key=key.secret.hex(), made_at=key.made_at))
