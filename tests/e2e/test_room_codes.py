"""Codes and stream keys in a real browser: made, copied, used by somebody who joins, taken back."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from analytics import sync
from rooms.connection import client
from rooms.mirrors import rooms, templates
from rooms.mirrors.room_codes import reference
from rooms.models import HandedOutRole, Room, RoomAccess
from tests.e2e.conftest import Visit
from tests.e2e.test_pages import EVERYWHERE
from tests.rooms.simulated import SimulatedHms

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LINK = "https://school.example/meeting/{code}"
# What a browser lets the page do when the reader presses Copy.
CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.fixture
def choir(hms_simulator: SimulatedHms, settings: Settings, transactional_db: None) -> Room:
    settings.HMS_JOIN_URL = LINK
    made = hms_simulator.world.add_room("Choir")
    rooms.pull(client(), at=timezone.now())
    templates.pull(client(), at=timezone.now())
    return Room.objects.get(pk=made.id)


def test_a_code_made_and_copied_lets_somebody_join_and_their_session_shows(
    visit: Visit, ikram: User, choir: Room, hms_simulator: SimulatedHms
) -> None:
    visitor = visit(ikram)
    page = visitor.page
    page.context.grant_permissions(CLIPBOARD, origin=visitor.base)
    visitor.open(f"/rooms/{choir.pk}/codes/")

    page.get_by_role("button", name="Make codes for all roles").click()
    expect(page.get_by_text("Each role has a code now.")).to_be_visible()
    page.get_by_role("button", name="Copy the code of student").click()
    expect(page.get_by_role("status").get_by_text("Copied")).to_be_attached()
    code = page.evaluate("navigator.clipboard.readText()")
    page.get_by_role("button", name="Copy the join link of student").click()
    expect(page.get_by_role("button", name="Copy the join link of student")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == LINK.replace("{code}", code)

    hms_simulator.join(code, "Amina", "amina")
    sync.pull_sessions(client())

    visitor.open("/sessions/")
    expect(page.get_by_role("cell", name="Choir")).to_be_visible()


def test_a_code_is_shown_large_and_disabled_after_one_question(
    visit: Visit, ikram: User, choir: Room, hms_simulator: SimulatedHms
) -> None:
    codes = {code.role: code.code for code in client().room_codes.create(choir.pk)}
    visitor = visit(ikram)
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    visitor.open(f"/rooms/{choir.pk}/codes/")

    page.get_by_role("link", name="QR code of student").click()
    expect(dialog.get_by_role("img", name="QR code to join Choir as student")).to_be_visible()
    expect(dialog.get_by_role("button", name="Copy code")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="QR code of student")).to_be_focused()

    page.get_by_role("link", name="Disable the code of student").click()
    expect(dialog.get_by_role("link", name="Leave it as it is")).to_be_focused()
    dialog.get_by_role("button", name="Disable the code").click()

    expect(page.get_by_text(re.compile(r"The code student .* is disabled"))).to_be_visible()
    assert not next(client().room_codes.list(choir.pk, role="student")).enabled
    expect(page.get_by_role("button", name="Copy the code of student")).to_have_count(0)
    assert codes["student"] not in page.url


def test_a_token_is_shown_once(visit: Visit, ikram: User, choir: Room) -> None:
    client().room_codes.create_for_role(choir.pk, "student")
    visitor = visit(ikram)
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    visitor.open(f"/rooms/{choir.pk}/codes/")

    page.get_by_role("link", name="Auth token from the code of student").click()
    dialog.get_by_label("User id").fill("support")
    dialog.get_by_role("button", name="Make and show it").click()
    expect(dialog.get_by_label("The token")).to_have_value(re.compile("^eyJ"))
    dialog.get_by_role("link", name="Close").click()

    expect(page.locator("#dialog")).to_be_empty()
    assert "eyJ" not in page.content()


def test_a_stream_key_is_made_revealed_and_disabled(visit: Visit, ikram: User, choir: Room) -> None:
    visitor = visit(ikram)
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    visitor.open(f"/rooms/{choir.pk}/stream-key/")

    page.get_by_role("button", name="Create a key").click()
    expect(page.get_by_text("A stream key is made.")).to_be_visible()
    key = client().stream_keys.get(choir.pk)
    assert key.key not in page.content()
    page.get_by_role("button", name="Reveal").click()
    expect(dialog.get_by_text(key.key)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator("#dialog")).to_be_empty()
    assert key.key not in page.content()

    page.get_by_role("main").get_by_role("link", name="Disable", exact=True).last.click()
    dialog.get_by_role("button", name="Disable the key").click()
    expect(page.get_by_text("The stream key is disabled.")).to_be_visible()
    expect(page.get_by_role("button", name="Create a key")).to_be_visible()


def test_the_sheet_prints_white_and_without_the_frame(visit: Visit, wanjiru: User, choir: Room) -> None:
    RoomAccess.objects.create(user=wanjiru, room=choir)
    HandedOutRole.objects.create(room=choir, role="student")
    client().room_codes.create(choir.pk)
    visitor = visit(wanjiru, theme="dark")
    page = visitor.page
    visitor.open(f"/rooms/{choir.pk}/codes/")

    page.get_by_role("link", name="Printable sheet").click()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(media="print")

    expect(page.locator(".handout")).to_have_count(1)
    expect(page.get_by_role("navigation")).to_have_count(0)
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('.handout h2')).color") == "rgb(29, 27, 24)"


@EVERYWHERE
def test_the_pages_are_accessible_and_fit_the_screen(
    screen: str, theme: str, visit: Visit, ikram: User, choir: Room
) -> None:
    codes = {code.role: code.code for code in client().room_codes.create(choir.pk)}
    client().room_codes.update(codes["guest"], enabled=False)
    client().stream_keys.create(choir.pk)
    of_student = f"/rooms/{choir.pk}/codes/{reference(codes['student'])}"
    visitor = visit(ikram, screen, theme)
    page = visitor.page
    found: list[str] = []
    for path in (
        f"/rooms/{choir.pk}/codes/",
        f"{of_student}/",
        f"{of_student}/disable/",
        f"{of_student}/token/",
        f"/rooms/{choir.pk}/codes/sheet/",
        f"/rooms/{choir.pk}/stream-key/",
        f"/rooms/{choir.pk}/stream-key/disable/",
    ):
        visitor.open(path)
        found += [
            f"{path} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]
        ]
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wider > 0:
            found.append(f"{path} is {wider} px too wide")

    assert found == []
