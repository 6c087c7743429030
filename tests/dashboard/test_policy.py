"""The content security policy: strict on our pages, wider on the admin's alone."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from rooms.models import Room
from tests.dashboard import classes

UNSAFE = ("unsafe-inline", "unsafe-eval", "*", "http:", "https:", "data: ")


@pytest.mark.parametrize(
    "url",
    ["/", "/rooms/", "/sessions/", "/people/", "/search/?q=x", "/deliveries/", "/nothing/", "/accounts/password/"],
)
def test_our_pages_run_our_own_files_only(url: str, ops: Client) -> None:
    policy = ops.get(url).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not [unsafe for unsafe in UNSAFE if unsafe in policy]


@pytest.mark.django_db
def test_the_door_is_as_strict(client: Client) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]

    assert not [unsafe for unsafe in UNSAFE if unsafe in policy]


def test_the_admin_gets_what_its_theme_needs_and_no_more(signed_in: Callable[[User], Client], ikram: User) -> None:
    admin = signed_in(ikram)

    policy = admin.get("/admin/").headers["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in admin.get("/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in admin.get("/administration/").headers["Content-Security-Policy"]


def test_pages_are_not_kept_for_others(teacher: Client, physics: Room) -> None:
    held = classes.session(physics)

    for url in ("/", "/sessions/", "/people/ada/", f"/sessions/{held.pk}/peers/{held.peers.get().pk}/"):
        assert "private" in teacher.get(url).headers["Cache-Control"]
    assert "no-store" in teacher.get("/sessions.csv").headers["Cache-Control"]


def test_htmx_is_told_to_evaluate_nothing(teacher: Client) -> None:
    page = teacher.get("/").content.decode()

    assert '"allowEval": false' in page
    assert '"includeIndicatorStyles": false' in page
