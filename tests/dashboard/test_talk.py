"""How long people spoke, on the pages of their session and of themselves: never mixed with their microphone's time."""

from datetime import timedelta

from django.test import Client

from analytics.models import Recording, Session
from rooms.models import Room
from tests.dashboard import classes, recorded
from tests.dashboard.classes import Pupil
from tests.dashboard.test_query_counts import asked
from tests.dashboard.test_recording import shown


def cell(page: str, name: str, label: str) -> str:
    """What stands under a label in somebody's row of the activity table."""
    row = next(part for part in page.split("<tr") if f"<bdi>{name}</bdi>" in part and 'data-l="Spoke"' in part)
    return row.split(f'data-l="{label}">')[1].split("</td>")[0]


def held_and_recorded(physics: Room) -> tuple[Session, Recording]:
    """Ada and Ben were there; the microphone of each was open for a minute."""
    held = classes.session(physics, pupils=[Pupil("Ada"), Pupil("Ben", "ben")])
    return held, recorded.recording(held, 3)


def test_a_session_shows_who_spoke_beside_whose_microphone_was_open(ops: Client, physics: Room) -> None:
    held, made = held_and_recorded(physics)
    file = recorded.transcript(made)
    recorded.spoke(file, (0, 75), (80, 95), peer_id=held.peers.get(user_id="ada").pk)

    page = shown(ops, f"/sessions/{held.pk}/")

    assert 'title="1 min 30 s, by the words of the transcript"' in cell(page, "Ada", "Spoke")
    assert f'href="/recordings/{made.pk}/?tab=transcript&amp;q=Ada#script"' in cell(page, "Ada", "Spoke")
    assert 'title="1 min 00 s"' in cell(page, "Ada", "Mic")
    assert "none" in cell(page, "Ben", "Spoke")


def test_what_two_recordings_tell_of_one_moment_counts_once(ops: Client, physics: Room) -> None:
    """The second began 60 s after the first, so 70 to 80 s of the one are 10 to 20 s of the other."""
    held, made = held_and_recorded(physics)
    other = recorded.recording(held, 4, kind="hls")
    ada = held.peers.get(user_id="ada").pk
    recorded.spoke(recorded.transcript(made), (70, 80), peer_id=ada)
    recorded.spoke(recorded.transcript(other), (10, 20), (30, 35), peer_id=ada)

    assert 'title="15 s, by' in cell(shown(ops, f"/sessions/{held.pk}/"), "Ada", "Spoke")


def test_a_session_without_a_transcript_has_no_such_column(ops: Client, physics: Room) -> None:
    held, made = held_and_recorded(physics)
    recorded.transcript(made)  # without times of words

    page = shown(ops, f"/sessions/{held.pk}/?by=-spoke")

    assert "by-spoke" not in page
    assert 'data-l="Spoke"' not in page


def test_people_are_sorted_by_how_long_they_spoke(ops: Client, physics: Room) -> None:
    held, made = held_and_recorded(physics)
    recorded.spoke(recorded.transcript(made), (0, 5), peer_id=held.peers.get(user_id="ben").pk)

    page = shown(ops, f"/sessions/{held.pk}/?by=-spoke")

    table = page[page.index('id="people"') :]
    assert table.index("<bdi>Ben</bdi>") < table.index("<bdi>Ada</bdi>")


def test_the_file_for_spreadsheets_stays_as_it_was(ops: Client, physics: Room) -> None:
    held, made = held_and_recorded(physics)
    recorded.spoke(recorded.transcript(made), (0, 5), peer_id=held.peers.get(user_id="ben").pk)

    header = ops.get(f"/sessions/{held.pk}/activity.csv").content.decode().splitlines()[0]

    assert "mic_on_seconds,camera_on_seconds" in header
    assert "spo" not in header


def test_a_person_shows_it_for_the_sessions_that_have_a_transcript(ops: Client, physics: Room) -> None:
    held, made = held_and_recorded(physics)
    classes.session(physics, pupils=[Pupil("Ada")], ago=timedelta(hours=9))
    recorded.spoke(recorded.transcript(made), (0, 75), (60, 90), peer_id=held.peers.get(user_id="ada").pk)
    recorded.spoke(recorded.transcript(made), (0, 9), peer_id=held.peers.get(user_id="ben").pk)

    page = shown(ops, "/people/ada/")

    assert '<td role="cell" class="n" data-l="Spoke"><span title="1 min 30 s">2 min</span></td>' in page
    assert "No transcript tells it" in page
    assert "that 1 of these sessions has" in page
    assert 'data-l="Spoke"' in shown(ops, "/people/ben/")


def test_a_teacher_sees_it_of_their_own_room_only(teacher: Client, physics: Room, chemistry: Room) -> None:
    held = classes.session(chemistry, pupils=[Pupil("Ada")])
    recorded.spoke(recorded.transcript(recorded.recording(held, 3)), (0, 75), peer_id=held.peers.get(user_id="ada").pk)
    classes.session(physics, pupils=[Pupil("Ada")])

    assert "Spoke" not in shown(teacher, "/people/ada/")


def test_more_transcripts_ask_no_more_of_the_database(ops: Client, physics: Room) -> None:
    def add(number: int) -> None:
        for _ in range(number):
            held = classes.session(physics, pupils=[Pupil("Ada")])
            peer = held.peers.get()
            recorded.spoke(recorded.transcript(recorded.recording(held, 3)), (0, 5), peer_id=peer.pk)

    add(2)
    few = len(asked(ops, "/people/ada/"))
    add(10)

    assert len(asked(ops, "/people/ada/")) == few
