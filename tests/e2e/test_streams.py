"""Recordings and streams on a session's timeline, and the pages of streams, in a real browser."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from analytics.models import Ingest, Session
from rooms.models import Room, StreamKey
from rooms.simulator.scenarios import SCENARIOS
from tests import played
from tests.dashboard import classes, recorded
from tests.e2e.conftest import Visit
from tests.e2e.test_session import EVERYWHERE, serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]


def streamed(held: Session) -> Session:
    """Recorded late, streamed with a break, sent on to two places, and an encoder that came and went."""
    recorded.recording(held, 3, 50, stop_reason="last peer left", started_by=held.peers.order_by("pk")[0].pk)
    recorded.recording(held, 10, 11, state="failed", error_type="CLOUD_ACCESS_ERROR")
    classes.stream(held, 2, 27, state="failed", error_type="INTERNAL_ERROR", outputs=["https://cdn.example/live.m3u8"])
    classes.stream(held, 27.75, 50, outputs=["https://cdn.example/again.m3u8"], stop_reason="room ended")
    outputs = ["rtmp://a.video.example/live/••••••", "rtmps://b.example:443/app/••••••", "rtmp://c.example/••••••"]
    classes.stream(held, 5, 40, kind="external", outputs=outputs, stop_reason="client request")
    classes.encoder(held, 1, 30, end_reason="reconnection window expired")
    classes.encoder(held, 41, 41, state=Ingest.State.REFUSED, started_at=None, error_message="stream key disabled")
    StreamKey.objects.create(id="key-1", room=held.room, enabled=False)
    return held


@pytest.fixture
def lesson(physics: Room) -> Session:
    return streamed(played.over(SCENARIOS["class"](4, people=9), physics, ago=timedelta(hours=20)).row)


@EVERYWHERE
def test_nothing_of_it_shuts_anybody_out(visit: Visit, ikram: User, lesson: Session, screen: str, theme: str) -> None:
    live = classes.session(classes.room("Grade 11 Chemistry"), length=None, ago=timedelta(minutes=20))
    classes.stream(live, 2, None, outputs=["https://cdn.example/now.m3u8"])
    recorded.recording(live, 4)
    classes.encoder(live, 3, None)
    broken = lesson.streams.order_by("at")[0]
    visitor = visit(ikram, screen, theme)
    page = visitor.page
    addresses = [
        f"/sessions/{lesson.pk}/",
        f"/sessions/{lesson.pk}/?lane=live",
        f"/sessions/{lesson.pk}/?view=table",
        f"/sessions/{live.pk}/",
        "/streams/",
        "/streams/?state=open",
        f"/streams/{broken.pk}/",
    ]
    for address in addresses:
        visitor.open(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert serious(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address


def test_a_press_on_the_bar_leads_to_that_moment(visit: Visit, ikram: User, lesson: Session) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{lesson.pk}/")
    bar = page.locator("#run-recording a[data-from]")
    box = bar.locator(".p-rec").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + 2)
    expect(page.locator(".tl-tip")).to_contain_text("watch from")
    page.mouse.click(box["x"] + box["width"] / 3, box["y"] + 2)
    page.wait_for_url(re.compile(r"/recordings/[\w-]+/\?t=\d+$"))
    assert abs(int(page.url.rpartition("=")[2]) - 47 * 60 / 3) <= 6
    expect(page.get_by_role("heading", level=1)).to_contain_text("Year 9 Physics")


def test_a_lane_is_opened_and_closed_by_keys(visit: Visit, ikram: User, lesson: Session) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{lesson.pk}/")
    page.locator("#run-who-live").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#run-live .run-card")).to_contain_text("Live stream failed: something failed inside 100ms")
    assert "lane=live" in page.url
    page.keyboard.press("Escape")
    expect(page.locator(".run-card")).to_have_count(0)
    assert "lane=" not in page.url
    expect(page.locator("#run-who-live")).to_be_focused()


def test_without_scripts_the_bar_leads_to_the_start_and_the_lane_to_its_card(
    visit: Visit, ikram: User, lesson: Session
) -> None:
    visitor = visit(ikram, scripts=False)
    page = visitor.page
    visitor.open(f"/sessions/{lesson.pk}/")
    recording = lesson.recordings.get(state="ready")
    assert page.locator("#run-recording a[data-from]").get_attribute("href") == f"/recordings/{recording.pk}/"
    page.locator("#run-who-external").click()
    expect(page.locator("#run-external .run-card")).to_contain_text("Somebody stopped it.")


def test_streams_are_found_filtered_and_opened(visit: Visit, wanjiru: User, lesson: Session) -> None:
    visitor = visit(wanjiru)
    page = visitor.page
    visitor.open("/")
    page.get_by_role("link", name="Streams", exact=True).first.click()
    expect(page.locator("#rows tbody tr")).to_have_count(3)
    page.get_by_text("Kind", exact=True).first.click()
    page.get_by_role("link", name="external stream (RTMP)").click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.locator("#rows tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("External stream")
    expect(page.locator("main")).to_contain_text("rtmps://b.example:443/app/••••••")
