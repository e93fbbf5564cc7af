"""The calls of those who run the gateway about registrations (注册审核): what waits, and a decision on it.

Knows who may decide, what of a request is shown, and how a decision that cannot be is answered; refuses to
know what it brings about (`gateway.admission`). A decision is made once, whoever is first: a second operator
is told by whom. No answer holds a password's hash or a code.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from gateway import admission
from gateway.http.access import Access
from gateway.http.exchange import HttpError, Request, Response, Text, answer_json
from gateway.http.router import Route
from gateway.http.running import operator, wire
from gateway.outbound import texts
from gateway.outbound.notices import Notices
from gateway.services import Clock, Jobs
from messages.wire import wire_time
from storage import nodes, registrations, registry
from storage.journal import Chain
from storage.registrations import ACCOUNT, APPROVED, PENDING, REFUSED, Registration

MAX_BODY = 4096
MOST = 200  # requests that are shown, the oldest first
NEW = "new"  # the party that is made for whom nobody knows

_FIELDS = {"decision": Text(10), "party": Text(40, 0, ""), "reason": Text(500, 0, "")}

log = structlog.get_logger("gateway.approvals")


class _Cannot(Exception):
    """A decision that cannot be: why, as a word and in a sentence, and what a screen needs to say it."""

    def __init__(self, why: str, info: str, **more: Any) -> None:
        super().__init__(info)
        self.told = {"status": 409, "info": info, "why": why, "by": "", "state": "", "parties": [], **more}


class Approvals:
    """GET /v1/operations/registrations, POST /v1/operations/registrations/{id}."""

    def __init__(
        self, access: Access, writer: Jobs, reader: Jobs, chain: Chain, notices: Notices, clock: Clock
    ) -> None:
        """`chain`: the journal's, of this gateway."""
        self._access = access
        self._writer = writer
        self._reader = reader
        self._chain = chain
        self._notices = notices
        self._clock = clock
        self.routes = (
            Route("GET", "/v1/operations/registrations", self.show),
            Route("POST", "/v1/operations/registrations/{id}", self.decide, MAX_BODY),
        )

    async def show(self, request: Request) -> Response:
        """What waits for a decision, the oldest first."""
        await operator(self._access, request)
        request.only(())
        return answer_json(await self._reader.run(_waiting))

    async def decide(self, request: Request) -> Response:
        """Let somebody in, as a new party or into the one that is named, or refuse him with a reason."""
        session = await operator(self._access, request)
        number = int(request.parameters["id"])
        body = request.json()
        given = {name: field.of(body, name) for name, field in _FIELDS.items()}
        decision, party, reason = given["decision"], given["party"], given["reason"].strip()
        if decision == "approve" and not party:
            raise HttpError(422, f"party must be {NEW}, or the dxpId of the party of this number to join")
        if decision == "refuse" and not reason:
            raise HttpError(422, "reason must say why: the applicant is told")
        if decision not in ("approve", "refuse"):
            raise HttpError(422, "decision must be approve or refuse")
        do = self._approve if decision == "approve" else self._refuse
        try:
            done = await self._writer.run(do, number, session.holder, party, reason)
        except _Cannot as error:
            return answer_json(error.told, 409)
        except registrations.AlreadyDecided as error:
            return answer_json(_Cannot("decided", str(error)).told, 409)
        log.info("a registration was decided", number=number, state=done["state"], by=session.holder)
        return answer_json(done)

    # -- inside a transaction

    def _approve(self, conn: Connection, number: int, who: str, party: str, reason: str) -> dict[str, str]:
        found = self._open(conn, number)
        if found.kind != ACCOUNT:
            info = f"needs the CA's certificate: eport-gateway registration approve {number} --certificate …"
            raise _Cannot("files", info)
        there = _parties(conn, found)
        known = [each.dxp_id for each in there]
        if party != NEW and party not in known:
            raise _Cannot("stranger", f"{party} is no party of this number", parties=list(map(_party, there)))
        now = self._clock()
        try:
            let_in = admission.approve(
                conn, found, self._chain, now, by=who, dxp_id=None if party == NEW else party, reason=reason
            )
        except (admission.Taken, registry.AlreadyRegistered) as error:
            raise _Cannot("taken", f"{error}: refuse the request with this reason") from None
        except admission.Undecided as error:
            info = f"{error}: say that the applicant belongs to it, or refuse the request"
            raise _Cannot("undecided", info, parties=list(map(_party, there))) from None
        self._tell(conn, found, texts.approved(str(found.mail)), now)
        return {"state": APPROVED, "party": let_in}

    def _refuse(self, conn: Connection, number: int, who: str, _party: str, reason: str) -> dict[str, str]:
        found = self._open(conn, number)
        now = self._clock()
        registrations.settle(conn, found, REFUSED, by=who, at=now, reason=reason)
        admission.note(conn, self._chain, found, REFUSED, "", now)
        if found.mail:
            self._tell(conn, found, texts.refused(reason), now)
        return {"state": REFUSED, "party": ""}

    def _open(self, conn: Connection, number: int) -> Registration:
        """A request that nobody has decided; nobody else does, until this transaction is over."""
        found = registrations.get(conn, number)
        if found is not None and found.kind == ACCOUNT:
            admission.lock(conn, found)
            found = registrations.get(conn, number)
        if found is None or found.state in (registrations.UNPROVEN, registrations.KNOWN):
            raise _Cannot("none", f"no registration {number} waits for a decision")
        if found.state == PENDING and found.expires_at is not None and found.expires_at <= self._clock():
            info = f"registration {number} has expired"
            raise _Cannot("decided", info, state=registrations.EXPIRED)
        if found.state != PENDING:
            by = found.decided_by or ""
            info = f"registration {number} is {found.state} meanwhile" + (f", by {by}" if by else "")
            raise _Cannot("decided", info, by=by, state=found.state)
        return found

    def _tell(self, conn: Connection, one: Registration, letter: texts.Letter, now: datetime) -> None:
        subject, body = letter
        key = f"registration/{one.id}/decided"
        self._notices.write(conn, key, "", str(one.mail), subject, body, now)


def _waiting(conn: Connection) -> dict[str, Any]:
    found = registrations.listed(conn, PENDING, MOST)
    return {
        "at": wire_time(nodes.moment(conn)),
        "waiting": registrations.count(conn, PENDING),
        "registrations": [_registration(conn, each) for each in found],
    }


def _registration(conn: Connection, one: Registration) -> dict[str, Any]:
    said = {
        name: str(one.body.get(name) or "")
        for name in ("role", "copCode", "name", "contact", "telephone", "dxpId", "holder", "card")
    }
    return {
        "id": one.id,
        "kind": one.kind,
        "filedAt": wire_time(one.created_at),
        "endsAt": wire(one.expires_at),
        "mail": one.mail or "",
        **said,
        "hasAccount": bool(one.mail and registry.account_of_mail(conn, one.mail)),
        "parties": list(map(_party, _parties(conn, one))),
    }


def _parties(conn: Connection, one: Registration) -> list[registry.Party]:
    code = str(one.body.get("copCode") or "")
    return registry.parties_of_code(conn, code) if code else []


def _party(one: registry.Party) -> dict[str, str]:
    return {"dxpId": one.dxp_id, "name": one.name, "kind": one.kind}
