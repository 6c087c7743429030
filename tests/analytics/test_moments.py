"""The sentences of the published class, and what is left unsaid."""

from analytics.activity import Failure, Frame, Person, Stay, people
from analytics.moments import Moment, moments, notes, told
from tests.analytics.classroom import ENDED, LENGTH, NAIROBI, at, live, person, stay, track


def words(*stays: Stay, frame: Frame = ENDED, failures: tuple[Failure, ...] = (), at_most: int = 5) -> list[str]:
    found = moments(people(stays, frame, failures), frame, failures, at_most=at_most)
    return [moment.words for moment in found]


def noted(one: Person, frame: Frame = ENDED, *, camera_usual: bool = False) -> list[str]:
    return [note.words for note in notes(one, frame, NAIROBI, camera_usual=camera_usual)]


LUKASZ = (stay("Łukasz Wróblewski", 48, 1378, "websocket closed"), stay("Łukasz Wróblewski", 1504))
LIAM = stay("Liam O’Sullivan", 97, 1877, "peer kicked")
ARJUN = stay("Arjun Singh Dhillon", 166, 2660, "ice connection state closed")
TOMAS = stay("Tomás Echeverría", 31, roles=((None, "student"), (at(1100), "co-host")))
SOFIA = stay("Sofia Papadopoulou", 462)
MATEUS = stay("Mateus dos Santos Pereira", 188, 2286)


def test_the_moments_of_the_class_in_plain_words_and_by_time() -> None:
    assert words(*LUKASZ, LIAM, ARJUN, TOMAS, SOFIA, MATEUS, at_most=9) == [
        "Sofia came 8 min late",
        "Tomás became co-host",
        "Łukasz was cut off for 2 min",
        "Liam was removed by the host",
        "Mateus left 12 min early",
        "Arjun dropped and did not return",
    ]


def test_the_heaviest_are_kept_when_there_are_too_many() -> None:
    assert words(*LUKASZ, LIAM, ARJUN, TOMAS, SOFIA, MATEUS, at_most=3) == [
        "Łukasz was cut off for 2 min",
        "Liam was removed by the host",
        "Arjun dropped and did not return",
    ]


def test_other_nouns_add_their_moments() -> None:
    late = Moment(at(0), "recording", "Recording misses the first 3 min", weight=70)
    found = moments([person(LIAM), person(TOMAS)], ENDED, extra=[late], at_most=2)
    assert [moment.words for moment in found] == [late.words, "Liam was removed by the host"]


def test_an_ordinary_class_has_no_moments() -> None:
    assert words(stay("Aarav", 22), stay("Noah", 112, LENGTH - 30), stay("Giulia", 139, None)) == []


def test_moments_carry_their_person_and_their_instant() -> None:
    [moment] = moments(people([LIAM], ENDED), ENDED)
    assert (moment.at, moment.kind, moment.person_key, moment.tone) == (at(1877), "removed", LIAM.user_id, "plain")


def test_more_than_three_of_a_kind_become_one() -> None:
    dropped = [stay(f"Person{n} X", 0, 600 + n, "websocket closed") for n in range(4)]
    assert words(*dropped[:3]) == [f"Person{n} dropped and did not return" for n in range(3)]
    assert words(*dropped, LIAM) == ["4 people dropped and did not return", "Liam was removed by the host"]


def test_who_came_back_is_not_counted_with_who_did_not() -> None:
    lost = [stay(f"Lost{n} X", 0, 600 + n, "websocket closed") for n in range(4)]
    back = [
        part
        for n in range(5)
        for part in (stay(f"Back{n} X", 0, 900 + n, "websocket closed"), stay(f"Back{n} X", 960 + n))
    ]

    assert words(*lost, *back) == ["4 people dropped and did not return", "5 people were cut off and came back"]


def test_one_person_cut_off_four_times_is_not_four_people() -> None:
    often = [stay("Noah", 100 * n, 100 * n + 30, "websocket closed") for n in range(5)]
    assert words(*often, stay("Noah", 500)) == ["Noah was cut off for 1 min"] * 5


def test_people_who_share_a_first_name_and_phones_are_called_in_full() -> None:
    assert words(
        stay("Amina Yusuf", 0, 600, "peer kicked"),
        stay("Amina Diallo", 0, 700, "peer kicked"),
        stay("Phone ending 418", 1985, type="sip"),
    ) == [
        "Amina Yusuf was removed by the host",
        "Amina Diallo was removed by the host",
        "Phone ending 418 came 33 min late",
    ]


def test_a_name_of_two_hundred_letters_is_cut_and_a_missing_one_is_the_id() -> None:
    assert words(stay("x" * 200, 0, 600, "peer kicked")) == ["x" * 39 + "… was removed by the host"]
    assert words(stay("", 0, 600, "peer kicked", user="", peer="9f1c")) == ["9f1c was removed by the host"]


def test_failures_that_stayed_are_told_once_and_noise_never() -> None:
    def failed(seconds: float, terminal: bool = True) -> Failure:
        return Failure(at(seconds), "client.publish.failed", user_id="kwame mensah", is_terminal=terminal)

    assert words(stay("Kwame Mensah"), failures=(failed(60, False), failed(70), failed(80))) == [
        "Kwame could not send sound or picture (2 times)"
    ]
    assert words(stay("Kwame Mensah"), failures=(failed(60, False),)) == []


def test_a_connection_lost_at_a_drop_is_not_told_twice() -> None:
    lost = Failure(at(2610), "client.disconnected", peer_id=ARJUN.peer_id)
    assert words(ARJUN, failures=(lost,)) == ["Arjun dropped and did not return"]


def test_who_never_got_in_is_told_of() -> None:
    tries = tuple(Failure(at(n), "peer.join.failure", user_id="sam", name="Sam Okoro") for n in (5, 9, 14))
    assert words(stay("Amina"), failures=tries) == ["Sam Okoro was refused on joining (3 times) and was never in"]
    nameless = Failure(at(5), "client.connect.failed", peer_id="p9")
    assert words(stay("Amina"), failures=(nameless,)) == ["Somebody could not connect and was never in"]


def test_nobody_has_left_a_running_session_early() -> None:
    mateus = stay("Mateus", 10, 600)
    assert words(mateus, frame=live(1200)) == []
    assert noted(person(mateus, frame=live(1200)), live(1200)) == ["left at 10:10"]


def test_the_notes_of_the_class() -> None:
    assert noted(person(*LUKASZ)) == ["network drop 2 min"]
    assert noted(person(LIAM)) == ["removed by host 10:31"]
    assert noted(person(ARJUN)) == ["dropped, did not return"]
    assert noted(person(TOMAS)) == ["co-host from 10:18"]
    assert noted(person(SOFIA)) == ["came 8 min late"]
    assert noted(person(MATEUS)) == ["left 12 min early"]
    assert noted(person(stay("Amina", 41, 718), stay("Amina", 846, 1771), stay("Amina", 1862))) == ["rejoined twice"]
    assert noted(person(stay("Khai", 38, 1632), stay("Khai", 1265))) == ["two devices"]
    assert noted(person(stay("Zeynep", 0, 660, "websocket closed"), stay("Zeynep", 612))) == ["reconnected"]
    assert noted(person(stay("Noah"))) == []


def test_a_camera_that_was_never_on_is_remarkable_only_where_cameras_are_usual() -> None:
    dark, bright = person(stay("Fatima")), person(stay("Noah", tracks=(track("camera", (5, 9)),)))
    assert noted(dark) == []
    assert noted(dark, camera_usual=True) == ["camera never on"]
    assert noted(bright, camera_usual=True) == []
    assert noted(person(stay("Phone", type="sip")), camera_usual=True) == []


def test_nobody_is_late_by_a_join_that_was_never_told() -> None:
    lost = stay("Noah", None, tracks=(track("mic", (900, 901)),))
    assert noted(person(lost)) == []
    assert words(lost) == []


def test_failures_in_words() -> None:
    lost = Failure(0, "client.disconnected", error_message="Network connection lost ", is_terminal=False)
    assert told(lost) == "Connection lost, recovered by itself"
    assert told(Failure(0, "client.join.failed", error_message="room is full")) == "Could not join: room is full"
    assert told(Failure(0, "something.new")) == "Failed"
