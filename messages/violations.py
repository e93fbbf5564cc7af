"""What is wrong with a document, in words: field, line, rule and reason, for someone who has to mend it.

Knows how to turn the findings of xmlschema, and for large documents those of lxml, into Violations; both go
the same way, by way of the form model, so the words are those of the form. Refuses to decide anything: the
document has failed already. Bounded: it stops at the 25th violation, gives xmlschema 64 KiB of moderate shape
at most, and looks at long documents piece by piece.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from lxml import etree

from messages.catalogue import OWN, catalogue
from messages.faults import MAX_VIOLATIONS, Violation
from messages.forms import Field, Forms
from messages.windows import long, windows
from messages.xml import line_of

SMALL = 64 * 1024  # bytes that xmlschema is given, at 0.5 ms a kilobyte
_WIDE = 200  # children or attributes of one element
_FINDINGS = 100  # looked at, at most; several may be one violation
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_NUMBER = re.compile(r"\[[0-9]+\]\Z")
_EXPECTED = re.compile(r"Expected is (?:one of )?\( (.*?) \)")


@dataclass(frozen=True, slots=True)
class _Finding:
    """Something a validator found: at an element, and with its child where that child cannot be there."""

    element: etree._Element
    reason: str
    structure: bool = False
    intruder: etree._Element | None = None
    expected: tuple[str, ...] = ()  # Clark names; empty where unknown

    @property
    def place(self) -> etree._Element:
        """Where it shows: at the child, if there is one."""
        return self.element if self.intruder is None else self.intruder


class Explainer:
    """Explains why documents of the types in some folders fail."""

    def __init__(self, *folders: Path) -> None:
        folders = folders or (OWN,)
        self._files = catalogue(*folders)
        self._forms = Forms(*folders)

    def violations(self, root: etree._Element) -> tuple[Violation, ...]:
        """Up to 25 violations in the order of their lines, each element's values explained once."""
        try:
            return self._violations(root)
        except Exception:  # noqa: BLE001 - a document that cannot be explained is refused all the same
            text = f"{_local(root)} is not what its schema says, and it is too odd to say where"
            return (Violation(f"/{_local(root)}", line_of(root), "content", text),)

    def _violations(self, root: etree._Element) -> tuple[Violation, ...]:
        message = self._forms.message(str(root.tag))
        findings = self._readable(root) if _moderate(root) else self._pieces(root)
        said: dict[tuple[str, str], Violation] = {}
        explained: set[etree._Element] = set()
        for finding in islice(findings, _FINDINGS):
            if not finding.structure and finding.element in explained:
                continue
            explained.update(() if finding.structure else (finding.element,))
            for violation in islice(_explain(finding, _field_of(message, finding.element)), MAX_VIOLATIONS):
                said.setdefault((violation.path, violation.rule), violation)
            if len(said) >= MAX_VIOLATIONS:
                break
        return tuple(sorted(list(said.values())[:MAX_VIOLATIONS], key=lambda violation: violation.line))

    def _readable(self, root: etree._Element) -> Iterator[_Finding]:
        """Everything that xmlschema finds, and from lxml what it knows better: which element was expected."""
        quick = list(islice(_quick(root, self._compiled(root)), _FINDINGS))
        found = False
        try:
            for finding in self._slow(root, quick):
                found = True
                yield finding
        except Exception:  # noqa: BLE001 - of many classes, at an xsi:type for one; lxml's findings do then
            found = False
        if not found:  # the two disagree: the one that decides has the word
            yield from quick

    def _slow(self, root: etree._Element, quick: list[_Finding]) -> Iterator[_Finding]:
        from xmlschema import XMLSchemaChildrenValidationError  # late: see forms

        expected = {finding.place: finding.expected for finding in quick if finding.structure}
        schema = self._forms.schema(str(root.tag))
        for error in schema.iter_errors(root, use_location_hints=False):
            element: Any = root if error.elem is None else error.elem
            reason = error.reason or ""
            if isinstance(error, XMLSchemaChildrenValidationError):
                intruder: Any = error.invalid_child
                known = expected.get(element if intruder is None else intruder, tuple(error.expected_tags))
                yield _Finding(element, reason, True, intruder, known)
            else:
                yield _Finding(element, reason)

    def _pieces(self, root: etree._Element) -> Iterator[_Finding]:
        """What lxml finds; in a long document piece by piece, then whether there is too much of a thing."""
        if not long(root):
            yield from _quick(root, self._compiled(root))
            return
        schema = self._compiled(root)
        for piece, back in windows(root):
            for finding in islice(_quick(piece, schema), _FINDINGS):
                intruder = None if finding.intruder is None else back(finding.intruder)
                yield replace(finding, element=back(finding.element), intruder=intruder)
        message = self._forms.message(str(root.tag))
        for node in root:
            for name, count in Counter(_local(child) for child in node).items():
                field = _field_of(message, node)
                known = field.child(name) if field else None
                if known and known.max_occurs is not None and count > known.max_occurs:
                    last = node.findall(f"{{*}}{name}")[-1]
                    yield _Finding(node, "", True, last)

    def _compiled(self, root: etree._Element) -> etree.XMLSchema:
        """The schema for `root` with an error log of its own: another thread may be explaining too."""
        return etree.XMLSchema(file=str(self._files[str(root.tag)]))


def location(element: etree._Element) -> tuple[str, int]:
    """The path of an element by local names, numbered where it has siblings of its name, and its line."""
    numbered = element.getroottree().getelementpath(element)  # it counts a hundred times faster than Python
    steps: list[str] = []
    for at in (element, *element.iterancestors()):
        number = _NUMBER.search(numbered)
        steps.append(_local(at)[:60] + (number[0] if number else ""))
        numbered = numbered[: (number.start() if number else len(numbered)) - len(at.tag)].removesuffix("/")
    return "/" + "/".join(reversed(steps)), line_of(element)


def _quick(root: etree._Element, schema: etree.XMLSchema) -> Iterator[_Finding]:
    schema.validate(root)
    log: Any = schema.error_log
    for entry in log:
        element = _at(root, entry.path)
        reason = re.sub(r"^Element '[^']*'(?:, attribute '[^']*')?: ", "", entry.message)
        if "SCHEMAV_ELEMENT_CONTENT" not in entry.type_name:
            yield _Finding(element, reason)
            continue
        found = _EXPECTED.search(entry.message)
        expected = tuple(found[1].split(", ")) if found else ()
        parent = element.getparent()
        if "Missing child" in entry.message or parent is None:
            yield _Finding(element, reason, True, None, expected)
        else:
            yield _Finding(parent, reason, True, element, expected)


def _moderate(root: etree._Element) -> bool:
    """Whether xmlschema can have it: it is slow with large documents, and slower with wide elements."""
    if len(etree.tostring(root, encoding="UTF-8")) > SMALL:
        return False
    return all(len(each) <= _WIDE and len(each.attrib) <= _WIDE for each in root.iter())


def _explain(finding: _Finding, field: Field | None) -> Iterator[Violation]:
    if finding.structure:
        yield _structure(finding, field)
        return
    spoken = False
    for violation in _attributes(finding.element, field) if field else ():
        spoken = True
        yield violation
    problem = None
    if field is not None and not field.is_group and not len(finding.element):
        problem = field.problem(finding.element.text or "")
    path, line = location(finding.element)
    if problem is not None and field is not None:
        yield Violation(path, line, problem.rule, f"{_called(field)} {problem.text.en}")
    elif not spoken:
        called = _called(field) if field else _local(finding.element)
        yield Violation(path, line, "content", f"{called}: {_plain(finding.reason)}")


def _needed(expected: Sequence[str], field: Field | None) -> str:
    """The one of those expected that cannot be left out; '' where there is none, or a choice."""
    if field is None or len(expected) == 1:
        return expected[0] if len(expected) == 1 else ""
    found = [(each, field.child(each.partition(" ")[0])) for each in expected]
    required = [each for each, child in found if child is None or child.required]
    return required[0] if len(required) == 1 else ""


def _structure(finding: _Finding, field: Field | None) -> Violation:
    path, line = location(finding.element)
    inside = _called(field) if field else _local(finding.element)
    expected = [_name_of(each, field) for each in finding.expected]
    wanted = f"; expected here: {_some(expected)}" if expected else ""
    needed = _needed(expected, field)
    if finding.intruder is None:
        missing = needed.partition(" ")[0]
        what = f"{needed} is required and missing" if missing else f"something is missing{wanted}"
        text = f"{inside} ends too early: {what}"
        return Violation(f"{path}/{missing}" if missing else path, line, "required", text)
    namespace, _, name = finding.intruder.tag.rpartition("}")
    place, line = location(finding.intruder)
    known = field.child(name) if field else None
    own_namespace = namespace == finding.element.tag.rpartition("}")[0]
    if finding.intruder.tag == _SIGNATURE:
        text = f"a signature is not allowed here: there is one, the last child of the root{wanted}"
        return Violation(place, line, "order", text)
    if known is None or not own_namespace:
        where = "" if own_namespace else f" of namespace {namespace[1:] or 'none'}"
        text = f"{name[:60]}{where} is no field of {inside}{wanted}"
        return Violation(place, line, "unknown", text)
    most = known.max_occurs
    before = finding.intruder.itersiblings(finding.intruder.tag, preceding=True)
    if most is not None and sum(1 for _ in before) >= most:
        return Violation(place, line, "maxOccurs", f"{inside} has too many {_called(known)}: at most {most}")
    missing = needed.partition(" ")[0]
    wanted_field = field.child(missing) if field else None
    if wanted_field is not None and wanted_field.required and wanted_field is not known:
        text = f"{needed} is required and missing before {_called(known)}"
        return Violation(f"{path}/{missing}", line, "required", text)
    return Violation(place, line, "order", f"{_called(known)} is not allowed at this place{wanted}")


def _attributes(element: etree._Element, field: Field) -> Iterator[Violation]:
    path, line = location(element)
    for declared in field.attributes:
        value = element.get(declared.name[1:])
        if value is None:
            if declared.required:
                text = f"attribute {_called(declared)} is required and missing"
                yield Violation(f"{path}/{declared.name}", line, "required", text)
        elif (problem := declared.problem(value)) is not None:
            text = f"attribute {_called(declared)} {problem.text.en}"
            yield Violation(f"{path}/{declared.name}", line, problem.rule, text)
    for key in element.attrib:
        name = str(key)
        if name in (f"{_XSI}type", f"{_XSI}nil"):
            text = f"{_called(field)} must not carry {name.replace(_XSI, 'xsi:')}; remove it"
            yield Violation(path, line, "xsi", text)
        elif not name.startswith(_XSI) and field.child(f"@{name}") is None:
            text = f"{_called(field)} has no attribute {name[:60]}"
            yield Violation(f"{path}/@{name[:60]}", line, "unknown", text)


def _field_of(message: Field, element: etree._Element) -> Field | None:
    names = [_local(each) for each in (element, *element.iterancestors())][:-1]
    field: Field | None = message
    for name in reversed(names):
        field = field.child(name) if field else None
    return field


def _local(element: etree._Element) -> str:
    """Its name without the namespace; QName refuses namespaces that hold a brace."""
    return str(element.tag).rpartition("}")[2]


def _called(field: Field) -> str:
    return f"{field.name.lstrip('@')} {field.label.zh}".strip()


def _name_of(tag: str, field: Field | None) -> str:
    namespace, _, local = tag.rpartition("}")
    if "xmldsig" in tag or local in ("*", ""):
        return "ds:Signature"
    known = field.child(local) if field and namespace else None
    return _called(known) if known else local


def _some(names: list[str], limit: int = 6) -> str:
    return ", ".join(names[:limit]) + (", …" if len(names) > limit else "")


def _plain(reason: str) -> str:
    return re.sub(r"\{[^}]*\}", "", reason)[:200]


def _at(root: etree._Element, path: str | None) -> etree._Element:
    try:
        found = root.getroottree().xpath(path or "/*", namespaces=_prefixes(root))
    except etree.XPathError:
        return root
    first = found[0] if isinstance(found, list) and found else root
    return first if isinstance(first, etree._Element) else root


def _prefixes(root: etree._Element) -> dict[str, str]:
    declared = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
    return {"ds": "http://www.w3.org/2000/09/xmldsig#", **declared}
