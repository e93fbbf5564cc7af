"""The calls of the sandbox: order faults for the own party's messages, see what is left, take it back."""

from __future__ import annotations

import re
from typing import Any

from gateway.http.access import Access
from gateway.http.exchange import HttpError, Request, Response, answer_json
from gateway.http.router import PATTERNS, Route
from gateway.sandbox import FAULTS, MOST_ORDERS, MOST_SECONDS, MOST_TIMES, Order, Sandbox

MAX_BODY = 16 * 1024
_FIELDS = {"fault", "times", "seconds", "copMsgId"}


class SandboxCalls:
    """GET, PUT and DELETE /v1/sandbox."""

    def __init__(self, sandbox: Sandbox, access: Access) -> None:
        self._sandbox = sandbox
        self._access = access
        self.routes = (
            Route("GET", "/v1/sandbox", self.ordered),
            Route("PUT", "/v1/sandbox", self.order, MAX_BODY),
            Route("DELETE", "/v1/sandbox", self.forget),
        )

    async def ordered(self, request: Request) -> Response:
        """What is still to come."""
        session = await self._access.session(request)
        return self._told(session.dxp_id)

    async def order(self, request: Request) -> Response:
        """`{"faults": [{"fault", "times"?, "seconds"?, "copMsgId"?}]}`, in place of the former."""
        session = await self._access.session(request)
        wanted = request.json().get("faults")
        if not isinstance(wanted, list) or len(wanted) > MOST_ORDERS:
            raise HttpError(422, f"faults must be a list of at most {MOST_ORDERS}")
        self._sandbox.order(session.dxp_id, [_order(each) for each in wanted])
        return self._told(session.dxp_id)

    async def forget(self, request: Request) -> Response:
        """Order nothing any more."""
        session = await self._access.session(request)
        self._sandbox.order(session.dxp_id, ())
        return Response(204)

    def _told(self, party: str) -> Response:
        return answer_json({"faults": [each.plain() for each in self._sandbox.ordered(party)]})


def _order(wanted: Any) -> Order:
    """Raises HttpError 422."""
    if not isinstance(wanted, dict) or wanted.keys() - _FIELDS:
        raise HttpError(422, f"a fault has no fields but {', '.join(sorted(_FIELDS))}")
    fault, cop_msg_id = wanted.get("fault"), wanted.get("copMsgId", "")
    if not isinstance(fault, str) or fault not in FAULTS:
        raise HttpError(422, f"fault must be one of {', '.join(FAULTS)}")
    if not isinstance(cop_msg_id, str) or (cop_msg_id and not re.fullmatch(PATTERNS["CopMsgId"], cop_msg_id)):
        raise HttpError(422, "copMsgId must be a CopMsgId")
    times, seconds = wanted.get("times", 1), wanted.get("seconds", 1)
    if type(times) is not int or not 1 <= times <= MOST_TIMES:
        raise HttpError(422, f"times must be a whole number from 1 to {MOST_TIMES}")
    if type(seconds) not in (int, float) or not 0 <= seconds <= MOST_SECONDS:
        raise HttpError(422, f"seconds must be a number from 0 to {MOST_SECONDS}")
    return Order(fault, times, float(seconds), cop_msg_id)
