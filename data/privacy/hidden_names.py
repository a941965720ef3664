"""Names of enterprises in free texts. A viewer who may not see a name must not read it in a note or a title either."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

_LEGAL_FORM = re.compile(
    r"[\s,]*(?:\b(?:co|company|corp|corporation|inc|limited|llc|ltd|plc|gmbh)\b[\s.,]*)+$"
    r"|(?:股份有限公司|有限责任公司|有限公司|公司)$"
)
_SHORTEST = 2  # minimum characters of a name without its legal form


def spelled(name: str) -> str:
    """A name or text in normal form for comparison: one character width, one case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def called(names: Iterable[str | None]) -> frozenset[str]:
    """The forms of some names in a text: each name, and the name without its legal form."""
    forms = set()
    for name in filter(None, names):
        whole = spelled(name)
        short = _LEGAL_FORM.sub("", whole)
        forms |= {whole, short} if len(short) >= _SHORTEST else {whole}
    return frozenset(forms)


def mentions(text: str | None, names: Iterable[str]) -> bool:
    """Does `text` contain one of `names` (as :func:`called` returns them), not only as part of a longer Latin word?"""
    if not text:
        return False
    normal = spelled(text)
    return any(name in normal and _is_whole_word(name, normal) for name in names)


class NameIndex:
    """An index of names and their owners. It searches a text without trying every name: there may be 100,000."""

    def __init__(self, names: Mapping[str, Iterable[str | None]]) -> None:
        self._owners: dict[str, list[str]] = {}
        lengths: dict[str, set[int]] = {}
        for owner, own_names in names.items():
            for name in called(own_names):
                self._owners.setdefault(name, []).append(owner)
                lengths.setdefault(name[:_SHORTEST], set()).add(len(name))
        self._lengths = {start: sorted(of_start) for start, of_start in lengths.items()}

    def owners(self, text: str | None) -> Iterator[str]:
        """The owners of the names in a text, by the same rule as :func:`mentions`."""
        normal = spelled(text or "")
        for at in range(len(normal)):
            for start in {normal[at : at + 1], normal[at : at + _SHORTEST]}:
                for length in self._lengths.get(start, ()):
                    name = normal[at : at + length]
                    if name in self._owners and _is_whole_word(name, normal):
                        yield from self._owners[name]


def _is_whole_word(name: str, text: str) -> bool:
    # Chinese has no spaces between words. Only a Latin letter next to a Latin letter makes a longer word.
    start = r"(?<![a-z0-9])" if name[0].isascii() and name[0].isalnum() else ""
    end = r"(?![a-z0-9])" if name[-1].isascii() and name[-1].isalnum() else ""
    return re.search(start + re.escape(name) + end, text) is not None
