"""What customs files beforehand: which customs stands for a country (外方海关), and agreements (互助协议).

Records only: `country` by its code and `office` by the party's dxpId say the same of one customs; `agreement`
has the country and the number as its key, so that a country's are read together.
"""

from __future__ import annotations

from messages.assistance.events import OFFICER
from messages.assistance.names import FILED, NO_CASE, SYSTEM_NAME, WRONG
from messages.faults import NodeFault
from messages.happenings import DELETE, NEW
from messages.statuses import Status
from messages.workflow import (
    Body,
    Context,
    Effect,
    Event,
    Fact,
    Facts,
    Issue,
    Needs,
    Party,
    PartyByCode,
    PutRecord,
    Record,
    RecordInForce,
    RecordsUnder,
)

_CONTROL = ("guid", "appType", "appStatus")


def country(code: str) -> RecordInForce:
    """The customs that stands for this country or union."""
    return RecordInForce(SYSTEM_NAME, "country", code)


def office(party: str) -> RecordInForce:
    """What is filed of the customs that is this party."""
    return RecordInForce(SYSTEM_NAME, "office", party)


def agreement(of: str, number: str) -> RecordInForce:
    """The agreement of this number with this country."""
    return RecordInForce(SYSTEM_NAME, "agreement", f"{of}/{number}")


def agreements(of: str) -> RecordsUnder:
    """All agreements with this country."""
    return RecordsUnder(SYSTEM_NAME, "agreement", f"{of}/")


def countries(filed: Record | None) -> frozenset[str] | None:
    """The country and the unions in whose name a customs may ask; None where it is not filed."""
    if filed is None:
        return None
    return frozenset({str(filed.body["country"]), *str(filed.body.get("union", "")).split()})


def in_force(filed: Body | None, today: str) -> bool:
    """Whether an agreement is there and in force on a day, yyyyMMdd; its first and last day count."""
    return filed is not None and filed.get("validFrom", "0") <= today <= filed.get("validTo", "9")


# -- filing


def office_needs(event: Event) -> Needs:
    """The party that the message names, and what is filed of any country: a party stands for one only."""
    node = event.content
    facts: list[Fact] = [country(str(node["country"])), RecordsUnder(SYSTEM_NAME, "country", "")]
    if node.get("officeCode"):
        facts.append(PartyByCode(str(node["officeCode"])))
    return Needs(tuple(facts), claims=(f"{SYSTEM_NAME}/offices",))


def file_office(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """New, changed or withdrawn, as appType says. Raises NodeFault."""
    node, code = event.content, str(event.content["country"])
    filed: Record | None = facts[country(code)]
    _check_kind(node, filed, f"{code} 的海关", f"a customs of {code}")
    effects: list[Effect] = []
    if node["appType"] == DELETE:
        assert filed is not None  # _check_kind
        effects += [_gone("country", code, filed, context)]
        effects += [_gone("office", str(filed.body["dxpId"]), filed, context)]
        return (*effects, *_done(event, "CMA192", f"{code} 已撤销 / withdrawn"))
    if not node.get("officeCode"):
        raise NodeFault(WRONG, "备案内容不能为空 / say what is to be filed (officeCode …)")
    party: Party | None = facts[PartyByCode(str(node["officeCode"]))]
    if party is None or party.kind != OFFICER:
        raise NodeFault(
            NO_CASE, f"没有代码为 {node['officeCode']} 的外方海关 / no foreign customs has that code"
        )
    for other in facts[RecordsUnder(SYSTEM_NAME, "country", "")]:
        if other.key != code and other.body["dxpId"] == party.dxp_id:
            raise NodeFault(
                FILED, f"{node['officeCode']} 已为 {other.key} 备案 / it stands for {other.key} already"
            )
    body = {**_body(node), "dxpId": party.dxp_id}
    if filed is not None and filed.body["dxpId"] != party.dxp_id:
        effects.append(_gone("office", str(filed.body["dxpId"]), filed, context))
    effects.append(PutRecord(Record(SYSTEM_NAME, "country", code, body, context.now)))
    effects.append(PutRecord(Record(SYSTEM_NAME, "office", party.dxp_id, body, context.now)))
    return (*effects, *_done(event, "CMA192", f"{code} 已备案 / filed: {party.name}"))


def agreement_needs(event: Event) -> Needs:
    """The agreement as it is filed."""
    of, number = str(event.content["country"]), str(event.content["agreementNo"])
    return Needs((agreement(of, number),), (f"{SYSTEM_NAME}/agreement/{of}/{number}",))


def file_agreement(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """New, changed or withdrawn, as appType says. Raises NodeFault."""
    node = event.content
    of, number = str(node["country"]), str(node["agreementNo"])
    filed: Record | None = facts[agreement(of, number)]
    _check_kind(node, filed, f"协议 {of}/{number}", f"an agreement {of}/{number}")
    key = f"{of}/{number}"
    if node["appType"] == DELETE:
        assert filed is not None  # _check_kind
        return (
            _gone("agreement", key, filed, context),
            *_done(event, "CMA182", f"{key} 已撤销 / withdrawn"),
        )
    if not node.get("nameZh"):
        raise NodeFault(WRONG, "协议名称不能为空 / say the agreement's names (nameZh, nameEn)")
    if str(node.get("validFrom", "0")) > str(node.get("validTo", "9")):
        raise NodeFault(WRONG, "失效日期(validTo) 早于生效日期 / it ends before it begins")
    record = Record(SYSTEM_NAME, "agreement", key, _body(node), context.now)
    return (PutRecord(record), *_done(event, "CMA182", f"{key} 已备案 / filed"))


def _check_kind(node: Body, filed: Record | None, zh: str, en: str) -> None:
    if node["appType"] == NEW and filed is not None:
        raise NodeFault(10, f"{zh}已备案，请用变更 / {en} is filed: change it with appType 2")
    if node["appType"] != NEW and filed is None:
        raise NodeFault(NO_CASE, f"没有备案{zh} / there is no {en.partition(' ')[2]} on file")
    if filed is not None and str(filed.body["appTime"]) >= str(node["appTime"]):
        raise NodeFault(14, f"appTime {node['appTime']} 不晚于已备案的 / it is not later than what is filed")


def _body(node: Body) -> dict[str, object]:
    return {name: value for name, value in node.items() if name not in _CONTROL}


def _gone(kind: str, key: str, filed: Record, context: Context) -> PutRecord:
    """Out of force from now on: its end is its beginning."""
    return PutRecord(Record(SYSTEM_NAME, kind, key, filed.body, context.now, context.now))


def _done(event: Event, receipt: str, info: str) -> tuple[Effect, ...]:
    assert event.actor is not None  # customs signs what it files
    return (Issue(event.actor.party, receipt, Status.STORED, info, event.origin),)
