"""dashboard → webhooks → analytics → rooms → rooms.hms, and never the other way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ["rooms", "analytics", "webhooks", "dashboard"]
PURE = [
    "instants", "durations", "intervals", "leaving", "activity", "people", "sums", "moments", "axis", "marks",
    "timeline", "thin_rows", "summary", "poll_results", "quality", "guardian", "viewing",
    "transcripts", "chats", "talk", "chapters", "playhead", "runs", "run_lanes", "run_moments",
]  # fmt: skip


def imports(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file}:{node.lineno} imports by relative path"
            yield node.lineno, node.module


def imported(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*.py")):
        for line, name in imports(file):
            yield f"{file.relative_to(ROOT)}:{line}", name


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_never_looks_up(layer: str) -> None:
    above = LAYERS[LAYERS.index(layer) + 1 :]
    wrong = [
        f"{where} imports {name}"
        for where, name in imported(ROOT / layer)
        if any(within(name, other) for other in [*above, "tests"])
    ]
    assert wrong == []


@pytest.mark.parametrize("part", ["hms", "simulator"])
def test_the_client_and_the_simulator_know_nothing_of_us_or_of_each_other(part: str) -> None:
    own = f"rooms.{part}"
    wrong = [
        f"{where} imports {name}"
        for where, name in imported(ROOT / "rooms" / part)
        if within(name, "django") or (any(within(name, layer) for layer in LAYERS) and not within(name, own))
    ]
    assert wrong == []


@pytest.mark.parametrize("module", PURE)
def test_arithmetic_is_pure(module: str) -> None:
    file = ROOT / "analytics" / f"{module}.py"
    names = [name for _, name in imports(file)]
    forbidden = ("django", "os", "time", "httpx", "rooms", "analytics.models", "analytics.queries")
    assert [name for name in names if any(within(name, bad) for bad in forbidden)] == []


@pytest.mark.parametrize("layer", LAYERS)
def test_migrations_depend_downwards_only(layer: str) -> None:
    above = set(LAYERS[LAYERS.index(layer) + 1 :])
    for file in (ROOT / layer / "migrations").glob("[0-9]*.py"):
        tree = ast.parse(file.read_text())
        named = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert not above & {name for name in named if isinstance(name, str)}, file
