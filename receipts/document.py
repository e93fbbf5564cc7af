"""Receipts (回执) as XML: one signed message of one or more returns, and back.

Knows the layout that all systems share (BVS112Return and its like) and EPT900; builds canonical text so
that signing costs no canonicalisation. Who signs, and where it goes, is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from messages.faults import SchemaInvalid
from messages.reply import Sealer
from messages.wire import parse_return_time, return_time
from messages.xml import text

EPT = "urn:eport-gateway:ept:1"
MAX_INFO = 1000


@dataclass(frozen=True, slots=True)
class Issuer:
    """BaseTransfer of the gateway itself."""

    cop_code: str
    cop_name: str
    dxp_id: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """One return: what became of one business node."""

    guid: str
    ori_cop_msg_id: str
    ori_guid: str
    ori_digest: str
    status: int
    time: datetime
    info: str
    case: str | None = None
    receiver: str | None = (
        None  # dxpId: of the one, of several that a message was routed to, that it is about
    )


@dataclass(frozen=True, slots=True)
class Unreadable:
    """EPT900: a message that never became nodes, because it failed its schema."""

    ori_cop_msg_id: str
    ori_message_type: str
    info: str


def base_transfer(issuer: Issuer) -> str:
    """BaseTransfer as canonical text."""
    return (
        f"<BaseTransfer><copCode>{text(issuer.cop_code)}</copCode><copName>{text(issuer.cop_name)}</copName>"
        f"<dxpMode>DXP</dxpMode><dxpId>{text(issuer.dxp_id)}</dxpId></BaseTransfer>"
    )


def _message(code: str, namespace: str, guid: str, body: str, issuer: Issuer, signer: Sealer) -> bytes:
    root = f"{code}Message"
    opening = f'<{root} xmlns="{namespace}" guid="{guid}" version="1.0">'
    return signer.seal(f"{opening}{body}{base_transfer(issuer)}</{root}>".encode())


def build(
    code: str,
    namespace: str,
    guid: str,
    receipts: Sequence[Receipt],
    issuer: Issuer,
    signer: Sealer,
    enclosed: tuple[str, Mapping[str, str]] | None = None,
) -> bytes:
    """A signed receipt message, e.g. code "BVS112"; `guid` is the message's own.

    What is `enclosed` is an element and its fields, which are signed with it.
    """
    body = "".join(
        f"<{code}Return><guid>{receipt.guid}</guid>"
        + (f"<receiverId>{text(receipt.receiver)}</receiverId>" if receipt.receiver else "")
        + (f"<caseNo>{text(receipt.case)}</caseNo>" if receipt.case else "")
        + f"<oriCopMsgId>{text(receipt.ori_cop_msg_id)}</oriCopMsgId>"
        f"<oriGuid>{text(receipt.ori_guid)}</oriGuid>"
        f"<oriDigest>{receipt.ori_digest}</oriDigest><returnStatus>{int(receipt.status)}</returnStatus>"
        f"<returnTime>{return_time(receipt.time)}</returnTime>"
        f"<returnInfo>{text(receipt.info[:MAX_INFO])}</returnInfo></{code}Return>"
        for receipt in receipts
    )
    if enclosed is not None:
        name, fields = enclosed
        inside = "".join(f"<{field}>{text(value)}</{field}>" for field, value in fields.items())
        body += f"<{name}>{inside}</{name}>"
    return _message(code, namespace, guid, body, issuer, signer)


def build_unreadable(guid: str, unreadable: Unreadable, issuer: Issuer, signer: Sealer) -> bytes:
    """A signed EPT900Message."""
    body = (
        f"<EPT900Return><oriCopMsgId>{text(unreadable.ori_cop_msg_id)}</oriCopMsgId>"
        f"<oriMessageType>{text(unreadable.ori_message_type)}</oriMessageType>"
        f"<returnInfo>{text(unreadable.info[:MAX_INFO])}</returnInfo></EPT900Return>"
    )
    return _message("EPT900", EPT, guid, body, issuer, signer)


def parse(root: etree._Element) -> tuple[Receipt | Unreadable, ...]:
    """The returns in a receipt message, whose signature is checked elsewhere. Raises SchemaInvalid."""
    found: list[Receipt | Unreadable] = []
    for node in root:
        if not etree.QName(node).localname.endswith("Return"):
            continue
        values = {etree.QName(child).localname: child.text or "" for child in node}
        try:
            if "oriMessageType" in values:
                found.append(
                    Unreadable(values["oriCopMsgId"], values["oriMessageType"], values["returnInfo"])
                )
                continue
            found.append(
                Receipt(
                    guid=values["guid"],
                    ori_cop_msg_id=values["oriCopMsgId"],
                    ori_guid=values["oriGuid"],
                    ori_digest=values["oriDigest"],
                    status=int(values["returnStatus"]),
                    time=parse_return_time(values["returnTime"]),
                    info=values["returnInfo"],
                    case=values.get("caseNo"),
                    receiver=values.get("receiverId"),
                )
            )
        except (KeyError, ValueError) as error:
            raise SchemaInvalid(f"line {node.sourceline}: a return without a proper {error}") from None
    if not found:
        raise SchemaInvalid(f"{root.tag} holds no receipt")
    return tuple(found)
