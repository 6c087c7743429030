"""The demo's logins are known to all, so they must never enter a database that other people use."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from dashboard import demo_mark
from dashboard.management.commands.demo import _described, _person
from rooms.access import OPS

pytestmark = pytest.mark.django_db

LOGINS = {"ops": "ikram:rollcall-ops", "teacher": "wanjiru:rollcall-teacher", "observer": "olive:rollcall-observer"}


@pytest.fixture(autouse=True)
def nobody_s_100ms(settings: Settings) -> Iterator[None]:
    """An address of this machine where no 100ms answers: a demo that is let in fails at its first pull."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.HMS_API_URL = f"http://127.0.0.1:{free.getsockname()[1]}/v2"
        yield


def people(*logins: str) -> None:
    for login in logins:
        name, password = login.split(":")
        User.objects.create_user(name, password=password)


@pytest.mark.parametrize(
    "there",
    [
        ["head:of-school-1"],
        ["head:of-school-1", "ikram:her-own-word"],
        ["head:of-school-1", "ikram:her-own-word", "wanjiru:her-own-word"],
        ["ikram:her-own-word"],
    ],
)
def test_a_database_with_users_of_its_own_is_refused_and_left_as_it_was(there: list[str]) -> None:
    people(*there)
    before = list(User.objects.order_by("id").values())

    with pytest.raises(CommandError, match="users of its own: nothing was changed"):
        call_command("demo", **LOGINS)

    assert list(User.objects.order_by("id").values()) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "there",
    [
        [],
        ["ikram:rollcall-ops", "wanjiru:rollcall-teacher"],
        ["ikram:changed-in-the-demo", "wanjiru:rollcall-teacher"],
        ["ikram:rollcall-ops", "wanjiru:rollcall-teacher", "added:in-the-demo"],
    ],
)
def test_an_empty_database_and_one_of_an_earlier_demo_are_used(there: list[str]) -> None:
    people(*there)

    with pytest.raises(CommandError, match=r"the pull of .* failed"):
        call_command("demo", **LOGINS)


@pytest.fixture
def marked(settings: Settings, tmp_path: Path) -> None:
    """A demo's database in which both passwords were changed, and which has a third person."""
    settings.VAR_DIR = tmp_path
    people("ikram:her-own-word", "wanjiru:her-own-word", "sam:of-the-demo")
    demo_mark.leave("the demo's", ["ikram", "wanjiru"])


def test_the_mark_tells_the_demo_s_database_whatever_the_passwords_are(marked: None) -> None:
    assert demo_mark.is_there("the demo's", ["ikram", "wanjiru"])
    assert not demo_mark.is_there("another", ["ikram", "wanjiru"])

    User.objects.update(date_joined=User.objects.get(username="ikram").date_joined + timedelta(days=1))

    assert not demo_mark.is_there("the demo's", ["ikram", "wanjiru"])


@pytest.mark.slow
def test_a_demo_whose_passwords_were_changed_starts_again_and_keeps_them(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    people("ikram:her-own-word", "wanjiru:her-own-word", "sam:of-the-demo")
    demo_mark.leave(_described(), ["ikram", "wanjiru"])

    with pytest.raises(CommandError, match=r"the pull of .* failed"):
        call_command("demo", **LOGINS)

    assert User.objects.get(username="ikram").check_password("her-own-word")


def test_somebody_who_is_there_keeps_the_password_they_chose() -> None:
    people("ikram:her-own-word")

    assert _person("ikram:rollcall-ops", "Ikram", "Benali", OPS).check_password("her-own-word")
