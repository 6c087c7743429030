"""A real Chromium against the running product. Without one the tests are skipped and say so."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from dashboard.timezones import COOKIE

# No sandbox as root, no network of the browser's own.
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ZONE = "Africa/Nairobi"
# Milliseconds that a page may take for what is awaited: generous, for pages ask again every few seconds, on busy
# machines too.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
SCREENS = {"desk": (1440, 900), "phone": (390, 844)}
# Before the scripts of a page have run, a press is that of a plain link or form; so it is in a part just swapped, until
# htmx has looked through it. People are slower than that, a test on a busy machine is not: nothing can be pressed so
# early, and Playwright waits. Keys and fields are not held up: see `settled`.
NOT_TOO_EARLY = """
const [waiting, sheet] = ["* { pointer-events: none !important; }", new CSSStyleSheet()];
const settling = ".htmx-settling, .htmx-settling * { pointer-events: none !important; }";
sheet.replaceSync(document.readyState === "loading" ? waiting : settling);
document.adoptedStyleSheets = [sheet];
document.addEventListener("DOMContentLoaded", () => sheet.replaceSync(settling));
"""


@pytest.fixture(scope="package")
def browser(django_db_setup: None) -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine")
    # Playwright's synchronous driver leaves a loop running in this thread. Django then refuses the database, unless
    # told otherwise, and gives the thread another connection, which must know what the database held to begin with.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    beginning = connection._test_serialized_contents  # type: ignore[attr-defined]
    with sync_playwright() as driver:
        connection._test_serialized_contents = beginning  # type: ignore[attr-defined]
        chromium = driver.chromium.launch(executable_path=path, args=ARGS)
        yield chromium
        chromium.close()
        connection.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package", autouse=True)
def nothing_of_others(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Empty tables: these tests fill them with what the database held to begin with.

    Another test with transactions of its own, in the same run of pytest, leaves content types and permissions that
    Django has made anew, under other numbers.
    """
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False, inhibit_post_migrate=True)
        ContentType.objects.clear_cache()


@dataclass
class Visitor:
    """Somebody at a screen. `complaints` are what the browser had to say: errors, refused styles and scripts."""

    page: Page
    base: str
    complaints: list[str]

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def sign_in(self, user: User) -> None:
        """With a cookie, as somebody who was here before; one test goes through the form."""
        client = Client()
        client.force_login(user)
        morsel = client.cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies([{"name": morsel.key, "value": morsel.value, "url": self.base}])


Visit = Callable[..., Visitor]


def settled(page: Page) -> None:
    """Wait until the scripts have run, and htmx has done with what it swapped: it gives the focus once more at its end.

    For what follows by keys, by a field that a script listens to, or by a pointer that aims at a place.
    """
    page.wait_for_load_state()
    expect(page.locator(".htmx-settling")).to_have_count(0)


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer) -> Iterator[Visit]:
    """Opens a browser window: `visit(ikram, "phone", "dark")`. Fails the test when the browser complained."""
    visitors: list[Visitor] = []

    def begin(user: User | None = None, screen: str = "desk", theme: str = "light", *, scripts: bool = True) -> Visitor:
        width, height = SCREENS[screen]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            timezone_id=ZONE,
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        context.add_cookies([{"name": COOKIE, "value": ZONE, "url": live_server.url}])
        if scripts:
            context.add_init_script(NOT_TOO_EARLY)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        visitor = Visitor(page, live_server.url, [])
        page.on("console", lambda said: visitor.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        visitors.append(visitor)
        if user is not None:
            visitor.sign_in(user)
        return visitor

    yield begin
    for visitor in visitors:
        if not visitor.page.is_closed() and visitor.page.locator("[data-viewing-url]").count():
            # A player says its last word when its page goes: it must come while there is a database to take it.
            visitor.page.goto("about:blank")
            visitor.page.wait_for_timeout(300)
        visitor.page.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
