"""The shape of a workflow's table: state × event → new state, and the receipt that tells of it.

Knows rows and what is read out of them; refuses to know any system's states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

Label = tuple[str, str]
"""What a state is called: Chinese, English."""


class Row(NamedTuple):
    """In `state`, `event` leads to `target` and sends a receipt of `status`."""

    state: str | None  # None: there is no case yet
    event: str
    target: str
    status: int


Transitions = Mapping[tuple[str | None, str], Row]


def transitions(table: Sequence[Row]) -> Transitions:
    """The rows by state and event."""
    return {(row.state, row.event): row for row in table}


def steps(table: Sequence[Row], labels: Mapping[str, Label]) -> dict[int, Label]:
    """What a receipt's status means to people: the state that the first row with it leads to."""
    return {row.status: labels[row.target] for row in reversed(table)}
