"""Two reports of one player at once, on PostgreSQL: nothing that either tells is lost."""

from concurrent.futures import ThreadPoolExecutor

from django.db import transaction
from django.utils import timezone

from analytics import instants
from analytics.models import Recording, Video, Viewing
from analytics.own_player import Report, take
from analytics.recordings import length_of
from analytics.viewing import PlayerEvent
from analytics.viewing_sources import Numbered
from rooms.models import Room
from tests.dashboard import classes, recorded
from tests.rooms.two_at_once import TWO_AT_ONCE, alone, wait_for_a_lock

pytestmark = TWO_AT_ONCE
PLAYER = "7e7c9a52-1f9a-4d0e-9d7a-0d6c6f0a1b2c"


def told(recording: Recording, events: Numbered) -> Viewing:
    return take(
        Report(PLAYER, events), recording=recording, user_id="amina", name="Amina", device="", now=timezone.now()
    )


def test_a_report_that_overtakes_the_first_one_of_its_player_takes_nothing_away(physics: Room) -> None:
    """When a page goes away its last report leaves while the one before is still under way."""
    recording = recorded.recording(classes.session(physics))
    then = instants.from_datetime(timezone.now())
    begun: Numbered = {0: PlayerEvent(then, "play", 0.0)}
    whole: Numbered = {**begun, 1: PlayerEvent(then + 60 * instants.SECOND, "pause", 60.0)}
    Video.objects.create(
        id=f"rollcall:{recording.pk}",
        source=Video.Source.OURS,
        video_id=recording.pk,
        recording_id=recording.pk,
        linked_at=timezone.now(),
        duration_seconds=length_of(recording),
    )

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            told(recording, whole)
            late = other.submit(alone, lambda: told(recording, begun))
            wait_for_a_lock(late)
        late.result()

    assert Viewing.objects.get().spans == [[0, 60]]
