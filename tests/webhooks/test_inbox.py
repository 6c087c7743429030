"""What each delivery comes to: the table of docs/webhooks.md, row by row."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from analytics.models import Event, Peer
from tests.conftest import PAYLOADS, payload
from tests.webhooks.conftest import CAME_AT, Deliver, joined
from webhooks import inbox
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db

ROOM = "6540c3d70f240f9ebc69dcf9"
State = Delivery.State


def test_a_waiting_delivery_becomes_an_event_and_its_projection(deliver: Deliver) -> None:
    delivery = deliver(joined())

    reading = inbox.process(ROOM)

    delivery.refresh_from_db()
    event = Event.objects.get()
    assert (reading.read, reading.drained) == (1, True)
    assert (delivery.state, delivery.error, delivery.note) == (State.PROCESSED, "", "")
    assert delivery.processed_at is not None
    assert (event.event_id, event.channel, event.received_at) == (joined()["id"], "webhook", CAME_AT)
    assert Peer.objects.get().name == "Person 1"


def test_only_the_room_asked_for_is_read(deliver: Deliver) -> None:
    deliver(joined(1))
    deliver(joined(2, room_id="another"))

    assert inbox.process(ROOM).read == 1
    assert Delivery.objects.get(state=State.PENDING).room_id == "another"


def test_many_batches_are_read_until_nothing_waits(deliver: Deliver) -> None:
    for number in range(10):
        deliver(joined(number))

    assert inbox.process(ROOM, batch=3).read == 10
    assert Event.objects.count() == 10


def test_a_room_in_a_storm_gives_way_to_others(deliver: Deliver) -> None:
    for number in range(3):
        deliver(joined(number))

    first = inbox.process(ROOM, batch=1, batches=2)
    assert (first.read, first.drained) == (2, False)
    second = inbox.process(ROOM, batch=1, batches=2)
    assert (second.read, second.drained) == (1, True)


def test_a_batch_costs_the_same_queries_whatever_its_size(deliver: Deliver) -> None:
    def queries(numbers: range) -> int:
        for number in numbers:
            deliver(joined(number))
        counted = 0

        def count(execute: Any, *arguments: Any) -> Any:
            nonlocal counted
            counted += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            inbox.process(ROOM)
        return counted

    queries(range(1))  # the first makes the room and the session
    assert queries(range(1, 3)) == queries(range(3, 60))


# --- The table of docs/webhooks.md -------------------------------------------------------------------------------


def settled(delivery: Delivery) -> Delivery:
    inbox.process(delivery.room_id)
    delivery.refresh_from_db()
    return delivery


def test_a_repeat_is_read_and_changes_nothing(deliver: Deliver) -> None:
    first, second = deliver(joined()), deliver(joined())
    inbox.process(ROOM)
    third = deliver(joined())
    inbox.process(ROOM)

    assert {settled(delivery).state for delivery in (first, second, third)} == {State.PROCESSED}
    assert Event.objects.count() == 1


def test_a_replay_with_an_old_time_and_a_new_id_is_read_like_any_other(deliver: Deliver) -> None:
    deliver(joined())
    inbox.process(ROOM)
    before = Peer.objects.values().get()

    replay = deliver({**joined(), "id": "another-id", "is_replay": True})

    assert (settled(replay).state, replay.is_replay) == (State.PROCESSED, True)
    assert Event.objects.count() == 2
    assert Peer.objects.values().get() == before


def test_an_unknown_type_is_kept_as_an_event_and_said(deliver: Deliver) -> None:
    delivery = settled(deliver(joined(type="poll.closed.success")))

    assert delivery.state == State.PROCESSED
    assert delivery.note == "“poll.closed.success” is unknown here: kept as an event, not shown"
    assert Event.objects.get().type == "poll.closed.success"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"hello", "body: not JSON"),
        (b'{"id": "1"', "body: not JSON"),
        (b"\xff\xfe\x00", "body: not JSON"),
        (b"[1, 2]", "body: expected a JSON object, got list"),
        (b"7", "body: expected a JSON object, got int"),
        (joined(id=None), "id: missing"),
        (joined(type=""), "type: missing"),
        (joined(timestamp=None), "timestamp: expected RFC 3339"),
        (joined(timestamp="yesterday"), "timestamp: not an RFC 3339 time"),
        (joined(timestamp="0001-01-01T00:00:00Z"), "timestamp: the zero time"),
        (joined(data=None, room_id=ROOM), "data: expected an object"),
        (joined(data={"peer_id": "p"}), "room_id: missing"),
        (joined(data={"room_id": 7}), "room_id: expected text"),
        (joined(data={"room_id": "r" * 65}), "room_id: longer than 64"),
        (joined(id="i" * 65), "id: longer than 64"),
        (joined(id=12), "id: expected text, got int"),
        (joined(id="nul\u0000"), "id: expected letters, digits and _ . : - only, got 'nul\\x00'"),
        (joined(data={"room_id": "a/b"}), "room_id: expected letters"),
        (joined(timestamp="9999-12-31T23:59:59-12:00"), "timestamp: not a time from 2015 to 2099"),
        (joined(timestamp="0001-01-01T01:00:00+14:00"), "timestamp: not a time from 2015 to 2099"),
        (b'{"id":"1","type":"peer.join.success","data":' + b"[" * 900 + b"]" * 900 + b"}", "body: nested deeper"),
        (b'{"id":"1","type":"peer.join.success","data":' + b"[" * 9_000 + b"]" * 9_000 + b"}", "body: not JSON"),
        (b'{"id":"1","type":"peer.join.success","data":{"room_id":"r","n":1e999}}', "body: not JSON"),
    ],
)
def test_what_is_no_event_is_dead_at_once_and_says_why(
    deliver: Deliver, body: bytes | dict[str, Any], error: str
) -> None:
    delivery = settled(deliver(body))

    assert delivery.error.startswith(error)
    assert (delivery.state, delivery.attempts, delivery.next_attempt_at) == (State.DEAD, 1, None)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"", b"\n", b"{}", {"type": "ping"}, {"id": "1", "type": "test", "data": {"a": 1}}, {"room_id": "r", "peers": []}],
)
def test_a_test_that_is_no_event_is_kept_and_not_read(deliver: Deliver, body: bytes | dict[str, Any]) -> None:
    delivery = settled(deliver(body))

    assert (delivery.state, delivery.error) == (State.IGNORED, "")
    assert delivery.note == "names no room or is built like no event: taken for a test"
    assert not Event.objects.exists()


def test_a_nul_in_a_persons_name_loses_nothing_else(deliver: Deliver) -> None:
    event = joined()
    event["data"]["user_name"] = "Ann\u0000a"

    assert settled(deliver(event)).state == State.PROCESSED
    assert Event.objects.get().payload["data"]["user_name"] == "Ann�a"


@pytest.mark.parametrize("number", [10**17, 10**40, -(10**300), 0.1])
def test_huge_numbers_are_kept(deliver: Deliver, number: float) -> None:
    event = joined(type="peer.join.failure")
    event["data"] |= {"duration": number, "error_code": number}

    assert settled(deliver(event)).state == State.PROCESSED
    assert Event.objects.get().payload["data"]["duration"] == pytest.approx(number)


def test_a_room_named_at_the_top_only_counts(deliver: Deliver) -> None:
    event = joined(room_id=ROOM)
    top = {**event, "room_id": event["data"].pop("room_id")}

    assert settled(deliver(top)).state == State.PROCESSED
    assert Event.objects.get().room_id == ROOM


def test_all_published_webhooks_are_read(deliver: Deliver) -> None:
    names = sorted(file.stem for file in (PAYLOADS / "webhooks").glob("*.json"))
    deliveries = [deliver(payload(f"webhooks/{name}")) for name in names]

    for room_id in {delivery.room_id for delivery in deliveries}:
        inbox.process(room_id)

    assert len(names) == 32
    assert Delivery.objects.filter(state=State.PROCESSED, note="").count() == 32
    assert Event.objects.count() == 32


# --- When it fails -----------------------------------------------------------------------------------------------


def test_one_poison_row_holds_up_no_other(deliver: Deliver, poison: str) -> None:
    for number in range(7):
        deliver(joined(number, id=poison) if number == 4 else joined(number))

    reading = inbox.process(ROOM)

    assert (reading.read, reading.failed, reading.drained) == (6, 1, True)
    failed = Delivery.objects.get(state=State.FAILED)
    assert failed.event_id == poison
    assert "antidote" in failed.error
    assert Event.objects.count() == Peer.objects.count() == 6


def test_what_failed_is_told_without_what_it_carried(
    deliver: Deliver, poison: str, caplog: pytest.LogCaptureFixture
) -> None:
    event = joined(id=poison)
    event["data"]["note"] = "hush-hush"
    delivery = deliver(event)

    with caplog.at_level("ERROR"):
        settled(delivery)

    assert "antidote" in delivery.error
    assert "antidote" in caplog.text
    assert "hush-hush" not in delivery.error + caplog.text
    assert "exc_info" not in caplog.text
    assert not [record for record in caplog.records if record.exc_info]


def test_a_failed_row_rests_longer_each_time_and_in_the_end_for_good(deliver: Deliver, poison: str) -> None:
    delivery = deliver(joined(id=poison))
    rests = []
    while delivery.state != State.DEAD:
        Delivery.objects.update(next_attempt_at=timezone.now())
        before = timezone.now()
        settled(delivery)
        if delivery.next_attempt_at:
            rests.append(round((delivery.next_attempt_at - before).total_seconds(), -1))
            assert inbox.process(ROOM).failed == 0, "not tried again before it has rested"

    assert rests == [10, 60, 600, 3600, 21600]
    assert (delivery.attempts, delivery.next_attempt_at, delivery.processed_at) == (6, None, None)
    assert inbox.process(ROOM).dead == 0, "the dead rest"


def test_a_failed_row_recovers_without_a_person(deliver: Deliver) -> None:
    delivery = deliver(joined(), state=State.FAILED, attempts=3, error="broken", next_attempt_at=CAME_AT)

    assert (settled(delivery).state, delivery.error, delivery.next_attempt_at) == (State.PROCESSED, "", None)


def test_when_the_database_fails_no_delivery_is_blamed(deliver: Deliver) -> None:
    delivery = deliver(joined())

    def gone(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "analytics_event" in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(gone), pytest.raises(OperationalError):
        inbox.process(ROOM)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.error) == (State.PENDING, 0, "")
    assert settled(delivery).state == State.PROCESSED


# --- What follows --------------------------------------------------------------------------------------------------


def test_the_sessions_that_closed_are_named_for_the_pull(deliver: Deliver) -> None:
    closing = payload("webhooks/session.close.success")
    deliver(closing)
    deliver(joined())

    assert inbox.process(closing["data"]["room_id"]).closed_sessions == {closing["data"]["session_id"]}


def test_the_sweep_finds_what_a_lost_nudge_left(deliver: Deliver) -> None:
    now = timezone.now()
    deliver(joined(1, room_id="missed"), received_at=now - timedelta(seconds=6))
    deliver(joined(2, room_id="missed"), received_at=now - timedelta(seconds=6))
    deliver(joined(3, room_id="on-its-way"), received_at=now)
    deliver(joined(4, room_id="rested"), state=State.FAILED, next_attempt_at=now, received_at=now)
    deliver(joined(5, room_id="resting"), state=State.FAILED, next_attempt_at=now + timedelta(seconds=9))
    deliver(joined(6, room_id="dead"), state=State.DEAD)
    deliver(joined(7, room_id="read"), state=State.PROCESSED, processed_at=now)

    assert inbox.rooms_missed(now) == ["missed", "rested"]


def test_old_read_deliveries_are_forgotten_and_their_events_kept(deliver: Deliver) -> None:
    for number in range(5):
        deliver(joined(number))
    inbox.process(ROOM)
    settled(deliver(b"{}"))
    kept = [
        deliver(joined(6)),
        settled(deliver(b"not JSON")),
        deliver(joined(7), state=State.PROCESSED, received_at=CAME_AT + timedelta(days=1)),
    ]

    assert inbox.prune(CAME_AT + timedelta(hours=1), chunk=2) == 6
    assert set(Delivery.objects.all()) == set(kept)
    assert Event.objects.count() == 5
