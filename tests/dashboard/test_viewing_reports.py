"""Our own player reports what was watched."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from analytics.class_ids import set_id_in_class
from analytics.models import Recording, Video, Viewing, ViewingEvent
from analytics.own_player import LARGEST, MOST
from dashboard.recording_viewers import viewers
from dashboard.views.viewing_reports import A_MINUTE
from rooms.models import Room
from tests.dashboard import classes, recorded
from tests.dashboard.classes import Pupil

PLAYER = "7e7c9a52-1f9a-4d0e-9d7a-0d6c6f0a1b2c"


@pytest.fixture(autouse=True)
def nobody_has_reported_yet() -> None:
    cache.clear()


@pytest.fixture
def recording(physics: Room) -> Recording:
    return recorded.recording(classes.session(physics))


def event(number: int, kind: str, second: float, **places: float) -> dict[str, Any]:
    emitted = timezone.now() - timedelta(minutes=10) + timedelta(seconds=second)
    return {"number": number, "type": kind, "emittedAt": emitted.isoformat().replace("+00:00", "Z"), **places}


def watched_a_minute() -> list[dict[str, Any]]:
    return [
        event(0, "ready", 0, at=0),
        event(1, "play", 1, at=0),
        event(2, "seek.forward", 31, **{"from": 30.5, "to": 100}),
        event(3, "pause", 61, at=130),
    ]


def report(client: Client, recording: Recording, events: Any, **more: Any) -> Any:
    body = {"player": PLAYER, "events": events, **more}
    return client.post(f"/recordings/{recording.pk}/viewing/", json.dumps(body), content_type="application/json")


def test_what_is_reported_is_watched_by_who_is_signed_in(recording: Recording, teacher: Client) -> None:
    assert report(teacher, recording, watched_a_minute()).status_code == 204

    viewing = Viewing.objects.get()
    assert (viewing.user_id, viewing.name, viewing.video.source) == ("wanjiru", "Wanjiru Kamau", Video.Source.OURS)
    assert viewing.spans == [[0, 30.5], [100, 130]]
    assert (viewing.last_position, viewing.events_read) == (130, 4)
    assert viewing.video.recording_id == recording.pk


def test_who_is_told_to_be_somebody_in_class_watches_as_them_and_so_does_what_came_before(
    physics: Room, ikram: User, wanjiru: User, teacher: Client
) -> None:
    taught = recorded.recording(classes.session(physics, pupils=[Pupil("Wanjiru Kamau", "teacher-wanjiru")]))
    events = watched_a_minute()
    report(teacher, taught, events[:2])

    set_id_in_class(actor=ikram, user=wanjiru, user_id="teacher-wanjiru")
    assert report(teacher, taught, events).status_code == 204

    assert [viewing.user_id for viewing in Viewing.objects.all()] == ["teacher-wanjiru"]
    [row] = viewers(taught, timezone.now()).rows
    assert (row.was_there, row.state, row.watched_micros) == (True, "nothing missed", 60_500_000)


def test_a_batch_that_comes_twice_late_or_in_parts_gives_the_same(recording: Recording, teacher: Client) -> None:
    events = watched_a_minute()
    for batch in (events[2:], events[:2], events[2:], events):
        assert report(teacher, recording, batch).status_code == 204

    assert ViewingEvent.objects.count() == 4
    assert Viewing.objects.get().spans == [[0, 30.5], [100, 130]]


def test_the_first_word_of_a_number_counts(recording: Recording, teacher: Client) -> None:
    report(teacher, recording, watched_a_minute())
    report(teacher, recording, [event(3, "pause", 61, at=155)])

    assert Viewing.objects.get().spans == [[0, 30.5], [100, 130]]


def test_a_browser_whose_clock_is_years_off_is_put_right(recording: Recording, teacher: Client) -> None:
    with time_machine.travel("2019-05-01T10:00:00Z", tick=False):
        told, sent = watched_a_minute(), timezone.now().isoformat().replace("+00:00", "Z")

    assert report(teacher, recording, told, sentAt=sent).status_code == 204

    viewing = Viewing.objects.get()
    assert viewing.last_event_at is not None
    assert abs(viewing.last_event_at - timezone.now()) < timedelta(minutes=11)
    assert viewing.spans == [[0, 30.5], [100, 130]]


def test_nobody_adds_to_the_viewing_of_somebody_else(recording: Recording, teacher: Client, ops: Client) -> None:
    report(teacher, recording, watched_a_minute())

    answer = report(ops, recording, [event(4, "resume", 70, at=130)])

    assert (answer.status_code, answer.json()) == (400, {"errors": {"player": "is that of another viewing"}})
    assert Viewing.objects.get().events_read == 4


def test_one_player_shows_one_recording(recording: Recording, physics: Room, teacher: Client) -> None:
    report(teacher, recording, watched_a_minute())

    assert report(teacher, recorded.recording(classes.session(physics)), watched_a_minute()).status_code == 400


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("no JSON", "body"),
        ("[]", "body"),
        ("[" * 50_000, "body"),
        ({"player": "me", "events": [event(0, "ready", 0, at=0)]}, "player"),
        ({"player": PLAYER, "events": []}, "events"),
        ({"player": PLAYER, "events": "all"}, "events"),
        ({"player": PLAYER, "events": [event(0, "ready", 0, at=0)] * 201}, "events"),
        ({"player": PLAYER, "events": [7]}, "events[0]"),
        ({"player": PLAYER, "events": [event(-1, "ready", 0, at=0)]}, "events[0].number"),
        ({"player": PLAYER, "events": [event(MOST, "ready", 0, at=0)]}, "events[0].number"),
        ({"player": PLAYER, "events": [event(0, "stare", 0, at=0)]}, "events[0].type"),
        ({"player": PLAYER, "events": [event(0, "play", 0)]}, "events[0].at"),
        ({"player": PLAYER, "events": [event(0, "play", 0, at=-1)]}, "events[0].at"),
        ({"player": PLAYER, "events": [event(0, "play", 0, at=1e12)]}, "events[0].at"),
        ({"player": PLAYER, "events": [event(0, "seek.forward", 0, to=5)]}, "events[0].from"),
        (
            {"player": PLAYER, "events": [{"number": 0, "type": "play", "emittedAt": "now", "at": 0}]},
            "events[0].emittedAt",
        ),
        ({"player": PLAYER, "events": [event(0, "play", 0, at=0)], "sentAt": "now"}, "sentAt"),
        ({"player": PLAYER, "events": [event(0, "play", 0, at=0)], "sentAt": "0001-01-01T00:00:00Z"}, "sentAt"),
    ],
)
def test_what_is_no_report_is_refused_by_field(body: Any, field: str, recording: Recording, teacher: Client) -> None:
    sent = body if isinstance(body, str) else json.dumps(body)

    answer = teacher.post(f"/recordings/{recording.pk}/viewing/", sent, content_type="application/json")

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not Viewing.objects.exists()


def test_a_report_beyond_all_measure_is_not_read(recording: Recording, teacher: Client) -> None:
    sent = b"x" * (LARGEST + 1)

    assert (
        teacher.post(f"/recordings/{recording.pk}/viewing/", sent, content_type="application/json").status_code == 413
    )


def test_who_reports_without_end_is_told_to_wait(recording: Recording, teacher: Client, ops: Client) -> None:
    with time_machine.travel("2026-11-12T10:00:20Z", tick=False):
        for _ in range(A_MINUTE):
            assert report(teacher, recording, watched_a_minute()).status_code == 204
        answer = report(teacher, recording, watched_a_minute())
        other = recorded.recording(classes.session(recording.room))

        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "40")
        assert report(ops, other, [{**watched_a_minute()[0], "number": 0}], player=PLAYER[:-1] + "d").status_code == 204
    with time_machine.travel("2026-11-12T10:01:01Z", tick=False):
        assert report(teacher, recording, watched_a_minute()).status_code == 204


def test_without_the_token_of_our_pages_nothing_is_taken(recording: Recording, wanjiru: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(wanjiru)

    assert report(client, recording, watched_a_minute()).status_code == 403
    assert not Viewing.objects.exists()


def test_what_was_watched_stays_with_a_recording_that_is_named_anew(recording: Recording, teacher: Client) -> None:
    """Its row bears the job's id until its beam's is known."""
    report(teacher, recording, watched_a_minute())
    recording.delete()
    recording.id, recording.beam_id, recording.aliases = "browser-b1", "b1", ["b1", recording.job_id]
    recording.save(force_insert=True)

    assert "Wanjiru Kamau" in teacher.get("/recordings/browser-b1/viewers/").content.decode()


def test_the_longest_name_of_an_account_is_kept_as_far_as_it_fits(recording: Recording, teacher: Client) -> None:
    User.objects.filter(username="wanjiru").update(first_name="W" * 150, last_name="K" * 150)

    assert report(teacher, recording, watched_a_minute()).status_code == 204

    assert Viewing.objects.get().name == ("W" * 150 + " " + "K" * 150)[:255]
