"""What was recorded and streamed of a session, on its page: lanes, facts, moments, cards, the table, and live."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import Ingest, Recording, Session, Stream
from rooms.models import Room
from rooms.simulator.scenarios import SCENARIOS
from tests import played
from tests.dashboard import classes, recorded
from tests.dashboard.classes import Pupil
from tests.dashboard.test_session import hrefs, page, text
from tests.dashboard.test_session_live import ask, shown, swapped


@pytest.fixture
def held(physics: Room) -> Session:
    """45 minutes, until two hours ago."""
    return classes.session(physics, pupils=[Pupil(), Pupil("Bob", "bob")])


def run_lanes(html: str) -> dict[str, str]:
    """What each lane of recordings and streams says, by its key."""
    found = re.findall(r'id="run-([\w-]+)".*?<svg class="tl-plot" role="group" aria-label="([^"]*)"', html, re.DOTALL)
    return {key: unescape(said) for key, said in found}


def facts(html: str) -> str:
    return text(html[html.index('id="facts"') : html.index('id="moments"')])


def moments(html: str) -> str:
    return text(html[html.index('id="moments"') : html.index('id="timeline"')])


def clock(held: Session, minutes: float) -> str:
    assert held.started_at is not None
    return f"{timezone.localtime(held.started_at + timedelta(minutes=minutes)):%H:%M}"


def test_a_session_of_which_nothing_was_recorded_says_nothing_of_it(ops: Client, held: Session) -> None:
    html = page(ops, held)
    assert run_lanes(html) == {}
    assert "Recording" not in facts(html)
    assert "Watch recording" not in html


def test_who_may_not_play_the_film_is_not_led_to_play_it(
    signed_in: Callable[[User], Client], teacher: Client, olive: User, held: Session
) -> None:
    made = recorded.recording(held, 3)
    recorded.spoke(recorded.transcript(made), (0, 75), peer_id=held.peers.get(user_id="ada").pk)
    assert made.started_at is not None
    moment = f"?person=ada&at={(made.started_at + timedelta(minutes=5)).isoformat().replace('+', '%2B')}"
    observer = signed_in(olive)

    def seen(viewer: Client) -> str:
        return viewer.get(f"/sessions/{held.pk}/{moment}").content.decode()

    promises = ("Watch recording", "Watch from here", "tab=transcript")
    led, not_led = seen(teacher), seen(observer)
    assert [words for words in promises if words not in led] == []
    assert [words for words in promises if words in not_led] == []
    assert re.search(r'class="run-bar"[^>]* data-from="', led)
    assert not re.search(r'class="run-bar"[^>]* data-from="', not_led)
    assert "<span>Recording</span>" in not_led
    assert f"/recordings/{made.pk}/" in hrefs(not_led)
    assert "1 min" in not_led


def test_a_recording_that_began_late(ops: Client, held: Session) -> None:
    row = recorded.recording(held, 3, 45)
    html = page(ops, held)
    begin, end = clock(held, 3), clock(held, 45)
    assert run_lanes(html) == {
        "recording": f"Recorded from {begin} to {end}, 3 min at the start missing; ready",
    }
    assert "Recording 42 min Ready of 45 min" in facts(html)
    assert "Recording misses the first 3 min" in moments(html)
    assert html.count("p-missing") == 2  # the lane and the legend
    assert f"/recordings/{row.pk}/" in hrefs(html)
    assert re.search(rf'<a class="run-bar" href="/recordings/{row.pk}/"[^>]* data-from="\d{{13}}"', html)


def test_a_recording_that_failed_says_why_everywhere(ops: Client, held: Session) -> None:
    recorded.recording(held, 0, 45, state="failed", error_type="CLOUD_ACCESS_ERROR")
    html = page(ops, held)
    assert "Recording failed: 100ms was not let into the storage" in run_lanes(html)["recording"]
    assert "Recording failed 100ms was not let into the storage" in facts(html)
    assert re.search(r"Recording failed: 100ms was not let into the storage \d\d:\d\d", moments(html))
    assert "Watch recording" not in html
    assert "mk-error" in html[html.index('id="runs"') : html.index('id="at-once"')]


def test_one_that_should_have_been_recorded_and_was_not(ops: Client, physics: Room) -> None:
    Room.objects.filter(pk=physics.pk).update(recording_enabled=True)
    old = classes.session(physics, ago=timedelta(hours=9))
    html = page(ops, old)
    assert run_lanes(html) == {"recording": "Nothing of it is recorded"}
    assert "Recording none its settings say that it is recorded" in facts(html)
    assert "Nothing is recorded" in moments(html)
    # The media server makes its file after the end, so nothing is missed before that.
    new = classes.session(physics, ago=timedelta(minutes=50))
    assert run_lanes(page(ops, new)) == {}
    Room.objects.filter(pk=physics.pk).update(recording_enabled=False)
    assert run_lanes(page(ops, old)) == {}


def test_one_that_is_still_processed_cannot_be_watched_yet(ops: Client, held: Session) -> None:
    row = recorded.recording(held, 0, 45, state="processing")
    html = page(ops, held)
    assert "Being processed" in facts(html)
    assert "Watch recording" not in html
    assert "data-from" not in html[html.index('id="runs"') : html.index('id="at-once"')]
    assert f"/recordings/{row.pk}/" in hrefs(html)


def test_streams_and_encoders_have_lanes_of_their_own(ops: Client, held: Session) -> None:
    live = classes.stream(held, 2, 20, state="failed", error_type="INTERNAL_ERROR")
    classes.stream(held, 21, 45)
    classes.stream(held, 5, 40, kind="external", outputs=["rtmp://video.example/live/••••••"])
    classes.encoder(held, 1, 30, end_reason="reconnection window expired")
    html = page(ops, held)
    said = run_lanes(html)
    assert list(said) == ["live", "external", "encoder"]
    assert "broken for 60 s" in said["live"] or "broken for 1 min" in said["live"]
    assert said["external"] == f"External stream from {clock(held, 5)} to {clock(held, 40)}"
    assert "Encoder broke off: the connection broke" in said["encoder"]
    assert f"/streams/{live.pk}/" in hrefs(html)
    assert "Live stream failed: something failed inside 100ms, and was started again 1 min later" in moments(html)


def test_what_100ms_told_is_all_there(ops: Client, physics: Room) -> None:
    """From the events of both channels to the page."""
    told = played.over(SCENARIOS["recorded"](3), physics, ago=timedelta(hours=5))
    html = page(ops, told.id)
    said = run_lanes(html)
    recordings = ["recording", "recording-2", "recording-3", "recording-4"]
    assert list(said) == [*recordings, "stream-recording", "parts", "live", "external", "encoder"]
    failed = "Recording failed: 100ms made the file and could not put it into the storage"
    assert failed in " ".join(said[lane] for lane in recordings)
    assert said["encoder"].endswith("Encoder turned away: the encoder pushed with a stream key that is disabled")
    assert "Recording 15 min Ready one failed" in facts(html)
    stream = Stream.objects.filter(state="failed").get()
    opened = text(ops.get(f"/streams/{stream.pk}/").content.decode())
    assert "Something failed inside 100ms." in opened
    assert "3 events" in opened
    assert "hls.failure" in opened
    assert f"{stream.beam_id}/main.m3u8" in opened
    assert ops.get(f"/streams/{stream.beam_id}/").headers["Location"] == f"/streams/{stream.pk}/"


def test_encoders_belong_to_the_session_that_ran_in_their_room_then(ops: Client, held: Session, physics: Room) -> None:
    classes.encoder(held, -30, -10)  # gone before it began
    classes.encoder(held, 50, 60)  # came after its end
    classes.encoder(held, -5, 3)
    elsewhere = classes.session(classes.room("Another room"))
    classes.encoder(elsewhere, 1, 9)
    classes.encoder(held, 7, 7, state=Ingest.State.REFUSED, started_at=None, error_message="stream key disabled")
    said = run_lanes(page(ops, held))["encoder"]
    assert f"to {clock(held, 3)}" in said
    assert f"{clock(held, -30)}" not in said
    assert "Encoder turned away: the encoder pushed with a stream key that is disabled" in said
    assert f"turned away {clock(held, 7)}" in text(page(ops, held, view="table"))  # told to the second: no estimate


def test_single_tracks_are_one_lane_and_lead_to_their_list(ops: Client, held: Session) -> None:
    for number in range(30):
        recorded.recording(held, number, 45, kind="track")
    html = page(ops, held)
    assert run_lanes(html)["parts"].startswith("30 single tracks or people were recorded")
    assert f"/recordings/?q={held.pk}" in hrefs(html)
    assert "Recording" not in facts(html)


def test_a_lane_opens_a_card_that_a_reload_keeps(ops: Client, held: Session) -> None:
    peer = held.peers.get(user_id="bob")
    row = recorded.recording(held, 3, 45, started_by=peer.pk, stop_reason="last peer left")
    html = page(ops, held)
    [link] = [href for href in hrefs(html) if "lane=recording" in href and "at=" not in href]
    opened = ops.get(link.partition("#")[0]).content.decode()
    card = opened[opened.index('id="card"') :]
    card = card[: card.index("</ul>")]
    assert "ready" in text(card)
    assert "The last person left." in text(card)
    assert "Begun by Bob" in text(card)
    assert f"/recordings/{row.pk}/" in hrefs(card)


def test_one_card_is_open_at_a_time(ops: Client, held: Session) -> None:
    recorded.recording(held)
    html = page(ops, held, person="bob", lane="recording")
    assert html.count('id="card"') == 1


def test_a_persons_card_leads_to_that_moment_of_the_recording(ops: Client, held: Session) -> None:
    row = recorded.recording(held, 3, 45)
    html = page(ops, held, person="bob", at=clock(held, 20))
    [link] = [href for href in hrefs(html) if href.startswith(f"/recordings/{row.pk}/?t=")]
    seconds = int(link.partition("=")[2])
    assert 16 * 60 <= seconds <= 17 * 60
    assert "Recorded yes" in text(html)
    early = page(ops, held, person="bob", at=clock(held, 1))
    assert "?t=" not in early
    assert "Recorded not this moment" in text(early)


def test_a_session_in_which_nobody_is_known_still_shows_what_ran(ops: Client, physics: Room) -> None:
    empty = classes.session(physics, pupils=[])
    classes.stream(empty, 2, 20)
    read = text(page(ops, empty))
    assert "Nobody is known to have been here" in read
    assert "Live stream ended" in read


def test_the_table_has_them_above_the_people(ops: Client, held: Session) -> None:
    recorded.recording(held, 3, 45)
    classes.stream(held, 2, None)
    read = text(page(ops, held, view="table"))
    assert read.index("Recording ready") < read.index("Live stream end never told") < read.index("Ada")


def test_words_of_100ms_are_shown_and_never_run(ops: Client, held: Session) -> None:
    hostile = "<script>alert(1)</script>\"'&{{ 7 }} rtmp://host/live/secret-key"
    recorded.recording(held, 0, 45, state="failed", error_type="", error_message=hostile)
    classes.stream(held, 0, 45, stop_reason=hostile)
    classes.encoder(held, 0, 45, state=Ingest.State.BROKEN, error_message=hostile)
    for query in ({}, {"view": "table"}, {"lane": "live"}, {"lane": "recording"}, {"lane": "encoder"}):
        html = page(ops, held, **query)
        assert "<script>alert" not in html
        assert "secret-key" not in html


def test_a_running_recording_is_there_as_soon_as_it_is_told(ops: Client, physics: Room) -> None:
    running = classes.session(physics, pupils=[Pupil()], length=None, ago=timedelta(minutes=10))
    with time_machine.travel(timezone.now(), tick=False) as clock_:
        html = page(ops, running)
        clock_.shift(timedelta(seconds=5))
        recorded.recording(running, 4)
        first = ask(ops, running, html)
        assert {"runs", "facts"} <= swapped(first)
        assert "Being recorded since" in first.content.decode()
        # Time alone changes nothing in the lanes.
        html = page(ops, running)
        clock_.shift(timedelta(seconds=5))
        assert "runs" not in swapped(ask(ops, running, html))
        Recording.objects.update(state="ready", stopped_at=timezone.now())
        ended = ask(ops, running, html)
    assert {"runs", "watch"} <= swapped(ended)
    assert "Watch recording" in shown(ended)


def test_a_page_that_is_open_waits_for_the_file(ops: Client, physics: Room) -> None:
    just_over = classes.session(physics, pupils=[Pupil()], ago=timedelta(minutes=50))
    played.Played(world=None, id=just_over.pk).pulled(final=True)  # type: ignore[arg-type]
    assert "every 5s" not in page(ops, just_over)
    recorded.recording(just_over, 0, 45, state="processing")
    assert "every 5s" in page(ops, just_over)
    Recording.objects.update(state="ready")
    assert "every 5s" not in page(ops, just_over)


def test_a_crowd_has_them_too(ops: Client, physics: Room) -> None:
    crowd = classes.crowd(physics, 120)
    recorded.recording(crowd, 2, 50)
    classes.stream(crowd, 1, 50)
    html = page(ops, crowd)
    assert list(run_lanes(html)) == ["recording", "live"]
    assert 'id="groups"' in html


def test_three_runs_cost_as_many_queries_as_three_hundred(ops: Client, held: Session, physics: Room) -> None:
    many = classes.session(physics, pupils=[Pupil(), Pupil("Bob", "bob")])
    for number in range(100):
        recorded.recording(many, number % 40, 45, kind="track" if number % 2 else "browser")
        classes.stream(many, number % 40, 45)
        classes.encoder(many, number % 40, 45)
    recorded.recording(held)
    classes.stream(held)
    classes.encoder(held)
    ops.get(f"/sessions/{held.pk}/")
    for query in ("", "?view=table", "?lane=live"):
        counted = []
        for one in (held, many):
            with CaptureQueriesContext(connection) as queries:
                answer = ops.get(f"/sessions/{one.pk}/{query}")
            counted.append(len(queries))
            assert len(answer.content) < 600_000
        assert counted[0] == counted[1] <= 20, query


def test_who_may_not_see_the_room_sees_none_of_it(
    signed_in: Callable[[User], Client], sam: User, held: Session
) -> None:
    row = classes.stream(held)
    client = signed_in(sam)
    assert client.get(f"/sessions/{held.pk}/?lane=live").status_code == 404
    assert client.get(f"/streams/{row.pk}/").status_code == 404
    assert Stream.objects.count() == 1
