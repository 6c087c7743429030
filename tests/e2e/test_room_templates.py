"""A role changed, looked up in its history and put back, by somebody in a real browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from rooms.connection import client
from rooms.mirrors import templates as mirror
from rooms.models import Room, TemplateVersion
from rooms.simulator.templates import Template
from tests.dashboard import classes
from tests.e2e.conftest import Visit
from tests.e2e.test_rooms import IN_ITS_CORNER
from tests.rooms.simulated import SimulatedHms

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

EVERYWHERE = pytest.mark.parametrize(
    ("screen", "theme"), [("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark")]
)
KEY = "stream-key-1"


@pytest.fixture
def lesson(hms_simulator: SimulatedHms, physics: Room) -> Template:
    """The simulator's template, mirrored, in use by a room that is live, with trying names and much set."""
    (template,) = hms_simulator.world.templates.values()
    template.roles["<b>x</b> " + "N" * 120] = {**template.roles["guest"], "name": "<b>x</b> " + "N" * 120}
    template.destinations = {"rtmpDestinations": {"tv": {"name": "tv", "rtmpUrls": [f"rtmp://a.example/app/{KEY}"]}}}
    template.recordings = [{"name": "films", "role": "ghost", "trackRecording": {"enabled": True}}]
    mirror.pull(client(), at=timezone.now())
    Room.objects.update(template_id=template.id, template_name="Class")
    classes.session(physics, length=None)
    return template


def test_a_role_is_changed_kept_as_a_version_and_put_back(visit: Visit, ikram: User, lesson: Template) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/room-templates/")
    page.get_by_role("link", name="Class").click()
    page.get_by_role("link", name="student", exact=True).first.click()

    page.get_by_role("checkbox", name="End the room", exact=True).check()
    page.get_by_label("Camera, kbps").fill("250")
    page.get_by_role("button", name="Review").click()
    review = page.get_by_role("region", name="Before it is saved")
    expect(review).to_contain_text("student may end the room: no")
    expect(review).to_contain_text("1 live now, 1 person in:")
    expect(page.get_by_role("heading", name="Before it is saved")).to_be_focused()
    assert lesson.roles["student"]["permissions"].get("endRoom", False) is False
    review.get_by_role("button", name="Save role").click()

    expect(page.get_by_text("The role student is saved.")).to_be_visible()
    assert lesson.roles["student"]["permissions"]["endRoom"] is True
    assert lesson.roles["student"]["publishParams"]["video"]["bitRate"] == 250
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.get_by_role("listitem").filter(has_text="Version 2")).to_contain_text("ikram")
    page.get_by_role("link", name="Version 1").click()
    page.get_by_role("link", name="Go back to version 1").click()
    page.get_by_role("button", name="Go back to version 1").click()

    expect(page.get_by_text("The template is as it was in version 1.")).to_be_visible()
    assert lesson.roles["student"]["permissions"].get("endRoom", False) is False
    assert lesson.roles["student"]["publishParams"]["video"]["bitRate"] == 310
    assert lesson.destinations["rtmpDestinations"]["tv"]["rtmpUrls"] == [f"rtmp://a.example/app/{KEY}"]
    assert list(TemplateVersion.objects.values_list("number", "actor")) == [(3, "ikram"), (2, "ikram"), (1, "")]


def test_a_typed_secret_stays_in_its_field_through_the_review(visit: Visit, ikram: User, lesson: Template) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/room-templates/{lesson.id}/destinations/rtmpDestinations/tv/")

    page.get_by_role("textbox", name="Address 1").fill("rtmp://a.example/app/other")
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("region", name="Before it is saved")).to_contain_text("(another one)")
    page.get_by_role("button", name="Save destination").click()

    expect(page.get_by_text("The destination is saved.")).to_be_visible()
    assert lesson.destinations["rtmpDestinations"]["tv"]["rtmpUrls"] == ["rtmp://a.example/app/other"]


def test_it_works_without_scripts_too(visit: Visit, ikram: User, lesson: Template) -> None:
    visitor = visit(ikram, scripts=False)
    page = visitor.page
    visitor.open(f"/room-templates/{lesson.id}/roles/student/")

    page.get_by_label("Priority").select_option("4")
    page.get_by_role("button", name="Review").click()
    page.get_by_role("button", name="Save role").click()

    expect(page.get_by_text("The role student is saved.")).to_be_visible()
    assert lesson.roles["student"]["priority"] == 4


@EVERYWHERE
def test_every_page_of_a_template_is_accessible_and_fits_the_screen(
    screen: str, theme: str, visit: Visit, ikram: User, lesson: Template
) -> None:
    visitor = visit(ikram, screen, theme)
    page = visitor.page
    one = f"/room-templates/{lesson.id}/"
    found: list[str] = []
    for path in (
        "/room-templates/",
        "/room-templates/?q=nothing",
        "/room-templates/new/",
        "/room-templates/import/",
        one,
        f"{one}settings/",
        f"{one}recordings/",
        f"{one}destinations/rtmpDestinations/tv/",
        f"{one}new-destination/hlsDestinations/",
        f"{one}new-destination/transcriptions/",
        f"{one}json/",
        f"{one}versions/",
        f"{one}versions/1/",
        f"{one}roles/guest/delete/",
        f"{one}roles/student/",
    ):
        visitor.open(path)
        if path.endswith("student/"):
            page.get_by_role("checkbox", name="End the room", exact=True).check()
            page.get_by_role("button", name="Review").click()
            expect(page.get_by_role("heading", name="Before it is saved")).to_be_focused()
        problems = Axe().run(page).response["violations"]
        found += [f"{path}: {one['id']} {[node['target'] for node in one['nodes']]}" for one in problems]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{path}: {wide} px too wide"] if wide > 0 else []
    assert found == []


def test_the_corners_of_who_may_do_what_are_as_round_as_the_panel(visit: Visit, ikram: User, lesson: Template) -> None:
    visitor = visit(ikram)
    visitor.open(f"/room-templates/{lesson.id}/")
    last = visitor.page.locator(".matrix tbody tr").last

    last.scroll_into_view_if_needed()

    assert not last.locator("th").evaluate(IN_ITS_CORNER, True)
