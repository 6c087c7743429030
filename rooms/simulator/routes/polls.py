"""Section Polls: polls and quizzes, and what people answered; each answer list with and without a session."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from rooms.simulator.answers import PollRun, Response, Result, runs
from rooms.simulator.exchange import Answer, Request, Route, answer
from rooms.simulator.polls import OPTION, POLL, QUESTION, Poll, option, placed, question, without_option
from rooms.simulator.refusals import Refused
from rooms.simulator.routes import part
from rooms.simulator.world import World


class _Shown(Protocol):
    @property
    def id(self) -> str: ...

    def as_object(self) -> dict[str, Any]: ...


def routes(world: World) -> list[Route]:
    """The section's routes over a world."""

    def named(request: Request) -> Poll:
        poll = world.polls.get(request.parameters["poll_id"])
        if poll is None:
            raise Refused(404, "not found")
        return poll

    # What we set

    def create_poll(request: Request) -> Answer:
        body = request.json()
        POLL("", body)
        return answer(world.add_poll(body).as_object())

    def get_poll(request: Request) -> Answer:
        return answer(named(request).as_object())

    def update_poll(request: Request) -> Answer:
        poll, body = named(request), request.json()
        POLL("", body)
        poll.rewrite(body, world.now())
        return answer(poll.as_object())

    def changed(request: Request, change: Callable[[list[dict[str, Any]], int], None]) -> dict[str, Any]:
        """Change the question the path names, or its list; answers the poll as it is then."""
        poll = named(request)
        draft = poll.draft()
        change(draft["questions"], placed(draft["questions"], request.parameters["question_id"]))
        poll.rewrite(draft, world.now())
        return poll.as_object()

    def update_question(request: Request) -> Answer:
        body = request.json()
        QUESTION("", body)

        def put(questions: list[dict[str, Any]], place: int) -> None:
            questions[place] = question(body, place + 1)

        index = int(request.parameters["question_id"]) if request.parameters["question_id"].isdigit() else 0
        return answer(changed(request, put)["questions"][index - 1])

    def delete_question(request: Request) -> Answer:
        def drop(questions: list[dict[str, Any]], place: int) -> None:
            del questions[place]

        changed(request, drop)
        return Answer(204, b"")

    def update_option(request: Request) -> Answer:
        body = request.json()
        OPTION("", body)
        done: list[dict[str, Any]] = []

        def put(questions: list[dict[str, Any]], place: int) -> None:
            options = questions[place].get("options", [])
            at = placed(options, request.parameters["option_id"])
            options[at] = option(body, at + 1)
            done.append(options[at])

        changed(request, put)
        return answer(done[0])

    def delete_option(request: Request) -> Answer:
        def drop(questions: list[dict[str, Any]], place: int) -> None:
            at = placed(questions[place].get("options", []), request.parameters["option_id"])
            questions[place] = without_option(questions[place], at)

        changed(request, drop)
        return Answer(204, b"")

    # What happened

    def of(request: Request) -> list[PollRun]:
        return runs(world, named(request), request.parameters.get("session_id"))

    def responses(request: Request, *, replaced: bool) -> list[Response]:
        return [one for run in of(request) for one in run.responses(replaced=replaced)]

    def results(request: Request) -> list[Result]:
        return [one for run in of(request) for one in run.results()]

    def list_runs(request: Request) -> Answer:
        # Their docs put runs under responses, as here.
        return _listed(request, "responses", of(request))

    def list_responses(request: Request) -> Answer:
        found = responses(request, replaced=request.flag("all") or False)
        wanted = _question(request)
        return _listed(request, "responses", [one for one in found if wanted in (None, one.question)])

    def list_results(request: Request) -> Answer:
        wanted = _question(request)
        found = [one for one in results(request) if wanted in (None, one.response.question)]
        return _listed(request, "results", found)

    def get_response(request: Request) -> Answer:
        return answer(_one(responses(request, replaced=True), request.parameters["response_id"]).as_object())

    def get_result(request: Request) -> Answer:
        return answer(_one(results(request), request.parameters["result_id"]).as_object())

    poll = "/v2/polls/{poll_id}"
    asked, session = f"{poll}/questions/{{question_id}}", f"{poll}/sessions/{{session_id}}"
    return [
        ("POST", "/v2/polls", create_poll),
        ("GET", poll, get_poll),
        ("POST", poll, update_poll),
        ("POST", asked, update_question),
        ("DELETE", asked, delete_question),
        ("POST", f"{asked}/options/{{option_id}}", update_option),
        ("DELETE", f"{asked}/options/{{option_id}}", delete_option),
        ("GET", f"{poll}/sessions", list_runs),
        ("GET", session, list_runs),
        *[
            route
            for place in (poll, session)
            for route in (
                ("GET", f"{place}/responses", list_responses),
                ("GET", f"{place}/responses/{{response_id}}", get_response),
                ("GET", f"{place}/results", list_results),
                ("GET", f"{place}/results/{{result_id}}", get_result),
            )
        ],
    ]


def _question(request: Request) -> int | None:
    return request.number("question", 1, 1, 10_000) if request.text("question") else None


def _listed(request: Request, key: str, items: Sequence[_Shown]) -> Answer:
    limit, chosen, last = part(request, items, least=1)
    return answer({"limit": limit, key: [one.as_object() for one in chosen], "last": last})


def _one(items: Sequence[_Shown], wanted: str) -> _Shown:
    """Raises Refused (404) when there is none of that id."""
    found = next((one for one in items if one.id == wanted), None)
    if found is None:
        raise Refused(404, "not found")
    return found
