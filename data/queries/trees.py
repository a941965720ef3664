"""Trees of partners and places, laid out flat so that a query can join them."""

from sqlalchemy import CTE, Table, select

from data import schema
from data.access import Slice
from data.facts import among


def partner_line(of: Slice) -> CTE:
    """Every partner with itself and each of its ancestors, as far as the viewer may see partners: code, ancestor."""
    line = _line(schema.partner)
    return select(line).where(among(line.c.ancestor, of.visible_partners)).cte("visible_line")


def place_line() -> CTE:
    """Every place with itself and each place it lies in: code, ancestor."""
    return _line(schema.place)


def _line(tree: Table) -> CTE:
    line = select(tree.c.code, tree.c.code.label("ancestor")).cte(f"{tree.name}_line", recursive=True)
    above = (
        select(line.c.code, tree.c.parent).join(tree, tree.c.code == line.c.ancestor).where(tree.c.parent.is_not(None))
    )
    return line.union(above)
