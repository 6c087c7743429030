"""The cockpit of a running room, for those who look and those who act."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import Peer, Session, Track
from dashboard.live_parts import MOST_BYTES
from rooms.connection import client
from rooms.models import AuditEntry, LiveReading, Role, Room, RoomAccess, RoomTemplate
from tests.dashboard import classes
from tests.dashboard.classes import Pupil
from tests.dashboard.test_session import text
from tests.dashboard.test_session_live import held_parts, shown, swapped
from tests.rooms.simulated import SimulatedHms

HTMX = {"HX-Request": "true"}
DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


class Live:
    """A room of the simulated 100ms that people join, and its cockpit as somebody sees it."""

    def __init__(self, simulated: SimulatedHms, room: Room) -> None:
        self.simulated = simulated
        self.room = room
        self.url = f"/rooms/{room.pk}/live/"
        self._codes = {code.role: code.code for code in client().room_codes.create(room.pk)}

    def join(self, name: str = "Amina", role: str = "student") -> str:
        peer_id: str = self.simulated.join(self._codes[role], name, name.lower())["peer_id"]
        return peer_id

    def inside(self) -> dict[str, str]:
        return {peer.name: peer.role for peer in client().active_rooms.peers(self.room.pk).values()}

    def page(self, viewer: Client, **query: str) -> str:
        answer = viewer.get(self.url, query)
        assert answer.status_code == 200
        return answer.content.decode()

    def update(self, viewer: Client, html: str, **query: str) -> Any:
        [stage] = re.findall(r'data-stage="(\w+)"', html)
        asked = {"have": held_parts(html), "shape": "", "stage": stage, **query}
        return viewer.get(f"{self.url}now/", asked, headers=HTMX)

    def looked(self, viewer: Client, **query: str) -> str:
        """The page once 100ms was asked."""
        LiveReading.objects.update(asked_at=None)
        return self.page(viewer, ask="1", **query)


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    """What one test read of 100ms is not there for the next."""
    cache.clear()


@pytest.fixture
def choir(hms_simulator: SimulatedHms, wanjiru: User, olive: User) -> Live:
    made = hms_simulator.world.add_room("Choir")
    room = Room.objects.create(id=made.id, name="Choir", template_id="class")
    template = RoomTemplate.objects.create(id="class", name="Class")
    Role.objects.bulk_create([Role(template=template, name=name) for name in ("teacher", "student", "guest")])
    for user in (wanjiru, olive):
        RoomAccess.objects.create(user=user, room=room)
    return Live(hms_simulator, room)


@pytest.fixture
def teacher(wanjiru: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(wanjiru)


@pytest.fixture
def observer(olive: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(olive)


def of_session(choir: Live, peer_id: str, **fields: Any) -> Peer:
    """What our events know of somebody who is in."""
    running = choir.simulated.world.running(choir.room.pk)
    now = timezone.now()
    session, _ = Session.objects.get_or_create(
        pk=running.id, defaults={"room": choir.room, "started_at": now - timedelta(minutes=5)}
    )
    given: dict[str, Any] = {"name": "Amina", "user_id": "amina", "role": "student", "joined_at": now}
    return Peer.objects.create(pk=peer_id, session=session, **(given | fields))


def rows(html: str) -> list[str]:
    return [text(row) for row in re.findall(r'<tr role="row" id="[pg]-.*?</tr>', html, flags=re.DOTALL)]


def test_the_page_itself_asks_100ms_nothing_and_says_so(choir: Live, teacher: Client) -> None:
    choir.join()
    choir.simulated.forget()

    html = choir.page(teacher)

    assert choir.simulated.requests() == []
    assert "asking 100ms" in html
    assert 'hx-trigger="load, every 4s"' in html
    assert choir.update(teacher, html)["HX-Refresh"] == "true"  # somebody is in: it becomes the cockpit


def test_who_is_in_with_role_devices_hand_and_time(choir: Live, teacher: Client) -> None:
    amina = choir.join()
    choir.simulated.clock.advance(2)
    client().active_rooms.update_peer(choir.room.pk, amina, metadata='{"isHandRaised": true}')
    of_session(choir, amina)

    html = choir.looked(teacher)

    (row,) = rows(html)
    assert re.fullmatch(r"Amina student open on since \d\d:\d\d \d\d:\d\d", row)
    assert re.search(r"as of \d\d:\d\d:\d\d", text(html))
    assert "Live for" in text(html)
    assert f"/peers/{amina}/" in html


def test_metadata_that_is_no_hand_is_shown_short(choir: Live, teacher: Client) -> None:
    client().active_rooms.update_peer(choir.room.pk, choir.join(), metadata='{"isHandRaised": false, "table": 4}')
    client().active_rooms.update_peer(choir.room.pk, choir.join("Bob"), metadata="front row")

    shown = rows(choir.looked(teacher))

    assert "table: 4" in shown[0]
    assert "front row" in shown[1]


def test_nobody_in_leads_to_the_last_session_and_the_codes(choir: Live, ikram: User, signed_in: Any) -> None:
    last = classes.session(choir.room)

    html = choir.looked(signed_in(ikram))

    assert "Nobody is in this room" in html
    assert f"/sessions/{last.pk}/" in html
    assert f"/rooms/{choir.room.pk}/codes/" in html


def test_an_empty_room_that_is_locked_says_so(choir: Live, teacher: Client) -> None:
    """Whoever ends its session and locks it may be on the empty room's page before the lock is written down here."""
    before = choir.looked(teacher)
    assert "As soon as somebody joins" in before
    choir.room.enabled = False
    choir.room.save()
    assert choir.update(teacher, before)["HX-Refresh"] == "true"

    html = choir.looked(teacher)

    assert "The room is disabled: nobody can come in until it is enabled again." in html
    assert "As soon as somebody joins" not in html


def test_an_observer_sees_who_is_in_and_no_acts(choir: Live, teacher: Client, observer: Client) -> None:
    amina = choir.join()
    acts = ["Send a message", "End session", "Actions for Amina", f"/live/people/{amina}/"]
    seen = choir.looked(observer)

    assert len(rows(seen)) == 1
    assert not [act for act in acts if act in seen]
    assert all(act in choir.looked(teacher) for act in acts[1:])


def test_ten_viewers_of_an_update_cost_one_reading(choir: Live, teacher: Client, observer: Client) -> None:
    choir.join()
    html = choir.looked(teacher)
    LiveReading.objects.update(asked_at=None)
    choir.simulated.forget()

    for viewer in [teacher, observer] * 5:
        choir.update(viewer, html)

    lists = [path for _, path in choir.simulated.requests() if path.endswith("/peers")]
    assert len(lists) == 1


def test_an_update_holds_who_came_who_changed_and_who_left(choir: Live, teacher: Client) -> None:
    amina, bob = choir.join(), choir.join("Bob")
    of_session(choir, amina)
    of_session(choir, bob, name="Bob", user_id="bob")
    html = choir.looked(teacher)
    client().active_rooms.remove_peers(choir.room.pk, peer_id=amina)
    Peer.objects.filter(pk=amina).update(left_at=timezone.now(), leave_reason="peer kicked")
    choir.join("Chen", "guest")
    client().active_rooms.update_peer(choir.room.pk, bob, role="guest")
    LiveReading.objects.update(asked_at=None)

    answer = choir.update(teacher, html)

    body = answer.content.decode()
    assert [row.split()[0] for row in rows(body)] == ["Bob", "Chen"]
    assert '<tbody id="t-rest" hx-swap-oob="beforeend">' in body
    assert 'hx-swap-oob="delete"' in body
    assert "In the room 2 Left 1" in shown(answer)
    (gone,) = rows(choir.page(teacher, who="left"))
    assert gone.startswith("Amina student")
    assert "removed by the host" in gone


def test_an_update_holds_only_what_the_page_has_a_place_for(choir: Live, teacher: Client, observer: Client) -> None:
    """Where nobody is in there is a head alone, and who only looks is not told what an end would do."""
    resting = choir.looked(teacher)
    places = set(re.findall(r'id="([\w-]+)" data-part', resting)) | {"asof"}
    assert swapped(choir.update(teacher, re.sub(r'data-part="\w+"', "", resting))) == places
    choir.join()
    running = choir.looked(observer)
    assert "live-endnote" not in swapped(choir.update(observer, re.sub(r'data-part="\w+"', "", running)))


def test_nothing_new_is_the_stamp_alone(choir: Live, teacher: Client) -> None:
    choir.join()
    choir.simulated.clock.advance(2)
    html = choir.looked(teacher)
    with time_machine.travel(timezone.now() + timedelta(seconds=4)):
        answer = choir.update(teacher, html)
    assert swapped(answer) <= {"asof", "live-head-sub"}
    assert len(answer.content) < 1500


def test_filters_are_in_the_address(choir: Live, teacher: Client) -> None:
    amina = choir.join()
    choir.join("Bob", "guest")
    client().active_rooms.update_peer(choir.room.pk, amina, metadata='{"isHandRaised": true}')
    choir.looked(teacher)

    def names(**query: str) -> list[str]:
        return [row.split()[0] for row in rows(choir.page(teacher, **query))]

    assert names() == ["Amina", "Bob"]
    assert names(q="BO") == ["Bob"]
    assert names(role="guest") == ["Bob"]
    assert names(only="hand") == ["Amina"]
    assert names(only="trouble") == []
    assert "Nobody who is in fits this" in choir.page(teacher, q="nobody")
    assert names(only="rubbish", page="-3") == ["Amina", "Bob"]
    part = teacher.get(choir.url, {"q": "bo"}, headers={"HX-Request": "true", "HX-Target": "list"})
    assert part["HX-Push-Url"].endswith("?q=bo")
    assert "<html" not in part.content.decode()


def test_who_searches_in_a_session_that_has_just_ended_is_shown_that_it_is_over(choir: Live, teacher: Client) -> None:
    choir.join()
    choir.looked(teacher)
    client().active_rooms.end(choir.room.pk)
    choir.looked(teacher)

    answer = teacher.get(choir.url, {"q": "Ami"}, headers={"HX-Request": "true", "HX-Target": "list"})

    assert answer["HX-Refresh"] == "true"
    assert answer.content == b""


def test_drops_and_failures_so_far(choir: Live, teacher: Client) -> None:
    amina = choir.join()
    now = of_session(choir, amina)
    for number in range(3):
        of_session(
            choir,
            f"before-{number}",
            joined_at=timezone.now() - timedelta(minutes=4),
            left_at=timezone.now() - timedelta(minutes=3),
            leave_reason="websocket closed",
        )
    classes.failure(now.session, peer_id=amina, user_id="amina", at=timezone.now())

    html = choir.looked(teacher)

    assert "3 network drops" in rows(html)[0]
    assert "1 failure" in rows(html)[0]
    assert "Amina keeps dropping : 3 times in 10 min" in text(html)
    assert rows(choir.page(teacher, only="trouble"))


def test_when_100ms_is_silent_the_last_reading_and_the_events_are_shown(choir: Live, teacher: Client) -> None:
    amina = choir.join()
    of_session(choir, amina)
    html = choir.looked(teacher)
    choir.simulated.fault("GET", times=None, status=500, message="boom")
    LiveReading.objects.update(asked_at=None)
    of_session(choir, "late-comer", name="Dara", user_id="dara", joined_at=timezone.now())

    answer = choir.update(teacher, html)

    body = answer.content.decode()
    assert "late, as of" in shown(answer)
    assert "100ms answered 500: boom" in shown(answer)
    assert "still shows here by its events" in shown(answer)
    assert [row.split()[0] for row in rows(body)] == ["Dara"]
    Peer.objects.filter(pk=amina).update(left_at=timezone.now(), leave_reason="client request")
    assert [row.split()[0] for row in rows(choir.page(teacher))] == ["Dara"]


def test_devices_are_as_whoever_told_last(choir: Live, teacher: Client) -> None:
    amina = choir.join()
    choir.simulated.clock.advance(2)
    peer = of_session(choir, amina)
    choir.looked(teacher)
    later = round((timezone.now() + timedelta(seconds=5)).timestamp() * 1_000_000)
    Track.objects.create(
        pk="mic",
        peer=peer,
        session=peer.session,
        kind=Track.Kind.MIC,
        started_at=peer.joined_at,
        on=[[later - 9, later]],
    )

    assert "muted" in rows(choir.page(teacher))[0]


def test_the_session_is_over_when_an_event_says_so(choir: Live, teacher: Client) -> None:
    peer = of_session(choir, choir.join())
    choir.looked(teacher)
    Session.objects.filter(pk=peer.session_id).update(ended_at=timezone.now())

    assert "nobody is in this room" in choir.page(teacher).lower()


@pytest.mark.parametrize("size", [20, 500])
def test_an_update_of_500_people_is_small_and_asks_the_database_little(size: int, choir: Live, teacher: Client) -> None:
    """Everybody's row differs at once, which is the worst that can come: uncompressed, as it leaves the view."""
    now = timezone.now()
    held = classes.crowd(choir.room, size, ago=timedelta(minutes=30), live=True)
    peers = {
        f"{held.pk}-{number}": {
            "name": f"Pupil {number} with quite a long name",
            "user_id": f"u{number}",
            "role": "student",
            "metadata": "",
            "joined_at": now.isoformat(),
            "hand_since": "",
            "on": {"mic": number % 3 == 0, "camera": True, "screen": False},
            "told_at": round(now.timestamp() * 1_000_000),
        }
        for number in range(size)
    }
    LiveReading.objects.create(
        room=choir.room, session_id=held.pk, started_at=now, named_at=now, read_at=now, asked_at=now, peers=peers
    )
    html = choir.page(teacher)
    changed = re.sub(r'data-part="\w+"', 'data-part="0"', html)

    with CaptureQueriesContext(connection) as queries:
        answer = choir.update(teacher, changed)

    assert len(answer.content) <= 30_000
    assert len(queries) <= 16
    assert len(rows(html)) <= 80
    # What did not fit comes with the next: the page goes on saying that it lacks it.
    assert MOST_BYTES < 30_000
    got = swapped(answer)
    assert len(got) >= 20
    assert len(held_parts(html)) < 4000  # it goes in the address


def test_a_crowd_stands_in_groups_with_a_way_to_everybody(choir: Live, teacher: Client) -> None:
    held = classes.crowd(choir.room, 200, ago=timedelta(minutes=30), live=True)
    Peer.objects.filter(pk=f"{held.pk}-7").update(left_at=timezone.now(), leave_reason="websocket closed")
    back = classes.stay(held, Pupil("Pupil 7", "u7"), timezone.now(), None)
    Track.objects.filter(pk=f"{held.pk}-9-mic").update(on=[[1, None]])

    html = choir.page(teacher)

    heads = [text(head) for head in re.findall(r'<tr role="row" class="live-group".*?</tr>', html)]
    assert heads == ["On stage 1", "Had trouble 1", "Everybody else 198"]
    assert "178 more" in text(html)
    assert back.pk in html
    assert len(rows(choir.page(teacher, all="1", page="2"))) == 50


# acts


def act(viewer: Client, url: str, **said: str) -> Any:
    return viewer.post(url, said, headers=DIALOG)


def test_a_person_is_changed_in_the_dialog(choir: Live, teacher: Client) -> None:
    amina = choir.join()
    choir.looked(teacher)
    url = f"{choir.url}people/{amina}/"
    dialog = teacher.get(url, headers=DIALOG).content.decode()
    assert "<html" not in dialog
    assert 'value="Amina"' in dialog
    assert "Remove from room" in dialog

    answer = act(teacher, url, name="Amina A.", role="guest", metadata='{"isHandRaised": true}')

    assert answer["HX-Redirect"] == choir.url
    assert choir.inside() == {"Amina A.": "guest"}
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.actor, entry.action, entry.outcome) == ("wanjiru", "peer.update", "succeeded")
    assert "Amina A. is changed" in text(choir.page(teacher))


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ("{broken}", "none from character 2 on: there should be a name in double quotes."),
        ('{"a": 1,\n "b" 2}', "none from line 2, character 6 on: there should be a colon after the name."),
        ('{"broken": ', "there should be a value"),
        ('{"a": 1} 2', "none from character 10 on: it was complete before, and nothing may follow."),
        ('["a', "none from character 2 on: the text that begins there has no closing double quote."),
        ("[" * 4000, "cannot be read as such"),
    ],
)
def test_metadata_that_is_broken_json_is_sent_back_with_the_place_in_our_words(
    choir: Live, teacher: Client, metadata: str, said: str
) -> None:
    amina = choir.join()
    choir.looked(teacher)

    answer = act(teacher, f"{choir.url}people/{amina}/", name="A", role="guest", metadata=metadata)

    page = text(answer.content.decode())
    assert "begins like JSON" in page
    assert said in page
    assert "Expecting" not in page
    assert choir.inside() == {"Amina": "student"}


@pytest.mark.parametrize(("to", "name"), [("all", "everybody"), ("role:student", "every student"), ("peer", "Amina")])
def test_a_message_is_sent(to: str, name: str, choir: Live, teacher: Client) -> None:
    amina = choir.join()
    choir.looked(teacher)
    to = f"peer:{amina}" if to == "peer" else to

    answer = act(teacher, f"{choir.url}message/?peer={amina}", to=to, text="Five minutes left")

    assert answer["HX-Redirect"] == choir.url
    assert f"Sent to {name}." in text(choir.page(teacher))
    (sent,) = choir.simulated.world.running(choir.room.pk).messages
    assert sent["message"] == "Five minutes left"


def test_a_person_or_a_role_is_removed_with_a_message(choir: Live, teacher: Client) -> None:
    amina = choir.join()
    choir.join("Bob")
    choir.join("Chen", "guest")
    choir.looked(teacher)
    asked = text(teacher.get(f"{choir.url}remove/?role=student", headers=DIALOG).content.decode())
    assert "Remove every student, 2 people?" in asked

    act(teacher, f"{choir.url}remove/?peer={amina}", sure="yes", reason="Own name, please")
    assert choir.inside() == {"Bob": "student", "Chen": "guest"}
    answer = act(teacher, f"{choir.url}remove/?role=student", sure="yes")

    assert answer["HX-Redirect"] == choir.url
    assert choir.inside() == {"Chen": "guest"}


@pytest.mark.parametrize("lock", ["", "on"])
def test_the_session_is_ended_after_a_question_that_says_for_how_many(lock: str, choir: Live, teacher: Client) -> None:
    choir.join()
    choir.join("Bob")
    choir.looked(teacher)
    dialog = teacher.get(f"{choir.url}end/", headers=DIALOG).content.decode()
    assert 'role="alertdialog"' in dialog
    assert "End Choir for 2 people?" in text(dialog)
    session = re.search(r'name="session" value="(\w+)"', dialog)
    assert session

    answer = act(teacher, f"{choir.url}end/", session=session[1], people="2", lock=lock)

    assert answer["HX-Redirect"] == choir.url
    assert choir.simulated.world.room(choir.room.pk).enabled is not bool(lock)
    assert ("The room is locked" in text(choir.page(teacher))) is bool(lock)
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.action, entry.outcome, (entry.before or {})["people"]) == ("session.end", "succeeded", 2)


def test_who_is_in_with_two_devices_is_one_person_and_the_page_says_so(choir: Live, teacher: Client) -> None:
    choir.join()
    choir.join()
    choir.join("Bob")

    html = choir.looked(teacher)

    assert len(rows(html)) == 3
    assert "In the room 2" in text(html)
    assert "2 people with 3 devices: who has two stands here twice." in text(html)
    assert "who has two" not in text(choir.page(teacher, who="left"))


def test_a_raised_hand_hides_no_other_metadata(choir: Live, teacher: Client) -> None:
    noted = '{"isHandRaised": true, "table": 4}'
    client().active_rooms.update_peer(choir.room.pk, choir.join(), metadata=noted)

    assert re.search(r"since \d\d:\d\d table: 4", rows(choir.looked(teacher))[0])


def test_muting_is_not_offered_and_the_page_says_why(choir: Live, teacher: Client) -> None:
    amina = choir.join()
    choir.looked(teacher)

    dialog = teacher.get(f"{choir.url}people/{amina}/", headers=DIALOG).content.decode()

    assert "Nobody can be muted from here" in text(dialog)
    assert not re.search(r"<(a|button)[^>]*>[^<]*mute", dialog, re.IGNORECASE)


@pytest.mark.parametrize("part", ["recordings", "live-streams", "external-streams"])
def test_nothing_is_started_from_the_cockpit_of_a_session_that_is_over(part: str, choir: Live, teacher: Client) -> None:
    """100ms would open a session for its recorder alone; on the room's own page that may be meant."""
    choir.join()
    choir.looked(teacher)
    client().active_rooms.end(choir.room.pk)
    choir.simulated.forget()
    said = {"rtmp_url_1": "rtmp://a.example.com/live/key"}

    refused = act(teacher, f"/rooms/{choir.room.pk}/{part}/start/", back="live", **said)

    assert "This room is no longer active: its session is over. Nothing was started." in refused.content.decode()
    assert choir.simulated.changes() == []
    assert "HX-Redirect" in act(teacher, f"/rooms/{choir.room.pk}/{part}/start/", **said)


def test_who_left_meanwhile_is_said_and_nothing_is_done(choir: Live, teacher: Client) -> None:
    amina, _ = choir.join(), choir.join("Bob")
    choir.looked(teacher)
    client().active_rooms.remove_peers(choir.room.pk, peer_id=amina)

    for answer in (
        act(teacher, f"{choir.url}people/{amina}/", name="Amina", role="guest"),
        act(teacher, f"{choir.url}message/?peer={amina}", to=f"peer:{amina}", text="Hello"),
        act(teacher, f"{choir.url}remove/?peer={amina}", sure="yes"),
    ):
        assert "is no longer in the room" in text(answer.content.decode())
        assert "Nothing was done" in text(answer.content.decode())


def test_when_the_room_is_no_longer_active_every_act_says_so(choir: Live, teacher: Client) -> None:
    choir.join()
    choir.looked(teacher)
    session = choir.simulated.world.running(choir.room.pk).id
    client().active_rooms.end(choir.room.pk)

    for answer in (
        act(teacher, f"{choir.url}message/", to="all", text="Hello"),
        act(teacher, f"{choir.url}remove/?role=student", sure="yes"),
        act(teacher, f"{choir.url}end/", session=session, people="1"),
    ):
        assert "This room is no longer active" in text(answer.content.decode())
    choir.looked(teacher)
    assert "No longer in the room" in text(teacher.get(f"{choir.url}end/", headers=DIALOG).content.decode())


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"cut": "before"}, "100ms did not answer, so nobody knows yet whether this was done"),
        ({"status": 500, "done": True}, "100ms failed (500), so nobody knows yet"),
        ({"status": 409, "message": "in use"}, "100ms refused: In use. Nothing was changed."),
        ({"status": 403, "message": "not allowed"}, "100ms refused: Not allowed. Nothing was changed."),
    ],
    ids=str,
)
def test_faults_are_said_in_words_and_trying_again_is_safe(
    wish: dict[str, Any], words: str, choir: Live, teacher: Client
) -> None:
    choir.join()
    amina = choir.join("Bob")
    choir.looked(teacher)
    url = f"{choir.url}remove/?peer={amina}"
    choir.simulated.fault("POST", "/active-rooms/{room_id}/remove-peers", **wish)

    answer = act(teacher, url, sure="yes")
    again = act(teacher, url, sure="yes")

    assert words in text(answer.content.decode())
    assert "HX-Redirect" in again or "no longer in the room" in text(again.content.decode())
    assert choir.inside() == {"Amina": "student"}


def test_without_htmx_the_acts_are_pages(choir: Live, teacher: Client) -> None:
    amina = choir.join()
    choir.looked(teacher)
    page = teacher.get(f"{choir.url}people/{amina}/").content.decode()
    assert "<html" in page

    answer = teacher.post(f"{choir.url}people/{amina}/", {"name": "Amina", "role": "guest"})

    assert (answer.status_code, answer["Location"]) == (302, choir.url)
    assert choir.inside() == {"Amina": "guest"}


# the wall


def test_the_wall_shows_all_live_rooms_and_their_trouble(physics: Room, ikram: User, signed_in: Any) -> None:
    held = classes.session(physics, length=None, ago=timedelta(minutes=10), pupils=[Pupil(), Pupil("Bob", "bob")])
    classes.failure(held, at=timezone.now())

    html = signed_in(ikram).get("/live/tv/").content.decode()

    assert "1 room live, 2 people , 1 with trouble" in text(html)
    assert "1 could not get through" in text(html)
    assert f"/rooms/{physics.pk}/live/" in html
    assert 'hx-trigger="load, every 5s"' in html


def test_the_wall_has_places_for_forty_those_in_trouble_first_and_sums_up_the_rest(
    ikram: User, signed_in: Callable[[User], Client], db: None
) -> None:
    viewer, pupils = signed_in(ikram), [Pupil(), Pupil("Bob", "bob")]
    quiet = classes.session(classes.room("Quiet"), length=None, pupils=[Pupil("Chen", "chen")])
    classes.failure(quiet, at=timezone.now(), is_terminal=True)
    with CaptureQueriesContext(connection) as of_one:
        viewer.get("/live/tv/")
    for number in range(43):
        classes.session(classes.room(f"Room {number}"), length=None, pupils=pupils)

    with CaptureQueriesContext(connection) as of_many:
        html = viewer.get("/live/tv/").content.decode()

    assert len(of_many) == len(of_one) <= 12
    cards = [text(card) for card in re.findall(r"<li.*?</li>", html, re.DOTALL)]
    assert len(cards) == 40
    assert "Quiet" in cards[0]
    assert "5 more rooms 10 people" in cards[-1]
    assert "44 rooms live, 87 people" in text(html)
    assert "Bob" not in html
    assert "Chen" not in html


@pytest.mark.parametrize(("rooms", "size"), [(1, 2), (3, 4), (12, 12), (13, 20), (21, 40)])
def test_the_fewer_rooms_the_bigger_they_stand(rooms: int, size: int, ops: Client) -> None:
    for number in range(rooms):
        classes.session(classes.room(f"Room {number}"), length=None, pupils=[Pupil()])

    assert f"tv-rooms tv-{size}" in ops.get("/live/tv/").content.decode()


def test_the_wall_says_what_is_recorded_and_asks_once_for_all_who_watch(
    choir: Live, ikram: User, signed_in: Callable[[User], Client]
) -> None:
    of_session(choir, choir.join())
    client().recordings.start(choir.room.pk, meeting_url="https://school.example/meeting/abc")
    choir.simulated.clock.advance(30)
    choir.simulated.forget()
    viewer = signed_in(ikram)
    part = {"HX-Request": "true", "HX-Target": "tv"}

    assert "recording" not in text(viewer.get("/live/tv/").content.decode())
    assert choir.simulated.requests() == []  # the page itself waits for nobody
    shown = [text(viewer.get("/live/tv/", headers=part).content.decode()) for _ in range(10)]

    assert all("1 recording" in one for one in shown)
    assert len(choir.simulated.requests()) == 3


def test_the_wall_stands_while_100ms_fails(choir: Live, ikram: User, signed_in: Callable[[User], Client]) -> None:
    of_session(choir, choir.join())
    choir.simulated.fault("GET", times=None, status=500, message="boom")

    answer = signed_in(ikram).get("/live/tv/", headers={"HX-Request": "true", "HX-Target": "tv"})

    assert "1 room live, 1 person" in text(answer.content.decode())
    assert "recordings not read" in text(answer.content.decode())
