"""The version of the rules by which numbers are made (docs/measures.md).

Version 1 counted a date known to the month or the year from its first day, an enrolment without a date of recruitment
always, and the headlines of :data:`REDEFINED` out of other wholes. Version 2 is docs/measures.md.
"""

from collections.abc import Mapping

RULES_VERSION = 2
"""The version of docs/measures.md. It is raised by one whenever a change of the rules changes a headline."""

REDEFINED: Mapping[int, tuple[str, ...]] = {
    2: ("women_trained", "visits", "modules_completed", "rounds", "partners"),
}
"""The headlines of which each version changed the definition itself, beyond how dates and enrolments count."""


def redefined_since(version: int) -> tuple[str, ...]:
    """The headlines whose definition was changed after a version of the rules, each once."""
    names = (name for later in sorted(REDEFINED) if later > version for name in REDEFINED[later])
    return tuple(dict.fromkeys(names))
