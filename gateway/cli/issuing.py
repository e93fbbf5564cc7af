"""A medium in the office's hands, from its first PIN to its entry in the register.

Knows the order that leaves nothing half done: a certificate is registered in one transaction after the medium
holds it, so that none is in force that nobody holds; and what to do when it was broken off before. Refuses to
know how a command is given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import Connection

from gateway import card_office, pki, requested
from gateway.cli import pins
from gateway.cli.certificates import check_holders, entry, publish
from gateway.cli.media import CARD, held
from gateway.cli.pins import Secrets
from gateway.cli.shell import KNOWN, Trouble, refuse, say, trouble
from gateway.settings import Settings
from hardware.blank import (
    Algorithm,
    Blank,
    OfficePinLocked,
    OfficePinWrong,
    Use,
)
from hardware.signer import CardLocked, PinCancelled, PinUnusable, WrongPin
from storage import cards, registry
from storage.cards import Card
from storage.database import Database

USES = {Use.AUTH: card_office.AUTH, Use.SIGN: card_office.SIGN}
_OF_NAME = {name: use for use, name in USES.items()}
_KEYS = {Use.AUTH: "9A, for logins", Use.SIGN: "9C, for signatures"}
_NOT_SET = (
    WrongPin,
    CardLocked,
    PinUnusable,
    PinCancelled,
    OfficePinWrong,
    OfficePinLocked,
    click.UsageError,
)
"""After these the medium surely has the PIN that it had."""


class Work:
    """One medium, one card, one call of a command."""

    def __init__(self, settings: Settings, database: Database, blank: Blank, now: datetime, by: str) -> None:
        self.settings = settings
        self.database = database
        self.blank = blank
        self.now = now
        self.by = by
        self.changed = "Nothing was changed."  # how far it has come: what is said when it breaks off

    @contextmanager
    def told(self) -> Iterator[None]:
        """Whatever breaks it off is said together with how far it has come and how to go on."""
        try:
            yield
        except KNOWN as error:
            said = trouble(error)
            raise type(said)(f"{said.message}\n{self.changed}") from error
        except Trouble as said:
            raise type(said)(f"{said.message}\n{self.changed}") from said
        except (KeyboardInterrupt, click.Abort):
            click.echo(self.changed, err=True)
            raise

    # -- a new card ----------------------------------------------------------------------------------

    def free(self, *, overwrite: bool) -> None:
        """End the command when the medium is somebody's: a card that lives, or certificates of whomever."""
        with self.database.read() as connection:
            lives = cards.on_medium(connection, self.blank.serial)
        if lives is not None:
            refuse(
                f"this medium is card {lives.number} of {lives.holder}: revoke that one first, or renew it "
                f"(eport-gateway card renew {lives.number})"
            )
        for certificate in held(self.blank):
            if not overwrite:
                refuse(
                    f"the medium holds a certificate of {certificate.subject.rfc4514_string()} until "
                    f"{certificate.not_valid_after_utc:%Y-%m-%d}: with --overwrite it is lost"
                )

    def numbered(self, card: Card) -> Card:
        """The card with a number: its own when it has one that is free, else the office's next."""
        with self.database.write() as connection:
            if not card.number:
                card = replace(card, number=self._next_number(connection))
            elif cards.exists(connection, card.number):
                raise cards.NumberTaken(f"there is a card {card.number} already: give another --number")
        return replace(card, serial=self.blank.serial)

    def _next_number(self, connection: Connection) -> str:
        """The next of the office's numbers that nobody has given to a card by hand."""
        office = self.settings.cards.office
        while True:
            number = card_office.number(office, cards.take_number(connection, office))
            if not cards.exists(connection, number):
                return number

    def open_with(self, card: Card, made: Secrets, letter: Path | None) -> None:
        """Give the medium its holder's PIN and PUK; the letter comes first, and goes if it isn't true."""
        if letter is not None:
            pins.write_letter(letter, card, made)
        where = f" (see {letter})" if letter is not None else ""
        again = "Nothing is registered. When the cause is mended, give the command again with --overwrite" + (
            " and another letter" if letter is not None else ""
        )
        before = self.changed
        self.changed = (
            f"Perhaps the medium has its new PIN already{where}. {again}; should the present PIN be refused, "
            "the new one is the present one."
        )
        try:
            self.blank.set_pin(made.pin)
        except _NOT_SET as error:
            self.changed = before
            if isinstance(error, WrongPin):
                self.changed += " The medium's PIN is not the factory's: give it by --present-pin-file."
            if letter is not None:
                letter.unlink()
            raise
        if made.puk is None:
            self.changed = f"The Ikey has its new PIN already{where}. {again}."
            return
        self.changed = (
            f"The card has its new PIN already{where}, and perhaps its new PUK. {again}; its present PIN "
            "goes to --present-pin-file."
        )
        self.blank.set_puk(made.puk)
        self.changed = (
            f"The card has its new PIN and PUK already{where}. {again}; its present PIN and PUK go to "
            "--present-pin-file and --present-puk-file."
        )

    def proven(self, card: Card, given: Sequence[registry.Certificate]) -> None:
        """End the command unless the PIN is right and a key of the card's own has signed.

        Before the keys go: a card has one place for each. Its number, like a copy of its certificates, can be
        on any card. The key is one of a registered certificate, of one that a broken off renewal wrote, or of
        a request that waits for its answer.
        """
        ours = {each.fingerprint for each in given}
        cas = pki.load_folder(self.settings.ca_folder)
        shown = False
        for use in self.blank.uses:
            certificate = self.blank.certificate(use)
            if certificate is None:
                asked = (card.requests or {}).get(USES[use])
                shown = shown or (asked is not None and self._holds(use, requested.load(asked)))
                continue
            if not self._holds(use, certificate):
                refuse(
                    f"the certificate{_key(card, use)} on this {card.medium} is a copy: its key is not here"
                )
            shown = shown or pki.fingerprint(certificate) in ours
            shown = shown or card_office.issued_for(card, certificate, cas)
        if not shown:
            refuse(
                f"none of the keys of card {card.number} is on this {card.medium}, though it has its "
                "number: revoke the card and issue another (card revoke, card issue --overwrite)"
            )

    def _holds(self, use: Use, named: x509.Certificate | x509.CertificateSigningRequest) -> bool:
        public = pki.public_key(named)
        return public is not None and self.blank.holds(use, public)

    # -- keys and certificates -----------------------------------------------------------------------

    def certify(
        self, card: Card, ca: pki.Pair, algorithm: Algorithm | None, days: int, *, anew: bool
    ) -> None:
        """New keys and certificates on the medium, then card and certificates into the register."""
        issued: dict[str, x509.Certificate] = {}
        registered = False
        try:
            for use in self.blank.uses:
                request = self._request(card, use, algorithm)
                issued[USES[use]] = card_office.certify(ca, card, USES[use], request, self.now, days)
                self.blank.write(use, issued[USES[use]])
            former = self._register(card, issued, anew=anew)
            registered = True
        finally:
            if not registered:
                self._withdraw(ca, issued.values())
        if former:
            say(listed(self.database, self.settings, ca, former, self.now))

    def _withdraw(self, ca: pki.Pair, issued: Collection[x509.Certificate]) -> None:
        """Put certificates that were issued and not registered on the CA's list.

        The gateway never believes them; whoever asks the CA alone would, and somebody holds their keys: a
        card that was revoked while it was renewed, say.
        """
        if not issued:
            return
        try:
            with self.database.read() as connection:
                told = publish(connection, self.settings, ca, self.now, withdrawn=issued)
        except KNOWN as error:
            serials = ", ".join(f"{each.serial_number:X}" for each in issued)
            told = f"have the CA revoke the serial numbers {serials}: {trouble(error).message}"
        click.echo(f"issued and not registered, so withdrawn: {told}", err=True)

    def ask(self, card: Card, folder: Path, algorithm: Algorithm | None, *, anew: bool) -> None:
        """New keys on the medium, and their requests to an outside CA, as files and in the register."""
        folder.mkdir(parents=True, exist_ok=True)
        requests = {USES[use]: self._request(card, use, algorithm) for use in self.blank.uses}
        texts = {use: pki.pem(request).decode() for use, request in requests.items()}
        for use, text in texts.items():
            pki.write_whole(folder / f"{card.number}-{use}.csr", text.encode())
            wanted = card_office.wanted_of_the_ca(card, use)
            pki.write_whole(folder / f"{card.number}-{use}.ext", wanted.encode())
        with self.database.write() as connection:
            if anew:
                cards.add(connection, card)
            cards.ask(connection, card.number, self.blank.serial, texts, self.now, self.by)
        say(f"card {card.number} of {card.holder} waits for its certificates")
        for use in texts:
            file = folder / f"{card.number}-{use}.csr"
            say(f"  {file}: to the CA, with the extensions in the .ext file beside it")
        say(f"then: eport-gateway card load {card.number} ISSUED.pem …")

    def load(self, card: Card, answered: Mapping[str, x509.Certificate]) -> None:
        """The certificates that an outside CA issued, onto the medium and into the register."""
        check_holders(self.settings, answered.values())
        for name, certificate in answered.items():
            self.blank.write(_OF_NAME[name], certificate)
        former = self._register(card, answered, anew=False)
        if former:
            say(listed(self.database, self.settings, None, former, self.now))

    def _request(self, card: Card, use: Use, algorithm: Algorithm | None) -> x509.CertificateSigningRequest:
        kind = algorithm or _same_as(self.blank.certificate(use))
        click.echo(f"making the key{_key(card, use)}: {kind} …", err=True)
        self.blank.generate(use, kind, replace=True)  # `free` and `belongs` have said that it may
        if self.blank.generated_here:
            say("  the medium makes no keys itself: this one was made here and put into it")
        return self.blank.request(use, card_office.subject(card))

    # -- the register --------------------------------------------------------------------------------

    def _register(
        self, card: Card, issued: Mapping[str, x509.Certificate], *, anew: bool
    ) -> Sequence[registry.Certificate]:
        """Card and certificates into the register; the former ones, which are revoked by it."""
        check_holders(self.settings, issued.values())
        new = [entry(certificate, card.dxp_id, card.role) for certificate in issued.values()]
        with self.database.write() as connection:
            if anew:
                cards.add(connection, card)
            former = cards.activate(connection, card.number, self.blank.serial, new, self.now, self.by)
        ends = min(each.not_after for each in new)
        say(f"card {card.number} of {card.holder}, {card.role} of {card.dxp_id}: good until {ends:%Y-%m-%d}")
        for use, each in zip(issued, new, strict=True):
            say(f"  {use:4} {each.fingerprint[:16]}")
        self.changed = "The card is registered and in force; what failed came after."
        return former


def living(database: Database, number: str) -> tuple[Card, list[registry.Certificate]]:
    """A card that lives, and the certificates it was ever given."""
    with database.read() as connection:
        found = cards.get(connection, number)
        given = registry.certificates_of_card(connection, number)
    if found.state not in cards.LIVE:
        raise cards.CardEnded(f"card {number} was {found.state}: {found.reason}")
    return found, given


def listed(
    database: Database,
    settings: Settings,
    ca: pki.Pair | None,
    revoked: Sequence[registry.Certificate],
    now: datetime,
) -> str:
    """Put what was just revoked on the CA's list where its key is here; what was done, or is to be done."""
    told = []
    if ca is not None:
        with database.read() as connection:
            told.append(publish(connection, settings, ca, now))
    ours = [ca.certificate] if ca is not None else []
    others = [
        each.serial
        for each in revoked
        if pki.issued_by(x509.load_der_x509_certificate(each.der), ours) is None
    ]
    if others:
        told.append(
            f"have the CA revoke the serial numbers {', '.join(others)} too, then fetch its list: "
            "eport-gateway cert crl-import FILE"
        )
    return "\n".join(told)


def _key(card: Card, use: Use) -> str:
    """Which key of the medium: an Ikey has one, and only cards have places for several (SP 800-73-4)."""
    return f" {_KEYS[use]}" if card.medium == CARD else ""


def _same_as(former: x509.Certificate | None) -> Algorithm:
    """The kind of key that the medium has now."""
    if former is not None and not isinstance(pki.public_key(former), rsa.RSAPublicKey):
        return "P-256"
    return "RSA-2048"
