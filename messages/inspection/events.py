"""The messages of pre-shipment inspection, and the event that each of their nodes is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from messages.senders import Senders
from messages.system import CASE, CUSTOMS, MessageType
from messages.workflow import Body

NEW, CHANGE, DELETE = "1", "2", "3"  # appType
SAVE = "1"  # appStatus; any other submits

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


def _form(save: str, submit: str, delete: str) -> Callable[[Body], str]:
    def event(node: Body) -> str:
        if node["appType"] == DELETE:
            return delete
        return save if node["appStatus"] == SAVE else submit

    return event


def _by(field: str, events: Mapping[str, str]) -> Callable[[Body], str]:
    return lambda node: events[str(node[field])]


def _always(event: str) -> Callable[[Body], str]:
    return lambda node: event


def _unless_deleted(event: str, delete: str) -> Callable[[Body], str]:
    return lambda node: delete if node["appType"] == DELETE else event


TYPES = (
    MessageType(
        code="PSI111",
        node="Filing",
        event=_form("save", "apply", "delete"),
        order=(CASE,),
        senders=AGENCIES,
        events=("save", "apply", "delete"),
        lists=FILES | {"Department", "Equipment", "QualitySystem", "Experience"},
        codes=COUNTRY,
    ),
    MessageType(
        code="PSI121",
        node="FilingReview",
        event=_by("result", {"1": "file", "2": "refuse", "3": "ask"}),
        order=(CASE,),
        senders=DESK,
        events=("file", "refuse", "ask"),
    ),
    MessageType(
        code="PSI131",
        node="Entrustment",
        event=_form("write", "entrust", "discard"),
        order=(CASE,),
        senders=ENTERPRISES,
        events=("write", "entrust", "discard"),
        lists=FILES | {"Goods"},
        codes=GOODS,
    ),
    MessageType(
        code="PSI141",
        node="Acceptance",
        event=_by("result", {"1": "accept", "0": "return"}),
        order=(CASE,),
        senders=AGENCIES,
        events=("accept", "return"),
    ),
    MessageType(
        code="PSI151",
        node="InspectionResult",
        event=_always("inspect"),
        order=(CASE,),
        senders=AGENCIES,
        events=("inspect",),
        lists=FILES,
    ),
    MessageType(
        code="PSI161",
        node="Call",
        event=_by("kind", {"1": "raise", "2": "demand", "3": "visit"}),
        order=("agencyCode",),
        senders=DESK,
        events=("raise", "demand", "visit"),
        lists=FILES,
    ),
    MessageType(
        code="PSI171",
        node="Reply",
        event=_always("reply"),
        order=(CASE,),
        senders=AGENCIES,
        events=("reply",),
        lists=FILES,
    ),
    MessageType(
        code="PSI181",
        node="ReplyReview",
        event=_by("result", {"1": "pass", "0": "want"}),
        order=(CASE,),
        senders=DESK,
        events=("pass", "want"),
    ),
    MessageType(
        code="PSI191",
        node="Disposal",
        event=_unless_deleted("impose", "lift"),
        order=(CASE, "agencyCode"),
        senders=DESK,
        events=("impose", "lift"),
        lists=FILES,
    ),
    MessageType(
        code="PSI201",
        node="ReportCall",
        event=_always("call"),
        order=("agencyCode",),
        senders=DESK,
        events=("call",),
    ),
    MessageType(
        code="PSI211",
        node="Report",
        event=_form("keep", "report", "report"),
        order=(CASE,),
        senders=AGENCIES,
        events=("keep", "report"),
        lists=FILES,
    ),
    MessageType(
        code="PSI221",
        node="Publication",
        event=_unless_deleted("publish", "withdraw"),
        order=(CASE,),
        senders=DESK,
        events=("publish", "withdraw"),
        lists=FILES,
    ),
    MessageType(
        code="PSI231",
        node="Rule",
        event=_always("rule"),
        order=("ruleCode",),
        senders=DESK,
        events=("rule",),
    ),
)
