"""People across sessions, whatever their user id looks like."""

from datetime import timedelta
from urllib.parse import unquote, urlsplit

import pytest
from django.test import Client
from django.urls import resolve, reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.models import Room
from tests.dashboard import classes
from tests.dashboard.classes import Pupil

ODD = [
    "auth0|12/3",
    "..",
    ".",
    "a//b",
    "/a",
    "a/",
    "x y?z#w",
    "~41",
    "~",
    "a\nb",
    "%2F",
    "ünï",
    "👩‍🏫",
    "a\\b",
    "a/../b",
    "+1 555",
]


@pytest.mark.parametrize("user_id", ODD)
def test_every_user_id_has_a_page(user_id: str, ops: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil("Ada", user_id)])

    answer = ops.get(reverse("person", args=[user_id]))

    assert answer.status_code == 200
    assert held.pk in answer.content.decode()


@settings(deadline=None)  # the first example loads all URLs
@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_an_address_leads_back_to_its_user_id(user_id: str) -> None:
    url = reverse("person", args=[user_id])
    path = urlsplit(url).path

    assert path == url, "nothing reads as a query or a fragment"
    assert ".." not in path.split("/")
    assert "//" not in path
    assert resolve(unquote(path)).kwargs == {"user_id": user_id}


def test_a_plain_id_stands_in_the_address_as_it_is() -> None:
    assert reverse("person", args=["user-7@school.example"]) == "/people/user-7@school.example/"
    assert resolve("/people/user-7@school.example/").kwargs == {"user_id": "user-7@school.example"}


def test_figures_are_the_sums_of_all_sessions(ops: Client, physics: Room, chemistry: Room) -> None:
    classes.session(physics, ago=timedelta(hours=5), length=timedelta(minutes=40))
    classes.session(chemistry, ago=timedelta(hours=3), length=timedelta(minutes=20))
    classes.session(chemistry, ago=timedelta(hours=1), pupils=[Pupil("Other", "other")])

    page = ops.get("/people/ada/").content.decode()

    assert '<span title="1 h 00 min 00 s">60 min</span>' in page
    assert '<span title="2 min 00 s">2 min</span>' in page
    assert "in 2 rooms" in page
    assert "Other" not in page


def test_two_devices_at_once_count_once(ops: Client, physics: Room) -> None:
    classes.session(physics, length=timedelta(minutes=30), pupils=[Pupil(), Pupil()])

    page = ops.get("/people/ada/").content.decode()

    assert '<span title="30 min 00 s">30 min</span>' in page
    assert "1 h" not in page


def test_a_person_is_called_by_the_last_name_they_used(ops: Client, physics: Room) -> None:
    classes.session(physics, ago=timedelta(hours=5), pupils=[Pupil("Ada L.")])
    classes.session(physics, ago=timedelta(hours=2), pupils=[Pupil("Ada Lovelace")])

    page = ops.get("/people/ada/").content.decode()

    assert '<h1 class="long"><bdi>Ada Lovelace</bdi></h1>' in page
    assert "also as <bdi>Ada L.</bdi>" in page
    listed = ops.get("/people/").content.decode()
    assert "Ada Lovelace" in listed
    assert "Ada L.<" not in listed


def test_recorders_and_people_without_an_id_are_not_listed(ops: Client, physics: Room) -> None:
    classes.session(
        physics, pupils=[Pupil("Recorder", "rec", role="__internal_recorder"), Pupil("Guest", ""), Pupil("Ada", "ada")]
    )

    page = ops.get("/people/").content.decode()

    assert "1 to 1 of 1" in page
    assert "Recorder" not in page
    assert ops.get("/people/rec/").status_code == 404


def test_people_are_found_by_any_name_they_used_and_by_room(ops: Client, physics: Room, chemistry: Room) -> None:
    classes.session(physics, pupils=[Pupil("Maria", "m1")])
    classes.session(chemistry, ago=timedelta(hours=1), pupils=[Pupil("Marie", "m1"), Pupil("Omar", "m2")])

    assert "1 to 1 of 1" in ops.get("/people/?q=maria").content.decode()
    assert "1 to 1 of 1" in ops.get(f"/people/?room={physics.pk}").content.decode()
    page = ops.get("/people/?q=m1").content.decode()
    assert '<td role="cell" class="n" data-l="Sessions">2</td>' in page, "a filter chooses people, not their sessions"


def test_people_are_sorted(ops: Client, physics: Room) -> None:
    classes.session(physics, ago=timedelta(hours=5), pupils=[Pupil("Ada", "z"), Pupil("Bo", "y")])
    classes.session(physics, ago=timedelta(hours=2), pupils=[Pupil("Bo", "y")])

    def order(url: str) -> list[str]:
        page = ops.get(url).content.decode()
        return sorted(["Ada", "Bo"], key=lambda name: page.index(f"<bdi>{name}</bdi>"))

    assert order("/people/") == ["Bo", "Ada"]
    assert order("/people/?sort=name") == ["Ada", "Bo"]
    assert order("/people/?sort=-sessions") == ["Bo", "Ada"]
    assert order("/people/?sort=-user_id") == ["Ada", "Bo"]


def test_somebody_in_a_class_now_is_shown_as_such(ops: Client, physics: Room) -> None:
    classes.session(physics, ago=timedelta(minutes=10), length=None)

    assert "in a session now" in ops.get("/people/ada/").content.decode()
