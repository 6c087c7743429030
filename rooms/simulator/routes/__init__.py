"""One module per section of the contract, named as the section; each gives its routes for a world."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from rooms.simulator.exchange import Answer, Request, answer
from rooms.simulator.refusals import bad_query


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


def page(request: Request, items: Sequence[T], show: Callable[[T], dict[str, Any]], *, least: int = 10) -> Answer:
    """One page of `items`: `limit`, `data`, `last` (the contract's cursor style).

    `start` is the id the page before ended with. Nothing found is a null, as Go writes an empty list; clients
    must know that. Raises Refused (400) for a limit outside `least` to 100 or a `start` that is no id of the list.
    """
    limit, chosen, last = part(request, items, least=least)
    return answer({"limit": limit, "data": [show(item) for item in chosen] or None, "last": last})


def part(request: Request, items: Sequence[T], *, least: int) -> tuple[int, Sequence[T], str]:
    """The limit asked for, the items of the page and the id of the last (empty without any). Raises as `page`."""
    limit = request.number("limit", 10, least, 100)
    start = request.text("start")
    begin = 0
    if start is not None:
        begin = next((number for number, item in enumerate(items, 1) if item.id == start), 0)
        if not begin:
            raise bad_query("start is not an id of this list")
    chosen = items[begin : begin + limit]
    return limit, chosen, chosen[-1].id if chosen else ""
