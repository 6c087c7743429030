"""What needs a person, in sentences: each names the thing, since when, what it means, and the step that helps."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Min
from django.urls import reverse

from analytics.models import Failure, Session
from analytics.queries import NOT_TROUBLE
from dashboard.findings import Told
from dashboard.live_rooms import LiveRoom
from dashboard.pipeline import Pipeline, Source
from dashboard.times import ago, moment
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
    bad = sorted((one for one in found if one.is_bad), key=lambda one: (-one.since, one.session.pk))
    rest = len(found) - len(bad[:SHOWN_A_KIND])
    return [*_lost(bad[:SHOWN_A_KIND], operates=operates), *_more(rest, after=bool(bad))]


def of_the_house(pipeline: Pipeline, now: datetime) -> list[Need]:
    """What only ops can mend."""
    return [*_settings(), *_beat(now), *_pulls(pipeline), *_silence(pipeline), *_dead(pipeline)]


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


def _lost(found: Iterable[Told], *, operates: bool) -> Iterator[Need]:
    for one in found:
        step = one.step if operates else None
        yield Need(
            f"{one.session.room}: {one.title[0].lower()}{one.title[1:]}",
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
            "in the last days",
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
