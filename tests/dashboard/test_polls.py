"""Polls in their list, on their page and in a room's tab: who sees which, and which answers."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rooms.connection import client as hms_client
from rooms.models import AuditEntry, Poll, Room, RoomAccess
from tests.dashboard import classes
from tests.rooms.polls import known, known_room, quiz
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Client]


def poll(title: str, *rooms: Room, **fields: Any) -> Poll:
    """A poll as a row, for pages that ask 100ms nothing."""
    given = {
        "mirrored_at": timezone.now(),
        "made_at": timezone.now(),
        "received": quiz(title),
        "question_count": 3,
        "kind": "quiz",
    }
    made = Poll.objects.create(id=classes.new_id("poll"), title=title, **(given | fields))
    made.rooms.set(rooms)
    return made


def page(client: Client, url: str, **headers: str) -> str:
    answer = client.get(url, headers=headers)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def listed(client: Client, url: str) -> list[str]:
    table = re.search(r"<tbody.*?</tbody>", page(client, url), re.DOTALL)
    return re.findall(r'title="([^"]*)"><bdi>', table[0]) if table else []


def test_a_text_that_nobody_marks_shows_no_points(ops: Client, hms_simulator: SimulatedHms) -> None:
    unmarked = {"text": "What is unclear?", "type": "long-answer", "weight": 7}
    marked = {"text": "Its speed?", "type": "short-answer", "answer": {"text": "c"}, "weight": 5}
    shown = page(ops, f"/polls/{known(hms_simulator, quiz(questions=[unmarked, marked])).pk}/")

    assert "5 points" in shown
    assert "7 points" not in shown


# the list


def test_the_list_is_searched_filtered_and_sorted(
    ops: Client, physics: Room, chemistry: Room, ikram: User, wanjiru: User
) -> None:
    now = timezone.now()
    light = poll("Light", physics, made_by=wanjiru, made_at=now - timedelta(days=2), question_count=9)
    acids = poll("acids", physics, chemistry, made_by=ikram, made_at=now - timedelta(days=1), kind="poll")
    free = poll("Free", made_at=None, changed_elsewhere_at=now)
    poll("Old", put_away_at=now, gone_at=now)

    assert listed(ops, "/polls/") == ["acids", "Light", "Free"]
    assert listed(ops, "/polls/?sort=title") == ["acids", "Free", "Light"]
    assert listed(ops, "/polls/?sort=-questions")[0] == "Light"
    assert listed(ops, "/polls/?sort=-rooms") == ["acids", "Light", "Free"]
    assert listed(ops, "/polls/?sort=by") == ["acids", "Light", "Free"]
    assert listed(ops, "/polls/?q=LIG") == listed(ops, f"/polls/?q={light.pk}") == ["Light"]
    assert listed(ops, "/polls/?kind=poll") == ["acids"]
    assert listed(ops, f"/polls/?room={chemistry.pk}") == listed(ops, "/polls/?room=grade 11 chemistry") == [str(acids)]
    assert listed(ops, "/polls/?by=wanjiru") == listed(ops, "/polls/?by=kamau") == ["Light"]
    assert listed(ops, "/polls/?state=used") == ["acids", "Light"]
    assert listed(ops, "/polls/?state=free") == listed(ops, "/polls/?state=elsewhere") == [str(free)]
    assert listed(ops, "/polls/?state=away") == ["Old"]
    assert listed(ops, "/polls/?state=gone") == []
    assert "Without “State: gone from 100ms”, 3 would match." in page(ops, "/polls/?state=gone")


def test_an_empty_list_says_what_to_do(ops: Client, signed_in: SignedIn, olive: User) -> None:
    assert "Make the first with “New poll”" in page(ops, "/polls/")
    observed = page(signed_in(olive), "/polls/")
    assert "once a teacher has made one" in observed
    assert "/polls/new/" not in observed


def test_the_export_holds_what_the_list_shows_and_no_right_answer(
    teacher: Client, physics: Room, chemistry: Room, wanjiru: User
) -> None:
    poll("=Light", physics, chemistry, made_by=wanjiru, duration_seconds=90, mode="userid", start="auto")
    poll("Not hers", chemistry)

    answer = teacher.get("/polls.csv")
    text = b"".join(answer).decode()

    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["title"], line["questions"], line["duration_seconds"]) == ("'=Light", "3", "90")
    assert (line["rooms"], line["made_by"]) == (physics.name, "wanjiru")
    assert "299792458" not in text
    assert chemistry.name not in text


def test_a_list_asks_no_more_for_many(ops: Client, teacher: Client, physics: Room, wanjiru: User) -> None:
    def counted(client: Client, url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            b"".join(client.get(url))
        return len(queries)

    urls = ["/polls/?size=100", "/polls.csv", f"/rooms/{physics.pk}/polls/"]
    rooms = [classes.room(f"room {number}") for number in range(4)]
    one = poll("First", physics, *rooms, made_by=wanjiru)
    few = [counted(client, url) for client in (ops, teacher) for url in [*urls, f"/polls/{one.pk}/"]]
    for number in range(50):
        poll(f"Poll {number}", physics, *rooms, made_by=wanjiru)
    one.received = quiz(questions=[{"text": f"Question {number}?"} for number in range(60)])
    one.save()

    many = [counted(client, url) for client in (ops, teacher) for url in [*urls, f"/polls/{one.pk}/"]]

    assert many == few
    assert max(many) <= 20


# one poll


def test_a_teacher_sees_the_right_answers_and_an_observer_does_not(
    teacher: Client, signed_in: SignedIn, olive: User, physics: Room
) -> None:
    """A poll may be asked again at any time, so there is no moment at which its answers are no longer a secret."""
    made = poll("Light", physics)

    taught, observed = page(teacher, f"/polls/{made.pk}/"), page(signed_in(olive), f"/polls/{made.pk}/")

    assert taught.count('class="is-right"') == 4
    assert "299792458" in taught
    assert "2 points" in taught
    for words in ("What bends light?", "A lens", "Its speed?"):
        assert words in observed
    for words in ("is-right", "299792458", "2 points", "Edit", "Duplicate", "Put away", "Link a room", "Unlink"):
        assert words not in observed


def test_rooms_of_others_are_counted_and_not_named(teacher: Client, physics: Room, chemistry: Room) -> None:
    made = poll("Light", physics, chemistry)

    shown = page(teacher, f"/polls/{made.pk}/")

    assert "And in 1 room that is not yours, so only ops can change it." in shown
    assert chemistry.name not in shown
    assert f"/polls/{made.pk}/edit/" not in shown
    assert f"/polls/{made.pk}/duplicate/" in shown


def test_a_poll_says_when_others_changed_it_or_100ms_lost_it(ops: Client) -> None:
    now = timezone.now()

    assert "changed this poll outside Rollcall" in page(ops, f"/polls/{poll('a', changed_elsewhere_at=now).pk}/")
    gone = page(ops, f"/polls/{poll('b', gone_at=now).pk}/")
    assert "100ms no longer had this poll" in gone
    assert "/edit/" not in gone
    assert "Only a room has named this poll so far" in page(ops, f"/polls/{Poll.objects.create(id='unread').pk}/")


def test_texts_are_shown_as_texts(ops: Client) -> None:
    made = poll(
        "<b>T</b>", received=quiz("<b>T</b>", [{"text": "<script>x</script>", "options": [{"text": "<i>o</i>"}]}])
    )

    answer = ops.get(f"/polls/{made.pk}/").content.decode()

    assert "<script>x" not in answer
    assert "<i>o</i>" not in answer
    assert "&lt;i&gt;o&lt;/i&gt;" in answer


def test_reading_again_shows_what_it_is_now(hms_simulator: SimulatedHms, ops: Client) -> None:
    made = known(hms_simulator)
    hms_client().polls.update(made.pk, **quiz("Shadow"))

    ops.post(f"/polls/{made.pk}/refresh/")

    shown = page(ops, f"/polls/{made.pk}/")
    assert "Read from 100ms just now." in shown
    assert "<bdi>Shadow</bdi>" in shown

    hms_simulator.fault("GET", "/polls/{poll_id}", status=500)
    ops.post(f"/polls/{made.pk}/refresh/")
    assert "100ms does not answer right now." in page(ops, f"/polls/{made.pk}/")

    del hms_simulator.world.polls[made.pk]
    ops.post(f"/polls/{made.pk}/refresh/")
    assert "100ms no longer has this poll." in page(ops, f"/polls/{made.pk}/")


def test_a_poll_is_put_away_and_brought_back(teacher: Client, physics: Room) -> None:
    made = poll("Light", physics)

    teacher.post(f"/polls/{made.pk}/put-away/")
    away = page(teacher, f"/polls/{made.pk}/")
    assert "is put away: it is out of the list, and its results stay. 1 room still asks it; unlink it there." in away
    assert listed(teacher, "/polls/") == []

    teacher.post(f"/polls/{made.pk}/bring-back/")
    assert listed(teacher, "/polls/") == ["Light"]
    assert list(AuditEntry.objects.order_by("id").values_list("actor", "action")) == [
        ("wanjiru", "poll.put_away"),
        ("wanjiru", "poll.bring_back"),
    ]


# rooms


@pytest.fixture
def optics(hms_simulator: SimulatedHms, wanjiru: User) -> Room:
    room = known_room(hms_simulator)
    RoomAccess.objects.create(user=wanjiru, room=room)
    return room


def test_a_rooms_tab_shows_its_polls_and_links_another(
    hms_simulator: SimulatedHms, optics: Room, teacher: Client, wanjiru: User
) -> None:
    mine = known(hms_simulator, quiz("Mine"), made_by=wanjiru)
    known(hms_simulator, quiz("Nobody's"))
    tab = f"/rooms/{optics.pk}/polls/"
    assert "No polls yet" in page(teacher, tab)
    dialog = page(teacher, f"{tab}link/", **{"HX-Request": "true", "HX-Target": "dialog"})
    assert "Mine" in dialog
    assert "Nobody's" not in dialog

    answer = teacher.post(f"{tab}link/", {"poll": mine.pk})

    assert answer["Location"] == tab
    assert hms_simulator.world.rooms[optics.pk].polls == [mine.pk]
    assert "optics can ask “Mine” now." in page(teacher, tab)
    assert listed(teacher, tab) == ["Mine"]
    assert "Mine" not in page(teacher, f"{tab}link/")


def test_a_poll_is_typed_where_there_are_many(hms_simulator: SimulatedHms, ops: Client) -> None:
    room = known_room(hms_simulator)
    for number in range(52):
        poll(f"Poll {number}")
    twice = [poll("Twice"), poll("twice")]
    url = f"/rooms/{room.pk}/polls/link/"

    assert '<option value="Poll 7">' in page(ops, url)
    for typed, says in {"Twice": "Several polls are called so. Give the id of one.", "No": "You have no poll"}.items():
        assert says in unescape(ops.post(url, {"poll": typed}).content.decode())
    assert ops.post(url, {"poll": twice[1].pk}).status_code == 302
    assert ops.post(url, {"poll": "poll 7"}).status_code == 302
    assert [one.title for one in room.polls.order_by("title")] == ["Poll 7", "twice"]


def test_an_observer_reads_the_tab_and_changes_nothing(signed_in: SignedIn, olive: User, physics: Room) -> None:
    made = poll("Light", physics)
    client = signed_in(olive)

    shown = page(client, f"/rooms/{physics.pk}/polls/")

    assert "Light" in shown
    assert "Link a poll" not in shown
    assert "Unlink" not in shown
    for path in (
        f"rooms/{physics.pk}/polls/link/",
        f"polls/{made.pk}/link/",
        f"polls/{made.pk}/duplicate/",
        "polls/new/",
    ):
        assert client.get(f"/{path}").status_code == 404


def test_a_poll_is_linked_to_a_room_and_unlinked(
    hms_simulator: SimulatedHms, optics: Room, teacher: Client, wanjiru: User, chemistry: Room
) -> None:
    made = known(hms_simulator, made_by=wanjiru)

    assert "You have no room of this name or id." in unescape(
        teacher.post(f"/polls/{made.pk}/link/", {"room": chemistry.pk}).content.decode()
    )
    assert teacher.post(f"/polls/{made.pk}/link/", {"room": optics.pk})["Location"] == f"/polls/{made.pk}/"
    assert hms_simulator.world.rooms[optics.pk].polls == [made.pk]

    unlink = f"/polls/{made.pk}/rooms/{optics.pk}/unlink/"
    assert "What was answered stays." in page(teacher, unlink)
    assert teacher.post(unlink)["Location"] == f"/polls/{made.pk}/"
    assert hms_simulator.world.rooms[optics.pk].polls == []


def test_who_unlinks_the_room_they_knew_a_poll_by_is_led_to_the_room(
    hms_simulator: SimulatedHms, wanjiru: User, teacher: Client
) -> None:
    made = known(hms_simulator)
    room = known_room(hms_simulator, "optics", made)
    RoomAccess.objects.create(user=wanjiru, room=room)

    answer = teacher.post(f"/polls/{made.pk}/rooms/{room.pk}/unlink/")

    assert answer["Location"] == f"/rooms/{room.pk}/polls/"
    assert teacher.get(f"/polls/{made.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"cut": "before"}, "nobody knows yet whether this was done"),
        ({"status": 500}, "nobody knows yet whether this was done"),
        ({"status": 409, "message": "busy"}, "100ms refused: Busy. Nothing was changed."),
        ({"status": 400, "details": ["polls must be a list"]}, "polls must be a list. Nothing was changed."),
    ],
)
def test_a_link_that_fails_says_what_is_known_and_may_be_tried_again(
    wish: dict[str, Any], says: str, hms_simulator: SimulatedHms, optics: Room, teacher: Client, wanjiru: User
) -> None:
    made = known(hms_simulator, made_by=wanjiru)
    hms_simulator.fault("POST", "/rooms/{room_id}", **wish)
    url = f"/polls/{made.pk}/link/"

    answer = teacher.post(url, {"room": optics.pk})

    assert says in unescape(answer.content.decode())
    assert teacher.post(url, {"room": optics.pk}).status_code == 302
    assert hms_simulator.world.rooms[optics.pk].polls == [made.pk]


def test_a_duplicate_is_a_poll_of_its_own_in_the_room_chosen(
    hms_simulator: SimulatedHms, optics: Room, teacher: Client, wanjiru: User
) -> None:
    shared = known(hms_simulator)
    other = known_room(hms_simulator, "other", shared)
    RoomAccess.objects.create(user=wanjiru, room=other)
    RoomAccess.objects.filter(user=wanjiru).exclude(room__in=(other, optics)).delete()
    url = f"/polls/{shared.pk}/duplicate/"
    assert 'value="Light, copy"' in page(teacher, url)

    answer = teacher.post(url, {"title": "Light, group B", "room": optics.pk})

    copy = Poll.objects.get(title="Light, group B")
    assert answer["Location"] == f"/polls/{copy.pk}/"
    assert copy.made_by == wanjiru
    assert hms_simulator.world.rooms[optics.pk].polls == [copy.pk]
    assert "Choose one." in unescape(teacher.post(url, {"title": "x"}).content.decode())


def test_a_duplicate_whose_answer_is_lost_says_what_is_known(hms_simulator: SimulatedHms, ops: Client) -> None:
    made = known(hms_simulator)
    hms_simulator.fault("POST", "/polls", cut="before")

    answer = ops.post(f"/polls/{made.pk}/duplicate/", {"title": "Copy"})

    assert "nobody knows whether it made this poll" in unescape(answer.content.decode())
