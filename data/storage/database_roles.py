"""The role a web process reads the results with: made or brought up to date on PostgreSQL, in one transaction."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from data.storage.accounts import accounts
from data.storage.schema import results

WRITING = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")


class GrantProblem(Exception):
    """A role cannot be given what it needs; ``reason`` is one of empty, itself, powerful, writes, lacks."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Granted:
    """What was done: is the role ``made`` anew, which tables may it read, who makes tables it may read in future."""

    role: str
    made: bool
    tables: tuple[str, ...]
    owner: str
    database: str
    schema: str
    open_schema: bool
    """May everybody make tables in the schema, as PostgreSQL before 15 lets them?"""


def exists(engine: Engine, role: str) -> bool:
    """Is there a role of this name?"""
    with engine.connect() as connection:
        return connection.scalar(text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": role}) or False


def grant(engine: Engine, role: str, *, seconds: float, password: str | None = None) -> Granted:
    """Let `role` read every table of the results, and nothing else; a `password` is set where one is given.

    A statement of the role that takes longer than `seconds` is stopped (0: none is), unless the connection says
    otherwise. Raises :class:`GrantProblem`, and nothing is changed; and SQLAlchemy's errors where the database refuses.
    """
    with engine.begin() as connection:
        has = inspect(connection)
        there = set(has.get_table_names())
        tables = tuple(table.name for table in results.sorted_tables if table.name in there)
        if not tables:
            raise GrantProblem("empty")
        # Whoever loads owns the tables; an administrator may run this in their place.
        asked = "SELECT tableowner, current_database(), schemaname FROM pg_tables"
        here = " WHERE schemaname = current_schema() AND tablename = :table"
        owner, database, schema = connection.execute(text(asked + here), {"table": tables[0]}).one()
        made = _role(connection, role, owner)
        if password is not None:
            _run(connection, f"ALTER ROLE {{role}} LOGIN PASSWORD '{_hashed(connection, role, password)}'", role=role)
        names = {"role": role, "database": database, "schema": schema, "owner": owner}
        for statement in (
            "ALTER ROLE {role} IN DATABASE {database} SET default_transaction_read_only = on",
            f"ALTER ROLE {{role}} IN DATABASE {{database}} SET statement_timeout = {round(seconds * 1000)}",
            "GRANT CONNECT ON DATABASE {database} TO {role}",
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "REVOKE CREATE ON SCHEMA {schema} FROM {role}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
            # Tables that a later load or upgrade makes may be read as well.
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}",
        ):
            _run(connection, statement, **names)
        for table in tables:
            _run(connection, "GRANT SELECT ON {schema}.{table} TO {role}", **names, table=table)
        _check(connection, role, schema, tables, there & set(accounts.tables))
        open_schema = connection.scalar(
            text("SELECT has_schema_privilege(:role, :schema, 'CREATE')"), {"role": role, "schema": schema}
        )
        return Granted(role, made, tables, owner, database, schema, bool(open_schema))


def _role(connection: Connection, role: str, owner: str) -> bool:
    """Make the role where there is none; True where there was none."""
    if role == owner:
        raise GrantProblem("itself", role)
    asked = "SELECT rolsuper OR rolcreaterole OR rolcreatedb AS powerful FROM pg_roles WHERE rolname = :role"
    found = connection.execute(text(asked), {"role": role}).first()
    if found and found.powerful:
        raise GrantProblem("powerful", role)
    if not found:
        _run(connection, "CREATE ROLE {role} LOGIN", role=role)
    return not found


def _check(connection: Connection, role: str, schema: str, tables: tuple[str, ...], others: set[str]) -> None:
    """Raise :class:`GrantProblem` where the role can read less than it needs, or do more than it should."""
    may = text("SELECT has_table_privilege(:role, format('%I.%I', CAST(:schema AS text), CAST(:table AS text)), :what)")

    def allowed(table: str, what: str) -> bool:
        return bool(connection.scalar(may, {"role": role, "schema": schema, "table": table, "what": what}))

    for table in tables:
        if not allowed(table, "SELECT"):
            raise GrantProblem("lacks", table)
        for what in WRITING:
            if allowed(table, what):
                raise GrantProblem("writes", f"{what} on {table}")
    for table in sorted(others):
        if allowed(table, "SELECT"):
            raise GrantProblem("writes", f"SELECT on {table}")


def _hashed(connection: Connection, role: str, password: str) -> str:
    """The password as PostgreSQL keeps it, so that it stands in no log of the server."""
    plain: Any = connection.connection.driver_connection
    return str(plain.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode())


def _run(connection: Connection, statement: str, **names: str) -> None:
    quoted = {name: connection.dialect.identifier_preparer.quote_identifier(given) for name, given in names.items()}
    connection.execute(text(statement.format(**quoted).replace(":", r"\:")))
