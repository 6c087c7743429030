"""The list of recordings: a row a job, what became of it, and how long there is still something to fetch."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from analytics.models import KeptFile, Recording
from rooms import audit
from rooms.audit import Target
from rooms.mirrors import templates
from rooms.models import AuditEntry, Room
from tests.dashboard import classes, recorded
from tests.dashboard.test_query_counts import asked

URL = "/recordings/"


@pytest.fixture(autouse=True)
def lesson(physics: Room) -> None:
    """The template of the room, which keeps its files at 100ms."""
    templates.write([{"id": "lesson", "name": "Lesson", "roles": {}, "settings": {}}], at=long_ago())
    Room.objects.filter(pk=physics.pk).update(template_id="lesson", template_name="Lesson")
    physics.refresh_from_db()


def long_ago() -> datetime:
    return timezone.now() - timedelta(days=90)


def shown(viewer: Client, query: str = "") -> str:
    answer = viewer.get(URL + query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows(viewer: Client, query: str = "") -> list[str]:
    """The rows of the table, as drawn."""
    return shown(viewer, query).partition("<tbody")[2].partition("</tbody>")[0].split("<tr ")[1:]


def test_nobody_has_recorded_anything_yet(ops: Client) -> None:
    page = shown(ops)

    assert "No recordings yet" in page
    assert "as soon as 100ms says that it was started" in page


def test_a_recording_is_told_with_its_session_length_size_and_files(ops: Client, physics: Room) -> None:
    held = classes.session(physics)
    made = recorded.recording(held, files=1, started_by=held.peers.get().pk)
    recorded.asset(made, "transcript", output="json")
    recorded.asset(made, "transcript", output="srt")
    recorded.asset(made, "room-vod", thumbnails=["a.jpg", "b.jpg"])

    [row] = rows(ops)

    assert f'href="/recordings/{made.pk}/"' in row
    assert f'href="/sessions/{held.pk}/"' in row
    assert f'href="/rooms/{physics.pk}/recordings/{made.job_id}/"' in row
    assert "Ada, in the room" in row
    assert "45 min" in row
    assert "26 MB" in row
    assert "ready" in row
    assert "video, playlist, transcript (JSON, SRT), 2 thumbnails" in row


def test_its_name_and_its_time_open_the_recording_and_its_session_has_a_link_of_its_own(
    ops: Client, physics: Room
) -> None:
    held = classes.session(physics)
    made = recorded.recording(held)

    [row] = rows(ops)

    assert row.count(f'href="/recordings/{made.pk}/"') == 2
    assert row.count(f'href="/sessions/{held.pk}/"') == 1
    assert f'href="/sessions/{held.pk}/">Its session<' in row


def test_who_started_it_from_here_is_named_by_the_audit(ops: Client, physics: Room, ikram: User) -> None:
    made = recorded.recording(classes.session(physics), files=1)
    audit.note(ikram, "recording.start", Target("recording", made.job_id, str(physics), physics.pk))

    assert "Ikram Benali" in rows(ops)[0]


def test_a_recording_whose_session_nobody_knows_yet_is_listed_too(ops: Client, physics: Room) -> None:
    held = classes.session(physics)
    made = recorded.recording(held, files=1)
    Recording.objects.filter(pk=made.pk).update(session_id="not-told-yet")

    [row] = rows(ops)

    assert "not-told-yet" not in row
    assert str(physics) in row


def test_what_failed_says_why(ops: Client, physics: Room) -> None:
    failed: dict[str, Any] = {
        "state": "failed",
        "error_type": "CLOUD_ACCESS_ERROR",
        "duration_seconds": None,
        "size": None,
    }
    recorded.recording(classes.session(physics), files=0, **failed)

    [row] = rows(ops)

    assert "100ms was not let into the storage" in row


def test_what_is_too_short_or_stuck_is_told_in_the_list_too(ops: Client, physics: Room) -> None:
    recorded.recording(classes.session(physics), files=1, duration_seconds=600.0)
    processing: dict[str, Any] = {"state": "processing", "duration_seconds": None, "size": None, "finished_at": None}
    recorded.recording(classes.session(physics, ago=timedelta(hours=9)), files=0, **processing)

    short, stuck = rows(ops)

    assert "It ran for 45 min, and its file has 10 min" in short
    assert "does not become ready" in stuck


def test_100ms_keeps_files_for_15_days_unless_the_bucket_is_ones_own(ops: Client, physics: Room) -> None:
    recorded.recording(classes.session(physics), files=1)
    gone = classes.session(physics, ago=timedelta(days=20))
    recorded.recording(gone, files=1)
    upload = {"recording": {"upload": {"type": "s3", "location": "films"}}}
    own = classes.room("Bucket", template_id="own")
    templates.write([{"id": "own", "name": "Own", "roles": {}, "settings": upload}], at=long_ago())
    recorded.recording(classes.session(own), files=1)
    recorded.recording(classes.session(classes.room("Never read", template_id="nowhere")), files=1)

    def of(room: str) -> list[str]:
        return [row.partition('data-l="Kept">')[2].partition("</td>")[0] for row in rows(ops, f"?q={room}")]

    fresh, over = of(physics.name)
    last = timezone.localtime(timezone.now() - timedelta(hours=2, minutes=10)) + timedelta(days=15)
    assert f"{last.day} {last:%B}" in fresh
    assert "gone since" in over
    assert "in your bucket" in of("Bucket")[0]
    assert "not known" in of("Never read")[0]


def test_our_own_copies_are_counted(ops: Client, physics: Room) -> None:
    made = recorded.recording(classes.session(physics), files=2)
    first, second = made.assets.all()
    about = {"room_id": physics.pk, "recording_id": made.pk, "ordered_at": timezone.now()}
    KeptFile.objects.create(asset_id=first.pk, state=KeptFile.State.KEPT, **about)
    assert "1 of 2 kept" in rows(ops)[0]

    copy = KeptFile.objects.create(asset_id=second.pk, state=KeptFile.State.COPYING, **about)
    assert "1 of 2 copied" in rows(ops)[0]

    copy.state, copy.problem = KeptFile.State.FAILED, "Our storage failed (PermissionError)."
    copy.save()
    assert "1 not copied" in rows(ops)[0]
    assert "PermissionError" in rows(ops)[0]
    home = ops.get("/").content.decode()
    assert "1 file of recordings could not be copied" in home
    assert "Most say: Our storage failed (PermissionError)." in home

    copy.state = KeptFile.State.KEPT
    copy.save()
    assert ">kept<" in rows(ops)[0]


def test_filters_narrow_and_stand_in_the_url(ops: Client, physics: Room, chemistry: Room) -> None:
    held = classes.session(physics, ago=timedelta(days=3))
    film = recorded.recording(held, files=1)
    live = recorded.recording(classes.session(physics), kind=Recording.Kind.HLS, files=1)
    other = recorded.recording(classes.session(chemistry), files=1, state="failed", error_type="BEAM_STOPPED")
    ada = recorded.recording(classes.session(chemistry, ago=timedelta(days=1)), files=1, started_by=held.peers.get().pk)

    def found(query: str) -> set[str]:
        return {made.pk for made in (film, live, other, ada) if made.pk in "".join(rows(ops, query))}

    yesterday = timezone.localdate() - timedelta(days=2)
    assert found("") == {film.pk, live.pk, other.pk, ada.pk}
    assert found("?kind=hls") == {live.pk}
    assert found("?state=failed") == {other.pk}
    assert found(f"?room={physics.pk}") == {film.pk, live.pk}
    assert found(f"?room={physics.name}&kind=browser") == {film.pk}
    assert found(f"?until={yesterday}") == {film.pk}
    assert found(f"?since={yesterday}") == {live.pk, other.pk, ada.pk}
    assert found("?q=ada") == {ada.pk}
    for any_id in (film.pk, film.job_id, held.pk, film.assets.get().pk):
        assert found(f"?q={any_id}") == {film.pk}
    page = shown(ops, "?kind=hls&state=failed")
    assert "No recording matches both filters" in page
    assert "Drop the filter State: failed" in page


def test_a_filter_that_nobody_understands_is_named_and_left_out(ops: Client, physics: Room) -> None:
    recorded.recording(classes.session(physics), files=1)

    page = shown(ops, "?state=lost&since=2026-02-30")

    assert "State: lost" in page
    assert "Since: 2026-02-30" in page
    assert len(rows(ops, "?state=lost")) == 1


@pytest.mark.parametrize("sort", ["room", "-at", "kind", "state", "-length", "-size", "length"])
def test_it_sorts_by_every_column_that_says_so(ops: Client, physics: Room, sort: str) -> None:
    for hours in (3, 9):
        recorded.recording(classes.session(physics, ago=timedelta(hours=hours)), files=hours // 3)
    recorded.recording(classes.session(physics), files=0, state="running", duration_seconds=None, size=None)

    assert len(rows(ops, f"?sort={sort}")) == 3


def test_people_see_the_recordings_of_their_own_rooms(
    teacher: Client, olive: User, sam: User, physics: Room, signed_in: Callable[[User], Client]
) -> None:
    made = recorded.recording(classes.session(physics), files=1)

    assert made.pk in shown(teacher)
    assert made.pk in shown(signed_in(olive))
    assert made.pk not in shown(signed_in(sam))


def lines(viewer: Client, query: str = "") -> list[dict[str, str]]:
    answer = viewer.get(f"/recordings.csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


def test_the_file_holds_exactly_what_is_shown_and_no_link(
    ops: Client, teacher: Client, olive: User, physics: Room, chemistry: Room, signed_in: Callable[[User], Client]
) -> None:
    held = classes.session(physics)
    made = recorded.recording(held, files=3)
    recorded.recording(classes.session(chemistry), kind=Recording.Kind.HLS, files=1)

    [line] = lines(ops, "?kind=browser")

    assert (line["recording_id"], line["session_id"], line["room"]) == (made.pk, held.pk, physics.name)
    assert (line["state"], line["seconds"], line["bytes"]) == ("ready", "2700.000", "78000000")
    assert line["files"] == "video; transcript; chat"
    assert line["at_100ms_until"].endswith("Z")
    assert line["ended_at"].endswith("Z")
    assert "://" not in str(line)
    assert "recordings/" not in str(line)
    assert len(lines(ops)) == 2
    assert [one["recording_id"] for one in lines(teacher)] == [made.pk]
    assert "Export 1" in shown(teacher)
    # Whoever observes reads it here.
    assert signed_in(olive).get("/recordings.csv").status_code == 404
    assert "recordings.csv" not in shown(signed_in(olive))


def test_a_name_that_a_spreadsheet_would_run_is_defused(ops: Client) -> None:
    recorded.recording(classes.session(classes.room("=1+1")), files=1)

    assert lines(ops)[0]["room"] == "'=1+1"


@pytest.mark.parametrize("query", ["", "?kind=browser&state=ready&q=Year"])
def test_300_rows_ask_no_more_than_3(ops: Client, physics: Room, query: str) -> None:
    def fill(number: int) -> None:
        for _ in range(number):
            held = classes.session(physics)
            recorded.recording(held, files=2, started_by=held.peers.get().pk)

    fill(3)
    few = asked(ops, f"{URL}?size=100{query.replace('?', '&')}")
    fill(297)
    many = asked(ops, f"{URL}?size=100{query.replace('?', '&')}")

    assert len(many) == len(few)

    assert len(many) <= 45


def test_the_part_that_asks_again_asks_less_than_the_page(ops: Client, physics: Room) -> None:
    recorded.recording(classes.session(physics), files=1)
    answer = ops.get(URL, headers={"HX-Request": "true", "HX-Target": "rows"})
    part = answer.content.decode()

    assert "<thead" in part
    assert "What should have been recorded" not in part


def test_the_page_says_how_much_there_is_to_look_at(ops: Client, physics: Room) -> None:
    assert "found in the last week" not in shown(ops)

    recorded.recording(classes.session(physics), files=1, state="failed", error_type="UPLOAD_ERROR")

    assert '1<span class="sr"> found in the last week' in shown(ops)


def test_ops_have_a_recording_copied_from_the_list(ops: Client, teacher: Client, physics: Room) -> None:
    made = recorded.recording(classes.session(physics), files=2)
    keep = f"/recordings/{made.pk}/keep/"
    assert f'action="{keep}"' in shown(ops)
    assert "/keep/" not in shown(teacher)
    assert teacher.post(keep).status_code == 404

    answer = ops.post(keep, {"next": "/recordings/?kind=browser"})

    assert (answer.status_code, answer["Location"]) == (302, "/recordings/?kind=browser")
    page = shown(ops)
    assert "2 files of Year 9 Physics, group B will be copied" in page
    assert "0 of 2 copied" in page
    assert "/keep/" not in page
    assert list(KeptFile.objects.values_list("size_told", flat=True)) == [26_000_000] * 2
    # Nobody is led elsewhere.
    assert ops.post(keep, {"next": "https://evil.example.com/"})["Location"] == "/recordings/"
    assert "on its way" in shown(ops)


def test_where_there_is_nothing_to_copy_nobody_is_offered_it_nor_told_that_it_was_done(
    ops: Client, physics: Room
) -> None:
    made = recorded.recording(classes.session(physics), files=0)
    recorded.asset(made, status="failed")
    page = f"/recordings/{made.pk}/"
    assert f"{page}keep/" not in ops.get(page).content.decode()
    kept = shown(ops).split('class="full kept"')[1].partition("</td>")[0]
    assert "until" not in kept

    ops.post(f"{page}keep/", {"next": page})

    assert "There is no file to copy of this recording" in ops.get(page).content.decode()
    assert not AuditEntry.objects.filter(action="recording.keep").exists()


def test_a_copy_that_is_under_way_is_not_offered_again(ops: Client, physics: Room) -> None:
    page = f"/recordings/{recorded.recording(classes.session(physics)).pk}/"
    ops.post(f"{page}keep/", {"next": page})

    assert f"{page}keep/" not in ops.get(page).content.decode()


def test_the_page_of_a_recording_says_the_same_of_the_bucket_and_offers_a_copy(
    ops: Client, teacher: Client, physics: Room
) -> None:
    made = recorded.recording(classes.session(physics), files=1)
    page = f"/recordings/{made.pk}/"
    assert "100ms keeps it until" in ops.get(page).content.decode()
    assert f'action="{page}keep/"' in ops.get(page).content.decode()
    assert "/keep/" not in teacher.get(page).content.decode()
    assert f'href="/rooms/{physics.pk}/recordings/{made.job_id}/"' in ops.get(page).content.decode()

    upload = {"recording": {"upload": {"type": "s3", "location": "films"}}}
    templates.write([{"id": "own", "name": "Own", "roles": {}, "settings": upload}], at=long_ago())
    Room.objects.filter(pk=physics.pk).update(template_id="own")

    assert "kept in your own storage" in ops.get(page).content.decode()
