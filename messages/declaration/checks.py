"""Checks of customs before declaring (海关申报前校验): records that customs loads, asked of each declaration.

Knows how one is compared with a declaration's elements; refuses to know what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from messages.declaration.cases import actor_of, check_time, form_of
from messages.declaration.names import MISSING, SYSTEM_NAME, WRONG
from messages.faults import NodeFault
from messages.statuses import Status
from messages.workflow import (
    Context,
    Effect,
    Event,
    Facts,
    Issue,
    Needs,
    PutRecord,
    Record,
    RecordsUnder,
)

ALL = RecordsUnder(SYSTEM_NAME, "check", "")
_GOODS = "Goods"
_HEAD = """
    decType ieFlag customMaster iEPort tradeScc tradeCode tradeName overseasName ownerScc ownerCode
    ownerName agentScc agentCode agentName trafMode trafName voyNo billNo iEDate tradeMode cutMode
    manualNo licenseNo contrNo tradeAreaCode tradeCountry distinatePort entryPort goodsPlace
    wrapType packNo grossWet netWt transMode feeMark feeRate feeCurr insurMark insurRate insurCurr
    otherMark otherRate otherCurr specialRelation priceEffect royalty selfTax sumTax twoStep
    markNo noteS
"""
_LINE = """
    gNo contrItem codeTs ciqCode gName gModel gQty gUnit firstQty firstUnit secondQty secondUnit
    declPrice declTotal tradeCurr originCountry destinationCountry districtCode dutyMode
"""
ELEMENTS = frozenset((*_HEAD.split(), *(f"{_GOODS}/{name}" for name in _LINE.split())))
"""What of a declaration may be checked: what its head holds but for the mark, and each line of its goods."""


def needs(event: Event) -> Needs:
    """Nothing is asked; nobody else loads the same meanwhile."""
    return Needs(claims=(f"{SYSTEM_NAME}/check/{event.content['checkCode']}",))


def step(event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
    """A check, new, changed or taken back. Raises NodeFault."""
    check_time(event, None, context)
    node = event.content
    gone = node["appType"] == "3"
    if not gone and not node.get("element"):
        raise NodeFault(MISSING, "校验内容不能为空(element) / say what is checked")
    if not gone and node["element"] not in ELEMENTS:
        raise NodeFault(
            WRONG, f"报关单没有字段 {node['element']}(element) / a declaration has no such element"
        )
    if not gone and node["operator"] in _NUMBERS and _number(node["value"]) is None:
        raise NodeFault(WRONG, f"{node['value']} 不是数字(value) / it is no number")
    key, ends = str(node["checkCode"]), context.now if gone else None
    info = f"{key} {'已撤销 / withdrawn' if gone else '已生效 / in force'}"
    return (
        PutRecord(Record(SYSTEM_NAME, "check", key, form_of(node), context.now, ends)),
        Issue(actor_of(event).party, "DEC222", Status.STORED, info, event.origin),
    )


def failed(form: Mapping[str, Any], checks: Iterable[Record]) -> Iterator[str]:
    """What the checks that a declaration does not pass say."""
    for check in checks:
        body = check.body
        meant = all(not body.get(name) or body[name] == form[name] for name in ("customMaster", "ieFlag"))
        if meant and any(_hit(body, value) for value in _values(form, str(body["element"]))):
            yield f"{body['content']} ({check.key})"


def _values(form: Mapping[str, Any], element: str) -> Sequence[str]:
    group, _, name = element.rpartition("/")
    if group == _GOODS:
        return [str(line.get(name, "")) for line in form.get(_GOODS, ())]
    return [str(form.get(name, ""))]


def _hit(check: Mapping[str, Any], value: str) -> bool:
    return _OPERATORS[str(check["operator"])](value, str(check["value"]))


def _number(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _over(value: str, bound: str) -> bool:
    here, there = _number(value), _number(bound)
    return here is not None and there is not None and here > there


_NUMBERS = frozenset({"over", "under"})
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "is": lambda value, wanted: value == wanted,
    "not": lambda value, wanted: value != wanted,
    "starts": lambda value, wanted: value.startswith(wanted),
    "over": _over,
    "under": lambda value, bound: _over(bound, value),
}
"""A declaration does not pass where this holds of one of its values."""
