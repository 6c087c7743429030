"""A recording in a real browser: played, jumped through, read along, searched, with and without scripts."""

import re
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from playwright.sync_api import Page, expect

from analytics import instants
from analytics.models import Asset, Recording, TextFile, Track
from rooms.models import AuditEntry, Room
from rooms.operations import recordings
from tests.dashboard import classes, recorded
from tests.dashboard.classes import Pupil
from tests.e2e.conftest import Visit
from tests.e2e.films import film
from tests.e2e.test_pages import EVERYWHERE
from tests.rooms.jobs import sung_in
from tests.rooms.simulated import SimulatedHms
from tests.rooms.storage import SIGNED, Storage, storage

__all__ = ["storage"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LENGTH = 42 * 60
SAID = [
    "Good morning. Did everybody bring the block and the board?",
    "Is theta measured from the floor or from the wall?",
    "From the floor. If you ever doubt it, make the slope flat in your head: theta goes to zero.",
    "So then sine is zero and there is no force along it.",
    "Exactly. Now with numbers: two kilograms, thirty degrees.",
    "نعم، شكرا",
]


@dataclass
class Lesson:
    """A class of 45 minutes that was recorded from its third."""

    recording: Recording
    film: Asset

    @property
    def url(self) -> str:
        return f"/recordings/{self.recording.pk}/"


@pytest.fixture
def lesson(physics: Room, transactional_db: None) -> Lesson:
    teacher = Pupil("Wanjiru Kamau", "wanjiru-k", "teacher")
    held = classes.session(physics, pupils=[teacher, Pupil("Ada Lovelace"), Pupil("Łukasz Wróblewski", "lukasz")])
    assert held.started_at is not None
    made = recorded.recording(held, 3)
    begun = instants.from_datetime(held.started_at)
    late = classes.stay(
        held, Pupil("Sofia Papadopoulou", "sofia"), held.started_at + timedelta(minutes=7), held.ended_at
    )
    first = held.peers.get(user_id="wanjiru-k")
    for number, (start, end) in enumerate(((10, 21), (24, 40))):
        Track.objects.create(
            id=f"screen-{number}",
            peer=first,
            session=held,
            kind=Track.Kind.SCREEN,
            on=[[begun + start * instants.MINUTE, begun + end * instants.MINUTE]],
            started_at=held.started_at,
            stopped_at=held.ended_at,
        )
    run = classes.quiz(held, title="Which force is larger?")
    run.started_at = held.started_at + timedelta(minutes=33)
    run.save()
    peers = [first.pk, late.pk, first.pk, held.peers.get(user_id="ada").pk]
    lines: list[dict[str, Any]] = [
        {
            "start": 12.0 * n,
            "end": 12.0 * n + 9,
            "speaker": "",
            "peer_id": peers[n % 5] if n % 5 < 4 else "",
            "text": SAID[n % len(SAID)],
        }
        for n in range(200)
    ]
    text = recorded.transcript(made, lines)
    recorded.spoke(text, (0, 700), peer_id=first.pk)
    recorded.spoke(text, (700, 790), peer_id=late.pk)
    recorded.spoke(text, (800, 860))
    summary = recorded.asset(made, "summary", output="json")
    told = [{"title": "Short", "text": "Forces on a slope.", "bullets": ["Theta is measured from the floor"]}]
    recorded.text(summary, TextFile.Kind.SUMMARY, told)
    chat = recorded.asset(made, "chat")
    message = {"at": begun + 5 * instants.MINUTE, "sender": "Ada Lovelace", "peer_id": "", "to": "", "text": "Hello!"}
    recorded.text(chat, TextFile.Kind.CHAT, [message])
    return Lesson(made, recorded.asset(made, width=64, height=36))


@pytest.fixture
def kept(lesson: Lesson) -> Lesson:
    recorded.kept(lesson.film, film(LENGTH))
    return lesson


def position(page: Page) -> float:
    return float(page.evaluate("document.getElementById('film').currentTime"))


def ready(page: Page) -> None:
    page.wait_for_function("() => document.getElementById('film').readyState >= 2")


def at(page: Page, seconds: float) -> None:
    page.wait_for_function(
        "want => { const film = document.getElementById('film');"
        " return !film.seeking && film.readyState >= 2 && Math.abs(film.currentTime - want) < 2; }",
        arg=seconds,
    )


def test_a_film_of_ours_is_played_and_jumped_through(visit: Visit, ikram: User, kept: Lesson) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"{kept.url}?t=21:48")
    at(page, 1308)

    deck = page.locator(".deck")
    expect(deck.get_by_text("21:48")).to_be_visible()
    expect(deck).to_contain_text("42:00")
    expect(page.get_by_role("slider", name="Position")).to_have_attribute("aria-valuetext", "21:48 of 42:00")

    page.get_by_role("link", name="Sofia joins").click()
    at(page, 240)
    expect(page).to_have_url(re.compile(r"\?t=240$"))
    expect(page.locator("#chapters [aria-current]")).to_contain_text("Sofia joins")

    page.locator("#script-lines li").nth(50).click()
    at(page, 600)
    expect(page.locator("#script-lines li[aria-current]")).to_have_attribute("data-at", "600")

    deck.get_by_role("button", name="Play").click()
    page.wait_for_function("() => document.getElementById('film').currentTime > 600.3")
    expect(deck.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("k")
    expect(deck.get_by_role("button", name="Play")).to_be_visible()
    assert AuditEntry.objects.filter(action="recording_asset.play", actor="ikram").count() == 1


def test_the_keyboard_plays_it(visit: Visit, ikram: User, kept: Lesson) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"{kept.url}?t=100")
    at(page, 100)

    page.keyboard.press("l")
    at(page, 110)
    page.keyboard.press("ArrowLeft")
    at(page, 105)
    page.keyboard.press("J")
    at(page, 95)
    page.keyboard.press("Space")
    page.wait_for_function("() => !document.getElementById('film').paused")
    page.keyboard.press("Space")
    page.wait_for_function("() => document.getElementById('film').paused")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Mute")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("slider", name="Position").focus()
    page.keyboard.press("End")
    at(page, LENGTH)
    page.keyboard.press("Home")
    at(page, 0)
    # What is typed is typed.
    page.get_by_placeholder("Search what was said").fill("jkl m")
    assert position(page) < 1
    page.get_by_role("button", name="Speed: 1 times").or_(page.get_by_role("button", name="Speed: 1 time")).click()
    assert page.evaluate("document.getElementById('film').playbackRate") == 1.25


def test_the_bar_is_pressed_and_the_class_is_shown_where_the_film_is(visit: Visit, ikram: User, kept: Lesson) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(kept.url)
    ready(page)
    bar = page.locator("#scrub")
    box = bar.bounding_box()
    assert box is not None

    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)

    at(page, LENGTH / 2)
    # Recorded from the 3rd to the 45th of 45 minutes: its middle is the 24th.
    needle = page.locator("#class-now").get_attribute("x1") or ""
    assert abs(float(needle.rstrip("%")) - 100 * 24 / 45) < 1
    begun = kept.recording.started_at
    assert begun is not None
    link = page.get_by_role("link", name="Timeline", exact=True).get_attribute("href") or ""
    moment = instants.parse(link.partition("?at=")[2].partition("#")[0])
    assert moment is not None
    assert abs(moment - instants.from_datetime(begun) - 1260 * instants.SECOND) < 3 * instants.SECOND
    page.get_by_role("link", name="Timeline", exact=True).click()
    expect(page).to_have_url(re.compile(rf"/sessions/{kept.recording.session_id}/\?at="))
    expect(page.locator("#cross")).not_to_have_class(re.compile("is-off"))


def test_what_was_said_is_searched_and_read_along(visit: Visit, ikram: User, kept: Lesson) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(kept.url)
    ready(page)
    script = page.get_by_role("region", name="What was said and written")

    script.get_by_placeholder("Search what was said").fill("theta wall")
    expect(script.get_by_text(re.compile(r"of 200 lines with"))).to_be_visible()
    expect(script.locator("mark").first).to_have_text("theta")
    script.locator("li a.at").nth(1).click()
    at(page, 12 + 72)
    script.get_by_role("link", name="Chat 1").click()
    expect(script.get_by_text("Hello!")).to_be_visible()
    script.locator("li").first.click()
    at(page, 120)
    script.get_by_role("link", name="Summary").click()
    expect(script.get_by_text("Theta is measured from the floor")).to_be_visible()
    # The line that is said stays in view while the film goes on.
    script.get_by_role("link", name="Transcript", exact=True).click()
    expect(script.locator("li[data-at]").first).to_be_visible()
    page.get_by_role("slider", name="Position").focus()
    page.keyboard.press("PageUp")
    page.evaluate("document.getElementById('film').currentTime = 1500")
    at(page, 1500)
    expect(script.locator("li[aria-current]")).to_be_in_viewport()


def test_the_bar_tells_the_time_and_the_chapter_under_the_pointer(visit: Visit, ikram: User, kept: Lesson) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(kept.url)
    ready(page)
    bar, tip = page.locator("#scrub"), page.locator("#scrub-tip")
    box = bar.bounding_box()
    assert box is not None
    expect(tip).to_be_hidden()

    page.mouse.move(box["x"] + box["width"] / 7, box["y"] + 10)
    expect(tip).to_have_text(re.compile(r"^(6:00|5:59)\sSofia joins$"))
    told = tip.bounding_box()
    assert told is not None
    assert abs(told["x"] + told["width"] / 2 - box["x"] - box["width"] / 7) < 2
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 10)
    told = tip.bounding_box()
    assert told is not None
    assert told["x"] + told["width"] <= box["x"] + box["width"] + 16  # never outside the picture
    page.mouse.move(box["x"], box["y"] - 200)
    expect(tip).to_be_hidden()
    assert position(page) < 1

    page.keyboard.press("Tab")
    bar.focus()
    page.keyboard.press("PageUp")
    expect(tip).to_have_text(re.compile(r"^1:00\sRecording starts$"))


def test_on_a_phone_the_film_stays_in_sight_of_who_taps_a_chapter_or_a_line(
    visit: Visit, ikram: User, kept: Lesson
) -> None:
    visitor = visit(ikram, "phone")
    page = visitor.page
    visitor.open(kept.url)
    ready(page)

    lines = page.locator("#script-lines li")
    for tapped in (page.get_by_role("link", name=re.compile("Quiz")), lines.nth(3), lines.nth(30)):
        tapped.scroll_into_view_if_needed()
        tapped.click()
        seen = page.locator("#film").bounding_box()
        top = page.locator(".top").bounding_box()
        box = tapped.bounding_box()
        assert seen is not None and top is not None and box is not None  # noqa: PT018
        assert abs(seen["y"] - top["y"] - top["height"]) < 2
        assert seen["height"] < 844 * 0.42
        assert box["y"] >= seen["y"] + seen["height"]  # and covers nothing that is tapped
    at(page, 12 * 30)


@pytest.fixture
def talkative(kept: Lesson) -> Lesson:
    """Somebody says something every two seconds: 1260 lines, which are shown in three parts."""
    text = TextFile.objects.get(recording_id=kept.recording.pk, kind=TextFile.Kind.TRANSCRIPT)
    text.content = [
        {"start": 2.0 * n, "end": 2.0 * n + 1, "speaker": "Ada", "peer_id": "", "text": f"Line {n}"}
        for n in range(LENGTH // 2)
    ]
    text.save()
    return kept


def test_the_transcript_turns_to_the_part_in_which_the_film_is(visit: Visit, ikram: User, talkative: Lesson) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(talkative.url)
    ready(page)
    script = page.get_by_role("region", name="What was said and written")
    expect(script.get_by_text("Part 1 of 3")).to_be_visible()

    page.get_by_role("link", name=re.compile("Quiz")).click()
    at(page, 1800)
    expect(script.get_by_text("Part 2 of 3")).to_be_visible()
    expect(script.locator("li[aria-current]")).to_contain_text("Line 900")
    expect(script.locator("li[aria-current]")).to_be_in_viewport()
    expect(page.locator("#chapters a", has_text="Quiz")).to_be_focused()

    # Played over the end of a part.
    page.evaluate("document.getElementById('film').currentTime = 1998.5")
    page.get_by_role("button", name="Play").click()
    expect(script.get_by_text("Part 3 of 3")).to_be_visible()
    page.keyboard.press("k")

    # Over the end also where a line was pressed, once the pointer is elsewhere.
    script.locator("li").nth(10).click()
    page.evaluate("document.getElementById('film').currentTime = 100")
    at(page, 100)
    page.wait_for_timeout(400)
    expect(script.get_by_text("Part 3 of 3")).to_be_visible()
    page.mouse.move(10, 10)
    page.evaluate("document.getElementById('film').currentTime = 1100")
    expect(script.get_by_text("Part 2 of 3")).to_be_visible()
    page.evaluate("document.getElementById('film').currentTime = 2100")
    expect(script.get_by_text("Part 3 of 3")).to_be_visible()

    # Who turns by hand stays there, until the film is moved by hand.
    script.get_by_role("link", name="Before").click()
    expect(script.get_by_text("Part 2 of 3")).to_be_visible()
    page.evaluate("document.getElementById('film').currentTime = 2100")
    at(page, 2100)
    page.wait_for_timeout(400)
    expect(script.get_by_text("Part 2 of 3")).to_be_visible()
    page.get_by_role("slider", name="Position").focus()
    page.keyboard.press("Home")
    expect(script.get_by_text("Part 1 of 3")).to_be_visible()


def test_who_reads_or_searches_the_transcript_is_not_taken_elsewhere(
    visit: Visit, ikram: User, talkative: Lesson
) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(talkative.url)
    ready(page)
    script = page.get_by_role("region", name="What was said and written")

    script.get_by_role("list", name="Transcript").focus()
    page.evaluate("document.getElementById('film').currentTime = 1500")
    at(page, 1500)
    page.wait_for_timeout(400)
    expect(script.get_by_text("Part 1 of 3")).to_be_visible()
    page.get_by_role("slider", name="Position").focus()
    page.keyboard.press("PageUp")
    expect(script.get_by_text("Part 2 of 3")).to_be_visible()

    script.get_by_placeholder("Search what was said").fill("line 7")
    expect(script.get_by_text("of 1260 lines with")).to_be_visible()
    page.get_by_role("slider", name="Position").focus()
    page.keyboard.press("Home")
    at(page, 0)
    page.wait_for_timeout(400)
    expect(script.get_by_text("of 1260 lines with")).to_be_visible()


def test_a_film_of_100ms_is_played_by_links_that_no_page_shows(
    visit: Visit, ikram: User, lesson: Lesson, storage: Storage, settings: Any
) -> None:
    settings.MEDIA_ORIGINS = [storage.url]
    storage.files[lesson.film.pk] = film(LENGTH)
    visitor = visit(ikram)
    page = visitor.page

    visitor.open(lesson.url)
    ready(page)
    page.get_by_role("link", name="Sofia joins").click()
    at(page, 240)
    page.get_by_role("link", name=re.compile("Quiz")).click()
    at(page, 1800)

    assert SIGNED not in page.content()
    assert AuditEntry.objects.filter(action="recording_asset.play").count() == 1


def test_what_100ms_recorded_is_played_and_read_from_its_first_moment_to_its_last_word(
    visit: Visit, ikram: User, hms_simulator: SimulatedHms, transactional_db: None, settings: Any
) -> None:
    """Everything between the order and the page is the product's own: the pull, the folds, the links, the reading."""
    cache.clear()
    choir = sung_in(hms_simulator)
    wanted = {"transcription": {"enabled": True, "summary": {"enabled": True}}}
    recordings.start(actor=ikram, room=choir, settings=wanted)
    hms_simulator.clock.advance(600)
    job = recordings.stop_all(actor=ikram, room=choir).jobs[0]
    hms_simulator.clock.advance(1800)
    call_command("sync", room=choir.pk, stdout=StringIO())
    settings.MEDIA_ORIGINS = [hms_simulator.url]
    visitor = visit(ikram)
    page = visitor.page

    visitor.open(f"/recordings/{job.id}/")

    expect(page.locator(".badge")).to_contain_text("Ready")
    expect(page.get_by_text("by Ikram Benali")).to_be_visible()
    script = page.get_by_role("region", name="What was said and written")
    expect(script.locator("li[data-at]").first).to_be_visible()
    ready(page)
    line = script.locator("li[data-at]").nth(5)
    line.click()
    at(page, float(line.get_attribute("data-at") or 0))
    page.reload()
    expect(page.get_by_role("heading", name="Who spoke")).to_be_visible()
    assert "X-Amz" not in page.content()
    assert set(AuditEntry.objects.filter(target_kind="recording_asset").values_list("action", "actor")) == {
        ("recording_asset.play", "ikram"),
        ("recording_asset.read", "Rollcall's schedule"),
    }


def test_a_film_that_is_not_sent_says_so_in_its_place(
    visit: Visit, ikram: User, lesson: Lesson, storage: Storage
) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(lesson.url)  # 100ms knows no such file

    expect(page.get_by_role("alert")).to_contain_text("The film could not be opened.")
    expect(page.get_by_role("link", name="Open the file by itself")).to_be_visible()
    visitor.complaints[:] = [one for one in visitor.complaints if "404" not in one]


def test_without_scripts_the_browser_plays_it_by_itself(visit: Visit, ikram: User, kept: Lesson) -> None:
    visitor = visit(ikram, scripts=False)
    page = visitor.page
    visitor.open(kept.url)

    expect(page.locator("video[controls]")).to_be_visible()
    expect(page.locator(".deck")).to_be_hidden()
    page.get_by_role("link", name="Sofia joins").click()
    expect(page).to_have_url(re.compile(r"\?t=240$"))
    expect(page.locator("video")).to_have_attribute("src", re.compile(r"/play/#t=240\.0$"))
    page.get_by_placeholder("Search what was said").fill("wall")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile(r"of 200 lines with"))).to_be_visible()
    page.get_by_role("link", name="Summary", exact=True).click()
    expect(page.get_by_text("Theta is measured from the floor")).to_be_visible()


@EVERYWHERE
def test_the_page_is_readable_everywhere(visit: Visit, ikram: User, kept: Lesson, screen: str, theme: str) -> None:
    broken = recorded.recording(kept.recording.session, 3, state="failed", error_type="CLOUD_ACCESS_ERROR")
    visitor = visit(ikram, screen, theme)
    page = visitor.page

    for path in (f"{kept.url}?t=600", f"{kept.url}?tab=summary", f"{kept.url}?q=theta", f"/recordings/{broken.pk}/"):
        visitor.open(path)
        if "?" in path:
            ready(page)
        found = Axe().run(page)
        assert found.violations_count == 0, (path, found.generate_report())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
