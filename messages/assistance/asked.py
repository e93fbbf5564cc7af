"""What of the rules about requests a terminal can ask by itself: all that the form and the day decide.

Knows which facts a terminal lacks (filed countries, agreements in force, files that were sent) and leaves
them to the gateway; refuses to judge anything itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from messages.annotations import Words
from messages.asked import Against, Asked, Need
from messages.assistance.names import FILE
from messages.assistance.rules import EVERY, Known, demanded, faults
from messages.naming import GROUP, digests
from messages.workflow import Body


def against(form: Body, today: str) -> Iterator[Against]:
    """What stands against a request, but for what only the gateway knows."""
    asked = {name: value for name, value in form.items() if name != "agreementNo"}
    country = frozenset({str(form.get("country", ""))})
    known = Known(today, country, files=dict.fromkeys(digests(form)))
    for fault in faults(asked, known):
        if fault.number != FILE:
            yield Against(fault.path, Words(fault.zh, fault.en))


def needs(form: Body) -> Iterator[Need]:
    """The documents that the types of a request demand."""
    there = {entry.get("docType") for entry in form.get(GROUP, ())}
    types = {EVERY, *str(form.get("reqType", "")).split()}
    for kind, documents, (zh, en) in demanded():
        if kind in types:
            yield Need(GROUP, Words(zh, en), bool(documents & there))


ASKED = dict.fromkeys(("CMA111", "CMA141"), Asked(against, needs))
"""By message type: the requests of both directions."""
