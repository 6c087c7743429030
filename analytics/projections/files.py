"""The files of a run, from the API's assets and from what webhooks name: one each, however often it was told of.

An asset has an id and lies somewhere; most webhooks say only where. What lies in one place is one file, and takes the
API's id as soon as that is known. Gaps are filled, a known value is never blanked. Links are passed over: they expire,
and whoever holds one may read the file (EVENTS trap 33).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from analytics.envelope import Envelope
from analytics.projections.batch import plain, readable, to_millisecond
from analytics.projections.evidence import (
    BEAM,
    COMPOSITE,
    OUTPUTS,
    STREAM,
    TRACK,
    ident,
    inner,
    named,
    number,
    objects,
    path,
    recording_path,
    whole,
)
from analytics.projections.runs import Run

# How far a file has come: it may be told of as "processing" by what was read later than the word that it is there.
_PROGRESS: Final = {"completed": 3, "failed": 2, "processing": 1}
# Files that are the recording itself.
MAIN: Final = frozenset({"room-composite", "room-composite-legacy", "room-vod", "track", "stream"})
_MOST_PIXELS: Final = 2.0**31
_LONGEST_LENGTH: Final = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class File:
    """One file. `id` is ours where `is_named` is false; `created` is an instant."""

    id: str = ""
    is_named: bool = False
    type: str = ""
    output: str = ""
    layer: str = ""
    status: str = ""
    path: str = ""
    size: int | None = None
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    thumbnails: tuple[str, ...] = ()
    media: str = ""
    peer_id: str = ""
    track_id: str = ""
    created: int | None = None

    @property
    def is_main(self) -> bool:
        return self.type in MAIN


_FIELDS: Final = tuple(one.name for one in fields(File))


def files_of(run: Run, owner: str) -> list[File]:
    """The run's files, each once, by id; those that have none are known by `owner`, the run's recording."""
    of_api = [_of_asset(event) for event in run.assets]
    told = [file for event in run.events for file in _of_event(event, run.family)]
    told += [file for event in run.transcriptions for file in _of_transcription(event)]
    # The API's own word first; of either, that of the file that has come furthest.
    claims = [*sorted(of_api, key=_progress), *sorted(told, key=_progress)]
    by_id: dict[str, list[File]] = {}
    places: dict[str, str] = {}
    for file in claims:
        if file.id:
            by_id.setdefault(file.id, []).append(file)
    for file_id in sorted(by_id, reverse=True):
        places |= {file.path: file_id for file in by_id[file_id] if file.path}
    for file in claims:
        if not file.id and file.path:
            file_id = places.setdefault(file.path, _own_id(owner, file.path))
            by_id.setdefault(file_id, []).append(file)
    return [_merged(file_id, by_id[file_id]) for file_id in sorted(by_id)]


def _progress(file: File) -> int:
    return -_PROGRESS.get(file.status, 0)


def _own_id(owner: str, place: str) -> str:
    """Two recordings may be told to lie in one place, and their files are two."""
    digest = hashlib.blake2b(f"{owner} {place}".encode(), digest_size=20).hexdigest()
    return f"path-{digest}"


def _merged(file_id: str, told: Iterable[File]) -> File:
    """The first claim that says something says it."""
    claims = list(told)
    best = claims[0]
    known: dict[str, Any] = {
        name: next(
            (value for one in claims if (value := getattr(one, name)) not in (None, "", ())), getattr(best, name)
        )
        for name in _FIELDS
    }
    known["status"] = max((one.status for one in claims), key=lambda status: (_PROGRESS.get(status, 0), status))
    return replace(best, **{**known, "id": file_id, "is_named": any(one.id for one in claims)})


def _of_asset(event: Envelope) -> File:
    data, about = event.data, inner(event, "metadata")
    kind = plain(data.get("type"))[:32]
    size = about.get("resolution")
    pixels: Mapping[str, Any] = size if isinstance(size, dict) else {}
    thumbnails = data.get("thumbnails")
    return File(
        id=named(event, "asset_id"),
        type=kind,
        output=plain(about.get("output_mode"))[:8],
        layer=_layer(about.get("layer")),
        status=plain(data.get("status"))[:32],
        path=path(data.get("path")),
        # The API says 0 of what has no size yet, or no length.
        size=whole(data.get("size")) or None,
        duration=number(data.get("duration"), _LONGEST_LENGTH) or None,
        width=whole(pixels.get("width", about.get("max_width")), _MOST_PIXELS),
        height=whole(pixels.get("height", about.get("max_height")), _MOST_PIXELS),
        thumbnails=tuple(one for each in thumbnails if (one := path(each))) if isinstance(thumbnails, list) else (),
        media=_media(about) if kind in (TRACK, STREAM) else "",
        peer_id=ident(about.get("peer_id")),
        track_id=ident(about.get("track_id")),
        created=_created(data.get("created_at")),
    )


def _layer(value: object) -> str:
    """Its number comes as text (EVENTS trap 20)."""
    return (str(value) if isinstance(value, int) and not isinstance(value, bool) else plain(value))[:8]


def _media(said: Mapping[str, Any]) -> str:
    """The table of the events names one field, their sample another (EVENTS trap 15)."""
    told = (plain(said.get(name)) for name in ("track_type", "stream_type", "type"))
    return next((one for one in told if one), "")[:16]


def _created(value: object) -> int | None:
    at = readable(value)
    return None if at is None else to_millisecond(at)


_TYPES: Final = {BEAM: "room-composite", COMPOSITE: "room-composite-legacy", TRACK: "track", STREAM: "stream"}


def _of_event(event: Envelope, family: str) -> Iterator[File]:
    """The files that a webhook of success names, and what a failed one of a track or stream may have left."""
    data = event.data
    status = "completed" if event.type.endswith("success") else "failed"
    created = _created(data.get("created_at")) or _created(data.get("recording_created_at"))
    length = number(data.get("duration"), _LONGEST_LENGTH) or None
    width, height = whole(data.get("max_width"), _MOST_PIXELS), whole(data.get("max_height"), _MOST_PIXELS)
    common = File(status=status, created=created, duration=length, width=width, height=height)
    if family in _TYPES and (place := recording_path(event)):
        yield replace(
            common,
            type=_TYPES[family],
            path=place,
            size=whole(data.get("size")),
            media=_media(data) if family in (TRACK, STREAM) else "",
            peer_id=event.peer_id if family in (TRACK, STREAM) else "",
            track_id=named(event, "track_id"),
        )
    if place := path(data.get("hls_vod_recording_path")):
        pictures = (path(one.get("location")) for one in objects(data.get("recording_thumbnails")))
        size = whole(data.get("hls_vod_recording_size"))
        thumbnails = tuple(one for one in pictures if one)
        yield replace(common, type="room-vod", path=place, size=size, thumbnails=thumbnails)
    for one in objects(data.get("recording_single_files")):
        yield replace(
            common,
            id=ident(one.get("asset_id")),
            type="room-composite",
            layer=_layer(one.get("layer")),
            path=path(one.get("recording_path")),
            size=whole(one.get("size")),
            width=whole(one.get("width"), _MOST_PIXELS),
            height=whole(one.get("height"), _MOST_PIXELS),
        )
    if place := path(data.get("chat_recording_path")):
        yield File(type="chat", status=status, path=place, created=created)


def _of_transcription(event: Envelope) -> Iterator[File]:
    """Of a failed one the files that are named are kept, and the others failed (EVENTS, Event types)."""
    for output in OUTPUTS:
        asset_id, place = named(event, f"{output}_asset_id"), path(event.data.get(f"{output}_path"))
        if not asset_id and not place:
            continue
        over = "completed" if place else "failed"
        status = "processing" if event.type == "transcription.started.success" else over
        kind, _, mode = output.rpartition("_")
        length = number(event.data.get("duration"), _LONGEST_LENGTH) or None
        yield File(id=asset_id, type=kind, output=mode, status=status, path=place, duration=length)
