"""The list of streams, one of them in full, and whether encoders are connected."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import Event, Ingest, Peer, Session, Stream
from rooms import audit
from rooms.models import Room, RoomAccess, StreamKey
from tests.dashboard import classes, recorded
from tests.dashboard.classes import Pupil
from tests.dashboard.test_session import hrefs, text

SECRET = "live-key-7f3a"


@pytest.fixture
def held(physics: Room) -> Session:
    """45 minutes, until two hours ago."""
    return classes.session(physics, pupils=[Pupil("Bob Marsh", "bob")])


def listed(client: Client, query: str = "") -> str:
    answer = client.get(f"/streams/{query}")
    assert answer.status_code == 200
    html: str = answer.content.decode()
    return html


def rows(html: str) -> list[str]:
    """What the rows of the list say."""
    body = html[html.index('id="list"') :].partition('id="encoders"')[0]
    return [text(row) for row in re.findall(r"<tr role=\"row\">(.*?)</tr>", body, re.DOTALL) if "<td" in row]


def encoders(html: str) -> str:
    return text(html.partition('id="encoders"')[2]) if 'id="encoders"' in html else ""


def test_an_empty_list_says_where_streams_come_from(ops: Client) -> None:
    html = listed(ops)
    assert "No streams yet" in html
    assert "A stream appears here from the moment it is started" in text(html)
    assert 'id="encoders"' not in html


def test_a_row_says_all_that_is_known(ops: Client, held: Session) -> None:
    recording = recorded.recording(held, 2, 20, kind="hls")
    row = classes.stream(
        held,
        2,
        20,
        started_by=held.peers.get().pk,
        stop_reason="max duration reached",
        outputs=["https://cdn.example/live.m3u8"],
        recording_id=recording.pk,
        is_recorded=True,
    )
    [said] = rows(listed(ops))
    assert said.startswith("Year 9 Physics, group B live stream")
    assert "18 min" in said
    assert "ended it ran as long as 100ms lets it" in said
    assert "Bob Marsh, in the room" in said
    assert "https://cdn.example/live.m3u8" in said
    assert "<title>Live stream of Year 9 Physics, group B" in ops.get(f"/streams/{row.pk}/").content.decode()
    assert said.endswith("ready")
    assert f"/streams/{row.pk}/" in hrefs(listed(ops))
    assert f"/recordings/{recording.pk}/" in hrefs(listed(ops))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "starting"}, "starting"),
        ({"state": "running"}, "live"),
        ({"state": "stopping"}, "stopping"),
        ({"state": "failed", "error_type": "MAX_RETRIES_REACHED"}, "failed 100ms tried several times to begin"),
        ({"state": "failed", "stop_reason": "failure: INTERNAL_ERROR"}, "failed Something failed inside 100ms."),
        ({"state": "failed", "error_message": "disk on fire"}, "failed 100ms says: disk on fire."),
        ({"state": "ended", "stop_reason": "room ended"}, "ended the session was ended for all"),
        ({"state": "ended", "stop_reason": "the moon is full"}, "ended the moon is full"),
    ],
)
def test_every_state_has_its_word(ops: Client, physics: Room, fields: dict[str, str], said: str) -> None:
    running = classes.session(physics, length=None, ago=timedelta(minutes=30))
    classes.stream(running, 2, None, **fields)
    [row] = rows(listed(ops))
    assert said in row


def test_a_stream_that_outlived_its_session_is_not_called_live(ops: Client, held: Session) -> None:
    classes.stream(held, 2, None)
    [row] = rows(listed(ops))
    assert "end never told" in row
    assert "not told" in row  # its length
    assert "No stream matches" in listed(ops, "?state=live")
    assert len(rows(listed(ops, "?state=open"))) == 1


def test_a_stream_of_a_session_that_nobody_told_of_is_listed_too(ops: Client, physics: Room, held: Session) -> None:
    row = classes.stream(held, 2, 20)
    Stream.objects.filter(pk=row.pk).update(session_id="unheard-of")
    [said] = rows(listed(ops))
    assert "18 min" in said
    assert ops.get(f"/streams/{row.pk}/").status_code == 200


def test_filters_narrow_and_search_finds_by_any_id(ops: Client, held: Session) -> None:
    other = classes.session(classes.room("Chemistry lab"), ago=timedelta(days=3))
    physics = classes.stream(held, 2, 20, job_id="job-physics", aliases=["asset-of-physics"])
    chemistry = classes.stream(other, 2, 20, kind="external", state="failed", error_type="API_ERROR")

    def found(query: str) -> set[str]:
        return {href for href in hrefs(listed(ops, query)) if re.fullmatch(r"/streams/[\w-]+/", href)}

    one, two = f"/streams/{physics.pk}/", f"/streams/{chemistry.pk}/"
    today = timezone.localdate()
    assert found("") == {one, two}
    assert found("?kind=live") == found("?state=ended") == {one}
    assert found("?state=failed") == found("?kind=external") == found("?room=chemistry+lab") == {two}
    assert found(f"?until={today - timedelta(days=2)}") == {two}
    assert found(f"?since={today - timedelta(days=1)}") == {one}
    for text_ in ("job-physics", "asset-of-physics", physics.pk, "year 9", held.pk):
        assert found(f"?q={text_}") == {one}, text_
    assert "No stream matches" in listed(ops, "?q=nothing-like-it")


def test_they_are_sorted_as_asked(ops: Client, held: Session) -> None:
    classes.stream(held, 2, 20)
    classes.stream(held, 5, 10, kind="external")
    assert [row.split(" group B ")[1][:4] for row in rows(listed(ops))] == ["exte", "live"]
    assert [row.split(" group B ")[1][:4] for row in rows(listed(ops, "?sort=-length"))] == ["live", "exte"]


def test_who_started_it_from_here_is_told_by_name(ops: Client, ikram: User, held: Session) -> None:
    classes.stream(held, 2, 20, job_id="job-1")
    audit.note(ikram, "live_stream.start", audit.Target("live_stream", "job-1", room_id=held.room_id))
    [row] = rows(listed(ops))
    assert ikram.get_full_name() in row


def test_no_key_of_an_output_is_ever_shown(ops: Client, held: Session) -> None:
    """They are masked as they are folded; a row that was not is masked here."""
    row = classes.stream(held, 2, 20, kind="external", outputs=[f"rtmp://video.example/app/{SECRET}"])
    for address in ("/streams/", f"/streams/{row.pk}/", f"/sessions/{held.pk}/", f"/sessions/{held.pk}/?lane=external"):
        assert SECRET not in ops.get(address).content.decode(), address
    body = b"".join(ops.get("/streams.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert SECRET not in body
    assert "rtmp://video.example/app/••••••" in body


def test_the_file_holds_what_the_list_shows(teacher: Client, held: Session) -> None:
    hidden = classes.session(classes.room("Not hers"))
    classes.stream(hidden, 1, 2)
    classes.stream(held, 2, 20, stop_reason="client request")
    classes.stream(held, 5, 10, kind="external", state="failed", error_type="API_ERROR")
    answer = teacher.get("/streams.csv?kind=external")
    lines = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))  # type: ignore[attr-defined]
    assert [(line["kind"], line["state"], line["seconds"]) for line in lines] == [("external", "failed", "300.000")]
    assert lines[0]["ended"] == "100ms failed while it kept the file."
    assert len(b"".join(teacher.get("/streams.csv").streaming_content).splitlines()) == 3  # type: ignore[attr-defined]


def test_times_in_the_file_are_utc_to_the_millisecond_and_what_nobody_knows_is_empty(
    teacher: Client, held: Session
) -> None:
    row = classes.stream(held, 2, None, kind="external")
    assert row.started_at is not None
    answer = teacher.get("/streams.csv")
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    [line] = csv.DictReader(body.splitlines())
    assert line["started_at"] == f"{row.started_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{row.started_at:%f}"[:23] + "Z"
    assert line["stopped_at"] == ""
    assert "None" not in body


def test_any_id_of_a_stream_leads_to_its_page(ops: Client, held: Session) -> None:
    row = classes.stream(held, 2, 20, job_id="job-9", beam_id="beam-9", aliases=["beam-9", "other-9"])
    for one in ("job-9", "beam-9", "other-9"):
        answer = ops.get(f"/streams/{one}/")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/streams/{row.pk}/"), one
    assert ops.get("/streams/live-job-9/").headers["Location"] == f"/streams/{row.pk}/"  # before its beam was known
    for one in ("her-9", "external-job-9", "%", '"', "x\x00y", "other-9%22"):
        assert ops.get(f"/streams/{one}/").status_code == 404, one


def test_its_page_has_cause_remedy_and_ways_on(ops: Client, held: Session) -> None:
    row = classes.stream(held, 2, 20, state="failed", error_type="MAX_RETRIES_REACHED")
    html = ops.get(f"/streams/{row.pk}/").content.decode()
    said = text(html)
    assert "100ms tried several times to begin, and gave up." in said
    assert "check that the meeting address leads into the room" in said
    links = hrefs(html)
    assert f"/sessions/{held.pk}/?lane=live#timeline" in links
    assert f"/rooms/{held.room_id}/jobs/" in links


def test_ops_see_the_events_it_was_made_from_without_their_secrets(ops: Client, teacher: Client, held: Session) -> None:
    row = classes.stream(held, 2, 20, beam_id="beam-1")
    for type_, beam in (
        ("hls.started.success", "beam-1"),
        ("hls.stopped.success", "beam-2"),
        ("beam.failure", "beam-1"),
    ):
        now = timezone.now()
        Event.objects.create(
            event_id=classes.new_id("event"),
            type=type_,
            channel=Event.Channel.WEBHOOK,
            room_id=held.room_id,
            session_id=held.pk,
            emitted_at=now,
            received_at=now,
            payload={"type": type_, "data": {"beam_id": beam, "meeting_url": f"https://x.example/?token={SECRET}"}},
        )
    html = ops.get(f"/streams/{row.pk}/").content.decode()
    assert "1 event" in text(html)
    assert "hls.started.success" in html
    assert "hls.stopped.success" not in html
    assert "beam.failure" not in html
    assert SECRET not in html
    assert "hls.started.success" not in teacher.get(f"/streams/{row.pk}/").content.decode()


def test_its_events_are_found_among_those_of_a_large_class(ops: Client, held: Session) -> None:
    """The API tells of each person again and again; and the next session may tell of a stream that lasted into it."""
    row = classes.stream(held, 2, 20, beam_id="beam-1", other_sessions=["s2"])
    now = timezone.now()

    def event(number: int, type_: str, session_id: str) -> Event:
        return Event(
            event_id=f"event-{number}",
            type=type_,
            channel=Event.Channel.SNAPSHOT,
            room_id=held.room_id,
            session_id=session_id,
            emitted_at=now + timedelta(seconds=number),
            received_at=now,
            payload={"type": type_, "data": {"beam_id": "beam-1"}},
        )

    people = [event(number, "snapshot.peer", held.pk) for number in range(1000)]
    Event.objects.bulk_create(
        [*people, event(1001, "snapshot.live_stream", held.pk), event(1002, "hls.stopped.success", "s2")]
    )

    html = ops.get(f"/streams/{row.pk}/").content.decode()

    assert "2 events" in text(html)
    assert "snapshot.peer" not in html


def test_teachers_see_the_streams_of_their_rooms_alone(teacher: Client, held: Session) -> None:
    elsewhere = classes.session(classes.room("Not hers"))
    hidden = classes.stream(elsewhere, 1, 2, job_id="hidden-job")
    classes.encoder(elsewhere, 1, None)
    classes.stream(held, 2, 20)
    html = listed(teacher)
    assert len(rows(html)) == 1
    assert "Not hers" not in html
    assert teacher.get(f"/streams/{hidden.pk}/").status_code == 404
    assert teacher.get("/streams/hidden-job/").status_code == 404


def test_where_a_live_stream_can_be_watched_is_told_to_who_may_have_its_film(
    signed_in: Callable[[User], Client], teacher: Client, olive: User, held: Session
) -> None:
    observer = signed_in(olive)
    row = classes.stream(held, 2, 20, outputs=["https://live.example/beam/main.m3u8"])
    for address in ("/streams/", f"/streams/{row.pk}/"):
        assert "https://live.example/beam/main.m3u8" in teacher.get(address).content.decode(), address
        seen = observer.get(address).content.decode()
        assert "main.m3u8" not in seen, address
        assert "https://live.example/••••••" in seen, address
    assert "The whole address is for the teachers" in observer.get(f"/streams/{row.pk}/").content.decode()


# ── Encoders ──


@pytest.fixture
def midday() -> Iterator[None]:
    """What began half an hour ago began today."""
    with time_machine.travel("2026-11-12T09:04:10Z", tick=False):
        yield


def test_an_encoder_is_connected_as_long_as_nobody_tells_its_end(midday: None, ops: Client, physics: Room) -> None:
    running = classes.session(physics, length=None, ago=timedelta(minutes=30))
    row = classes.encoder(running, 2, None)
    said = encoders(listed(ops))
    assert "1, 1 connected" in said
    assert re.search(r"connected Connected since today \d\d:\d\d \(as told by 100ms today \d\d:\d\d\)", said)
    Ingest.objects.filter(pk=row.pk).update(
        state="ended", ended_at=timezone.now(), end_reason="reconnection window expired"
    )
    said = encoders(listed(ops))
    assert "not connected Last seen today" in said
    assert "the connection broke, and the encoder did not come back in time" in said


def test_one_that_connected_yesterday_and_never_left_is_not_believed(ops: Client, physics: Room) -> None:
    old = classes.session(physics, ago=timedelta(hours=30))
    classes.encoder(old, 2, None)
    assert "not connected" in encoders(listed(ops))


def test_who_was_turned_away_is_told_with_what_to_do(ops: Client, teacher: Client, held: Session) -> None:
    StreamKey.objects.create(id="key-1", room=held.room, enabled=False)
    classes.encoder(held, 2, 10)
    classes.encoder(held, 20, 20, state="refused", started_at=None, error_message="stream key disabled")
    html = listed(ops)
    said = encoders(html)
    assert "turned away" in said
    assert "The encoder pushed with a stream key that is disabled. Create a new key for the room" in said
    assert "It was connected last today" in said or "It was connected last yesterday" in said
    assert said.endswith("disabled")
    assert f"/rooms/{held.room_id}/stream-key/" in hrefs(html)

    hers = encoders(listed(teacher))
    assert "not connected Last seen" in hers
    assert "key" not in hers


def test_a_room_with_a_key_that_nobody_used_is_for_ops(ops: Client, teacher: Client, physics: Room) -> None:
    StreamKey.objects.create(id="key-1", room=physics, enabled=True)
    said = encoders(listed(ops))
    assert "Nothing yet: no encoder has tried enabled" in said
    assert encoders(listed(teacher)) == ""


def test_the_page_of_the_key_says_whether_the_encoder_is_connected(midday: None, ops: Client, physics: Room) -> None:
    running = classes.session(physics, length=None, ago=timedelta(minutes=30))
    classes.encoder(running, 2, None)
    said = text(ops.get(f"/rooms/{physics.pk}/stream-key/").content.decode())
    assert "Encoder connected Connected since today" in said


def test_many_encoders_are_shown_when_asked_for(ops: Client) -> None:
    for number in range(14):
        classes.encoder(classes.session(classes.room(f"Room {number}")), 1, 2)
    html = listed(ops)
    assert "14" in encoders(html)
    assert "Show the other 4" in html
    assert "Show the other" not in listed(ops, "?encoders=all")


def test_what_is_read_again_by_itself_is_the_rows_alone(ops: Client, held: Session) -> None:
    classes.stream(held, 2, 20)
    classes.encoder(held, 2, 20)
    htmx = {"HX-Request": "true", "HX-Target": "rows"}
    with CaptureQueriesContext(connection) as queries:
        answer = ops.get("/streams/", headers=htmx)
    assert b"<table" in answer.content
    assert b"encoders" not in answer.content
    assert not any("analytics_ingest" in query["sql"] for query in queries.captured_queries)


@pytest.mark.parametrize("who", ["ops", "teacher"])
def test_300_streams_cost_as_many_queries_as_3(
    who: str, ikram: User, wanjiru: User, signed_in: Callable[[User], Client], held: Session
) -> None:
    viewer = ikram if who == "ops" else wanjiru
    client = signed_in(viewer)

    def fill(number: int) -> None:
        for index in range(number):
            room = classes.room(f"Room {index}")
            RoomAccess.objects.get_or_create(user=viewer, room=room)
            session = classes.session(room)
            recording = recorded.recording(session, 1, 20, kind="hls")
            StreamKey.objects.create(id=classes.new_id("key"), room=room)
            for part in range(3):
                peer = Peer.objects.filter(session=session).get().pk
                classes.stream(
                    session, part, 20, started_by=peer, recording_id=recording.pk, job_id=classes.new_id("j")
                )
                classes.encoder(session, part, 20)

    counted = []
    for number in (1, 99):
        fill(number)
        for query in ("?size=100", "?encoders=all&size=100"):
            with CaptureQueriesContext(connection) as queries:
                listed(client, query)
            counted.append(len(queries))
    assert len(set(counted)) == 1, counted
    assert counted[0] <= 24
