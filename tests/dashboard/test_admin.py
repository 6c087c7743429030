"""The admin: every model to be found, what code writes to be read only, access to be given."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from analytics.models import Cursor, Event, Failure, Peer, Pull, Session, Track
from dashboard import schedule
from rooms.access import TEACHERS
from rooms.models import Room, RoomAccess
from tests.dashboard import classes
from webhooks.models import Heartbeat

READ_ONLY = [Event, Session, Peer, Track, Failure, Cursor, Pull, Room, Heartbeat]
OURS = [model for name in ("rooms", "analytics", "webhooks") for model in apps.get_app_config(name).get_models()]


@pytest.fixture
def root(signed_in: Callable[[User], Client], ikram: User) -> Client:
    return signed_in(ikram)


@pytest.fixture
def rows(physics: Room, wanjiru: User) -> dict[Any, Any]:
    held = classes.session(physics, failures=1)
    now = timezone.now()
    return {
        Room: physics,
        Session: held,
        Peer: held.peers.get(),
        Track: held.tracks.get(),
        Failure: Failure.objects.get(),
        Event: Event.objects.get(),
        Cursor: Cursor.objects.create(session_id=held.pk, room_id=physics.pk),
        Pull: Pull.objects.create(kind=Pull.Kind.ROOMS, started_at=now, error="401: token not accepted"),
        Heartbeat: Heartbeat.objects.create(name="beat", beat_at=now),
        RoomAccess: RoomAccess.objects.get(),
    }


def address(model: Any, what: str) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{what}"


def test_every_model_is_there() -> None:
    assert [model._meta.model_name for model in OURS if not admin.site.is_registered(model)] == []


@pytest.mark.parametrize("model", [*READ_ONLY, RoomAccess], ids=lambda model: model.__name__)
def test_every_model_is_listed_searched_filtered_and_read(model: Any, root: Client, rows: dict[Any, Any]) -> None:
    registered = admin.site.get_model_admin(model)
    assert registered.search_fields
    assert registered.list_filter

    assert root.get(address(model, "")).status_code == 200
    assert root.get(address(model, "?q=phys")).status_code == 200
    assert root.get(address(model, f"{rows[model].pk}/change/")).status_code == 200


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model.__name__)
def test_what_code_writes_nobody_changes_by_hand(model: Any, root: Client, rows: dict[Any, Any]) -> None:
    row = rows[model]

    assert root.get(address(model, "add/")).status_code == 403
    assert root.post(address(model, f"{row.pk}/change/"), {}).status_code == 403
    assert root.post(address(model, f"{row.pk}/delete/"), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


def test_a_search_by_a_whole_id_finds_the_row(root: Client, rows: dict[Any, Any]) -> None:
    for model in (Event, Peer, Session, Track):
        page = root.get(address(model, f"?q={rows[Session].pk}")).content.decode()
        assert "1 result" in page, model


def test_an_event_is_shown_without_its_secrets(root: Client, rows: dict[Any, Any]) -> None:
    page = root.get(address(Event, f"{rows[Event].pk}/change/")).content.decode()

    assert "auth_token" in page
    assert "hush-hush" not in page


def test_a_room_given_to_a_teacher_keeps_who_gave_it(
    root: Client, ikram: User, sam: User, physics: Room, signed_in: Callable[[User], Client]
) -> None:
    answer = root.post("/admin/rooms/roomaccess/add/", {"user": sam.pk, "room": physics.pk})

    assert answer.status_code == 302
    assert RoomAccess.objects.get(user=sam, room=physics).given_by == ikram
    assert LogEntry.objects.get().user == ikram
    assert signed_in(sam).get(f"/rooms/{physics.pk}/").status_code == 200


def test_a_room_taken_away_is_gone_at_once(
    root: Client, wanjiru: User, physics: Room, signed_in: Callable[[User], Client]
) -> None:
    access = RoomAccess.objects.get(user=wanjiru)

    root.post(f"/admin/rooms/roomaccess/{access.pk}/delete/", {"post": "yes"})

    assert signed_in(wanjiru).get(f"/rooms/{physics.pk}/").status_code == 404


def test_a_teacher_is_made_with_group_and_rooms(root: Client, ikram: User, physics: Room) -> None:
    made = root.post(
        "/admin/auth/user/add/",
        {
            "username": "nia",
            "usable_password": "true",
            "password1": "long-pass-word-3",
            "password2": "long-pass-word-3",
            "room_access-TOTAL_FORMS": "0",
            "room_access-INITIAL_FORMS": "0",
        },
    )
    assert made.status_code == 302
    nia = User.objects.get(username="nia")
    joined = timezone.localtime(nia.date_joined)

    changed = root.post(
        f"/admin/auth/user/{nia.pk}/change/",
        {
            "username": "nia",
            "is_active": "on",
            "groups": [Group.objects.get(name=TEACHERS).pk],
            "date_joined_0": f"{joined:%d/%m/%Y}",
            "date_joined_1": f"{joined:%H:%M:%S}",
            "room_access-TOTAL_FORMS": "1",
            "room_access-INITIAL_FORMS": "0",
            "room_access-0-room": physics.pk,
            "room_access-0-user": nia.pk,
        },
    )

    assert changed.status_code == 302
    assert RoomAccess.objects.get(user=nia).given_by == ikram


def test_a_room_once_given_is_not_turned_into_another_on_the_teachers_page(
    root: Client, wanjiru: User, sam: User, physics: Room, chemistry: Room
) -> None:
    access = RoomAccess.objects.get(user=wanjiru)
    joined = timezone.localtime(wanjiru.date_joined)

    def posted(**changes: object) -> int:
        page = {
            "username": "wanjiru",
            "is_active": "on",
            "groups": [Group.objects.get(name=TEACHERS).pk],
            "date_joined_0": f"{joined:%d/%m/%Y}",
            "date_joined_1": f"{joined:%H:%M:%S}",
            "room_access-TOTAL_FORMS": "1",
            "room_access-INITIAL_FORMS": "1",
            "room_access-0-id": access.pk,
            "room_access-0-user": wanjiru.pk,
        }
        return root.post(f"/admin/auth/user/{wanjiru.pk}/change/", page | changes).status_code

    posted(**{"room_access-0-room": chemistry.pk})
    access.refresh_from_db()
    assert access.room == physics

    assert posted(**{"room_access-0-DELETE": "on"}) == 302
    assert not RoomAccess.objects.filter(user=wanjiru).exists()


def test_the_schedule_can_be_turned_off_but_not_rewritten(root: Client) -> None:
    from django_celery_beat.models import PeriodicTask

    schedule.seed()
    tick = PeriodicTask.objects.get(name="Tick")

    answer = root.post(f"/admin/django_celery_beat/periodictask/{tick.pk}/change/", {"name": "Other", "task": "other"})

    assert answer.status_code == 302
    tick.refresh_from_db()
    assert (tick.name, tick.enabled) == ("Tick", False)
    assert root.get("/admin/django_celery_beat/periodictask/").status_code == 200


@pytest.mark.django_db
def test_nobody_is_made_a_superuser_here(root: Client, wanjiru: User) -> None:
    url = f"/admin/auth/user/{wanjiru.pk}/change/"
    assert "is_superuser" not in root.get(url).content.decode()
    root.post(url, {"username": "wanjiru", "is_superuser": "on", "is_staff": "on"})
    wanjiru.refresh_from_db()
    assert (wanjiru.is_superuser, wanjiru.is_staff) == (False, False)
