"""The messages of bonded verification, and the event that each of their nodes is."""

from __future__ import annotations

from messages.senders import Senders
from messages.system import MessageType
from messages.workflow import Body

NEW, CHANGE, DELETE = "1", "2", "3"  # appType
SAVE = "1"  # appStatus; any other declares

CODES = {"etpsNature": "enterprise_nature", "investCountry": "country", "unit": "unit"}


def _stocktake(node: Body) -> str:
    if node["appType"] == DELETE:
        return "delete"
    return "save" if node["appStatus"] == SAVE else "declare"


def _review(node: Body) -> str:
    return "approve" if node["reviewResult"] == "1" else "refuse"


def _book(node: Body) -> str:
    return "book"


TYPES = (
    MessageType(
        code="BVS111",
        node="Stocktake",
        event=_stocktake,
        order=("caseNo", "etpsInnerNo"),
        senders=Senders(frozenset({"enterprise", "operator"})),
        events=("save", "declare", "delete"),
        lists=frozenset({"Line"}),
        codes=CODES,
    ),
    MessageType(
        code="BVS121",
        node="Review",
        event=_review,
        order=("caseNo",),
        senders=Senders(frozenset({"customs"})),
        events=("approve", "refuse"),
    ),
    MessageType(
        code="BVS131",
        node="Book",
        event=_book,
        order=("bookNo",),
        senders=Senders(frozenset({"customs"})),
        events=("book",),
        lists=frozenset({"BookLine"}),
        codes={"unit": "unit"},
    ),
)
