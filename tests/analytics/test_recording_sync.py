"""The pull of recordings and streams, against the simulated 100ms over a socket: whole, once, and until all is done."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from analytics import recording_sync
from analytics.envelope import Channel, parse
from analytics.ingest import ingest
from analytics.models import Asset, Event, Pull, Recording, RecordingCursor, Stream
from analytics.rebuild import rebuild
from analytics.tasks import pull_due_recordings
from rooms.masking import MASK
from rooms.simulator.jobs import jobs
from tests.analytics.histories import rows
from tests.analytics.recorded_class import Recorded, recorded
from tests.conftest import payload
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(hms_simulator: SimulatedHms) -> Recorded:
    """A class that ended long ago, of which the session is known here and no webhook came."""
    one = recorded(hms_simulator)
    one.know()
    return one


def states() -> dict[str, str]:
    return dict(Recording.objects.order_by("job_id").values_list("job_id", "state"))


def test_a_pull_brings_every_job_with_its_files(held: Recorded) -> None:
    assert held.pull().error == ""
    world = held.far.world
    true = {job.id: job for family in ("recording", "live", "external") for job in jobs(world, family) if job.run.keeps}
    names = {"completed": "ready", "failed": "failed"}
    assert states() == {job_id: names[job.status] for job_id, job in sorted(true.items())}
    streams = {job.id for family in ("live", "external") for job in jobs(world, family)}
    assert set(Stream.objects.values_list("job_id", flat=True)) == streams
    files = {asset.id: asset for job in true.values() for asset in job.assets}
    assert set(Asset.objects.values_list("pk", flat=True)) == set(files)
    assert not Asset.objects.exclude(is_named=True).exists()
    for asset in Asset.objects.all():
        told = files[asset.pk]
        assert (asset.type, asset.path, asset.size or 0) == (told.kind, told.path, told.size)
        assert asset.recording.job_id == told.job_id


def test_the_same_again_costs_no_event(held: Recorded) -> None:
    held.pull()
    events, before = Event.objects.count(), rows()
    again = held.pull()
    assert (again.events_new, Event.objects.count(), rows()) == (0, events, before)
    assert again.events_known > 0


def test_a_rebuild_says_the_same(held: Recorded) -> None:
    held.pull()
    before = rows()
    list(rebuild())
    assert rows() == before
    assert before["Asset"]


def test_no_address_or_link_that_lets_anybody_in_is_kept(hms_simulator: SimulatedHms) -> None:
    one = recorded(hms_simulator, ago=300, scenario="class")
    one.know()
    secret = "rtmp://a.rtmp.example.com/live2/abcd-efgh-key"
    one.client.external_streams.start(one.room.id, rtmp_urls=[secret], meeting_url="https://x.example.com/abc-defg-hij")
    one.pull()
    kept = str(list(Event.objects.values_list("payload", flat=True))) + str(rows())
    assert "abcd-efgh-key" not in kept
    assert "abc-defg-hij" not in kept
    assert "token=" not in kept
    assert "signature=" not in kept
    assert Stream.objects.get(kind="external").outputs == [f"rtmp://a.rtmp.example.com/live2/{MASK}"]


def test_a_running_recording_is_seen_and_then_its_file_and_its_transcript(hms_simulator: SimulatedHms) -> None:
    one = recorded(hms_simulator, ago=200)
    one.know()
    one.pull()
    browser = Recording.objects.get(kind="browser", transcribed=True)
    assert browser.state == "running"
    assert browser.stopped_at is None
    seen = set()
    for _ in range(60):
        one.later(minutes=1)
        one.know()
        one.pull()
        made = Recording.objects.get(pk=browser.pk)
        done = made.assets.filter(type="transcript", status="completed").exists()
        seen.add((made.state, done))
    assert seen == {("running", False), ("processing", False), ("ready", False), ("ready", True)}


def test_a_session_is_read_until_its_transcripts_are_there_and_then_no_more(hms_simulator: SimulatedHms) -> None:
    one = recorded(hms_simulator, ago=16 * 60)
    one.know()
    assert recording_sync.follow(clock=one.now) == 1
    readings = 0
    while RecordingCursor.objects.get().final_at is None:
        if recording_sync.claim_due(clock=one.now) == one.session.id:
            one.pull()
            readings += 1
        one.later(seconds=30)
        assert readings < 25
    browser = Recording.objects.filter(kind="browser", state="ready", transcribed=True).earliest("started_at")
    written = browser.assets.filter(type="transcript", status="completed")
    assert set(written.values_list("output", flat=True)) == {"json", "srt", "txt"}
    assert not recording_sync.is_unfinished(one.session.id)
    assert RecordingCursor.objects.get().due_at is None
    assert recording_sync.follow(clock=one.now) == 0


def test_what_never_ends_is_given_up_after_two_days(hms_simulator: SimulatedHms) -> None:
    one = recorded(hms_simulator)
    one.know()
    stopped = payload("webhooks/beam.stopped.success")
    stopped["data"] |= {"room_id": one.room.id, "session_id": one.session.id}
    ingest([parse(stopped, Channel.WEBHOOK)])
    one.pull()
    due = RecordingCursor.objects.get().due_at
    assert due is not None
    assert timedelta(minutes=1) <= due - one.now() <= timedelta(hours=1)
    one.later(days=2)
    one.pull()
    assert RecordingCursor.objects.get().final_at is not None


def test_a_file_that_comes_later_has_the_session_read_again_once(held: Recorded) -> None:
    held.pull()
    held.later(hours=1)
    held.pull()
    assert RecordingCursor.objects.get().final_at is not None
    assert recording_sync.follow(clock=held.now) == 0
    assert recording_sync.claim_due(clock=held.now) is None
    Recording.objects.filter(kind="browser").update(finished_at=held.now())
    held.later(seconds=1)
    recording_sync.follow(clock=held.now)
    assert recording_sync.claim_due(clock=held.now) == held.session.id
    held.pull()
    recording_sync.follow(clock=held.now)
    assert recording_sync.claim_due(clock=held.now) is None


def test_running_sessions_are_read_now_and_then(hms_simulator: SimulatedHms) -> None:
    one = recorded(hms_simulator, ago=60)
    one.know()
    assert recording_sync.follow(clock=one.now) == 1
    assert recording_sync.claim_due(clock=one.now) == one.session.id
    one.far.clock.run_at(0)
    one.pull()
    assert RecordingCursor.objects.get().due_at == one.now() + recording_sync.LIVE_EVERY


def test_when_100ms_asks_to_wait_the_session_is_put_off_that_long(held: Recorded) -> None:
    held.far.fault("GET", "/live-streams", times=None, status=429, retry_after=300)
    held.far.clock.run_at(0)
    assert "429" in held.pull().error
    assert RecordingCursor.objects.get().due_at == held.now() + timedelta(seconds=300)
    assert set(Recording.objects.values_list("kind", flat=True)) == {"browser"}  # what was read before stands
    held.far.mend()
    assert held.pull().error == ""
    assert RecordingCursor.objects.get().failures == 0


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 403}, {"cut": "before"}, {"cut": "middle"}])
def test_a_list_that_cannot_be_read_is_told_and_read_later(held: Recorded, fault: dict[str, Any]) -> None:
    held.far.fault("GET", "/recording-assets", times=None, **fault)
    assert held.pull().error != ""
    assert Recording.objects.exists()
    assert not Asset.objects.exists()
    cursor = RecordingCursor.objects.get()
    assert (cursor.failures, cursor.pulled_at, cursor.due_at is not None) == (1, None, True)
    held.far.mend()
    assert held.pull().error == ""
    assert Asset.objects.exists()


def test_a_session_without_any_is_no_failure(held: Recorded) -> None:
    for path in ("/recordings", "/live-streams", "/external-streams", "/recording-assets"):
        held.far.fault("GET", path, times=None, status=404)
    assert held.pull().error == ""
    assert not Recording.objects.exists()


def test_an_unknown_session_is_told(held: Recorded) -> None:
    row = recording_sync.pull_recordings(held.client, "b" * 24, clock=held.now)
    assert "no such session" in row.error


def test_the_task_reads_what_is_due(held: Recorded) -> None:
    pull_due_recordings()
    assert Recording.objects.exists()
    pull = Pull.objects.get(kind=Pull.Kind.RECORDINGS)
    assert (pull.session_id, pull.error, pull.pages) == (held.session.id, "", 4)


def test_the_command_reads_them_and_says_so(held: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sync")
    assert f"recordings and streams {held.session.id}: 4 pages" in capsys.readouterr().out
    assert Recording.objects.exists()
