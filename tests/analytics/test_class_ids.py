"""Ops say who an account is in class: one account a person, and each change in the audit."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from analytics.class_ids import id_in_class, set_id_in_class
from analytics.models import Video, Viewing
from rooms.actors import NotPermitted
from rooms.models import AuditEntry


def test_who_was_told_nothing_of_goes_by_the_user_name(wanjiru: User) -> None:
    assert id_in_class(wanjiru) == "wanjiru"


def test_what_is_said_counts_until_it_is_taken_back_and_stands_in_the_audit(ikram: User, wanjiru: User) -> None:
    assert set_id_in_class(actor=ikram, user=wanjiru, user_id=" teacher-wanjiru ")
    assert not set_id_in_class(actor=ikram, user=wanjiru, user_id="teacher-wanjiru")
    assert id_in_class(wanjiru) == "teacher-wanjiru"

    assert set_id_in_class(actor=ikram, user=wanjiru, user_id="")
    assert id_in_class(wanjiru) == "wanjiru"

    changes = AuditEntry.objects.filter(action="id_in_class.set", target_id="wanjiru").order_by("id")
    assert [(entry.before, entry.after) for entry in changes] == [
        ({"user_id": "wanjiru"}, {"user_id": "teacher-wanjiru"}),
        ({"user_id": "teacher-wanjiru"}, {"user_id": "wanjiru"}),
    ]


def test_no_two_accounts_are_one_person(ikram: User, wanjiru: User, sam: User) -> None:
    with pytest.raises(ValueError, match="user_id is that of sam"):
        set_id_in_class(actor=ikram, user=wanjiru, user_id="sam")
    set_id_in_class(actor=ikram, user=sam, user_id="teacher-1")
    with pytest.raises(ValueError, match="user_id is that of sam"):
        set_id_in_class(actor=ikram, user=wanjiru, user_id="teacher-1")

    # Nobody goes by it any more, until Sam would again.
    assert set_id_in_class(actor=ikram, user=wanjiru, user_id="sam")
    with pytest.raises(ValueError, match="user_id is that of wanjiru"):
        set_id_in_class(actor=ikram, user=sam, user_id="")


def test_only_ops_say_it(wanjiru: User) -> None:
    with pytest.raises(NotPermitted):
        set_id_in_class(actor=wanjiru, user=wanjiru, user_id="somebody-else")


def test_an_account_made_later_under_an_id_that_is_taken_is_nobody_until_ops_say(ikram: User, wanjiru: User) -> None:
    set_id_in_class(actor=ikram, user=wanjiru, user_id="teacher-7")
    later = User.objects.create_user("teacher-7")
    video = Video.objects.create(id="rollcall:r", source=Video.Source.OURS, video_id="r", linked_at=timezone.now())
    Viewing.objects.create(id="rollcall:of nobody", video=video, session_id="of nobody")

    assert (id_in_class(wanjiru), id_in_class(later)) == ("teacher-7", "")

    set_id_in_class(actor=ikram, user=later, user_id="pupil-7")
    assert id_in_class(later) == "pupil-7"
    assert Viewing.objects.get().user_id == ""
