"""Webhooks go out as 100ms sends them: what, when, how often again, and to whom."""

import threading
from typing import Any

import httpx
import orjson
import pytest

from rooms.simulator import commands
from rooms.simulator.clock import HOUR, SimulatedClock
from rooms.simulator.faults import Faults
from rooms.simulator.people import Person
from rooms.simulator.room import Room
from rooms.simulator.scenarios import SCENARIOS, recorded_class, school_class
from rooms.simulator.session import Session
from rooms.simulator.webhooks import Target, WebhookSender
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import NOON, Receiver, Stopwatch
from tests.rooms.simulator.contract import event_as_documented, event_types


def send(sender: WebhookSender) -> None:
    """Everything that is due."""
    sender.collect()
    while sender.deliver():
        pass


def bodies(receiver: Receiver) -> list[dict[str, Any]]:
    return [orjson.loads(body) for _, _, body in receiver.requests]


@pytest.fixture
def lesson(world: World, physics: Room, sender: WebhookSender) -> Session:
    """Begins now, after the sender."""
    return world.play(school_class(1, people=12, incidents=["drop"]), physics)


def test_they_go_out_as_things_happen(
    sender: WebhookSender, receiver: Receiver, clock: SimulatedClock, world: World, lesson: Session
) -> None:
    send(sender)
    assert [event["type"] for event in bodies(receiver)] == ["session.open.success"]
    clock.advance(3600)
    send(sender)
    send(sender)
    assert bodies(receiver) == [event for channel, event in world.events(lesson.id) if channel == "webhook"]
    assert sender.counts == {"acknowledged": len(receiver.requests)}


def test_a_request_as_100ms_makes_it(sender: WebhookSender, receiver: Receiver, lesson: Session) -> None:
    send(sender)
    url, headers, body = receiver.requests[0]
    assert url == "http://school.example/webhooks/100ms/"
    assert headers == {"Content-Type": "application/json", "X-Webhook-Secret": "school-secret"}
    event_as_documented("webhook", orjson.loads(body))


def test_only_webhook_types_go_by_webhook(
    sender: WebhookSender, receiver: Receiver, clock: SimulatedClock, world: World, physics: Room
) -> None:
    world.play(recorded_class(1), physics)
    clock.advance(4 * 3600)
    send(sender)
    types = {event["type"] for event in bodies(receiver)}
    assert types <= event_types("webhook")
    assert {"beam.recording.success", "transcription.success", "hls.recording.success"} < types


@pytest.mark.parametrize("refusal", [500, 503, 401, 201, 202, 204, 302, ConnectionRefusedError(), TimeoutError()])
def test_anything_but_200_is_tried_again_after_1_3_and_10_seconds_then_silence(
    sender: WebhookSender, receiver: Receiver, stopwatch: Stopwatch, lesson: Session, refusal: int | Exception
) -> None:
    receiver.answers = [refusal] * 4
    began = stopwatch.now
    tried = []
    sender.collect()
    while stopwatch.now < began + 60:
        if sender.deliver():
            tried.append(stopwatch.now - began)
        stopwatch.now += 0.5
    assert tried == [0, 1, 4, 14]
    assert len({event["id"] for event in bodies(receiver)}) == 1
    assert sender.counts == {"retried": 3, "given up": 1}


def test_a_retry_that_is_taken_ends_it(
    sender: WebhookSender, receiver: Receiver, stopwatch: Stopwatch, lesson: Session
) -> None:
    receiver.answers = [503, 200]
    send(sender)
    stopwatch.now += 0.9
    assert sender.deliver() is False
    stopwatch.now += 0.1
    assert sender.deliver() is True
    stopwatch.now += 100
    assert sender.deliver() is False
    assert sender.counts == {"retried": 1, "acknowledged": 1}


def test_what_was_over_before_the_sender_comes_by_pull_only(
    world: World, physics: Room, receiver: Receiver, clock: SimulatedClock
) -> None:
    running = world.play(school_class(1, incidents=[]), physics, NOON - HOUR // 2)
    world.play(SCENARIOS["drop"](1), world.add_room("other"), NOON - 5 * HOUR)
    sender = WebhookSender(world, Target("http://school.example/"), post=receiver)
    send(sender)
    assert receiver.requests == []
    clock.advance(3600)
    send(sender)
    later = [event for event in bodies(receiver) if event["data"]["session_id"] == running.id]
    assert len(later) == len(bodies(receiver)) > 20
    assert {event["type"] for event in later} == {"peer.leave.success", "session.close.success"}


def test_lost_webhooks_never_go_out(
    sender: WebhookSender, receiver: Receiver, clock: SimulatedClock, world: World, physics: Room
) -> None:
    session = world.play(SCENARIOS["lost_webhooks"](1), physics)
    clock.advance(3600)
    send(sender)
    assert sender.counts["lost"] == 4
    assert len(receiver.requests) == len([one for one in session.sent if not one.lost])


def test_a_rooms_own_webhook_replaces_the_workspaces(
    sender: WebhookSender, receiver: Receiver, client: httpx.Client, lesson: Session
) -> None:
    own = {"url": "http://own.example/hook?a=1", "headers": {"my-header": "mine"}}
    client.post(f"/v2/rooms/{lesson.room.id}", json={"webhook": own})
    send(sender)
    url, headers, _ = receiver.requests[0]
    assert (url, headers["my-header"]) == ("http://own.example/hook?a=1", "mine")
    assert "X-Webhook-Secret" not in headers


def test_without_an_address_nothing_is_sent(sender: WebhookSender, receiver: Receiver, lesson: Session) -> None:
    sender.target = None
    send(sender)
    assert receiver.requests == []
    assert sender.counts == {"nowhere to send": 1}


def test_stopped_webhooks_wait_and_come_late(
    sender: WebhookSender, receiver: Receiver, faults: Faults, clock: SimulatedClock, lesson: Session
) -> None:
    faults.add({"webhooks": {"stopped": True}})
    clock.advance(600)
    send(sender)
    assert receiver.requests == []
    assert sender.flush() is False
    faults.add({"webhooks": {"stopped": False}})
    send(sender)
    assert len(receiver.requests) == len([one for one in lesson.sent if one.at <= clock()]) > 10


def test_all_webhooks_lost(
    sender: WebhookSender, receiver: Receiver, faults: Faults, clock: SimulatedClock, lesson: Session
) -> None:
    faults.add({"webhooks": {"lose": 1}})
    clock.advance(3600)
    send(sender)
    assert receiver.requests == []
    assert sender.counts == {"lost": len(lesson.sent)}


def test_repeated_and_reordered(
    sender: WebhookSender,
    receiver: Receiver,
    faults: Faults,
    clock: SimulatedClock,
    stopwatch: Stopwatch,
    lesson: Session,
) -> None:
    faults.add({"webhooks": {"repeat": 2, "reorder_seconds": 30}})
    clock.advance(3600)
    send(sender)
    stopwatch.now += 30
    send(sender)
    ids = [event["id"] for event in bodies(receiver)]
    in_order = [one.id for one in lesson.sent]
    assert sorted(ids) == sorted(in_order * 3)
    assert list(dict.fromkeys(ids)) != in_order


def test_a_replay_brings_everything_again_even_what_was_lost(
    client: httpx.Client, sender: WebhookSender, receiver: Receiver, world: World, physics: Room
) -> None:
    session = world.play(SCENARIOS["lost_webhooks"](1), physics, NOON - HOUR)
    answer = client.post("/_control/webhooks/send", json={"session_id": session.id, "copies": 2})
    assert answer.json() == {"queued": 2 * len(session.sent)}
    send(sender)
    assert all(event["is_replay"] is True for event in bodies(receiver))
    assert {event["id"] for event in bodies(receiver)} == {one.id for one in session.sent}


def test_a_storm_of_all_sessions_shuffled_without_replay(
    client: httpx.Client, sender: WebhookSender, receiver: Receiver, world: World
) -> None:
    sessions = [
        world.play(SCENARIOS["lost_webhooks"](seed), world.add_room(f"room {seed}"), NOON - HOUR) for seed in range(3)
    ]
    wish = {"session_id": "all", "replay": False, "shuffle": True}
    expected = [one.id for session in sessions for one in session.sent if not one.lost]
    assert client.post("/_control/webhooks/send", json=wish).json() == {"queued": len(expected)}
    send(sender)
    assert sorted(event["id"] for event in bodies(receiver)) == sorted(expected)
    assert all("is_replay" not in event for event in bodies(receiver))


def test_flush_sees_everything_through_without_waiting(
    client: httpx.Client, receiver: Receiver, clock: SimulatedClock, lesson: Session
) -> None:
    receiver.answers = [500, 500, 500, 500, 500]
    clock.advance(3600)
    answer = client.post("/_control/webhooks/flush", json={}).json()
    assert (answer["done"], answer["waiting"]) == (True, 0)
    assert answer["counts"]["acknowledged"] >= len(lesson.sent) - 1
    assert {event["id"] for event in bodies(receiver)} == {one.id for one in lesson.sent}


def test_another_address_from_now_on(client: httpx.Client, sender: WebhookSender, lesson: Session) -> None:
    wish = {"url": "http://new.example/", "secret": "s", "header": "X-New"}
    assert client.post("/_control/webhooks/target", json=wish).json()["url"] == "http://new.example/"
    assert sender.target == Target("http://new.example/", "s", "X-New")
    assert client.post("/_control/webhooks/target", json={}).json()["url"] is None


def test_nothing_is_passed_over_when_people_join_while_webhooks_are_collected(receiver: Receiver) -> None:
    clock = SimulatedClock()
    world = World(clock)
    sender = WebhookSender(world, Target("http://school.example/"), post=receiver)
    world.add_template("Class")
    physics = world.add_room("Physics")
    joining = threading.Event()

    def collect() -> None:
        while not joining.is_set():
            sender.collect()

    collector = threading.Thread(target=collect)
    collector.start()
    for number in range(150):
        with world.lock:
            commands.join(world, physics, Person(f"Pupil {number}", str(number)), "student", seconds=600)
    joining.set()
    collector.join()
    clock.advance(1)  # an event is made a moment after what it tells of: the last ones are only due then
    send(sender)

    joined = [event["data"]["user_name"] for event in bodies(receiver) if event["type"] == "peer.join.success"]
    assert len(joined) == len(set(joined)) == 150
