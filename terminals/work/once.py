"""What is worked out of something once, and known again by which thing it is.

Knows that forms and their fields are made once in a process, and that comparing two of them, as functools'
caches do, looks at everything in them. Refuses to know what is worked out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST = 5_000  # things known at once; all systems together have some hundred fields


def once(make: Callable[[T], R]) -> Callable[[T], R]:
    """`make`, called once for each thing, which has to stay as it is."""
    known: dict[int, tuple[T, R]] = {}  # a thing is held, so that no other one gets its identity

    @wraps(make)
    def found(thing: T) -> R:
        have = known.get(id(thing))
        if have is None:
            if len(known) >= MOST:
                known.clear()
            have = known[id(thing)] = (thing, make(thing))
        return have[1]

    return found
