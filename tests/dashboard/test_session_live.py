"""A session that runs: the page asks every few seconds and gets only what changed."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from analytics.models import Peer, Session, Track
from rooms.models import Room
from rooms.simulator.scenarios import SCENARIOS
from tests import played
from tests.dashboard import classes
from tests.dashboard.classes import Pupil
from tests.dashboard.test_session import lanes, page, text

HTMX = {"HX-Request": "true"}


def held_parts(html: str) -> str:
    """What a page says it has."""
    found = re.findall(r'<[a-z]+ (?=[^>]*\bid="([\w-]+)")[^>]*\bdata-part="(\w+)"', html)
    return " ".join(f"{name}.{digest}" for name, digest in found)


def ask(client: Client, session: Session, html: str, shape: str = "lanes", **query: str) -> Any:
    have = held_parts(html)
    return client.get(f"/sessions/{session.pk}/live/", {"have": have, "shape": shape, **query}, headers=HTMX)


def swapped(answer: Any) -> set[str]:
    return set(re.findall(r'id="([\w-]+)"[^>]*hx-swap-oob', answer.content.decode()))


def shown(answer: Any) -> str:
    """What is read of what was swapped."""
    return text(re.sub(r"</?template>", " ", answer.content.decode()))


@pytest.fixture
def running(physics: Room) -> Session:
    return classes.session(physics, pupils=[Pupil(), Pupil("Bob", "bob")], length=None, ago=timedelta(minutes=10))


def test_the_page_says_that_it_is_live_and_as_of_when(ops: Client, running: Session) -> None:
    html = page(ops, running)
    assert "Live" in text(html)
    assert re.search(r"as of \d\d:\d\d:\d\d", text(html))
    assert 'hx-trigger="every 5s"' in html
    assert "Data Still running" in text(html)


def test_a_finished_session_asks_no_more(ops: Client, physics: Room) -> None:
    told = played.over(SCENARIOS["class"](1, people=3, duration=60), physics)
    assert "every 5s" not in page(ops, told.id)


def test_nothing_new_is_the_time_alone(ops: Client, running: Session) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        html = page(ops, running)
        clock.shift(timedelta(seconds=5))
        answer = ask(ops, running, html)
    assert swapped(answer) <= {"asof", "so-far-lines"}
    assert len(answer.content) < 1500


def test_who_joins_is_added_and_who_leaves_is_swapped(ops: Client, running: Session) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        html = page(ops, running)
        clock.shift(timedelta(seconds=5))
        now = timezone.now()
        classes.stay(running, Pupil("Chen", "chen"), now, None)
        Peer.objects.filter(user_id="bob").update(left_at=now, leave_reason="websocket closed")
        answer = ask(ops, running, html)
    body = answer.content.decode()
    assert '<ol id="lanes" hx-swap-oob="beforeend"><li' in body
    assert lanes(body) == ["Bob", "Chen"]  # Ada's lane is as it was
    assert "mk-drop" in body
    assert {"facts", "moments", "count", "people-count"} <= swapped(answer)


def test_a_microphone_that_opens_swaps_that_lane_alone(ops: Client, running: Session) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        html = page(ops, running)
        clock.shift(timedelta(seconds=5))
        track = Track.objects.get(peer__user_id="bob")
        Track.objects.filter(pk=track.pk).update(on=[*track.on, [track.on[0][1] + 60_000_000, None]])
        answer = ask(ops, running, html)
    assert lanes(answer.content.decode()) == ["Bob"]
    assert len([name for name in swapped(answer) if name.startswith("lane-")]) == 1


def test_swapping_what_came_leaves_nothing_to_swap(ops: Client, running: Session) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        html = page(ops, running)
        classes.stay(running, Pupil("Chen", "chen"), timezone.now(), None)
        first = ask(ops, running, html).content.decode()
        have = dict(entry.split(".") for entry in held_parts(html).split())
        have |= dict(entry.split(".") for entry in held_parts(first).split())
        again = ops.get(
            f"/sessions/{running.pk}/live/",
            {"have": " ".join(f"{name}.{digest}" for name, digest in have.items()), "shape": "lanes"},
            headers=HTMX,
        )
    assert again.content == b""


def test_what_is_gone_is_taken_away(ops: Client, running: Session) -> None:
    html = page(ops, running)
    Peer.objects.filter(user_id="bob").delete()
    body = ask(ops, running, html).content.decode()
    assert len(re.findall(r'id="(?:lane|row)-\w+" hx-swap-oob="delete"', body)) == 2


def test_what_a_stranger_writes_into_the_question_is_not_written_into_the_answer(ops: Client, running: Session) -> None:
    have = '<script>.x a"b.x x.<b> ..... lane-zz.1'
    answer = ops.get(f"/sessions/{running.pk}/live/", {"have": have, "shape": "lanes"}, headers=HTMX)
    body = answer.content.decode()
    assert "<script" not in body
    assert '<div id="lane-zz" hx-swap-oob="delete"></div>' in body


def test_the_end_makes_it_final_and_stops_the_asking(ops: Client, running: Session) -> None:
    html = page(ops, running)
    Session.objects.filter(pk=running.pk).update(ended_at=timezone.now())
    still = ask(ops, running, html)
    assert still.status_code == 200  # the last pull is still to come
    assert "Last reading to come" in shown(still)

    played_out = played.Played(world=None, id=running.pk)  # type: ignore[arg-type]
    played_out.pulled(final=True)
    final = ask(ops, running, html)
    assert final.status_code == 286  # htmx: swap this and ask no more
    assert "final, as of" in shown(final)
    assert "Complete" in shown(final)


def test_the_search_and_the_table_stay_while_it_runs(ops: Client, running: Session) -> None:
    found = page(ops, running, q="bob", sort="name")
    classes.stay(running, Pupil("Chen", "chen"), timezone.now(), None)
    assert lanes(ask(ops, running, found, q="bob", sort="name").content.decode()) in ([], ["Bob"])
    table = page(ops, running, view="table")
    answer = ask(ops, running, table, shape="table", view="table")
    assert "still on" in shown(answer) or "intervals" not in swapped(answer)


def test_when_lanes_become_groups_the_page_is_drawn_anew(ops: Client, physics: Room) -> None:
    held = classes.crowd(physics, 61, ago=timedelta(minutes=20), live=True)
    answer = ops.get(f"/sessions/{held.pk}/live/", {"have": "", "shape": "lanes"}, headers=HTMX)
    assert answer["HX-Refresh"] == "true"


def test_a_crowd_that_sits_still_costs_little(ops: Client, physics: Room) -> None:
    held = classes.crowd(physics, 400, ago=timedelta(minutes=40), live=True)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        html = page(ops, held)
        clock.shift(timedelta(seconds=5))
        answer = ask(ops, held, html, shape="groups")
    assert not [name for name in swapped(answer) if name in {"group-late", "group-whole", "at-once", "axis", "grid"}]


def test_without_scripts_the_live_address_is_the_page(ops: Client, running: Session) -> None:
    answer = ops.get(f"/sessions/{running.pk}/live/?sort=name")
    assert answer["Location"] == f"/sessions/{running.pk}/?sort=name"
