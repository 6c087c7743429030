"""People with an account, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import User

from rooms.access import OBSERVERS, OPS, TEACHERS, is_ops

WORDS: Final[Mapping[str, str]] = {OPS: "operations", TEACHERS: "teacher", OBSERVERS: "observer"}


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody is here: `words` ("" without a place), and whether every room is theirs by it."""

    words: str
    sees_all: bool


def place_of(user: User) -> Place:
    """One query, none when the groups are prefetched."""
    if user.is_superuser:
        return Place(WORDS[OPS], sees_all=is_ops(user))
    names = [group.name for group in user.groups.all()]
    return Place(", ".join(WORDS.get(name, name) for name in names), sees_all=user.is_active and OPS in names)


def name_of(user: User) -> str:
    return user.get_full_name() or user.get_username()
