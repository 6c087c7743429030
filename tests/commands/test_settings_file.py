"""`.env.example` and the settings name the same things, so nobody has to read the code to run Rollcall."""

import itertools
import re

from bin.environment import ROOT, settings, without_settings

READ = re.compile(r"""\benv(?:\.\w+)?\(\s*["']([A-Z][A-Z0-9_]*)["']""")


def test_the_example_explains_every_setting_and_no_other() -> None:
    read = set(READ.findall((ROOT / "dashboard" / "settings.py").read_text()))
    assert "DATABASE_URL" in read
    assert set(settings()) == read


def test_each_setting_of_the_example_has_words_above_it() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    bare = [
        line
        for before, line in itertools.pairwise(lines)
        if re.match(r"#? ?[A-Z0-9_]+=", line) and not before.startswith("#") and not re.match(r"[A-Z0-9_]+=", before)
    ]
    assert bare == []


def test_the_machine_s_own_settings_reach_neither_demo_nor_tests() -> None:
    machine = {"HMS_SECRET": "real", "SECRET_KEY_FILE": "/run/secrets/key", "PYTHONPATH": "/x", "HOME": "/home/ikram"}
    assert without_settings(machine) == {"HOME": "/home/ikram"}
    assert without_settings({"DATABASE_URL": "sqlite://"}, keep=("DATABASE_URL",)) == {"DATABASE_URL": "sqlite://"}
