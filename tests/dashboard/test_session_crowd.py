"""Hundreds in one session: groups, thin lanes, and a page that stays light."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from rooms.models import Room
from rooms.simulator.scenarios import SCENARIOS
from tests import played
from tests.dashboard import classes
from tests.dashboard.test_session import hrefs, lanes, page, text

LIGHT = 600_000  # bytes, before compression


@pytest.fixture
def lecture(physics: Room) -> played.Played:
    return played.over(SCENARIOS["lecture"](3, people=500), physics, ago=timedelta(hours=4))


@pytest.mark.slow
def test_five_hundred_people_are_a_light_page(ops: Client, lecture: played.Played) -> None:
    html = page(ops, lecture.id)
    assert len(html.encode()) < LIGHT
    read = text(html)
    assert re.search(r"500 people in \d groups", read)
    for group in ("On stage", "Had trouble", "Whole session"):
        assert group in read
    for query in ({"view": "table"}, {"lanes": "named"}, {"lanes": "thin"}, {"whole": "whole"}):
        assert len(page(ops, lecture.id, **query).encode()) < LIGHT


def test_who_had_trouble_is_named_and_the_rest_are_thin(ops: Client, lecture: played.Played) -> None:
    html = page(ops, lecture.id)
    dropped = {peer.name for peer in lecture.row.peers.filter(leave_reason="websocket closed")}
    assert dropped
    assert dropped & set(lanes(html)) == {name for name in dropped if name in lanes(html)}
    assert len(lanes(html)) < 120
    assert html.count('class="tl-thin"') >= 2


def test_the_rest_of_a_group_is_shown_when_asked(ops: Client, lecture: played.Played) -> None:
    html = page(ops, lecture.id)
    more = next(href for href in hrefs(html) if "whole=" in href)
    hidden = sum(int(number) for number in re.findall(r"Show the other (\d+)", text(html)))
    after = text(ops.get(more).content.decode())
    assert sum(int(number) for number in re.findall(r"Show the other (\d+)", after)) < hidden


def test_a_person_found_stands_open_among_the_thin_lanes(ops: Client, physics: Room) -> None:
    held = classes.crowd(physics, 200)
    html = page(ops, held, q="pupil 150")
    assert "1 of 200" in text(html)
    assert "Pupil 150" in lanes(html)
    assert 'class="tl-mid found"' in html
    opened = page(ops, held, person="u151")
    assert "Pupil 151" in lanes(opened)
    assert 'id="card"' in opened


def test_everybody_is_drawn_or_counted(ops: Client, physics: Room) -> None:
    held = classes.crowd(physics, 300)
    html = page(ops, held)
    named = len(lanes(html))
    thin = sum(
        int(last) - int(first) + 1 for first, last in re.findall(r">(\d+) to (\d+)(?:, by [a-z ]+)?</span>", html)
    )
    hidden = sum(int(number) for number in re.findall(r"Show the other (\d+)", html))
    assert named + thin + hidden == 300


def test_only_trouble_and_sort_hold_for_a_crowd_too(ops: Client, lecture: played.Played) -> None:
    html = page(ops, lecture.id, trouble="1")
    assert "Whole session" not in text(html)
    assert "by talk time" in text(page(ops, lecture.id, sort="talk"))
