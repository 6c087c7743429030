"""The environment is made once, found again by its stamp, and made somewhere else when the checkout is not ours."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bin.environment import DEMO, DEVELOPMENT, MARK, ROOT, STAMP, Unready, digest, prepare, writable

SOMEBODY = 65534 if os.getuid() == 0 else None
"""Root is let in everywhere, so there the closed checkout is looked at as somebody else."""

PUBLIC = "/usr/bin/python3" if SOMEBODY and Path("/usr/bin/python3").exists() else sys.executable
"""A Python that somebody else may start; root's own may lie in root's home."""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose locks ask for nothing, so that installing takes no network."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "rollcall"
    root.mkdir()
    for lock in DEVELOPMENT:
        (root / lock).write_text(f"# {lock}: nothing to install\n")
    return root


@pytest.fixture
def said() -> list[str]:
    return []


def stamp(root: Path, locks: list[str], *, python: str = sys.executable) -> Path:
    """An environment as an installation leaves it."""
    venv = root / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(python)
    (venv / STAMP).write_text(digest(locks, root) + "\n")
    return venv


@pytest.mark.slow
def test_the_first_run_installs_and_the_second_says_nothing(checkout: Path, said: list[str]) -> None:
    first = prepare(DEMO, said.append, root=checkout)
    assert first.python == checkout / ".venv" / "bin" / "python"
    assert first.var == checkout / "var"
    assert "Installed in" in said[-1]
    said.clear()
    assert prepare(DEMO, said.append, root=checkout) == first
    assert said == []


@pytest.mark.slow
def test_an_installation_that_was_cut_off_is_begun_again(checkout: Path, said: list[str]) -> None:
    venv = stamp(checkout, DEMO)
    (venv / STAMP).unlink()
    (venv / MARK).touch()
    (venv / "half of a package").touch()
    prepare(DEMO, said.append, root=checkout)
    assert any("cut off" in words for words in said)
    assert not (venv / "half of a package").exists()
    assert not (venv / MARK).exists()
    assert (venv / STAMP).exists()


@pytest.mark.slow
def test_a_lock_that_cannot_be_had_is_told_in_words_and_tried_again_next_time(
    checkout: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (checkout / DEMO[-1]).write_text(f"no-such-package-of-ours==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(
        Unready, match=r"(?s)could not install what requirements-demo.txt lists.*no-such-package-of-ours"
    ):
        prepare(DEMO, said.append, root=checkout)
    assert (checkout / ".venv" / MARK).exists()
    assert not (checkout / ".venv" / STAMP).exists()


def test_an_environment_for_development_serves_the_demo_too(checkout: Path, said: list[str]) -> None:
    stamp(checkout, DEVELOPMENT)
    assert prepare(DEMO, said.append, root=checkout).python == checkout / ".venv" / "bin" / "python"
    assert said == []


def test_a_changed_lock_makes_the_stamp_stale(checkout: Path) -> None:
    before = digest(DEVELOPMENT, checkout)
    (checkout / "requirements.txt").write_text("# something else\n")
    assert digest(DEVELOPMENT, checkout) != before


def test_each_lock_holds_what_the_smaller_ones_do() -> None:
    def pins(lock: str) -> set[str]:
        return {line.split(" ")[0] for line in (ROOT / lock).read_text().splitlines() if "==" in line.split(" ")[0]}

    running, demo, development = (pins(lock) for lock in DEVELOPMENT)
    assert running
    assert running < demo < development


def test_what_draws_films_is_for_the_demo_and_the_tests_and_not_for_production() -> None:
    for package in ("av==", "pillow=="):
        found = [lock for lock in DEVELOPMENT if f"\n{package}" in (ROOT / lock).read_text()]
        assert found == ["requirements-demo.txt", "requirements-dev.txt"]
    assert "requirements-demo" not in (ROOT / "deploy" / "Dockerfile").read_text()


def test_a_checkout_of_somebody_else_keeps_its_venv_and_gets_a_var_of_ours() -> None:
    # pytest's own folders are closed to the person that root becomes here.
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "rollcall"
        shutil.copytree(ROOT / "bin", root / "bin", ignore=shutil.ignore_patterns("__pycache__"))
        for lock in DEVELOPMENT:
            (root / lock).write_text("")
        stamp(root, DEMO, python=PUBLIC)
        for closed in (Path(folder), root, root / ".venv"):
            closed.chmod(0o555)
        program = "from bin.environment import prepare, DEMO; e = prepare(DEMO, print); print(e.python, e.var)"
        done = subprocess.run(
            [PUBLIC, "-c", program],
            cwd=root,
            env={"PATH": os.defpath, "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"},
            user=SOMEBODY,
            capture_output=True,
            text=True,
            check=False,
        )
        root.chmod(0o755)
        (root / ".venv").chmod(0o755)
        Path(folder).chmod(0o755)
        assert done.returncode == 0, done.stderr
        python, var = done.stdout.splitlines()[-1].split()
        assert f"{root / 'var'} is not yours to write in: using {var} instead." in done.stdout
        assert python == str(root / ".venv" / "bin" / "python")
        assert Path(var).stat().st_uid == (os.getuid() if SOMEBODY is None else SOMEBODY)
        shutil.rmtree(Path(var).parent)


def test_a_folder_that_is_not_there_yet_is_as_writable_as_the_one_it_goes_into(tmp_path: Path) -> None:
    assert writable(tmp_path / "a" / "b")
    (tmp_path / "file").touch()
    assert not writable(tmp_path / "file" / "b")
