"""An enterprise, a customs broker and the customs desk in memory, and what they send each other."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from typing import Any

from messages.enterprise import SYSTEM
from messages.enterprise.names import CHANGES, OBJECT
from messages.lookups import ASKER, CODE, HOLDER, ROLE, TODAY
from messages.wire import wire_date
from messages.workflow import Actor, Party
from tests.messages.memory import Memory, attached, digest

__all__ = ["TRADER", "OTHER", "DESK", "SCC", "World", "application", "attached", "digest", "registration"]

TRADER = Actor("DXPENT0000000001", "3122260001", "浦东演示进出口有限公司", "operator", "李录", "operator")
OTHER = Actor("DXPENT0000000002", "4403160002", "深圳演示电子有限公司", "enterprise", "周望", "legal")
DESK = Actor("DXPCUS0000000001", "0100000001", "演示海关", "customs", "王核")
DESK_2 = Actor("DXPCUS0000000002", "0200000001", "另一海关", "customs", "李核")
PARTIES = {
    each.cop_code: Party(each.party, each.cop_code, each.name, each.role) for each in (TRADER, OTHER, DESK)
}
SCC, SCC_2 = "91310115MA1K3X7Q2J", "91440300MA5D8W4R1X"
TODAY_IS = "20261120"

_HEADS = (
    ("1", "陈立", "01", "310115198003120016", "13800000001"),
    ("2", "周敏", "02", "310104198511230028", "13800000002"),
    ("3", "吴静", "03", "310110199007080034", "13800000003"),
)


def registration(**changes: Any) -> dict[str, Any]:
    """What customs files of the trader; what is changed to None is left out."""
    managers = [
        {"managerNo": no, "name": name, "post": post, "idType": "1", "idNo": number, "mobile": mobile}
        for no, name, post, number, mobile in _HEADS
    ]
    staff = {"staffNo": "S1", "name": "孙理", "idType": "1", "idNo": "440301197901020014", "cancelled": "0"}
    penalty = {"penaltyNo": "沪关缉字[2025]1号", "penaltyDate": "20250301", "penaltyContent": "申报不实"}
    filed = {
        "regCode": TRADER.cop_code, "scc": SCC, "entNo": "099000000000255712", "entType": "01",
        "regStatus": "1", "validFrom": "20250101", "validTo": "20271231", "cnName": TRADER.name,
        "regAddr": "上海市浦东新区一号", "customs": "2200", "crossTypes": "1", "contactName": "陆知秋",
        "contactMobile": "13800000009", "staff": "1", "Manager": managers, "Broker": [staff],
        "Penalty": [penalty], **changes,
    }  # fmt: skip
    return copy.deepcopy({name: value for name, value in filed.items() if value is not None})


def application(code: str, opened: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A form as it was opened, with what is typed; what is changed to None is left out."""
    form = {name: value for name, value in copy.deepcopy(dict(opened)).items() if name != "Penalty"}
    if code not in CHANGES:
        form = {name: value for name, value in form.items() if name not in ("Manager", "Broker")}
        typed = {"content": "并无此事", "objectionType": "1"} if code == OBJECT else {"reason": "不再经营"}
        form = {**form, **typed}
    return {name: value for name, value in {**form, **changes}.items() if value is not None}


class World(Memory):
    """With what is filed of the trader, if anything."""

    def __init__(self, **filed: Any) -> None:
        super().__init__(SYSTEM, PARTIES)
        self._times = itertools.count(20261120120000)  # senders' clocks are ahead of the gateway's
        self.file(**filed)
        self.receipts.clear()

    # -- what is sent

    def file(self, actor: Actor = DESK, **changes: Any) -> list[int]:
        """Customs files the trader's registration, or another one, as it is or (appType 2) changed."""
        if changes.get("appType") == "3":
            code, scc = changes.get("regCode", TRADER.cop_code), changes.get("scc", SCC)
            return self.send("ENT511", {"appType": "3", "regCode": code, "scc": scc}, actor)
        return self.send("ENT511", {"appType": "1", **registration(**changes)}, actor)

    def apply(self, code: str, actor: Actor = TRADER, **changes: Any) -> list[int]:
        """Declare an application on the form that it was opened with."""
        return self.submit(code, actor, appStatus="2", **changes)

    def save(self, code: str, actor: Actor = TRADER, **changes: Any) -> list[int]:
        """Keep it as a draft."""
        return self.submit(code, actor, appStatus="1", **changes)

    def submit(self, code: str, actor: Actor = TRADER, **changes: Any) -> list[int]:
        """One node of an application: what is filed, and what is changed of it."""
        content = self.content(actor)
        if code in CHANGES and not {*changes} - {"appStatus", "appType", "caseNo"}:
            changes["enName"] = "Pudong Demo Trading Co., Ltd."
        return self.send(code, application(code, content, changes), actor)

    def content(self, actor: Actor = TRADER) -> dict[str, Any]:
        """What a form of this enterprise's begins with, whether it may be opened or not."""
        found = self.ask("registration", actor)
        own = {"regCode": actor.cop_code, "scc": SCC} if found is None else dict(found)
        return {name: value for name, value in own.items() if name != "Pending"}

    def delete(self, code: str, number: str, actor: Actor = TRADER) -> list[int]:
        """Take a draft back."""
        return self.send(code, {"appType": "3", "caseNo": number}, actor)

    def review(self, number: str, result: str = "1", actor: Actor = DESK, **changes: Any) -> list[int]:
        """Customs approves (1) or not (0)."""
        form = self.cases[number].body.get("stored", {})
        node = {
            "caseNo": number, "regCode": form.get("regCode", TRADER.cop_code),
            "scc": form.get("scc", SCC), "reviewResult": result, "reviewInfo": "材料不全", **changes,
        }  # fmt: skip
        return self.send("ENT411", {name: value for name, value in node.items() if value}, actor)

    def consult(self, actor: Actor = TRADER, **changes: Any) -> list[int]:
        """A question."""
        return self.send("ENT711", {"title": "换证", "content": "何时可以换证？", **changes}, actor)

    def reply(self, number: str, actor: Actor = DESK, **changes: Any) -> list[int]:
        """Customs' answer."""
        return self.send("ENT721", {"caseNo": number, "content": "有效期内均可。", **changes}, actor)

    def publish(self, actor: Actor = DESK, **changes: Any) -> list[int]:
        """A notice to all enterprises."""
        node = {"title": "关于年报的通知", "content": "请于六月底前报送。", **changes}
        return self.send("ENT611", {name: value for name, value in node.items() if value}, actor)

    # -- what came of it

    def ask(self, name: str, actor: Actor = TRADER, **key: str) -> Any:
        """What a lookup tells somebody today."""
        lookup = SYSTEM.lookups[name]
        assert set(key) == set(lookup.by)
        asker = {ASKER: actor.party, CODE: actor.cop_code, ROLE: actor.role, HOLDER: actor.holder}
        asked = {**key, **asker, TODAY: wire_date(self.now)} if lookup.of_asker else key
        facts = {fact: self.fact(fact) for fact in lookup.facts(asked)}
        facts |= {fact: self.fact(fact) for fact in lookup.then(asked, facts)}
        return lookup.values(asked, facts)

    def why_not(self, code: str, actor: Actor = TRADER) -> str:
        """Why a form of this type cannot be opened, in words; '' where it can."""
        return str(self.ask("opening", actor, type=code).get("objection", ""))

    def filed(self, code: str = TRADER.cop_code) -> Any:
        """What customs holds of an enterprise now."""
        return self.ask("filed-registration", DESK, regCode=code)

    def under_way(self, scc: str = SCC) -> list[str]:
        """The types of the applications that are pending under a social credit code."""
        record = self.records.get(("enterprise", "pending", scc))
        return [] if record is None else [one["type"] for one in record.body["open"]]
