"""The one door for XML from outside: the hardened parse, and the escaping that canonical text needs.

Knows the profile of DESIGN.md (UTF-8; no DTD, comment or processing instruction; bounded depth, attributes
and namespaces) and nothing of what a document means. Everything the gateway or a terminal reads goes
through `parse`, so that there is no second opinion on what a message says.
"""

from __future__ import annotations

import re
import threading

from lxml import etree

from messages.faults import NotWellFormed

MAX_DEPTH = 32
MAX_TAGS = 500_000  # start and end tags; a tree takes 100 to 200 bytes of memory for each
MAX_ATTRIBUTES = 10_000  # of a document, declarations of namespaces included; a page of receipts has 1,000
MAX_WIDTH = 64  # attributes of one element
MAX_NAMESPACES = 16  # in scope of one element; canonicalisation costs the square of it for each

_DECLARATION = re.compile(rb"\A<\?xml\s[^>]*?\?>")
_ATTRIBUTE = re.compile(rb"""=[ \t\r\n]*["']""")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def _hardened() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=False,
        remove_pis=False,
        strip_cdata=False,
    )


class _Tools(threading.local):
    """What lxml lets no two threads use at once."""

    def __init__(self) -> None:
        self.parser = _hardened()
        self.wide = etree.XPath(f"boolean(//*[@*[{MAX_WIDTH + 1}]])")
        self.foreign = etree.XPath("boolean(//comment()|//processing-instruction())")
        self.deeper: dict[int, etree.XPath] = {}

    def too_deep(self, root: etree._Element, depth: int) -> bool:
        if depth not in self.deeper:
            self.deeper[depth] = etree.XPath("boolean(" + "/*" * (depth + 1) + ")")
        return bool(self.deeper[depth](root))


_tools = _Tools()


def parse(data: bytes, *, max_depth: int = MAX_DEPTH, max_tags: int = MAX_TAGS) -> etree._Element:
    """The root element of `data`.

    Raises NotWellFormed, with the line, for anything outside the profile.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00")):
        raise NotWellFormed("the document is not UTF-8: write it as UTF-8")
    if len(data) > max_tags and data.count(b"<") > max_tags:
        raise NotWellFormed(f"the document has more than {max_tags} tags")
    body = data[3:] if data.startswith(b"\xef\xbb\xbf") else data
    crowded = _crowded(data)
    declaration = _DECLARATION.match(body)
    if declaration:
        encoding = _ENCODING.search(declaration[0])
        if encoding and encoding[1].lower() not in (b"utf-8", b"utf8"):
            raise NotWellFormed(
                f"the declared encoding is {encoding[1].decode()}: write the document as UTF-8"
            )
    # All markup that the profile forbids begins with <! or <?, in UTF-8 never part of another character: a
    # cheap and complete test. Looking for the rare second byte first is ten times faster than for both.
    # CDATA sections are allowed, so a hit is looked at again after the parse.
    start = declaration.end() if declaration else 0
    suspicious = (b"!" in body and b"<!" in body) or (body.find(b"?", start) >= 0 and b"<?" in body[start:])
    if suspicious and re.search(rb"<!(DOCTYPE|ENTITY)", body):
        raise NotWellFormed("the document has a DTD: send it without")
    try:
        root = etree.fromstring(data, _tools.parser)
    except etree.XMLSyntaxError as error:
        raise NotWellFormed(f"line {error.lineno or 1}: {error.msg}") from None
    except ValueError as error:
        raise NotWellFormed(str(error)) from None
    if root is None:
        raise NotWellFormed("line 1: the document is empty")
    if suspicious and _tools.foreign(root.getroottree()):
        raise NotWellFormed("the document has a comment or a processing instruction: send it without")
    if _tools.too_deep(root, max_depth):
        raise NotWellFormed(f"elements are nested more than {max_depth} deep")
    if crowded:
        _check_crowd(root)
    return root


def _crowded(data: bytes) -> bool:
    """Whether a document may have more attributes or namespaces than any element is allowed.

    Each of them has an equals sign, so few signs prove few of them. Replacing only a few of a byte finds them
    five times faster than counting all.
    """
    signs = len(data) - len(data.replace(b"=", b"", MAX_WIDTH + 1))
    if signs <= MAX_NAMESPACES or (signs <= MAX_WIDTH and data.count(b"xmlns") <= MAX_NAMESPACES):
        return False
    # Before the parse, because each takes memory; text that looks like an attribute is counted too.
    if data.count(b"=") > MAX_ATTRIBUTES and len(_ATTRIBUTE.findall(data)) > MAX_ATTRIBUTES:
        raise NotWellFormed(f"the document has more than {MAX_ATTRIBUTES} attributes")
    return True


def _check_crowd(root: etree._Element) -> None:
    if _tools.wide(root):
        raise NotWellFormed(f"an element has more than {MAX_WIDTH} attributes")
    declared = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        declared += 1 if event == "start-ns" else -1
        if declared > MAX_NAMESPACES:
            raise NotWellFormed(f"more than {MAX_NAMESPACES} namespaces are declared for one element")


def line_of(element: etree._Element) -> int:
    """The line its start tag is on, from 1; 0 when it was not parsed from a document."""
    line: int | None = element.sourceline  # type: ignore[assignment]  # lxml-stubs does not know the type
    return line or 0


def text(value: str) -> str:
    """`value` as canonical XML writes it between tags (C14N 1.0, 2.3)."""
    if value.isalnum():
        return value
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")


def attribute(value: str) -> str:
    """`value` as canonical XML writes it inside an attribute's double quotes (C14N 1.0, 2.3)."""
    return (
        value.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace('"', "&quot;")
        .replace("\t", "&#x9;")
        .replace("\n", "&#xA;")
        .replace("\r", "&#xD;")
    )
