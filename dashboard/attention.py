"""What needs a person, in sentences: each names the thing, since when, what it means, and the step that helps."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Min
from django.urls import reverse

from analytics.models import Failure, KeptFile, Session
from analytics.queries import NOT_TROUBLE
from dashboard.findings import LOOKED_BACK, Told
from dashboard.live_rooms import LiveRoom
from dashboard.pipeline import Pipeline, Source
from dashboard.times import ago, moment
from dashboard.troubles import Trouble
from rooms.recording_assets import KEPT_BY_100MS
from webhooks import queries
from webhooks.models import Delivery, Heartbeat

BEAT_LATE = timedelta(minutes=2)
SHOWN_A_KIND = 5


@dataclass(frozen=True, slots=True)
class Need:
    """`tone` is "bad" for what is going wrong and "warn" for what will; `icon` a Lucide name."""

    title: str
    since: str
    words: str
    url: str = ""
    step: str = ""
    tone: str = "warn"
    icon: str = "triangle-alert"


def of_classes(failures: Sequence[Failure], live: Sequence[LiveRoom], gaps: Iterable[Session]) -> list[Need]:
    """What a teacher and ops alike should know: trouble in classes."""
    return [*_drops(live), *_failures(failures), *_gaps(gaps)]


def of_recordings(found: Sequence[Told], *, operates: bool) -> list[Need]:
    """What was to be recorded and is lost, one by one; what is late or too short in one line that leads to the rest."""
    same: dict[tuple[str, str, Trouble], list[Told]] = defaultdict(list)
    for one in sorted((one for one in found if one.is_bad), key=lambda one: (-one.since, one.session.pk)):
        same[one.session.pk, one.title, one.trouble].append(one)
    bad = list(same.values())[:SHOWN_A_KIND]
    rest = len(found) - sum(map(len, bad))
    return [*_lost(bad, operates=operates), *_more(rest, after=bool(bad))]


def of_the_house(pipeline: Pipeline, now: datetime) -> list[Need]:
    """What only ops can mend."""
    return [*_settings(), *_beat(now), *_pulls(pipeline), *_silence(pipeline), *_dead(pipeline), *_copies(now)]


def _drops(live: Sequence[LiveRoom]) -> Iterator[Need]:
    for card in live:
        if card.many_drops:
            yield Need(
                f"{card.session.room}: {card.drops} network drops",
                "in the last 10 min",
                f"{card.people} people are in now. When many drop at once the cause is rarely on their side.",
                reverse("session", args=[card.session.pk]),
                "Look",
                icon="wifi-off",
            )


def _lost(found: Iterable[Sequence[Told]], *, operates: bool) -> Iterator[Need]:
    """One for all of a session of which the same is to be said."""
    for one, *others in found:
        times = f", {len(others) + 1} times" if others else ""
        step = one.step if operates else None
        yield Need(
            f"{one.session.room}: {one.title[0].lower()}{one.title[1:]}{times}",
            moment(one.session.started_at),
            f"{one.trouble.cause} {one.trouble.remedy}",
            step.url if step else reverse("session", args=[one.session.pk]),
            step.word if step else "Look",
            tone="bad",
            icon="octagon-x",
        )


def _more(count: int, *, after: bool) -> Iterator[Need]:
    if count:
        noun = "recording" if count == 1 else "recordings"
        yield Need(
            f"{count} {'more ' if after else ''}{noun} to look at",
            f"in the last {LOOKED_BACK.days} days",
            "Too short, late, failed or without the transcript that was asked for: each with its cause and what to do.",
            reverse("recordings_check"),
            "Look",
            icon="disc",
        )


def _failures(failures: Sequence[Failure]) -> Iterator[Need]:
    """Failures of today by session, else by room: who could not, and what stood in the way."""
    grouped: dict[tuple[str, str], list[Failure]] = defaultdict(list)
    for failure in failures:
        if failure.is_terminal and failure.type not in NOT_TROUBLE:
            grouped[failure.session_id, failure.room_id].append(failure)
    largest = sorted(grouped.items(), key=lambda entry: -len(entry[1]))[:SHOWN_A_KIND]
    for (session_id, room_id), group in largest:
        people = list(dict.fromkeys(failure.name or failure.user_id or "Somebody" for failure in group))
        who = people[0] if len(people) == 1 else f"{len(people)} people"
        cause = Counter(failure.error_message or failure.error_name for failure in group).most_common(1)[0][0]
        named = ", ".join(people[:3]) + (" and others" if len(people) > 3 else "")
        url = reverse("session", args=[session_id]) if session_id else reverse("room", args=[room_id])
        words = f"{named.rstrip('.')}." if len(people) > 1 else ""
        if cause:
            words = f"{words} 100ms gives as cause: {cause.rstrip('.')}.".strip()
        yield Need(
            f"{who} had trouble in {group[0].room}",
            moment(group[0].at),
            words or "100ms gives no cause.",
            url,
            "Look",
            tone="bad",
            icon="octagon-x",
        )


def _gaps(gaps: Iterable[Session]) -> Iterator[Need]:
    for session in gaps:
        yield Need(
            f"{session.room} has a gap in its history",
            moment(session.started_at),
            "100ms keeps events for 30 days, and some were older when they were asked for. "
            "Figures of microphones and cameras may be too small.",
            reverse("session", args=[session.pk]),
            "Look",
            icon="history",
        )


def _settings() -> Iterator[Need]:
    missing = [name for name in ("HMS_ACCESS_KEY", "HMS_SECRET") if not getattr(settings, name)]
    if missing:
        named = f"{missing[0]} is not set." if len(missing) == 1 else f"{' and '.join(missing)} are not set."
        yield Need(
            "Nothing can be read from 100ms",
            "",
            f"{named} Copy both keys from the 100ms dashboard, page Developer, into .env.",
            tone="bad",
            icon="key-round",
        )
    if not settings.HMS_WEBHOOK_SECRET:
        yield Need(
            "Every webhook is refused",
            "",
            "HMS_WEBHOOK_SECRET is not set. Put it into .env, and the same value as the header "
            f"{settings.HMS_WEBHOOK_HEADER} into the 100ms dashboard, page Developer, Webhooks.",
            tone="bad",
            icon="key-round",
        )


def _beat(now: datetime) -> Iterator[Need]:
    last = Heartbeat.objects.filter(name="beat").values_list("beat_at", flat=True).first()
    if last is not None and now - last > BEAT_LATE:
        yield Need(
            "The background work stands still",
            f"since {moment(last)}",
            "Webhooks are still received and stored, but nothing is read. Start the Celery worker and beat again.",
            tone="bad",
            icon="octagon-x",
        )


def _pulls(pipeline: Pipeline) -> Iterator[Need]:
    """One for each cause: 100ms that does not answer holds up all kinds at once."""
    by_cause: dict[str, list[Source]] = defaultdict(list)
    for source in pipeline.sources:
        if source.is_late:
            by_cause[source.error].append(source)
    for error, sources in by_cause.items():
        pulled = [source.pulled_at for source in sources if source.pulled_at]
        words = f"100ms said: {error.rstrip('.')}." if error else "No pull has ended since."
        kinds = urlencode({"kind__exact": sources[0].kind} if len(sources) == 1 else {})
        yield Need(
            f"Not pulled from 100ms: {', '.join(source.words for source in sources)}",
            f"last {ago(max(pulled))}" if pulled else "never so far",
            f"{words} Nothing is lost meanwhile: 100ms keeps it for 30 days, and Rollcall catches up by itself.",
            f"{reverse('admin:analytics_pull_changelist')}?{kinds}",
            "See the pulls",
            tone="bad",
            icon="refresh-cw-off",
        )


def _silence(pipeline: Pipeline) -> Iterator[Need]:
    if pipeline.silence is None:
        return
    heard_at = pipeline.silence.heard_at
    yield Need(
        "Webhooks have stopped" if heard_at else "No webhook has come yet",
        f"last {moment(heard_at)}" if heard_at else "",
        f"People have come or gone since {moment(pipeline.silence.missed_at)} and no webhook told. Sessions and people "
        "are still read from 100ms, half a minute late. Recordings, streams, role changes and refusals are told by "
        "webhooks alone, and missing until they come again. Check the address and the header "
        f"{settings.HMS_WEBHOOK_HEADER} in the 100ms dashboard, page Developer, Webhooks.",
        reverse("deliveries"),
        "See what came",
        tone="bad",
        icon="octagon-x",
    )


def _dead(pipeline: Pipeline) -> Iterator[Need]:
    if not pipeline.inbox.dead:
        return
    dead = queries.dead()
    since = dead.aggregate(since=Min("received_at"))["since"]
    errors = Counter(dead.order_by("-pk").values_list("error", flat=True)[:100])
    cause = errors.most_common(1)[0][0].splitlines() if errors else []
    count = pipeline.inbox.dead
    yield Need(
        f"{count} webhook{'' if count == 1 else 's'} could not be read",
        f"since {moment(since)}",
        (f"Most say: {cause[0].rstrip('.')}. " if cause else "") + "They are kept, and can be read again.",
        f"{reverse('deliveries')}?{urlencode({'state': Delivery.State.DEAD})}",
        "Look",
    )


def _copies(now: datetime) -> Iterator[Need]:
    """Copies that were given up while 100ms may still have the file: somebody can try again before it goes."""
    failed = KeptFile.objects.filter(state=KeptFile.State.FAILED, ordered_at__gt=now - KEPT_BY_100MS)
    problems = Counter(failed.order_by("-ordered_at").values_list("problem", flat=True)[:100])
    if problems:
        count = failed.count()
        yield Need(
            f"{count} file{'' if count == 1 else 's'} of recordings could not be copied",
            "",
            f"Most say: {problems.most_common(1)[0][0]} 100ms deletes its files after {KEPT_BY_100MS.days} days. Mend "
            "what stands in the way, then press “Keep” beside the recording.",
            f"{reverse('admin:analytics_keptfile_changelist')}?state__exact={KeptFile.State.FAILED}",
            "See which",
            icon="hard-drive-download",
        )
