"""The state of one writing: the draws, the files, and the little that is remembered between rounds."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from data.demo.basics.chance import Chance
from data.demo.basics.demo_parts import Enterprise
from data.demo.basics.folder import Folder


@dataclass
class Tally:
    """What the published figures of the programme are counted from, by year."""

    enterprises: Counter[int] = field(default_factory=Counter)
    people: Counter[int] = field(default_factory=Counter)
    visits: Counter[int] = field(default_factory=Counter)
    provinces: Counter[str] = field(default_factory=Counter)


@dataclass
class Writing:
    """One writing of a programme with `enterprise_count` enterprises.

    ``returners`` are enterprises that may take part again, by province; ``rounds_named`` counts the rounds of one
    name.
    """

    chance: Chance
    folder: Folder
    enterprise_count: int
    enterprises_written: int = 0
    stories_written: int = 0
    rounds_named: Counter[str] = field(default_factory=Counter)
    returners: defaultdict[str, list[Enterprise]] = field(default_factory=lambda: defaultdict(list))
    tally: Tally = field(default_factory=Tally)
