"""A recording in a real browser: started, seen to run, stopped, its file opened."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import expect

from rooms import jobs
from rooms.connection import client
from rooms.models import AuditEntry, Room
from rooms.operations import live_streams, recordings
from tests.e2e.conftest import Visit
from tests.e2e.test_pages import EVERYWHERE
from tests.rooms.jobs import RTMP, sung_in
from tests.rooms.simulated import SimulatedHms

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


@pytest.fixture
def choir(hms_simulator: SimulatedHms, transactional_db: None) -> Room:
    cache.clear()
    return sung_in(hms_simulator)


def test_a_recording_is_started_seen_to_run_stopped_and_opened(
    visit: Visit, ikram: User, choir: Room, hms_simulator: SimulatedHms
) -> None:
    visitor = visit(ikram)
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    visitor.open(f"/rooms/{choir.pk}/jobs/")

    page.get_by_role("link", name="Start a recording").click()
    dialog.get_by_label("Size of the picture").select_option("1280x720")
    dialog.get_by_role("button", name="Start the recording").click()
    expect(page.get_by_text("The recording is starting.")).to_be_visible()
    hms_simulator.clock.advance(10)
    now = page.get_by_role("region", name="Running now")
    # The part asks again by itself, every few seconds.
    expect(now.get_by_text("running", exact=True)).to_be_visible(timeout=30_000)
    [running] = client().recordings.list(room_id=choir.pk)
    assert running.status == "running"

    now.get_by_role("link", name="Stop the recording").click()
    expect(dialog.get_by_role("link", name="Let it run")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    now.get_by_role("link", name="Stop the recording").click()
    dialog.get_by_role("button", name="Stop the recording").click()
    expect(page.get_by_text("The recording is being stopped.")).to_be_visible()
    hms_simulator.clock.advance(120)
    jobs.forget(choir)

    visitor.open(f"/rooms/{choir.pk}/recordings/{running.id}/")
    with page.context.expect_page() as tab:
        page.get_by_role("link", name="Video", exact=True).click()
    # The file itself, from where 100ms keeps it, which does not learn from which page it was opened.
    expect(tab.value).to_have_url(re.compile(r"\.mp4\?.*signature="))
    assert tab.value.evaluate("document.referrer") == ""
    assert AuditEntry.objects.filter(action="recording_asset.open", actor="ikram").count() == 1
    assert "token=" not in page.content()


@EVERYWHERE
def test_what_runs_and_ran_is_readable_everywhere(
    visit: Visit, ikram: User, choir: Room, hms_simulator: SimulatedHms, screen: str, theme: str
) -> None:
    recordings.start(actor=ikram, room=choir, settings={"transcription": {"enabled": True}})
    hms_simulator.clock.advance(60)
    made = recordings.stop_all(actor=ikram, room=choir).jobs[0]
    hms_simulator.clock.advance(60)
    recordings.start(actor=ikram, room=choir, settings={})
    live_streams.start(actor=ikram, room=choir, settings={"recording": {"hls_vod": True}})
    hms_simulator.clock.advance(10)
    visitor = visit(ikram, screen, theme)
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")

    for path in (f"/rooms/{choir.pk}/jobs/", f"/rooms/{choir.pk}/recordings/{made.id}/"):
        visitor.open(path)
        assert Axe().run(page).violations_count == 0, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    visitor.open(f"/rooms/{choir.pk}/jobs/")
    page.get_by_role("link", name="Start an external stream").click()
    expect(dialog.get_by_label("Address", exact=True)).to_be_visible()
    dialog.get_by_text("More: address, destination").click()
    assert Axe().run(page).violations_count == 0


def test_without_scripts_a_stream_is_started_and_stopped(visit: Visit, ikram: User, choir: Room) -> None:
    visitor = visit(ikram, scripts=False)
    page = visitor.page
    visitor.open(f"/rooms/{choir.pk}/jobs/")

    page.get_by_role("link", name="Start an external stream").click()
    page.get_by_label("Address", exact=True).fill("https://wrong.example.com")
    page.get_by_role("button", name="Start the external stream").click()
    expect(page.get_by_text("An address that begins with rtmp:// or rtmps://.")).to_be_visible()
    expect(page.get_by_label("Address", exact=True)).to_have_value("")
    page.get_by_label("Address", exact=True).fill(RTMP)
    page.get_by_role("button", name="Start the external stream").click()
    expect(page.get_by_text("The external stream is starting.")).to_be_visible()
    assert "stream-key-secret" not in page.content()

    page.get_by_role("link", name="Stop the external stream").click()
    page.get_by_role("button", name="Stop the external stream").click()
    expect(page.get_by_text("The external stream is being stopped.")).to_be_visible()
    assert [one.status for one in client().external_streams.list(room_id=choir.pk)] != ["running"]
