"""A teacher reads her class in a real browser: at a desk and on a phone, by mouse, by keys and without scripts."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from analytics import durations, instants
from rooms.models import Room
from rooms.simulator.scenarios import SCENARIOS
from tests import played
from tests.dashboard import classes
from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

NAMES = ["<b>x</b>", "=SUM(A1)", "😀", "فاطمة الزهراء", "N" * 200, "Łukasz Wróblewski"]
EVERYWHERE = pytest.mark.parametrize(
    ("screen", "theme"), [("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark")]
)


@pytest.fixture
def physics_class(physics: Room) -> played.Played:
    script = SCENARIOS["class"](
        4, people=12, names=NAMES, incidents=["rejoin", "second_device", "drop", "flicker", "cut_off"]
    )
    return played.over(script, physics, ago=timedelta(hours=20))


def row(page: Page, name: str) -> Any:
    return page.locator(".tl-row[data-key]", has=page.get_by_text(name, exact=True))


def serious(page: Page) -> list[str]:
    found = Axe().run(page)
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in found.response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def test_sign_in_find_the_session_and_read_a_microphone(
    visit: Visit, wanjiru: User, physics_class: played.Played
) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sessions/")
    page.get_by_label("User name").fill("wanjiru")
    page.get_by_label("Password").fill("pass-word-1")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Sessions", exact=True).first.click()
    page.locator(f'a[href*="/sessions/{physics_class.id}/"]').first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Year 9 Physics, group B")

    who = physics_class.truth()["teacher-wanjiru"]
    spoken = durations.words(sum(end - start for start, end in who.mic) // 1000)
    cells = page.locator("#people tbody", has_text="Wanjiru Kamau").locator('td[data-l="Mic"] a')
    expect(cells).to_have_text(spoken)
    cells.click()
    expect(page.locator(".sum h3").first).to_contain_text("Microphone open")
    expect(page.locator(".sum tbody tr")).to_have_count(len(who.mic))
    assert "figure=mic" in page.url


@EVERYWHERE
def test_nothing_on_the_page_shuts_anybody_out(
    visit: Visit, ikram: User, physics_class: played.Played, screen: str, theme: str
) -> None:
    visitor = visit(ikram, screen, theme)
    page = visitor.page
    drop = physics_class.row.peers.filter(leave_reason="websocket closed").first()
    assert drop is not None
    assert drop.left_at is not None
    at = drop.left_at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    for query in ("", f"?person={drop.user_id}&at={at}&open={drop.user_id}&figure=present", "?view=table"):
        visitor.open(f"/sessions/{physics_class.id}/{query}")
        expect(page.locator("#drawing")).to_be_visible()
        assert serious(page) == [], query
        # Nothing stands out to the side: a page that scrolls sideways is lost on a phone.
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), query


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_a_crowd_shuts_nobody_out_either(visit: Visit, ikram: User, physics: Room, screen: str) -> None:
    told = played.over(SCENARIOS["lecture"](3, people=120), physics)
    visitor = visit(ikram, screen)
    visitor.open(f"/sessions/{told.id}/")
    expect(visitor.page.locator("#groups")).to_be_visible()
    assert serious(visitor.page) == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_names_are_shown_and_never_run(visit: Visit, ikram: User, physics_class: played.Played) -> None:
    visitor = visit(ikram)
    visitor.open(f"/sessions/{physics_class.id}/")
    for name in NAMES:
        expect(visitor.page.locator("#people").get_by_text(name, exact=True)).to_have_count(1)
    assert visitor.page.locator("main b b, #people b").count() == 0


def test_what_a_table_says_is_whole_or_told_when_pointed_at(
    visit: Visit, ikram: User, physics_class: played.Played
) -> None:
    held = physics_class.row
    held.peers.update(leave_reason=("a reason that goes on and on for longer than any column has room for " * 3)[:128])
    for peer in held.peers.all():
        classes.failure(held, peer_id=peer.pk, user_id=peer.user_id, at=peer.joined_at, error_message="Denied " * 30)
    visitor = visit(ikram, "desk")
    page = visitor.page

    for query in ("", "?view=table"):
        visitor.open(f"/sessions/{held.pk}/{query}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), query
        cut = page.evaluate(
            """[...document.querySelectorAll("#intervals td, #people td")]
                .filter(cell => cell.scrollWidth > cell.clientWidth + 1)
                .filter(cell => !cell.title && !cell.querySelector("[title]"))
                .map(cell => cell.innerText)"""
        )
        assert cut == [], query
    two = page.locator("#people .notes", has=page.locator(".state:nth-child(2)"))
    assert two.count()
    assert two.evaluate_all("all => all.every(notes => notes.scrollWidth <= notes.parentElement.clientWidth)")


def test_keys_move_between_people_and_moments(visit: Visit, ikram: User, physics_class: played.Played) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{physics_class.id}/?sort=name")
    links = page.locator(".tl-row[data-key] .tl-who")
    expect(page.locator('.tl-who[tabindex="0"]')).to_have_count(1)
    links.first.focus()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#cross")).to_be_visible()
    page.keyboard.press("Enter")
    card = page.get_by_role("dialog")
    expect(card).to_be_focused()
    assert re.search(r"[?&]at=", page.url)
    assert re.search(r"[?&]person=", page.url)
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(links.first).to_be_focused()
    assert "person=" not in page.url
    page.keyboard.press("End")
    expect(page.locator("#say")).to_contain_text("End")
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('.tl-row[data-key]')")  # the lanes are one stop


def test_escape_closes_a_card_that_the_mouse_opened(visit: Visit, ikram: User, physics_class: played.Played) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{physics_class.id}/")
    page.locator(".tl-row[data-key] .tl-plot").first.click(position={"x": 300, "y": 17})
    expect(page.get_by_role("dialog")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "person=" not in page.url


# Counts the cards that the page has read, once it has done with each of them.
CARDS_READ = """
const ask = window.fetch;
let read = 0;
window.fetch = async (...asked) => {
  const answer = await ask(...asked);
  const text = answer.text.bind(answer);
  answer.text = async () => {
    const words = await text();
    setTimeout(() => { document.documentElement.dataset.read = ++read; });
    return words;
  };
  return answer;
};
"""


def held_card(page: Page, user_id: str) -> list[Route]:
    """The card of somebody, kept on its way; `let_come` lets it go on."""
    held: list[Route] = []
    page.route(f"**/card/?*person={user_id}*", lambda route: held.append(route))
    return held


def let_come(page: Page, held: list[Route], *, of: int) -> None:
    """The held card comes as the last of so many, and what came of it is on the page."""
    held[0].continue_()
    expect(page.locator("html")).to_have_attribute("data-read", str(of))


def test_of_two_cards_asked_for_the_later_stays(visit: Visit, ikram: User, physics_class: played.Played) -> None:
    visitor = visit(ikram)
    page = visitor.page
    page.add_init_script(CARDS_READ)
    visitor.open(f"/sessions/{physics_class.id}/")
    held = held_card(page, "teacher-wanjiru")
    with page.expect_request("**/*person=teacher-wanjiru*"):
        row(page, "Wanjiru Kamau").locator(".tl-who").click()
    row(page, "Łukasz Wróblewski").locator(".tl-who").click()
    expect(page.get_by_role("dialog")).to_contain_text("Łukasz Wróblewski")

    let_come(page, held, of=2)

    expect(page.get_by_role("dialog")).to_contain_text("Łukasz Wróblewski")


def test_a_card_on_its_way_is_not_opened_after_escape(visit: Visit, ikram: User, physics_class: played.Played) -> None:
    visitor = visit(ikram)
    page = visitor.page
    page.add_init_script(CARDS_READ)
    visitor.open(f"/sessions/{physics_class.id}/")
    held = held_card(page, "teacher-wanjiru")
    with page.expect_request("**/*person=teacher-wanjiru*"):
        row(page, "Wanjiru Kamau").locator(".tl-who").click()

    page.keyboard.press("Escape")
    let_come(page, held, of=1)

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "person=" not in page.url


def test_a_card_on_its_way_gives_way_to_somebody_of_the_crowd(visit: Visit, ikram: User, physics: Room) -> None:
    told = played.over(SCENARIOS["lecture"](3, people=120), physics)
    visitor = visit(ikram)
    page = visitor.page
    page.add_init_script(CARDS_READ)
    visitor.open(f"/sessions/{told.id}/")
    lane = page.locator(".tl-row[data-key]").first
    held = held_card(page, lane.get_attribute("data-key") or "")
    with page.expect_request("**/card/**"):
        lane.locator(".tl-who").click()
    page.locator(".tl-thin > svg").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    person = page.get_by_role("dialog").get_attribute("aria-label")
    address = page.url

    let_come(page, held, of=1)

    expect(page.get_by_role("dialog")).to_have_attribute("aria-label", person or "")
    assert page.url == address


def test_a_slash_in_the_lanes_searches_the_lanes(visit: Visit, ikram: User, physics_class: played.Played) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{physics_class.id}/")
    page.locator(".tl-row[data-key] .tl-who").first.focus()

    page.keyboard.press("/")

    expect(page.locator("#find-words")).to_be_focused()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator("#top-search")).to_be_focused()


def test_zoom_and_pan_keep_names_and_axis(visit: Visit, ikram: User, physics_class: played.Played) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{physics_class.id}/")
    value = page.locator("#zoom-value")
    expect(value).to_have_text("50 min")
    name = page.locator(".tl-row[data-key] .tl-who").first
    before = name.bounding_box()
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    expect(value).to_have_text("13 min")
    assert name.bounding_box() == before
    expect(page.locator("#axis text.fine").first).to_be_visible()  # the clock gets finer too
    assert "zoom=4" in page.url
    plot = page.locator(".tl-row[data-key] .tl-plot").first
    axis = page.locator("#axis")
    place = plot.bounding_box()
    assert place is not None
    page.mouse.move(900, 600)
    page.mouse.down()
    page.mouse.move(600, 600, steps=5)
    page.mouse.up()
    moved, ruler = plot.bounding_box(), axis.bounding_box()
    assert moved is not None
    assert ruler is not None
    assert round(moved["x"] - place["x"]) == -300
    assert (round(moved["x"]), round(moved["width"])) == (round(ruler["x"]), round(ruler["width"]))
    expect(page.get_by_role("dialog")).to_have_count(0)  # a drag is no click
    page.get_by_role("button", name="Fit").click()
    expect(value).to_have_text("50 min")
    assert "zoom" not in page.url
    page.mouse.move(900, 600)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    expect(value).not_to_have_text("50 min")
    visitor.open(f"/sessions/{physics_class.id}/?zoom=4")
    expect(value).to_have_text("13 min")


def test_a_moment_opens_its_card_and_has_an_address(visit: Visit, ikram: User, physics_class: played.Played) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{physics_class.id}/")
    moment = page.locator(".moment", has_text="cut off").first
    moment.click()
    card = page.get_by_role("dialog")
    expect(card).to_contain_text("Not connected: network drop")
    expect(card).to_be_in_viewport()
    address = page.url
    page.get_by_role("link", name="Close").click()
    expect(card).to_have_count(0)
    page.goto(address)
    expect(card).to_contain_text("Not connected: network drop")
    page.go_back()
    expect(page.locator("#drawing")).to_be_visible()


def test_pointing_says_what_is_there(visit: Visit, ikram: User, physics_class: played.Played) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{physics_class.id}/")
    plot = row(page, "Wanjiru Kamau").locator(".tl-plot")
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 15)
    expect(page.locator(".tl-tip")).to_contain_text("present")
    expect(page.locator("#pill text")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 15)
    expect(page.get_by_role("dialog")).to_contain_text("Wanjiru Kamau")


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_find_sort_and_trouble_work_in_place(
    visit: Visit, ikram: User, physics_class: played.Played, screen: str
) -> None:
    visitor = visit(ikram, screen)
    page = visitor.page
    visitor.open(f"/sessions/{physics_class.id}/")
    lanes = page.locator(".tl-row[data-key]")
    page.get_by_label("Find a person").press_sequentially("wroblewski")
    expect(lanes).to_have_count(1)
    expect(page.get_by_label("Find a person")).to_be_focused()
    expect(page.get_by_label("Find a person")).to_have_value("wroblewski")
    expect(page).to_have_url(re.compile("q=wroblewski"))  # fewer letters find only this one too
    page.get_by_label("Find a person").fill("")
    expect(lanes).to_have_count(len(physics_class.truth()))
    page.get_by_text("First joined", exact=True).first.click()
    page.get_by_role("link", name="Talk time").click()
    expect(page.locator("#sort-by")).to_have_text("Talk time")
    expect(lanes.first).to_contain_text("Wanjiru Kamau")
    page.get_by_role("link", name="Only trouble").click()
    expect(page.locator("#only-trouble")).to_have_attribute("aria-current", "true")
    expect(lanes).not_to_have_count(len(physics_class.truth()))
    page.get_by_role("link", name="Table view").click()
    expect(page.locator("#intervals")).to_be_visible()
    assert {"sort=talk", "trouble=1", "view=table"} <= set(page.url.split("?")[1].split("&"))
    page.reload()
    expect(page.locator("#intervals")).to_be_visible()


def test_a_thin_lane_says_whose_it_is_and_opens(visit: Visit, ikram: User, physics: Room) -> None:
    told = played.over(SCENARIOS["lecture"](3, people=120), physics)
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{told.id}/")
    block = page.locator(".tl-thin > svg").last
    block.scroll_into_view_if_needed()
    place = block.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + 10)
    tip = page.locator(".tl-tip")
    expect(tip).to_be_visible()
    name = tip.inner_text().rsplit(", ", 1)[0]
    assert name in {who.name for who in told.truth().values()}
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + 10)
    expect(page.get_by_role("dialog")).to_contain_text(name)
    assert "person=" in page.url
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator("#brush-in")).not_to_have_attribute("width", "100%")


def test_the_export_is_a_file_with_everybody(visit: Visit, ikram: User, physics_class: played.Played) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{physics_class.id}/?q=lukasz")
    with page.expect_download() as begun:
        page.get_by_role("link", name="CSV").last.click()
    file = begun.value
    assert file.suggested_filename.startswith("year-9-physics-group-b_")
    rows = list(csv.DictReader(io.StringIO(Path(file.path()).read_text())))
    assert {line["user_id"] for line in rows} == set(physics_class.truth())
    assert "'=SUM(A1)" in {line["name"] for line in rows}


def test_without_scripts_every_link_still_leads_there(visit: Visit, ikram: User, physics_class: played.Played) -> None:
    visitor = visit(ikram, scripts=False)
    page = visitor.page
    visitor.open(f"/sessions/{physics_class.id}/")
    page.locator(".moment", has_text="cut off").first.click()
    expect(page.locator("#card")).to_contain_text("Not connected: network drop")
    page.locator("#card-close").click()
    expect(page.locator("#card")).to_have_count(0)
    page.get_by_label("Find a person").fill("lukasz")
    page.get_by_label("Find a person").press("Enter")
    expect(page.locator(".tl-row[data-key]")).to_have_count(1)
    page.locator("#people tbody", has_text="Wanjiru Kamau").locator('td[data-l="Mic"] a').click()
    expect(page.locator(".sum h3").first).to_contain_text("Microphone open")
    expect(page.locator(".tl-row[data-key]")).to_have_count(1)  # the search stayed


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_a_running_class_changes_before_ones_eyes(visit: Visit, ikram: User, physics: Room, screen: str) -> None:
    script = SCENARIOS["class"](9, people=8, duration=3000, incidents=["drop"])
    told = played.begun(script, physics, ago=timedelta(minutes=30))
    told.tell(timezone.now() - timedelta(minutes=29, seconds=30))
    visitor = visit(ikram, screen)
    page = visitor.page
    visitor.open(f"/sessions/{told.id}/")
    lanes = page.locator(".tl-row[data-key]")
    few = told.row.peers.count()
    expect(lanes).to_have_count(few)
    first = lanes.first.get_attribute("id")
    page.locator(".tl-who").nth(2).focus()
    focused = page.evaluate("document.activeElement.id")
    stamp = page.locator("#asof").inner_text()

    told.tell(timezone.now())
    many = len({peer.user_id or peer.pk for peer in told.row.peers.all()})
    assert many > few
    expect(lanes).to_have_count(many)
    expect(page.locator("#facts")).to_contain_text(str(many))
    expect(page.locator("#asof")).not_to_have_text(stamp)
    assert lanes.first.get_attribute("id") == first
    assert page.evaluate("document.activeElement.id") == focused
    expect(page.locator('#people tbody:has-text("still in")').first).to_be_visible()


def test_the_end_of_a_class_makes_the_page_final(visit: Visit, ikram: User, physics: Room) -> None:
    script = SCENARIOS["class"](9, people=4, duration=600, incidents=[])
    told = played.begun(script, physics, ago=timedelta(minutes=9))
    told.tell(timezone.now())
    visitor = visit(ikram)
    page = visitor.page
    visitor.open(f"/sessions/{told.id}/")
    expect(page.locator("#head-sub")).to_contain_text("Live")
    told.tell()
    told.pulled(final=True)
    expect(page.locator("#asof")).to_contain_text("final")
    expect(page.locator("#facts")).to_contain_text("Complete")
    expect(page.locator("#head-sub")).not_to_contain_text("Live")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(6_000)
    assert [url for url in asked if "/live/" in url] == []


LONG_ARABIC = "فاطمة الزهراء بنت محمد بن عبد الله بن إبراهيم السكندري القاهري المغربي"
# Places where the first letter of this name lies outside of what shows the name.
BEGINNING_CUT = """name => [...document.querySelectorAll("bdi")]
    .filter((bdi) => bdi.textContent === name && bdi.getBoundingClientRect().width > 1)
    .filter((bdi) => {
        const first = document.createRange();
        first.setStart(bdi.firstChild, 0);
        first.setEnd(bdi.firstChild, 1);
        const letter = first.getBoundingClientRect();
        const box = bdi.closest("td, .tl-who, h1, a").getBoundingClientRect();
        return letter.left < box.left - 1 || letter.right > box.right + 1;
    })
    .map((bdi) => bdi.parentElement.outerHTML)"""


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_a_long_name_written_from_right_to_left_keeps_its_beginning(
    visit: Visit, ikram: User, physics: Room, screen: str
) -> None:
    physics.name = LONG_ARABIC
    physics.save()
    held = classes.session(physics, pupils=[classes.Pupil(LONG_ARABIC, "fatima")])
    visitor = visit(ikram, screen)
    for path in (f"/sessions/{held.pk}/", f"/sessions/{held.pk}/?view=table", "/sessions/", "/people/"):
        visitor.open(path)

        assert visitor.page.evaluate("name => document.body.innerText.includes(name)", LONG_ARABIC), path
        assert visitor.page.evaluate(BEGINNING_CUT, LONG_ARABIC) == [], path


# Figures that do not fit where they stand.
CUT_FIGURES = """() => [...document.querySelectorAll("td.n, dd, .sum td, .sum th")]
    .filter((cell) => cell.checkVisibility())
    .filter((cell) => cell.scrollWidth > cell.clientWidth + 1 || cell.getBoundingClientRect().right > innerWidth)
    .map((cell) => cell.textContent)"""


def test_every_length_is_whole_on_a_phone(visit: Visit, ikram: User, physics: Room) -> None:
    held = classes.session(physics, length=timedelta(hours=1, minutes=48, seconds=37))
    begun = held.started_at
    assert begun is not None
    other = classes.stay(held, classes.ADA, begun + timedelta(minutes=1), begun + timedelta(minutes=104, seconds=27))
    held.peers.update(device="Android 14 samsung SM-S928B Galaxy S24 Ultra")
    micros = instants.from_datetime(begun)
    held.tracks.update(on=[[micros, micros + 100 * instants.MINUTE]])
    visitor = visit(ikram, "phone")
    for figure in ("present", "mic"):
        visitor.open(f"/sessions/{held.pk}/?open=ada&figure={figure}")

        expect(visitor.page.locator(".sum tbody tr")).to_have_count(2)
        assert visitor.page.evaluate(CUT_FIGURES) == []

    visitor.open(f"/sessions/{held.pk}/peers/{other.pk}/")

    expect(visitor.page.get_by_text("1 h 38 min 59 s").or_(visitor.page.get_by_text("1 h 39 min 00 s"))).to_be_visible()
    assert visitor.page.evaluate(CUT_FIGURES) == []
