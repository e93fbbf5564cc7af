"""A system for the HTTP tests: one form that parties send and customs decides, and what it lets look up."""

from __future__ import annotations

from messages.lookups import ASKER, CODE, HOLDER, ROLE, TODAY, Key, Lookup
from messages.senders import Senders
from messages.system import MessageType, System
from messages.workflow import Body, Case, Facts, Party, PartyByCode, Record, RecordInForce
from tests.messages.carded import Idle


def _shown(case: Case, customs: bool) -> Body:
    return {name: value for name, value in case.body.items() if customs or name != "secret"}


def _objection(state: str | None, body: Body, event: str) -> str | None:
    if body.get("again"):
        return "已用过 / used before"
    return None if (state, event) in {("declared", "approve"), ("draft", "declare")} else "不能 / not now"


def _goods(key: Key, facts: Facts) -> Body | None:
    found: Record | None = facts[_filed(key)]
    return found.body if found else None


def _filed(key: Key) -> RecordInForce:
    return RecordInForce("bonded", "goods", f"{key['bookNo']}/{key['place']}")


def _own(key: Key, facts: Facts) -> Body | None:
    assert len(key[TODAY]) == len("20260102")
    return {"name": f"{key[HOLDER]}, {key[ROLE]}"} if key[ASKER] == "DXPENT0000000001" else None


def _number(key: Key, facts: Facts) -> Body | None:
    return {"code": key[CODE]}


def _of_code(key: Key) -> RecordInForce:
    return RecordInForce("bonded", "goods", f"{key[CODE]}/1")


def _next(key: Key, facts: Facts) -> tuple[RecordInForce, ...]:
    found: Record | None = facts[_of_code(key)]
    return () if found is None else (RecordInForce("bonded", "goods", found.body["next"]),)


def _chained(key: Key, facts: Facts) -> Body | None:
    more = _next(key, facts)
    found: Record | None = facts[more[0]] if more else None
    return found.body if found else None


def _name(key: Key, facts: Facts) -> Body | None:
    party: Party | None = facts[PartyByCode(key["code"])]
    return {"name": party.name} if party else None


FORMS = System(
    name="bonded",
    namespace="urn:eport-gateway:bvs:1",
    workflow=Idle(),
    types=(
        MessageType(
            "BVS111", "Form", lambda node: "declare", ("caseNo",),
            Senders(frozenset({"enterprise"})), ("save", "declare"),
        ),
        MessageType(
            "BVS121", "Review", lambda node: "approve", ("caseNo",),
            Senders(frozenset({"customs"})), ("approve",),
        ),
        MessageType(
            "BVS131", "Book", lambda node: "book", ("bookNo",), Senders(frozenset({"customs"})), ("book",)
        ),
    ),
    number="Z{:018d}",
    search=("bookNo", "stockDate", "worst"),
    numbers=frozenset({"worst"}),
    desk=frozenset({"worst"}),
    private=frozenset({"draft"}),
    shown=_shown,
    lookups={
        "goods": Lookup(("bookNo", "place"), lambda key: (_filed(key),), _goods),
        "own": Lookup((), lambda key: (), _own, of_asker=True),
        "number": Lookup((), lambda key: (), _number, of_asker=True),
        "proven": Lookup((), lambda key: (), _number, of_asker=True, proven=True),
        "chain": Lookup((), lambda key: (_of_code(key),), _chained, of_asker=True, then=_next),
        "party": Lookup(("code",), lambda key: (PartyByCode(key["code"]),), _name, frozenset({"customs"})),
    },
    faults={103: ("当前状态不能执行", "not possible in this state")},
    labels={"draft": ("暂存", "draft"), "declared": ("申报中", "declaring"), "filed": ("已归档", "filed")},
    steps={1: ("暂存", "draft"), 2: ("申报中", "declaring"), 120: ("入库成功", "stored")},
    objection=_objection,
)  # fmt: skip
