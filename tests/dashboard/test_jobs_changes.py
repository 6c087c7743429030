"""Recordings and streams started, paused and stopped from pages: forms, refusals, answers that never came."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from rooms import jobs
from rooms.connection import client
from rooms.jobs import Kind
from rooms.models import AuditEntry, Room
from rooms.operations import live_streams, recordings
from tests.rooms.jobs import MEETING, RTMP, SECRETS, choir, told
from tests.rooms.simulated import SimulatedHms

__all__ = ["choir"]

DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def base(choir: Room) -> str:
    return f"/rooms/{choir.pk}"


def said(viewer: Client, url: str) -> str:
    """The last message on the page that an answer led to."""
    page = viewer.get(url).content.decode()
    [messages] = re.findall(r'<div class="messages".*?</div>', page, re.DOTALL)
    return str(re.findall(r"<span>(.*?)</span>", messages, re.DOTALL)[-1])


def sent(hms_simulator: SimulatedHms) -> Any:
    """The body of the last change."""
    return [one for one in hms_simulator.received() if one.method == "POST"][-1].body


def statuses(room: Room) -> list[str]:
    return [one.status for one in client().recordings.list(room_id=room.pk)]


def test_a_recording_is_started_with_all_that_can_be_wished(
    ops: Client, base: str, choir: Room, hms_simulator: SimulatedHms
) -> None:
    answer = ops.post(
        f"{base}/recordings/start/",
        {
            "meeting_url": MEETING,
            "resolution": "1920x1080",
            "destination": "default",
            "transcription": "on",
            "outputs": ["txt", "json"],
            "vocabulary": "photon, lens ,",
            "summary": "on",
            "summary_context": "A physics lesson",
            "summary_temperature": "0.3",
            "summary_sections": "Agenda\n\nHomework",
            "summary_format": "bullets",
        },
        headers=DIALOG,
    )

    assert answer["HX-Redirect"] == f"{base}/jobs/"
    assert sent(hms_simulator) == {
        "meeting_url": MEETING,
        "destination": "default",
        "resolution": {"width": 1920, "height": 1080},
        "transcription": {
            "enabled": True,
            "output_modes": ["txt", "json"],
            "custom_vocabulary": ["photon", "lens"],
            "summary": {
                "enabled": True,
                "context": "A physics lesson",
                "temperature": 0.3,
                "sections": [{"title": "Agenda", "format": "bullets"}, {"title": "Homework", "format": "bullets"}],
            },
        },
    }
    assert said(ops, f"{base}/jobs/") == "The recording is starting. It runs within a few seconds."
    assert statuses(choir) == ["starting"]


def test_a_live_stream_and_an_external_one_are_started(ops: Client, base: str, hms_simulator: SimulatedHms) -> None:
    ops.post(
        f"{base}/live-streams/start/", {"playlist": "on", "transcription": "on", "outputs": "srt", "captions": "on"}
    )
    assert sent(hms_simulator) == {
        "recording": {"hls_vod": True, "single_file_per_layer": False},
        "transcription": {"enabled": True, "output_modes": ["srt"], "modes": ["recorded", "live"]},
    }

    second = "rtmps://live.example.org:443/app/other-key"
    ops.post(
        f"{base}/external-streams/start/",
        {"rtmp_url_1": RTMP, "rtmp_url_3": second, "recording": "on", "resolution": "720x1280"},
    )
    assert sent(hms_simulator) == {
        "rtmp_urls": [RTMP, second],
        "recording": True,
        "resolution": {"width": 720, "height": 1280},
    }


@pytest.mark.parametrize(
    ("part", "wish", "field", "words"),
    [
        ("recordings", {"meeting_url": "ftp://x"}, "meeting_url", "An address that begins with https://."),
        ("recordings", {"resolution": "9x9"}, "resolution", "“9x9” is not one of the choices."),
        ("recordings", {"summary": "on"}, "summary", "Without a transcript there is nothing to summarise"),
        ("recordings", {"transcription": "on"}, "outputs", "Choose at least one."),
        ("recordings", {"summary_sections": "a\nb\nc\nd\ne\nf\ng"}, "summary_sections", "Six at most; these are 7."),
        ("recordings", {"summary_temperature": "2"}, "summary_temperature", "1 at most."),
        ("live-streams", {"captions": "on"}, "captions", "Captions need a transcript"),
        ("external-streams", {}, "rtmp_url_1", "Fill this in."),
        ("external-streams", {"rtmp_url_1": "https://x"}, "rtmp_url_1", "rtmp:// or rtmps://"),
    ],
)
def test_what_cannot_be_is_told_on_its_field_and_not_sent(
    part: str, wish: dict[str, str], field: str, words: str, ops: Client, base: str, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.forget()
    answer = ops.post(f"{base}/{part}/start/", wish, headers=DIALOG)

    form = answer.context["form"]
    assert words in str(form.errors[field])
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert hms_simulator.changes() == []


def test_a_refusal_lands_on_its_field_and_no_secret_comes_back(
    ops: Client, base: str, hms_simulator: SimulatedHms
) -> None:
    path = "/external-streams/room/{room_id}/start"
    hms_simulator.fault("POST", path, status=400, message=f"invalid rtmp_urls: {RTMP}")

    answer = ops.post(f"{base}/external-streams/start/", {"rtmp_url_1": RTMP, "meeting_url": MEETING}, headers=DIALOG)

    assert "100ms refused" in str(answer.context["form"].errors["rtmp_url_1"])
    assert [secret for secret in SECRETS if secret in answer.content.decode()] == []
    assert told() == ["external_stream.start requested", "external_stream.start failed"]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"status": 409, "message": "beam already started"}, "Somebody was quicker: 100ms says that a recording runs"),
        ({"status": 403, "message": "user does not have required permission"}, "100ms does not allow it"),
        ({"status": 403, "message": "Room is disabled"}, "100ms refused: Room is disabled."),
        ({"status": 404, "message": "room not found"}, "100ms does not know it (any more)"),
        ({"status": 429}, "100ms asks to wait"),
    ],
)
def test_a_start_that_is_refused_says_why(
    wish: dict[str, Any], words: str, ops: Client, base: str, choir: Room, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", "/recordings/room/{room_id}/start", times=None, **wish)

    answer = ops.post(f"{base}/recordings/start/", {}, headers=DIALOG)

    assert words in answer.content.decode()
    assert told()[-1] == "recording.start failed"
    hms_simulator.mend()
    assert "HX-Redirect" in ops.post(f"{base}/recordings/start/", {}, headers=DIALOG)


@pytest.mark.parametrize("wish", [{"cut": "before"}, {"status": 500, "done": True}, {"hang": 30}], ids=str)
def test_after_a_start_without_an_answer_the_page_reads_again_and_says_that_it_runs(
    wish: dict[str, Any], ops: Client, base: str, choir: Room, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", "/recordings/room/{room_id}/start", **wish)

    answer = ops.post(f"{base}/recordings/start/", {}, headers=DIALOG)

    assert answer["HX-Redirect"] == f"{base}/jobs/"
    assert "It was read again: a recording runs now." in said(ops, f"{base}/jobs/")
    assert told() == ["recording.start requested", "recording.start unsure", "recording.start succeeded"]
    again = ops.post(f"{base}/recordings/start/", {}, headers=DIALOG).content.decode()
    assert "A recording runs in this room already" in again
    assert len(statuses(choir)) == 1


def test_after_a_start_that_was_lost_the_page_says_that_none_runs(
    ops: Client, base: str, choir: Room, hms_simulator: SimulatedHms
) -> None:
    hms_simulator.fault("POST", "/recordings/room/{room_id}/start", cut="before", done=False)
    ops.post(f"{base}/recordings/start/", {}, headers=DIALOG)
    assert "no recording runs now. Look once more in half a minute" in said(ops, f"{base}/jobs/")

    hms_simulator.fault("POST", "/external-streams/room/{room_id}/start", cut="before")
    ops.post(f"{base}/external-streams/start/", {"rtmp_url_1": RTMP}, headers=DIALOG)
    assert "It was read again: an external stream runs now." in said(ops, f"{base}/jobs/")

    hms_simulator.fault("POST", "/live-streams/room/{room_id}/start", cut="before")
    hms_simulator.fault("GET", "/recordings", cut="before", times=None)
    ops.post(f"{base}/live-streams/start/", {}, headers=DIALOG)
    assert "it cannot be read now: 100ms did not answer" in said(ops, f"{base}/jobs/")


def test_where_one_runs_the_form_says_so_instead(ops: Client, base: str, choir: Room, ikram: User) -> None:
    recordings.start(actor=ikram, room=choir, settings={})

    page = ops.get(f"{base}/recordings/start/", headers=DIALOG).content.decode()

    assert "A recording runs already, started by Ikram Benali" in page
    assert "<form" not in page


def test_a_stop_names_what_follows_and_stops_that_one(
    ops: Client, base: str, choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    made = recordings.start(actor=ikram, room=choir, settings={})
    hms_simulator.clock.advance(10)
    url = f"{base}/recordings/{made.id}/stop/"

    asked = ops.get(url, headers=DIALOG).content.decode()
    assert "The file comes when 100ms has processed it" in asked
    assert statuses(choir) == ["running"]
    ops.post(url, headers=DIALOG)
    assert said(ops, f"{base}/jobs/") == "The recording is being stopped."
    hms_simulator.clock.advance(60)
    ops.post(url, headers=DIALOG)
    assert said(ops, f"{base}/jobs/") == "The recording was over already."
    assert "It is over already: done." in ops.get(url, headers=DIALOG).content.decode()
    assert told().count("recording.stop succeeded") == 1


def test_one_that_ended_in_between_is_told_in_words(
    ops: Client, base: str, choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    made = recordings.start(actor=ikram, room=choir, settings={})
    hms_simulator.fault("POST", "/recordings/{recording_id}/stop", status=404, message="beam not found")

    answer = ops.post(f"{base}/recordings/{made.id}/stop/", headers=DIALOG)

    assert "No recording runs any more: it has ended by itself." in answer.content.decode()


def test_all_are_stopped_and_what_100ms_says_of_the_rest_is_shown(
    ops: Client, base: str, choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    for part in ("recordings", "live-streams", "external-streams"):
        assert "runs in this room any more" in ops.post(f"{base}/{part}/stop/", headers=DIALOG).content.decode()
    live_streams.start(actor=ikram, room=choir, settings={})
    hms_simulator.clock.advance(10)

    assert "Live since" in ops.get(f"{base}/live-streams/stop/", headers=DIALOG).content.decode()
    assert ops.post(f"{base}/live-streams/stop/", headers=DIALOG)["HX-Redirect"] == f"{base}/jobs/"
    assert said(ops, f"{base}/jobs/") == "Being stopped: 1."


def test_a_recording_is_paused_and_goes_on(
    ops: Client, base: str, choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    recordings.start(actor=ikram, room=choir, settings={})
    hms_simulator.clock.advance(10)

    assert ops.post(f"{base}/recordings/pause/", {"back": "live"})["Location"] == f"{base}/live/"
    page = ops.get(f"{base}/jobs/").content.decode()
    assert "paused</span>" in page
    assert "/recordings/resume/" in page
    assert "/recordings/pause/" not in page
    assert ops.post(f"{base}/recordings/resume/")["Location"] == f"{base}/jobs/"
    assert said(ops, f"{base}/jobs/") == "The recording goes on."

    hms_simulator.fault("POST", "/recordings/room/{room_id}/pause", cut="before")
    ops.post(f"{base}/recordings/pause/")
    page = ops.get(f"{base}/jobs/").content.decode()
    assert "/recordings/resume/" in page  # nobody knows, so both are offered
    assert "/recordings/pause/" in page


def test_a_text_goes_into_a_live_stream_and_its_recording_waits(
    ops: Client, base: str, choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    made = live_streams.start(actor=ikram, room=choir, settings={"recording": {"hls_vod": True}})
    hms_simulator.clock.advance(10)
    url = f"{base}/live-streams/{made.id}"

    refused = ops.post(f"{url}/text/", {"payload": "x" * 101, "duration": 0}, headers=DIALOG)
    assert set(refused.context["form"].errors) == {"payload", "duration"}
    ops.post(f"{url}/text/", {"payload": "Page 12", "duration": 5}, headers=DIALOG)
    assert said(ops, f"{base}/jobs/") == "The text is on its way into the live stream."
    session = jobs.one(choir, Kind.LIVE, made.id).session_id
    assert hms_simulator.world.sessions[session].messages[-1]["payload"] == "Page 12"

    ops.post(f"{url}/pause-recording/")
    assert "Resume its recording" in ops.get(f"{base}/jobs/").content.decode()
    ops.post(f"{url}/resume-recording/")
    assert "Resume its recording" not in ops.get(f"{base}/jobs/").content.decode()
    hms_simulator.fault("POST", "/live-streams/{stream_id}/timed-metadata", cut="before")
    ops.post(f"{url}/text/", {"payload": "Page 13", "duration": 5}, headers=DIALOG)
    assert "The text may have been sent or not" in said(ops, f"{base}/jobs/")


def test_the_audit_tells_of_all_of_it_in_words(ops: Client, base: str, choir: Room, ikram: User) -> None:
    ops.post(f"{base}/recordings/start/", {"meeting_url": MEETING})

    entry = AuditEntry.objects.latest("id")
    page = ops.get(f"/audit/{entry.pk}/").content.decode()

    assert "Recording started" in page
    assert [secret for secret in SECRETS if secret in page] == []
