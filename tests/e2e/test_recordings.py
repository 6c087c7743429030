"""In a real browser: the recordings of all rooms, and what should have been recorded."""

from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from analytics.models import KeptFile, Recording, Transcription
from rooms.mirrors import templates
from rooms.models import Room
from tests.dashboard import classes, recorded
from tests.dashboard.classes import Pupil
from tests.e2e.conftest import Visit
from tests.e2e.test_pages import EVERYWHERE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

AUTO: dict[str, Any] = {"compositeRecording": {"browserComposite": {"enabled": True, "autoStart": True}}}


@pytest.fixture
def school(physics: Room, chemistry: Room) -> None:
    """Every state and every trouble: the rooms' template records each class by itself."""
    lesson: dict[str, Any] = {"id": "lesson", "name": "Lesson with everything", "roles": {}, "settings": {}}
    lesson["recordings"] = [{"name": "all", "role": "teacher", **AUTO}]
    notes = {"notes": {"name": "notes", "role": "teacher", "modes": ["recorded"]}}
    lesson["destinations"] = {"transcriptions": notes}
    templates.write([lesson], at=timezone.now() - timedelta(days=90))
    long = classes.room("Łódzkie Liceum: fizyka doświadczalna, grupa popołudniowa B (dwujęzyczna)")
    Room.objects.update(template_id="lesson", template_name="Lesson with everything")
    for hours, room in ((30, physics), (28, long), (26, chemistry)):
        held = classes.session(room, ago=timedelta(hours=hours), pupils=[Pupil("Wilhelmina van den Broek-Ng", "w")])
        made = recorded.recording(held, files=2, started_by=held.peers.get().pk)
        for output in ("json", "srt", "txt"):
            recorded.asset(made, "transcript", output=output)
        for asset in made.assets.all()[: hours % 5]:
            about = {"room_id": room.pk, "recording_id": made.pk, "ordered_at": timezone.now()}
            KeptFile.objects.create(asset_id=asset.pk, state=KeptFile.State.KEPT, **about)
    failed: dict[str, Any] = {"state": "failed", "duration_seconds": None, "size": None}
    for hours, error in ((24, "CLOUD_ACCESS_ERROR"), (22, "MAX_RETRIES_REACHED"), (20, "")):
        recorded.recording(classes.session(physics, ago=timedelta(hours=hours)), error_type=error, **failed)
    recorded.recording(classes.session(long, ago=timedelta(hours=18)), files=1, duration_seconds=600.0)
    processing: dict[str, Any] = {"duration_seconds": None, "size": None, "finished_at": None}
    recorded.recording(classes.session(long, ago=timedelta(hours=16)), state="processing", **processing)
    written = recorded.recording(classes.session(chemistry, ago=timedelta(hours=14)), files=1)
    recorded.transcription(written, Transcription.State.FAILED)
    classes.session(chemistry, ago=timedelta(hours=12))
    classes.session(physics, ago=timedelta(minutes=30), length=None)
    live = classes.session(long, ago=timedelta(minutes=20), length=None)
    recorded.recording(live, state="running", **processing)
    recorded.recording(classes.session(physics, ago=timedelta(days=20)), kind=Recording.Kind.HLS, files=1)


def complaints(page: Page, path: str) -> list[str]:
    found = [f"{path} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]]
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + ([f"{path} is {wider} px too wide"] if wider > 0 else [])


def test_somebody_finds_out_why_a_recording_is_missing(visit: Visit, ikram: User, school: None) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/")
    page.get_by_role("navigation", name="Main", exact=True).get_by_role("link", name="Recordings").click()
    page.locator("summary", has_text="State").click()
    page.locator("#chips").get_by_role("link", name="failed", exact=True).click()
    expect(page.locator("#rows tbody tr")).to_have_count(3)
    expect(page.get_by_text("100ms was not let into the storage")).to_be_visible()
    assert page.url.endswith("/recordings/?state=failed")

    page.get_by_role("link", name="What should have been recorded").click()
    expect(page.get_by_text("It goes on and is not recorded")).to_be_visible()
    page.get_by_role("combobox", name="Room").fill("Grade 11 Chemistry")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="No browser recording")).to_be_visible()
    expect(page.get_by_text("It goes on and is not recorded")).to_have_count(0)
    page.get_by_role("link", name="Recordings of the template “Lesson with everything”").click()
    expect(page.get_by_role("heading", name="Lesson with everything")).to_be_visible()


def test_ops_have_a_recording_copied(visit: Visit, ikram: User, school: None) -> None:
    visitor = visit(ikram)
    visitor.open("/recordings/?q=Chemistry")
    page = visitor.page

    page.get_by_role("button", name="now: Grade 11 Chemistry").first.click()

    expect(page.get_by_text("of Grade 11 Chemistry will be copied")).to_be_visible()
    assert page.url.endswith("/recordings/?q=Chemistry")


@EVERYWHERE
def test_its_pages_are_accessible_and_fit_the_screen(
    screen: str, theme: str, visit: Visit, ikram: User, physics: Room, school: None
) -> None:
    visitor = visit(ikram, screen, theme)
    page = visitor.page
    found: list[str] = []
    live = physics.sessions.order_by("-started_at")[0]
    for path in (
        "/recordings/",
        "/recordings/?state=starting",
        "/recordings/check/",
        "/recordings/check/?room=nowhere",
        "/",
        f"/sessions/{live.pk}/",
    ):
        visitor.open(path)
        found += complaints(page, path)

    assert found == []
