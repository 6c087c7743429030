"""What people may do to deliveries."""

from collections.abc import Iterable

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import transaction

from webhooks.models import Delivery
from webhooks.tasks import nudges

RESTING = (Delivery.State.DEAD, Delivery.State.FAILED)


def requeue(deliveries: Iterable[Delivery], *, actor: User) -> int:
    """Have failed and dead deliveries read again from the start, and log who asked; returns how many.

    Deliveries in any other state are left alone: reading them again would change nothing.
    """
    asked = [delivery.pk for delivery in deliveries]
    with transaction.atomic():
        of_these = Delivery.objects.filter(pk__in=asked, state__in=RESTING).defer("body", "headers")
        resting = list(of_these.select_for_update())
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in resting]).update(
            state=Delivery.State.PENDING, attempts=0, next_attempt_at=None
        )
        LogEntry.objects.log_actions(
            actor.pk, resting, CHANGE, change_message="Requeued: to be read again from the start."
        )
    for room_id in {delivery.room_id for delivery in resting}:
        nudges.add(room_id)
    return len(resting)
