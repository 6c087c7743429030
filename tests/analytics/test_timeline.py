"""What the session page draws: the axis, lanes, marks, groups and compact rows."""

import re
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from analytics.activity import Failure, Frame, Stay, people
from analytics.axis import UNITS, axis_of
from analytics.instants import HOUR, MINUTE, SECOND
from analytics.people import by_role, matches
from analytics.summary import summary
from analytics.thin_rows import overview, thin_rows
from analytics.timeline import Lane, Timeline, build
from tests.analytics.classroom import ENDED, LENGTH, NAIROBI, TEN, at, live, person, stay, track


def drawn(*stays: Stay, frame: Frame = ENDED, failures: tuple[Failure, ...] = ()) -> Timeline:
    return build(people(stays, frame, failures), frame, NAIROBI)


def lane(*stays: Stay, frame: Frame = ENDED, failures: tuple[Failure, ...] = ()) -> Lane:
    [one] = drawn(*stays, frame=frame, failures=failures).lanes
    return one


# ── The axis ──


def test_the_axis_leaves_room_for_marks_and_labels_every_five_minutes() -> None:
    axis = axis_of(ENDED, [], NAIROBI)
    assert (axis.session_start - axis.start, axis.end - axis.session_end) == (90 * SECOND, 120 * SECOND)
    assert [tick.label for tick in axis.ticks] == [f"10:{minute:02d}" for minute in range(0, 50, 5)] + ["10:50"]
    assert [tick.label for tick in axis.ticks if not tick.minor] == [f"10:{n}0" for n in range(6)]
    assert (axis.x(axis.start), axis.x(axis.end), axis.x(axis.end + HOUR)) == (0.0, 1.0, 1.0)
    assert axis.units(axis.end) == UNITS


@pytest.mark.parametrize("length", [0, 1, 10, 59, 61, 300, 1200, 5400, 7200, 3 * 3600, 12 * 3600])
@pytest.mark.parametrize("zone", ["Africa/Nairobi", "Asia/Kathmandu", "America/St_Johns", "UTC"])
def test_labels_never_collide_and_stand_at_round_times(length: int, zone: str) -> None:
    axis = axis_of(Frame("s", TEN + 7 * SECOND, TEN + (7 + length) * SECOND, TEN * 2), [], ZoneInfo(zone))
    wide = 0.125 if axis.step < MINUTE else 0.075
    assert 2 <= len(axis.ticks) <= 14
    for group, apart in ((axis.ticks, wide), ([tick for tick in axis.ticks if not tick.minor], 2 * 0.07)):
        assert all(after.x - before.x >= apart - 1e-4 for before, after in pairwise(group))
    minutes = [tick.label[3:] for tick in axis.ticks]
    step = axis.step // (SECOND if axis.step < MINUTE else MINUTE)
    assert all(int(label[-2:]) % min(step, 60) == 0 for label in minutes)


def test_the_axis_holds_who_came_before_and_went_after_but_no_wrong_clock() -> None:
    early, astray = stay("Amina", -120, LENGTH + 60), stay("Noah", 86400, 86500)
    axis = drawn(early, astray).axis
    assert axis.start < at(-120)
    assert at(LENGTH + 60) < axis.end < at(LENGTH + 600)


def test_the_axis_of_a_running_session_stands_still_between_steps() -> None:
    axes = [axis_of(live(1500 + seconds), [], NAIROBI) for seconds in range(0, 300, 5)]
    assert len({(axis.start, axis.end) for axis in axes}) <= 4
    assert [axis.end for axis in axes] == sorted(axis.end for axis in axes)
    assert all(axis.end > at(1500 + n * 5) for n, axis in enumerate(axes))


def test_a_session_of_twelve_hours_over_a_change_of_clocks_keeps_true_labels() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night = Frame("s", 1792879200 * SECOND, (1792879200 + 12 * 3600) * SECOND, 1893456000 * SECOND)  # 24 October 2026
    labels = [tick.label for tick in axis_of(night, [], berlin).ticks]
    assert len(labels) == 13
    assert labels.count("02:00") == 2


# ── Lanes ──


def test_a_lane_holds_everything_that_is_drawn_in_it() -> None:
    host = lane(
        stay(
            "Wanjiru Kamau",
            0,
            None,
            role="host",
            tracks=(track("mic", (4, 972), (1000, 1680)), track("camera", (6, None)), track("screen", (400, 1270))),
        )
    )
    axis = host.axis
    assert [(span.start, span.end) for span in host.mic] == [(at(4), at(972)), (at(1000), at(1680))]
    assert host.mic[0].x == pytest.approx((94) / 3210, abs=1e-5)
    assert host.mic[0].width == pytest.approx(968 / 3210, abs=2e-5)
    assert [span.estimated for span in host.cam] == [True]
    assert host.screen[0].length == 870 * SECOND
    assert host.bars[0].x + host.bars[0].width == pytest.approx(axis.x(at(LENGTH)))
    assert [(span.start, span.end) for span in host.estimated] == [(at(1680), at(LENGTH))]
    assert (host.marks, host.gaps, host.two_devices) == ((), (), ())


def test_a_drop_and_a_leave_have_their_marks_and_their_dashes() -> None:
    one = lane(
        stay("Amina", 41, 718, tracks=(track("mic", (700, 718)), track("camera", (50, 600))), device="laptop"),
        stay("Amina", 846, 1771, "websocket closed"),
        stay("Amina", 1862, LENGTH),
    )
    assert [(gap.start, gap.end, gap.dropped) for gap in one.gaps] == [
        (at(718), at(846), False),
        (at(1771), at(1862), True),
    ]
    left, drop = one.marks
    assert (left.kind, left.words, left.until, left.visit, left.visits) == ("left", "Left at 10:11:58", at(846), 1, 3)
    assert (left.mic_on, left.camera_on, left.device) == (True, False, "laptop")
    assert (drop.kind, drop.words, drop.reason) == ("drop", "Network drop at 10:29:31", "websocket closed")
    assert left.at_end
    assert drop.x == one.axis.x(at(1771))


def test_no_mark_for_those_who_stayed_to_the_end() -> None:
    assert lane(stay("Amina", 41, LENGTH)).marks == ()
    assert lane(stay("Amina", 41, LENGTH - 20)).marks == ()
    assert lane(stay("Amina", 41, None)).marks == ()
    assert lane(stay("Amina", 41, None), frame=live(100)).marks == ()
    assert [mark.kind for mark in lane(stay("Amina", 41, 90), frame=live(100)).marks] == ["left"]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("peer kicked", "removed"),
        ("server removed peer", "server"),
        ("", "left"),
        ("ice connection state closed", "drop"),
    ],
)
def test_each_group_of_reasons_has_its_mark(reason: str, kind: str) -> None:
    [mark] = lane(stay(end=600, reason=reason, message="be kind")).marks
    assert (mark.kind, mark.reason, mark.message) == (kind, reason, "be kind")


def test_a_leave_on_one_of_two_devices_is_a_small_tick() -> None:
    one = lane(stay("Khai", 38, 1632), stay("Khai", 1265))
    assert [(mark.kind, mark.under) for mark in one.marks] == [("left", True)]
    assert [(span.start, span.end) for span in one.two_devices] == [(at(1265), at(1632))]


def test_a_drop_that_the_server_noticed_after_the_return_is_drawn_as_recovered() -> None:
    one = lane(stay("Zeynep", 0, 660, "websocket closed"), stay("Zeynep", 612))
    assert [(mark.kind, mark.at, mark.under) for mark in one.marks] == [("recovered", at(612), False)]
    assert (one.two_devices, one.gaps) == ((), ())


def test_role_changes_and_failures_are_marks_inside_a_visit() -> None:
    failures = (
        Failure(at(130), "client.publish.failed", user_id="tomás", error_message="camera in use"),
        Failure(at(140), "client.disconnected", user_id="tomás", is_terminal=False),
    )
    one = lane(stay("Tomás", 31, roles=((None, "student"), (at(1100), "co-host"))), failures=failures)
    assert [(mark.kind, mark.words, mark.visit) for mark in one.marks] == [
        ("failed", "10:02:10 Sound or picture not sent: camera in use", 1),
        ("recovered", "10:02:20 Connection lost, recovered by itself", 1),
        ("role", "co-host from 10:18:20", 1),
    ]
    assert one.marks[2].reason == "was student"


def test_a_lane_can_be_read_aloud() -> None:
    lukasz = lane(
        stay("Łukasz Wróblewski", 48, 1378, "websocket closed", tracks=(track("mic", (60, 180), (200, 260)),)),
        stay("Łukasz Wróblewski", 1504, tracks=(track("screen", (1600, 1720)),)),
    )
    assert lukasz.sentence == (
        "Łukasz Wróblewski: present 47 min, from 10:00 to 10:50, microphone 3 min in 2 spells, camera never on, "
        "screen shared 2 min, network drop 2 min"
    )
    assert "from 10:02 to about 10:44" in lane(stay("Arjun", 166, 2660, "websocket closed")).sentence
    assert "from 10:00, still in" in lane(stay("Noah", 10, None), frame=live(600)).sentence


# ── The whole ──


def test_people_at_once_count_people_and_not_devices() -> None:
    view = drawn(stay("Khai", 38, 1632), stay("Khai", 1265), stay("Noah", 112, 600), stay("Amina", 600, 700))
    assert (view.peak, view.peak_at, view.people) == (2, at(112), 3)
    assert view.at_once.points == ((at(38), 1), (at(112), 2), (at(700), 1), (at(LENGTH), 0))
    line, area = view.at_once.paths(view.axis)
    assert line.startswith("M0 100H")
    assert area == f"{line}V100H0Z"
    assert drawn(stay(start=5, end=5)).at_once.paths(view.axis) == ("", "")


def test_lanes_in_the_order_asked_for() -> None:
    some = people(
        [
            stay("Zoltán", 0, tracks=(track("mic", (5, 9)),)),
            stay("Álvaro", 20),
            stay("Łukasz", 10, tracks=(track("mic", (20, 90)),)),
        ],
        ENDED,
    )
    orders = {
        order: [one.person.name for one in build(some, ENDED, NAIROBI, order=order).lanes]
        for order in ("joined", "name", "talk", "from an old link")
    }
    assert orders["joined"] == orders["from an old link"] == ["Zoltán", "Łukasz", "Álvaro"]
    assert orders["name"] == ["Álvaro", "Łukasz", "Zoltán"]
    assert orders["talk"] == ["Łukasz", "Zoltán", "Álvaro"]


def test_lanes_can_be_searched_and_narrowed_to_trouble_while_the_rest_still_counts() -> None:
    some = people([stay("Łukasz Wróblewski", 48, 1378, "websocket closed"), stay("Amina"), stay("Liam", 9)], ENDED)
    search = build(some, ENDED, NAIROBI, query="wrob lukasz")
    assert [one.person.name for one in search.lanes] == ["Łukasz Wróblewski"]
    assert (search.shown, search.people, search.peak, sorted(search.found)) == (1, 3, 3, ["łukasz wróblewski"])
    trouble = build(some, ENDED, NAIROBI, only_trouble=True)
    assert [one.person.name for one in trouble.lanes] == ["Łukasz Wróblewski"]
    assert trouble.axis == search.axis
    assert build(some, ENDED, NAIROBI, query="  ").shown == 3


@pytest.mark.parametrize(
    ("name", "query", "found"),
    [
        ("Nguyễn Thị Minh Khai", "nguyen khai", True),
        ("Søren Nygaard", "soren", True),
        ("Zeynep Yıldırım", "YILDIRIM", True),
        ("林美玲", "美", True),
        ("محمد الحسن", "محمد", True),
        ("Amina", "anima", False),
        ("Amina", "", True),
    ],
)
def test_people_are_found_as_one_types_in_a_hurry(name: str, query: str, found: bool) -> None:
    assert matches(person(stay(name)), query) is found


def test_the_summary_of_a_class() -> None:
    some = people(
        [
            stay("Wanjiru", 0, role="host"),
            stay("Łukasz", 48, 1378, "websocket closed"),
            stay("Łukasz", 1504),
            stay("Arjun", 166, 2660, "websocket closed"),
            stay("Phone ending 418", 1985, role="guest", type="sip"),
            stay("Amina", 41),
        ],
        ENDED,
    )
    figures = summary(some, ENDED)
    assert (figures.length, figures.people, figures.by_phone) == (LENGTH * SECOND, 5, 1)
    assert (figures.drops, figures.dropped_people, figures.lost) == (2, 2, 126 * SECOND)
    assert (figures.peak, figures.peak_at, figures.estimated_times) == (5, at(1985), 1)
    assert figures.roles == (("guest", 1), ("host", 1))
    assert by_role(some)[0] == ("student", 3)


# ── Crowds ──


def lecture(audience: int = 70) -> list[Stay]:
    on_stage = stay("Ingrid", 0, role="host", tracks=(track("mic", (20, 2900)),))
    late = [stay(f"Late {n}", 400 + 9 * n) for n in range(3)]
    early = [stay(f"Early {n}", 0, 2000 - 100 * n) for n in range(3)]
    cut = [stay("Farid", 0, 900, "websocket closed"), stay("Farid", 1000)]
    return [on_stage, *late, *early, *cut, *(stay(f"Whole {n:03d}", n % 60) for n in range(audience))]


def test_a_crowd_is_drawn_in_groups_everybody_in_one() -> None:
    some = people(lecture(), ENDED)
    view = build(some, ENDED, NAIROBI)
    assert [(group.key, group.count, group.size) for group in view.groups] == [
        ("stage", 1, "stage"),
        ("trouble", 1, "named"),
        ("late", 3, "thin"),
        ("early", 3, "thin"),
        ("whole", 70, "thinnest"),
    ]
    assert sorted(one.person.key for group in view.groups for one in group.lanes) == sorted(one.key for one in some)
    assert [group.density.peak for group in view.groups] == [1, 1, 3, 3, 70]
    early = next(group for group in view.groups if group.key == "early")
    assert [one.person.name for one in early.lanes] == ["Early 2", "Early 1", "Early 0"]
    assert early.order == "by last seen"
    assert build(some, ENDED, NAIROBI, order="name").groups[3].order == "by name"


def test_up_to_sixty_people_have_a_lane_each() -> None:
    assert not build(people(lecture(52), ENDED), ENDED, NAIROBI).is_crowd
    assert build(people(lecture(53), ENDED), ENDED, NAIROBI).is_crowd


def test_a_search_in_a_crowd_marks_who_was_found_and_keeps_the_groups() -> None:
    view = build(people(lecture(), ENDED), ENDED, NAIROBI, query="whole 007")
    assert view.found == {"whole 007"}
    assert sum(group.count for group in view.groups) == view.people == 78


def test_the_stage_can_be_named() -> None:
    view = build(people(lecture(), ENDED), ENDED, NAIROBI, stage_roles=["nobody"])
    assert view.groups[0].key == "trouble"


def boxes(path: str) -> list[tuple[int, int, int, int]]:
    found = re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)Z", path)
    assert "".join("M{} {}h{}v{}h-{}Z".format(*one) for one in found) == path
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h, _ in found]


def test_thin_lanes_are_three_paths_that_hold_every_stretch() -> None:
    view = build(people(lecture(), ENDED), ENDED, NAIROBI)
    whole = view.groups[-1].lanes
    rows = thin_rows(whole[:23], 6)
    assert (rows.height, rows.first, rows.last, rows.view_box) == (138, 1, 23, f"0 0 {UNITS} 138")
    assert boxes(rows.present)[1] == (view.axis.units(at(0)), 7, boxes(rows.present)[1][2], 4)
    assert len(boxes(rows.present)) == len(boxes(rows.sill)) == 23
    assert rows.mic == ""
    later = thin_rows(whole[24:], 8, first=25)
    assert (later.first, later.last) == (25, 70)
    x, _, width, _ = boxes(later.present)[0]
    assert x == view.axis.units(whole[24].person.first_joined_at)
    assert abs(x + width - view.axis.units(at(LENGTH))) <= 1


def test_a_single_word_is_wide_enough_to_see() -> None:
    view = drawn(stay(tracks=(track("mic", (100, 100.2)),)))
    [(_, y, width, height)] = boxes(thin_rows(view.lanes, 8).mic)
    assert (y, width, height) == (2, UNITS // 1000, 3)


def test_the_overview_has_a_row_for_everybody_and_a_tick_for_every_drop() -> None:
    view = build(people(lecture(), ENDED), ENDED, NAIROBI)
    strip = overview(view.groups)
    assert strip.height == 78 + 4 * 5
    assert len(strip.rules) == 4
    assert strip.ticks == ((view.axis.units(at(900)), 5.4),)
    assert strip.present.count("M") == 79
