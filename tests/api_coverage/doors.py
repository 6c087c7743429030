"""The ways in: pages by their addresses, tasks, commands, and the admin."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from tests.api_coverage.source import Definition, Module, Source, dotted

URLS = "dashboard.urls"


def doors(source: Source) -> dict[str, set[str]]:
    """Place → what people and the schedule call it: "page `/rooms/`", "task `analytics.tasks.mirror`", …"""
    found: dict[str, set[str]] = defaultdict(set)
    for address, view in _pages(source, source.modules[URLS], "/"):
        found[view].add(f"page `{address}`")
    for place, module, definition in source.places():
        if _is_task(definition):
            found[place].add(f"task `{place.replace(':', '.')}`")
        elif ".management.commands." in module.name and place.endswith(":Command"):
            found[place].add(f"command `{module.name.rpartition('.')[2]}`")
        elif _is_admin(module, definition):
            found[place].add("the admin")
    return found


def _pages(source: Source, module: Module, prefix: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Call) and dotted(node.func) == ["path"] and len(node.args) >= 2):
            continue
        route, view = node.args[0], node.args[1]
        if not (isinstance(route, ast.Constant) and isinstance(route.value, str)):
            continue
        address = prefix + re.sub(r"<\w+:(\w+)>", r"<\1>", route.value)
        if isinstance(view, ast.Call) and dotted(view.func) == ["include"]:
            included = view.args[0]
            if isinstance(included, ast.Constant) and included.value in source.modules:
                yield from _pages(source, source.modules[included.value], address)
        elif (name := _view(view)) and (place := source.meaning(module, name)) and ":" in place:
            yield address, place


def _view(node: ast.expr) -> list[str] | None:
    """A function's name, or a class's before `.as_view(…)`; of a decorated view, what is decorated."""
    if isinstance(node, ast.Call):
        name = dotted(node.func)
        if name and name[-1] == "as_view":
            return name[:-1]
        return _view(node.args[0]) if node.args else None
    return dotted(node)


def _is_task(definition: Definition) -> bool:
    if not isinstance(definition, ast.FunctionDef):
        return False
    marks = [one.func if isinstance(one, ast.Call) else one for one in definition.decorator_list]
    return any((dotted(mark) or [""])[-1] in ("shared_task", "task") for mark in marks)


def _is_admin(module: Module, definition: Definition) -> bool:
    return module.name.endswith(".admin") and isinstance(definition, ast.ClassDef)
