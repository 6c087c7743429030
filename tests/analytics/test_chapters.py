"""The chapters of a recording."""

from analytics.activity import Frame, Person, Stay, Track, people
from analytics.chapters import MOST, Asked, chapter_at, chapters
from analytics.instants import MINUTE, SECOND

START, END = 10 * MINUTE, 60 * MINUTE  # of the recording
FRAME = Frame("s1", 0, 65 * MINUTE, 70 * MINUTE)


def stay(name: str, joined: int, left: int = 65 * MINUTE, **fields: object) -> Stay:
    given: dict[str, object] = {"user_id": name.lower(), "name": name, "role": "student", "type": "regular"}
    given |= {"reason": "client request", **fields}
    return Stay(peer_id=f"{name}-{joined}", joined_at=joined, left_at=left, **given)  # type: ignore[arg-type]


def told(*stays: Stay, polls: tuple[Asked, ...] = ()) -> list[tuple[int, str]]:
    return [(one.at // SECOND, one.words) for one in chapters(people(stays, FRAME), polls, start=START, end=END)]


def test_who_was_there_when_it_began_joins_in_no_chapter() -> None:
    assert told(stay("Ada", 0), stay("Ben", START)) == [(0, "Recording starts")]


def test_who_comes_and_comes_back_is_told() -> None:
    found = told(stay("Ada", 0, 20 * MINUTE), stay("Ada", 22 * MINUTE), stay("Ben", 15 * MINUTE))

    assert found == [(0, "Recording starts"), (5 * 60, "Ben joins"), (12 * 60, "Ada is back")]


def test_what_others_wrote_is_told_apart_from_our_words_for_scripts_that_run_the_other_way() -> None:
    pair = [stay("فاطمة", 11 * MINUTE), stay("Ben", 11 * MINUTE + 20 * SECOND)]
    asked = Asked(20 * MINUTE, "{} or {}?")

    _, came, poll = chapters(people(pair, FRAME), (asked,), start=START, end=END)

    assert came.pieces == (("فاطمة", True), (" and ", False), ("Ben", True), (" join", False))
    assert poll.pieces == (("Poll: ", False), ("{} or {}?", True))


def test_who_comes_with_others_is_one_chapter_with_them() -> None:
    pair = [stay("Ada", 11 * MINUTE), stay("Ben", 11 * MINUTE + 20 * SECOND)]
    crowd = [stay(f"Pupil{n}", 30 * MINUTE + n * SECOND) for n in range(12)]

    assert told(*pair, *crowd) == [
        (0, "Recording starts"),
        (60, "Ada and Ben join"),
        (20 * 60, "Pupil0 and 11 others join"),
    ]


def test_screens_roles_removals_and_polls_are_told() -> None:
    screen = Track("t1", "Ada-0", "screen", ((12 * MINUTE, 14 * MINUTE), (5 * MINUTE, 11 * MINUTE)))
    found = told(
        stay("Ada", 0, tracks=(screen,), roles=((None, "student"), (20 * MINUTE, "co-host"))),
        stay("Liam", 1, 30 * MINUTE, reason="peer kicked"),
        polls=(Asked(40 * MINUTE, "Which force is larger?"), Asked(41 * MINUTE, "", is_quiz=True), Asked(1, "Before")),
    )

    assert found == [
        (0, "Recording starts"),
        (60, "Screen ends"),
        (120, "Ada shares their screen"),
        (240, "Screen ends"),
        (600, "Ada becomes co-host"),
        (1200, "Liam is removed"),
        (1800, "Poll: Which force is larger?"),
        (1860, "Quiz: without a title"),
    ]


def test_nothing_before_or_after_the_recording_is_a_chapter() -> None:
    assert told(stay("Ada", 61 * MINUTE), stay("Ben", 9 * MINUTE), polls=(Asked(END, "Late"),)) == [
        (0, "Recording starts")
    ]


def test_of_too_many_those_that_matter_are_kept_in_order() -> None:
    crowd = [stay(f"Pupil{n}", START + (n + 1) * 31 * SECOND) for n in range(90)]
    screens = Track(
        "t1", "Ada-0", "screen", tuple((START + n * 40 * SECOND, START + (n * 40 + 20) * SECOND) for n in range(1, 70))
    )
    found = chapters(
        people([stay("Ada", 0, tracks=(screens,)), *crowd], FRAME), [Asked(50 * MINUTE, "Poll")], start=START, end=END
    )

    assert len(found) == MOST
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert "Poll: Poll" in [one.words for one in found]


def test_the_chapter_that_is_shown_is_the_last_that_began() -> None:
    found = chapters(people([stay("Ada", 11 * MINUTE)], FRAME), (), start=START, end=END)

    assert [chapter_at(found, at) for at in (0, MINUTE - 1, MINUTE, 30 * MINUTE)] == [0, 0, 1, 1]


def test_names_are_those_of_the_session() -> None:
    one: Person = people([stay("Ada Lovelace", 11 * MINUTE)], FRAME)[0]

    assert chapters([one], (), start=START, end=END)[1].words == "Ada joins"
