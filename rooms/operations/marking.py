"""The mark of an operation: no actor, no change."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from rooms.access import Action
from rooms.actors import permit

P = ParamSpec("P")
R = TypeVar("R")

OPERATIONS: Final[dict[str, Callable[..., Any]]] = {}
"""All operations by module and name: "rooms.create"."""


def operation(needs: Action) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Marks what changes something. Before it runs, its `actor` is checked against the policy, in its `room` if any.

    Raises `NoActor` and `NotPermitted` before anything is done. All arguments go by keyword.
    """

    def mark(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            room: Any = kwargs.get("room")
            permit(kwargs.get("actor"), needs, room)
            return function(*args, **kwargs)

        OPERATIONS[f"{function.__module__.rpartition('.')[2]}.{function.__name__}"] = checked
        return checked

    return mark
