"""The messages of mutual assistance, and the event that each of their nodes is."""

from __future__ import annotations

from collections.abc import Callable

from messages.senders import Senders
from messages.system import CASE, CUSTOMS, MessageType
from messages.workflow import Body

NEW, CHANGE, DELETE = "1", "2", "3"  # appType
SAVE = "1"  # appStatus; any other submits
ANSWER = "1"  # result; 0 returns

OFFICER = "officer"
OFFICERS = Senders(frozenset({OFFICER}))
DESK = Senders(frozenset({CUSTOMS}))

CODES = {
    "country": "assist_country",
    "declCustoms": "customs",
    "currency": "currency",
    "destCountry": "country",
}


def _form(save: str, submit: str, delete: str) -> Callable[[Body], str]:
    def event(node: Body) -> str:
        if node["appType"] == DELETE:
            return delete
        return save if node["appStatus"] == SAVE else submit

    return event


def _answer(node: Body) -> str:
    return "answer" if node["result"] == ANSWER else "return"


def _publication(node: Body) -> str:
    return "withdraw" if node["appType"] == DELETE else "publish"


def _always(event: str) -> Callable[[Body], str]:
    return lambda node: event


TYPES = (
    MessageType(
        code="CMA111",
        node="Request",
        event=_form("save", "submit", "delete"),
        order=(CASE, "letterNo"),
        senders=OFFICERS,
        events=("save", "submit", "delete"),
        lists=frozenset({"Bill", "Goods", "Attachment"}),
        codes=CODES,
    ),
    MessageType(
        code="CMA121",
        node="Answer",
        event=_answer,
        order=(CASE,),
        senders=DESK,
        events=("answer", "return"),
        lists=frozenset({"Attachment"}),
    ),
    MessageType(
        code="CMA131",
        node="Evaluation",
        event=_always("evaluate"),
        order=(CASE,),
        senders=OFFICERS,
        events=("evaluate",),
    ),
    MessageType(
        code="CMA141",
        node="ChineseRequest",
        event=_form("write", "send", "discard"),
        order=(CASE, "letterNo"),
        senders=DESK,
        events=("write", "send", "discard"),
        lists=frozenset({"Bill", "Goods", "Attachment"}),
        codes=CODES,
    ),
    MessageType(
        code="CMA151",
        node="Feedback",
        event=_always("reply"),
        order=(CASE,),
        senders=OFFICERS,
        events=("reply",),
        lists=frozenset({"Attachment"}),
    ),
    MessageType(
        code="CMA161",
        node="ChineseEvaluation",
        event=_always("assess"),
        order=(CASE,),
        senders=DESK,
        events=("assess",),
    ),
    MessageType(
        code="CMA171",
        node="Publication",
        event=_publication,
        order=(CASE,),
        senders=DESK,
        events=("publish", "withdraw"),
        lists=frozenset({"Attachment"}),
    ),
    MessageType(
        code="CMA181",
        node="Agreement",
        event=_always("agreement"),
        order=("country",),
        senders=DESK,
        events=("agreement",),
        codes={"country": "assist_country"},
    ),
    MessageType(
        code="CMA191",
        node="Office",
        event=_always("office"),
        order=("country",),
        senders=DESK,
        events=("office",),
        codes={"country": "assist_country", "union": "assist_country"},
    ),
)
