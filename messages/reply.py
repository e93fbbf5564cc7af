"""The signed reply (DxpRep): what the gateway says at once about one envelope.

Knows its layout and how to build it as canonical text, so that signing costs no canonicalisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lxml import etree

from messages.envelope import DXP, Head, dxp, head_xml, read_head
from messages.faults import Fault, SchemaInvalid, Violation
from messages.wire import parse_wire_time, wire_time
from messages.xml import attribute, text
from messages.xml import parse as parse_xml

ACCEPTED = "0000"
DXP_REP = f"{{{DXP}}}DxpRep"
MAX_INFO = 1000
MAX_RESULT = 500


class Sealer(Protocol):
    """Signs canonical text and puts the signature before its end tag."""

    def seal(self, payload: bytes) -> bytes:
        """`payload`, one canonical element, with its signature inside."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """One DxpRep."""

    receiver: str
    code: str
    info: str
    results: tuple[Violation, ...]
    notice_time: datetime
    head: Head | None = None
    digest: str | None = None  # SHA-256 of the decoded Data, hex


def refusal(fault: Fault, now: datetime, head: Head | None, digest: str | None) -> Reply:
    """The one place where a fault becomes a reply."""
    receiver = head.sender if head else ""
    return Reply(receiver, fault.code, fault.info, fault.violations, now, head, digest)


def build(reply: Reply, signer: Sealer) -> bytes:
    """The signed DxpRep; canonical as written, so the signed bytes are these bytes."""
    results = "".join(
        f'<Result line="{found.line}" path="{attribute(found.path[:MAX_RESULT])}" '
        f'rule="{attribute(found.rule)}">{text(found.text[:MAX_RESULT])}</Result>'
        for found in reply.results
    )
    parts = [
        f'<DxpRep xmlns="{DXP}" ver="1.0">',
        f"<RecevierId>{text(reply.receiver)}</RecevierId>" if reply.receiver else "",
        f"<Response><ResponseCode>{reply.code}</ResponseCode>",
        f"<ResponseInfo>{text(reply.info[:MAX_INFO])}</ResponseInfo>",
        f"<Results>{results}</Results>" if results else "",
        f"<NoticeTime>{wire_time(reply.notice_time)}</NoticeTime></Response>",
        f"<OriHead>{head_xml(reply.head)}</OriHead>" if reply.head else "",
        f"<OriDigest>{reply.digest}</OriDigest>" if reply.digest else "",
        "</DxpRep>",
    ]
    return signer.seal("".join(parts).encode())


def read(root: etree._Element) -> Reply:
    """The reply under a DxpRep element; its signature is checked elsewhere."""
    response = root.find(dxp("Response"))
    if root.tag != DXP_REP or response is None:
        raise SchemaInvalid(f"the root is {root.tag}, not DxpRep of {DXP}")
    results = tuple(
        Violation(found.get("path", ""), int(found.get("line", "0")), found.get("rule", ""), found.text or "")
        for found in response.iterfind(f"{dxp('Results')}/{dxp('Result')}")
    )
    head = root.find(dxp("OriHead"))
    return Reply(
        receiver=root.findtext(dxp("RecevierId")) or "",
        code=response.findtext(dxp("ResponseCode")) or "",
        info=response.findtext(dxp("ResponseInfo")) or "",
        results=results,
        notice_time=parse_wire_time(response.findtext(dxp("NoticeTime")) or ""),
        head=None if head is None else read_head(head),
        digest=root.findtext(dxp("OriDigest")),
    )


def parse(body: bytes) -> Reply:
    """The reply in `body`; Fault when it is none."""
    return read(parse_xml(body))
