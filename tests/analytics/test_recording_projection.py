"""What the events of recordings and streams say together, trap by trap; the samples are those that 100ms published."""

from itertools import permutations
from typing import Any
from zlib import crc32

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import instants, snapshots
from analytics.envelope import Channel, parse
from analytics.ingest import ingest
from analytics.models import Asset, Ingest, Recording, Session, Stream, Transcription
from analytics.rebuild import rebuild
from rooms.masking import MASK
from tests.analytics.histories import rows
from tests.analytics.test_one_truth import rows_after
from tests.conftest import payload

pytestmark = pytest.mark.django_db

SESSION = "61a61db1c4f73df18b03534d"
BEAM = "61a61feccfa84ddf754e0e29"


def told(name: str, *, at: str | None = None, again: int = 0, **data: Any) -> dict[str, Any]:
    """A published webhook with some of its data changed; a None takes a key away."""
    body = payload(f"webhooks/{name}")
    body["data"] = {key: value for key, value in (body["data"] | data).items() if value is not None}
    body["id"] = f"{body['id'][:30]}-{again}-{crc32(str(data).encode())}"
    if at is not None:
        body["timestamp"] = body["data"]["metadata_timestamp"] = at
    return body


def take(*bodies: dict[str, Any], channel: str = Channel.WEBHOOK) -> None:
    ingest([parse(body, channel) for body in bodies])


def at(value: str) -> Any:
    instant = instants.parse(value)
    assert instant is not None
    return instants.to_datetime(instant)


BROWSER_RUN = [
    told("beam.started.success"),
    told("beam.stopped.success"),
    told("beam.recording.success"),
    told("transcription.success"),
]


def joined(session_id: str, at: str) -> dict[str, Any]:
    return told("peer.join.success", at=at, session_id=session_id, peer_id=f"peer-{session_id}", joined_at=at)


# A composite goes by no id but its session's: here none is named, and the second class of the room ran then.
PLACED_BY_TIME = [
    joined("morning", "2026-11-12T07:00:00Z"),
    joined("noon", "2026-11-12T09:00:00Z"),
    told("recording.success", at="2026-11-12T09:30:00Z", session_id=None, session_started_at=None),
]


def test_a_run_that_names_no_session_is_of_the_one_that_ran_then_in_any_order_and_after_a_rebuild() -> None:
    events = [parse(body, Channel.WEBHOOK) for body in PLACED_BY_TIME]
    whole = rows_after(events)
    assert [row["id"] for row in whole["Recording"]] == ["composite-noon"]
    for order in permutations(events):
        assert rows_after(*[[event] for event in order]) == whole
    ingest(events)
    rebuild()
    assert rows() == whole


def test_old_runs_that_name_no_session_cost_a_class_of_today_nothing() -> None:
    """Whoever comes and goes must not have all that was ever placed by its time placed again."""
    take(joined("noon", "2026-11-12T09:00:00Z"))
    for nth in range(3):
        take(told("recording.success", at="2026-11-11T09:30:00Z", again=nth, session_id=None, session_started_at=None))
    with CaptureQueriesContext(connection) as asked:
        take(joined("noon", "2026-11-12T09:10:00Z"))
    assert not [query for query in asked.captured_queries if "analytics_recording" in query["sql"]]


def test_a_browser_recording_is_the_same_in_any_order() -> None:
    events = [parse(body, Channel.WEBHOOK) for body in BROWSER_RUN]
    whole = rows_after(events)
    assert [row["id"] for row in whole["Recording"]] == [f"browser-{BEAM}"]
    for order in permutations(events):
        assert rows_after(*[[event] for event in order]) == whole


def test_a_recording_knows_its_times_its_length_and_its_files() -> None:
    take(*BROWSER_RUN)
    made = Recording.objects.get()
    # The file's own times, cut to the millisecond that the API's objects have.
    assert (made.started_at, made.stopped_at) == (at("2021-11-30T12:58:34.051Z"), at("2021-11-30T12:59:56.778Z"))
    assert (made.duration_seconds, made.size, made.stop_reason) == (79, 10024, "client request")
    assert made.job_id == "61a61feb0489f9ed56c0067d"
    assert {asset.type for asset in made.assets.all()} == {"room-composite", "chat", "transcript", "summary"}
    assert not made.assets.filter(path__contains="https").exists()
    written = Transcription.objects.get()
    assert (written.recording_id, written.state) == (made.pk, "ready")
    assert written.outputs["transcript_srt"]["asset_id"] == "648aab6cb47b277c95abef6d"


def test_a_stop_is_not_a_file() -> None:
    take(told("beam.started.success"), told("beam.stopped.success"))
    made = Recording.objects.get()
    assert (made.state, made.finished_at, made.duration_seconds) == ("processing", None, None)
    assert made.stopped_at == at("2021-11-30T12:59:57.797Z")  # the nearest that is told (EVENTS trap 22)


def test_a_stop_can_be_a_failure_and_the_failure_says_more() -> None:
    take(told("beam.started.success"), told("beam.stopped.success", reason="failure: UPLOAD_ERROR"))
    made = Recording.objects.get()
    assert (made.state, made.error_type, made.error_message) == ("failed", "UPLOAD_ERROR", "")
    take(told("beam.failure", beam_id=BEAM, error_type="MAX_RETRIES_REACHED"))
    made.refresh_from_db()
    assert (made.state, made.error_type) == ("failed", "MAX_RETRIES_REACHED")
    assert "upload" in made.error_message


def test_a_file_that_is_there_outweighs_a_failure() -> None:
    take(told("beam.failure", beam_id=BEAM), told("beam.recording.success"))
    made = Recording.objects.get()
    assert (made.state, made.error_type) == ("ready", "")


@pytest.mark.parametrize("error", ["BEAM_STOPPED", "SHORT_RECORDING_ERROR"])
def test_a_run_that_was_never_up_has_failed_and_ran_at_no_time(error: str) -> None:
    take(told("beam.failure", error_type=error))
    made = Recording.objects.get()
    assert (made.state, made.error_type, made.started_at, made.duration_seconds) == ("failed", error, None, None)


def test_an_hls_stop_ends_no_recording_of_the_same_beam() -> None:
    take(told("beam.started.success"), told("hls.started.success"), told("hls.stopped.success"))
    assert Recording.objects.get().state == "running"
    live = Stream.objects.get(kind="live")
    assert (live.state, live.beam_id, live.is_recorded) == ("ended", BEAM, False)
    assert live.outputs == ["https://100ms-live.m3u8"]


def test_the_same_file_by_two_channels_is_one_recording_and_fills_no_gap_with_nothing() -> None:
    take(told("beam.recording.success"))
    before = rows()
    copy = told("beam.recording.success", again=1)
    for key in ("recording_id", "metadata_id", "metadata_timestamp", "chat_recording_path"):
        del copy["data"][key]
    take(copy, channel=Channel.ANALYTICS)
    assert (rows()["Recording"], rows()["Asset"]) == (before["Recording"], before["Asset"])


def test_a_run_that_only_pushes_is_no_recording() -> None:
    secret = {"url": "rtmp://live.example.com/app/stream-key-1"}
    take(told("beam.started.success", recording_enabled=False, rtmp=[secret]))
    assert not Recording.objects.exists()
    stream = Stream.objects.get()
    assert (stream.kind, stream.state, stream.recording_id) == ("external", "running", "")
    assert stream.outputs == [f"rtmp://live.example.com/app/{MASK}"]


def test_a_run_that_pushes_and_records_is_both() -> None:
    take(told("beam.started.success"), told("beam.failure", beam_id=BEAM, job_id=None))
    stream = Stream.objects.get()
    assert (stream.kind, stream.is_recorded, stream.recording_id) == ("external", True, Recording.objects.get().pk)
    # Its upload failed: that befell the file alone.
    assert (stream.state, stream.error_type, Recording.objects.get().state) == ("ended", "", "failed")


def test_a_job_and_the_file_of_its_beam_are_one_where_the_file_lies_in_one_place() -> None:
    """A job knows its files and no beam, the webhook its beam and no job: the start that names both was lost."""
    place = {"room_id": "6540c3d70f240f9ebc69dcf9", "session_id": SESSION}
    job = {"id": "j1", **place, "status": "completed", "created_at": "2021-11-30T12:58:30Z", "started_by": "peer-1"}
    file: dict[str, Any] = {"id": "a1", **place, "job_id": "j1", "type": "room-composite", "status": "completed"}
    file |= {"path": "s3://bucket/prefix/ac.mp4", "size": 10024, "duration": 79}
    take(told("beam.recording.success"))
    read_at = instants.from_datetime(at("2021-11-30T14:00:00Z"))
    ingest([*snapshots.of_recording(job, read_at=read_at), snapshots.of_recording_asset(file, read_at=read_at)])
    made = Recording.objects.get()
    assert (made.pk, made.job_id, made.started_by) == (f"browser-{BEAM}", "j1", "peer-1")
    assert {"a1", "j1", BEAM, "61a61eeef40e9a0d45797233"} <= set(made.aliases)
    assert made.assets.get(type="room-composite").pk == "a1"


def test_two_runs_that_write_to_one_place_stay_two() -> None:
    other = told("beam.recording.success", beam_id="b2", recording_id="r2")
    take(told("beam.recording.success"), other)
    assert Recording.objects.count() == 2


def test_a_run_without_a_stop_is_over_when_its_session_is_and_says_that_nobody_told() -> None:
    take(told("beam.started.success", at="2021-11-30T12:50:00Z"))
    assert Recording.objects.get().state == "running"
    take(told("session.close.success", session_id=SESSION, session_stopped_at="2021-11-30T12:58:49.972Z"))
    made = Recording.objects.get()
    assert (made.state, made.end_estimated) == ("processing", True)
    assert made.stopped_at == at("2021-11-30T12:58:49.972Z")
    assert Stream.objects.get().state == "ended"


def test_no_run_of_beam_is_taken_to_last_longer_than_four_hours() -> None:
    take(
        told("beam.started.success", at="2021-11-30T12:00:00Z"),
        told("session.close.success", session_id=SESSION, session_stopped_at="2021-11-30T20:00:00Z"),
    )
    assert Recording.objects.get().stopped_at == at("2021-11-30T16:00:00Z")


def test_a_composite_has_its_session_for_an_id() -> None:
    take(told("recording.failed"))
    made = Recording.objects.get()
    assert (made.pk, made.state, made.error_type) == (f"composite-{SESSION}", "failed", "CONFIG_ERROR")
    take(told("recording.success"))
    made.refresh_from_db()
    assert (made.state, made.error_type, made.duration_seconds, made.size) == ("ready", "", 600, 13933649)
    assert {asset.type for asset in made.assets.all()} == {"room-composite-legacy", "chat"}


def test_a_live_stream_leaves_a_file_for_each_layer_and_a_playlist_with_pictures() -> None:
    take(told("hls.started.success", recording_vod_playlist_enabled=True), told("hls.recording.success"))
    made = Recording.objects.get()
    assert (made.kind, made.state) == ("hls", "ready")
    layers = made.assets.filter(type="room-composite").order_by("layer")
    assert [(one.layer, one.is_named, one.height) for one in layers] == [
        ("0", True, 1080), ("1", True, 720), ("2", True, 480), ("3", True, 360),
    ]  # fmt: skip
    assert made.assets.get(type="room-vod").thumbnails == ["s3://<thumbnail-file-bucket-address>.png"]
    assert made.size == 10024 + 10024 + 5012 + 2506 + 1024
    assert Stream.objects.get().recording_id == made.pk


@pytest.mark.parametrize(("name", "value"), [("stream_type", "screen"), ("type", "screen")])
def test_one_persons_stream_is_a_recording_of_its_own(name: str, value: str) -> None:
    ready_one = told("stream.recording.success", size="22989889", duration="185")
    del ready_one["data"]["type"]
    ready_one["data"][name] = value
    take(ready_one)
    take(told("stream.recording.failure"))
    ready, failed = Recording.objects.order_by("-state")
    assert (ready.kind, ready.state, ready.size, ready.duration_seconds) == ("stream", "ready", 22989889, 185)
    assert ready.assets.get().media == "screen"
    assert ready.user_id == "b1c433fb-67c3-4de4-adc0-f2027bfd6930"
    assert (failed.state, failed.error_type) == ("failed", "INTERNAL_ERROR")


def test_a_track_is_recorded_from_its_start_to_its_file() -> None:
    take(told("track.recording.started.success"))
    assert Recording.objects.get().state == "running"
    take(told("track.recording.success"), told("track.recording.failure"))
    ready = Recording.objects.get(state="ready")
    assert ready.pk == "track-5ecfc66a-c8c1-42ae-aec2-7e78e7ae4c6e"
    assert Recording.objects.get(state="failed").error_message == "INTERNAL_ERROR"


def test_a_track_that_only_the_api_tells_of_is_the_one_that_a_webhook_tells_of_later() -> None:
    """The API has no job of it: its file says which track it is and whose."""
    about = {"track_id": "5ecfc66a-c8c1-42ae-aec2-7e78e7ae4c6e", "peer_id": "peer-1", "user_id": "amina"}
    file: dict[str, Any] = {"id": "a1", "job_id": "j1", "type": "track", "status": "completed", "metadata": about}
    file |= {"room_id": "6540c3d70f240f9ebc69dcf9", "session_id": SESSION, "path": "s3://bucket/prefix/ac.webm"}
    file |= {"created_at": "2024-02-06T20:01:16Z", "size": 22989889, "duration": 60}
    ingest([snapshots.of_recording_asset(file, read_at=0)])
    made = Recording.objects.get()
    assert (made.kind, made.state, made.peer_id, made.user_id) == ("track", "ready", "peer-1", "amina")
    assert made.duration_seconds == 60
    take(told("track.recording.started.success"), told("track.recording.success"))
    assert Recording.objects.get().pk == made.pk
    assert Asset.objects.get().pk == "a1"


def test_a_persons_stream_is_one_by_either_way_too() -> None:
    about = {"stream_id": "9664de3e-9ff4-4a2b-92eb-ffc74d506b01", "peer_id": "peer-1"}
    file: dict[str, Any] = {"id": "a1", "job_id": "j1", "type": "stream", "status": "completed", "metadata": about}
    file |= {"room_id": "6540c3d70f240f9ebc69dcf9", "session_id": SESSION, "path": "s3://bucket/prefix/ac.mp4"}
    file |= {"created_at": "2024-02-12T15:39:55Z", "size": 22989889, "duration": 185}
    take(told("stream.recording.success"))
    ingest([snapshots.of_recording_asset(file, read_at=0)])
    made = Recording.objects.get()
    assert (made.kind, made.size, made.assets.get().pk) == ("stream", 22989889, "a1")
    assert {"a1", "65ca3a10f772535ffaf6419f"} <= set(made.aliases)


def test_files_of_a_job_that_nothing_else_names_are_a_recording_of_their_kind() -> None:
    place = {"room_id": "6540c3d70f240f9ebc69dcf9", "session_id": SESSION, "created_at": "2024-02-12T15:39:55Z"}
    for pk, job, kind in (("a1", "j1", "chat"), ("a2", "j1", "room-vod"), ("a3", "j2", "room-composite")):
        file = {"id": pk, "job_id": job, "type": kind, "status": "completed", **place}
        ingest([snapshots.of_recording_asset(file, read_at=0)])
    assert {(one.pk, one.assets.count()) for one in Recording.objects.all()} == {("hls-j1", 2), ("browser-j2", 1)}


def test_a_transcript_that_failed_keeps_the_files_that_are_named() -> None:
    take(told("hls.recording.success"), told("transcription.failure", transcript_srt_path=None))
    written = Transcription.objects.get()
    assert (written.state, written.recording_id) == ("failed", f"hls-{BEAM}")
    found = dict(Asset.objects.filter(type="transcript").values_list("output", "status"))
    assert found == {"json": "completed", "srt": "failed", "txt": "completed"}


def test_a_transcript_waits_for_its_recording() -> None:
    take(told("transcription.started.success"))
    assert Transcription.objects.get().recording_id == ""
    assert not Recording.objects.exists()
    take(told("beam.recording.success"))
    assert Transcription.objects.get().recording_id == f"browser-{BEAM}"
    assert Recording.objects.get().transcribed


def test_a_failure_that_names_no_session_is_of_its_run() -> None:
    take(told("beam.failure", beam_id=BEAM, session_id=None))
    assert not Recording.objects.exists()  # nobody knows where
    take(told("beam.started.success"))
    made = Recording.objects.get()
    assert (made.session_id, made.state) == (SESSION, "failed")


def test_a_failure_that_names_no_session_and_no_run_is_of_what_ran_in_its_room() -> None:
    take(
        told("session.open.success", session_id="s1", session_started_at="2021-11-30T20:00:00Z"),
        told("beam.failure", session_id=None),
    )
    assert Recording.objects.get().session_id == "s1"


def test_what_names_no_session_is_read_with_what_its_session_told_of_the_same_run() -> None:
    opened = told("session.open.success", session_started_at="2021-11-30T12:00:00Z")
    started = told("track.recording.started.success", at="2021-11-30T12:10:00Z")
    repeated = told("track.recording.started.success", at="2021-11-30T12:12:00Z", again=1, session_id=None)
    events = [parse(body, Channel.WEBHOOK) for body in (opened, started, repeated)]
    whole = rows_after(events)
    assert len(whole["Recording"]) == 1
    for order in permutations(events):
        assert rows_after(*[[event] for event in order]) == whole


def test_a_run_that_lasts_into_the_next_session_is_one() -> None:
    started, stopped = told("beam.started.success"), told("beam.stopped.success", session_id="s2")
    take(stopped)
    assert Recording.objects.get().session_id == "s2"
    take(started)
    made = Recording.objects.get()
    assert (made.session_id, made.state) == (SESSION, "processing")
    before = rows()
    list(rebuild())
    assert rows() == before


def test_what_is_told_of_its_first_session_later_does_not_lose_what_the_next_one_told() -> None:
    """The row is the first session's, so nothing but the events says that the other one spoke of it."""
    events = [
        parse(body, Channel.WEBHOOK)
        for body in (
            told("beam.started.success"),
            told("beam.stopped.success", session_id="s2"),
            told("beam.failure", beam_id=BEAM),
            told("session.close.success", session_stopped_at="2021-11-30T12:59:00Z"),
        )
    ]
    whole = rows_after(events)
    assert whole["Recording"][0]["stop_reason"] == "client request"
    for order in permutations(events):
        assert rows_after(*[[event] for event in order]) == whole


# --- Encoders ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_encoder_connects_and_goes(order: tuple[int, int]) -> None:
    events = [told("ingest.start.success"), told("ingest.end.success")]
    for number in order:
        take(events[number])
    one = Ingest.objects.get()
    assert (one.pk, one.state, one.duration_seconds) == ("652d2dfb23c101bfe9ef750e", "ended", 111)
    # Its end says that it began when it ended (EVENTS trap 19).
    assert (one.started_at, one.ended_at) == (at("2023-10-16T12:35:08Z"), at("2023-10-16T12:36:58Z"))
    assert one.end_reason == "reconnection window expired"


def test_an_encoder_that_is_turned_away_and_one_that_breaks_off_are_two() -> None:
    take(told("ingest.start.failure"), told("ingest.failure"))
    refused, broken = Ingest.objects.order_by("-state")
    assert (refused.state, refused.error_message) == ("refused", "stream key disabled")
    assert (broken.state, broken.error_message) == ("broken", "stream key disabled")


def test_the_words_of_an_error_keep_no_stream_key() -> None:
    """They are shown in the lists of the admin as they are kept."""
    words = "cannot push to rtmp://live.example.com/app/the-key"
    take(
        told("beam.failure", error_message=words),
        told("beam.stopped.success", beam_id="b2", reason=f"failure: {words}"),
        told("ingest.failure", error_message=words),
        told("ingest.end.success", ingest_id="i2", reason=words),
    )
    assert Recording.objects.filter(error_message=f"cannot push to rtmp://live.example.com/app/{MASK}").exists()
    assert "the-key" not in str(rows())


# --- Sessions ------------------------------------------------------------------------------------------------------


def test_a_file_that_comes_hours_later_prolongs_no_session() -> None:
    take(
        told("peer.join.success", session_id=SESSION, joined_at="2021-11-30T12:48:49Z", at="2021-11-30T12:48:50Z"),
        told("beam.stopped.success", at="2021-11-30T13:10:00Z"),
        told("beam.recording.success", at="2021-11-30T15:00:00Z"),
        told("transcription.success", at="2021-11-30T19:00:00Z"),
        told("stream.recording.success", at="2021-11-30T20:00:00Z"),
    )
    alive = Session.objects.get().last_event_at
    assert alive is not None
    assert alive < at("2021-11-30T13:00:00Z")


def test_a_start_is_a_sign_of_life_and_an_end_that_is_named_too() -> None:
    take(told("beam.started.success", at="2021-11-30T13:00:00Z"))
    assert Session.objects.get().last_event_at == at("2021-11-30T13:00:00Z")
    take(told("recording.success", session_stopped_at="2021-11-30T14:00:00Z"))
    assert Session.objects.get().last_event_at == at("2021-11-30T14:00:00Z")


def test_what_names_no_time_of_its_session_makes_none() -> None:
    take(told("track.recording.success"), told("transcription.success"), told("stream.recording.success"))
    assert not Session.objects.exists()
    assert Recording.objects.count() == 2


# --- Size ----------------------------------------------------------------------------------------------------------


def of_track(number: int) -> dict[str, Any]:
    names = {"track_id": f"t{number}", "recording_id": f"r{number}", "recording_path": f"s3://bucket/{number}.webm"}
    return told("track.recording.success", again=number, **names)


def test_one_more_of_500_tracks_asks_no_more_than_one_of_50() -> None:
    counts = []
    for known in (50, 500):
        take(*[of_track(number) for number in range(known)])
        with CaptureQueriesContext(connection) as queries:
            take(of_track(known))
        counts.append(len(queries))
    assert Recording.objects.count() == 501
    assert counts[0] == counts[1] <= 25
