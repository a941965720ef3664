"""What the attack found stands under the tests, to be quoted: a test says it by `record_property("figures", …)`."""

from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The figures of all tests that have any."""
    reports = [each for outcome in ("passed", "failed") for each in terminalreporter.stats.get(outcome, [])]
    told = [text for each in reports for name, text in getattr(each, "user_properties", ()) if name == "figures"]
    if told:
        terminalreporter.section("figures of the attack")
        for text in told:
            terminalreporter.write_line(text)


@pytest.fixture
def figures(record_property: Any) -> Any:
    """Says a figure under the tests."""
    return lambda text: record_property("figures", text)
