"""Home: live now, what needs somebody, today, and how fresh it is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from analytics.models import Cursor, Pull
from rooms.models import Room
from tests.dashboard import classes
from tests.dashboard.classes import Pupil
from webhooks.models import Delivery, Heartbeat

NOON = "2026-11-12T09:04:10Z"  # 12:04:10 in Nairobi


def home(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def midday() -> time_machine.travel:
    return time_machine.travel(NOON, tick=False)


def test_the_head_says_it_in_one_sentence(ops: Client, physics: Room, chemistry: Room) -> None:
    with time_machine.travel(NOON, tick=False):
        classes.delivery()
        classes.session(physics, ago=timedelta(minutes=32), length=None, pupils=[Pupil(), Pupil("Mei", "mei")])
        classes.session(chemistry, ago=timedelta(minutes=12), length=None, pupils=[Pupil("Omar", "omar")], failures=1)

        page = home(ops)

    assert "2 rooms live, 3 people, 1 problem" in page
    assert "Thursday 12 November 2026, Nairobi time (EAT, UTC+3)" in page
    assert "12:04:10" in page
    assert page.index(physics.name) < page.index(chemistry.name), "the fullest first"


def test_a_person_on_two_devices_is_one_person(ops: Client, physics: Room) -> None:
    classes.session(physics, ago=timedelta(minutes=5), length=None, pupils=[Pupil(), Pupil()])

    assert "1 room live, 1 person" in home(ops)


def test_the_head_counts_what_the_list_shows(ops: Client, physics: Room) -> None:
    with time_machine.travel(NOON, tick=False):
        held = classes.session(physics, failures=1, ago=timedelta(hours=2))
        Cursor.objects.create(session_id=held.pk, room_id=physics.pk, lost_at=timezone.now())

        page = home(ops)

    assert "No room is live, 1 problem, 1 warning" in page
    assert 'Needs attention</h2><span class="count">2</span>' in page


def test_the_most_at_once_is_counted_up_to_now(ops: Client, physics: Room) -> None:
    held = classes.session(physics, ago=timedelta(minutes=5), length=None, pupils=[Pupil(), Pupil("Mei", "mei")])
    held.peak_count = 1
    held.save()

    assert "most at once 2" in home(ops)


def test_with_nothing_going_on_home_is_calm(ops: Client, physics: Room) -> None:
    page = home(ops)

    assert "No room is live" in page
    assert "Nobody has met today" in page
    assert "Nothing. Webhooks come in, pulls go well, and nobody met a failure today." in page


def test_many_drops_at_once_are_news(teacher: Client, physics: Room) -> None:
    dropped = [Pupil(f"Pupil {number}", f"p{number}", dropped=True) for number in range(3)]
    held = classes.session(physics, ago=timedelta(minutes=8), length=None, pupils=[Pupil(), *dropped])

    page = home(teacher)

    assert "3 network drops in 10 min" in page
    assert f"{physics.name}: 3 network drops" in page
    assert f'href="/sessions/{held.pk}/"' in page


def test_what_people_could_not_do_is_named_with_its_cause(teacher: Client, physics: Room) -> None:
    with time_machine.travel(NOON, tick=False):
        held = classes.session(physics, ago=timedelta(hours=2))
        classes.failure(held, name="Saoirse", error_message="Room is full.")
        classes.failure(held, name="Björn", error_message="Room is full.")
        classes.failure(held, name="Silent", is_terminal=False)
        classes.failure(held, name="Left", type="peer.leave.failure")

        page = home(teacher)

    assert f"2 people had trouble in {physics.name}" in page
    assert "Saoirse, Björn. 100ms gives as cause: Room is full." in page
    assert "Silent" not in page
    assert "Left" not in page


def test_a_refusal_without_a_session_leads_to_the_room(teacher: Client, physics: Room) -> None:
    with time_machine.travel(NOON, tick=False):
        held = classes.session(physics, ago=timedelta(hours=1))
        classes.failure(held, session_id="", peer_id="", name="", user_id="", type="peer.join.failure")

        page = home(teacher)

    assert f"Somebody had trouble in {physics.name}" in page
    assert f'class="btn" href="/rooms/{physics.pk}/"' in page


def test_yesterdays_trouble_is_yesterdays(teacher: Client, physics: Room) -> None:
    with time_machine.travel(NOON, tick=False):
        classes.session(physics, ago=timedelta(hours=20), failures=2)

        assert "had trouble" not in home(teacher)


def test_a_gap_found_today_is_told(teacher: Client, physics: Room) -> None:
    held = classes.session(physics)
    Cursor.objects.create(session_id=held.pk, room_id=physics.pk, lost_at=timezone.now())

    assert "has a gap in its history" in home(teacher)


def test_dead_webhooks_are_told_with_the_commonest_cause(ops: Client) -> None:
    for error in ("body: not JSON", "body: not JSON", "data: missing"):
        classes.delivery(Delivery.State.DEAD, error=error)

    page = home(ops)

    assert "3 webhooks could not be read" in page
    assert "Most say: body: not JSON." in page
    assert 'href="/deliveries/?state=dead"' in page


def test_a_pull_that_fails_is_told_with_what_100ms_said(ops: Client) -> None:
    now = timezone.now()
    good, bad = now - timedelta(minutes=47), now - timedelta(minutes=1)
    Pull.objects.create(kind=Pull.Kind.SESSIONS, started_at=good, finished_at=good)
    Pull.objects.create(kind=Pull.Kind.SESSIONS, started_at=bad, finished_at=bad, error="401: token not accepted")

    page = home(ops)

    assert "Not pulled from 100ms: sessions" in page
    assert "last 47 min ago" in page
    assert "100ms said: 401: token not accepted." in page
    assert "1 source late" in page
    assert "late, as of" in page


def test_an_outage_is_told_within_a_minute_and_once_for_all_kinds(ops: Client) -> None:
    now = timezone.now()
    for kind in (Pull.Kind.ROOMS, Pull.Kind.SESSIONS, Pull.Kind.EVENTS):
        good, bad = now - timedelta(seconds=90), now - timedelta(seconds=10)
        Pull.objects.create(kind=kind, started_at=good, finished_at=good)
        Pull.objects.create(kind=kind, started_at=bad, finished_at=bad, error="no answer: connection refused")

    page = home(ops)

    assert "Not pulled from 100ms: rooms, sessions, events of a session" in page
    assert page.count("100ms said: no answer: connection refused.") == 1
    assert "1 problem" in page
    assert "3 sources late" in page


def test_one_failed_pull_is_no_news_yet(ops: Client) -> None:
    now = timezone.now()
    good, bad = now - timedelta(seconds=40), now - timedelta(seconds=10)
    Pull.objects.create(kind=Pull.Kind.SESSIONS, started_at=good, finished_at=good)
    Pull.objects.create(kind=Pull.Kind.SESSIONS, started_at=bad, finished_at=bad, error="503")

    assert "Not pulled" not in home(ops)


def test_webhooks_that_stopped_are_told_while_people_come_and_go(ops: Client, physics: Room) -> None:
    with time_machine.travel(NOON, tick=False):
        classes.delivery(received_at=timezone.now() - timedelta(minutes=20))
        classes.session(physics, ago=timedelta(minutes=12), length=None)

        page = home(ops)

    assert "Webhooks have stopped" in page
    assert "last today 11:44" in page
    assert "People have come or gone since today 11:52 and no webhook told" in page
    assert "are still read from 100ms" in page
    assert "no webhooks</span>" in page


@pytest.mark.parametrize(
    ("last_webhook", "session_began"),
    [(9, 8), (20, 25), (20, 1)],
    ids=["one came lately", "nobody came or went since", "its webhook may still come"],
)
def test_webhooks_that_may_well_come_are_no_news(
    last_webhook: int, session_began: int, ops: Client, physics: Room
) -> None:
    classes.delivery(received_at=timezone.now() - timedelta(minutes=last_webhook))
    classes.session(physics, ago=timedelta(minutes=session_began), length=None)

    assert "Webhooks have stopped" not in home(ops)


def test_webhooks_that_never_came_are_told_once_a_room_is_live(ops: Client, physics: Room) -> None:
    assert "No webhook has come yet" not in home(ops)

    classes.session(physics, ago=timedelta(minutes=12), length=None)

    assert "No webhook has come yet" in home(ops)


def test_fresh_data_says_how_long_it_is_safe(ops: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        now = timezone.now()
        for kind in Pull.Kind:
            Pull.objects.create(kind=kind, started_at=now, finished_at=now)
        page = home(ops)

    assert "Data safe until 12 December" in page
    assert "all well" in page


def test_work_that_stands_still_is_told(ops: Client) -> None:
    Heartbeat.objects.create(name="beat", beat_at=timezone.now() - timedelta(minutes=30))

    assert "The background work stands still" in home(ops)


def test_what_is_not_set_is_told_with_its_remedy(ops: Client, settings: Settings) -> None:
    settings.HMS_ACCESS_KEY = ""
    settings.HMS_WEBHOOK_SECRET = ""

    page = home(ops)

    assert "Nothing can be read from 100ms" in page
    assert "HMS_ACCESS_KEY is not set" in page
    assert "Every webhook is refused" in page


def test_the_pipeline_is_for_ops(ops: Client, teacher: Client) -> None:
    classes.delivery(Delivery.State.DEAD)
    classes.delivery()

    assert "2 webhooks in the last hour" in home(ops)
    assert "Event pipeline" not in home(teacher)
    assert "could not be read" not in home(teacher)


def test_today_is_drawn_for_every_room_that_met(teacher: Client, physics: Room) -> None:
    with time_machine.travel(NOON, tick=False):
        held = classes.session(physics, ago=timedelta(hours=2), pupils=[Pupil(dropped=True)])
        classes.session(physics, ago=timedelta(hours=20))

        page = home(teacher)

    assert "1 session so far" in page
    assert f"{physics.name}: 1 session so far, with trouble" in page
    assert f'<a href="/sessions/{held.pk}/"' in page


def test_a_teacher_without_rooms_learns_whom_to_ask(signed_in: Callable[[User], Client], wanjiru: User) -> None:
    wanjiru.room_access.all().delete()

    assert "No room has been given to you yet" in home(signed_in(wanjiru))


def test_the_live_part_comes_alone(ops: Client) -> None:
    page = ops.get("/", headers={"HX-Request": "true", "HX-Target": "home"}).content.decode()

    assert "<html" not in page
    assert 'id="asof" hx-swap-oob="true"' in page


def test_the_navigation_counts_what_is_live_and_dead(
    ops: Client, teacher: Client, physics: Room, chemistry: Room
) -> None:
    classes.session(physics, ago=timedelta(minutes=5), length=None)
    classes.session(chemistry, ago=timedelta(minutes=5), length=None)
    classes.session(chemistry, ago=timedelta(days=2), length=None)
    classes.delivery(Delivery.State.DEAD)

    assert "2 live</span>" in ops.get("/people/").content.decode()
    assert '<span class="nav-count">1</span>' in ops.get("/people/").content.decode()
    assert "1 live</span>" in teacher.get("/people/").content.decode()
    assert "/deliveries/" not in teacher.get("/people/").content.decode()
