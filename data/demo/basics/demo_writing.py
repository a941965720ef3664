"""The state of one run that writes a synthetic programme: random draws, files, and memory between rounds."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from data.demo.basics.chance import Chance
from data.demo.basics.demo_parts import Enterprise
from data.demo.basics.folder import Folder


@dataclass
class Tally:
    """Counts for the published figures: enterprises, people and visits by year, enterprises by province."""

    enterprises: Counter[int] = field(default_factory=Counter)
    people: Counter[int] = field(default_factory=Counter)
    visits: Counter[int] = field(default_factory=Counter)
    provinces: Counter[str] = field(default_factory=Counter)


@dataclass
class Writing:
    """The state of one run that writes a programme with `enterprise_count` enterprises.

    ``returners`` are enterprises that may take part again, by province. ``rounds_named`` counts rounds by name.
    """

    chance: Chance
    folder: Folder
    enterprise_count: int
    enterprises_written: int = 0
    stories_written: int = 0
    rounds_named: Counter[str] = field(default_factory=Counter)
    returners: defaultdict[str, list[Enterprise]] = field(default_factory=lambda: defaultdict(list))
    tally: Tally = field(default_factory=Tally)
