"""Rounds: their places, owner and planned modules, and their rows."""

from collections.abc import Sequence
from datetime import date, timedelta

from data.demo.basics.bilingual import Named
from data.demo.basics.chance import Chance
from data.demo.basics.demo_parts import Round, Workshop
from data.demo.basics.demo_writing import Writing
from data.demo.basics.form_gaps import as_written, only_months
from data.demo.basics.programme_dates import AS_OF, PHASES
from data.demo.setting.demo_modules import ROUTES
from data.demo.setting.demo_partners import BUYER_OWNERS, PARTNERS, PROVIDERS, Partner, draw_owner
from data.demo.setting.demo_places import EXPANSION, PLACES, PROVINCES, ROLL_OUT_PROVINCES, Place, draw_below
from data.demo.setting.growth import is_roll_out

SEVERAL_PLACES = 0.25  # of buyers' rounds; a real one had four factories in four provinces


def draw_round(writing: Writing, start: date, size: int) -> Round:
    """Draw the route, owner, places and name of a round with this planned start."""
    chance = writing.chance
    route = chance.weighted(ROUTES)
    province_weights = {code: province.weight for code, province in PROVINCES.items() if province.since <= start.year}
    roll_out = is_roll_out(size)
    weights = ROLL_OUT_PROVINCES if roll_out else province_weights
    province = chance.weighted(weights) if size else chance.pick(EXPANSION)
    owner = draw_owner(chance, route, province, start)
    if roll_out or not size:
        places = [province]
    elif owner in BUYER_OWNERS and chance.happens(SEVERAL_PLACES):
        places = chance.several(province_weights, chance.whole(2, 4))
    else:
        places = [draw_below(chance, province)]
    label = owner if len(places) > 1 else _slug(places[0]) + ("-roll-out" if roll_out else "")
    writing.rounds_named[label] += 1
    number = writing.rounds_named[label]
    subject = PARTNERS[owner] if len(places) > 1 else PLACES[places[0]]
    return Round(
        code=f"{label}-{number}",
        name=_name(subject, number, roll_out=roll_out),
        number=number,
        phase=_phase(chance, start),
        places=tuple(places),
        owner=owner,
        route=route,
        start=start,
        size=size,
    )


def _slug(place: str) -> str:
    return PLACES[place].en.lower().replace(" (", "-").replace(")", "")


def _name(subject: Place | Partner, number: int, *, roll_out: bool) -> Named:
    if roll_out:
        return Named(f"{subject.en}: roll-out {number}", f"{subject.zh}：推广第{number}批")
    return Named(f"{subject.en}: batch {number}", f"{subject.zh}：第{number}批")


def _phase(chance: Chance, start: date) -> str:
    """The phase of a round. The date alone does not decide it: in the last months of Phase II both are possible."""
    if start < PHASES["phase-2"].starts_on:
        return "phase-1"
    return "phase-3" if start >= PHASES["phase-3"].starts_on and chance.happens(0.7) else "phase-2"


def write_round(writing: Writing, round_: Round, groups: Sequence[Sequence[Workshop]]) -> None:
    """Write the round with its plan, its actual dates, its places and its partners."""
    chance = writing.chance
    workshops = [workshop for group in groups for workshop in group] if round_.size else []
    held = [workshop.held_on for workshop in workshops if workshop.held_on is not None]
    ended_on = None
    if held and len(held) == len(workshops) and max(held) + timedelta(220) <= AS_OF:
        ended_on = max(held) + timedelta(chance.whole(150, 220))
    months = only_months(chance, round_.start)
    planned_end = round_.start + timedelta(200 + 150 * (len(round_.route) - 1))
    # Plans are not corrected afterwards: ten may be planned and four may come.
    planned = max(1, (round_.size or 5) + chance.pick((-1, 0, 0, 0, 0, 1, 2, 5)))
    writing.folder.add("round", {
        "code": round_.code, "name_en": round_.name.en, "name_zh": round_.name.zh, "phase": round_.phase,
        "number": round_.number, "planned_enterprises": planned,
        "planned_start": as_written(round_.start, months=months),
        "planned_end": as_written(planned_end, months=months),
        "started_on": as_written(min(held, default=None), months=months),
        "ended_on": as_written(ended_on, months=months), "source": "plans",
    })  # fmt: skip
    for place in round_.places:
        writing.folder.add("round_place", {"round": round_.code, "place": place})
    for partner, role in _partners(chance, round_.owner):
        row = {"round": round_.code, "partner": partner, "role": role, "source": "plans"}
        writing.folder.add("round_partner", row)


def _partners(chance: Chance, owner: str) -> list[tuple[str, str]]:
    """Partners and their roles: the owner, often a provider and a funder, sometimes a sponsor."""
    partners = [(owner, "owner")]
    if chance.happens(0.75):
        partners.append((chance.pick(PROVIDERS), "provider"))
    if owner == "buyer-a" and chance.happens(0.5):
        partners.append(("buyer-a-member", "sponsor"))
    elif chance.happens(0.15):
        partners.append((chance.pick(("association-textile", "association-machinery", "vehicle-group")), "sponsor"))
    partners += [(donor, "funder") for donor, share in (("donor-1", 0.7), ("donor-2", 0.45)) if chance.happens(share)]
    return partners
