"""An old Python says what it lacks instead of a syntax error."""

import ast
from pathlib import Path

import pytest

from bin import oldest_python
from bin.environment import ROOT


def test_this_python_goes_on() -> None:
    assert oldest_python.require((3, 11, 0), "", []) == ""


def test_an_old_one_says_which_it_is_and_what_helps(tmp_path: Path) -> None:
    words = oldest_python.require((3, 9, 2), str(tmp_path), ["bin/demo"])
    assert "needs Python 3.11 or newer; this is Python 3.9.2" in words
    assert "apt-get install python3 python3-venv" in words


def test_a_stand_in_that_only_prints_an_error_is_not_taken_for_a_python(tmp_path: Path) -> None:
    pretender = tmp_path / "python3.12"
    pretender.write_text("#!/bin/sh\necho 'python3.12: command not found' >&2\nexit 127\n")
    pretender.chmod(0o755)
    assert "no newer one is on the PATH" in oldest_python.require((3, 10, 0), str(tmp_path), ["bin/demo"])


@pytest.mark.parametrize("file", ["bin/demo", "bin/test", "bin/oldest_python.py"])
def test_what_runs_first_is_readable_to_an_old_python(file: str) -> None:
    tree = ast.parse((ROOT / file).read_text(), feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.AsyncFunctionDef, ast.Match)
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, newer)] == []
    annotated = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation]
    assert annotated == []
