"""Which handler answers a request."""

import re
from dataclasses import replace

from rooms.simulator.exchange import Answer, Handler, Request, Route
from rooms.simulator.refusals import Refused


class Table:
    """Finds the handler of a request: 404 for an unknown path, 405 for an unknown method."""

    def __init__(self, routes: list[Route]) -> None:
        self._plain: dict[str, dict[str, Handler]] = {}
        self._patterns: list[tuple[re.Pattern[str], dict[str, Handler]]] = []
        for method, path, handler in routes:
            if path not in self._plain:
                self._plain[path] = {}
                if "{" in path:
                    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
                    self._patterns.append((re.compile(pattern), self._plain[path]))
            self._plain[path][method] = handler

    def find(self, request: Request) -> Answer:
        methods, parameters = self._plain.get(request.path), request.parameters
        if methods is None:
            for pattern, candidates in self._patterns:
                if match := pattern.fullmatch(request.path):
                    methods, parameters = candidates, match.groupdict()
                    break
        if methods is None:
            raise Refused(404, "not found")
        if request.method not in methods:
            raise Refused(405, "method not allowed")
        return methods[request.method](replace(request, parameters=parameters))
