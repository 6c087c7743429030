"""The mirror of room templates: rows, roles and versions as 100ms has them, and whose a change was."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rooms import audit, hms
from rooms.actors import ELSEWHERE
from rooms.connection import client
from rooms.mirrors import templates as mirror
from rooms.models import AuditEntry, Role, RoomTemplate, TemplateVersion
from rooms.operations import templates as operations
from rooms.simulator.templates import Template
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db

KEYS = {"key": "AKIA-KEY", "secret": "bucket-secret"}
URL = "rtmp://live.example/app/stream-key-1"


@pytest.fixture
def lesson(hms_simulator: SimulatedHms) -> Template:
    """The simulator's template "Class", with secrets in all the places that hold one."""
    (template,) = hms_simulator.world.templates.values()
    upload = {"type": "s3", "location": "bucket", "credentials": dict(KEYS)}
    template.settings = {"region": "eu", "recording": {"enabled": True, "upload": upload}}
    template.destinations = {"rtmpDestinations": {"tv": {"name": "tv", "rtmpUrls": [URL]}}}
    template.recordings = [{"name": "films", "role": "teacher", "trackRecording": {"enabled": True}}]
    return template


def pull(**changes: Any) -> None:
    mirror.pull(client(), at=timezone.now(), **changes)


def test_a_pull_writes_templates_roles_and_the_first_version(lesson: Template) -> None:
    pull()

    template = RoomTemplate.objects.get()
    assert (template.pk, template.name, template.region, template.recording_enabled) == (lesson.id, "Class", "eu", True)
    assert list(Role.objects.values_list("name", "priority", "publishes")) == [
        ("co-teacher", 1, ["audio", "video", "screen"]),
        ("teacher", 1, ["audio", "video", "screen"]),
        ("guest", 2, ["audio"]),
        ("student", 2, ["audio", "video", "screen"]),
    ]
    version = TemplateVersion.objects.get()
    assert (version.number, version.actor) == (1, "")
    assert version.content["recordings"] == [{"name": "films", "role": "teacher", "trackRecording": {"enabled": True}}]


def test_no_secret_reaches_the_database(lesson: Template) -> None:
    pull()

    kept = f"{RoomTemplate.objects.get().received}{TemplateVersion.objects.get().content}"
    assert "rtmp://live.example/app/" in kept
    for secret in (*KEYS.values(), "stream-key-1"):
        assert secret not in kept


def test_what_did_not_change_makes_no_version(lesson: Template) -> None:
    pull()
    lesson.roles["student"]["permissions"]["endRoom"] = False  # as good as left out

    pull()

    assert TemplateVersion.objects.count() == 1
    assert RoomTemplate.objects.get().changed_elsewhere_at is None


def test_a_change_made_elsewhere_is_marked_noted_and_kept(lesson: Template) -> None:
    pull()
    lesson.roles["student"]["permissions"]["mute"] = True
    del lesson.roles["guest"]

    pull()

    assert RoomTemplate.objects.get().changed_elsewhere_at is not None
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target_id) == ("outside Rollcall", "template.change", lesson.id)
    assert isinstance(entry.before, dict)
    assert isinstance(entry.after, dict)
    assert entry.before["role student"]["permissions"]["mute"] is False
    assert entry.after["roles"] == ["co-teacher", "student", "teacher"]
    assert not Role.objects.filter(name="guest").exists()
    version = TemplateVersion.objects.get(number=2)
    assert (version.actor, version.note) == ("", "The role guest goes; student may mute others: no → yes")


def test_one_made_elsewhere_is_marked_and_noted_and_those_of_the_first_look_are_not(
    lesson: Template, ikram: User, hms_simulator: SimulatedHms
) -> None:
    pull()
    assert RoomTemplate.objects.get().changed_elsewhere_at is None
    hms_simulator.clock.advance(5)
    client().templates.create(name="Made in the dashboard", roles={"student": {}})
    operations.create(actor=ikram, content={"name": "Made here", "roles": {"student": {}}, "destinations": {}})

    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        pull()

    marked = RoomTemplate.objects.exclude(changed_elsewhere_at=None)
    assert [one.name for one in marked] == ["Made in the dashboard"]
    noted = AuditEntry.objects.filter(actor=ELSEWHERE.name, action="template.create")
    assert [one.target_name for one in noted] == ["Made in the dashboard"]


def test_a_change_in_the_recordings_alone_is_seen(lesson: Template) -> None:
    pull()
    lesson.recordings = []

    pull()

    assert AuditEntry.objects.get().after == {"recordings": []}
    assert TemplateVersion.objects.get(number=2).note == "The recordings configuration goes"


@pytest.mark.parametrize(("done", "outcome", "versions"), [(True, "succeeded", ["ikram", ""]), (False, "failed", [""])])
def test_a_request_without_an_answer_is_settled_and_its_actor_named(
    lesson: Template, ikram: User, done: bool, outcome: str, versions: list[str]
) -> None:
    pull()
    target = mirror.of_template(RoomTemplate.objects.get())
    wish = {"settings region": "in"}
    with pytest.raises(hms.TimedOut), audit.change(ikram, "template.update_settings", target, after=wish):
        raise hms.TimedOut("silence")
    lesson.settings["region"] = "in" if done else "eu"

    pull()

    assert list(AuditEntry.objects.values_list("outcome", flat=True)) == [outcome, "unsure", "requested"]
    assert list(TemplateVersion.objects.values_list("actor", flat=True)) == versions
    assert RoomTemplate.objects.get().changed_elsewhere_at is None


def test_a_role_with_a_dot_in_its_name_is_noted_with_its_settings(lesson: Template) -> None:
    lesson.roles["v1.2"] = {**lesson.roles["guest"], "name": "v1.2"}
    pull()
    lesson.roles["v1.2"] = {**lesson.roles["v1.2"], "priority": 5}

    pull()

    after: Any = AuditEntry.objects.get().after
    assert after["role v1.2"]["priority"] == 5


def test_what_100ms_no_longer_lists_is_gone_and_may_come_back(hms_simulator: SimulatedHms, lesson: Template) -> None:
    pull()
    held = dict(hms_simulator.world.templates)
    hms_simulator.world.templates.clear()
    pull()
    assert RoomTemplate.objects.get().gone_at is not None

    hms_simulator.world.templates.update(held)
    pull()

    assert RoomTemplate.objects.get().gone_at is None


def test_an_older_reading_does_not_undo_a_newer(lesson: Template) -> None:
    now = timezone.now()
    mirror.write([mirror.read(client(), lesson.id)], at=now)
    lesson.name = "Lesson"

    mirror.write([mirror.read(client(), lesson.id)], at=now - timedelta(minutes=1))

    assert RoomTemplate.objects.get().name == "Class"


def test_recordings_that_cannot_be_read_stay_and_are_told(hms_simulator: SimulatedHms, lesson: Template) -> None:
    pull()
    hms_simulator.fault("GET", "/templates/{template_id}/recordings", status=404)

    pulled = mirror.pull(client(), at=timezone.now())

    assert len(pulled.problems) == 1
    assert RoomTemplate.objects.get().received["recordings"] != []
    assert TemplateVersion.objects.count() == 1


def test_the_queries_do_not_grow_with_templates_or_roles(hms_simulator: SimulatedHms, lesson: Template) -> None:
    def queries() -> int:
        objects = [mirror.read(client(), one) for one in hms_simulator.world.templates]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            mirror.write(objects, at=timezone.now())
        return len(captured)

    few = queries()
    for number in range(12):
        hms_simulator.world.add_template("Class").name = f"Class {number}"
    lesson.roles.update({f"role {number}": {**lesson.roles["guest"], "name": f"role {number}"} for number in range(90)})

    # The change to one that was known is noted in the book, on PostgreSQL behind a lock.
    assert queries() <= few + 5
    assert Role.objects.count() == 94 + 12 * 4
