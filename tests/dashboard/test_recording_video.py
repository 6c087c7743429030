"""The video at api.video of a recording: linked, unlinked, read now, by hand on its page."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from analytics.models import Recording, Video
from analytics.tasks import read_viewings
from dashboard.checks import api_video_address
from rooms.models import Room
from rooms.simulator.api_video.routes import KEY
from tests.dashboard import classes, recorded
from tests.dashboard.classes import Pupil
from tests.dashboard.viewings import linked, watching
from tests.rooms.simulated import SimulatedHms


@pytest.fixture
def api(hms_simulator: SimulatedHms, settings: Settings) -> SimulatedHms:
    settings.API_VIDEO_KEY = KEY
    settings.API_VIDEO_URL = f"{hms_simulator.url}/api-video"
    return hms_simulator


@pytest.fixture
def recording(physics: Room) -> Recording:
    return recorded.recording(classes.session(physics, pupils=[Pupil("Liam", "liam", dropped=True)]))


def test_ops_link_a_video_and_see_who_watched_it(api: SimulatedHms, recording: Recording, ops: Client) -> None:
    theirs = api.world.library.add("Physics as shown", 2700)
    api.world.library.watch(theirs, user_id="liam", watched=[(300, 2700)], ago=9000)

    answer = ops.post(f"/recordings/{recording.pk}/video/", {"video": theirs.id})
    read_viewings()
    text = ops.get(answer["Location"]).content.decode()

    assert "Physics as shown" in text
    assert "caught up" in text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("two words", "neither the id of a video nor an address"),
        ("vi-nobody-knows", "api.video has no such video"),
        ("", "required"),
    ],
)
def test_what_cannot_be_linked_is_said_on_its_field(
    typed: str, words: str, api: SimulatedHms, recording: Recording, ops: Client
) -> None:
    answer = ops.post(f"/recordings/{recording.pk}/video/", {"video": typed})

    assert words in answer.content.decode()
    assert not Video.objects.exists()


def test_a_wrong_key_is_said_in_words(api: SimulatedHms, settings: Settings, recording: Recording, ops: Client) -> None:
    settings.API_VIDEO_KEY = "wrong-key-0123456789"

    text = ops.post(f"/recordings/{recording.pk}/video/", {"video": "vi-some-video"}).content.decode()

    assert "Check API_VIDEO_KEY" in text
    assert "wrong-key" not in text


def test_without_a_key_the_form_says_what_to_set(settings: Settings, recording: Recording, ops: Client) -> None:
    settings.API_VIDEO_KEY = ""

    assert (
        "API_VIDEO_KEY is not set"
        in ops.post(f"/recordings/{recording.pk}/video/", {"video": "vi-one"}).content.decode()
    )


def test_unlinking_says_what_is_forgotten_first(recording: Recording, ops: Client) -> None:
    video = linked(recording)
    watching(video, "liam", (0, 60))
    url = f"/recordings/{recording.pk}/video/{video.video_id}/unlink/"

    assert "What was read of its 1 viewing is forgotten here" in ops.get(url).content.decode()
    assert Video.objects.exists()
    assert ops.post(url).status_code == 302
    assert not Video.objects.exists()


def test_a_video_of_another_recording_is_not_unlinked_from_here(
    recording: Recording, physics: Room, ops: Client
) -> None:
    other = linked(recorded.recording(classes.session(physics)))

    assert ops.post(f"/recordings/{recording.pk}/video/{other.video_id}/unlink/").status_code == 404
    assert Video.objects.exists()


def test_a_teacher_may_have_it_read_now_and_not_link(
    recording: Recording, signed_in: Callable[[User], Client], wanjiru: User
) -> None:
    video, teacher = linked(recording), signed_in(wanjiru)

    text = teacher.get(f"/recordings/{recording.pk}/viewers/").content.decode()
    assert "Read now" in text
    assert "Link a video" not in text
    assert teacher.post(f"/recordings/{recording.pk}/viewers/read/").status_code == 302

    video.refresh_from_db()
    assert video.due_at is not None


def test_what_stands_in_the_way_of_reading_is_said_on_the_page(recording: Recording, teacher: Client) -> None:
    linked(recording, problem="api.video GET /analytics/videos/vi1 answered 404: not found")

    text = teacher.get(f"/recordings/{recording.pk}/viewers/").content.decode()

    assert "does not tell who watched" in text


def test_the_admin_shows_viewings_and_changes_none(recording: Recording, ops: Client) -> None:
    viewing = watching(linked(recording), "liam", (0, 60))

    for url in ("video/", "viewing/", "viewingevent/", f"viewing/{viewing.pk}/change/"):
        assert ops.get(f"/admin/analytics/{url}").status_code == 200, url
    assert ops.get("/admin/analytics/viewing/add/").status_code == 403


@pytest.mark.parametrize(
    ("key", "url", "wrong"),
    [
        ("key", "https://ws.api.video", False),
        ("key", "http://127.0.0.1:8100/api-video", False),
        ("key", "http://ws.api.video", True),
        ("key", "ws.api.video", True),
        ("", "http://ws.api.video", False),
    ],
)
def test_a_key_is_sent_by_https_alone(key: str, url: str, wrong: bool, settings: Settings) -> None:
    settings.API_VIDEO_KEY, settings.API_VIDEO_URL = key, url

    assert bool(api_video_address(None)) is wrong
