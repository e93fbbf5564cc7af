"""Somebody who has logged in: who it is, under which names, and which folders are theirs.

Knows how an answer of the gateway becomes a person, and how a name becomes a folder; refuses to ask.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from terminals.host.visit import NEWCOMER

_LONGEST = 120  # bytes of a folder's name that are written out


@dataclass(frozen=True, slots=True)
class Person:
    """A holder let in by a key, or an account let in by its password. What is not known is ''."""

    account: str
    holder: str
    role: str
    card: str
    dxp_id: str
    certificates: tuple[bytes, ...] = field(default=(), repr=False)  # DER
    token: str = field(default="", repr=False)
    known_as: str = ""  # a holder without an account: the card's number, or the key
    came_as: str = ""  # the name that was given to log in
    key: str = ""  # and the key, SHA256:…; '' by password

    @property
    def folder(self) -> PurePosixPath:
        """Below areas/ and kept/: the party, then the account, else the card, else the key."""
        own = f"account-{self.account}" if self.account else f"holder-{self.known_as}"
        return PurePosixPath(_named(self.dxp_id), _named(own))


def by_password(account: str, granted: Mapping[str, Any]) -> Person:
    """Whom the gateway granted a session for account and password. Raises KeyError, TypeError."""
    return Person(
        account=account, holder=str(granted["holder"]), role=str(granted["role"]), card=str(granted["card"]),
        dxp_id=str(granted["dxpId"]), token=str(granted["token"]),
    )  # fmt: skip


def newcomer(name: str) -> Person:
    """Somebody who comes to register: nobody yet, without files, agent or session at the gateway."""
    return Person(account=name, holder="", role=NEWCOMER, card="", dxp_id="")


def by_key(name: str, key: str, holders: Sequence[Mapping[str, Any]]) -> Person | None:
    """The holder of the key who has this name; None when there is none, or more than one.

    The key says who it is; a name only says which of the holder's accounts is meant, or for which party.
    Names are the accounts, the numbers of cards, the party's dxpId and the holder's own name.
    """
    found = []
    for each in holders:
        accounts, cards = each["accounts"], each["cardNumbers"]
        if name in accounts:
            account = name
        elif name in (*cards, each["dxpId"], each["holder"]):
            account = accounts[0] if accounts else ""
        else:
            continue
        found.append(
            Person(
                account=account, holder=each["holder"], role=each["role"], card=each["card"],
                dxp_id=each["dxpId"],
                certificates=tuple(base64.b64decode(one) for one in each["certificates"]),
                known_as=cards[0] if cards else key, came_as=name, key=key,
            )
        )  # fmt: skip
    return found[0] if len(found) == 1 else None


def _named(text: str) -> str:
    """A folder's name for any text: readable where it can be, and never . or .. or with a slash in it."""
    plain = quote(text, safe="").replace(".", "%2E")
    if len(plain) <= _LONGEST:
        return plain
    return f"{plain[:_LONGEST]}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"
