"""Several processes that live and die together: none outlives the command that started it.

Each leads a group of its own, so Ctrl-C reaches only the command, which then stops them in order and waits. Should
the command itself be killed, the kernel (Linux) asks its children to stop.
"""

import contextlib
import ctypes
import os
import pwd
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

PATIENCE = 10.0
"""Seconds a process has to stop by itself before it is killed."""

_PR_SET_PDEATHSIG = 1


class Died(Exception):
    """A process that should be running has ended; names it and shows its last words."""


@dataclass
class Child:
    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    stop_by: signal.Signals

    def last_words(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


@dataclass
class Family:
    """The processes of one command. `logs` is the folder of their output, a file each."""

    logs: Path
    children: list[Child] = field(default_factory=list)

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        *,
        folder: Path,
        user: str | None = None,
        stop_by: signal.Signals = signal.SIGTERM,
    ) -> Child:
        """Start one in `folder`.

        `user` is whom to become (only root may ask), `stop_by` the signal that it takes as a request to end.
        """
        log = self.logs / f"{name.replace(' ', '-')}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent(os.getpid(), stop_by),
                user=user,
                group=group_of(user),
                extra_groups=[] if user else None,
            )
        child = Child(name, process, log, stop_by)
        self.children.append(child)
        return child

    def check(self) -> None:
        """Raises `Died` when one has ended."""
        for child in self.children:
            code = child.process.poll()
            if code is not None:
                raise Died(
                    f"The {child.name} has ended by itself ({ended(code)}). Its last words, from {child.log}:\n"
                    f"{child.last_words()}"
                )

    def wait_until(self, true: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Wait until `true()`; raises `Died` when a process ends meanwhile, `TimeoutError` naming `what` when late."""
        end = time.monotonic() + seconds
        while not true():
            self.check()
            if time.monotonic() > end:
                raise TimeoutError(f"{what} took longer than {seconds:.0f} s; see {self.logs}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask all to stop, the last started first, and kill what has not after `PATIENCE` seconds."""
        for child in reversed(self.children):
            # To the process alone: a server or worker stops its own processes in its own order.
            with contextlib.suppress(ProcessLookupError):
                child.process.send_signal(child.stop_by)
        end = time.monotonic() + PATIENCE
        for child in self.children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, end - time.monotonic()))
            # A child that is gone may have left some of its own behind; what remains of its group goes too.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self.children.clear()


@contextlib.contextmanager
def family(logs: Path) -> Iterator[Family]:
    """A family that is stopped at the end of the block, however it ends; SIGTERM and SIGHUP end it as Ctrl-C does."""
    logs.mkdir(parents=True, exist_ok=True)
    before = {number: signal.signal(number, _interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    members = Family(logs)
    try:
        yield members
    finally:
        ignored = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, *before)}
        members.stop()
        for number, handler in {**ignored, **before}.items():
            signal.signal(number, handler)


def group_of(user: str | None) -> int | None:
    """The user's own group, which need not have the user's name."""
    return pwd.getpwnam(user).pw_gid if user else None


def free_port(*wanted: int) -> int:
    """The first of `wanted` on which nobody listens on this machine, else any free one.

    That is taken from below those that the system itself gives away, from 32768 on Linux: it must be free still when a
    server comes to take it, and there every connection that anybody opens meanwhile may have got it.
    """
    for port in (*wanted, *random.sample(range(20_000, 32_000), 50), 0):
        with socket.socket() as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                door.bind(("127.0.0.1", port))
                return int(door.getsockname()[1])
    raise OSError("no free port on this machine")


def answers(port: int) -> bool:
    """Does somebody listen there?"""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def ended(code: int) -> str:
    """How a process ended, by its exit code as `subprocess` gives it."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit {code}"


def _die_with_parent(parent: int, stop_by: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, stop_by)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask
