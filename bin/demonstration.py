"""What `bin/demo` does: a simulated 100ms, the web server, a Celery worker and beat, started and stopped together."""

import argparse
import contextlib
import fcntl
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bin.environment import ROOT, RUNNING, Environment, Unready, prepare, without_settings
from bin.processes import Died, Family, answers, family, free_port
from bin.visitor import Disappointed, Visitor, visit

OWN = ("DATABASE_URL", "CELERY_BROKER_URL", "REDIS_URL", "LOG_LEVEL", "TIME_ZONE")
"""What the demo takes from the environment it is started in; its 100ms is always the simulated one."""

OPS = ("ikram", "rollcall-ops")
TEACHER = ("wanjiru", "rollcall-teacher")
"""Who signs in, and with what. For a machine of one's own only."""


class Refused(Exception):
    """The demo cannot run now; the words say why."""


def main(arguments: list[str]) -> int:
    """The exit code: 0 when the demo was stopped by hand, or when `--check` found everything in place."""
    asked = _parser().parse_args(arguments)
    try:
        environment = prepare(RUNNING, say)
        if asked.check:
            with tempfile.TemporaryDirectory(prefix="rollcall-demo-") as scratch:
                return _check(environment, Path(scratch))
        return _run(environment, environment.var / "demo", asked.port)
    except (Unready, Refused) as problem:
        print(problem, file=sys.stderr)
        return 2
    except (Died, Disappointed, TimeoutError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 0


def say(words: str) -> None:
    print(words, flush=True)


@dataclass(frozen=True)
class Demo:
    """One demo: its folder, its ports, and the environment that all its processes share."""

    python: Path
    folder: Path
    port: int
    simulator_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def settings(self) -> Path:
        """The settings as a file, so that `ENV_FILE=… manage.py …` reaches the demo too."""
        return self.folder / "settings.env"

    def variables(self) -> dict[str, str]:
        path = f"{self.python.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        own = without_settings(os.environ, keep=OWN)
        return {**own, "PATH": path, "ENV_FILE": str(self.settings), "PYTHONUNBUFFERED": "1"}

    def write_settings(self) -> None:
        """Secrets are made once and kept, so that a second run knows the people who signed in during the first."""
        kept = _read(self.settings)
        made = {name: secrets.token_urlsafe(40) for name in ("SECRET_KEY", "HMS_SECRET", "HMS_WEBHOOK_SECRET")}
        api = f"http://127.0.0.1:{self.simulator_port}/v2"
        values = {
            **made,
            "HMS_ACCESS_KEY": secrets.token_hex(12),
            **{name: value for name, value in kept.items() if name in {*made, "HMS_ACCESS_KEY"}},
            "HMS_API_URL": api,
            "HMS_AUTH_URL": api,
            "VAR_DIR": str(self.folder),
            "HTTPS": "0",
            "TIME_ZONE": "Africa/Nairobi",
        }
        self.settings.touch(mode=0o600)
        self.settings.write_text("".join(f"{name}={value}\n" for name, value in values.items()))

    def start(self, members: Family) -> None:
        """Bring everything up; returns once the pages answer. Raises `Died` or `TimeoutError`."""
        self.write_settings()
        variables = self.variables()
        hook = f"http://127.0.0.1:{self.port}/webhooks/100ms/"
        simulator: list[str | Path] = [self.python, "-m", "rooms.simulator", "--port", str(self.simulator_port)]
        keeping: list[str | Path] = ["--webhook-url", hook, "--state", self.folder / "classes.jsonl"]
        # It is no part of the product, so it reads its keys from the environment and not from our file.
        members.start("simulated 100ms", [*simulator, *keeping], {**_read(self.settings), **variables}, folder=ROOT)
        members.wait_until(lambda: answers(self.simulator_port), seconds=30, what="The simulated 100ms' start")
        manage: list[str | Path] = [
            self.python,
            ROOT / "manage.py",
            "demo",
            "--ops",
            ":".join(OPS),
            "--teacher",
            ":".join(TEACHER),
        ]
        if subprocess.run(manage, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, check=False).returncode:
            raise Died("The demo's data could not be prepared; what is above says why.")
        members.start("web server", self._web(), variables, folder=ROOT)
        celery: list[str | Path] = [self.python, "-m", "celery", "-A", "dashboard.celery"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
        members.start("worker", [*celery, "worker", "--concurrency", "2", *quiet], variables, folder=ROOT)
        members.start("beat", [*celery, "beat", "--pidfile=", "--loglevel", "INFO"], variables, folder=ROOT)
        members.wait_until(Visitor(self.url).is_answered, seconds=60, what="The web server's start")

    def _web(self) -> list[str | Path]:
        listen: list[str | Path] = ["--host", "127.0.0.1", "--port", str(self.port)]
        threads = ["--workers", "1", "--blocking-threads", "4", "--no-ws"]
        return [self.python, "-m", "granian", "--interface", "wsgi", *listen, *threads, "dashboard.wsgi:application"]


def _run(environment: Environment, folder: Path, port: int) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder) as address, family(folder / "logs") as members:
        began = time.monotonic()
        demo = Demo(environment.python, folder, free_port(*range(port, port + 10)), free_port(*range(8100, 8110)))
        demo.start(members)
        address.write_text(demo.url)
        say(_welcome(demo, time.monotonic() - began))
        while True:
            members.check()
            time.sleep(0.5)


def _check(environment: Environment, folder: Path) -> int:
    """Bring a demo of its own up, look at its pages as the teacher and as ops, and stop it."""
    with family(folder / "logs") as members:
        demo = Demo(environment.python, folder, free_port(), free_port())
        demo.start(members)
        say(f"Looking at {demo.url} as the people who will use it …")
        try:
            visit(demo.url, OPS, TEACHER, say)
        except (Disappointed, OSError) as problem:
            words = (f"--- {child.name}, last words\n{child.last_words(8)}" for child in members.children)
            raise Disappointed("\n".join([str(problem), *words])) from problem
        members.check()
    say("The demo's pages show their data.")
    return 0


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """One demo per folder: a second would share its database and its queue. Yields where its address is kept."""
    address = folder / "address"
    with (folder / "lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            at = address.read_text() if address.exists() else "it is still starting"
            words = f"The demo is already running here: {at}. Stop it with Ctrl-C where it was started."
            raise Refused(words) from None
        address.unlink(missing_ok=True)
        yield address
    address.unlink(missing_ok=True)


def _read(settings: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in settings.read_text().splitlines()) if settings.exists() else {}


def _welcome(demo: Demo, seconds: float) -> str:
    return f"""
Rollcall is running (up in {seconds:.0f} s). Open:

    {demo.url}

and sign in as

    {OPS[0]:8} {OPS[1]:17} operations: every room, deliveries, the admin
    {TEACHER[0]:8} {TEACHER[1]:17} a teacher: the rooms given to her

What is going on: a simulated 100ms holds classes and posts webhooks to Rollcall, the worker reads them, and beat has
the rest pulled from the API every little while. Some classes are over, one is running now: open it and watch.
Output of each process: {demo.folder / "logs"}. A command against this demo: ENV_FILE={demo.settings}
{demo.python} manage.py …

Ctrl-C stops everything."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description="Run Rollcall on this machine with simulated classes: web server, Celery worker, beat and a "
        "simulated 100ms. Prints one address and two logins. Installs what it needs the first time.",
        epilog="DATABASE_URL and CELERY_BROKER_URL, when set, are used instead of SQLite and a folder.",
        allow_abbrev=False,
    )
    parser.add_argument("--port", type=int, default=8000, help="the web server's port, or the next free one")
    parser.add_argument(
        "--check",
        action="store_true",
        help="bring everything up on free ports in a folder that is thrown away, look at the pages as both people, "
        "and stop; exit 0 once they show their data",
    )
    return parser
