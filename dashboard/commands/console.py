"""Helpers of the commands: stop with a message, open the databases, build the embedded database.

Imports are inside the functions, so that `--help` is fast.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

from dashboard.settings import PUBLIC_RECORD, Settings, SettingsProblem, accounts_url

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from callbacks.requests.page_request import AppContext
    from dashboard.commands.reader_options import Reader

_DATABASE_HELP = {
    "missing": "There is no results database: run `score-dashboard load PATH` first (or `make serve`).",
    "empty": "The results database holds no programme: run `score-dashboard load PATH` first.",
    "schema": "The results database was made by another version of this software: run `score-dashboard upgrade`.",
    "large": "The results database holds more than this software counts: give each programme a database of its own.",
    "unreadable": "The results database cannot be read just now: it may be locked, unreachable or damaged.",
}

ACCOUNTS_HELP = {
    "older": "The accounts database was made by an older version of this software: run `score-dashboard upgrade`.",
    "newer": "The accounts database was made by a newer version of this software: start that one.",
}
"""Messages about an accounts database of another version, by reason."""


def stop(message: str) -> NoReturn:
    """Print a message on standard error and exit with status 1."""
    click.echo(message, err=True)
    sys.exit(1)


def read_password_file(file: TextIO) -> str:
    """The password in a file, without the end of the line. Stops if it is empty or not UTF-8."""
    try:
        password = file.read().rstrip("\r\n")
    except UnicodeDecodeError:
        stop("The password file is not UTF-8 text. Nothing was changed.")
    return password or stop("The password file is empty. Nothing was changed.")


@contextmanager
def stop_on_database_error() -> Iterator[None]:
    """Stop with a message if the results database cannot be read in the block."""
    from data.storage.database import DatabaseProblem

    try:
        yield
    except DatabaseProblem as problem:
        message = _DATABASE_HELP.get(problem.reason, _DATABASE_HELP["unreadable"])
        stop(f"{message} ({problem.detail or problem.reason})")


@contextmanager
def accounts(address: str = "") -> Iterator["Engine"]:
    """The accounts database (or the one at `address`) for the block. Stops if it cannot be used."""
    from sqlalchemy.exc import SQLAlchemyError

    from data.storage.accounts import AccountsProblem, accounts_engine

    try:
        engine = accounts_engine(address or accounts_url())
        try:
            yield engine
        finally:
            engine.dispose()
    except AccountsProblem as problem:
        stop(f"{ACCOUNTS_HELP[problem.reason]} ({problem.detail})")
    except (SQLAlchemyError, OSError) as error:
        stop(f"The accounts database (SCORE_ACCOUNTS_URL) cannot be used: {error.__cause__ or error}")


@contextmanager
def open_context(reader: "Reader") -> Iterator["AppContext"]:
    """The records and base maps of the application. In the block, numbers are as the reader sees them."""
    from flask import Flask, g

    from callbacks.requests.page_request import AppContext
    from dashboard.app import HERE, grounds
    from data.places import BoundaryProblem, read_boundaries
    from data.records import Records

    try:
        settings = Settings.from_environment(local=True)
        boundaries = read_boundaries(settings.boundaries)
    except (SettingsProblem, BoundaryProblem) as problem:
        stop(str(problem))
    build_embedded(settings.database_url)
    context = AppContext(Records(settings.database_url, settings.editions), grounds(boundaries))
    with stop_on_database_error(), Flask("dashboard", template_folder=str(HERE / "templates")).app_context():
        g.viewer = reader.viewer(context.records)
        yield context


def build_embedded(address: str) -> None:
    """Build the embedded database from the public record, unless it exists or SCORE_DATABASE_URL is set."""
    from data.loading import LoadProblem, load
    from data.storage import database

    if "SCORE_DATABASE_URL" not in os.environ and not database.exists(address):
        click.echo("Building the results database from the public record.", err=True)
        engine = database.writing_engine(address)
        try:
            report = load(engine, PUBLIC_RECORD)
        except LoadProblem as problem:
            stop(problem.english)
        finally:
            engine.dispose()
        if report.refusals:
            stop("The public record was refused: run `score-dashboard load data/public_record` to see why.")
