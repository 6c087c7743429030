"""Both commands explain themselves before anything is installed, whatever folder one stands in."""

import subprocess
import sys
from pathlib import Path

import pytest

from bin.environment import ROOT


def run(command: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    # -S and -E: without site-packages and without the environment's hints.
    line = [sys.executable, "-S", "-E", str(ROOT / "bin" / command), *arguments]
    return subprocess.run(line, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env={})


@pytest.mark.parametrize(("command", "options"), [("demo", ["--check", "--port"]), ("test", ["--quick", "pytest"])])
def test_help(command: str, options: list[str], tmp_path: Path) -> None:
    done = run(command, "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [option for option in options if option not in done.stdout] == []


def test_the_demo_does_not_guess_what_a_wrong_option_means(tmp_path: Path) -> None:
    done = run("demo", "--chek", cwd=tmp_path)
    assert done.returncode == 2
    assert "--chek" in done.stderr
