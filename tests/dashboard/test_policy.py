"""The content security policy: strict on our pages, wider on the admin's alone."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from rooms.models import Room
from tests.dashboard import classes

UNSAFE = {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}


def policy(client: Client, url: str) -> dict[str, set[str]]:
    """The sources of each directive; they come in any order."""
    words = [directive.split() for directive in client.get(url).headers["Content-Security-Policy"].split(";")]
    return {name: set(sources) for name, *sources in words}


def unsafe(policy: dict[str, set[str]]) -> set[str]:
    """What lets in more than our own files; pictures alone may be written into a page."""
    return set().union(*policy.values()) & UNSAFE | {name for name, its in policy.items() if "data:" in its} - {
        "img-src"
    }


@pytest.mark.parametrize(
    "url",
    ["/", "/rooms/", "/sessions/", "/people/", "/search/?q=x", "/deliveries/", "/nothing/", "/accounts/password/"],
)
def test_our_pages_run_our_own_files_only(url: str, ops: Client) -> None:
    found = policy(ops, url)

    assert found["default-src"] == found["frame-ancestors"] == {"'none'"}
    assert found["script-src"] == found["style-src"] == {"'self'"}
    assert unsafe(found) == set()


@pytest.mark.django_db
def test_the_door_is_as_strict(client: Client) -> None:
    assert unsafe(policy(client, "/accounts/login/")) == set()


def test_the_admin_gets_what_its_theme_needs_and_no_more(signed_in: Callable[[User], Client], ikram: User) -> None:
    admin = signed_in(ikram)

    found = policy(admin, "/admin/")

    assert found["script-src"] == {"'self'", "'unsafe-eval'"}
    assert found["default-src"] == {"'none'"}
    assert unsafe(policy(admin, "/")) == unsafe(policy(admin, "/administration/")) == set()


def test_pages_are_not_kept_for_others(teacher: Client, physics: Room) -> None:
    held = classes.session(physics)

    for url in ("/", "/sessions/", "/people/ada/", f"/sessions/{held.pk}/peers/{held.peers.get().pk}/"):
        assert "private" in teacher.get(url).headers["Cache-Control"]
    assert "no-store" in teacher.get("/sessions.csv").headers["Cache-Control"]


def test_htmx_is_told_to_evaluate_nothing(teacher: Client) -> None:
    page = teacher.get("/").content.decode()

    assert '"allowEval": false' in page
    assert '"includeIndicatorStyles": false' in page
