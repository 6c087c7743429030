"""Values that no 100ms would send are read, left out or refused: none raises, and a rebuild reads them the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from analytics import instants, queries
from analytics.activity import people
from analytics.axis import axis_of
from analytics.envelope import Channel, parse
from analytics.ingest import ingest
from analytics.models import Event, Failure, Peer, Session, Track
from analytics.rebuild import rebuild
from tests.analytics.histories import rows
from tests.conftest import payload

pytestmark = pytest.mark.django_db

SAMPLES = {
    "peer.join.success": "webhooks/peer.join.success",
    "peer.leave.success": "webhooks/peer.leave.success",
    "peer.join.failure": "webhooks/peer.join.failure",
    "role.change.success": "webhooks/role.change.success",
    "session.open.success": "webhooks/session.open.success",
    "track.add.success": "analytics/events/track.add.success",
    "client.publish.failed": "analytics/events/client.publish.failed",
    **{
        name: f"webhooks/{name}"
        for name in (
            "beam.started.success",
            "beam.stopped.success",
            "beam.recording.success",
            "beam.failure",
            "hls.started.success",
            "hls.stopped.success",
            "hls.recording.success",
            "hls.failure",
            "recording.success",
            "recording.failed",
            "stream.recording.success",
            "stream.recording.failure",
            "track.recording.started.success",
            "track.recording.success",
            "track.recording.failure",
            "transcription.started.success",
            "transcription.success",
            "transcription.failure",
            "ingest.start.success",
            "ingest.end.success",
            "ingest.start.failure",
            "ingest.failure",
        )
    },
}
WITH_RUNS = [
    name for name in SAMPLES if name.startswith(("beam", "hls", "recording", "stream", "transc", "ingest"))
] + [name for name in SAMPLES if name.startswith("track.recording")]
CHANNELS = [Channel.WEBHOOK, Channel.ANALYTICS]


def take(name: str, *, channel: str = Channel.ANALYTICS, at: str | None = None, **data: object) -> None:
    body: dict[str, Any] = payload(SAMPLES[name])
    body["data"] |= data
    if at is not None:
        body |= {"timestamp": at, "id": f"{body['id'][:30]}{at[:4]}"}
    ingest([parse(body, channel)])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("track.add.success", {"type": ["audio"]}),
        ("track.add.success", {"source": {"is": "regular"}}),
        ("track.add.success", {"track_id": "a\x00b"}),
        ("track.add.success", {"track_id": ["t"]}),
        ("track.add.success", {"started_at": {"at": 1}}),
        ("peer.join.success", {"joined_at": ["2026-11-12T07:00:00Z"]}),
        ("peer.join.success", {"joined_at": {"at": "2026-11-12T07:00:00Z"}}),
        ("peer.join.success", {"joined_at": "0001-01-01T01:00:00+14:00"}),
        ("peer.join.success", {"joined_at": "9999-12-31T23:59:59-12:00"}),
        ("peer.join.success", {"user_id": 7, "user_name": ["A"], "role": {}, "user_data": 1.5}),
        (
            "peer.join.success",
            {"user_name": "Ann\x00a", "user_id": "u\x00", "role": "stu\x00dent", "user_data": "\x00"},
        ),
        ("peer.leave.success", {"left_at": None, "duration": 10**15}),
        ("peer.leave.success", {"left_at": None, "duration": 10**300}),
        ("peer.leave.success", {"reason": "\x00", "message": "a\x00b"}),
        ("role.change.success", {"role": "a\x00b", "previous_role": "c\x00d", "role_changed_at": [1]}),
        ("session.open.success", {"room_name": "a\x00b", "session_started_at": 1_763_000_000}),
        ("peer.join.failure", {"error_message": "a\x00b", "user_id": "u\x00"}),
        ("client.publish.failed", {"error_code": 2**70}),
        ("beam.recording.success", {"duration": "1e400", "size": 2**70, "max_width": -1, "max_height": 2**31}),
        ("beam.recording.success", {"duration": "nan", "size": "many", "max_width": "1280", "started_at": ["x"]}),
        ("beam.recording.success", {"recording_path": "s3://" + "a" * 5000, "chat_recording_path": {"at": 1}}),
        ("beam.recording.success", {"recording_path": "s3://a\x00b", "recording_id": "a\x00b", "beam_id": ["b"]}),
        ("beam.recording.success", {"beam_id": None, "recording_id": None, "recording_path": None}),
        ("beam.recording.success", {"beam_id": "b" * 200, "recording_id": "../../admin", "session_started_at": 7}),
        ("beam.recording.success", {"started_at": "2026-11-12T07:00:00Z", "stopped_at": "2020-01-01T00:00:00Z"}),
        ("beam.stopped.success", {"reason": "r\x00" * 400, "duration": -5, "metadata_timestamp": "never"}),
        ("beam.stopped.success", {"reason": ["failure: X"], "duration": [1]}),
        ("beam.stopped.success", {"reason": "failure: " + "X" * 400}),
        ("beam.failure", {"error_type": "T\x00" * 100, "error_message": "m\x00" * 20_000, "session_id": None}),
        ("beam.failure", {"error_type": {"is": "X"}, "recording_enabled": "yes", "rtmp": {"url": "rtmp://a/b"}}),
        ("beam.started.success", {"rtmp": [{"url": 7}, "rtmp://a/b/c", None, {"url": "rtmp://[/b/c"}]}),
        ("beam.started.success", {"rtmp": [{"url": "rtmp://a/b/" + "c" * 5000}] * 200, "peer_id": "p" * 60}),
        ("hls.recording.success", {"recording_single_files": [7, None, {"asset_id": 7}, {"layer": ["0"]}, {}]}),
        ("hls.recording.success", {"recording_single_files": {"asset_id": "a"}, "recording_thumbnails": [{}, "x"]}),
        ("hls.recording.success", {"hls_vod_recording_size": True, "duration": False}),
        ("hls.started.success", {"url": ["https://a"], "started_at": "0001-01-01T00:00:00Z"}),
        ("hls.stopped.success", {"started_at": "2099-01-01T00:00:00Z", "stopped_at": "2015-01-01T00:00:00Z"}),
        ("recording.success", {"session_id": None}),
        ("recording.success", {"session_stopped_at": "2099-01-01T00:00:00Z", "duration": 10**300}),
        ("recording.failed", {"error": ["x"], "error_type": 7}),
        ("stream.recording.success", {"recording_id": None, "stream_id": None, "user_id": "u" * 300}),
        ("track.recording.success", {"track_id": None, "recording_id": None, "size": "١٢"}),
        ("transcription.success", {"transcription_id": None, "recording_id": 7}),
        ("transcription.success", {"transcript_json_asset_id": {"a": 1}, "transcript_json_path": 7, "duration": "x"}),
        ("ingest.end.success", {"completed_at": "0001-01-01T00:00:00Z", "started_at": None, "duration": "NaN"}),
        ("ingest.failure", {"ingest_id": "i" * 64, "error_message": "e\x00" * 9_000}),
        ("ingest.failure", {"ingest_id": ["i"], "session_id": "s1"}),
        ("client.publish.failed", {"error_code": True}),
        ("client.publish.failed", {"agent": {"os": "a\x00b", "device_model": ["c"]}, "action": "\x00"}),
    ],
)
def test_a_value_of_any_kind_is_stored_and_a_rebuild_reads_it_the_same(name: str, data: dict[str, Any]) -> None:
    take(name, **data)
    once = rows()

    list(rebuild())

    assert Event.objects.count() == 1
    assert rows() == once


@pytest.mark.parametrize("name", WITH_RUNS)
@pytest.mark.parametrize("value", [None, "\x00", -1, True, [{}], "x" * 2000, 2**70], ids=lambda value: repr(value)[:9])
def test_any_value_in_every_field_of_a_run_is_stored_and_read_the_same_again(name: str, value: object) -> None:
    """All fields at once, but for the ids that an envelope must have."""
    body = payload(SAMPLES[name])
    body["data"] |= {key: value for key in body["data"] if key not in {"room_id", "session_id", "peer_id"}}
    ingest([parse(body, Channel.WEBHOOK)])
    take("beam.started.success")
    once = rows()

    list(rebuild())

    assert rows() == once


def test_a_nul_becomes_a_replacement_character_everywhere() -> None:
    take("track.add.success", track_id="a\x00b")
    take("peer.join.failure", error_message="a\x00b")
    take("client.publish.failed", agent={"os": "a\x00b"})
    assert Track.objects.get().pk == "a�b"
    assert set(Failure.objects.values_list("error_message", flat=True)) >= {"a�b"}
    assert Failure.objects.filter(device="a�b").exists()


@pytest.mark.parametrize("code", [True, False, 2**70, -(2**31), "7", 1.5, None])
def test_an_error_code_that_is_no_number_of_its_column_stays_empty(code: object) -> None:
    take("client.publish.failed", error_code=code)
    assert Failure.objects.get().error_code is None


# --- Who it is -----------------------------------------------------------------------------------------------------


def users() -> list[str]:
    return sorted(Peer.objects.values_list("user_id", flat=True))


def join(number: int, user_id: str) -> None:
    body = payload(SAMPLES["peer.join.success"])
    body["id"] = f"join-{number}"
    body["data"] |= {"peer_id": f"peer-{number}", "user_id": user_id}
    ingest([parse(body, Channel.WEBHOOK)])


def test_two_long_user_ids_that_begin_alike_are_two_people() -> None:
    for number, ending in enumerate(("a", "b", "b")):
        join(number, "u" * 300 + ending)
    a, b, b_again = (Peer.objects.get(pk=f"peer-{number}").user_id for number in range(3))
    assert a != b == b_again
    assert len(a) == len(b) == 255
    assert a[:200] == "u" * 200


def test_a_user_id_that_just_fits_is_kept_as_it_is() -> None:
    join(1, "u" * 255)
    assert users() == ["u" * 255]


def test_space_around_a_user_id_makes_no_other_person() -> None:
    for number, user_id in enumerate(("bob", "bob ", "\tbob\n")):
        join(number, user_id)
    take("peer.join.failure", user_id=" bob")
    session = Session.objects.get()
    assert users() == ["bob"] * 3
    assert Failure.objects.get().user_id == "bob"
    assert len(people(queries.stays(session), queries.frame(session, timezone.now()))) == 1


def test_a_blank_user_id_is_none() -> None:
    join(1, " ")
    assert users() == [""]


# --- Times ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "joined_at", ["9999-12-31T23:30:00Z", "0002-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z"]
)
def test_a_join_at_no_time_of_100ms_counts_as_told_by_nobody(joined_at: str) -> None:
    take("peer.join.success", at="2026-11-12T07:00:00Z", joined_at=joined_at, session_started_at=None)
    assert Peer.objects.get().joined_at is None
    assert Session.objects.get().started_at == datetime(2026, 11, 12, 7, tzinfo=UTC)


def test_a_leave_after_an_impossible_time_counts_from_its_own_moment() -> None:
    take("peer.leave.success", at="2026-11-12T07:30:00Z", joined_at="2026-11-12T07:00:00Z", left_at=None, duration=1e15)
    assert Peer.objects.get().left_at == datetime(2026, 11, 12, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(("ahead", "is_live"), [(timedelta(seconds=40), True), (timedelta(days=365), False)])
def test_a_session_that_begins_in_years_is_not_live(ahead: timedelta, is_live: bool) -> None:
    now = timezone.now()
    take("peer.join.success", at=now.isoformat(), joined_at=(now + ahead).isoformat(), session_started_at=None)
    session = Session.objects.get()
    assert Session.objects.filter(queries.live(now)).exists() == queries.is_live(session, now) == is_live


def test_a_beginning_of_years_before_it_was_told_stretches_no_axis() -> None:
    now = datetime(2026, 11, 12, 7, 30, tzinfo=UTC)
    take("peer.join.success", at=now.isoformat(), joined_at="2015-01-01T00:00:00Z", session_started_at=None)
    session = Session.objects.get()
    frame = queries.frame(session, now)
    assert session.started_at == now
    axis = axis_of(frame, people(queries.stays(session), frame), UTC)
    assert axis.span < instants.HOUR


def test_what_is_told_days_later_still_says_when_its_session_began() -> None:
    take("peer.leave.success", at="2026-11-20T07:30:00Z", joined_at="2026-11-12T07:00:00Z", session_started_at=None)
    assert Session.objects.get().started_at == datetime(2026, 11, 12, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "joined_at", ["2099-11-12T07:00:00Z", "2015-01-01T00:00:00Z", "9999-12-31T23:30:00Z", "0002-01-01T00:00:00Z"]
)
@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York"])
def test_no_time_takes_a_page_down(client: Client, zone: str, joined_at: str) -> None:
    now = timezone.now().isoformat()
    take("peer.join.success", at=now, joined_at=joined_at, session_id="s1", peer_id="p1", user_id="u", room_id="r1")
    client.force_login(User.objects.create(username="ops", is_superuser=True))
    client.cookies["time_zone"] = zone
    pages = ["/", "/sessions/", "/sessions/s1/", "/sessions/s1/peers/p1/", "/sessions/s1/activity.csv", "/people/u/"]
    for page in [*pages, "/rooms/", "/rooms/r1/", "/people/"]:
        answer = client.get(page)
        content = b"".join(answer) if answer.streaming else answer.content
        assert (answer.status_code, len(content) < 1_000_000) == (200, True), page
