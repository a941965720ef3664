"""An accounts database as the first version made it: its tables in SQL, with rows of every kind."""

from datetime import datetime

from sqlalchemy import Engine, text

from data.storage.database import writing_engine

_TABLES = (
    """CREATE TABLE manager (
        id {serial} PRIMARY KEY, email VARCHAR(254) NOT NULL, password_hash TEXT, disabled BOOLEAN NOT NULL,
        session_epoch INTEGER NOT NULL, made_at {moment} NOT NULL, UNIQUE (email))""",
    """CREATE TABLE link (
        id {serial} PRIMARY KEY, token_hash VARCHAR(64) NOT NULL, label TEXT NOT NULL,
        audience VARCHAR(20) NOT NULL, scope TEXT NOT NULL, threshold INTEGER, names BOOLEAN NOT NULL,
        export BOOLEAN NOT NULL, edition VARCHAR(120), deck TEXT, password_hash TEXT, alias_key VARCHAR(64) NOT NULL,
        expires_at {moment} NOT NULL, paused BOOLEAN NOT NULL, revoked_at {moment}, made_by TEXT NOT NULL,
        made_at {moment} NOT NULL, UNIQUE (token_hash))""",
    """CREATE TABLE visit (
        id {serial} PRIMARY KEY, link INTEGER NOT NULL REFERENCES link (id), kind VARCHAR(10) NOT NULL,
        page VARCHAR(200) NOT NULL, at {moment} NOT NULL)""",
    "CREATE INDEX ix_visit_link ON visit (link)",
    """CREATE TABLE deck (
        name VARCHAR(120) NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, slides TEXT NOT NULL,
        changed_by TEXT NOT NULL, changed_at {moment} NOT NULL)""",
)
_TYPES = {
    "sqlite": {"serial": "INTEGER NOT NULL", "moment": "DATETIME"},
    "postgresql": {"serial": "SERIAL", "moment": "TIMESTAMP WITHOUT TIME ZONE"},
}

MADE = "2026-03-01 08:30:00.000000"
LATER, OVER = "2126-01-01 00:00:00.000000", "2026-04-01 00:00:00.000000"

LINKS = {
    1: {"threshold": 3, "edition": "ntac-6-0a1b2c3d"},
    2: {"threshold": 5},
    3: {"threshold": 7, "paused": True},
    4: {"threshold": 8},
    5: {"threshold": 20, "edition": "ntac-6-0a1b2c3d", "expires_at": OVER},
    6: {"threshold": None},
    7: {"threshold": 5, "revoked_at": OVER},
    8: {"threshold": 5, "expires_at": OVER},
}
"""The differences between the links, by number. Links 2, 3 and 4 are active, have a threshold, and show no edition."""

_LINK = {
    "label": "Spring", "audience": "donor", "scope": "partner=eti", "names": False, "export": True, "edition": None,
    "deck": None, "password_hash": None, "expires_at": LATER, "paused": False, "revoked_at": None,
    "made_by": "mei@example.org", "made_at": MADE,
}  # fmt: skip


def make_first(address: str, links: dict[int, dict[str, object]] = LINKS) -> None:
    """Turn the database at an address into one of the first version."""
    engine = writing_engine(address)
    types = _TYPES[engine.dialect.name]
    rows = [_LINK | {"token_hash": f"{number:064}", "alias_key": f"{number:064}"} | each
            for number, each in links.items()]  # fmt: skip
    names = [*_LINK, "token_hash", "alias_key", "threshold"]
    with engine.begin() as connection:
        for statement in _TABLES:
            connection.exec_driver_sql(statement.format(**types))
        connection.execute(
            text(
                "INSERT INTO manager (email, disabled, session_epoch, made_at) VALUES ('mei@example.org', :no, 4, :at)"
            ),
            {"no": False, "at": _moment(engine, MADE)},
        )
        for row in rows:
            moments = {name: _moment(engine, row[name]) for name in ("expires_at", "revoked_at", "made_at")}
            into = text(f"INSERT INTO link ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})")
            connection.execute(into, row | moments)
        connection.execute(
            text("INSERT INTO visit (link, kind, page, at) VALUES (1, 'opened', '/', :at)"),
            {"at": _moment(engine, MADE)},
        )
        connection.execute(
            text("INSERT INTO deck VALUES ('Spring', 2, '[]', 'mei@example.org', :at)"), {"at": _moment(engine, MADE)}
        )
    engine.dispose()


def _moment(engine: Engine, said: object) -> object:
    """A time as the driver accepts it without SQLAlchemy's types."""
    return datetime.fromisoformat(said) if isinstance(said, str) and engine.dialect.name == "postgresql" else said
