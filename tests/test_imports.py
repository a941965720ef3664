"""Imports point one way: dashboard → callbacks → layouts, callbacks → data."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

WEB = {"dash", "dash_bootstrap_components", "plotly", "flask"}
NEVER = {
    "data": WEB | {"callbacks", "layouts", "dashboard", "tests"},
    "layouts": {"sqlalchemy", "flask", "data", "callbacks", "dashboard", "tests"},
    "callbacks": {"sqlalchemy", "plotly", "dashboard", "tests"},
    "dashboard": {"tests"},
}


def imported(source: str) -> Iterator[str]:
    """The first name of every module a text imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports hide where they point"
            yield (node.module or "").split(".")[0]


def modules(layer: str) -> list[Path]:
    return sorted((ROOT / layer).rglob("*.py"))


def test_imports_are_found_inside_functions_too():
    assert list(imported("import a.b as c\ndef f():\n    from d.e import g\n")) == ["a", "d"]


@pytest.mark.parametrize("layer", NEVER)
def test_layer_imports_nothing_that_points_back(layer):
    paths = modules(layer)
    assert paths, f"there is no layer {layer}"
    against = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in paths
        for name in imported(path.read_text(encoding="utf-8"))
        if name in NEVER[layer]
    }
    assert not against


def test_every_folder_with_code_is_a_layer_with_rules():
    shipped = {path.parent.relative_to(ROOT).parts[0] for path in ROOT.glob("*/__init__.py")}
    assert shipped - {"tests"} == set(NEVER)


def test_tests_are_imported_by_no_module_under_their_own_names():
    """A helper of the tests is imported by its bare name, so that is looked for as well."""
    names = {path.stem for path in (ROOT / "tests").rglob("*.py")} - {"test_imports"}
    against = {
        f"{path.relative_to(ROOT)} imports {name}"
        for layer in NEVER
        for path in modules(layer)
        for name in imported(path.read_text(encoding="utf-8"))
        if name in names
    }
    assert not against
