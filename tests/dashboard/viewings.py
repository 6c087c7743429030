"""Recordings that were watched, as rows: for tests of pages."""

from datetime import datetime, timedelta

from django.utils import timezone

from analytics import instants
from analytics.instants import SECOND
from analytics.models import Recording, Video, Viewing
from analytics.viewing import PlayerEvent, Span
from analytics.viewing_sources import Numbered, PlayerSession
from analytics.viewing_storing import store
from tests.dashboard.classes import new_id


def linked(recording: Recording, video_id: str = "", **fields: object) -> Video:
    """Its video at api.video."""
    name = video_id or new_id("vi")
    given: dict[str, object] = {
        "source": Video.Source.API_VIDEO,
        "video_id": name,
        "recording_id": recording.pk,
        "session_id": recording.session_id,
        "title": "Physics, as shown",
        "duration_seconds": recording.duration_seconds,
        "linked_by": "ikram",
        "linked_at": timezone.now() - timedelta(hours=1),
    }
    return Video.objects.create(id=f"{Video.Source.API_VIDEO}:{name}", **(given | fields))


def said(begun: datetime, spans: tuple[Span, ...]) -> Numbered:
    """What a player says of whom who watches these one after the other, without a break."""
    now, at, told = instants.from_datetime(begun), 0.0, []
    told.append(PlayerEvent(now, "ready", 0.0))
    for number, (start, end) in enumerate(spans):
        now += 2 * SECOND
        if start != at:
            told.append(PlayerEvent(now, "seek.forward" if start > at else "seek.backward", None, at, start))
        told.append(PlayerEvent(now, "resume" if number else "play", start))
        now, at = now + round((end - start) * SECOND), end
        told.append(PlayerEvent(now, "pause", end))
    return dict(enumerate(told))


def watching(video: Video, user_id: str, *spans: Span, name: str = "", ago: timedelta = timedelta(hours=1)) -> Viewing:
    """Somebody opened the player so long ago and watched these."""
    begun = timezone.now() - ago
    session = PlayerSession(new_id("ps"), user_id, name, instants.from_datetime(begun), device="desktop, Firefox")
    viewing, _ = store(video, session, said(begun, spans), now=timezone.now())
    return viewing
