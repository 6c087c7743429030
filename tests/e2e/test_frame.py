"""What every page does, in a real browser: a form pressed twice is sent once, and is never shut for good."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from rooms.connection import client
from rooms.mirrors import rooms
from rooms.models import AuditEntry, Poll, Room
from tests.e2e.conftest import PATIENCE, Visit, Visitor
from tests.rooms.polls import known, known_room, quiz
from tests.rooms.simulated import SimulatedHms

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def choir(hms_simulator: SimulatedHms, transactional_db: None) -> Room:
    """A room with a stream key."""
    made = hms_simulator.world.add_room("Choir")
    rooms.pull(client(), at=timezone.now())
    client().stream_keys.create(made.id)
    return Room.objects.get(pk=made.id)


@pytest.fixture
def poll(hms_simulator: SimulatedHms, ikram: User) -> Poll:
    known_room(hms_simulator)
    return known(hms_simulator, quiz("Light"), made_by=ikram)


def posts(page: Page, path: str, *answers: Callable[[Route], None]) -> list[Route]:
    """What is posted there: the first of it is held, the next answered so in turn, and the rest goes through."""
    came: list[Route] = []
    left = list(answers)

    def handle(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        came.append(route)
        if len(came) > 1:
            (left.pop(0) if left else Route.continue_)(route)

    page.route(f"**{path}", handle)
    return came


def first(page: Page, came: list[Route]) -> Route:
    """The one that is held, as soon as it has come."""
    for _ in range(PATIENCE // 20):
        if came:
            return came[0]
        page.wait_for_timeout(20)
    raise AssertionError("nothing was posted")


def asked_since(page: Page) -> None:
    """Wait until what the page has sent so far is known here: an answer of later has come."""
    page.evaluate("fetch('/healthz').then((answer) => answer.text())")


def only_said(visitor: Visitor, *words: str) -> None:
    """The browser had nothing to say but of these."""
    assert [said for said in visitor.complaints if not any(word in said for word in words)] == []
    visitor.complaints.clear()


def begin_duplicate(visitor: Visitor, poll: Poll) -> None:
    visitor.open(f"/polls/{poll.pk}/")
    visitor.page.get_by_role("link", name="Duplicate").click()
    visitor.page.get_by_role("dialog").get_by_label("Title").fill("Light, group B")


def test_a_key_revealed_by_a_double_press_is_revealed_once(visit: Visit, ikram: User, choir: Room) -> None:
    visitor = visit(ikram)
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    visitor.open(f"/rooms/{choir.pk}/stream-key/")
    revealed = AuditEntry.objects.filter(action="stream_key.reveal")
    came = posts(page, "/stream-key/reveal/")

    page.get_by_role("button", name="Reveal").dblclick()
    first(page, came).continue_()

    expect(dialog).to_contain_text(client().stream_keys.get(choir.pk).key)
    asked_since(page)
    assert len(came) == 1
    assert revealed.count() == 1

    page.keyboard.press("Escape")
    page.get_by_role("button", name="Reveal").click()
    expect(dialog).to_contain_text(client().stream_keys.get(choir.pk).key)
    assert (len(came), revealed.count()) == (2, 2)


def test_a_double_press_that_is_answered_with_a_fault_is_one_and_the_next_press_is_sent(
    visit: Visit, ikram: User, poll: Poll
) -> None:
    visitor = visit(ikram)
    page, button = visitor.page, visitor.page.get_by_role("dialog").get_by_role("button", name="Duplicate")
    came = posts(page, "/duplicate/")
    begin_duplicate(visitor, poll)

    button.dblclick()
    with page.expect_response("**/duplicate/"):
        first(page, came).fulfill(status=503)

    asked_since(page)
    assert len(came) == 1
    assert not Poll.objects.filter(title="Light, group B").exists()

    button.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Light, group B")
    assert len(came) == 2
    only_said(visitor, "503")


def test_a_form_is_sent_again_when_its_answer_could_not_be_shown(visit: Visit, ikram: User, poll: Poll) -> None:
    visitor = visit(ikram)
    page, button = visitor.page, visitor.page.get_by_role("dialog").get_by_role("button", name="Duplicate")
    came = posts(page, "/duplicate/")
    begin_duplicate(visitor, poll)

    button.click()
    with page.expect_event("pageerror"):
        first(page, came).fulfill(status=200, headers={"HX-Location": "{"})  # htmx stumbles over it
    button.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Light, group B")
    only_said(visitor, "JSON", "htmx:onLoadError", "null", "object Object")


def test_a_form_is_sent_again_when_the_page_that_follows_was_stopped(visit: Visit, ikram: User, poll: Poll) -> None:
    visitor = visit(ikram)
    page, button = visitor.page, visitor.page.get_by_role("dialog").get_by_role("button", name="Duplicate")
    page.clock.install()
    came = posts(page, "/duplicate/")
    page.route("**/follows/", lambda route: route.abort("aborted"))  # as the visitor stops it
    begin_duplicate(visitor, poll)

    button.click()
    with page.expect_event("requestfailed"):
        first(page, came).fulfill(status=200, headers={"HX-Redirect": "/follows/"})
    button.click()
    asked_since(page)
    assert len(came) == 1  # it could not be known that nothing follows

    page.clock.fast_forward(10_000)
    button.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Light, group B")
    assert len(came) == 2
