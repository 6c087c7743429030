"""Who watched a recording, in a real browser: seen everywhere, opened by every figure, reported by our own player."""

import base64
import io
import json
import time
import wave
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import Page, Response, Route, expect
from pytest_django.fixtures import Settings

from analytics.models import Recording, Viewing
from analytics.sync import sync
from analytics.tasks import read_viewings
from rooms import jobs
from rooms.connection import client
from rooms.models import Room
from rooms.simulator.api_video.routes import KEY
from tests.dashboard import classes, recorded
from tests.dashboard.classes import Pupil
from tests.dashboard.viewings import linked, watching
from tests.e2e.conftest import PATIENCE, Visit, Visitor
from tests.e2e.films import film
from tests.e2e.test_pages import EVERYWHERE
from tests.rooms.jobs import sung_in
from tests.rooms.simulated import SimulatedHms

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

MINUTE = 60
NAMES = [
    ("Amina Abdirahman Yusuf", "amina"),
    ("Łukasz Wróblewski", "lukasz"),
    ("Nguyễn Thị Minh Khai", "khai"),
    ("عمر الفاروق", "omar"),
    ("Chukwuemeka Oluwaseun Adeyemi-Featherstonehaugh", "chuks"),
]


@pytest.fixture
def recording(physics: Room) -> Recording:
    """A class of 45 minutes from which five fell out after five, and what came of it."""
    cache.clear()
    pupils = [Pupil(name, user_id, dropped=True) for name, user_id in NAMES]
    made = recorded.recording(classes.session(physics, pupils=[Pupil("Priya Venkataraman", "priya"), *pupils]))
    video = linked(made, read_at=None)
    watching(video, "amina", (5 * MINUTE, 45 * MINUTE))
    watching(video, "lukasz", (5 * MINUTE, 22 * MINUTE), (20 * MINUTE, 25 * MINUTE), ago=timedelta(hours=2))
    watching(video, "khai", (20 * MINUTE, 30 * MINUTE), (20 * MINUTE, 30 * MINUTE))
    watching(video, "priya", (0, 45 * MINUTE))
    watching(video, "", (0, 4 * MINUTE))
    return made


def finds_nothing(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@EVERYWHERE
def test_who_watched_is_readable_everywhere(
    visit: Visit, ikram: User, recording: Recording, screen: str, theme: str
) -> None:
    visitor = visit(ikram, screen, theme)
    base = f"/recordings/{recording.pk}/viewers/"
    viewing = Viewing.objects.get(user_id="lukasz")
    for path in (
        base,
        f"{base}people/lukasz/",
        f"{base}{viewing.pk}/",
        f"/recordings/{recording.pk}/video/",
        "/people/lukasz/",
    ):
        visitor.open(path)
        expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
        finds_nothing(visitor.page)
        fits(visitor.page)


@EVERYWHERE
def test_a_recording_nobody_watched_says_so(visit: Visit, ikram: User, physics: Room, screen: str, theme: str) -> None:
    visitor = visit(ikram, screen, theme)
    visitor.open(f"/recordings/{recorded.recording(classes.session(physics)).pk}/viewers/")

    expect(visitor.page.get_by_text("Nobody missed anything, and nobody has watched it yet")).to_be_visible()
    finds_nothing(visitor.page)
    fits(visitor.page)


def test_from_a_figure_to_the_words_of_the_player(visit: Visit, ikram: User, recording: Recording) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/recordings/{recording.pk}/viewers/")

    row = page.get_by_role("row", name="Łukasz")
    expect(row.get_by_text("20 min of 40 min")).to_be_visible()
    row.get_by_role("link", name="Łukasz").click()
    page.get_by_role("region", name="Viewings").get_by_role("link").first.click()

    expect(page.get_by_text("Jumped back from 22:00 to 20:00")).to_be_visible()
    expect(page.get_by_role("cell", name="20:00 to 25:00")).to_be_visible()


def test_ops_link_a_video_in_a_dialog_and_see_who_watched(
    visit: Visit, ikram: User, physics: Room, hms_simulator: SimulatedHms, settings: Settings
) -> None:
    settings.API_VIDEO_KEY, settings.API_VIDEO_URL = KEY, f"{hms_simulator.url}/api-video"
    made = recorded.recording(classes.session(physics, pupils=[Pupil("Liam", "liam", dropped=True)]))
    theirs = hms_simulator.world.library.add("Physics as shown", 2700)
    hms_simulator.world.library.watch(theirs, user_id="liam", watched=[(300, 2700)], ago=9000)
    visitor = visit(ikram)
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    visitor.open(f"/recordings/{made.pk}/viewers/")

    page.get_by_role("link", name="Link a video").click()
    dialog.get_by_label("Video at api.video").fill("vi-nobody-knows")
    dialog.get_by_role("button", name="Link the video").click()
    expect(dialog.get_by_text("api.video has no such video")).to_be_visible()
    dialog.get_by_label("Video at api.video").fill(f"https://embed.api.video/vod/{theirs.id}")
    dialog.get_by_role("button", name="Link the video").click()
    expect(page.get_by_text("“Physics as shown” is linked.")).to_be_visible()
    read_viewings()
    page.reload()

    expect(page.get_by_role("row", name="Liam").get_by_text("caught up")).to_be_visible()


# Our own player


def silence(seconds: int) -> str:
    """A file that plays for so long, as an address."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(3000)
        sound.writeframes(b"\x80" * 3000 * seconds)
    return f"data:audio/wav;base64,{base64.b64encode(file.getvalue()).decode()}"


@pytest.fixture
def player(visit: Visit, wanjiru: User, recording: Recording) -> Callable[[], Visitor]:
    """A page of our own with nothing on it but the player."""

    def opened() -> Visitor:
        visitor = visit(wanjiru)
        visitor.open(f"/recordings/{recording.pk}/viewers/")
        token = visitor.page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
        html = f"""<!doctype html><html lang="en"><title>Player</title><main>
            <input type="hidden" name="csrfmiddlewaretoken" value="{token}">
            <div data-viewing-url="/recordings/{recording.pk}/viewing/"><video muted src="{silence(120)}"></video></div>
            </main><script src="/static/js/viewing.js"></script></html>"""

        def page(route: Route) -> None:
            route.fulfill(status=200, content_type="text/html", body=html)

        visitor.page.route("**/test-player/", page)
        visitor.open("/test-player/")
        return visitor

    return opened


def play(page: Page, seconds: float) -> float:
    """Play for so long at the least, by the player's own clock. Where it stopped."""
    video = page.locator("video")
    begun = video.evaluate("video => video.play().then(() => video.currentTime)")
    page.wait_for_function(f"document.querySelector('video').currentTime >= {begun + seconds}")
    return float(video.evaluate("video => { video.pause(); return video.currentTime; }"))


def own() -> Viewing | None:
    return Viewing.objects.filter(video__source="rollcall").first()


def stretch(viewing: Viewing | None, start: float, end: float) -> tuple[float, float] | None:
    """From where to where was watched in that part of the video; a film that halts to load tells of more than one."""
    spans = [span for span in viewing.spans if start <= span[0] < end] if viewing else []
    assert all(before[1] == pytest.approx(after[0], abs=0.5) for before, after in pairwise(spans))
    return (spans[0][0], spans[-1][1]) if spans else None


def test_our_own_player_reports_what_was_watched_when_the_page_is_left(player: Callable[[], Visitor]) -> None:
    visitor = player()
    page = visitor.page

    stopped = play(page, 1.5)
    page.locator("video").evaluate("video => { video.currentTime = 60 }")
    page.wait_for_function("!document.querySelector('video').seeking")
    begun = time.monotonic()
    page.locator("video").evaluate("video => video.play()")
    page.wait_for_function("document.querySelector('video').currentTime >= 61")
    visitor.open("/people/")
    longest = time.monotonic() - begun
    # The browser tells nobody of a request that outlives its page: the rows do. On a slow machine a batch of before may
    # be there already, without the last pause.
    second = None
    for _ in range(PATIENCE // 100):
        second = stretch(own(), 30, 120)
        if second and second[1] >= 61:
            break
        page.wait_for_timeout(100)

    viewing = own()
    assert viewing is not None
    assert viewing.user_id == "wanjiru"
    assert stretch(viewing, 0, 30) == pytest.approx((0, stopped), abs=0.5)
    assert second is not None
    assert second[0] == pytest.approx(60, abs=0.5)
    assert 61 <= second[1] <= 60.5 + longest


def test_a_batch_that_did_not_get_through_is_sent_again(player: Callable[[], Visitor]) -> None:
    visitor = player()
    page = visitor.page
    tries: list[str] = []

    def fail_once(route: Route) -> None:
        tries.append(route.request.post_data or "")
        if len(tries) == 1:
            route.fulfill(status=429, headers={"Retry-After": "1"}, body="{}")
        else:
            route.continue_()

    page.route("**/viewing/", fail_once)
    play(page, 1)
    with page.expect_response(lambda answer: answer.url.endswith("/viewing/") and answer.status == 204, timeout=60_000):
        pass

    visitor.complaints.clear()  # the browser's own word on the 429
    # How many there are is the browser's affair: a film that halts to load tells of a pause more, and what was told
    # after the first try goes with the second.
    refused, taken = ([event["number"] for event in json.loads(sent)["events"]] for sent in tries[:2])
    assert refused
    assert taken[: len(refused)] == refused
    assert len(taken) >= 3
    viewing = own()
    assert viewing is not None
    assert list(viewing.events.values_list("number", flat=True)) == taken


def test_a_film_watched_on_the_page_of_its_recording_is_on_its_heat_line(
    visit: Visit, wanjiru: User, physics: Room
) -> None:
    held = classes.session(physics, length=timedelta(minutes=5), pupils=[Pupil("Liam", "liam")])
    made = recorded.recording(held)
    recorded.kept(recorded.asset(made, width=64, height=36), film(300))
    visitor = visit(wanjiru)
    page = visitor.page
    visitor.open(f"/recordings/{made.pk}/")
    expect(page.get_by_text("Nobody has watched it yet.")).to_be_visible()
    page.wait_for_function("() => document.getElementById('film').readyState >= 2")

    def has_the_last_word(answer: Response) -> bool:
        """Where all this takes long, a first batch goes out before the end of it."""
        if not answer.url.endswith("/viewing/") or answer.status != 204:
            return False
        events = json.loads(answer.request.post_data or "")["events"]
        return any(event["type"] == "pause" and event["at"] >= 202 for event in events)

    with page.expect_response(has_the_last_word, timeout=60_000):
        page.locator(".deck").get_by_role("button", name="Play").click()
        page.wait_for_function("() => document.getElementById('film').currentTime > 2")
        page.keyboard.press("k")
        page.evaluate("document.getElementById('film').currentTime = 200")
        page.wait_for_function("() => !document.getElementById('film').seeking")
        page.locator(".deck").get_by_role("button", name="Play").click()
        page.wait_for_function("() => document.getElementById('film').currentTime > 202")
        page.keyboard.press("k")
    page.reload()

    expect(page.get_by_role("img", name="Watched by 1 person")).to_be_visible()
    row = page.get_by_role("row", name="Wanjiru Kamau")
    expect(row.get_by_text("not matched to anybody in the class")).to_be_visible()
    row.get_by_role("link", name="Wanjiru Kamau").click()
    page.get_by_role("region", name="Viewings").get_by_role("link").first.click()
    expect(page.get_by_text("Jumped forward from 0:0")).to_be_visible()
    finds_nothing(page)


def test_from_the_start_of_a_recording_to_who_caught_up_on_what_they_missed(
    visit: Visit, ikram: User, hms_simulator: SimulatedHms, settings: Settings, transactional_db: None
) -> None:
    """Liam comes ten minutes late to a class that is recorded, and watches those minutes in the evening."""
    cache.clear()
    settings.API_VIDEO_KEY, settings.API_VIDEO_URL = KEY, f"{hms_simulator.url}/api-video"
    room, clock = sung_in(hms_simulator), hms_simulator.clock

    def now() -> datetime:
        return datetime.fromtimestamp(clock() / 1e9, UTC)

    visitor = visit(ikram)
    page, dialog = visitor.page, visitor.page.get_by_role("dialog")
    visitor.open(f"/rooms/{room.pk}/jobs/")
    page.get_by_role("link", name="Start a recording").click()
    dialog.get_by_role("button", name="Start the recording").click()
    expect(page.get_by_text("The recording is starting.")).to_be_visible()
    clock.advance(600)
    code = next(code.code for code in client().room_codes.create(room.pk) if code.role == "student")
    hms_simulator.join(code, "Liam", "liam", seconds=7200)
    clock.advance(900)
    [running] = client().recordings.list(room_id=room.pk)
    jobs.forget(room)
    visitor.open(f"/rooms/{room.pk}/recordings/{running.id}/")
    page.get_by_role("link", name="Stop the recording").click()
    dialog.get_by_role("button", name="Stop the recording").click()
    expect(page.get_by_text("The recording is being stopped.")).to_be_visible()
    clock.advance(7200)
    for pull in sync(client(), clock=now):
        assert pull.error == ""

    theirs = hms_simulator.world.library.add("Choir as shown", 1500)
    visitor.open(f"/recordings/{running.id}/viewers/")
    expect(page.get_by_role("row", name="Liam").get_by_text("not watched")).to_be_visible()
    page.get_by_role("link", name="Link a video").click()
    dialog.get_by_label("Video at api.video").fill(theirs.id)
    dialog.get_by_role("button", name="Link the video").click()
    expect(page.get_by_text("“Choir as shown” is linked.")).to_be_visible()
    hms_simulator.world.library.watch(theirs, user_id="liam", watched=[(0, 620)])
    clock.advance(900)
    read_viewings()
    page.reload()

    row = page.get_by_role("row", name="Liam")
    expect(row.get_by_text("caught up")).to_be_visible()
    expect(row.get_by_role("cell", name="10 min").first).to_be_visible()
    row.get_by_role("link", name="Liam").click()
    page.get_by_role("link", name="all of this person").click()
    watched = page.get_by_role("region", name="Recordings: missed, watched")
    expect(watched.get_by_text("caught up", exact=True)).to_be_visible()
