"""A visitor of the demo's pages, as `bin/demo --check` sends one: over HTTP, knowing only what a person sees."""

import csv
import html
import http.cookiejar
import io
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

TIMEOUT = 20
"""Seconds one page may take."""

READY_WITHIN = 40
"""Seconds within which everything must say that it is well."""

CHANGE_WITHIN = 60
"""Seconds within which a class that is going on must have changed on its page."""

Say = Callable[[str], None]


class Disappointed(Exception):
    """A page does not show what it should; the words say which and what."""


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are followed only when asked for: a visitor wants to see them."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


@dataclass
class Visitor:
    """One person's browser. `url` is the address that the demo printed."""

    url: str
    cookies: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def open(self, path: str, form: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Status and text of a page; a redirect's text is where it leads. Raises OSError when nobody answers."""
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies), _Stay()
        )
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        try:
            with opener.open(urllib.parse.urljoin(self.url, path), data, timeout=TIMEOUT) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.headers.get("Location") or refusal.read().decode(errors="replace")

    def read(self, path: str) -> str:
        """A page that must be there."""
        status, text = self.open(path)
        if status != 200:
            raise Disappointed(f"{path} answers {status}: {_plain(text)[:300]}")
        return text

    def is_answered(self) -> bool:
        """Does the web server answer at all?"""
        try:
            return self.open("/healthz")[0] == 200
        except OSError:
            return False

    def sign_in(self, name: str, password: str) -> None:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.read("/accounts/login/"))
        if token is None:
            raise Disappointed("the sign-in page has no form")
        form = {"csrfmiddlewaretoken": token[1], "username": name, "password": password}
        status, text = self.open("/accounts/login/", form)
        if status != 302:
            raise Disappointed(f"{name} cannot sign in ({status}): {_plain(text)[:300]}")

    def sessions(self, query: str) -> list[str]:
        """The ids of the sessions that a list shows, in its order."""
        return list(dict.fromkeys(re.findall(r'href="/sessions/([0-9A-Za-z_-]+)/', self.read(f"/sessions/{query}"))))

    def people(self, session: str) -> list[dict[str, str]]:
        """The rows of a session's exported activity."""
        return list(csv.DictReader(io.StringIO(self.read(f"/sessions/{session}/activity.csv").lstrip("\ufeff"))))


def visit(url: str, logins: Mapping[str, str], say: Say) -> None:
    """Look at the demo as each of `logins`, the teacher last. Raises `Disappointed`."""
    stranger = Visitor(url)
    _wait_until_ready(stranger, say)
    if stranger.open("/sessions/")[0] != 302:
        raise Disappointed("/sessions/ is open to people who have not signed in")
    seen: dict[str, int] = {}
    for name, password in logins.items():
        visitor = Visitor(url)
        visitor.sign_in(name, password)
        visitor.read("/")
        seen[name] = len(_look_at_ended(visitor, name, say))
        _look_at_live(visitor, name, say)
    ops, *_ = logins
    operator = Visitor(url)
    operator.sign_in(ops, logins[ops])
    for page in ("/rooms/", "/deliveries/"):
        operator.read(page)
        say(f"  {ops} opens {page}")


def _wait_until_ready(visitor: Visitor, say: Say) -> None:
    """Database, broker, worker and beat; the last two show themselves by beat's first tick."""
    end = time.monotonic() + READY_WITHIN
    while (answer := visitor.open("/readyz"))[0] != 200:
        if time.monotonic() > end:
            raise Disappointed(f"/readyz still answers {answer[0]} after {READY_WITHIN} s: {answer[1][:500]}")
        time.sleep(0.5)
    say("  /readyz: web server, database, broker, worker and beat are well")


def _look_at_ended(visitor: Visitor, name: str, say: Say) -> list[str]:
    ended = visitor.sessions("?state=ended")
    if not ended:
        raise Disappointed(f"{name} sees no session that is over")
    page = _plain(visitor.read(f"/sessions/{ended[0]}/"))
    people = visitor.people(ended[0])
    absent = [row["name"] for row in people if row["name"] not in page]
    if not people or absent:
        raise Disappointed(f"the page of session {ended[0]} lacks {', '.join(absent) or 'people'}")
    say(f"  {name} sees {len(ended)} sessions that are over, and the {len(people)} people of {ended[0]}")
    return ended


def _look_at_live(visitor: Visitor, name: str, say: Say) -> None:
    live = visitor.sessions("?state=live")
    if not live:
        raise Disappointed(f"{name} sees no session that is going on")
    before = visitor.people(live[0])
    end = time.monotonic() + CHANGE_WITHIN
    while (after := visitor.people(live[0])) == before:
        if time.monotonic() > end:
            raise Disappointed(f"session {live[0]} is going on, but in {CHANGE_WITHIN} s nothing changed on its page")
        time.sleep(1)
    visitor.read(f"/sessions/{live[0]}/")
    say(f"  {name} watches {live[0]} change: {len(after)} people so far")


def _plain(page: str) -> str:
    """A page's words, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
