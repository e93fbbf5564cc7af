"""Whoever signs in a command: a card, an Ikey, an agent or a certificate file.

Knows how settings name it, that its certificate is looked at before any PIN is asked for, and that it is
opened once, when something is to be signed, and closed at the end. What a device says becomes trouble here
and nowhere else; once it has failed it is not asked again. Refuses to know what is signed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509

from hardware.choose import CARD_KEYS, Wish, choose
from hardware.file import open_file
from hardware.signer import CardRemoved, Found, ReaderGone, Signer, SignerError
from messages.signature.oids import subject_of
from messages.signature.sign import serial_hex
from messages.wire import CST, wire_time
from terminals.cli.pins import Pins, Voice, shown
from terminals.profile import SIGNERS, Profile
from terminals.trouble import NotSigned, Trouble, Unusable

WARNING = timedelta(days=30)
"""How long before the certificate's end its holder is told."""


class Holder:
    """The one signer of a command. `password` asks for that of a certificate file."""

    def __init__(self, profile: Profile, voice: Voice, password: Callable[[str], str]) -> None:
        self._profile = profile
        self._voice = voice
        self._password = password
        self._pins = Pins(profile, voice)
        self._open = ExitStack()
        self._failed: NotSigned | None = None
        self._gone = False
        meet_service(profile)

    @property
    def named(self) -> bool:
        """Whether a setting says what signs; otherwise it is whatever is plugged in."""
        return bool(self._profile.get("signer") or self._profile.get("p12"))

    @property
    def used(self) -> bool:
        """Whether something was signed in this command."""
        return "_signer" in self.__dict__

    @cached_property
    def certificate(self) -> x509.Certificate:
        """The holder's certificate, in date. Raises NotSigned, Unusable; warns when it ends soon."""
        with self._told():
            known = None if self._by_file else self._found.certificate
            certificate = known or self._signer.certificate
            self._check(certificate, datetime.now(UTC))
        return certificate

    def at(self, purpose: str) -> Signer:
        """The signer, for a signature that its holder knows as `purpose`, such as a file's name."""
        return _Purposed(self, self.certificate, purpose)

    def sign(self, data: bytes, purpose: str) -> bytes:
        """The signature over `data`. Raises NotSigned, the same again once it was raised; Unusable."""
        with self._told():
            self._pins.purpose = purpose
            return self._signer.sign(data)

    @property
    def algorithm(self) -> str:
        """The signature algorithm of its key."""
        return self._signer.algorithm

    @property
    def kind(self) -> str:
        """One of SIGNERS."""
        return "file" if self._by_file else self._found.kind

    @property
    def serial(self) -> str:
        """The number of card or token; of an agent's key its fingerprint, of a file its certificate's."""
        return self._signer.serial if self._by_file else self._found.serial

    def close(self) -> None:
        """End the session with the device, and remind whoever sits there to take it out."""
        self._open.close()
        there = self.__dict__.get("_found")
        if not isinstance(there, Found) or there.kind == "agent" or self._gone or not sys.stderr.isatty():
            return
        self._voice.note("take-out", device=shown(there))

    @cached_property
    def _by_file(self) -> bool:
        signer = self._profile.one_of("signer", SIGNERS)
        return signer == "file" or (not signer and bool(self._profile.get("p12")))

    @cached_property
    def _found(self) -> Found:
        return choose(self._wish())

    @cached_property
    def _signer(self) -> Signer:
        if self._by_file:
            path = self._profile.path("p12")
            password = self._profile.secret("p12_password", self._password)
            try:
                return open_file(path, password.reveal())
            except SignerError as error:
                raise Unusable("certificate-file", reason=error) from None
        return self._open.enter_context(self._found.open(self._pins.ask))

    def _wish(self) -> Wish:
        get = self._profile.get
        kind = self._profile.one_of("signer", SIGNERS)
        if kind == "agent":
            self._profile.need("certificate")
        modules = tuple(str(Path(one).expanduser()) for one in get("module").split(os.pathsep) if one)
        certificates = load(self._profile.path("certificate")) if get("certificate") else ()
        auth = self._profile.one_of("card_key", CARD_KEYS) == "auth"
        return Wish(kind, get("device"), modules, certificates, "auth" if auth else "sign")

    def _check(self, certificate: x509.Certificate, now: datetime) -> None:
        begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        about = {"serial": serial_hex(certificate), "who": subject_of(certificate)}
        if end < now:
            reason = Trouble("certificate-ended", date=_date(end), now=wire_time(now), **about)
            raise NotSigned("not-signed-by", reason=reason)
        if begin > now:
            reason = Trouble("certificate-early", date=wire_time(begin), now=wire_time(now), **about)
            raise NotSigned("not-signed-by", reason=reason)
        if end - now < WARNING:
            days = (end - now).days
            self._voice.note("certificate-ends", date=_date(end), days=days, **about)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What a device says, as trouble; it is not asked again afterwards, nor is its holder for a PIN."""
        if self._failed is not None:
            raise self._failed
        try:
            yield
        except SignerError as error:
            self._gone = isinstance(error, CardRemoved | ReaderGone)
            self._failed = NotSigned("not-signed-by", reason=error)
            raise self._failed from None
        except NotSigned as error:
            self._failed = error
            raise


@dataclass(frozen=True, slots=True)
class _Purposed:
    """The holder as a Signer, for one purpose."""

    holder: Holder
    certificate: x509.Certificate
    purpose: str

    @property
    def algorithm(self) -> str:
        return self.holder.algorithm

    @property
    def kind(self) -> str:
        return self.holder.kind

    @property
    def serial(self) -> str:
        return self.holder.serial

    def sign(self, data: bytes) -> bytes:
        return self.holder.sign(data, self.purpose)


def load(path: Path) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM file; Unusable when there is none."""
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Unusable("certificates-unreadable", file=path, reason=reason) from None


def meet_service(profile: Profile) -> None:
    """Say which pcscd is meant, before libpcsclite and OpenSC are loaded: they read it once."""
    if profile.get("pcscd"):
        service = profile.path("pcscd")
        os.environ["PCSCLITE_CSOCK_NAME"] = str(service)
        opensc = service.with_name("opensc.conf")  # of virtual cards, which OpenSC must not cache
        if opensc.exists() and opensc.stat().st_uid == os.geteuid():  # it can name a library to load
            os.environ["OPENSC_CONF"] = str(opensc)


def _date(moment: datetime) -> str:
    return moment.astimezone(CST).date().isoformat()
