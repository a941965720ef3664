"""The options for the reader of a command's output: managers, or readers with a threshold, who get rounded counts.

Imports are inside the functions, so that `--help` is fast.
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
    """The reader of a command's output, from its options.

    ``link``: the number of a link. ``base``: counts are rounded to multiples of it, for a ``scope`` and an ``edition``.
    ``managers``: the whole record. The default is managers, or the committee if the command is ``for_committee``.
    """

    link: int | None = None
    base: int | None = None
    scope: str = ""
    edition: str = ""
    managers: bool = False
    for_committee: bool = False

    def filters(self, search: str) -> "Filters":
        """The filters in `search`, with the edition in the options."""
        from data.editions import frozen_copies
        from data.filters import Filters

        filters = Filters.from_search(search)
        if not self.edition:
            return filters
        with _stop_on_link_error():
            return filters.of_edition(frozen_copies.find(editions_folder(), self.edition).key)

    def viewer(self, records: "Records") -> "Viewer":
        """The viewer for some records. It is printed on standard error. Stops if the options cannot be used."""
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
        with stop_on_refusal():
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
        with accounts() as engine, _stop_on_link_error():
            edition = frozen_copies.find(editions_folder(), self.edition).key if self.edition else LIVE
            terms = Terms(Audience.DONOR, link_terms.scope_of(self.scope), base, export=True, edition=edition)
            viewer = share_links.viewer_of(engine, terms)
        if not viewer.privacy_key:
            stop(_NO_KEY)
        reader = "the committee" if self.base is None else "readers with a threshold"
        click.echo(f"For {reader}: counts are rounded at random to multiples of {base}{others}.", err=True)
        return viewer

    def _of_link(self, number: int, records: "Records") -> "Viewer":
        from data.editions.frozen_copies import EditionProblem
        from data.filters import Filters
        from data.links import share_links

        with accounts() as engine, _stop_on_link_error():
            viewer = share_links.viewer_of(engine, share_links.by_id(engine, number))
        if viewer.threshold and viewer.edition and not viewer.privacy_key:
            stop(_NO_KEY)
        with stop_on_refusal():
            try:
                records.record_for(viewer, Filters())
            except EditionProblem as problem:
                if problem.reason == "waits":
                    stop(f"Link {number} has no edition yet: `score-dashboard link move {number}` gives it one.")
                raise
        rounding = f"counts are rounded at random to multiples of {viewer.threshold}"
        click.echo(f"As link {number} shows it: {rounding if viewer.threshold else 'nothing is withheld'}.", err=True)
        return viewer


def reader_options(*, for_committee: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A decorator with the options for the reader. The command gets a :class:`Reader` as ``reader``."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def run(**values: Any) -> Any:
            named = {name: values.pop(name) for name in ("link", "base", "scope", "edition")}
            managers = values.pop("managers", False)
            return command(reader=Reader(**named, managers=managers, for_committee=for_committee), **values)

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

    return decorate


def _stop_on_link_error() -> Any:
    from dashboard.commands.link_commands import stop_on_link_error

    return stop_on_link_error()


@contextmanager
def stop_on_refusal() -> Iterator[None]:
    """Stop with a message if an edition cannot be read, or if the selection is not shown to the reader."""
    from dashboard.commands.edition_commands import stop_on_edition_error
    from data.exhibit import SelectionRefused
    from layouts.texts import selection_words

    try:
        with stop_on_edition_error():
            yield
    except SelectionRefused as refused:
        title, text = selection_words.refusal(refused.threshold, alone=refused.wider is None)
        if refused.wider is None:
            stop(f"{title}. {text}")
        wider = refused.wider.query()
        stop(f"{title}. {text} " + (f'A wider one: --filters "{wider}".' if wider else "Without filters it is shown."))


def warn_of_omissions(view: "View", code: str = "") -> None:
    """Print what a reader with a threshold does not get: filters that were left out, rows of single enterprises."""
    from data.exhibits import EXHIBITS
    from layouts.texts import selection_words

    if view.unknown:
        click.echo(selection_words.unknown(view.unknown), err=True)
    if view.cut:
        click.echo(f'{selection_words.cut()} (--filters "{view.filters.query()}")', err=True)
    if view.threshold and code in EXHIBITS and EXHIBITS[code].row_per_enterprise:
        click.echo(f"{code} has a row for each enterprise: nothing but its header is for this reader.", err=True)
