"""Events, what was folded from them, and the pulls: all to be read, for all is written by code alone."""

import orjson
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from analytics.models import (
    Asset,
    Cursor,
    Event,
    Failure,
    Ingest,
    KeptFile,
    Peer,
    PollCursor,
    PollResponse,
    PollRun,
    PollScore,
    Pull,
    Recording,
    RecordingCursor,
    Session,
    Stream,
    TalkTime,
    TextFile,
    Track,
    Transcription,
    Video,
    Viewing,
    ViewingEvent,
)
from analytics.storing import COLUMNS
from rooms.admin import ReadOnlyAdmin
from rooms.masking import masked


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "type", "channel", "room_id", "session_id", "peer_id")
    list_display_links = ("at", "type")
    list_filter = ("channel", "type")
    search_fields = ("=event_id", "=session_id", "=peer_id", "=room_id")
    search_help_text = "A whole id of an event, session, peer or room"
    ordering = ("-pk",)
    fields = (*(column for column in COLUMNS if column != "payload"), "as_received")

    @admin.display(description="made by 100ms at", ordering="emitted_at")
    def at(self, event: Event) -> str:
        """To the millisecond, which Django's own format leaves out."""
        return timezone.localtime(event.emitted_at).isoformat(sep=" ", timespec="milliseconds")

    @admin.display(description="payload, secrets masked")
    def as_received(self, event: Event) -> SafeString:
        text = orjson.dumps(masked(event.payload), option=orjson.OPT_INDENT_2).decode()
        return format_html('<pre class="whitespace-pre-wrap break-all">{}</pre>', text)

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> tuple[str, ...]:
        return self.fields


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("room", "id", "started_at", "ended_at", "people_count", "peak_count", "drop_count", "failure_count")
    list_display_links = ("room", "id")
    list_filter = ("started_at", "end_source")
    list_select_related = ("room",)
    search_fields = ("=id", "=room__id", "room__name")
    search_help_text = "A whole id, or a room's name"
    ordering = ("-started_at", "id")


@admin.register(Peer)
class PeerAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "user_id", "role", "type", "joined_at", "left_at", "leave_reason", "session_id")
    list_filter = ("type", "role", "leave_reason")
    search_fields = ("name", "=user_id", "=id", "=session__id")
    search_help_text = "A name, or a whole user, peer or session id"
    ordering = ("-joined_at", "id")


@admin.register(Track)
class TrackAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "peer", "started_at", "stopped_at", "session_id")
    list_filter = ("kind",)
    list_select_related = ("peer",)
    search_fields = ("=id", "=peer__id", "=session__id")
    search_help_text = "A whole track, peer or session id"
    ordering = ("-started_at", "id")


@admin.register(Failure)
class FailureAdmin(ReadOnlyAdmin):
    list_display = ("at", "type", "name", "user_id", "room", "error_code", "error_message", "is_terminal")
    list_display_links = ("at", "type")
    list_filter = ("type", "is_terminal", "error_code")
    list_select_related = ("room",)
    search_fields = ("name", "=user_id", "=peer_id", "=session_id", "=room__id", "error_message")
    search_help_text = "A name, words of the error, or a whole id"
    ordering = ("-at", "event_id")


@admin.register(Cursor)
class CursorAdmin(ReadOnlyAdmin):
    list_display = ("session_id", "room_id", "pulled_at", "final_at", "lost_at", "failures", "due_at")
    list_filter = (("lost_at", admin.EmptyFieldListFilter), ("final_at", admin.EmptyFieldListFilter))
    search_fields = ("=session_id", "=room_id")
    search_help_text = "A whole session or room id"
    ordering = ("-pulled_at", "session_id")


@admin.register(PollRun)
class PollRunAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "kind", "anonymous", "room", "session_id", "started_at", "told_responses", "poll_id")
    list_filter = ("kind", "anonymous", "started_at")
    list_select_related = ("room",)
    search_fields = ("title", "=poll_id", "=session__id", "=room__id")
    search_help_text = "Words of the title, or a whole poll, session or room id"
    ordering = ("-started_at", "id")


@admin.register(PollResponse)
class PollResponseAdmin(ReadOnlyAdmin):
    list_display = ("response_id", "run", "question", "user_id", "skipped", "counts", "right", "took_ms", "sent_at")
    list_filter = ("counts", "skipped", "right")
    list_select_related = ("run",)
    search_fields = ("=response_id", "=user_id", "=peer_id", "=run__poll_id", "=event_id")
    search_help_text = "A whole id of an answer, user, peer, poll or event"
    ordering = ("-sent_at", "id")


@admin.register(PollScore)
class PollScoreAdmin(ReadOnlyAdmin):
    list_display = ("result_id", "run", "question", "user_id", "score", "counts", "read_at")
    list_filter = ("counts",)
    list_select_related = ("run",)
    search_fields = ("=result_id", "=user_id", "=peer_id", "=run__poll_id", "=event_id")
    search_help_text = "A whole id of a score, user, peer, poll or event"
    ordering = ("-read_at", "id")


@admin.register(PollCursor, RecordingCursor)
class TurnAdmin(ReadOnlyAdmin):
    list_display = ("session_id", "room_id", "pulled_at", "final_at", "asked_at", "failures", "due_at")
    list_filter = (("final_at", admin.EmptyFieldListFilter),)
    search_fields = ("=session_id", "=room_id")
    search_help_text = "A whole session or room id"
    ordering = ("-pulled_at", "session_id")


@admin.register(Recording)
class RecordingAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "state", "room", "session_id", "duration_seconds", "size", "error_type", "job_id")
    list_display_links = ("at", "kind")
    list_filter = ("kind", "state", "error_type", "at")
    list_select_related = ("room",)
    search_fields = ("=id", "=job_id", "=beam_id", "=session__id", "=room__id", "room__name")
    search_help_text = "A whole id, or a room's name"
    ordering = ("-at", "id")


@admin.register(Asset)
class AssetAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "output", "layer", "status", "size", "duration_seconds", "recording_id", "created_at")
    list_filter = ("type", "status", "is_named")
    search_fields = ("=id", "=recording__id", "=recording__session__id", "=recording__room__id", "path")
    search_help_text = "A whole id of a file, recording, session or room, or a part of where it lies"
    ordering = ("-created_at", "id")


@admin.register(Transcription)
class TranscriptionAdmin(ReadOnlyAdmin):
    list_display = ("id", "state", "room", "session_id", "recording_id", "begun_at", "finished_at", "duration_seconds")
    list_filter = ("state", "begun_at")
    list_select_related = ("room",)
    search_fields = ("=id", "=recording_id", "=recording_told", "=session_id", "=room__id", "room__name")
    search_help_text = "A whole id, or a room's name"
    ordering = ("-begun_at", "id")


@admin.register(Stream)
class StreamAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "state", "room", "session_id", "stop_reason", "error_type", "is_recorded", "job_id")
    list_display_links = ("at", "kind")
    list_filter = ("kind", "state", "error_type", "is_recorded", "at")
    list_select_related = ("room",)
    search_fields = ("=id", "=job_id", "=beam_id", "=session__id", "=room__id", "room__name")
    search_help_text = "A whole id, or a room's name"
    ordering = ("-at", "id")


@admin.register(Ingest)
class IngestAdmin(ReadOnlyAdmin):
    list_display = ("at", "state", "room", "started_at", "ended_at", "end_reason", "error_message", "stream_id")
    list_display_links = ("at", "state")
    list_filter = ("state", "at")
    list_select_related = ("room",)
    search_fields = ("=id", "=stream_id", "=room__id", "room__name", "error_message")
    search_help_text = "A whole id, a room's name, or words of the error"
    ordering = ("-at", "id")


@admin.register(KeptFile)
class KeptFileAdmin(ReadOnlyAdmin):
    list_display = ("asset_id", "state", "size", "size_told", "tries", "due_at", "kept_at", "recording_id", "problem")
    list_filter = ("state", "ordered_at")
    search_fields = ("=asset_id", "=recording_id", "=session_id", "=room_id", "name", "sha256")
    search_help_text = "A whole id, a checksum, or a part of the name in our storage"
    ordering = ("-ordered_at", "asset_id")


@admin.register(TextFile)
class TextFileAdmin(ReadOnlyAdmin):
    list_display = ("asset_id", "kind", "recording_id", "session_id", "read_at", "problem")
    list_filter = ("kind", ("problem", admin.EmptyFieldListFilter), "read_at")
    search_fields = ("=asset_id", "=recording_id", "=session_id", "problem")
    search_help_text = "A whole id of a file, recording or session, or words of the problem"
    ordering = ("-read_at", "asset_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TextFile]:
        """Lists need not read all that was said."""
        rows: QuerySet[TextFile] = super().get_queryset(request)
        return rows.defer("content")


@admin.register(TalkTime)
class TalkTimeAdmin(ReadOnlyAdmin):
    list_display = ("name", "peer_id", "text_file_id", "session_id")
    list_display_links = ("name", "peer_id")
    search_fields = ("=peer_id", "name", "=session_id", "=text_file__asset_id")
    search_help_text = "A whole id of a peer, session or file, or a name"
    ordering = ("-pk",)


@admin.register(Pull)
class PullAdmin(ReadOnlyAdmin):
    list_display = (
        "started_at",
        "kind",
        "outcome",
        "pages",
        "objects_read",
        "events_new",
        "events_known",
        "session_id",
        "error",
    )
    list_filter = ("kind", ("error", admin.EmptyFieldListFilter), "started_at")
    search_fields = ("=session_id", "=room_id", "error")
    search_help_text = "A whole session or room id, or words of the error"
    ordering = ("-started_at", "-pk")

    @display(description="outcome", label={"done": "success", "failed": "danger", "going on": "info"})
    def outcome(self, pull: Pull) -> str:
        if pull.error:
            return "failed"
        return "done" if pull.finished_at else "going on"


@admin.register(Video)
class VideoAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "source", "video_id", "recording_id", "linked_by", "read_at", "due_at", "failures")
    list_filter = ("source", "is_live_stream", ("problem", admin.EmptyFieldListFilter))
    search_fields = ("title", "=video_id", "=recording_id", "=session_id")
    search_help_text = "Words of the title, or a whole id of a video, recording or session"
    ordering = ("-linked_at", "id")


@admin.register(Viewing)
class ViewingAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "user_id", "loaded_at", "watched_seconds", "last_position", "events_read", "video")
    list_filter = ("video__source", "loaded_at")
    list_select_related = ("video",)
    search_fields = ("name", "=user_id", "=session_id", "=video__video_id")
    search_help_text = "A name, or a whole id of a user, a viewing or a video"
    ordering = ("-loaded_at", "id")


@admin.register(ViewingEvent)
class ViewingEventAdmin(ReadOnlyAdmin):
    list_display = ("viewing", "number", "type", "emitted_at", "at", "from_at", "to_at")
    list_filter = ("type",)
    list_select_related = ("viewing",)
    search_fields = ("=viewing__session_id", "=viewing__user_id")
    search_help_text = "A whole id of a viewing or a user"
    ordering = ("-emitted_at", "-pk")
