"""PostgreSQL, Redis and Chromium of this machine: found, and for a test run started on ports of their own.

Nothing that already runs is touched: the data lies in a folder that goes away with the run.
"""

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

from bin.processes import Family, answers, free_port, group_of

DEBIAN = "/usr/lib/postgresql"
OLDEST_POSTGRESQL = 15


def chromium() -> str:
    """The browser's path, or nothing."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


def redis() -> str:
    """The path of redis-server, or nothing."""
    return shutil.which("redis-server") or ""


def postgresql() -> Path | None:
    """The folder of the newest PostgreSQL's programs that serves, or None. Debian keeps them off the PATH."""
    folders = sorted(Path(DEBIAN).glob("*/bin"), key=lambda folder: _number(folder.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    whole = (folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists())
    return next((folder for folder in whole if _version(folder) >= OLDEST_POSTGRESQL), None)


def start_postgresql(programs: Path, family: Family, folder: Path) -> str:
    """Start a PostgreSQL that keeps its data in `folder`; its URL. Raises `Died`, `TimeoutError`, `OSError`."""
    # It refuses to run as root; Debian's package makes a user for it.
    user = "postgres" if os.getuid() == 0 else None
    password, port = secrets.token_hex(16), free_port()
    secret = folder / "password"
    secret.write_text(password)
    if user:
        for path in (folder, secret):
            shutil.chown(path, user)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    access = ["-U", "rollcall", "-A", "scram-sha-256", f"--pwfile={secret}"]
    made = subprocess.run(
        [programs / "initdb", "-D", folder / "data", *access, "-E", "UTF8", "--no-sync"],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        user=user,
        group=group_of(user),
        extra_groups=[] if user else None,
    )
    if made.returncode:
        raise OSError(f"initdb failed: {made.stderr.strip()}")
    # The data is thrown away, so nothing waits for the disk.
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "200",
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command: list[str | Path] = [programs / "postgres", "-D", folder / "data", *options]
    # SIGINT is PostgreSQL's "now, but orderly"; SIGTERM would wait for its clients.
    family.start("postgresql", command, environment, folder=folder, user=user, stop_by=signal.SIGINT)
    family.wait_until(lambda: answers(port), seconds=30, what="PostgreSQL's start")
    return f"postgresql://rollcall:{password}@127.0.0.1:{port}/postgres"


def _version(programs: Path) -> int:
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    return next((_number(word) for word in said.split() if word[0].isdigit()), 0)


def _number(version: str) -> int:
    whole = version.split(".")[0]
    return int(whole) if whole.isdigit() else 0
