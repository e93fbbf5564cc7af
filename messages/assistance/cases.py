"""Cases of mutual assistance, as its steps ask for them."""

from __future__ import annotations

from messages.assistance.names import AHEAD_OF_TIME, FILE, NO_CASE, SYSTEM_NAME, WRONG_STATE
from messages.assistance.table import LABELS, PRIVATE, TRANSITIONS, WHAT
from messages.cases import Cases

CASES = Cases(
    SYSTEM_NAME,
    TRANSITIONS,
    LABELS,
    WHAT,
    PRIVATE,
    no_case=NO_CASE,
    wrong_state=WRONG_STATE,
    ahead_of_time=AHEAD_OF_TIME,
    wrong_file=FILE,
)
