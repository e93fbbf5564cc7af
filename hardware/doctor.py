"""What is there to sign with, what is wrong with it, and how to mend it: one row a thing looked at.

Knows in which order to look, from pcscd to the certificate file, and when a signer can be used; refuses to
ask for a PIN, to present one, and to show more than public data: a card's tries left are asked by a VERIFY
without data, which costs none (SP 800-73-4 part 2, 3.2.1). Whatever is not installed is a finding, too.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509

from hardware.findings import Row, Told, Words, row
from hardware.judge import judge
from hardware.modules import CARDS, installed, located
from hardware.signer import AgentUnreachable, ModuleMissing, ServiceDown, ServiceRefused, SignerError
from messages.signature.trust import Trust

if TYPE_CHECKING:  # imported when they are looked for: any of them may be missing
    from hardware.pcsc import Reader
    from hardware.pkcs11 import Module, Token

LIBRARY = "libpcsclite.so.1"
FEW = 2  # tries of a PIN

_BOTH_KEYS = {"SIGN": ("9C, for signatures", "9C（签名）"), "AUTH": ("9A, for login", "9A（登录）")}


@dataclass(frozen=True, slots=True)
class Where:
    """What to look at, as the user's settings say; `passphrase` gives the file's without asking anybody."""

    card_module: str = CARDS
    ikey_modules: tuple[str, ...] = ()  # named by the user; none: those that are installed
    agent: str | None = None  # the agent's socket, else SSH_AUTH_SOCK
    certificates: tuple[Path, ...] = ()  # PEM files, of keys that an agent holds
    file: Path | None = None
    passphrase: Callable[[], str | None] = lambda: None
    trust: Trust | None = None  # the configured CA
    ca: str = ""  # its file


@dataclass(frozen=True, slots=True)
class Usable:
    """A signer that can be used, as far as can be told without its PIN."""

    kind: str  # card, ikey, agent or file
    name: str


@dataclass(slots=True)
class Examination:
    """What was found so far; complete when `rows` has been gone through."""

    where: Where
    now: datetime  # aware
    usable: list[Usable] = field(default_factory=list)
    _readers: list[Reader] = field(default_factory=list)
    _loaded: Module | None = None  # the card module; None: it cannot be used
    _seen: set[str] = field(default_factory=set)  # serials of cards, which an Ikey's module may show again

    def rows(self) -> Iterator[Row]:
        """Everything that is to be found, in order. Whatever fails costs its own rows only."""
        for part in (self._service, self._module, self._cards, self._ikeys, self._agent, self._file):
            try:
                yield from part()
            except Exception as error:  # noqa: BLE001 - a doctor has to say something about every patient
                reason = f"{type(error).__name__}: {error}"
                yield row("failed", part=part.__name__.strip("_"), reason=reason)

    # -- pcscd and readers ------------------------------------------------------------------------

    def _service(self) -> Iterator[Row]:
        try:
            ctypes.CDLL(LIBRARY)  # pyscard would print a complaint of its own
            from hardware.pcsc import Context
        except (OSError, ImportError) as error:
            yield row("service-library", reason=error)
            return
        try:
            with Context() as context:
                self._readers = context.look()
        except ServiceRefused:
            yield row("service-refused")
            return
        except ServiceDown:
            yield row("service-down")
            return
        yield row("service-runs")
        if self._readers:
            yield row("readers", names=", ".join(reader.name for reader in self._readers))
        else:
            yield row("reader-none")

    def _module(self) -> Iterator[Row]:
        path = str(located(self.where.card_module) or self.where.card_module)
        try:
            from hardware.pkcs11 import Module

            module = Module.load(path)
            module.tokens()
        except ImportError as error:
            yield row("module-missing", module=path, reason=error)
        except ModuleMissing as error:
            yield row("module-missing", module=path, reason=error.values["reason"])
        else:
            self._loaded = module
            yield row("module", module=path, maker=module.maker)

    # -- cards ------------------------------------------------------------------------------------

    def _cards(self) -> Iterator[Row]:
        inserted = [reader for reader in self._readers if reader.present]
        if self._readers and not inserted:
            yield row("card-none", names=", ".join(reader.name for reader in self._readers))
        for reader in inserted:
            if reader.mute:
                yield row("card-mute", reader=reader.name)
                continue
            yield row("card", reader=reader.name, atr=reader.atr.hex().upper())
            try:
                yield from self._card(reader, self._shown(reader))
            except SignerError as error:
                yield row("card-failed", reader=reader.name, error=error)

    def _shown(self, reader: Reader) -> Token | None:
        """The card in `reader` as the module shows it."""
        from hardware.slots import cards

        found = cards(self._loaded, self._readers) if self._loaded is not None else []
        return next((token for where, token in found if where == reader), None)

    def _card(self, reader: Reader, token: Token | None) -> Iterator[Row]:
        if token is not None:
            self._seen.add(token.serial)
        answers = _ask_piv(reader.name)
        if answers is None and token is None:
            yield row("kind-unknown", reader=reader.name)
            return
        if answers is None:
            assert token is not None
            yield row("kind-pkcs15", serial=token.serial, model=token.model)
            yield from self._token(token, "card")
            return
        serial = token.serial if token is not None else answers.number
        if token is None and self._loaded is not None:
            yield row("kind-unseen", reader=reader.name)
        else:
            yield row("kind-piv", serial=serial)
        yield _pin(serial, answers.tries)
        good = False
        for use, certificate in answers.certificates:
            where = Told((f"{serial} {use[0]}", f"{serial} {use[1]}"))
            if certificate is None:
                yield row("certificate-none", where=where)
                continue
            found, can = self._certificate(where, certificate)
            yield found
            good = good or can
        if good and token is not None and answers.tries != 0:
            self.usable.append(Usable("card", serial))

    # -- Ikeys ------------------------------------------------------------------------------------

    def _ikeys(self) -> Iterator[Row]:
        named = bool(self.where.ikey_modules)
        paths = self.where.ikey_modules or tuple(installed())
        if not paths:
            yield row("ikey-module-none")
            return
        there: list[Token] = []
        for path in paths:
            try:
                from hardware import ikey
                from hardware.pkcs11 import Module

                module = Module.load(path)
                there += [token for token in ikey.tokens([path]) if token.serial not in self._seen]
            except (ImportError, ModuleMissing) as error:
                reason = error.values["reason"] if isinstance(error, ModuleMissing) else error
                yield row("ikey-module-broken" if named else "ikey-module-idle", module=path, reason=reason)
            else:
                yield row("ikey-module", module=path, maker=module.maker)
        if not there:
            yield row("ikey-none")
        for token in there:
            if token.serial in self._seen:  # two modules may show the same Ikey
                continue
            self._seen.add(token.serial)
            yield row("ikey", label=token.label, serial=token.serial, model=token.model)
            try:
                yield from self._token(token, "ikey")
            except SignerError as error:
                yield row("ikey-failed", serial=token.serial, error=error)

    def _token(self, token: Token, kind: str) -> Iterator[Row]:
        """PIN and certificates of a token, as its module shows them to everybody."""
        from hardware.ikey import signs

        yield row("pin-unset", serial=token.serial) if not token.pin_set else _pin(token.serial, token.tries)
        with token.module.open(token) as session:
            certificates = [one.certificate for one in session.certificates() if signs(one.certificate)]
        if not certificates:
            yield row("certificate-hidden", where=token.serial)
        good = not certificates
        for certificate in certificates:
            found, can = self._certificate(token.serial, certificate)
            yield found
            good = good or can
        if good and token.pin_set and token.tries != 0:
            self.usable.append(Usable(kind, token.serial))

    # -- the agent, the file ----------------------------------------------------------------------

    def _agent(self) -> Iterator[Row]:
        from hardware.agent import agent_signers, identities

        try:
            shown = identities(self.where.agent)
        except AgentUnreachable as error:
            yield row("agent-none", error=error)
            return
        keys = ", ".join(f"{one.fingerprint} {one.comment}".rstrip() for one in shown)
        if not shown:
            yield row("agent-empty")
            return
        wanted: list[x509.Certificate] = []
        for path in self.where.certificates:
            try:
                wanted += x509.load_pem_x509_certificates(path.read_bytes())
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or error
                yield row("agent-certificate-unreadable", file=path, reason=reason)
        if not wanted:
            yield row("agent-unnamed", keys=keys)
            return
        try:
            signers = agent_signers(wanted, self.where.agent)
        except SignerError as error:
            yield row("agent-unfit", keys=keys, error=error)
            return
        yield row("agent", keys=keys)
        for one in signers:
            assert one.certificate is not None
            found, can = self._certificate(one.serial, one.certificate)
            yield found
            if can:
                self.usable.append(Usable("agent", one.serial))

    def _file(self) -> Iterator[Row]:
        from hardware.file import WrongPassphrase, open_file

        path = self.where.file
        if path is None:
            yield row("file-none")
            return
        passphrase = self.where.passphrase()
        try:
            signer = open_file(path, passphrase or "")
        except WrongPassphrase as error:
            if passphrase is not None:
                yield row("file-bad", error=error)
            else:
                yield row("file-closed", file=path)
                self.usable.append(Usable("file", path.name))
            return
        except SignerError as error:
            yield row("file-bad", error=error)
            return
        yield row("file", file=path)
        found, can = self._certificate(path.name, signer.certificate)
        yield found
        if can:
            self.usable.append(Usable("file", path.name))

    def _certificate(self, where: object, certificate: x509.Certificate) -> tuple[Row, bool]:
        return judge(where, certificate, self.now, self.where.trust, self.where.ca)


@dataclass(frozen=True, slots=True)
class _Piv:
    """What a PIV card says to everybody."""

    number: str  # its GUID
    tries: int | None
    certificates: tuple[tuple[Words, x509.Certificate | None], ...]


def _ask_piv(reader: str) -> _Piv | None:
    """The answers of the card in `reader`, or None when it has no PIV application."""
    from hardware import piv
    from hardware.blank import Use
    from hardware.pcsc import Connection

    with Connection(reader) as connection, connection.transaction():
        if piv.exchange(connection.transmit, piv.select())[1] != piv.OK:
            return None
        tries = piv.tries(piv.exchange(connection.transmit, piv.verify(None))[1])
        held = {}
        for tag in (piv.CHUID, *piv.CERTIFICATE.values()):
            answer, sw = piv.exchange(connection.transmit, piv.get(tag))
            held[tag] = piv.content(answer) if sw == piv.OK else b""
    guid = piv.guid_in(held[piv.CHUID])
    certificates = tuple(
        (_BOTH_KEYS[use.name], piv.certificate_in(held[piv.CERTIFICATE[use]])) for use in (Use.SIGN, Use.AUTH)
    )
    return _Piv(guid.hex.upper() if guid else "-", tries, certificates)


def _pin(serial: str, tries: int | None) -> Row:
    if tries is None:
        return row("pin-unknown", serial=serial)
    key = "pin-locked" if tries == 0 else "pin-few" if tries <= FEW else "pin"
    return row(key, serial=serial, tries=tries)
