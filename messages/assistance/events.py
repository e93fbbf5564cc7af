"""The messages of mutual assistance, and the event that each of their nodes is."""

from __future__ import annotations

from messages.happenings import always, by, form, unless_deleted
from messages.senders import Senders
from messages.system import CASE, CUSTOMS, MessageType

ANSWER, RETURN = "1", "0"  # result

OFFICER = "officer"
OFFICERS = Senders(frozenset({OFFICER}))
DESK = Senders(frozenset({CUSTOMS}))

CODES = {
    "country": "assist_country",
    "declCustoms": "customs",
    "currency": "currency",
    "destCountry": "country",
}


TYPES = (
    MessageType(
        code="CMA111",
        node="Request",
        event=form("save", "submit", "delete"),
        order=(CASE, "letterNo"),
        senders=OFFICERS,
        events=("save", "submit", "delete"),
        lists=frozenset({"Bill", "Goods", "Attachment"}),
        codes=CODES,
    ),
    MessageType(
        code="CMA121",
        node="Answer",
        event=by("result", {ANSWER: "answer", RETURN: "return"}),
        order=(CASE,),
        senders=DESK,
        events=("answer", "return"),
        lists=frozenset({"Attachment"}),
    ),
    MessageType(
        code="CMA131",
        node="Evaluation",
        event=always("evaluate"),
        order=(CASE,),
        senders=OFFICERS,
        events=("evaluate",),
    ),
    MessageType(
        code="CMA141",
        node="ChineseRequest",
        event=form("write", "send", "discard"),
        order=(CASE, "letterNo"),
        senders=DESK,
        events=("write", "send", "discard"),
        lists=frozenset({"Bill", "Goods", "Attachment"}),
        codes=CODES,
    ),
    MessageType(
        code="CMA151",
        node="Feedback",
        event=always("reply"),
        order=(CASE,),
        senders=OFFICERS,
        events=("reply",),
        lists=frozenset({"Attachment"}),
    ),
    MessageType(
        code="CMA161",
        node="ChineseEvaluation",
        event=always("assess"),
        order=(CASE,),
        senders=DESK,
        events=("assess",),
    ),
    MessageType(
        code="CMA171",
        node="Publication",
        event=unless_deleted(always("publish"), "withdraw"),
        order=(CASE,),
        senders=DESK,
        events=("publish", "withdraw"),
        lists=frozenset({"Attachment"}),
    ),
    MessageType(
        code="CMA181",
        node="Agreement",
        event=always("agreement"),
        order=("country",),
        senders=DESK,
        events=("agreement",),
        codes={"country": "assist_country"},
    ),
    MessageType(
        code="CMA191",
        node="Office",
        event=always("office"),
        order=("country",),
        senders=DESK,
        events=("office",),
        codes={"country": "assist_country", "union": "assist_country"},
    ),
)
