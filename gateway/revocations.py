"""The revocation list (吊销列表) that an office with a CA's key writes for it: next edition, and its place.

Knows that editions are numbered upwards and forget nobody; refuses to know who is to be revoked, and why. The
registry refuses a revoked certificate at once by itself: the list tells everybody else, terminals and relying
parties, who ask no registry.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cryptography import x509
from sqlalchemy import Connection

from gateway import pki
from gateway.pki import Revoked
from storage import registry

KEY_COMPROMISE = x509.ReasonFlags.key_compromise.value
AFFILIATION = x509.ReasonFlags.affiliation_changed.value
SUPERSEDED = x509.ReasonFlags.superseded.value
CESSATION = x509.ReasonFlags.cessation_of_operation.value


def place(folder: Path, issuer: x509.Certificate) -> Path:
    """Where the list of one CA lies among those of others."""
    return folder / f"{pki.fingerprint(issuer)[:16]}.pem"


def publish(
    connection: Connection,
    folder: Path,
    ca: pki.Pair,
    now: datetime,
    days: int,
    *,
    withdrawn: Iterable[x509.Certificate] = (),
) -> Path:
    """Write the next edition of the CA's list into `folder`, the following one due in `days`; its file.

    `withdrawn` are certificates of the CA's that no registry has: only the list can say that they are void.
    Raises PkiError when the edition in place cannot be read: then it must be put right first, for what only
    that one names would come into force again.
    """
    target = place(folder, ca.certificate)
    with alone(folder):
        former = pki.load_revocation_list(target) if target.exists() else None
        void = [
            Revoked(each.serial_number, now, x509.ReasonFlags.cessation_of_operation) for each in withdrawn
        ]
        edition = following(ca, former, registry.revoked_certificates(connection), now, days, void)
        pki.write_whole(target, pki.pem(edition))
    return target


def following(
    ca: pki.Pair,
    former: x509.CertificateRevocationList | None,
    revoked: Iterable[registry.Certificate],
    now: datetime,
    days: int,
    void: Iterable[Revoked] = (),
) -> x509.CertificateRevocationList:
    """The edition after `former`: all that it names, those of `revoked` that are the CA's, and `void`."""
    named = {each.serial: each for each in void}
    named |= {each.serial_number: entry(each) for each in former or ()}
    for each in revoked:
        serial = int(each.serial, 16)
        issued = pki.issued_by(x509.load_der_x509_certificate(each.der), [ca.certificate])
        if serial not in named and issued is not None:
            reason = x509.ReasonFlags(each.crl_reason) if each.crl_reason else None
            named[serial] = Revoked(serial, each.revoked_at or now, reason)
    # The clock is the count, so that it goes on upwards where an edition was lost or a backup restored.
    count = max(int(now.timestamp()), number(former) + 1 if former else 0)
    return pki.revocation_list(ca, named.values(), now, days=days, number=count)


def entry(listed: x509.RevokedCertificate) -> Revoked:
    """What a list says of one certificate."""
    try:
        reason = listed.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        reason = None
    return Revoked(listed.serial_number, listed.revocation_date_utc, reason)


def number(crl: x509.CertificateRevocationList) -> int:
    """The number of an edition; 0 when it has none."""
    try:
        return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except x509.ExtensionNotFound:
        return 0


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One edition at a time, or of two made at once the second would lack what the first names."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
