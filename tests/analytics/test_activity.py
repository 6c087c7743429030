"""Who was there and what they had on: the rules of EVENTS traps 9 to 28 on small classes."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from analytics.activity import Failure, Frame, Stay, people
from analytics.instants import SECOND
from analytics.intervals import Interval, subtract, total, union
from analytics.leaving import Ending, ending_of
from analytics.people import state_at
from analytics.sums import FIGURES, sum_of
from tests.analytics.classroom import ENDED, LENGTH, at, live, part, person, stay, track


def test_trap_9_two_devices_never_count_twice() -> None:
    """The published picture: a laptop until 10:27:12, a phone from 10:21:05."""
    khai = person(
        stay("Khai", 38, 1632, tracks=(track("mic", (100, 1500)),), device="laptop"),
        stay("Khai", 1265, LENGTH, tracks=(track("mic", (1300, 1600)),), device="phone"),
    )
    assert khai.present == (part(38, LENGTH),)
    assert khai.present_micros == (LENGTH - 38) * SECOND
    assert khai.mic == (part(100, 1600),)
    assert khai.two_devices == (part(1265, 1632),)
    assert khai.away == ()


def test_trap_9_a_rejoin_is_the_same_person() -> None:
    amina = person(stay("Amina", 41, 718), stay("Amina", 846, LENGTH))
    assert [visit.number for visit in amina.visits] == [1, 2]
    assert amina.present == (part(41, 718), part(846, LENGTH))
    assert [(away.start, away.end, away.ending) for away in amina.away] == [(at(718), at(846), Ending.LEFT)]
    assert (amina.first_joined_at, amina.last_left_at) == (at(41), at(LENGTH))


def test_trap_10_without_a_user_id_people_are_told_apart_by_peer() -> None:
    found = people(
        [stay("Guest", 0, peer="p1", user=""), stay("Guest", 5, peer="p2", user=" "), stay("Noah", 9, user="p1")], ENDED
    )
    assert [(one.key, one.user_id) for one in found] == [("p1", ""), ("p2", ""), ("p1", "p1")]
    assert all(one.key and len(one.visits) == 1 for one in found)


def test_trap_16_a_phone_is_told_by_type_and_a_missing_type_is_regular() -> None:
    assert person(stay(type="sip")).by_phone
    assert not person(stay(type="")).by_phone


def test_trap_19_between_two_real_times_the_given_duration_does_not_matter() -> None:
    """As published: 40 seconds between times 8.5 seconds apart."""
    assert person(stay(start=0, end=8.5, duration=40 * SECOND)).present == (part(0, 8.5),)


def test_trap_19_where_the_times_do_not_differ_the_given_duration_counts_as_an_estimate() -> None:
    one = person(stay(start=10, end=10, duration=40 * SECOND))
    assert one.present == (part(10, 50, estimated=True),)
    assert one.estimated


def test_a_leave_before_the_join_is_settled_and_marked() -> None:
    assert person(stay(start=100, end=60, duration=30 * SECOND)).present == (part(100, 130, estimated=True),)
    lost = person(stay(start=100, end=60, tracks=(track("mic", (60, 90)),)))
    assert (lost.present, lost.mic, lost.present_micros) == ((), (), 0)
    assert lost.visits[0].start == lost.visits[0].end == at(100)
    assert lost.estimated


def test_trap_46_a_lost_join_begins_at_the_first_sign_of_life_and_never_earlier() -> None:
    by_track = person(stay(start=None, end=600, tracks=(track("mic", (120, 130)),)))
    assert by_track.present == (part(120, 600, estimated=True),)
    assert by_track.first_in_estimated
    assert not by_track.last_out_estimated
    by_duration = person(stay(start=None, end=600, duration=60 * SECOND))
    assert by_duration.present == (part(540, 600, estimated=True),)
    by_nothing = person(stay(start=None, end=None))
    assert (by_nothing.present, by_nothing.estimated) == ((), True)


def test_a_stay_may_reach_beyond_a_session_whose_clock_disagrees() -> None:
    """As published: the session stopped in the microsecond in which the peer joined."""
    frame = Frame("s", at(-600), at(0), at(9000))
    assert person(stay(start=0, end=8.5), frame=frame).present_micros == 8.5 * SECOND


def test_trap_21_the_last_minute_before_a_drop_without_return_is_uncertain() -> None:
    arjun = person(stay("Arjun", 166, 2660, "websocket closed"))
    assert arjun.visits[0].uncertain == part(2600, 2660, estimated=True)
    assert arjun.last_out_estimated
    assert arjun.estimated
    assert arjun.present == (part(166, 2660),)


def test_trap_21_who_came_back_dates_the_gap_and_nothing_is_uncertain() -> None:
    lukasz = person(stay("Łukasz", 48, 1378, "websocket closed"), stay("Łukasz", 1504))
    assert [visit.uncertain for visit in lukasz.visits] == [None, None]
    assert not lukasz.estimated
    assert lukasz.away[0].ending is Ending.NETWORK
    assert lukasz.away[0].length == 126 * SECOND


def test_trap_21_a_slow_good_bye_after_a_drop_is_no_second_device() -> None:
    back = person(stay("Zeynep", 0, 660, "ice connection state closed"), stay("Zeynep", 612))
    assert back.two_devices == ()
    assert back.visits[0].reconnected
    assert back.present_micros == LENGTH * SECOND
    both = person(stay("Zeynep", 0, 900, "websocket closed"), stay("Zeynep", 612))
    assert both.two_devices == (part(612, 900),)
    assert not both.visits[0].reconnected


def test_what_is_open_closes_at_the_leave_and_is_estimated() -> None:
    one = person(stay(end=600, tracks=(track("mic", (30, 60), (90, None)), track("camera", (10, 20)))))
    assert one.mic == (part(30, 60), part(90, 600, estimated=True))
    assert one.camera == (part(10, 20),)
    assert one.estimated


def test_a_track_that_stopped_closes_there_and_is_no_estimate() -> None:
    one = person(stay(tracks=(track("mic", (90, None), stopped=200),)))
    assert one.mic == (part(90, 200),)
    assert not one.estimated


def test_a_track_added_again_after_its_stop_is_on_until_the_leave() -> None:
    one = person(stay(end=600, tracks=(track("mic", (90, 200), (300, None), stopped=200),)))
    assert one.mic == (part(90, 200), part(300, 600, estimated=True))


def test_what_is_open_without_a_leave_closes_at_the_end_of_the_session() -> None:
    one = person(stay(start=10, end=None, tracks=(track("camera", (20, None)), track("mic", (30, 40)))))
    assert one.present == (part(10, LENGTH, estimated=True),)
    assert one.camera == (part(20, LENGTH, estimated=True),)
    assert one.visits[0].ending is Ending.SESSION_END
    assert one.visits[0].uncertain == part(40, LENGTH, estimated=True)
    assert not one.still_in


def test_in_a_running_session_what_is_open_closes_now_and_is_provisional() -> None:
    one = person(stay(start=10, end=None, tracks=(track("mic", (30, None)),)), frame=live(100))
    assert one.present == (part(10, 100, estimated=True),)
    assert one.mic == (part(30, 100, estimated=True),)
    assert one.still_in
    assert one.visits[0].uncertain is None


def test_a_clock_behind_the_join_gives_no_negative_time() -> None:
    one = person(stay(start=10, end=None), frame=live(5))
    assert (one.present, one.present_micros, one.last_left_at) == ((), 0, at(10))


def test_on_time_is_clipped_to_the_stay() -> None:
    one = person(stay(start=100, end=200, tracks=(track("mic", (50, 120), (150, 400), (300, 320)),)))
    assert one.mic == (part(100, 120), part(150, 200))


def test_trap_26_a_share_is_counted_by_its_picture_and_a_microphone_by_itself() -> None:
    one = person(
        stay(tracks=(track("screen", (10, 20)), track("screen_audio", (10, 40)), track("mic", (5, 6)))),
    )
    assert one.screen == (part(10, 20),)
    assert one.mic == (part(5, 6),)


def test_trap_28_leave_reasons_have_their_groups_and_the_message_proves_no_kick() -> None:
    told = {
        "client request": Ending.LEFT,
        "peer kicked": Ending.REMOVED,
        "websocket closed": Ending.NETWORK,
        "ice connection state closed": Ending.NETWORK,
        "server removed peer": Ending.SERVER,
        "": Ending.OTHER,
        "room ended": Ending.OTHER,
    }
    assert {reason: ending_of(reason) for reason in told} == told
    one = person(stay(end=600, reason="client request", message="removed due to misconduct"))
    assert one.visits[0].ending is Ending.LEFT
    assert not one.in_trouble


def test_trap_32_only_failures_that_stayed_one_are_trouble() -> None:
    noise = Failure(at(60), "client.disconnected", user_id="amina", is_terminal=False)
    assert not person(stay(), failures=(noise,)).in_trouble
    assert person(stay(), failures=(replace(noise, is_terminal=True),)).in_trouble


def test_trap_41_a_failed_leave_tells_of_nothing() -> None:
    one = person(stay(), failures=(Failure(at(60), "peer.leave.failure", user_id="amina"),))
    assert (one.failures, one.in_trouble) == ((), False)


def test_failures_find_their_person_by_peer_and_else_by_user() -> None:
    by_peer = Failure(at(9), "client.publish.failed", peer_id="p1")
    by_user = Failure(at(3), "client.connect.failed", user_id="noah")
    found = people([stay("Guest", 0, user="", peer="p1"), stay("Noah", 1)], ENDED, [by_peer, by_user])
    assert [one.failures for one in found] == [(by_peer,), (by_user,)]


def test_roles_change_within_a_stay() -> None:
    tomas = person(stay("Tomás", roles=((None, "student"), (at(1100), "co-host"), (at(1200), "co-host"))))
    assert tomas.role == "co-host"
    assert [(change.at, change.previous, change.role) for change in tomas.role_changes] == [
        (at(1100), "student", "co-host")
    ]
    assert (state_at(tomas, at(1099)).role, state_at(tomas, at(1100)).role) == ("student", "co-host")


def test_who_stayed_to_the_end_is_told_by_the_session_and_less_leniently_when_cut_off() -> None:
    def to_end(end: float, reason: str, frame: Frame = ENDED) -> bool:
        return person(stay(end=end, reason=reason), frame=frame).visits[0].to_end

    assert to_end(LENGTH - 59, "client request")
    assert not to_end(LENGTH - 61, "client request")
    assert to_end(LENGTH - 4, "peer kicked")
    assert not to_end(LENGTH - 30, "peer kicked")
    assert not to_end(100, "client request", live(100))
    short = Frame("s", at(0), at(10), at(99))
    assert not to_end(8.5, "client request", short)
    assert to_end(9.9, "client request", short)


def test_a_state_at_a_moment_for_its_card() -> None:
    lukasz = person(
        stay("Łukasz", 48, 1378, "websocket closed", tracks=(track("camera", (60, 1378)),)), stay("Łukasz", 1504)
    )
    gone = state_at(lukasz, at(1420))
    assert (gone.visit, gone.camera) == (None, False)
    assert gone.away == lukasz.away[0]
    here = state_at(lukasz, at(100))
    assert here.visit is not None
    assert (here.visit.number, here.away, here.mic, here.camera) == (1, None, False, True)


# ── Every figure is the sum of its pieces ──


def test_the_published_sum_of_two_devices() -> None:
    khai = person(
        stay("Khai", 38, 1632, device="laptop"),
        stay("Khai", 1265, LENGTH, "", device="phone"),
    )
    present = sum_of(khai, "present")
    assert [(piece.visit, piece.device, piece.ended_because) for piece in present.pieces] == [
        (1, "laptop", "left by own choice"),
        (2, "phone", "session ended"),
    ]
    assert present.overlaps == (part(1265, 1632),)
    assert present.counted_once == 367 * SECOND
    assert sum(piece.length for piece in present.pieces) - present.counted_once == present.total == khai.present_micros


def test_why_a_microphone_went_off() -> None:
    one = person(
        stay(
            end=600,
            reason="peer kicked",
            tracks=(track("mic", (10, 20), (30, 40), stopped=40.5), track("mic", (500, None))),
        ),
    )
    assert [(piece.ended_because, piece.estimated) for piece in sum_of(one, "mic").pieces] == [
        ("muted", False),
        ("microphone closed", False),
        ("removed by the host", True),
    ]


# ── For any class ──

seconds = st.integers(0, 60)
spans = st.lists(st.tuples(seconds, st.none() | seconds), max_size=3).map(
    lambda found: tuple(span for span in found if span[1] is None or span[0] < span[1])
)
tracks = st.lists(
    st.builds(lambda kind, on: track(kind, *on), st.sampled_from(["mic", "camera", "screen"]), spans), max_size=3
)
stays = st.lists(
    st.builds(
        lambda n, who, start, end, reason, has: stay(
            "Amina", start, end, reason, tracks=tuple(has), user=who, peer=f"peer-{n}"
        ),
        st.integers(0, 10**6),
        st.sampled_from(["amina", "noah", ""]),
        st.none() | seconds,
        st.none() | seconds,
        st.sampled_from(["client request", "websocket closed", "peer kicked", ""]),
        tracks,
    ),
    max_size=6,
    unique_by=lambda one: one.peer_id,
)
frames = st.sampled_from([Frame("s", at(0), at(50), at(90)), live(55)])


@given(stays, frames, st.randoms())
def test_people_do_not_depend_on_the_order_of_stays(some: list[Stay], frame: Frame, dice: object) -> None:
    again = list(some)
    dice.shuffle(again)  # type: ignore[attr-defined]
    assert people(again, frame) == people(some, frame)


@given(stays, frames)
def test_nobody_speaks_or_shows_longer_than_they_are_there(some: list[Stay], frame: Frame) -> None:
    for one in people(some, frame):
        for lane in (one.mic, one.camera, one.screen):
            assert subtract(lane, one.present) == ()


@given(stays, frames)
def test_presence_is_the_union_of_visits_and_every_sum_adds_up(some: list[Stay], frame: Frame) -> None:
    found = people(some, frame)
    assert sorted(visit.stay.peer_id for one in found for visit in one.visits) == sorted(one.peer_id for one in some)
    for one in found:
        covered = union(Interval(visit.start, visit.end) for visit in one.visits)
        assert total(covered) == one.present_micros
        for figure in FIGURES:
            its = sum_of(one, figure)
            assert sum(piece.length for piece in its.pieces) - its.counted_once == its.total
            assert its.counted_once >= total(its.overlaps)
        if not one.estimated:
            # What a visit leaves open is covered by another that was told whole, such as on a second device.
            told = [each for each in one.visits if each.stay.joined_at is not None and each.stay.left_at is not None]
            assert total(union(Interval(visit.start, visit.end) for visit in told)) == total(covered)


@given(stays, frames)
def test_gaps_lie_between_visits(some: list[Stay], frame: Frame) -> None:
    for one in people(some, frame):
        away = sum(gone.length for gone in one.away)
        if one.present:
            assert away + one.present_micros == one.present[-1].end - one.present[0].start
        assert total(one.two_devices) <= one.present_micros


def test_a_drop_is_counted_unless_it_was_the_end_of_the_session() -> None:
    dropped = person(
        stay(end=LENGTH - 600, reason="websocket closed"), stay(start=LENGTH - 500, reason="websocket closed")
    )
    assert [visit.number for visit in dropped.drops] == [1]
