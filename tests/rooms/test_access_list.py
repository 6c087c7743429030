"""A list of who gets which room says of each line what it would do, and does nothing by itself."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import User

from rooms.access_list import plan
from rooms.models import Room, RoomAccess

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)


def planned(*lines: str) -> list[tuple[int, str, str]]:
    with time_machine.travel(NOW, tick=False):
        found = plan("\n".join(["person,room,until,change", *lines]).encode())
    return [(line.number, line.what, line.reason) for line in found]


@pytest.mark.usefixtures("wanjiru", "sam", "ikram", "mallory", "olive")
@pytest.mark.parametrize(
    ("line", "what", "reason"),
    [
        ("sam,Year 9 Physics group B,,", "refused", "room “Year 9 Physics group B” is not known here"),
        ("sam,6540c3d70f240f9ebc69dcf9,,", "give", ""),
        ("SAM@example.com,grade 11 chemistry,,", "same", ""),
        ("sam,Grade 11 Chemistry,2026-12-24,give", "change", ""),
        ("wanjiru,Grade 11 Chemistry,2026-12-24 15:30,Add", "give", ""),
        ("olive,Grade 11 Chemistry,,", "give", ""),
        ("sam,Grade 11 Chemistry,,take", "take", ""),
        ("wanjiru,Grade 11 Chemistry,,take", "refused", "they do not have this room"),
        ("ikram,Grade 11 Chemistry,,", "refused", "they run operations and see every room already"),
        ("mallory,Grade 11 Chemistry,,", "refused", "they are neither teacher nor observer: give them a place first"),
        ("nobody,Grade 11 Chemistry,,", "refused", "person “nobody” is not known here"),
        (",Grade 11 Chemistry,,", "refused", "person is empty"),
        ("sam,,,", "refused", "room is empty"),
        ("sam,Grade 11 Chemistry,2026-02-30,", "refused", "until “2026-02-30” is no day of the calendar"),
        (
            "sam,Grade 11 Chemistry,soon,",
            "refused",
            "until “soon” is neither a day (2026-12-31) nor a time (2026-12-31 15:30)",
        ),
        ("sam,Grade 11 Chemistry,2026-08-31,", "refused", "until “2026-08-31” is past"),
        ("sam,Grade 11 Chemistry,,lend", "refused", "change “lend” is neither give nor take"),
    ],
)
def test_what_a_line_would_do(line: str, what: str, reason: str) -> None:
    assert planned(line) == [(2, what, reason)]


@pytest.mark.usefixtures("sam")
def test_a_day_lasts_to_its_end_in_the_schools_zone(chemistry: Room) -> None:
    with time_machine.travel(NOW, tick=False):
        (line,) = plan(b"person,room,until\nsam,Grade 11 Chemistry,2026-12-24\n")

    assert line.until == datetime(2026, 12, 24, 20, 59, 59, tzinfo=UTC)  # Nairobi is three hours ahead


@pytest.mark.usefixtures("sam")
def test_of_two_lines_about_the_same_the_second_is_refused() -> None:
    assert planned("sam,Grade 11 Chemistry,,take", "sam@example.com,6540c3d70f240f9ebc69dcfa,,")[1] == (
        3,
        "refused",
        "line 2 says something of the same person and room already",
    )


@pytest.mark.usefixtures("sam")
def test_a_name_that_several_bear_is_not_guessed(chemistry: Room) -> None:
    Room.objects.create(id="another", name=chemistry.name.upper())

    assert planned("sam,grade 11 chemistry,,") == [
        (2, "refused", "room “grade 11 chemistry” could be any of 2: use the room's id")
    ]


def test_planning_changes_nothing(sam: User, physics: Room) -> None:
    planned(f"sam,{physics.pk},,", "sam,Grade 11 Chemistry,,take")

    assert RoomAccess.objects.filter(user=sam).count() == 1
