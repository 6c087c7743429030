"""A timetable is looked at first, line by line, and then carried out line by line."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rooms.connection import client
from rooms.mirrors import rooms as mirror
from rooms.models import AuditEntry, Room
from rooms.timetable import SAMPLE
from tests.rooms.simulated import SimulatedHms

PART = {"HX-Request": "true", "HX-Target": "import-rest"}
STATE = re.compile(r'<span class="state[^"]*">(?:<svg.*?</svg>)?([a-z ]+)</span>', re.DOTALL)


def pull() -> None:
    mirror.pull(client(), at=datetime.now(UTC))


def look(ops: Client, text: str | bytes) -> Any:
    """The dry run: the answer with its context."""
    content = text if isinstance(text, bytes) else text.encode()
    return ops.post("/rooms/import/", {"file": SimpleUploadedFile("timetable.csv", content)})


def hidden(page: str) -> dict[str, str]:
    form = page[page.index('action="/rooms/import/run/"') :]
    found = re.findall(r'<input type="hidden" name="(held|after|plan|counted)" value="([^"]*)"', form)
    return {name: value.replace("&quot;", '"') for name, value in found}


def run(ops: Client, looked: Any, **headers: Any) -> list[str]:
    """Every part of a run, one after another; the pages."""
    pages = [looked.content.decode()]
    while 'action="/rooms/import/run/"' in pages[-1] and len(pages) < 20:
        answer = ops.post("/rooms/import/run/", hidden(pages[-1]), headers=PART)
        assert answer.status_code == 200
        pages.append(answer.content.decode())
        if "does not answer" in pages[-1]:
            break
    return pages[1:]


def told(pages: list[str]) -> list[str]:
    return [state for page in pages for state in STATE.findall(page)]


@pytest.fixture
def school(hms_simulator: SimulatedHms, db: None) -> SimulatedHms:
    hms_simulator.world.add_room("Choir", description="On Fridays", size=30)
    hms_simulator.world.add_room("Band", size=12)
    pull()
    return hms_simulator


def test_a_dry_run_shows_each_line_and_does_nothing(school: SimulatedHms, ops: Client) -> None:
    school.forget()
    looked = look(
        ops, "name;description;places;template\nPhysics-9B;New;;\nchoir;;31;\nBand;;12;\nYear 9;;;\nX;;;None\n"
    )

    assert [one.step.kind for one in looked.context["steps"]] == ["create", "change", "same", "refused", "refused"]
    page = looked.content.decode()
    assert "1 made, 1 changed, 1 left as they are, 2 refused" in page
    assert "Places: <del>30</del> → <b>31</b>" in page
    assert "name may have letters, digits and . - : _ only" in page
    assert "There is no template “None”." in page
    assert school.requests() == []
    assert not AuditEntry.objects.exists()


def test_a_run_does_what_the_dry_run_showed(school: SimulatedHms, ops: Client) -> None:
    looked = look(ops, "name;description;places;recording\nPhysics-9B;New;3000;yes\nchoir;;31;\nBand;;12;\n")

    pages = run(ops, looked)

    assert told(pages) == ["done", "done"]
    assert "2 done" in pages[-1]
    by_name = {room.name: room for room in school.world.rooms.values()}
    assert (by_name["Physics-9B"].size, by_name["Physics-9B"].large_room) == (3000, True)
    assert by_name["Physics-9B"].recording_info == {"enabled": True}
    assert (by_name["Choir"].size, by_name["Choir"].description) == (31, "On Fridays")
    again = look(ops, "name;description;places;recording\nPhysics-9B;New;3000;yes\nchoir;;31;\nBand;;12;\n")
    assert [one.step.kind for one in again.context["steps"]] == ["same"] * 3
    assert "There is nothing to do." in again.content.decode()


def test_each_line_is_told_and_a_second_run_ends_what_the_first_did_not(school: SimulatedHms, ops: Client) -> None:
    lines = "name,places\n" + "".join(f"Room-{number},{number + 1}\n" for number in range(6)) + "Choir,40\n"
    school.fault("POST", "/rooms", status=409)
    school.fault("POST", "/rooms", cut="before")
    school.fault("POST", "/rooms", status=429)
    school.fault("POST", "/rooms", status=500)
    school.fault("POST", "/rooms/{room_id}", cut="before")

    pages = run(ops, look(ops, lines))

    assert told(pages) == ["failed", "no answer", "failed", "no answer", "done", "done", "no answer"]
    assert "2 done, 2 failed, 3 without an answer" in pages[-1]
    assert "a second try meets the first" in pages[-1]
    assert sum(entry.outcome == "unsure" for entry in AuditEntry.objects.all()) == 3
    assert told(run(ops, look(ops, lines))) == ["done"] * 5
    pull()
    assert sorted((room.name, room.size) for room in school.world.rooms.values()) == sorted(
        [(f"Room-{number}", number + 1) for number in range(6)] + [("Choir", 40), ("Band", 12)]
    )
    assert all(mirror.compare(client(), room) == [] for room in Room.objects.all())
    assert not Room.objects.exclude(changed_elsewhere_at=None).exists()


def test_many_lines_go_in_parts(school: SimulatedHms, ops: Client) -> None:
    pages = run(ops, look(ops, "name\n" + "".join(f"Room-{number}\n" for number in range(45))))
    assert [len(told([page])) for page in pages] == [20, 20, 5]
    assert "20 done so far, 25 to go." in pages[0]
    assert "45 done" in pages[-1]
    assert 'hx-trigger="load, submit"' in pages[0]
    assert len(school.world.rooms) == 47


def test_a_run_stops_when_the_rooms_are_not_as_they_were_shown(school: SimulatedHms, ops: Client) -> None:
    looked = look(ops, "name,places\nChoir,31\n")
    Room.objects.filter(name="Choir").update(size=99)
    school.forget()

    page = ops.post("/rooms/import/run/", hidden(looked.content.decode()), headers=PART).content.decode()

    assert "Rooms were changed since you looked" in page
    assert "<del>99</del> → <b>31</b>" in page
    assert school.changes() == []


def test_a_name_that_100ms_has_by_then_is_refused_not_overwritten(school: SimulatedHms, ops: Client) -> None:
    looked = look(ops, "name,places\nOrchestra,31\n")
    there = school.world.add_room("Orchestra", size=70)

    pages = run(ops, looked)

    assert told(pages) == ["failed"]
    assert "Name is that of another room" in pages[-1]
    assert there.size == 70


def test_a_silent_100ms_holds_the_run_and_it_goes_on_later(school: SimulatedHms, ops: Client) -> None:
    looked = look(ops, "name\n" + "".join(f"Room-{number}\n" for number in range(5)))
    school.fault(cut="before", times=None)

    (page,) = run(ops, looked)

    assert told([page])[:3] == ["failed"] * 3, "names could not be looked up, so nothing was asked for"
    assert told([page])[3:] == ["not tried"] * 2
    school.mend()
    assert told(run(ops, look(ops, "name\n" + "".join(f"Room-{number}\n" for number in range(5))))) == ["done"] * 5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"teacher\nKim\n", "“name” is not among them"),
        (b"\x00\x01\x02", "no text"),
        (b"name\n" + b"Room\n" * 2001, "2,000"),
        (b"name\n" + b"x" * 600_000, "500 kB"),
    ],
    ids=["empty", "no name", "no text", "many lines", "large"],
)
def test_what_is_no_timetable_is_refused_in_words(content: bytes, words: str, db: None, ops: Client) -> None:
    answer = look(ops, content)
    assert answer.status_code == 200
    assert words in answer.content.decode()


@pytest.mark.parametrize("sent", [{}, {"held": "%%%"}, {"held": "bmFtZQo=", "plan": "x"}, {"held": "", "after": "x"}])
def test_a_run_that_nobody_looked_at_does_nothing(sent: dict[str, str], school: SimulatedHms, ops: Client) -> None:
    school.forget()
    assert ops.post("/rooms/import/run/", sent).status_code == 200
    assert school.changes() == []


def test_names_of_all_kinds_are_shown_as_they_are(school: SimulatedHms, ops: Client) -> None:
    page = look(ops, "name,description\n<script>alert(1)</script>,<b>x</b>\nOk,<b>x</b>\n").content.decode()
    assert "<script>alert" not in page
    assert "<b><b>" not in page


def test_the_sample_may_be_downloaded_and_brought_back(school: SimulatedHms, ops: Client) -> None:
    answer = ops.get("/rooms/import/sample.csv")
    assert answer.content.decode() == SAMPLE
    assert [one.step.kind for one in look(ops, answer.content).context["steps"]] == ["create"] * 3
