"""What people may do to deliveries. Each act leaves an audit entry, and a line in the admin's history of each."""

from collections.abc import Iterable, Sequence

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from rooms import audit
from rooms.actors import name_of, permit
from webhooks.models import Delivery
from webhooks.tasks import nudges

RESTING = (Delivery.State.DEAD, Delivery.State.FAILED, Delivery.State.ASIDE)


def requeue(deliveries: Iterable[Delivery], *, actor: User) -> int:
    """Have failed, dead and set-aside deliveries read again from the start; returns how many.

    Deliveries in any other state are left alone: reading them again would change nothing.
    """
    permit(actor, "operate")
    with transaction.atomic():
        resting = _held(deliveries, RESTING)
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in resting]).update(
            state=Delivery.State.PENDING, attempts=0, next_attempt_at=None, processed_at=None, note=""
        )
        _keep_who(actor, "delivery.requeue", resting, "Requeued: to be read again from the start.")
    for room_id in {delivery.room_id for delivery in resting}:
        nudges.add(room_id)
    return len(resting)


def set_aside(deliveries: Iterable[Delivery], *, actor: User) -> int:
    """Let dead deliveries wait for nobody any more; returns how many. `requeue` is the way back.

    What they tell stays unread. They are kept as long as those that were read, counted from now.
    """
    permit(actor, "operate")
    with transaction.atomic():
        dead = _held(deliveries, (Delivery.State.DEAD,))
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in dead]).update(
            state=Delivery.State.ASIDE, processed_at=timezone.now(), note=f"Set aside by {name_of(actor)}"
        )
        _keep_who(actor, "delivery.set_aside", dead, "Set aside: waits for nobody any more.")
    return len(dead)


def _held(deliveries: Iterable[Delivery], states: Sequence[str]) -> list[Delivery]:
    """Those of them in these states, held until the transaction ends."""
    asked = [delivery.pk for delivery in deliveries]
    of_these = Delivery.objects.filter(pk__in=asked, state__in=states).defer("body", "headers").order_by("pk")
    return list(of_these.select_for_update())


def _keep_who(actor: User, action: str, deliveries: Sequence[Delivery], words: str) -> None:
    """One audit entry for the act, however many deliveries it touched: they are named in it."""
    if not deliveries:
        return
    LogEntry.objects.log_actions(actor.pk, deliveries, CHANGE, change_message=words)
    first = deliveries[0]
    target = (
        audit.Target("delivery", str(first.pk), str(first), first.room_id)
        if len(deliveries) == 1
        else audit.Target("delivery", name=f"{len(deliveries)} deliveries")
    )
    audit.note(actor, action, target, after={"deliveries": [delivery.pk for delivery in deliveries]})
