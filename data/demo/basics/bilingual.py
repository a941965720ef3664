"""Names in both languages."""

from typing import NamedTuple


class Named(NamedTuple):
    """A name in both languages."""

    en: str
    zh: str
