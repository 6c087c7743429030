"""The one writer of viewings: a player session with its events, stored and folded in one transaction.

A source's events are kept as it told them; the figures are always worked out from all of them (`analytics.viewing`).
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from analytics import instants
from analytics.models import Video, Viewing, ViewingEvent
from analytics.viewing import PlayerEvent, watched
from analytics.viewing_sources import Numbered, PlayerSession


def viewing_id(video: Video, session_id: str) -> str:
    return f"{video.source}:{session_id}"


@transaction.atomic
def store(video: Video, session: PlayerSession, events: Numbered, *, now: datetime) -> tuple[Viewing, int]:
    """Bring our copy of one player session up to `events`, all of them; how many were new.

    What was known and is told no more goes: a source's list is the whole truth about it.
    """
    viewing, _ = Viewing.objects.select_for_update().get_or_create(
        pk=viewing_id(video, session.id), defaults={"video": video, "session_id": session.id}
    )
    known = numbered(viewing)
    gone = [number for number, event in known.items() if events.get(number) != event]
    new = [number for number, event in events.items() if known.get(number) != event]
    if gone:
        viewing.events.filter(number__in=gone).delete()
    ViewingEvent.objects.bulk_create([_row(viewing, number, events[number]) for number in new], batch_size=500)
    _describe(viewing, session, events.values())
    fold(viewing, events.values(), video.duration_seconds)
    viewing.read_at = now
    viewing.save()
    return viewing, len(new)


def numbered(viewing: Viewing) -> Numbered:
    """The events stored of a viewing."""
    rows = viewing.events.values_list("number", "emitted_at", "type", "at", "from_at", "to_at")
    return {
        number: PlayerEvent(instants.from_datetime(emitted_at), kind, at, from_at, to_at)
        for number, emitted_at, kind, at, from_at, to_at in rows
    }


def fold(viewing: Viewing, events: Iterable[PlayerEvent], duration: float | None) -> None:
    """Work the viewing's figures out anew; not saved."""
    told = list(events)
    found = watched(told, duration)
    viewing.events_read = len(told)
    viewing.spans = [list(span) for span in found.spans]
    viewing.watched_seconds = found.seconds
    viewing.last_position = found.last_position
    viewing.last_event_at = instants.to_datetime(max(event.emitted_at for event in told)) if told else None


def _describe(viewing: Viewing, session: PlayerSession, events: Iterable[PlayerEvent]) -> None:
    """Who and when; a known value is never blanked."""
    first = min((event.emitted_at for event in events), default=None)
    loaded = session.loaded_at if session.loaded_at is not None else first
    viewing.user_id = session.user_id or viewing.user_id
    viewing.name = session.name or viewing.name
    viewing.device = session.device or viewing.device
    viewing.country = session.country or viewing.country
    viewing.loaded_at = viewing.loaded_at if loaded is None else instants.to_datetime(loaded)
    viewing.ended_at = viewing.ended_at if session.ended_at is None else instants.to_datetime(session.ended_at)


def _row(viewing: Viewing, number: int, event: PlayerEvent) -> ViewingEvent:
    return ViewingEvent(
        viewing=viewing,
        number=number,
        type=event.type,
        emitted_at=instants.to_datetime(event.emitted_at),
        at=event.at,
        from_at=event.from_at,
        to_at=event.to_at,
    )
