"""A system through the real dispatch, on each database: what its samples do to the tables at once.

Messages are put where intake puts them; everything behind that is the gateway's own.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree
from sqlalchemy import text

from gateway import pki
from gateway.cli.certificates import entry
from messages.registry import BY_CODE, BY_NAME
from messages.wire import new_guid
from messages.workflow import CaseByNumber
from storage import cases, messages, owners, registry
from storage.database import Database
from storage.messages import NewMessage
from storage.owners import Attachment
from storage.search import Query, search
from storage.work import NewWork
from tests.gateway.test_dispatch import NOW, Office

COLUMNS = {name: system.search for name, system in BY_NAME.items()}
DESK = "DXPCUS0000000001"


class House(Office):
    """An office with some parties, and the files of a system's samples in everybody's possession."""

    def __init__(self, database: Database, system: str, people: Mapping[str, tuple[str, str]]) -> None:
        """`people`: dxpId → customs code and role."""
        super().__init__(database)
        self.system = system
        self.people = people
        self.samples = Path(__file__).parents[1] / "samples" / system
        self._ids = itertools.count(1 << 40)
        self._times = itertools.count(20240917100000)
        self.certificates: dict[str, str] = {}
        now = datetime.now(UTC)
        ca = pki.authority("CA", now)
        with database.write() as connection:
            for dxp_id, (code, role) in self.people.items():
                registry.add_party(connection, registry.Party(dxp_id, code, dxp_id, role, now))
                made = entry(
                    pki.issue_signer(ca, pki.new_key("P-256"), pki.subject(dxp_id), now), dxp_id, role
                )
                registry.add_certificate(connection, made)
                self.certificates[dxp_id] = made.fingerprint
                for path in self.samples.glob("*.pdf"):
                    data = path.read_bytes()
                    digest = hashlib.sha256(data).hexdigest()
                    owned = Attachment(dxp_id, digest, len(data), "application/pdf", path.name, now)
                    owners.own(connection, owned)

    def accept(self, sample: str, party: str, **changes: str) -> None:
        """A sample as a message of this party, with its work; nothing is done with it yet."""
        root: Any = etree.parse(self.samples / f"{sample}.xml").getroot()
        changes = {"appTime": str(next(self._times)), **changes}
        for element in root.iter():
            name = etree.QName(element).localname
            if name == "guid":
                element.text = changes.get("guid") or new_guid()
            elif name == "copCode":
                element.text = self.people[party][0]
            elif name in changes:
                element.text = changes[name]
        if "caseNo" in changes and root[0].find("{*}caseNo") is None:
            named = etree.SubElement(root[0], root[0].tag.replace(etree.QName(root[0]).localname, "caseNo"))
            named.text = changes["caseNo"]
            root[0].insert(4, named)
        data = etree.tostring(root)
        system, kind = BY_CODE[sample[:6]]
        nodes = root.findall(f"{{{system.namespace}}}{kind.node}")
        work = tuple(
            NewWork("node", kind.order_key(node, system.namespace, party), place, NOW)
            for place, node in enumerate(nodes)
        )
        number = next(self._ids)
        new = NewMessage(
            number, party, f"M{number}", new_guid(), kind.code, (DESK,), hashlib.sha256(data).hexdigest(),
            str(number), data, self.certificates[party], b"<r/>", NOW, work,
        )  # fmt: skip
        with self.database.write() as connection:
            assert messages.insert(connection, [new]) == {number}

    def send(self, sample: str, party: str, **changes: str) -> list[int]:
        """Accept a sample and work it off; the statuses of the receipts that its sender got."""
        before = len(self.statuses(party))
        self.accept(sample, party, **changes)
        self.work()
        return self.statuses(party)[before:]

    def work(self) -> None:
        """Do all that is due."""
        self.dispatcher.wake()
        self.clock.advance(1)
        assert self.left() == []

    def statuses(self, party: str) -> list[int]:
        """Everything that somebody's mailbox says."""
        with self.database.read() as connection:
            rows = connection.execute(
                text("SELECT status FROM receipts WHERE party = :party ORDER BY position"), {"party": party}
            )
            return [row[0] for row in rows]

    def found(self, **query: Any) -> list[str]:
        """The numbers of the cases that a search finds."""
        with self.database.read() as connection:
            page = search(connection, Query(self.system, order="number", **query), COLUMNS)
        return [case.number for case in page.rows]

    def case(self, number: str) -> Any:
        """A case as it is stored."""
        fact = CaseByNumber(number)
        with self.database.read() as connection:
            return cases.load(connection, (fact,), NOW, COLUMNS)[fact]
