"""Changes to room codes: what 100ms, the mirror and the book say afterwards, also when something goes wrong."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import serializers
from django.utils import timezone

from rooms import audit, hms
from rooms.actors import SCHEDULE, NotPermitted
from rooms.connection import client
from rooms.mirrors import reading, rooms
from rooms.mirrors import room_codes as mirror
from rooms.mirrors.reading import NotRead
from rooms.models import AuditEntry, HandedOutRole, Reading, Room, RoomAccess, RoomCode
from rooms.operations import room_codes as operations
from tests.rooms.simulated import SimulatedHms

ALL = "/room-codes/room/{room_id}"
ONE = "/room-codes/room/{room_id}/role/{role}"
SWITCH = "/room-codes/code"
ROLES = ["co-teacher", "guest", "student", "teacher"]

LOST: list[dict[str, Any]] = [
    {"cut": "before"},
    {"cut": "middle"},
    {"status": 500, "done": True},
    {"hang": 30},
]
UNDONE: list[dict[str, Any]] = [{"cut": "before", "done": False}, {"status": 500}]
REFUSED: list[tuple[dict[str, Any], type[hms.Error]]] = [
    ({"status": 400, "message": "Invalid"}, hms.BadRequest),
    ({"status": 403, "message": "Room is disabled"}, hms.Forbidden),
    ({"status": 409}, hms.Conflict),
]


def told() -> list[str]:
    return [f"{one.action} {one.outcome}" for one in AuditEntry.objects.order_by("id")]


def pull(room: Room, minutes: int = 1) -> None:
    mirror.pull(client(), at=timezone.now() + timedelta(minutes=minutes), room=room)


def in_100ms(room: Room) -> dict[str, list[bool]]:
    """The codes there by role: which of them are enabled."""
    found: dict[str, list[bool]] = {}
    for code in client().room_codes.list(room.pk):
        found.setdefault(code.role, []).append(code.enabled)
    return found


def held(room: Room) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = {}
    for code in room.codes.filter(gone_at=None):
        found.setdefault(code.role, []).append(code.enabled)
    return found


@pytest.fixture
def choir(hms_simulator: SimulatedHms, db: None) -> Room:
    made = hms_simulator.world.add_room("Choir")
    rooms.pull(client(), at=timezone.now())
    return Room.objects.get(pk=made.id)


def made(room: Room, role: str = "student") -> RoomCode:
    operations.create_for_role(actor=SCHEDULE, room=room, role=role)
    return room.codes.get(role=role)


def test_one_code_for_each_role(choir: Room, ikram: User) -> None:
    answer = operations.create_all(actor=ikram, room=choir)

    assert answer.new
    assert held(choir) == in_100ms(choir) == {role: [True] for role in ROLES}
    assert told() == ["room_codes.create requested", "room_codes.create succeeded"]
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.room_id, entry.after) == ("ikram", choir.pk, dict.fromkeys(ROLES, 1))
    pull(choir)
    assert len(told()) == 2
    assert not choir.codes.exclude(changed_elsewhere_at=None).exists()


def test_all_again_makes_none_and_asks_for_none(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    operations.create_all(actor=ikram, room=choir)
    hms_simulator.forget()

    assert not operations.create_all(actor=ikram, room=choir).new
    assert hms_simulator.changes() == []


def test_all_again_after_the_roles_changed_makes_what_is_missing_and_disables_what_is_left_over(
    choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    operations.create_all(actor=ikram, room=choir)
    roles = hms_simulator.world.template(choir.template_id).roles
    roles["assistant"] = roles.pop("guest")

    assert operations.create_all(actor=ikram, room=choir).new
    expected = {"co-teacher": [True], "guest": [False], "student": [True], "teacher": [True], "assistant": [True]}
    assert held(choir) == in_100ms(choir) == expected
    assert not choir.codes.exclude(changed_elsewhere_at=None).exists()


def test_a_code_for_one_role_is_made_once(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    first = operations.create_for_role(actor=ikram, room=choir, role="student")
    again = operations.create_for_role(actor=ikram, room=choir, role="student")

    assert (first.new, again.new) == (True, False)
    assert first.codes == again.codes
    assert held(choir) == in_100ms(choir) == {"student": [True]}


def test_instead_of_a_disabled_code_ops_may_make_another(choir: Room, ikram: User) -> None:
    operations.disable(actor=ikram, code=made(choir))

    assert operations.create_for_role(actor=ikram, room=choir, role="student").new
    assert sorted(held(choir)["student"]) == sorted(in_100ms(choir)["student"]) == [False, True]


@pytest.mark.parametrize("wish", LOST, ids=str)
@pytest.mark.parametrize("path", [ALL, ONE])
def test_made_but_the_answer_lost_and_tried_again(
    path: str, wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    def make() -> operations.Made:
        if path == ALL:
            return operations.create_all(actor=ikram, room=choir)
        return operations.create_for_role(actor=ikram, room=choir, role="student")

    hms_simulator.fault("POST", path, **wish)
    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        make()
    assert told() == ["room_codes.create requested", "room_codes.create unsure"]

    hms_simulator.forget()
    assert not make().new

    assert hms_simulator.changes() == []
    assert all(codes == [True] for codes in in_100ms(choir).values())
    assert held(choir) == in_100ms(choir)
    assert told()[2:] == ["room_codes.create succeeded"]
    assert not choir.codes.exclude(changed_elsewhere_at=None).exists()


@pytest.mark.parametrize("wish", UNDONE, ids=str)
@pytest.mark.parametrize("path", [ALL, ONE])
def test_not_made_and_no_answer_and_tried_again(
    path: str, wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    def make() -> operations.Made:
        if path == ALL:
            return operations.create_all(actor=ikram, room=choir)
        return operations.create_for_role(actor=ikram, room=choir, role="student")

    hms_simulator.fault("POST", path, **wish)
    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        make()

    assert make().new
    assert all(codes == [True] for codes in in_100ms(choir).values())
    assert held(choir) == in_100ms(choir)
    assert told() == [
        "room_codes.create requested",
        "room_codes.create unsure",
        "room_codes.create failed",
        "room_codes.create requested",
        "room_codes.create succeeded",
    ]


@pytest.mark.parametrize(("wish", "kind"), REFUSED, ids=str)
def test_a_refused_code_is_told_and_nothing_is_held(
    wish: dict[str, Any], kind: type[hms.Error], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", ONE, **wish)
    with pytest.raises(kind):
        operations.create_for_role(actor=ikram, room=choir, role="student")

    assert told() == ["room_codes.create requested", "room_codes.create failed"]
    assert held(choir) == in_100ms(choir) == {}
    assert operations.create_for_role(actor=ikram, room=choir, role="student").new


@pytest.mark.parametrize("wish", [{"cut": "before"}, {"status": 500}, {"hang": 30}], ids=str)
def test_without_a_look_beforehand_nothing_is_asked_for(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("GET", ALL, times=None, **wish)
    with pytest.raises(NotRead, match="Nothing was made"):
        operations.create_all(actor=ikram, room=choir)
    with pytest.raises(NotRead, match="Nothing was made"):
        operations.create_for_role(actor=ikram, room=choir, role="student")

    assert told() == []
    assert hms_simulator.changes() == []


def test_the_same_asked_for_twice_at_once_is_done_once(choir: Room, ikram: User) -> None:
    with reading.alone(choir, mirror.KIND):
        with pytest.raises(reading.BeingChanged):
            operations.create_all(actor=ikram, room=choir)
        with pytest.raises(reading.BeingChanged):
            operations.create_for_role(actor=ikram, room=choir, role="student")
        assert in_100ms(choir) == {}
    assert operations.create_for_role(actor=ikram, room=choir, role="student").new


def test_who_died_on_the_way_holds_nobody_up_for_long(choir: Room, ikram: User) -> None:
    with reading.alone(choir, mirror.KIND):
        Reading.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        assert operations.create_for_role(actor=ikram, room=choir, role="student").new


def test_no_code_is_made_in_a_disabled_room(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    hms_simulator.world.rooms[choir.pk].enabled = False

    with pytest.raises(hms.Forbidden, match="Room is disabled"):
        operations.create_all(actor=ikram, room=choir)


def test_enabled_and_disabled(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    code = made(choir)
    before = len(told())

    assert not operations.disable(actor=ikram, code=code).enabled
    assert in_100ms(choir) == {"student": [False]}
    assert operations.enable(actor=ikram, code=code).enabled
    assert in_100ms(choir) == {"student": [True]}
    assert told()[before:] == [
        "room_code.disable requested",
        "room_code.disable succeeded",
        "room_code.enable requested",
        "room_code.enable succeeded",
    ]


@pytest.mark.parametrize("wish", LOST, ids=str)
def test_disabled_but_the_answer_lost(
    wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    code = made(choir)
    hms_simulator.fault("POST", SWITCH, **wish)
    with pytest.raises((hms.ConnectionFailed, hms.ServerFailed)):
        operations.disable(actor=ikram, code=code)
    assert told()[-1] == "room_code.disable unsure"

    pull(choir)

    assert held(choir) == in_100ms(choir) == {"student": [False]}
    assert told()[-1] == "room_code.disable succeeded"
    assert not choir.codes.exclude(changed_elsewhere_at=None).exists()
    assert not operations.disable(actor=ikram, code=code).enabled


@pytest.mark.parametrize(("wish", "kind"), REFUSED, ids=str)
def test_a_refused_switch_changes_nothing(
    wish: dict[str, Any], kind: type[hms.Error], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    code = made(choir)
    hms_simulator.fault("POST", SWITCH, **wish)
    with pytest.raises(kind):
        operations.disable(actor=ikram, code=code)

    assert told()[-1] == "room_code.disable failed"
    assert held(choir) == in_100ms(choir) == {"student": [True]}


def test_the_code_of_a_deleted_role_cannot_be_enabled(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    code = operations.disable(actor=ikram, code=made(choir, "guest"))
    del hms_simulator.world.template(choir.template_id).roles["guest"]

    with pytest.raises(hms.Forbidden, match="does not exist"):
        operations.enable(actor=ikram, code=code)


# teachers


def test_teachers_make_a_missing_code_of_a_role_they_may_hand_out(choir: Room, wanjiru: User, ikram: User) -> None:
    RoomAccess.objects.create(user=wanjiru, room=choir)
    operations.let_hand_out(actor=ikram, room=choir, roles=["student"])

    assert operations.create_for_role(actor=wanjiru, room=choir, role="student").new
    with pytest.raises(NotPermitted):
        operations.create_for_role(actor=wanjiru, room=choir, role="teacher")
    with pytest.raises(NotPermitted):
        operations.create_all(actor=wanjiru, room=choir)
    with pytest.raises(NotPermitted):
        operations.disable(actor=wanjiru, code=choir.codes.get())


def test_teachers_make_none_instead_of_one_that_ops_disabled(choir: Room, wanjiru: User, ikram: User) -> None:
    RoomAccess.objects.create(user=wanjiru, room=choir)
    HandedOutRole.objects.create(room=choir, role="student")
    operations.disable(actor=ikram, code=made(choir))

    assert not operations.create_for_role(actor=wanjiru, room=choir, role="student").new
    assert in_100ms(choir) == {"student": [False]}


def test_ops_say_which_roles_teachers_hand_out(choir: Room, ikram: User) -> None:
    operations.let_hand_out(actor=ikram, room=choir, roles=["student", "guest", "student"])
    operations.let_hand_out(actor=ikram, room=choir, roles=["student", "guest"])
    operations.let_hand_out(actor=ikram, room=choir, roles=["guest", "teacher"])

    assert sorted(choir.handed_out_roles.values_list("role", flat=True)) == ["guest", "teacher"]
    assert told() == ["room_codes.hand_out succeeded"] * 2
    entry = AuditEntry.objects.latest("id")
    assert (entry.before, entry.after) == ({"roles": ["guest", "student"]}, {"roles": ["guest", "teacher"]})


# tokens


def test_a_token_is_told_once_and_kept_nowhere(
    choir: Room, ikram: User, hms_simulator: SimulatedHms, caplog: pytest.LogCaptureFixture
) -> None:
    code = made(choir)

    token = operations.reveal_token(actor=ikram, code=code, user_id="support")

    assert token.ends_at is not None
    assert timedelta(hours=1) < token.ends_at - timezone.now() <= timedelta(hours=24)
    assert token.text not in repr(token)
    assert told()[-1] == "room_code.reveal_token succeeded"
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.target_name) == ("ikram", str(code))
    assert entry.after == {"user_id": "support", "ends_at": str(token.ends_at)}
    kept = serializers.serialize("json", [*AuditEntry.objects.all(), *RoomCode.objects.all(), *Reading.objects.all()])
    assert token.text not in kept + caplog.text


@pytest.mark.parametrize("wish", [{"status": 403}, {"status": 500}, {"cut": "before"}, {"status": 429}], ids=str)
def test_no_token_no_entry(wish: dict[str, Any], choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    code = made(choir)
    before = told()
    hms_simulator.fault("POST", "/token", **wish)

    with pytest.raises(hms.Error) as caught:
        operations.reveal_token(actor=ikram, code=code)

    assert code.code not in str(caught.value)
    assert told() == before


def test_codes_are_in_the_book_by_role_and_last_letters_only(choir: Room, ikram: User) -> None:
    code = made(choir)
    operations.disable(actor=ikram, code=code)
    operations.enable(actor=ikram, code=code)
    operations.reveal_token(actor=ikram, code=code)

    entry = AuditEntry.objects.latest("id")
    assert code.code not in serializers.serialize("json", AuditEntry.objects.all())
    assert entry.target_name == f"student …{code.code[-3:]}"
    assert audit.broken() == ""
