"""Processes that a command starts live and die together."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bin.environment import ROOT
from bin.processes import Died, answers, family, free_port

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
SOON = 60.0
"""Seconds; only keeps a failure from hanging. What is awaited is there in a moment, unless the machine is busy."""
PARENT = """
import sys
from pathlib import Path
from bin.processes import family
with family(Path(sys.argv[1])) as members:
    child = members.start("sleeper", ["/bin/sleep", "600"], {}, folder=Path("/"))
    print(child.process.pid, flush=True)
    members.wait_until(lambda: False, seconds=600, what="never")
"""


def runs(pid: int) -> bool:
    """Is there such a process, other than one that has ended and waits to be collected?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ended(pid: int) -> bool:
    end = time.monotonic() + SOON
    while runs(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not runs(pid)


def test_all_stop_at_the_end_of_the_block(tmp_path: Path) -> None:
    with family(tmp_path / "logs") as members:
        pids = [members.start(name, SLEEP, {}, folder=tmp_path).process.pid for name in ("one", "two")]
        assert all(map(runs, pids))
    assert all(map(ended, pids))


def test_one_that_dies_is_named_with_its_last_words(tmp_path: Path) -> None:
    with family(tmp_path / "logs") as members:
        members.start("sleeper", SLEEP, {}, folder=tmp_path)
        members.start("worker", [sys.executable, "-c", "print('no broker'); raise SystemExit(3)"], {}, folder=tmp_path)
        with pytest.raises(Died, match=r"(?s)The worker has ended by itself \(exit 3\).*no broker"):
            members.wait_until(lambda: False, seconds=SOON, what="nothing")


def test_what_a_child_leaves_behind_goes_too(tmp_path: Path) -> None:
    program = "import subprocess, sys; print(subprocess.Popen(sys.argv[1:]).pid, flush=True); input()"
    with family(tmp_path / "logs") as members:
        child = members.start("parent", [sys.executable, "-c", program, *SLEEP], {}, folder=tmp_path)
        with pytest.raises(Died):
            members.wait_until(lambda: False, seconds=SOON, what="nothing")  # input() ends at once: stdin is closed
        left = int(child.log.read_text().split()[0])
        assert runs(left)
    assert ended(left)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_child_outlives_a_command_that_is_stopped_or_killed(tmp_path: Path, number: int) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "logs")]
    with subprocess.Popen(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert runs(child)
        parent.send_signal(number)
        parent.wait(SOON)
    assert ended(child)


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert answers(port)
        assert free_port(port) != port


def test_a_free_port_is_none_that_the_system_may_give_to_the_next_connection() -> None:
    assert {20_000 <= free_port() < 32_000 for _ in range(50)} == {True}


def test_where_nobody_listens_nobody_answers() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", free_port()))
        assert not answers(silent.getsockname()[1])


def test_only_root_can_start_a_child_as_somebody_else(tmp_path: Path) -> None:
    if os.getuid() != 0:
        with family(tmp_path / "logs") as members, pytest.raises(PermissionError):
            members.start("other", SLEEP, {}, folder=tmp_path, user="nobody")
        return
    with family(tmp_path / "logs") as members:
        child = members.start(
            "other", ["/bin/sh", "-c", "id -u; sleep 600"], {"PATH": os.defpath}, folder=Path("/"), user="nobody"
        )
        members.wait_until(lambda: child.log.read_text() != "", seconds=SOON, what="id")
        assert child.log.read_text().strip() != "0"
