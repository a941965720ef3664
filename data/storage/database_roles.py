"""The PostgreSQL role with which a web process reads the results: created or updated in one transaction."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from data.storage.accounts import accounts
from data.storage.schema import results

WRITING = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")


class GrantProblem(Exception):
    """A role cannot be given its rights. ``reason`` is one of empty, itself, powerful, writes, lacks."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Granted:
    """The result of a grant. ``made``: the role is new. ``tables``: it may read them. ``owner`` makes new tables."""

    role: str
    made: bool
    tables: tuple[str, ...]
    owner: str
    database: str
    schema: str
    open_schema: bool
    """May every role create tables in the schema? This is the default before PostgreSQL 15."""


def exists(engine: Engine, role: str) -> bool:
    """Is there a role with this name?"""
    with engine.connect() as connection:
        return connection.scalar(text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": role}) or False


def grant(engine: Engine, role: str, *, seconds: float, password: str | None = None) -> Granted:
    """Let `role` read every table of the results, and nothing else. Sets its password if `password` is given.

    A statement of the role that takes longer than `seconds` is stopped (0: no limit), unless its connection sets
    another limit. Raises :class:`GrantProblem`, or an error of SQLAlchemy if the database refuses. Then nothing is
    changed.
    """
    with engine.begin() as connection:
        existing = set(inspect(connection).get_table_names())
        tables = tuple(table.name for table in results.sorted_tables if table.name in existing)
        if not tables:
            raise GrantProblem("empty")
        # The role that loads the data owns the tables. An administrator may run this command for it.
        columns = "SELECT tableowner, current_database(), schemaname FROM pg_tables"
        condition = " WHERE schemaname = current_schema() AND tablename = :table"
        owner, database, schema = connection.execute(text(columns + condition), {"table": tables[0]}).one()
        made = _create_role(connection, role, owner)
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
            # The role may also read tables that a later load or upgrade creates.
            "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}",
        ):
            _run(connection, statement, **names)
        for table in tables:
            _run(connection, "GRANT SELECT ON {schema}.{table} TO {role}", **names, table=table)
        _check(connection, role, schema, tables, existing & set(accounts.tables))
        open_schema = connection.scalar(
            text("SELECT has_schema_privilege(:role, :schema, 'CREATE')"), {"role": role, "schema": schema}
        )
        return Granted(role, made, tables, owner, database, schema, bool(open_schema))


def _create_role(connection: Connection, role: str, owner: str) -> bool:
    """Create the role if it does not exist. Returns True if it is new. Raises :class:`GrantProblem`."""
    if role == owner:
        raise GrantProblem("itself", role)
    statement = "SELECT rolsuper OR rolcreaterole OR rolcreatedb AS powerful FROM pg_roles WHERE rolname = :role"
    existing = connection.execute(text(statement), {"role": role}).first()
    if existing and existing.powerful:
        raise GrantProblem("powerful", role)
    if not existing:
        _run(connection, "CREATE ROLE {role} LOGIN", role=role)
    return not existing


def _check(connection: Connection, role: str, schema: str, tables: tuple[str, ...], others: set[str]) -> None:
    """Raise :class:`GrantProblem` if the role can read less than it needs, or can do more than it should."""
    privilege = text(
        "SELECT has_table_privilege(:role, format('%I.%I', CAST(:schema AS text), CAST(:table AS text)), :what)"
    )

    def allowed(table: str, what: str) -> bool:
        return bool(connection.scalar(privilege, {"role": role, "schema": schema, "table": table, "what": what}))

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
    """The password as PostgreSQL stores it, so that no log of the server shows the password itself."""
    driver_connection: Any = connection.connection.driver_connection
    return str(driver_connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode())


def _run(connection: Connection, statement: str, **names: str) -> None:
    quoted = {name: connection.dialect.identifier_preparer.quote_identifier(value) for name, value in names.items()}
    connection.execute(text(statement.format(**quoted).replace(":", r"\:")))
