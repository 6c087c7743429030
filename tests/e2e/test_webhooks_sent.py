"""In a real browser: what got lost on its way here is seen and sent again, and how the network of a stay was."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from analytics.models import Peer
from rooms.connection import client
from rooms.mirrors import rooms
from rooms.models import Room
from rooms.simulator.scenarios.classes import one_incident
from tests.dashboard import classes
from tests.e2e.conftest import Visit, settled
from tests.e2e.test_pages import EVERYWHERE
from tests.played import nanoseconds
from tests.rooms.simulated import SimulatedHms
from webhooks import inbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def choir(hms_simulator: SimulatedHms, live_server: LiveServer, settings: Settings) -> Room:
    """A class of three, posted here but for the last two to join."""
    hms_simulator.send_webhooks_to(f"{live_server.url}/webhooks/100ms/", settings.HMS_WEBHOOK_SECRET)
    made = client().rooms.create(name="Choir")
    [code] = [one for one in client().room_codes.create(made.id) if one.role == "student"]
    for number, lost in enumerate((0, 1, 1)):
        hms_simulator.flush_webhooks()
        faults = {"webhooks": {"lose": lost}}
        httpx.post(f"{hms_simulator.url}/_control/faults", json=faults, trust_env=False).raise_for_status()
        hms_simulator.join(code.code, f"Pupil {number}", f"pupil-{number}")
    hms_simulator.flush_webhooks()
    hms_simulator.mend()
    rooms.pull(client(), at=timezone.now())
    inbox.process(made.id)
    return Room.objects.get(pk=made.id)


@pytest.fixture
def dropped(hms_simulator: SimulatedHms, physics: Room) -> Peer:
    """Somebody whose network broke in the class of this morning."""
    place = hms_simulator.world.add_room(physics.name)
    begun = timezone.now() - timedelta(hours=3)
    played = hms_simulator.world.play(one_incident("cut_off", 1), place, nanoseconds(begun))
    stay = next(one for one in played.script.stays if one.reason == "websocket closed")
    held = classes.session(physics, length=timedelta(minutes=10), pupils=())
    held.delete()
    held.pk = played.id
    held.save(force_insert=True)
    return Peer.objects.create(
        id=played.peer_id(stay.key), session=held, name="Łukasz", joined_at=begun, left_at=held.ended_at
    )


def complaints(page: Page, path: str) -> list[str]:
    found = [f"{path} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]]
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + ([f"{path} is {wider} px too wide"] if wider > 0 else [])


def test_what_was_lost_is_sent_again(visit: Visit, ikram: User, choir: Room, hms_simulator: SimulatedHms) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/deliveries/")
    page.get_by_role("link", name="Compare with 100ms").click()
    expect(page.get_by_text("missing", exact=True)).to_have_count(2)

    page.get_by_role("link", name="Ask 100ms to send again").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Those not taken, says 100ms: 2 events")
    dialog.get_by_role("button", name="Send again").click()

    expect(page.get_by_text("100ms sends them again")).to_be_visible()
    expect(page.get_by_text("2 of 2 taken")).to_be_visible()
    inbox.process(choir.pk)
    visitor.open("/deliveries/sent/")
    expect(page.get_by_role("heading", name="100ms sent 4, all 4 are here")).to_be_visible()
    expect(page.get_by_text("2 of 2 taken")).to_be_visible()


def test_how_far_it_is_comes_under_the_focus_too_for_it_is_asked_once(
    visit: Visit, ikram: User, choir: Room, hms_simulator: SimulatedHms
) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/deliveries/sent/replay/")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("2 of 2 taken")).to_be_visible()
    cache.clear()  # so that the page has to ask
    run = page.locator(".run")
    state = run.get_by_role("link").first.get_attribute("href")
    held: list[Route] = []
    page.route(f"**{state}", lambda route: held.append(route))

    with page.expect_request(f"**{state}"):
        visitor.open("/deliveries/sent/")
    settled(page)
    run.get_by_role("link").first.focus()
    held[0].continue_()

    expect(run).to_contain_text("2 of 2 taken")
    expect(run.get_by_role("link").first).to_be_focused()


@EVERYWHERE
def test_its_pages_are_accessible_and_fit_the_screen(
    screen: str, theme: str, visit: Visit, ikram: User, choir: Room, dropped: Peer
) -> None:
    visitor = visit(ikram, screen, theme)
    page = visitor.page
    found: list[str] = []
    visitor.open("/deliveries/sent/?state=all")
    found += complaints(page, "sent")
    page.get_by_role("link", name="Ask 100ms to send again").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    found += complaints(page, "dialog")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("2 of 2 taken")).to_be_visible()
    found += complaints(page, "sent again")
    visitor.open(f"/sessions/{dropped.session_id}/peers/{dropped.pk}/")
    expect(page.get_by_text("The upload of this device was weak.")).to_be_visible()
    found += complaints(page, "quality")

    assert found == []
