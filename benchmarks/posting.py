"""The request of a page's callback, for benchmarks without a browser."""

from collections.abc import Sequence
from typing import Any

from layouts import ids
from layouts.parts.shell import CONTROLS

OVERVIEW = f"{ids.OVERVIEW_HEADLINES}.content"
"""A property the Overview's callback writes."""

HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate, br"}


def body(dependencies: Sequence[dict[str, Any]], output: str, search: str, path: str) -> dict[str, Any]:
    """The body for the callback of these `dependencies` that writes `output`, at an address and with empty filters."""
    (callback,) = (each for each in dependencies if output in each["output"].strip(".").split("..."))
    names = callback["output"].strip(".").split("...")
    written = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
    values: dict[str, Any] = {f"{ids.filter_control(name)}.value": [] for name in CONTROLS}
    values |= {f"{ids.ADDRESS}.search": search, f"{ids.ADDRESS}.pathname": path}
    inputs, state = (
        [{**each, "value": values.get(f"{each['id']}.{each['property']}")} for each in callback[kind]]
        for kind in ("inputs", "state")
    )
    return {
        "output": callback["output"],
        "outputs": written if callback["output"].startswith("..") else written[0],
        "inputs": inputs,
        "state": state,
        "changedPropIds": [f"{ids.ADDRESS}.search"],
        "parsedChangedPropsIds": [f"{ids.ADDRESS}.search"],
    }
