"""From a file to what is sent: fill in who sends, sign, wrap in the DXP envelope.

Knows BaseTransfer (基础传输信息), the identifiers a fresh copy needs, and how a file is treated;
refuses to know any rule of a system: what the file says is the gateway's to judge. Nothing is written
or sent here.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID
from lxml import etree

from messages import envelope
from messages.faults import Fault
from messages.signature.sign import Signer, SigningFailed, sign
from messages.wire import app_time, new_guid
from messages.xml import line_of, parse
from terminals.trouble import Unusable

SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
INNER_NUMBERS = ("etpsInnerNo", "letterNo")  # the sender's own numbers: 企业内部编号, at most 20 characters
_BASE = ("copCode", "copName", "dxpMode", "dxpId")
_DXP_ID = re.compile(r"[A-Z0-9]{1,30}")
_MAX_FILE_NAME = 255
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
_INNER = string.digits + string.ascii_uppercase


class Mode(StrEnum):
    """How a file is treated."""

    SIGN = "sign"  # fill in who sends, sign
    FRESH = "fresh"  # the same, with identifiers and times of its own
    AS_IS = "as-is"  # signed already: its bytes are not touched


@dataclass(frozen=True, slots=True)
class Party:
    """Whom the certificate belongs to, as BaseTransfer names it; '' where it is not known."""

    dxp_id: str = ""
    cop_code: str = ""
    cop_name: str = ""


def party_of(certificate: x509.Certificate) -> Party:
    """What a certificate's subject says: the party's name (O) and, where it has that form, dxpId (OU)."""

    def first(oid: x509.ObjectIdentifier) -> str:
        found = certificate.subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else ""

    unit = first(NameOID.ORGANIZATIONAL_UNIT_NAME)
    return Party(unit if _DXP_ID.fullmatch(unit) else "", "", first(NameOID.ORGANIZATION_NAME))


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A file read and understood, not yet signed."""

    name: str  # the file's, for people
    content: bytes  # as read
    root: etree._Element
    ready: bool  # a DxpMsg: it goes out as it is


def read_file(path: Path) -> Outgoing:
    """The document in `path`. Raises Unusable for what is no business message and no DxpMsg."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unusable("file-unreadable", file=path, reason=error.strerror or error) from None
    return understood(path.name, content, path)


def understood(name: str, content: bytes, said: object) -> Outgoing:
    """The document `content` of a file called `name`; `said` is the file in what is told. Raises Unusable."""
    try:
        root = parse(content)
    except Fault as fault:
        raise Unusable("not-xml", file=said, reason=fault.info) from None
    if root.tag == envelope.DXP_MSG:
        return Outgoing(name, content, root, ready=True)
    if not etree.QName(root).localname.endswith("Message"):
        raise Unusable("not-a-message", file=said, root=etree.QName(root).localname)
    return Outgoing(name, content, root, ready=False)


def signed(
    outgoing: Outgoing,
    mode: Mode,
    party: Party,
    signer: Callable[[], Signer],
    now: datetime,
) -> bytes:
    """The signed business message. `signer` is opened only when there is something to sign."""
    if mode is Mode.AS_IS:
        if outgoing.root.find(SIGNATURE) is None:
            raise Unusable("not-signed", file=outgoing.name)
        return outgoing.content
    root = parse(outgoing.content)
    line = line_of(root)
    old = root.find(SIGNATURE)
    if old is not None:
        root.remove(old)
    fill(root, party)
    if mode is Mode.FRESH:
        freshen(root, now)
    try:
        done = sign(root, signer())
    except (ValueError, SigningFailed) as error:
        raise Unusable("sign-failed", file=outgoing.name, reason=error) from None
    return as_counted(etree.tostring(done, encoding="UTF-8", xml_declaration=False), line)


def as_counted(document: bytes, line: int) -> bytes:
    """`document`, which has no declaration, with one, and its root on the line where its file has it.

    A refusal names lines of what was signed, and people look for them in their file. What stands before the
    root is not signed, so that this may be done to canonical bytes and leaves their signature valid.
    """
    return b"".join((_DECLARATION, b"\n" * (line - 1), document))


def envelope_of(
    outgoing: Outgoing, data: bytes, sender: str, receivers: tuple[str, ...], now: datetime
) -> bytes:
    """A new DxpMsg around `data`, with a CopMsgId of its own."""
    head = envelope.Head(
        cop_msg_id=new_guid(),
        sender=sender,
        receivers=receivers,
        created=now,
        msg_type=etree.QName(outgoing.root).localname,
    )
    name = "".join(c for c in outgoing.name if c.isprintable()).strip()[:_MAX_FILE_NAME]
    return envelope.build(head, data, {"FileName": name} if name else {})


def fill(root: etree._Element, party: Party) -> None:
    """Write what is known of `party` into BaseTransfer, made in its place where there is none.

    What is not known stays as the file has it.
    """
    namespace = etree.QName(root).namespace

    def qualified(name: str) -> str:
        return f"{{{namespace}}}{name}" if namespace else name

    base = root.find(qualified("BaseTransfer"))
    if base is None:
        base = etree.SubElement(root, qualified("BaseTransfer"))
    known = {"copCode": party.cop_code, "copName": party.cop_name, "dxpMode": "DXP", "dxpId": party.dxp_id}
    for position, name in enumerate(_BASE):
        if not known[name]:
            continue
        field = base.find(qualified(name))
        if field is None:
            field = etree.Element(qualified(name))
            before = sum(1 for child in base if etree.QName(child).localname in _BASE[:position])
            base.insert(before, field)
        field.text = known[name]


def sender_of(data: bytes) -> str:
    """The dxpId that a business message's BaseTransfer names; '' where it names none."""
    root = parse(data)
    namespace = etree.QName(root).namespace
    prefix = f"{{{namespace}}}" if namespace else ""
    return root.findtext(f"{prefix}BaseTransfer/{prefix}dxpId") or ""


def freshen(root: etree._Element, now: datetime) -> None:
    """New guids and appTime and, for what is new (appType 1), inner numbers: a sample never sent before.

    An inner number used twice in the message stays the same in both places.
    """
    numbers: dict[str, str] = {}
    if root.get("guid") is not None:
        root.set("guid", new_guid())
    for node in root:
        values = {etree.QName(child).localname: child for child in node}
        if "guid" in values:
            values["guid"].text = new_guid()
        if "appTime" in values:
            values["appTime"].text = app_time(now)
        if "appType" not in values or values["appType"].text != "1":
            continue
        for name in INNER_NUMBERS:
            if name in values:
                old = values[name].text or ""
                values[name].text = numbers.setdefault(old, _inner_number(now))


def _inner_number(now: datetime) -> str:
    return app_time(now) + "".join(secrets.choice(_INNER) for _ in range(6))
