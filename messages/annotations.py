"""The words and the hints that a schema carries beside its rules, in Chinese and English.

Knows the annotations of this project's schemas: labels and help (xs:documentation with xml:lang, help
marked by source="help") and the form hints (xs:appinfo, namespace urn:eport-gateway:form:1). Refuses to know
who draws a form from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

_FORM = "{urn:eport-gateway:form:1}"
_XS = "{http://www.w3.org/2001/XMLSchema}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Words:
    """The same thing said in both languages; empty where the schema says nothing."""

    zh: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        """In `zh` or `en`; the other one where the wanted one is empty."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds while the field named has one of the values; the field is one of the same node (业务节点)."""

    field: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lookup:
    """What customs or the gateway knows under the fields `by`, and which fields it fills.

    While `when` holds (always, if None), the fields in `locks` take the value found and are closed, those in
    `suggests` take it and stay open, and a key that is not found is refused if anything is locked by it.
    """

    name: str
    by: tuple[str, ...]
    locks: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be chosen now: the lines `of` what a lookup without a key knows, each a code with its name."""

    lookup: str
    of: str
    code: str
    name: str  # the fields that name it, parted by blanks


@dataclass(frozen=True, slots=True)
class Upload:
    """A group whose lines are files: what may be chosen. Its fields filled by "file" say which one it was."""

    types: frozenset[str]  # media types, by content
    size: int  # bytes of one file, at most


@dataclass(frozen=True, slots=True)
class Fixed:
    """A group whose lines are those that the form was opened with: none is added and none taken away.

    With `when`, lines come and go but for those for which that holds, as they were filed.
    """

    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """All form hints of one field.

    `fill`: entry (typed), suggested (filled, may be overtyped), file (filled from the file that was chosen,
    grey), kept (as the form was opened with it: grey, and sent back), system (filled by the gateway, grey),
    terminal (filled by the terminal, not shown).
    """

    fill: str = "entry"
    list: str | None = None  # name of a large code list
    width: int | None = None  # characters, where a number's facets cannot say it
    lookup: Lookup | None = None
    offer: Offer | None = None
    required_when: Condition | None = None  # of a group: it needs a line at least
    absent_when: Condition | None = None
    locked_when: Condition | None = None  # kept as it is while that holds
    sum_of: tuple[str, ...] = ()  # fields of its group; or one of the lines of a group below: Goods/qty
    counts: bool = False  # filled with the line's place in its group, from 1
    latest: str | None = None  # "today": a date that may not lie in the future, in China Standard Time
    prefill: str | None = None  # of a new form: "today", or a lookup without a key that knows the field
    step: Words | None = None  # a step of filling in the form (第一步 …) begins with this field or group
    section: Words | None = None  # a part of its group, under a heading of its own, begins with it
    short: Words | None = None  # a group's name where there is no room for its label
    upload: Upload | None = None
    fixed: Fixed | None = None


def words(annotation: Element | None, source: str | None = None) -> Words:
    """The label that an xs:annotation holds, or the help with source="help"."""
    said = {
        element.get(_LANG, ""): " ".join((element.text or "").split())
        for element in (() if annotation is None else annotation.iterfind(f"{_XS}documentation"))
        if element.get("source") == source
    }
    return Words(said.get("zh", ""), said.get("en", ""))


def hints(*annotations: Element | None) -> Hints:
    """The form hints of a field and, after it, of its types; the first that speaks counts."""
    values: dict[str, Any] = {}
    for annotation in reversed(annotations):
        for element in () if annotation is None else annotation.iterfind(f"{_XS}appinfo/*"):
            read = _READERS.get(element.tag.removeprefix(_FORM))
            if read is None:
                raise ValueError(f"{element.tag} is no form hint")
            name, value = read(element)
            values[name] = value
    return Hints(**values)


def _lookup(element: Element) -> Lookup:
    return Lookup(
        name=element.get("name", ""),
        by=_names(element, "by"),
        locks=_names(element, "locks"),
        suggests=_names(element, "suggests"),
        when=_condition(element) if element.get("when") else None,
    )


def _upload(element: Element) -> Upload:
    return Upload(frozenset(_names(element, "types")), int(element.get("bytes", "0")))


def _fixed(element: Element) -> Fixed:
    return Fixed(_condition(element) if element.get("when") else None)


def _both(element: Element) -> Words:
    return Words(element.get("zh", ""), element.get("en", ""))


def _names(element: Element, attribute: str) -> tuple[str, ...]:
    return tuple(element.get(attribute, "").split())


def _condition(element: Element) -> Condition:
    return Condition(element.get("when", ""), frozenset(_names(element, "in")))


_READERS: dict[str, Callable[[Element], tuple[str, Any]]] = {
    "field": lambda element: ("fill", element.get("fill", "entry")),
    "code": lambda element: ("list", element.get("list")),
    "width": lambda element: ("width", int(element.get("characters", "0"))),
    "lookup": lambda element: ("lookup", _lookup(element)),
    "offer": lambda element: ("offer", Offer(**element.attrib)),
    "require": lambda element: ("required_when", _condition(element)),
    "absent": lambda element: ("absent_when", _condition(element)),
    "lock": lambda element: ("locked_when", _condition(element)),
    "sum": lambda element: ("sum_of", _names(element, "of")),
    "count": lambda element: ("counts", True),
    "date": lambda element: ("latest", element.get("latest")),
    "prefill": lambda element: ("prefill", element.get("from")),
    "step": lambda element: ("step", _both(element)),
    "section": lambda element: ("section", _both(element)),
    "short": lambda element: ("short", _both(element)),
    "upload": lambda element: ("upload", _upload(element)),
    "fixed": lambda element: ("fixed", _fixed(element)),
}
