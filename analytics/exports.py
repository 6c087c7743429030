"""The activity of a session as a file: a row a person, for people who script against it.

Columns and formats are fixed by the design: times are RFC 3339 UTC with milliseconds, seconds carry three decimals,
a person without a `user_id` is listed by peer id, and text that a spreadsheet would run as a formula is defused.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import xlsxwriter

from analytics.activity import Person
from analytics.instants import SECOND, from_datetime, to_rfc3339

_FORMULA: Final = re.compile(r"^[\s\x00-\x20\ufeff\u200b-\u200f\u2060]*[=+\-@\t\r\n＝＋－＠]")
_UNSAFE: Final = re.compile(r"[^\w.-]+")


class ActivityRow(NamedTuple):
    """One person's line; the field names are the columns, in their order.

    `last_left_at` is empty while the person is in a running session: nobody has left yet, and a moving "now" would
    look like a fact. `estimated` is true when any of the line's times or figures rests on an end that was never told.
    """

    user_id: str
    name: str
    role: str
    visits: int
    first_joined_at: str
    last_left_at: str
    present_seconds: float
    mic_on_seconds: float
    camera_on_seconds: float
    screen_share_seconds: float
    estimated: bool


COLUMNS: Final = ActivityRow._fields


def activity_rows(people: Iterable[Person]) -> Iterator[ActivityRow]:
    """The figures of each person, in the order given. Seconds are exact to the millisecond, cut like the times."""
    for person in people:
        yield ActivityRow(
            user_id=person.key,
            name=person.name,
            role=person.role,
            visits=len(person.visits),
            first_joined_at=to_rfc3339(person.first_joined_at),
            last_left_at="" if person.still_in else to_rfc3339(person.last_left_at),
            present_seconds=person.present_micros / SECOND,
            mic_on_seconds=person.mic_micros / SECOND,
            camera_on_seconds=person.camera_micros / SECOND,
            screen_share_seconds=person.screen_micros / SECOND,
            estimated=person.estimated,
        )


def defused(text: str) -> str:
    """`text`, with an apostrophe before it when a spreadsheet would take it for a formula.

    "=", "+", "-", "@", tab and return start one, also behind blanks and invisible characters and in their full-width
    forms, which some spreadsheets read alike.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def cell(value: object) -> str:
    """One value as the file writes it: times in RFC 3339 UTC, seconds with three decimals, true and false, text
    defused, and nothing for what nobody knows."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return to_rfc3339(from_datetime(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.3f}"
    return defused(value) if isinstance(value, str) else str(value)


def activity_csv(people: Iterable[Person]) -> bytes:
    """`activity_rows`, as `csv_of` writes it."""
    return csv_of(COLUMNS, activity_rows(people))


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 without a byte order mark, which would become part of the first column's name in most readers; lines end
    with CRLF (RFC 4180). For a spreadsheet the XLSX is the file to take."""
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(columns)
    lines.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def activity_xlsx(people: Iterable[Person], *, title: str) -> bytes:
    """One sheet of `activity_rows`, as `workbook` writes it."""
    widths = (("A:A", 26), ("B:B", 30), ("C:D", 12), ("E:F", 25), ("G:K", 20))
    return workbook([Sheet("Activity", COLUMNS, activity_rows(people), widths)], title=title)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook; `widths`: ranges of columns and how many letters wide they are."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[bool | str | int | float]]
    widths: Sequence[tuple[str, int]]


def workbook(sheets: Iterable[Sheet], *, title: str) -> bytes:
    """Figures are numbers, all text is text (never a formula or a link), headings stay in view."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": title})
    head, seconds = book.add_format({"bold": True}), book.add_format({"num_format": "0.000"})
    for of_book in sheets:
        sheet = book.add_worksheet(of_book.name)
        sheet.write_row(0, 0, of_book.columns, head)
        last = 0
        for last, row in enumerate(of_book.rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, bool):
                    sheet.write_boolean(last, column, value)
                elif isinstance(value, str):
                    sheet.write_string(last, column, defused(value))
                else:
                    sheet.write_number(last, column, value, seconds if isinstance(value, float) else None)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(of_book.columns) - 1)
        for columns, width in of_book.widths:
            sheet.set_column(columns, width)
    book.close()
    return out.getvalue()


def file_name(room: str, started_at: datetime | None, ending: str, what: str = "activity") -> str:
    """ "year-9-physics-group-b_2026-11-12_1000_activity.csv": letters of any script, safe in every file system."""
    words = _UNSAFE.sub("-", unicodedata.normalize("NFKC", room)).strip("-._").lower()[:80] or "session"
    return "_".join([words, *([f"{started_at:%Y-%m-%d_%H%M}"] if started_at else []), f"{what}.{ending}"])
