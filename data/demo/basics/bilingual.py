"""Names in English and Chinese."""

from typing import NamedTuple


class Named(NamedTuple):
    """A name in English and Chinese."""

    en: str
    zh: str
