"""The messages of smart-assisted declaration, and the event that each of their nodes is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from messages.senders import LEGAL_CARD, WITH_CARD, Demand, Senders
from messages.system import CASE, CUSTOMS, MessageType
from messages.workflow import Body

NEW, CHANGE, DELETE = "1", "2", "3"  # appType
SAVE = "1"  # appStatus; any other declares

ENTERPRISES = frozenset({"enterprise", "operator"})
CARRIER = "carrier"
TRADERS = Senders(ENTERPRISES)
CARDS = Senders(ENTERPRISES, Demand(WITH_CARD))
LEGAL_CARDS = Senders(ENTERPRISES, Demand(LEGAL_CARD))
CARRIERS = Senders(frozenset({CARRIER}))
DESK = Senders(frozenset({CUSTOMS}))

CODES = {
    "customMaster": "customs",
    "iEPort": "customs",
    "tradeMode": "trade_mode",
    "cutMode": "cut_mode",
    "tradeAreaCode": "country",
    "tradeCountry": "country",
    "wrapType": "packing",
    "feeCurr": "currency",
    "insurCurr": "currency",
    "otherCurr": "currency",
    "gUnit": "unit",
    "firstUnit": "unit",
    "secondUnit": "unit",
    "tradeCurr": "currency",
    "originCountry": "country",
    "destinationCountry": "country",
    "districtCode": "region",
}


def _declaration(node: Body) -> str:
    if node["appType"] == DELETE:
        return "delete"
    return "save" if node["appStatus"] == SAVE else "declare"


def _rule(node: Body) -> str:
    if node["appType"] == DELETE:
        return "drop-rule"
    return "enable-rule" if node["enabled"] == "1" else "disable-rule"


def _by(field: str, events: Mapping[str, str]) -> Callable[[Body], str]:
    return lambda node: events[str(node[field])]


def _always(event: str) -> Callable[[Body], str]:
    return lambda node: event


TYPES = (
    MessageType(
        code="DEC111",
        node="Declaration",
        event=_declaration,
        order=(CASE, "guid"),  # a new one waits for no other
        senders=TRADERS,
        events=("save", "declare", "delete"),
        lists=frozenset({"Goods", "Container", "Document"}),
        codes=CODES,
    ),
    MessageType(
        code="DEC121",
        node="Decision",
        event=_by("result", {"1": "conclude", "0": "return"}),
        order=(CASE,),
        senders=DESK,
        events=("conclude", "return"),
    ),
    MessageType(
        code="DEC131",
        node="Enabling",
        event=_always("enable"),
        order=(),
        senders=LEGAL_CARDS,
        events=("enable",),
    ),
    MessageType(
        code="DEC141",
        node="Rule",
        event=_rule,
        order=(CASE,),
        senders=LEGAL_CARDS,
        events=("enable-rule", "disable-rule", "drop-rule"),
    ),
    MessageType(
        code="DEC151",
        node="Marking",
        event=_by("action", {"1": "mark", "2": "unmark", "3": "continue"}),
        order=(),
        senders=CARDS,
        events=("mark", "unmark", "continue"),
        lists=frozenset({"Draft"}),
    ),
    MessageType(
        code="DEC161",
        node="Run",
        event=_by("action", {"1": "start", "2": "stop"}),
        order=(CASE,),
        senders=CARDS,
        events=("start", "stop"),
        lists=frozenset({"ChosenRule"}),
    ),
    MessageType(
        code="DEC171",
        node="Manifest",
        event=_always("manifest"),
        order=("billNo",),
        senders=CARRIERS,
        events=("manifest",),
    ),
    MessageType(
        code="DEC181",
        node="Arrival",
        event=_always("arrival"),
        order=("billNo",),
        senders=CARRIERS,
        events=("arrival",),
    ),
    MessageType(
        code="DEC191",
        node="Confirmation",
        event=_by("kind", {"1": "confirm-taxes", "2": "confirm-reminders", "3": "agree"}),
        order=(CASE,),
        senders=CARDS,
        events=("confirm-taxes", "confirm-reminders", "agree"),
    ),
    MessageType(
        code="DEC201",
        node="Tariff",
        event=_always("tariff"),
        order=(),
        senders=DESK,
        events=("tariff",),
        lists=frozenset({"TariffLine"}),
    ),
    MessageType(
        code="DEC211",
        node="Rates",
        event=_always("rates"),
        order=(),
        senders=DESK,
        events=("rates",),
        lists=frozenset({"Currency"}),
        codes={"currency": "currency"},
    ),
    MessageType(
        code="DEC221",
        node="Check",
        event=_always("check"),
        order=("checkCode",),
        senders=DESK,
        events=("check",),
        codes={"customMaster": "customs"},
    ),
)
