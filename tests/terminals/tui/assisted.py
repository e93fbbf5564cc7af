"""Mutual assistance for the tests of its screens: what is filed, requests that wait, requests fed back."""

from __future__ import annotations

import hashlib
import itertools
from datetime import UTC, datetime, timedelta

from lxml import etree

from messages.signature.sign import sign
from messages.wire import app_time
from receipts.document import Receipt
from tests.scenarios.house import SAMPLES, Desk, House

FILES = SAMPLES / "assistance"
NAMES = ("letter.pdf", "declaration.pdf", "certificate.pdf")
_count = itertools.count(1)


class Clerk(Desk):
    """Somebody's software: sends samples and files."""

    def submit(self, sample: str, receipts: int = 1, **changes: str) -> list[Receipt]:
        """Send a sample that is accepted; its receipts."""
        self.drain()
        time = app_time(datetime.now(UTC) + timedelta(seconds=next(_count)))
        data = self.person.signed(f"assistance/{sample}.xml", **{"appTime": time, **changes})
        reply = self.send(self.person.envelope(data))
        assert reply.code == "0000", reply
        return [one for one in self.until(receipts) if isinstance(one, Receipt)]

    def save(self, message: etree._Element) -> str:
        """Keep a request as a draft; its case."""
        self.drain()
        for element in message.iterfind("*/{*}appStatus"):
            element.text = "1"
        for element in message.iterfind("*/{*}appTime"):
            element.text = app_time(datetime.now(UTC) - timedelta(minutes=1))
        data = etree.tostring(sign(message, self.person.signer))
        assert self.send(self.person.envelope(data)).code == "0000"
        (receipt,) = self.until(1)
        assert isinstance(receipt, Receipt)
        return str(receipt.case)

    def drain(self) -> None:
        """Read the mailbox to its end."""
        while self.poll():
            pass

    def upload(self, *names: str) -> None:
        """Send files of the samples."""
        for name in names:
            data = (FILES / name).read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            answer = self.client.put(
                f"/v1/attachments/{digest}", params={"name": name}, content=data,
                headers={"Content-Type": "application/pdf"},
            )  # fmt: skip
            assert answer.status_code in (200, 201), answer.text


def letter() -> str:
    """A reference number that nobody has used."""
    return f"T{datetime.now(UTC):%H%M%S%f}/{next(_count)}"


def filed(house: House) -> None:
    """Offices and agreements are filed."""
    customs = Clerk(house, house.person("customs"))
    assert [one.status for one in customs.submit("CMA191", 2)] == [120, 120]
    assert [one.status for one in customs.submit("CMA181", 2)] == [120, 120]


def requested(house: House, number: str = "") -> tuple[str, str]:
    """A foreign request that waits; its case number and reference number."""
    officer = Clerk(house, house.person("officer"))
    officer.upload(*NAMES)
    number = number or letter()
    (receipt,) = officer.submit("CMA111", letterNo=number)
    assert receipt.status == 120, receipt
    assert receipt.case is not None
    return receipt.case, number


def replied(house: House, number: str = "") -> tuple[str, str]:
    """A Chinese request that was fed back; its case number and reference number."""
    customs, officer = Clerk(house, house.person("customs")), Clerk(house, house.person("officer"))
    customs.upload(*NAMES)
    number = number or letter()
    (receipt,) = customs.submit("CMA141", letterNo=number)
    case = receipt.case
    assert case is not None, receipt
    officer.upload("reply.pdf")
    officer.submit("CMA151", caseNo=case)
    return case, number
