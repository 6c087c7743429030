"""The cast: Ikram runs operations, Wanjiru teaches in `physics`, Olive observes it, Sam teaches elsewhere, Mallory is a
stranger.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as examples

from rooms.access import OBSERVERS, OPS, TEACHERS
from rooms.models import Room, RoomAccess
from tests.rooms.simulated import hms_simulator

__all__ = ["hms_simulator"]  # for every test

# No deadline, and no complaint about how long examples take to make: a busy machine is no fault. The same examples in
# each run, so that a change is judged by itself; `--hypothesis-profile search` looks for others, but where a test
# sets its own number, and `bin/test --quick` takes the profile of fewer.
_calm = examples(deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.register_profile("whole", _calm, derandomize=True)
examples.register_profile("quick", _calm, derandomize=True, max_examples=10)
examples.register_profile("search", _calm, max_examples=3_000)
examples.load_profile("whole")

PAYLOADS = Path(__file__).parent / "payloads"


def payload(name: str) -> dict[str, Any]:
    """One published body by its path below `tests/payloads`, without the ending."""
    loaded: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return loaded


def _user(username: str, first: str, last: str, *groups: str) -> User:
    user = User.objects.create_user(
        username, f"{username}@example.com", "pass-word-1", first_name=first, last_name=last
    )
    # Not only got: a test with transactions of its own leaves the tables empty, the groups of the migrations too.
    user.groups.add(*[Group.objects.get_or_create(name=name)[0] for name in groups])
    return user


@pytest.fixture
def physics(db: None) -> Room:
    return Room.objects.create(id="6540c3d70f240f9ebc69dcf9", name="Year 9 Physics, group B")


@pytest.fixture
def chemistry(db: None) -> Room:
    return Room.objects.create(id="6540c3d70f240f9ebc69dcfa", name="Grade 11 Chemistry")


@pytest.fixture
def ikram(db: None) -> User:
    return _user("ikram", "Ikram", "Benali", OPS)


@pytest.fixture
def wanjiru(physics: Room) -> User:
    user = _user("wanjiru", "Wanjiru", "Kamau", TEACHERS)
    RoomAccess.objects.create(user=user, room=physics)
    return user


@pytest.fixture
def olive(physics: Room) -> User:
    user = _user("olive", "Olive", "Lindqvist", OBSERVERS)
    RoomAccess.objects.create(user=user, room=physics)
    return user


@pytest.fixture
def sam(chemistry: Room) -> User:
    user = _user("sam", "Sam", "Okoro", TEACHERS)
    RoomAccess.objects.create(user=user, room=chemistry)
    return user


@pytest.fixture
def mallory(db: None) -> User:
    return _user("mallory", "Mallory", "Stranger")


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
