"""No operation runs without an actor, or for one who may not."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User

import rooms.operations
from rooms.actors import NoActor, NotPermitted
from rooms.models import AuditEntry, Room
from rooms.operations.marking import OPERATIONS

MODULES = [name for _, name, _ in pkgutil.iter_modules(rooms.operations.__path__) if name != "marking"]
for name in MODULES:
    importlib.import_module(f"rooms.operations.{name}")


@pytest.mark.parametrize("module", MODULES)
def test_every_public_function_of_the_operations_is_marked(module: str) -> None:
    file = Path(rooms.operations.__path__[0]) / f"{module}.py"
    public = [
        node.name
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]

    assert [name for name in public if f"{module}.{name}" not in OPERATIONS] == []


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_takes_its_actor_by_keyword(name: str) -> None:
    parameters = inspect.signature(OPERATIONS[name]).parameters

    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert parameters["actor"].default is inspect.Parameter.empty


def arguments(name: str, **given: Any) -> dict[str, Any]:
    """Something for every argument: the actor is looked at before any of it."""
    return dict.fromkeys(inspect.signature(OPERATIONS[name]).parameters, "anything") | given


@pytest.mark.parametrize("actor", [None, "", "ikram", AnonymousUser(), User(username="not-saved")])
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_no_operation_runs_without_an_actor(name: str, actor: object, db: None) -> None:
    with pytest.raises(NoActor):
        OPERATIONS[name](**arguments(name, actor=actor))

    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_no_operation_runs_for_a_stranger_or_an_observer(
    name: str, mallory: User, olive: User, sam: User, physics: Room
) -> None:
    for actor in (mallory, olive, sam):
        with pytest.raises(NotPermitted):
            OPERATIONS[name](**arguments(name, actor=actor, room=physics))

    assert not AuditEntry.objects.exists()
