"""The product on this machine, with a simulated 100ms beside it: what `bin/demo` runs."""

import json
import os
import secrets
import subprocess
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bin.environment import ROOT, Say, without_settings
from bin.processes import Died, Family, answers
from bin.visitor import Visitor

OWN = ("DATABASE_URL", "CELERY_BROKER_URL", "REDIS_URL", "LOG_LEVEL", "TIME_ZONE")
"""What the demo takes from the environment it is started in; its 100ms is always the simulated one."""

OPS = ("ikram", "rollcall-ops")
TEACHER = ("wanjiru", "rollcall-teacher")
OBSERVER = ("olive", "rollcall-observer")
"""Who signs in, and with what. For a machine of one's own only."""


@dataclass(frozen=True)
class Demo:
    """One demo: its folder, its ports, and the environment that all its processes share."""

    python: Path
    folder: Path
    port: int
    simulator_port: int
    say: Say

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
        far = f"http://127.0.0.1:{self.simulator_port}"
        values = {
            **made,
            "HMS_ACCESS_KEY": secrets.token_hex(12),
            **{name: value for name, value in kept.items() if name in {*made, "HMS_ACCESS_KEY"}},
            "HMS_API_URL": f"{far}/v2",
            "HMS_AUTH_URL": f"{far}/auth/v2",
            "API_VIDEO_KEY": "simulated-api-video-key",
            "API_VIDEO_URL": f"{far}/api-video",
            "MEDIA_ORIGINS": far,  # it keeps the films too
            "HMS_JOIN_URL": "https://school.example/meeting/{code}",
            "VAR_DIR": str(self.folder),
            "HMS_REQUESTS_PER_SECOND": "200",  # it is on this machine
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
        logins = ["--ops", ":".join(OPS), "--teacher", ":".join(TEACHER), "--observer", ":".join(OBSERVER)]
        manage: list[str | Path] = [self.python, ROOT / "manage.py", "demo", *logins]
        if subprocess.run(manage, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, check=False).returncode:
            raise Died("The demo's data could not be prepared; what is above says why.")
        members.start("web server", self._web(), variables, folder=ROOT)
        celery: list[str | Path] = [self.python, "-m", "celery", "-A", "dashboard.celery"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
        members.start("worker", [*celery, "worker", "--concurrency", "2", *quiet], variables, folder=ROOT)
        members.start("beat", [*celery, "beat", "--pidfile=", "--loglevel", "INFO"], variables, folder=ROOT)
        members.wait_until(Visitor(self.url).is_answered, seconds=60, what="The web server's start")
        self._tell_past()

    def has_run_well(self) -> None:
        """Up to now everything was heard; the next start tells what happens from here on."""
        (self.folder / "heard").touch()

    def _tell_past(self) -> None:
        """Have the simulated 100ms send the webhooks of all that was while nobody listened, as if somebody had.

        What only webhooks say (who changed role, who dropped and why) would be missing from last week otherwise.
        """
        heard = self.folder / "heard"
        since = heard.stat().st_mtime if heard.exists() else 0.0
        state = self._ask_simulator("/_control/state")
        if state["recalled"]["passed_over"]:
            self.say(f"The simulated 100ms: {state['recalled']['told']}. It goes on without them.")
        sessions = state["sessions"]
        missed = [one for one in sessions if datetime.fromisoformat(one["settled_at"]).timestamp() > since]
        queued = 0
        for session in reversed(missed):
            wish = {"session_id": session["session_id"], "replay": False}
            queued += self._ask_simulator("/_control/webhooks/send", wish)["queued"]
        self._ask_simulator("/_control/webhooks/flush", {"timeout": 60})
        self.say(f"The simulated 100ms has sent the {queued} webhooks of {len(missed)} classes; the worker reads them.")

    def _ask_simulator(self, path: str, wish: dict[str, object] | None = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.simulator_port}{path}",
            data=None if wish is None else json.dumps(wish).encode(),
            headers={"Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=90) as answer:
            return json.load(answer)

    def _web(self) -> list[str | Path]:
        listen: list[str | Path] = ["--host", "127.0.0.1", "--port", str(self.port)]
        threads = ["--workers", "1", "--blocking-threads", "4", "--no-ws"]
        return [self.python, "-m", "granian", "--interface", "wsgi", *listen, *threads, "dashboard.wsgi:application"]


def _read(settings: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in settings.read_text().splitlines()) if settings.exists() else {}
