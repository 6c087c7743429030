"""Our modules as trees: what they define, what they import, and what a dotted name in one of them means."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("rooms", "analytics", "webhooks", "dashboard")
# The client and the simulated 100ms are what is used, not who uses it.
LEFT_OUT = ("rooms.hms", "rooms.simulator")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Module:
    """A module by its dotted name."""

    name: str
    tree: ast.Module

    @cached_property
    def defined(self) -> dict[str, Definition]:
        """Functions, classes and constants of the module's top level by their names."""
        found: dict[str, Definition] = {}
        for one in self.tree.body:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found[one.name] = one
            elif isinstance(one, ast.Assign | ast.AnnAssign):
                targets = one.targets if isinstance(one, ast.Assign) else [one.target]
                found |= {target.id: one for target in targets if isinstance(target, ast.Name)}
        return found

    @cached_property
    def imported(self) -> dict[str, str]:
        """What a name stands for, as a dotted path; imports inside functions are the module's too."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                found |= {alias.asname: alias.name for alias in node.names if alias.asname}
        return found


class Source:
    """All our modules. Places are written `module:name`, modules by their dotted names."""

    def __init__(self, root: Path = ROOT) -> None:
        self.modules = {module.name: module for module in _modules(root)}

    def places(self) -> Iterator[tuple[str, Module, Definition]]:
        """Every definition, by its place."""
        for module in self.modules.values():
            for name, definition in module.defined.items():
                yield f"{module.name}:{name}", module, definition

    def meaning(self, module: Module, parts: list[str]) -> str | None:
        """The place or the module that a dotted name comes to; None for what is not ours.

        What follows a place is an attribute of what stands there, and passed over.
        """
        found = self._within(module.name, parts[0])
        for part in parts[1:]:
            if found is None or ":" in found:
                break
            found = self._within(found, part)
        return found

    def _within(self, module_name: str, name: str) -> str | None:
        module = self.modules[module_name]
        if name in module.defined:
            return f"{module_name}:{name}"
        if name in module.imported:
            return self._at(module.imported[name])
        below = f"{module_name}.{name}"
        return below if below in self.modules else None

    def _at(self, dotted: str) -> str | None:
        if dotted in self.modules:
            return dotted
        parent, _, name = dotted.rpartition(".")
        holder = self._at(parent) if parent else None
        return self._within(holder, name) if holder and ":" not in holder else None


def dotted(node: ast.expr) -> list[str] | None:
    """`["a", "b", "c"]` of the expression `a.b.c`; None where it begins otherwise than with a name."""
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute) and (before := dotted(node.value)):
        return [*before, node.attr]
    return None


def _modules(root: Path) -> Iterator[Module]:
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            name = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
            if not any(name == left or name.startswith(f"{left}.") for left in LEFT_OUT) and "migrations" not in name:
                yield Module(name, ast.parse(file.read_text(), str(file)))
