"""What a later look at 100ms tells of a change that got no answer."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from rooms import audit, hms
from rooms.audit import of_room
from rooms.elsewhere import Unsettled
from rooms.models import AuditEntry, Room

HELD = {"size": 30, "webhook_url": "https://school.example/"}


def lost(user: User, room: Room, after: dict[str, Any], before: dict[str, Any] | None = None) -> None:
    """A change asked for, and no answer."""
    with (
        pytest.raises(hms.TimedOut),
        audit.change(user, "room.update", of_room(room), before=before, after=after),
    ):
        raise hms.TimedOut("POST /rooms: no answer in time")


def outcomes() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("outcome", flat=True))


def look(room: Room, found: dict[str, Any]) -> bool:
    return Unsettled.of("room", now=timezone.now()).notice(of_room(room), HELD, found)


@pytest.mark.parametrize(
    "after",
    [
        {"webhook_url": HELD["webhook_url"], "webhook": {"url": HELD["webhook_url"], "headers": {"X-Key": "new"}}},
        {"webhook": {"headers": {"X-Key": "new"}}},
        {"polls": ["p1"]},
    ],
    ids=["headers beside what stays", "headers alone", "polls"],
)
def test_what_no_look_can_tell_is_not_called_done(after: dict[str, Any], ikram: User, physics: Room) -> None:
    before = {name: HELD[name] for name in after if name in HELD}
    lost(ikram, physics, after, before)
    assert look(physics, HELD) is False
    assert outcomes() == ["requested", "unsure"]


def test_two_who_look_at_once_tell_of_it_once(ikram: User, physics: Room) -> None:
    lost(ikram, physics, {"size": 30}, {"size": 20})
    first, second = Unsettled.of("room", now=timezone.now()), Unsettled.of("room", now=timezone.now())

    assert first.notice(of_room(physics), HELD, HELD) is False
    assert second.notice(of_room(physics), HELD, HELD) is False

    assert outcomes() == ["requested", "unsure", "succeeded"]


def test_what_was_so_before_is_so_and_what_a_look_shows_is_told(ikram: User, physics: Room) -> None:
    lost(ikram, physics, {"size": 30}, {"size": 30})
    lost(ikram, physics, {"size": 30, "webhook": {"headers": {"X-Key": "new"}}}, {"size": 20})
    lost(ikram, physics, {"size": 99, "webhook": {"headers": {"X-Key": "new"}}}, {"size": 30})
    look(physics, HELD)
    assert outcomes()[6:] == ["succeeded", "succeeded", "failed"]
