"""What a message type consists of, field by field: forms, documents and error texts are drawn from it.

Knows how to read it out of the schemas, with xmlschema: names, order, labels and help in Chinese and
English, lengths, code lists, repeating groups, and the hints of `annotations`. Refuses to know rules between
messages and anything about screens. Slow to build (a tenth of a second a type), so it is built once and
kept; and xmlschema, which takes 12 MB, is only imported when the first form is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from messages.annotations import Condition, Hints, Words, hints, words
from messages.catalogue import OWN, catalogue
from messages.quick import accepts

if TYPE_CHECKING:
    import xmlschema

_XS = "{http://www.w3.org/2001/XMLSchema}"
UNBOUNDED = None
_SILENT = Words()


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a small code list, with its meaning."""

    value: str
    label: Words


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value is not one of its field: the rule's name, and the reason as the end of a sentence."""

    rule: str
    text: Words


@dataclass(frozen=True, slots=True)
class Field:
    """One element or (name beginning with @) attribute of a message; a group has `children`.

    `path` is local names from below the root, such as Stocktake/Line/unit. `required` is what the schema
    says inside its group; `absent_when` tells when the whole group is left out. Lengths are in characters.
    """

    name: str
    path: str
    label: Words
    help: Words
    hints: Hints
    min_occurs: int = 1
    max_occurs: int | None = 1
    base: str = ""  # string, decimal, boolean, dateTime; empty for a group
    type_name: str = ""  # the nearest named type, such as Date or Quantity
    type_words: Words = _SILENT
    min_length: int | None = None
    max_length: int | None = None
    patterns: tuple[str, ...] = ()  # XSD patterns; a value matches all of them
    total_digits: int | None = None
    fraction_digits: int | None = None
    choices: tuple[Choice, ...] = ()
    many: bool = False  # its value is one or more of the choices, a space between them (xs:list)
    absent_when: Condition | None = None
    children: tuple[Field, ...] = ()
    attributes: tuple[Field, ...] = ()
    _type: Any = field(default=None, repr=False, compare=False)
    _quick: Callable[[str], bool] | None = field(default=None, repr=False, compare=False)

    @property
    def required(self) -> bool:
        """Whether it may never be left out of its group."""
        return self.min_occurs > 0

    @property
    def repeating(self) -> bool:
        """Whether there may be several of it."""
        return self.max_occurs is UNBOUNDED or self.max_occurs > 1

    @property
    def is_group(self) -> bool:
        """Whether it holds other fields and no value."""
        return bool(self.children)

    def child(self, name: str) -> Field | None:
        """The child or (with @) attribute of this name."""
        return next((each for each in (*self.children, *self.attributes) if each.name == name), None)

    def walk(self) -> Iterator[Field]:
        """Itself, its attributes, and everything below, in document order."""
        yield self
        yield from self.attributes
        for each in self.children:
            yield from each.walk()

    def chosen(self, value: str) -> set[str]:
        """The codes in a value: one, or as many as a space divides."""
        return set(value.split()) if self.many else {value}

    def problem(self, value: str) -> Problem | None:
        """What the schema has against this value, or None: the same answer that the gateway's check gives."""
        if self._quick is not None and self._quick(value):
            return None
        if value == "" and self.base == "string":
            return Problem("empty", Words("不能为空", "must not be empty; leave the element out instead"))
        size, most, least = len(value), self.max_length, self.min_length
        if most is not None and size > most:
            en = f"has {_characters(size)}, at most {most} are allowed"
            return Problem("maxLength", Words(f"有 {size} 个字符，最多 {most} 个", en))
        if least is not None and size < least:
            en = f"has {_characters(size)}, at least {least} are needed"
            return Problem("minLength", Words(f"有 {size} 个字符，至少 {least} 个", en))
        if self.choices and not self.chosen(value) <= {choice.value for choice in self.choices}:
            zh = "、".join(f"{choice.value} {choice.label.zh}" for choice in self.choices)
            en = ", ".join(f"{choice.value} ({choice.label.en})" for choice in self.choices)
            return _not("enumeration", value, f"不在代码表中：{zh}", f"is not one of {en}")
        if self._type is not None and not _takes(self._type, value):
            rule = "pattern" if self.patterns else "type"
            wanted = self.type_words
            return _not(rule, value, f"格式不正确；{wanted.zh}", f"is not in its format: {wanted.en}")
        return None


@dataclass(frozen=True, slots=True)
class Form:
    """One message type as a form: the whole message, and its business node (业务节点)."""

    code: str
    namespace: str
    message: Field

    @property
    def title(self) -> Words:
        """The name of the message type."""
        return self.message.label

    @property
    def node(self) -> Field:
        """The business node: the first child of the root."""
        return self.message.children[0]

    @property
    def head(self) -> tuple[Field, ...]:
        """The node's single fields (表头), in order, those that the terminal fills by itself left out."""
        singles = (each for each in self.node.children if not each.is_group)
        return tuple(each for each in singles if each.hints.fill != "terminal")

    @property
    def groups(self) -> tuple[Field, ...]:
        """The node's groups of fields, such as body lines (表体)."""
        return tuple(each for each in self.node.children if each.is_group)


@dataclass(frozen=True, slots=True)
class Part:
    """Fields and groups that stand together: a step of a form, or a section of a group, with its heading."""

    title: Words
    fields: tuple[Field, ...]


def steps(form: Form) -> tuple[Part, ...]:
    """The steps in which a form is filled in (第一步 …); one without a title where the schema names none."""
    return _parts(form.node, lambda each: each.hints.step)


def sections(group: Field) -> tuple[Part, ...]:
    """The sections of a group's fields and groups; one without a title where the schema names none."""
    return _parts(group, lambda each: each.hints.section)


def _parts(group: Field, begins: Callable[[Field], Words | None]) -> tuple[Part, ...]:
    parts: list[tuple[Words, list[Field]]] = []
    for each in group.children:
        if each.hints.fill == "terminal":
            continue
        title = begins(each)
        if title is not None or not parts:
            parts.append((title or _SILENT, []))
        parts[-1][1].append(each)
    return tuple(Part(title, tuple(fields)) for title, fields in parts)


class Forms:
    """The forms of all types in one or more schema folders; each is built when it is first asked for."""

    def __init__(self, *folders: Path) -> None:
        self._files = catalogue(*(folders or (OWN,)))
        self._codes = {root.rpartition("}")[2].removesuffix("Message"): root for root in self._files}
        self._schemas: dict[Path, xmlschema.XMLSchema] = {}
        self._messages: dict[str, Field] = {}
        self._lock = Lock()

    @property
    def codes(self) -> tuple[str, ...]:
        """The type codes there are, sorted; DxpMsg and DxpRep are among them."""
        return tuple(sorted(self._codes))

    def form(self, code: str) -> Form:
        """The form of a type code such as BVS111. Raises KeyError where no schema declares it."""
        root = self._codes[code]
        return Form(code, root[1:].partition("}")[0], self.message(root))

    def message(self, root: str) -> Field:
        """The field tree of a root element, in Clark notation. Raises KeyError."""
        known = self._messages.get(root)
        if known is None:
            declared = self.schema(root).elements[root.rpartition("}")[2]]
            known = self._messages[root] = _field(declared, "", None)
        return known

    def schema(self, root: str) -> xmlschema.XMLSchema:
        """The xmlschema of a root element; built from files only, never from the network."""
        import xmlschema

        path = self._files[root]
        with self._lock:
            if path not in self._schemas:
                self._schemas[path] = xmlschema.XMLSchema(str(path), allow="local")
            return self._schemas[path]


@cache
def own_forms() -> Forms:
    """The forms of this package's own schemas."""
    return Forms()


def form(code: str) -> Form:
    """The form of one of this package's own type codes. Raises KeyError."""
    return own_forms().form(code)


@cache
def repeating(code: str) -> frozenset[str]:
    """The paths, below the root, of the elements that may occur several times; an element there is a list."""
    return frozenset(each.path for each in form(code).message.walk() if each.repeating)


def _field(declared: Any, path: str, absent: Condition | None) -> Field:
    holds_fields = declared.type.has_complex_content()
    return Field(
        name=declared.local_name,
        path=path,
        label=words(_note(declared)),
        help=words(_note(declared), "help"),
        hints=hints(_note(declared), *_type_notes(declared.type)),
        absent_when=absent,
        children=tuple(_children(declared.type.content, path, absent)) if holds_fields else (),
        attributes=tuple(_attributes(declared.type, path)),
        min_occurs=declared.min_occurs,
        max_occurs=declared.max_occurs,
        **({} if holds_fields else _values(declared.type)),
    )


def _children(group: Any, path: str, absent: Condition | None) -> Iterator[Field]:
    if group.min_occurs == 0:
        absent = hints(_note(group)).absent_when or absent
    for particle in group:
        if getattr(particle, "type", None) is not None:  # an element; the signature's xs:any has no type
            yield _field(particle, f"{path}/{particle.local_name}".lstrip("/"), absent)
        elif hasattr(particle, "model"):
            yield from _children(particle, path, absent)


def _attributes(declared: Any, path: str) -> Iterator[Field]:
    for name, attribute in getattr(declared, "attributes", {}).items():
        if name is not None:
            yield Field(
                name=f"@{name}",
                path=f"{path}/@{name}".lstrip("/"),
                label=words(_note(attribute)),
                help=words(_note(attribute), "help"),
                hints=hints(_note(attribute), *_type_notes(attribute.type)),
                min_occurs=1 if attribute.use == "required" else 0,
                **_values(attribute.type),
            )


def _values(declared: Any) -> dict[str, Any]:
    simple = declared.content if declared.is_complex() else declared
    chain = list(_chain(simple))
    named = next((each for each in chain if each.name), simple)
    item = next((each.item_type for each in chain if hasattr(each, "item_type")), None)
    coded = chain if item is None else [*chain, *_chain(item)]
    facets = [(name, facet) for each in chain for name, facet in each.facets.items() if name]
    digits = {name: facet.value for name, facet in reversed(facets) if name.endswith("Digits")}
    patterns = [facet for name, facet in facets if name == f"{_XS}pattern"]
    return {
        "base": (simple if item is None else item).primitive_type.local_name,
        "type_name": named.local_name,
        "type_words": words(_note(named)),
        "min_length": simple.min_length if item is None else None,  # of a list it counts the codes
        "max_length": (simple.max_length if item is None else None) or hints(*_type_notes(simple)).width,
        "patterns": tuple(regex for facet in patterns for regex in facet.regexps),
        "total_digits": digits.get(f"{_XS}totalDigits"),
        "fraction_digits": digits.get(f"{_XS}fractionDigits"),
        "choices": next((found for each in coded if (found := _choices(each.elem))), ()),
        "many": item is not None,
        "_type": simple,
        "_quick": accepts(simple) if simple.is_atomic() else None,
    }


def _choices(restriction: Element | None) -> tuple[Choice, ...]:
    values = () if restriction is None else restriction.iterfind(f"{_XS}enumeration")
    return tuple(Choice(each.get("value", ""), words(each.find(f"{_XS}annotation"))) for each in values)


def _chain(declared: Any) -> Iterator[Any]:
    """A simple type and what it restricts, as far as this project's schemas define it."""
    while declared is not None and not (declared.name or "").startswith(_XS):
        yield declared
        declared = declared.base_type


def _type_notes(declared: Any) -> Iterator[Element | None]:
    if declared.is_simple():
        yield from (_note(each) for each in _chain(declared))


def _note(component: Any) -> Element | None:
    note: Element | None = None if component.annotation is None else component.annotation.elem
    return note


def _not(rule: str, value: str, zh: str, en: str) -> Problem:
    return Problem(rule, Words(f"“{_cut(value)}”{zh}", f"{_cut(value)!r} {en}"))


def _takes(declared: Any, value: str) -> bool:
    try:
        return bool(declared.is_valid(value))
    except OverflowError:  # a year beyond what Python can count
        return False


def _cut(value: str, limit: int = 40) -> str:
    return value if len(value) <= limit else f"{value[:limit]}…"


def _characters(size: int) -> str:
    return f"{size} character{'' if size == 1 else 's'}"
