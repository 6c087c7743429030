"""People as lists show them: known by their `user_id`, with what their stays add up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from analytics import queries
from analytics.models import Peer
from dashboard.shortcuts import peers_for
from rooms.access import Viewer


@dataclass(frozen=True, slots=True)
class Known:
    """A person as lists show them: `name` is the last one they used, "" when they never gave one."""

    user_id: str
    name: str
    session_count: int
    room_count: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None

    @property
    def label(self) -> str:
        return self.name or self.user_id


def stays_for(user: Viewer) -> QuerySet[Peer]:
    """The stays of people in the rooms this user sees, recorders left out (EVENTS trap 42)."""
    return queries.counted(peers_for(user))


def described(stays: QuerySet[Peer], user_ids: Sequence[str]) -> list[Known]:
    """These people in this order, from these stays: two queries, of few people at a time."""
    figures = {
        row["user_id"]: row
        for row in stays.filter(user_id__in=user_ids)
        .order_by()
        .values("user_id")
        .annotate(
            sessions=Count("session", distinct=True),
            rooms=Count("session__room", distinct=True),
            first=Min("joined_at"),
            last=Max("joined_at"),
        )
    }
    newest = Q(pk__in=[])
    for user_id, row in figures.items():
        newest |= Q(user_id=user_id, joined_at=row["last"]) if row["last"] else Q(user_id=user_id)
    names = dict(stays.filter(newest).order_by("name").values_list("user_id", "name"))
    return [
        Known(user_id, names.get(user_id, ""), row["sessions"], row["rooms"], row["first"], row["last"])
        for user_id, row in ((user_id, figures[user_id]) for user_id in user_ids)
    ]
