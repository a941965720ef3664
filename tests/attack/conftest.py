"""Prints the figures of the attack under the test run; a test adds one with `record_property("figures", …)`."""

from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the figures of all tests that recorded any."""
    reports = [each for outcome in ("passed", "failed") for each in terminalreporter.stats.get(outcome, [])]
    told = [text for each in reports for name, text in getattr(each, "user_properties", ()) if name == "figures"]
    if told:
        terminalreporter.section("figures of the attack")
        for text in told:
            terminalreporter.write_line(text)


@pytest.fixture
def figures(record_property: Any) -> Any:
    """Records a figure to be printed under the test run."""
    return lambda text: record_property("figures", text)
