"""What all lists do alike: search, filters, sort, pages and count in the URL, fragments, a way out, an export."""

import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from analytics.models import Cursor, Session
from rooms.models import Room
from tests.dashboard import classes
from tests.dashboard.classes import Pupil

AS_FRAGMENT = {"HX-Request": "true", "HX-Target": "list"}


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def sessions_shown(client: Client, url: str) -> list[str]:
    """The ids of the sessions a list shows, in order."""
    table = re.search(r"<tbody.*?</tbody>", shown(client, url), re.DOTALL)
    return list(dict.fromkeys(re.findall(r'href="/sessions/([^/"]+)/"', table[0]))) if table else []


def rooms_shown(client: Client, url: str) -> list[str]:
    table = re.search(r"<tbody.*?</tbody>", shown(client, url), re.DOTALL)
    return re.findall(r'href="/rooms/([^/"]+)/"', table[0]) if table else []


def lines(client: Client, url: str) -> list[dict[str, str]]:
    answer = client.get(url)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode())))


# searching and filtering sessions


def test_sessions_are_found_by_room_person_and_id(ops: Client, physics: Room, chemistry: Room) -> None:
    light = classes.session(physics, pupils=[Pupil("Ngozi Obi", "user-7")])
    acids = classes.session(chemistry, pupils=[Pupil("Mateo", "user-8")])

    assert sessions_shown(ops, "/sessions/?q=PHYSICS") == [light.pk]
    assert sessions_shown(ops, "/sessions/?q=ngozi") == [light.pk]
    assert sessions_shown(ops, "/sessions/?q=user-8") == [acids.pk]
    assert sessions_shown(ops, f"/sessions/?q={acids.pk}") == [acids.pk]
    assert sessions_shown(ops, f"/sessions/?q={light.peers.get().pk}") == [light.pk]


def test_sessions_are_filtered_by_room_given_by_name_or_id(ops: Client, physics: Room, chemistry: Room) -> None:
    light, acids = classes.session(physics), classes.session(chemistry)

    assert sessions_shown(ops, f"/sessions/?room={physics.pk}") == [light.pk]
    assert sessions_shown(ops, "/sessions/?room=grade 11 chemistry") == [acids.pk]
    assert f"Room: {physics.name}" in shown(ops, f"/sessions/?room={physics.pk}")


@time_machine.travel("2026-11-12T09:00:00Z", tick=False)
def test_days_begin_at_midnight_where_the_viewer_is(ops: Client, physics: Room) -> None:
    early = classes.session(physics, ago=timedelta(hours=10))  # 23:00 UTC on the 11th: 02:00 on the 12th in Nairobi
    day_before = classes.session(physics, ago=timedelta(hours=13))

    assert sessions_shown(ops, "/sessions/?since=2026-11-12") == [early.pk]
    assert sessions_shown(ops, "/sessions/?until=2026-11-11") == [day_before.pk]
    ops.cookies["time_zone"] = "America/New_York"
    assert sessions_shown(ops, "/sessions/?since=2026-11-12") == []
    assert sessions_shown(ops, "/sessions/?since=2026-11-11&until=2026-11-11") == [early.pk, day_before.pk]


@pytest.mark.parametrize("url", ["/sessions/", "/deliveries/"])
@pytest.mark.parametrize("asked", ["until=9999-12-31", "since=9999-12-31", "since=0001-01-01", "until=0001-01-01"])
@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/New_York"])
def test_a_day_beyond_all_calendars_is_left_out_and_named(url: str, asked: str, zone: str, ops: Client) -> None:
    ops.cookies["time_zone"] = zone

    page = shown(ops, f"{url}?{asked}")

    assert f"Left out, because it could not be understood: {asked.replace('=', ': ').capitalize()}" in page


def test_sessions_are_filtered_by_how_they_stand(ops: Client, physics: Room) -> None:
    live = classes.session(physics, ago=timedelta(minutes=5), length=None)
    ended = classes.session(physics)
    unheard = classes.session(physics, ago=timedelta(hours=20), length=None)

    assert sessions_shown(ops, "/sessions/?state=live") == [live.pk]
    assert sessions_shown(ops, "/sessions/?state=ended") == [ended.pk]
    assert sessions_shown(ops, "/sessions/?state=open") == [unheard.pk]
    assert "end never told" in shown(ops, "/sessions/")
    assert "live, 1 in" in shown(ops, "/sessions/")


def test_sessions_are_filtered_by_trouble(ops: Client, physics: Room) -> None:
    calm = classes.session(physics, ago=timedelta(hours=4))
    drops = classes.session(physics, ago=timedelta(hours=3), pupils=[Pupil(dropped=True)])
    failed = classes.session(physics, ago=timedelta(hours=2), failures=2)

    assert sessions_shown(ops, "/sessions/?trouble=none") == [calm.pk]
    assert sessions_shown(ops, "/sessions/?trouble=drops") == [drops.pk]
    assert sessions_shown(ops, "/sessions/?trouble=failures") == [failed.pk]
    assert sessions_shown(ops, "/sessions/?trouble=any") == [failed.pk, drops.pk]


def test_a_session_with_a_gap_in_its_history_says_so(ops: Client, physics: Room) -> None:
    held = classes.session(physics)
    Cursor.objects.create(session_id=held.pk, room_id=physics.pk, lost_at=timezone.now())

    assert "ended, with a gap" in shown(ops, "/sessions/")


def test_what_a_filter_does_not_understand_is_left_out_and_named(ops: Client, physics: Room) -> None:
    held = classes.session(physics)

    page = shown(ops, "/sessions/?since=2026-02-30&state=asleep&trouble=%3Cb%3E&page=nine&size=7&sort=shoe")

    assert "Since: 2026-02-30" in page
    assert "State: asleep" in page
    assert "Trouble: &lt;b&gt;" in page
    assert held.pk in page
    # A browser's field for days holds days alone, and complains of all else.
    assert 'value="2026-02-30" type="date"' not in page
    assert 'name="since" value="" type="date"' in page


@pytest.mark.parametrize(
    "url", ["/sessions/?q=%00", "/rooms/?q=%00", "/people/?q=%00", "/search/?q=%00", "/sessions/?room=%00"]
)
def test_a_search_for_what_no_database_holds_is_no_fault(url: str, ops: Client, physics: Room) -> None:
    assert ops.get(url).status_code == 200


# sorting and pages


def test_sessions_are_sorted_by_every_column_both_ways(ops: Client, physics: Room, chemistry: Room) -> None:
    short = classes.session(chemistry, ago=timedelta(hours=3), length=timedelta(minutes=5), failures=1)
    long = classes.session(
        physics,
        ago=timedelta(hours=2),
        length=timedelta(minutes=50),
        pupils=[Pupil(dropped=True), Pupil("Mei", "mei")],
    )

    for key in ("started", "length", "people", "peak", "drops", "room"):
        assert sessions_shown(ops, f"/sessions/?sort={key}") == [short.pk, long.pk], key
        assert sessions_shown(ops, f"/sessions/?sort=-{key}") == [long.pk, short.pk], key
    assert sessions_shown(ops, "/sessions/?sort=-failures") == [short.pk, long.pk]
    assert 'aria-sort="descending"' in shown(ops, "/sessions/?sort=-failures")


def test_a_session_without_a_start_comes_last(ops: Client, physics: Room) -> None:
    unknown = Session.objects.create(id="s-unknown", room=physics)
    known = classes.session(physics)

    assert sessions_shown(ops, "/sessions/") == [known.pk, unknown.pk]
    assert sessions_shown(ops, "/sessions/?sort=started") == [known.pk, unknown.pk]


def test_pages_hold_25_50_or_100_and_keep_the_rest_of_the_url(ops: Client, physics: Room) -> None:
    Session.objects.bulk_create(
        Session(
            id=f"s{number:03d}",
            room=physics,
            started_at=timezone.now() - timedelta(hours=number),
            ended_at=timezone.now(),
        )
        for number in range(1, 121)
    )

    first = shown(ops, "/sessions/?trouble=none")
    assert "1 to 25 of 120" in first
    assert 'href="/sessions/?trouble=none&amp;page=2"' in first
    assert len(sessions_shown(ops, "/sessions/?size=100")) == 100
    last = shown(ops, "/sessions/?size=50&page=3&sort=started")
    assert "101 to 120 of 120" in last
    assert 'href="/sessions/?sort=started&amp;size=50&amp;page=2"' in last
    assert "101 to 120 of 120" in shown(ops, "/sessions/?size=50&page=77")
    every = [pk for page in range(1, 6) for pk in sessions_shown(ops, f"/sessions/?sort=people&page={page}")]
    assert len(set(every)) == 120, "equal rows change places between pages"


# fragments


def test_htmx_gets_the_list_and_the_browser_its_address(ops: Client, physics: Room) -> None:
    classes.session(physics)

    answer = ops.get("/sessions/?q=phys&state=&since=", headers={**AS_FRAGMENT, "HX-Trigger-Name": "q"})
    page = answer.content.decode()

    assert "<html" not in page
    assert 'id="chips" hx-swap-oob="true"' in page
    assert answer["HX-Replace-Url"] == "/sessions/?q=phys"
    assert "HX-Request" in answer["Vary"]
    assert "no-store" in answer["Cache-Control"]


def test_a_link_followed_by_htmx_adds_to_the_history(ops: Client, physics: Room) -> None:
    classes.session(physics)

    assert ops.get("/sessions/?state=ended", headers=AS_FRAGMENT)["HX-Push-Url"] == "/sessions/?state=ended"


def test_the_live_rows_come_without_the_rest(ops: Client, physics: Room) -> None:
    classes.session(physics)

    page = ops.get("/sessions/", headers={"HX-Request": "true", "HX-Target": "rows"}).content.decode()

    assert "<tbody" in page
    assert 'id="asof" hx-swap-oob="true"' in page
    assert 'id="chips"' not in page


@pytest.mark.parametrize("url", ["/", "/rooms/", "/sessions/", "/people/", "/deliveries/"])
def test_going_back_or_an_unknown_target_gets_the_whole_page(url: str, ops: Client) -> None:
    back = ops.get(url, headers={**AS_FRAGMENT, "HX-History-Restore-Request": "true"})
    unknown = ops.get(url, headers={"HX-Request": "true", "HX-Target": "somewhere"})

    assert b"<html" in back.content
    assert b"<html" in unknown.content


# when nothing matches


def test_the_first_time_a_list_says_what_will_fill_it(ops: Client) -> None:
    assert "No sessions yet" in shown(ops, "/sessions/")
    assert "No rooms yet" in shown(ops, "/rooms/")
    assert "No people yet" in shown(ops, "/people/")
    assert "No deliveries yet" in shown(ops, "/deliveries/")


def test_an_empty_list_names_the_filter_to_drop(ops: Client, physics: Room, chemistry: Room) -> None:
    for held_in in (physics, physics, chemistry):
        classes.session(held_in)

    page = shown(ops, "/sessions/?q=physics&trouble=drops&since=2020-01-01")

    assert "No session matches all three filters" in page
    assert "3 sessions are here" in page
    assert "Without “Trouble: network drops”, 2 would match" in page
    assert 'href="/sessions/?q=physics&amp;since=2020-01-01"' in page


def test_a_search_that_finds_nothing_offers_all(ops: Client, physics: Room) -> None:
    page = shown(ops, "/rooms/?q=biology")

    assert "No room matches “biology”" in page
    assert "1 room is here" in page
    assert "Drop “biology”" in page


# exports


def test_the_export_holds_exactly_what_is_shown_all_pages_of_it(ops: Client, physics: Room, chemistry: Room) -> None:
    for _ in range(30):
        classes.session(physics)
    classes.session(chemistry)

    page = shown(ops, "/sessions/?room=Year 9 Physics, group B&size=50&sort=started")
    address = re.search(r'href="(/sessions\.csv[^"]*)"', page)
    assert address is not None
    exported = lines(ops, address[1].replace("&amp;", "&"))

    assert "Export 30" in page
    assert [line["session_id"] for line in exported] == sessions_shown(
        ops, "/sessions/?room=Year 9 Physics, group B&size=50&sort=started"
    )


def test_exported_times_and_lengths_are_for_machines(ops: Client, physics: Room) -> None:
    with time_machine.travel("2026-11-12T09:00:00.123456Z", tick=False):
        classes.session(physics, ago=timedelta(hours=1), length=timedelta(minutes=45, seconds=1.5))

    (line,) = lines(ops, "/sessions.csv")

    assert line["started_at"] == "2026-11-12T08:00:00.123Z"
    assert line["seconds"] == "2701.500"
    assert line["people"] == "1"


@pytest.mark.parametrize("url", ["/rooms.csv", "/sessions.csv", "/people.csv"])
def test_names_that_a_spreadsheet_would_run_are_defused(url: str, ops: Client) -> None:
    held_in = classes.room("=SUM(A1)")
    classes.session(held_in, pupils=[Pupil("=cmd|'/c calc'!A1", "+user")])

    for value in lines(ops, url)[0].values():
        assert not value.startswith(("=", "+", "-", "@")), value


def test_the_room_page_exports_its_own_sessions(ops: Client, physics: Room, chemistry: Room) -> None:
    mine = classes.session(physics)
    classes.session(chemistry)

    assert f'href="/sessions.csv?room={physics.pk}"' in shown(ops, f"/rooms/{physics.pk}/")
    assert [line["session_id"] for line in lines(ops, f"/sessions.csv?room={physics.pk}")] == [mine.pk]


# rooms


def test_rooms_are_found_filtered_and_sorted(ops: Client) -> None:
    first = classes.room("Algebra", template_name="Class", enabled=False)
    second = classes.room("Botany", template_name="Meeting")
    third = classes.room("Choir", template_name="Class")
    classes.session(second, ago=timedelta(minutes=1), length=None)
    classes.session(third, ago=timedelta(days=20))

    assert rooms_shown(ops, "/rooms/") == [second.pk, third.pk, first.pk], "last used first, never used last"
    assert rooms_shown(ops, "/rooms/?sort=name") == [first.pk, second.pk, third.pk]
    assert rooms_shown(ops, "/rooms/?sort=-sessions")[2] == first.pk
    assert rooms_shown(ops, "/rooms/?q=bot") == [second.pk]
    assert rooms_shown(ops, f"/rooms/?q={third.pk}") == [third.pk]
    assert rooms_shown(ops, "/rooms/?state=disabled") == [first.pk]
    assert rooms_shown(ops, "/rooms/?template=Class&sort=name") == [first.pk, third.pk]
    assert rooms_shown(ops, "/rooms/?used=live") == [second.pk]
    assert rooms_shown(ops, "/rooms/?used=week") == [second.pk]
    assert rooms_shown(ops, "/rooms/?used=month&sort=name") == [second.pk, third.pk]
    assert rooms_shown(ops, "/rooms/?used=never") == [first.pk]
    assert "live, 1 person" in shown(ops, "/rooms/")


def test_a_room_shows_what_is_set_and_its_sessions(ops: Client, physics: Room, chemistry: Room) -> None:
    physics.size, physics.max_duration_seconds, physics.description = 40, 5400, "For the ninth year"
    physics.save()
    mine = classes.session(physics)
    classes.session(chemistry)

    assert sessions_shown(ops, f"/rooms/{physics.pk}/") == [mine.pk]
    assert "Only events have named this room so far" in shown(ops, f"/rooms/{physics.pk}/")
    settings = shown(ops, f"/rooms/{physics.pk}/settings/")
    assert "For the ninth year" in settings
    assert 'value="90"' in settings


# names


@pytest.mark.parametrize(
    "name", ["<b>x</b>", "=SUM(A1)", "🧑‍🎓 Kim", "X" * 200, '"><script>alert(1)</script>', "עברית"]
)
def test_names_of_all_kinds_are_shown_as_they_are(name: str, ops: Client) -> None:
    held_in = classes.room(name)
    held = classes.session(held_in, pupils=[Pupil(name, name[:64])], failures=1)
    peer = held.peers.get()

    for url in (
        "/",
        "/rooms/",
        f"/rooms/{held_in.pk}/",
        "/sessions/",
        "/people/",
        f"/sessions/{held.pk}/peers/{peer.pk}/",
        "/search/?q=" + name[:3].replace("<", "%3C"),
    ):
        page = shown(ops, url)
        assert "<b>x</b>" not in page, url
        assert "<script>alert" not in page, url
    assert name.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") in shown(ops, "/people/")
