"""The messages of bonded verification, and the event that each of their nodes is."""

from __future__ import annotations

from messages.happenings import always, by, form
from messages.senders import Senders
from messages.system import MessageType

CODES = {"etpsNature": "enterprise_nature", "investCountry": "country", "unit": "unit"}


TYPES = (
    MessageType(
        code="BVS111",
        node="Stocktake",
        event=form("save", "declare", "delete"),
        order=("caseNo", "etpsInnerNo"),
        senders=Senders(frozenset({"enterprise", "operator"})),
        events=("save", "declare", "delete"),
        lists=frozenset({"Line"}),
        codes=CODES,
    ),
    MessageType(
        code="BVS121",
        node="Review",
        event=by("reviewResult", {"1": "approve", "0": "refuse"}),
        order=("caseNo",),
        senders=Senders(frozenset({"customs"})),
        events=("approve", "refuse"),
    ),
    MessageType(
        code="BVS131",
        node="Book",
        event=always("book"),
        order=("bookNo",),
        senders=Senders(frozenset({"customs"})),
        events=("book",),
        lists=frozenset({"BookLine"}),
        codes={"unit": "unit"},
    ),
)
