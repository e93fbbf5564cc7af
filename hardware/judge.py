"""Whether messages can be signed with a certificate, as far as a terminal can tell.

Knows dates, keys and the configured CA; refuses to know which device holds the key. What the gateway makes of
a certificate, whose registration it alone knows, may differ.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID

from hardware.findings import Row, Told, row
from messages.faults import CertificateRefused
from messages.senders import CARD_WORDS
from messages.signature.certificates import algorithm_of
from messages.signature.oids import card_kind, card_number, commits, subject_of
from messages.signature.sign import serial_hex
from messages.signature.trust import Trust

ENDING = timedelta(days=30)  # before a certificate's end, when it is time to renew it


def judge(
    where: object, certificate: x509.Certificate, now: datetime, trust: Trust | None, ca: str
) -> tuple[Row, bool]:
    """The row of a certificate that is found at `where`, and whether messages can be signed with it.

    `trust` has the configured CA, and `ca` names its file; without it chain and revocation are not looked at.
    """
    told = described(certificate)
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    try:
        algorithm_of(certificate)
    except ValueError as error:
        return row("certificate-unsuitable", where=where, certificate=told, reason=error), False
    if now > ends:
        return row("certificate-expired", where=where, certificate=told), False
    if now < begins:
        values = {"begins": local(begins), "now": local(now)}
        return row("certificate-early", where=where, certificate=told, **values), False
    if trust is not None and not trust.issued(certificate):
        return row("certificate-foreign", where=where, certificate=told, ca=ca), True
    try:
        if trust is not None:
            trust.check(certificate, now)
    except CertificateRefused as fault:
        return row("certificate-revoked", where=where, certificate=told, reason=fault.info), False
    if ends - now < ENDING:
        days = (ends - now).days
        return row("certificate-ending", where=where, certificate=told, days=days), True
    return row("certificate", where=where, certificate=told), True


def described(certificate: x509.Certificate) -> Told:
    """Holder, kind of card, use, number and end, in both languages; of a card it is the card's number."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    holder = str(names[0].value) if names else subject_of(certificate)
    zh, en = CARD_WORDS[card_kind(certificate)]
    card, end = card_number(certificate), local(certificate.not_valid_after_utc)
    serial = serial_hex(certificate)
    number = (f"card {card}", f"卡号 {card}") if card else (f"no. {serial}", f"编号 {serial}")
    use = ("for signatures", "签名") if commits(certificate) else ("for authentication", "身份认证")
    return Told((
        f"{holder} ({en}, {use[0]}, {number[0]}, until {end})",
        f"{holder}（{zh}，{use[1]}，{number[1]}，有效期至 {end}）",
    ))  # fmt: skip


def local(moment: datetime) -> str:
    """A moment as the machine's own clock shows it, to the minute."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
