"""Auth tokens by room code: the one operation on another host (contract, create_auth_token_by_room_code)."""

from rooms.hms.limits import check, fields, text
from rooms.hms.resources.base import Moment, Object, Resource, body, operation, read

_CODE = fields({"code": text(), "user_id": text(empty=True)}, required=("code",))


class AuthToken(Object, frozen=True, kw_only=True):
    """A token with which one peer joins. Only `token` is certain; `expires_at` is a guess of the contract."""

    token: str
    expires_at: Moment | None = None

    def __repr__(self) -> str:
        return "<AuthToken>"


class Auth(Resource):
    """`client.auth`, at `auth_url`. No management token goes there: the code is the credential."""

    @operation("create_auth_token_by_room_code")
    def token(self, code: str, *, user_id: str | None = None) -> AuthToken:
        """Trade an enabled room code for a token. Raises NotFound, Forbidden (disabled) or RateLimited.

        Safe to repeat: a token more changes nothing, and the official SDK does so too.
        """
        asked = body(code=code, user_id=user_id)
        check(asked, _CODE)
        return read(AuthToken, self._post("token", body=asked, repeatable=True))
