"""What `bin/demo` does: a simulated 100ms, the web server, a Celery worker and beat, started and stopped together."""

import argparse
import contextlib
import fcntl
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bin.environment import DEMO, Environment, Unready, prepare
from bin.processes import Died, family, free_port
from bin.product import OBSERVER, OPS, TEACHER, Demo
from bin.tour import PHYSICS, take
from bin.tour_recording import follow
from bin.visitor import Disappointed, Visitor, visit


class Refused(Exception):
    """The demo cannot run now; the words say why."""


def main(arguments: list[str]) -> int:
    """The exit code: 0 when the demo was stopped by hand, or when `--check` found everything in place."""
    asked = _parser().parse_args(arguments)
    try:
        environment = prepare(DEMO, say)
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


def _run(environment: Environment, folder: Path, port: int) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder) as address, family(folder / "logs") as members:
        began = time.monotonic()
        demo = Demo(environment.python, folder, free_port(*range(port, port + 10)), free_port(*range(8100, 8110)), say)
        demo.start(members)
        address.write_text(demo.url)
        say(_welcome(demo, time.monotonic() - began))
        while True:
            members.check()
            demo.has_run_well()
            time.sleep(0.5)


def _check(environment: Environment, folder: Path) -> int:
    """Bring a demo of its own up, look at its pages as the people who use it, and stop it."""
    with family(folder / "logs") as members:
        demo = Demo(environment.python, folder, free_port(), free_port(), say)
        demo.start(members)
        say(f"Looking at {demo.url} as the people who will use it …")
        try:
            operator, teacher = visit(demo.url, OPS, TEACHER, say)
            observer = Visitor(demo.url)
            observer.sign_in(*OBSERVER)
            take(operator, teacher, observer, say)
            follow(teacher, observer, PHYSICS, say)
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


def _welcome(demo: Demo, seconds: float) -> str:
    return f"""
Rollcall is running (up in {seconds:.0f} s). Open:

    {demo.url}

and sign in as

    {OPS[0]:8} {OPS[1]:18} operations: every room, who may what, deliveries, the admin
    {TEACHER[0]:8} {TEACHER[1]:18} a teacher: the rooms given to her
    {OBSERVER[0]:8} {OBSERVER[1]:18} an observer: looks at two rooms and changes nothing

What is going on: a simulated 100ms holds classes and posts webhooks to Rollcall, the worker reads them, and beat has
the rest pulled from the API every little while. Some classes are over, one is running now: open it and watch.
What you set (rooms, codes, templates, polls) the simulated 100ms keeps, also for the next start.
Output of each process: {demo.folder / "logs"}. A command against this demo: ENV_FILE={demo.settings}
{demo.python} manage.py …

Ctrl-C stops everything."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description="Run Rollcall on this machine with simulated classes: web server, Celery worker, beat and a "
        "simulated 100ms. Prints one address and three logins. Installs what it needs the first time.",
        epilog="DATABASE_URL and CELERY_BROKER_URL, when set, are used instead of SQLite and a folder. A database that "
        "has users of its own is refused.",
        allow_abbrev=False,
    )
    parser.add_argument("--port", type=int, default=8000, help="the web server's port, or the next free one")
    parser.add_argument(
        "--check",
        action="store_true",
        help="bring everything up on free ports in a folder that is thrown away, look at the pages as all "
        "three people, and stop; exit 0 once they show their data",
    )
    return parser
