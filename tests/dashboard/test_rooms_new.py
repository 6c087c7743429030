"""Making a room: what is asked, what is refused, and what becomes of a name that is taken."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from rooms.connection import client
from rooms.mirrors import rooms as mirror
from rooms.models import AuditEntry, Room
from tests.rooms.simulated import SimulatedHms

PART = {"HX-Request": "true", "HX-Target": "name-check"}


def send(ops: Client, **fields: Any) -> tuple[int, str]:
    answer = ops.post("/rooms/new/", fields)
    return answer.status_code, answer.content.decode()


def pull() -> None:
    mirror.pull(client(), at=datetime.now(UTC))


def test_a_room_is_made_as_it_was_asked_for(hms_simulator: SimulatedHms, ops: Client) -> None:
    lecture = hms_simulator.world.add_template("Lecture")
    hms_simulator.world.add_room("Hall", "Lecture")
    pull()

    status, _ = send(
        ops,
        name="Physics-9B",
        description="=SUM(A1)",
        template="lecture",
        region="eu",
        recording="on",
        size="3000",
        minutes="90",
        webhook_url="https://example.com/hook",
        webhook_headers="X-Pass: s3cret\nX-Other: 1",
    )

    assert status == 302
    room = Room.objects.get(name="Physics-9B")
    there = hms_simulator.world.rooms[room.pk]
    assert (there.description, there.template_id, there.region) == ("=SUM(A1)", lecture.id, "eu")
    assert (there.recording_info, there.size, there.large_room) == ({"enabled": True}, 3000, True)
    assert there.max_duration_seconds == 5400
    assert there.webhook == {"url": "https://example.com/hook", "headers": {"X-Pass": "s3cret", "X-Other": "1"}}
    assert "s3cret" not in ops.get(f"/rooms/{room.pk}/settings/").content.decode()


def test_what_is_left_empty_is_not_sent(hms_simulator: SimulatedHms, ops: Client) -> None:
    assert send(ops, name="Physics-9B")[0] == 302
    assert hms_simulator.received()[-1].body == {"name": "Physics-9B"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Fill this in."),
        ({"name": "Year 9 Physics, B"}, "Such as “Year-9-Physics-B”."),
        ({"name": "=cmd()"}, "letters, digits and . - : _ only"),
        ({"template": "Lectern"}, "There is no template “Lectern”. Known are: Class."),
        ({"size": "20001"}, "At most 20,000 people."),
        ({"minutes": "1"}, "At least 2 minutes."),
        ({"minutes": "721"}, "At most 720 minutes"),
        ({"webhook_url": "not an address"}, "Write an address that begins with https://."),
        ({"webhook_headers": "X-Pass: 1"}, "Headers need an address to be sent to."),
        ({"webhook_url": "https://e.example", "webhook_headers": "s3cret"}, "Line 1 is no header"),
        ({"webhook_url": "https://e.example", "webhook_headers": "a: 1\nA: 2"}, "Line 2 names a header that is there"),
    ],
    ids=str,
)
def test_what_100ms_would_not_take_is_told_at_its_field(
    fields: dict[str, str], words: str, hms_simulator: SimulatedHms, ops: Client
) -> None:
    hms_simulator.world.add_room("Choir")
    pull()
    hms_simulator.forget()

    status, page = send(ops, **{"name": "Physics-9B", **fields})

    assert status == 200
    assert escape(words) in page
    assert 'aria-invalid="true"' in page
    assert hms_simulator.requests() == []


@pytest.mark.parametrize(
    ("refusal", "field"),
    [
        ({"message": "Error: region not supported"}, "id_region_error"),
        ({"message": "Error: template not found"}, "id_template_error"),
        ({"message": "Invalid body param", "details": ["Invalid body param: room size greater than 20000"]}, "id_size"),
        ({"message": "Invalid body param: max_duration_seconds less than 120 seconds"}, "id_minutes_error"),
        ({"message": "Invalid body param: webhook"}, "id_webhook_url_error"),
    ],
    ids=str,
)
def test_what_100ms_refuses_lands_on_the_field_it_concerns(
    refusal: dict[str, Any], field: str, hms_simulator: SimulatedHms, ops: Client
) -> None:
    hms_simulator.fault("POST", "/rooms", status=400, **refusal)
    status, page = send(ops, name="Physics-9B", size="20", description="kept")
    assert (status, field in page, "100ms refused:" in page, ">kept</textarea>" in page.replace("\n", "")) == (
        200,
        True,
        True,
        True,
    )


@pytest.mark.parametrize("fault", [{"cut": "before"}, {"status": 500, "done": True}], ids=str)
def test_without_an_answer_the_page_says_that_it_may_be_done_and_trying_again_is_safe(
    fault: dict[str, Any], hms_simulator: SimulatedHms, ops: Client
) -> None:
    hms_simulator.fault("POST", "/rooms", **fault)

    status, page = send(ops, name="Choir")

    assert status == 200
    assert "100ms did not answer; the room may have been made." in page
    assert "Trying again is safe" in page
    assert AuditEntry.objects.latest("id").outcome == "unsure"
    assert send(ops, name="Choir")[0] == 302, "no tick is asked for what our own attempt may have made"
    assert len(hms_simulator.world.rooms) == 1


@pytest.mark.parametrize(("status", "words"), [(409, "100ms refused"), (429, "100ms asks to wait")])
def test_a_refusal_is_told_and_nothing_was_done(
    status: int, words: str, hms_simulator: SimulatedHms, ops: Client
) -> None:
    hms_simulator.fault("POST", "/rooms", status=status)
    _, page = send(ops, name="Choir")
    assert words in page
    assert "Nothing was changed" in page


def test_a_taken_name_must_be_ticked_by_its_name(hms_simulator: SimulatedHms, ops: Client) -> None:
    there = hms_simulator.world.add_room("Choir", size=30)
    pull()
    other = hms_simulator.world.add_room("Band")
    hms_simulator.forget()

    status, page = send(ops, name="CHOIR", description="new")
    assert status == 200
    assert "has this name already" in page
    assert f'name="overwrite" value="{there.id}"' in page
    assert send(ops, name="CHOIR", description="new", overwrite=other.id)[0] == 200, "the tick was for another room"
    assert hms_simulator.changes() == []

    assert send(ops, name="CHOIR", description="new", overwrite=there.id)[0] == 302
    assert (there.description, there.size) == ("new", 30)


def test_the_name_is_looked_at_while_it_is_typed(hms_simulator: SimulatedHms, ops: Client) -> None:
    hms_simulator.world.add_room("Choir")
    pull()
    hms_simulator.world.add_room("Band", enabled=False)

    def typed(name: str) -> str:
        return ops.get("/rooms/new/name/", {"name": name}, headers=PART).content.decode()

    assert "Overwrite <bdi>Choir</bdi>" in typed("choir")
    assert "Rollcall has not read it yet" in typed("Band")
    assert "This name is free." in typed("Orchestra")
    assert "Such as “Big-Band”" in typed("Big Band")
    assert typed("").strip() == ""
    hms_simulator.fault("GET", "/rooms", status=500)
    assert "could not be asked" in typed("Orchestra")
    assert "<html" in ops.get("/rooms/new/name/", {"name": "choir"}).content.decode()
