"""No secret of 100ms's is shown where people look: on pages, in exports, in the admin, the audit, the log, our tables.

One school day with marked secrets, by each way in: webhooks (whole, broken and cut off), the API's answers, what people
type into forms, what 100ms quotes in a refusal. Then everything that can be asked for is asked for, and searched.

Two places hold secrets because they are what was received: the body of a `Delivery` and the payload of an `Event`,
which no page shows unmasked. Two answers give one out, to who asked for it: revealing a stream key, and a fresh link.
"""

import io
import json
import logging
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core import mail, serializers
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from analytics.models import Event
from dashboard import logs
from dashboard.celery import app as celery
from dashboard.schedule import SCHEDULE
from rooms.connection import client as hms_client
from rooms.models import AuditEntry, Room, RoomAccess, RoomTemplate
from tests.conftest import PAYLOADS
from tests.dashboard.test_permissions import ids, named
from tests.rooms.jobs import sung_in
from tests.rooms.simulated import SimulatedHms
from webhooks import inbox
from webhooks.models import Delivery

pytestmark = pytest.mark.slow
__all__ = ["ids"]  # something for every part of every address

MEETING = "https://school.example.com/meeting/marked-room-code?token=marked-meeting-token"
RTMP = "rtmp://tube.example.com/live2/marked-rtmp-key"
LINK = "https://store.example.com/{}?X-Amz-Signature=marked-signature"
BUCKET = "marked-bucket-secret"
MARKS = ("marked-room-code", "marked-meeting-token", "marked-rtmp-key", "marked-signature", BUCKET)
KEPT_AS_RECEIVED = {"webhooks.delivery", "analytics.event"}
PARTS = [None, "dialog", "list", "rows"]
"""What htmx may ask of an address, besides the whole page."""


def marked(value: Any, field: str = "") -> Any:
    """A published body with the marked secrets where its own would be."""
    if isinstance(value, dict):
        return {name: marked(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner, field) for inner in value]
    if field == "meeting_url":
        return MEETING
    if isinstance(value, str) and "url" in field:
        return RTMP if value == "http://test.com" else LINK.format("file.mp4")
    return value


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """The log as it is written, down to what is left out of it by default."""
    caplog.set_level(logging.DEBUG)
    lines = logs.formatter()

    def written() -> str:
        return "\n".join(lines.format(record) for when in ("setup", "call") for record in caplog.get_records(when))

    return written


@pytest.fixture
def secrets(
    hms_simulator: SimulatedHms, physics: Room, ikram: User, wanjiru: User, signed_in: Callable[[User], Client]
) -> set[str]:
    """The day. Gives all that must be seen nowhere: the marks, and what 100ms itself made up."""
    cache.clear()
    choir = sung_in(hms_simulator)
    RoomAccess.objects.create(user=wanjiru, room=choir)
    ops = signed_in(ikram)
    _webhooks(choir)
    _jobs(hms_simulator, ops, f"/rooms/{choir.pk}")
    _template(hms_simulator)
    ops.post(f"/rooms/{choir.pk}/stream-key/create/")
    key = hms_client().stream_keys.get(choir.pk).key
    assert key in ops.post(f"/rooms/{choir.pk}/stream-key/reveal/").content.decode()
    hms_simulator.clock.advance(120)
    celery.loader.import_default_modules()
    for entry in SCHEDULE.values():
        celery.tasks[entry.task].apply(kwargs=dict(entry.kwargs), throw=True)
    links = {
        ops.get(f"/recording-assets/{asset.id}/").headers["Location"].partition("?")[2]
        for asset in hms_client().recording_assets.list(room_id=choir.pk)
    }
    assert links
    assert RoomTemplate.objects.filter(name="Meeting").exists()
    assert all(any(one in kept for kept in _received()) for one in MARKS[:4])
    # A link made fresh for a page would be signed otherwise: a page has no signature at all.
    return {*MARKS, key, *links, "signature="}


def _webhooks(choir: Room) -> None:
    viewer = Client()
    headers = {"X-Webhook-Secret": settings.HMS_WEBHOOK_SECRET}
    bodies = [file.read_bytes() for file in sorted((PAYLOADS / "webhooks").glob("*.json"))]
    sent = [json.dumps(marked(json.loads(body))).encode() for body in bodies]
    broken = [body[: body.rindex(b"marked") + 20] for body in sent if b"marked" in body]
    wrong = []
    for body in sent:
        event = json.loads(body)
        if b"marked" in body:
            wrong.append(json.dumps({**event, "id": f"wrong-{event['id']}", "timestamp": LINK.format("x")}).encode())
            wrong.append(json.dumps({**event, "id": f"type-{event['id']}", "type": RTMP[:60]}).encode())
    for body in [*sent, *broken, *wrong]:
        viewer.generic("POST", "/webhooks/100ms/", body, "application/json", headers=headers)
    for room_id in set(Delivery.objects.values_list("room_id", flat=True)):
        inbox.process(room_id)


def _jobs(simulator: SimulatedHms, ops: Client, base: str) -> None:
    """Each kind refused with our own words quoted back, lost, started and stopped."""
    asked = {"meeting_url": MEETING, "rtmp_url_1": RTMP, "playlist": "on", "recording": "on"}
    for part in ("recordings", "live-streams", "external-streams"):
        start = f"/{part}/room/{{room_id}}/start"
        quoted: dict[str, Any] = {"message": f"cannot join {MEETING} for {RTMP}", "details": [f"rtmp_urls: {RTMP}"]}
        simulator.fault("POST", start, status=400, **quoted)
        ops.post(f"{base}/{part}/start/", asked)
        simulator.fault("POST", start, status=500, **quoted)
        ops.post(f"{base}/{part}/start/", asked)
        ops.post(f"{base}/{part}/start/", asked)
        simulator.clock.advance(10)
        ops.get(f"{base}/jobs/")
        ops.post(f"{base}/{part}/stop/")
    simulator.clock.advance(90)
    for part in ("recordings", "external-streams"):
        ops.post(f"{base}/{part}/start/", asked)
    simulator.clock.advance(10)


def _template(simulator: SimulatedHms) -> None:
    """A template as somebody set it in 100ms's dashboard: a bucket's secret, and where its streams go."""
    template = simulator.world.add_template("Meeting")
    upload = {"type": "s3", "location": "bucket", "credentials": {"key": "AKIA", "secretKey": BUCKET}}
    template.settings = {"recording": {"upload": upload}}
    template.destinations = {"rtmpDestinations": {"tv": {"name": "tv", "rtmpUrls": [RTMP]}}}


def _received() -> list[str]:
    return [json.dumps(one) for one in Event.objects.values_list("payload", flat=True)]


def texts(content: bytes) -> str:
    """What a file says; an XLSX is a ZIP of texts."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def answered(viewer: Client, url: str, part: str | None = None) -> str:
    headers = {"HX-Request": "true", "HX-Target": part} if part else {}
    answer = viewer.get(url, headers=headers)
    content = b"".join(answer) if answer.streaming else answer.content
    return texts(content)


def addresses(ids: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Every address of ours, for everything there is to fill it with: each part in turn by all of its values.

    And whether it is the first of its kind.
    """
    everything = {key: [value] for key, value in ids.items()} | {
        "room_id": list(Room.objects.values_list("pk", flat=True)),
        "session_id": [ids["session_id"], *apps.get_model("analytics.Session").objects.values_list("pk", flat=True)],
        "number": list(AuditEntry.objects.values_list("pk", flat=True)),
        "delivery_id": list(Delivery.objects.values_list("pk", flat=True)),
        "template_id": list(RoomTemplate.objects.values_list("pk", flat=True)),
        "recording_id": [
            *(job.id for job in hms_client().recordings.list()),
            *apps.get_model("analytics.Recording").objects.values_list("pk", flat=True),
        ],
        "stream_id": [
            *(job.id for job in hms_client().live_streams.list()),
            *(job.id for job in hms_client().external_streams.list()),
            *apps.get_model("analytics.Stream").objects.values_list("pk", flat=True),
        ],
    }
    for name, pattern in named(get_resolver().url_patterns):
        if not name:
            continue
        keys = list(pattern.pattern.converters)
        for number in range(max((len(everything[key]) for key in keys), default=1)):
            filled = {key: everything[key][number % len(everything[key])] for key in keys}
            try:
                yield reverse(name, kwargs=filled), number == 0
            except NoReverseMatch:
                continue
    for room in Room.objects.exclude(pk=ids["room_id"]):
        for page, ask in _lists():
            for job in ask(room_id=room.pk):
                yield f"/rooms/{room.pk}/{page}/{job.id}/", True
                yield f"/rooms/{room.pk}/{page}/{job.id}/stop/", True


def _lists() -> list[tuple[str, Callable[..., Any]]]:
    asked = hms_client()
    return [
        ("recordings", asked.recordings.list),
        ("live-streams", asked.live_streams.list),
        ("external-streams", asked.external_streams.list),
    ]


def of_the_admin() -> Iterator[str]:
    """Every list, and every row in it."""
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        for pk in model._default_manager.values_list("pk", flat=True)[:60]:
            yield reverse(f"{name}_change", args=[pk])


def leaks(secrets: set[str], shown: str) -> list[str]:
    return sorted(one for one in secrets if one in shown)


def test_no_page_part_or_export_shows_a_secret(
    secrets: set[str],
    ids: dict[str, Any],
    ikram: User,
    wanjiru: User,
    olive: User,
    signed_in: Callable[[User], Client],
) -> None:
    found = []
    viewers = {"ops": signed_in(ikram), "teacher": signed_in(wanjiru), "observer": signed_in(olive)}
    urls = list(addresses(ids))
    for url, is_first in urls:
        for who, viewer in viewers.items():
            for part in PARTS if who == "ops" and is_first else [None]:
                if leaked := leaks(secrets, answered(viewer, url, part)):
                    found.append((who, url, part, leaked))

    assert found == []
    assert len(urls) > 200


def test_the_admin_shows_none(secrets: set[str], ikram: User, signed_in: Callable[[User], Client]) -> None:
    viewer = signed_in(ikram)
    found = [(url, leaked) for url in of_the_admin() if (leaked := leaks(secrets, answered(viewer, url)))]

    assert found == []


def test_neither_audit_nor_log_nor_mail_nor_tables_nor_cache_hold_one(
    said: Callable[[], str], secrets: set[str]
) -> None:
    assert AuditEntry.objects.filter(action="stream_key.reveal").exists()
    assert AuditEntry.objects.filter(action__endswith=".start", outcome="failed").count() >= 3
    kept = {
        model._meta.label_lower: serializers.serialize("json", model._default_manager.all())
        for model in apps.get_models()
        if model._meta.label_lower not in KEPT_AS_RECEIVED and not model._meta.proxy
    }
    kept["log"] = said()
    kept["mail"] = repr([one.message().as_string() for one in mail.outbox])
    kept["cache"] = repr([cache.get(key.split(":", 2)[2]) for key in list(cache._cache)])  # type: ignore[attr-defined]

    assert {where: leaked for where, text in kept.items() if (leaked := leaks(secrets, text))} == {}
    assert "Look(" in kept["cache"]
    assert kept["log"]


def test_what_would_be_found_is_found() -> None:
    """The search itself, on a page, in a spreadsheet, and behind an escape that a browser undoes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("sheet.xml", f"<c>{RTMP}</c>")

    assert leaks({"marked-rtmp-key"}, texts(packed.getvalue())) == ["marked-rtmp-key"]
    assert leaks(set(MARKS), f"{MEETING} {LINK}") == ["marked-meeting-token", "marked-room-code", "marked-signature"]
