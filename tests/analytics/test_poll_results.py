"""The arithmetic of polls, against a count by hand."""

from dataclasses import replace
from statistics import median

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from analytics.poll_results import (
    Given,
    Question,
    Scored,
    is_right,
    key_of,
    participants,
    possible,
    results,
    settled,
    settled_scores,
)

ONE = Question(1, "One?", "single-choice", 2, ((1, "a"), (2, "b"), (3, "c")), frozenset({2}))
MANY = Question(2, "Many?", "multiple-choice", 3, ((1, "a"), (2, "b"), (3, "c")), frozenset({1, 3}))
SHORT = Question(3, "Short?", "short-answer", 1, right_text="Hertz", trim=True)
LONG = Question(4, "Long?", "long-answer", 1)
ASKED = (ONE, MANY, SHORT, LONG)

people = st.sampled_from(["amina", "brian", "chloé", "dmytro"])
answers = st.builds(
    Given,
    id=st.just(""),
    question=st.integers(1, 5),
    key=people,
    chosen=st.lists(st.integers(1, 4), unique=True, max_size=3).map(tuple),
    text=st.sampled_from(["", "Hertz", " hertz ", "Newton"]),
    skipped=st.booleans(),
    took=st.none() | st.integers(0, 10**8),
    sent_at=st.integers(1, 10**6),
)
histories = st.lists(answers, max_size=40, unique_by=lambda one: one.sent_at).map(
    lambda given: [replace(answer, id=f"r{number}") for number, answer in enumerate(given)]
)


@examples(given=histories)
def test_the_figures_are_what_a_count_by_hand_gives(given: list[Given]) -> None:
    found = {result.question.index: result for result in results(ASKED, settled(given, ASKED))}
    assert set(found) == {1, 2, 3, 4} | {answer.question for answer in given}
    for index, result in found.items():
        last: dict[str, Given] = {}
        times: dict[str, int] = {}
        for answer in sorted((one for one in given if one.question == index), key=lambda one: one.sent_at or 0):
            last[answer.key] = answer
            times[answer.key] = times.get(answer.key, 0) + 1
        answered = [one for one in last.values() if not one.skipped]
        assert result.answered == len(answered)
        assert result.skipped == len(last) - len(answered)
        assert result.changed == sum(count > 1 for count in times.values())
        for bar in result.bars:
            assert bar.count == sum(bar.index in one.chosen for one in answered)
            assert bar.share == (bar.count / len(answered) if answered else 0)
        known = [one.took for one in answered if one.took is not None]
        assert result.took == (round(median(known)) if known else None)
        right = {
            1: sum(one.chosen == (2,) for one in answered),
            2: sum(set(one.chosen) == {1, 3} for one in answered),
            3: sum(one.text.strip().lower() == "hertz" for one in answered),
        }
        assert result.right == right.get(index)
    by_person = {one.key: one for one in participants(settled(given, ASKED), [])}
    assert set(by_person) == {answer.key for answer in given}
    for key, person in by_person.items():
        questions = {answer.question for answer in given if answer.key == key}
        assert person.answered + person.skipped == len(questions)
    assert sum(person.right for person in by_person.values()) == sum(one.right or 0 for one in found.values())


@examples(given=histories, dice=st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(given: list[Given], dice: object) -> None:
    shuffled = list(given)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted(settled(shuffled, ASKED), key=lambda one: one.id) == sorted(
        settled(given, ASKED), key=lambda one: one.id
    )


@examples(given=histories, dice=st.randoms(use_true_random=False))
def test_without_names_a_chain_of_replacements_counts_the_same(given: list[Given], dice: object) -> None:
    """What somebody changed is told by `original_response` alone: of the answer before, or of the first."""
    chained: list[Given] = []
    before: dict[tuple[str, int], list[str]] = {}
    for answer in sorted(given, key=lambda one: one.sent_at or 0):
        earlier = before.setdefault((answer.key, answer.question), [])
        original = dice.choice([earlier[0], earlier[-1]]) if earlier else ""  # type: ignore[attr-defined]
        chained.append(replace(answer, key="", original=original))
        earlier.append(answer.id)
    named = {one.id for one in settled(given, ASKED) if one.counts}
    assert {one.id for one in settled(chained, ASKED) if one.counts} == named
    shown = [replace(one, texts=()) for one in results(ASKED, settled(chained, ASKED))]
    assert shown == [replace(one, texts=()) for one in results(ASKED, settled(given, ASKED))]


def test_an_answer_without_a_time_still_replaces_the_one_it_names() -> None:
    first, second = Given("a", 1, sent_at=9), Given("b", 1, original="a")
    assert [one.counts for one in settled([first, second], ASKED)] == [False, True]


@pytest.mark.parametrize("original", ["a", "missing"])
def test_an_answer_that_names_itself_or_what_never_came_counts(original: str) -> None:
    (only,) = settled([Given("a", 1, original=original)], ASKED)
    assert only.counts
    assert only.changed is (original == "missing")


@pytest.mark.parametrize(
    ("question", "chosen", "text", "right"),
    [
        (ONE, (2,), "", True),
        (ONE, (1,), "", False),
        (ONE, (), "", False),
        (ONE, (2, 3), "", False),
        (MANY, (3, 1), "", True),
        (MANY, (1,), "", False),
        (MANY, (1, 2, 3), "", False),
        (SHORT, (), " hERTZ ", True),
        (replace(SHORT, case=True), (), "hertz", False),
        (replace(SHORT, trim=False), (), "Hertz ", False),
        (replace(SHORT, right_text="  "), (), "", False),
        (LONG, (), "anything", None),
        (replace(ONE, right_options=frozenset()), (2,), "", None),
    ],
)
def test_right_is_what_the_poll_says_is_right(
    question: Question, chosen: tuple[int, ...], text: str, right: bool | None
) -> None:
    assert is_right(question, chosen, text) is right


def test_people_are_told_apart_as_the_poll_says() -> None:
    assert key_of("userid", "amina", "p1") == "amina"
    assert key_of("userid", "", "p1") == "p1"
    assert key_of("peerid", "amina", "p1") == "p1"
    assert key_of("username", "amina", "p1") == "amina"
    assert key_of("peerid", "", "") == ""


def test_options_and_questions_that_the_poll_does_not_have_are_counted_and_marked() -> None:
    one, extra = results([ONE], settled([Given("a", 1, "amina", (7,)), Given("b", 9, "amina", text="?")], [ONE]))[:2]
    assert [(bar.index, bar.count, bar.told) for bar in one.bars][-1] == (7, 1, False)
    assert (extra.question.index, extra.question.told, extra.answered, extra.texts) == (9, False, 1, ("?",))


def test_the_most_points_lead_and_among_equals_the_quickest() -> None:
    given = [Given(key, 1, key, (2,), took=took, sent_at=1) for key, took in (("slow", 9), ("quick", 3), ("none", 1))]
    scored = settled_scores([Scored("x", 1, 2, "slow"), Scored("y", 1, 2, "quick")], given)
    found = participants(settled(given, ASKED), scored)
    assert [(one.key, one.score) for one in found] == [("quick", 2), ("slow", 2), ("none", None)]


def test_of_points_the_last_read_count_and_none_for_what_was_skipped() -> None:
    given = settled([Given("a", 1, "amina", (2,)), Given("b", 2, "amina", skipped=True)], ASKED)
    scored = [
        Scored("old", 1, 2, "amina", read_at=1),
        Scored("new", 1, 0, "amina", read_at=2),
        Scored("skipped", 2, 3, "amina", read_at=2),
        Scored("total", None, 5, "amina", read_at=2),
        Scored("total of another", None, 4, "brian", read_at=2),
        Scored("of nobody", 1, 2, ""),
    ]
    counting = [one.id for one in settled_scores(scored, given) if one.counts]
    assert counting == ["new", "total of another"]


def test_the_most_to_be_had_is_the_weight_of_what_has_a_right_answer() -> None:
    assert possible(ASKED, []) == 6
    assert possible(ASKED, [Scored("a", 1, 2, "amina"), Scored("b", None, 6, "brian")]) == 6
    assert possible([LONG], []) is None


def test_a_score_above_the_weight_shows_that_the_most_is_not_known() -> None:
    """The docs' own sample gives 200 points."""
    assert possible(ASKED, [Scored("a", 3, 200, "amina")]) is None
