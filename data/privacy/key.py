"""The privacy key: the secret of the rounding for viewers with a threshold. Made once, stored in the accounts database.

With the key the rounding can be undone, so it is never shown and never logged. Numbers rounded with two different keys
reveal more than with one, so a new key revokes every link.
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
    """The key and the time when it was made (UTC)."""

    made_at: datetime
    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Eight hex digits that distinguish two keys and reveal nothing about them."""
        return sha256(b"score privacy key fingerprint\0" + self.secret).hexdigest()[:8]


def read(engine: Engine) -> PrivacyKey | None:
    """The key; None if there is none yet."""
    with engine.connect() as connection:
        return _read(connection)


def make(engine: Engine) -> PrivacyKey:
    """The key. Makes it if there is none yet; two simultaneous calls get the same key."""
    return read(engine) or _read_or_make(engine)


def renew(engine: Engine) -> PrivacyKey:
    """Replace the key by a new one. Every link not revoked yet is revoked, at the time of the new key."""
    key = _new()
    with engine.begin() as connection:
        hold(connection)
        connection.execute(privacy_key.delete())
        _write(connection, key)
        connection.execute(update(link).where(link.c.revoked_at.is_(None)).values(revoked_at=key.made_at))
    return key


def ended_by(engine: Engine, key: PrivacyKey) -> int:
    """The number of links that were revoked when this key was made."""
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).where(link.c.revoked_at == key.made_at)) or 0


def _read_or_make(engine: Engine) -> PrivacyKey:
    with engine.begin() as connection:
        hold(connection)
        key = _read(connection)
        if key is None:
            key = _new()
            _write(connection, key)
        return key


def _new() -> PrivacyKey:
    return PrivacyKey(now(), secrets.token_bytes(_BYTES))


def _read(connection: Connection) -> PrivacyKey | None:
    row = connection.execute(select(privacy_key.c.made_at, privacy_key.c.key)).first()
    return PrivacyKey(row.made_at, bytes.fromhex(row.key)) if row else None


def _write(connection: Connection, key: PrivacyKey) -> None:
    connection.execute(insert(privacy_key).values(id=1, key=key.secret.hex(), made_at=key.made_at))
