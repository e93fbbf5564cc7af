"""Two enterprises, a carrier and customs in memory: declarations, rules, marks and the engine's turns."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Any

from messages.declaration import SYSTEM
from messages.workflow import Actor, Case, Party
from tests.messages.memory import Memory

LEGAL = Actor("DXPENT0000000001", "3122260001", "浦东演示进出口有限公司", "enterprise", "陈立", "legal")
OPERATOR = Actor(LEGAL.party, LEGAL.cop_code, LEGAL.name, "operator", "李录", "operator")
SECOND = Actor("DXPENT0000000002", "4403160002", "深圳演示电子有限公司", "enterprise", "周望", "legal")
CARRIER = Actor("DXPCAR0000000001", "3100990001", "演示承运人", "carrier", "吴航")
CARRIER_2 = Actor("DXPCAR0000000002", "3100990002", "另一承运人", "carrier", "郑港")
DESK = Actor("DXPCUS0000000001", "0100000001", "China Customs", "customs", "王核")
PARTIES = {
    each.cop_code: Party(each.party, each.cop_code, each.name, each.role)
    for each in (LEGAL, SECOND, CARRIER, CARRIER_2, DESK)
}
SCC, SCC_2 = "91310115MA1K000003", "91440300MA5F000007"
GOODS = {
    "gNo": "1", "codeTs": "8471300000", "gName": "便携式电脑", "gModel": "0|0|14寸", "gQty": "100",
    "gUnit": "001", "firstQty": "100", "firstUnit": "001", "declPrice": "500", "declTotal": "50000",
    "tradeCurr": "USD", "originCountry": "JPN", "destinationCountry": "CHN", "districtCode": "310000",
    "dutyMode": "1",
}  # fmt: skip
FORM = {
    "decType": "0", "ieFlag": "I", "customMaster": "2200", "iEPort": "2200",
    "tradeScc": SCC_2, "tradeCode": SECOND.cop_code, "tradeName": SECOND.name,
    "overseasName": "ACME K.K.", "ownerScc": SCC_2, "ownerCode": SECOND.cop_code, "ownerName": SECOND.name,
    "agentScc": SCC, "agentCode": LEGAL.cop_code, "agentName": LEGAL.name,
    "trafMode": "2", "trafName": "EVER DEMO", "voyNo": "026E", "billNo": "BL20261101", "iEDate": "20261118",
    "tradeMode": "0110", "cutMode": "101", "tradeAreaCode": "JPN", "tradeCountry": "JPN",
    "wrapType": "22", "packNo": "10", "grossWet": "260", "netWt": "250", "transMode": "1",
    "selfTax": "0", "sumTax": "0", "twoStep": "0", "smartMark": "0",
}  # fmt: skip
RULE = {
    "ruleName": "浦东进口", "enabled": "1", "ieFlag": "I", "mode": "1", "agentCode": LEGAL.cop_code,
    "tradeScc": SCC_2, "confirm": "1", "agreement": "1", "manifest": "0", "arrival": "0", "compare": "0",
    "wait": "60",
}  # fmt: skip


class World(Memory):
    """As the dispatch runs it; `go_on` carries out what follows."""

    def __init__(self, *, enabled: bool = True) -> None:
        super().__init__(SYSTEM, PARTIES)
        if enabled:
            assert self.enable() == [1], self.told
            self.receipts.clear()

    def enable(self, actor: Actor = LEGAL) -> list[int]:
        """The legal person enables it."""
        return self.send("DEC131", {"notice": "1", "noticeVersion": "1"}, actor)

    def save(self, actor: Actor = OPERATOR, number: str | None = None, **changes: Any) -> list[int]:
        """A draft, or a change of the case `number`; what is changed to None is left out."""
        return self._declaration("1", actor, number, changes)

    def declare(self, actor: Actor = OPERATOR, number: str | None = None, **changes: Any) -> list[int]:
        """The same, declared by hand."""
        return self._declaration("2", actor, number, changes)

    def draft(self, actor: Actor = OPERATOR, **changes: Any) -> str:
        """The number of a draft that was kept."""
        assert self.save(actor, **changes) == [1], self.told
        return self.newest("IE")

    def marked(self, **changes: Any) -> str:
        """The number of a draft that says of itself that it is marked."""
        number = self.draft(smartMark="1", **changes)
        assert self.cases[number].body["smart"] == "1", self.told
        return number

    def rule(self, actor: Actor = LEGAL, number: str | None = None, **changes: Any) -> list[int]:
        """A rule, new or changed."""
        head = {"appType": "2", "caseNo": number} if number else {"appType": "1"}
        return self.send("DEC141", _whole({**head, **RULE, **changes}), actor)

    def ruled(self, **changes: Any) -> str:
        """The number of a rule that was set."""
        assert self.rule(**changes) == [1], self.told
        return self.newest("R")

    def mark(self, *numbers: str, action: str = "1", actor: Actor = OPERATOR) -> list[int]:
        """Mark (1) what is stored under the numbers, cancel (2) or put back (3)."""
        lines = [{"caseNo": number, **self._draft_of(number)} for number in numbers]
        return self.send("DEC151", {"action": action, "Draft": lines}, actor)

    def start(self, *rules: str, kind: str = "1", actor: Actor = OPERATOR) -> list[int]:
        """Begin to declare by these rules."""
        chosen = [{"ruleNo": each} for each in rules]
        return self.send("DEC161", {"action": "1", "unitKind": kind, "ChosenRule": chosen}, actor)

    def stop(self, actor: Actor = OPERATOR) -> list[int]:
        """Stop the newest run."""
        return self.send("DEC161", {"action": "2", "caseNo": self.newest("X")}, actor)

    def manifest(self, actor: Actor = CARRIER, **changes: Any) -> list[int]:
        """The manifest of the form's bill of lading, which agrees with it."""
        node = {"ieFlag": "I", "trafMode": "2", "billNo": "BL20261101", "packNo": "10", "grossWet": "260.0"}
        return self.send("DEC171", {**node, **changes}, actor)

    def arrival(self, actor: Actor = CARRIER, **changes: Any) -> list[int]:
        """The arrival of the same."""
        node = {"ieFlag": "I", "trafMode": "2", "billNo": "BL20261101", "arrivalTime": "20261119080000"}
        return self.send("DEC181", {**node, **changes}, actor)

    def confirm(self, number: str, kind: str = "1", actor: Actor = OPERATOR, **changes: Any) -> list[int]:
        """Taxes (1), reminders (2), or an agreement (3), of the draft that is stored now."""
        digest = self.cases[number].body["draft"]["digest"]
        node = {"caseNo": number, "kind": kind, "draftDigest": digest, **changes}
        return self.send("DEC191", node, actor)

    def decide(self, number: str, result: str = "1", actor: Actor = DESK, **changes: Any) -> list[int]:
        """Customs concludes (1) or returns (0)."""
        return self.send("DEC121", {"caseNo": number, "result": result, "content": "意见", **changes}, actor)

    def tariff(self, **changes: Any) -> list[int]:
        """Rates of portable computers: duty 10, VAT 13, no consumption tax; and the dollar."""
        line = {"codeTs": "8471300000", "dutyRate": "10", "vatRate": "13", **changes}
        assert self.rate() == [120]
        return self.send("DEC201", {"validFrom": "20261101", "TariffLine": [line]}, DESK)

    def rate(self, rate: str = "712.34") -> list[int]:
        """The dollar."""
        lines = [{"currency": "USD", "rate": rate}]
        return self.send("DEC211", {"validFrom": "20261101", "Currency": lines}, DESK)

    def check(self, **changes: Any) -> list[int]:
        """A check of customs."""
        node = {
            "checkCode": "C1", "element": "Goods/codeTs", "operator": "starts", "value": "8471",
            "content": "须人工",
        }  # fmt: skip
        return self.send("DEC221", {**node, **changes}, DESK)

    # -- what came of it

    def newest(self, letters: str) -> str:
        """The number given last that begins with one of the letters."""
        return max((each for each in self.cases if each[0] in letters), key=lambda each: each[1:])

    def run(self) -> Case:
        """The newest run."""
        return self.cases[self.newest("X")]

    def said(self, number: str) -> str:
        """The last entry of a declaration's record."""
        return str(self.cases[number].body["log"][-1]["zh"])

    def run_due(self) -> datetime:
        """When the next batch is over."""
        return self.now + timedelta(seconds=65)

    def one_batch(self) -> None:
        """Everything that is due now, until the countdown."""
        self.go_on()

    def _draft_of(self, number: str) -> dict[str, str]:
        case = self.cases.get(number)
        draft = case.body.get("draft", {}) if case else {}
        return {"draftGuid": draft.get("guid", "?"), "draftDigest": draft.get("digest", "?")}

    def _declaration(
        self, status: str, actor: Actor, number: str | None, changes: dict[str, Any]
    ) -> list[int]:
        head = {"appType": "2", "caseNo": number} if number else {"appType": "1"}
        form = {**copy.deepcopy(FORM), "Goods": [GOODS]}
        return self.send("DEC111", _whole({**head, "appStatus": status, **form, **changes}), actor)


def _whole(node: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if value is not None}
