"""`cert`: the certificates of holders, the CAs' revocation lists, and the gateway's own two certificates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from sqlalchemy import Connection

from gateway import pki, revocations
from gateway.cli.authority import CaFiles, ca_options
from gateway.cli.shell import Group, fields, home_option, opened, plain, refuse, say, table
from gateway.cli.values import DXP_ID, FILE, FINGERPRINT, WORD
from gateway.settings import Settings
from gateway.tools import trust
from messages.signature import oids
from storage import registry

_NO_CARD = "none"


@click.group(cls=Group)
def cert() -> None:
    """Certificates: of those who sign messages, and the gateway's own."""


def entry(certificate: x509.Certificate, dxp_id: str, role: str) -> registry.Certificate:
    """What the registry holds of a certificate; the card kind is what the certificate itself says."""
    return registry.Certificate(
        fingerprint=pki.fingerprint(certificate),
        dxp_id=dxp_id,
        serial=f"{certificate.serial_number:X}",
        subject=certificate.subject.rfc4514_string(),
        holder=pki.common_name(certificate),
        role=role,
        card=oids.card_kind(certificate),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        der=certificate.public_bytes(serialization.Encoding.DER),
    )


def check_holders(settings: Settings, certificates: Iterable[x509.Certificate]) -> None:
    """The one place where every command that registers certificates holds them to what they must be.

    Of a configured CA, in date, not revoked, for signing, and no gateway's or CA's. Raises PkiError,
    CertificateRefused.
    """
    trusted = trust(settings.ca_folder, settings.crl_folder)
    for certificate in certificates:
        pki.check_holder(certificate)
        trusted.check(certificate, datetime.now(UTC))


def add_holder(
    connection: Connection, settings: Settings, certificate: x509.Certificate, new: registry.Certificate
) -> None:
    """Register a certificate, once it is what it must be.

    Raises PkiError, CertificateRefused, AlreadyRegistered, NotRegistered.
    """
    check_holders(settings, [certificate])
    registry.add_certificate(connection, new)


@cert.command()
@click.argument("file", type=FILE)
@click.option("--party", "dxp_id", required=True, type=DXP_ID, help="The party its holder acts for.")
@click.option("--role", required=True, type=WORD, help="What its holder may send is decided by the role.")
@click.option(
    "--card",
    type=click.Choice([*oids.CARD_KINDS, _NO_CARD]),
    help="Refuse the certificate unless it is for this kind of card.",
)
@home_option
def register(home: Path, file: Path, dxp_id: str, role: str, card: str | None) -> None:
    """Register the certificate in FILE (PEM or DER) to a party.

    It must be of a configured CA, in date, not revoked, and for signing.
    """
    certificate = pki.load_certificates(file)[0]
    new = entry(certificate, dxp_id, role)
    if card is not None and card != (new.card or _NO_CARD):
        refuse(f"the certificate is for the card kind {new.card or _NO_CARD}, not {card}")
    with opened(home) as (settings, database), database.write() as connection:
        add_holder(connection, settings, certificate, new)
    say(f"registered {new.fingerprint}")
    say(
        f"  {plain(new.holder)}, {role} of {dxp_id}, card {new.card or _NO_CARD}, to {new.not_after:%Y-%m-%d}"
    )


@cert.command("list")
@click.option("--party", "dxp_id", type=DXP_ID, help="Of this party only.")
@click.option(
    "--ending-in", "days", type=click.IntRange(0), metavar="DAYS", help="Active ones that end within."
)
@home_option
def list_(home: Path, dxp_id: str | None, days: int | None) -> None:
    """List the registered certificates, those that end first on top."""
    before = datetime.now(UTC) + timedelta(days=days) if days is not None else None
    with opened(home) as (_settings, database), database.read() as connection:
        found = registry.certificates(connection, dxp_id, before)
    table(
        ("fingerprint", "dxpId", "role", "card", "state", "ends", "holder"),
        (
            (
                each.fingerprint[:16],
                each.dxp_id,
                each.role,
                each.card or _NO_CARD,
                each.state,
                f"{each.not_after:%Y-%m-%d}",
                each.holder,
            )
            for each in found
        ),
    )


@cert.command()
@click.argument("fingerprint", type=FINGERPRINT)
@home_option
def show(home: Path, fingerprint: str) -> None:
    """Show one certificate, with its PEM."""
    with opened(home) as (_settings, database), database.read() as connection:
        found = _find(connection, fingerprint)
    values = [
        ("fingerprint", found.fingerprint),
        ("party", found.dxp_id),
        ("role", found.role),
        ("card", found.card or _NO_CARD),
        ("holder", found.holder),
        ("subject", found.subject),
        ("serial", found.serial),
        ("valid", f"{found.not_before:%Y-%m-%d %H:%M}Z to {found.not_after:%Y-%m-%d %H:%M}Z"),
        ("state", found.state),
    ]
    if found.card_number is not None:
        values.append(("card number", found.card_number))
    if found.revoked_at is not None:
        values.append(("revoked", f"{found.revoked_at:%Y-%m-%d %H:%M}Z: {found.reason}"))
    fields(values, 12)
    say(pki.pem(x509.load_der_x509_certificate(found.der)).decode().strip())


@cert.command()
@click.argument("fingerprint", type=FINGERPRINT)
@click.option("--reason", required=True, help="Why; kept with the certificate.")
@home_option
def revoke(home: Path, fingerprint: str, reason: str) -> None:
    """Take a certificate out of use for good, and end its sessions.

    A running gateway notices within a second.
    """
    with opened(home) as (_settings, database), database.write() as connection:
        found = _find(connection, fingerprint)
        if found.state == registry.REVOKED:
            refuse(f"it was revoked before, on {found.revoked_at:%Y-%m-%d}: {found.reason}")
        ended = registry.revoke_certificate(connection, found.fingerprint, datetime.now(UTC), reason)
    say(f"revoked {found.fingerprint[:16]} of {found.holder}; {ended} sessions ended")


@cert.command("crl-import")
@click.argument("file", type=FILE)
@home_option
def crl_import(home: Path, file: Path) -> None:
    """Take over a CA's revocation list (PEM or DER) and revoke what it names.

    The list must be signed by a configured CA and be no older than the one in place.
    """
    crl = pki.load_revocation_list(file)
    with opened(home) as (settings, database):
        cas = pki.load_folder(settings.ca_folder)
        issuer = next((ca for ca in cas if pki.issued_list(crl, [ca])), None)
        if issuer is None:
            refuse(f"the list in {file} is not signed by a configured CA (certs/ca/*.pem)")
        target = revocations.place(settings.crl_folder, issuer)
        with revocations.alone(settings.crl_folder), database.write() as connection:
            if target.exists() and pki.load_revocation_list(target).last_update_utc > crl.last_update_utc:
                refuse(f"the list in place is newer than that of {crl.last_update_utc:%Y-%m-%d %H:%M}Z")
            revoked = _revoke_listed(connection, crl, issuer)
            pki.write_whole(target, pki.pem(crl))
    until = f"{crl.next_update_utc:%Y-%m-%d}" if crl.next_update_utc else "further notice"
    say(f"imported the list, good until {until}; {len(revoked)} registered certificates revoked")
    for each in revoked:
        say(f"  {each.fingerprint[:16]}  {each.dxp_id}  {plain(each.holder)}")


@cert.command("crl-issue")
@click.option("--days", type=click.IntRange(1), help="To the next edition [settings: cards.list_days].")
@ca_options
@home_option
def crl_issue(home: Path, days: int | None, ca: CaFiles) -> None:
    """Write the next edition of the revocation list of a CA whose key is here.

    It names all that the former edition names and every certificate of the CA that was revoked since. Needed
    before the date of the next edition, when nothing was revoked until then.
    """
    now = datetime.now(UTC)
    with opened(home) as (settings, database):
        pair = ca.pair(settings, now)
        if pair is None:
            refuse(
                "no CA's key is here: give --ca-key and --ca-cert, or fetch the CA's list: cert crl-import"
            )
        with database.read() as connection:
            told = publish(connection, settings, pair, now, days)
    say(told)


def publish(
    connection: Connection,
    settings: Settings,
    ca: pki.Pair,
    now: datetime,
    days: int | None = None,
    *,
    withdrawn: Iterable[x509.Certificate] = (),
) -> str:
    """Write the next edition of the CA's list where the gateway reads it; what was written, in a sentence.

    `withdrawn`: what the CA issued and nobody registered.
    """
    target = revocations.publish(
        connection, settings.crl_folder, ca, now, days or settings.cards.list_days, withdrawn=withdrawn
    )
    edition = pki.load_revocation_list(target)
    return (
        f"revocation list {target}: edition {revocations.number(edition)}, {len(edition)} certificates, "
        f"the next one due by {edition.next_update_utc:%Y-%m-%d}"
    )


@cert.command()
@click.argument("purpose", type=click.Choice(["gateway", "tls"]))
@click.argument("file", type=FILE)
@home_option
def install(home: Path, purpose: str, file: Path) -> None:
    """Put the gateway's own issued certificate in place; FILE may hold its chain too.

    "gateway" signs replies and receipts, "tls" is the server's. Checked: the key, the chain, the dates and
    the extended key usage. The gateway must be started again to use it.
    """
    settings = Settings.load(home)
    key_file = settings.gateway_key if purpose == "gateway" else settings.tls_key
    target = settings.gateway_certificate if purpose == "gateway" else settings.tls_certificate
    chain = pki.load_certificates(file)
    cas = pki.load_folder(settings.ca_folder)
    pki.check_own(purpose, pki.load_key(key_file), chain, cas, datetime.now(UTC))
    if purpose == "gateway" and target.exists():
        _keep_former(settings, target)
    pki.write_whole(target, pki.pem(*chain))
    say(f"installed {target}, good until {chain[0].not_valid_after_utc:%Y-%m-%d}; restart the gateway")


def _keep_former(settings: Settings, target: Path) -> None:
    former = pki.load_certificates(target)[0]
    settings.former_folder.mkdir(exist_ok=True)
    pki.write_whole(settings.former_folder / f"{pki.fingerprint(former)[:16]}.pem", pki.pem(former))


def _find(connection: Connection, fingerprint: str) -> registry.Certificate:
    exact = registry.certificate(connection, fingerprint)
    if exact is not None:
        return exact
    found = [each for each in registry.certificates(connection) if each.fingerprint.startswith(fingerprint)]
    if len(found) != 1:
        many = "more than one certificate begins" if found else "no registered certificate begins"
        refuse(f"{many} with {fingerprint}; see: eport-gateway cert list")
    return found[0]


def _revoke_listed(
    connection: Connection, crl: x509.CertificateRevocationList, issuer: x509.Certificate
) -> list[registry.Certificate]:
    revoked = []
    for each in registry.certificates(connection):
        listed = crl.get_revoked_certificate_by_serial_number(int(each.serial, 16))
        if listed is None or each.state == registry.REVOKED:
            continue
        if pki.issued_by(x509.load_der_x509_certificate(each.der), [issuer]) is None:
            continue  # another CA's certificate of the same number
        _serial, at, why = revocations.entry(listed)
        reason = why.value if why is not None else None
        registry.revoke_certificate(connection, each.fingerprint, at, "revocation list", reason)
        revoked.append(each)
    return revoked
