"""Our own player as a source of viewings: it reports what api.video's would have said, in batches.

    {"player": "<uuid, one for each opening of the player>", "sentAt": "…Z",
     "events": [{"number": 0, "type": "play", "emittedAt": "…Z", "at": 12.5},
                {"number": 1, "type": "seek.forward", "emittedAt": "…Z", "from": 20, "to": 80}]}

A batch may come twice, late, or before an earlier one: an event stands by its number, the first word counts. Clocks of
browsers are off: with `sentAt` all times are moved by as much as that differs from ours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec
from django.db import transaction

from analytics import instants
from analytics.models import Recording, Video, Viewing
from analytics.recordings import ids_of, length_of
from analytics.viewing import PlayerEvent
from analytics.viewing_sources import Numbered, PlayerSession, Unreadable, player_event
from analytics.viewing_storing import numbered, store, viewing_id

LARGEST: Final = 64 * 1024  # bytes of one report
MOST_AT_ONCE: Final = 200
MOST: Final = 5_000  # events of one viewing: hours of jumping about
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class BadReport(ValueError):
    """What is wrong with a report: `errors` by field, in words."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(dict(errors))
        self.errors = dict(errors)


@dataclass(frozen=True, slots=True)
class Report:
    """One batch, read."""

    player: str
    events: Numbered


def read(body: bytes, *, now: datetime) -> Report:
    """The report in a request's body. Raises `BadReport`."""
    if len(body) > LARGEST:
        raise BadReport({"body": f"is larger than {LARGEST} bytes"})
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise BadReport({"body": "is not JSON"}) from None
    if not isinstance(told, dict):
        raise BadReport({"body": "must be an object"})
    errors: dict[str, str] = {}
    player = told.get("player")
    if not isinstance(player, str) or not _UUID.fullmatch(player):
        errors["player"] = "must be a UUID in lower case"
    shift = _shift(told.get("sentAt"), now, errors)
    events = _events(told.get("events"), shift, errors)
    if errors:
        raise BadReport(errors)
    return Report(str(player), events)


def _shift(sent_at: object, now: datetime, errors: dict[str, str]) -> int:
    """How far the player's clock is behind ours, in microseconds."""
    if sent_at is None:
        return 0
    try:
        moment = instants.parse(sent_at) if isinstance(sent_at, str) else None
    except ValueError:
        moment = None
    if moment is None:
        errors["sentAt"] = "must be a time such as 2026-11-12T20:00:00.000Z"
        return 0
    return instants.from_datetime(now) - moment


def _events(told: object, shift: int, errors: dict[str, str]) -> Numbered:
    if not isinstance(told, list) or not 1 <= len(told) <= MOST_AT_ONCE:
        errors["events"] = f"must be a list of 1 to {MOST_AT_ONCE} events"
        return {}
    found: Numbered = {}
    for place, event in enumerate(told):
        where = f"events[{place}]"
        if not isinstance(event, dict):
            errors[where] = "must be an object"
            continue
        number = event.get("number")
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < MOST:
            errors[f"{where}.number"] = f"must be a whole number from 0 to {MOST - 1}"
            continue
        try:
            read = player_event(
                str(event.get("type")), str(event.get("emittedAt")), event.get("at"), event.get("from"), event.get("to")
            )
        except Unreadable as field:
            errors[f"{where}.{field}"] = _WORDS[str(field)]
            continue
        moved = read.emitted_at + shift
        if not instants.FIRST <= moved < instants.LAST:
            errors[f"{where}.emittedAt"] = _WORDS["emittedAt"]
            continue
        found.setdefault(number, read._replace(emitted_at=moved))
    return found


_WORDS: Final = {
    "type": "must be ready, play, pause, resume, seek.forward, seek.backward or end",
    "emittedAt": "must be a time such as 2026-11-12T20:00:00.000Z",
    "at": "must be a position in seconds, not below 0",
    "from": "must be a position in seconds, not below 0",
    "to": "must be a position in seconds, not below 0",
}


class Reports:
    """A source of viewings (`viewing_sources.ViewingSource`): what our player has told of one of them so far."""

    def __init__(self, session: PlayerSession, known: Numbered, report: Report) -> None:
        self._session = session
        self._events: Numbered = {**report.events, **known}

    def sessions(self, video: Video, *, since: date, until: date) -> list[PlayerSession]:
        return [self._session]

    def events(self, session_id: str) -> dict[int, PlayerEvent]:
        return self._events


@transaction.atomic
def take(report: Report, *, recording: Recording, user_id: str, name: str, device: str, now: datetime) -> Viewing:
    """Keep what a player reports of somebody who is signed in; a report that came before changes nothing.

    `user_id` is the id by which they join at 100ms. Raises `BadReport` for a player of somebody else's, or of another
    recording.
    """
    video = _video(recording, now)
    # Made before its events are read: of two reports at once the second waits, and knows what the first one told.
    known, _ = Viewing.objects.select_for_update().get_or_create(
        pk=viewing_id(video, report.player), defaults={"video": video, "session_id": report.player, "user_id": user_id}
    )
    if (known.user_id, known.video_id) != (user_id, video.pk):
        raise BadReport({"player": "is that of another viewing"})
    first = min(event.emitted_at for event in report.events.values())
    loaded = first if known.loaded_at is None else instants.from_datetime(known.loaded_at)
    session = PlayerSession(
        id=report.player, user_id=user_id, name=name[:255], loaded_at=min(first, loaded), device=device[:255]
    )
    source = Reports(session, numbered(known), report)
    day = now.date()
    [told] = source.sessions(video, since=day - timedelta(days=1), until=day)
    viewing, _ = store(video, told, source.events(told.id), now=now)
    return viewing


def _video(recording: Recording, now: datetime) -> Video:
    """The video that our own player shows: the recording itself, by whichever of its ids came first."""
    own = (
        Video.objects.filter(source=Video.Source.OURS, recording_id__in=ids_of(recording)).order_by("linked_at").first()
    )
    length: dict[str, Any] = {"duration_seconds": length_of(recording)}
    if own is None:
        own, _ = Video.objects.get_or_create(
            pk=f"{Video.Source.OURS}:{recording.pk}",
            defaults={
                "source": Video.Source.OURS,
                "video_id": recording.pk,
                "recording_id": recording.pk,
                "session_id": recording.session_id,
                "linked_at": now,
                **length,
            },
        )
    elif length["duration_seconds"] and own.duration_seconds != length["duration_seconds"]:
        own.duration_seconds = length["duration_seconds"]
        own.save(update_fields=["duration_seconds"])
    return own
