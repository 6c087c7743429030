"""Scenarios hold what their names promise, for any seed, and the same seed gives the same session."""

from collections.abc import Callable

import pytest

from rooms.simulator.clock import SECOND
from rooms.simulator.people import pupil
from rooms.simulator.scenarios import INCIDENTS, SCENARIOS, lecture, meeting, school_class
from rooms.simulator.scenarios.script import Script, Stay

SEEDS = range(6)


def by_person(script: Script) -> dict[str, list[Stay]]:
    stays: dict[str, list[Stay]] = {}
    for stay in script.stays:
        if stay.person.user_id:
            stays.setdefault(stay.person.user_id, []).append(stay)
    return stays


def doubles(script: Script) -> list[list[Stay]]:
    return [stays for stays in by_person(script).values() if len(stays) > 1]


def types(script: Script) -> list[str]:
    return [notice.type for notice in script.notices]


def reasons(script: Script) -> list[str]:
    return [stay.reason for stay in script.stays if stay.reason != "client request"]


def has_rejoin(script: Script) -> bool:
    ((first, second),) = doubles(script)
    return first.end < second.start and first.reason == "client request"


def has_second_device(script: Script) -> bool:
    ((first, second),) = doubles(script)
    return first.start < second.start < second.end < first.end


def has_drop(script: Script) -> bool:
    ((first, second),) = doubles(script)
    lost = script.notices[0].at
    back_before_gone_is_noticed = second.start - lost < 151 * SECOND
    return (
        types(script) == ["client.disconnected"]
        and first.reason in ("websocket closed", "ice connection state closed")
        and lost < first.end
        and back_before_gone_is_noticed
    )


def has_kick(script: Script) -> bool:
    (kicked,) = [stay for stay in script.stays if stay.reason == "peer kicked"]
    return bool(kicked.message) and len(doubles(script)) == 0


def has_promotion(script: Script) -> bool:
    (led,) = [stay for stay in script.stays if stay.roles]
    shared = {track.kind for track in led.tracks if track.source == "screen"}
    back = [change.role for change in led.roles] == ["co-teacher", "student"]
    return back and shared == {"video", "audio"} and types(script) == ["role.change.failure"]


def has_stuck_track(script: Script) -> bool:
    (track,) = [track for stay in script.stays for track in stay.tracks if track.stop is None]
    (stay,) = [stay for stay in script.stays if track in stay.tracks]
    return track.on[-1][1] == stay.end


def has_phone(script: Script) -> bool:
    (stay,) = [stay for stay in script.stays if stay.person.phone]
    return [track.key for track in stay.tracks] == ["mic"]


def has_client_errors(script: Script) -> bool:
    kinds = {f"client.{one}" for one in ("publish.failed", "subscribe.failed", "join.failed", "connect.failed")}
    return set(types(script)) == kinds


PROMISES: dict[str, Callable[[Script], bool]] = {
    "rejoin": has_rejoin,
    "second_device": has_second_device,
    "drop": has_drop,
    "kick": has_kick,
    "promote": has_promotion,
    "stuck_track": has_stuck_track,
    "caller": has_phone,
    "client_errors": has_client_errors,
    "flicker": lambda script: types(script) == ["client.disconnected", "client.publish.failed"] and not reasons(script),
    "nameless": lambda script: sum(stay.person.user_id is None for stay in script.stays) == 2,
    "lost_webhooks": lambda script: sorted(len(stay.lost) for stay in script.stays if stay.lost) == [1, 1, 2],
    "refusals": lambda script: sorted(types(script)) == ["peer.join.failure"] * 2 + ["peer.leave.failure"],
    "cut_off": lambda script: reasons(script) == ["websocket closed"] and not doubles(script),
    "server_removal": lambda script: reasons(script) == ["server removed peer"],
    "end_for_all": lambda script: (
        types(script) == ["room.end.success", "room.end.failure"] and "room ended" in reasons(script)
    ),
}


def test_every_incident_has_a_promise() -> None:
    assert set(PROMISES) == set(INCIDENTS)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("incident", INCIDENTS)
def test_an_incident_happens(incident: str, seed: int) -> None:
    assert PROMISES[incident](SCENARIOS[incident](seed))


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_script_is_sound(scenario: str, seed: int) -> None:
    script = SCENARIOS[scenario](seed)
    assert min(stay.start for stay in script.stays) == 0
    assert len({stay.key for stay in script.stays}) == len(script.stays)
    for stay in script.stays:
        assert 0 <= stay.start < stay.end <= script.end
        assert all(stay.start < change.at < stay.end for change in stay.roles)
        for track in stay.tracks:
            stop = stay.end if track.stop is None else track.stop
            assert stay.start < track.start < stop <= stay.end
            edges = [edge for span in track.on for edge in span]
            assert edges == sorted(set(edges))
            assert all(track.start <= edge <= stop for edge in edges)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_same_seed_the_same_script_and_another_another(scenario: str) -> None:
    assert SCENARIOS[scenario](7).stays == SCENARIOS[scenario](7).stays
    assert SCENARIOS[scenario](7).stays != SCENARIOS[scenario](8).stays


@pytest.mark.parametrize("seed", SEEDS)
def test_a_class_of_25(seed: int) -> None:
    script = school_class(seed, incidents=[])
    assert len(script.stays) == len(by_person(script)) == 25
    assert [stay.role for stay in script.stays].count("teacher") == 1
    tracks = [(track.kind, track.source) for stay in script.stays for track in stay.tracks]
    assert set(tracks) == {("audio", "regular"), ("video", "regular"), ("video", "screen"), ("audio", "screen")}
    assert sum(stay.start > 60 * SECOND for stay in script.stays) >= 1


def test_a_lecture_of_500_with_its_bad_minute() -> None:
    script = lecture(1)
    assert len(by_person(script)) == 500
    assert script.end == 5400 * SECOND
    lost = [notice.at for notice in script.notices if notice.type == "client.disconnected"]
    assert len(lost) > 20
    assert max(lost) - min(lost) <= 60 * SECOND
    assert sum(len(stay.roles) == 2 for stay in script.stays) == 9


def test_names_can_be_chosen() -> None:
    names = ["<b>x</b>", "=SUM(A1)", "🦊" * 50]
    script = school_class(1, people=6, names=names, incidents=[])
    assert set(names) < {stay.person.name for stay in script.stays}
    assert "student-0001" in by_person(script)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: school_class(1, people=1),
        lambda: school_class(1, duration=5),
        lambda: school_class(1, teacher="nobody"),
        lambda: school_class(1, incidents=["earthquake"]),
        lambda: SCENARIOS["drop"](1, people=4),
        lambda: lecture(1, people=11),
        lambda: meeting(1, people=1),
    ],
)
def test_what_cannot_be_played(wrong: Callable[[], Script]) -> None:
    with pytest.raises(ValueError, match=r"at least|no such"):
        wrong()


def test_a_school_of_900_has_900_names_and_user_ids() -> None:
    school = [pupil(number) for number in range(900)]
    assert len({person.name for person in school}) == 900
    assert len({person.user_id for person in school}) == 900
