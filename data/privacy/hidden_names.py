"""Does a free text name somebody? Whoever may not see a name may not read it in a note or a title either."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

_LEGAL_FORM = re.compile(
    r"[\s,]*(?:\b(?:co|company|corp|corporation|inc|limited|llc|ltd|plc|gmbh)\b[\s.,]*)+$"
    r"|(?:股份有限公司|有限责任公司|有限公司|公司)$"
)
_SHORTEST = 2  # letters that still are a name once its legal form is taken off


def spelled(name: str) -> str:
    """A name or text as it is compared: one width, one case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def called(names: Iterable[str | None]) -> frozenset[str]:
    """What those with these names may be called in a text: the name, and the name without its legal form."""
    found = set()
    for name in filter(None, names):
        whole = spelled(name)
        short = _LEGAL_FORM.sub("", whole)
        found |= {whole, short} if len(short) >= _SHORTEST else {whole}
    return frozenset(found)


def mentions(text: str | None, names: Iterable[str]) -> bool:
    """Does `text` hold one of `names` (as :func:`called` gives them), not merely as a part of a longer Latin word?"""
    if not text:
        return False
    plain = spelled(text)
    return any(name in plain and _stands_alone(name, plain) for name in names)


class NameIndex:
    """Names with whose they are, found in a text without trying each: there may be a hundred thousand."""

    def __init__(self, names: Mapping[str, Iterable[str | None]]) -> None:
        self._owners: dict[str, list[str]] = {}
        lengths: dict[str, set[int]] = {}
        for owner, each in names.items():
            for name in called(each):
                self._owners.setdefault(name, []).append(owner)
                lengths.setdefault(name[:_SHORTEST], set()).add(len(name))
        self._lengths = {start: sorted(found) for start, found in lengths.items()}

    def owners(self, text: str | None) -> Iterator[str]:
        """Who is named in a text, as :func:`mentions` finds it."""
        plain = spelled(text or "")
        for at in range(len(plain)):
            for start in {plain[at : at + 1], plain[at : at + _SHORTEST]}:
                for length in self._lengths.get(start, ()):
                    name = plain[at : at + length]
                    if name in self._owners and _stands_alone(name, plain):
                        yield from self._owners[name]


def _stands_alone(name: str, text: str) -> bool:
    # Chinese runs on without blanks: only a Latin letter beside a Latin letter makes a longer word.
    start = r"(?<![a-z0-9])" if name[0].isascii() and name[0].isalnum() else ""
    end = r"(?![a-z0-9])" if name[-1].isascii() and name[-1].isalnum() else ""
    return re.search(start + re.escape(name) + end, text) is not None
