"""Templates by name: what people write, and the id it means."""

import pytest

from rooms.models import Room, RoomTemplate
from rooms.template_names import TemplateNames

ID = "65b9fe00582dd1d8f1633952"


@pytest.fixture
def known(db: None) -> TemplateNames:
    RoomTemplate.objects.create(id="t-class", name="Class")
    RoomTemplate.objects.create(id="t-twin-1", name="Twin")
    RoomTemplate.objects.create(id="t-twin-2", name="twin")
    RoomTemplate.objects.create(id="t-gone", name="Gone", gone_at="2026-11-01T00:00:00Z")
    Room.objects.create(id="room-1", template_id="t-of-room", template_name="Lecture")
    Room.objects.create(id="room-2", template_id="t-class", template_name="An outdated name")
    return TemplateNames.known()


@pytest.mark.parametrize(
    ("text", "template_id"),
    [("Class", "t-class"), ("class", "t-class"), ("t-class", "t-class"), ("Lecture", "t-of-room"), (ID, ID)],
)
def test_a_name_or_an_id_is_understood(text: str, template_id: str, known: TemplateNames) -> None:
    assert known.id_of(text) == template_id


@pytest.mark.parametrize(
    ("text", "words"),
    [("Twin", "Several templates are called “Twin”"), ("Gone", "There is no template “Gone”"), ("", "no template")],
)
def test_what_means_none_or_several_is_refused_in_words(text: str, words: str, known: TemplateNames) -> None:
    with pytest.raises(ValueError, match=words):
        known.id_of(text)


def test_a_template_is_shown_by_its_name_unless_another_has_it_too(known: TemplateNames) -> None:
    assert [known.name_of(one) for one in ("t-class", "t-twin-1", "t-none", "")] == ["Class", "t-twin-1", "t-none", ""]
    assert known.names == ["Class", "Lecture", "Twin", "twin"]
