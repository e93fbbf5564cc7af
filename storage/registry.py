"""Who may take part (备案): parties, their certificates and their accounts.

Knows what was registered, and that each change to it raises the generation, by which caches notice it;
refuses to judge a certificate or a password. Times are aware instants, fingerprints SHA-256 of the DER, hex.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, exists, select, update

from messages import workflow
from storage import tables
from storage.conflict import by_dialect, insert_free, unless_taken
from storage.keys import ssh_fingerprint

ACTIVE = "active"
SUSPENDED = "suspended"
REVOKED = "revoked"


class AlreadyRegistered(Exception):
    """There is a party, certificate or account of this name already."""


class NotRegistered(Exception):
    """There is no such party, certificate or account."""


@dataclass(frozen=True, slots=True)
class Party:
    """An enterprise, an agency, an operator or a customs (参与方) under its dxpId."""

    dxp_id: str
    cop_code: str
    name: str
    kind: str
    created_at: datetime
    state: str = ACTIVE
    rate: Mapping[str, Any] | None = None  # its own limits where they differ from the settings


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and the person or card (持卡人) it belongs to."""

    fingerprint: str
    dxp_id: str
    serial: str
    subject: str
    holder: str
    role: str
    card: str
    not_before: datetime
    not_after: datetime
    der: bytes
    state: str = ACTIVE
    revoked_at: datetime | None = None
    reason: str | None = None
    card_number: str | None = None  # of the card or Ikey that holds it
    crl_reason: str | None = None  # as in RFC 5280, 5.3.1: keyCompromise, superseded …
    ssh_key: str | None = None  # OpenSSH's fingerprint of its key; found when it is registered


@dataclass(frozen=True, slots=True)
class Account:
    """A login by password; after too many failures it is locked until an instant."""

    name: str
    dxp_id: str
    role: str
    holder: str
    password_hash: str
    created_at: datetime
    state: str = ACTIVE
    failures: int = 0
    locked_until: datetime | None = None
    mail: str | None = None  # where its holder is told of things


_INSERT = {table: unless_taken(table) for table in (tables.parties, tables.certificates, tables.accounts)}
_BUMP = by_dialect(
    tables.generation,
    lambda statement: statement.on_conflict_do_update(
        index_elements=[tables.generation.c.id], set_={"value": tables.generation.c.value + 1}
    ),
)
_GENERATION = select(tables.generation.c.value)
_party = tables.parties.c
_certificate = tables.certificates.c
_account = tables.accounts.c
_session = tables.sessions.c
_PARTY = select(tables.parties).where(_party.dxp_id == bindparam("key"))
_OF_CODES = (
    select(_party.dxp_id, _party.cop_code, _party.name, _party.kind)
    .where(_party.cop_code.in_(bindparam("keys", expanding=True)), _party.state == ACTIVE)
    .order_by(
        exists().where(_certificate.dxp_id == _party.dxp_id, _certificate.state == ACTIVE),
        _party.dxp_id.desc(),
    )
)
_CERTIFICATE = select(tables.certificates).where(_certificate.fingerprint == bindparam("key"))
_ACCOUNT = select(tables.accounts).where(_account.name == bindparam("key"))


def generation(conn: Connection) -> int:
    """A number that grows with every change to a party, certificate or account; 0 before the first."""
    return conn.execute(_GENERATION).scalar() or 0


def _bump(conn: Connection) -> None:
    conn.execute(_BUMP[conn.dialect.name], {"id": 1, "value": 1})


def _add(conn: Connection, table: Table, what: Party | Certificate | Account, name: str) -> None:
    if not insert_free(conn, _INSERT[table], [asdict(what)]):
        raise AlreadyRegistered(f"{table.name}: {name} is registered already")
    _bump(conn)


def _change(conn: Connection, table: Table, key: str, values: Mapping[str, Any]) -> None:
    (column,) = table.primary_key.columns
    if values and conn.execute(update(table).where(column == key).values(**values)).rowcount != 1:
        raise NotRegistered(f"{table.name}: {key} is not registered")
    _bump(conn)


# -- parties -------------------------------------------------------------------------------------


def add_party(conn: Connection, new: Party) -> None:
    """Register a party. Raises AlreadyRegistered."""
    _add(conn, tables.parties, new, new.dxp_id)


def change_party(conn: Connection, dxp_id: str, **values: Any) -> None:
    """Change a party's cop_code, name, kind, state or rate. Raises NotRegistered."""
    _change(conn, tables.parties, dxp_id, values)


def party(conn: Connection, dxp_id: str) -> Party | None:
    """The party under this dxpId."""
    row = conn.execute(_PARTY, {"key": dxp_id}).one_or_none()
    return None if row is None else Party(**row._mapping)


def active_party(conn: Connection, dxp_id: str) -> workflow.Party | None:
    """The party under this dxpId as others may know it, unless it is disabled."""
    found = party(conn, dxp_id)
    if found is None or found.state != ACTIVE:
        return None
    return workflow.Party(found.dxp_id, found.cop_code, found.name, found.kind)


def parties(conn: Connection) -> list[Party]:
    """All parties, by dxpId."""
    return [Party(**row._mapping) for row in conn.execute(select(tables.parties).order_by(_party.dxp_id))]


def parties_of_codes(conn: Connection, cop_codes: Collection[str]) -> list[workflow.Party]:
    """The active parties of these customs codes, one each; not who has registered under another's.

    Of several the one that was given a certificate counts, then that of the first dxpId.
    """
    rows = conn.execute(_OF_CODES, {"keys": list(cop_codes)})
    first = {row.cop_code: workflow.Party(*row) for row in rows}
    return list(first.values())


# -- certificates --------------------------------------------------------------------------------


def add_certificate(conn: Connection, new: Certificate) -> None:
    """Register a certificate of a party. Raises AlreadyRegistered, NotRegistered (its party)."""
    if party(conn, new.dxp_id) is None:
        raise NotRegistered(f"parties: {new.dxp_id} is not registered")
    _add(conn, tables.certificates, replace(new, ssh_key=ssh_fingerprint(new.der)), new.fingerprint)


def revoke_certificate(
    conn: Connection, fingerprint: str, at: datetime, reason: str, crl_reason: str | None = None
) -> int:
    """Take a certificate out of use for good and end its sessions; how many. Raises NotRegistered."""
    values = {"state": REVOKED, "revoked_at": at, "reason": reason, "crl_reason": crl_reason}
    _change(conn, tables.certificates, fingerprint, values)
    return conn.execute(delete(tables.sessions).where(_session.certificate == fingerprint)).rowcount


def certificate(conn: Connection, fingerprint: str) -> Certificate | None:
    """The certificate of this fingerprint, in whatever state."""
    row = conn.execute(_CERTIFICATE, {"key": fingerprint}).one_or_none()
    return None if row is None else _as_certificate(row)


def certificates(
    conn: Connection, dxp_id: str | None = None, ending_before: datetime | None = None
) -> list[Certificate]:
    """Certificates by end of validity: all, one party's, or the active ones that end before an instant."""
    statement = select(tables.certificates).order_by(_certificate.not_after, _certificate.fingerprint)
    if dxp_id is not None:
        statement = statement.where(_certificate.dxp_id == dxp_id)
    if ending_before is not None:
        statement = statement.where(_certificate.state == ACTIVE, _certificate.not_after < ending_before)
    return [_as_certificate(row) for row in conn.execute(statement)]


def certified(conn: Connection, dxp_id: str) -> bool:
    """Whether a party was ever given a certificate: somebody has seen who it is."""
    statement = select(_certificate.fingerprint).where(_certificate.dxp_id == dxp_id).limit(1)
    return conn.execute(statement).first() is not None


def ending(conn: Connection, after: datetime, before: datetime) -> list[Certificate]:
    """The active certificates that end between two instants, the first on top."""
    soon = (
        select(tables.certificates)
        .where(_certificate.state == ACTIVE, _certificate.not_after > after, _certificate.not_after < before)
        .order_by(_certificate.not_after, _certificate.fingerprint)
    )
    return [_as_certificate(row) for row in conn.execute(soon)]


def revoked_certificates(conn: Connection) -> list[Certificate]:
    """Every certificate that was taken out of use, in the order of their serial numbers' texts."""
    revoked = select(tables.certificates).where(_certificate.state == REVOKED).order_by(_certificate.serial)
    return [_as_certificate(row) for row in conn.execute(revoked)]


def certificates_of_card(conn: Connection, number: str) -> list[Certificate]:
    """The certificates that a card or Ikey was ever given, the newest first."""
    given = (
        select(tables.certificates)
        .where(_certificate.card_number == number)
        .order_by(_certificate.not_before.desc(), _certificate.fingerprint)
    )
    return [_as_certificate(row) for row in conn.execute(given)]


def certificates_of_key(conn: Connection, ssh_key: str) -> list[Certificate]:
    """The active certificates whose key has this SSH fingerprint, the newest first."""
    found = (
        select(tables.certificates)
        .where(_certificate.ssh_key == ssh_key, _certificate.state == ACTIVE)
        .order_by(_certificate.not_before.desc(), _certificate.fingerprint)
    )
    return [_as_certificate(row) for row in conn.execute(found)]


def certificates_of_holder(conn: Connection, dxp_id: str, holder: str, role: str) -> list[Certificate]:
    """The active certificates of one person of a party in one role, the newest first."""
    found = (
        select(tables.certificates)
        .where(_certificate.dxp_id == dxp_id, _certificate.holder == holder)
        .where(_certificate.role == role, _certificate.state == ACTIVE)
        .order_by(_certificate.not_before.desc(), _certificate.fingerprint)
    )
    return [_as_certificate(row) for row in conn.execute(found)]


def _as_certificate(row: Row[Any]) -> Certificate:
    return Certificate(**{**row._mapping, "der": bytes(row.der)})


# -- accounts ------------------------------------------------------------------------------------


def add_account(conn: Connection, new: Account) -> None:
    """Register an account of a party. Raises AlreadyRegistered, NotRegistered (its party)."""
    if party(conn, new.dxp_id) is None:
        raise NotRegistered(f"parties: {new.dxp_id} is not registered")
    _add(conn, tables.accounts, new, new.name)


def change_account(conn: Connection, name: str, **values: Any) -> None:
    """Change an account's password_hash, role, holder or state and end its sessions. Raises NotRegistered."""
    _change(conn, tables.accounts, name, values)
    conn.execute(delete(tables.sessions).where(_session.account == name))


def note_login(conn: Connection, name: str, *, failures: int, locked_until: datetime | None = None) -> None:
    """Remember how many logins failed in a row (0 after a good one) and until when no other is tried."""
    conn.execute(
        update(tables.accounts)
        .where(_account.name == bindparam("key"))
        .values(failures=bindparam("count"), locked_until=bindparam("until")),
        {"key": name, "count": failures, "until": locked_until},
    )


def account(conn: Connection, name: str) -> Account | None:
    """The account of this name."""
    row = conn.execute(_ACCOUNT, {"key": name}).one_or_none()
    return None if row is None else Account(**row._mapping)


def accounts_of(conn: Connection, dxp_id: str, holder: str, role: str) -> list[Account]:
    """The active accounts of one person of a party in one role, by name."""
    statement = (
        select(tables.accounts)
        .where(_account.dxp_id == dxp_id, _account.holder == holder)
        .where(_account.role == role, _account.state == ACTIVE)
        .order_by(_account.name)
    )
    return [Account(**row._mapping) for row in conn.execute(statement)]


def accounts(conn: Connection) -> list[Account]:
    """All accounts, by name."""
    return [Account(**row._mapping) for row in conn.execute(select(tables.accounts).order_by(_account.name))]


def account_of_mail(conn: Connection, mail: str) -> Account | None:
    """The account that is named by this address, or else one whose holder is told of things there."""
    named = account(conn, mail)
    if named is not None:
        return named
    row = conn.execute(select(tables.accounts).where(_account.mail == mail).limit(1)).first()
    return None if row is None else Account(**row._mapping)


def mails(conn: Connection, dxp_id: str) -> list[str]:
    """Where the holders of a party's active accounts are told of things, each address once."""
    statement = (
        select(_account.mail)
        .where(_account.dxp_id == dxp_id, _account.state == ACTIVE, _account.mail.is_not(None))
        .order_by(_account.mail)
        .distinct()
    )
    return [str(each) for each in conn.execute(statement).scalars()]


def parties_of_code(conn: Connection, cop_code: str) -> list[Party]:
    """Every party of this customs code, active or not, by dxpId."""
    statement = select(tables.parties).where(_party.cop_code == cop_code).order_by(_party.dxp_id)
    return [Party(**row._mapping) for row in conn.execute(statement)]
