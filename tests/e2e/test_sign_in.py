"""Through the door: a second factor set up and used in a real browser, and pages that fit and can be used by all."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PASSWORD = "pass-word-1"
EVERYWHERE = pytest.mark.parametrize(
    ("screen", "theme"), [("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark")]
)


def shown(secret: str, steps: int = 0) -> str:
    """What an app shows now, or that many half minutes later.

    Never one of before: it passes now, and no more when the half minute ends on its way. One of the next half minute
    passes at both times, and is newer than all that were shown.
    """
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def by_form(page: Page, name: str) -> None:
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def secret_on(page: Page) -> str:
    return "".join(page.locator(".by-hand").inner_text().split())


def faults(visitor: Visitor) -> list[str]:
    page = visitor.page
    where = page.url.removeprefix(visitor.base)
    found = [f"{where} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]]
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*found, f"{where} is {wider} px too wide"] if wider > 0 else found


def test_a_second_factor_is_set_up_and_signs_in(visit: Visit, ikram: User) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/accounts/login/")
    by_form(page, "ikram")
    page.locator(".nav-foot summary").click()
    page.get_by_role("link", name="Your account").locator("visible=true").click()
    page.get_by_role("link", name="Set up").click()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()
    secret = secret_on(page)

    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(shown(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("The second factor is on.")).to_be_visible()
    expect(page.locator(".recovery li")).to_have_count(10)
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    codes = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert codes == page.locator(".recovery li").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator(".recovery")).to_have_count(0)

    page.locator(".nav-foot summary").click()
    page.get_by_role("button", name="Sign out").locator("visible=true").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()  # to a page that is not kept: the browser asks anew and is sent to the door
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next="))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    by_form(page, "ikram")
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    page.get_by_label("Code").fill(shown(secret, 1))  # that of now may have been used to set it up
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".nav-foot .who")).to_contain_text("Ikram Benali")


@EVERYWHERE
def test_the_door_and_the_account_are_accessible_and_fit(
    screen: str, theme: str, visit: Visit, wanjiru: User, mallory: User
) -> None:
    visitor = visit(wanjiru, screen, theme)
    page = visitor.page
    found: list[str] = []
    for path in ("/accounts/", "/accounts/password/", "/accounts/second-factor/"):
        visitor.open(path)
        found += faults(visitor)
    secret = secret_on(page)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(shown(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".recovery li")).to_have_count(10)
    found += faults(visitor)
    for path in ("/accounts/", "/accounts/second-factor/codes/", "/accounts/second-factor/off/"):
        visitor.open(path)
        found += faults(visitor)
    page.context.clear_cookies()
    for path in (
        "/accounts/password/forgotten/",
        "/accounts/password/sent/",
        "/accounts/password/new/MQ/none/",
        "/accounts/password/set/",
    ):
        visitor.open(path)
        found += faults(visitor)
    visitor.open("/accounts/login/")
    by_form(page, "wanjiru")
    expect(page.get_by_label("Code")).to_be_focused()
    found += faults(visitor)
    for _ in range(5):
        page.get_by_label("Code").fill("000000")
        with page.expect_navigation():  # the next one is typed into the next page
            page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name=re.compile("Locked for 1"))).to_be_visible()
    found += faults(visitor)
    visitor.sign_in(mallory)
    visitor.open("/rooms/")
    expect(page.get_by_role("heading", name="Nobody has given you a place here yet")).to_be_visible()
    found += faults(visitor)
    visitor.complaints[:] = [said for said in visitor.complaints if "429" not in said and "404" not in said]

    assert found == []


def test_an_untouched_live_page_says_so_when_it_asks(visit: Visit, wanjiru: User) -> None:
    visitor = visit(wanjiru)
    page = visitor.page
    visitor.open("/")
    said = []
    for touch in (False, False, True):
        if touch:
            page.mouse.move(200, 300)
        with page.expect_request(lambda request: "hx-request" in request.headers) as asked:
            pass
        said.append("x-unattended" in asked.value.headers)

    assert said == [False, True, False]
