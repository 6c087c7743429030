"""The files of recordings in words: what each is, how many there are, and how large."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from analytics.models import Asset
from rooms.jobs import File


@dataclass(frozen=True, slots=True)
class _Words:
    """What one is called where it stands alone, and in a count of one and of several."""

    alone: str
    one: str
    many: str


# By what people look for first.
_TYPES: Final[Mapping[str, _Words]] = {
    "room-composite": _Words("video", "video", "videos"),
    "room-composite-legacy": _Words("video", "video", "videos"),
    "room-vod": _Words("video as a playlist", "playlist", "playlists"),
    "transcript": _Words("transcript", "transcript", "transcripts"),
    "summary": _Words("summary", "summary", "summaries"),
    "chat": _Words("chat", "chat", "chats"),
    "stream": _Words("one person's stream", "stream", "streams"),
    "track": _Words("one track", "track", "tracks"),
}
_RANKS: Final = {kind: number for number, kind in enumerate(_TYPES)}


def file_rank(kind: str) -> int:
    """What people look for first; types that we do not know come last."""
    return _RANKS.get(kind, len(_RANKS))


def file_words(file: File | Asset) -> str:
    """ "transcript, SRT"."""
    word = _words(file.type).alone
    if file.output:
        return f"{word}, {file.output.upper()}"
    return f"{word}, quality {int(file.layer) + 1}" if file.layer.isdecimal() else word


def counted_files(files: Sequence[Asset]) -> tuple[str, ...]:
    """("video, 3 layers", "transcript (JSON, SRT)", "chat", "12 thumbnails"): what there is, counted."""
    whole = [file for file in files if file.is_whole]
    counted = Counter(file.type for file in whole)
    said = []
    for kind in sorted(counted, key=lambda one: (file_rank(one), one)):
        words = _words(kind)
        mine = [file for file in whole if file.type == kind]
        outputs = sorted({file.output.upper() for file in mine if file.output})
        layers = {file.layer for file in mine if file.layer}
        if outputs:
            said.append(f"{words.one} ({', '.join(outputs)})")
        elif len(layers) > 1:
            said.append(f"{words.one}, {len(layers)} layers")
        else:
            said.append(words.one if counted[kind] == 1 else f"{counted[kind]} {words.many}")
    if pictures := sum(len(file.thumbnails) for file in whole):
        said.append("1 thumbnail" if pictures == 1 else f"{pictures} thumbnails")
    if broken := sum(file.status == "failed" for file in files):
        said.append(f"{broken} failed")
    return tuple(said)


def size_words(size: int) -> str:
    """ "26 MB"; "" for nothing."""
    if not size:
        return ""
    for unit, bytes_ in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}" if size < 10 * bytes_ else f"{size / bytes_:.0f} {unit}"
    return f"{size} bytes"


def _words(kind: str) -> _Words:
    plain = kind.replace("-", " ")
    return _TYPES.get(kind, _Words(plain, plain, plain))
