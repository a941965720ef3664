"""What stands in a table of a reader with a threshold where a plain number does not.

Each says by its ``sign`` what it is: layouts, which know nothing of data, write it by that.
"""

import math
from typing import Any, Self


class Under(int):
    """A count of enterprises that was rounded to none: it may be none, or fewer than ``base``.

    It is the number 0, so that whatever is worked out from it is worked out from shown numbers.
    """

    sign = "under"
    base: int

    def __new__(cls, base: int) -> Self:
        """A count under a base."""
        number = super().__new__(cls, 0)
        number.base = base
        return number

    def __str__(self) -> str:
        """As a table for machines has it."""
        return f"<{self.base}"

    __repr__ = __str__


class Withheld(float):
    """A number that is not shown, since too few enterprises make it.

    It is not a number (NaN), and whatever is calculated from it is withheld as well.
    """

    sign = "withheld"
    __array_ufunc__ = None  # numpy's numbers leave arithmetic with it to it

    def __new__(cls) -> Self:
        """A number that is withheld."""
        return super().__new__(cls, "nan")

    def _still(self, _other: object) -> "Withheld":
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _still

    def __str__(self) -> str:
        """As a table for machines has it."""
        return "withheld"

    __repr__ = __str__


class About(int):
    """A sum that is not exact: each term of it was changed by some per cent before it was summed."""

    sign = "about"


def significant(value: float, digits: int) -> float:
    """`value` rounded to so many significant digits."""
    if not value or not math.isfinite(value):
        return value
    return float(f"{value:.{digits}g}")


def share(part: Any, whole: Any) -> float | None:
    """The share of two shown counts, the part at most its whole; None where either is under the base."""
    return min(part, whole) / whole if part and whole else None
