"""A line of the log can be read: by us, and when it matters most."""

import logging

import structlog

from dashboard import logs


def written(record: logging.LogRecord) -> str:
    return logs.formatter().format(record)


def test_a_line_of_another_library_has_time_level_and_words() -> None:
    line = written(logging.LogRecord("django.request", logging.ERROR, "", 0, "%s: %s", ("Not Found", "/x"), None))

    assert line.startswith("timestamp='2")
    assert "level='error' event='Not Found: /x'" in line


def test_a_line_of_ours_keeps_its_fields_and_the_traceback() -> None:
    records: list[logging.LogRecord] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    handler = Kept()
    logging.getLogger("kept").addHandler(handler)
    try:
        raise ZeroDivisionError("by zero")
    except ZeroDivisionError:
        structlog.get_logger("kept").exception("could not divide", delivery=7)
    finally:
        logging.getLogger("kept").removeHandler(handler)

    line = written(records[0])
    assert "event='could not divide' delivery=7" in line
    assert "ZeroDivisionError: by zero" in line


def test_the_link_for_a_new_password_is_cut_short_wherever_it_is_written() -> None:
    path = "/accounts/password/new/Mg/didrf2-1fe80c8938f115275343f240d292e9b4/"
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "%s: %s", ("Internal Server Error", path), None)

    assert "didrf2" not in written(record)
    assert "/accounts/password/new/Mg/…/" in written(record)
