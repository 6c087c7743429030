"""What `bin/test` does: every check and every test, part by part, and a closing list of what ran and what did not."""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bin import servers
from bin.environment import DEVELOPMENT, ROOT, Environment, Unready, prepare, without_settings
from bin.processes import Died, Family, ended, family

NO_TESTS = 5
"""pytest's exit code when the selection is empty."""

NOT_QUICK = "browser or kill or postgres or redis or slow"
QUICK = ["-n", "2", "--hypothesis-profile", "quick"]

OF_SQLITE = "(kill and not postgres)"
"""Kill tests start products with databases of their own: those on SQLite have nothing to add on PostgreSQL."""

WITHOUT_DATABASE = ["--ignore=tests/rooms/hms", "--ignore=tests/rooms/simulator"]
"""Client and simulator know no database, and so no second one."""

SLOWER = "browser or kill"
"""Tests that start whole products: one at a time, so that they do not take the cores from each other."""


@dataclass
class Report:
    """What became of each part, in order."""

    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, outcome: str, part: str, remark: str) -> None:
        self.lines.append((outcome, part, remark))

    @property
    def passed(self) -> bool:
        """Nothing failed, and some test ran."""
        outcomes = {outcome for outcome, _, _ in self.lines}
        return "failed" not in outcomes and any(o == "passed" and p.startswith("tests") for o, p, _ in self.lines)

    def show(self) -> None:
        width = max((len(part) for _, part, _ in self.lines), default=0)
        heading("what ran, and what did not")
        for outcome, part, remark in self.lines:
            print(f"{outcome:8} {part:{width}}  {remark}")
        print("All that ran passed." if self.passed else "Not passed.", flush=True)


def main(arguments: list[str]) -> int:
    """The exit code: 0 when every part that could run passed."""
    asked, for_pytest = _parser().parse_known_args(arguments)
    report = Report()
    began = time.monotonic()
    try:
        environment = prepare(DEVELOPMENT, lambda words: print(words, flush=True))
        with tempfile.TemporaryDirectory(prefix="rollcall-") as name, family(Path(name) / "logs") as members:
            # PostgreSQL's own user must be able to reach its folder in here.
            Path(name).chmod(0o711)
            gate = Gate(environment, Path(name), members, report)
            gate.check()
            gate.test(for_pytest, quick=asked.quick)
    except Unready as problem:
        print(problem, file=sys.stderr)
        return 2
    except (Died, TimeoutError, OSError) as problem:
        print(problem, file=sys.stderr)
        report.add("failed", "the servers that the tests need", str(problem).splitlines()[0])
    except KeyboardInterrupt:
        report.add("failed", "stopped by hand", "the parts after this one did not run")
    report.add("", "all of it", f"{time.monotonic() - began:.0f} s")
    report.show()
    return 0 if report.passed else 1


@dataclass
class Gate:
    environment: Environment
    scratch: Path
    family: Family
    report: Report

    def check(self) -> None:
        """Lint, format, types, Django's own checks, migrations."""
        self._run("ruff check", ["-m", "ruff", "check", "."])
        self._run("ruff format", ["-m", "ruff", "format", "--check", "."])
        self._run("mypy", ["-m", "mypy", "--strict", "."])
        deploy = ["-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        self._run("settings for production", deploy, self._production())
        migrations = ["-W", "error", "manage.py", "makemigrations", "--check", "--dry-run"]
        self._run("migrations", migrations, {**self._production(), "DATABASE_URL": f"sqlite:///{self.scratch}/none"})

    def test(self, for_pytest: list[str], *, quick: bool) -> None:
        """The suite on SQLite, then the same on PostgreSQL, with whatever servers this machine has."""
        if quick:
            self._pytest("tests on SQLite, quick ones", {}, f"not ({NOT_QUICK})", [*QUICK, *for_pytest])
            return
        missing = self._missing()
        self._suite("SQLite", {}, ["postgres", *missing], for_pytest)
        with self._postgresql() as url:
            if url:
                elsewhere = [OF_SQLITE, *missing]
                # A browser is shown the same by every database, and each page has a test of its own that runs here.
                self._suite(
                    "PostgreSQL", {"DATABASE_URL": url}, [*elsewhere, "browser"], [*WITHOUT_DATABASE, *for_pytest]
                )

    def _suite(self, database: str, variables: Mapping[str, str], lacking: list[str], for_pytest: list[str]) -> None:
        without = f" and not ({' or '.join(lacking)})" if lacking else ""
        self._pytest(f"tests on {database}", variables, f"not ({SLOWER}){without}", ["-n", "2", *for_pytest])
        self._pytest(f"tests on {database}, browser and kills", variables, f"({SLOWER}){without}", for_pytest)

    def _missing(self) -> list[str]:
        """The marks of the tests that cannot run here, for what they need is not on this machine."""
        missing = []
        if not servers.redis():
            missing.append("redis")
            self._skip("tests with Redis", "no redis-server on the PATH; on Debian: apt-get install redis-server")
        if not servers.chromium():
            missing.append("browser")
            self._skip("tests in a browser", "no Chromium on the PATH; on Debian: apt-get install chromium")
        return missing

    @contextmanager
    def _postgresql(self) -> Iterator[str]:
        """The URL of a PostgreSQL: the one of DATABASE_URL, or one of our own; empty when there is none."""
        given = os.environ.get("DATABASE_URL", "")
        programs = servers.postgresql()
        if given.startswith("postgres"):
            yield given
        elif programs:
            folder = self.scratch / "postgresql"
            folder.mkdir()
            yield servers.start_postgresql(programs, self.family, folder)
        else:
            why = "no PostgreSQL 15 or newer found and no DATABASE_URL; on Debian: apt-get install postgresql"
            self._skip("tests on PostgreSQL", why)
            yield ""

    def _pytest(self, part: str, variables: Mapping[str, str], marks: str, arguments: list[str]) -> None:
        cache = f"cache_dir={self.environment.var / 'pytest'}"
        self._run(part, ["-m", "pytest", "-o", cache, "-m", marks, *arguments], variables)

    def _run(self, part: str, command: list[str], more: Mapping[str, str] | None = None) -> None:
        heading(part)
        began = time.monotonic()
        done = subprocess.run(
            [self.environment.python, *command],
            cwd=ROOT,
            env=self._variables(more or {}),
            stdin=subprocess.DEVNULL,
            check=False,
        )
        took = f"{time.monotonic() - began:.0f} s"
        if done.returncode == NO_TESTS and "pytest" in command:
            self.report.add("skipped", part, "nothing selected")
        else:
            ending = f", {ended(done.returncode)}" if done.returncode < 0 else ""
            self.report.add("failed" if done.returncode else "passed", part, took + ending)

    def _skip(self, part: str, why: str) -> None:
        self.report.add("skipped", part, why)

    def _variables(self, more: Mapping[str, str]) -> dict[str, str]:
        caches = self.environment.var
        return {
            **without_settings(os.environ),
            "PATH": f"{self.environment.python.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "TMPDIR": str(self.scratch),
            "RUFF_CACHE_DIR": str(caches / "ruff"),
            "MYPY_CACHE_DIR": str(caches / "mypy"),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(caches / "hypothesis"),
            "PYTHONUNBUFFERED": "1",
            # Kept bytecode, whatever the machine says: without it each worker compiles all tests anew.
            "PYTHONDONTWRITEBYTECODE": "",
            **more,
        }

    def _production(self) -> dict[str, str]:
        """Settings as somebody who runs Rollcall for others would make them (docs/deploy.md)."""
        return {
            "ENV_FILE": os.devnull,
            "VAR_DIR": str(self.scratch / "production"),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "rollcall.example.org",
            "CSRF_TRUSTED_ORIGINS": "https://rollcall.example.org",
            "HMS_ACCESS_KEY": "an-access-key",
            "HMS_SECRET": secrets.token_urlsafe(32),
            "HMS_WEBHOOK_SECRET": secrets.token_urlsafe(32),
            "TRUSTED_PROXIES": "1",
            "DATABASE_URL": "postgresql://rollcall:word@127.0.0.1:1/rollcall",
            "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
            "REDIS_URL": "redis://127.0.0.1:1/1",
            "EMAIL_URL": "smtp+tls://rollcall:word@127.0.0.1:1",
            "EMAIL_FROM": "rollcall@rollcall.example.org",
        }


def heading(words: str) -> None:
    print(f"\n=== {words} ===", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/test",
        description="Check and test Rollcall: lint, types, migrations, then the suite on SQLite and on PostgreSQL, "
        "with Redis and Chromium where this machine has them. What is missing is skipped and named at the end.",
        epilog="Other arguments go to pytest: bin/test -x tests/analytics -k sync",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a few minutes: SQLite only, no browser, no killed processes, no slow tests",
    )
    return parser
