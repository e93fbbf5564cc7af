"""The messages of pre-shipment inspection, and the event that each of their nodes is."""

from __future__ import annotations

from messages.happenings import always, by, form, unless_deleted
from messages.senders import Senders
from messages.system import CASE, CUSTOMS, MessageType

AGENCY = "agency"
AGENCIES = Senders(frozenset({AGENCY}))
ENTERPRISES = Senders(frozenset({"enterprise", "operator"}))
DESK = Senders(frozenset({CUSTOMS}))

COUNTRY = {"country": "country"}
GOODS = {
    "currency": "currency",
    "entryCustoms": "customs",
    "destCustoms": "customs",
    "destPlace": "region",
    "unit": "unit",
    "originCountry": "country",
}
FILES = frozenset({"Attachment"})


TYPES = (
    MessageType(
        code="PSI111",
        node="Filing",
        event=form("save", "apply", "delete"),
        order=(CASE,),
        senders=AGENCIES,
        events=("save", "apply", "delete"),
        lists=FILES | {"Department", "Equipment", "QualitySystem", "Experience"},
        codes=COUNTRY,
    ),
    MessageType(
        code="PSI121",
        node="FilingReview",
        event=by("result", {"1": "file", "2": "refuse", "3": "ask"}),
        order=(CASE,),
        senders=DESK,
        events=("file", "refuse", "ask"),
    ),
    MessageType(
        code="PSI131",
        node="Entrustment",
        event=form("write", "entrust", "discard"),
        order=(CASE,),
        senders=ENTERPRISES,
        events=("write", "entrust", "discard"),
        lists=FILES | {"Goods"},
        codes=GOODS,
    ),
    MessageType(
        code="PSI141",
        node="Acceptance",
        event=by("result", {"1": "accept", "0": "return"}),
        order=(CASE,),
        senders=AGENCIES,
        events=("accept", "return"),
    ),
    MessageType(
        code="PSI151",
        node="InspectionResult",
        event=always("inspect"),
        order=(CASE,),
        senders=AGENCIES,
        events=("inspect",),
        lists=FILES,
    ),
    MessageType(
        code="PSI161",
        node="Call",
        event=by("kind", {"1": "raise", "2": "demand", "3": "visit"}),
        order=("agencyCode",),
        senders=DESK,
        events=("raise", "demand", "visit"),
        lists=FILES,
    ),
    MessageType(
        code="PSI171",
        node="Reply",
        event=always("reply"),
        order=(CASE,),
        senders=AGENCIES,
        events=("reply",),
        lists=FILES,
    ),
    MessageType(
        code="PSI181",
        node="ReplyReview",
        event=by("result", {"1": "pass", "0": "want"}),
        order=(CASE,),
        senders=DESK,
        events=("pass", "want"),
    ),
    MessageType(
        code="PSI191",
        node="Disposal",
        event=unless_deleted(always("impose"), "lift"),
        order=(CASE, "agencyCode"),
        senders=DESK,
        events=("impose", "lift"),
        lists=FILES,
    ),
    MessageType(
        code="PSI201",
        node="ReportCall",
        event=always("call"),
        order=("agencyCode",),
        senders=DESK,
        events=("call",),
    ),
    MessageType(
        code="PSI211",
        node="Report",
        event=form("keep", "report", "report"),
        order=(CASE,),
        senders=AGENCIES,
        events=("keep", "report"),
        lists=FILES,
    ),
    MessageType(
        code="PSI221",
        node="Publication",
        event=unless_deleted(always("publish"), "withdraw"),
        order=(CASE,),
        senders=DESK,
        events=("publish", "withdraw"),
        lists=FILES,
    ),
    MessageType(
        code="PSI231",
        node="Rule",
        event=always("rule"),
        order=("ruleCode",),
        senders=DESK,
        events=("rule",),
    ),
)
