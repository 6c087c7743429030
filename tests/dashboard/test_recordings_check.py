"""What should have been recorded: each thing that was not, with its cause and the step that helps."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from analytics.envelope import parse
from analytics.ingest import ingest
from analytics.models import Recording, Session, Stream, Transcription
from dashboard.troubles import TROUBLES
from dashboard.views.recordings_check import SHOWN
from rooms import audit
from rooms.audit import Target
from rooms.mirrors import templates
from rooms.models import Room, RoomAccess
from tests.conftest import payload
from tests.dashboard import classes, recorded
from tests.dashboard.test_query_counts import asked

URL = "/recordings/check/"
AUTO: dict[str, Any] = {"compositeRecording": {"browserComposite": {"enabled": True, "autoStart": True}}}


def template(template_id: str, *, at: datetime | None = None, transcribes: bool = False, **ways: Any) -> None:
    """A template that records so, as read 90 days ago or at another time."""
    notes = {"notes": {"name": "notes", "role": "teacher", "modes": ["recorded"]}}
    found: dict[str, Any] = {"id": template_id, "name": "Lesson", "roles": {}, "settings": {}}
    found["destinations"] = {"transcriptions": notes} if transcribes else {}
    found["recordings"] = [{"name": "all", "role": "teacher", **ways}] if ways else []
    templates.write([found], at=at or timezone.now() - timedelta(days=90))


@pytest.fixture
def recorded_by_itself(physics: Room) -> Room:
    """The room's template records every class and has it transcribed."""
    template("lesson", transcribes=True, **AUTO)
    Room.objects.filter(pk=physics.pk).update(template_id="lesson", template_name="Lesson")
    physics.refresh_from_db()
    return physics


@pytest.fixture
def held(physics: Room) -> Session:
    return classes.session(physics, ago=timedelta(hours=10))


def shown(viewer: Client, query: str = "") -> str:
    answer = viewer.get(f"/recordings/{query}/" if query and not query.startswith("?") else URL + query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_nothing_was_held_in_that_time(ops: Client) -> None:
    assert "No session in that time" in shown(ops)


def test_a_class_as_it_should_be_is_left_in_peace(ops: Client, held: Session) -> None:
    made = recorded.recording(held, files=1)
    recorded.transcription(made)

    assert "Everything is as it should be" in shown(ops)


def test_a_class_that_was_not_recorded_leads_to_the_settings_that_say_so(
    ops: Client, recorded_by_itself: Room, held: Session
) -> None:
    page = shown(ops)

    assert f'href="/sessions/{held.pk}/"' in page
    assert "No browser recording" in page
    assert "The settings record a browser recording by themselves, and 100ms tells of none." in page
    assert "By the settings as they stood then." in page
    assert 'href="/room-templates/lesson/recordings/"' in page
    assert "Recordings of the template “Lesson”" in page
    assert "1</strong> of them lost" in page


def test_a_class_goes_by_the_settings_of_its_own_day(ops: Client, physics: Room) -> None:
    """The template began to record between the two classes."""
    template("lesson")
    Room.objects.filter(pk=physics.pk).update(template_id="lesson")
    template("lesson", at=timezone.now() - timedelta(hours=12), **AUTO)
    before = classes.session(physics, ago=timedelta(hours=20))
    after = classes.session(physics, ago=timedelta(hours=10))

    page = shown(ops)

    assert after.pk in page
    assert before.pk not in page


def test_where_nobody_knows_the_settings_of_then_todays_are_named(ops: Client, physics: Room, held: Session) -> None:
    template("lesson", at=timezone.now(), **AUTO)
    Room.objects.filter(pk=physics.pk).update(template_id="lesson")

    assert "By today&#x27;s settings: how they stood then is not known." in shown(ops)


def test_the_switch_of_the_room_is_about_its_composite(ops: Client, physics: Room, held: Session) -> None:
    Room.objects.filter(pk=physics.pk).update(recording_enabled=True)

    page = shown(ops)

    assert "No composite recording" in page
    assert "By today&#x27;s settings" in page


def test_a_class_that_goes_on_unrecorded_can_still_be_saved(ops: Client, recorded_by_itself: Room) -> None:
    classes.session(recorded_by_itself, ago=timedelta(minutes=20), length=None)

    page = shown(ops)

    assert "It goes on and is not recorded" in page
    assert "Start one by hand now." in page


def test_a_failure_is_told_with_its_cause_and_what_100ms_adds(
    ops: Client, recorded_by_itself: Room, held: Session
) -> None:
    said: dict[str, Any] = {"error_type": "UPLOAD_ERROR", "error_message": "403 from s3://films?X-Amz-Signature=hush"}
    made = recorded.recording(held, files=0, state="failed", **said)

    page = shown(ops)

    assert "The browser recording failed" in page
    assert "100ms made the file and could not put it into the storage." in page
    assert "100ms adds: 403 from s3://films?••••••" in page
    assert "hush" not in page
    assert 'href="/room-templates/lesson/settings/"' in page
    assert f'href="/recordings/{made.pk}/"' in page


def test_who_started_one_that_never_came_is_named(ops: Client, ikram: User, physics: Room) -> None:
    classes.session(physics, ago=timedelta(minutes=30), length=None)
    with time_machine.travel(timezone.now() - timedelta(minutes=20)):
        audit.note(ikram, "recording.start", Target("recording", "job-1", str(physics), physics.pk))

    assert "Ikram Benali started it 20 min ago, 100ms took it, and has no such recording." in shown(ops)


def test_a_stream_that_was_to_be_kept_and_left_nothing_is_told(ops: Client, physics: Room, held: Session) -> None:
    stream: dict[str, Any] = {
        "kind": "live",
        "state": "ended",
        "job_id": "job-2",
        "at": held.started_at,
        "is_recorded": True,
    }
    Stream.objects.create(id="live-job-2", room=physics, session=held, stopped_at=held.ended_at, **stream)

    assert "Somebody started it 9 h ago" in shown(ops)


def test_what_is_too_short_or_stuck_says_how_much_and_since_when(ops: Client, physics: Room) -> None:
    stopped: dict[str, Any] = {"duration_seconds": 600.0, "stop_reason": "max duration reached"}
    recorded.recording(classes.session(physics, ago=timedelta(hours=9)), files=1, **stopped)
    unready: dict[str, Any] = {"duration_seconds": None, "finished_at": None}
    recorded.recording(classes.session(physics, ago=timedelta(hours=8)), state="processing", **unready)
    recorded.recording(classes.session(physics, ago=timedelta(hours=7)), state="running", stopped_at=None, **unready)
    recorded.recording(classes.session(physics, ago=timedelta(hours=6)), state="starting", **unready)

    page = shown(ops)

    assert "It ran for 45 min, and its file has 10 min: it ran as long as 100ms lets it." in page
    assert "The template says how long a recording may be." in page
    assert "It ended 7 h ago, and no file has come." in page
    assert "It began 7 h ago, and 100ms never told of its end." in page
    assert "It was ordered 6 h ago and has not begun." in page
    assert "lost" not in page.partition('id="found"')[2]


def test_transcripts_are_looked_after_too(ops: Client, recorded_by_itself: Room) -> None:
    recorded.recording(classes.session(recorded_by_itself, ago=timedelta(hours=9)), files=1)
    failed = recorded.recording(classes.session(recorded_by_itself, ago=timedelta(hours=8)), files=1)
    recorded.transcription(failed, Transcription.State.FAILED)
    late = recorded.recording(classes.session(recorded_by_itself, ago=timedelta(hours=7)), files=1)
    recorded.transcription(late, Transcription.State.RUNNING)
    fine = recorded.recording(classes.session(recorded_by_itself, ago=timedelta(hours=6)), files=1)
    recorded.asset(fine, "transcript", output="json")

    page = shown(ops)

    assert "No transcript</h2>" in page
    assert "The transcript failed</h2>" in page
    assert "The transcript does not become ready</h2>" in page
    assert page.count("<li>") - page.partition('id="found"')[0].count("<li>") == 3


def test_a_summary_that_failed_is_not_called_a_transcript(ops: Client, recorded_by_itself: Room, held: Session) -> None:
    made = recorded.recording(held)
    recorded.transcription(made, Transcription.State.FAILED, outputs={"transcript_json": {"path": "said.json"}})

    for page in (shown(ops), shown(ops, made.pk)):
        assert "The summary failed" in page
        assert "The transcript is there. 100ms could not write the summary of it" in page
        assert "The transcript failed" not in page


def test_advice_for_a_class_that_is_over_can_be_followed(
    ops: Client, physics: Room, held: Session, ikram: User
) -> None:
    recorded.recording(held, state="starting", started_at=None, stopped_at=None, finished_at=None, files=0)
    with time_machine.travel(timezone.now() - timedelta(hours=10), tick=False):
        audit.note(ikram, "recording.start", Target("recording", "job-lost", "", physics.pk))

    page = shown(ops)

    assert "The session is over, so it will not begin any more. Before the next start, check" in page
    assert "tell 100ms&#x27;s support the id job-lost." in page
    assert "tart it again" not in page


def test_a_room_and_days_narrow_it_and_stand_in_the_url(
    ops: Client, recorded_by_itself: Room, chemistry: Room, held: Session
) -> None:
    Room.objects.filter(pk=chemistry.pk).update(template_id="lesson")
    other = classes.session(chemistry, ago=timedelta(hours=10))
    old = classes.session(recorded_by_itself, ago=timedelta(days=20))
    day = timezone.localdate() - timedelta(days=20)

    def found(query: str) -> set[str]:
        page = shown(ops, query)
        return {session.pk for session in (held, other, old) if f"/sessions/{session.pk}/" in page}

    assert found("") == {held.pk, other.pk}
    assert found(f"?room={chemistry.name}") == {other.pk}
    assert found(f"?room={recorded_by_itself.pk}") == {held.pk}
    assert found(f"?since={day - timedelta(days=1)}") == {held.pk, other.pk, old.pk}
    assert found(f"?since={day - timedelta(days=1)}&until={day + timedelta(days=1)}") == {old.pk}
    assert "Since: 30.2.2026" in shown(ops, "?since=30.2.2026")


def test_teachers_see_their_own_rooms_and_no_way_into_templates(
    teacher: Client, sam: User, recorded_by_itself: Room, held: Session, signed_in: Callable[[User], Client]
) -> None:
    page = shown(teacher)

    assert "No browser recording" in page
    assert "/room-templates/" not in page
    assert "No session in that time" in shown(signed_in(sam))


def test_home_tells_what_is_lost_and_counts_the_rest(
    ops: Client, teacher: Client, recorded_by_itself: Room, held: Session
) -> None:
    short = classes.session(recorded_by_itself, ago=timedelta(hours=8))
    recorded.transcription(recorded.recording(short, files=1, duration_seconds=600.0))
    for viewer in (ops, teacher):
        page = viewer.get("/").content.decode()
        assert f"{recorded_by_itself.name}: no browser recording" in page
        assert "1 more recording to look at" in page
    assert "/room-templates/lesson/recordings/" in ops.get("/").content.decode()
    assert "/room-templates/" not in teacher.get("/").content.decode()


def test_home_looks_as_far_back_as_the_check_and_both_say_so(ops: Client, recorded_by_itself: Room) -> None:
    for days in (5, 6):
        made = recorded.recording(classes.session(recorded_by_itself, ago=timedelta(days=days)), duration_seconds=60.0)
        recorded.transcription(made)

    assert "2</strong> to look at, in 2 sessions of the last 7 days" in shown(ops)
    home = ops.get("/").content.decode()
    assert "2 recordings to look at" in home
    assert "in the last 7 days" in home


def test_home_says_the_same_of_a_class_once(ops: Client, physics: Room, held: Session) -> None:
    for _ in range(3):
        recorded.recording(held, kind=Recording.Kind.TRACK, state="failed", error_type="MEMORY_ERROR", files=0)
    recorded.recording(held, kind=Recording.Kind.TRACK, state="failed", error_type="API_ERROR", files=0)

    page = ops.get("/").content.decode()

    assert f"{physics.name}: the recording of one track failed, 3 times" in page
    assert page.count(f"<h3>{physics.name}: the recording of one track failed") == 2
    assert "to look at" not in page


def test_days_that_end_before_they_begin_are_said_at_the_field(ops: Client, held: Session) -> None:
    turned = "?since=2026-03-02&until=2026-03-01"

    assert 'aria-describedby="check-until_error"' in shown(ops, turned)
    assert "Until is before Since: no day lies between them." in shown(ops, turned)
    assert "check-until_error" not in shown(ops, "?since=2026-03-01&until=2026-03-01")
    for url in ("/recordings/", "/streams/", "/sessions/"):
        assert "Since is later than Until" in ops.get(url + turned).content.decode()
        assert "Since is later than Until" not in ops.get(url).content.decode()


def test_the_page_of_a_session_says_what_is_wrong_with_its_recording(
    ops: Client, recorded_by_itself: Room, held: Session
) -> None:
    assert "No browser recording." in ops.get(f"/sessions/{held.pk}/").content.decode()

    recorded.transcription(recorded.recording(held, files=1))

    assert "No browser recording" not in ops.get(f"/sessions/{held.pk}/").content.decode()


@pytest.mark.parametrize("url", [URL, "/"])
def test_300_sessions_ask_no_more_than_3(ops: Client, wanjiru: User, recorded_by_itself: Room, url: str) -> None:
    def fill(number: int) -> None:
        for index in range(number):
            room = classes.room(f"Room {index}", template_id="lesson")
            RoomAccess.objects.create(user=wanjiru, room=room)
            made = recorded.recording(classes.session(room, ago=timedelta(hours=10)), files=1, state="failed")
            recorded.transcription(made, Transcription.State.FAILED)

    fill(3)
    few = asked(ops, url)
    fill(297)
    many = asked(ops, url)

    assert len(many) == len(few)
    assert len(many) <= 36
    assert Recording.objects.count() == 300


def test_a_week_in_which_everything_failed_is_cut_and_says_so(ops: Client, physics: Room) -> None:
    for _ in range(SHOWN + 1):
        recorded.recording(classes.session(physics, ago=timedelta(hours=10)), state="failed", files=0)

    page = shown(ops)

    assert "201</strong> to look at, <strong>201</strong> of them lost" in page
    assert "These are the first 200 of 201." in page
    assert page.count("The browser recording failed") == SHOWN


@pytest.mark.parametrize("error", sorted(TROUBLES))
@pytest.mark.parametrize("name", ["beam.failure", "recording.failed", "hls.failure", "stream.recording.failure"])
def test_every_failure_that_100ms_tells_of_ends_in_its_cause_in_words(
    ops: Client, physics: Room, name: str, error: str
) -> None:
    """From the webhook to the page, with nothing in between but the product."""
    held = classes.session(physics, ago=timedelta(hours=10))
    body = payload(f"webhooks/{name}")
    at = held.started_at
    assert at is not None
    body["timestamp"] = at.isoformat()
    body["data"] |= {"session_id": held.pk, "room_id": physics.pk, "session_started_at": at.isoformat()}
    if "metadata_timestamp" in body["data"]:
        body["data"]["metadata_timestamp"] = at.isoformat()
    if "error_type" in body["data"]:
        body["data"]["error_type"] = error
    else:
        body["data"]["error_message"] = error
    if name == "hls.failure":
        body["data"]["recording_vod_playlist_enabled"] = True

    ingest([parse(body, "webhook")])

    listed = " ".join(ops.get("/recordings/").content.decode().split())
    for page in (shown(ops), listed):
        assert escape(TROUBLES[error].cause) in page
        assert "token=beam_recording" not in page
    assert escape(TROUBLES[error].remedy) in shown(ops)
