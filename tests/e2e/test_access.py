"""Rooms given and taken in a real browser, by keyboard and by a file."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from rooms.models import AuditEntry, Room, RoomAccess
from tests.e2e.conftest import ZONE, Visit, Visitor, settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

EVERYWHERE = pytest.mark.parametrize(
    ("screen", "theme"), [("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark")]
)


def faults(visitor: Visitor) -> list[str]:
    page = visitor.page
    where = page.url.removeprefix(visitor.base)
    found = [f"{where} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]]
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*found, f"{where} is {wider} px too wide"] if wider > 0 else found


def test_a_room_is_given_until_a_time_and_taken_away_with_the_keyboard_alone(
    visit: Visit, ikram: User, sam: User, physics: Room
) -> None:
    operator, teacher = visit(ikram), visit(sam)
    page = operator.page
    rooms = page.get_by_role("dialog").get_by_role("textbox", name="Rooms")
    operator.open("/access/people/sam/")
    page.get_by_role("link", name="Give rooms").focus()
    page.keyboard.press("Enter")
    expect(rooms).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Give rooms")).to_be_focused()
    page.keyboard.press("Enter")
    expect(rooms).to_be_focused()
    settled(page)
    page.keyboard.type("no such room")
    page.keyboard.press("Tab")
    page.keyboard.type("12312037")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("0330PM")
    expect(page.get_by_label("Ends at")).to_have_value("2037-12-31T15:30")
    page.get_by_role("button", name="Give").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("“no such room” is not known here.")).to_be_visible()
    expect(rooms).to_be_focused()
    settled(page)
    page.keyboard.press("Control+a")
    page.keyboard.type("year 9 physics, group b")
    page.get_by_role("button", name="Give").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sam Okoro now has Year 9 Physics, group B.")).to_be_visible()
    expect(page.get_by_role("row", name="Year 9 Physics")).to_contain_text("31 December 2037")
    given = RoomAccess.objects.get(user=sam, room=physics)
    assert given.until == datetime(2037, 12, 31, 15, 30, tzinfo=ZoneInfo(ZONE))

    teacher.open(f"/rooms/{physics.pk}/")
    expect(teacher.page.get_by_role("heading", name="Year 9 Physics, group B")).to_be_visible()

    settled(page)
    page.get_by_role("link", name="Take Year 9 Physics, group B").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Keep it")).to_be_focused()
    settled(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Take it away")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sam Okoro no longer has Year 9 Physics, group B.")).to_be_visible()

    answer = teacher.page.goto(f"{teacher.base}/rooms/{physics.pk}/")
    assert answer is not None
    assert answer.status == 404
    assert list(AuditEntry.objects.values_list("actor", "action")) == [
        ("ikram", "access.take"),
        ("ikram", "access.give"),
    ]
    teacher.complaints[:] = [said for said in teacher.complaints if "404" not in said]


def test_a_file_is_tried_and_then_carried_out(
    visit: Visit, ikram: User, wanjiru: User, sam: User, physics: Room, chemistry: Room, tmp_path: Path
) -> None:
    file = tmp_path / "access.csv"
    day = (timezone.now() + timedelta(days=9)).date()
    file.write_text(
        "Person;Room;Until;Change\n"
        f"sam;{physics.name};{day};\n"
        f"wanjiru@example.com;{chemistry.pk};;give\n"
        f"sam;{chemistry.name};;take\n"
        "nobody;Choir;;\n"
    )
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/access/")
    page.get_by_role("link", name="Bring a CSV file").click()
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_role("row", name="nobody")).to_contain_text("refused: person “nobody” is not known here")
    expect(page.get_by_role("row", name="Wanjiru Kamau")).to_contain_text("not by itself")
    assert sorted(RoomAccess.objects.values_list("user__username", "room__name")) == [
        ("sam", chemistry.name),
        ("wanjiru", physics.name),
    ]

    page.get_by_role("button", name="Carry out 3 lines").click()

    expect(page.get_by_role("status").filter(has_text="carried out")).to_contain_text(
        "3 lines were carried out, 1 left"
    )
    held = sorted(RoomAccess.objects.values_list("user__username", "room__name", "until__date"))
    assert held == [("sam", physics.name, day), ("wanjiru", chemistry.name, None), ("wanjiru", physics.name, None)]


@EVERYWHERE
def test_every_page_of_access_is_accessible_and_fits(
    screen: str, theme: str, visit: Visit, ikram: User, wanjiru: User, sam: User, olive: User, physics: Room
) -> None:
    RoomAccess.objects.filter(user=olive).update(until=timezone.now() + timedelta(days=3))
    visitor = visit(ikram, screen, theme)
    page = visitor.page
    found: list[str] = []
    for path in (
        "/access/",
        "/access/?q=nobody",
        "/access/import/",
        "/access/people/olive/",
        "/access/people/sam/give/",
        f"/rooms/{physics.pk}/access/",
    ):
        visitor.open(path)
        found += faults(visitor)
    page.get_by_role("link", name="Take from wanjiru").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += faults(visitor)

    assert found == []
