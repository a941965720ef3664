"""What the slide show says of itself, in the language spoken: keys, buttons, signs."""

from layouts.words import _

KEYS = (
    ("→", "next"), ("←", "previous"), ("Home", "first"), ("End", "last"), ("1 2 …", "jump"), ("I", "index"),
    ("F", "full_screen"), ("B", "blank"), ("L", "language"), ("D", "both"), ("T", "table"), ("S", "filters"),
    ("A", "play"), ("+ −", "interval"), ("P", "speaker"), ("?", "help"), ("Esc", "close"),
)  # fmt: skip
"""Keys and what each does, as the show's help lists them."""


def words() -> dict[str, str]:
    """Every word of the interface by its name; the page fills in what stands in braces."""
    return {
        "controls": _("Controls of the show"),
        "next": _("Next slide"),
        "previous": _("Previous slide"),
        "first": _("First slide"),
        "last": _("Last slide"),
        "jump": _("Type a number: go to that slide"),
        "index": _("All slides"),
        "full_screen": _("Full screen"),
        "blank": _("Blank screen"),
        "language": _("Other language"),
        "both": _("Both languages"),
        "table": _("The same numbers as a table"),
        "numbers": _("Table"),
        "unknown": _("not on record"),
        "filters": _("Filters"),
        "play": _("Play by itself"),
        "pause": _("Pause"),
        "interval": _("Faster or slower"),
        "playing": _("A new slide every {seconds} seconds"),
        "speaker": _("Speaker's window"),
        "help": _("Keys"),
        "close": _("Close; at last leave the show"),
        "close_this": _("Close"),
        "chosen": _("{n} chosen"),
        "apply": _("Apply"),
        "reset": _("Reset"),
        "as_of": _("As of"),
        "deck": _("Deck"),
        "standard": _("Standard deck"),
        "slide": _("Slide {at} of {all}"),
        "loading": _("Loading the slides …"),
        "reloading": _("Loading; the slides shown are still the old ones"),
        "reloaded": _("The slides are filtered now"),
        "loaded": _("Loaded: works offline"),
        "offline": _("No network: the show goes on"),
        "failed": _("The slides could not be loaded. Those shown are the old ones."),
        "unloaded": _("The slides could not be loaded. Check the network and reload the page."),
        "blocked": _("The browser kept the speaker's window shut: allow pop-up windows for this page."),
        "blanked": _("The screen is blank"),
        "now": _("Now"),
        "then": _("Next"),
        "end": _("End of the show"),
        "notes": _("Notes"),
        "no_notes": _("No notes for this slide"),
        "behind": _("The n behind each number"),
        "sources": _("Sources"),
        "timer": _("Timer"),
        "start": _("Start"),
        "start_over": _("Back to zero"),
        "clock": _("Clock"),
        "waiting": _("Waiting for the show: open this window from it with P."),
    }
