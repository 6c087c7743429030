"""The results of a poll as files: a row an answer, and question by question; of an anonymous poll only the latter.

Formats as in `analytics.exports`: times RFC 3339 UTC with milliseconds, seconds with three decimals, text defused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from analytics.exports import Sheet, csv_of, workbook
from analytics.poll_results import Result


class AnswerRow(NamedTuple):
    """One answer; the field names are the columns, in their order.

    `right` is empty where no right answer is set or the question was skipped, `score` where 100ms gave no points.
    """

    user_id: str
    name: str
    question: int
    question_text: str
    answer: str
    skipped: bool
    right: bool | str
    score: float | str
    seconds_to_answer: float | str
    answered_at: str
    changed: bool
    answer_id: str


class CountRow(NamedTuple):
    """How often one answer to one question was given; `share` of those who answered it."""

    question: int
    question_text: str
    option: int | str
    answer: str
    right: bool | str
    answers: int
    share: float
    answered: int
    skipped: int


class PersonRow(NamedTuple):
    """One participant; `score` and `seconds_to_answer` are sums."""

    user_id: str
    name: str
    answered: int
    skipped: int
    changed: int
    right: int
    score: float | str
    seconds_to_answer: float | str


def count_rows(results: Iterable[Result]) -> Iterator[CountRow]:
    """A row an option, and a row for each text that was written."""
    for result in results:
        question = result.question
        given: list[tuple[int | str, str, bool | str, int]] = [
            (bar.index, bar.text, "" if bar.right is None else bar.right, bar.count) for bar in result.bars
        ]
        given += [("", text, "", count) for text, count in result.written]
        for option, answer, right, count in given:
            share = count / result.answered if result.answered else 0.0
            yield CountRow(
                question.index, question.text, option, answer, right, count, share, result.answered, result.skipped
            )


def answers_csv(rows: Iterable[AnswerRow]) -> bytes:
    return csv_of(AnswerRow._fields, rows)


def counts_csv(results: Iterable[Result]) -> bytes:
    return csv_of(CountRow._fields, count_rows(results))


def results_xlsx(
    results: Iterable[Result],
    *,
    title: str,
    answers: Iterable[AnswerRow] = (),
    people: Iterable[PersonRow] = (),
    anonymous: bool,
) -> bytes:
    """Question by question; unless anonymous also answer by answer and person by person."""
    named = [
        Sheet("Answers", AnswerRow._fields, answers, (("A:B", 26), ("C:C", 10), ("D:E", 40), ("F:L", 18))),
        Sheet("People", PersonRow._fields, people, (("A:B", 26), ("C:H", 16))),
    ]
    counts = Sheet("Questions", CountRow._fields, count_rows(results), (("A:A", 10), ("B:B", 40), ("D:D", 40)))
    return workbook([counts] if anonymous else [*named, counts], title=title)
