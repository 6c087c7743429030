"""A session's page: what a teacher reads there, with and without scripts."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import durations
from analytics.models import Cursor, Failure, Peer, Pull, Session
from rooms.models import Room
from rooms.simulator.scenarios import SCENARIOS
from tests import played
from tests.dashboard import classes
from tests.dashboard.classes import Pupil

HOSTILE = ["<b>x</b>", "=SUM(A1)", "😀", "فاطمة الزهراء", "N" * 200, "a&b\"'</svg>", "{{ 7|add:7 }}"]


def text(html: str) -> str:
    """What is read of it: titles and templates aside, blanks made one."""
    html = re.sub(r"<(script|template|title)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def page(client: Client, session: Session | str, **query: str) -> str:
    pk = session if isinstance(session, str) else session.pk
    answer = client.get(f"/sessions/{pk}/?{urlencode(query)}")
    assert answer.status_code == 200
    return answer.content.decode()


def lanes(html: str) -> list[str]:
    """The names of the lanes, from top to bottom."""
    return [unescape(name) for name in re.findall(r'class="tl-who"[^>]*title="([^"]*)"', html)]


def hrefs(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]*)"', html)]


@pytest.fixture
def class_of(physics: Room) -> Callable[..., played.Played]:
    return lambda *names: played.over(played.people(*names), physics)


def test_the_head_says_where_when_and_who_taught(ops: Client, physics: Room) -> None:
    told = played.over(SCENARIOS["class"](3), physics, ago=timedelta(days=2))
    html = page(ops, told.id)
    started, ended = told.row.started_at, told.row.ended_at
    assert started is not None
    assert ended is not None
    read = text(html)
    begin, end = timezone.localtime(started), timezone.localtime(ended)
    assert f"{begin:%A} {begin.day} {begin:%B %Y}" in read
    assert f"{begin:%H:%M} to {end:%H:%M}, Nairobi time (EAT, UTC+3)" in read
    assert read.count("UTC+3") == 1  # the zone is named once
    assert "by Wanjiru Kamau" in read
    assert "Length 50 min" in read


def test_the_viewers_clock_is_that_of_the_browser(ops: Client, class_of: Callable[..., played.Played]) -> None:
    told = class_of("Ada")
    ops.cookies["time_zone"] = "Asia/Kathmandu"
    read = text(page(ops, told.id))
    assert "Kathmandu time (UTC+5:45)" in read


def test_facts_count_people_peak_and_drops(ops: Client, physics: Room) -> None:
    told = played.over(SCENARIOS["drop"](5, people=6), physics)
    read = text(page(ops, told.id))
    row = told.row
    assert f"People {row.people_count} " in read
    assert f"Peak at once {row.peak_count} at " in read
    assert f"Network drops {row.drop_count} " in read


def test_data_says_how_complete_it_is(ops: Client, class_of: Callable[..., played.Played]) -> None:
    told = class_of("Ada")
    assert "Data Complete" in text(page(ops, told.id))
    assert "final, as of" in text(page(ops, told.id))

    told.pulled(final=False)
    assert "Last reading to come mic and camera as of" in text(page(ops, told.id))
    assert "final" not in text(page(ops, told.id))

    told.pulled(final=True, lost_at=timezone.now())
    assert "Has gaps" in text(page(ops, told.id))

    Cursor.objects.all().delete()
    assert "mic and camera not read yet" in text(page(ops, told.id))


def test_times_that_nobody_told_are_counted_and_marked(ops: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil(), Pupil("Bob", "bob")])
    Peer.objects.filter(user_id="bob").update(left_at=None, leave_reason="")
    html = page(ops, held)
    assert "1 time estimated" in text(html)
    assert "≈ " in text(html)
    assert "p-est" in html


def test_moments_link_into_the_timeline(ops: Client, physics: Room) -> None:
    told = played.over(SCENARIOS["kick"](5, people=6), physics)
    html = page(ops, told.id)
    moments = html[html.index('id="moments"') : html.index('id="timeline"')]
    [link] = [href for href in hrefs(moments) if "was removed by the host" in moments and "person=" in href][:1]
    assert link.startswith(f"/sessions/{told.id}/?")
    assert link.endswith("#timeline")
    opened = text(ops.get(link).content.decode())
    assert "Removed by the host" in opened
    assert "Host wrote Please rejoin when you are ready to listen" in opened


def test_every_person_has_a_lane_with_a_sentence(ops: Client, physics: Room) -> None:
    told = played.over(SCENARIOS["class"](4, people=12), physics)
    html = page(ops, told.id)
    names = {who.name for who in told.truth().values()}
    assert set(lanes(html)) == names
    sentences = [unescape(words) for words in re.findall(r'class="tl-plot" role="img" aria-label="([^"]*)"', html)]
    for who in told.truth().values():
        length = sum(end - start for start, end in who.present) // 1000
        assert any(said.startswith(f"{who.name}: present {durations.words(length)}") for said in sentences), who.name


def test_names_of_any_kind_are_shown_as_they_are(ops: Client, class_of: Callable[..., played.Played]) -> None:
    told = class_of(*HOSTILE)
    for query in ({}, {"view": "table"}, {"person": "student-0"}, {"open": "student-5", "figure": "mic"}):
        html = page(ops, told.id, **query)
        assert "<b>x" not in html
        assert "</svg>\"'" not in html
        assert "14" not in lanes(html)
        for name in HOSTILE:
            assert name in text(html), (name, query)


@pytest.mark.parametrize(("sort", "first"), [("joined", "Wanjiru Kamau"), ("name", "Ada"), ("talk", "Wanjiru Kamau")])
def test_lanes_are_sorted_as_asked(ops: Client, class_of: Callable[..., played.Played], sort: str, first: str) -> None:
    told = class_of("Zoë", "Ada", "Łukasz")
    found = lanes(page(ops, told.id, sort=sort))
    assert found[0] == first
    assert len(found) == 4


def test_a_person_is_found_by_name_without_accents(ops: Client, class_of: Callable[..., played.Played]) -> None:
    told = class_of("Zoë", "Łukasz Wróblewski")
    html = page(ops, told.id, q="wroblewski lukasz")
    assert lanes(html) == ["Łukasz Wróblewski"]
    assert "1 of 3" in text(html)
    assert "Nobody matches “nobody”" in text(page(ops, told.id, q="nobody"))


def test_only_trouble_leaves_out_who_had_none(ops: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil(), Pupil("Bob", "bob", dropped=True)])
    assert lanes(page(ops, held, trouble="1")) == ["Bob"]
    calm = classes.session(physics, pupils=[Pupil()])
    assert "Nobody had trouble" in text(page(ops, calm, trouble="1"))


def test_every_state_of_the_page_stays_in_its_links(ops: Client, class_of: Callable[..., played.Played]) -> None:
    told = class_of("Ada", "Bob")
    html = page(ops, told.id, q="Ada", sort="name", by="-mic", open="student-0", figure="mic")
    sorting = next(href for href in hrefs(html) if "sort=talk" in href)
    assert {"q=Ada", "by=-mic", "open=student-0", "figure=mic"} <= set(sorting.split("?")[1].split("#")[0].split("&"))
    assert ops.get(sorting).status_code == 200
    kept = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)" form="find-person">', html)
    assert dict(kept) == {"sort": "name", "by": "-mic", "open": "student-0", "figure": "mic"}


def test_the_table_view_has_every_interval(ops: Client, physics: Room) -> None:
    told = played.over(SCENARIOS["second_device"](2, people=5), physics)
    html = page(ops, told.id, view="table")
    rows = [text(row) for row in re.findall(r"<tr.*?</tr>", html[html.index('id="intervals"') :], re.DOTALL)]
    for who in told.truth().values():
        mine = [row for row in rows if row.startswith(who.name)]
        assert sum(" Present " in row for row in mine) == len(who.peer_ids)
        for kind, spans in (("Microphone open", who.mic), ("Camera on", who.camera), ("Screen shared", who.screen)):
            assert bool(spans) == any(kind in row for row in mine), (who.name, kind)
    assert "tl-plot" not in html[html.index('id="drawing"') : html.index('id="activity"')]


def test_a_card_tells_of_a_person_altogether(ops: Client, physics: Room) -> None:
    told = played.over(SCENARIOS["rejoin"](2, people=5), physics)
    who = next(one for one in told.truth().values() if len(one.peer_ids) == 2)
    html = page(ops, told.id, person=who.key)
    card = html[html.index('id="card"') :]
    assert "Visits 2" in text(card)
    moment = next(href for href in hrefs(card) if "at=" in href)
    left = text(ops.get(moment).content.decode())
    assert "Away" in left


def test_a_card_tells_of_any_moment(ops: Client, class_of: Callable[..., played.Played]) -> None:
    told = class_of("Ada")
    started = told.row.started_at
    assert started is not None
    local = timezone.localtime(started + timedelta(minutes=5))
    for at in (f"{local:%H:%M:%S}", local.isoformat(), f"{local.astimezone():%Y-%m-%dT%H:%M:%S%z}"[:-2] + ":00"):
        html = page(ops, told.id, person="student-0", at=at)
        card = text(html[html.index('id="card"') :])
        assert "Present" in card
        assert "Camera" in card
        assert 'class="tl-lines tl-cross"' in html  # the crosshair stands there
    before = page(ops, told.id, person="student-0", at=(started - timedelta(minutes=1)).isoformat())
    assert "Not there yet" in text(before)
    after = page(ops, told.id, person="student-0", at=(started + timedelta(minutes=30)).isoformat())
    assert "Not there any more" in text(after)


@pytest.mark.parametrize(
    "query",
    [
        "at=25:99&person=student-0",
        "at=never",
        "at=%00",
        "at=0001-01-01T00:00:00Z",
        "at=9999-12-31T23:59:59Z&person=student-0",
        "sort=x&by=x&figure=x&page=0&part=-1&lanes=x&view=x",
        "page=99999999999&part=999999&open=nobody&person=nobody",
        "q=%00&open=%00&person=%00",
        "q=" + "x" * 5000,
        "whole=a&whole=b",
    ],
)
def test_an_address_that_makes_no_sense_still_shows_the_page(
    ops: Client, class_of: Callable[..., played.Played], query: str
) -> None:
    told = class_of("Ada")
    assert ops.get(f"/sessions/{told.id}/?{query}").status_code == 200
    assert ops.get(f"/sessions/{told.id}/?view=table&{query}").status_code == 200


def test_a_session_in_which_nobody_was(ops: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[])
    read = text(page(ops, held))
    assert "People 0" in read
    assert "Nobody is known to have been here" in read


def test_a_session_of_which_hardly_anything_is_known(ops: Client, physics: Room) -> None:
    held = Session.objects.create(id="bare", room=physics)
    Peer.objects.create(id="bare-peer", session=held)
    html = page(ops, held)
    assert "bare-peer" in lanes(html)
    page(ops, held, view="table")
    page(ops, held, open="bare-peer", person="bare-peer")


def test_ten_seconds_are_a_session_too(ops: Client, physics: Room) -> None:
    told = played.over(played.people("Ada", seconds=10), physics)
    html = page(ops, told.id)
    assert "Length 10 s" in text(html)
    assert len(lanes(html)) == 2


def test_what_was_tried_and_failed_stands_in_the_lane(ops: Client, physics: Room) -> None:
    held = classes.session(physics, pupils=[Pupil()], failures=1)
    html = page(ops, held)
    assert "mk-error" in html
    Failure.objects.update(is_terminal=False)
    html = page(ops, held)
    assert 'class="mk mk-blip" x=' in html


def test_htmx_gets_the_part_it_asks_for(ops: Client, class_of: Callable[..., played.Played]) -> None:
    told = class_of("Ada")
    drawing = ops.get(f"/sessions/{told.id}/?sort=name", headers={"HX-Request": "true", "HX-Target": "drawing"})
    assert "<html" not in drawing.content.decode()
    assert 'id="timeline-tools" hx-swap-oob="true"' in drawing.content.decode()
    assert "HX-Target" in drawing["Vary"]
    table = ops.get(f"/sessions/{told.id}/?by=name", headers={"HX-Request": "true", "HX-Target": "table"})
    assert table.content.decode().lstrip().startswith('<div class="scroll"><table')


def test_a_card_alone_is_for_scripts_and_else_the_page(ops: Client, class_of: Callable[..., played.Played]) -> None:
    told = class_of("Ada")
    url = f"/sessions/{told.id}/card/?person=student-0"
    card = ops.get(url, headers={"HX-Request": "true"}).content.decode()
    assert card.startswith('<div class="tl-card"')
    assert ops.get(url)["Location"] == f"/sessions/{told.id}/?person=student-0#timeline"
    nobody = ops.get(f"/sessions/{told.id}/card/?person=nobody", headers={"HX-Request": "true"})
    assert nobody.status_code == 204


def test_strangers_find_nothing(
    signed_in: Callable[[User], Client], wanjiru: User, sam: User, mallory: User, class_of: Callable[..., played.Played]
) -> None:
    told = class_of("Ada")
    for part in ("", "live/", "card/?person=student-0"):
        assert signed_in(wanjiru).get(f"/sessions/{told.id}/{part}", headers={"HX-Request": "true"}).status_code == 200
        for stranger in (sam, mallory):
            assert signed_in(stranger).get(f"/sessions/{told.id}/{part}").status_code == 404


@pytest.mark.slow
def test_a_page_costs_the_same_queries_whatever_the_number_of_people(ops: Client, physics: Room) -> None:
    few = classes.crowd(physics, 20)
    many = classes.crowd(physics, 2000)
    ops.get(f"/sessions/{few.pk}/")
    for query in ("", "?view=table", "?q=pupil&sort=name", "?open=u1&figure=mic&person=u2"):
        counted = []
        for held in (few, many):
            with CaptureQueriesContext(connection) as queries:
                ops.get(f"/sessions/{held.pk}/{query}")
            counted.append(len(queries))
        assert counted[0] == counted[1] <= 20, query


def test_what_could_not_be_read_is_said_with_what_still_works(
    ops: Client, class_of: Callable[..., played.Played]
) -> None:
    told = class_of("Ada")
    assert "notice" not in page(ops, told.id)
    told.pulled(final=False, failures=2)
    Pull.objects.create(kind=Pull.Kind.EVENTS, session_id=told.id, started_at=timezone.now(), error="100ms answers 503")
    read = text(page(ops, told.id))
    assert "late, as of" in read
    assert "100ms could not be read. Joining, leaving and roles still arrive" in read
    assert "100ms answers 503" in read
    told.pulled(final=True, failures=0, lost_at=timezone.now())
    assert "Part of this session is missing." in text(page(ops, told.id))
