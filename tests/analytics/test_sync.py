"""The pull, against the simulated 100ms over a socket: nothing lost, nothing read twice without need."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from analytics import pulling, sync
from analytics.envelope import Channel, parse
from analytics.ingest import ingest
from analytics.models import Cursor, Event, Failure, Peer, Pull, Session, Track
from analytics.tasks import prune_pulls
from rooms import hms
from rooms.models import Room
from rooms.simulator.app import ACCESS_KEY, SECRET
from rooms.simulator.clock import SimulatedClock
from rooms.simulator.faults import Faults
from rooms.simulator.scenarios import SCENARIOS, lecture
from rooms.simulator.server import running
from rooms.simulator.session import Session as PlayedSession
from rooms.simulator.world import World

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 11, 12, 7, tzinfo=UTC)


class Crash(BaseException):
    """Our process dies."""


class Wire(httpx.HTTPTransport):
    """The socket to the far side, with a list of what went over it; after `last` requests the process dies."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.last: int | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.last is not None and len(self.asked) >= self.last:
            raise Crash
        self.asked.append(request.url.path.removeprefix("/v2"))
        return super().handle_request(request)

    def pages(self) -> int:
        return self.asked.count("/analytics/events")


class School:
    """A simulated 100ms at a time that stands still until it is moved, and a client of it."""

    def __init__(self) -> None:
        self.time = SimulatedClock(int(MORNING.timestamp()) * 10**9, real=lambda: 0)
        self.world = World(self.time)
        self.faults = Faults()
        self.wire = Wire()
        self.room = self.world.add_room("Year 9 Physics, group B")
        self.client: hms.Client
        self.url = ""

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time() / 1e9, UTC)

    def later(self, **length: float) -> None:
        self.time.advance(timedelta(**length).total_seconds())

    def holds(self, scenario: str = "class", *, people: int = 5, duration: float = 1800) -> PlayedSession:
        return self.world.play(SCENARIOS[scenario](1, people=people, duration=duration), self.room)

    def everything(self) -> list[Pull]:
        return list(sync.sync(self.client, clock=self.now))

    def events(self, session: PlayedSession) -> Pull:
        return sync.pull_events(self.client, session.id, clock=self.now)

    def listed(self, session: PlayedSession) -> set[str]:
        """The ids the analytics list has of a session so far."""
        told = self.world.events(session.id)
        return {event["id"] for channel, event in told if channel == "analytics" and event["data"].get("session_id")}


@pytest.fixture
def school() -> Iterator[School]:
    school = School()
    with running(school.world, faults=school.faults) as url:
        school.url = url
        school.client = hms.Client(
            access_key=ACCESS_KEY,
            secret=SECRET,
            base_url=f"{url}/v2",
            transport=school.wire,
            requests_per_second=float("inf"),
            sleep=lambda seconds: None,
        )
        with school.client:
            yield school


def analytics_ids() -> set[str]:
    return set(Event.objects.filter(channel="analytics").exclude(session_id="").values_list("event_id", flat=True))


def test_a_pull_alone_shows_a_class_whose_webhooks_were_all_lost(school: School) -> None:
    played = school.holds()
    school.later(hours=2)
    pulls = school.everything()
    assert [pull.error for pull in pulls] == [""] * len(pulls)
    assert Room.objects.get().name == "Year 9 Physics, group B"
    session = Session.objects.get()
    assert session.ended_at == session.started_at + timedelta(minutes=30)  # type: ignore[operator]
    assert session.people_count == len(school.world.truth(played.id))
    assert analytics_ids() == school.listed(played)
    assert Track.objects.filter(kind=Track.Kind.MIC).exists()


def test_a_settled_session_is_not_asked_about_again(school: School) -> None:
    school.holds()
    school.later(hours=2)
    school.everything()
    assert Cursor.objects.get().final_at is not None
    before = school.wire.pages()
    school.everything()
    assert school.wire.pages() == before


def test_events_of_a_running_session_keep_coming(school: School) -> None:
    played = school.holds()
    school.later(minutes=10)
    school.everything()
    first = analytics_ids()
    school.later(minutes=10)
    school.events(played)
    assert first < analytics_ids() == school.listed(played)
    cursor = Cursor.objects.get()
    assert cursor.final_at is None
    assert cursor.due_at is not None
    assert cursor.due_at - school.now() >= sync.LIVE_EVERY


def test_a_closed_session_is_pulled_once_more_a_few_minutes_later(school: School) -> None:
    played = school.holds()
    school.later(minutes=31)
    school.everything()
    cursor = Cursor.objects.get()
    assert cursor.final_at is None
    session = Session.objects.get()
    assert session.ended_at is not None
    assert cursor.due_at == session.ended_at + sync.SETTLED_AFTER
    school.later(minutes=5)
    assert sync.claim_due(clock=school.now) == played.id
    school.events(played)
    assert Cursor.objects.get().final_at == school.now()


def test_a_pass_over_pages_we_hold_stops_at_the_first(school: School) -> None:
    played = school.world.play(lecture(1, people=20, duration=3600, events=2_500), school.room)
    school.later(minutes=40)
    school.everything()
    pages = school.wire.pages()
    assert pages > 10
    school.events(played)
    assert school.wire.pages() == pages + 1


def test_after_a_crash_the_pull_goes_on_from_its_cursor(school: School) -> None:
    played = school.world.play(lecture(1, people=20, duration=3600, events=5_000), school.room)
    school.later(hours=2)
    sync.pull_sessions(school.client, clock=school.now)
    pages = len(school.listed(played)) // 100 + 1
    school.wire.last = len(school.wire.asked) + 1 + 30
    with pytest.raises(Crash):
        school.events(played)
    assert Pull.objects.filter(kind=Pull.Kind.EVENTS).get().error == "Crash on our side"
    assert Cursor.objects.get().position != ""
    held = len(analytics_ids())
    assert held == 20 * 100  # what was committed with the cursor, no more and no less
    school.wire.last = None
    before = school.wire.pages()
    school.events(played)
    assert analytics_ids() == school.listed(played)
    assert school.wire.pages() - before == pages - 20


def test_a_cursor_that_died_begins_the_pass_anew(school: School) -> None:
    played = school.world.play(lecture(1, people=20, duration=3600, events=5_000), school.room)
    school.later(hours=2)
    sync.pull_sessions(school.client, clock=school.now)
    school.wire.last = len(school.wire.asked) + 1 + 30
    with pytest.raises(Crash):
        school.events(played)
    school.wire.last = None
    # 100ms may lose a cursor before its time: what stands in the row is then worth nothing.
    Cursor.objects.update(position="gone:0:0")
    assert school.events(played).error == ""
    assert analytics_ids() == school.listed(played)
    school.later(hours=25)
    Cursor.objects.update(position="gone:0:0", opened_at=school.now() - timedelta(hours=25), final_at=None)
    assert school.events(played).error == ""


def test_what_100ms_no_longer_holds_is_said_to_be_lost(school: School) -> None:
    played = school.holds()
    school.later(hours=1)
    sync.pull_sessions(school.client, clock=school.now)
    school.later(days=31)
    school.events(played)
    cursor = Cursor.objects.get()
    assert cursor.lost_at is not None
    assert cursor.final_at is not None
    assert analytics_ids() == set()


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"cut": "middle"}, {"status": 429}])
def test_a_fault_that_passes_is_sat_out(school: School, fault: dict[str, object]) -> None:
    played = school.holds()
    school.later(hours=2)
    school.faults.add({**fault, "path": "/v2/analytics/*", "times": 2})
    assert all(pull.error == "" for pull in school.everything())
    assert analytics_ids() == school.listed(played)


def test_a_fault_that_stays_is_told_and_tried_again_later(school: School) -> None:
    played = school.holds()
    school.later(hours=2)
    school.faults.add({"status": 503, "path": "/v2/analytics/*", "times": None})
    pulls = school.everything()
    assert any("503" in pull.error for pull in pulls)
    cursor = Cursor.objects.get()
    assert cursor.failures == 1
    assert cursor.due_at is not None
    assert cursor.due_at > school.now()
    school.faults.clear()
    school.later(hours=1)
    assert sync.claim_due(clock=school.now) == played.id
    assert school.events(played).error == ""
    assert Cursor.objects.get().failures == 0
    assert analytics_ids() == school.listed(played)


def test_when_100ms_says_how_long_to_wait_we_wait_that_long(school: School) -> None:
    played = school.holds()
    school.later(hours=2)
    sync.pull_sessions(school.client, clock=school.now)
    school.faults.add({"status": 429, "retry_after": 300, "path": "/v2/analytics/*", "times": None})
    school.events(played)
    due = Cursor.objects.get().due_at
    assert due is not None
    assert due - school.now() >= timedelta(seconds=300)


def test_two_workers_never_claim_the_same_session(school: School) -> None:
    school.holds()
    school.later(minutes=10)
    sync.pull_sessions(school.client, clock=school.now)
    assert sync.follow(clock=school.now) == 1
    assert sync.claim_due(clock=school.now) is not None
    assert sync.claim_due(clock=school.now) is None
    school.later(seconds=pulling.LEASE.total_seconds() + 1)
    assert sync.claim_due(clock=school.now) is not None


def test_failures_without_a_session_are_read_by_room(school: School) -> None:
    played = school.holds("client_errors")
    school.later(hours=2)
    school.everything()
    told = [event for channel, event in school.world.events(played.id) if channel == "analytics"]
    without = {event["id"] for event in told if not event["data"].get("session_id")}
    assert without
    assert without <= set(Failure.objects.values_list("event_id", flat=True))


def test_the_list_of_sessions_is_read_from_where_something_can_have_changed(school: School) -> None:
    for _ in range(12):
        school.holds(people=2, duration=600)
        school.later(hours=20)
    sync.pull_sessions(school.client, clock=school.now)
    again = sync.pull_sessions(school.client, clock=school.now)
    assert (again.objects_read, again.events_new) == (0, 0)
    assert Session.objects.count() == 12


def test_an_unchanged_session_costs_no_event(school: School) -> None:
    school.holds()
    school.later(hours=1)
    sync.pull_sessions(school.client, clock=school.now)
    stored = Event.objects.count()
    again = sync.pull_sessions(school.client, clock=school.now)
    assert again.objects_read == 1
    assert (again.events_new, Event.objects.count()) == (0, stored)


def test_a_session_100ms_does_not_know_is_asked_about_ever_more_slowly(school: School) -> None:
    school.holds()
    school.later(hours=2)
    Room.objects.create(id="a" * 24)
    Session.objects.create(id="b" * 24, room_id="a" * 24, started_at=school.now(), last_event_at=school.now())
    waits = []
    for _ in range(12):
        pull = sync.pull_events(school.client, "b" * 24, clock=school.now)
        assert "404" in pull.error or "403" in pull.error, pull.error
        due = Cursor.objects.get(pk="b" * 24).due_at
        assert due is not None
        waits.append((due - school.now()).total_seconds())
        school.time.advance(waits[-1])
    assert waits == sorted(waits)
    assert waits[-1] == pulling.LONGEST_WAIT


def test_an_outage_of_a_day_costs_nothing(school: School) -> None:
    played = school.holds()
    school.later(hours=2)
    sync.pull_sessions(school.client, clock=school.now)
    sync.follow(clock=school.now)
    school.faults.add({"status": 503, "times": None})
    for _ in range(30):
        school.later(hours=1)
        if pk := sync.claim_due(clock=school.now):
            sync.pull_events(school.client, pk, clock=school.now)
    school.faults.clear()
    school.later(hours=2)
    assert sync.claim_due(clock=school.now) == played.id
    school.events(played)
    assert analytics_ids() == school.listed(played)


def test_a_settled_session_stays_complete_when_asked_for_weeks_later(school: School) -> None:
    played = school.holds()
    school.later(hours=2)
    school.everything()
    settled = Cursor.objects.get()
    school.later(days=40)
    school.events(played)
    again = Cursor.objects.get()
    assert (again.final_at, again.lost_at) == (settled.final_at, None)


def test_failures_that_100ms_has_forgotten_do_not_hide_new_ones(school: School) -> None:
    school.holds("client_errors")
    school.later(days=31)
    [first] = school.world.sessions
    told = [event for channel, event in school.world.events(first) if channel == "analytics"]
    ingest([parse(event, Channel.ANALYTICS) for event in told])
    played = school.holds("client_errors")
    school.later(hours=2)
    sync.pull_failures(school.client, school.room.id, clock=school.now)
    new = {event["id"] for _, event in school.world.events(played.id) if event["type"].startswith("client.")}
    assert new
    assert new <= set(Failure.objects.values_list("event_id", flat=True))


def listed(sessions: list[dict[str, Any]]) -> Pull:
    """The pull of a list in which 100ms names these sessions, in whatever shape."""

    def answer(request: httpx.Request) -> httpx.Response:
        found = sessions if request.url.params["active"] == "false" else []
        return httpx.Response(200, json={"limit": 100, "data": found, "last": ""})

    with hms.Client(access_key="k", secret="s" * 32, transport=httpx.MockTransport(answer)) as client:
        return sync.pull_sessions(client, clock=lambda: MORNING + timedelta(hours=1))


def test_a_role_that_comes_back_is_told_by_the_object_alone(school: School) -> None:
    """Every role webhook was lost; the object said student, host, student."""
    raw: dict[str, Any] = {
        "id": "6" * 24,
        "room_id": school.room.id,
        "active": True,
        "created_at": "2026-11-12T07:00:00.000Z",
        "updated_at": "2026-11-12T07:00:00.000Z",
        "peers": {"p1": {"id": "p1", "name": "Ann", "role": "student", "joined_at": "2026-11-12T07:00:00.000Z"}},
    }
    for minute, role in ((1, "student"), (2, "host"), (3, "student"), (4, "student")):
        raw["updated_at"] = f"2026-11-12T07:0{minute}:00.000Z"
        raw["peers"]["p1"]["role"] = role
        assert listed([raw]).error == ""
        assert Peer.objects.get().role == role
    assert Event.objects.filter(type="snapshot.peer").count() == 3


def test_one_odd_object_hides_no_other(school: School) -> None:
    """Peers as an array, as the object's page in the docs has them; and one without a room."""
    whole = {"created_at": "2026-11-12T07:00:00Z", "updated_at": "2026-11-12T07:10:00Z", "active": False}
    peer = {"id": "p1", "name": "Ann", "role": "student", "joined_at": "2026-11-12T07:00:00Z"}
    data = [
        {"id": "1" * 24, **whole, "peers": {}},
        {"id": "2" * 24, "room_id": school.room.id, **whole, "peers": [peer]},
        {"id": "3" * 24, "room_id": school.room.id, **whole, "peers": {"p2": {**peer, "id": "p2"}}},
    ]

    pull = listed(data)
    assert set(Session.objects.values_list("pk", flat=True)) == {"2" * 24, "3" * 24}
    assert set(Peer.objects.values_list("pk", flat=True)) == {"p1", "p2"}
    assert "room_id" in pull.error
    assert pull.reached_end


def test_the_command_says_what_it_read_and_fails_when_a_part_failed(school: School, settings: Settings) -> None:
    school.holds()
    school.later(hours=2)
    settings.HMS_API_URL = f"{school.url}/v2"
    settings.HMS_ACCESS_KEY, settings.HMS_SECRET = ACCESS_KEY, "not the secret of this workspace, far from it"
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match="parts failed"):
        call_command("sync", stdout=out, stderr=err)
    assert "0 pages" in out.getvalue()
    assert "/rooms" in err.getvalue()


def test_the_command_without_keys_says_where_to_get_them(settings: Settings) -> None:
    settings.HMS_ACCESS_KEY = ""
    with pytest.raises(CommandError, match="100ms dashboard"):
        call_command("sync")


def test_a_peer_who_is_still_in_has_no_end(school: School) -> None:
    school.holds()
    school.later(minutes=10)
    school.everything()
    assert Session.objects.get().ended_at is None
    assert Peer.objects.filter(left_at=None).exists()


def test_pulls_older_than_what_100ms_holds_are_forgotten(db: None) -> None:
    now = timezone.now()
    kept = Pull.objects.create(kind=Pull.Kind.ROOMS, started_at=now - timedelta(days=29))
    Pull.objects.create(kind=Pull.Kind.ROOMS, started_at=now - timedelta(days=31))
    prune_pulls()
    assert list(Pull.objects.all()) == [kept]
