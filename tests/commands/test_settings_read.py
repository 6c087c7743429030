"""How settings are read: each case in a process and an environment of its own, as a deployment starts one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from bin.environment import ROOT, settings

ALWAYS = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull}

PROGRAM = """
import json, pathlib, dashboard.settings as read
shown = lambda value: str(value) if isinstance(value, pathlib.Path) else type(value).__name__
print(json.dumps({name: value for name, value in vars(read).items() if name.isupper()}, default=shown))
"""


def read(folder: Path, **variables: str) -> dict[str, Any]:
    """What the settings are, with these variables."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**ALWAYS, "VAR_DIR": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_variable_that_is_empty_means_its_default(tmp_path: Path) -> None:
    names = set(settings()) - {"ENV_FILE", "VAR_DIR"}
    assert {"HTTPS", "CELERY_BROKER_URL", "TRUSTED_PROXIES"} <= names
    empty = read(tmp_path, **dict.fromkeys(names, ""))
    assert empty == read(tmp_path)
    assert empty["HTTPS"] is True
    assert empty["CELERY_BROKER_URL"] == "filesystem://"


def test_a_line_of_the_file_that_is_empty_means_its_default(tmp_path: Path) -> None:
    file = tmp_path / "empty.env"
    file.write_text("".join(f"{name}=\n" for name in settings()))
    assert read(tmp_path, ENV_FILE=str(file)) == read(tmp_path)


def test_the_environment_wins_over_the_file_and_both_over_the_default(tmp_path: Path) -> None:
    file = tmp_path / "some.env"
    file.write_text("HMS_WEBHOOK_KEEP_DAYS=7\nTRUSTED_PROXIES=2\n")
    found = read(tmp_path, ENV_FILE=str(file), TRUSTED_PROXIES="1")
    assert (found["HMS_WEBHOOK_KEEP_DAYS"], found["TRUSTED_PROXIES"]) == (7, 1)


def test_a_value_can_be_the_text_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-a-file")
    found = read(tmp_path, HMS_WEBHOOK_SECRET_FILE=str(tmp_path / "secret"), HMS_WEBHOOK_SECRET="")
    assert found["HMS_WEBHOOK_SECRET"] == "from-a-file"


@pytest.mark.django_db
def test_what_sqlite_has_committed_outlives_a_power_cut() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL waits for the disk by its own default")
    with connection.cursor() as cursor:
        # In WAL mode, NORMAL (1) leaves the last commits to the next checkpoint; FULL (2) waits for the disk at each.
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)
