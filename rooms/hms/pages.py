"""The three ways 100ms gives a list in pages (contract, x-pagination-styles), as lazy iterators.

Nothing is asked until the first page is wanted, and no page before the one in hand is used up. Every page
names the cursor of the next, so whoever stores a page can store its cursor with it and go on from there after
a crash.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rooms.hms.errors import UnreadableAnswer

T = TypeVar("T")

Fetch = Callable[[str], Mapping[str, Any]]
"""Asks for the page at a cursor ("" for the first) and gives the answer as received."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items and the cursor after them; `next` is "" on the last page."""

    items: list[T]
    next: str


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events as received, the cursor after them ("" on the last page), and how many all pages have together."""

    events: list[dict[str, Any]]
    next: str
    total: int | None


@dataclass(frozen=True, slots=True)
class NumberedPage(Generic[T]):
    """Some items, the number of their page, the number of the next (None on the last), and how many all have."""

    items: list[T]
    number: int
    next: int | None
    total: int | None


def by_last(
    fetch: Fetch, read: Callable[[Any], T], *, start: str, limit: int, items: tuple[str, ...] = ("data",)
) -> Iterator[Page[T]]:
    """Style "cursor": the items under the first of `items` that is there, the cursor under `last`.

    The end is a page with fewer items than its limit, without `last`, or without items (null or []).
    """
    while True:
        answer = fetch(start)
        found = _list_of(answer, *items)
        said = answer.get("limit")
        # A server that allows less than we asked for says so; its full page is not the last.
        size = min(limit, said) if isinstance(said, int) and said > 0 else limit
        following = _cursor_of(answer, "last", start) if len(found) >= size else ""
        yield Page([read(item) for item in found], following)
        if not following:
            return
        start = following


def by_snapshot(fetch: Fetch, *, start: str) -> Iterator[EventPage]:
    """Style "cursor-snapshot": the items under `events`, the cursor under `next`, the end an empty `next`.

    All pages show the moment of the first query; a cursor lives 24 h (EVENTS trap 37).
    """
    while True:
        answer = fetch(start)
        events = _list_of(answer, "events")
        if not all(isinstance(event, dict) for event in events):
            raise UnreadableAnswer("events: expected a list of objects")
        total = answer.get("total")
        following = _cursor_of(answer, "next", start)
        yield EventPage(events, following, total if isinstance(total, int) else None)
        if not following:
            return
        start = following


def by_number(
    fetch: Callable[[int], Mapping[str, Any]], read: Callable[[Any], T], *, page: int
) -> Iterator[NumberedPage[T]]:
    """Style "page-number": the items under `events`, from page `page` (the first is 1) on while `has_next`.

    An answer without `pagination` is the last.
    """
    while True:
        answer = fetch(page)
        about = answer.get("pagination") or {}
        if not isinstance(about, dict):
            raise UnreadableAnswer(f"pagination: expected an object, got {type(about).__name__}")
        pages, total = about.get("total_pages"), about.get("total_items")
        more = about.get("has_next") is True
        if more and isinstance(pages, int) and page >= pages:
            raise UnreadableAnswer(f"pagination: page {page} of {pages} has a next, the list would never end")
        found = [read(item) for item in _list_of(answer, "events")]
        yield NumberedPage(found, page, page + 1 if more else None, total if isinstance(total, int) else None)
        if not more:
            return
        page += 1


def check_limit(limit: int, *, least: int) -> None:
    """Raises ValueError unless `limit` is `least` to 100: how 100ms answers another one is not documented."""
    if not least <= limit <= 100:
        raise ValueError(f"limit must be {least} to 100, not {limit}")


def _list_of(answer: Mapping[str, Any], *keys: str) -> list[Any]:
    key = next((key for key in keys if answer.get(key) is not None), keys[0])
    found = answer.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        raise UnreadableAnswer(f"{key}: expected a list, got {type(found).__name__}")
    return found


def _cursor_of(answer: Mapping[str, Any], key: str, before: str) -> str:
    cursor = answer.get(key) or ""
    if not isinstance(cursor, str):
        raise UnreadableAnswer(f"{key}: expected text, got {type(cursor).__name__}")
    if cursor and cursor == before:
        raise UnreadableAnswer(f"{key}: the cursor does not move, the list would never end")
    return cursor
