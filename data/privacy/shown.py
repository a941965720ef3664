"""The values in tables of viewers with a threshold that are not plain numbers.

Each kind has a ``sign``. Layouts, which must not import `data`, use it to choose the words.
"""

import math
from functools import cache
from typing import Any, Self


class Under(int):
    """A count of enterprises that was rounded to 0: the true count is less than ``base``, possibly 0.

    It is the number 0, so every number calculated from it is calculated from shown numbers.
    """

    sign = "under"
    base: int

    def __new__(cls, base: int) -> Self:
        """A count under a base."""
        number = super().__new__(cls, 0)
        number.base = base
        return number

    def __str__(self) -> str:
        """The text in a table for machines."""
        return f"<{self.base}"

    __repr__ = __str__


@cache
def under(base: int) -> Under:
    """The one count under a base: tables have thousands of them."""
    return Under(base)


class Withheld(float):
    """A number that is not shown, since too few enterprises contribute to it.

    It is NaN, and every number calculated from it is withheld too.
    """

    sign = "withheld"
    __array_ufunc__ = None  # so numpy uses the operators of this class

    def __new__(cls) -> Self:
        """A number that is withheld."""
        return super().__new__(cls, "nan")

    def _withheld(self, _other: object) -> "Withheld":
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _withheld

    def __str__(self) -> str:
        """The text in a table for machines."""
        return "withheld"

    __repr__ = __str__


class About(int):
    """A sum that is not exact: each of its terms was multiplied by a noise factor."""

    sign = "about"


def significant(value: float, digits: int) -> float:
    """`value` rounded to a number of significant digits."""
    if not value or not math.isfinite(value):
        return value
    return float(f"{value:.{digits}g}")


def share(part: Any, whole: Any) -> float | None:
    """The share of two shown counts, at most 1; None if either is under the base."""
    return min(part, whole) / whole if part and whole else None
