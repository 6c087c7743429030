"""Rooms in a real browser: made, joined, seen; picked and switched off; brought from a timetable."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from rooms.connection import client
from rooms.mirrors import rooms as mirror
from rooms.models import Room
from tests.e2e.conftest import Visit, settled
from tests.rooms.simulated import SimulatedHms
from webhooks import inbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

EVERYWHERE = pytest.mark.parametrize(
    ("screen", "theme"), [("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark")]
)


def pull() -> None:
    mirror.pull(client(), at=timezone.now())


# Whether this cell of a table is what one sees in its corner.
IN_ITS_CORNER = """(cell, bottom) => {
    const box = cell.getBoundingClientRect();
    return document.elementFromPoint(box.left + 0.5, bottom ? box.bottom - 0.5 : box.top + 0.5) === cell;
}"""


def test_a_room_made_here_is_joined_by_its_code_and_its_session_shows(
    visit: Visit, ikram: User, hms_simulator: SimulatedHms, live_server: Any, settings: Any
) -> None:
    visitor = visit(ikram)
    page = visitor.page
    hms_simulator.send_webhooks_to(f"{live_server.url}/webhooks/100ms/", settings.HMS_WEBHOOK_SECRET)

    visitor.open("/rooms/")
    page.get_by_role("link", name="New room").click()
    expect(page.get_by_role("heading", name="New room")).to_be_visible()
    settled(page)
    page.get_by_label("Name").fill("Physics-9B")
    expect(page.get_by_text("This name is free.")).to_be_visible()
    page.get_by_label("Places").fill("32")
    page.get_by_role("button", name="Make the room").click()
    expect(page.get_by_text("Physics-9B is made.")).to_be_visible()
    expect(page.get_by_text("as in 100ms, checked")).to_be_visible()
    (there,) = hms_simulator.world.rooms.values()
    assert (there.name, there.size) == ("Physics-9B", 32)

    page.get_by_role("navigation", name="About this room").get_by_role("link", name="Codes").click()
    page.get_by_role("button", name="Make codes for all roles").click()
    row = page.get_by_role("row").filter(has=page.get_by_role("cell", name="student", exact=True))
    code = row.locator(".code").inner_text()
    hms_simulator.join(code, "Amina", "amina")
    hms_simulator.flush_webhooks()
    inbox.process(there.id)

    visitor.open("/sessions/")
    page.get_by_role("link", name="Physics-9B").click()
    expect(page.get_by_role("heading", name="Physics-9B")).to_be_visible()
    expect(page.get_by_text("Amina").first).to_be_visible()


def test_a_taken_name_is_told_while_typing_and_must_be_ticked(
    visit: Visit, ikram: User, hms_simulator: SimulatedHms
) -> None:
    there = hms_simulator.world.add_room("Choir")
    pull()
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/rooms/new/")
    page.get_by_label("Name").fill("choir")
    expect(page.get_by_text("has this name already")).to_be_visible()
    page.get_by_label("Description").fill("On Mondays")
    page.get_by_role("button", name="Make the room").click()
    expect(page.get_by_text("tick that it is to be overwritten")).to_be_visible()
    assert there.description == ""
    page.get_by_label("Overwrite Choir").check()
    page.get_by_role("button", name="Make the room").click()
    expect(page.get_by_text("Choir is made.")).to_be_visible()
    assert there.description == "On Mondays"


def test_rooms_are_picked_and_switched_off_together(visit: Visit, ikram: User, hms_simulator: SimulatedHms) -> None:
    for number in range(3):
        hms_simulator.world.add_room(f"Room-{number}")
    pull()
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/rooms/")
    bar = page.get_by_role("toolbar", name="Act on the rooms picked")
    expect(bar).to_be_hidden()
    page.get_by_label("Pick all on this page").check()
    page.get_by_label("Pick Room-1").uncheck()
    expect(bar.get_by_text("2 of 3 on this page picked")).to_be_visible()
    bar.get_by_role("button", name="Disable").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Disable 2 rooms?")).to_be_visible()
    expect(dialog.get_by_label("Why")).to_be_focused()
    dialog.get_by_label("Why").fill("Holidays")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("heading", name="2 done")).to_be_visible()
    assert sorted(room.enabled for room in hms_simulator.world.rooms.values()) == [False, False, True]
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    bar.get_by_role("button", name="Pick none").click()
    expect(bar).to_be_hidden()


@pytest.mark.parametrize("use", ["focus", "pick"])
def test_rows_that_come_late_take_neither_the_focus_nor_what_is_picked(
    visit: Visit, ikram: User, hms_simulator: SimulatedHms, use: str
) -> None:
    hms_simulator.world.add_room("Choir")
    pull()
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/rooms/")
    held: list[Route] = []
    page.route(re.compile("/rooms/$"), lambda route: held.append(route))
    with page.expect_request(re.compile("/rooms/$")):
        pass  # the page asks by itself, and is not answered
    link, box = page.get_by_role("link", name="Choir"), page.get_by_label("Pick Choir")
    if use == "focus":
        link.focus()
    else:
        box.check()
        box.blur()
    page.evaluate("document.addEventListener('htmx:afterRequest', () => { window.answered = true; })")

    held.pop().continue_()

    page.wait_for_function("() => window.answered")
    page.unroute_all()
    if use == "focus":
        expect(link).to_be_focused()
    else:
        expect(box).to_be_checked()


def test_a_timetable_is_looked_at_and_runs_to_its_end_by_itself(
    visit: Visit, ikram: User, hms_simulator: SimulatedHms
) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/rooms/")
    page.get_by_role("link", name="Import timetable").click()
    lines = "name,places\n" + "".join(f"Room-{number},{number + 10}\n" for number in range(45)) + "No good,1\n"
    file: Any = {"name": "timetable.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    page.get_by_label("Timetable, a CSV file").set_input_files(file)
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_text("45 made, 0 changed, 0 left as they are, 1 refused")).to_be_visible()
    assert hms_simulator.world.rooms == {}
    page.get_by_role("button", name="Make 45 and change 0 rooms").click()
    expect(page.get_by_text("45 done. Running the same file again is safe")).to_be_visible(timeout=60_000)
    assert len(hms_simulator.world.rooms) == 45
    assert page.locator(".told li").count() == 45


def test_without_scripts_it_all_works(visit: Visit, ikram: User, hms_simulator: SimulatedHms) -> None:
    hms_simulator.world.add_room("Choir")
    pull()
    visitor = visit(ikram, scripts=False)
    page = visitor.page
    visitor.open("/rooms/")
    page.get_by_label("Pick Choir").check()
    page.get_by_role("button", name="Disable").click()
    page.get_by_label("Why").fill("Holidays")
    page.get_by_role("button", name="Disable 1 room").click()
    expect(page.get_by_role("heading", name="1 done")).to_be_visible()
    visitor.open(f"/rooms/{Room.objects.get().pk}/settings/")
    page.get_by_role("link", name="compare with 100ms").click()
    expect(page.get_by_role("heading", name="Choir is as in 100ms")).to_be_visible()


@EVERYWHERE
def test_the_pages_are_accessible_and_fit_the_screen(
    screen: str, theme: str, visit: Visit, ikram: User, hms_simulator: SimulatedHms
) -> None:
    there = hms_simulator.world.add_room("Choir-with-a-name-as-long-as-people-make-them-" + "x" * 60)
    hms_simulator.world.add_room("Band", enabled=False)
    pull()
    Room.objects.update(changed_elsewhere_at=timezone.now())
    there.size = 31
    visitor = visit(ikram, screen, theme)
    page = visitor.page
    found: list[str] = []

    def look(at: str) -> None:
        found.extend(
            f"{at} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]
        )
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found.extend([f"{at} is {wider} px too wide"] if wider > 0 else [])

    visitor.open("/rooms/")
    page.get_by_label("Pick Band").check()
    look("the list with one picked")
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_label("Why")).to_be_visible()
    look("several")
    visitor.open(f"/rooms/{there.id}/settings/")
    differs = page.get_by_role("link", name="differs: 1 setting")
    expect(differs).to_be_visible()
    look("settings")
    differs.click()
    expect(page.get_by_role("button", name="Take over from 100ms")).to_be_visible()
    look("what differs")
    _open(page, f"{visitor.base}/rooms/{there.id}/settings/", "Clone")
    look("clone")
    visitor.open("/rooms/new/")
    page.get_by_label("Name").fill("band")
    expect(page.get_by_text("has this name already")).to_be_visible()
    look("new")
    visitor.open("/rooms/import/")
    file: Any = {
        "name": "t.csv",
        "mimeType": "text/csv",
        "buffer": b"name,places,teacher\nBand,3,\nX y,99999,\nNew,1,\n",
    }
    page.get_by_label("Timetable, a CSV file").set_input_files(file)
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.get_by_text("1 made, 1 changed")).to_be_visible()
    look("import")

    assert found == []


def _open(page: Page, url: str, name: str) -> None:
    page.goto(url)
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_table_is_as_round_as_its_panel_and_its_head_square_where_rows_pass_below_it(
    visit: Visit, ikram: User, transactional_db: None
) -> None:
    Room.objects.bulk_create([Room(id=f"{number:024x}", name=f"Room {number}") for number in range(30)])
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/rooms/")
    head = page.locator(".table thead th").first
    assert not head.evaluate(IN_ITS_CORNER)

    page.locator(".table tbody tr").last.scroll_into_view_if_needed()

    expect(head).to_be_in_viewport()
    assert head.evaluate(IN_ITS_CORNER)
