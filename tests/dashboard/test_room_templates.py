"""Room templates: the list, one template on its page, new ones, history, files."""

import json
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rooms.connection import client
from rooms.mirrors import templates as mirror
from rooms.models import Room, RoomTemplate, TemplateVersion
from rooms.room_templates.roles import role
from tests.dashboard import classes
from tests.dashboard.filled import Sheet, sheet
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db

LIST = "/room-templates/"


def template(name: str, roles: int = 2, **parts: Any) -> RoomTemplate:
    named = {f"role {number}": role(f"role {number}", ("audio",), ["role 0"]) for number in range(roles)}
    raw = {"id": name.replace(" ", "-"), "name": name, "roles": named, "settings": {}, "destinations": {}, **parts}
    mirror.write([raw], at=timezone.now())
    return RoomTemplate.objects.get(pk=raw["id"])


def shown(ops: Client, path: str) -> str:
    answer = ops.get(path)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def words(page: Sheet) -> str:
    return " ".join(unescape(page.text).split())


def queries(ops: Client, path: str) -> int:
    ops.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert ops.get(path).status_code == 200
    return len(captured)


@pytest.fixture
def school(physics: Room) -> None:
    template("Class", 3, default=True)
    template("Lecture", recordings=[{"name": "films", "role": "role 0", "trackRecording": {"enabled": True}}])
    template("Meeting", settings={"region": "in"})
    Room.objects.update(template_id="Class", template_name="Class")
    RoomTemplate.objects.filter(pk="Meeting").update(changed_elsewhere_at=timezone.now())


def test_the_list_says_how_many_rooms_and_roles_and_what_is_the_matter(ops: Client, school: None) -> None:
    page = shown(ops, LIST)

    assert page.index("Class") < page.index("Lecture") < page.index("Meeting")
    assert 'data-l="Rooms"><a class="link" href="/rooms/?template=Class">1</a>' in page
    assert 'data-l="Roles">3<' in page
    assert "changed elsewhere" in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=lect", ["Lecture"]),
        ("recording=yes", ["Lecture"]),
        ("recording=no", ["Class", "Meeting"]),
        ("used=yes", ["Class"]),
        ("used=no", ["Lecture", "Meeting"]),
        ("state=default", ["Class"]),
        ("state=elsewhere", ["Meeting"]),
        ("state=gone", []),
        ("sort=-name", ["Meeting", "Lecture", "Class"]),
        ("sort=-roles", ["Class", "Lecture", "Meeting"]),
    ],
)
def test_the_list_and_its_export_are_narrowed_and_sorted_alike(
    query: str, names: list[str], ops: Client, school: None
) -> None:
    listed = [one.name for one in ops.get(f"{LIST}?{query}").context["templates"]]
    exported = b"".join(ops.get(f"/room-templates.csv?{query}").streaming_content).decode().splitlines()  # type: ignore[attr-defined]

    assert listed == names
    assert exported[0].startswith("template_id,name,rooms,roles,recording,region,default,changed_elsewhere_at,gone_at")
    assert [line.split(",")[1] for line in exported[1:]] == names


def test_a_templates_page_shows_roles_side_by_side_and_what_is_wrong(ops: Client, physics: Room) -> None:
    one = template("Class", 2)
    Room.objects.update(template_id=one.pk)
    classes.session(physics, length=None)

    page = shown(ops, f"{LIST}{one.pk}/")

    assert "Nobody sees role 1, though it may publish sound." in page
    assert "No role may end the room." in page
    assert 'data-l="Sound"><span class="state">' in page
    assert "1 room uses this template" in page
    assert "1 live now, 1 person in:" in page


def test_pages_ask_as_much_for_many_templates_roles_versions_and_rooms_as_for_few(ops: Client, physics: Room) -> None:
    one = template("Class", 2)
    paths = [LIST, f"{LIST}{one.pk}/", f"{LIST}{one.pk}/roles/role 1/", f"{LIST}{one.pk}/versions/", f"{LIST}new/"]
    paths += [f"{LIST}{one.pk}/versions/1/"]
    few = [queries(ops, path) for path in paths]

    template("Class", 200, settings={"region": "in"})
    for number in range(300):
        RoomTemplate.objects.create(id=f"t{number}", name=f"{number} " + "long name " * 20, mirrored_at=timezone.now())
    Room.objects.bulk_create(Room(id=f"r{number}", name="r", template_id=one.pk) for number in range(200))
    TemplateVersion.objects.bulk_create(
        TemplateVersion(template=one, number=number, taken_at=timezone.now()) for number in range(3, 90)
    )

    assert [queries(ops, path) for path in paths] == few
    assert max(few) <= 16


def test_a_new_template_is_made_from_scratch(ops: Client, hms_simulator: SimulatedHms) -> None:
    review = sheet(ops, f"{LIST}new/").send(name="Lecture", begin="lecture")
    assert "The role audience</bdi></b> is new" in words(review)
    assert hms_simulator.changes() == []

    made = review.save()

    assert made.status == 302
    (lecture,) = [one for one in hms_simulator.world.templates.values() if one.name == "Lecture"]
    assert list(lecture.roles) == ["teacher", "speaker", "audience"]
    assert made.location == f"{LIST}{lecture.id}/"
    assert TemplateVersion.objects.get().actor == "ikram"


def test_a_copy_takes_everything_along_but_that_it_is_the_default(ops: Client, hms_simulator: SimulatedHms) -> None:
    (lesson,) = hms_simulator.world.templates.values()
    lesson.default = True
    lesson.destinations = {"rtmpDestinations": {"tv": {"name": "tv", "rtmpUrls": ["rtmp://a.example/app/stream-key"]}}}
    lesson.recordings = [{"name": "films", "role": "teacher", "trackRecording": {"enabled": True}}]
    mirror.pull(client(), at=timezone.now())

    page = sheet(ops, f"{LIST}new/?copy={lesson.id}")
    assert page.fields["begin"] == [f"copy:{lesson.id}"]
    review = page.send(name="Lesson 2")
    assert "stream-key" not in review.text
    review.save()

    (copy,) = [one for one in hms_simulator.world.templates.values() if one.name == "Lesson 2"]
    assert copy.destinations == lesson.destinations
    assert copy.recordings == lesson.recordings
    assert (copy.default, lesson.default) == (False, True)


def test_a_name_that_is_there_would_overwrite_and_is_refused(ops: Client, hms_simulator: SimulatedHms) -> None:
    mirror.pull(client(), at=timezone.now())

    answer = sheet(ops, f"{LIST}new/").send(name="Class", begin="class")

    assert "100ms would overwrite it" in words(answer)
    assert hms_simulator.changes() == []


def test_a_name_taken_elsewhere_meanwhile_is_refused_at_its_field(ops: Client, hms_simulator: SimulatedHms) -> None:
    answer = sheet(ops, f"{LIST}new/").send(name="Class", begin="class").save()

    assert 'id="id_name_error"' in answer.text
    assert "Name is taken: 100ms has a template called Class" in words(answer)
    assert hms_simulator.changes() == []


def test_a_template_that_got_no_answer_is_not_made_twice(ops: Client, hms_simulator: SimulatedHms) -> None:
    review = sheet(ops, f"{LIST}new/").send(name="Lecture", begin="lecture")
    hms_simulator.fault("POST", "/templates", cut="before")

    told = review.save()
    assert "nobody knows yet whether this was done" in words(told)
    again = told.send().save()

    assert "perhaps made by an attempt that got no answer" in words(again)
    assert len(hms_simulator.world.templates) == 2


def test_a_file_becomes_a_template_and_what_it_lacks_is_said(ops: Client, hms_simulator: SimulatedHms) -> None:
    (lesson,) = hms_simulator.world.templates.values()
    lesson.destinations = {"rtmpDestinations": {"tv": {"name": "tv", "rtmpUrls": ["rtmp://a.example/app/stream-key"]}}}
    mirror.pull(client(), at=timezone.now())
    text = ops.get(f"{LIST}{lesson.id}/export.json").content.decode()
    assert "stream-key" not in text

    review = sheet(ops, f"{LIST}import/").send(name="From a file", text=text)
    assert "destinations.rtmpDestinations.tv.rtmpUrls[0]" in words(review)
    review.save()

    (made,) = [one for one in hms_simulator.world.templates.values() if one.name == "From a file"]
    assert made.roles.keys() == lesson.roles.keys()
    assert made.destinations == {"rtmpDestinations": {"tv": {"name": "tv", "rtmpUrls": []}}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Paste a template, or choose a file."),
        ("{", "Line 1, column 2: this is not JSON"),
        ("[]", "The file must hold one object"),
        ('{"roles": {}}', "roles: a template needs at least one role"),
        ('{"roles": {"a": {}}, "rolls": 1}', "rolls: no part of a template. Take it out, or correct its name."),
        ('{"roles": {"a": {"priority": 9}}}', "roles.a.priority: must be 1 to 5, not 9."),
        ('{"roles": {"a": 1}}', "roles.a: must be an object"),
        ('{"roles": {"a": {}}, "destinations": {"ftp": {}}}', "destinations.ftp: no kind of destination."),
        ('{"roles": {"a": {}}}', "The file has no name: give one."),
        ('{"name": "a", "roles": {"a": NaN}}', "This is not JSON that can be read."),
        ("[" * 100_000, "This is not JSON that can be read."),
    ],
)
def test_a_file_that_is_no_template_is_refused_at_its_place(text: str, said: str, ops: Client) -> None:
    assert said in words(sheet(ops, f"{LIST}import/").send(text=text))


def test_an_uploaded_file_stands_in_the_text_for_the_review(ops: Client, hms_simulator: SimulatedHms) -> None:
    content = json.dumps({"name": "Small", "roles": {"host": {}}}).encode()
    answer = ops.post(f"{LIST}import/", {"text": "", "file": SimpleUploadedFile("small.json", content)})

    review = Sheet(ops, f"{LIST}import/", answer)
    assert json.loads(review.fields["text"][0])["name"] == "Small"
    assert review.save().status == 302
    assert "Small" in [one.name for one in hms_simulator.world.templates.values()]


def test_history_tells_whose_each_version_is_and_any_two_can_be_compared(ops: Client) -> None:
    one = template("Class", 2)
    mirror.write([{**one.received, "name": "Lesson"}], at=timezone.now(), ours=True, actor="ikram")
    mirror.write([{**one.received, "settings": {"region": "in"}}], at=timezone.now())

    page = shown(ops, f"{LIST}{one.pk}/versions/")
    assert page.index("Version 3") < page.index("not ours") < page.index("Version 2") < page.index(", ikram")
    against = shown(ops, f"{LIST}{one.pk}/versions/3/?against=1")

    assert "region: <del>not set</del>" in against
    assert "<del>Lesson</del>" not in against
    assert "is called: <del>Lesson</del>" in shown(ops, f"{LIST}{one.pk}/versions/3/")


def test_a_template_is_read_again_at_once(ops: Client, hms_simulator: SimulatedHms) -> None:
    (lesson,) = hms_simulator.world.templates.values()
    mirror.pull(client(), at=timezone.now() - timedelta(minutes=1))
    lesson.name = "Lesson"

    ops.post(f"{LIST}{lesson.id}/read/")

    assert RoomTemplate.objects.get().name == "Lesson"


def test_that_100ms_cannot_be_read_is_said(ops: Client, hms_simulator: SimulatedHms) -> None:
    one = template("Class")
    hms_simulator.fault("GET", "/templates/{template_id}", status=503)

    answer = ops.post(f"{LIST}{one.pk}/read/", follow=True)

    assert "It could not be read from 100ms." in answer.content.decode()


@pytest.mark.parametrize("name", ["a/b", "ünï çødé", "new", "<b>x</b>", "x" * 200, "a.b [c]", "what? #1 100%"])
def test_a_role_of_any_name_has_its_page(name: str, ops: Client) -> None:
    one = template("Class", roles=0)
    mirror.write([{**one.received, "roles": {name: role(name, (), [name])}}], at=timezone.now())

    page = ops.get(f"{LIST}{one.pk}/")

    (row,) = page.context["roles"]
    assert row.name == name
    link = next(part.split('"')[0] for part in page.content.decode().split('href="') if "/roles/" in part)
    answer = ops.get(unescape(link))
    assert answer.context["form"]["name"].value() == name
    assert f'action="{link}"' in answer.content.decode()


def test_a_template_made_without_its_recordings_is_shown_with_the_reason(
    ops: Client, hms_simulator: SimulatedHms
) -> None:
    text = json.dumps({"name": "Films", "roles": {"host": {}}, "recordings": [{"name": "films", "role": "host"}]})
    review = sheet(ops, f"{LIST}import/").send(text=text)
    hms_simulator.fault("POST", "/templates/{template_id}/recordings", status=409)

    made = review.save()

    assert made.location == f"{LIST}{RoomTemplate.objects.get(name='Films').pk}/"
    assert "The template is made. The rest is not: 100ms refused" in shown(ops, made.location)
