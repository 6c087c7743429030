"""Our own copies of 100ms's files, made before 100ms deletes them (EVENTS trap 34).

A copy is ordered, by the setting `KEEP_RECORDINGS` or by somebody, and then made by a worker: asked for under a fresh
link at every try, for links expire and are their own permission to read (trap 33), so none is stored or logged. What
has come lies in the spool folder; a try that breaks off goes on from there. The whole file is held against the size
that 100ms told, saved to the storage "kept", read back from there and compared by its checksum. `KeptFile` says how far
it is; a claim by conditional UPDATE keeps two workers from one file.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.text import get_valid_filename

from analytics.downloads import Broken, Expired, Gone, fetch
from analytics.models import Asset, KeptFile, Recording
from analytics.pulling import Clock, wait_after
from rooms import audit, hms
from rooms.actors import Actor, Machine, permit
from rooms.audit import Target
from rooms.connection import NotConfigured
from rooms.jobs import File as FileAt100ms
from rooms.models import Room, RoomTemplate
from rooms.recording_assets import KEPT_BY_100MS, opened
from rooms.room_templates.asks import asks

log = structlog.get_logger(__name__)

KEEPER: Final = Machine("Rollcall's keeper of recordings")
# A worker that was killed leaves its claim behind; whoever copies renews it as the file comes.
LEASE: Final = timedelta(minutes=5)
# Nothing is heard of a file while it is saved and read back, which may be to and from a bucket far away.
SAVED_WITHIN: Final = timedelta(hours=1)
_RENEWED_EVERY: Final = timedelta(seconds=10)
TRIES: Final = 12  # in a row that brought nothing: some three hours, by `wait_after`
A_SWEEP: Final = 500  # files put on the list at once; the rest wait for the next run
_PART: Final = 1024 * 1024
_USABLE: Final = Q(is_named=True, status__in=Asset.WHOLE)
_ENDINGS: Final = {"room-composite": "mp4", "room-composite-legacy": "mp4", "stream": "mp4", "chat": "csv"}


class Overtaken(Exception):
    """Another worker has this file now, for our claim had run out."""


class Damaged(Exception):
    """What came or was saved is not what it should be; it is fetched anew."""


def order(recording: Recording, *, actor: Actor, clock: Clock = timezone.now) -> int:
    """Have the files of a recording copied now; how many were not kept and not under way. Leaves an audit entry where
    there are any."""
    permit(actor, "operate")
    ordered = order_files(files_of(recording), clock=clock, again=True)
    if not ordered:
        return 0
    target = Target("recording", recording.job_id or recording.pk, str(recording.room), recording.room_id)
    audit.note(actor, "recording.keep", target, after={"files": ordered})
    return ordered


def files_of(recording: Recording) -> QuerySet[Asset]:
    """Those that can be copied: 100ms has them whole, and opens them."""
    return recording.assets.filter(_USABLE)


def order_files(assets: Iterable[Asset], *, clock: Clock = timezone.now, again: bool = False) -> int:
    """Put these files on the list; how many are new there. `again`: those whose copy was given up, too."""
    now = clock()
    assets = list(assets)
    held = set(KeptFile.objects.filter(pk__in=[asset.pk for asset in assets]).values_list("pk", flat=True))
    rows = [
        KeptFile(
            asset_id=asset.pk,
            room_id=asset.recording.room_id,
            session_id=asset.recording.session_id,
            recording_id=asset.recording_id,
            size_told=asset.size or None,
            ordered_at=now,
            due_at=now,
        )
        for asset in assets
        if asset.pk not in held
    ]
    KeptFile.objects.bulk_create(rows, ignore_conflicts=True)
    revived = 0
    if again:
        given_up = KeptFile.objects.filter(pk__in=held, state=KeptFile.State.FAILED)
        revived = given_up.update(state=KeptFile.State.WAITING, tries=0, due_at=now, problem="")
    return len(rows) + revived


def follow(*, clock: Clock = timezone.now) -> int:
    """Where the setting says so, order a copy of every file that 100ms will delete; how many were new.

    What goes into a bucket of the template's own is left out: nobody but its owner deletes anything there.
    """
    if not settings.KEEP_RECORDINGS:
        return 0
    own = [template.pk for template in RoomTemplate.objects.all() if asks(template.received).own_storage]
    recent = Asset.objects.filter(_USABLE, recording__at__gte=clock() - KEPT_BY_100MS)
    wanted = recent.exclude(pk__in=KeptFile.objects.values("pk")).exclude(recording__room__template_id__in=own)
    # The oldest first: they go first.
    return order_files(wanted.select_related("recording").order_by("recording__at", "pk")[:A_SWEEP], clock=clock)


def claim_due(*, clock: Clock = timezone.now) -> KeptFile | None:
    """Take the file that has waited longest; two workers never take the same one."""
    now = clock()
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    due = KeptFile.objects.filter(free, due_at__lte=now).exclude(state__in=(KeptFile.State.KEPT, KeptFile.State.FAILED))
    for pk in due.order_by("due_at", "pk").values_list("pk", flat=True)[:20]:
        mine = due.filter(pk=pk).update(state=KeptFile.State.COPYING, claimed_until=now + LEASE, tries=F("tries") + 1)
        if mine:
            return KeptFile.objects.get(pk=pk)
    return None


def copy(kept: KeptFile, *, clock: Clock = timezone.now) -> KeptFile:
    """One try at a claimed file. What goes wrong is told in its row, and tried again later or given up."""
    spooled, had = spool_of(kept.pk), kept.size
    try:
        _download(kept, spooled, clock)
        _check_size(kept, spooled)
        _save(kept, spooled, clock)
    except Overtaken:
        log.info("file taken over by another worker", asset_id=kept.pk)
    except (Gone, hms.NotFound):
        _put_off(kept, "100ms no longer has this file.", clock, for_good=True)
    except Damaged as problem:
        spooled.unlink(missing_ok=True)
        _put_off(kept, str(problem), clock)
    except (Broken, Expired, hms.Error, NotConfigured) as problem:
        if kept.size > had:
            kept.tries = 0  # some of it came: a long file over a bad line takes many tries, and all of them help
        _put_off(kept, str(problem) or type(problem).__name__, clock)
    except Exception as problem:  # noqa: BLE001 - each storage raises errors of its own
        # A storage raises errors of its own, with anything in them, its keys too: the log gets the kind alone.
        log.error("file could not be kept", asset_id=kept.pk, problem=type(problem).__name__)
        _put_off(kept, f"Our storage failed ({type(problem).__name__}).", clock)
    return kept


def spool_of(asset_id: str) -> Path:
    """Where what has come of a file lies until it is whole. Named by a digest: an id is 100ms's to choose."""
    folder = Path(settings.KEPT_SPOOL)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{sha256(asset_id.encode()).hexdigest()}.part"


def storage() -> Storage:
    return storages["kept"]


def open_copy(kept: KeptFile) -> "File[bytes] | None":
    """None where it was lost or its storage is away; 100ms may have the file yet."""
    try:
        copy = storage().open(kept.name)
        # Some storages ask for the file only now.
        copy.size  # noqa: B018
    except Exception as problem:  # noqa: BLE001 - each storage raises errors of its own
        log.warning("our own copy of a file cannot be opened", asset=kept.pk, problem=type(problem).__name__)
        return None
    return copy


def _download(kept: KeptFile, spooled: Path, clock: Clock) -> None:
    for again in (False, True):
        have = spooled.stat().st_size if spooled.exists() else 0
        if have and have == kept.size_told:
            return
        if kept.size_told and have > kept.size_told:
            raise Damaged(f"{have} bytes came, and 100ms says it has {kept.size_told}.")
        try:
            _receive(kept, spooled, have, clock)
        except Expired:
            # It may have run out between the asking and the fetching; one more is asked for.
            if again:
                raise
        else:
            return


def _receive(kept: KeptFile, spooled: Path, have: int, clock: Clock) -> None:
    room = Room.objects.get(pk=kept.room_id)
    about = FileAt100ms(kept.pk, "", "", 0, 0, None, job_id=kept.recording_id, room_id=kept.room_id)
    link = opened(actor=KEEPER, room=room, file=about)
    told = clock()
    with spooled.open("ab") as out:
        try:
            for size in fetch(link, out, have=have):
                kept.size = size
                if clock() - told >= _RENEWED_EVERY:
                    told = clock()
                    _renew(kept, told)
        finally:
            kept.size = out.tell()
    _renew(kept, clock())


def _renew(kept: KeptFile, now: datetime, lease: timedelta = LEASE) -> None:
    """How far it is, so that pages show it. Whose claim was taken by another worker meanwhile stops."""
    until = now + lease
    mine = KeptFile.objects.filter(pk=kept.pk, state=KeptFile.State.COPYING, claimed_until=kept.claimed_until)
    if not mine.update(size=kept.size, claimed_until=until):
        raise Overtaken
    kept.claimed_until = until


def _check_size(kept: KeptFile, spooled: Path) -> None:
    size = spooled.stat().st_size
    # 100ms tells no size of some files, and 0 of others.
    if kept.size_told and size != kept.size_told:
        raise Damaged(f"{size} bytes came, and 100ms says it has {kept.size_told}.")
    if not size:
        raise Damaged("The file is empty.")


def _save(kept: KeptFile, spooled: Path, clock: Clock) -> None:
    _renew(kept, clock(), SAVED_WITHIN)
    with spooled.open("rb") as whole:
        wanted = _digest(whole)
    wish = _name(kept)
    storage().delete(wish)  # of a try that ended after it had saved
    with spooled.open("rb") as whole:
        kept.name = storage().save(wish, File(whole))
    with storage().open(kept.name, "rb") as saved:
        differs = _digest(saved) != wanted
    if differs:
        storage().delete(kept.name)
        kept.name = ""
        raise Damaged("What our storage holds is not what came: the checksums differ.")
    kept.state, kept.size, kept.sha256 = KeptFile.State.KEPT, spooled.stat().st_size, wanted
    kept.problem, kept.due_at, kept.claimed_until, kept.kept_at = "", None, None, clock()
    kept.save()
    spooled.unlink()


def _put_off(kept: KeptFile, problem: str, clock: Clock, *, for_good: bool = False) -> None:
    given_up = for_good or kept.tries >= TRIES
    if given_up:
        spool_of(kept.pk).unlink(missing_ok=True)
    kept.state = KeptFile.State.FAILED if given_up else KeptFile.State.WAITING
    kept.problem = problem
    kept.due_at = None if given_up else clock() + wait_after(kept.tries)
    claimed, kept.claimed_until = kept.claimed_until, None
    mine = KeptFile.objects.filter(pk=kept.pk, claimed_until=claimed)
    told = {name: getattr(kept, name) for name in ("state", "problem", "due_at", "claimed_until", "tries", "size")}
    mine.update(**told)


def _name(kept: KeptFile) -> str:
    """By room and session, so that people find a file without us; the ending from where 100ms has it."""
    asset = Asset.objects.filter(pk=kept.pk).first()
    ending = ""
    if asset is not None:
        # The endings of paths of transcripts are wrong for all but JSON (EVENTS trap 35).
        told = Path(asset.path).suffix.lstrip(".").lower()
        ending = asset.output or _ENDINGS.get(asset.type, "") or (told if told.isalnum() and len(told) <= 5 else "")
    parts = (kept.room_id, kept.session_id or "no-session", f"{kept.pk}.{ending}" if ending else kept.pk)
    return "/".join(get_valid_filename(part) for part in parts)


def _digest(file: "IO[bytes] | File[bytes]") -> str:
    digest = sha256()
    while part := file.read(_PART):
        digest.update(part)
    return digest.hexdigest()
