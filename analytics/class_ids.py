"""Who an account is in class: the `user_id` of its person at 100ms, set by ops where it is not the user name.

Our own setting, so it is noted and nothing at 100ms changes.
"""

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from analytics.models import Video, Viewing
from rooms.actors import Actor, permit
from rooms.audit import Target, note
from rooms.models import ClassId


def id_in_class(user: User) -> str:
    """The `user_id` by which this account's person is known at 100ms.

    "" where its user name was said to be another account's before it was made: then nobody knows who this is.
    """
    told = ClassId.objects.filter(user=user).values_list("hms_user_id", flat=True).first()
    if told:
        return told
    name = user.get_username()
    return "" if ClassId.objects.filter(hms_user_id=name).exists() else name


def set_id_in_class(*, actor: Actor, user: User, user_id: str) -> bool:
    """Say who an account is in class; "" for its user name. False when that was so already.

    What was watched in our own player until now goes along. Raises ValueError where another account is that person.
    """
    permit(actor, "operate")
    wanted = user_id.strip() or user.get_username()
    try:
        with transaction.atomic():
            # Held, so that of two changes of one account the second knows what the first one set.
            user = User.objects.select_for_update().get(pk=user.pk)
            before = id_in_class(user)
            if wanted == before:
                return False
            if other := _other(user, wanted):
                raise ValueError(f"user_id is that of {other} already: one account a person")
            if wanted == user.get_username():
                ClassId.objects.filter(user=user).delete()
            else:
                ClassId.objects.update_or_create(user=user, defaults={"hms_user_id": wanted})
            if before:  # what nobody is known to have watched stays so
                Viewing.objects.filter(video__source=Video.Source.OURS, user_id=before).update(user_id=wanted)
            name = user.get_full_name() or user.get_username()
            target = Target("member", user.get_username(), name)
            note(actor, "id_in_class.set", target, before={"user_id": before}, after={"user_id": wanted})
    except IntegrityError:
        raise ValueError("user_id was given to another account just now: one account a person") from None
    return True


def _other(user: User, wanted: str) -> str:
    """The user name of another account that is this person, "" if none."""
    said = (
        ClassId.objects.filter(hms_user_id=wanted).exclude(user=user).values_list("user__username", flat=True).first()
    )
    by_name = User.objects.filter(username=wanted, class_id=None).exclude(pk=user.pk)
    return said or by_name.values_list("username", flat=True).first() or ""
