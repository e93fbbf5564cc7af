"""Letting newcomers in (准入): what becomes of a registration, in the one transaction that decides it.

Party and account come to be together or not at all. A number that has a party already is never joined by
itself: somebody who runs the gateway says so, by the party's name. Refuses to know who asks and by what way.
Runs where the transaction does: the gateway's confirmations and the commands' approvals are the same.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Connection

from storage import cases, registrations, registry
from storage.journal import Chain, Entry
from storage.registrations import APPROVED, PENDING, REFUSED, UNPROVEN, Registration
from storage.types import compact

COMMANDS = "commands"
"""The chain of the journal that commands write to: a gateway remembers the head of its own."""

ENROLMENT = "enrolment"  # the kind of the journal's rows
_SELF = "self"  # who decides where an address was proven
_COUNTER = "registered"


class Taken(Exception):
    """The address has an account meanwhile."""


class Undecided(Exception):
    """There are parties of this number: whether the newcomer belongs to one of them is to be said."""

    def __init__(self, code: str, parties: tuple[str, ...]) -> None:
        super().__init__(f"{code} is the number of {', '.join(parties)} already")
        self.parties = parties


def lock(conn: Connection, one: Registration, *more: str) -> None:
    """Nobody else registers this number or address meanwhile; call it once a transaction, before it reads."""
    cases.lock(conn, (f"registration/code/{one.body['copCode']}", f"registration/mail/{one.mail}", *more))


def confirm(
    conn: Connection, token_hash: str, secret: str, chain: Chain, now: datetime, approval: timedelta
) -> Registration | None:
    """The address is proven: by whoever has its token and the password whose hash was `secret`.

    What became of it, the same at each repeat: approved, refused where the address has an account, or pending
    for as long as `approval` where the number is known. None where there is no such registration.
    """
    found = registrations.of_token(conn, token_hash, now)
    if found is None:
        return None
    lock(conn, found)
    found = registrations.of_token(conn, token_hash, now)
    if found is None or found.secret != secret:
        return None
    if found.state == UNPROVEN:
        _settle(conn, found, chain, now, approval)
        found = registrations.of_token(conn, token_hash, now)
    return found


def _settle(conn: Connection, one: Registration, chain: Chain, now: datetime, approval: timedelta) -> None:
    if registry.account_of_mail(conn, str(one.mail)) is not None:
        registrations.settle(conn, one, REFUSED, by=_SELF, at=now, reason="the address has an account")
        note(conn, chain, one, REFUSED, "", now)
    elif registry.parties_of_code(conn, str(one.body["copCode"])):
        reason = "the number has a party already: an operator decides"
        registrations.settle(conn, one, PENDING, by=_SELF, at=now, reason=reason, until=now + approval)
        note(conn, chain, one, PENDING, "", now)
    else:
        dxp_id = _admit(conn, one, now)
        registrations.settle(conn, one, APPROVED, by=_SELF, at=now)
        note(conn, chain, one, APPROVED, dxp_id, now)


def approve(
    conn: Connection,
    one: Registration,
    chain: Chain,
    now: datetime,
    *,
    by: str,
    dxp_id: str | None = None,
    reason: str = "",
) -> str:
    """An operator lets somebody in, into the party `dxp_id` or a new one; the party's dxpId.

    `lock` it first. Raises Taken, Undecided, registrations.AlreadyDecided, registry.AlreadyRegistered.
    """
    if registry.account_of_mail(conn, str(one.mail)) is not None:
        raise Taken(f"{one.mail} has an account")
    code = str(one.body["copCode"])
    there = tuple(each.dxp_id for each in registry.parties_of_code(conn, code))
    if there and dxp_id not in there:
        raise Undecided(code, there)
    registrations.settle(conn, one, APPROVED, by=by, at=now, reason=reason)
    party = _admit(conn, one, now, dxp_id, joins=bool(there))
    note(conn, chain, one, APPROVED, party, now)
    return party


def note(conn: Connection, chain: Chain, one: Registration, state: str, dxp_id: str, now: datetime) -> None:
    """A row of the journal: what was asked for and what became of it, as a digest."""
    asked = {**one.body, "mail": one.mail, "state": state, "dxpId": dxp_id}
    digest = hashlib.sha256(compact(asked).encode()).hexdigest()
    chain.append(conn, [Entry(ENROLMENT, dxp_id, str(one.id), digest, now)])


def _admit(
    conn: Connection, one: Registration, now: datetime, dxp_id: str | None = None, *, joins: bool = False
) -> str:
    """Party and account; the party's dxpId."""
    body, mail = one.body, str(one.mail)
    party = dxp_id or _new_dxp_id(conn)
    role = str(body["role"])
    if not joins:
        new = registry.Party(party, str(body["copCode"]), str(body["name"]), role, now)
        registry.add_party(conn, new)
    account = registry.Account(mail, party, role, str(body["contact"]), str(one.secret), now, mail=mail)
    registry.add_account(conn, account)
    return party


def _new_dxp_id(conn: Connection) -> str:
    while True:
        found = f"DXPREG{cases.take_numbers(conn, _COUNTER, 1):010d}"
        if registry.party(conn, found) is None:
            return found
