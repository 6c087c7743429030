"""What 100ms says it sent beside what is here, and asking it to send again: against a 100ms that really posts."""

import csv
import io
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import orjson
import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from analytics.envelope import parse
from analytics.ingest import ingest
from analytics.models import Event
from rooms.connection import client as of_100ms
from rooms.models import AuditEntry, Room
from tests.dashboard import classes
from tests.rooms.simulated import SimulatedHms
from webhooks.models import Delivery

PAGE = "/deliveries/sent/"
ASK = "/deliveries/sent/replay/"
LIST = "/analytics/webhooks"
REPLAY = "/analytics/webhooks/replay"
STATE = "/analytics/webhooks/replay/{workflow_id}"


class Door:
    """Takes webhooks for a test: `came` are the bodies; other answers than 200 while `status` says so."""

    def __init__(self) -> None:
        self.came: list[dict[str, Any]] = []
        self.status = 200
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if door.status == 200:
                    door.came.append(orjson.loads(body))
                self.send_response(door.status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Tests have their own words."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def bodies(self) -> list[dict[str, Any]]:
        """Each event that came once, that of the session first."""
        once = {body["id"]: body for body in self.came}
        return sorted(once.values(), key=lambda body: (body["type"] != "session.open.success", body["timestamp"]))

    def here(self, *, but: int = 0) -> None:
        """What came is read into events, but for the last so many."""
        bodies = self.bodies()
        ingest([parse(body, Event.Channel.WEBHOOK) for body in bodies[: len(bodies) - but]])


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    thread = threading.Thread(target=door.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield door
    door.server.shutdown()
    thread.join()
    door.server.server_close()


@pytest.fixture
def hold(hms_simulator: SimulatedHms, door: Door) -> Callable[..., str]:
    """A class with so many people is held in a room of that name: one event for it, and one for each of them."""
    hms_simulator.send_webhooks_to(door.url, "secret")

    def held(people: int = 3, name: str = "Physics") -> str:
        room = of_100ms().rooms.create(name=name)
        [code] = [one for one in of_100ms().room_codes.create(room.id) if one.role == "student"]
        Room.objects.get_or_create(id=room.id, defaults={"name": name})
        # Held back until all have joined: what happens while it is collected may be passed over.
        httpx.post(f"{hms_simulator.url}/_control/faults", json={"webhooks": {"stopped": True}}, trust_env=False)
        for number in range(people):
            hms_simulator.join(code.code, f"Pupil {number}", f"pupil-{number}")
        hms_simulator.mend()
        hms_simulator.flush_webhooks()
        hms_simulator.forget()
        return room.id

    return held


def shown(client: Client, query: str = "") -> str:
    answer = client.get(PAGE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get("/deliveries/sent.csv" + query)
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode())))


def told() -> list[str]:
    return [f"{one.action} {one.outcome}" for one in AuditEntry.objects.order_by("id")]


def filled(client: Client, query: str = "") -> dict[str, str]:
    """What the dialog would send."""
    form = client.get(ASK + query).context["form"]
    return {field.html_name: str(field.value() or "") for field in form}


def test_all_that_was_sent_is_here(ops: Client, hold: Callable[..., str], door: Door) -> None:
    hold(3)
    door.here()

    page = shown(ops)

    assert "100ms sent 4, all 4 are here" in page
    assert "Ask 100ms to send again" not in page
    assert listed(ops) == []
    assert {row["here"] for row in listed(ops, "?state=all")} == {"here"}


def test_what_is_missing_here_is_listed(ops: Client, hold: Callable[..., str], door: Door) -> None:
    room_id = hold(3)
    door.here(but=2)

    page = shown(ops)

    assert "lost so far" in page
    assert "Ask 100ms to send again" in page
    rows = listed(ops)
    assert [(row["event_type"], row["room_id"], row["here"], row["taken"]) for row in rows] == [
        ("peer.join.success", room_id, "missing", "yes")
    ] * 2
    assert {row["event_id"] for row in rows} == {body["id"] for body in door.bodies()[-2:]}
    assert len(listed(ops, "?state=here")) == 2


def test_what_failed_there_and_came_here_by_the_pull_is_told_as_both(
    ops: Client, hold: Callable[..., str], door: Door
) -> None:
    door.status = 500
    hold(1)
    for row in listed(ops):
        now = timezone.now()
        Event.objects.create(
            event_id=row["event_id"],
            type=row["event_type"],
            room_id=row["room_id"],
            channel=Event.Channel.ANALYTICS,
            emitted_at=now,
            received_at=now,
            payload={},
        )

    rows = listed(ops)

    assert {(row["here"], row["taken"], row["error"], row["tries"]) for row in rows} == {
        ("pulled", "no", "status 500", "4")
    }
    assert "here, by the pull" in shown(ops)
    assert listed(ops, "?state=missing") == []


def test_what_waits_or_died_in_the_inbox_is_not_called_missing(
    ops: Client, hold: Callable[..., str], door: Door
) -> None:
    hold(1)
    door.here(but=1)
    last = classes.delivery(Delivery.State.DEAD, event_id=door.bodies()[-1]["id"])

    page = shown(ops)

    assert "arrived, not read" in page
    assert f'href="/deliveries/{last.pk}/"' in page
    assert listed(ops, "?state=missing") == []


def test_an_event_is_known_by_what_it_tells_where_ids_are_those_of_the_report(
    ops: Client, hold: Callable[..., str], door: Door
) -> None:
    hold(2)
    ingest([parse({**body, "id": f"own-{number}"}, Event.Channel.WEBHOOK) for number, body in enumerate(door.came)])

    assert "100ms sent 3, all 3 are here" in shown(ops)


def test_filters_are_asked_of_100ms_or_narrow_what_it_told(ops: Client, hold: Callable[..., str], door: Door) -> None:
    hold(2, "Physics")
    chess = hold(1, "Chess-club")
    session = next(body["data"]["session_id"] for body in door.came if body["data"]["room_id"] == chess)
    today = timezone.localdate()

    def found(query: str) -> int:
        return len(listed(ops, f"?state=all&{query}"))

    assert found("") == 5
    assert found("room=chess-club") == found(f"room={chess}") == found(f"session={session}") == 2
    assert found("type=session.open.success") == 2
    assert found("type=session.open.success&room=Physics") == 1
    assert found(f"q={door.came[0]['id']}") == 1
    assert found(f"since={today - timedelta(days=3)}") == 5
    assert found(f"until={today - timedelta(days=2)}") == 0  # a midnight may have passed since
    assert found(f"since={today - timedelta(days=90)}&until={today - timedelta(days=60)}") == 0
    assert "Left out, because it could not be understood: Room: Latin" in shown(ops, "?room=Latin")


def test_nothing_sent_says_where_to_look(ops: Client, hms_simulator: SimulatedHms) -> None:
    page = shown(ops)

    assert "100ms says it sent nothing" in page
    assert "/webhooks/100ms/" in page


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"status": 429, "message": "rate limit exceeded, retry after 45 seconds"}, "it wants us to wait 45 s."),
        ({"status": 500}, "100ms has a fault of its own (500)."),
        ({"status": 400, "message": "start_time must be within the last 30 days"}, "100ms refused: start_time must"),
        ({"cut": "before"}, "100ms cannot be reached just now."),
        ({"hang": 30}, "100ms did not answer in time."),
    ],
    ids=str,
)
def test_when_100ms_does_not_tell_the_page_says_what_still_works(
    wish: dict[str, Any], words: str, ops: Client, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("GET", LIST, **wish)

    page = shown(ops)

    assert words in page
    assert "Webhooks go on arriving" in page
    assert "late, as of" in page
    assert hms_simulator.requests() == [("GET", LIST)]
    assert "100ms says it sent nothing" in shown(ops)


def test_a_fault_in_the_middle_leaves_what_was_told(
    ops: Client, hold: Callable[..., str], door: Door, hms_simulator: SimulatedHms
) -> None:
    door.status = 500  # each is tried four times
    hold(30)
    hms_simulator.fault("GET", LIST, status=500, after=1)

    page = shown(ops)

    assert "Not all of it could be read." in page
    assert "100 tries of 124" in page


def test_pages_are_bounded_and_paging_asks_100ms_no_more(
    ops: Client,
    hold: Callable[..., str],
    hms_simulator: SimulatedHms,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    hold(30)
    shown(ops)
    hms_simulator.fault(status=500, times=None)
    with django_assert_num_queries(12):
        assert "1 to 25 of 31" in shown(ops)
    with django_assert_num_queries(12):
        assert "26 to 31 of 31" in shown(ops, "?page=2")
    assert hms_simulator.requests() == [("GET", LIST)]


def test_100ms_is_asked_to_send_again_and_how_far_it_is_stays_on_the_page(
    ops: Client, ikram: User, hold: Callable[..., str], door: Door, hms_simulator: SimulatedHms
) -> None:
    hold(3)
    door.here(but=2)
    dialog = ops.get(ASK, headers={"HX-Request": "true", "HX-Target": "dialog"}).content.decode()
    assert "<html" not in dialog
    assert "All: 4 events, 2 of them missing here" in dialog
    assert "counts once: nothing is counted twice" in dialog
    came = len(door.came)

    answer = ops.post(ASK, filled(ops))

    assert answer.headers["Location"] == PAGE
    asked = AuditEntry.objects.get(outcome="succeeded")
    assert asked.actor == "ikram"
    assert told() == ["webhook_replay.start requested", "webhook_replay.start succeeded"]
    state = f"/deliveries/sent/replays/{asked.target_id}/"
    assert f'hx-get="{state}"' in shown(ops)
    hms_simulator.flush_webhooks()
    assert all(body["is_replay"] for body in door.came[came:])
    assert len(door.came) == came + 4

    over = ops.get(state, headers={"HX-Request": "true", "HX-Target": f"replay-{asked.pk}"}).content.decode()

    assert "4 of 4 taken" in over
    assert "hx-trigger" not in over
    hms_simulator.fault("GET", STATE, status=500, times=None)
    assert "4 of 4 taken" in shown(ops)
    door.here()
    assert "100ms sent 4, all 4 are here" in shown(ops)
    assert Event.objects.count() == 4


def test_what_100ms_never_got_rid_of_is_what_it_is_asked_for(
    ops: Client, hold: Callable[..., str], door: Door, hms_simulator: SimulatedHms
) -> None:
    door.status = 503
    room_id = hold(2)

    ops.post(ASK, filled(ops, "?room=Physics&type=peer.join.success"))

    sent = hms_simulator.received()[-1].body
    assert (sent["status"], sent["room_id"], sent["event_names"]) == ("failed", room_id, ["peer.join.success"])
    hms_simulator.flush_webhooks()
    state = AuditEntry.objects.get(outcome="succeeded").target_id
    page = ops.get(f"/deliveries/sent/replays/{state}/").content.decode()
    assert "0 of 2 taken" in page
    assert "done, 2 not taken" in page


@pytest.mark.parametrize(
    ("wish", "words", "outcome"),
    [
        ({"status": 400, "message": "end_time is wrong"}, "100ms refused: End_time is wrong.", "failed"),
        ({"status": 409, "message": "in use"}, "100ms refused: In use.", "failed"),
        ({"status": 429, "retry_after": 45}, "100ms asks to wait for 45 s. Nothing was changed", "failed"),
        ({"status": 500}, "100ms failed (500), so nobody knows", "unsure"),
        ({"status": 503, "message": "webhook replay service unavailable"}, "100ms failed (503)", "unsure"),
        ({"cut": "before"}, "100ms did not answer, so nobody knows", "unsure"),
        ({"cut": "middle"}, "100ms did not answer, so nobody knows", "unsure"),
        ({"hang": 30}, "100ms did not answer, so nobody knows", "unsure"),
    ],
    ids=str,
)
def test_what_goes_wrong_is_said_and_written_down_and_trying_again_is_safe(
    wish: dict[str, Any],
    words: str,
    outcome: str,
    ops: Client,
    hold: Callable[..., str],
    door: Door,
    hms_simulator: SimulatedHms,
) -> None:
    done = "cut" in wish or "hang" in wish
    hold(2)
    form = filled(ops)
    # What was begun still runs when it is asked for again, however slow we are.
    hms_simulator.fault(webhooks={"stopped": True})
    hms_simulator.fault("POST", REPLAY, **wish)

    page = ops.post(ASK, form).content.decode()

    assert escape(words) in page
    assert f'value="{escape(form["start"])}"' in page
    assert told() == ["webhook_replay.start requested", f"webhook_replay.start {outcome}"]

    assert ops.post(ASK, form).status_code == 302

    assert told()[2:4] == ["webhook_replay.start requested", "webhook_replay.start succeeded"]
    # The replay that ran already is the one of which no answer came: that is written down, too.
    assert told()[4:] == (["webhook_replay.start succeeded"] if done else [])
    ids = set(AuditEntry.objects.filter(outcome="succeeded").values_list("target_id", flat=True))
    assert len(ids) == 1
    assert shown(ops).count('id="replay-') == 1


def test_too_many_and_too_old_are_refused_before_100ms_is_asked(
    ops: Client, hold: Callable[..., str], hms_simulator: SimulatedHms
) -> None:
    hold(1)
    form = filled(ops)
    hms_simulator.forget()

    many = ops.post(ASK, {**form, "limit": "50001"}).content.decode()
    old = ops.post(ASK, {**form, "start": (timezone.now() - timedelta(days=31)).isoformat()}).content.decode()

    assert "50000 at most" in many
    assert "Start must be within the last 30 days" in old
    assert hms_simulator.changes() == []


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"status": 404}, "100ms does not know this replay any more."),
        ({"status": 500}, "100ms has a fault of its own (500)."),
        ({"cut": "before"}, "100ms cannot be reached just now."),
    ],
    ids=str,
)
def test_a_replay_whose_state_is_not_told_says_so(
    wish: dict[str, Any], words: str, ops: Client, hold: Callable[..., str], hms_simulator: SimulatedHms
) -> None:
    hold(1)
    ops.post(ASK, filled(ops))
    hms_simulator.fault("GET", STATE, **wish)

    page = ops.get(f"/deliveries/sent/replays/{AuditEntry.objects.get(outcome='succeeded').target_id}/")

    assert words in page.content.decode()


def test_deliveries_and_the_audit_lead_there(ops: Client, hold: Callable[..., str]) -> None:
    hold(1)
    ops.post(ASK, filled(ops))
    entry = AuditEntry.objects.get(outcome="succeeded")

    assert f'href="{PAGE}"' in ops.get("/deliveries/").content.decode()
    assert f"/deliveries/sent/replays/{entry.target_id}/" in ops.get(f"/audit/{entry.pk}/").content.decode()
    assert "Webhook replay started" in ops.get("/audit/").content.decode()
