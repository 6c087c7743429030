"""Events are stored once, projected in the same transaction, and every type that arrives is known or said aloud."""

import json
from pathlib import Path

import pytest
from django.utils import timezone

from analytics import queries
from analytics.activity import people
from analytics.envelope import Channel, parse
from analytics.ingest import ingest
from analytics.models import Event, Failure, Peer, Session, Track
from analytics.projections import IGNORED, PROJECTORS, clear
from analytics.rebuild import rebuild
from analytics.snapshots import of_session
from analytics.summary import summary
from rooms.models import Room
from tests.conftest import PAYLOADS, payload

pytestmark = pytest.mark.django_db

SCHEMA = json.loads((Path(__file__).parent.parent / "contract/events.schema.json").read_text())
PHYSICS_SESSION = "61a61db1c4f73df18b03534d"


def webhook(name: str, **data: object) -> dict[str, object]:
    body = payload(f"webhooks/{name}")
    body["data"] |= data
    return body


def take(*bodies: dict[str, object], channel: str = Channel.WEBHOOK) -> None:
    ingest([parse(body, channel) for body in bodies])


def test_all_forty_types_are_projected_or_ignored_for_a_reason() -> None:
    documented = {path.stem for path in (PAYLOADS / "webhooks").glob("*.json")}
    documented |= {path.stem for path in (PAYLOADS / "analytics/events").glob("*.json")}
    assert len(documented) == 40
    assert documented == {name for name in {**PROJECTORS, **IGNORED} if not name.startswith("snapshot.")}
    assert not PROJECTORS.keys() & IGNORED.keys()
    assert all(IGNORED.values())


def test_the_published_samples_are_all_stored_and_read() -> None:
    bodies = [json.loads(path.read_text()) for path in sorted((PAYLOADS / "webhooks").glob("*.json"))]
    bodies += [json.loads(path.read_text()) for path in sorted((PAYLOADS / "analytics/events").glob("*.json"))]
    take(*bodies)
    assert Event.objects.count() == 40
    session = Session.objects.get(pk=PHYSICS_SESSION)
    assert session.room.name == "class-9-batch-2"
    assert session.ended_at is not None
    arjun = Peer.objects.get(pk="09f96631-6596-4f30-a112-1925ddf5227f")
    assert (arjun.name, arjun.role, arjun.leave_message) == ("Arjun Rao", "co-teacher", "removed due to misconduct")
    assert [role for _, role in arjun.roles] == ["student", "co-teacher"]
    assert Failure.objects.count() == 9


def test_an_event_that_comes_again_changes_nothing() -> None:
    body = webhook("peer.join.success")
    assert ingest([parse(body, Channel.WEBHOOK)]).new == 1
    again = ingest([parse(body, Channel.WEBHOOK), parse(body, Channel.WEBHOOK)])
    assert (again.new, again.known) == (0, 2)
    assert Event.objects.count() == 1


def test_what_fails_beside_the_events_takes_the_events_back() -> None:
    def fail() -> None:
        raise RuntimeError("the cursor could not be moved")

    with pytest.raises(RuntimeError, match="cursor"):
        ingest([parse(webhook("peer.join.success"), Channel.WEBHOOK)], and_then=fail)
    assert not Event.objects.exists()
    assert not Peer.objects.exists()


def test_a_type_nobody_knows_is_stored_and_said_aloud() -> None:
    result = ingest([parse(webhook("peer.join.success") | {"type": "peer.waved"}, Channel.WEBHOOK)])
    assert result.unknown == {"peer.waved"}
    assert Event.objects.get().type == "peer.waved"
    assert not Peer.objects.exists()


def test_a_room_seen_first_in_an_event_gets_a_row_with_its_label() -> None:
    take(webhook("peer.join.success"))
    room = Room.objects.get()
    assert (room.name, room.mirrored_at) == ("class-9-batch-2", None)


def test_a_name_with_a_nul_is_kept_without_it() -> None:
    take(webhook("peer.join.success", user_name="Zo\x00ya"))
    assert Event.objects.get().payload["data"]["user_name"] == "Zo�ya"


def test_tabs_and_backslashes_are_stored_as_they_are() -> None:
    strange = "a\tb\\n\nc"
    take(webhook("peer.join.success", user_name=strange))
    assert Event.objects.get().payload["data"]["user_name"] == strange
    assert Peer.objects.get().name == strange


def test_the_first_event_seen_of_a_peer_may_be_a_track() -> None:
    take(*payload("analytics/track_events")["events"], channel=Channel.ANALYTICS)
    john = Peer.objects.get()
    assert (john.name, john.user_id, john.announced) == ("John", "187a1a92-150f-4506-83b7-d8a1cd716fb0", False)
    track = Track.objects.get()
    assert track.kind == Track.Kind.MIC
    ((start, end),) = track.on
    assert (end - start) / 1_000_000 == pytest.approx(97.81, abs=0.005)


def test_a_late_join_does_not_reopen_a_peer_that_left() -> None:
    take(webhook("peer.leave.success"))
    left = Peer.objects.get().left_at
    assert left is not None
    take(webhook("peer.join.success"))
    assert Peer.objects.get().left_at == left


def test_a_leave_failure_closes_nobody() -> None:
    take(webhook("peer.join.success"), webhook("peer.leave.failure"))
    assert Peer.objects.get().left_at is None
    assert Failure.objects.get().type == "peer.leave.failure"


def test_a_failed_join_makes_no_peer() -> None:
    take(payload("analytics/events/client.join.failed"), channel=Channel.ANALYTICS)
    assert not Peer.objects.exists()
    assert Session.objects.filter(pk=PHYSICS_SESSION).exists()
    assert Failure.objects.get().device == "web_Mac_OS Chrome_126.0.0.0"


def test_trap_19_a_leave_with_two_equal_times_is_worth_its_duration() -> None:
    joined = "2021-11-30T12:58:49.972Z"
    take(webhook("peer.leave.success", joined_at=joined, left_at=joined, duration=40))
    take(webhook("session.close.success", session_stopped_at="2021-11-30T13:30:00Z"))
    session = Session.objects.get()
    [person] = people(queries.stays(session), queries.frame(session, timezone.now()))
    assert person.present_micros == 40_000_000
    assert person.estimated


def test_when_a_session_began_does_not_depend_on_what_came_together() -> None:
    early = payload("analytics/events/client.publish.failed") | {"timestamp": "2021-11-30T12:57:00Z"}
    join = webhook("peer.join.success")
    del join["data"]["session_started_at"]  # type: ignore[attr-defined]
    take(early, join)
    together = Session.objects.get().started_at
    [room] = list(rebuild())
    assert Session.objects.get().started_at == together
    Event.objects.all().delete()
    clear(room[0])
    take(join)
    take(early)
    assert Session.objects.get().started_at == together


def test_the_kind_of_a_track_does_not_depend_on_the_order() -> None:
    add = payload("analytics/events/track.add.success")
    update = payload("analytics/events/track.update.success")
    del update["data"]["source"]
    found = set()
    for bodies in ([add, update], [update, add]):
        Event.objects.all().delete()
        for room_id in Room.objects.values_list("pk", flat=True):
            clear(room_id)
        for body in bodies:
            take(body, channel=Channel.ANALYTICS)
        found.add(Track.objects.get().kind)
    assert found == {Track.Kind.MIC}


def test_a_refused_attempt_counts_for_the_session_it_fell_into() -> None:
    take(
        webhook("session.open.success", session_started_at="2021-11-25T09:00:00Z"),
        webhook(
            "session.close.success",
            session_started_at="2021-11-25T09:00:00Z",
            session_stopped_at="2021-11-25T10:00:00Z",
        ),
    )
    take(webhook("peer.join.failure"))
    session = Session.objects.get()
    assert session.failure_count == 1 == queries.troubles(session).count()


def test_leaves_whose_reason_never_came_are_counted_as_missing() -> None:
    """The object tells that somebody left, and only a webhook why."""
    raw = {
        "id": PHYSICS_SESSION,
        "room_id": "6540c3d70f240f9ebc69dcf9",
        "active": False,
        "created_at": "2021-11-30T12:48:49.972Z",
        "updated_at": "2021-11-30T12:58:59.000Z",
        "peers": {
            "09f96631-6596-4f30-a112-1925ddf5227f": {
                "id": "09f96631-6596-4f30-a112-1925ddf5227f",
                "name": "Arjun Rao",
                "joined_at": "2021-11-30T12:58:49.972Z",
                "left_at": "2021-11-30T12:58:58.500Z",
            }
        },
    }

    def missing() -> int:
        session = Session.objects.get()
        frame = queries.frame(session, timezone.now())
        return summary(people(queries.stays(session), frame), frame).untold

    ingest(of_session(raw))
    assert missing() == 1
    take(webhook("peer.leave.success"))
    assert missing() == 0
