"""The search of the top bar."""

from urllib.parse import quote

import pytest
from django.test import Client

from rooms.models import Room
from tests.dashboard import classes
from tests.dashboard.classes import Pupil


def test_it_finds_rooms_sessions_and_people(ops: Client, physics: Room, chemistry: Room) -> None:
    held = classes.session(physics, pupils=[Pupil("Phyllis", "u-1")])
    classes.session(chemistry, pupils=[Pupil("Omar", "u-2")])

    page = ops.get("/search/?q=phy").content.decode()

    assert "3 found for “phy”" in page
    assert f'href="/rooms/{physics.pk}/"' in page
    assert f'href="/sessions/{held.pk}/"' in page
    assert 'href="/people/u-1/"' in page
    assert "Omar" not in page


def test_who_joined_without_a_user_id_is_found_by_name(ops: Client, teacher: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil("Nkechi Guest", "")])
    peer = held.peers.get()

    for client in (ops, teacher):
        page = client.get("/search/?q=nkechi").content.decode()

        assert "1 found for “nkechi”" in page
        assert f'href="/sessions/{held.pk}/peers/{peer.pk}/"' in page


def test_guests_of_another_room_are_not_found(teacher: Client, chemistry: Room) -> None:
    classes.session(chemistry, pupils=[Pupil("Nkechi Guest", "")])

    assert "Nothing found" in teacher.get("/search/?q=nkechi").content.decode()


def test_of_many_guests_the_newest_are_shown_and_all_counted(ops: Client, physics: Room) -> None:
    classes.session(physics, pupils=[Pupil(f"Guest {number}", "") for number in range(12)])

    page = ops.get("/search/?q=guest").content.decode()

    assert "12 found for “guest”" in page
    assert page.count("/peers/") == 8


def test_a_whole_id_opens_what_it_names(ops: Client, physics: Room) -> None:
    held = classes.session(physics)
    peer = held.peers.get()

    assert ops.get(f"/search/?q={held.pk}").headers["Location"] == f"/sessions/{held.pk}/"
    assert ops.get(f"/search/?q=+{peer.pk}+").headers["Location"] == f"/sessions/{held.pk}/peers/{peer.pk}/"
    assert ops.get(f"/search/?q={physics.pk}").headers["Location"] == f"/rooms/{physics.pk}/"


def test_an_id_of_another_room_leads_a_teacher_nowhere(teacher: Client, chemistry: Room) -> None:
    held = classes.session(chemistry)

    for identity in (held.pk, held.peers.get().pk, chemistry.pk):
        assert "Nothing found" in teacher.get(f"/search/?q={identity}").content.decode()


def test_more_than_fit_are_a_step_away(ops: Client) -> None:
    for number in range(12):
        classes.room(f"Lab {number}")

    page = ops.get("/search/?q=lab").content.decode()

    assert 'href="/rooms/?q=lab">All 12</a>' in page
    assert page.count('href="/rooms/room-') == 8


@pytest.mark.parametrize("text", ["<b>x</b>", '"&?#/', "x" * 300, "%", "_", "\\"])
def test_any_text_may_be_searched_for(text: str, ops: Client, physics: Room) -> None:
    answer = ops.get(f"/search/?q={quote(text)}")

    assert answer.status_code == 200
    assert "<b>x</b>" not in answer.content.decode()


def test_without_a_question_it_says_what_may_be_asked(ops: Client) -> None:
    assert "A whole id of a session, a peer or a room opens its page" in ops.get("/search/").content.decode()
