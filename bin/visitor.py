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

READ_WITHIN = 40
"""Seconds within which the worker must have read the webhooks of last week."""

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
            raise Disappointed(f"{path} answers {status}: {plain(text)[:300]}")
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
            raise Disappointed(f"{name} cannot sign in ({status}): {plain(text)[:300]}")

    def sessions(self, query: str) -> list[str]:
        """The ids of the sessions that a list shows, in its order."""
        return list(dict.fromkeys(re.findall(r'href="/sessions/([0-9A-Za-z_-]+)/', self.read(f"/sessions/{query}"))))

    def people(self, session: str) -> list[dict[str, str]]:
        """The rows of a session's exported activity."""
        return list(csv.DictReader(io.StringIO(self.read(f"/sessions/{session}/activity.csv").lstrip("\ufeff"))))


def visit(url: str, ops: tuple[str, str], teacher: tuple[str, str], say: Say) -> tuple[Visitor, Visitor]:
    """Look at what happened as a stranger, as ops and as the teacher; both signed in. Raises `Disappointed`."""
    stranger = Visitor(url)
    signed_in = []
    _wait_until_ready(stranger, say)
    if stranger.open("/sessions/")[0] != 302:
        raise Disappointed("/sessions/ is open to people who have not signed in")
    for name, password in (ops, teacher):
        visitor = Visitor(url)
        visitor.sign_in(name, password)
        signed_in.append(visitor)
        visitor.read("/")
        many, people = _look_at(visitor, "ended")
        say(f"  {name} sees {many} sessions that are over, and the {people} people of the last one")
        if name == ops[0]:
            visitor.read("/rooms/")
            wait_until_read(visitor)
            dropped = visitor.sessions("?trouble=drops")
            if not dropped:
                raise Disappointed("no session is listed in which somebody's network dropped")
            say(f"  {name} sees every webhook read, and {len(dropped)} sessions with network drops")
    many, people = _look_at(visitor, "live")
    live = visitor.sessions("?state=live")[0]
    before, after = _voices(visitor, live)
    say(f"  {name} sees {many} sessions going on, {people} people in one; it went from {before} voices to {after}")
    return signed_in[0], signed_in[1]


def _wait_until_ready(visitor: Visitor, say: Say) -> None:
    """Database, broker, worker and beat; the last two show themselves by beat's first tick."""
    end = time.monotonic() + READY_WITHIN
    while (answer := visitor.open("/readyz"))[0] != 200:
        if time.monotonic() > end:
            raise Disappointed(f"/readyz still answers {answer[0]} after {READY_WITHIN} s: {answer[1][:500]}")
        time.sleep(0.5)
    say("  /readyz: web server, database, broker, worker and beat are well")


def wait_until_read(visitor: Visitor) -> None:
    """Until the list of deliveries, which ops alone see, has some and none of them waits."""
    end = time.monotonic() + READ_WITHIN
    while "/deliveries/" in _rows(visitor.read("/deliveries/?state=pending")):
        if time.monotonic() > end:
            raise Disappointed(f"after {READ_WITHIN} s webhooks still wait to be read")
        time.sleep(1)
    if "/deliveries/" not in _rows(visitor.read("/deliveries/")):
        raise Disappointed("no webhook has arrived")


def _rows(page: str) -> str:
    """The body of a page's table."""
    return "".join(re.findall(r"<tbody.*?</tbody>", page, re.DOTALL))


def _look_at(visitor: Visitor, state: str) -> tuple[int, int]:
    """How many such sessions are listed, and how many people are on the page of the first: all of its export."""
    listed = visitor.sessions(f"?state={state}")
    if not listed:
        raise Disappointed(f"no session is listed under /sessions/?state={state}")
    page = plain(visitor.read(f"/sessions/{listed[0]}/"))
    people = visitor.people(listed[0])
    # An export puts an apostrophe before a name that a spreadsheet would take for a formula, such as a phone number.
    absent = [row["name"] for row in people if row["name"].removeprefix("'") not in page]
    if not people or absent:
        raise Disappointed(f"the page of session {listed[0]} lacks {', '.join(absent) or 'people'}")
    return len(listed), len(people)


def _voices(visitor: Visitor, session: str) -> tuple[int, int]:
    """Watch a class until other microphones are on than before; how many were on, before and after.

    The clock alone makes figures grow. Whose grow, only new events change.
    """
    end = time.monotonic() + CHANGE_WITHIN
    heard: set[str] | None = None
    before = _microphones(visitor, session)
    while time.monotonic() < end:
        time.sleep(2)
        after = _microphones(visitor, session)
        growing = {who for who, seconds in after.items() if seconds > before.get(who, 0.0)}
        if heard is not None and growing != heard:
            return len(heard), len(growing)
        heard, before = growing, after
    raise Disappointed(f"session {session} is going on, but in {CHANGE_WITHIN} s nothing new was heard of it")


def _microphones(visitor: Visitor, session: str) -> dict[str, float]:
    return {row["user_id"]: float(row["mic_on_seconds"]) for row in visitor.people(session)}


def plain(page: str) -> str:
    """A page's words, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
