"""The activity table: the figures of the export, and what each of them is the sum of."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from analytics import instants
from analytics.models import Session, Track
from rooms.models import Room
from rooms.simulator.scenarios import SCENARIOS
from tests import played
from tests.dashboard import classes
from tests.dashboard.classes import Pupil
from tests.dashboard.test_session import hrefs, page, text

FIGURES = {"present": "present", "mic": "mic", "camera": "camera", "screen": "screen"}


def names(html: str) -> list[str]:
    rows = re.findall(r'<tbody role="rowgroup" id="row-.*?</tbody>', html, re.DOTALL)
    return [text(re.findall(r"<td.*?</td>", row, re.DOTALL)[0]) for row in rows]


def seconds(words: str) -> int:
    """ "1 h 02 min 03 s" as seconds."""
    units = {"h": 3600, "min": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+) (h|min|s)\b", words))


def opened(html: str) -> tuple[int, list[int], int]:
    """The total, the pieces and what is counted once of the sum that stands open."""
    body = html[html.index('class="sum"') :]
    body = body[: body.index("The same on the timeline")]
    total = seconds(text(re.findall(r"<h3>.*?</h3>", body, re.DOTALL)[0]).split(", from")[0])
    rows = re.findall(r"<tr.*?</tr>", body[body.index("<tbody") : body.index("</tbody>")], re.DOTALL)
    pieces = [seconds(text(re.findall(r"<td.*?</td>", row, re.DOTALL)[-1])) for row in rows]
    once = re.search(r"− ([^<]*)<", body)
    return total, pieces, seconds(once[1]) if once else 0


def test_two_devices_at_once_are_counted_once_and_the_sum_says_so(ops: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil()], length=timedelta(minutes=40))
    assert held.started_at is not None
    start = held.started_at
    second = classes.stay(held, Pupil(), start + timedelta(minutes=10), start + timedelta(minutes=30))
    html = page(ops, held, open="ada", figure="present")
    assert "Present 40 min 00 s, from these visits" in text(html)
    assert opened(html) == (2400, [2400, 1200], 1200)
    assert "On two devices from" in text(html)
    assert f"/sessions/{held.pk}/peers/{second.pk}/" in hrefs(html)
    assert any(href.endswith("#events") for href in hrefs(html))


def test_a_sum_whose_rounded_lines_do_not_meet_its_total_says_so(ops: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil()], length=timedelta(minutes=5))
    assert held.started_at is not None
    start = instants.from_datetime(held.started_at)
    half = instants.SECOND // 2
    says = "Each line is rounded to the second"
    for spans, is_off in (([10, 10, 10], False), ([10, 10.5, 10.5], True)):
        parts = [
            [start + n * instants.MINUTE, start + n * instants.MINUTE + round(2 * span) * half]
            for n, span in enumerate(spans)
        ]
        held.tracks.update(on=parts)
        assert (says in text(page(ops, held, open="ada", figure="mic"))) == is_off


@pytest.mark.parametrize("scenario", ["class", "second_device", "rejoin", "drop"])
def test_every_figure_opens_what_it_is_the_sum_of(ops: Client, physics: Room, scenario: str) -> None:
    told = played.over(SCENARIOS[scenario](11, people=5, duration=900), physics)
    html = page(ops, told.id)
    links = [href for href in hrefs(html) if "open=" in href and "figure=" in href]
    assert len(links) >= len(told.truth())
    for link in links:
        total, pieces, once = opened(ops.get(link).content.decode())
        # Each is rounded to the second, so together they may be off by as many seconds as there are.
        assert abs(sum(pieces) - once - total) <= len(pieces) + 1, link
        assert pieces


def test_the_figures_are_those_of_the_truth(ops: Client, physics: Room) -> None:
    told = played.over(SCENARIOS["class"](12, people=8), physics)
    for key, who in told.truth().items():
        for figure in FIGURES:
            spans = getattr(who, figure)
            exact = sum(end - start for start, end in spans) / 1e9
            if exact > 1 and key in told.truth():
                html = page(ops, told.id, open=key, figure=figure)
                row = html[html.index('class="is-open"') :]
                if "≈" not in text(row[: row.index("</tr>")]):
                    assert opened(html)[0] == pytest.approx(exact, abs=1), (key, figure)


@pytest.mark.parametrize(
    ("by", "first"), [("name", "Ada"), ("-name", "Zoë"), ("first", "Zoë"), ("-mic", "Ada"), ("mic", "Zoë")]
)
def test_rows_are_sorted_as_asked(ops: Client, physics: Room, by: str, first: str) -> None:
    held = classes.session(physics, pupils=[Pupil("Zoë", "zoe")])
    assert held.started_at is not None
    later = held.started_at + timedelta(minutes=1)
    ada = classes.stay(held, Pupil("Ada", "ada"), later, held.ended_at)
    begun = instants.from_datetime(later)
    Track.objects.filter(peer=ada).update(on=[[begun, begun + 5 * instants.MINUTE]])
    html = page(ops, held, by=by)
    assert names(html)[0] == first
    assert html.count("aria-sort=") == 1


def test_long_tables_come_in_pages_and_an_opened_person_on_theirs(ops: Client, physics: Room) -> None:
    held = classes.crowd(physics, 150)
    first = names(page(ops, held, by="name"))
    second = names(page(ops, held, by="name", page="2"))
    last = names(page(ops, held, by="name", page="99"))
    assert (len(first), len(second), len(last)) == (60, 60, 30)
    assert len({*first, *second, *last}) == 150
    who = next(name for name in second)
    key = f"u{who.split()[1]}"
    assert who in names(page(ops, held, by="name", open=key))


def test_who_is_still_in_has_no_last_out(ops: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil()], length=None, ago=timedelta(minutes=20))
    assert "still in" in text(page(ops, held))
    assert "now" in text(page(ops, held, open="ada", figure="present"))


def test_who_has_no_user_id_is_linked_to_their_stay(ops: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil("Guest", "")])
    peer = held.peers.get()
    assert f"/sessions/{held.pk}/peers/{peer.pk}/" in hrefs(page(ops, held))
    assert Session.objects.count() == 1
