"""What of the rules about a change a terminal can ask by itself: all that the form and the day decide.

Knows that a form which was opened with the filing says what is filed in its grey fields; what customs has
changed since, and files that were sent, are left to the gateway. Refuses to judge anything itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from messages.annotations import Words
from messages.asked import Against, Asked
from messages.enterprise.names import CHANGES, FILE, MISSING
from messages.enterprise.rules import Known, faults
from messages.naming import digests
from messages.workflow import Body

_POSTS = "Manager"  # the path of what stands against all managers together


def _of(code: str) -> Asked:
    def against(form: Body, today: str) -> Iterator[Against]:
        """Check characters, days, posts; which fields are missing, the schema says."""
        if "regStatus" not in form:  # it is not open yet
            return
        numbered = [one for one in form.get("Manager", ()) if one.get("managerNo")]
        filed = {**form, "Manager": numbered}
        known = Known(code, today, str(form.get("regCode", "")), filed, dict.fromkeys(digests(form)))
        for fault in faults(form, known):
            if fault.number != FILE and (fault.number != MISSING or fault.path == _POSTS):
                yield Against(fault.path, Words(fault.zh, fault.en))

    return Asked(against)


ASKED = {code: _of(code) for code in CHANGES}
"""By message type: the two changes."""
