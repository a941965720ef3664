"""Trees of partners and places, laid out flat so that a query can join them."""

from sqlalchemy import CTE, select

from data import schema
from data.access import Slice
from data.facts import among


def partner_line(of: Slice) -> CTE:
    """Every partner with itself and each of its ancestors, as far as the viewer may see partners: partner, ancestor."""
    partner = schema.partner
    line = select(partner.c.code.label("partner"), partner.c.code.label("ancestor")).cte("line", recursive=True)
    above = (
        select(line.c.partner, partner.c.parent)
        .join(partner, partner.c.code == line.c.ancestor)
        .where(partner.c.parent.is_not(None))
    )
    line = line.union(above)
    return select(line).where(among(line.c.ancestor, of.visible_partners)).cte("visible_line")


def place_line() -> CTE:
    """Every place with itself and each place it lies in: place, ancestor."""
    place = schema.place
    line = select(place.c.code.label("place"), place.c.code.label("ancestor")).cte("place_line", recursive=True)
    above = (
        select(line.c.place, place.c.parent)
        .join(place, place.c.code == line.c.ancestor)
        .where(place.c.parent.is_not(None))
    )
    return line.union(above)
