"""Recordings and streams of a room as pages: what runs, what ran, their files."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.envelope import parse
from analytics.ingest import ingest
from rooms import jobs
from rooms.connection import client
from rooms.jobs import Kind
from rooms.models import AuditEntry, Room, RoomAccess
from rooms.operations import external_streams, live_streams, recordings
from tests.conftest import payload
from tests.rooms.jobs import MEETING, RTMP, SECRETS, choir, sung_in, told
from tests.rooms.simulated import SimulatedHms

__all__ = ["choir"]

LISTS = ["/recordings", "/live-streams", "/external-streams", "/recording-assets"]
HTMX = {"HX-Request": "true", "HX-Target": "jobs-now"}


@pytest.fixture
def url(choir: Room) -> str:
    return f"/rooms/{choir.pk}/jobs/"


@pytest.fixture
def all_three(choir: Room, ikram: User, hms_simulator: SimulatedHms) -> dict[Kind, str]:
    """One of each kind, running for a minute."""
    settings: dict[str, Any] = {"meeting_url": MEETING}
    made = {
        Kind.RECORDING: recordings.start(actor=ikram, room=choir, settings=settings).id,
        Kind.LIVE: live_streams.start(
            actor=ikram, room=choir, settings={**settings, "recording": {"hls_vod": True}}
        ).id,
        Kind.EXTERNAL: external_streams.start(actor=ikram, room=choir, settings={**settings, "rtmp_urls": [RTMP]}).id,
    }
    hms_simulator.clock.advance(60)
    return made


def ended(all_three: dict[Kind, str], choir: Room, ikram: User, hms_simulator: SimulatedHms) -> None:
    recordings.stop_all(actor=ikram, room=choir)
    live_streams.stop_all(actor=ikram, room=choir)
    external_streams.stop_all(actor=ikram, room=choir)
    hms_simulator.clock.advance(120)


def shown(viewer: Client, url: str, **headers: str) -> str:
    answer = viewer.get(url, headers=headers)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_room_where_nothing_ran_offers_to_start(ops: Client, url: str) -> None:
    page = shown(ops, url)

    assert "No recording runs" in page
    assert "Start a recording" in page
    assert "Start an external stream" in page
    assert "No live streams yet" in page


def test_what_runs_is_shown_with_who_began_it_and_without_its_secrets(
    ops: Client, teacher: Client, wanjiru: User, url: str, choir: Room, all_three: dict[Kind, str]
) -> None:
    RoomAccess.objects.create(user=wanjiru, room=choir)
    for viewer in (ops, teacher):
        page = shown(viewer, url)
        assert page.count("started by Ikram Benali") == 3
        assert "rtmp://a.tube.example.com/live2/••••••" in page
        assert "Start a recording" not in page
        assert "Stop the recording" in page
        assert [secret for secret in SECRETS if secret in page] == []


def test_an_observer_sees_and_is_offered_nothing(
    signed_in: Callable[[User], Client], olive: User, url: str, choir: Room, all_three: dict[Kind, str]
) -> None:
    RoomAccess.objects.create(user=olive, room=choir)
    page = shown(signed_in(olive), url)

    assert "started by Ikram Benali" in page
    assert "/stop/" not in page
    assert "/pause/" not in page


def test_where_a_live_stream_can_be_watched_is_told_to_who_may_have_its_film(
    signed_in: Callable[[User], Client],
    teacher: Client,
    olive: User,
    wanjiru: User,
    choir: Room,
    url: str,
    all_three: Any,
) -> None:
    for user in (olive, wanjiru):
        RoomAccess.objects.create(user=user, room=choir)
    observer = signed_in(olive)
    live = f"/rooms/{choir.pk}/live-streams/{all_three[Kind.LIVE]}/"
    external = f"/rooms/{choir.pk}/external-streams/{all_three[Kind.EXTERNAL]}/"
    for address in (url, live):
        assert ".m3u8" in shown(teacher, address), address
        assert ".m3u8" not in shown(observer, address), address
        assert "/••••••" in shown(observer, address), address
    assert "rtmp://a.tube.example.com/••••••" in shown(observer, external)
    assert ".m3u8" not in shown(observer, f"{url}now/", **HTMX)


def test_what_ended_is_listed_with_its_files_which_open_by_a_fresh_link(
    ops: Client, url: str, choir: Room, all_three: dict[Kind, str], ikram: User, hms_simulator: SimulatedHms
) -> None:
    ended(all_three, choir, ikram, hms_simulator)

    page = shown(ops, url)
    detail = shown(ops, f"/rooms/{choir.pk}/recordings/{all_three[Kind.RECORDING]}/")

    asset = next(one for one in client().recording_assets.list(room_id=choir.pk) if one.type == "room-composite")
    assert f"/recording-assets/{asset.id}/" in page
    assert f"/recording-assets/{asset.id}/" in detail
    assert "Each opening asks 100ms for a fresh link" in detail
    assert "https://school.example.com/" in detail
    for text in (page, detail):
        assert [secret for secret in (*SECRETS, "X-Amz", "sig=") if secret in text] == []
    links = [ops.get(f"/recording-assets/{asset.id}/") for _ in range(2)]
    for answer in links:
        assert answer.status_code == 302
        assert "signature=" in answer["Location"]
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
    entries = AuditEntry.objects.filter(action="recording_asset.open", target_id=asset.id, actor="ikram")
    assert entries.count() == 2
    assert links[0]["Location"] not in str(list(AuditEntry.objects.values()))


def test_the_streams_have_pages_too(
    ops: Client, choir: Room, all_three: dict[Kind, str], ikram: User, hms_simulator: SimulatedHms
) -> None:
    live = f"/rooms/{choir.pk}/live-streams/{all_three[Kind.LIVE]}/"
    assert "live" in shown(ops, live)
    ended(all_three, choir, ikram, hms_simulator)

    assert "Video as a playlist" in shown(ops, live)
    external = shown(ops, f"/rooms/{choir.pk}/external-streams/{all_three[Kind.EXTERNAL]}/")
    assert "Nothing of it was kept" in external
    assert "stream-key-secret" not in external


def test_a_file_is_opened_by_who_sees_its_room_and_is_not_there_for_others(
    teacher: Client,
    wanjiru: User,
    choir: Room,
    all_three: dict[Kind, str],
    ikram: User,
    hms_simulator: SimulatedHms,
) -> None:
    ended(all_three, choir, ikram, hms_simulator)
    asset = next(client().recording_assets.list(room_id=choir.pk)).id
    hms_simulator.forget()

    assert teacher.get(f"/recording-assets/{asset}/").status_code == 404
    assert teacher.get("/recording-assets/0123456789abcdef01234567/").status_code == 404
    assert not [path for _, path in hms_simulator.requests() if "presigned" in path]
    assert not AuditEntry.objects.filter(action="recording_asset.open").exists()

    RoomAccess.objects.create(user=wanjiru, room=choir)
    assert teacher.get(f"/recording-assets/{asset}/").status_code == 302


@pytest.mark.parametrize("wish", [{"cut": "before"}, {"status": 500}, {"hang": 30}, {"status": 429}], ids=str)
def test_a_file_for_which_no_link_is_made_says_so(
    wish: dict[str, Any],
    ops: Client,
    choir: Room,
    all_three: dict[Kind, str],
    ikram: User,
    hms_simulator: SimulatedHms,
) -> None:
    ended(all_three, choir, ikram, hms_simulator)
    asset = next(client().recording_assets.list(room_id=choir.pk)).id
    hms_simulator.fault("GET", "/recording-assets/{asset_id}/presigned-url", **wish)

    answer = ops.get(f"/recording-assets/{asset}/")

    assert answer.status_code == 503
    assert "The file cannot be opened now" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="recording_asset.open").exists()
    assert ops.get(f"/recording-assets/{asset}/").status_code == 302


def test_a_job_of_another_room_is_not_there(
    ops: Client, choir: Room, all_three: dict[Kind, str], hms_simulator: SimulatedHms
) -> None:
    other = sung_in(hms_simulator, "Band")
    before = len(told())
    for kind, part in (
        (Kind.RECORDING, "recordings"),
        (Kind.LIVE, "live-streams"),
        (Kind.EXTERNAL, "external-streams"),
    ):
        own = f"/rooms/{choir.pk}/{part}/{all_three[kind]}/"
        others = f"/rooms/{other.pk}/{part}/{all_three[kind]}/"
        assert ops.get(own).status_code == 200
        assert ops.get(others).status_code == 404
        assert ops.get(f"{others}stop/").status_code == 404
        assert ops.post(f"{others}stop/").status_code == 404
    for act in ("pause-recording", "resume-recording"):
        assert ops.post(f"/rooms/{other.pk}/live-streams/{all_three[Kind.LIVE]}/{act}/").status_code == 404
    text = {"payload": "Psst", "duration": 5}
    assert ops.post(f"/rooms/{other.pk}/live-streams/{all_three[Kind.LIVE]}/text/", text).status_code == 404

    assert len(told()) == before
    assert [one.status for one in client().recordings.list(room_id=choir.pk)] == ["running"]


@pytest.mark.parametrize("wish", [{"cut": "before"}, {"status": 500}, {"hang": 30}, {"status": 403}], ids=str)
def test_while_100ms_is_down_the_page_says_so_and_shows_what_was_read_last(
    wish: dict[str, Any], ops: Client, url: str, choir: Room, all_three: dict[Kind, str], hms_simulator: SimulatedHms
) -> None:
    page = shown(ops, url)
    assert "late, as of" not in page
    jobs.forget(choir)
    hms_simulator.fault("GET", times=None, **wish)
    hms_simulator.forget()

    page = shown(ops, url)

    assert page.count("started by Ikram Benali") == 3
    assert "This is how it stood" in page
    assert "late, as of" in page
    assert len(hms_simulator.requests()) == 1  # one answer that does not come is enough
    detail = shown(ops, f"/rooms/{choir.pk}/recordings/{all_three[Kind.RECORDING]}/") if "status" not in wish else ""
    assert not detail or "This is what was read of it last" in detail
    cache.clear()
    assert "has not been read yet" in shown(ops, url)


def test_many_who_look_cost_100ms_one_question(
    ops: Client, url: str, all_three: dict[Kind, str], hms_simulator: SimulatedHms
) -> None:
    hms_simulator.forget()
    for _ in range(10):
        shown(ops, url)
        shown(ops, f"{url}now/", **HTMX)

    assert sorted(path for _, path in hms_simulator.requests()) == sorted(LISTS)


def test_the_part_for_other_pages_is_sent_only_when_something_is_new(
    ops: Client, url: str, choir: Room, all_three: dict[Kind, str], ikram: User, hms_simulator: SimulatedHms
) -> None:
    part = shown(ops, f"{url}now/?back=live", **HTMX)
    [have] = {piece.split('"')[0].split("&")[0] for piece in part.split("?have=")[1:]}
    assert "data-live" in part
    assert f"/recordings/{all_three[Kind.RECORDING]}/stop/?back=live" in part

    same = ops.get(f"{url}now/?back=live&have={have}", headers=HTMX)
    assert same["HX-Reswap"] == "none"
    assert 'hx-swap-oob="true"' in same.content.decode()
    assert len(same.content) < 600

    recordings.stop_all(actor=ikram, room=choir)
    changed = ops.get(f"{url}now/?back=live&have={have}", headers=HTMX)
    assert "HX-Reswap" not in changed
    assert "stopping" in changed.content.decode()


def test_the_lists_ask_again_by_themselves_and_bring_their_stamp(
    ops: Client, url: str, all_three: dict[Kind, str], choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    page = shown(ops, url)
    assert f'id="jobs-ran" data-live hx-get="{url}" hx-trigger="every 15s"' in page
    ended(all_three, choir, ikram, hms_simulator)
    jobs.forget(choir)

    part = shown(ops, url, **{"HX-Request": "true", "HX-Target": "jobs-ran"})

    assert "<html" not in part
    assert 'id="asof" hx-swap-oob="true"' in part
    assert "Video" in part or "video" in part
    assert "jobs-now" not in part


def test_why_it_ended_and_what_to_do_is_told_in_words(
    ops: Client, url: str, choir: Room, all_three: dict[Kind, str], ikram: User, hms_simulator: SimulatedHms
) -> None:
    ended(all_three, choir, ikram, hms_simulator)
    session = jobs.one(choir, Kind.RECORDING, all_three[Kind.RECORDING]).session_id
    failure, stop = payload("webhooks/beam.failure"), payload("webhooks/hls.stopped.success")
    for body, kind in ((failure, Kind.RECORDING), (stop, Kind.LIVE)):
        body["data"] |= {"job_id": all_three[kind], "session_id": session, "room_id": choir.pk}
    stop["data"]["reason"] = "max duration reached"
    ingest([parse(failure, "webhook"), parse(stop, "webhook")])

    assert "100ms made the file and could not put it into the storage." in shown(ops, url)
    detail = shown(ops, f"/rooms/{choir.pk}/recordings/{all_three[Kind.RECORDING]}/")
    assert "Check the storage in the room&#x27;s template: bucket, region, key and secret" in detail
    live = shown(ops, f"/rooms/{choir.pk}/live-streams/{all_three[Kind.LIVE]}/")
    assert "it ran as long as 100ms lets it" in live


def test_a_page_of_many_costs_no_more_than_one_of_few(
    ops: Client, url: str, choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    def costs() -> tuple[int, int]:
        cache.clear()
        hms_simulator.forget()
        with CaptureQueriesContext(connection) as queries:
            shown(ops, url)
        return len(queries), len(hms_simulator.requests())

    def record(times: int) -> None:
        for _ in range(times):
            recordings.start(actor=ikram, room=choir, settings={})
            hms_simulator.clock.advance(10)
            recordings.stop_all(actor=ikram, room=choir)
            hms_simulator.clock.advance(60)

    record(2)
    few = costs()
    record(8)
    many = costs()

    assert many == few
    assert many[0] <= 20
    assert many[1] == len(LISTS)


def test_the_newest_hundred_are_shown_and_said_to_be(
    ops: Client, url: str, choir: Room, ikram: User, hms_simulator: SimulatedHms
) -> None:
    made = recordings.start(actor=ikram, room=choir, settings={})
    look = jobs.look(choir, now=timezone.now())
    [one] = look.found
    many = tuple(
        replace(one, id=f"{made.id[:-3]}{number:03d}", created_at=timezone.now() - timedelta(days=number))
        for number in range(jobs.NEWEST)
    )
    cache.set(f"room-jobs:{choir.pk}", replace(look, found=many))

    assert "the newest 100" in shown(ops, url)


def test_the_list_is_exported_as_it_is_shown(
    ops: Client, url: str, choir: Room, all_three: dict[Kind, str], ikram: User, hms_simulator: SimulatedHms
) -> None:
    ended(all_three, choir, ikram, hms_simulator)
    assert f"{url[:-1]}.csv?kind=recording" in shown(ops, url)

    def rows(query: str = "") -> list[dict[str, str]]:
        answer = ops.get(f"{url[:-1]}.csv{query}")
        assert answer["Content-Type"].startswith("text/csv")
        return list(csv.DictReader(answer.getvalue().decode().splitlines()))

    [recording] = rows("?kind=recording")
    assert {row["id"] for row in rows()} == set(all_three.values())
    assert recording["id"] == all_three[Kind.RECORDING]
    assert (recording["state"], recording["started_by"], recording["files"]) == ("done", "Ikram Benali", "video; chat")
    assert float(recording["seconds"]) > 0
    assert [secret for secret in SECRETS if secret in str(rows())] == []
