"""Who declares in the scenarios and the bench: drafts by the hundred, marked, and and the engine's runs."""

from __future__ import annotations

import copy
from typing import Any

from lxml import etree

from messages.signature.sign import sign
from messages.wire import new_guid
from receipts.document import Receipt
from tests.scenarios import offices
from tests.scenarios.house import House

NODES = 100  # of one message


class Office(offices.Office):
    """An enterprise's software, a carrier's or customs' own."""

    SYSTEM = "declaration"

    def keep(self, count: int) -> None:
        """Send so many marked drafts, a hundred in a message."""
        for _ in range(count // NODES):
            root = self.person.message("declaration/DEC111-marked.xml")
            (node,) = root.iterfind("{*}Declaration")
            place = root.index(node)
            for _ in range(NODES - 1):
                another = copy.deepcopy(node)
                another[0].text = new_guid()  # guid comes first
                root.insert(place, another)
            data = etree.tostring(sign(root, self.person.signer))
            assert self.send(self.person.envelope(data)).code == "0000"

    def draft(self, number: str) -> dict[str, str]:
        """Guid and digest of what is stored under a number."""
        found: dict[str, str] = self.case(number)["body"]["draft"]
        return {"draftGuid": found["guid"], "draftDigest": found["digest"]}

    def run(self, number: str) -> Any:
        """A run of the engine as its screen sees it."""
        return self.case(number)["body"]


def at_work(house: House, role: str) -> Office:
    """Somebody with a session and an empty mailbox."""
    office = Office(house, house.person(role))
    office.drain()
    return office


def numbered(found: list[Receipt]) -> str:
    """The case that the first receipt names; others may have come with it."""
    number = found[0].case
    assert number is not None, found
    return number
