"""What may be looked up (调出) while a form is filled in: under which keys, answered from what, for whom.

Knows the shape of a system's table of lookups; refuses to know where parties and records are kept. A lookup
is read like a step: it says which facts it needs of a key, and what it tells of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from messages.workflow import Body, Fact, Facts

Key = Mapping[str, str]
ASKER, CODE, ROLE = "asker.dxpId", "asker.copCode", "asker.role"
HOLDER, TODAY = "asker.holder", "asker.today"
"""What the key of a lookup `of_asker` has beside its fields: who asks, and the day in China as yyyyMMdd."""

OPENING = "opening"
"""The lookup of this name is asked before a form is opened, by its `type`: `objection` says in words why it
cannot be, else `content` is what it begins with."""

OBJECTION = "objection"
"""What a form's lookup answers in place of the fields, where what there is cannot be used: why, in words."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """One lookup of a system; the schemas' `form:lookup` name it, and its keys by the fields' names."""

    by: tuple[str, ...]
    """The fields that make the key: all of them are needed."""
    facts: Callable[[Key], tuple[Fact, ...]]
    """What must be read to answer."""
    values: Callable[[Key, Facts], Body | None]
    """The fields that are known under the key, by their names; None: there is no such thing."""
    roles: frozenset[str] = frozenset()
    """Who may ask; empty: whoever may send any message of the system."""
    of_asker: bool = False
    """Whether the answer depends on who asks: the key has ASKER, CODE, ROLE, HOLDER and TODAY, too."""
    proven: bool = False
    """Whether CODE must be proven to be the asker's: empty for a party that was never given a certificate.
    Whoever registers himself says a number, and proves an e-mail address only."""
    then: Callable[[Key, Facts], tuple[Fact, ...]] = lambda key, facts: ()
    """What must be read besides, once the facts are known."""
