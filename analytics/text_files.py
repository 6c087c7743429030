"""Transcripts, summaries and chats, read once from their files and kept as `TextFile`, so that pages can show them.

A file is fetched by a fresh link, or from our own copy. What cannot be read is kept as a problem in words, and read
again when somebody asks; what could not be fetched leaves no trace, and the sweep comes again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

import structlog
from django.core.cache import cache
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from analytics import chats, talk, transcripts
from analytics.models import Asset, KeptFile, Peer, Recording, TalkTime, TextFile
from analytics.transcripts import Line, Section, Unreadable
from rooms import hms
from rooms.actors import SCHEDULE
from rooms.connection import NotConfigured
from rooms.jobs import File, NotInRoom
from rooms.mirrors.reading import words_of
from rooms.recording_assets import KEPT_BY_100MS, Unfetched, contents

log = structlog.get_logger(__name__)

KINDS: Final[Mapping[str, TextFile.Kind]] = {
    "transcript": TextFile.Kind.TRANSCRIPT,
    "summary": TextFile.Kind.SUMMARY,
    "chat": TextFile.Kind.CHAT,
}
MOST_BYTES: Final = 20_000_000  # words with times of a class of 12 hours are shorter
AT_ONCE: Final = 10  # files a run of the sweep
_REST: Final = 600  # seconds after which a file that could not be fetched is tried again
_RANKS: Final = {"json": 0, "srt": 1, "txt": 2}  # the richest first


@dataclass(frozen=True, slots=True)
class Text:
    """What there is of one kind: `asset` the file that was read or is to be read, `file` what was read, if anything."""

    kind: TextFile.Kind
    asset: Asset
    file: TextFile | None

    @property
    def is_read(self) -> bool:
        return self.file is not None and self.file.content is not None

    @property
    def problem(self) -> str:
        return self.file.problem if self.file and self.file.content is None else ""


def texts(assets: Iterable[Asset], files: Mapping[str, TextFile]) -> dict[TextFile.Kind, Text]:
    """By kind, of the files of one recording. What could be read comes before what is richer and could not."""
    found: dict[TextFile.Kind, Text] = {}
    for kind, some in _candidates(assets).items():
        every = [Text(kind, asset, files.get(asset.pk)) for asset in some]
        read = next((text for text in every if text.is_read), None)
        found[kind] = read or next((text for text in every if text.file is None), every[0])
    return found


def read_kind(recording: Recording, kind: TextFile.Kind, *, now: datetime) -> str:
    """Read the files of that kind until one can be read: the richest first, then what is left (EVENTS trap 35).

    Returns why none could be, in words; "" when one was.
    """
    problem = "There is no such file."
    for asset in _candidates(recording.assets.all()).get(kind, []):
        try:
            file = read(asset, now=now)
        except Unfetched as why:
            problem = f"The file could not be fetched: {why}."
        except NotInRoom:
            problem = "100ms no longer knows the file."
        except (hms.Error, NotConfigured) as why:
            problem = f"{words_of(why)}."
        else:
            if file.content is not None:
                return ""
            problem = file.problem
    return problem


def read(asset: Asset, *, now: datetime) -> TextFile:
    """Fetch one file, read it, keep what it says. Raises `Unfetched`, `NotInRoom`, `hms.Error`, `NotConfigured`."""
    recording, kind = asset.recording, KINDS[asset.type]
    text = _fetched(asset).decode("utf-8", errors="replace")
    content: list[dict[str, Any]] | None = None
    spoken: list[talk.Speaker] = []
    problem = ""
    try:
        content, spoken = _understood(kind, text, recording)
    except Unreadable as why:
        problem = str(why)
        log.warning("a file of a recording cannot be read", asset=asset.pk, kind=kind, problem=problem)
    with transaction.atomic():
        file, _ = TextFile.objects.update_or_create(
            asset_id=asset.pk,
            defaults={
                "recording_id": recording.pk,
                "session_id": recording.session_id,
                "kind": kind,
                "content": content,
                "problem": problem,
                "read_at": now,
            },
        )
        file.talk_times.all().delete()
        TalkTime.objects.bulk_create(
            TalkTime(
                text_file=file,
                session_id=recording.session_id,
                peer_id=speaker.peer_id,
                name=speaker.name,
                spans=[list(span) for span in speaker.spans],
            )
            for speaker in spoken
        )
    return file


def unread(*, now: datetime) -> QuerySet[Asset]:
    """The files of which nothing is read yet, nor of another form of the same; the newest first."""
    same = Asset.objects.filter(recording=OuterRef("recording"), type=OuterRef("type"))
    read_ = TextFile.objects.filter(content__isnull=False).values("pk")
    return (
        Asset.objects.filter(
            type__in=KINDS, status__in=Asset.WHOLE, is_named=True, recording__at__gt=now - KEPT_BY_100MS
        )
        .exclude(pk__in=TextFile.objects.values("pk"))
        .exclude(Exists(same.filter(pk__in=read_)))
        .select_related("recording__room")
        .order_by("-recording__at", "pk")
    )


def sweep(*, now: datetime) -> int:
    """Read what is there and unread, some files a run. How many were read."""
    count = 0
    waiting = [asset for asset in unread(now=now)[:100] if not cache.get(_rest_key(asset))]
    for (_, kind), some in _first_of_each(waiting)[:AT_ONCE]:
        try:
            read(some, now=now)
            count += 1
        except (Unfetched, NotInRoom, hms.Error) as why:
            log.warning("a file of a recording could not be fetched", asset=some.pk, kind=kind, problem=str(why))
            cache.set(_rest_key(some), True, _REST)
        except NotConfigured:
            break
    return count


def _first_of_each(assets: Sequence[Asset]) -> list[tuple[tuple[str, str], Asset]]:
    best: dict[tuple[str, str], Asset] = {}
    for asset in sorted(assets, key=_rank):
        best.setdefault((asset.recording_id, asset.type), asset)
    return sorted(best.items(), key=lambda one: one[1].recording.at, reverse=True)


def _rest_key(asset: Asset) -> str:
    return f"text-file-rest:{asset.pk}"


def _candidates(assets: Iterable[Asset]) -> dict[TextFile.Kind, list[Asset]]:
    found: dict[TextFile.Kind, list[Asset]] = {}
    for asset in sorted(assets, key=_rank):
        if asset.type in KINDS and asset.is_whole:
            found.setdefault(KINDS[asset.type], []).append(asset)
    return found


def _rank(asset: Asset) -> tuple[int, str]:
    return (_RANKS.get(asset.output, len(_RANKS)), asset.pk)


def _fetched(asset: Asset) -> bytes:
    kept = KeptFile.objects.filter(pk=asset.pk, state=KeptFile.State.KEPT).first()
    if kept is not None:
        try:
            with storages["kept"].open(kept.name) as copy:
                return bytes(copy.read(MOST_BYTES))
        except Exception as problem:  # noqa: BLE001 - each storage raises errors of its own
            log.warning("our own copy of a file cannot be read", asset=asset.pk, problem=type(problem).__name__)
    return contents(actor=SCHEDULE, room=asset.recording.room, file=file_of(asset), most=MOST_BYTES)


def file_of(asset: Asset) -> File:
    """The asset as what opens files takes it."""
    recording = asset.recording
    return File(
        id=asset.pk,
        type=asset.type,
        status=asset.status,
        size=asset.size or 0,
        seconds=asset.duration_seconds or 0,
        created_at=asset.created_at,
        job_id=recording.job_id,
        room_id=recording.room_id,
        output=asset.output,
        layer=asset.layer,
    )


def _understood(
    kind: TextFile.Kind, text: str, recording: Recording
) -> tuple[list[dict[str, Any]], list[talk.Speaker]]:
    if kind == TextFile.Kind.SUMMARY:
        return [_section(section) for section in transcripts.sections(text)], []
    if kind == TextFile.Kind.CHAT:
        return [asdict(message) for message in chats.messages(text)], []
    found = transcripts.lines(text, _names(recording))
    return [_line(line) for line in found], talk.speakers(found)


def _names(recording: Recording) -> Collection[str]:
    return set(Peer.objects.filter(session_id=recording.session_id).exclude(name="").values_list("name", flat=True))


def _line(line: Line) -> dict[str, Any]:
    """Without its words: their times are in `TalkTime`, and pages that show lines would read them for nothing."""
    return {name: value for name, value in asdict(replace(line, words=())).items() if name != "words"}


def _section(section: Section) -> dict[str, Any]:
    return {**asdict(section), "bullets": list(section.bullets)}
