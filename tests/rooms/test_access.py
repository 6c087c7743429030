"""The policy as a table: who may see what, and who may operate."""

import pytest
from django.contrib.auth.models import AnonymousUser, User

from rooms.access import may
from rooms.models import Room


@pytest.fixture
def users(ikram: User, wanjiru: User, sam: User, mallory: User) -> dict[str, User | AnonymousUser]:
    closed = User.objects.create_user("closed", is_superuser=True, is_active=False)
    root = User.objects.create_user("root", is_superuser=True)
    return {
        "ops": ikram,
        "superuser": root,
        "teacher": wanjiru,
        "other teacher": sam,
        "stranger": mallory,
        "closed": closed,
        "anonymous": AnonymousUser(),
    }


def test_who_may_what(users: dict[str, User | AnonymousUser], physics: Room) -> None:
    def allowed(*asked: object) -> set[str]:
        return {who for who, user in users.items() if may(user, *asked)}  # type: ignore[arg-type]

    assert allowed("operate") == {"ops", "superuser"}
    assert allowed("operate", physics) == {"ops", "superuser"}
    assert allowed("see") == {"ops", "superuser", "teacher", "other teacher"}
    assert allowed("see", physics) == {"ops", "superuser", "teacher"}
