"""The commands of share links: make, list, show, pause, resume, extend, revoke, move to a newer edition.

Imports are inside the functions, so that `--help` is fast.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

import click

from dashboard.commands.console import accounts, build_embedded, read_password_file, stop, stop_on_database_error
from dashboard.settings import database_url, editions_folder, public_url

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from data.links.link_terms import Terms
    from data.links.share_links import Link
    from data.records import Record, Records

LOCAL_URL = "http://127.0.0.1:8050"
"""The address of `serve`, used if SCORE_PUBLIC_URL is not set."""

_NUMBER = click.argument("number", type=int)


@click.group(name="link")
def link_group() -> None:
    """Share links: what a donor or a committee may see, and until when."""


@contextmanager
def _accounts() -> Iterator["Engine"]:
    """The accounts database for the block. Stops with a message if a link cannot be made or changed."""
    with accounts() as engine, stop_on_link_error():
        yield engine


@contextmanager
def stop_on_link_error() -> Iterator[None]:
    """Stop with a message about an error of a link, its edition, its deck or the record in the block."""
    from data.decks import DeckProblem
    from data.editions.frozen_copies import EditionProblem
    from data.links.link_terms import (
        LONGEST_LABEL,
        LONGEST_PASSWORD,
        LONGEST_SCOPE,
        MOST_DAYS,
        SCOPE_DIMENSIONS,
        SHORTEST_PASSWORD,
        LinkProblem,
    )

    try:
        with stop_on_database_error():
            yield
    except LinkProblem as problem:
        messages = {
            "scope": f'The scope is not understood at "{problem.detail}". It is written as in an address, of '
            f"{', '.join(SCOPE_DIMENSIONS)}: partner=eti&sector=footwear. No link was made.",
            "long": f"The scope is longer than {LONGEST_SCOPE} letters: name a province rather than its cities.",
            "threshold": "Counts are rounded to multiples of 5 or of 10 (--k 5, --k 10), "
            f"not of {problem.detail}. With --k 0, of a public record alone, nothing is withheld. No link was made.",
            "public": "This record is not public: a link to it needs a threshold. Leave --k out, or name one.",
            "deck": "A deck is for a committee: --audience committee.",
            "days": f"A link lasts 1 to {MOST_DAYS} days, not {problem.detail}.",
            "password": f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} letters. No link was made.",
            "label": f"A label has at most {LONGEST_LABEL} letters.",
            "link": f"There is no link {problem.detail}: see `score-dashboard link list`.",
            "older": f"Link {problem.detail} shows this edition already, or a newer one. Nothing was changed.",
            "few": _too_few(problem.detail),
            "over": f"Link {problem.detail} was revoked: it is over for good. Make a new one.",
        }
        stop(messages[problem.reason])
    except EditionProblem as problem:
        gone = problem.reason == "gone"
        wrong = "There is no edition" if gone else "The file is not what was frozen of edition"
        if problem.reason == "folder":
            stop(f"The edition cannot be written to {editions_folder()}: {problem.detail}. No link was made.")
        stop(f'{wrong} "{problem.detail}": see `score-dashboard edition list`. No link was made or changed.')
    except DeckProblem as problem:
        stop(f'There is no deck "{problem.detail}". No link was made.')


def _too_few(detail: str) -> str:
    changed, _space, needed = detail.partition(" ")
    return (
        f"Only {changed} enterprises of this link have changed since, and {needed} must have: whoever saw both "
        "editions could tell what changed of so few. Nothing was changed; make a new link for others."
    )


@link_group.command()
@click.option("--audience", type=click.Choice(["donor", "committee"]), required=True)
@click.option("--scope", default="", help='As in an address: "partner=eti&sector=footwear". Without it, everything.')
@click.option("--days", type=int, help="How long the link lasts.  [default: 90]")
@click.option(
    "--k", "threshold", type=int,
    help="Counts are rounded to multiples of 5 or 10; 0: nothing is withheld, of a public record alone.  [default: 5]",
)  # fmt: skip
@click.option("--names", is_flag=True, help="Show the names of enterprises that may be named.")
@click.option("--export", is_flag=True, help="Let tables be taken away as CSV.")
@click.option("--edition", help="The name or key of the edition it shows.  [default: the latest]")
@click.option("--freeze", is_flag=True, help="Freeze the record now, under the name of this day, and show that.")
@click.option("--deck", help="The deck a committee is shown.  [default: standard]")
@click.option("--label", default="", help="What the list calls the link.")
@click.option("--password-file", type=click.File(encoding="utf-8"), help="Its password (- for standard input).")
def make(  # noqa: PLR0913 - one per option
    audience: str,
    scope: str,
    days: int | None,
    threshold: int | None,
    *,
    names: bool,
    export: bool,
    edition: str | None,
    freeze: bool,
    deck: str | None,
    label: str,
    password_file: TextIO | None,
) -> None:
    """Make a link and print its address, which is shown only once.

    The link shows a frozen edition of the record. With `--k 0`, no edition and a public record, it shows the live
    record.
    """
    from data import decks
    from data.links import link_editions, link_terms, share_links
    from data.links.link_editions import FREEZE
    from data.links.link_terms import Audience, Terms
    from data.privacy.viewer import DEFAULT_THRESHOLD
    from data.records import Records

    address = database_url()
    build_embedded(address)
    records = Records(address, editions_folder())
    if freeze and edition:
        raise click.UsageError("--freeze freezes an edition of its own: leave --edition out.")
    with _accounts() as engine:
        if audience == Audience.COMMITTEE:
            deck = decks.read(engine, deck or decks.STANDARD).name
        record = _record(records, edition, live=threshold == 0, freeze=freeze)
        terms = Terms(
            audience=Audience(audience),
            scope=link_terms.scope_of(scope),
            threshold=DEFAULT_THRESHOLD if threshold is None else threshold or None,
            names=names,
            export=export,
            edition=record.edition.key if record.edition else FREEZE if freeze or threshold != 0 else None,
            deck=deck,
        ).fit(public=record.catalogue().programme.public)
        password = read_password_file(password_file) if password_file else ""
        days = link_terms.DEFAULT_DAYS if days is None else days
        link_terms.check(days=days, password=password, label=label)
        # The edition is frozen last, so that nothing is frozen for a link that cannot be made.
        terms = link_editions.frozen(records, terms)
        made, token = share_links.make(engine, terms, days=days, password=password, label=label, made_by="command line")
        for line in (*_edition_lines(records, made, named=bool(edition)), *_warnings(made, record)):
            click.echo(line, err=True)
    click.echo(f"{public_url() or LOCAL_URL}/s/{token}")


def _record(records: "Records", edition: str | None, *, live: bool, freeze: bool) -> "Record":
    """The record a new link shows; the live one if it is shown itself or still has to be frozen."""
    from data.links import link_editions

    if edition is None and not live and not freeze:
        latest = link_editions.latest(records)
        edition = latest.key if latest else None
    return records.edition(edition) if edition else records.live


def _edition_lines(records: "Records", made: "Link", *, named: bool) -> Iterator[str]:
    """The edition of a new link, unless the command named it."""
    from data.links import link_editions

    shown = records.edition(made.terms.edition).edition if made.terms.edition and not named else None
    if shown is None:
        return
    frozen = f"frozen {_moment(shown.frozen_at)}, data of {shown.as_of}"
    yield f'It shows the edition "{shown.name}" ({shown.key}), {frozen}.'
    if link_editions.is_outdated(records, shown):
        yield "The record has changed since: --freeze shows it as it is now."


def _warnings(made: "Link", record: "Record") -> Iterator[str]:
    """Remarks on a new link."""
    yield f"Link {made.id}: {_rounding(made.terms)}; ends {_moment(made.expires_at)}."
    yield "This address is shown this once. Whoever has it sees what the link shows."
    yield from _missing_codes(made.terms, record)
    if not public_url():
        yield f"SCORE_PUBLIC_URL is not set: the address is that of a server on this machine ({LOCAL_URL})."


def _missing_codes(terms: "Terms", record: "Record") -> Iterator[str]:
    """Warnings about codes of the scope that are not in the record."""
    codes = record.catalogue().codes
    for name, missing in terms.gone(codes).items():
        yield f"The record knows no {name} {', '.join(missing)}."
    if terms.empty(codes):
        yield "The link therefore shows nothing."


def _rounding(terms: "Terms") -> str:
    if terms.threshold is None:
        return "no number is withheld"
    return f"counts are rounded to multiples of {terms.threshold}"


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "never"


@link_group.command(name="list")
def list_() -> None:
    """List every link, newest first: number, state, audience, scope, expiry, opened, viewed, last use, label."""
    from data.links import share_links
    from data.storage.database import now

    with _accounts() as engine:
        links = share_links.links(engine)
    for each in links:
        columns = (
            str(each.id),
            each.state(now()),
            each.terms.audience.value,
            each.terms.scope.query() or "everything",
            f"ends {_moment(each.expires_at)}",
            f"opened {each.opened}",
            f"viewed {each.viewed}",
            f"last used {_moment(each.last_used_at)}",
            each.label,
        )
        click.echo("\t".join(columns))
    if not links:
        click.echo("There is no link yet: `score-dashboard link make` makes one.", err=True)


@link_group.command()
@_NUMBER
def show(number: int) -> None:
    """Show the terms and the state of link NUMBER, and its use per day."""
    from data.editions.frozen_copies import EditionProblem
    from data.links import link_visits, share_links
    from data.records import Records
    from data.storage.database import now

    with _accounts() as engine:
        link, used = share_links.with_use(engine, number), link_visits.days_used(engine, number)
    terms = link.terms
    lines = {
        "number": str(link.id),
        "label": link.label,
        "state": link.state(now()),
        "audience": terms.audience.value,
        "scope": terms.scope.query() or "everything",
        "edition": terms.edition or ("live record" if terms.threshold is None else "none yet: it shows nothing"),
        "shows it": f"since {_moment(link.edition_since)}" if link.edition_since else "",
        "deck": terms.deck or "",
        "threshold": _rounding(terms),
        "names": "shown where an enterprise may be named" if terms.names else "not shown",
        "export": "allowed" if terms.export else "not allowed",
        "password": "yes" if link.protected else "no",
        "made": f"{_moment(link.made_at)} by {link.made_by}",
        "ends": _moment(link.expires_at),
        "revoked": _moment(link.revoked_at) if link.revoked_at else "",
        "opened": str(link.opened),
        "viewed": str(link.viewed),
        "last used": _moment(link.last_used_at),
    }
    for name, value in lines.items():
        if value:
            click.echo(f"{name:<10} {value}")
    for day, opened, viewed in used:
        click.echo(f"{'':<10} {day}: opened {opened}, viewed {viewed}")
    records = Records(database_url(), editions_folder())
    try:
        with stop_on_database_error():
            record = records.edition(terms.edition) if terms.edition else records.live
            for line in _missing_codes(terms, record):
                click.echo(line, err=True)
    except EditionProblem as problem:
        gone = "is gone" if problem.reason == "gone" else "is not what was frozen"
        click.echo(f"Its edition {gone}. The link therefore shows nothing.", err=True)


@link_group.command()
@_NUMBER
def pause(number: int) -> None:
    """Pause link NUMBER: it opens nothing until it is resumed."""
    from data.links import share_links

    with _accounts() as engine:
        share_links.pause(engine, number)
    click.echo(f"Link {number} is paused: it opens nothing until it is resumed.", err=True)


@link_group.command()
@_NUMBER
def resume(number: int) -> None:
    """Resume the paused link NUMBER."""
    from data.links import share_links

    with _accounts() as engine:
        share_links.resume(engine, number)
        expires_at = share_links.by_id(engine, number).expires_at
    click.echo(f"Link {number} is no longer paused; it ends {_moment(expires_at)}.", err=True)


@link_group.command()
@_NUMBER
@click.option("--days", type=int, help="How many days from now.  [default: 90]")
def extend(number: int, days: int | None) -> None:
    """Set the end of link NUMBER, active or ended, to a number of days from now."""
    from data.links import link_terms, share_links

    with _accounts() as engine:
        share_links.extend(engine, number, link_terms.DEFAULT_DAYS if days is None else days)
        expires_at = share_links.by_id(engine, number).expires_at
    click.echo(f"Link {number} ends {_moment(expires_at)}.", err=True)


@link_group.command()
@_NUMBER
def revoke(number: int) -> None:
    """End link NUMBER for good. Its next request is refused."""
    from data.links import share_links

    with _accounts() as engine:
        share_links.revoke(engine, number)
    click.echo(f"Link {number} is over: it opens nothing any more.", err=True)


@link_group.command()
@_NUMBER
@click.argument("edition", required=False)
def move(number: int, edition: str | None) -> None:
    """Move link NUMBER to EDITION (a name or key), newer than the present one. The default is the latest edition.

    This is refused while too few enterprises of the link have changed. A link without an edition can get any edition.
    """
    from data.links import link_editions
    from data.records import Records

    address = database_url()
    build_embedded(address)
    records = Records(address, editions_folder())
    with _accounts() as engine:
        latest = None if edition else link_editions.latest(records)
        if not edition and not latest:
            stop('There is no edition yet: make one with `score-dashboard edition freeze "NAME"`. Nothing was changed.')
        shown = link_editions.move(engine, records, number, edition or (latest.key if latest else ""))
    click.echo(f'Link {number} shows the edition "{shown.name}" now: data of {shown.as_of}.', err=True)
