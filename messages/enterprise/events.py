"""The messages of customs–enterprise cooperation, and the event that each of their nodes is."""

from __future__ import annotations

from messages.enterprise.names import (
    APPLICATIONS,
    CHANGES,
    CONSULTATION,
    FILING,
    NOTICE,
    REPLY,
    REVIEW,
)
from messages.happenings import always, by, form, unless_deleted
from messages.senders import WITH_CARD, Demand, Senders
from messages.system import CASE, CUSTOMS, MessageType

APPROVE, REFUSE = "1", "0"  # reviewResult

ENTERPRISES = ("enterprise", "operator", "agency")  # the roles of whoever acts for one
_ASKS = Senders(frozenset(ENTERPRISES))
_DESK = Senders(frozenset({CUSTOMS}))
_CODES = {"nationality": "country", "education": "education"}
_NODES = {
    "ENT111": "RegistrationChange",
    "ENT121": "Renewal",
    "ENT131": "Cancellation",
    "ENT211": "LicenceChange",
    "ENT221": "LicenceExtension",
    "ENT231": "LicenceCancellation",
    "ENT311": "Objection",
}


def verb(event: str) -> str:
    """What happens, whichever application it happens to: the table's event."""
    return event.partition("/")[0]


def application(event: str) -> str:
    """The type of application that an event is about, or '' for an event of no application's own."""
    number = event.partition("/")[2]
    return f"ENT{number}" if number else ""


def named(what: str, code: str) -> str:
    """The event of an application's type, such as declare/111."""
    return f"{what}/{code[3:]}"


def _application(code: str) -> MessageType:
    """Drafts are for every certificate; 申报 is for whoever has a card or an Ikey in hand (有卡用户)."""
    tables = code in CHANGES
    return MessageType(
        code=code,
        node=_NODES[code],
        event=form(named("save", code), named("declare", code), named("delete", code)),
        order=(CASE, "scc"),
        senders=Senders(frozenset(ENTERPRISES), events={named("declare", code): Demand(WITH_CARD)}),
        events=tuple(named(what, code) for what in ("save", "declare", "delete")),
        lists=frozenset({"Attachment", "Manager", "Broker"} if tables else {"Attachment"}),
        codes=_CODES if tables else {},
    )


TYPES = (
    *(_application(code) for code in APPLICATIONS),
    MessageType(
        code=REVIEW,
        node="Review",
        event=by("reviewResult", {APPROVE: "approve", REFUSE: "refuse"}),
        order=(CASE,),
        senders=_DESK,
        events=("approve", "refuse"),
    ),
    MessageType(
        code=FILING,
        node="Registration",
        event=always("file"),
        order=("regCode",),
        senders=_DESK,
        events=("file",),
        lists=frozenset({"Manager", "Broker", "Penalty"}),
        codes={**_CODES, "customs": "customs", "penaltyOffice": "customs"},
    ),
    MessageType(
        code=NOTICE,
        node="Notice",
        event=unless_deleted(always("publish"), "withdraw"),
        order=(CASE,),
        senders=_DESK,
        events=("publish", "withdraw"),
        lists=frozenset({"Attachment"}),
    ),
    MessageType(
        code=CONSULTATION,
        node="Consultation",
        event=always("ask"),
        order=(CASE,),
        senders=_ASKS,
        events=("ask",),
        lists=frozenset({"Attachment"}),
    ),
    MessageType(
        code=REPLY,
        node="Reply",
        event=always("reply"),
        order=(CASE,),
        senders=_DESK,
        events=("reply",),
        lists=frozenset({"Attachment"}),
    ),
)
RECEIPTS = {kind.code: kind.receipt for kind in TYPES}
