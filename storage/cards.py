"""Cards and Ikeys that the card office (制卡中心) gave out: to whom, until when, and what became of each.

Knows that a card is registered together with its certificates or not at all, and that every change leaves a
line of its history; refuses to know keys, PINs, devices and CAs. Times are aware instants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from storage import registry, tables
from storage.cases import take_numbers
from storage.conflict import insert_free, unless_taken
from storage.registry import Certificate, NotRegistered

REQUESTED = "requested"  # its keys are made, its certificates are not there yet
ACTIVE = "active"
REVOKED = "revoked"
REPLACED = "replaced"  # by another card
LIVE = (REQUESTED, ACTIVE)

SUPERSEDED = "superseded"  # as RFC 5280 names it: the holder has a newer certificate


class NumberTaken(Exception):
    """There is a card of this number already: give another one."""


class CardUnknown(Exception):
    """The office gave out no card of this number."""


class CardEnded(Exception):
    """The card was revoked or replaced before, and does not come back."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card or Ikey and the holder (持卡人) it was made for."""

    number: str
    dxp_id: str
    holder: str
    unit: str
    kind: str  # legal 法人卡, operator 操作员卡
    role: str
    medium: str  # card, ikey
    serial: str  # the medium's own; '' for one that was never seen
    state: str = REQUESTED
    requests: Mapping[str, str] | None = None  # by use, PEM: what waits for a CA's answer
    requested_at: datetime | None = None
    issued_at: datetime | None = None  # when its present certificates were registered
    ends: datetime | None = None  # when the first of them ends
    ended_at: datetime | None = None  # when it was revoked or replaced
    reason: str | None = None
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of a card's history: what was done, when, by whom."""

    at: datetime
    event: str
    done_by: str
    detail: str


_card = tables.cards.c
_history = tables.card_history.c
_INSERT = unless_taken(tables.cards)
_GET = select(tables.cards).where(_card.number == bindparam("key"))
_NOTE = insert(tables.card_history)
_DEEDS = (
    select(_history.at, _history.event, _history.done_by, _history.detail)
    .where(_history.number == bindparam("key"))
    .order_by(_history.id)
)


def take_number(conn: Connection, office: str) -> int:
    """The next number of an office's own count, which begins at 1. A rollback gives it back."""
    return take_numbers(conn, f"card {office}", 1)


def add(conn: Connection, new: Card) -> None:
    """Enter a card. Raises NumberTaken, NotRegistered (its party)."""
    if registry.party(conn, new.dxp_id) is None:
        raise NotRegistered(f"parties: {new.dxp_id} is not registered")
    if not insert_free(conn, _INSERT, [asdict(new)]):
        raise NumberTaken(f"there is a card {new.number} already")


def get(conn: Connection, number: str) -> Card:
    """The card of this number. Raises CardUnknown."""
    row = conn.execute(_GET, {"key": number}).one_or_none()
    if row is None:
        raise CardUnknown(f"the office gave out no card {number}; see: eport-gateway card list")
    return _as_card(row)


def exists(conn: Connection, number: str) -> bool:
    """Whether the number is taken."""
    return conn.execute(_GET, {"key": number}).one_or_none() is not None


def listed(conn: Connection, dxp_id: str | None = None, ending_before: datetime | None = None) -> list[Card]:
    """Cards by number: all, one party's, or the active ones that end before an instant, the first on top."""
    statement = select(tables.cards)
    if dxp_id is not None:
        statement = statement.where(_card.dxp_id == dxp_id)
    if ending_before is not None:
        statement = statement.where(_card.state == ACTIVE, _card.ends < ending_before).order_by(_card.ends)
    return [_as_card(row) for row in conn.execute(statement.order_by(_card.number))]


def on_medium(conn: Connection, serial: str) -> Card | None:
    """The card that lives on the medium of this serial number; revoked and replaced ones no longer do."""
    lives = select(tables.cards).where(_card.serial == serial, _card.state.in_(LIVE))
    row = conn.execute(lives.order_by(_card.number)).first()
    return None if row is None else _as_card(row)


def ask(
    conn: Connection, number: str, serial: str, requests: Mapping[str, str], at: datetime, by: str
) -> None:
    """Note that new keys wait for certificates of an outside CA. Raises CardUnknown, CardEnded."""
    _change(conn, _alive(conn, number), serial=serial, requests=requests, requested_at=at)
    note(conn, number, "requested", at, by, f"on {serial}")


def activate(
    conn: Connection, number: str, serial: str, given: Sequence[Certificate], at: datetime, by: str
) -> list[Certificate]:
    """Register the certificates that the card holds now; its former ones are superseded, and returned.

    Raises CardUnknown, CardEnded, AlreadyRegistered.
    """
    found = _alive(conn, number)
    former = [each for each in registry.certificates_of_card(conn, number) if each.state == registry.ACTIVE]
    for each in given:
        registry.add_certificate(conn, replace(each, card_number=number))
    for each in former:
        registry.revoke_certificate(conn, each.fingerprint, at, f"card {number} was renewed", SUPERSEDED)
    ends = min(each.not_after for each in given)
    _change(
        conn, found, serial=serial, state=ACTIVE, requests=None, requested_at=None, issued_at=at, ends=ends
    )
    where = f", on {serial}" if serial else ""
    note(conn, number, "renewed" if former else "issued", at, by, f"until {ends:%Y-%m-%d}{where}")
    return former


def end(
    conn: Connection,
    number: str,
    at: datetime,
    by: str,
    *,
    reason: str,
    crl_reason: str | None = None,
    replaced_by: str | None = None,
) -> tuple[list[Certificate], int]:
    """Take a card out of use for good: (its certificates that were in force, how many sessions ended).

    Raises CardUnknown, CardEnded.
    """
    found = _alive(conn, number)
    given = [each for each in registry.certificates_of_card(conn, number) if each.state == registry.ACTIVE]
    ended = sum(registry.revoke_certificate(conn, each.fingerprint, at, reason, crl_reason) for each in given)
    state = REPLACED if replaced_by else REVOKED
    _change(conn, found, state=state, requests=None, ended_at=at, reason=reason, replaced_by=replaced_by)
    note(conn, number, state, at, by, reason)
    return given, ended


def note(conn: Connection, number: str, event: str, at: datetime, by: str, detail: str = "") -> None:
    """Add a line to a card's history."""
    conn.execute(_NOTE, {"number": number, "at": at, "event": event, "done_by": by, "detail": detail})


def history(conn: Connection, number: str) -> list[Deed]:
    """All that was done to a card, in order."""
    return [Deed(*row) for row in conn.execute(_DEEDS, {"key": number})]


def _alive(conn: Connection, number: str) -> Card:
    found = get(conn, number)
    if found.state not in LIVE:
        when = f" on {found.ended_at:%Y-%m-%d}" if found.ended_at else ""
        raise CardEnded(f"card {number} was {found.state}{when} ({found.reason}) and does not come back")
    return found


def _change(conn: Connection, found: Card, **values: Any) -> None:
    conn.execute(update(tables.cards).where(_card.number == found.number).values(**values))


def _as_card(row: Row[Any]) -> Card:
    return Card(**row._mapping)
