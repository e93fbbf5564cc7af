"""The tools of the examination, made from files: in the server and, with the same description, in workers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from messages.codes import CodeLists
from messages.examine import Examiner, Limits
from messages.schemas import Schemas
from messages.signature.profile import LEGACY, STANDARD
from messages.signature.trust import Trust
from messages.signature.verify import CertificateCache


@dataclass(frozen=True, slots=True)
class Described:
    """Plain data, so that it can travel to a worker."""

    ca_folder: str
    crl_folder: str
    data: int
    depth: int
    lines: int
    legacy_sha1: bool


def trust(ca_folder: Path, crl_folder: Path) -> Trust:
    """The certification authorities (*.pem) of one folder and the revocation lists (*.pem) of another."""
    authorities = [
        certificate
        for file in sorted(ca_folder.glob("*.pem"))
        for certificate in x509.load_pem_x509_certificates(file.read_bytes())
    ]
    lists = [x509.load_pem_x509_crl(file.read_bytes()) for file in sorted(crl_folder.glob("*.pem"))]
    return Trust(authorities, lists)


def examiner(described: Described, schemas: Schemas | None = None) -> Examiner:
    """From files: schemas, code lists, authorities, revocation lists. OSError or ValueError when bad."""
    return Examiner(
        schemas=schemas or Schemas(),
        trust=trust(Path(described.ca_folder), Path(described.crl_folder)),
        certificates=CertificateCache(),
        codes=CodeLists(),
        profile=LEGACY if described.legacy_sha1 else STANDARD,
        limits=Limits(data=described.data, depth=described.depth, lines=described.lines),
    )
