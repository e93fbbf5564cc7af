"""Enterprise software and customs' own in the scenarios: signed messages, receipts, files, calls."""

from __future__ import annotations

import hashlib
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from lxml import etree

from messages.signature.sign import sign
from messages.wire import app_time
from receipts.document import Receipt
from tests.scenarios.house import SAMPLES, Desk

_times = itertools.count(1)


class Office(Desk):
    """Somebody's software: sends a system's samples under the numbers of the day, and files."""

    SYSTEM: ClassVar[str]

    def submit(self, sample: str, receipts: int = 1, **changes: str) -> list[Receipt]:
        """Send a sample; the receipts that came for it, as many as are told."""
        self.drain()
        self.send_only(sample, **changes)
        found = self.until(receipts)
        assert all(isinstance(one, Receipt) for one in found), found
        return [one for one in found if isinstance(one, Receipt)]

    def send_only(self, sample: str, **changes: str) -> None:
        """Send a sample that is accepted."""
        # Each is later than the one before, however fast they come, and none lies a day ahead.
        time = app_time(datetime.now(UTC) + timedelta(seconds=next(_times)))
        data = self.person.signed(f"{self.SYSTEM}/{sample}.xml", **{"appTime": time, **changes})
        reply = self.send(self.person.envelope(data))
        assert reply.code == "0000", reply

    def submit_tree(self, message: etree._Element, receipts: int) -> list[Receipt]:
        """Sign and send a message that was made of a sample; its receipts."""
        self.drain()
        time = app_time(datetime.now(UTC) + timedelta(seconds=next(_times)))
        for element in message.iterfind("*/{*}appTime"):
            element.text = time
        data = etree.tostring(sign(message, self.person.signer))
        assert self.send(self.person.envelope(data)).code == "0000"
        return [one for one in self.until(receipts) if isinstance(one, Receipt)]

    def drain(self) -> None:
        """Read the mailbox to its end."""
        while self.poll():
            pass

    def upload(self, *names: str) -> None:
        """Send files, as the messages name them."""
        for name in names:
            data = (SAMPLES / self.SYSTEM / name).read_bytes()
            answer = self.client.put(
                f"/v1/attachments/{digest(self.SYSTEM, name)}", params={"name": name}, content=data,
                headers={"Content-Type": "application/pdf"},
            )  # fmt: skip
            assert answer.status_code in (200, 201), answer.text

    def get(self, path: str, **query: Any) -> Any:
        """What a call answers."""
        answer = self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text)

    def case(self, number: str | None) -> Any:
        """A case as this person sees it."""
        return self.get(f"/v1/cases/{self.SYSTEM}/{number}")

    def numbers(self, **query: Any) -> set[str]:
        """The cases that a search finds."""
        return {case["number"] for case in self.get(f"/v1/cases/{self.SYSTEM}", size=100, **query)["cases"]}

    def status(self, path: str) -> int:
        """How a call is answered."""
        return self.client.get(path).status_code

    def file(self, name: str) -> int:
        """How the call for a file is answered, which is the same for the file and for its facts."""
        path = f"/v1/attachments/{digest(self.SYSTEM, name)}"
        found = self.client.get(path)
        assert self.status(f"{path}/facts") == found.status_code
        assert found.status_code != 200 or found.content == (SAMPLES / self.SYSTEM / name).read_bytes()
        return found.status_code


def digest(system: str, name: str) -> str:
    """Of one of a system's samples' files."""
    return hashlib.sha256((SAMPLES / system / name).read_bytes()).hexdigest()


def statuses(found: list[Receipt]) -> list[int]:
    """What receipts say."""
    return [one.status for one in found]
