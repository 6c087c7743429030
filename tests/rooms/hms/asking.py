"""One call of the client per operation of the contract: the ids of its path, and its body as the contract has it."""

from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any

from rooms.hms import Client
from rooms.hms.pages import EventPage, NumberedPage, Page
from rooms.hms.resources.base import Object

Ids = dict[str, Any]
Ask = Callable[[Client, Ids, Any], Any]

AUTH_TOKEN = "a-token-of-a-peer"


def _times(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of a replay as arguments."""
    renamed = {"start_time": "start", "end_time": "end"}
    return {
        renamed.get(key, key): datetime.fromisoformat(value) if key in renamed else value for key, value in body.items()
    }


def _trunk(body: dict[str, Any]) -> dict[str, Any]:
    return {"number" if key == "from" else key: value for key, value in body.items()}


ASK: dict[str, Ask] = {
    "list_rooms": lambda client, ids, body: client.rooms.list(),
    "create_room": lambda client, ids, body: client.rooms.create(**body),
    "get_room": lambda client, ids, body: client.rooms.get(ids["room_id"]),
    "update_room": lambda client, ids, body: client.rooms.update(ids["room_id"], **body),
    "list_room_codes": lambda client, ids, body: client.room_codes.list(ids["room_id"]),
    "create_room_codes": lambda client, ids, body: client.room_codes.create(ids["room_id"]),
    "create_room_code_for_role": lambda client, ids, body: client.room_codes.create_for_role(
        ids["room_id"], ids["role_name"]
    ),
    "update_room_code": lambda client, ids, body: client.room_codes.update(**body),
    "create_auth_token_by_room_code": lambda client, ids, body: client.auth.token(**body),
    "create_stream_key": lambda client, ids, body: client.stream_keys.create(ids["room_id"]),
    "get_stream_key": lambda client, ids, body: client.stream_keys.get(ids["room_id"]),
    "disable_stream_key": lambda client, ids, body: client.stream_keys.disable(ids["room_id"]),
    "get_session": lambda client, ids, body: client.sessions.get(ids["session_id"]),
    "list_sessions": lambda client, ids, body: client.sessions.list(),
    "get_recording_asset": lambda client, ids, body: client.recording_assets.get(ids["asset_id"]),
    "list_recording_assets": lambda client, ids, body: client.recording_assets.list(),
    "get_recording_asset_presigned_url": lambda client, ids, body: client.recording_assets.presigned_url(
        ids["asset_id"]
    ),
    "get_active_room": lambda client, ids, body: client.active_rooms.get(ids["room_id"]),
    "get_peer": lambda client, ids, body: client.active_rooms.peer(ids["room_id"], ids["peer_id"]),
    "update_peer": lambda client, ids, body: client.active_rooms.update_peer(ids["room_id"], ids["peer_id"], **body),
    "list_peers": lambda client, ids, body: client.active_rooms.peers(ids["room_id"]),
    "send_message": lambda client, ids, body: client.active_rooms.send_message(ids["room_id"], **body),
    "remove_peers": lambda client, ids, body: client.active_rooms.remove_peers(ids["room_id"], **body),
    "end_active_room": lambda client, ids, body: client.active_rooms.end(ids["room_id"], **body),
    "start_recording": lambda client, ids, body: client.recordings.start(ids["room_id"], **body),
    "stop_recordings_for_room": lambda client, ids, body: client.recordings.stop_all(ids["room_id"]),
    "stop_recording": lambda client, ids, body: client.recordings.stop(ids["recording_id"]),
    "get_recording": lambda client, ids, body: client.recordings.get(ids["recording_id"]),
    "list_recordings": lambda client, ids, body: client.recordings.list(),
    "get_recording_config": lambda client, ids, body: client.recordings.config(ids["recording_id"]),
    "pause_recording_for_room": lambda client, ids, body: client.recordings.pause(ids["room_id"]),
    "resume_recording_for_room": lambda client, ids, body: client.recordings.resume(ids["room_id"]),
    "list_live_streams": lambda client, ids, body: client.live_streams.list(),
    "send_timed_metadata": lambda client, ids, body: client.live_streams.send_metadata(ids["stream_id"], **body),
    "pause_live_stream_recording": lambda client, ids, body: client.live_streams.pause_recording(ids["stream_id"]),
    "resume_live_stream_recording": lambda client, ids, body: client.live_streams.resume_recording(ids["stream_id"]),
    "stop_live_streams_for_room": lambda client, ids, body: client.live_streams.stop_all(ids["room_id"]),
    "stop_live_stream": lambda client, ids, body: client.live_streams.stop(ids["stream_id"]),
    "get_live_stream": lambda client, ids, body: client.live_streams.get(ids["stream_id"]),
    "start_live_stream": lambda client, ids, body: client.live_streams.start(ids["room_id"], **body),
    "start_external_stream": lambda client, ids, body: client.external_streams.start(ids["room_id"], **body),
    "stop_external_streams_for_room": lambda client, ids, body: client.external_streams.stop_all(ids["room_id"]),
    "stop_external_stream": lambda client, ids, body: client.external_streams.stop(ids["stream_id"]),
    "list_external_streams": lambda client, ids, body: client.external_streams.list(),
    "get_external_stream": lambda client, ids, body: client.external_streams.get(ids["stream_id"]),
    "list_analytics_events": lambda client, ids, body: client.analytics.pages(room_id="r1"),
    "list_webhook_events": lambda client, ids, body: client.analytics.delivery_pages(),
    "replay_webhook_events": lambda client, ids, body: client.analytics.replay(**_times(body)),
    "get_webhook_replay": lambda client, ids, body: client.analytics.replay_status(ids["workflow_id"]),
    "get_peer_stats": lambda client, ids, body: client.analytics.peer_stats(peer_id="p1", session_id="s1"),
    "create_poll": lambda client, ids, body: client.polls.create(**body),
    "get_poll": lambda client, ids, body: client.polls.get(ids["poll_id"]),
    "update_poll": lambda client, ids, body: client.polls.update(ids["poll_id"], **body),
    "update_poll_question": lambda client, ids, body: client.polls.update_question(
        ids["poll_id"], ids["question_id"], body
    ),
    "delete_poll_question": lambda client, ids, body: client.polls.delete_question(ids["poll_id"], ids["question_id"]),
    "update_poll_option": lambda client, ids, body: client.polls.update_option(
        ids["poll_id"], ids["question_id"], ids["option_id"], body
    ),
    "delete_poll_option": lambda client, ids, body: client.polls.delete_option(
        ids["poll_id"], ids["question_id"], ids["option_id"]
    ),
    "get_poll_sessions": lambda client, ids, body: client.polls.runs(ids["poll_id"], ids["session_id"]),
    "list_poll_results": lambda client, ids, body: client.polls.results(ids["poll_id"], ids["session_id"]),
    "get_poll_result": lambda client, ids, body: client.polls.result(
        ids["poll_id"], ids["session_id"], ids["result_id"]
    ),
    "list_poll_responses": lambda client, ids, body: client.polls.responses(ids["poll_id"], ids["session_id"]),
    "get_poll_response": lambda client, ids, body: client.polls.response(
        ids["poll_id"], ids["session_id"], ids["response_id"]
    ),
    "list_poll_sessions": lambda client, ids, body: client.polls.all_runs(ids["poll_id"]),
    "list_poll_results_all_sessions": lambda client, ids, body: client.polls.all_results(ids["poll_id"]),
    "get_poll_result_unscoped": lambda client, ids, body: client.polls.any_result(ids["poll_id"], ids["result_id"]),
    "list_poll_responses_all_sessions": lambda client, ids, body: client.polls.all_responses(ids["poll_id"]),
    "get_poll_response_unscoped": lambda client, ids, body: client.polls.any_response(
        ids["poll_id"], ids["response_id"]
    ),
    "list_templates": lambda client, ids, body: client.templates.list(),
    "create_template": lambda client, ids, body: client.templates.create(**body),
    "get_template": lambda client, ids, body: client.templates.get(ids["template_id"]),
    "update_template": lambda client, ids, body: client.templates.update(ids["template_id"], **body),
    "get_role": lambda client, ids, body: client.templates.get_role(ids["template_id"], ids["role_name"]),
    "create_or_update_role": lambda client, ids, body: client.templates.set_role(
        ids["template_id"], ids["role_name"], body
    ),
    "delete_role": lambda client, ids, body: client.templates.delete_role(ids["template_id"], ids["role_name"]),
    "get_settings": lambda client, ids, body: client.templates.get_settings(ids["template_id"]),
    "update_settings": lambda client, ids, body: client.templates.update_settings(ids["template_id"], body),
    "configure_recordings": lambda client, ids, body: client.templates.configure_recordings(ids["template_id"], body),
    "get_recordings_config": lambda client, ids, body: client.templates.get_recordings(ids["template_id"]),
    "get_destinations": lambda client, ids, body: client.templates.get_destinations(ids["template_id"]),
    "update_destinations": lambda client, ids, body: client.templates.update_destinations(ids["template_id"], body),
    "create_sip_trunk": lambda client, ids, body: client.sip.create_trunk(**_trunk(body)),
    "update_sip_trunk": lambda client, ids, body: client.sip.update_trunk(ids["trunk_id"], **_trunk(body)),
    "start_sip_call": lambda client, ids, body: client.sip.call(**body),
    "send_sip_dtmf": lambda client, ids, body: client.sip.send_tones(**body, auth_token=AUTH_TOKEN),
}


def received(result: Any) -> Any:
    """Everything of an answer that reached the caller, as 100ms sent it."""
    if isinstance(result, Object):
        return result.raw
    if isinstance(result, EventPage):
        return result.events
    if isinstance(result, Page | NumberedPage):
        return received(result.items)
    if isinstance(result, dict):
        return {key: received(value) for key, value in result.items()}
    if is_dataclass(result):
        return received(getattr(result, "streams"))  # noqa: B009 - both kinds of stopped streams have them
    if isinstance(result, Iterator):
        return received(list(result))
    if isinstance(result, list | tuple):
        found = [received(item) for item in result]
        return found[0] if any(isinstance(item, EventPage | NumberedPage) for item in result) else found
    return result
