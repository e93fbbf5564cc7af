"""Who holds which key: a terminal host asks for whoever shows one, and anybody for his own certificates.

Knows that only a party with the role host may ask about others, and that what is told is what holds now;
refuses to know SSH. Enrolment is the registration itself: a certificate that is registered is a key that logs
in, and the certificates of somebody who came by password are those that an SSH agent may sign with.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from sqlalchemy import Connection

from gateway.http.access import Access
from gateway.http.exchange import HttpError, Request, Response, answer_json
from gateway.http.router import Route
from gateway.limits import Rates, source
from gateway.services import Clock, Jobs
from messages.faults import CertificateRefused
from storage import registry
from storage.registry import Certificate
from storage.sessions import Session

HOST = "host"  # the role of a party that runs terminals for others

_KEY = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")

Check = Callable[[x509.Certificate, datetime], None]


class Holders:
    """GET /v1/holders, GET /v1/sessions/current/certificates."""

    def __init__(self, access: Access, reader: Jobs, clock: Clock, trusted: Check, rates: Rates) -> None:
        """`trusted` raises CertificateRefused for what is not believed; `rates`: of each host."""
        self._access = access
        self._reader = reader
        self._clock = clock
        self._trusted = trusted
        self._rates = rates
        self.routes = (
            Route("GET", "/v1/holders", self.of_key),
            Route("GET", "/v1/sessions/current/certificates", self.own),
        )

    async def of_key(self, request: Request) -> Response:
        """Who holds the key: nobody, somebody, or one person for several parties."""
        session = await self._access.session(request)
        request.only(("key",))
        _host_only(session)
        key = request.one("key")
        if not _KEY.fullmatch(key):
            raise HttpError(400, "key must be a fingerprint as ssh-keygen -l prints it: SHA256:…")
        wait = self._rates.take(session.dxp_id)
        if wait:
            raise HttpError(429, f"{session.dxp_id} asks too often; ask again in {wait} seconds", wait)
        found = await self._reader.run(self._look, key)
        return answer_json({"key": key, "holders": found})

    async def own(self, request: Request) -> Response:
        """The certificates of the session's own holder in its role, the newest first."""
        session = await self._access.session(request)
        found = await self._reader.run(self._own, session)
        return answer_json({"certificates": found})

    def _own(self, connection: Connection, session: Session) -> list[str]:
        own = registry.certificates_of_holder(connection, session.dxp_id, session.holder, session.role)
        return [base64.b64encode(each.der).decode("ascii") for each in self._good(own, self._clock())]

    def _look(self, connection: Connection, key: str) -> list[dict[str, Any]]:
        now = self._clock()
        people: dict[tuple[str, str, str], list[Certificate]] = {}
        for each in self._good(registry.certificates_of_key(connection, key), now):
            if each.role != HOST:  # a host is nobody who sits at a terminal
                people.setdefault((each.dxp_id, each.holder, each.role), []).append(each)
        found = [self._told(connection, who, own, now) for who, own in sorted(people.items())]
        return [each for each in found if each]

    def _told(
        self, connection: Connection, who: tuple[str, str, str], own: list[Certificate], now: datetime
    ) -> dict[str, Any]:
        """One person; {} when the party may not take part. The card's other certificates follow the key's."""
        dxp_id, holder, role = who
        party = registry.party(connection, dxp_id)
        if party is None or party.state != registry.ACTIVE:
            return {}
        numbers = list(dict.fromkeys(each.card_number for each in own if each.card_number))
        of_cards = [one for number in numbers for one in registry.certificates_of_card(connection, number)]
        others = [
            each for each in self._good(of_cards, now)
            if each.fingerprint not in {one.fingerprint for one in own}
        ]  # fmt: skip
        return {
            "dxpId": dxp_id,
            "copCode": party.cop_code,
            "name": party.name,
            "role": role,
            "holder": holder,
            "card": own[0].card,
            "cardNumbers": numbers,
            "accounts": [one.name for one in registry.accounts_of(connection, dxp_id, holder, role)],
            "certificates": [base64.b64encode(each.der).decode("ascii") for each in (*own, *others)],
        }

    def _good(self, certificates: Iterable[Certificate], now: datetime) -> list[Certificate]:
        """Those that would be believed at a login now: active, in date, of a CA, on no revocation list."""
        good = []
        for each in certificates:
            if each.state != registry.ACTIVE:
                continue
            try:
                self._trusted(x509.load_der_x509_certificate(each.der), now)
            except (CertificateRefused, ValueError):
                continue
            good.append(each)
        return good


async def counted_as(access: Access, request: Request, client: object) -> str:
    """The address a login counts for: the caller's own, or that of the `client` whom a host lets in.

    Without this everybody at one host would be one address, and a guesser there would lock out all others.
    Raises HttpError 401, 403, 422.
    """
    if client is None:
        return request.peer
    _host_only(await access.session(request))
    try:
        return source(str(ip_address(client if isinstance(client, str) else "")))
    except ValueError:
        raise HttpError(422, "client must be an IP address") from None


def _host_only(session: Session) -> None:
    if session.role != HOST:
        raise HttpError(403, "only a party with the role host may ask this")
