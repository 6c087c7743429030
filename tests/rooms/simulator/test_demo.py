"""The demo's school: last week as it was, and a class going on at any time."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rooms.simulator.answers import runs
from rooms.simulator.clock import DAY, HOUR, MINUTE, SECOND, SimulatedClock, instant_of
from rooms.simulator.demo import ARABIC, BIOLOGY, CHEMISTRY, MATHS, NEWS, PHYSICS, furnish
from rooms.simulator.jobs import jobs
from rooms.simulator.journal import Journal
from rooms.simulator.session import Session
from rooms.simulator.texts import text_of
from rooms.simulator.world import World
from rooms.simulator.worlds import WORLDS
from tests.rooms.simulator.conftest import standing
from tests.rooms.simulator.contract import event_as_documented, event_types

NAIROBI = ZoneInfo("Africa/Nairobi")
FRIDAY = instant_of("2024-03-15T10:00:00Z")


def demo(clock: SimulatedClock, state: Path | None = None) -> World:
    world = World(clock, journal=Journal(state) if state else None)
    furnish(world, NAIROBI)
    return world


def over(world: World) -> list[Session]:
    return [one for one in world.begun() if not one.active(world.now())]


def running(world: World) -> list[str]:
    world.unfold()
    return sorted(one.room.name for one in world.begun() if one.active(world.now()))


@pytest.fixture(scope="module")
def friday() -> World:
    return demo(standing(FRIDAY))


def test_six_rooms_and_more_by_names_people_use(friday: World) -> None:
    names = {room.name for room in friday.rooms.values()}
    assert {PHYSICS, ARABIC, CHEMISTRY, MATHS, "Lecture hall 2", "Staff room"} < names


def test_last_week_at_school_hours(friday: World) -> None:
    past = over(friday)
    assert len(past) > 20
    for session in past:
        assert FRIDAY - 8 * DAY < session.start < session.end < FRIDAY
        begins = datetime.fromtimestamp(session.start // SECOND, UTC).astimezone(NAIROBI)
        assert 7 <= begins.hour < 18
        assert begins.weekday() < 6
    lectures = [one for one in past if one.room.name == "Lecture hall 2"]
    assert [len(one.truth(FRIDAY)) for one in lectures] == [500]


@pytest.mark.parametrize(("kind", "room"), [("quiz", PHYSICS), ("poll", ARABIC)])
def test_every_lesson_answered_its_poll(kind: str, room: str, friday: World) -> None:
    (poll,) = [one for one in friday.polls.values() if one.as_object()["type"] == kind]
    asked = runs(friday, poll)
    assert [run.session for run in asked] == [one for one in friday.begun() if one.room.name == room]
    assert len(asked) > 2
    assert all(run.responses() for run in asked)


def ends(world: World, family: str, room: str) -> set[str]:
    """How the jobs of a room ended: the error that was told, or else their status."""
    found = set()
    for job in jobs(world, family):
        if job.session.room.name == room:
            told = [one.data for one in job.session.sent if one.data.get("job_id") == job.id]
            found.add(next((data["error_type"] for data in told if "error_type" in data), job.status))
    return found


def test_a_room_that_should_always_be_recorded_was_not_always(friday: World) -> None:
    errors = {"UPLOAD_ERROR", "SHORT_RECORDING_ERROR"}
    assert ends(friday, "recording", BIOLOGY) == {"completed", "post_processing", *errors}
    lessons = [one for one in friday.begun() if one.room.name == BIOLOGY]
    recorded = {job.session.id for job in jobs(friday, "recording")}
    assert [bool(one.script.runs) for one in lessons] == [one.id in recorded for one in lessons]
    missing = [one for one in lessons if one.id not in recorded]
    assert len(lessons) > len(missing) >= 1
    (template,) = [one for one in friday.templates.values() if one.name == "Recorded class"]
    assert template.recordings[0]["compositeRecording"]["browserComposite"]["autoStart"]


def test_last_week_was_streamed_and_pushed_and_an_encoder_was_turned_away(friday: World) -> None:
    assert ends(friday, "live", NEWS) == {"completed", "INTERNAL_ERROR"}
    assert ends(friday, "external", NEWS) == {"completed"}
    told = {one.type for session in friday.begun() if session.room.name == NEWS for one in session.sent}
    assert {"ingest.start.success", "ingest.end.success", "ingest.start.failure", "hls.recording.success"} <= told


def test_what_was_recorded_last_week_can_be_read(friday: World) -> None:
    spoken = [one for one in friday.begun() if "browser-transcript_json.json" in one.files]
    assert len(spoken) > 4
    for session in spoken[:2]:
        footage, _ = session.files["browser-transcript_json.json"]
        assert len(text_of(session, footage)) == session.size_of(footage) > 10_000


def test_a_running_lesson_is_being_recorded_and_streamed(friday: World) -> None:
    for family in ("recording", "live"):
        assert [job.session.room.name for job in jobs(friday, family) if job.status == "running"] == [PHYSICS]


def test_no_room_has_two_sessions_at_once(friday: World) -> None:
    sessions = friday.begun()
    for one in sessions:
        others = [other for other in sessions if other.room is one.room and other is not one]
        assert all(other.end < one.start or one.end < other.start for other in others)


@pytest.mark.slow
def test_every_event_of_the_week_is_as_documented_and_all_types_are_among_them(friday: World) -> None:
    seen = Counter[str]()
    for session in friday.begun():
        for channel, envelope in friday.events(session.id, until=session.settled, lost=True):
            if not seen[envelope["type"]] > 300:
                event_as_documented(channel, envelope)
            seen[envelope["type"]] += 1
    assert set(seen) == event_types("webhook") | event_types("analytics")


def test_one_class_is_twenty_minutes_in_and_another_about_to_end(friday: World) -> None:
    began = {one.room.name: (FRIDAY - one.start) // MINUTE for one in friday.begun() if one.active(FRIDAY)}
    assert began == {PHYSICS: 20, ARABIC: 48}


@pytest.mark.parametrize("hour", [0, 7, 13, 20])
def test_the_demo_never_goes_dead(hour: int) -> None:
    clock = standing(FRIDAY + hour * HOUR)
    world = demo(clock)
    met = Counter[str]()
    for _ in range(6 * 60):
        live = running(world)
        assert 1 <= len(live) <= 2
        met.update(live)
        clock.advance(60)
    assert set(met) == {PHYSICS, ARABIC, CHEMISTRY, MATHS}


def test_in_a_live_class_something_happens_every_few_seconds(friday: World) -> None:
    (class_now,) = [one for one in friday.begun() if one.active(FRIDAY) and one.room.name == PHYSICS]
    quarter = [one for one in class_now.occurrences if FRIDAY <= one.at < FRIDAY + 15 * MINUTE]
    assert len(quarter) > 15 * 60 / 8
    types = {one.type for one in class_now.occurrences if one.at > FRIDAY}
    assert {"peer.join.success", "client.disconnected", "track.update.success", "peer.leave.success"} <= types


def test_a_second_start_has_the_same_past(friday: World) -> None:
    again = demo(standing(FRIDAY))
    assert [one.id for one in again.begun()] == [one.id for one in friday.begun()]
    assert list(again.rooms) == list(friday.rooms)
    for session in over(again)[:5]:
        assert again.events(session.id) == friday.events(session.id)
        assert again.session_object(session.id) == friday.session_object(session.id)
        assert again.truth(session.id) == friday.truth(session.id)


def test_hours_later_the_same_day_the_week_is_the_same_too(friday: World) -> None:
    evening = {one.id for one in demo(standing(FRIDAY + 8 * HOUR)).begun()}
    assert {one.id for one in over(friday)} <= evening


def test_another_seed_is_another_school(friday: World) -> None:
    other = World(standing(FRIDAY), seed=2)
    furnish(other, NAIROBI)
    assert not set(other.rooms) & set(friday.rooms)


def test_a_restart_does_not_forget_the_class_that_runs(tmp_path: Path) -> None:
    state = tmp_path / "demo" / "state"
    first = demo(standing(FRIDAY), state)
    live = [one.id for one in first.begun() if one.active(FRIDAY)]
    clock = standing(FRIDAY + 10 * MINUTE)
    second = demo(clock, state)
    assert {one.id for one in second.begun() if one.active(clock())} & set(live)
    assert set(live) <= set(second.sessions)
    for session_id in live:
        assert second.events(session_id) == first.events(session_id, until=clock())
    for _ in range(180):
        assert 1 <= len(running(second)) <= 2
        clock.advance(60)


def test_after_a_night_off_the_classes_of_yesterday_are_there_and_over(tmp_path: Path) -> None:
    first = demo(standing(FRIDAY), tmp_path / "state")
    second = demo(standing(FRIDAY + DAY), tmp_path / "state")
    assert len(running(second)) == 2
    for session in first.begun():
        if session.active(FRIDAY):
            assert second.session_object(session.id)["active"] is False


def test_a_journal_passes_over_a_line_cut_short(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state")
    journal.write({"scenario": "class"})
    with (tmp_path / "state").open("ab") as file:
        file.write(b'{"scena')
    assert journal.read() == ([{"scenario": "class"}], 1)
    journal.write({"scenario": "lecture"})
    assert journal.read() == ([{"scenario": "class"}, {"scenario": "lecture"}], 1)
    assert Journal(tmp_path / "none").read() == ([], 0)


def test_a_journal_of_another_version_is_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state")
    room = next(iter(demo(standing(FRIDAY)).rooms))
    entry = {"room": room, "start": FRIDAY - HOUR, "seed": "1", "compress": 1}
    journal.write({**entry, "scenario": "no longer known", "how": {}})
    journal.write({**entry, "scenario": "class", "how": {"no_longer": "known"}})
    world = demo(standing(FRIDAY), tmp_path / "state")
    assert len(running(world)) == 2
    assert world.recalled.passed_over == 2


def test_the_gallery_has_every_scenario_over() -> None:
    world = World(standing())
    WORLDS["gallery"](world, NAIROBI)
    assert len(over(world)) == len(world.rooms) > 15


def test_the_empty_world_has_one_room() -> None:
    world = World(standing())
    WORLDS["empty"](world, NAIROBI)
    assert ([room.name for room in world.rooms.values()], world.begun()) == (["Room 1"], [])
