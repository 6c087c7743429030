"""How long a sign-in lasts on a machine that others use too, and what it leaves behind there."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as project
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from rooms.models import Room
from tests.dashboard import classes

PASSWORD = "pass-word-1"
MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
POLL = {"HX-Request": "true", "HX-Target": "home"}
UNATTENDED = {**POLL, "X-Unattended": "1"}


def signed_in(client: Client) -> Client:
    client.post("/accounts/login/", {"username": "wanjiru", "password": PASSWORD})
    assert client.get("/").status_code == 200
    return client


def test_a_sign_in_ends_with_the_browser(client: Client, wanjiru: User) -> None:
    cookie = signed_in(client).cookies[project.SESSION_COOKIE_NAME]

    assert cookie["max-age"] == ""
    assert cookie["expires"] == ""


def test_cookies_are_kept_from_scripts_and_from_other_sites(client: Client, wanjiru: User, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client.get("/accounts/login/", secure=True)
    client.post("/accounts/login/", {"username": "wanjiru", "password": PASSWORD}, secure=True)

    for name in (project.SESSION_COOKIE_NAME, project.CSRF_COOKIE_NAME):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True), name


def test_secure_cookies_go_with_https() -> None:
    assert project.SESSION_COOKIE_SECURE is project.CSRF_COOKIE_SECURE is project.HTTPS


def test_a_page_that_nobody_touches_is_signed_out(client: Client, wanjiru: User) -> None:
    with time_machine.travel(MORNING, tick=False) as now:
        signed_in(client)
        now.shift(timedelta(minutes=59))
        assert client.get("/").status_code == 200
        now.shift(timedelta(minutes=60))

        answer = client.get("/people/?q=ada")
        door = client.get(answer.headers["Location"]).content.decode()

    assert answer.headers["Location"] == "/accounts/login/?next=/people/%3Fq%3Dada"
    assert "You were signed out after 60 minutes without use." in door
    assert 'value="/people/?q=ada"' in door


def test_asking_for_news_does_not_keep_an_unattended_page_alive(client: Client, wanjiru: User) -> None:
    with time_machine.travel(MORNING, tick=False) as now:
        signed_in(client)
        for _ in range(5):
            now.shift(timedelta(minutes=10))
            assert client.get("/", headers=UNATTENDED).status_code == 200
            assert client.get("/", headers=UNATTENDED).content
        now.shift(timedelta(minutes=10))

        answer = client.get("/", headers=UNATTENDED)

    assert (answer.content, answer.headers["HX-Refresh"]) == (b"", "true")


def test_somebody_who_reads_a_live_page_stays_signed_in(client: Client, wanjiru: User) -> None:
    with time_machine.travel(MORNING, tick=False) as now:
        signed_in(client)
        for _ in range(5):
            now.shift(timedelta(minutes=50))
            assert client.get("/", headers=UNATTENDED).content
            assert client.get("/", headers=POLL).content


def test_a_sign_in_lasts_half_a_day_at_most(client: Client, wanjiru: User) -> None:
    with time_machine.travel(MORNING, tick=False) as now:
        signed_in(client)
        for _ in range(23):
            now.shift(timedelta(minutes=30))
            assert client.get("/").status_code == 200
        now.shift(timedelta(minutes=30))

        answer = client.get("/", follow=True)

    assert "A sign-in lasts 12 hours." in answer.content.decode()


def test_what_has_run_out_is_gone_from_the_server_too(client: Client, wanjiru: User) -> None:
    with time_machine.travel(MORNING, tick=False) as now:
        key = signed_in(client).session.session_key
        now.shift(timedelta(hours=2))
        client.get("/")

    assert not Session.objects.filter(session_key=key).exists()


def test_both_limits_are_settings(client: Client, wanjiru: User, settings: Settings) -> None:
    settings.SESSION_IDLE_MINUTES = 5
    with time_machine.travel(MORNING, tick=False) as now:
        signed_in(client)
        now.shift(timedelta(minutes=5))

        assert client.get("/").status_code == 302


def test_a_session_of_before_these_limits_has_ended(teacher: Client) -> None:
    session = teacher.session
    del session["signed_in_at"], session["touched_at"]
    session.save()

    assert teacher.get("/").status_code == 302


def test_reading_on_writes_to_the_database_once_a_minute(client: Client, wanjiru: User) -> None:
    with time_machine.travel(MORNING, tick=False) as now:
        signed_in(client)
        written = [client.session["touched_at"]]
        for seconds in (30, 20, 10, 30):
            now.shift(timedelta(seconds=seconds))
            client.get("/")
            written.append(client.session["touched_at"])

    assert [after - written[0] for after in written] == [0, 0, 0, 60, 60]


def test_back_after_signing_out_shows_nothing(teacher: Client, ops: Client, physics: Room) -> None:
    held = classes.session(physics)

    for url in ("/", "/sessions/", f"/sessions/{held.pk}/", "/people.csv", "/accounts/", "/nothing/"):
        control = teacher.get(url).headers["Cache-Control"]
        assert "no-store" in control, url
        assert "private" in control, url
    assert "no-store" in ops.get("/admin/").headers["Cache-Control"]
    assert "no-store" in teacher.post("/accounts/logout/").headers["Cache-Control"]


def test_signing_out_leaves_nothing_behind(client: Client, wanjiru: User) -> None:
    key = signed_in(client).session.session_key

    client.post("/accounts/logout/")

    assert not Session.objects.filter(session_key=key).exists()
    assert client.cookies[project.SESSION_COOKIE_NAME].value == ""


def test_who_signs_in_gets_a_new_session(client: Client, wanjiru: User) -> None:
    session = client.session
    session["before"] = True
    session.save()
    before = str(session.session_key)
    client.cookies[project.SESSION_COOKIE_NAME] = before

    signed_in(client)

    assert client.cookies[project.SESSION_COOKIE_NAME].value != before


TEMPLATES = sorted((Path(project.BASE_DIR) / "templates").rglob("*.html"))


def test_every_part_that_asks_by_itself_is_known_as_live() -> None:
    """`data-live` is what makes static/js/frame.js tell whether anybody is there."""
    asking = [
        (template.name, tag)
        for template in TEMPLATES
        for tag in re.findall(r"<[a-z][^>]*hx-trigger=\"[^\"]*(?:every|load delay)[^>]*>", template.read_text())
    ]

    assert asking
    assert [name for name, tag in asking if "data-live" not in tag] == []


@pytest.mark.parametrize("url", ["/", "/admin/"])
def test_the_anonymous_get_no_session(url: str, client: Client, db: None) -> None:
    client.get(url)

    assert project.SESSION_COOKIE_NAME not in client.cookies
