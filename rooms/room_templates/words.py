"""What we call the settings of a template: 100ms's path to our words and the unit of the value.

Pure: no Django, no clock.
"""

from collections.abc import Mapping
from typing import Final

PERMISSIONS: Final[Mapping[str, str]] = {
    "endRoom": "may end the room",
    "removeOthers": "may remove others",
    "mute": "may mute others",
    "unmute": "may ask others to unmute",
    "changeRole": "may change roles",
    "sendRoomState": "may send the room's state",
    "pollRead": "may see polls",
    "pollWrite": "may make polls",
    "browserRecording": "may start recordings",
    "rtmpStreaming": "may start streams (RTMP)",
    "hlsStreaming": "may start live streams (HLS)",
}
KINDS: Final[Mapping[str, str]] = {
    "rtmpDestinations": "RTMP stream",
    "hlsDestinations": "HLS stream",
    "transcriptions": "transcription",
    "browserRecordings": "browser recording",
}
MEDIA: Final[Mapping[str, str]] = {"audio": "sound", "video": "camera", "screen": "screen", "simulcast": "simulcast"}
STORAGES: Final[Mapping[str, str]] = {
    "s3": "Amazon S3",
    "gs": "Google Cloud Storage",
    "oss": "Alibaba OSS",
    "azure": "Azure Blob Storage",
}
REGIONS: Final[Mapping[str, str]] = {
    "in": "India",
    "us": "United States",
    "eu": "Europe",
    "auto": "closest to the first person",
}

_QUALITY: Final[Mapping[str, tuple[str, str]]] = {
    f"publishParams.{medium}.{key}": (f"{word}, {what}", unit)
    for medium, word in MEDIA.items()
    for key, (what, unit) in {
        "bitRate": ("bit rate", "kbps"),
        "codec": ("codec", ""),
        "frameRate": ("frames", "a second"),
        "width": ("width", "px"),
        "height": ("height", "px"),
    }.items()
}
ROLE: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("is called", ""),
    "priority": ("has the priority", ""),
    "maxPeerCount": ("has places", ""),
    "publishParams.allowed": ("may publish", ""),
    **_QUALITY,
    "publishParams.simulcast.video.layers": ("camera, simulcast layers", ""),
    "publishParams.simulcast.screen.layers": ("screen, simulcast layers", ""),
    "subscribeParams.subscribeToRoles": ("sees and hears", ""),
    "subscribeParams.maxSubsBitRate": ("receives at most", "kbps"),
    "subscribeParams.subscribeDegradation.packetLossThreshold": ("gets less video from a packet loss of", "%"),
    "subscribeParams.subscribeDegradation.degradeGracePeriodSeconds": ("gets less video after", "s"),
    "subscribeParams.subscribeDegradation.recoverGracePeriodSeconds": ("gets full video back after", "s"),
    **{f"permissions.{key}": (words, "") for key, words in PERMISSIONS.items()},
}
SETTINGS: Final[Mapping[str, tuple[str, str]]] = {
    "region": ("region", ""),
    "recording.enabled": ("old recording switch", ""),
    "recording.upload.type": ("recordings are stored in", ""),
    "recording.upload.location": ("bucket for recordings", ""),
    "recording.upload.prefix": ("path in the bucket", ""),
    "recording.upload.options.region": ("region of the bucket", ""),
    "recording.upload.credentials": ("keys of the bucket", ""),
    "recording.upload.credentials.key": ("key of the bucket", ""),
    "recording.upload.credentials.secret": ("secret of the bucket", ""),
    "roomState.enabled": ("tell who is in a room before joining", ""),
    "roomState.messageInterval": ("the state of a room is told every", "s"),
    "roomState.sendPeerList": ("the state of a room names people", ""),
    "roomState.stopRoomStateOnJoin": ("the state of a room stops on joining", ""),
    "retry": ("retry", ""),
}
_THUMBNAILS: Final[Mapping[str, tuple[str, str]]] = {
    "thumbnails.enabled": ("thumbnails", ""),
    "thumbnails.width": ("thumbnails, width", "px"),
    "thumbnails.height": ("thumbnails, height", "px"),
    "thumbnails.fps": ("thumbnails a second", ""),
    "thumbnails.offsets": ("thumbnails at second", ""),
}
DESTINATION: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("name", ""),
    "role": ("role", ""),
    "width": ("width", "px"),
    "height": ("height", "px"),
    "maxDuration": ("longest run", "s"),
    "autoStopTimeout": ("stops by itself after", "s"),
    "rtmpUrls": ("addresses", ""),
    "recordingEnabled": ("records too", ""),
    "layers": ("layers", ""),
    "playlistType": ("kind of playlist", ""),
    "numPlaylistSegments": ("segments in the playlist", ""),
    "videoFrameRate": ("frames", "a second"),
    "enableMetadataInsertion": ("metadata in the stream", ""),
    "enableStaticUrl": ("address stays the same", ""),
    "recording.hlsVod": ("keeps the stream to be watched later", ""),
    "recording.singleFilePerLayer": ("keeps one file a layer", ""),
    "recording.enableZipUpload": ("keeps a zip file", ""),
    "recording.layers": ("layers that are kept", ""),
    "recording.presignDuration": ("links to recordings last", "s"),
    **{f"recording.{path}": words for path, words in _THUMBNAILS.items()},
    **_THUMBNAILS,
    "presignDuration": ("links to recordings last", "s"),
    "autoStart": ("starts by itself", ""),
    "modes": ("transcribes", ""),
    "outputModes": ("files", ""),
    "customVocabulary": ("own words", ""),
    "summary.enabled": ("writes a summary", ""),
    "summary.context": ("summary, context", ""),
    "translation.enabled": ("translates", ""),
    "translation.roleLanguages": ("languages by role", ""),
}
RECORDINGS: Final[Mapping[str, tuple[str, str]]] = {
    **_THUMBNAILS,
    "name": ("name", ""),
    "role": ("records as the role", ""),
    "maxDuration": ("longest recording", "s"),
    "presignDuration": ("links to recordings last", "s"),
    "compositeRecording.browserComposite.enabled": ("one film of the room", ""),
    "compositeRecording.browserComposite.autoStart": ("one film of the room starts by itself", ""),
    "compositeRecording.browserComposite.autoStopTimeout": ("one film of the room stops by itself after", "s"),
    "compositeRecording.browserComposite.width": ("one film of the room, width", "px"),
    "compositeRecording.browserComposite.height": ("one film of the room, height", "px"),
    "compositeRecording.customComposite.enabled": ("one film with a layout of one's own", ""),
    "trackRecording.enabled": ("a file for each track", ""),
    "streamRecording.enabled": ("a file for each person", ""),
    "streamRecording.width": ("a file for each person, width", "px"),
    "streamRecording.height": ("a file for each person, height", "px"),
}
