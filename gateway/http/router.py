"""Which call answers a request: a table of routes, matched whole against the path.

Knows methods, path patterns and how large a body each call takes; refuses to know what the calls do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred

from gateway.http.exchange import HttpError, Request, Response, refuse_json

Handler = Callable[[Request], "Response | Deferred[Response] | Coroutine[Deferred[Any], Any, Response]"]
_PARAMETER = re.compile(r"\{(\w+)\}")

PATTERNS = {
    "CopMsgId": r"[A-Za-z0-9_-]{1,64}",
    "system": r"[a-z]{1,20}",
    "number": r"[A-Za-z0-9-]{1,40}",
    "list": r"[a-z][a-z0-9_-]{0,39}",
    "code": r"[A-Z0-9]{1,20}",
    "name": r"[a-z][a-z0-9-]{0,39}",
    "what": r"[a-z]{1,20}",
    "sha256": r"[0-9a-f]{64}",
    "id": r"[0-9]{1,18}",
}
"""What each parameter of a path may be. No dot, slash or percent sign: a path cannot lead anywhere else."""


@dataclass(frozen=True, slots=True)
class Route:
    """One call. `limit` is the most bytes of body; `stream`: the handler starts before the body has come.

    `body_seconds` is its own time for the body where the common one is too short.
    """

    method: str
    path: str  # as in the OpenAPI description: /v1/types/{code}.xsd
    handler: Handler
    limit: int = 0
    stream: bool = False
    body_seconds: float | None = None
    refuse: Callable[[HttpError], Response] = refuse_json


class Router:
    """The routes of one server."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._fixed: dict[str, dict[str, Route]] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], dict[str, Route]]] = {}
        for route in self.routes:
            if "{" not in route.path:
                self._fixed.setdefault(route.path, {})[route.method] = route
                continue
            if route.path not in self._patterns:
                self._patterns[route.path] = (re.compile(_pattern(route.path)), {})
            self._patterns[route.path][1][route.method] = route

    def find(self, request: Request) -> Route:
        """The route of a request, whose `parameters` it fills. Raises HttpError 404 or 405."""
        methods = self._fixed.get(request.path)
        if methods is None:
            for pattern, candidates in self._patterns.values():
                if match := pattern.fullmatch(request.path):
                    methods, request.parameters = candidates, match.groupdict()
                    break
            else:
                raise HttpError(404, "there is nothing at this path; the calls are in docs/openapi.yaml")
        route = methods.get(request.head.method)
        if route is None:
            allowed = ", ".join(sorted(methods))
            raise HttpError(405, f"this path answers {allowed} only", Allow=allowed)
        return route


def _pattern(path: str) -> str:
    parts = _PARAMETER.split(path)
    return "".join(
        f"(?P<{part}>{PATTERNS[part]})" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )
