"""The tools of the examination, made from files: in the server and, with the same description, in workers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm

from gateway import pki
from messages.catalogue import OWN
from messages.codes import CodeLists
from messages.examine import Examiner, Limits
from messages.routed import Routed, Routes
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
    nodes: int = 100
    routed: tuple[dict[str, Any], ...] = ()  # `Routed.plain` of the types without a workflow, …
    routed_folder: str = ""  # … and where their schemas are


def trust(ca_folder: Path, crl_folder: Path) -> Trust:
    """The certification authorities of one folder and the revocation lists of another: *.pem, PEM or DER.

    Raises PkiError, and nothing else, whatever the files hold: keep what was there before and try again.
    """
    authorities, lists = pki.load_folder(ca_folder), pki.load_revocation_lists(crl_folder)
    try:
        return Trust(authorities, lists)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise pki.PkiError(f"the files in {ca_folder} and {crl_folder} cannot be used: {error}") from error


def examiner(described: Described, schemas: Schemas | None = None) -> Examiner:
    """From files: schemas, code lists, authorities, revocation lists. Raises PkiError for the latter two."""
    return Examiner(
        schemas=schemas or _schemas(described),
        trust=trust(Path(described.ca_folder), Path(described.crl_folder)),
        certificates=CertificateCache(),
        codes=CodeLists(),
        profile=LEGACY if described.legacy_sha1 else STANDARD,
        limits=Limits(described.data, described.depth, described.lines, described.nodes),
        routes=Routes(map(Routed.of, described.routed)),
    )


def _schemas(described: Described) -> Schemas:
    return Schemas(OWN, Path(described.routed_folder)) if described.routed_folder else Schemas()
