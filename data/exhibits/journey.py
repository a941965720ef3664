"""The journey through the programme: milestones of enterprises, from enrolment to every planned module completed."""

import pandas as pd

from data.columns import Count, Key, Share
from data.engine import measures, steps
from data.exhibit import Exhibit
from data.rests_on import TRAININGS
from data.view import View


def numbers(view: View) -> pd.DataFrame:
    """One row per milestone: for how many it is due, and how many of them have it on record or assumed."""
    frame = steps.journey_counts(view.facts)
    return frame.assign(share=measures.ratio(frame["recorded"], frame["of"], view.share))


EXHIBIT = Exhibit(
    code="journey",
    columns=(Key("stage"), Count("of"), Count("recorded"), Count("assumed"), Share("share")),
    numbers=numbers,
    rests_on=TRAININGS,
)
