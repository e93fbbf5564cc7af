"""What cannot happen to a case in its state is said in the same words in every system."""

from __future__ import annotations

import re

import pytest

from messages.registry import SYSTEMS
from messages.system import System

SAID = re.compile(r"数据状态为“[^”]+”，不能\S+ / in state .+ it cannot be .+")


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda each: each.name)
def test_every_event_has_words_for_what_cannot_be_done(system: System) -> None:
    """State and event by what people call them in both languages, never by their keys."""
    for event in {event for kind in system.types for event in kind.events}:
        said = {system.objection(state, {}, event) for state in (None, *system.labels)} - {None}
        of_states = [each for each in said if each and "数据状态" in each]
        assert of_states, event
        assert all(SAID.fullmatch(each) for each in of_states), of_states
