"""Notices of what clients and servers failed at: client.*, peer.*.failure, role.change.failure, room.end.*."""

from typing import Any

from rooms.simulator.clock import NEVER
from rooms.simulator.people import Person
from rooms.simulator.scenarios.script import Notice, Scene, Stay

_DEVICES = (
    ("web", "Chrome_125.0.0.0", "web_Windows", "10"),
    ("web", "Chrome_126.0.0.0", "web_Mac_OS", "10.15.7"),
    ("web", "Mobile Safari_17.4", "web_iOS", "17.4"),
    ("android", "Tecno KG5k", "android", "12"),
    ("ios", "iPhone12,1", "iOS", "17.5.1"),
    ("web", "Edge_125.0.0.0", "web_Windows", "11"),
)


def agent(stay: Stay) -> dict[str, Any]:
    """The SDK and device facts of a peer; the same peer always has the same."""
    sdk, model, system, version = _DEVICES[sum(map(ord, stay.key + stay.person.name)) % len(_DEVICES)]
    return {
        "sdk": sdk,
        "sdk_version": "0.12.15",
        "device_model": model,
        "os": system,
        "os_version": version,
        "is_prebuilt": True,
        "framework": "react-web",
        "framework_version": "18.2.0",
        "framework_sdk_version": "0.10.15",
        "domain": "HMS",
        "string": f"os:{system},os_version:{version},sdk:{sdk},sdk_version:0.12.15,device_model:{model},env:prod",
    }


def _client(scene: Scene, stay: Stay, at: int, terminal: bool, **error: Any) -> dict[str, Any]:
    facts = {key: value for key, value in scene.peer(stay.key).items() if key != "joined_at"}
    shared = {key: scene.common[key] for key in ("room_id", "session_id", "room_name", "template_id")}
    facts = {**facts, **shared, "role": stay.role_at(at), "is_terminal": terminal}
    return {**facts, **error, "agent": agent(stay)}


def disconnected(stay: Stay, at: int, *, terminal: bool = False) -> Notice:
    """The connection is lost; not a leave (EVENTS, `client.disconnected`)."""
    return Notice(
        at,
        "client.disconnected",
        lambda scene: _client(
            scene,
            stay,
            at,
            terminal,
            error_code=1003,
            error_name="WebSocketConnectionLost",
            error_message="Network connection lost ",
            error_description="ping pong failure",
            action="RECONNECT_SIGNAL",
            transport_state="Joined",
        ),
    )


def publish_failed(stay: Stay, at: int, *, terminal: bool = False) -> Notice:
    """Nobody hears or sees them: the SDK goes on trying, or has given up."""
    return Notice(
        at,
        "client.publish.failed",
        lambda scene: _client(
            scene,
            stay,
            at,
            terminal,
            error_code=4006,
            error_name="ICEDisconnected",
            error_message="[PUBLISH]: Ice connection state DISCONNECTED",
            error_description="local candidate - none; remote candidate - none",
            action="PUBLISH",
            domain="HMS",
            audio={"maxBitrate": 32, "deviceId": "default", "volume": 100, "codec": "opus"},
            video={
                "deviceId": "default",
                "maxFramerate": 25,
                "maxBitrate": 256,
                "codec": "vp8",
                "height": 360,
                "width": 640,
            },
            devices={"videoInput": [], "audioInput": [], "audioOutput": []},
        ),
    )


def subscribe_failed(stay: Stay, at: int, *, terminal: bool = False) -> Notice:
    """They hear and see nobody."""
    return Notice(
        at,
        "client.subscribe.failed",
        lambda scene: _client(
            scene,
            stay,
            at,
            terminal,
            error_code=4006,
            error_name="ICEDisconnected",
            error_message="[SUBSCRIBE]: Ice connection state DISCONNECTED",
            error_description="local candidate - none; remote candidate - none",
            action="SUBSCRIBE",
        ),
    )


def join_failed(stay: Stay, at: int, *, terminal: bool = False) -> Notice:
    """A try to join that the client gave an error for."""
    return Notice(
        at,
        "client.join.failed",
        lambda scene: _client(
            scene,
            stay,
            at,
            terminal,
            error_code=500,
            error_name="ServerErrors",
            error_message="sfu join failed",
            error_description="sfu join failed",
            action="JOIN",
            domain="HMS",
            retries_join=0,
        ),
    )


def connect_failed(stay: Stay, at: int, *, terminal: bool = False) -> Notice:
    """It never reached 100ms, so session, room name and role are not known to it (EVENTS trap 12)."""

    def body(scene: Scene) -> dict[str, Any]:
        data = _client(
            scene,
            stay,
            at,
            terminal,
            error_code=2003,
            error_name="EndpointUnreachable",
            error_message="Endpoint is not reachable - Failed to fetch",
            error_description="Failed to fetch",
            action="INIT",
            endpoint="",
            transport_state="Connecting",
        )
        unknown = ("session_id", "room_name", "template_id", "role")
        return {key: value for key, value in data.items() if key not in unknown}

    return Notice(at, "client.connect.failed", body)


def _outsider(scene: Scene, person: Person, role: str, attempt: str) -> dict[str, Any]:
    data = {key: scene.common[key] for key in ("room_id", "room_name", "template_id")}
    data |= {"peer_id": scene.uuid("refused", attempt), "role": role, "type": "regular", "user_data": ""}
    data |= {"user_name": person.name}
    return data if person.user_id is None else {**data, "user_id": person.user_id}


def join_refused(person: Person, at: int, role: str, message: str = "role not allowed") -> Notice:
    """Turned away: no session id, `joined_at` is the zero time (EVENTS, `peer.join.failure`)."""
    return Notice(
        at,
        "peer.join.failure",
        lambda scene: {
            **_outsider(scene, person, role, f"{person.name}{at}"),
            "joined_at": NEVER,
            "error_message": message,
        },
    )


def leave_refused(stay: Stay, at: int) -> Notice:
    """Follows a good leave now and then and means nothing (EVENTS trap 41)."""

    def body(scene: Scene) -> dict[str, Any]:
        data = {key: scene.common[key] for key in ("room_id", "room_name", "template_id")}
        data |= scene.peer(stay.key)
        return {
            **data,
            "type": "sip" if stay.person.phone else "regular",
            "user_data": "",
            "duration": 0,
            "left_at": NEVER,
            "error_message": "Peer not joined",
        }

    return Notice(at, "peer.leave.failure", body)


def role_refused(stay: Stay, at: int, wanted: str, by: Stay) -> Notice:
    """A role change that was asked for and did not happen."""
    return Notice(
        at,
        "role.change.failure",
        lambda scene: {
            **scene.common,
            **scene.peer(stay.key),
            "user_data": "",
            "role": wanted,
            "role_change_requested_by": scene.peer_id(by.key),
            "error_message": "role limit reached",
        },
    )


def room_ended(by: Stay, at: int, *, failed: bool = False, reason: str = "Class finished") -> Notice:
    """Somebody ended it for all, or tried to after it was over."""

    def body(scene: Scene) -> dict[str, Any]:
        person = {key: value for key, value in scene.peer(by.key).items() if key != "joined_at"}
        data = {**scene.common, **person, "lock_room": False, "reason": reason, "source": "peer"}
        return {**data, "error_code": 404, "error_message": "session not found"} if failed else data

    return Notice(at, "room.end.failure" if failed else "room.end.success", body)
