"""SIP: telephones in a room (contract, tag Sip). 100ms must have allowed the account to."""

from collections.abc import Mapping, Sequence

from rooms.hms.limits import by_name, check, each, fields, flag, text
from rooms.hms.resources.base import Object, Resource, body, operation, read

_TRUNK = fields(
    {"username": text(), "password": text(), "address": text(), "from": text()},
    required=("username", "password", "address", "from"),
)
_CALL = fields(
    {
        "to": text(),
        "name": text(empty=True),
        "user_id": text(empty=True),
        "room_code": text(),
        "trunk_id": text(),
        "video": flag,
        "headers": by_name(text(empty=True)),
    },
    required=("to", "room_code", "trunk_id"),
)
_DIGITS = fields(
    {"digits": each(text(pattern="[0-9*#a-d]", form="one of 0 to 9, *, # and a to d"), least=1)}, required=("digits",)
)
PATIENCE_OF_A_CALL = 120.0
"""Seconds to wait for a telephone to be taken; 100ms blocks until then and names no figure."""


class SipId(Object, frozen=True, kw_only=True):
    """The id of a trunk or of a call, which is all that 100ms answers."""

    id: str


class Sip(Resource):
    """`client.sip`"""

    @operation("create_sip_trunk")
    def create_trunk(self, *, username: str, password: str, address: str, number: str) -> SipId:
        """A trunk to dial out by: the provider's SIP `address`, our `number`. Sent once: a repeat makes another."""
        asked = {"username": username, "password": password, "address": address, "from": number}
        check(asked, _TRUNK)
        return read(SipId, self._post("sip", "outbound", "trunks", body=asked, repeatable=False))

    @operation("update_sip_trunk")
    def update_trunk(self, trunk_id: str, *, username: str, password: str, address: str, number: str) -> SipId:
        """Replace a trunk's settings. Raises NotFound. Safe to repeat: it sets what it says."""
        asked = {"username": username, "password": password, "address": address, "from": number}
        check(asked, _TRUNK)
        return read(SipId, self._post("sip", "outbound", "trunks", trunk_id, body=asked, repeatable=True))

    @operation("start_sip_call")
    def call(
        self,
        to: str,
        *,
        room_code: str,
        trunk_id: str,
        name: str | None = None,
        user_id: str | None = None,
        video: bool | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = PATIENCE_OF_A_CALL,
    ) -> SipId:
        """Dial a number into the room of a code; waits until the call is taken or refused, `timeout` seconds.

        Raises CallTimedOut when nobody takes it. Sent once: a repeat would ring again.
        """
        asked = body(
            to=to,
            name=name,
            user_id=user_id,
            room_code=room_code,
            trunk_id=trunk_id,
            video=video,
            headers=headers,
        )
        check(asked, _CALL)
        return read(SipId, self._post("sip", "outbound", "call", body=asked, repeatable=False, timeout=timeout))

    @operation("send_sip_dtmf")
    def send_tones(self, digits: Sequence[str], *, auth_token: str) -> None:
        """Play tones to the telephones in a room. Raises BadRequest.

        `auth_token` is a peer's (`client.auth.token`): a management token is refused here. Sent once: a repeat
        would play them again.
        """
        asked = body(digits=digits)
        check(asked, _DIGITS)
        if not auth_token:
            raise ValueError("auth_token is required: a peer's, as client.auth.token gives")
        self._post("sip", "dtmf", body=asked, repeatable=False, token=auth_token)
