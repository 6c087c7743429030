"""Section Analytics: the list of track, recording and error events."""

from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.occurrence import LISTED
from rooms.simulator.refusals import Refused, bad_query
from rooms.simulator.snapshots import Query, Snapshots
from rooms.simulator.world import World


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""
    snapshots = Snapshots(world)

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

    return [("GET", "/v2/analytics/events", list_events)]
