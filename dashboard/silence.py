"""Webhooks that stopped: classes go on, what is pulled shows that people come and go, and yet no webhook arrives."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from analytics import queries
from analytics.models import Peer, Session
from webhooks.models import Delivery

SILENT_AFTER = timedelta(minutes=10)
ON_ITS_WAY = timedelta(minutes=2)  # what happened since may have its webhook still to come
CLOCKS = timedelta(minutes=1)  # how far 100ms's clock may be from ours


@dataclass(frozen=True, slots=True)
class Silence:
    """`heard_at`: when the last webhook of all came, None for never; `missed_at`: what should have brought another."""

    heard_at: datetime | None
    missed_at: datetime


def silence(now: datetime) -> Silence | None:
    """None while webhooks come, and while nothing is known to have happened that one would tell. Three queries.

    Beginnings of sessions, joins and leaves come by webhook alone, or else by pulling the session itself: one of them
    that is known here, younger than the last webhook, is one that no webhook told. Quiet lessons are no silence.
    """
    if not settings.HMS_WEBHOOK_SECRET:
        return None  # all are refused, and `attention` says so
    heard_at = Delivery.objects.order_by("-received_at").values_list("received_at", flat=True).first()
    if heard_at is not None and now - heard_at < SILENT_AFTER:
        return None
    between = (now - queries.LONGEST_SESSION if heard_at is None else heard_at + CLOCKS, now - ON_ITS_WAY)
    sessions = Session.objects.filter(queries.live(now))
    begun = sessions.filter(started_at__range=between).values_list("started_at", flat=True)
    peers = Peer.objects.filter(session__in=sessions)
    moved = peers.filter(Q(joined_at__range=between) | Q(left_at__range=between)).values_list("joined_at", "left_at")
    moments = [*begun, *(at for pair in moved for at in pair)]
    missed = [at for at in moments if at is not None and between[0] <= at <= between[1]]
    return Silence(heard_at, min(missed)) if missed else None
