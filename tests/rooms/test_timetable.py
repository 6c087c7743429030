"""Reading a timetable: what its lines ask for, and what is wrong with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.tables import Unreadable
from rooms.timetable import LARGEST_FILE, SAMPLE, Wish, read_timetable


def wishes(text: str) -> list[Wish]:
    return list(read_timetable(text.encode()).wishes)


def one(**cells: str) -> Wish:
    (wish,) = wishes(f"{';'.join(['name', *cells])}\n{';'.join(['Choir', *cells.values()])}\n")
    return wish


def test_the_sample_reads_without_a_problem() -> None:
    first, *rest = wishes(SAMPLE)
    assert (first.number, first.name) == (2, "Physics-9B")
    assert first.settings == {
        "description": "Year 9 physics group B",
        "region": "eu",
        "recording_enabled": True,
        "size": 32,
        "max_duration_seconds": 5400,
    }
    assert [wish.problems for wish in (first, *rest)] == [()] * 3


@pytest.mark.parametrize(
    "content",
    [
        "name,description\nChoir,Fête\n".encode(),
        "\ufeffname,description\r\nChoir,Fête\r\n".encode(),
        "Name;DESCRIPTION\nChoir;Fête\n".encode("cp1252"),
        "NAME\tDescription\nChoir\tFête\n".encode(),
        '"Room Name","description"\n"Choir","Fête"\n'.encode(),
        "description,name\nFête,Choir\n\n,\n".encode(),
    ],
    ids=["utf-8", "utf-8 with a mark", "excel on windows", "tabs", "quoted", "another order"],
)
def test_what_spreadsheets_write_is_read(content: bytes) -> None:
    assert [(wish.name, wish.settings) for wish in read_timetable(content).wishes] == [
        ("Choir", {"description": "Fête"})
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"description\nFriday\n", "name"),
        (b"name,description\n", "no room"),
        (b"name\n" + b"Room\n" * 2001, "2,000"),
        (b"name\n" + b"x" * LARGEST_FILE, "500 kB"),
        (b"name\nChoir\x00\n", "no text"),
    ],
    ids=str,
)
def test_what_is_no_timetable_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read_timetable(content)


@pytest.mark.parametrize(
    ("column", "cell", "setting"),
    [
        ("region", "EU", {"region": "eu"}),
        ("recording", "Yes", {"recording_enabled": True}),
        ("recording", "0", {"recording_enabled": False}),
        ("places", "0", {"size": 0}),
        ("size", "2501", {"size": 2501}),
        ("longest_minutes", "2,5", {"max_duration_seconds": 150}),
        ("Longest session (minutes)".replace("(", "").replace(")", ""), "720", {"max_duration_seconds": 43_200}),
        ("template", "Class", {"template": "Class"}),
        ("description", "=SUM(A1)", {"description": "=SUM(A1)"}),
        ("description", "", {}),
    ],
)
def test_cells_become_settings(column: str, cell: str, setting: dict[str, object]) -> None:
    wish = one(**{column: cell})
    assert (wish.settings, wish.problems) == (setting, ())


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("region", "mars"),
        ("recording", "perhaps"),
        ("places", "-1"),
        ("places", "20001"),
        ("places", "12.5"),
        ("places", "²"),
        ("longest_minutes", "1"),
        ("longest_minutes", "721"),
        ("longest_minutes", "1e2"),
        ("longest_minutes", "NaN"),
        ("description", "x" * 5001),
    ],
)
def test_a_cell_that_cannot_be_refuses_its_line_and_names_itself(column: str, cell: str) -> None:
    (problem,) = one(**{column: cell}).problems
    assert problem.startswith(f"{column} ")


def test_a_name_that_100ms_does_not_take_or_that_is_there_twice_refuses_its_line() -> None:
    found = wishes("name\nChoir\n=cmd|' /C calc'!A0\nYear 9\nCHOIR\n;\n")
    assert [(wish.number, bool(wish.problems)) for wish in found] == [
        (2, False),
        (3, True),
        (4, True),
        (5, True),
        (6, True),
    ]
    assert found[3].problems == ("line 2 has this name already",)


def test_columns_that_nobody_knows_are_named() -> None:
    assert read_timetable(b"name,Teacher,places\nChoir,Kim,3\n").unknown == ["Teacher"]


@given(st.lists(st.lists(st.text(max_size=12), min_size=1, max_size=8), max_size=12), st.sampled_from(",;\t"))
def test_any_table_is_read_or_refused_in_words(rows: list[list[str]], separator: str) -> None:
    text = "name,places,longest_minutes,recording\n".replace(",", separator)
    text += "\n".join(separator.join(row) for row in rows)
    try:
        found = read_timetable(text.encode("utf-8", "surrogatepass")).wishes
    except Unreadable:
        found = ()
    assert all(wish.name or wish.problems for wish in found)
