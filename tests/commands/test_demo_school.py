"""What a visitor finds set up in the demo, and what a second start leaves alone."""

from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from analytics.class_ids import id_in_class
from analytics.mirroring import MIRRORS, pull_mirror
from analytics.models import Recording, Video
from analytics.sync import sync
from analytics.tasks import read_viewings
from dashboard import demo_school
from dashboard.recording_viewers import viewers
from rooms import audit
from rooms.actors import ELSEWHERE
from rooms.connection import client
from rooms.models import AuditEntry, HandedOutRole, Poll, Room, RoomAccess, StreamKey
from rooms.operations import access, rooms
from rooms.simulator.api_video.routes import KEY
from rooms.simulator.demo import furnish
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(
    hms_simulator: SimulatedHms, ikram: User, wanjiru: User, olive: User, sam: User, physics: Room, chemistry: Room
) -> demo_school.People:
    """The cast, before anybody has a room, and the demo's 100ms, mirrored."""
    Room.objects.all().delete()
    furnish(hms_simulator.world, ZoneInfo("Africa/Nairobi"))
    for kind in MIRRORS:
        assert pull_mirror(client(), kind).error == ""
    return demo_school.People(ops=ikram, teacher=wanjiru, observer=olive, substitute=sam)


def test_a_visitor_finds_a_school_that_was_set_up_by_people(people: demo_school.People) -> None:
    assert demo_school.furnish(people) > 30

    assert audit.broken() == ""
    assert set(AuditEntry.objects.values_list("outcome", flat=True)) == {"requested", "succeeded"}
    assert set(AuditEntry.objects.values_list("actor", flat=True)) == {"ikram", "wanjiru", ELSEWHERE.name}
    assert id_in_class(people.teacher) == "teacher-wanjiru"
    assert set(HandedOutRole.objects.values_list("role", flat=True)) == {"student", "audience"}
    assert list(Room.objects.exclude(changed_elsewhere_at=None).values_list("name", flat=True)) == ["Lecture hall 2"]
    closed = Room.objects.get(enabled=False)
    assert (closed.name, closed.disabled_reason) == ("Summer-school", "Closed until the summer term")
    assert StreamKey.objects.get().room.name == "Lecture hall 2"
    assert set(Poll.objects.exclude(rooms=None).values_list("kind", flat=True)) == {"poll", "quiz"}
    ends = RoomAccess.objects.filter(user=people.substitute).values_list("until", flat=True)
    assert len(ends) == 2
    assert all(end is not None and end > timezone.now() for end in ends)
    watched = RoomAccess.objects.filter(user=people.observer).values_list("room__name", flat=True)
    assert sorted(watched) == ["Arabic, level 3", "Year 9 Physics, group B"]


def test_a_second_start_asks_100ms_for_nothing_and_leaves_alone_what_a_visitor_changed(
    people: demo_school.People, hms_simulator: SimulatedHms
) -> None:
    demo_school.furnish(people)
    arabic = Room.objects.get(name="Arabic, level 3")
    access.take(actor=people.ops, user=people.teacher, room=arabic)
    HandedOutRole.objects.filter(room=arabic).delete()
    for name in ("Lecture hall 2", "Grade 11 Chemistry", "Summer-school"):
        rooms.update(actor=people.ops, room=Room.objects.get(name=name), settings={"name": f"Old-{len(name)}"})
    hms_simulator.forget()

    assert demo_school.furnish(people) == 0

    assert hms_simulator.requests() == []
    assert not RoomAccess.objects.filter(user=people.teacher, room=arabic).exists()
    assert not HandedOutRole.objects.filter(room=arabic).exists()


def test_a_database_made_anew_meets_a_100ms_that_remembers(
    people: demo_school.People, hms_simulator: SimulatedHms
) -> None:
    demo_school.furnish(people)
    held = len(hms_simulator.world.rooms), len(hms_simulator.world.polls)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM rooms_auditentry")
    RoomAccess.objects.all().delete()

    assert demo_school.furnish(people) > 0

    assert (len(hms_simulator.world.rooms), len(hms_simulator.world.polls)) == held


def test_the_newest_recordings_are_linked_to_their_videos_once(
    people: demo_school.People, hms_simulator: SimulatedHms, settings: Settings
) -> None:
    settings.API_VIDEO_KEY, settings.API_VIDEO_URL = KEY, f"{hms_simulator.url}/api-video"
    for pull in sync(client()):
        assert pull.error == ""

    demo_school.furnish(people)
    linked = list(Video.objects.order_by("pk").values("pk", "recording_id", "linked_at"))
    demo_school.furnish(people)

    assert linked
    assert list(Video.objects.order_by("pk").values("pk", "recording_id", "linked_at")) == linked
    read_viewings()
    assert any(
        row.state in ("caught up", "in part")
        for video in Video.objects.all()
        for row in viewers(Recording.objects.get(pk=video.recording_id), timezone.now()).rows
    )
