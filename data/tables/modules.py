"""How far enterprises got: the funnels, the breadth, and who is where."""

import pandas as pd

from data import disclosure, measures
from data.disclosure import Rule
from data.engine import steps
from data.tables.counting import by_enterprise, counted, flags_of
from data.view import View
from data.vocabulary import FIRST_MODULE

FUNNEL_STEPS = ("workshop", "visited", "assessed", "completed")


_STATES = ("completed", "in_progress", "dropped", "overdue", "not_yet_due")
MODULES = Rule(
    key=("module",),
    counts=(
        "planned",
        *FUNNEL_STEPS,
        "visited_without_record",
        "assessed_without_record",
        *_STATES[1:],
        "dropped_started",
    ),
    parts=(("planned", _STATES), ("workshop", ("completed", "in_progress", "dropped_started"))),
    down=("planned", "completed"),
    within=(("planned", (*FUNNEL_STEPS, "visited_without_record", "assessed_without_record")),),
)


def module_counts(view: View) -> pd.DataFrame:
    if "module counts" not in view.built:  # the journey asks for them as well
        codes = [code for code in view.catalogue.module if view.of.module is None or code in view.of.module]
        counted = steps.module_steps(view.facts).set_index("module")
        frame = counted.reindex(codes).fillna(0).astype(int).rename_axis("module").reset_index()
        view.built["module counts"] = frame
    counts: pd.DataFrame = view.built["module counts"]
    return counts.copy()


def module_funnel(view: View) -> pd.DataFrame:
    frame = counted(view, module_counts, MODULES)
    return measures.funnel_shares(frame.drop(columns="dropped_started"), FUNNEL_STEPS)


STAGES = Rule(
    key=("stage",),
    counts=("enterprises", "without_record", "recorded", "m1_only"),
    parts=(("enterprises", ("recorded", "without_record")),),
)


def _stage_counts(view: View) -> pd.DataFrame:
    frame = steps.journey_counts(view.facts)
    return frame.assign(recorded=frame["enterprises"] - frame["without_record"])


def journey(view: View) -> pd.DataFrame:
    frame = _stage_counts(view)
    if view.threshold:
        flags = flags_of(view, frame, _stage_counts, STAGES)
        of_modules = flags_of(view, module_counts(view), module_counts, MODULES)
        for stage, step in (("m1_workshop", "workshop"), ("m1_completed", "completed")):
            # The module funnel says the same of Module 1.
            if FIRST_MODULE in of_modules.index and of_modules.loc[FIRST_MODULE, step]:
                flags.loc[stage] = True
        frame = disclosure.withhold(frame, STAGES, flags, view.threshold)
    return measures.stage_shares(frame)


LEVELS = Rule(key=("modules_at_least",), counts=("enterprises",), down=("enterprises",))


def breadth(view: View) -> pd.DataFrame:
    def question(asked: View) -> pd.DataFrame:
        completed = steps.completed_module_counts(asked.facts)
        return measures.at_least(completed, len(view.catalogue.module))

    return counted(view, question, LEVELS)


def matrix(view: View) -> pd.DataFrame:
    if view.threshold:
        return pd.DataFrame(columns=["enterprise", "module", "state", "round"], dtype=object)
    return by_enterprise(view, steps.enterprise_states(view.facts, view.catalogue))
