"""E-mail: one letter a connection, to the one mail server that the gateway hands its letters to.

Knows ESMTP by Twisted's client, STARTTLS or TLS from the first byte, and which answers are final; refuses to
know what is in a letter. The server's certificate is verified. Nothing of the conversation is logged: a
password is in it.
"""

# mypy: disable-error-code="no-untyped-call,misc"
# ruff: noqa: N802 - Twisted's own names are camelCase

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.ssl import Certificate, optionsForClientTLS, trustRootFromCertificates
from twisted.mail import smtp
from twisted.python.failure import Failure

from gateway import pki
from gateway.outbound.channel import NotNow, RefusedForGood
from gateway.outbound.letter import letter, valid
from gateway.settings import Mail
from storage.notices import Notice

WHOLE = 4  # times the time-out of one answer, for a whole letter
_SHOWN = 200  # characters of what the server said


class _Sender(smtp.ESMTPSender):
    debug = False  # what is kept of a conversation would hold the password

    def sendError(self, exc: Any) -> None:
        """As it is, but that the letter's fate is told once: the server may break off after it."""
        if self.factory.sendFinished:
            smtp.SMTPClient.sendError(self, exc)
        else:
            super().sendError(exc)


class _Factory(smtp.ESMTPSenderFactory):
    protocol = _Sender
    noisy = False


class Smtp:
    """The channel `mail`."""

    name = "mail"

    def __init__(self, reactor: Any, settings: Mail, sender_name: str) -> None:
        """Raises PkiError where the CA's file cannot be read."""
        self._reactor = reactor
        self._settings = settings
        self._sender_name = sender_name
        self._trust = _options(settings.host, settings.ca) if settings.security != "none" else None
        self._under_way: set[Deferred[Any]] = set()

    def accepts(self, address: str) -> bool:
        """Addresses of the plain form."""
        return valid(address)

    def send(self, notice: Notice) -> Deferred[None]:
        """Hand one letter over. Fails with RefusedForGood or NotNow."""
        its = self._settings

        def abandon(_: object) -> None:
            factory.sendFinished = True
            connector.disconnect()

        result: Deferred[Any] = Deferred(abandon)
        password = its.secret()
        factory = _Factory(
            its.user.encode() if its.user else None,
            password.encode() if its.user else None,
            its.sender,
            notice.address,
            io.BytesIO(letter(notice, its.sender, self._sender_name)),
            result,
            retries=0,
            timeout=its.timeout_seconds,
            contextFactory=self._trust if its.security == "starttls" else None,
            heloFallback=not its.user and its.security == "none",
            requireAuthentication=bool(its.user),
            requireTransportSecurity=its.security != "none",
        )
        factory.domain = its.domain.encode()
        where = (its.host, its.port, factory)
        if its.security == "tls":
            connector = self._reactor.connectSSL(*where, self._trust, timeout=its.timeout_seconds)
        else:
            connector = self._reactor.connectTCP(*where, timeout=its.timeout_seconds)
        result.addTimeout(WHOLE * its.timeout_seconds, self._reactor)
        self._under_way.add(result)
        return result.addBoth(self._done, result, connector.disconnect)

    def stop(self) -> None:
        """Break off."""
        for each in list(self._under_way):
            each.cancel()

    def _done(self, outcome: Any, result: Deferred[Any], disconnect: Callable[[], None]) -> None:
        self._under_way.discard(result)
        if isinstance(outcome, Failure):
            disconnect()
            raise _why(outcome.value)


def _why(error: BaseException | None) -> Exception:
    """What an error means for the letter.

    Final is what a server says with 5xx of the recipient or of the letter itself. With 5xx of the sender, of
    the login or of TLS it says that the settings are wrong: that is put right, and the letter goes then.
    """
    if isinstance(error, smtp.SMTPDeliveryError):
        asked: Any = error.addresses or ()  # of the one recipient: (address, code, answer)
        refused = bool(asked) and asked[-1][1] == error.code
        said = _said(error.code, asked[-1][2] if refused else error.resp)
        if 500 <= (error.code or 0) < 600 and asked:
            return RefusedForGood(said)
        return NotNow(said)
    if isinstance(error, smtp.SMTPClientError):
        return NotNow(f"{type(error).__name__}: {_said(error.code, error.resp)}")
    return NotNow(f"{type(error).__name__}: {str(error)[:_SHOWN]}")


def _said(code: int | None, response: bytes | str | None) -> str:
    text = response.decode("utf-8", "replace") if isinstance(response, bytes) else response or ""
    return f"{code if code and code > 0 else '-'} {' '.join(text.split())[:_SHOWN]}"


def _options(host: str, ca: Path | None) -> Any:
    if ca is None:
        return optionsForClientTLS(host)
    trusted = [Certificate.loadPEM(pki.pem(each)) for each in pki.load_certificates(ca)]
    return optionsForClientTLS(host, trustRoot=trustRootFromCertificates(trusted))
