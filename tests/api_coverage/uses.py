"""Which definition uses which other, and which operation of 100ms."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from rooms.hms import operations
from tests.api_coverage.source import ROOT, Definition, Module, Source, dotted

RESOURCES = ROOT / "rooms" / "hms" / "resources"
CLIENT = "rooms.connection:client"


def methods(folder: Path = RESOURCES) -> dict[tuple[str, str], str]:
    """(resource, method) → operation: the marked methods, and those beside them that ask through one of them."""
    marked = {(name.partition(".")[0], name.partition(".")[2]): one for one, name in operations().items()}
    found = dict(marked)
    for resource in {resource for resource, _ in marked}:
        asks = _asking(ast.parse((folder / f"{resource}.py").read_text()))
        for method in asks:
            through = {marked[resource, one] for one in _joined(method, asks) if (resource, one) in marked}
            if (resource, method) not in marked and len(through) == 1:
                [found[resource, method]] = through
    return found


def _asking(tree: ast.Module) -> dict[str, set[str]]:
    """Public method → the public methods of its class that it calls on itself."""
    found: dict[str, set[str]] = {}
    for section in (one for one in tree.body if isinstance(one, ast.ClassDef)):
        if any(isinstance(base, ast.Name) and base.id == "Resource" for base in section.bases):
            for method in (one for one in section.body if isinstance(one, ast.FunctionDef)):
                called = {name[1] for node in ast.walk(method) if (name := _own(node))}
                found[method.name] = {name for name in called if not name.startswith("_")}
    return {name: called & set(found) for name, called in found.items() if not name.startswith("_")}


def _own(node: ast.AST) -> list[str] | None:
    name = dotted(node) if isinstance(node, ast.Attribute) else None
    return name if name and name[0] == "self" and len(name) == 2 else None


def _joined(start: str, asks: dict[str, set[str]]) -> set[str]:
    """All that hang together with it, whichever asks the other: `pages` asks through `raw_pages`, `list` by `pages`."""
    seen, left = set(), [start]
    while left:
        one = left.pop()
        if one not in seen:
            seen.add(one)
            left += [*asks[one], *(other for other, called in asks.items() if one in called)]
    return seen


class Uses:
    """`by` place: the places and modules it uses; `operations` by place: the operations of 100ms it sends itself."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._methods = methods()
        self._resources = {resource for resource, _ in self._methods}
        self.by: dict[str, set[str]] = {}
        self.operations: dict[str, set[str]] = defaultdict(set)
        for place, module, definition in source.places():
            self.by[place] = self._used(module, definition) - {place}
            if sent := set(self._sent(module, definition)):
                self.operations[place] = sent

    def users(self) -> dict[str, set[str]]:
        """Place → the places that use it. Who takes a whole module as a value uses all that it defines."""
        found: dict[str, set[str]] = defaultdict(set)
        for user, used in self.by.items():
            for one in used:
                whole = [] if ":" in one else [f"{one}:{name}" for name in self._source.modules[one].defined]
                for place in [one] if ":" in one else whole:
                    found[place].add(user)
        return found

    def _used(self, module: Module, definition: Definition) -> set[str]:
        own = _local(definition)
        found = set()
        for name in _names(definition):
            if name[0] not in own and (meant := self._source.meaning(module, name)):
                found.add(meant)
        return found

    def _sent(self, module: Module, definition: Definition) -> Iterator[str]:
        clients, resources = self._held(module, definition)
        for node in ast.walk(definition):
            if isinstance(node, ast.Attribute):
                base = node.value
                if isinstance(base, ast.Name) and base.id in resources:
                    resource = resources[base.id]
                elif isinstance(base, ast.Attribute) and self._is_client(module, base.value, clients):
                    resource = base.attr
                else:
                    continue
                if operation := self._methods.get((resource, node.attr)):
                    yield operation

    def _held(self, module: Module, definition: Definition) -> tuple[set[str], dict[str, str]]:
        """Names that hold a client, and names that hold a section of one."""
        clients, resources = set(), {}
        for node in ast.walk(definition):
            if isinstance(node, ast.arg) and node.annotation and ast.unparse(node.annotation).endswith("Client"):
                clients.add(node.arg)
        for node in ast.walk(definition):
            for name, value in _assigned(node):
                if self._is_client(module, value, clients):
                    clients.add(name)
                elif isinstance(value, ast.Attribute) and self._is_client(module, value.value, clients):
                    resources[name] = value.attr
        return clients, resources

    def _is_client(self, module: Module, node: ast.expr, clients: set[str]) -> bool:
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            return name is not None and self._source.meaning(module, name) == CLIENT
        if isinstance(node, ast.BoolOp):
            return any(self._is_client(module, value, clients) for value in node.values)
        if isinstance(node, ast.Attribute):
            return isinstance(node.value, ast.Name) and node.value.id == "self" and node.attr.lstrip("_") == "client"
        return isinstance(node, ast.Name) and node.id in clients


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=False))
            yield from ((name.id, value) for name, value in pairs if isinstance(name, ast.Name))
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value
    elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
        yield node.optional_vars.id, node.context_expr


def _local(definition: Definition) -> set[str]:
    """Names that mean something of the definition's own; an import inside it is the module's."""
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        return set()
    found = {node.arg for node in ast.walk(definition) if isinstance(node, ast.arg)}
    return found | {
        node.id for node in ast.walk(definition) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _names(definition: Definition) -> Iterator[list[str]]:
    """Every dotted name in it, each at its full length."""
    inner = set()
    for node in ast.walk(definition):
        if isinstance(node, ast.Attribute | ast.Name) and id(node) not in inner:
            whole: ast.expr = node
            while isinstance(whole, ast.Attribute):
                whole = whole.value
                inner.add(id(whole))
            if name := dotted(node):
                yield name
