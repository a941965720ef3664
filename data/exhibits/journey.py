"""The journey through the programme: enterprises from enrolment to every planned module completed."""

import pandas as pd

from data.columns import Count, Key, Share
from data.engine import measures, steps
from data.exhibit import Exhibit
from data.rests_on import TRAININGS
from data.view import View


def numbers(view: View) -> pd.DataFrame:
    """One row per stage. ``recorded`` counts enterprises with a record of the stage itself, ``m1_only`` those that
    planned only Module 1.
    """
    frame = steps.journey_counts(view.facts)
    counts = frame["enterprises"]
    first = pd.Series([counts.iloc[0]] * len(counts))
    return frame.assign(
        share_of_first=measures.ratio(counts, first, view.share),
        share_of_previous=measures.ratio(counts, counts.shift(), view.share),
    )


EXHIBIT = Exhibit(
    code="journey-funnel",
    columns=(
        Key("stage"),
        Count("enterprises"),
        Count("without_record"),
        Share("share_of_first"),
        Share("share_of_previous"),
        Count("recorded", exported=False),
        Count("m1_only", exported=False),
    ),
    numbers=numbers,
    rests_on=TRAININGS,
)
