"""Ops give rooms and take them: on a person, on a room, and by a file."""

import csv
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from rooms.access import may, rooms_for
from rooms.models import AuditEntry, Room, RoomAccess


@pytest.fixture
def ops(signed_in: Callable[[User], Client], ikram: User) -> Client:
    return signed_in(ikram)


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_rooms_are_given_by_name_or_id_one_a_line(ops: Client, sam: User, physics: Room) -> None:
    music = Room.objects.create(id="music", name="Music")

    answer = ops.post("/access/people/sam/give/", {"rooms": f"{physics.pk}\n\nMUSIC\n", "until": ""}, follow=True)

    assert {physics, music} <= set(rooms_for(fresh(sam)))
    assert "Sam Okoro now has 2 rooms." in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"rooms": ""}, "Fill this in."),
        ({"rooms": "Nowhere"}, "“Nowhere” is not known here."),
        ({"rooms": "6540c3d70f240f9ebc69dcfa", "until": "2001-01-01T10:00"}, "This time is past."),
        ({"rooms": "6540c3d70f240f9ebc69dcfa", "until": "soon"}, "Write a date and time"),
    ],
)
def test_what_is_wrong_is_said_on_its_field_and_nothing_typed_is_lost(
    sent: dict[str, str], said: str, ops: Client, sam: User
) -> None:
    shown = ops.post("/access/people/sam/give/", sent).content.decode()

    assert said in shown
    assert sent["rooms"] in shown
    assert not AuditEntry.objects.exists()


def test_half_a_name_is_answered_by_whole_ones_and_the_zone_is_named(ops: Client, sam: User) -> None:
    for place, name in enumerate(("Band 12 Biology", "Band 12 Chemistry", "Band 9 Art")):
        Room.objects.create(pk=f"near{place}", name=name)

    page = ops.post("/access/people/sam/give/", {"rooms": "Band 12"}).content.decode()

    assert "“Band 12” is not known here. Did you mean Band 12 Biology or Band 12 Chemistry?" in page
    assert "In Nairobi time" in page


def test_who_runs_operations_needs_no_room(ops: Client, ikram: User, physics: Room) -> None:
    assert "see every room" in ops.get("/access/people/ikram/").content.decode()
    assert "sees every room already" in (ops.post("/access/people/ikram/give/", {"rooms": physics.pk}).content.decode())


def test_taking_asks_once_and_says_what_it_means(ops: Client, wanjiru: User, physics: Room) -> None:
    url = f"/access/people/wanjiru/rooms/{physics.pk}/take/"
    assert "do not exist for Wanjiru Kamau" in ops.get(url).content.decode()
    assert RoomAccess.objects.filter(user=wanjiru).exists()

    ops.post(url)

    assert not RoomAccess.objects.filter(user=wanjiru).exists()
    assert not may(fresh(wanjiru), "see", physics)


def test_a_room_is_given_to_a_person_until_a_time(ops: Client, sam: User, physics: Room) -> None:
    until = timezone.localtime(timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)

    ops.post(f"/rooms/{physics.pk}/access/give/", {"person": "SAM@example.com", "until": f"{until:%Y-%m-%dT%H:%M}"})

    assert RoomAccess.objects.get(user=sam, room=physics).until == until
    assert "Sam Okoro" in ops.get(f"/rooms/{physics.pk}/access/").content.decode()


@pytest.mark.usefixtures("sam", "wanjiru", "olive", "mallory")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=okoro", 1),
        ("part=teachers", 2),
        ("part=observers", 1),
        ("part=ops", 1),
        ("part=none", 1),
        ("room=Grade 11 Chemistry", 1),
        ("ends=timed", 0),
    ],
)
def test_people_are_found(query: str, found: int, ops: Client) -> None:
    assert ops.get(f"/access/?{query}").context["listing"].count == found


def test_the_list_costs_the_same_for_few_and_for_many(
    ops: Client, sam: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    teachers = sam.groups.get()
    for number in range(20):
        User.objects.create_user(f"teacher-{number}").groups.add(teachers)
        if number in (2, 19):
            ops.get("/access/")
            with django_assert_num_queries(9):
                ops.get("/access/")


def test_what_is_exported_can_be_brought_back(ops: Client, sam: User, wanjiru: User, physics: Room) -> None:
    exported = b"".join(ops.get("/access.csv"))
    rows = {row["person"]: row for row in csv.DictReader(StringIO(exported.decode()))}
    assert (rows["wanjiru"]["room"], rows["wanjiru"]["part"]) == (physics.pk, "teacher")
    teachers_only = "\n".join(line for line in exported.decode().splitlines() if not line.startswith("ikram"))

    answer = ops.post("/access/import/", {"file": BytesIO(teachers_only.encode())})

    assert {line.what for line in answer.context["planned"]} == {"same"}


def test_a_file_is_tried_first_and_then_carried_out(ops: Client, sam: User, physics: Room, wanjiru: User) -> None:
    file = f"person;room;change\nsam;{physics.pk};give\nwanjiru;{physics.pk};take\nnobody;{physics.pk};give\n"

    tried = ops.post("/access/import/", {"file": BytesIO(file.encode())})
    assert "Carry out 2 lines" in tried.content.decode()
    assert "person “nobody” is not known here" in tried.content.decode()
    assert physics not in rooms_for(fresh(sam))

    done = ops.post("/access/import/", {"text": tried.context["again"].initial["text"], "do": "1"})

    assert done.context["done_count"] == 2
    assert physics in rooms_for(fresh(sam))
    assert physics not in rooms_for(fresh(wanjiru))
    assert AuditEntry.objects.count() == 2


@pytest.mark.parametrize(("content", "said"), [(b"", "empty"), (b"a,b\n1,2\n", "is not among them")])
def test_a_file_that_is_none_is_refused_in_words(content: bytes, said: str, ops: Client) -> None:
    assert said in ops.post("/access/import/", {"file": BytesIO(content)}).content.decode()


def test_a_user_name_of_any_shape_has_a_page(ops: Client) -> None:
    User.objects.create_user("o.b+c@example.com")

    assert ops.get("/access/people/o.b+c@example.com/").status_code == 200
    assert ops.get("/access/people/nobody/").status_code == 404


def test_ops_say_who_an_account_is_in_class(ops: Client, wanjiru: User, sam: User) -> None:
    assert "Id in class" in ops.get("/access/people/wanjiru/").content.decode()

    answer = ops.post("/access/people/wanjiru/id-in-class/", {"user_id": "teacher-wanjiru"}, follow=True)
    again = ops.post("/access/people/sam/id-in-class/", {"user_id": "teacher-wanjiru"})

    assert "In class Wanjiru Kamau is teacher-wanjiru." in answer.content.decode()
    assert "is that of wanjiru already" in again.content.decode()
    assert 'value="teacher-wanjiru"' in ops.get("/access/people/wanjiru/id-in-class/").content.decode()
