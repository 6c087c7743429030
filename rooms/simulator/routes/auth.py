"""The other host: trades a room code for a token. Here it is the same server, under `/auth/v2`."""

from rooms.simulator.checks import refuse
from rooms.simulator.codes import Entrances
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.tokens import Tokens


def routes(entrances: Entrances, tokens: Tokens) -> list[Route]:
    """The one route; it needs no management token, the code is the credential."""

    def create_token(request: Request) -> Answer:
        body = request.json()
        given, user_id = body.get("code"), body.get("user_id")
        if not isinstance(given, str) or not given:
            raise refuse("code is required")
        if not isinstance(user_id, str | None):
            raise refuse("user_id must be text")
        code, room = entrances.admitted(given)
        return answer({"token": tokens.issue(room.id, code.role, user_id or "")})

    return [("POST", "/auth/v2/token", create_token)]
