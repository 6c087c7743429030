"""The cockpit in a real browser: somebody joins and shows by themselves, is changed, told something, removed."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from rooms import live
from rooms.connection import client
from rooms.mirrors import rooms, templates
from rooms.models import AuditEntry, Room, RoomAccess
from rooms.simulator.scenarios import SCENARIOS
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
