"""The demo's logins are known to all, so they must never enter a database that other people use."""

import socket
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

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
