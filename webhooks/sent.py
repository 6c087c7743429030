"""What 100ms says it sent, beside what is here, event by event (contract, list_webhook_events).

100ms lists tries, of twelve types only, the last 30 days. A try names the id of its event; of sessions and peers it
tells enough to know the event by that, too, should an id be the report's own (WebhookDelivery, x-uncertain).
"""

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils import timezone

from analytics.models import Event
from rooms import hms
from rooms.hms import Client
from rooms.hms.resources.analytics import WebhookDelivery
from webhooks.models import Delivery

ON_A_PAGE: Final = 100
PAGES: Final = 10
LONGEST: Final = 8.0  # seconds after which no further page is asked for
# One of a kind in its session, or for its peer.
_SINGLE: Final = ("session.open.success", "session.close.success", "peer.join.success", "peer.leave.success")


@dataclass(frozen=True, slots=True)
class Sent:
    """One event as the tries to deliver it tell. `taken`: it was answered 200; `error`: why the last try failed."""

    event_id: str
    event_type: str
    room_id: str
    session_id: str
    peer_id: str
    at: datetime | None
    tries: int
    taken: bool
    url: str
    error: str


@dataclass(frozen=True, slots=True)
class Told:
    """`events` latest first, from `tries` tries; 100ms has `total` (None: it did not say).

    `is_whole`: all pages were read; else `problem` is what stopped it, None when it was the bounds above.
    """

    start: datetime
    end: datetime
    events: tuple[Sent, ...]
    tries: int
    total: int | None
    is_whole: bool
    asked_at: datetime
    problem: hms.Error | None = None


class Arrival(StrEnum):
    """`PULLED`: by the pull of analytics events, without a webhook. `UNREAD`: it is in the inbox, waiting or dead."""

    HERE = "here"
    PULLED = "pulled"
    UNREAD = "unread"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Compared:
    """An event that 100ms sent, and whether it is here; `delivery` is the latest one that brought it, if any."""

    sent: Sent
    arrival: Arrival
    delivery: int | None

    @property
    def is_here(self) -> bool:
        return self.arrival in (Arrival.HERE, Arrival.PULLED)

    @property
    def is_in_order(self) -> bool:
        return self.is_here and self.sent.taken


def told(client: Client, *, start: datetime, end: datetime, room_id: str = "", event_names: Sequence[str] = ()) -> Told:
    """What 100ms sent from `start` to `end`, `PAGES` pages at most. Raises `hms.Error` when there is not even one."""
    began, tries, total, whole = time.monotonic(), list[WebhookDelivery](), None, False
    pages = client.analytics.delivery_pages(
        start=start, end=end, room_id=room_id or None, event_names=event_names, limit=ON_A_PAGE
    )
    problem = None
    for number in range(PAGES):
        if number and time.monotonic() - began > LONGEST:
            break
        try:
            page = next(pages)
        except hms.Error as failed:
            if not number:
                raise
            problem = failed
            break
        tries += page.items
        total = page.total
        if page.next is None:
            whole = True
            break
    return Told(start, end, tuple(_events(tries)), len(tries), total, whole, timezone.now(), problem)


def compared(events: Sequence[Sent]) -> list[Compared]:
    """Three queries at most, however many events."""
    ids = [event.event_id for event in events]
    known = dict(Event.objects.filter(event_id__in=ids).values_list("event_id", "channel"))
    inbox = Delivery.objects.filter(event_id__in=ids).order_by("pk").values_list("event_id", "pk")
    arrived = dict(inbox)
    telling = _known_by_what_they_tell(event for event in events if event.event_id not in known)
    return [Compared(event, _arrival(event, known, arrived, telling), arrived.get(event.event_id)) for event in events]


def _arrival(
    event: Sent, known: dict[str, str], arrived: dict[str, int], telling: Collection[tuple[str, str, str]]
) -> Arrival:
    if event.event_id in known:
        was_pulled = known[event.event_id] != Event.Channel.WEBHOOK and event.event_id not in arrived
        return Arrival.PULLED if was_pulled else Arrival.HERE
    if event.event_id in arrived:
        return Arrival.UNREAD
    return Arrival.HERE if (event.event_type, event.session_id, event.peer_id) in telling else Arrival.MISSING


def _known_by_what_they_tell(events: Iterable[Sent]) -> set[tuple[str, str, str]]:
    sessions = {event.session_id for event in events if event.event_type in _SINGLE and event.session_id}
    if not sessions:
        return set()
    found = Event.objects.filter(session_id__in=sessions, type__in=_SINGLE, channel=Event.Channel.WEBHOOK)
    return set(found.values_list("type", "session_id", "peer_id"))


def _events(tries: Iterable[WebhookDelivery]) -> Iterator[Sent]:
    """The tries of each event together, in the order in which 100ms first names them."""
    found: dict[str, Sent] = {}
    last: dict[str, datetime] = {}
    for one in tries:
        event = found.get(one.event_id)
        if event is None:
            found[one.event_id] = _first(one)
            if one.event_timestamp:
                last[one.event_id] = one.event_timestamp
            continue
        event = replace(event, tries=event.tries + 1, taken=event.taken or not one.failed)
        at = one.event_timestamp
        if at and at >= last.get(one.event_id, at):
            last[one.event_id] = at
            event = replace(event, error=one.payload.error_reason if one.failed else event.error)
        if at and (event.at is None or at < event.at):
            event = replace(event, at=at)
        found[one.event_id] = event
    yield from found.values()


def _first(one: WebhookDelivery) -> Sent:
    data = one.payload.event_data
    return Sent(
        event_id=one.event_id,
        event_type=one.payload.original_event_name,
        room_id=one.room_id,
        session_id=_text(data.get("session_id")),
        peer_id=_text(data.get("peer_id")),
        at=one.event_timestamp,
        tries=1,
        taken=not one.failed,
        url=one.payload.webhook_url,
        error=one.payload.error_reason if one.failed else "",
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
