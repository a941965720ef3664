"""The two database servers, and direct changes to a database behind the application."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from data.loading.writes import record_writing
from data.loading.writes.record_writing import transaction
from data.storage.database import writing_engine

BOTH = ("sqlite", "postgresql")


def fill_up(engine: Engine, table: str) -> None:
    """Make every further insert into a table fail as on a full disk."""
    refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {} END$$"
    statements = {
        "sqlite": [f"CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'disk is full'); END"],
        "postgresql": [
            refuse.format("RAISE 'could not extend file' USING ERRCODE = 'disk_full';"),
            f"CREATE TRIGGER no_room BEFORE INSERT ON {table} EXECUTE FUNCTION refuse()",
        ],
    }
    with engine.begin() as connection:
        for statement in statements[engine.dialect.name]:
            connection.exec_driver_sql(statement)


@contextmanager
def written_by_another(engine: Engine) -> Iterator[None]:
    """Keep another write transaction open during the block."""
    with transaction(engine):
        yield


def impatient_engine(address: str, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine that hardly waits for locks."""
    monkeypatch.setattr(record_writing, "WAIT", 0.1)
    return writing_engine(f"{address}?timeout=0.1" if address.startswith("sqlite") else address)


def is_locked(address: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    """True if the database is locked for other writers."""
    engine = impatient_engine(address, monkeypatch)
    try:
        with transaction(engine):
            return False
    except OperationalError:
        return True
    finally:
        engine.dispose()
