"""The list of webhook deliveries, replays that really post again, and quality series after the end."""

from collections import Counter
from typing import Any

import httpx
import orjson
import pytest

from rooms.simulator.app import create_app
from rooms.simulator.clock import DAY, SECOND, SimulatedClock, in_seconds
from rooms.simulator.deliveries import NAMES
from rooms.simulator.faults import Faults
from rooms.simulator.room import Room
from rooms.simulator.scenarios import SCENARIOS, school_class
from rooms.simulator.session import Session
from rooms.simulator.webhooks import WebhookSender
from rooms.simulator.world import World
from tests.rooms.simulator.conftest import NOON, Ask, Receiver, Stopwatch, token
from tests.rooms.simulator.contract import event_as_documented, example_errors


@pytest.fixture
def over(
    world: World, physics: Room, sender: WebhookSender, receiver: Receiver, clock: SimulatedClock, stopwatch: Stopwatch
) -> Session:
    """A class that is over; its first webhook was refused to the end."""
    session = world.play(school_class(1, people=6, incidents=[]), physics)
    clock.advance(3600)
    sender.collect()
    for seconds, refusal in ((0, 500), (1, TimeoutError()), (3, 500), (10, 500)):
        receiver.answers = [refusal]
        deliver(sender, stopwatch, seconds)
    return session


def deliver(sender: WebhookSender, stopwatch: Stopwatch, seconds: float) -> None:
    """Let so much time pass, and go out what is due."""
    stopwatch.now += seconds
    while sender.deliver():
        pass


def test_each_try_is_listed_newest_first_under_its_outcome(ask: Ask, over: Session, sender: WebhookSender) -> None:
    listed = ask("list_webhook_events")
    tries = listed["events"]
    assert listed["pagination"] == {
        "current_page": 1,
        "page_size": 50,
        "total_pages": 1,
        "total_items": len(tries),
        "has_next": False,
        "has_prev": False,
    }
    names = Counter(one["payload"]["original_event_name"] for one in tries)
    assert set(names) <= set(NAMES)
    assert (names["peer.leave.success"], names["session.close.success"]) == (6, 1)
    failed = ask("list_webhook_events", params={"status": "failed"})["events"]
    assert {one["event_name"] for one in failed} == {"reporter.webhook.delivery.failed"}
    assert {one["payload"]["error_reason"] for one in failed} == {"status 500", "TimeoutError"}
    taken = ask("list_webhook_events", params={"status": "success"})["events"]
    assert all("error_reason" not in one["payload"] for one in taken)
    assert len(failed) + len(taken) == len(tries)
    one = next(one for one in tries if one["payload"]["original_event_name"] == "peer.leave.success")
    assert set(one["payload"]["event_data"]) == {"session_id", "peer_id", "user_id"}  # not the event itself
    assert one["room_id"] == over.room.id


def test_pages_are_numbered(ask: Ask, over: Session) -> None:
    whole = ask("list_webhook_events", params={"limit": 100})["events"]
    found: list[Any] = []
    number = 1
    while True:
        page = ask("list_webhook_events", params={"limit": 5, "page": number})
        found += page["events"]
        assert page["pagination"]["has_prev"] is (number > 1)
        if not page["pagination"]["has_next"]:
            break
        number += 1
    assert found == whole
    assert number == page["pagination"]["total_pages"] == -(-len(whole) // 5)
    assert ask("list_webhook_events", params={"page": number + 1})["events"] == []


def test_the_filters_of_the_list(ask: Ask, over: Session, clock: SimulatedClock) -> None:
    def count(**params: Any) -> int:
        return int(ask("list_webhook_events", params=params)["pagination"]["total_items"])

    every = count()
    assert count(room_id=over.room.id) == every
    assert count(room_id="elsewhere") == 0
    assert count(event_names=["session.open.success", "session.close.success"]) == 4 + 1
    assert count(end_time=in_seconds(clock() - 60 * SECOND)) == 0
    clock.advance(2 * 86_400)
    assert count() == 0  # 24 hours, unless told otherwise
    assert count(start_time=in_seconds(clock() - 3 * DAY)) == every


@pytest.mark.parametrize("operation", ["list_webhook_events", "replay_webhook_events"])
def test_windows_that_are_refused(ask: Ask, operation: str, clock: SimulatedClock) -> None:
    how = "params" if operation == "list_webhook_events" else "json"
    texts = [error["message"] for error in example_errors("GET", "/analytics/webhooks", 400)]
    now = clock()
    long_ago, half = in_seconds(now - 31 * DAY), in_seconds(now - 15 * DAY)
    assert ask.refused(operation, 400, **{how: {"start_time": long_ago}}) == texts[0]
    assert ask.refused(operation, 400, **{how: {"start_time": half}}) == texts[1]
    assert ask.refused(operation, 400, **{how: {"end_time": half}}) == texts[1]
    ask.refused(operation, 400, **{how: {"start_time": "yesterday"}})
    ask.refused(operation, 400, **{how: {"status": "lost"}})
    ask.refused(operation, 400, **{how: {"event_names": ["track.add.success"]}})


def test_a_replay_posts_again_what_was_never_taken(
    ask: Ask, over: Session, sender: WebhookSender, receiver: Receiver, stopwatch: Stopwatch
) -> None:
    receiver.requests.clear()
    started = ask("replay_webhook_events", json={})
    assert started["status"] == "started"
    again = ask("replay_webhook_events", json={})
    assert (again["workflow_id"], again["status"]) == (started["workflow_id"], "already_running")
    running = ask("get_webhook_replay", workflow_id=started["workflow_id"])
    assert (running["status"], running["progress"]["total"], running["completed_at"]) == ("Running", 1, None)
    deliver(sender, stopwatch, 1)
    (event,) = [orjson.loads(body) for _, _, body in receiver.requests]
    assert (event["is_replay"], event["type"]) == (True, "session.open.success")
    event_as_documented("webhook", event)
    done = ask("get_webhook_replay", workflow_id=started["workflow_id"])
    assert (done["status"], done["result"]) == (
        "completed",
        {"total": 1, "completed": 1, "failed": 0, "failed_events": []},
    )
    nothing = ask("replay_webhook_events", json={})  # it has been taken by now
    over_at_once = ask("get_webhook_replay", workflow_id=nothing["workflow_id"])
    assert (over_at_once["status"], over_at_once["progress"]["total"]) == ("completed", 0)


def test_a_replay_goes_ten_a_second_and_names_what_it_could_not_bring(
    ask: Ask, over: Session, sender: WebhookSender, receiver: Receiver, stopwatch: Stopwatch
) -> None:
    receiver.requests.clear()
    wish = {"status": "all", "event_names": ["peer.join.success", "peer.leave.success"], "offset": 1, "limit": 11}
    started = ask("replay_webhook_events", json=wish)
    assert started["filters"]["event_types"] == wish["event_names"]
    deliver(sender, stopwatch, 0.45)
    assert len(receiver.requests) == 5
    receiver.answers = [503] * 24
    for _ in range(40):
        deliver(sender, stopwatch, 0.5)
    status = ask("get_webhook_replay", workflow_id=started["workflow_id"])
    assert status["status"] == "completed_with_failures"
    assert (status["progress"], len(status["result"]["failed_events"])) == (
        {"total": 11, "completed": 5, "failed": 6},
        6,
    )


def test_what_a_lost_webhook_was_can_be_replayed(
    ask: Ask,
    world: World,
    physics: Room,
    sender: WebhookSender,
    receiver: Receiver,
    clock: SimulatedClock,
    stopwatch: Stopwatch,
    faults: Faults,
) -> None:
    session = world.play(SCENARIOS["lost_webhooks"](1), physics)
    clock.advance(3600)
    sender.collect()
    deliver(sender, stopwatch, 0)
    lost = {one.id for one in session.sent if one.lost}
    got = {orjson.loads(body)["id"] for _, _, body in receiver.requests}
    assert got.isdisjoint(lost)
    ask("replay_webhook_events", json={})
    deliver(sender, stopwatch, 10)
    assert {orjson.loads(body)["id"] for _, _, body in receiver.requests} - got == lost


def test_nothing_went_where_there_is_no_address(
    ask: Ask, world: World, physics: Room, sender: WebhookSender, clock: SimulatedClock, stopwatch: Stopwatch
) -> None:
    sender.target = None
    world.play(SCENARIOS["lost_webhooks"](1), physics)
    clock.advance(3600)
    sender.collect()
    deliver(sender, stopwatch, 0)
    assert ask("list_webhook_events")["events"] == []


def test_without_a_sender_there_is_nothing_to_replay() -> None:
    app = create_app(World(lambda: NOON))
    headers = {"Authorization": f"Bearer {token()}"}
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://simulator", headers=headers) as client:
        ask = Ask(client)
        assert ask("list_webhook_events")["events"] == []
        refused = ask.refused("replay_webhook_events", 503, json={})
        assert refused == "webhook replay service unavailable"


def test_quality_is_told_after_the_end_only_and_where_there_was_sound_or_picture(
    ask: Ask, world: World, physics: Room, clock: SimulatedClock
) -> None:
    session = world.play(school_class(1, people=5, incidents=[]), physics)
    teacher = session.script.stays[0]
    named: dict[str, Any] = {"params": {"peer_id": session.peer_id(teacher.key), "session_id": session.id}}
    clock.advance(600)
    assert ask.refused("get_peer_stats", 404, **named) == "peer stats not found"
    clock.advance(3600)
    stats = ask("get_peer_stats", **named)
    layers = Counter((one["type"], one["rid"]) for one in stats["publisher"]["video"])
    assert layers == {("regular", "h"): 1, ("regular", "m"): 1, ("regular", "l"): 1, ("screen", None): 2}
    on = {session.track_id(teacher.key, track.key): track.on for track in teacher.tracks}
    for kind in ("video", "audio"):
        for one in stats["publisher"][kind]:
            series = one["time_series"]
            assert len({len(points) for points in series.values()}) == 1
            for moment in series["timestamps"]:
                at = moment * 1_000_000
                assert any(session.when(a) <= at < session.when(b) for a, b in on[one["track_id"]])
        assert {one["track_id"] for one in stats["subscriber"][kind]}.isdisjoint(on)
        assert all(one["time_series"]["bitrate"][0] is None for one in stats["subscriber"][kind])
    ask.refused("get_peer_stats", 404, params={**named["params"], "peer_id": "nobody"})
    ask.refused("get_peer_stats", 400, params={"peer_id": "nobody"})
