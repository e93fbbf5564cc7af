"""Logins (登录): challenges that are answered once, and sessions known by the hash of their token.

Knows neither a nonce nor a token, only their hashes: who reads the database learns nothing that logs him in.
Refuses to know how a login is proven.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from storage import tables


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a party's holder, opened by certificate or by account."""

    token_hash: str
    dxp_id: str
    role: str
    holder: str
    account: str | None
    certificate: str | None  # fingerprint
    card: str
    created_at: datetime
    expires_at: datetime
    last_used: datetime


_challenge = tables.challenges.c
_session = tables.sessions.c
_ADD_CHALLENGE = insert(tables.challenges)
_CONSUME = (
    update(tables.challenges)
    .where(
        _challenge.nonce_hash == bindparam("key"),
        _challenge.used_at.is_(None),
        _challenge.expires_at > bindparam("now"),
    )
    .values(used_at=bindparam("now"))
)
_ADD = insert(tables.sessions)
_FIND = select(tables.sessions).where(
    _session.token_hash == bindparam("key"), _session.expires_at > bindparam("now")
)
_TOUCH = (
    update(tables.sessions).where(_session.token_hash == bindparam("key")).values(last_used=bindparam("now"))
)


def _delete_by(column: ColumnElement[str]) -> Any:
    return delete(tables.sessions).where(column == bindparam("key"))


_DELETE: Mapping[str, Any] = {
    "token": _delete_by(_session.token_hash),
    "certificate": _delete_by(_session.certificate),
    "account": _delete_by(_session.account),
    "party": _delete_by(_session.dxp_id),
}


def create_challenge(conn: Connection, nonce_hash: str, expires_at: datetime) -> None:
    """Remember a nonce that was handed out."""
    conn.execute(_ADD_CHALLENGE, {"nonce_hash": nonce_hash, "expires_at": expires_at, "used_at": None})


def consume_challenge(conn: Connection, nonce_hash: str, now: datetime) -> bool:
    """Use a nonce up: True for one caller only, and only before it expires."""
    return conn.execute(_CONSUME, {"key": nonce_hash, "now": now}).rowcount == 1


def create(conn: Connection, new: Session) -> None:
    """Open a session."""
    conn.execute(_ADD, asdict(new))


def find(conn: Connection, token_hash: str, now: datetime) -> Session | None:
    """The session of this token's hash, unless it has expired."""
    row = conn.execute(_FIND, {"key": token_hash, "now": now}).one_or_none()
    return None if row is None else Session(**row._mapping)


def touch(conn: Connection, token_hash: str, now: datetime) -> None:
    """Note that a session was used."""
    conn.execute(_TOUCH, {"key": token_hash, "now": now})


def delete_token(conn: Connection, token_hash: str) -> bool:
    """End one session; whether there was one."""
    return conn.execute(_DELETE["token"], {"key": token_hash}).rowcount == 1


def delete_for_certificate(conn: Connection, fingerprint: str) -> int:
    """End the sessions opened with this certificate; how many they were."""
    return conn.execute(_DELETE["certificate"], {"key": fingerprint}).rowcount


def delete_for_account(conn: Connection, name: str) -> int:
    """End the sessions opened by this account; how many they were."""
    return conn.execute(_DELETE["account"], {"key": name}).rowcount


def delete_for_party(conn: Connection, dxp_id: str) -> int:
    """End all sessions of a party; how many they were."""
    return conn.execute(_DELETE["party"], {"key": dxp_id}).rowcount


def certificates(conn: Connection) -> list[str]:
    """The fingerprints of the certificates that opened sessions which are still there."""
    found = conn.execute(select(_session.certificate).where(_session.certificate.is_not(None)).distinct())
    return list(found.scalars())


def parties(conn: Connection) -> list[str]:
    """The dxpIds whose sessions are still there."""
    return list(conn.execute(select(_session.dxp_id).distinct()).scalars())


def purge(conn: Connection, now: datetime) -> int:
    """Drop sessions and challenges that have expired; how many they were."""
    gone = conn.execute(delete(tables.challenges).where(_challenge.expires_at <= now)).rowcount
    return gone + conn.execute(delete(tables.sessions).where(_session.expires_at <= now)).rowcount
