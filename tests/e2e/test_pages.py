"""Everyday ways through the lists and home, in a real browser."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from dashboard.timezones import COOKIE
from rooms.models import Room
from tests.dashboard import classes
from tests.dashboard.classes import Pupil
from tests.e2e.conftest import ZONE, Visit
from webhooks.models import Delivery

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

NAMES = ["<b>x</b>", "=SUM(A1)", "🧪", "N" * 200, "فاطمة", "Łukasz"]
EVERYWHERE = pytest.mark.parametrize(
    ("screen", "theme"), [("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark")]
)


@pytest.fixture
def school(physics: Room, chemistry: Room) -> None:
    """Two rooms and some with trying names, classes before and now, trouble of every kind."""
    pupils = [Pupil(name, f"user-{number}", dropped=number % 3 == 0) for number, name in enumerate(NAMES)]
    for number in range(28):
        classes.session(physics, ago=timedelta(hours=5 * number + 2), pupils=pupils[:3], failures=number % 2)
    for name in NAMES:
        classes.session(classes.room(name), pupils=pupils)
    classes.session(chemistry, ago=timedelta(minutes=9), length=None, pupils=pupils, failures=2)
    classes.delivery(Delivery.State.DEAD, error="body: not JSON " + "x" * 300)
    classes.delivery(Delivery.State.FAILED)
    for _ in range(30):
        classes.delivery(room_id=physics.pk)


@EVERYWHERE
def test_every_page_is_accessible_and_fits_the_screen(
    screen: str, theme: str, visit: Visit, ikram: User, physics: Room, school: None
) -> None:
    visitor = visit(ikram, screen, theme)
    page = visitor.page
    held = physics.sessions.first()
    assert held is not None
    delivery = Delivery.objects.filter(state=Delivery.State.DEAD).get()
    found: list[str] = []
    for path in (
        "/",
        "/rooms/",
        f"/rooms/{physics.pk}/",
        "/sessions/?trouble=any",
        "/sessions/?q=nothing&state=live",
        f"/sessions/{held.pk}/peers/{held.peers.all()[0].pk}/",
        "/people/",
        "/people/user-3/",
        "/search/?q=user",
        "/deliveries/",
        f"/deliveries/{delivery.pk}/",
        "/accounts/password/",
    ):
        visitor.open(path)
        found += [
            f"{path} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]
        ]
        wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wider > 0:
            found.append(f"{path} is {wider} px too wide")

    assert found == []


@EVERYWHERE
def test_the_door_is_accessible(screen: str, theme: str, visit: Visit, db: None) -> None:
    visitor = visit(None, screen, theme)

    visitor.open("/accounts/login/")

    assert Axe().run(visitor.page).response["violations"] == []


def test_typing_narrows_the_list_and_the_address_follows(visit: Visit, ikram: User, school: None) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/sessions/")

    page.get_by_role("searchbox", name="Search sessions").press_sequentially("chemistry")

    expect(page.locator("#count")).to_have_text("1")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/sessions/\?q=chemistry$"))
    expect(page.get_by_role("searchbox", name="Search sessions")).to_be_focused()
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_filters_are_added_dropped_and_gone_back_over(visit: Visit, ikram: User, school: None) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/sessions/")

    page.locator("summary", has_text="Trouble").click()
    page.get_by_role("link", name="failures", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?trouble=failures$"))
    expect(page.locator(".chip.is-on")).to_have_count(1)  # the address is ahead of the list and its menus
    page.locator("summary", has_text="Date").click()
    page.get_by_label("Since").fill(f"{timezone.localdate() - timedelta(days=1):%Y-%m-%d}")
    page.get_by_role("button", name="Show").locator("visible=true").click()
    expect(page).to_have_url(re.compile(r"since=.*&trouble=failures$"))
    expect(page.locator(".chip.is-on")).to_have_count(2)

    page.go_back()
    expect(page.locator(".chip.is-on")).to_have_count(1)
    page.get_by_role("link", name="Drop the filter Trouble: failures").click()
    expect(page).to_have_url(re.compile(r"/sessions/$"))
    expect(page.locator("#count")).to_have_text("35")


def test_a_list_works_without_scripts(visit: Visit, ikram: User, school: None) -> None:
    visitor = visit(ikram, scripts=False)
    page = visitor.page
    visitor.open("/sessions/?trouble=failures")

    page.get_by_role("link", name="People", exact=True).last.click()
    expect(page).to_have_url(re.compile(r"trouble=failures&sort=-people$"))
    page.get_by_role("searchbox", name="Search sessions").fill("chem")
    page.get_by_role("searchbox", name="Search sessions").press("Enter")

    expect(page).to_have_url(re.compile(r"\?q=chem&trouble=failures&sort=-people$"))
    expect(page.locator("tbody tr")).to_have_count(1)


def test_home_follows_a_class_that_begins(visit: Visit, wanjiru: User, physics: Room) -> None:
    visitor = visit(wanjiru)
    page = visitor.page
    visitor.open("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("No room is live")
    before = page.locator("#asof time").text_content()

    classes.session(physics, ago=timedelta(minutes=1), length=None, pupils=[Pupil(), Pupil("Mei", "mei")])

    expect(page.get_by_role("heading", level=1)).to_have_text("1 room live, 2 people")
    expect(page.locator("#asof time")).not_to_have_text(before or "")


def test_a_live_page_says_when_it_no_longer_hears_from_us(visit: Visit, wanjiru: User, physics: Room) -> None:
    visitor = visit(wanjiru)
    page = visitor.page
    visitor.open("/")
    page.route("**/", lambda route: route.abort())

    expect(page.locator("#asof")).to_contain_text("late, as of")

    page.unroute("**/")
    expect(page.locator("#asof")).not_to_contain_text("late")
    # The browser's and htmx's own words for the cut connection: the last of them may come after the page's.
    cut_off = [said for said in visitor.complaints if "ERR_FAILED" in said or said.startswith("htmx:")]
    assert [said for said in visitor.complaints if said not in cut_off] == []
    visitor.complaints.clear()


def test_the_theme_stays_as_chosen(visit: Visit, ikram: User) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/")
    toggle = page.get_by_role("button", name=re.compile("^Theme"))

    toggle.click()
    toggle.click()

    expect(toggle).to_have_accessible_name("Theme: dark")
    visitor.open("/people/")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 21, 19)"


def test_the_browser_tells_its_time_zone_once(visit: Visit, ikram: User) -> None:
    visitor = visit(ikram)
    page = visitor.page
    page.context.clear_cookies(name=COOKIE)

    visitor.open("/")

    expect(page.locator(".head-sub")).to_contain_text("Nairobi time (EAT, UTC+3)")
    assert {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}[COOKIE] == ZONE


def test_the_keyboard_finds_search_menus_and_the_content(visit: Visit, ikram: User) -> None:
    visitor = visit(ikram)
    page = visitor.page
    visitor.open("/people/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#top-search")).to_be_focused()
    account = page.locator(".nav-foot summary")
    account.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out").first).not_to_be_visible()
    expect(account).to_be_focused()


@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_no_way_out_of_home_is_a_dead_end(screen: str, visit: Visit, ikram: User, school: None) -> None:
    visitor = visit(ikram, screen)
    page = visitor.page
    visitor.open("/")

    for address in page.evaluate("[...new Set([...document.links].map((link) => link.href.split('#')[0]))]"):
        assert page.request.get(address).status == 200, address


def test_a_dead_delivery_is_read_again_from_the_phone(visit: Visit, ikram: User, school: None) -> None:
    visitor = visit(ikram, "phone")
    page = visitor.page
    visitor.open("/deliveries/?state=dead")

    page.get_by_role("button", name="Read 1 dead again").click()

    expect(page.get_by_text("1 delivery will be read again in a moment.")).to_be_visible()
