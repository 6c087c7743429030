"""The activity as CSV and XLSX: the same figures as the truth, and text that stays text."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.test import Client

from analytics.activity import people as people_of
from analytics.exports import COLUMNS, activity_csv, activity_xlsx, cell, defused, file_name
from rooms.models import Room
from rooms.simulator.scenarios import SCENARIOS
from tests import played
from tests.analytics.classroom import ENDED, live, person, stay, track

HEADER = (
    "user_id,name,role,visits,first_joined_at,last_left_at,present_seconds,mic_on_seconds,camera_on_seconds,"
    "screen_share_seconds,estimated"
)
LONG = "Nguyễn " * 40
NAMES = ["<b>x</b>", "=SUM(A1)", "+44 20", "-1", "@here", "\tTab", "  =1+1", "😀 Émile", "فاطمة الزهراء", LONG[:200]]


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_the_columns_are_those_that_people_script_against() -> None:
    assert activity_csv([]).decode() == HEADER + "\r\n"
    assert ",".join(COLUMNS) == HEADER


def test_a_row_is_written_to_the_millisecond_in_utc() -> None:
    one = person(stay("Amina", 1.5, 61.75, tracks=(track("mic", (10, 20.0625), peer="a"),)), frame=ENDED)
    [row] = read(activity_csv([one]))
    assert row == {
        "user_id": "amina",
        "name": "Amina",
        "role": "student",
        "visits": "1",
        "first_joined_at": "2026-11-12T07:00:01.500Z",
        "last_left_at": "2026-11-12T07:01:01.750Z",
        "present_seconds": "60.250",
        "mic_on_seconds": "10.062",
        "camera_on_seconds": "0.000",
        "screen_share_seconds": "0.000",
        "estimated": "false",
    }


def test_who_has_no_user_id_is_listed_by_peer_id() -> None:
    [row] = read(activity_csv([person(stay("Caller", user="", peer="peer-7"))]))
    assert (row["user_id"], row["name"]) == ("peer-7", "Caller")


def test_who_is_still_in_has_not_left() -> None:
    [row] = read(activity_csv([person(stay("Amina", 0, None), frame=live(60))]))
    assert (row["last_left_at"], row["present_seconds"], row["estimated"]) == ("", "60.000", "true")


def test_a_leave_that_was_never_told_is_an_estimate() -> None:
    [row] = read(activity_csv([person(stay("Amina", 0, None), frame=ENDED)]))
    assert (row["last_left_at"], row["estimated"]) == ("2026-11-12T07:50:00.000Z", "true")


@pytest.mark.parametrize(
    "text",
    [
        "=1",
        "+1",
        "-1",
        "@x",
        "\tx",
        "\rx",
        "\nx",
        " =1",
        "\u00a0=1",
        "\u200b=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "\ufeff=1",
    ],
)
def test_what_a_spreadsheet_would_run_is_led_by_an_apostrophe(text: str) -> None:
    assert defused(text) == f"'{text}"
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "a=b", "Zoë-Marie", "3 + 4", "'quoted", "<b>x</b>", "😀", " Ada"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


def test_figures_are_numbers_and_text_is_text_in_the_spreadsheet() -> None:
    stays = [stay(name, start, tracks=(track("mic", (10, 20)),), user=f"u{start}") for start, name in enumerate(NAMES)]
    content = activity_xlsx(people_of(stays, ENDED), title="Activity")
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    rows = list(sheet.iter_rows())
    assert [head.value for head in rows[0]] == list(COLUMNS)
    assert len(rows) == 1 + len(NAMES)
    for name, row in zip(NAMES, rows[1:], strict=True):
        assert row[1].value == defused(name).strip("\r")
        assert [value.data_type for value in row] == ["s", "s", "s", "n", "s", "s", "n", "n", "n", "n", "b"]
        assert all(value.hyperlink is None for value in row)
        assert row[7].value == 10.0
        assert row[7].number_format == "0.000"


def test_a_link_in_a_name_is_no_link() -> None:
    content = activity_xlsx([person(stay("https://example.com/", user="x"))], title="t")
    [_, row] = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()
    assert (row[1].value, row[1].hyperlink) == ("https://example.com/", None)


def test_the_file_is_named_after_the_room_and_the_hour() -> None:
    begun = datetime(2026, 11, 12, 10, 0, tzinfo=UTC)
    assert file_name("Year 9 Physics, group B", begun, "csv") == ("year-9-physics-group-b_2026-11-12_1000_activity.csv")
    assert file_name("../..\\etc/passwd\r\nX: y", begun, "csv") == "etc-passwd-x-y_2026-11-12_1000_activity.csv"
    assert file_name("物理 9年", None, "xlsx") == "物理-9年_activity.xlsx"
    assert file_name("???", None, "csv") == "session_activity.csv"
    assert len(file_name("x" * 500, begun, "csv")) < 120


@pytest.mark.parametrize("scenario", ["class", "meeting", "second_device", "rejoin", "promote", "nameless"])
def test_the_figures_are_what_truly_happened(ops: Client, physics: Room, scenario: str) -> None:
    told = played.over(SCENARIOS[scenario](7), physics)
    rows = read(ops.get(f"/sessions/{told.id}/activity.csv").content)
    truth = told.truth()
    assert {row["user_id"] for row in rows} == set(truth)
    for row in rows:
        who = truth[row["user_id"]]
        assert row["name"] == defused(who.name)
        assert int(row["visits"]) == len(who.peer_ids)
        for column, spans in (
            ("present_seconds", who.present),
            ("mic_on_seconds", who.mic),
            ("camera_on_seconds", who.camera),
            ("screen_share_seconds", who.screen),
        ):
            exact = sum(end - start for start, end in spans) / 1e9
            if row["estimated"] == "false":
                assert float(row[column]) == pytest.approx(exact, abs=0.011), (row["name"], column)


def test_csv_and_xlsx_say_the_same(ops: Client, physics: Room) -> None:
    told = played.over(played.people(*NAMES), physics)
    rows = read(ops.get(f"/sessions/{told.id}/activity.csv").content)
    answer = ops.get(f"/sessions/{told.id}/activity.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    [_, *cells] = [[value.value for value in row] for row in sheet.iter_rows()]
    assert len(cells) == len(rows) == 1 + len(NAMES)
    for of_sheet, of_csv in zip(cells, rows, strict=True):
        assert of_sheet[0:3] == [of_csv["user_id"], of_csv["name"], of_csv["role"]]
        assert of_sheet[4:6] == [of_csv["first_joined_at"], of_csv["last_left_at"]]
        seconds = [of_csv[column] for column in COLUMNS[6:10]]
        assert [f"{value:.3f}" for value in of_sheet[6:10]] == seconds
        assert (str(of_sheet[3]), cell(of_sheet[10])) == (of_csv["visits"], of_csv["estimated"])


def test_the_export_is_everybody_whatever_the_page_shows(ops: Client, physics: Room) -> None:
    told = played.over(played.people("Ada", "Grace"), physics)
    whole = ops.get(f"/sessions/{told.id}/activity.csv")
    assert ops.get(f"/sessions/{told.id}/activity.csv?q=Ada&trouble=1").content == whole.content
    assert len(read(whole.content)) == 3


def test_the_file_is_kept_by_nobody_on_the_way(ops: Client, physics: Room) -> None:
    physics.name = 'Year 9 "B"; filename=x.exe\r\nX-Evil: 1'
    physics.save()
    told = played.over(played.people("Ada"), physics)
    answer = ops.get(f"/sessions/{told.id}/activity.csv")
    assert answer["Cache-Control"] == "private, no-store"
    assert "X-Evil" not in answer
    assert answer["Content-Disposition"].startswith('attachment; filename="year-9-b-filename-x.exe-x-evil-1_')
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_a_teacher_takes_the_file_of_her_own_class_only(
    signed_in: Callable[[User], Client], wanjiru: User, sam: User, physics: Room
) -> None:
    told = played.over(played.people("Ada"), physics, ago=timedelta(hours=5))
    for ending in ("csv", "xlsx"):
        assert signed_in(wanjiru).get(f"/sessions/{told.id}/activity.{ending}").status_code == 200
        assert signed_in(sam).get(f"/sessions/{told.id}/activity.{ending}").status_code == 404
