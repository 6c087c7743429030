"""The cockpit in a real browser: somebody joins and shows by themselves, is changed, told something, removed."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Request, expect

from rooms import live
from rooms.connection import client
from rooms.mirrors import rooms, templates
from rooms.models import AuditEntry, Room, RoomAccess
from rooms.simulator.scenarios import SCENARIOS
from tests.dashboard import classes
from tests.dashboard.classes import Pupil
from tests.e2e.conftest import Visit
from tests.e2e.test_pages import EVERYWHERE
from tests.rooms.simulated import SimulatedHms

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def choir(hms_simulator: SimulatedHms, transactional_db: None) -> Room:
    made = hms_simulator.world.add_room("Choir")
    rooms.pull(client(), at=timezone.now())
    templates.pull(client(), at=timezone.now())
    return Room.objects.get(pk=made.id)


@pytest.fixture
def joined(hms_simulator: SimulatedHms, choir: Room) -> Any:
    codes = {code.role: code.code for code in client().room_codes.create(choir.pk)}

    def join(name: str = "Amina", role: str = "student") -> str:
        peer_id: str = hms_simulator.join(codes[role], name, name.lower())["peer_id"]
        return peer_id

    return join


def inside(room: Room) -> dict[str, str]:
    return {peer.name: peer.role for peer in client().active_rooms.peers(room.pk).values()}


def test_a_class_is_watched_and_acted_in_from_the_first_to_the_end(
    visit: Visit, wanjiru: User, choir: Room, joined: Any, hms_simulator: SimulatedHms
) -> None:
    RoomAccess.objects.create(user=wanjiru, room=choir)
    visitor = visit(wanjiru)
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    visitor.open(f"/rooms/{choir.pk}/live/")
    expect(page.get_by_role("heading", name="Nobody is in this room")).to_be_visible()

    # Somebody joins, and the page shows them by itself; so it does with the next.
    joined()
    amina = page.get_by_role("row", name=re.compile("^Amina"))
    expect(amina).to_contain_text("student")
    joined("Bob", "guest")
    bob = page.get_by_role("row", name=re.compile("^Bob"))
    expect(bob).to_contain_text("guest")
    expect(page.get_by_text(re.compile(r"^as of \d\d:\d\d:\d\d$")).first).to_be_visible()

    page.get_by_role("link", name="Actions for Amina").click()
    dialog.get_by_label("Role").select_option("guest")
    dialog.get_by_label("Metadata").fill('{"isHandRaised": true}')
    dialog.get_by_role("button", name="Change").click()
    expect(page.get_by_text("Amina is changed.")).to_be_visible()
    # What came of it has the focus on the page that follows, and Tab goes on from there.
    expect(page.locator(".messages")).to_be_focused()
    expect(amina).to_contain_text("guest")
    expect(amina).to_contain_text("since")
    assert inside(choir) == {"Amina": "guest", "Bob": "guest"}

    page.get_by_label("Text").fill("Five minutes left")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Sent to everybody.")).to_be_visible()
    assert hms_simulator.world.running(choir.pk).messages[0]["message"] == "Five minutes left"

    # Whoever stands on a row keeps the focus while the row changes under them.
    page.get_by_role("link", name="Actions for Bob").focus()
    bob_id = next(key for key, peer in client().active_rooms.peers(choir.pk).items() if peer.name == "Bob")
    client().active_rooms.update_peer(choir.pk, bob_id, metadata='{"table": 4}')
    expect(bob).to_contain_text("table: 4")
    expect(page.get_by_role("link", name="Actions for Bob")).to_be_focused()

    page.get_by_role("link", name="Actions for Amina").click()
    dialog.get_by_role("link", name="Remove from room").click()
    expect(dialog.get_by_role("link", name="Let them stay")).to_be_focused()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Amina is being removed.")).to_be_visible()
    expect(amina).to_have_count(0)
    assert inside(choir) == {"Bob": "guest"}

    page.get_by_role("link", name="End session").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("End Choir for 1 person?")
    expect(dialog.get_by_role("link", name="Keep it running")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="End session")).to_be_focused()
    page.get_by_role("link", name="End session").click()
    dialog.get_by_label("Lock the room too.").check()
    # The open page may show an empty room before the act is answered and written down.
    with page.expect_response(lambda answer: answer.url.endswith("/live/end/") and answer.request.method == "POST"):
        dialog.get_by_role("button", name="End for 1 person").click()

    expect(page.get_by_role("heading", name="Nobody is in this room")).to_be_visible()
    assert not hms_simulator.world.room(choir.pk).enabled
    done = AuditEntry.objects.filter(outcome="succeeded", actor="wanjiru").order_by("id")
    assert [entry.action for entry in done] == [
        "peer.update",
        "message.send",
        "peer.remove",
        "room.disable",
        "session.end",
    ]


def test_without_scripts_the_page_comes_back_by_itself_and_the_acts_are_pages(
    visit: Visit, ikram: User, choir: Room, joined: Any
) -> None:
    joined()
    visitor = visit(ikram, scripts=False)
    page = visitor.page
    visitor.open(f"/rooms/{choir.pk}/live/?ask=1")

    page.get_by_role("link", name="Actions for Amina").click()
    page.get_by_label("Role").select_option("guest")
    page.get_by_role("button", name="Change").click()

    expect(page.get_by_text("Amina is changed.")).to_be_visible()
    assert inside(choir) == {"Amina": "guest"}


def test_on_a_phone_the_acts_are_at_hand_and_the_open_tab_is_in_view(
    visit: Visit, ikram: User, choir: Room, joined: Any
) -> None:
    for number in range(20):
        joined(f"Pupil {number}")
    live.look(choir)
    visitor = visit(ikram, "phone")
    page = visitor.page
    visitor.open(f"/rooms/{choir.pk}/live/")

    for act in ("Start a recording", "Message", "End session"):
        assert page.get_by_role("link", name=act).bounding_box()["y"] < 844, act  # type: ignore[index]
    expect(page.get_by_role("link", name="End session")).to_be_in_viewport()
    page.get_by_role("link", name="Message").click()
    expect(page.get_by_role("dialog").get_by_label("Text")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Message")).to_be_focused()

    visitor.open(f"/rooms/{choir.pk}/jobs/")
    expect(page.locator(".room-tabs [aria-current]")).to_be_in_viewport(ratio=1)


def test_the_wall_keeps_its_sign_in_while_nobody_touches_it_and_other_pages_do_not(
    visit: Visit, ikram: User, physics: Room
) -> None:
    visitor = visit(ikram)
    page = visitor.page
    asked: list[Request] = []
    page.on("request", lambda one: asked.append(one) if "hx-request" in one.headers else None)

    for path, part, unattended in (("/live/tv/", "/live/tv/", False), ("/", "/", True)):
        visitor.open(path)
        asked.clear()
        # The first of a page may still tell of a touch before it.
        for _ in range(2):
            with page.expect_request(lambda one, part=part: urlsplit(one.url).path == part):  # type: ignore[misc]
                pass
        assert ("x-unattended" in asked[-1].headers) is unattended, path


@pytest.mark.parametrize("rooms", [1, 12, 40])
def test_the_wall_needs_no_scrolling_and_stands_through_an_outage_with_its_stamp(
    rooms: int, visit: Visit, ikram: User, transactional_db: None
) -> None:
    for number in range(rooms):
        room = classes.room(f"Year {number} Physics with a long name, group B and the others")
        held = classes.session(room, length=None, ago=timedelta(minutes=9), pupils=[Pupil(), Pupil("Bob", "bob")])
        if number % 4 == 3:
            classes.failure(held, at=timezone.now(), is_terminal=True)
    visitor = visit(ikram, theme="dark")
    page = visitor.page
    page.set_viewport_size({"width": 1920, "height": 1080})
    visitor.open("/live/tv/")

    cards = page.locator(".tv-rooms > li")
    sizes = "[...document.querySelectorAll('.tv-head :is(.asof, .btn)')].map(one => getComputedStyle(one).fontSize)"
    assert len(set(page.evaluate(sizes))) == 1  # what is read from afar, and what ends it
    expect(cards).to_have_count(rooms)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    cut = "[...document.querySelectorAll('.tv-card')].filter(one => one.scrollHeight > one.clientHeight + 1).length"
    assert page.evaluate(cut) == 0
    assert Axe().run(page).violations_count == 0
    # From 3 m: letters of 18 px on a screen of 1920 at the least, of 28 px where twelve rooms or fewer are live.
    smallest = (
        "Math.min(...[...document.querySelectorAll('.tv-card')].map(one => parseFloat(getComputedStyle(one).fontSize)))"
    )
    assert page.evaluate(smallest) >= (28 if rooms <= 12 else 18)

    page.context.route("**/live/tv/", lambda route: route.abort())
    expect(page.locator("#asof")).to_contain_text("late, as of")
    expect(cards).to_have_count(rooms)
    page.context.unroute("**/live/tv/")
    expect(page.locator("#asof")).not_to_contain_text("late")
    # The browser and htmx say of each call that the line was cut, and nothing else is wrong.
    cut_off = [said for said in visitor.complaints if "ERR_FAILED" in said or said.startswith("htmx:")]
    assert [said for said in visitor.complaints if said not in cut_off] == []
    visitor.complaints.clear()


@EVERYWHERE
def test_the_cockpit_is_accessible_and_fits_the_screen(
    screen: str, theme: str, visit: Visit, ikram: User, choir: Room, joined: Any, hms_simulator: SimulatedHms
) -> None:
    amina = joined("Maximiliana Alejandra Fernández de la Vega")
    client().active_rooms.update_peer(choir.pk, amina, metadata='{"isHandRaised": true}')
    joined("محمد الحسن", "guest")
    hall = hms_simulator.world.add_room("Hall", "Lecture")
    begun = hms_simulator.world.now() - 3000 * 10**9
    hms_simulator.world.play(SCENARIOS["lecture"]("live", people=500), hall, begun)
    rooms.pull(client(), at=timezone.now())
    live.look(choir)
    live.look(Room.objects.get(pk=hall.id))
    visitor = visit(ikram, screen, theme)
    page = visitor.page
    found: list[str] = []
    for path in (
        f"/rooms/{choir.pk}/live/",
        f"/rooms/{choir.pk}/live/?who=left",
        f"/rooms/{choir.pk}/live/people/{amina}/",
        f"/rooms/{choir.pk}/live/message/?peer={amina}",
        f"/rooms/{choir.pk}/live/remove/?role=guest",
        f"/rooms/{choir.pk}/live/end/",
        f"/rooms/{hall.id}/live/",
        "/live/tv/",
    ):
        visitor.open(path)
        found += [
            f"{path} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]
        ]
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wider > 0:
            found.append(f"{path} is {wider} px too wide")

    assert found == []
