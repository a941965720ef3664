"""How each exhibit looks: one module each, of the name it has in `data/exhibits`, whose ``LOOK`` says all of it.

No module here knows a database. Every list of looks in the product is derived from :data:`ALL`.
"""

from layouts.exhibits import (
    breadth,
    capacity,
    change,
    coverage,
    events,
    journey,
    matrix,
    module_funnel,
    overview,
    pairs,
    published,
    regions,
    rounds,
    satisfaction,
    targets,
)
from layouts.look import Look, Picture

ALL: tuple[Look, ...] = (
    overview.LOOK,
    regions.LOOK,
    module_funnel.LOOK,
    journey.LOOK,
    breadth.LOOK,
    matrix.LOOK,
    satisfaction.LOOK,
    change.LOOK,
    pairs.LOOK,
    coverage.LOOK,
    targets.LOOK,
    capacity.LOOK,
    events.LOOK,
    rounds.LOOK,
    published.LOOK,
)
"""Every look, in the order of `data.exhibits.ALL`."""

LOOKS: dict[str, Look] = {look.code: look for look in ALL}
"""The same by the code of the exhibit."""

PICTURES: dict[str, tuple[Look, Picture]] = {picture.code: (look, picture) for look in ALL for picture in look.pictures}
"""Every picture by its code, with the look it is of."""


def name_of(code: str) -> str:
    """What an exhibit or one of its pictures shows, before any number is known."""
    look, picture = PICTURES[code]
    return str(picture.name or look.name)
