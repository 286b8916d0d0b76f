"""The house rules that a machine can hold: imports go one way, names are pinned, nothing reaches out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import embeddings
import qa

ROOT = Path(__file__).resolve().parent.parent
LEVELS = [
    {"qa.types", "qa.errors", "qa.settings"},
    {"qa.text", "qa.dates", "qa.places", "qa.words", "qa.kinds", "qa.expectation", "qa.models"},
    {"qa.reading"},
    {"qa.parsing"},
    {"qa.storage", "qa.store", "qa.lexical", "qa.vectors", "qa.backend"},
    {
        "qa.indexing",
        "qa.embedded",
        "qa.milvus",
        "qa.background",
        "qa.catalogue",
        "qa.followup",
        "qa.query",
        "qa.retrieval",
    },
    {"qa.answering"},
    {"qa.library", "qa.opening", "qa.arguments"},
    {"qa.evaluation"},
    {"qa.ui", "qa.cli", "qa.command_options", "qa.terminal", "qa.__main__"},
]
DRAWING = ("qa.ui", "qa.cli", "qa.terminal", "qa.__main__")


def modules() -> Iterator[tuple[str, Path]]:
    for folder in ("qa", "embeddings"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def room(module: str) -> str | None:
    return next((r for level in LEVELS for r in level if module == r or module.startswith(r + ".")), None)


def level(module: str) -> int | None:
    found = room(module)
    return next((i for i, rooms in enumerate(LEVELS) if found in rooms), None)


def imports(path: Path) -> Iterator[str]:
    """What is imported when the module is, `TYPE_CHECKING` blocks and function bodies left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize(("module", "path"), list(modules()))
def test_a_module_imports_only_from_its_own_room_or_lower_levels(module: str, path: Path) -> None:
    for name in imports(path):
        if module.startswith("embeddings"):
            assert not name.startswith("qa"), f"{module} imports {name}"
        elif name.startswith("qa.") and room(name) != room(module):
            assert level(module) is not None, f"{module} has no level"
            assert level(name) is not None, f"{name} has no level"
            assert level(name) <= level(module), f"{module} imports {name} from a higher level"


@pytest.mark.parametrize(("module", "path"), list(modules()))
def test_only_the_rooms_that_draw_print(module: str, path: Path) -> None:
    if module.startswith(DRAWING) or ".training" in module:
        return
    calls = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
    assert not [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"], module


@pytest.mark.parametrize(("module", "path"), list(modules()))
def test_nothing_unpickles_or_evaluates_what_it_reads(module: str, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for banned in ("pickle.load", "marshal.load", "yaml.load(", "eval(", "exec(", "allow_pickle=True"):
        assert banned not in text.replace("model.eval(", "").replace(".eval()", ""), f"{module} uses {banned}"


def test_the_public_names_are_pinned_and_sorted() -> None:
    assert qa.__all__ == ["Answer", "BulletinQAError", "Citation", "Hit", "Library", "Settings", "retrieve"]
    order = sorted(embeddings.__all__, key=lambda name: (not name.isupper(), not name[0].isupper(), name))
    assert list(embeddings.__all__) == order
    for name in qa.__all__:
        assert getattr(qa, name) is not None
    for name in embeddings.__all__:
        assert getattr(embeddings, name) is not None


def test_files_stay_short_enough_to_read_in_one_go() -> None:
    long = {module: n for module, path in modules() if (n := len(path.read_text("utf-8").splitlines())) > 420}
    assert not long


def test_the_top_level_holds_what_was_agreed() -> None:
    agreed = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "app.py"}
    agreed |= {"seeds", "qa", "embeddings", "tests"}
    found = {
        p.name for p in ROOT.iterdir() if not p.name.startswith(".") and not p.name.endswith(".egg-info")
    }
    assert found - {"build", "dist"} <= agreed
