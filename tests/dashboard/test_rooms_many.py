"""Pages of rooms ask the database the same number of questions, however many rooms there are."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rooms.models import Room, RoomAccess
from tests.dashboard import classes


def school(first: int, last: int) -> None:
    now = timezone.now()
    Room.objects.bulk_create(
        [
            Room(id=f"{number:024x}", name=f"Room-{number}", template_name="Class", mirrored_at=now)
            for number in range(first, last)
        ],
        batch_size=500,
    )


def asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "query", ["", "?sort=name", "?sort=-sessions", "?q=room", "?elsewhere=yes", "?size=100&page=2"], ids=str
)
def test_a_list_of_5000_rooms_asks_no_more_than_one_of_150(query: str, ops: Client, db: None) -> None:
    school(0, 150)
    few = asked(ops, f"/rooms/{query}")
    school(150, 5_000)
    assert asked(ops, f"/rooms/{query}") == few
    assert few <= 12


def test_many_picked_and_many_lines_ask_no_more_than_few(ops: Client, db: None) -> None:
    school(0, 200)
    ids = list(Room.objects.values_list("pk", flat=True))

    def picked(number: int) -> int:
        return asked(ops, "/rooms/several/disable/?" + "&".join(f"room={pk}" for pk in ids[:number]))

    def lines(number: int) -> int:
        text = "name,places\n" + "".join(f"Room-{one},{one}\n" for one in range(number))
        with CaptureQueriesContext(connection) as queries:
            answer = ops.post("/rooms/import/", {"file": SimpleUploadedFile("t.csv", text.encode())})
        assert len(answer.context["steps"]) == number
        return len(queries)

    assert picked(100) == picked(3)
    assert lines(400) == lines(3)


def test_settings_of_a_room_ask_no_more_among_many_for_ops_and_teachers(
    physics: Room, ops: Client, teacher: Client
) -> None:
    urls = [f"/rooms/{physics.pk}/", f"/rooms/{physics.pk}/settings/"]
    few = [asked(client, url) for client in (ops, teacher) for url in urls]
    school(0, 300)
    for number in range(10):
        RoomAccess.objects.create(user=RoomAccess.objects.first().user, room=classes.room(f"More-{number}"))  # type: ignore[union-attr]
    assert [asked(client, url) for client in (ops, teacher) for url in urls] == few
