"""Changing a room template from its pages: looked at first, saved whole, never over somebody else's work."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from rooms.connection import client
from rooms.mirrors import templates as mirror
from rooms.models import AuditEntry, Room, RoomTemplate, TemplateVersion
from rooms.simulator.templates import Template
from tests.dashboard import classes
from tests.dashboard.filled import Sheet, sheet
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db

KEYS = {"key": "AKIA-KEY", "secretKey": "bucket-secret"}
URL = "rtmp://live.example/app/stream-key-1"
SECRETS = ("AKIA", "bucket-secret", "stream-key")


@pytest.fixture
def lesson(hms_simulator: SimulatedHms) -> Template:
    """The simulator's template "Class", mirrored, with secrets and with things that we do not know."""
    (template,) = hms_simulator.world.templates.values()
    upload = {"type": "s3", "location": "bucket", "credentials": dict(KEYS), "novelty": 1}
    template.settings = {"region": "eu", "recording": {"upload": upload}, "new": {"thing": [1]}}
    template.destinations = {"rtmpDestinations": {"tv": {"name": "tv", "rtmpUrls": [URL], "unknown": "kept"}}}
    mirror.pull(client(), at=timezone.now())
    hms_simulator.forget()
    return template


@pytest.fixture
def pages(lesson: Template) -> str:
    return f"/room-templates/{lesson.id}/"


def words(page: Sheet) -> str:
    return " ".join(unescape(page.text).split())


def test_a_role_is_looked_at_and_then_saved(
    ops: Client, hms_simulator: SimulatedHms, lesson: Template, pages: str, physics: Room
) -> None:
    Room.objects.update(template_id=lesson.id)
    classes.session(physics, length=None)

    review = sheet(ops, f"{pages}roles/student/").send(may_endRoom="on", priority="3")

    assert "may end the room: <del>no</del>" in words(review)
    assert "has the priority: <del>2</del>" in words(review)
    assert "1 room uses this template" in words(review)
    assert "1 live now, 1 person in:" in words(review)
    assert hms_simulator.changes() == []
    saved = review.save()
    assert (saved.status, saved.location) == (302, pages)
    assert hms_simulator.changes() == [("POST", f"/templates/{lesson.id}/roles/student")]
    assert lesson.roles["student"]["permissions"]["endRoom"] is True
    assert lesson.roles["student"]["priority"] == 3
    assert TemplateVersion.objects.get(number=2).actor == "ikram"


@pytest.mark.parametrize(
    "path",
    [
        "roles/student/",
        "roles/teacher/",
        "settings/",
        "destinations/rtmpDestinations/tv/",
        "json/",
    ],
)
def test_a_form_sent_as_it_is_changes_nothing(path: str, ops: Client, hms_simulator: SimulatedHms, pages: str) -> None:
    answer = sheet(ops, pages + path).send()

    assert answer.status == 302, words(answer)
    assert hms_simulator.changes() == []
    assert AuditEntry.objects.count() == 0


def test_no_page_shows_a_secret(ops: Client, pages: str) -> None:
    shown = [
        ops.get(pages + path).content.decode()
        for path in (
            "",
            "settings/",
            "destinations/rtmpDestinations/tv/",
            "json/",
            "export.json",
            "versions/",
            "versions/1/",
            "versions/1/restore/",
        )
    ]

    assert [secret for page in shown for secret in SECRETS if secret in page] == []


def test_settings_keep_the_keys_that_nobody_typed(ops: Client, lesson: Template, pages: str) -> None:
    sheet(ops, f"{pages}settings/").send(region="in").save()

    assert lesson.settings["region"] == "in"
    assert lesson.settings["recording"]["upload"]["credentials"] == KEYS
    assert lesson.settings["recording"]["upload"]["novelty"] == 1
    assert lesson.settings["new"] == {"thing": [1]}


def test_typed_keys_replace_those_there_and_are_never_drawn_again(ops: Client, lesson: Template, pages: str) -> None:
    typed = {"key": "AKIA-2", "secret": "other-secret"}

    review = sheet(ops, f"{pages}settings/").send(**typed)
    assert "other-secret" not in review.text
    assert "secret of the bucket" in words(review)
    review.save(**typed)

    assert lesson.settings["recording"]["upload"]["credentials"] == {"key": "AKIA-2", "secretKey": "other-secret"}
    kept = f"{list(AuditEntry.objects.values())}{list(TemplateVersion.objects.values())}"
    assert "other-secret" not in kept


def test_a_secret_that_was_reviewed_and_is_not_sent_again_is_reviewed_again(
    ops: Client, hms_simulator: SimulatedHms, pages: str
) -> None:
    """Without scripts the fields of secrets come back empty."""
    review = sheet(ops, f"{pages}settings/").send(key="AKIA-2", secret="other-secret", region="in")

    again = review.save()

    assert "this is not what you looked at last" in words(again)
    assert hms_simulator.changes() == []


def test_a_storage_needs_both_its_keys(ops: Client, hms_simulator: SimulatedHms, pages: str) -> None:
    answer = sheet(ops, f"{pages}settings/").send(key="AKIA-2")

    assert "A storage needs its key and its secret." in words(answer)
    assert hms_simulator.changes() == []


def test_an_address_is_kept_replaced_or_taken_away(ops: Client, lesson: Template, pages: str) -> None:
    path = f"{pages}destinations/rtmpDestinations/tv/"
    other = "rtmp://other.example/app/stream-key-2"

    sheet(ops, path).send(width="1280").save()
    assert lesson.destinations["rtmpDestinations"]["tv"]["rtmpUrls"] == [URL]
    sheet(ops, path).send(url_1=other).save(url_1=other)
    assert lesson.destinations["rtmpDestinations"]["tv"]["rtmpUrls"] == [URL, other]
    sheet(ops, path).send(drop_0="on").save()

    assert lesson.destinations["rtmpDestinations"]["tv"]["rtmpUrls"] == [other]
    assert lesson.destinations["rtmpDestinations"]["tv"]["unknown"] == "kept"


def test_a_role_is_renamed_wherever_it_is_named(ops: Client, lesson: Template, pages: str) -> None:
    sheet(ops, f"{pages}roles/guest/").send(name="visitor").save()

    assert set(lesson.roles) == {"teacher", "co-teacher", "student", "visitor"}
    assert lesson.roles["teacher"]["subscribeParams"]["subscribeToRoles"][-1] == "visitor"
    assert "visitor" in lesson.roles["visitor"]["subscribeParams"]["subscribeToRoles"]


def test_a_role_is_added_and_deleted(ops: Client, lesson: Template, pages: str) -> None:
    added = sheet(ops, f"{pages}new-role/").send(name="listener", allowed=[]).save()
    assert added.status == 302, words(added)
    assert lesson.roles["listener"]["publishParams"].get("allowed", []) == []

    page = sheet(ops, f"{pages}roles/listener/delete/")
    assert "The role listener</bdi></b> goes" in words(page)
    page.save()

    assert "listener" not in lesson.roles


def test_recordings_are_set_up_and_taken_away(ops: Client, lesson: Template, pages: str) -> None:
    path = f"{pages}recordings/"
    wish = {"on": "on", "name": "films", "role": "teacher", "film": "on", "longest": "3600", "offsets": "2, 10"}
    sheet(ops, path).send(**wish).save()
    assert lesson.recordings == [
        {
            "name": "films",
            "role": "teacher",
            "maxDuration": 3600,
            "compositeRecording": {"browserComposite": {"enabled": True}},
            "thumbnails": {"offsets": [2, 10]},
        }
    ]

    sheet(ops, path).send(on=None).save()

    assert lesson.recordings == []


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        (
            "hlsDestinations",
            {
                "layer_0_width": "1280",
                "layer_0_height": "720",
                "layer_0_video": "1500",
                "playlist": "live",
                "vod": "on",
            },
            {
                "layers": [{"width": 1280, "height": 720, "videoBitrate": 1500}],
                "playlistType": "live",
                "recording": {"hlsVod": True},
            },
        ),
        (
            "transcriptions",
            {
                "role": "teacher",
                "modes": ["live", "caption"],
                "outputs": ["txt"],
                "words": "joule\nohm",
                "languages": "student: fr",
            },
            {
                "role": "teacher",
                "modes": ["live", "caption"],
                "outputModes": ["txt"],
                "customVocabulary": ["joule", "ohm"],
                "translation": {"roleLanguages": {"student": "fr"}},
            },
        ),
        ("browserRecordings", {"role": "teacher", "starts": "on"}, {"role": "teacher", "autoStart": True}),
    ],
)
def test_destinations_of_every_kind_are_made_and_taken_away(
    kind: str, fields: dict[str, Any], expected: dict[str, Any], ops: Client, lesson: Template, pages: str
) -> None:
    added = sheet(ops, f"{pages}new-destination/{kind}/").send(name="main", **fields).save()
    assert added.status == 302, words(added)
    assert lesson.destinations[kind]["main"] == {"name": "main", **expected}

    sheet(ops, f"{pages}destinations/{kind}/main/delete/").save()

    assert lesson.destinations.get(kind, {}) == {}
    assert lesson.destinations["rtmpDestinations"]["tv"]["rtmpUrls"] == [URL]


@pytest.mark.parametrize(
    ("path", "field", "value", "said"),
    [
        ("roles/student/", "video_bit_rate", "5000", "2000 at most"),
        ("roles/student/", "name", "teacher", "There is a role of this name already."),
        ("settings/", "name", "Class/9", "100ms takes letters, digits, blanks and - . _ : only."),
        ("settings/", "state_interval", "7", "multiple"),
        ("destinations/rtmpDestinations/tv/", "url_0", "http://x", "An address begins with rtmp://"),
        ("roles/student/", "video_f_scale", "2", "A layer needs its scale and its frames."),
    ],
)
def test_what_is_not_taken_is_said_at_its_field(
    path: str, field: str, value: str, said: str, ops: Client, hms_simulator: SimulatedHms, pages: str
) -> None:
    answer = sheet(ops, pages + path).send(**{field: value})

    assert said in words(answer)
    assert answer.fields.get(field) in ([value], [""])  # what is secret is not drawn again
    assert hms_simulator.changes() == []


def test_a_refusal_of_100ms_lands_on_its_field(
    ops: Client, hms_simulator: SimulatedHms, lesson: Template, pages: str
) -> None:
    hms_simulator.fault(
        "POST",
        "/templates/{template_id}/roles/{role_name}",
        status=400,
        message="invalid maxPeerCount",
        details=["too many"],
    )
    review = sheet(ops, f"{pages}roles/student/").send(places_kind="some", places_count="30")

    refused = review.save()

    assert 'id="id_places_count_error"' in refused.text
    assert "100ms refused: Invalid maxPeerCount; too many. Nothing was changed." in words(refused)
    assert refused.fields["places_count"] == ["30"]
    assert refused.save if "reviewed" in refused.buttons else True
    assert lesson.roles["student"]["maxPeerCount"] == 0


def test_what_somebody_changed_meanwhile_is_shown_and_what_was_typed_stays(
    ops: Client, hms_simulator: SimulatedHms, lesson: Template, pages: str
) -> None:
    page = sheet(ops, f"{pages}roles/student/")
    lesson.roles["student"]["publishParams"]["audio"]["bitRate"] = 64

    told = page.send(priority="4")

    assert "Somebody changed this in 100ms since you opened the page" in words(told)
    assert "sound, bit rate: <del>32 kbps</del>" in words(told)
    assert (told.fields["priority"], told.fields["audio_bit_rate"]) == (["4"], ["64"])
    assert hms_simulator.changes() == []
    review = told.send()
    assert "sound, bit rate" not in words(review)
    review.save()
    assert lesson.roles["student"]["priority"] == 4
    assert lesson.roles["student"]["publishParams"]["audio"]["bitRate"] == 64


def test_what_changed_between_the_look_and_the_save_is_looked_at_again(
    ops: Client, hms_simulator: SimulatedHms, lesson: Template, pages: str
) -> None:
    review = sheet(ops, f"{pages}roles/student/").send(priority="4")
    lesson.roles["guest"]["priority"] = 5

    again = review.save()

    assert "this is not what you looked at last" in words(again)
    assert hms_simulator.changes() == []
    again.save()
    assert (lesson.roles["student"]["priority"], lesson.roles["guest"]["priority"]) == (4, 5)


def test_other_fields_than_those_reviewed_are_not_saved(ops: Client, hms_simulator: SimulatedHms, pages: str) -> None:
    review = sheet(ops, f"{pages}roles/student/").send(priority="4")

    again = review.save(priority="5")

    assert "this is not what you looked at last" in words(again)
    assert hms_simulator.changes() == []


@pytest.mark.parametrize("wish", [{"cut": "before"}, {"status": 500, "done": True}])
def test_a_lost_answer_is_said_and_trying_again_finds_it_done(
    wish: dict[str, Any], ops: Client, hms_simulator: SimulatedHms, lesson: Template, pages: str
) -> None:
    review = sheet(ops, f"{pages}roles/student/").send(priority="4")
    hms_simulator.fault("POST", "/templates/{template_id}/roles/{role_name}", **wish)

    told = review.save()
    assert "nobody knows yet whether this was done" in words(told)
    assert told.fields["priority"] == ["4"]
    again = told.send()

    assert again.status == 302
    assert [one.outcome for one in AuditEntry.objects.order_by("id")] == ["requested", "unsure", "succeeded"]
    assert TemplateVersion.objects.get(number=2).actor == "ikram"
    assert hms_simulator.changes() == [("POST", f"/templates/{lesson.id}/roles/student")]
    mirror.pull(client(), at=timezone.now())
    assert RoomTemplate.objects.get().changed_elsewhere_at is None


@pytest.mark.parametrize(("status", "said"), [(409, "100ms refused"), (500, "100ms failed (500)")])
def test_a_refusal_leaves_things_as_they_were_and_trying_again_works(
    status: int, said: str, ops: Client, hms_simulator: SimulatedHms, lesson: Template, pages: str
) -> None:
    review = sheet(ops, f"{pages}settings/").send(region="in")
    hms_simulator.fault("POST", "/templates/{template_id}/settings", status=status)

    told = review.save()
    assert said in words(told)
    assert lesson.settings["region"] == "eu"
    told.send().save()

    assert lesson.settings["region"] == "in"


def test_when_100ms_cannot_be_asked_what_was_typed_stays(ops: Client, hms_simulator: SimulatedHms, pages: str) -> None:
    hms_simulator.fault("GET", "/templates/{template_id}", status=503)

    told = sheet(ops, f"{pages}roles/student/").send(priority="4")

    assert told.fields["priority"] == ["4"]
    assert "100ms failed (503)" in words(told)
    assert hms_simulator.changes() == []


def test_back_to_a_version_keeps_the_secrets_that_100ms_has(ops: Client, lesson: Template, pages: str) -> None:
    sheet(ops, f"{pages}roles/student/").send(priority="4").save()
    sheet(ops, f"{pages}settings/").send(region="in").save()
    lesson.destinations["rtmpDestinations"]["tv"]["rtmpUrls"] = []
    mirror.pull(client(), at=timezone.now())

    page = sheet(ops, f"{pages}versions/1/restore/")
    assert "Versions hold no secrets" in words(page)
    assert "destinations.rtmpDestinations.tv.rtmpUrls[0]" in words(page)
    page.save()

    assert lesson.roles["student"]["priority"] == 2
    assert lesson.settings["region"] == "eu"
    assert lesson.settings["recording"]["upload"]["credentials"] == KEYS
    last = TemplateVersion.objects.first()
    assert last is not None
    assert last.note.startswith("Back to version 1: student has the priority: 4 → 2")


def test_json_is_exported_without_secrets_and_put_back_with_them(ops: Client, lesson: Template, pages: str) -> None:
    text = ops.get(f"{pages}export.json").content.decode()
    changed = text.replace('"priority": 2', '"priority": 3')

    sheet(ops, f"{pages}json/").send(text=changed).save()

    assert lesson.roles["student"]["priority"] == 3
    assert lesson.settings["recording"]["upload"]["credentials"] == KEYS
    assert lesson.destinations["rtmpDestinations"]["tv"]["rtmpUrls"] == [URL]


def test_what_is_done_in_part_is_said_and_sending_it_again_does_the_rest(
    ops: Client, hms_simulator: SimulatedHms, lesson: Template, pages: str
) -> None:
    review = sheet(ops, f"{pages}roles/guest/delete/")
    hms_simulator.fault("POST", "/templates/{template_id}", status=409)

    told = review.save()

    assert "Part of it is done. The role guest is deleted. The rest is not: 100ms refused" in words(told)
    assert "Nothing was changed" not in words(told)
    assert "guest" not in lesson.roles
    assert "sees guest, which is no role of this template" in unescape(ops.get(pages).content.decode())
    rest = told.send()
    assert "sees and hears: <del>teacher, co-teacher, student, guest</del>" in words(rest)
    assert rest.save().status == 302
    assert lesson.roles["teacher"]["subscribeParams"]["subscribeToRoles"] == ["teacher", "co-teacher", "student"]


def test_going_back_over_a_change_made_meanwhile_is_looked_at_again(
    ops: Client, hms_simulator: SimulatedHms, lesson: Template, pages: str
) -> None:
    sheet(ops, f"{pages}roles/student/").send(priority="4").save()
    page = sheet(ops, f"{pages}versions/1/restore/")
    hms_simulator.forget()
    lesson.roles["guest"]["priority"] = 5

    told = page.save()

    assert "Somebody changed this in 100ms since you opened the page" in words(told)
    assert hms_simulator.changes() == []
    assert told.save().status == 302
    assert (lesson.roles["student"]["priority"], lesson.roles["guest"]["priority"]) == (2, 2)


def test_a_rename_that_got_no_answer_is_ended_by_sending_it_again(
    ops: Client, hms_simulator: SimulatedHms, lesson: Template, pages: str
) -> None:
    review = sheet(ops, f"{pages}roles/guest/").send(name="visitor")
    hms_simulator.fault("POST", "/templates/{template_id}/roles/{role_name}", cut="before")
    told = review.save()
    assert "nobody knows yet whether this was done" in words(told)

    found = told.send()
    assert "The role guest</bdi></b> goes" in words(found)
    saved = found.send().save()

    assert saved.status == 302, words(saved)
    assert list(lesson.roles) == ["teacher", "co-teacher", "student", "visitor"]
    assert "guest" not in str([one["subscribeParams"] for one in lesson.roles.values()])
    assert [one.outcome for one in AuditEntry.objects.filter(action="template.set_role").order_by("id")] == [
        "requested",
        "unsure",
        "succeeded",
    ]
