"""The reading of who watched, against the simulated api.video over a socket; and two sources that say the same."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django.fixtures import Settings

from analytics import instants, own_player, video_links, viewing_sync
from analytics.api_video import ApiVideo
from analytics.models import Pull, Recording, Video, Viewing, ViewingEvent
from analytics.tasks import read_viewings
from analytics.video_links import LinkedElsewhere, NotAVideo
from analytics.viewing import PlayerEvent
from analytics.viewing_sources import ApiVideoSource, NotConfigured, Numbered, PlayerSession, api_video
from rooms import hms
from rooms.actors import NoActor, NotPermitted
from rooms.models import AuditEntry, Room
from rooms.simulator.api_video.library import Video as TheirVideo
from rooms.simulator.api_video.routes import KEY
from tests.dashboard import classes, recorded
from tests.rooms.simulated import SimulatedHms

pytestmark = pytest.mark.django_db
LENGTH = 2700.0


@pytest.fixture
def api(hms_simulator: SimulatedHms, settings: Settings) -> SimulatedHms:
    """The far side, with the settings pointed at it."""
    settings.API_VIDEO_KEY = KEY
    settings.API_VIDEO_URL = f"{hms_simulator.url}/api-video"
    return hms_simulator


@pytest.fixture
def recording(physics: Room) -> Recording:
    return recorded.recording(classes.session(physics))


@pytest.fixture
def theirs(api: SimulatedHms) -> TheirVideo:
    return api.world.library.add("Physics", LENGTH)


@pytest.fixture
def video(api: SimulatedHms, theirs: TheirVideo, recording: Recording, ikram: User) -> Video:
    return video_links.link(actor=ikram, recording=recording, text=theirs.id, client=api_video())


@pytest.fixture
def now(api: SimulatedHms) -> Callable[[], datetime]:
    """Their clock, which is ours."""
    return lambda: datetime.fromtimestamp(api.clock() / 1e9, UTC)


def pull(video: Video, now: Callable[[], datetime] = timezone.now) -> Pull:
    return viewing_sync.pull_viewings(ApiVideoSource(api_video(patience=0)), video, clock=now)


def test_who_watched_which_parts_is_read(api: SimulatedHms, theirs: TheirVideo, video: Video) -> None:
    parts = [(0.0, 100.0), (500.0, 600.0), (550.0, 650.0)]
    api.world.library.watch(theirs, user_id="amina", name="Amina", watched=parts, ago=5000)
    api.world.library.watch(theirs, how="beginning", ago=5000)

    row = pull(video)

    assert (row.kind, row.error, row.objects_read, row.session_id) == (Pull.Kind.VIEWINGS, "", 2, video.session_id)
    amina = Viewing.objects.get(user_id="amina")
    assert amina.spans == [[0, 100], [500, 600], [550, 650]]
    assert (amina.name, amina.watched_seconds, amina.last_position) == ("Amina", 300, 650)
    assert amina.country == "Kenya"
    video.refresh_from_db()
    assert video.read_at is not None
    assert video.due_at is not None


def test_the_same_again_costs_nothing_new(api: SimulatedHms, theirs: TheirVideo, video: Video) -> None:
    api.world.library.watch(theirs, user_id="amina", how="skip", ago=9000)
    pull(video)
    known = list(ViewingEvent.objects.values())
    api.forget()

    row = pull(video)

    assert (row.events_new, list(ViewingEvent.objects.values())) == (0, known)


def test_only_viewings_that_may_have_grown_are_read_again(
    api: SimulatedHms, theirs: TheirVideo, video: Video, now: Callable[[], datetime]
) -> None:
    old = api.world.library.watch(theirs, user_id="amina", how="beginning", ago=20 * 3600)
    running = api.world.library.watch(theirs, user_id="liam")
    pull(video, now)
    api.clock.advance(600)
    api.forget()

    pull(video, now)

    asked = [path for _, path in api.requests() if path.endswith("/events")]
    assert [path.split("/")[-2] for path in asked] == [running.id]
    assert Viewing.objects.get(session_id=old.id).events_read == 3


class Endless:
    """A source that never tells the end of a viewing, which the contract lets it."""

    def __init__(self, begun: datetime) -> None:
        self.begun = instants.from_datetime(begun)
        self.asked = 0

    def sessions(self, video: Video, *, since: date, until: date) -> list[PlayerSession]:
        return [PlayerSession("ps1", loaded_at=self.begun)]

    def events(self, session_id: str) -> Numbered:
        self.asked += 1
        return {0: PlayerEvent(self.begun, "play", 0.0)}


def test_a_viewing_whose_end_nobody_tells_is_not_read_for_ever(video: Video) -> None:
    begun = timezone.now()
    source = Endless(begun)
    for hours in (0, 1, 24, 8 * 24, 9 * 24, 30 * 24):
        viewing_sync.pull_viewings(source, video, clock=partial(begun.__add__, timedelta(hours=hours)))

    assert source.asked == 4  # once more after a week of silence, and no more


def test_somebody_who_goes_on_watching_is_read_on(
    api: SimulatedHms, theirs: TheirVideo, video: Video, now: Callable[[], datetime]
) -> None:
    api.world.library.watch(theirs, user_id="liam", watched=[(0, 60), (300, 400)])
    api.clock.advance(30)
    pull(video, now)
    liam = Viewing.objects.get()
    assert (liam.spans, liam.events_read) == ([], 2)

    api.clock.advance(3600)
    pull(video, now)

    liam.refresh_from_db()
    assert liam.spans == [[0, 60], [300, 400]]


def test_many_events_come_over_several_pages(api: SimulatedHms, theirs: TheirVideo, video: Video) -> None:
    parts = [(float(start), float(start + 5)) for start in range(0, 2400, 20)]
    api.world.library.watch(theirs, user_id="amina", watched=parts, ago=9000)

    pull(video)

    assert Viewing.objects.get().spans == [list(part) for part in parts]


def test_a_list_that_api_video_no_longer_serves_is_said_and_asked_for_rarely(api: SimulatedHms, video: Video) -> None:
    api.fault(path="/api-video/analytics/*", status=404)

    row = pull(video)

    video.refresh_from_db()
    assert "404" in row.error
    assert "404" in video.problem
    assert video.due_at is not None
    assert video.due_at > timezone.now() + timedelta(hours=11)


def test_a_failure_is_put_off_ever_longer_and_forgotten_when_it_is_over(
    api: SimulatedHms, theirs: TheirVideo, video: Video
) -> None:
    api.fault(path="/api-video/analytics/*", status=503, times=2)
    waits = []
    for _ in range(2):
        assert pull(video).error
        video.refresh_from_db()
        assert video.due_at is not None
        waits.append(video.due_at - timezone.now())
    assert waits[0] < waits[1]
    assert video.failures == 2

    assert pull(video).error == ""
    video.refresh_from_db()
    assert (video.failures, video.problem) == (0, "")


def test_what_was_read_before_a_failure_stays(api: SimulatedHms, theirs: TheirVideo, video: Video) -> None:
    for name in ("amina", "liam"):
        api.world.library.watch(theirs, user_id=name, how="beginning", ago=9000)
    api.fault(path="/api-video/analytics/sessions/*", status=503, after=1)

    assert pull(video).error

    assert Viewing.objects.count() == 1


def test_the_schedule_reads_each_due_video_once(api: SimulatedHms, theirs: TheirVideo, video: Video) -> None:
    api.world.library.watch(theirs, user_id="amina", ago=9000)

    read_viewings()
    read_viewings()

    assert Pull.objects.filter(kind=Pull.Kind.VIEWINGS).count() == 1
    assert Viewing.objects.count() == 1
    assert viewing_sync.claim_due() is None


def test_two_workers_never_read_the_same_video(video: Video) -> None:
    assert viewing_sync.claim_due() == video
    assert viewing_sync.claim_due() is None


def test_without_a_key_nothing_is_asked(settings: Settings, video: Video) -> None:
    settings.API_VIDEO_KEY = ""

    read_viewings()

    assert not Pull.objects.filter(kind=Pull.Kind.VIEWINGS).exists()
    with pytest.raises(NotConfigured):
        api_video()


def test_both_sources_give_the_same_spans_for_the_same_events(
    api: SimulatedHms, theirs: TheirVideo, video: Video, recording: Recording
) -> None:
    watched = api.world.library.watch(theirs, user_id="wanjiru", how="rewatch", ago=9000)
    pull(video)
    told = list(api_video().events(watched.id))
    events = [
        {
            "number": number,
            "type": event.type,
            "emittedAt": event.emitted_at,
            **({"at": event.at} if event.at is not None else {"from": event.from_at, "to": event.to_at}),
        }
        for number, event in enumerate(told)
    ]
    body = json.dumps({"player": "7e7c9a52-1f9a-4d0e-9d7a-0d6c6f0a1b2c", "events": events}).encode()

    own_player.take(
        own_player.read(body, now=timezone.now()),
        recording=recording,
        user_id="wanjiru",
        name="Wanjiru",
        device="",
        now=timezone.now(),
    )

    read, reported = Viewing.objects.order_by("video__source")
    assert (read.video.source, reported.video.source) == ("api.video", "rollcall")
    assert read.spans == reported.spans != []
    assert (read.watched_seconds, read.last_position) == (reported.watched_seconds, reported.last_position)


# Linking


@pytest.mark.parametrize(
    "text",
    [
        "{id}",
        "  {id} ",
        "https://embed.api.video/vod/{id}",
        "https://ws.api.video/videos/{id}",
        "https://dashboard.api.video/videos/{id}?tab=1",
    ],
)
def test_a_video_is_linked_by_its_id_or_an_address(
    text: str, theirs: TheirVideo, recording: Recording, ikram: User
) -> None:
    made = video_links.link(actor=ikram, recording=recording, text=text.format(id=theirs.id), client=api_video())

    assert (made.video_id, made.title, made.linked_by) == (theirs.id, "Physics", "ikram")
    assert made.duration_seconds == LENGTH
    entry = AuditEntry.objects.get(action="recording_video.link")
    assert (entry.actor, entry.target_id, entry.room_id) == ("ikram", recording.pk, recording.room_id)


def test_a_live_stream_is_linked_as_one_and_read_by_its_own_list(
    api: SimulatedHms, recording: Recording, ikram: User
) -> None:
    stream = api.world.library.add("On air", LENGTH, metadata={"live": "true"}, name="li400mYKSgQ6xs7taUeSaEKr")
    api.world.library.watch(stream, user_id="amina", how="beginning", ago=9000)

    made = video_links.link(actor=ikram, recording=recording, text=stream.id, client=api_video())
    pull(made)

    assert made.is_live_stream
    assert Viewing.objects.get().user_id == "amina"
    with pytest.raises(hms.NotFound):
        video_links.link(actor=ikram, recording=recording, text="li-nobody-knows", client=api_video())


@pytest.mark.parametrize(
    "text", ["", "no video", "https://example.org/", "https://embed.api.video/vod/../x", "vi\x00abc"]
)
def test_what_names_no_video_is_not_asked_for(text: str, api: SimulatedHms, recording: Recording, ikram: User) -> None:
    with pytest.raises(NotAVideo):
        video_links.link(actor=ikram, recording=recording, text=text, client=api_video())
    assert api.requests() == []


def test_a_video_that_is_not_there_is_not_linked(api: SimulatedHms, recording: Recording, ikram: User) -> None:
    with pytest.raises(hms.NotFound):
        video_links.link(actor=ikram, recording=recording, text="vi-nobody-knows", client=api_video())
    assert not Video.objects.exists()


def test_linking_it_again_changes_nothing_and_elsewhere_is_refused(
    video: Video, theirs: TheirVideo, recording: Recording, ikram: User, physics: Room
) -> None:
    again = video_links.link(actor=ikram, recording=recording, text=theirs.id, client=api_video())
    assert (again.pk, AuditEntry.objects.filter(action="recording_video.link").count()) == (video.pk, 1)

    other = recorded.recording(classes.session(physics))
    with pytest.raises(LinkedElsewhere):
        video_links.link(actor=ikram, recording=other, text=theirs.id, client=api_video())


def test_unlinking_forgets_the_viewings_and_says_how_many(
    api: SimulatedHms, theirs: TheirVideo, video: Video, recording: Recording, ikram: User
) -> None:
    api.world.library.watch(theirs, user_id="amina", ago=9000)
    pull(video)

    video_links.unlink(actor=ikram, recording=recording, video=video)

    assert not Viewing.objects.exists()
    entry = AuditEntry.objects.get(action="recording_video.unlink")
    assert (entry.before or {})["viewings"] == 1


def test_nobody_but_ops_links(video: Video, recording: Recording, wanjiru: User, theirs: TheirVideo) -> None:
    with pytest.raises(NotPermitted):
        video_links.link(actor=wanjiru, recording=recording, text=theirs.id, client=api_video())
    with pytest.raises(NotPermitted):
        video_links.unlink(actor=wanjiru, recording=recording, video=video)
    with pytest.raises(NoActor):
        video_links.link(actor=None, recording=recording, text=theirs.id, client=api_video())  # type: ignore[arg-type]


def test_the_key_is_told_to_nobody(api: SimulatedHms, settings: Settings, recording: Recording, ikram: User) -> None:
    settings.API_VIDEO_KEY = "another-key-0123456789"

    with pytest.raises(hms.Unauthorized) as refused:
        video_links.link(actor=ikram, recording=recording, text="vi-some-video", client=api_video())

    assert "another-key" not in str(refused.value)
    assert isinstance(api_video(), ApiVideo)
    assert "another-key" not in repr(api_video())
