"""The calls about messages: take one, and say how far one, or many, have come.

Knows how an answer of the intake is sent, how progress is written, and that an address whose messages come
to nothing is made to wait before more of them are examined; refuses to know what is in a message.
"""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import quoteattr

from sqlalchemy import Connection
from twisted.internet.defer import Deferred

from gateway import metrics
from gateway.http.access import Access
from gateway.http.exchange import XML, HttpError, Request, Response, answer_json, refusal_headers
from gateway.http.router import Route
from gateway.limits import Allowance
from gateway.services import Answer, Intake, Jobs, Reactor
from messages.wire import wire_time
from receipts import cursor
from storage import mailboxes
from storage.progress import Progress, progress

MOST = 100  # messages that one call asks for
MAX_LIST = 16 * 1024  # bytes of that call's body
REFUSAL_BYTES = 4096  # what a refusal costs beside the bytes of its message
_COP_MSG_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Messages:
    """POST /v1/messages, GET /v1/messages/{CopMsgId}, POST /v1/messages/status."""

    def __init__(
        self,
        reactor: Reactor,
        intake: Intake,
        access: Access,
        reader: Jobs,
        body_bytes: int,
        refusals: Allowance,
    ) -> None:
        """`refusals`: bytes of refused messages that an address, or a session's party, may send."""
        self._reactor = reactor
        self._intake = intake
        self._access = access
        self._reader = reader
        self._refusals = refusals
        self.routes = (
            Route("POST", "/v1/messages", self.take, body_bytes, refuse=self.refuse),
            Route("GET", "/v1/messages/{CopMsgId}", self.one),
            Route("POST", "/v1/messages/status", self.many, MAX_LIST),
        )

    def refuse(self, error: HttpError) -> Response:
        """Whatever HTTP refuses of this call is a DxpRep 3001: not taken, to be sent again."""
        return Response(error.status, self._intake.unavailable(error.info), XML, refusal_headers(error))

    def take(self, request: Request) -> Deferred[Response]:
        """Take one envelope."""
        began = self._reactor.seconds()
        if request.header(b"authorization"):
            taken = Deferred.fromCoroutine(self._with_session(request))
        else:
            taken = self._examined(request, request.peer, "")
        # The client may go away; what it sent is taken all the same, so this Deferred is not the intake's.
        answered: Deferred[Response] = Deferred()

        def answer(answer: Answer) -> None:
            metrics.REPLY_SECONDS.observe(self._reactor.seconds() - began)
            headers = () if answer.retry_after is None else (("Retry-After", str(answer.retry_after)),)
            answered.callback(Response(answer.status, answer.body, XML, headers, cut=answer.lost))

        taken.addCallback(answer)
        taken.addErrback(answered.errback)
        return answered

    async def _with_session(self, request: Request) -> Answer:
        try:
            session = await self._access.known(request)
        except HttpError:
            session = None  # the call needs no session, so one that is over refuses nothing
        if session is None:
            return await self._examined(request, request.peer, "")
        # A party that proves itself does not wait for what others at its address have sent.
        return await self._examined(request, f"session {session.dxp_id}", session.dxp_id)

    def _examined(self, request: Request, payer: str, session: str) -> Deferred[Answer]:
        """The intake's answer; a refusal is charged to `payer`. Raises HttpError 429 if that is too much."""
        wait = self._refusals.wait(payer)
        if wait:
            raise HttpError(429, f"too much of what came from you was refused; wait {wait} seconds", wait)

        def charge(answer: Answer) -> Answer:
            if answer.refused:
                self._refusals.charge(payer, len(request.body) + REFUSAL_BYTES)
            return answer

        return self._intake.take(request.body, request.peer, session).addCallback(charge)

    async def one(self, request: Request) -> Response:
        """State and all receipts so far of one message of the caller's party."""
        session = await self._access.session(request)
        request.only(())
        name = request.parameters["CopMsgId"]
        found, documents = await self._reader.run(_one, session.dxp_id, name)
        if found is None:
            raise HttpError(404, f"no message {name} of {session.dxp_id} was accepted, and none refused")
        attributes = {
            "copMsgId": found.cop_msg_id,
            "state": state(found),
            "type": found.type,
            "digest": found.digest,
            "acceptedAt": wire_time(found.accepted_at) if found.accepted_at else "",
            "openNodes": str(found.open_nodes),
            "archivedReceipts": str(sum(each.archived for each in found.receipts) or ""),
        }
        head = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value)
        body = b"".join((f"<MessageStatus{head}>".encode(), *documents, b"</MessageStatus>"))
        return Response(200, body, XML)

    async def many(self, request: Request) -> Response:
        """State and receipts, without their documents, of up to MOST messages of the caller's party."""
        session = await self._access.session(request)
        names = request.json().get("copMsgIds")
        if (
            not isinstance(names, list)
            or not 1 <= len(names) <= MOST
            or not all(isinstance(name, str) and _COP_MSG_ID.fullmatch(name) for name in names)
        ):
            raise HttpError(422, f"copMsgIds must be a list of 1 to {MOST} CopMsgIds")
        found = await self._reader.run(progress, session.dxp_id, names)
        return answer_json({"messages": [_line(name, found.get(name)) for name in dict.fromkeys(names)]})


def state(found: Progress | None) -> str:
    """One word: unknown, refused (its receipt says why), processing, or processed."""
    if found is None:
        return "unknown"
    if found.accepted_at is None:
        return "refused"
    return "processing" if found.open_nodes else "processed"


def _line(name: str, found: Progress | None) -> dict[str, Any]:
    line: dict[str, Any] = {"copMsgId": name, "state": state(found)}
    if found is None:
        return line
    if found.accepted_at is not None:
        line |= {
            "type": found.type,
            "digest": found.digest,
            "acceptedAt": wire_time(found.accepted_at),
            "openNodes": found.open_nodes,
        }
    line["receipts"] = [
        {
            "cursor": cursor.encode(each.position),
            "type": each.type,
            "status": each.status,
            "caseNo": each.case_no,
            "createdAt": wire_time(each.created_at),
            **({"archived": True} if each.archived else {}),
        }
        for each in found.receipts
    ]
    return line


def _one(conn: Connection, party: str, name: str) -> tuple[Progress | None, tuple[bytes, ...]]:
    found = progress(conn, party, (name,)).get(name)
    if found is None:
        return None, ()
    return found, tuple(each.document for each in mailboxes.for_message(conn, party, name) if each.document)
