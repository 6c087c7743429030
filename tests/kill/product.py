"""The running product: web server, worker, beat and a simulated 100ms, as processes that can be killed one by one."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bin import servers
from bin.processes import Child, Family, answers, free_port

ROOT = Path(__file__).parent.parent.parent
SECRET = "kill-tests-webhook-secret"


@dataclass
class Product:
    """`database` is a URL, "" for SQLite; `broker` a Redis port, 0 for the embedded transport."""

    family: Family
    folder: Path
    database: str = ""
    broker: int = 0
    port: int = field(default_factory=free_port)
    simulated: int = field(default_factory=free_port)
    running: dict[str, Child] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        own = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "ENV_FILE": os.devnull,
            "VAR_DIR": str(self.folder),
            "SECRET_KEY": "kill-tests-0123456789-0123456789-0123456789-abcdefgh",
            "HTTPS": "0",
            "HMS_ACCESS_KEY": "kill-tests-access-key",
            "HMS_SECRET": "kill-tests-secret-0123456789-0123456789",
            "HMS_API_URL": f"http://127.0.0.1:{self.simulated}/v2",
            "HMS_WEBHOOK_SECRET": SECRET,
            "LOG_LEVEL": "WARNING",
        }
        if self.database:
            own["DATABASE_URL"] = self.database
        if self.broker:
            own["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{self.broker}/0"
        return own

    def start(self) -> None:
        """Everything up and answering."""
        self.start_simulator()
        self.manage("migrate", "--verbosity", "0")
        self.start_web()
        self.start_worker()
        self.start_beat()
        self.wait_until(self.is_alive, 180, "the web server's start")

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.variables(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3_000:]
        return done.stdout

    def start_simulator(self) -> None:
        arguments = ["-m", "rooms.simulator", "--port", str(self.simulated), "--world", "empty"]
        self._start("simulator", arguments)

    def start_web(self) -> None:
        place = ["--host", "127.0.0.1", "--port", str(self.port)]
        size = ["--workers", "1", "--blocking-threads", "4", "--no-ws"]
        self._start("web", ["-m", "granian", "--interface", "wsgi", *place, *size, "dashboard.wsgi:application"])

    def start_worker(self) -> None:
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
        self._start("worker", ["-m", "celery", "-A", "dashboard.celery", "worker", "--concurrency", "2", *quiet])

    def start_beat(self) -> None:
        self._start("beat", ["-m", "celery", "-A", "dashboard.celery", "beat", "--pidfile=", "--loglevel", "WARNING"])

    def start_broker(self) -> None:
        assert self.broker
        place = ["--port", str(self.broker), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        keeping_nothing = ["--save", "", "--appendonly", "no"]
        self.running["broker"] = self.family.start(
            "broker", [servers.redis(), *place, *keeping_nothing], self.variables(), folder=self.folder
        )
        self.wait_until(lambda: answers(self.broker), 60, "the broker's start")

    def kill(self, name: str) -> None:
        """SIGKILL, to the process and all of its own: nobody gets to say goodbye."""
        child = self.running.pop(name)
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self.family.children.remove(child)

    def kill_all(self) -> None:
        """At the end of a test, when nobody is left to say goodbye to: the embedded worker takes its time to stop."""
        for name in list(self.running):
            self.kill(name)

    def is_alive(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def wait_until(self, true: Callable[[], bool], seconds: float, what: str) -> None:
        self.family.wait_until(true, seconds=seconds, what=what)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds, read past the product."""
        if self.database:
            with psycopg.connect(self.database) as connection:
                return connection.execute(query).fetchall()
        # Read only: this reader must never be the one who makes a writer wait.
        file = sqlite3.connect(f"file:{self.folder / 'rollcall.sqlite3'}?mode=ro", uri=True, timeout=30)
        try:
            return file.execute(query).fetchall()
        finally:
            file.close()

    def states(self) -> Mapping[str, int]:
        """Deliveries by state."""
        return dict(self.rows("SELECT state, count(*) FROM webhooks_delivery GROUP BY state"))

    def has_settled(self) -> bool:
        """Nothing waits to be read."""
        return not set(self.states()) & {"pending", "failed"}

    def _start(self, name: str, arguments: list[str]) -> None:
        log = f"{name}-{time.monotonic_ns()}"  # a log a life
        self.running[name] = self.family.start(log, [sys.executable, *arguments], self.variables(), folder=ROOT)
