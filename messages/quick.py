"""A quick yes for values of simple types: a form of thousands of lines is judged while somebody types in it.

Knows the facets that this project's schemas use and nothing of why a value fails: whatever gets no yes here
is asked of xmlschema, which takes twenty times as long and has the last word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_XS = "{http://www.w3.org/2001/XMLSchema}"
_KNOWN = {"length", "minLength", "maxLength", "pattern", "enumeration", "whiteSpace"}
_DIGITS = {"totalDigits", "fractionDigits"}
_NUMBER = re.compile(r"[0-9]{1,28}(?:\.[0-9]{1,28})?")


def accepts(simple: Any) -> Callable[[str], bool] | None:
    """A test of values that are certainly of this simple type; None for a type that it cannot be said of.

    `simple` is xmlschema's, atomic; a value that the test refuses may be of the type all the same.
    """
    primitive = simple.primitive_type.local_name
    known = _KNOWN | (_DIGITS if primitive == "decimal" else set())
    named = [(name.removeprefix(_XS), facet) for name, facet in _facets(simple)]
    if primitive not in ("string", "decimal") or not {name for name, _ in named} <= known:
        return None
    if primitive == "string" and simple.white_space != "preserve":
        return None
    patterns = [tuple(facet.patterns) for name, facet in named if name == "pattern"]
    values = frozenset(simple.enumeration or ()) if primitive == "string" else frozenset()
    if primitive == "decimal" and simple.enumeration:
        return None
    least, most = simple.min_length or 0, simple.max_length or 10**9
    total = min((facet.value for name, facet in named if name == "totalDigits"), default=56)
    fraction = min((facet.value for name, facet in named if name == "fractionDigits"), default=56)

    def fits(value: str) -> bool:
        if not least <= len(value) <= most or (values and value not in values):
            return False
        if primitive == "decimal":
            if not _NUMBER.fullmatch(value):
                return False
            whole, _, part = value.partition(".")
            if len(whole) + len(part) > total or len(part) > fraction:
                return False
        return all(any(each.match(value) for each in level) for level in patterns)

    return fits


def _facets(simple: Any) -> list[tuple[str, Any]]:
    """All facets of a type and of those that it restricts, up to the built-in one."""
    found: list[tuple[str, Any]] = []
    while simple is not None and not (simple.name or "").startswith(_XS):
        found += [(name, facet) for name, facet in simple.facets.items() if name]
        simple = simple.base_type
    return found
