"""Recording assets: the files that recordings and streams leave (contract, tag RecordingAssets)."""

from collections.abc import Iterator

from rooms.hms.limits import check, fields, one_of, whole
from rooms.hms.resources.base import Object, Resource, operation, query, read
from rooms.hms.resources.jobs import Asset


class RecordingAsset(Asset, frozen=True, kw_only=True):
    """A file and the job that made it, `job_id`. 100ms keeps it 15 days in its own storage."""

    job_id: str = ""
    room_id: str = ""
    session_id: str = ""


class PresignedUrl(Object, frozen=True, kw_only=True):
    """A link that opens the file for whoever holds it, for `expiry` seconds."""

    id: str
    url: str
    path: str = ""
    expiry: int | None = None


class RecordingAssets(Resource):
    """`client.recording_assets`"""

    @operation("get_recording_asset")
    def get(self, asset_id: str) -> RecordingAsset:
        """One file. Raises NotFound."""
        return read(RecordingAsset, self._get("recording-assets", asset_id))

    @operation("list_recording_assets")
    def list(
        self,
        *,
        room_id: str | None = None,
        session_id: str | None = None,
        status: str | None = None,
        limit: int = 100,
    ) -> Iterator[RecordingAsset]:
        """All files that match, page by page as they are used. No filter on type or job is documented."""
        check({"status": status}, fields({"status": one_of("completed", "failed")}))
        asked = query(room_id=room_id, session_id=session_id, status=status)
        return self._list(RecordingAsset, "recording-assets", query=asked, limit=limit)

    @operation("get_recording_asset_presigned_url")
    def presigned_url(self, asset_id: str, *, seconds: int = 3600) -> PresignedUrl:
        """A download link for `seconds`. Raises NotFound.

        Always says for how long, as the official SDK does: the docs name a default of days, their sample one of
        an hour. Upper bounds are not documented.
        """
        check({"seconds": seconds}, fields({"seconds": whole(1)}))
        asked = query(presign_duration=seconds)
        return read(PresignedUrl, self._get("recording-assets", asset_id, "presigned-url", query=asked))
