"""Message types without a workflow (转发报文): an XSD and a line of configuration, from one party to others.

Knows what such a type needs of its schema: the root `<code>Message` in a namespace of its own, closed by the
BaseTransfer and Signature of every message, and nothing in it that could pass for a receipt or let anything
through. Reads a schema once, into one document that needs no other file; refuses to know where that is kept,
and who the parties are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from messages.catalogue import OWN, XS, SchemaFolderError
from messages.registry import BY_CODE

RECEIPT = "EPT910"
"""The receipts of transport and of pick-up, for all these types."""

BASE = "base.xsd"  # by this name a schema includes the types that all messages share
LARGEST = 1_000_000  # bytes of a schema file
_CODE = re.compile(r"[A-Z]{3}[0-9]{2}[13579]")
_OWN_CODES = frozenset(code[:3] for code in BY_CODE) | {"EPT", "DXP"}
_OWN_NAMESPACES = re.compile(r"urn:eport-gateway:.*|http://www\.(chinaport\.gov\.cn|w3\.org)/.*", re.DOTALL)
_NAMESPACE = re.compile(r"[!#-%'-;=?-Z\[\]_a-z~]{1,200}")  # of a URI's characters; none that XML would escape
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
)


@dataclass(frozen=True, slots=True)
class Routed:
    """One such type. `senders` are roles, `receivers` kinds of parties; empty: every one."""

    code: str  # ABC101
    senders: frozenset[str] = frozenset()
    receivers: frozenset[str] = frozenset()
    namespace: str = ""  # its schema's

    @property
    def root(self) -> str:
        """Local name of the root, and MsgType of the envelope."""
        return f"{self.code}Message"

    @property
    def tag(self) -> str:
        """The root in Clark notation."""
        return f"{{{self.namespace}}}{self.root}"

    def plain(self) -> dict[str, Any]:
        """As plain data, for JSON."""
        return {**asdict(self), "senders": sorted(self.senders), "receivers": sorted(self.receivers)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Routed:
        """What `plain` gave."""
        lists = {name: frozenset(plain[name]) for name in ("senders", "receivers")}
        return cls(**{**plain, **lists})


class Routes:
    """All of them, as they are asked for on the way of a message."""

    def __init__(self, types: Iterable[Routed] = ()) -> None:
        self.by_code = {each.code: each for each in types}
        self.by_root = {each.tag: each for each in self.by_code.values()}


def read(folder: Path, types: Sequence[Routed]) -> tuple[Routes, dict[str, bytes]]:
    """The types with the namespaces of their schemas, and each schema as one document, by type code.

    Of a type ABC101 the schema is `folder`/ABC101.xsd. Raises SchemaFolderError, which says what to change.
    """
    found: dict[str, tuple[Routed, bytes]] = {}
    for each in types:
        _check_code(each.code)
        if each.code in found:
            raise SchemaFolderError(f"{each.code} is configured twice; keep one of the two")
        found[each.code] = _read(folder, each)
    return Routes(routed for routed, _ in found.values()), {code: text for code, (_, text) in found.items()}


def _check_code(code: str) -> None:
    if not _CODE.fullmatch(code):
        raise SchemaFolderError(
            f"{code[:40]!r} cannot be a type's code: name it with three capital letters and an odd number of "
            "three digits (even ones are receipts'), such as ABC101"
        )
    if code[:3] in _OWN_CODES:
        raise SchemaFolderError(f"{code}: {code[:3]} is a system's of this gateway; take other letters")


def _read(folder: Path, routed: Routed) -> tuple[Routed, bytes]:
    path = folder / f"{routed.code}.xsd"
    schema = _parsed(path)
    namespace = schema.get("targetNamespace", "")
    if not _NAMESPACE.fullmatch(namespace) or _OWN_NAMESPACES.fullmatch(namespace):
        raise SchemaFolderError(
            f"{path}: its targetNamespace is {namespace[:200]!r}; give it one of your own, such as "
            "urn:example:orders:1 (urn:eport-gateway:… and the standards' are taken)"
        )
    files = _Files(folder, namespace)
    files.check(schema, path)
    files.inline(schema, path)
    _check_root(schema, routed.code, path)
    if not files.base:
        raise SchemaFolderError(
            f'{path}: add <xs:include schemaLocation="{BASE}"/>: the end of a message is in it'
        )
    text: bytes = etree.tostring(schema, encoding="UTF-8", xml_declaration=True)
    try:
        etree.XMLSchema(etree.fromstring(text, _PARSER))
    except etree.XMLSchemaParseError as error:
        raise SchemaFolderError(f"{path}: {error}") from None
    return Routed(routed.code, routed.senders, routed.receivers, namespace), text


class _Files:
    """The files that a schema is made of, each checked before it is taken in."""

    def __init__(self, folder: Path, namespace: str) -> None:
        self._folder = folder.resolve()
        self._namespace = namespace
        self._seen: set[Path] = set()
        self.base = False  # what all messages share was included

    def inline(self, schema: etree._Element, path: Path) -> None:
        """Put what the schema includes in the place of its includes, those of the included as well."""
        self._seen.add(path.resolve())
        for include in list(schema.iterchildren(f"{{{XS}}}include")):
            place = schema.index(include)
            schema.remove(include)
            part = self._included(path, include.get("schemaLocation", ""))
            for offset, child in enumerate(part):
                schema.insert(place + offset, deepcopy(child))

    def _included(self, path: Path, location: str) -> list[etree._Element]:
        """The declarations of an included file; none of one that is there already."""
        if location.rpartition("/")[2] == BASE:  # a copy may lie anywhere, for the sake of an editor
            again, self.base = self.base, True
            return [] if again else _declarations(_parsed(OWN / "common" / BASE))
        target = (path.parent / location).resolve()
        if not location or ":" in location or not target.is_relative_to(self._folder):
            raise SchemaFolderError(
                f"{path}: it includes {location[:200]!r}; put that file into {self._folder} and name it by "
                "its relative path"
            )
        if target in self._seen:
            return []
        part = _parsed(target)
        self.check(part, target)
        self.inline(part, target)
        return _declarations(part)

    def check(self, schema: etree._Element, path: Path) -> None:
        """Raises SchemaFolderError for what cannot be taken together with the others, or lets too much in."""
        namespaces = {None: "" if schema.get("targetNamespace") else self._namespace, **schema.nsmap}
        if namespaces.get("xs") != XS or namespaces[None] != self._namespace:
            raise SchemaFolderError(
                f'{path}: begin it with <xs:schema xmlns:xs="{XS}" targetNamespace="{self._namespace}" '
                f'xmlns="{self._namespace}" elementFormDefault="qualified">, to be joined with {BASE}'
            )
        if (
            schema.get("targetNamespace", self._namespace) != self._namespace
            or schema.get("elementFormDefault") != "qualified"
            or schema.get("attributeFormDefault", "unqualified") != "unqualified"
        ):
            raise SchemaFolderError(
                f"{path}: a message is all in one namespace: targetNamespace={self._namespace!r}, "
                'elementFormDefault="qualified", attributes unqualified'
            )
        for element in schema.iter(f"{{{XS}}}*"):
            said = _objection(element)
            if said:
                raise SchemaFolderError(f"{path}, line {element.sourceline}: {said}")


def _objection(element: etree._Element) -> str:
    """What stands against one element of a schema file; '' for nothing."""
    kind, name = etree.QName(element).localname, element.get("name", "")
    if kind in ("import", "redefine", "override"):
        return f"{kind} is not for messages, which are all in one namespace; include the file instead"
    if kind in ("any", "anyAttribute"):
        return f"{kind} lets anything through unchecked; name what may be there"
    if kind != "element":
        return ""
    if element.get("form", "qualified") != "qualified":
        return f"{name} is in no namespace; leave its form away"
    if name.endswith("Return"):
        return f"only receipts have an element that ends in Return; call {name} otherwise"
    typed = element.get("type") or element.get("ref") or element.find(f"{{{XS}}}*") is not None
    if not typed or (element.get("type") or "").rpartition(":")[2] == "anyType":
        return f"{name} may hold anything; say its type"
    return ""


def _check_root(schema: etree._Element, code: str, path: Path) -> None:
    """The one root there is, in the frame that every message has."""
    roots = schema.findall(f"{{{XS}}}element")
    names = [root.get("name") for root in roots]
    if names != [f"{code}Message"]:
        raise SchemaFolderError(
            f"{path}: it declares {', '.join(map(str, names)) or 'no element'} at its top; declare "
            f"{code}Message there and nothing else, all others inside of types"
        )
    content = roots[0].find(f"{{{XS}}}complexType")
    sequence = None if content is None else content.find(f"{{{XS}}}sequence")
    last = None if sequence is None or not len(sequence) else sequence[-1]
    framed = (
        content is not None
        and sequence is not None
        and last is not None
        and not sequence.attrib
        and last.tag == f"{{{XS}}}group"
        and last.items() == [("ref", "Closing")]
        and content.find(f"{{{XS}}}attributeGroup[@ref='MessageAttributes']") is not None
    )
    if not framed:
        raise SchemaFolderError(
            f"{path}: {code}Message must be an xs:complexType with an xs:sequence, in it what you say and at "
            'its end <xs:group ref="Closing"/>; behind that, <xs:attributeGroup ref="MessageAttributes"/>'
        )


def _declarations(schema: etree._Element) -> list[etree._Element]:
    return [child for child in schema if child.tag != f"{{{XS}}}annotation"]


def _parsed(path: Path) -> etree._Element:
    """The schema in a file of moderate size, without DTD and so without entities."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise SchemaFolderError(f"{path}: {error.strerror}; the schema of a type lies there") from None
    if len(content) > LARGEST:
        raise SchemaFolderError(f"{path}: it has more than {LARGEST} bytes; divide it, with xs:include")
    try:
        schema = etree.fromstring(content, _PARSER)
    except etree.XMLSyntaxError as error:
        raise SchemaFolderError(f"{path}: {error}") from None
    if schema.getroottree().docinfo.internalDTD is not None:
        raise SchemaFolderError(f"{path}: it has a DOCTYPE; leave that away, entities too")
    if schema.tag != f"{{{XS}}}schema":
        raise SchemaFolderError(f"{path}: its root is {schema.tag}, not xs:schema")
    return schema


def forbidden(sender: str, receivers: Sequence[str]) -> Iterator[str]:
    """What stands against these receivers, whoever they are."""
    for place, receiver in enumerate(receivers):
        if receiver == sender:
            yield f"{receiver} is the sender itself"
        elif receiver in receivers[:place]:
            yield f"{receiver} is named twice"
