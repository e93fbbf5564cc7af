"""What may be chosen now for a field whose codes are in no list: the lines that a lookup knows at the moment.

Knows how an offer's lines become codes; refuses to keep them: each time the gateway is asked anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from messages.annotations import Offer, Words
from messages.codes import Code


class Asks(Protocol):
    """The line to the gateway, as far as it is needed here."""

    def lookup(self, system: str, name: str, key: Iterable[tuple[str, str]]) -> Mapping[str, Any] | None:
        """What is known under a key, or None."""
        ...


class Offered(list[Code]):
    """The codes, and how many there are in all: of very many, an answer has the first ones."""

    total: int = 0


def offered(line: Asks, system: str, offer: Offer) -> Offered:
    """The codes with their names, in the gateway's order; in a thread. Raises a Trouble."""
    told = line.lookup(system, offer.lookup, ()) or {}
    codes = Offered(
        Code(str(each[offer.code]), _same(" ".join(str(each[name]) for name in offer.name.split())))
        for each in told.get(offer.of, ())
    )
    codes.total = int(told.get("total", len(codes)))
    return codes


def _same(name: str) -> Words:
    return Words(name, name)
