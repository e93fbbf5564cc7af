"""Who signed: a certificate's holder together with the party it belongs to, for many messages at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from storage import tables


@dataclass(frozen=True, slots=True)
class Signer:
    """The holder (持卡人) of a registered certificate, in whatever state it is now."""

    dxp_id: str
    cop_code: str
    name: str
    role: str
    holder: str
    card: str


_certificate = tables.certificates.c
_party = tables.parties.c
_SIGNERS = (
    select(
        _certificate.fingerprint, _party.dxp_id, _party.cop_code, _party.name, _certificate.role,
        _certificate.holder, _certificate.card,
    )
    .join(tables.parties, _party.dxp_id == _certificate.dxp_id)
    .where(_certificate.fingerprint.in_(bindparam("keys", expanding=True)))
)  # fmt: skip


def signers(conn: Connection, fingerprints: Collection[str]) -> dict[str, Signer]:
    """By fingerprint; certificates that were never registered are missing from the answer."""
    if not fingerprints:
        return {}
    return {row[0]: Signer(*row[1:]) for row in conn.execute(_SIGNERS, {"keys": list(fingerprints)})}
