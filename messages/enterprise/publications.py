"""Notices (通知公告): what customs tells all enterprises, or one of them, with files."""

from __future__ import annotations

from messages.enterprise.cases import CASES
from messages.enterprise.events import ENTERPRISES, RECEIPTS
from messages.enterprise.names import NO_CASE, NOTICE, WRONG
from messages.faults import NodeFault
from messages.publishing import Publishing, Search
from messages.wire import wire_date
from messages.workflow import Body, Context, Fact, Facts, Party, PartyByCode

KIND = "notice"


def _search(form: Body, context: Context) -> Search:
    found = {"type": NOTICE, "title": str(form["title"]), "applyDate": wire_date(context.now)}
    return {**found, "regCode": str(form["regCode"])} if form.get("regCode") else found


def _addressee(node: Body) -> tuple[Fact, ...]:
    return (PartyByCode(str(node["regCode"])),) if node.get("regCode") else ()


def _addressed(node: Body, facts: Facts) -> tuple[str, ...]:
    """The enterprise that is named, or all roles of enterprises. Raises NodeFault."""
    code = node.get("regCode")
    if not code:
        return ENTERPRISES
    party: Party | None = facts[PartyByCode(str(code))]
    if party is None or party.kind not in ENTERPRISES:
        raise NodeFault(NO_CASE, f"没有海关注册编号为 {code} 的企业 / no enterprise has the code {code}")
    return (party.dxp_id,)


NOTICES = Publishing(
    CASES,
    RECEIPTS[NOTICE],
    WRONG,
    _search,
    kind=lambda form: KIND,
    facts=_addressee,
    audiences=_addressed,
)
