"""The cockpit as parts that are swapped in place, and how much of them one answer may carry."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator

from dashboard.forms.live import Asked
from dashboard.live_room import SIZE, Here, Left, LiveRoom
from dashboard.parts import Part, anchor

MOST_BYTES: Final = 28_000
"""Of one update. What does not fit any more comes with the next: the page still says that it lacks it."""

ALWAYS: Final = ("head_sub", "state")
WHILE_ACTIVE: Final = ("seg", "roles")


@dataclass(frozen=True, slots=True)
class Rows:
    """One group of the table: its heading, its people, and the line that leads to the rest of them."""

    key: str
    head: Part
    rows: tuple[Part, ...]
    more: Part


def parts_of(live: LiveRoom, asked: Asked, *, acts: bool) -> dict[str, Any]:
    """`parts`: what stands on the page once. `groups`: of who is in. `gone`: who left. `pager`: the page shown.

    Of a room where nobody is in there is a head alone; what an end would do is told to who `acts`.
    """
    names = (*ALWAYS, *(WHILE_ACTIVE if live.is_active else ()), *(("endnote",) if live.is_active and acts else ()))
    fixed = {"asof": Part("asof", "live/_asof.html")}
    fixed |= {name: Part(f"live-{name.replace('_', '-')}", f"live/_{name}.html") for name in names}
    if not live.is_active:
        return {"parts": fixed, "groups": [], "gone": [], "pager": None, "found": 0}
    if asked.left:
        shown: Page[Left] = Paginator([one for one in live.left if asked.takes(one)], SIZE).get_page(asked.page)
        gone = [Part(f"g-{anchor(one.peer_id)}", "live/_gone.html", {"one": one}, "t-gone", "tbody") for one in shown]
        return {"parts": fixed, "groups": [], "gone": gone, "pager": shown, "found": shown.paginator.count}
    found = [one for one in live.here if asked.takes(one)]
    whole = asked.whole or asked.narrows
    page: Page[Here] = Paginator(found, SIZE if whole else max(len(found), 1)).get_page(asked.page)
    groups = [_rows(group) for group in live.groups(list(page), whole=whole)]
    return {"parts": fixed, "groups": groups, "gone": [], "pager": page, "found": len(found)}


def _rows(group: Any) -> Rows:
    context = {"group": group}
    return Rows(
        group.key,
        Part(f"h-{group.key}", "live/_group_head.html", context),
        tuple(
            Part(
                f"p-{anchor(one.peer_id)}",
                "live/_row.html",
                {"one": one, "group": group.key},
                f"t-{group.key}",
                "tbody",
            )
            for one in group.here
        ),
        Part(f"m-{group.key}", "live/_group_more.html", context),
    )


def all_parts(shown: dict[str, Any]) -> Iterator[Part]:
    yield from shown["parts"].values()
    for group in shown["groups"]:
        yield group.head
        yield from group.rows
        yield group.more
    yield from shown["gone"]


def within(swaps: Iterable[str], most: int = MOST_BYTES) -> str:
    """As many of the swaps as fit, those that delete first: they are short, and make room."""
    body: list[str] = []
    size = 0
    for swap in sorted(swaps, key=lambda one: 'hx-swap-oob="delete"' not in one[:80]):
        size += len(swap.encode())
        if size > most and body:
            break
        body.append(swap)
    return "".join(body)
