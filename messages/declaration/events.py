"""The messages of smart-assisted declaration, and the event that each of their nodes is."""

from __future__ import annotations

from messages.happenings import always, by, form, unless_deleted
from messages.senders import LEGAL_CARD, WITH_CARD, Demand, Senders
from messages.system import CASE, CUSTOMS, MessageType

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


TYPES = (
    MessageType(
        code="DEC111",
        node="Declaration",
        event=form("save", "declare", "delete"),
        order=(CASE, "guid"),  # a new one waits for no other
        senders=TRADERS,
        events=("save", "declare", "delete"),
        lists=frozenset({"Goods", "Container", "Document"}),
        codes=CODES,
    ),
    MessageType(
        code="DEC121",
        node="Decision",
        event=by("result", {"1": "conclude", "0": "return"}),
        order=(CASE,),
        senders=DESK,
        events=("conclude", "return"),
    ),
    MessageType(
        code="DEC131",
        node="Enabling",
        event=always("enable"),
        order=(),
        senders=LEGAL_CARDS,
        events=("enable",),
    ),
    MessageType(
        code="DEC141",
        node="Rule",
        event=unless_deleted(by("enabled", {"1": "enable-rule", "0": "disable-rule"}), "drop-rule"),
        order=(CASE,),
        senders=LEGAL_CARDS,
        events=("enable-rule", "disable-rule", "drop-rule"),
    ),
    MessageType(
        code="DEC151",
        node="Marking",
        event=by("action", {"1": "mark", "2": "unmark", "3": "continue"}),
        order=(),
        senders=CARDS,
        events=("mark", "unmark", "continue"),
        lists=frozenset({"Draft"}),
    ),
    MessageType(
        code="DEC161",
        node="Run",
        event=by("action", {"1": "start", "2": "stop"}),
        order=(CASE,),
        senders=CARDS,
        events=("start", "stop"),
        lists=frozenset({"ChosenRule"}),
    ),
    MessageType(
        code="DEC171",
        node="Manifest",
        event=always("manifest"),
        order=("billNo",),
        senders=CARRIERS,
        events=("manifest",),
    ),
    MessageType(
        code="DEC181",
        node="Arrival",
        event=always("arrival"),
        order=("billNo",),
        senders=CARRIERS,
        events=("arrival",),
    ),
    MessageType(
        code="DEC191",
        node="Confirmation",
        event=by("kind", {"1": "confirm-taxes", "2": "confirm-reminders", "3": "agree"}),
        order=(CASE,),
        senders=CARDS,
        events=("confirm-taxes", "confirm-reminders", "agree"),
    ),
    MessageType(
        code="DEC201",
        node="Tariff",
        event=always("tariff"),
        order=(),
        senders=DESK,
        events=("tariff",),
        lists=frozenset({"TariffLine"}),
    ),
    MessageType(
        code="DEC211",
        node="Rates",
        event=always("rates"),
        order=(),
        senders=DESK,
        events=("rates",),
        lists=frozenset({"Currency"}),
        codes={"currency": "currency"},
    ),
    MessageType(
        code="DEC221",
        node="Check",
        event=always("check"),
        order=("checkCode",),
        senders=DESK,
        events=("check",),
        codes={"customMaster": "customs"},
    ),
)
