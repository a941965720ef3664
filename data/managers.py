"""Managers: their accounts, sign-in by password or single sign-on, and the validity of their sessions."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from data.storage.accounts import manager
from data.storage.database import now

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")


class ManagerProblem(Exception):
    """A manager cannot be added or changed as requested. ``reason`` is one of email, password, taken, unknown."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Manager:
    """One manager. A session is valid only if it began with the present ``session_epoch``."""

    id: int
    email: str
    disabled: bool
    session_epoch: int
    has_password: bool
    made_at: datetime


def _manager(row: Row[tuple[object, ...]]) -> Manager:
    return Manager(row.id, row.email, row.disabled, row.session_epoch, row.password_hash is not None, row.made_at)


def add(engine: Engine, email: str, password: str | None) -> Manager:
    """Add a manager. Without a password they can only use single sign-on. Raises :class:`ManagerProblem`."""
    email = _address(email)
    values = {
        "email": email,
        "password_hash": None if password is None else _hash(password),
        "disabled": False,
        "session_epoch": 1,
        "made_at": now(),
    }
    try:
        with engine.begin() as connection:
            connection.execute(insert(manager).values(values))
    except IntegrityError as error:
        raise ManagerProblem("taken", email) from error
    return by_email(engine, email)


def _address(email: str) -> str:
    email = _normal_address(email)
    if not _EMAIL.fullmatch(email):
        raise ManagerProblem("email", email)
    return email


def _normal_address(email: str) -> str:
    """An address as stored. Only ASCII letters become lower case: the Kelvin sign would become an ordinary k."""
    email = email.strip()
    return email.lower() if email.isascii() else email


def _hash(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ManagerProblem("password", str(SHORTEST_PASSWORD))
    return generate_password_hash(password)


def managers(engine: Engine) -> list[Manager]:
    """Every manager, sorted by address."""
    with engine.connect() as connection:
        # Sorted here, since databases sort texts differently.
        return sorted((_manager(row) for row in connection.execute(select(manager))), key=lambda each: each.email)


def by_email(engine: Engine, email: str) -> Manager:
    """The manager with this address. Raises :class:`ManagerProblem` (unknown) if there is none."""
    row = _row(engine, email)
    if row is None:
        raise ManagerProblem("unknown", email)
    return _manager(row)


def _row(engine: Engine, email: str) -> Row[tuple[object, ...]] | None:
    if not _EMAIL.fullmatch(_normal_address(email)):  # some databases raise an error for a value they cannot store
        return None
    with engine.connect() as connection:
        return connection.execute(select(manager).where(manager.c.email == _normal_address(email))).first()


def set_password(engine: Engine, email: str, password: str) -> None:
    """Change the password and end all sessions of a manager. Raises :class:`ManagerProblem`."""
    _change(engine, email, password_hash=_hash(password))


def disable(engine: Engine, email: str) -> None:
    """Disable a manager and end all their sessions. Raises :class:`ManagerProblem`."""
    _change(engine, email, disabled=True)


def enable(engine: Engine, email: str) -> None:
    """Enable a disabled manager. Raises :class:`ManagerProblem`."""
    _change(engine, email, disabled=False)


def end_sessions(engine: Engine, email: str) -> None:
    """End all sessions of a manager. Raises :class:`ManagerProblem`."""
    _change(engine, email)


def _change(engine: Engine, email: str, **values: object) -> None:
    known = by_email(engine, email)
    with engine.begin() as connection:
        connection.execute(
            update(manager).where(manager.c.id == known.id).values(session_epoch=manager.c.session_epoch + 1, **values)
        )


def with_password(engine: Engine, email: str, password: str) -> Manager | None:
    """The manager with this address and password, else None. The time taken does not depend on which one is wrong."""
    row = _row(engine, email)
    dummy = _dummy_hash()  # before any branch, so that the first call takes the same time for every address
    stored = row.password_hash if row is not None and row.password_hash and not row.disabled else None
    matches = check_password_hash(stored or dummy, password)
    return _manager(row) if row is not None and stored and matches else None


def with_address(engine: Engine, email: str) -> Manager | None:
    """The manager with an address verified by single sign-on; None if there is none or they are disabled."""
    row = _row(engine, email)
    return None if row is None or row.disabled else _manager(row)


@cache
def _dummy_hash() -> str:
    """A hash to check against if there is no such manager, so that the time taken reveals nothing."""
    return generate_password_hash(secrets.token_hex())


def of_session(engine: Engine, number: int, session_epoch: int) -> Manager | None:
    """The manager of a session; None if the session has ended."""
    with engine.connect() as connection:
        row = connection.execute(select(manager).where(manager.c.id == number)).first()
    if row is None or row.disabled or row.session_epoch != session_epoch:
        return None
    return _manager(row)
