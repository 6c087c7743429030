"""The admin: every model to be found, what code writes to be read only, and who may what never changed unseen."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from analytics.models import (
    Asset,
    Cursor,
    Event,
    Failure,
    Ingest,
    KeptFile,
    Peer,
    Pull,
    Recording,
    RecordingCursor,
    Session,
    Stream,
    Track,
    Transcription,
)
from dashboard import schedule
from rooms import audit
from rooms.access import TEACHERS
from rooms.models import (
    AuditEntry,
    HandedOutRole,
    LiveReading,
    Poll,
    Reading,
    Role,
    Room,
    RoomAccess,
    RoomCode,
    RoomTemplate,
    StreamKey,
    TemplateVersion,
)
from tests.dashboard import classes
from webhooks.models import Heartbeat

MIRRORS = [Room, RoomCode, StreamKey, RoomTemplate, Role, Poll]
READ_ONLY = [
    Event, Session, Peer, Track, Failure, Cursor, Pull, Heartbeat, RoomAccess, HandedOutRole, TemplateVersion, Reading,
    LiveReading, AuditEntry, Recording, Asset, Transcription, Stream, Ingest, RecordingCursor,
    KeptFile, *MIRRORS,
]  # fmt: skip
OURS = [model for name in ("rooms", "analytics", "webhooks") for model in apps.get_app_config(name).get_models()]


@pytest.fixture
def root(signed_in: Callable[[User], Client], ikram: User) -> Client:
    return signed_in(ikram)


@pytest.fixture
def rows(physics: Room, wanjiru: User, ikram: User) -> dict[Any, Any]:
    held = classes.session(physics, failures=1)
    now = timezone.now()
    of_room = {"room": physics, "at": now}
    recording = Recording.objects.create(id="browser-b1", session=held, kind="browser", state="ready", **of_room)
    template = RoomTemplate.objects.create(id="t1", name="Physics class", received={"credentials": "hush-hush"})
    return {
        Room: physics,
        Session: held,
        Peer: held.peers.get(),
        Track: held.tracks.get(),
        Failure: Failure.objects.get(),
        Event: Event.objects.get(),
        Cursor: Cursor.objects.create(session_id=held.pk, room_id=physics.pk),
        Pull: Pull.objects.create(kind=Pull.Kind.ROOMS, started_at=now, error="401: token not accepted"),
        Recording: recording,
        Asset: Asset.objects.create(id="a1", recording=recording, type="chat"),
        Transcription: Transcription.objects.create(id="w1", room=physics, session_id=held.pk, state="ready"),
        Stream: Stream.objects.create(id="live-b1", session=held, kind="live", state="ended", **of_room),
        KeptFile: KeptFile.objects.create(asset_id="a1", room_id="r1", recording_id="rec1", ordered_at=now),
        Ingest: Ingest.objects.create(id="i1", state="connected", **of_room),
        RecordingCursor: RecordingCursor.objects.create(session_id=held.pk, room_id=physics.pk),
        Heartbeat: Heartbeat.objects.create(name="beat", beat_at=now),
        RoomAccess: RoomAccess.objects.get(),
        RoomTemplate: template,
        Role: Role.objects.create(template=template, name="host"),
        TemplateVersion: TemplateVersion.objects.create(template=template, number=1, taken_at=now),
        RoomCode: RoomCode.objects.create(code="abc-defg-hij", room=physics, role="host"),
        HandedOutRole: HandedOutRole.objects.create(room=physics, role="host"),
        StreamKey: StreamKey.objects.create(id="k1", room=physics, received={"key": "hush-hush"}),
        LiveReading: LiveReading.objects.create(room=physics),
        Reading: Reading.objects.create(room=physics, kind=Reading.Kind.STREAM_KEY, asked_at=now),
        Poll: Poll.objects.create(id="p1", title="Physics quiz"),
        AuditEntry: audit.note(ikram, "room.update", audit.of_room(physics)),
    }


def address(model: Any, what: str) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{what}"


def test_every_model_is_there() -> None:
    assert [model._meta.model_name for model in OURS if not admin.site.is_registered(model)] == []


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model.__name__)
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


@pytest.mark.parametrize("model", MIRRORS, ids=lambda model: model.__name__)
def test_a_mirror_leads_to_its_page_and_shows_what_was_received(model: Any, root: Client, rows: dict[Any, Any]) -> None:
    page = " ".join(root.get(address(model, f"{rows[model].pk}/change/")).content.decode().split())

    assert re.search(r'href="/[^"]+"> ?Open in Rollcall', page)
    assert "As received, secrets masked" in page
    assert "hush-hush" not in page


def posted(user: User, **changes: object) -> dict[str, object]:
    joined = timezone.localtime(user.date_joined)
    return {
        "username": user.username,
        "email": user.email,
        "is_active": "on",
        "groups": [group.pk for group in user.groups.all()],
        "date_joined_0": f"{joined:%d/%m/%Y}",
        "date_joined_1": f"{joined:%H:%M:%S}",
        "room_access-TOTAL_FORMS": "0",
        "room_access-INITIAL_FORMS": "0",
    } | changes


def test_a_person_is_made_and_given_a_place_and_the_audit_says_so(root: Client) -> None:
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
    teachers = Group.objects.get(name=TEACHERS)

    assert root.post(f"/admin/auth/user/{nia.pk}/change/", posted(nia, groups=[teachers.pk])).status_code == 302

    last, first = AuditEntry.objects.all()
    assert (first.action, first.actor, first.before) == ("person.set", "ikram", None)
    assert (last.before or {})["groups"] == []
    assert (last.after or {})["groups"] == [TEACHERS]


def test_what_changes_nobodys_place_leaves_no_entry(root: Client, wanjiru: User) -> None:
    root.post(f"/admin/auth/user/{wanjiru.pk}/change/", posted(wanjiru, first_name="W."))

    assert User.objects.get(pk=wanjiru.pk).first_name == "W."
    assert not AuditEntry.objects.exists()


def test_whoever_lets_themselves_be_somebody_else_is_in_the_audit(root: Client, wanjiru: User) -> None:
    url = f"/admin/auth/user/{wanjiru.pk}/"
    password = {"password1": "long-pass-word-4", "password2": "long-pass-word-4", "usable_password": "true"}
    root.post(f"{url}password/", password | {"password2": "another"})
    assert not AuditEntry.objects.exists()

    assert root.post(f"{url}password/", password).status_code == 302
    root.post(f"{url}change/", posted(wanjiru, email="mine@example.com"))
    root.post(f"{url}change/", posted(wanjiru, username="wanjiru2", email="mine@example.com"))

    named, mailed, first = AuditEntry.objects.all()
    assert (first.action, first.actor, first.target_id) == ("password.set", "ikram", "wanjiru")
    assert "pass-word" not in str(list(AuditEntry.objects.values()))
    assert ((mailed.before or {})["e_mail"], (mailed.after or {})["e_mail"]) == (wanjiru.email, "mine@example.com")
    assert ((named.before or {})["user_name"], (named.after or {})["user_name"]) == ("wanjiru", "wanjiru2")


def test_groups_are_read_and_never_changed_here(root: Client, wanjiru: User) -> None:
    """Who may what hangs on their names: a group renamed or deleted would shut out everybody in it, unseen."""
    teachers = Group.objects.get(name=TEACHERS)
    url = f"/admin/auth/group/{teachers.pk}/"
    assert root.get(f"{url}change/").status_code == 200
    assert root.post(f"{url}change/", {"name": "others"}).status_code == 403
    assert root.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert root.post("/admin/auth/group/add/", {"name": "more"}).status_code == 403
    root.post("/admin/auth/group/", {"action": "delete_selected", "_selected_action": [teachers.pk], "post": "yes"})
    assert Group.objects.filter(name=TEACHERS).exists()


@pytest.mark.parametrize("how", ["one", "several"])
def test_an_account_takes_its_rooms_along_and_the_audit_keeps_its_name(how: str, root: Client, wanjiru: User) -> None:
    if how == "one":
        root.post(f"/admin/auth/user/{wanjiru.pk}/delete/", {"post": "yes"})
    else:
        action = {"action": "delete_selected", "_selected_action": [wanjiru.pk], "post": "yes"}
        root.post("/admin/auth/user/", action)

    assert not User.objects.filter(username="wanjiru").exists()
    assert [(entry.action, entry.target_id) for entry in AuditEntry.objects.all()] == [("person.delete", "wanjiru")]


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
