"""Logging in: a nonce signed by the card or certificate file, or an account and its password.

Knows the one sentence a terminal signs for a gateway, and refuses to sign anything else a gateway hands it:
the nonce is 64 hex digits, and the origin is the one this terminal dialled, not one it was told.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from messages.signature.oids import subject_of
from messages.signature.sign import Signer
from terminals.client import Body, Gateway, Response, Take
from terminals.trouble import LoginRefused, NoAnswer, Refused, Unreachable

_NONCE = re.compile(r"[0-9a-fA-F]{64}")
_JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class ByCertificate:
    """Log in with whatever signs: card, Ikey, agent or certificate file."""

    signer: Signer

    @property
    def who(self) -> str:
        """The certificate's subject."""
        return subject_of(self.signer.certificate)


@dataclass(frozen=True, slots=True)
class ByPassword:
    """Log in with an account; the password never shows in a repr."""

    account: str
    password: str

    @property
    def who(self) -> str:
        """The account's name."""
        return self.account

    def __repr__(self) -> str:
        return f"ByPassword(account={self.account!r})"


@dataclass(frozen=True, slots=True)
class ByToken:
    """Go on with a session that was opened for us, as the SSH host opens one for an account's password."""

    account: str
    token: str = field(repr=False)

    @property
    def who(self) -> str:
        """The account's name."""
        return self.account


Credentials = ByCertificate | ByPassword | ByToken


def statement(origin: str, nonce: object) -> bytes:
    """The bytes a login signs: three lines. Raises LoginRefused for a nonce that is not 64 hex digits."""
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        raise LoginRefused("nonce-refused", origin=origin)
    return f"eport-gateway login v1\n{origin}\n{nonce}".encode("ascii")


class Session:
    """A bearer token, taken when first needed and again when the gateway no longer knows it.

    Several threads may use it: one logs in, the others wait for it.
    """

    def __init__(self, gateway: Gateway, credentials: Credentials) -> None:
        self.gateway = gateway
        self.credentials = credentials
        self._granted: dict[str, Any] | None = None
        self._lock = RLock()

    def open(self) -> Mapping[str, Any]:
        """What the gateway granted (token, dxpId, role …). Raises LoginRefused, Unreachable."""
        with self._lock:
            if self._granted is None:
                self._granted = self.gateway.patiently(self._log_in)
            return self._granted

    def close(self, gateway: Gateway | None = None) -> None:
        """End the session at the gateway, in one try: one that stays open ends by itself."""
        if self._granted is not None:
            headers = self.bearer()
            self._granted = None
            if not isinstance(self.credentials, ByToken):  # whoever opened it ends it
                self._end(headers, gateway or self.gateway)

    def change(self, credentials: Credentials) -> Mapping[str, Any]:
        """Log in as somebody else, and end the session before; what was granted.

        Raises as `open`, or whatever the signer raises: then everything is as it was.
        """
        with self._lock:
            before, granted = self.credentials, self._granted
            self.credentials = credentials
            try:
                self._granted = self.gateway.patiently(self._log_in)
            except BaseException:
                self.credentials = before
                raise
            if granted is not None and not isinstance(before, ByToken):
                self._end({"authorization": f"Bearer {granted['token']}"}, self.gateway)
            return self._granted

    def _end(self, headers: Mapping[str, str], gateway: Gateway) -> None:
        """In one try."""
        with contextlib.suppress(NoAnswer, Unreachable):
            gateway.once("DELETE", "/v1/sessions/current", headers=dict(headers))

    def forget(self, bearer: Mapping[str, str] | None = None) -> None:
        """The gateway knows the token no longer: take another when one is needed.

        With `bearer`, only if that is still the token, and not one that another thread has taken since.
        """
        with self._lock:
            if self._granted is not None and bearer in (None, self.bearer()):
                self._granted = None

    def request(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        wait: float = 0.0,
        take: Take | None = None,
        gateway: Gateway | None = None,
    ) -> Response:
        """As Gateway.request, as who we are; logs in once more when the session has ended meanwhile.

        `gateway` is another way to the same one, such as its twin.
        """
        way = gateway or self.gateway
        bearer = self.bearer()
        said = headers or {}
        answer = way.request(method, path, body, {**said, **bearer}, wait=wait, take=take)
        if answer.status == 401:
            self.forget(bearer)
            answer = way.request(method, path, body, {**said, **self.bearer()}, wait=wait, take=take)
        if answer.status == 401:
            raise LoginRefused(
                "login-refused", origin=self.gateway.origin, who=self.credentials.who, detail=detail(answer)
            )
        return answer

    def bearer(self) -> dict[str, str]:
        """The header that says who we are."""
        return {"authorization": f"Bearer {self.open()['token']}"}

    def _log_in(self) -> dict[str, Any]:
        """Challenge and answer as one try: a nonce whose answer was lost is spent, so both are repeated."""
        origin = self.gateway.origin
        claim: dict[str, str]
        if isinstance(self.credentials, ByToken):
            return self._go_on(self.credentials)
        if isinstance(self.credentials, ByPassword):
            claim = {"account": self.credentials.account, "password": self.credentials.password}
        else:
            given = self._object(self.gateway.once("POST", "/v1/challenges", b"{}", _JSON), "/v1/challenges")
            signer = self.credentials.signer
            signature = signer.sign(statement(origin, given.get("nonce")))
            der = signer.certificate.public_bytes(Encoding.DER)
            claim = {
                "nonce": str(given["nonce"]),
                "certificate": base64.b64encode(der).decode("ascii"),
                "signature": base64.b64encode(signature).decode("ascii"),
            }
        answer = self.gateway.once("POST", "/v1/sessions", json.dumps(claim).encode(), _JSON)
        if 400 <= answer.status < 500:  # 401 has one reason for all, which is said in either language here
            why = Refused("login-not-accepted") if answer.status == 401 else detail(answer)
            raise LoginRefused("login-refused", origin=origin, who=self.credentials.who, detail=why)
        granted = self._object(answer, "/v1/sessions")
        if not isinstance(granted.get("token"), str):
            raise Unreachable("answer-unreadable", origin=origin, path="/v1/sessions", detail="no token")
        return granted

    def _go_on(self, given: ByToken) -> dict[str, Any]:
        path = "/v1/sessions/current"
        answer = self.gateway.once("GET", path, headers={"authorization": f"Bearer {given.token}"})
        if 400 <= answer.status < 500:
            raise LoginRefused(
                "login-refused", origin=self.gateway.origin, who=given.who, detail=detail(answer)
            )
        return {**self._object(answer, path), "token": given.token}

    def _object(self, answer: Response, path: str) -> dict[str, Any]:
        if answer.status not in (200, 201):
            raise NoAnswer("reason-fault", status=answer.status)
        try:
            found = json.loads(answer.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Unreachable("answer-unreadable", origin=self.gateway.origin, path=path, detail="not JSON")
        return found


def detail(answer: Response) -> str:
    """What a JSON refusal says, or the status where it says nothing."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = None
    if isinstance(found, dict) and isinstance(found.get("info"), str):
        return str(found["info"])
    return f"HTTP {answer.status}"
