"""What a template may hold: the contract's bounds for roles, settings, destinations and recordings."""

from collections.abc import Collection
from itertools import pairwise
from typing import Any

from rooms.simulator.checks import SUMMARY, Check, fields, flag, list_of, map_of, number, one_of, refuse, text, whole

TEMPLATE_NAME = text("[A-Za-z0-9 .:_-]+")
_KINDS = ("s3", "gs", "oss", "azure")
_CREDENTIALS = fields({"key": text(), "secretKey": text(), "secret": text()}, "key")
_UPLOAD = fields(
    {
        "type": one_of(*_KINDS),
        "location": text(".+"),
        "prefix": text(),
        "options": fields({"region": text()}),
        "credentials": _CREDENTIALS,
    },
    *("type", "location"),
)


def _interval(where: str, value: Any) -> None:
    whole(5, 3600)(where, value)
    if value % 5:
        raise refuse(f"{where} must be a multiple of 5")


SETTINGS = fields(
    {
        "region": one_of("in", "us", "eu", "auto"),
        "recording": fields({"enabled": flag, "upload": _UPLOAD}),
        "roomState": fields(
            {"messageInterval": _interval, "sendPeerList": flag, "stopRoomStateOnJoin": flag, "enabled": flag}
        ),
        "retry": fields({}),
    }
)

_LAYER = fields(
    {
        "rid": one_of("f", "h", "q"),
        "scaleResolutionDownBy": number(1, 12),
        "maxBitrate": whole(0, 2000),
        "maxFramerate": whole(1, 30),
    },
    *("rid", "scaleResolutionDownBy", "maxFramerate"),
)


def _layers(where: str, value: Any) -> None:
    list_of(_LAYER, most=3)(where, value)
    if [layer["rid"] for layer in value] != ["f", "h", "q"][: len(value)]:
        raise refuse(f"{where} must be f, then h, then q")
    scales = [layer["scaleResolutionDownBy"] for layer in value]
    if scales[:1] not in ([], [1]) or any(before >= after for before, after in pairwise(scales)):
        raise refuse(f"{where} must begin with scale 1 and grow")


_SIMULCAST = fields({"layers": _layers})
_PUBLISH = fields(
    {
        "allowed": list_of(one_of("audio", "video", "screen", "simulcast")),
        "audio": fields({"bitRate": whole(16, 128), "codec": one_of("opus")}),
        "video": fields(
            {
                "bitRate": whole(30, 2000),
                "codec": one_of("vp8"),
                "frameRate": whole(1, 30),
                "width": whole(50, 1920),
                "height": whole(50, 1080),
            }
        ),
        "screen": fields(
            {
                "bitRate": whole(500),
                "codec": one_of("vp8"),
                "frameRate": whole(1, 30),
                "width": whole(480, 1920),
                "height": whole(270, 1080),
            }
        ),
        "simulcast": fields({"video": _SIMULCAST, "screen": _SIMULCAST}),
    }
)
PERMISSIONS = {
    **dict.fromkeys(
        (
            *("endRoom", "removeOthers", "mute", "unmute", "changeRole"),
            *("sendRoomState", "pollRead", "pollWrite"),
        ),
        False,
    ),
    **dict.fromkeys(("browserRecording", "rtmpStreaming", "hlsStreaming"), True),
}
"""Each permission and what it is when nobody says."""

ROLE = fields(
    {
        "name": text(".+"),
        "publishParams": _PUBLISH,
        "subscribeParams": fields(
            {
                "subscribeToRoles": list_of(text()),
                "maxSubsBitRate": whole(0),
                "subscribeDegradation": fields(
                    {
                        "packetLossThreshold": whole(1, 100),
                        "degradeGracePeriodSeconds": whole(1, 10),
                        "recoverGracePeriodSeconds": whole(1, 10),
                    }
                ),
            }
        ),
        "permissions": fields(dict.fromkeys(PERMISSIONS, flag)),
        "priority": whole(1, 5),
        "maxPeerCount": whole(-1),
    }
)
ROLES = map_of(ROLE)

_THUMBNAILS = fields(
    {"enabled": flag, "width": whole(1), "height": whole(1), "offsets": list_of(whole(0)), "fps": whole(1)}
)


def _hls_layer(where: str, value: Any) -> None:
    sizes = {"width": whole(2), "height": whole(2), "videoBitrate": whole(1), "audioBitrate": whole(1)}
    fields(sizes)(where, value)
    sides = [value[side] for side in ("width", "height") if value.get(side) is not None]
    if any(side % 2 for side in sides):
        raise refuse(f"{where} must have even sides")
    if len(sides) == 2 and not (144 <= min(sides) <= 1080 and 192 <= max(sides) <= 1920):
        raise refuse(f"{where} must be 144 to 1080 by 192 to 1920")


def _hls_layers(where: str, value: Any) -> None:
    list_of(_hls_layer)(where, value)
    areas = [(layer.get("width") or 0) * (layer.get("height") or 0) for layer in value]
    if any(before < after for before, after in pairwise(areas)):
        raise refuse(f"{where} must begin with the biggest")


_SECONDS = whole(0)
_HLS = fields(
    {
        "name": text(".+"),
        "role": text(),
        "maxDuration": _SECONDS,
        "layers": _hls_layers,
        "playlistType": one_of("event", "live"),
        "numPlaylistSegments": whole(3, 150),
        "videoFrameRate": whole(1),
        "enableMetadataInsertion": flag,
        "enableStaticUrl": flag,
        "autoStopTimeout": _SECONDS,
        "recording": fields(
            {
                "hlsVod": flag,
                "singleFilePerLayer": flag,
                "enableZipUpload": flag,
                "layers": _hls_layers,
                "thumbnails": _THUMBNAILS,
                "presignDuration": _SECONDS,
            }
        ),
    },
    "name",
)
_RTMP = fields(
    {
        "name": text(".+"),
        "width": whole(1),
        "height": whole(1),
        "maxDuration": _SECONDS,
        "rtmpUrls": list_of(text("rtmps?://.+"), most=3),
        "recordingEnabled": flag,
        "autoStopTimeout": _SECONDS,
    },
    "name",
)
_TRANSCRIPTION = fields(
    {
        "name": text(".+"),
        "role": text(".+"),
        "modes": list_of(one_of("recorded", "live", "caption")),
        "outputModes": list_of(one_of("txt", "srt", "json")),
        "customVocabulary": list_of(text()),
        "summary": SUMMARY,
        "translation": fields({"enabled": flag, "roleLanguages": map_of(text())}),
    },
    *("name", "role"),
)
_BROWSER = fields(
    {
        "name": text(),
        "role": text(),
        **dict.fromkeys(("width", "height"), whole(1)),
        **dict.fromkeys(("maxDuration", "presignDuration", "autoStopTimeout"), _SECONDS),
        "thumbnails": _THUMBNAILS,
        "autoStart": flag,
    }
)
_DESTINATIONS = fields(
    {
        "rtmpDestinations": map_of(_RTMP),
        "hlsDestinations": map_of(_HLS),
        "transcriptions": map_of(_TRANSCRIPTION),
        "browserRecordings": map_of(_BROWSER),
    }
)


def destinations(where: str, value: Any, roles: Collection[str], settings: dict[str, Any]) -> None:
    """Destinations of a template with these roles and settings. Zip files need a bucket of one's own."""
    _DESTINATIONS(where, value)
    own = (settings.get("recording") or {}).get("upload")
    for name, one in (value.get("hlsDestinations") or {}).items():
        if (one.get("recording") or {}).get("enableZipUpload") and not own:
            raise refuse(f"hlsDestinations.{name}.recording.enableZipUpload needs storage of your own")
    for name, one in (value.get("transcriptions") or {}).items():
        one_of(*roles)(f"transcriptions.{name}.role", one["role"])


_COMPOSITE = fields(
    {
        "browserComposite": fields(
            {
                "enabled": flag,
                "autoStart": flag,
                "autoStopTimeout": _SECONDS,
                "width": whole(1),
                "height": whole(1),
            }
        ),
        "customComposite": fields({"enabled": flag}),
    }
)


def recordings(value: Any, roles: Collection[str]) -> None:
    """Recording configs of a template with these roles; one at most for now."""
    known: dict[str, Check] = {
        "name": text(".+"),
        "role": one_of(*roles),
        "maxDuration": _SECONDS,
        "presignDuration": _SECONDS,
        "thumbnails": _THUMBNAILS,
        "compositeRecording": _COMPOSITE,
        "trackRecording": fields({"enabled": flag}),
        "streamRecording": fields({"enabled": flag, "width": whole(1), "height": whole(1)}),
    }
    list_of(fields(known, "name", "role"), most=1)("recordings", value)


_WHITEBOARD = fields({"permissions": fields(dict.fromkeys(("admin", "writer", "reader"), list_of(text())))})
_CAPTIONS = fields({"permissions": fields({"admin": list_of(text())}), "mode": one_of("caption")})
PLUGINS = fields({"whiteboard": _WHITEBOARD, "transcriptions": _CAPTIONS})
