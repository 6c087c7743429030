"""Changes to rooms: what 100ms, the mirror and the book say afterwards, also when something goes wrong on the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from rooms import audit, hms
from rooms.connection import client
from rooms.mirrors import rooms as mirror
from rooms.models import AuditEntry, Poll, Room
from rooms.names import NameTaken, NotAsked
from rooms.operations import rooms as operations
from tests.rooms.simulated import SimulatedHms


def told(outcomes_only: bool = False) -> list[str]:
    entries = AuditEntry.objects.order_by("id")
    return [one.outcome if outcomes_only else f"{one.action} {one.outcome}" for one in entries]


def pull(minutes: int = 0) -> None:
    """The next mirror; `minutes` from now."""
    mirror.pull(client(), at=timezone.now() + timedelta(minutes=minutes))


@pytest.fixture
def choir(hms_simulator: SimulatedHms, db: None) -> Room:
    """A room that 100ms has and our mirror knows."""
    hms_simulator.world.add_room("Choir", description="On Fridays", size=30)
    pull()
    return Room.objects.get(name="Choir")


# create


def test_a_new_room_is_in_100ms_in_the_mirror_and_in_the_book(hms_simulator: SimulatedHms, ikram: User) -> None:
    room = operations.create(actor=ikram, name="Physics-9B", settings={"size": 40, "recording_info": {"enabled": True}})

    assert hms_simulator.world.rooms[room.pk].size == 40
    assert (room.name, room.size, room.recording_enabled, room.template_name) == ("Physics-9B", 40, True, "Class")
    assert told() == ["room.create requested", "room.create succeeded"]
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.target_id, entry.room_id, entry.target_name) == ("ikram", room.pk, room.pk, "Physics-9B")
    pull(1)
    assert told() == ["room.create requested", "room.create succeeded"]
    assert not Room.objects.exclude(changed_elsewhere_at=None).exists()


def test_secrets_of_a_new_room_are_nowhere_here(hms_simulator: SimulatedHms, ikram: User) -> None:
    keys = {"key": "AKIA-1", "secret": "storage-s3cret"}
    room = operations.create(
        actor=ikram,
        name="Physics-9B",
        settings={
            "webhook": {"url": "https://example.com/hook?pass=url-s3cret", "headers": {"X-Pass": "header-s3cret"}},
            "recording_info": {
                "enabled": True,
                "upload_info": {"type": "s3", "location": "bucket", "credentials": keys},
            },
        },
    )

    held = str(list(Room.objects.values())) + str(list(AuditEntry.objects.values()))
    assert [word for word in ("url-s3cret", "header-s3cret", "storage-s3cret", "AKIA-1") if word in held] == []
    assert mirror.secrets_of(room) == mirror.Secrets(webhook=True, storage=True)


def test_a_taken_name_is_refused_unless_that_room_is_to_be_overwritten(
    hms_simulator: SimulatedHms, choir: Room, ikram: User
) -> None:
    hms_simulator.forget()
    with pytest.raises(NameTaken, match="Choir"):
        operations.create(actor=ikram, name="CHOIR", settings={"size": 5})
    assert hms_simulator.changes() == []
    assert told() == []

    room = operations.create(actor=ikram, name="CHOIR", settings={"size": 5}, overwrite=choir.pk)

    assert (room.pk, room.size, room.description) == (choir.pk, 5, "On Fridays")
    entry = AuditEntry.objects.latest("id")
    assert (entry.before, entry.after) == ({"size": 30}, {"name": "CHOIR", "size": 5})


def test_a_name_that_only_100ms_knows_is_refused_too(hms_simulator: SimulatedHms, ikram: User) -> None:
    elsewhere = hms_simulator.world.add_room("Choir", size=30)
    elsewhere.enabled = False

    with pytest.raises(NameTaken, match="has not read yet") as caught:
        operations.create(actor=ikram, name="Choir", settings={"size": 5})

    assert (caught.value.holder.room.pk, caught.value.holder.is_known) == (elsewhere.id, False)
    assert hms_simulator.changes() == []
    room = operations.create(actor=ikram, name="Choir", settings={"size": 5}, overwrite=elsewhere.id)
    assert (room.pk, elsewhere.size) == (elsewhere.id, 5)


def test_a_room_that_was_renamed_elsewhere_is_not_mistaken_for_the_one_that_has_its_name_now(
    hms_simulator: SimulatedHms, choir: Room, ikram: User
) -> None:
    hms_simulator.world.rooms[choir.pk].name = "Chorus"
    other = hms_simulator.world.add_room("Choir", size=70)

    with pytest.raises(ValueError, match=r"^name is no longer that of Choir"):
        operations.create(actor=ikram, name="Choir", settings={"size": 5}, overwrite=choir.pk)

    assert (other.size, hms_simulator.changes()) == (70, [])


def test_nothing_is_made_while_the_name_cannot_be_looked_up(hms_simulator: SimulatedHms, ikram: User) -> None:
    hms_simulator.fault("GET", "/rooms", status=500)
    with pytest.raises(NotAsked, match=r"^name could not be looked up"):
        operations.create(actor=ikram, name="Choir", settings={})
    assert (hms_simulator.changes(), told()) == ([], [])


@pytest.mark.parametrize(
    ("wish", "error", "outcome", "made"),
    [
        ({"cut": "before"}, hms.ConnectionFailed, "unsure", True),
        ({"cut": "middle"}, hms.ConnectionFailed, "unsure", True),
        ({"cut": "before", "done": False}, hms.ConnectionFailed, "unsure", False),
        ({"status": 500}, hms.ServerFailed, "unsure", False),
        ({"status": 500, "done": True}, hms.ServerFailed, "unsure", True),
        ({"status": 400, "message": "Invalid body param: name"}, hms.BadRequest, "failed", False),
        ({"status": 409}, hms.Conflict, "failed", False),
        ({"status": 429, "retry_after": 45}, hms.RateLimited, "failed", False),
    ],
    ids=str,
)
@pytest.mark.parametrize("again", ["mirror first", "at once"])
def test_a_create_that_fails_is_told_and_may_be_tried_again(
    again: str,
    wish: dict[str, Any],
    error: type[Exception],
    outcome: str,
    made: bool,
    hms_simulator: SimulatedHms,
    ikram: User,
) -> None:
    hms_simulator.fault("POST", "/rooms", **wish)
    with pytest.raises(error):
        operations.create(actor=ikram, name="Choir", settings={"size": 30, "region": "auto"})
    assert told(outcomes_only=True) == ["requested", outcome]
    assert ("Choir" in [room.name for room in hms_simulator.world.rooms.values()]) is made
    assert not Room.objects.exists()

    if again == "mirror first":
        pull()
        assert Room.objects.filter(name="Choir", size=30, changed_elsewhere_at=None).exists() is made
        if made:
            assert told(outcomes_only=True) == ["requested", "unsure", "succeeded"]
            return
    room = operations.create(actor=ikram, name="Choir", settings={"size": 30, "region": "auto"})

    assert [one.id for one in hms_simulator.world.rooms.values()] == [room.pk]
    pull(1)
    room.refresh_from_db()
    assert mirror.compare(client(), room) == []
    assert room.changed_elsewhere_at is None
    assert audit.broken() == ""


# update


def test_what_is_not_named_stays(hms_simulator: SimulatedHms, choir: Room, ikram: User) -> None:
    room = operations.update(actor=ikram, room=choir, settings={"description": "On Mondays"})

    assert (room.description, room.size, room.name) == ("On Mondays", 30, "Choir")
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.before, entry.after) == (
        "room.update",
        {"description": "On Fridays"},
        {"description": "On Mondays"},
    )


def test_the_name_of_another_room_is_refused(hms_simulator: SimulatedHms, choir: Room, ikram: User) -> None:
    hms_simulator.world.add_room("Band")
    hms_simulator.forget()
    with pytest.raises(NameTaken):
        operations.update(actor=ikram, room=choir, settings={"name": "Band"})
    pull()
    with pytest.raises(NameTaken):
        operations.update(actor=ikram, room=choir, settings={"name": "BAND"})
    assert (hms_simulator.changes(), told()) == ([], [])

    assert operations.update(actor=ikram, room=choir, settings={"name": "CHOIR"}).name == "CHOIR"


def test_parts_left_out_of_webhook_and_recording_stay_in_100ms(
    hms_simulator: SimulatedHms, choir: Room, ikram: User
) -> None:
    there = hms_simulator.world.rooms[choir.pk]
    upload = {"type": "s3", "location": "bucket", "credentials": {"key": "k", "secret": "s3cret"}}
    there.webhook = {"url": "https://example.com/a?x=1", "headers": {"X-Pass": "s3cret"}}
    there.recording_info = {"enabled": False, "upload_info": upload}

    operations.update(
        actor=ikram,
        room=choir,
        settings={"webhook": {"url": "https://example.com/b"}, "recording_info": {"enabled": True}},
    )

    assert there.webhook == {"url": "https://example.com/b", "headers": {"X-Pass": "s3cret"}}
    assert there.recording_info == {"enabled": True, "upload_info": upload}
    operations.update(actor=ikram, room=choir, settings={"webhook": {"headers": {}}})
    assert there.webhook == {"url": "https://example.com/b", "headers": {}}
    assert "s3cret" not in str(list(AuditEntry.objects.values()))


def test_nothing_is_changed_while_its_secrets_cannot_be_read(
    hms_simulator: SimulatedHms, choir: Room, ikram: User
) -> None:
    hms_simulator.fault("GET", "/rooms/{room_id}", cut="before")
    hms_simulator.forget()
    with pytest.raises(NotAsked, match=r"^webhook could not be read"):
        operations.update(actor=ikram, room=choir, settings={"webhook": {"url": "https://example.com/b"}})
    assert (hms_simulator.changes(), told()) == ([], [])


def test_another_template_keeps_the_room_and_its_recording(
    hms_simulator: SimulatedHms, choir: Room, ikram: User
) -> None:
    lecture = hms_simulator.world.add_template("Lecture")
    there = hms_simulator.world.rooms[choir.pk]
    there.recording_info = {"enabled": True}
    there.name = "Choir-renamed"

    room = operations.update(actor=ikram, room=choir, settings={"template_id": lecture.id, "size": 31})

    assert (room.pk, room.template_name, room.size, room.recording_enabled) == (choir.pk, "Lecture", 31, True)
    assert len(hms_simulator.world.rooms) == 1
    assert told() == ["room.update requested", "room.update succeeded"] * 2


@pytest.mark.parametrize(
    ("wish", "outcome", "changed"),
    [
        ({"cut": "before"}, "unsure", True),
        ({"cut": "before", "done": False}, "unsure", False),
        ({"status": 500}, "unsure", False),
        ({"status": 500, "done": True}, "unsure", True),
        ({"status": 400}, "failed", False),
        ({"status": 409}, "failed", False),
        ({"status": 429}, "failed", False),
    ],
    ids=str,
)
@pytest.mark.parametrize("act", ["update", "enable", "disable"])
def test_a_change_that_fails_is_told_settled_and_may_be_tried_again(
    act: str,
    wish: dict[str, Any],
    outcome: str,
    changed: bool,
    hms_simulator: SimulatedHms,
    choir: Room,
    ikram: User,
) -> None:
    there = hms_simulator.world.rooms[choir.pk]
    if act == "enable":
        there.enabled = False
        pull()
        choir.refresh_from_db()
    noticed = len(told())

    def change() -> Room:
        if act == "update":
            return operations.update(actor=ikram, room=choir, settings={"description": "On Mondays"})
        if act == "enable":
            return operations.enable(actor=ikram, room=choir)
        return operations.disable(actor=ikram, room=choir, reason="Holidays")

    hms_simulator.fault("POST", "/rooms/{room_id}", **wish)
    with pytest.raises(hms.Error):
        change()
    assert told(outcomes_only=True)[noticed:] == ["requested", outcome]

    pull()
    choir.refresh_from_db()
    settled = {("unsure", True): ["succeeded"], ("unsure", False): ["failed"]}.get((outcome, changed), [])
    assert told(outcomes_only=True)[noticed:] == ["requested", outcome, *settled]
    assert mirror.compare(client(), choir) == []
    if act == "disable":
        assert (choir.enabled, choir.disabled_reason) == ((False, "Holidays") if changed else (True, ""))

    room = change()

    assert {"update": room.description == "On Mondays", "enable": room.enabled, "disable": not room.enabled}[act]
    if act == "disable":
        assert room.disabled_reason == "Holidays"
    before = len(told())
    pull(1)
    assert len(told()) == before, "nothing to notice"
    assert audit.broken() == ""


def test_a_reason_is_gone_once_people_may_come_again(hms_simulator: SimulatedHms, choir: Room, ikram: User) -> None:
    room = operations.disable(actor=ikram, room=choir, reason="Holidays " * 60)
    assert len(room.disabled_reason) == 255
    pull(1)
    room.refresh_from_db()
    assert room.disabled_reason.startswith("Holidays")
    assert operations.enable(actor=ikram, room=room).disabled_reason == ""


# clone


def test_a_clone_is_set_alike_without_secrets(hms_simulator: SimulatedHms, choir: Room, ikram: User) -> None:
    poll = hms_simulator.world.add_poll({"title": "Which song?", "duration": 60, "type": "poll", "questions": []})
    there = hms_simulator.world.rooms[choir.pk]
    there.polls, there.max_duration_seconds = [poll.id], 5400
    there.webhook = {"url": "https://example.com/a", "headers": {"X-Pass": "s3cret"}}
    there.recording_info = {"enabled": True, "upload_info": {"type": "s3", "location": "bucket"}}
    pull()
    choir.refresh_from_db()

    room = operations.clone(actor=ikram, room=choir, name="Choir-2")

    copy = hms_simulator.world.rooms[room.pk]
    assert (copy.description, copy.size, copy.max_duration_seconds, copy.polls) == ("On Fridays", 30, 5400, [poll.id])
    assert (copy.webhook, copy.recording_info) == (None, {"enabled": True})
    assert list(room.polls.all()) == [Poll.objects.get(pk=poll.id)]
    with pytest.raises(NameTaken):
        operations.clone(actor=ikram, room=choir, name="choir-2")


def test_a_webhook_without_secrets_is_cloned(hms_simulator: SimulatedHms, choir: Room, ikram: User) -> None:
    hms_simulator.world.rooms[choir.pk].webhook = {"url": "https://example.com/a"}
    pull()
    choir.refresh_from_db()
    assert operations.clone(actor=ikram, room=choir, name="Choir-2").webhook_url == "https://example.com/a"
