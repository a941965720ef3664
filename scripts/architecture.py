"""Draws how the folders of the code import one another, as a mermaid diagram for docs/architecture.md.

    .venv/bin/python scripts/architecture.py

The diagram between the marks of the document is made anew; a test fails where it is out of date.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "architecture.md"
LAYERS = ("dashboard", "callbacks", "layouts", "data")
BEGIN, END = "<!-- made by scripts/architecture.py -->\n", "<!-- end -->"


def room(module: str) -> str:
    """The folder a module is drawn in: the layer, and the first folder below it."""
    layer, *rest = module.split(".")
    folder = rest[0] if rest and (ROOT / layer / rest[0]).is_dir() else ""
    return f"{layer}/{folder}" if folder else layer


def imports() -> Iterator[tuple[str, str]]:
    """Which folder imports which, once per import."""
    for layer in LAYERS:
        for path in (ROOT / layer).rglob("*.py"):
            here = room(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in LAYERS:
                    for alias in node.names:
                        yield here, room(f"{node.module}.{alias.name}")


def diagram() -> str:
    """The diagram: a box a folder, an arrow where one imports another often."""
    edges = Counter((here, there) for here, there in imports() if here != there)
    names = sorted({name for edge in edges for name in edge})
    lines = ["```mermaid", "flowchart TD"]
    for layer in LAYERS:
        lines.append(f"  subgraph {layer}")
        lines += [f'    {_id(name)}["{name}"]' for name in names if name.split("/")[0] == layer]
        lines.append("  end")
    lines += [f"  {_id(here)} --> {_id(there)}" for (here, there), n in sorted(edges.items()) if n >= FEWEST_IMPORTS]
    return "\n".join([*lines, "```\n"])


FEWEST_IMPORTS = 10


def _id(name: str) -> str:
    return name.replace("/", "_")


def written(document: str) -> str:
    """The document with the diagram made anew."""
    before, rest = document.split(BEGIN)
    _old, after = rest.split(END)
    return f"{before}{BEGIN}\n{diagram()}\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
