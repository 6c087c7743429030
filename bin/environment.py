"""The Python environment of the checkout: made once from a lock, stamped, found again without a network.

`.venv` holds it. A stamp names the lock that was installed, so a second run installs nothing; a mark says that an
installation is under way, so one that was cut off is begun again. Where the checkout belongs to somebody else, a
folder of your own under `XDG_CACHE_HOME` takes the place of `.venv` and `var`.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bin.oldest_python import serves

ROOT = Path(__file__).resolve().parent.parent
DEMO = ["requirements.txt", "requirements-demo.txt"]
DEVELOPMENT = [*DEMO, "requirements-dev.txt"]
STAMP = "rollcall-installed"
MARK = "rollcall-installing"

Say = Callable[[str], None]


class Unready(Exception):
    """The environment cannot be made here; the words say why and what helps."""


@dataclass(frozen=True)
class Environment:
    """A Python with everything installed, and the folder for what running leaves behind."""

    python: Path
    var: Path


def prepare(locks: list[str], say: Say, *, root: Path = ROOT) -> Environment:
    """The environment for `locks`, whose last one is installed; a stamp of a longer list serves a shorter one.

    Raises `Unready`.
    """
    var = _own(root / "var", root, say)
    venv = root / ".venv"
    if not _ready(venv, locks, root):
        venv = _own(venv, root, say)
        with _alone(var / "installing.lock", say):
            if not _ready(venv, locks, root):
                _install(venv, locks, root, say)
    return Environment(_python(venv), var)


def digest(locks: list[str], root: Path) -> str:
    """What a stamp says of these locks."""
    return hashlib.sha256(b"\0".join((root / lock).read_bytes() for lock in locks)).hexdigest()


def settings(root: Path = ROOT) -> list[str]:
    """The names of all settings, as `.env.example` lists them."""
    return re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", (root / ".env.example").read_text(), re.MULTILINE)


def without_settings(environment: Mapping[str, str], *, keep: Container[str] = ()) -> dict[str, str]:
    """The environment less every setting of the product, so that a run decides them itself.

    A machine's keys for a real 100ms workspace must reach neither the demo nor the tests.
    """
    ours = {name for name in settings() if name not in keep}
    return {name: value for name, value in clean(environment).items() if name.removesuffix("_FILE") not in ours}


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for Python without what would make it look, or install, elsewhere."""
    misleading = ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
    return {name: value for name, value in environment.items() if name not in misleading}


def cache(root: Path) -> Path:
    """A folder of this user's own for a checkout that is not theirs to write in."""
    home = os.environ.get("XDG_CACHE_HOME") or str(_home() / ".cache")
    own = Path(home) / "rollcall" / hashlib.sha256(str(root).encode()).hexdigest()[:12]
    if writable(own):
        return own
    # Somebody without a home, such as a service's user. The name can be guessed, so the folder must be ours.
    own = Path(tempfile.gettempdir()) / f"rollcall-{os.getuid()}-{own.name}"
    own.mkdir(mode=0o700, exist_ok=True)
    if own.is_symlink() or own.stat().st_uid != os.getuid():
        raise Unready(f"{own} belongs to somebody else. Set XDG_CACHE_HOME to a folder of your own.")
    return own


def writable(path: Path) -> bool:
    """May we write in this folder, or make it?"""
    while not path.exists():
        path = path.parent
    return path.is_dir() and os.access(path, os.W_OK | os.X_OK)


def _home() -> Path:
    return Path(os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir)


def _own(folder: Path, root: Path, say: Say) -> Path:
    """The folder itself where we may write there, else its counterpart in the cache."""
    # What root left behind in a checkout of yours is as closed to you as a checkout that is not yours.
    if writable(folder) and all(writable(inside) for inside in folder.glob("*/")):
        folder.mkdir(exist_ok=True)
        return folder
    own = cache(root) / folder.name
    if not own.exists():
        say(f"{folder} is not yours to write in: using {own} instead.")
    own.mkdir(parents=True, exist_ok=True)
    return own


def _python(venv: Path) -> Path:
    return venv / "bin" / "python"


def _ready(venv: Path, locks: list[str], root: Path) -> bool:
    """Does its stamp cover these locks, and can this user start its Python?"""
    try:
        stamp = (venv / STAMP).read_text().strip()
    except OSError:
        return False
    return stamp in (digest(locks, root), digest(DEVELOPMENT, root)) and serves(str(_python(venv)))


@contextlib.contextmanager
def _alone(lock: Path, say: Say) -> Iterator[None]:
    """One installation at a time; who comes second waits for the first."""
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another installation in this folder to finish …")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _install(venv: Path, locks: list[str], root: Path, say: Say) -> None:
    if (venv / MARK).exists():
        say(f"The last installation into {venv} was cut off: beginning again.")
    if (venv / MARK).exists() or not serves(str(_python(venv))):
        shutil.rmtree(venv, ignore_errors=True)
    venv.mkdir(exist_ok=True)
    began = time.monotonic()
    say(f"Installing what Rollcall needs into {venv} (once; usually less than a minute) …")
    (venv / MARK).touch()
    (venv / STAMP).unlink(missing_ok=True)
    pip = [str(_python(venv)), "-m", "pip"] if _has_pip(_python(venv)) else _new(venv)
    _run_pip(pip, root / locks[-1])
    # Compiling here, on all cores, spares every process of the product from doing it at its start.
    subprocess.run([_python(venv), "-m", "compileall", "-q", "-j", "0", venv / "lib"], check=False)
    staged = venv / f"{STAMP}.new"
    staged.write_text(digest(locks, root) + "\n")
    staged.replace(venv / STAMP)
    (venv / MARK).unlink()
    say(f"Installed in {time.monotonic() - began:.0f} s.")


def _has_pip(python: Path) -> bool:
    return _quiet([str(python), "-m", "pip", "--version"]) == ""


def _new(venv: Path) -> list[str]:
    """Make the virtual environment by whatever this Python has; the command of a pip that installs into it.

    Debian splits Python: `python3` alone lacks what puts pip into a new environment.
    """
    here = sys.executable
    trouble = _quiet([here, "-m", "venv", str(venv)])
    if not trouble:
        return [str(_python(venv)), "-m", "pip"]
    if not _quiet([here, "-m", "venv", "--without-pip", "--clear", str(venv)]):
        (venv / MARK).touch()
        if not _quiet([here, "-m", "pip", "--python", str(_python(venv)), "--version"]):
            return [here, "-m", "pip", "--python", str(_python(venv))]
    if not _quiet([here, "-m", "virtualenv", str(venv)]):
        return [str(_python(venv)), "-m", "pip"]
    raise Unready(
        f"{here} cannot make a virtual environment:\n{trouble}\n"
        f"On Debian and Ubuntu: apt-get install python{_minor()}-venv; then run this again."
    )


def _minor() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def _quiet(command: list[str]) -> str:
    """Run it; what it said when it failed, or nothing."""
    try:
        done = subprocess.run(
            command, env=clean(os.environ), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as problem:
        return str(problem)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"exit {done.returncode}"


def _run_pip(pip: list[str], lock: Path) -> None:
    options = ["install", "--quiet", "--no-input", "--disable-pip-version-check", "--progress-bar=off", "--no-compile"]
    # The lock is whole, so pip need not look for more; each file must have the digest that the lock names.
    trouble = _quiet([*pip, *options, "--retries", "2", "--require-hashes", "--no-deps", "-r", str(lock)])
    if not trouble:
        return
    network = (
        "NewConnectionError",
        "ConnectTimeout",
        "name resolution",
        "Network is unreachable",
        "Connection refused",
    )
    why = (
        "The package index cannot be reached. The first run needs the network; later runs do not."
        if any(sign in trouble for sign in network)
        else f"pip could not install what {lock.name} lists for Python {_minor()}."
    )
    last = "\n".join(trouble.splitlines()[-8:])
    raise Unready(f"{why}\nWhat pip said:\n{last}")
