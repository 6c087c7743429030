"""Tables that people make with a spreadsheet and bring as a CSV file. Pure: no Django.

Spreadsheets write UTF-8 with or without a mark, or Windows-1252; commas, semicolons or tabs; names of columns in any
case.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

MOST_LINES: Final = 2_000
MOST_BYTES: Final = 2_000_000


class Unreadable(ValueError):
    """The file is no table we can read; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table, its cells stripped. `number` as a spreadsheet counts: the names of columns are line 1."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """`unknown`: names of columns that nobody asked for, as written."""

    lines: Sequence[Line]
    unknown: Sequence[str]


def read_table(
    content: bytes, columns: Sequence[str], *, needed: Sequence[str], also: Mapping[str, str] | None = None
) -> Table:
    """A CSV file's lines by column; empty lines are left out.

    `columns`: the names we know, lower case with underscores. `needed`: those that must be there. `also`: other names
    for them. Raises `Unreadable`.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it.")
    text = decoded(content)
    if "\x00" in text:
        raise Unreadable("This is no text. Save the table as CSV.")
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise Unreadable("The file is empty.")
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=_delimiter(first), strict=True))
    except csv.Error as problem:
        raise Unreadable(f"This is no CSV table: {problem}. Save it again from the spreadsheet as CSV.") from problem
    return _table(rows, columns, needed, also or {})


def _table(
    rows: Sequence[Sequence[str]], columns: Sequence[str], needed: Sequence[str], also: Mapping[str, str]
) -> Table:
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    (_, head), *rest = filled
    names = [also.get(name, name) for name in map(_plain, head)]
    if missing := [name for name in needed if name not in names]:
        raise Unreadable(
            f"The first line must name the columns; “{missing[0]}” is not among them. Known are: {', '.join(columns)}."
        )
    if twice := [name for name in columns if names.count(name) > 1]:
        raise Unreadable(f"The column “{twice[0]}” is there twice.")
    if len(rest) > MOST_LINES:
        raise Unreadable(f"The file has {len(rest):,} lines; at most {MOST_LINES:,} are read at once. Split it.")
    lines = [Line(number, dict(_cells(names, row, columns))) for number, row in rest]
    unknown = [written.strip() for written, name in zip(head, names, strict=True) if name and name not in columns]
    return Table(lines, unknown)


def _cells(names: Sequence[str], row: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name, cell in zip(names, row, strict=False):
        if name in columns:
            yield name, cell.strip()


def decoded(content: bytes) -> str:
    """The text of a file, in whichever of the two encodings it is."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What is no UTF-8 comes from a spreadsheet on Windows; every byte means something there.
        return content.decode("cp1252", errors="replace")


def _delimiter(head: str) -> str:
    return max(",;\t", key=head.count)


def _plain(name: str) -> str:
    return "_".join(name.strip().strip("\ufeff").casefold().replace("-", " ").replace("_", " ").split())
