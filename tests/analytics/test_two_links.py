"""One video linked to two recordings at once, on PostgreSQL: it shows the one, and the other is told so."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from pytest_django.fixtures import Settings

from analytics import video_links
from analytics.models import Recording, Video
from analytics.video_links import LinkedElsewhere
from analytics.viewing_sources import api_video
from rooms.models import Room
from rooms.simulator.api_video.routes import KEY
from tests.dashboard import classes, recorded
from tests.rooms.simulated import SimulatedHms
from tests.rooms.two_at_once import TWO_AT_ONCE, alone, wait_for_a_lock

pytestmark = TWO_AT_ONCE


def test_of_two_who_link_one_video_the_second_is_refused(
    hms_simulator: SimulatedHms, settings: Settings, physics: Room, ikram: User
) -> None:
    settings.API_VIDEO_KEY, settings.API_VIDEO_URL = KEY, f"{hms_simulator.url}/api-video"
    film = hms_simulator.world.library.add("Physics", 2700.0)
    first, second = [recorded.recording(classes.session(physics)) for _ in range(2)]

    def link(recording: Recording) -> Video:
        return video_links.link(actor=ikram, recording=recording, text=film.id, client=api_video())

    with ThreadPoolExecutor(1) as workers:
        with transaction.atomic():
            link(first)
            late = workers.submit(alone, lambda: link(second))
            wait_for_a_lock(late)
        with pytest.raises(LinkedElsewhere):
            late.result()

    assert Video.objects.get().recording_id == first.pk
