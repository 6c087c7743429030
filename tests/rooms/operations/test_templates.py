"""Changes to room templates: one narrow call, what nobody touched sent back as it was, and every fault told truly."""

from copy import deepcopy
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from rooms import hms
from rooms.connection import client
from rooms.mirrors import templates as mirror
from rooms.models import AuditEntry, Role, RoomTemplate, TemplateVersion
from rooms.operations import templates
from rooms.room_templates.content import content_of
from rooms.simulator.templates import Template
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db

KEYS = {"key": "AKIA-KEY", "secretKey": "bucket-secret"}
URL = "rtmp://live.example/app/stream-key-1"
Seen = dict[str, Any]


@pytest.fixture
def lesson(hms_simulator: SimulatedHms) -> Template:
    """The simulator's template "Class", with secrets and with things that we do not know."""
    (template,) = hms_simulator.world.templates.values()
    upload = {"type": "s3", "location": "bucket", "credentials": dict(KEYS), "novelty": 1}
    template.settings = {"region": "eu", "recording": {"upload": upload}, "new": {"thing": [1]}}
    template.destinations = {"rtmpDestinations": {"tv": {"name": "tv", "rtmpUrls": [URL], "unknown": "kept"}}}
    return template


@pytest.fixture
def mirrored(lesson: Template) -> RoomTemplate:
    mirror.pull(client(), at=timezone.now())
    return RoomTemplate.objects.get()


@pytest.fixture
def seen(mirrored: RoomTemplate, hms_simulator: SimulatedHms) -> Seen:
    found = mirror.read(client(), mirrored.pk)
    hms_simulator.forget()
    return found


@pytest.fixture
def wanted(seen: Seen) -> Seen:
    return content_of(seen)


def outcomes() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("outcome", flat=True))


def test_a_role_is_changed_by_the_one_call_for_it(
    hms_simulator: SimulatedHms, lesson: Template, mirrored: RoomTemplate, seen: Seen, wanted: Seen, ikram: User
) -> None:
    wanted["roles"]["student"]["permissions"]["endRoom"] = True

    templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    assert hms_simulator.changes() == [("POST", f"/templates/{lesson.id}/roles/student")]
    assert lesson.roles["student"]["permissions"]["endRoom"] is True
    assert Role.objects.get(name="student").received["permissions"]["endRoom"] is True
    version = TemplateVersion.objects.get(number=2)
    assert (version.actor, version.note) == ("ikram", "student may end the room: no → yes")
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.actor, entry.action, entry.outcome) == ("ikram", "template.set_role", "succeeded")
    assert isinstance(entry.after, dict)
    assert list(entry.after) == ["role student"]


def test_settings_go_back_with_secrets_and_with_what_we_do_not_know(
    hms_simulator: SimulatedHms, lesson: Template, mirrored: RoomTemplate, seen: Seen, wanted: Seen, ikram: User
) -> None:
    wanted["settings"]["region"] = "in"

    templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    assert hms_simulator.changes() == [("POST", f"/templates/{lesson.id}/settings")]
    assert lesson.settings["recording"]["upload"] == {
        "type": "s3",
        "location": "bucket",
        "credentials": KEYS,
        "novelty": 1,
    }
    assert lesson.settings["new"] == {"thing": [1]}


def test_destinations_go_back_with_secrets_and_with_what_we_do_not_know(
    hms_simulator: SimulatedHms, lesson: Template, mirrored: RoomTemplate, seen: Seen, wanted: Seen, ikram: User
) -> None:
    wanted["destinations"]["rtmpDestinations"]["tv"]["width"] = 1280

    templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    assert hms_simulator.changes() == [("POST", f"/templates/{lesson.id}/destinations")]
    tv = {"name": "tv", "rtmpUrls": [URL], "unknown": "kept", "width": 1280}
    assert lesson.destinations == {"rtmpDestinations": {"tv": tv}}


def test_recordings_are_set_by_the_call_for_them(
    hms_simulator: SimulatedHms, lesson: Template, mirrored: RoomTemplate, seen: Seen, wanted: Seen, ikram: User
) -> None:
    wanted["recordings"] = [{"name": "films", "role": "teacher", "trackRecording": {"enabled": True}}]

    changed = templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    assert hms_simulator.changes() == [("POST", f"/templates/{lesson.id}/recordings")]
    assert lesson.recordings == wanted["recordings"]
    assert changed.recording_enabled is True


def test_a_role_is_deleted_and_those_who_saw_it_see_it_no_more(
    hms_simulator: SimulatedHms, lesson: Template, mirrored: RoomTemplate, seen: Seen, wanted: Seen, ikram: User
) -> None:
    del wanted["roles"]["guest"]
    for role in wanted["roles"].values():
        role["subscribeParams"]["subscribeToRoles"].remove("guest")

    templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    one = f"/templates/{lesson.id}"
    assert hms_simulator.changes() == [("DELETE", f"{one}/roles/guest"), ("POST", one)]
    assert list(lesson.roles) == ["teacher", "co-teacher", "student"]
    assert lesson.settings["recording"]["upload"]["credentials"] == KEYS
    assert not Role.objects.filter(name="guest").exists()


def test_a_role_is_renamed_by_its_own_call_and_those_who_see_it_follow(
    hms_simulator: SimulatedHms, lesson: Template, mirrored: RoomTemplate, seen: Seen, wanted: Seen, ikram: User
) -> None:
    wanted["roles"] = {("visitor" if name == "guest" else name): role for name, role in wanted["roles"].items()}
    wanted["roles"]["visitor"]["name"] = "visitor"
    for role in wanted["roles"].values():
        hears = role["subscribeParams"]["subscribeToRoles"]
        role["subscribeParams"]["subscribeToRoles"] = ["visitor" if name == "guest" else name for name in hears]

    templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted, renamed=("guest", "visitor"))

    one = f"/templates/{lesson.id}"
    assert hms_simulator.changes() == [("POST", f"{one}/roles/guest"), ("POST", one)]
    assert set(lesson.roles) == {"teacher", "co-teacher", "student", "visitor"}
    assert "visitor" in lesson.roles["teacher"]["subscribeParams"]["subscribeToRoles"]


def test_nothing_to_change_asks_nothing(
    hms_simulator: SimulatedHms, mirrored: RoomTemplate, seen: Seen, wanted: Seen, ikram: User
) -> None:
    templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    assert hms_simulator.changes() == []
    assert outcomes() == []


@pytest.mark.parametrize("part", ["role", "settings", "destinations", "recordings", "name"])
def test_what_changed_meanwhile_is_not_overwritten(
    part: str,
    hms_simulator: SimulatedHms,
    lesson: Template,
    mirrored: RoomTemplate,
    seen: Seen,
    wanted: Seen,
    ikram: User,
) -> None:
    if part == "role":
        lesson.roles["student"]["priority"] = 5
        wanted["roles"]["student"]["priority"] = 3
    elif part == "settings":
        lesson.settings["region"] = "us"
        wanted["settings"]["region"] = "in"
    elif part == "destinations":
        lesson.destinations = {}
        wanted["destinations"]["rtmpDestinations"]["tv"]["width"] = 640
    elif part == "recordings":
        lesson.recordings = [{"name": "theirs", "role": "teacher"}]
        wanted["recordings"] = [{"name": "ours", "role": "teacher"}]
    else:
        lesson.name = "Lesson"
        wanted["name"] = "Lecture"

    with pytest.raises(templates.ChangedMeanwhile):
        templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    assert hms_simulator.changes() == []
    assert outcomes() == ["requested", "failed"]


def test_what_changed_meanwhile_in_another_part_does_not_matter_and_survives(
    lesson: Template, mirrored: RoomTemplate, seen: Seen, wanted: Seen, ikram: User
) -> None:
    lesson.roles["student"]["priority"] = 5
    wanted["settings"]["region"] = "in"

    templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    assert lesson.roles["student"]["priority"] == 5
    assert lesson.settings["region"] == "in"


@pytest.mark.parametrize("wish", [{"cut": "before"}, {"status": 500, "done": True}])
def test_a_lost_answer_is_unsure_and_trying_again_is_safe(
    wish: dict[str, Any],
    hms_simulator: SimulatedHms,
    lesson: Template,
    mirrored: RoomTemplate,
    seen: Seen,
    wanted: Seen,
    ikram: User,
) -> None:
    wanted["roles"]["student"]["priority"] = 4
    hms_simulator.fault("POST", "/templates/{template_id}/roles/{role_name}", **wish)
    with pytest.raises(hms.Error):
        templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)
    assert outcomes() == ["requested", "unsure"]
    assert lesson.roles["student"]["priority"] == 4

    mirror.pull(client(), at=timezone.now())
    again = mirror.read(client(), mirrored.pk)
    templates.update(actor=ikram, template=mirrored, seen=again, wanted=wanted)

    assert outcomes() == ["requested", "unsure", "succeeded"]
    assert list(TemplateVersion.objects.values_list("actor", flat=True)) == ["ikram", ""]
    mirrored.refresh_from_db()
    assert mirrored.changed_elsewhere_at is None


@pytest.mark.parametrize(("status", "error"), [(400, hms.BadRequest), (409, hms.Conflict), (429, hms.RateLimited)])
def test_a_refusal_changes_nothing(
    status: int,
    error: type[hms.Error],
    hms_simulator: SimulatedHms,
    lesson: Template,
    mirrored: RoomTemplate,
    seen: Seen,
    wanted: Seen,
    ikram: User,
) -> None:
    before = deepcopy(lesson.settings)
    wanted["settings"]["region"] = "in"
    hms_simulator.fault("POST", "/templates/{template_id}/settings", status=status, retry_after=0, times=None)

    with pytest.raises(error):
        templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    assert outcomes() == ["requested", "failed"]
    assert lesson.settings == before
    assert TemplateVersion.objects.count() == 1


def test_the_second_of_two_calls_may_fail_and_what_was_done_stays_known(
    hms_simulator: SimulatedHms, lesson: Template, mirrored: RoomTemplate, seen: Seen, wanted: Seen, ikram: User
) -> None:
    wanted["settings"]["region"] = "in"
    wanted["recordings"] = [{"name": "films", "role": "teacher"}]
    hms_simulator.fault("POST", "/templates/{template_id}/recordings", status=500)

    with pytest.raises(templates.PartlyDone) as told:
        templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    assert told.value.done == "The settings are saved"
    assert isinstance(told.value.cause, hms.ServerFailed)
    assert outcomes() == ["requested", "succeeded", "requested", "unsure"]
    mirrored.refresh_from_db()
    assert mirrored.region == "in"
    templates.update(actor=ikram, template=mirrored, seen=mirror.read(client(), mirrored.pk), wanted=wanted)
    assert lesson.recordings == wanted["recordings"]


def test_a_mask_is_never_sent(
    hms_simulator: SimulatedHms, mirrored: RoomTemplate, seen: Seen, wanted: Seen, ikram: User
) -> None:
    wanted["destinations"] = mirrored.received["destinations"]

    with pytest.raises(ValueError, match=r"destinations.rtmpDestinations.tv.rtmpUrls\[0\] is masked"):
        templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    assert hms_simulator.requests() == []


def test_settings_whose_storage_secret_100ms_does_not_tell_are_not_sent(
    hms_simulator: SimulatedHms, lesson: Template, mirrored: RoomTemplate, ikram: User
) -> None:
    lesson.settings["recording"]["upload"]["credentials"] = {"key": "AKIA-KEY"}
    seen = mirror.read(client(), mirrored.pk)
    wanted = content_of(seen)
    wanted["settings"]["region"] = "in"
    hms_simulator.forget()

    with pytest.raises(ValueError, match=r"credentials\.secretKey is not told by 100ms"):
        templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    assert hms_simulator.changes() == []


def test_no_secret_reaches_the_book_or_the_mirror(
    mirrored: RoomTemplate, seen: Seen, wanted: Seen, ikram: User
) -> None:
    wanted["destinations"]["rtmpDestinations"]["tv"]["rtmpUrls"] = ["rtmp://live.example/app/stream-key-2"]
    wanted["settings"]["recording"]["upload"]["credentials"] = {"key": "AKIA-2", "secret": "other-secret"}

    templates.update(actor=ikram, template=mirrored, seen=seen, wanted=wanted)

    kept = [*AuditEntry.objects.values_list("before", "after"), *TemplateVersion.objects.values_list("content", "note")]
    written = f"{kept}{RoomTemplate.objects.get().received}"
    for secret in ("stream-key", "AKIA", "bucket-secret", "other-secret"):
        assert secret not in written


def test_a_template_is_made_with_its_recordings(hms_simulator: SimulatedHms, wanted: Seen, ikram: User) -> None:
    wanted.update(name="Lecture", recordings=[{"name": "films", "role": "teacher"}])

    made = templates.create(actor=ikram, content=wanted)

    lecture = hms_simulator.world.templates[made.pk]
    assert list(lecture.roles) == ["teacher", "co-teacher", "student", "guest"]
    assert lecture.recordings == wanted["recordings"]
    assert made.received["recordings"] == wanted["recordings"]
    assert outcomes() == ["requested", "succeeded", "requested", "succeeded"]
    assert made.versions.count() == 2


def test_a_template_of_that_name_is_not_overwritten(
    hms_simulator: SimulatedHms, lesson: Template, wanted: Seen, ikram: User
) -> None:
    with pytest.raises(ValueError, match="name is taken"):
        templates.create(actor=ikram, content={**wanted, "roles": {"only": {}}})

    assert hms_simulator.changes() == []
    assert "only" not in lesson.roles


def test_a_template_whose_answer_was_lost_is_not_made_twice(
    hms_simulator: SimulatedHms, wanted: Seen, ikram: User
) -> None:
    wanted["name"] = "Lecture"
    hms_simulator.fault("POST", "/templates", cut="before")
    with pytest.raises(hms.ConnectionFailed):
        templates.create(actor=ikram, content=wanted)

    with pytest.raises(ValueError, match="perhaps made by an attempt that got no answer"):
        templates.create(actor=ikram, content=wanted)

    assert len(hms_simulator.world.templates) == 2
    assert outcomes() == ["requested", "unsure", "requested", "succeeded", "failed"]
    assert RoomTemplate.objects.get(name="Lecture").changed_elsewhere_at is None
