"""Managers: who may sign in, by password or by single sign-on, and which of their sessions still hold."""

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
    """A manager cannot be added or changed so; ``reason`` is one of email, password, taken, unknown."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Manager:
    """One manager. ``session_epoch`` is what a session must have been begun at to hold."""

    id: int
    email: str
    disabled: bool
    session_epoch: int
    has_password: bool
    made_at: datetime


def _manager(row: Row[tuple[object, ...]]) -> Manager:
    return Manager(row.id, row.email, row.disabled, row.session_epoch, row.password_hash is not None, row.made_at)


def add(engine: Engine, email: str, password: str | None) -> Manager:
    """Add a manager; without a password one who comes by single sign-on alone. Raises :class:`ManagerProblem`."""
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
    email = _one_spelling(email)
    if not _EMAIL.fullmatch(email):
        raise ManagerProblem("email", email)
    return email


def _one_spelling(email: str) -> str:
    """An address as it is kept. Only plain letters are made small: a K of another script would become our k."""
    email = email.strip()
    return email.lower() if email.isascii() else email


def _hash(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ManagerProblem("password", str(SHORTEST_PASSWORD))
    return generate_password_hash(password)


def managers(engine: Engine) -> list[Manager]:
    """Every manager by address."""
    with engine.connect() as connection:
        # Sorted here: databases differ in how they sort a text.
        return sorted((_manager(row) for row in connection.execute(select(manager))), key=lambda each: each.email)


def by_email(engine: Engine, email: str) -> Manager:
    """One manager; raises :class:`ManagerProblem` where there is none."""
    row = _row(engine, email)
    if row is None:
        raise ManagerProblem("unknown", email)
    return _manager(row)


def _row(engine: Engine, email: str) -> Row[tuple[object, ...]] | None:
    if not _EMAIL.fullmatch(_one_spelling(email)):  # some databases refuse to be asked for what they cannot hold
        return None
    with engine.connect() as connection:
        return connection.execute(select(manager).where(manager.c.email == _one_spelling(email))).first()


def set_password(engine: Engine, email: str, password: str) -> None:
    """Change a password and end every session begun with the old one."""
    _change(engine, email, password_hash=_hash(password))


def disable(engine: Engine, email: str) -> None:
    """Let a manager in no more, and end their sessions."""
    _change(engine, email, disabled=True)


def enable(engine: Engine, email: str) -> None:
    """Let a disabled manager in again."""
    _change(engine, email, disabled=False)


def end_sessions(engine: Engine, email: str) -> None:
    """Sign a manager out everywhere."""
    _change(engine, email)


def _change(engine: Engine, email: str, **values: object) -> None:
    known = by_email(engine, email)
    with engine.begin() as connection:
        connection.execute(
            update(manager).where(manager.c.id == known.id).values(session_epoch=manager.c.session_epoch + 1, **values)
        )


def with_password(engine: Engine, email: str, password: str) -> Manager | None:
    """The manager whose address and password these are; None else, after as long a time whichever is wrong."""
    row = _row(engine, email)
    nobodys = _nobodys_hash()  # made at the first try, whoever's it is
    stored = row.password_hash if row is not None and row.password_hash and not row.disabled else None
    fits = check_password_hash(stored or nobodys, password)
    return _manager(row) if row is not None and stored and fits else None


def with_address(engine: Engine, email: str) -> Manager | None:
    """The manager with an address that somebody else vouches for; None where there is none or they are disabled."""
    row = _row(engine, email)
    return None if row is None or row.disabled else _manager(row)


@cache
def _nobodys_hash() -> str:
    """Something to check against where there is no such manager, so that the time taken tells nothing."""
    return generate_password_hash(secrets.token_hex())


def of_session(engine: Engine, number: int, session_epoch: int) -> Manager | None:
    """The manager a session belongs to; None where it has ended."""
    with engine.connect() as connection:
        row = connection.execute(select(manager).where(manager.c.id == number)).first()
    if row is None or row.disabled or row.session_epoch != session_epoch:
        return None
    return _manager(row)
