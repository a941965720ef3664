"""Writes the synthetic programme: reference tables, rounds in order of time, then the totals counted from them."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from data.demo.basics.chance import Chance
from data.demo.basics.demo_parts import Enterprise, Round, Workshop
from data.demo.basics.demo_writing import Writing
from data.demo.basics.folder import Folder
from data.demo.outcomes.demo_events import write_programme_events, write_round_event
from data.demo.outcomes.demo_figures import write_figures, write_targets
from data.demo.outcomes.demo_pictures import remove_pictures
from data.demo.outcomes.demo_practices import write_practices
from data.demo.outcomes.demo_stories import write_story
from data.demo.outcomes.kpis import write_kpis
from data.demo.rounds.demo_enrolments import write_enrolment
from data.demo.rounds.demo_enterprises import find_returner, remember, write_enterprise
from data.demo.rounds.demo_rounds import draw_round, write_round
from data.demo.rounds.demo_trainers import write_trainers
from data.demo.rounds.demo_trainings import write_trainings
from data.demo.rounds.demo_workshops import GROUP_SIZE, draw_groups
from data.demo.setting.growth import starts_and_sizes
from data.demo.setting.reference_tables import write_reference


def write_demo(
    folder: Path, enterprises: int, seed: int = 1, progress: Callable[[int, int], None] | None = None
) -> int:
    """Write a synthetic programme with this number of `enterprises` as CSV files into `folder`; create it if missing.

    Returns the number of results. Rows are written at once: memory does not grow with their number. `progress` receives
    (enterprises written, total) after every round. Raises ValueError if `enterprises` is below 0.
    """
    if enterprises < 0:
        raise ValueError(f"A programme has 0 enterprises or more, not {enterprises}.")
    with ExitStack() as stack:
        writing = Writing(Chance(seed), Folder(folder, stack), enterprises)
        remove_pictures(folder)
        write_reference(writing.folder)
        for start, size in starts_and_sizes(writing.chance, enterprises):
            _write_round(writing, start, size)
            if progress is not None and size:
                progress(writing.enterprises_written, enterprises)
        write_trainers(writing)
        write_programme_events(writing)
        write_figures(writing)
        write_targets(writing)
    return writing.folder.rows["result"]


def _write_round(writing: Writing, start: date, size: int) -> None:
    """Write a round with `size` new enterprises, a few returning ones, and everything that happens in the round."""
    round_ = draw_round(writing, start, size)
    groups = draw_groups(writing.chance, round_)
    for index in range(size):
        workshops = groups[min(index // GROUP_SIZE, len(groups) - 1)]
        _enrol(writing, round_, write_enterprise(writing, round_), workshops)
        returner = find_returner(writing, round_)
        if returner is not None:
            _enrol(writing, round_, returner, workshops)
    write_round(writing, round_, groups)
    write_round_event(writing, round_, groups[0][0])


def _enrol(writing: Writing, round_: Round, enterprise: Enterprise, workshops: Sequence[Workshop]) -> None:
    """Write one enterprise in one round: its enrolment, its trainings, and its results if it was trained."""
    enrolment = write_enrolment(writing, round_, enterprise, workshops[0].held_on)
    steps = write_trainings(writing, enrolment, workshops)
    trained = [step for step in steps if step.workshop_on is not None]
    if trained:
        write_kpis(writing, enrolment, trained)
        write_practices(writing, enrolment, trained)
        write_story(writing, enrolment, trained)
    remember(writing, enrolment, steps)
