"""Who signed a document, and whether that holds: signature, chain, date, and the usage only gateways get.

Knows how the checks of messages.signature are put together for a reader; refuses to know where the document
came from. What is not proven is never returned as content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from lxml import etree

from messages import reply
from messages.faults import Fault
from messages.signature.oids import card_kind, is_gateway, subject_of
from messages.signature.trust import Trust
from messages.signature.verify import CertificateCache, Verified, verify
from messages.xml import parse
from receipts.document import Receipt
from receipts.document import parse as parse_receipt
from terminals.trouble import Unusable


def load_certificates(path: Path) -> list[x509.Certificate]:
    """The certificates in a PEM file; Unusable when there is none."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Unusable("ca-wrong", file=path, reason=getattr(error, "strerror", None) or error) from None


def load_crl(path: Path) -> x509.CertificateRevocationList:
    """The revocation list in a PEM file; Unusable when there is none."""
    try:
        return x509.load_pem_x509_crl(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Unusable("crl-wrong", file=path, reason=getattr(error, "strerror", None) or error) from None


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome of every check; '' as a fault means that the check holds."""

    signature_fault: str
    certificate: x509.Certificate | None = None  # None when the signature does not hold
    root: etree._Element | None = None  # what was signed, without the signature
    card: str = ""
    chain_fault: str = ""
    gateway: bool = False
    at: datetime | None = None  # the moment that chain and date were checked for

    @property
    def who(self) -> str:
        """The signer's subject, for people."""
        return subject_of(self.certificate) if self.certificate else ""

    @property
    def fault(self) -> str:
        """The first check of signature, chain and date that fails, in words; '' when all hold."""
        return self.signature_fault or self.chain_fault


class Prover:
    """The checks, with the CA certificates and revocation lists that are trusted here."""

    def __init__(
        self, cas: Sequence[x509.Certificate], crls: Sequence[x509.CertificateRevocationList] = ()
    ) -> None:
        try:
            self._trust = Trust(cas, crls)
        except ValueError as error:
            raise Unusable("ca-wrong", file="--ca", reason=error) from None
        self._certificates = CertificateCache()

    def prove(self, document: bytes, at: datetime | None = None) -> Proof:
        """The proof of one signed document. Raises Fault when it is no XML of the profile.

        Chain and date are checked for `at`; without it for the moment a receipt or reply of a gateway says
        it was made (its signature covers it), and for now where there is none.
        """
        root = parse(document)
        try:
            verified = verify(root, self._certificates)
        except Fault as fault:
            return Proof(signature_fault=fault.info)
        certificate = verified.certificate
        gateway = is_gateway(certificate)
        moment = at or (made(verified) if gateway else None) or datetime.now(UTC)
        try:
            self._trust.check(certificate, moment)
            chain_fault = ""
        except Fault as fault:
            chain_fault = fault.info
        return Proof("", certificate, verified.root, card_kind(certificate), chain_fault, gateway, moment)

    def by_gateway(self, document: bytes) -> Proof:
        """The proof of something that only a gateway may sign; NotProven-worthy faults become one."""
        try:
            proof = self.prove(document)
        except Fault as fault:
            return Proof(signature_fault=fault.info)
        if not proof.fault and not proof.gateway:
            return Proof(signature_fault=f"the signer {proof.who} is not a gateway")
        return proof


def made(verified: Verified) -> datetime | None:
    """When a receipt or reply says that it was made; None for other documents."""
    try:
        if verified.root.tag == reply.DXP_REP:
            return reply.read(verified.root).notice_time
        times = [found.time for found in parse_receipt(verified.root) if isinstance(found, Receipt)]
    except (Fault, ValueError):
        return None
    return max(times, default=None)


def type_of(root: etree._Element) -> str:
    """The type code that a message's root says, such as BVS112."""
    return etree.QName(root).localname.removesuffix("Message")


def is_receipt(root: etree._Element) -> bool:
    """Whether a message's root is a receipt's, which only gateways issue.

    Its type says so: what a submission's odd number is to its receipt's even one, and EPT900. A return inside
    is enough as well, whatever the root is called. Ask it of what was signed, never of the envelope.
    """
    return type_of(root)[-1:] in tuple("02468") or any(
        etree.QName(child).localname.endswith("Return") for child in root
    )
