"""Import directions: dashboard → callbacks → layouts, callbacks → data."""

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import exhibits
from layouts import exhibits as looks
from layouts.exhibits import PICTURES

ROOT = Path(__file__).resolve().parent.parent

WEB = {"dash", "dash_bootstrap_components", "plotly", "flask"}
NEVER = {
    "data": WEB | {"callbacks", "layouts", "dashboard", "tests"},
    "layouts": {"sqlalchemy", "flask", "data", "callbacks", "dashboard", "tests"},
    "callbacks": {"sqlalchemy", "plotly", "dashboard", "tests"},
    "dashboard": {"tests"},
}

LEAVES = {"data.vocabulary"}
"""Modules every layer may import; they import no module of the project."""

CODES = frozenset(PICTURES)
HOLDING_A_CODE = re.compile(r"(code|exhibit|picture|slide)$")


def imported(source: str) -> Iterator[str]:
    """Every module a source text imports, at any level."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports hide where they point"
            yield node.module or ""


def modules(layer: str) -> list[Path]:
    return sorted((ROOT / layer).rglob("*.py"))


def test_imports_inside_functions_are_detected():
    assert list(imported("import a.b as c\ndef f():\n    from d.e import g\n")) == ["a.b", "d.e"]


@pytest.mark.parametrize("layer", NEVER)
def test_no_layer_imports_a_higher_layer(layer):
    paths = modules(layer)
    assert paths, f"there is no layer {layer}"
    against = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in paths
        for name in imported(path.read_text(encoding="utf-8"))
        if name.split(".")[0] in NEVER[layer] and name not in LEAVES
    }
    assert not against


def test_every_code_folder_is_a_layer_with_import_rules():
    shipped = {path.parent.relative_to(ROOT).parts[0] for path in ROOT.glob("*/__init__.py")}
    assert shipped - {"tests"} == set(NEVER)


def test_no_production_module_imports_a_test_module():
    """A test helper is imported by its bare name, so this name is searched for too."""
    names = {path.stem for path in (ROOT / "tests").rglob("*.py")} - {"test_imports"}
    against = {
        f"{path.relative_to(ROOT)} imports {name}"
        for layer in NEVER
        for path in modules(layer)
        for name in imported(path.read_text(encoding="utf-8"))
        if name.split(".")[0] in names
    }
    assert not against


# ---- the folders


def test_leaf_module_imports_no_module_of_the_project():
    names = {name.split(".")[0] for name in imported((ROOT / "data" / "vocabulary.py").read_text(encoding="utf-8"))}
    assert not names & (set(NEVER) | {"pandas", "numpy"})


def test_every_exhibit_has_a_data_file_and_a_layout_file_of_one_name():
    halves = [
        {path.stem for path in (ROOT / layer / "exhibits").glob("*.py")} - {"__init__"} for layer in ("data", "layouts")
    ]
    assert halves[0] == halves[1]
    assert len(halves[0]) == len(exhibits.ALL) == len(looks.ALL)


def test_module_names_are_unique_except_the_two_files_of_an_exhibit():
    names = [path.stem for layer in NEVER for path in modules(layer) if path.parent.name != "exhibits"]
    names = [name for name in names if not name.startswith("__")]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_folders_have_about_a_dozen_files():
    sizes = {
        folder: len(list(folder.glob("*.py")))
        for layer in NEVER
        for folder in {path.parent for path in modules(layer)}
        if folder.name != "exhibits"
    }
    assert {str(folder.relative_to(ROOT)): n for folder, n in sizes.items() if n > MOST_FILES} == {}


MOST_FILES = 16


def codes_compared(source: str) -> list[str]:
    """The places where an exhibit's code is compared with a string, or looked up in a table of codes."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            texts = {each.value for side in sides for each in ast.walk(side) if isinstance(each, ast.Constant)}
            if any(HOLDING_A_CODE.search(ast.unparse(side)) for side in sides) and texts & CODES:
                found.append(f"{node.lineno}: {ast.unparse(node)}")
        elif isinstance(node, ast.Dict):
            keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            if len(keys & CODES) > 2:
                found.append(f"{node.lineno}: a table of codes")
    return found


def test_comparisons_with_exhibit_codes_are_detected():
    assert codes_compared('if slide.exhibit == "pairs": pass')
    assert codes_compared('x = code in ("matrix", "pairs")')
    assert codes_compared('x = {"matrix": 1, "pairs": 2, "change": 3}')
    assert not codes_compared('x = row["pairs"] == 1')


@pytest.mark.parametrize("layer", NEVER)
def test_no_module_branches_on_an_exhibit_code(layer):
    against = {str(path.relative_to(ROOT)): codes_compared(path.read_text(encoding="utf-8")) for path in modules(layer)}
    assert {path: found for path, found in against.items() if found} == {}


def test_the_picture_of_the_architecture_is_made_of_these_imports():
    script = runpy.run_path(str(ROOT / "scripts" / "architecture.py"))
    document = script["DOCUMENT"].read_text(encoding="utf-8")
    assert script["written"](document) == document, "run .venv/bin/python scripts/architecture.py"
