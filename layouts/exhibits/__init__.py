"""The looks of the exhibits: one module each, with the same name as in `data/exhibits`, that declares a ``LOOK``.

No module here knows a database. Every list of looks in the product is derived from :data:`ALL`.
"""

from layouts.exhibits import (
    breadth,
    capacity,
    change,
    compare,
    coverage,
    events,
    framework,
    journey,
    matrix,
    module_funnel,
    overview,
    pairs,
    published,
    reconciliation,
    regions,
    rounds,
    satisfaction,
    targets,
    trend,
)
from layouts.look import Look, Picture

ALL: tuple[Look, ...] = (
    overview.LOOK,
    reconciliation.LOOK,
    regions.LOOK,
    module_funnel.LOOK,
    journey.LOOK,
    breadth.LOOK,
    matrix.LOOK,
    satisfaction.LOOK,
    change.LOOK,
    pairs.LOOK,
    coverage.LOOK,
    compare.LOOK,
    trend.LOOK,
    targets.LOOK,
    framework.LOOK,
    capacity.LOOK,
    events.LOOK,
    rounds.LOOK,
    published.LOOK,
)
"""All looks, in the order of `data.exhibits.ALL`."""

LOOKS: dict[str, Look] = {look.code: look for look in ALL}
"""All looks by the code of the exhibit."""

PICTURES: dict[str, tuple[Look, Picture]] = {picture.code: (look, picture) for look in ALL for picture in look.pictures}
"""All pictures by their code, each with its look."""


def name_of(code: str) -> str:
    """The name of an exhibit or of one of its pictures."""
    look, picture = PICTURES[code]
    return str(picture.name or look.name)
