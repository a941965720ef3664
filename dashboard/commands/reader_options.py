"""For whom a command writes: for managers, or for readers with a threshold, who are shown rounded counts.

Like the commands, it imports what it needs itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from dashboard.commands.console import accounts, stop
from dashboard.settings import editions_folder

if TYPE_CHECKING:
    from data.filters import Filters
    from data.privacy.viewer import Viewer
    from data.records import Records
    from data.view import View

_NO_KEY = (
    "There is no privacy key, which counts are rounded under: make it with `score-dashboard privacy-key`, "
    "and keep the accounts in your backups."
)


@dataclass(frozen=True)
class Reader:
    """For whom a command writes, as its options say.

    ``link`` is a link's number; ``base`` what counts are rounded to, of a ``scope`` and an ``edition``; ``managers``:
    the whole record. Without any of these it is `managers`, or where a command is ``for_committee`` the committee.
    """

    link: int | None = None
    base: int | None = None
    scope: str = ""
    edition: str = ""
    managers: bool = False
    for_committee: bool = False

    def filters(self, asked: str) -> "Filters":
        """The filters a command was asked for, on the edition it was asked for."""
        from data.editions import frozen_copies
        from data.filters import Filters

        filters = Filters.from_search(asked)
        if not self.edition:
            return filters
        with _explained():
            return filters.of_edition(frozen_copies.find(editions_folder(), self.edition).key)

    def viewer(self, records: "Records") -> "Viewer":
        """Who sees what is written of some records, said on standard error. Stops where that cannot be."""
        from data.privacy.viewer import DEFAULT_THRESHOLD, MANAGER

        if sum((self.link is not None, self.base is not None, self.managers)) > 1:
            raise click.UsageError("--link, --k and --managers are for different readers: give one of them.")
        if self.scope and self.base is None:
            raise click.UsageError("--scope goes with --k.")
        if self.edition and self.link is not None:
            raise click.UsageError("A link has an edition of its own: leave --edition out.")
        if self.link is not None:
            return self._of_link(self.link, records)
        if self.base is not None:
            return self._limited(self.base)
        with readable():
            record = records.edition(self.edition) if self.edition else records.live
            if record.catalogue().programme.public:
                return MANAGER
        if self.managers or not self.for_committee:
            click.echo("For managers: nothing is withheld.", err=True)
            return MANAGER
        return self._limited(DEFAULT_THRESHOLD, others="; --managers writes every number")

    def _limited(self, base: int, others: str = "") -> "Viewer":
        from data.editions import frozen_copies
        from data.editions.frozen_copies import LIVE
        from data.links import link_terms, share_links
        from data.links.link_terms import Audience, Terms
        from data.privacy.viewer import BASES

        if base not in BASES:
            stop(f"--k is {' or '.join(map(str, BASES))}: what counts are rounded to a multiple of.")
        with accounts() as engine, _explained():
            edition = frozen_copies.find(editions_folder(), self.edition).key if self.edition else LIVE
            terms = Terms(Audience.DONOR, link_terms.scope_of(self.scope), base, export=True, edition=edition)
            viewer = share_links.viewer_of(engine, terms)
        if not viewer.privacy_key:
            stop(_NO_KEY)
        who = "the committee" if self.base is None else "readers with a threshold"
        click.echo(f"For {who}: counts are rounded at random to multiples of {base}{others}.", err=True)
        return viewer

    def _of_link(self, number: int, records: "Records") -> "Viewer":
        from data.editions.frozen_copies import EditionProblem
        from data.filters import Filters
        from data.links import share_links

        with accounts() as engine, _explained():
            viewer = share_links.viewer_of(engine, share_links.by_id(engine, number))
        if viewer.threshold and viewer.edition and not viewer.privacy_key:
            stop(_NO_KEY)
        with readable():
            try:
                records.record_for(viewer, Filters())
            except EditionProblem as problem:
                if problem.reason == "waits":
                    stop(f"Link {number} has no edition yet: `score-dashboard link move {number}` gives it one.")
                raise
        rounded = f"counts are rounded at random to multiples of {viewer.threshold}"
        click.echo(f"As link {number} shows it: {rounded if viewer.threshold else 'nothing is withheld'}.", err=True)
        return viewer


def reader_options(*, for_committee: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options by which a command learns for whom it writes: it gets a :class:`Reader` as ``reader``."""

    def added(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def run(**given: Any) -> Any:
            named = {name: given.pop(name) for name in ("link", "base", "scope", "edition")}
            managers = given.pop("managers", False)
            return command(reader=Reader(**named, managers=managers, for_committee=for_committee), **given)

        options = [
            click.option("--link", type=int, help="As the link of this number shows it."),
            click.option(
                "--k", "base", type=int, help="For readers with a threshold: counts rounded to multiples of it."
            ),
            click.option("--scope", default="", help='With --k, what they may see: "partner=eti&sector=footwear".'),
            click.option("--edition", default="", help="The name or key of a frozen edition; the live record without."),
        ]
        if for_committee:
            options.append(
                click.option("--managers", is_flag=True, help="For managers: every number, nothing rounded.")
            )
        for option in reversed(options):
            run = option(run)
        return run

    return added


def _explained() -> Any:
    from dashboard.commands.link_commands import explained

    return explained()


@contextmanager
def readable() -> Iterator[None]:
    """Stop where an edition cannot be read, or a reader with a threshold is not shown the selection."""
    from dashboard.commands.edition_commands import explained
    from data.exhibits import SelectionRefused
    from layouts import findings

    try:
        with explained():
            yield
    except SelectionRefused as refused:
        title, text = findings.refusal(refused.threshold, alone=refused.wider is None)
        if refused.wider is None:
            stop(f"{title}. {text}")
        wider = refused.wider.query()
        stop(f"{title}. {text} " + (f'A wider one: --filters "{wider}".' if wider else "Without filters it is shown."))


def remark(view: "View", code: str = "") -> None:
    """Say what a reader with a threshold does not get: filters that were left out, rows of single enterprises."""
    from layouts import findings

    if view.cut:
        click.echo(f'{findings.cut()} (--filters "{view.filters.query()}")', err=True)
    if view.threshold and code in ("matrix", "pairs"):
        click.echo(f"{code} has a row for each enterprise: nothing but its header is for this reader.", err=True)
