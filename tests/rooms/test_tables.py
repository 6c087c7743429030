"""What spreadsheets write is read, and what they did not mean is refused in words."""

import pytest

from rooms.tables import MOST_LINES, Unreadable, read_table


def read(content: bytes) -> list[tuple[int, dict[str, str]]]:
    table = read_table(content, ["name", "max_duration"], needed=["name"], also={"room": "name"})
    return [(line.number, dict(line.cells)) for line in table.lines]


@pytest.mark.parametrize(
    "content",
    [
        b"name,max duration\nArt,60\n",
        b"\xef\xbb\xbfName;Max-Duration\r\nArt;60\r\n",
        b"ROOM\tmax_duration\nArt\t60",
        b'"name","max duration"\n" Art ","60"\n',
        b"\n\nname,max duration\n,\nArt,60\n",
    ],
)
def test_every_spreadsheet_is_understood(content: bytes) -> None:
    assert [cells for _, cells in read(content)] == [{"name": "Art", "max_duration": "60"}]


def test_windows_letters_are_read() -> None:
    assert read("name\nMüßiggang".encode("cp1252")) == [(2, {"name": "Müßiggang"})]


def test_lines_are_numbered_as_the_spreadsheet_does() -> None:
    assert [number for number, _ in read(b"name\nA\n\nB\n")] == [2, 4]


def test_a_short_line_has_empty_cells_and_a_long_one_loses_the_rest() -> None:
    table = read_table(b"name,x\nA\nB,1,2,3\n", ["name", "x"], needed=["name"])

    assert [(line["name"], line["x"]) for line in table.lines] == [("A", ""), ("B", "1")]


def test_columns_nobody_asked_for_are_named() -> None:
    assert read_table(b"name,Colour\nA,red\n", ["name"], needed=["name"]).unknown == ["Colour"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b" \n\n", "The file is empty"),
        (b"colour\nred\n", "“name” is not among them"),
        (b"name,Name\nA,B\n", "there twice"),
        (b"name\n" + b"A\n" * (MOST_LINES + 1), "Split it"),
        (b"name\n" + b"x" * 2_000_001, "larger than 2 MB"),
        (b"PK\x03\x04\x00\x00name", "no text"),
        (b'name\n"A', "no CSV table"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read(content)
