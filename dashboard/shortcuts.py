"""Fetch and permit in one call: what the viewer may not see is as absent as what is not there (404)."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from analytics import queries
from analytics.models import Asset, Failure, Peer, PollRun, Recording, Session, Stream
from rooms.access import Action, Viewer, is_ops, may, polls_for, rooms_for
from rooms.models import Poll, Room, RoomTemplate


def sessions_for(user: Viewer, action: Action = "see") -> QuerySet[Session]:
    """The sessions of the rooms in which this user may do this, each with its room."""
    sessions = Session.objects.select_related("room")
    return sessions if is_ops(user) else sessions.filter(room__in=rooms_for(user, action))


def peers_for(user: Viewer) -> QuerySet[Peer]:
    """The stays in those sessions, each with its session and room."""
    peers = Peer.objects.select_related("session__room")
    return peers if is_ops(user) else peers.filter(session__room__in=rooms_for(user))


def failures_for(user: Viewer) -> QuerySet[Failure]:
    """What people tried and could not, in those rooms."""
    failures = Failure.objects.select_related("room")
    return failures if is_ops(user) else failures.filter(room__in=rooms_for(user))


def recordings_for(user: Viewer, action: Action = "see") -> QuerySet[Recording]:
    """What was recorded in the rooms in which this user may do this, each with its room.

    Without its session, which may not be known yet: a join would drop the row.
    """
    recordings = Recording.objects.select_related("room")
    return recordings if is_ops(user) else recordings.filter(room__in=rooms_for(user, action))


def poll_runs_for(user: Viewer, action: Action = "see") -> QuerySet[PollRun]:
    """What polls brought in the rooms in which this user may do this, each with its session and room."""
    runs = PollRun.objects.select_related("session__room", "room")
    return runs if is_ops(user) else runs.filter(room__in=rooms_for(user, action))


def streams_for(user: Viewer, action: Action = "see") -> QuerySet[Stream]:
    """The live and external streams of the rooms in which this user may do this, each with its room."""
    streams = Stream.objects.select_related("room")
    return streams if is_ops(user) else streams.filter(room__in=rooms_for(user, action))


def get_room(request: HttpRequest, room_id: str, action: Action = "see") -> Room:
    """The room, or Http404 for whom it does not exist or who may not do this there."""
    return get_object_or_404(rooms_for(request.user, action), pk=_storable(room_id))


def get_session(request: HttpRequest, session_id: str, action: Action = "see") -> Session:
    """The session with its room, or Http404 for whom it does not exist or who may not do this in its room."""
    return get_object_or_404(sessions_for(request.user, action), pk=_storable(session_id))


def get_peer(request: HttpRequest, session_id: str, peer_id: str) -> Peer:
    """One stay of that session with its session and room, or Http404 for whom it does not exist."""
    return get_object_or_404(peers_for(request.user), session_id=_storable(session_id), pk=_storable(peer_id))


def get_poll(request: HttpRequest, poll_id: str, action: Action = "see") -> Poll:
    """The poll, or Http404 for whom it does not exist or who may not do this with it."""
    return get_object_or_404(polls_for(request.user, action), pk=_storable(poll_id))


def get_poll_run(request: HttpRequest, session_id: str, poll_id: str, action: Action = "see") -> PollRun:
    """What a poll brought in one session, or Http404 for whom it does not exist or who may not do this in its room."""
    runs = poll_runs_for(request.user, action)
    return get_object_or_404(runs, session_id=_storable(session_id), poll_id=_storable(poll_id))


def get_recording(request: HttpRequest, any_id: str, action: Action = "see") -> Recording:
    """The recording with its room, by any id of 100ms's, or Http404 for who may not do this in its room."""
    recording = queries.find_recording(_storable(any_id))
    if recording is None or not rooms_for(request.user, action).filter(pk=recording.room_id).exists():
        raise Http404
    return recording


def get_asset(request: HttpRequest, asset_id: str, action: Action = "export") -> Asset:
    """One file of a recording that we know, with its recording and room, or Http404 as above."""
    files = Asset.objects.select_related("recording__room")
    return get_object_or_404(files, pk=_storable(asset_id), recording__room__in=rooms_for(request.user, action))


def get_stream(request: HttpRequest, any_id: str) -> Stream:
    """The stream with its room by any of its ids, or Http404 for whom it does not exist."""
    stream = queries.find_stream(_storable(any_id))
    if stream is None or not rooms_for(request.user).filter(pk=stream.room_id).exists():
        raise Http404
    return stream


def get_template(request: HttpRequest, template_id: str) -> RoomTemplate:
    """The room template, or Http404: templates exist for ops alone."""
    templates = RoomTemplate.objects.all() if may(request.user, "operate") else RoomTemplate.objects.none()
    return get_object_or_404(templates, pk=_storable(template_id))


def _storable(text: str) -> str:
    if "\x00" in text:  # PostgreSQL refuses it, so nothing by that name can be there
        raise Http404
    return text
