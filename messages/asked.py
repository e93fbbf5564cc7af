"""What a terminal can ask a system's rules about a form before anything of it is sent.

Knows the shapes only; refuses to know any rule. Whatever is asked here needs nothing but the form and the
day: what only the gateway knows, as who else has a number, it says when the form is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from messages.annotations import Words
from messages.workflow import Body


@dataclass(frozen=True, slots=True)
class Against:
    """One thing against a form; `path` is the field's below the node, such as Bill[1]/Goods[2]/netWt."""

    path: str
    words: Words  # the whole sentence, with the line and the field


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a part of a form has to hold, as a form of this content does."""

    part: str  # the group that it belongs to
    words: Words
    there: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The rules of one message type. Both are given the content of a node, as the workflow gets it."""

    against: Callable[[Body, str], Iterable[Against]]  # … and today, yyyyMMdd in China
    needs: Callable[[Body], Iterable[Need]] = lambda form: ()
