"""Analytics: events, webhook deliveries and their replay, the quality a peer had (contract, tag Analytics)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from rooms.hms.limits import check, each, fields, one_of, text, whole
from rooms.hms.pages import EventPage, NumberedPage, by_number, by_snapshot, check_limit
from rooms.hms.resources.base import Moment, Object, Resource, body, operation, query, read
from rooms.hms.times import written

_LOOKBACK = timedelta(days=30)
_LONGEST = timedelta(days=14)
_RESULT = one_of("all", "failed", "success")
DELIVERED: Final = (
    "session.open.success",
    "session.close.success",
    "peer.join.success",
    "peer.leave.success",
    "recording.success",
    "recording.failed",
    "transcription.success",
    "beam.started.success",
    "beam.stopped.success",
    "beam.recording.success",
    "hls.recording.success",
    "stream.recording.success",
)
"""The types whose deliveries 100ms lists and repeats; of others it tells nothing."""
_EVENT = one_of(*DELIVERED)
_DELIVERIES = fields({"status": _RESULT, "page": whole(1), "event_names": each(_EVENT)})
_REPLAY = fields(
    {
        "room_id": text(),
        "event_names": each(_EVENT),
        "status": _RESULT,
        "limit": whole(1, 50_000),
        "offset": whole(0),
    }
)


class DeliveryPayload(Object, frozen=True, kw_only=True):
    """What was delivered where. `event_data` may be a part of the event only; `error_reason` of failures."""

    original_event_name: str = ""
    webhook_url: str = ""
    event_data: dict[str, Any] = {}
    error_reason: str = ""


class WebhookDelivery(Object, frozen=True, kw_only=True):
    """One try to deliver a webhook. `event_name` names the report of the try, not what happened."""

    event_id: str
    event_name: str = ""
    room_id: str = ""
    event_timestamp: Moment | None = None
    payload: DeliveryPayload = DeliveryPayload()

    @property
    def failed(self) -> bool:
        """Only reports of failures are documented; a success is taken to be named `….delivery.success`."""
        return self.event_name.endswith(".failed")


class ReplayFilters(Object, frozen=True, kw_only=True):
    """What a replay covers, as 100ms understood it; `event_types` are the `event_names` we asked for."""

    start_time: Moment | None = None
    end_time: Moment | None = None
    room_id: str = ""
    event_types: tuple[str, ...] = ()
    limit: int | None = None
    offset: int | None = None


class ReplayStarted(Object, frozen=True, kw_only=True):
    """A replay in the queue; `status` is started, or already_running for the same filters again."""

    workflow_id: str
    status: str
    message: str = ""
    filters: ReplayFilters = ReplayFilters()


class ReplayCounts(Object, frozen=True, kw_only=True):
    """Deliveries of a replay; `failed_events` are event ids, in results only."""

    total: int = 0
    completed: int = 0
    failed: int = 0
    failed_events: tuple[str, ...] = ()


class Replay(Object, frozen=True, kw_only=True):
    """How far a replay is. A sample says completed beside two failures: count `failed`, do not trust the word."""

    workflow_id: str
    status: str
    started_at: Moment | None = None
    completed_at: Moment | None = None
    filters: ReplayFilters = ReplayFilters()
    progress: ReplayCounts = ReplayCounts()
    result: ReplayCounts = ReplayCounts()

    @property
    def running(self) -> bool:
        """100ms writes its states in mixed capitals (contract, schema ReplayStatus)."""
        return self.status.lower() in ("running", "started", "already_running")


class TrackStats(Object, frozen=True, kw_only=True):
    """The series of a track, or of one layer of it: `rid` is h, m or l, None without layers.

    `series` gives lists that run parallel to `timestamps` (Unix milliseconds): bitrate in bits per second,
    fps, packet_loss_percent, rtt_ms, jitter_ms, freeze_count, concealed_samples, as the kind of track has them.
    """

    track_id: str = ""
    type: str = ""
    rid: str | None = None
    # "[] when there is no data" may be said of each list or of the whole.
    time_series: dict[str, Any] | list[Any] = {}

    def series(self, name: str) -> tuple[float | None, ...]:
        """One of the lists, None where nothing was measured; () when 100ms has no such list."""
        found = self.time_series.get(name) if isinstance(self.time_series, dict) else None
        if not isinstance(found, list):
            return ()
        return tuple(value if isinstance(value, int | float) else None for value in found)


class Quality(Object, frozen=True, kw_only=True):
    """One direction of a peer. The same track comes once per layer."""

    video: tuple[TrackStats, ...] = ()
    audio: tuple[TrackStats, ...] = ()


class PeerStats(Object, frozen=True, kw_only=True):
    """The quality of what a peer sent (`publisher`) and got (`subscriber`) in an ended session."""

    peer_id: str
    session_id: str
    room_id: str = ""
    publisher: Quality = Quality()
    subscriber: Quality = Quality()


class Analytics(Resource):
    """`client.analytics`. 100ms holds the last 30 days (EVENTS trap 38)."""

    def events(
        self,
        *,
        room_id: str,
        session_id: str | None = None,
        peer_id: str | None = None,
        user_id: str | None = None,
        beam_id: str | None = None,
        types: Sequence[str] = (),
        error: bool | None = None,
        limit: int = 100,
    ) -> Iterator[dict[str, Any]]:
        """All events that match, as received, page by page as they are used."""
        pages = self.pages(
            room_id=room_id,
            session_id=session_id,
            peer_id=peer_id,
            user_id=user_id,
            beam_id=beam_id,
            types=types,
            error=error,
            limit=limit,
        )
        return (event for page in pages for event in page.events)

    @operation("list_analytics_events")
    def pages(
        self,
        *,
        room_id: str,
        session_id: str | None = None,
        peer_id: str | None = None,
        user_id: str | None = None,
        beam_id: str | None = None,
        types: Sequence[str] = (),
        error: bool | None = None,
        start: str = "",
        limit: int = 100,
    ) -> Iterator[EventPage]:
        """The pages of `events`, from cursor `start` on; CursorExpired when it is older than 24 h.

        No `types` means all of them. The pages show the moment of the first query, so to follow a running
        session ask anew and drop the ids already known (EVENTS trap 37). Events carry no promise of order.
        """
        check_limit(limit, least=1)
        if not room_id:
            raise ValueError("100ms gives events of one room at a time: room_id is required")

        def fetch(start: str) -> dict[str, Any]:
            asked = query(
                room_id=room_id,
                session_id=session_id,
                peer_id=peer_id,
                user_id=user_id,
                beam_id=beam_id,
                error=error,
                limit=limit,
                start=start,
            )
            asked += [("type", name) for name in types]
            return self._get("analytics", "events", query=asked, with_cursor=bool(start))

        return by_snapshot(fetch, start=start)

    def deliveries(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        room_id: str | None = None,
        status: str | None = None,
        event_names: Sequence[str] = (),
        limit: int = 100,
    ) -> Iterator[WebhookDelivery]:
        """All tries to deliver a webhook that match, page by page as they are used."""
        pages = self.delivery_pages(
            start=start, end=end, room_id=room_id, status=status, event_names=event_names, limit=limit
        )
        return (delivery for page in pages for delivery in page.items)

    @operation("list_webhook_events")
    def delivery_pages(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        room_id: str | None = None,
        status: str | None = None,
        event_names: Sequence[str] = (),
        page: int = 1,
        limit: int = 100,
    ) -> Iterator[NumberedPage[WebhookDelivery]]:
        """The pages of `deliveries`, from number `page` on.

        `start` is 24 hours ago unless given, at most 30 days back; `end` is now, at most 14 days after it.
        `status` is all (the default), failed or success; `event_names` are those of the original events. Pages
        are numbered, so give an `end`: new deliveries would push others from page to page. Raises BadRequest
        and RateLimited. A wrong token is said to give Forbidden here, Unauthorized elsewhere.
        """
        check_limit(limit, least=1)
        check({"status": status, "page": page, "event_names": event_names}, _DELIVERIES)
        self._check_times(start, end)

        def fetch(number: int) -> dict[str, Any]:
            asked = query(start_time=start, end_time=end, room_id=room_id, status=status)
            asked += [("event_names", name) for name in event_names]
            return self._get("analytics", "webhooks", query=[*asked, *query(limit=limit, page=number)])

        return by_number(fetch, partial(read, WebhookDelivery), page=page)

    @operation("replay_webhook_events")
    def replay(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        room_id: str | None = None,
        event_names: Sequence[str] = (),
        status: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> ReplayStarted:
        """Have webhooks delivered again, 10 a second, 50,000 at most; they carry `is_replay`.

        Only those that failed unless `status` says otherwise; `start` and `end` as for `delivery_pages`. Raises
        RateLimited, or ServerFailed (503) while the replay service is away. Safe to repeat when `start` and
        `end` are given: the same filters reuse the running replay. Left out they move with the clock, and then
        it is sent once.
        """
        # The page heads the fields as query parameters, its samples send a body; one sample has another address,
        # the heading and the other sample have this one.
        asked = body(
            start_time=None if start is None else written(start, "auto"),
            end_time=None if end is None else written(end, "auto"),
            room_id=room_id,
            event_names=event_names or None,
            limit=limit,
            offset=offset,
            status=status,
        )
        check(asked, _REPLAY)
        self._check_times(start, end)
        named = start is not None and end is not None
        return read(ReplayStarted, self._post("analytics", "webhooks", "replay", body=asked, repeatable=named))

    @operation("get_webhook_replay")
    def replay_status(self, workflow_id: str) -> Replay:
        """How far a replay is. Raises NotFound ("workflow not found")."""
        # The page lists the id as a query parameter, but its address has it in the path.
        return read(Replay, self._get("analytics", "webhooks", "replay", workflow_id))

    @operation("get_peer_stats")
    def peer_stats(self, *, peer_id: str, session_id: str) -> PeerStats:
        """The quality of one peer, once the session has ended.

        What it answers before is not documented: NotFound, or series without data.
        """
        if not peer_id or not session_id:
            raise ValueError("peer_id and session_id are required")
        asked = query(peer_id=peer_id, session_id=session_id)
        return read(PeerStats, self._get("analytics", "peer-stats", query=asked))

    def _check_times(self, start: datetime | None, end: datetime | None) -> None:
        if start is None:
            return
        now = datetime.fromtimestamp(self._calls.now(), UTC)
        if start < now - _LOOKBACK:
            raise ValueError(f"start must be within the last {_LOOKBACK.days} days")
        if not start <= (end or now) <= start + _LONGEST:
            raise ValueError(f"end must be within {_LONGEST.days} days after start")
