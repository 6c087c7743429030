"""What a detail card says of a person at a moment."""

from analytics import durations
from analytics.activity import Frame, Stay, people
from analytics.timeline import Lane, build
from dashboard.detail import Detail, detail_of
from tests.analytics.classroom import ENDED, LENGTH, NAIROBI, at, live, stay, track


def lane(*stays: Stay, frame: Frame = ENDED) -> Lane:
    [one] = build(people(stays, frame), frame, NAIROBI).lanes
    return one


def said(detail: Detail) -> dict[str, str]:
    return {pair.label: pair.words for pair in detail.pairs if pair.label}


def card(one: Lane, seconds: float | None, frame: Frame = ENDED) -> Detail:
    return detail_of(one, frame, None if seconds is None else at(seconds), NAIROBI)


DROPPED = (
    stay(
        "Łukasz", 60, 1378, "websocket closed", tracks=(track("camera", (60, 1378)),), device="web_Windows Edge_125.0"
    ),
    stay("Łukasz", 1504, LENGTH),
)


def test_a_drop_says_how_long_why_and_what_was_on() -> None:
    detail = card(lane(*DROPPED), 1378)
    assert detail.lead == "Not connected: network drop"
    assert detail.tone == "bad"
    assert said(detail) == {
        "Away": "10:22:58 to 10:25:04",
        "Length": "2 min 06 s",
        "Reported cause": "websocket closed",
        "Before": "muted",
        "Visit": "1 of 2",
        "Device": "Windows, Edge 125",
    }
    assert [pair.words for pair in detail.pairs if not pair.label] == ["camera on"]
    assert detail.peer_id == "łukasz@60"


def test_between_two_visits_the_person_was_away() -> None:
    detail = card(lane(*DROPPED), 1420)
    assert detail.lead == "Not connected: network drop"
    assert said(detail)["Away"] == "10:22:58 to 10:25:04"


def test_who_dropped_for_good_did_not_come_back() -> None:
    detail = card(lane(stay("Arjun", 60, 1000, "websocket closed")), 1000)
    assert (detail.lead, said(detail)["Came back"]) == ("Network drop", "no")


def test_who_was_removed_reads_what_the_host_wrote() -> None:
    detail = card(lane(stay("Liam", 60, 1000, "peer kicked", message="Enough")), 1000)
    assert detail.lead == "Removed by the host"
    assert said(detail)["Host wrote"] == "Enough"


def test_in_the_middle_it_says_what_is_on_and_since_when() -> None:
    one = lane(stay("Amina", 0, LENGTH, tracks=(track("mic", (60, 120)), track("camera", (30, 3000)))))
    on, muted = card(one, 90), card(one, 200)
    assert said(on)["Microphone"] == "10:01:00 to 10:02:00"
    assert said(muted)["Microphone"] == "muted"
    assert said(muted)["Camera"] == "10:00:30 to 10:50:00"
    assert said(on)["Role"] == "student"


def test_what_is_open_in_a_running_class_has_no_end_yet() -> None:
    running = live(600)
    one = lane(stay("Amina", 0, None, tracks=(track("mic", (60, None)),)), frame=running)
    assert said(card(one, 90, running))["Microphone"] == "since 10:01:00"


def test_before_and_after_nobody_is_there() -> None:
    one = lane(stay("Amina", 600, 1200))
    assert (card(one, 60).lead, said(card(one, 60))["Came"]) == ("Not there yet", "10:10:00")
    assert (card(one, 1300).lead, said(card(one, 1300))["Left"]) == ("Not there any more", "10:20:00")


def test_altogether_it_counts() -> None:
    one = lane(
        stay("Amina", 0, 1800, tracks=(track("mic", (60, 90), (100, 160)),)),
        stay("Amina", 1200, LENGTH, peer="phone", tracks=(track("mic", (1300, 1310), peer="phone"),)),
    )
    detail = card(one, None)
    assert detail.lead == f"Present {durations.words(at(LENGTH) - at(0))}"
    assert said(detail) == {
        "First in": "10:00",
        "Last out": "10:50",
        "Visits": "2",
        "Microphone": "2 min, 3 times",
        "Camera": "never on",
        "On two devices": "10 min",
    }


def test_what_is_estimated_says_so() -> None:
    assert said(card(lane(stay("Amina", None, None, tracks=(track("mic", (60, 90)),))), None))["First in"] == "≈ 10:01"
