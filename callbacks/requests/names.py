"""Names for codes, in the current language."""

from dataclasses import dataclass, field

import pandas as pd

from data.catalogue import Entry
from data.filters import OUTSIDE
from data.view import View
from layouts import words
from layouts.words import _


@dataclass(frozen=True)
class Names:
    """Names for the codes of a view. Names of enterprises are read when they are needed."""

    view: View
    enterprises: dict[str, Entry] = field(default_factory=dict)
    _found: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False, compare=False)

    def learn(self, frame: pd.DataFrame) -> None:
        """Read the names of all enterprises of a frame in one query."""
        if "enterprise" in frame:
            self.enterprises.update(self.view.enterprises(frame["enterprise"]))

    def of(self, table: str, code: str | None) -> str:
        """The name of a code. A name in the other language is marked."""
        if not code:
            return "–"
        if code == OUTSIDE:
            return _("outside what this link shows")
        at = (words.language(), table, code)
        if at in self._found:  # one name stands many times on a page
            return self._found[at]
        entry = self.enterprises.get(code) if table == "enterprise" else self.view.catalogue.table(table).get(code)
        if entry:
            name = words.marked(entry.name(at[0]), borrowed=entry.is_fallback(at[0]))
            return self._found.setdefault(at, name)
        if table == "enterprise" and self.view.nameable is not None:
            return _("Enterprise {n}", n=code.removeprefix("enterprise-"))
        return code

    def source(self, code: str | None) -> str:
        """The title of a source."""
        return self.of("source", code)

    def definition(self, indicator: str) -> str:
        """The definition of an indicator, in the other language where the current one has none."""
        columns = self.view.catalogue.indicator[indicator].columns
        definitions = (columns["definition_en"], columns["definition_zh"])
        first, second = definitions[::-1] if words.language() == "zh" else definitions
        return first or second or ""
