"""What the host asks the gateway: who holds a key, whether a password is right, and to end a session.

Knows the three calls and that each waits in a thread; refuses to remember an answer: who was revoked a moment
ago is not let in. The host is itself a party, and logs in with its certificate like everybody else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import quote

import structlog
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from messages.signature.sign import Signer
from terminals.client import Gateway, Response
from terminals.session import ByCertificate, Session, detail
from terminals.trouble import LoginRefused, NoAnswer, Refused, Trouble

T = TypeVar("T")

HOST = "host"  # the role of a party that runs terminals for others
THREADS = 8
_JSON = {"content-type": "application/json"}
_TOO_OFTEN = 429

log = structlog.get_logger("terminals.host.gate")


class Wait(Exception):
    """The address has failed too often: the gateway looks at nothing of it for `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} seconds")
        self.seconds = seconds


class Gate:
    """The host's line to the gateway. Reactor thread; the asking itself is done in a few threads."""

    def __init__(self, reactor: Any, gateway: Gateway, signer: Signer) -> None:
        self._reactor = reactor
        self._gateway = gateway
        self._session = Session(gateway, ByCertificate(signer))
        self._threads = ThreadPool(0, THREADS, name="gate")

    def start(self) -> None:
        """Begin; the first login is made now, so that the log says early when it does not succeed."""
        self._threads.start()
        self._run(self._session.open).addCallbacks(self._logged_in, self._not_logged_in)

    def stop(self) -> Deferred[None]:
        """Log out; fires when the threads have ended."""
        ended: Deferred[None] = self._run(self._session.close)
        ended.addErrback(lambda failure: log.warning("could not log out", error=str(failure.value)))

        def close(_: object) -> None:
            self._threads.stop()
            self._gateway.close()

        return ended.addCallback(close)

    def holders(self, key: str) -> Deferred[Sequence[Mapping[str, Any]]]:
        """Who holds the key (SHA256:…) now. Fails with Trouble when the gateway does not say."""
        return self._run(self._holders, key)

    def password(self, account: str, password: str, client: str) -> Deferred[Mapping[str, Any] | None]:
        """What the gateway grants to the account, None when it does not; `client`: from which address.

        Fails with Wait, and with Trouble when the gateway does not say.
        """
        return self._run(self._password, account, password, client)

    def end(self, token: str) -> None:
        """Log a person out; a session that cannot be ended now ends by itself."""
        ended = self._run(self._end, token)
        ended.addErrback(
            lambda failure: log.info("a session was left to end by itself", error=str(failure.value))
        )

    # -- in the threads ----------------------------------------------------------------------------------

    def _holders(self, key: str) -> Sequence[Mapping[str, Any]]:
        path = f"/v1/holders?key={quote(key, safe='')}"
        answer = self._session.request("GET", path)
        if answer.status != 200:
            raise Refused(
                "answer-unexpected", origin=self._gateway.origin, path="/v1/holders", status=answer.status,
                detail=detail(answer),
            )  # fmt: skip
        holders: Sequence[Mapping[str, Any]] = json.loads(answer.body)["holders"]
        return holders

    def _password(self, account: str, password: str, client: str) -> Mapping[str, Any] | None:
        body = json.dumps({"account": account, "password": password, "client": client}).encode()
        answer = self._gateway.patiently(lambda: self._post(body))
        if answer.status == 401 and "invalid_token" in answer.headers.get("www-authenticate", ""):
            self._session.forget()  # it was our own that is over
            answer = self._gateway.patiently(lambda: self._post(body))
        if answer.status != 201:
            return None
        granted: Mapping[str, Any] = json.loads(answer.body)
        return granted

    def _post(self, body: bytes) -> Response:
        headers = {**_JSON, **self._session.bearer()}
        try:
            return self._gateway.once("POST", "/v1/sessions", body, headers)
        except NoAnswer as busy:
            if busy.values.get("status") == _TOO_OFTEN:
                raise Wait(round(busy.retry_after or 1)) from None
            raise

    def _end(self, token: str) -> None:
        self._gateway.once("DELETE", "/v1/sessions/current", headers={"authorization": f"Bearer {token}"})

    # -- between -----------------------------------------------------------------------------------------

    def _run(self, ask: Callable[..., T], *arguments: object) -> Deferred[T]:
        reactor = cast(IReactorFromThreads, self._reactor)
        return deferToThreadPool(reactor, self._threads, ask, *arguments)

    def _logged_in(self, granted: Mapping[str, Any]) -> None:
        if granted.get("role") != HOST:
            log.error("the gateway knows this certificate, but not as a host's", role=granted.get("role"))
            return
        log.info("logged in at the gateway", gateway=self._gateway.origin, party=granted.get("dxpId"))

    def _not_logged_in(self, failure: Any) -> None:
        failure.trap(Trouble)
        why = "refused" if failure.check(LoginRefused) else "no answer"
        log.error("not logged in at the gateway: nobody can be let in", why=why, error=str(failure.value))
