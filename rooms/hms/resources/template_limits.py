"""What the contract allows in a template: roles, settings, destinations, recordings (its schemas of these names).

Bit rates are in kbps, sizes in pixels, durations in seconds.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from rooms.hms.limits import Rule, both, by_name, each, fields, flag, number, one_of, text, whole
from rooms.hms.resources.jobs import SUMMARY

_REGION = one_of("in", "us", "eu", "auto")
_SIZE = {"width": whole(), "height": whole()}
_SECONDS = whole()
_THUMBNAILS = fields({**_SIZE, "enabled": flag, "offsets": each(whole()), "fps": whole()})


def _first_is_whole_and_each_smaller(name: str, layers: Sequence[Mapping[str, Any]]) -> None:
    """Layers are f, h, q in this order; f is not scaled down, each after it more than the one before."""
    if [layer["rid"] for layer in layers] != ["f", "h", "q"][: len(layers)]:
        raise ValueError(f"{name} must be f, then h, then q, none twice")
    scales = [layer["scaleResolutionDownBy"] for layer in layers]
    if scales and scales[0] != 1:
        raise ValueError(f"{name}[0].scaleResolutionDownBy must be 1")
    if any(later <= earlier for earlier, later in pairwise(scales)):
        raise ValueError(f"{name}: scaleResolutionDownBy must grow from layer to layer")


_LAYER = fields(
    {
        "rid": one_of("f", "h", "q"),
        "scaleResolutionDownBy": number(1, 12),
        "maxBitrate": whole(0, 2000, unit="kbps"),
        "maxFramerate": whole(1, 30),
    },
    required=("rid", "scaleResolutionDownBy", "maxFramerate"),
)
_LAYERS = fields({"layers": both(each(_LAYER, most=3), _first_is_whole_and_each_smaller)})
_PUBLISH = fields(
    {
        "allowed": each(one_of("audio", "video", "screen", "simulcast")),
        "audio": fields({"bitRate": whole(16, 128, unit="kbps"), "codec": one_of("opus")}),
        "video": fields(
            {
                "bitRate": whole(30, 2000, unit="kbps"),
                "codec": one_of("vp8"),
                "frameRate": whole(1, 30),
                "width": whole(50, 1920),
                "height": whole(50, 1080),
            }
        ),
        "screen": fields(
            {
                "bitRate": whole(500, unit="kbps"),
                "codec": one_of("vp8"),
                "frameRate": whole(1, 30),
                "width": whole(480, 1920),
                "height": whole(270, 1080),
            }
        ),
        "simulcast": fields({"video": _LAYERS, "screen": _LAYERS}),
    }
)
_SUBSCRIBE = fields(
    {
        "subscribeToRoles": each(text()),
        "maxSubsBitRate": whole(),
        "subscribeDegradation": fields(
            {
                "packetLossThreshold": whole(1, 100),
                "degradeGracePeriodSeconds": whole(1, 10),
                "recoverGracePeriodSeconds": whole(1, 10),
            }
        ),
    }
)
ROLE: Rule = fields(
    {
        "name": text(),
        "publishParams": _PUBLISH,
        "subscribeParams": _SUBSCRIBE,
        "permissions": by_name(flag),
        "priority": whole(1, 5),
        "maxPeerCount": whole(-1),
    }
)

_UPLOAD = fields(
    {
        "type": one_of("s3", "gs", "oss", "azure"),
        "location": text(),
        "prefix": text(empty=True),
        "options": fields({"region": text(empty=True)}),
        # The secret is `secretKey` in requests and `secret` in a sample of an answer: either may be sent back.
        "credentials": fields({"key": text(), "secretKey": text(), "secret": text()}, required=("key",)),
    },
    required=("type", "location"),
)
SETTINGS: Rule = fields(
    {
        "region": _REGION,
        "recording": fields({"enabled": flag, "upload": _UPLOAD}),
        "roomState": fields(
            {
                "messageInterval": whole(5, 3600, unit="seconds", step=5),
                "sendPeerList": flag,
                "stopRoomStateOnJoin": flag,
                "enabled": flag,
            }
        ),
    }
)


def _hls_layer(name: str, value: Mapping[str, Any]) -> None:
    width, height = value.get("width"), value.get("height")
    if width is None or height is None:
        return
    shorter, longer = sorted((("width", width), ("height", height)), key=lambda side: side[1])
    whole(144, 1080, unit="pixels as the shorter side", step=2)(f"{name}.{shorter[0]}", shorter[1])
    whole(192, 1920, unit="pixels as the longer side", step=2)(f"{name}.{longer[0]}", longer[1])


def _biggest_first(name: str, layers: Sequence[Mapping[str, Any]]) -> None:
    sizes = [layer["width"] * layer["height"] for layer in layers if layer.get("width") and layer.get("height")]
    if sizes != sorted(sizes, reverse=True):
        raise ValueError(f"{name} must begin with the biggest layer")


_HLS_LAYERS = both(
    each(both(fields({**_SIZE, "videoBitrate": whole(), "audioBitrate": whole()}), _hls_layer)), _biggest_first
)
_RTMP = fields(
    {
        **_SIZE,
        "name": text(),
        "maxDuration": _SECONDS,
        "rtmpUrls": each(text(), most=3),
        "recordingEnabled": flag,
        "autoStopTimeout": _SECONDS,
    },
    required=("name",),
)
_HLS = fields(
    {
        "name": text(),
        "role": text(empty=True),
        "maxDuration": _SECONDS,
        "layers": _HLS_LAYERS,
        "playlistType": one_of("event", "live"),
        # Documented for live playlists only, yet the sample sends it with event: let pass with both.
        "numPlaylistSegments": whole(3, 150),
        "videoFrameRate": whole(),
        "enableMetadataInsertion": flag,
        "enableStaticUrl": flag,
        "autoStopTimeout": _SECONDS,
        "recording": fields(
            {
                "hlsVod": flag,
                "singleFilePerLayer": flag,
                "enableZipUpload": flag,
                "layers": _HLS_LAYERS,
                "thumbnails": _THUMBNAILS,
                "presignDuration": _SECONDS,
            }
        ),
    },
    required=("name",),
)
_TRANSCRIPTION = fields(
    {
        "name": text(),
        "role": text(),
        "modes": each(one_of("recorded", "live", "caption")),
        "outputModes": each(one_of("txt", "srt", "json")),
        "customVocabulary": each(text()),
        "summary": SUMMARY,
        "translation": fields({"enabled": flag, "roleLanguages": by_name(text())}),
    },
    required=("name", "role"),
)
_BROWSER_RECORDING = fields(
    {
        **_SIZE,
        "name": text(),
        "role": text(),
        "maxDuration": _SECONDS,
        "thumbnails": _THUMBNAILS,
        "presignDuration": _SECONDS,
        "autoStart": flag,
        "autoStopTimeout": _SECONDS,
    }
)
DESTINATIONS: Rule = fields(
    {
        "rtmpDestinations": by_name(_RTMP),
        "hlsDestinations": by_name(_HLS),
        "transcriptions": by_name(_TRANSCRIPTION),
        "browserRecordings": by_name(_BROWSER_RECORDING),
    }
)

# A list of one element at most for now.
RECORDINGS: Rule = each(
    fields(
        {
            "name": text(),
            "role": text(),
            "maxDuration": _SECONDS,
            "presignDuration": _SECONDS,
            "thumbnails": _THUMBNAILS,
            "compositeRecording": fields(
                {
                    "browserComposite": fields(
                        {**_SIZE, "enabled": flag, "autoStart": flag, "autoStopTimeout": _SECONDS}
                    ),
                    "customComposite": fields({"enabled": flag}),
                }
            ),
            "trackRecording": fields({"enabled": flag}),
            "streamRecording": fields({**_SIZE, "enabled": flag}),
        },
        required=("name", "role"),
    ),
    most=1,
)

_PLUGINS = fields(
    {
        "whiteboard": fields({"permissions": by_name(each(text()))}),
        "transcriptions": fields({"permissions": by_name(each(text())), "mode": one_of("caption")}),
    }
)
TEMPLATE: Rule = fields(
    {
        "name": text(pattern="[A-Za-z0-9 .:_-]+", form="made of letters, digits, spaces and - . _ : only"),
        "default": flag,
        "roles": by_name(ROLE),
        "settings": SETTINGS,
        "destinations": DESTINATIONS,
        "plugins": _PLUGINS,
    }
)
