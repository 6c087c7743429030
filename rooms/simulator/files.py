"""The files behind links: found by their place, made when somebody first asks for one, and kept for who asks again."""

import hashlib
import re
import shutil
import tempfile
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rooms.simulator import films
from rooms.simulator.refusals import Refused
from rooms.simulator.scenarios.footage import TEXTS, Footage
from rooms.simulator.session import Session
from rooms.simulator.texts import piece_of, text_of
from rooms.simulator.world import World

_KEPT: Final = 600_000_000  # bytes of made files, the oldest going first
_PIECE: Final = re.compile(r"(.+)-(\d{5})\.ts")
_TYPES: Final = {
    ".mp4": "video/mp4",
    ".ts": "video/mp2t",
    ".webm": "video/webm",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".png": "image/png",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".srt": "application/x-subrip; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class File:
    """One that is there. `tag` changes with its content."""

    session: Session
    footage: Footage

    @property
    def type(self) -> str:
        """Its media type."""
        if self.footage.form == "sound":
            return "audio/webm"
        return _TYPES[Path(self.footage.name).suffix]

    @property
    def tag(self) -> str:
        return hashlib.sha256(f"{self.session.id}{self.footage}".encode()).hexdigest()[:32]


class Files:
    """All files of a world's sessions."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._folder: Path | None = None
        self._making = threading.Lock()

    def find(self, place: str) -> File:
        """The file at `<room id>/<session id>/<name>`. Raises Refused (404) while there is none."""
        room_id, _, rest = place.partition("/")
        session_id, _, name = rest.partition("/")
        session = self._world.sessions.get(session_id)
        if session is not None and session.room.id == room_id:
            piece = _PIECE.fullmatch(name)
            footage, since = session.files.get(f"{piece[1]}.m3u8" if piece else name, (None, 0))
            if footage is not None and since <= self._world.now():
                footage = piece_of(footage, int(piece[2])) if piece else footage
                if footage.form != "piece" or footage.part * 10 < session.length_of(footage):
                    return File(session, footage)
        raise Refused(404, "file not found")

    def size(self, file: File) -> int:
        """Bytes of it."""
        if file.footage.form in ("piece", "picture"):
            return self._made(file).stat().st_size
        return file.session.size_of(file.footage)

    def read(self, file: File, expires: int, start: int, stop: int) -> bytes:
        """Its bytes `[start, stop)`; links in a playlist hold until `expires`. Raises Refused (501) as `films.make`."""
        if file.footage.form in TEXTS:
            return text_of(file.session, file.footage, expires)[start:stop]
        with self._made(file).open("rb") as opened:
            opened.seek(start)
            return opened.read(stop - start)

    def _made(self, file: File) -> Path:
        with self._making:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="simulated-100ms-"))
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            path = self._folder / f"{file.tag}{Path(file.footage.name).suffix}"
            if not path.exists():
                staged = path.with_name(f"staged{path.suffix}")
                films.make(file.session, file.footage, staged)
                staged.replace(path)
                _forget_oldest(self._folder, path)
            return path


def _forget_oldest(folder: Path, newest: Path) -> None:
    kept = sorted(folder.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
    total = 0
    for one in kept:
        total += one.stat().st_size
        if total > _KEPT and one != newest:
            one.unlink()
