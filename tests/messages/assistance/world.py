"""Two foreign customs and China's in memory: runs assistance steps as the dispatch does, on dicts."""

from __future__ import annotations

import copy
from typing import Any

from messages.assistance import SYSTEM
from messages.workflow import Actor, Party
from tests.messages.memory import NOW, PDF, Memory, attached, digest

__all__ = [
    "DESK",
    "DESK_2",
    "NOW",
    "OFFICER",
    "OTHER",
    "PARTIES",
    "PDF",
    "TYPES",
    "World",
    "attached",
    "digest",
    "request",
]

OFFICER = Actor("DXPOFF0000000001", "FCUSTOMS01", "Foreign Customs One", "officer", "A. Moreau")
OTHER = Actor("DXPOFF0000000002", "FCUSTOMS02", "Foreign Customs Two", "officer", "K. Tanaka")
DESK = Actor("DXPCUS0000000001", "0100000001", "China Customs", "customs", "王核")
DESK_2 = Actor("DXPCUS0000000002", "0200000001", "Another desk", "customs", "李核")
PARTIES = {
    each.cop_code: Party(each.party, each.cop_code, each.name, each.role) for each in (OFFICER, OTHER, DESK)
}
TYPES = {kind.code: kind for kind in SYSTEM.types}


def request(**changes: Any) -> dict[str, Any]:
    """A request of which nothing is missing; what is changed to None is left out."""
    goods = {"gName": "phones", "grossWt": "10", "netWt": "9.5", "qty": "5", "total": "50", "currency": "USD"}
    bill = {
        "billType": "1", "ieFlag": "E", "declCustoms": "2200", "billDate": "20261001",
        "loadPort": "Shanghai", "destPort": "Busan", "transMode": "2", "containerNo": "CSQU3054383",
        "ownerScc": "91350100M000100Y43", "Goods": [goods],
    }  # fmt: skip
    form = {
        "reqDate": "20261119", "country": "KOR", "reqDept": "Investigation", "reqSender": "A. Moreau",
        "reqMail": "a@b.example", "letterNo": "FC1/1", "reqType": "1", "reqBackground": "1",
        "reqMatter": "1", "agreementNo": "KOR-1", "Bill": [bill],
        "Attachment": [attached(1, "01"), attached(2, "02")], **changes,
    }  # fmt: skip
    return copy.deepcopy({name: value for name, value in form.items() if value is not None})


class World(Memory):
    """Cases, records, receipts, files and bulletins, and a clock that goes on with every step."""

    def __init__(self, *, filed: bool = True) -> None:
        super().__init__(SYSTEM, PARTIES)
        if filed:
            self.office()
            self.office(OTHER, country="THA", union="ASEAN")
            self.agreement()
            self.receipts.clear()

    # -- what is sent

    def submit(self, actor: Actor = OFFICER, **changes: Any) -> list[int]:
        """Send a request that lacks nothing."""
        return self.request(actor, appStatus="2", **changes)

    def save(self, actor: Actor = OFFICER, **changes: Any) -> list[int]:
        """Keep it as a draft."""
        return self.request(actor, appStatus="1", **changes)

    def request(self, actor: Actor = OFFICER, **changes: Any) -> list[int]:
        """One CMA111 node, or CMA141 of customs."""
        code = "CMA141" if actor.role == "customs" else "CMA111"
        return self.send(code, {"appType": "1", **request(**changes)}, actor)

    def delete(self, number: str, actor: Actor = OFFICER) -> list[int]:
        """Take a draft back."""
        code = "CMA141" if actor.role == "customs" else "CMA111"
        return self.send(code, {"appType": "3", "appStatus": "2", "caseNo": number}, actor)

    def answer(self, number: str, result: str = "1", actor: Actor = DESK, **changes: Any) -> list[int]:
        """Customs feeds back (1) or returns (0)."""
        conclusion = {"conclusion": "1"} if result == "1" else {}
        node = {"caseNo": number, "result": result, **conclusion, "content": "in order", **changes}
        return self.send("CMA121", {name: value for name, value in node.items() if value}, actor)

    def evaluate(self, number: str, actor: Actor = OFFICER) -> list[int]:
        """The foreign customs' opinion of the feedback."""
        return self.send("CMA131", {"caseNo": number, "grade": "5", "content": "good"}, actor)

    def reply(self, number: str, actor: Actor = OFFICER, **changes: Any) -> list[int]:
        """The foreign customs' feedback."""
        node = {"caseNo": number, "conclusion": "2", "content": "not so", **changes}
        return self.send("CMA151", node, actor)

    def assess(self, number: str, actor: Actor = DESK) -> list[int]:
        """China's opinion of it."""
        return self.send("CMA161", {"caseNo": number, "grade": "4", "content": "fine"}, actor)

    def publish(self, actor: Actor = DESK, **changes: Any) -> list[int]:
        """A piece of news."""
        node = {"kind": "news", "title": "New", "content": "text", **changes}
        return self.send("CMA171", {name: value for name, value in node.items() if value}, actor)

    def agreement(self, **changes: Any) -> list[int]:
        """The agreement with KOR."""
        node = {"agreementNo": "KOR-1", "country": "KOR", "nameZh": "协定", "nameEn": "Agreement", **changes}
        return self.send("CMA181", {name: value for name, value in node.items() if value}, DESK)

    def office(self, of: Actor = OFFICER, **changes: Any) -> list[int]:
        """What customs files of a foreign customs."""
        node = {
            "country": "KOR", "officeCode": of.cop_code, "nameZh": "外方", "nameEn": of.name,
            "reqDept": "Investigation", "reqMail": "office@b.example", **changes,
        }  # fmt: skip
        return self.send("CMA191", {name: value for name, value in node.items() if value}, DESK)

    def readers(self, holder: str, owner: Actor = OFFICER) -> tuple[set[str], tuple[str, ...]]:
        """The owner's files that a case's draft, request or answer names, and who else may fetch them."""
        keep = self.kept[holder, owner.party]
        return set(keep.digests), keep.to
