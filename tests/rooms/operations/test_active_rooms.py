"""Acting in a running session: what 100ms then has, what the audit says, and what happens when something goes wrong."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from rooms import hms, live
from rooms.actors import NotPermitted
from rooms.connection import client
from rooms.mirrors import rooms as mirror
from rooms.models import AuditEntry, LiveReading, Room, RoomAccess
from rooms.operations import active_rooms as operations
from rooms.operations.active_rooms import AnotherSession, NotActive, NotAsked, NotIn
from tests.rooms.simulated import SimulatedHms

PEER = "/active-rooms/{room_id}/peers/{peer_id}"
LOST: list[dict[str, Any]] = [{"cut": "before"}, {"cut": "middle"}, {"status": 500, "done": True}, {"hang": 30}]


def told() -> list[str]:
    return [f"{one.action} {one.outcome}" for one in AuditEntry.objects.order_by("id")]


@pytest.fixture
def choir(hms_simulator: SimulatedHms, db: None) -> Room:
    made = hms_simulator.world.add_room("Choir")
    mirror.pull(client(), at=timezone.now())
    client().room_codes.create(made.id)
    return Room.objects.get(pk=made.id)


@pytest.fixture
def joined(hms_simulator: SimulatedHms, choir: Room) -> Any:
    """Lets somebody into the choir; gives their peer id."""
    codes = {code.role: code.code for code in client().room_codes.list(choir.pk)}

    def join(name: str = "Amina", role: str = "student") -> str:
        peer_id: str = hms_simulator.join(codes[role], name, name.lower())["peer_id"]
        return peer_id

    return join


def inside(room: Room) -> dict[str, str]:
    return {peer.name: peer.role for peer in client().active_rooms.peers(room.pk).values()}


def test_a_person_gets_another_name_role_and_metadata(choir: Room, ikram: User, joined: Any) -> None:
    amina = joined()
    live.look(choir)

    operations.update_peer(actor=ikram, room=choir, peer_id=amina, role="guest", metadata='{"isHandRaised": true}')

    assert inside(choir) == {"Amina": "guest"}
    entry = AuditEntry.objects.last()
    assert entry is not None
    assert (entry.before, entry.after) == (
        {"role": "student", "metadata": ""},
        {"role": "guest", "metadata": '{"isHandRaised": true}'},
    )
    assert (entry.target_kind, entry.target_id, entry.target_name) == ("peer", amina, "Amina")
    # The cockpit shows it without asking again, and asks again with the next look.
    shown = LiveReading.objects.get()
    assert (shown.peers[amina]["role"], bool(shown.peers[amina]["hand_since"])) == ("guest", True)
    assert live.is_due(shown, now=timezone.now())


def test_what_is_so_already_is_not_sent(choir: Room, ikram: User, joined: Any, hms_simulator: SimulatedHms) -> None:
    amina = joined()
    hms_simulator.forget()

    operations.update_peer(actor=ikram, room=choir, peer_id=amina, name="Amina", role="student")

    assert hms_simulator.changes() == []
    assert told() == []


def test_one_person_is_removed_and_then_a_role(choir: Room, ikram: User, joined: Any) -> None:
    amina = joined()
    joined("Bob")
    joined("Chen", "guest")

    operations.remove_peer(
        actor=ikram, room=choir, peer_id=amina, name="Amina", reason="Please join with your own name"
    )
    assert inside(choir) == {"Bob": "student", "Chen": "guest"}
    operations.remove_role(actor=ikram, room=choir, role="student")

    assert inside(choir) == {"Chen": "guest"}
    assert told() == [
        "peer.remove requested",
        "peer.remove succeeded",
        "role.remove requested",
        "role.remove succeeded",
    ]
    assert AuditEntry.objects.filter(after={"reason": "Please join with your own name"}).count() == 2


@pytest.mark.parametrize(
    ("receiver", "sent_to"),
    [
        ({}, {}),
        ({"role": "student"}, {"role": "student"}),
        ({"peer_id": "amina", "name": "Amina"}, {"peer_id": "amina"}),
    ],
    ids=["everybody", "a role", "a person"],
)
def test_a_message_goes_to_whom_it_is_meant_for(
    receiver: dict[str, str],
    sent_to: dict[str, str],
    choir: Room,
    ikram: User,
    joined: Any,
    hms_simulator: SimulatedHms,
) -> None:
    ids = {"amina": joined()}
    receiver = {key: ids.get(value, value) for key, value in receiver.items()}

    operations.send_message(actor=ikram, room=choir, text="Five minutes left", **receiver)

    (message,) = hms_simulator.world.running(choir.pk).messages
    del message["sent_at"]
    expected = {key: ids.get(value, value) for key, value in sent_to.items()}
    assert message == {"message": "Five minutes left", "type": "chat", **expected}
    assert told() == ["message.send requested", "message.send succeeded"]


@pytest.mark.parametrize("lock", [False, True])
def test_a_session_is_ended_with_or_without_locking_the_room(
    lock: bool, choir: Room, ikram: User, joined: Any, hms_simulator: SimulatedHms
) -> None:
    joined()
    session = client().active_rooms.get(choir.pk).session.id

    operations.end_session(actor=ikram, room=choir, session_id=session, people=1, reason="Fire drill", lock=lock)

    with pytest.raises(hms.NotFound):
        client().active_rooms.get(choir.pk)
    assert hms_simulator.world.room(choir.pk).enabled is not lock
    choir.refresh_from_db()
    assert choir.enabled is not lock
    of_the_room = ["room.disable requested", "room.disable succeeded"] if lock else []
    book = ["session.end requested", *of_the_room, "session.end succeeded"]
    assert told() == book
    mirror.pull(client(), at=timezone.now() + timedelta(minutes=1))
    assert told() == book, "the mirror finds nothing that was not ours"
    choir.refresh_from_db()
    assert choir.changed_elsewhere_at is None


def test_a_session_that_began_in_between_is_not_ended(choir: Room, ikram: User, joined: Any) -> None:
    joined()

    with pytest.raises(AnotherSession):
        operations.end_session(actor=ikram, room=choir, session_id="the-one-before", people=1)

    assert inside(choir) == {"Amina": "student"}
    assert told() == []


def test_in_a_room_at_rest_every_act_says_so(choir: Room, ikram: User) -> None:
    with pytest.raises(NotIn):
        operations.update_peer(actor=ikram, room=choir, peer_id="p1", role="guest")
    with pytest.raises(NotIn, match="Amina is no longer in the room"):
        operations.remove_peer(actor=ikram, room=choir, peer_id="p1", name="Amina")
    with pytest.raises(NotActive):
        operations.remove_role(actor=ikram, room=choir, role="student")
    with pytest.raises(NotActive, match="no longer active"):
        operations.send_message(actor=ikram, room=choir, text="Hello")
    with pytest.raises(NotIn):
        operations.send_message(actor=ikram, room=choir, text="Hello", peer_id="p1", name="Amina")
    with pytest.raises(NotActive):
        operations.end_session(actor=ikram, room=choir, session_id="s1", people=1)

    assert [line for line in told() if "requested" not in line] == [
        "peer.remove failed",
        "role.remove failed",
        "message.send failed",
        "message.send failed",
    ]


@pytest.mark.parametrize("wish", LOST, ids=str)
def test_a_change_whose_answer_was_lost_can_be_tried_again(
    wish: dict[str, Any], choir: Room, ikram: User, joined: Any, hms_simulator: SimulatedHms
) -> None:
    amina = joined()
    hms_simulator.fault("POST", PEER, **wish)

    with pytest.raises((hms.ConnectionFailed, hms.UnreadableAnswer, hms.ServerFailed)):
        operations.update_peer(actor=ikram, room=choir, peer_id=amina, role="guest")
    assert inside(choir) == {"Amina": "guest"}
    operations.update_peer(actor=ikram, room=choir, peer_id=amina, role="guest")

    assert inside(choir) == {"Amina": "guest"}
    # The second try finds it done, so the book says so too.
    assert told() == ["peer.update requested", "peer.update unsure", "peer.update succeeded"]


@pytest.mark.parametrize("wish", LOST, ids=str)
def test_an_end_whose_answer_was_lost_ends_nothing_else(
    wish: dict[str, Any], choir: Room, ikram: User, joined: Any, hms_simulator: SimulatedHms
) -> None:
    joined()
    session = client().active_rooms.get(choir.pk).session.id
    end: dict[str, Any] = {"actor": ikram, "room": choir, "session_id": session, "people": 1}
    hms_simulator.fault("POST", "/active-rooms/{room_id}/end-room", **wish)

    with pytest.raises((hms.ConnectionFailed, hms.UnreadableAnswer, hms.ServerFailed)):
        operations.end_session(**end)
    hms_simulator.clock.advance(5)
    joined("Bob")
    with pytest.raises(AnotherSession):
        operations.end_session(**end)

    assert inside(choir) == {"Bob": "student"}
    assert told() == ["session.end requested", "session.end unsure"]


@pytest.mark.parametrize("path", ["send-message", "remove-peers"])
def test_what_100ms_would_do_twice_is_sent_once(
    path: str, choir: Room, ikram: User, joined: Any, hms_simulator: SimulatedHms, settings: Settings
) -> None:
    settings.HMS_RETRIES = 3
    joined()
    hms_simulator.forget()
    hms_simulator.fault("POST", f"/active-rooms/{{room_id}}/{path}", cut="before")

    act: Any = operations.remove_role if path == "remove-peers" else partial(operations.send_message, text="Hello")
    with pytest.raises(hms.ConnectionFailed):
        act(actor=ikram, room=choir, role="student")

    assert len(hms_simulator.changes()) == 1
    assert told()[-1].endswith("unsure")


@pytest.mark.parametrize("wish", [{"status": 409, "message": "in use"}, {"status": 500}], ids=str)
def test_a_refusal_is_in_the_audit(
    wish: dict[str, Any], choir: Room, ikram: User, joined: Any, hms_simulator: SimulatedHms
) -> None:
    amina = joined()
    hms_simulator.fault("POST", "/active-rooms/{room_id}/remove-peers", **wish)

    with pytest.raises(hms.ErrorAnswer):
        operations.remove_peer(actor=ikram, room=choir, peer_id=amina, name="Amina")

    assert inside(choir) == {"Amina": "student"}
    assert told()[-1] == ("peer.remove failed" if wish["status"] == 409 else "peer.remove unsure")
    operations.remove_peer(actor=ikram, room=choir, peer_id=amina, name="Amina")
    assert told()[-1] == "peer.remove succeeded"


def test_what_cannot_be_read_first_is_not_changed(
    choir: Room, ikram: User, joined: Any, hms_simulator: SimulatedHms
) -> None:
    amina = joined()
    hms_simulator.forget()
    hms_simulator.fault("GET", times=2, status=500)

    with pytest.raises(NotAsked):
        operations.update_peer(actor=ikram, room=choir, peer_id=amina, role="guest")
    with pytest.raises(NotAsked):
        operations.end_session(actor=ikram, room=choir, session_id="s1", people=1)

    assert hms_simulator.changes() == []
    assert told() == []


def test_teachers_act_in_their_own_rooms_and_observers_nowhere(
    choir: Room, wanjiru: User, olive: User, sam: User, joined: Any
) -> None:
    joined()
    for user in (wanjiru, olive):
        RoomAccess.objects.create(user=user, room=choir)

    operations.send_message(actor=wanjiru, room=choir, text="Hello")
    for stranger in (olive, sam):
        with pytest.raises(NotPermitted):
            operations.send_message(actor=stranger, room=choir, text="Hello")


def test_a_lock_whose_answer_was_lost_is_ours_once_the_mirror_finds_it(
    choir: Room, ikram: User, joined: Any, hms_simulator: SimulatedHms
) -> None:
    joined()
    session = client().active_rooms.get(choir.pk).session.id
    hms_simulator.fault("POST", "/active-rooms/{room_id}/end-room", cut="before")
    with pytest.raises(hms.ConnectionFailed):
        operations.end_session(actor=ikram, room=choir, session_id=session, people=1, lock=True)

    mirror.pull(client(), at=timezone.now())

    choir.refresh_from_db()
    assert (choir.enabled, choir.disabled_reason) == (False, operations.LOCKED)
    assert choir.changed_elsewhere_at is None
    assert told() == [
        "session.end requested",
        "room.disable requested",
        "room.disable unsure",
        "session.end unsure",
        "room.disable succeeded",
    ]


def test_a_pull_that_began_before_a_lock_does_not_undo_it(choir: Room, ikram: User, joined: Any) -> None:
    joined()
    began, before = timezone.now(), client().rooms.get(choir.pk)
    session = client().active_rooms.get(choir.pk).session.id
    operations.end_session(actor=ikram, room=choir, session_id=session, people=1, lock=True)

    mirror.write([before], at=began)

    choir.refresh_from_db()
    assert (choir.enabled, choir.changed_elsewhere_at) == (False, None)
