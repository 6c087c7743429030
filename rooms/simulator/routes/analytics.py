"""Section Analytics: events, webhook deliveries and their replay, quality series."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from rooms.simulator.checks import fields, list_of, one_of, text, whole
from rooms.simulator.clock import DAY, instant_of
from rooms.simulator.deliveries import NAMES, Delivery, Replay, Wanted
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.occurrence import LISTED
from rooms.simulator.quality import peer_stats
from rooms.simulator.refusals import Refused, bad_query
from rooms.simulator.snapshots import Query, Snapshots
from rooms.simulator.webhooks import WebhookSender
from rooms.simulator.world import World

_STATUSES = ("all", "failed", "success")
_REPLAY = fields(
    {
        "start_time": text(),
        "end_time": text(),
        "room_id": text(),
        "event_names": list_of(one_of(*NAMES)),
        "limit": whole(1, 50_000),
        "offset": whole(0),
        "status": one_of(*_STATUSES),
    }
)


def routes(world: World, sender: WebhookSender | None) -> list[Route]:
    """The section's routes over a world; without a sender nothing was delivered and nothing can be replayed."""
    snapshots = Snapshots(world)
    replays: dict[str, Replay] = {}

    def list_events(request: Request) -> Answer:
        room_id = request.text("room_id")
        if room_id is None:
            raise Refused(400, "room_id is required")
        types = tuple(request.query.get("type", ()))
        unknown = sorted(set(types) - LISTED)
        if unknown:
            raise bad_query(f"type {unknown[0]} is not listed here")
        query = Query(
            room_id,
            types,
            session_id=request.text("session_id"),
            peer_id=request.text("peer_id"),
            user_id=request.text("user_id"),
            beam_id=request.text("beam_id"),
            error=request.flag("error") or False,
        )
        found = snapshots.page(query, request.number("limit", 10, 1, 100), request.text("start") or "")
        return answer(
            {
                "limit": len(found.events),
                "total": found.total,
                "next": found.next,
                "events": [one.envelope(world.workspace) for one in found.events],
            }
        )

    def window(start: str | None, end: str | None) -> tuple[int, int]:
        """The last 24 hours unless told otherwise; at most 30 days back and 14 days long."""
        now = world.now()
        try:
            since = now - DAY if start is None else instant_of(start)
            until = now if end is None else instant_of(end)
        except ValueError as problem:
            raise bad_query("start_time and end_time must be times like 2022-01-01T01:00:00Z") from problem
        if since < now - 30 * DAY:
            raise Refused(400, "start_time must be within the last 30 days")
        if not since <= until <= since + 14 * DAY:
            raise Refused(400, "end_time must be within 14 days after start_time")
        return since, until

    def list_deliveries(request: Request) -> Answer:
        since, until = window(request.text("start_time"), request.text("end_time"))
        names, status = request.query.get("event_names", []), request.text("status") or "all"
        if status not in _STATUSES or not set(names) <= set(NAMES):
            raise bad_query("status or event_names is none that is listed here")
        size, number = request.number("limit", 50, 1, 100), request.number("page", 1, 1, 1_000_000)
        wanted = Wanted(since, until, request.text("room_id") or "", tuple(names), status)
        found: list[Delivery] = [] if sender is None else sender.deliveries.find(wanted)
        pages = -(-len(found) // size)
        return answer(
            {
                "events": [one.as_object() for one in found[(number - 1) * size : number * size]],
                "pagination": {
                    "current_page": number,
                    "page_size": size,
                    "total_pages": pages,
                    "total_items": len(found),
                    "has_next": number < pages,
                    "has_prev": number > 1,
                },
                "summary": {"total_events": len(found)},
            }
        )

    def replay(request: Request) -> Answer:
        if sender is None:
            raise Refused(503, "webhook replay service unavailable")
        body = request.json()
        _REPLAY("", body)
        since, until = window(body.get("start_time"), body.get("end_time"))
        wanted = Wanted(
            since,
            until,
            body.get("room_id") or "",
            tuple(body.get("event_names") or ()),
            body.get("status") or "failed",
            body.get("limit") or 50_000,
            body.get("offset") or 0,
        )
        same = _running(replays.values(), body)
        if same is not None:
            return answer({"workflow_id": same.id, "status": "already_running", "filters": same.wanted.as_object()})
        workflow = f"webhook-replay-{world.workspace.account_id}-{uuid4().hex[:8]}"
        one = Replay(workflow, wanted, body, sender.deliveries.choose(wanted), world.now())
        replays[one.id] = one
        sender.replay(one)
        message = "Webhook replay has been queued for processing"
        return answer({"workflow_id": one.id, "status": "started", "message": message, "filters": wanted.as_object()})

    def get_replay(request: Request) -> Answer:
        one = replays.get(request.parameters["workflow_id"])
        if one is None:
            raise Refused(404, "workflow not found")
        return answer(one.as_object())

    def get_peer_stats(request: Request) -> Answer:
        peer_id, session_id = request.text("peer_id"), request.text("session_id")
        if peer_id is None or session_id is None:
            raise Refused(400, "peer_id and session_id are required")
        session = world.sessions.get(session_id)
        # What a running session answers is not documented: as if there were nothing.
        if session is not None and session.end <= world.now():
            for stay in session.script.stays:
                if session.peer_id(stay.key) == peer_id:
                    return answer(peer_stats(session, stay))
        raise Refused(404, "peer stats not found")

    return [
        ("GET", "/v2/analytics/events", list_events),
        ("GET", "/v2/analytics/webhooks", list_deliveries),
        ("POST", "/v2/analytics/webhooks/replay", replay),
        ("GET", "/v2/analytics/webhooks/replay/{workflow_id}", get_replay),
        ("GET", "/v2/analytics/peer-stats", get_peer_stats),
    ]


def _running(replays: Iterable[Replay], asked: dict[str, Any]) -> Replay | None:
    return next((one for one in replays if one.finished is None and one.asked == asked), None)
