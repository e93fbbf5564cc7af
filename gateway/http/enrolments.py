"""The calls of people who register themselves: what is asked of them, the request, and the proof.

Knows their JSON and the form of each field; refuses to know what becomes of it.
"""

from __future__ import annotations

import re
from typing import Any

from gateway.enrolment import Asked, Closed, Enrolment, NotProven, TooOften
from gateway.http.exchange import HttpError, Request, Response, Text, answer_json
from gateway.http.router import Route
from gateway.outbound.letter import normal, one_line, valid
from gateway.passwords import MAX_PASSWORD, MIN_PASSWORD

MAX_BODY = 16 * 1024
LONGEST_MAIL = 64  # it is the account's name, too

_COP_CODE = re.compile(r"[0-9A-Z]{10}")
_TELEPHONE = re.compile(r"|[0-9+() -]{5,40}")
_FIELDS = {
    "role": Text(20),
    "copCode": Text(10, 10),
    "name": Text(100),
    "contact": Text(100),
    "telephone": Text(40, 0, ""),
    "mail": Text(LONGEST_MAIL),
    "password": Text(MAX_PASSWORD, MIN_PASSWORD),
}
_CONFIRMATION = {"token": Text(64), "password": Text(MAX_PASSWORD)}


class Enrolments:
    """GET /v1/registrations/terms, POST /v1/registrations/confirmations, and accounts' registrations."""

    def __init__(self, enrolment: Enrolment) -> None:
        self._enrolment = enrolment
        self.routes = (
            Route("GET", "/v1/registrations/terms", self.terms),
            Route("POST", "/v1/registrations/confirmations", self.confirm, MAX_BODY),
        )

    def terms(self, request: Request) -> Response:
        """Who may register, and what a request waits for."""
        request.only(())
        told = {
            "roles": list(self._enrolment.roles),
            "first": self._enrolment.first,
            "shortestPassword": MIN_PASSWORD,
        }
        return answer_json(told)

    async def ask(self, body: dict[str, Any], peer: str) -> Response:
        """File a request of the kind `account`; the same answer whatever is known of it already."""
        try:
            self._enrolment.admit(peer)
            asked = self._asked(body)
            first = await self._enrolment.ask(asked, body["password"])
        except Closed as error:
            raise HttpError(403, str(error)) from None
        except TooOften as error:
            raise HttpError(error.status, str(error), error.seconds) from None
        return answer_json({"state": first}, 202)

    async def confirm(self, request: Request) -> Response:
        """Prove an address by the code that was sent to it, with the password of the registration."""
        given = _fields(request.json(), _CONFIRMATION)
        try:
            settled = await self._enrolment.confirm(given["token"], given["password"], request.peer)
        except NotProven as error:
            raise HttpError(403, str(error)) from None
        except TooOften as error:
            raise HttpError(error.status, str(error), error.seconds) from None
        return answer_json({"state": settled.state, "account": settled.mail})

    def _asked(self, body: dict[str, Any]) -> Asked:
        given = _fields(body, _FIELDS)
        roles = self._enrolment.roles
        if given["role"] not in roles:
            raise HttpError(422, f"role must be one of {', '.join(roles)}")
        if not _COP_CODE.fullmatch(given["copCode"]):
            raise HttpError(422, "copCode must be 10 digits or capital letters")
        for name in ("name", "contact"):
            if not given[name].strip() or one_line(given[name]) != given[name]:
                raise HttpError(422, f"{name} must be one line, without blanks around it")
        if not _TELEPHONE.fullmatch(given["telephone"]):
            raise HttpError(422, "telephone must be 5 to 40 digits, +, -, brackets or blanks")
        if not valid(normal(given["mail"])):
            raise HttpError(422, "mail must be an e-mail address, as name@example.com")
        if normal(given["mail"]) in given["password"].lower():
            raise HttpError(422, "the password must not hold the e-mail address")
        return Asked(
            given["role"], given["copCode"], given["name"], given["contact"], given["telephone"],
            normal(given["mail"]),
        )  # fmt: skip


def _fields(body: dict[str, Any], fields: dict[str, Text]) -> dict[str, str]:
    unknown = sorted(set(body) - set(fields))
    if unknown:
        raise HttpError(422, f"unknown field {unknown[0][:64]!r}; known here: {', '.join(fields)}")
    return {name: field.of(body, name) for name, field in fields.items()}
