"""Section RecordingAssets: the files of all recordings and streams, and links to them."""

from rooms.simulator.assets import Asset
from rooms.simulator.clock import DAY, SECOND
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.jobs import jobs
from rooms.simulator.refusals import Refused, bad_query
from rooms.simulator.routes import page
from rooms.simulator.world import World

_EXPIRY = 3 * DAY // SECOND  # seconds, for S3
_LONGEST = 7 * DAY // SECOND  # bounds are not documented; S3 signs for no longer


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""

    def found(room_id: str | None = None, session_id: str | None = None) -> list[Asset]:
        every = [
            one
            for family in ("recording", "live", "external")
            for job in jobs(world, family, room_id=room_id, session_id=session_id)
            for one in job.assets
        ]
        return sorted(every, key=lambda one: (one.created, one.id), reverse=True)

    def named(request: Request) -> Asset:
        asset = next((one for one in found() if one.id == request.parameters["asset_id"]), None)
        if asset is None:
            raise Refused(404, "asset not found")
        return asset

    def list_assets(request: Request) -> Answer:
        status = request.text("status")
        if status not in (None, "completed", "failed"):
            raise bad_query("status must be completed or failed")
        every = found(request.text("room_id"), request.text("session_id"))
        return page(request, [one for one in every if status in (None, one.status)], Asset.as_object, least=1)

    def get_asset(request: Request) -> Answer:
        return answer(named(request).as_object())

    def get_presigned_url(request: Request) -> Answer:
        asset = named(request)
        expiry = request.number("presign_duration", _EXPIRY, 1, _LONGEST)
        until = world.now() // SECOND + expiry
        url = world.workspace.storage.link(asset.file, until, request.address)
        return answer({"id": asset.id, "path": asset.path, "url": url, "expiry": expiry})

    return [
        ("GET", "/v2/recording-assets", list_assets),
        ("GET", "/v2/recording-assets/{asset_id}", get_asset),
        ("GET", "/v2/recording-assets/{asset_id}/presigned-url", get_presigned_url),
    ]
