"""The DXP envelope (终端节点): who sends which message to whom, around a Data that it does not vouch for.

Knows the envelope's layout, and that nothing may be decided by it alone: only Data is signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pybase64
from lxml import etree

from messages.faults import NotWellFormed, SchemaInvalid, Violation
from messages.wire import parse_wire_time, wire_time
from messages.xml import line_of, text
from messages.xml import parse as parse_xml

DXP = "http://www.chinaport.gov.cn/dxp"
DXP_MSG = f"{{{DXP}}}DxpMsg"
ADD_INFO = ("FileName", "IcCard", "BizKey", "IsText", "RecMapId")

_WHITESPACE = dict.fromkeys(map(ord, " \t\r\n"))


def dxp(name: str) -> str:
    """The qualified name of an element of the envelope."""
    return f"{{{DXP}}}{name}"


_TRANS_INFO, _DATA, _ADD_INFO = dxp("TransInfo"), dxp("Data"), dxp("AddInfo")


@dataclass(frozen=True, slots=True)
class Head:
    """TransInfo: CreatTime is spelled so by E-Port."""

    cop_msg_id: str
    sender: str
    receivers: tuple[str, ...]
    created: datetime
    msg_type: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """One DxpMsg, decoded."""

    head: Head
    data: bytes  # decoded
    add_info: Mapping[str, str] = field(default_factory=dict)


def head_xml(head: Head) -> str:
    """TransInfo's children as canonical text; the reply's OriHead has the same."""
    receivers = "".join(f"<ReceiverId>{text(receiver)}</ReceiverId>" for receiver in head.receivers)
    return (
        f"<CopMsgId>{text(head.cop_msg_id)}</CopMsgId><SenderId>{text(head.sender)}</SenderId>"
        f"<ReceiverIds>{receivers}</ReceiverIds><CreatTime>{wire_time(head.created)}</CreatTime>"
        f"<MsgType>{text(head.msg_type)}</MsgType>"
    )


def build(head: Head, data: bytes, add_info: Mapping[str, str] | None = None) -> bytes:
    """A DxpMsg around `data`, the bytes of one business message."""
    given = add_info or {}
    unknown = given.keys() - set(ADD_INFO)
    if unknown:
        raise ValueError(f"AddInfo has no {', '.join(sorted(unknown))}")
    extra = "".join(f"<{name}>{text(given[name])}</{name}>" for name in ADD_INFO if name in given)
    opening = f'<DxpMsg xmlns="{DXP}" ver="1.0"><TransInfo>{head_xml(head)}</TransInfo><Data>'
    closing = "</Data>" + (f"<AddInfo>{extra}</AddInfo>" if extra else "") + "</DxpMsg>"
    return b"".join((opening.encode(), pybase64.b64encode(data), closing.encode()))


def read_head(parent: etree._Element | None) -> Head:
    """The head under a TransInfo or OriHead element that its schema has accepted."""
    if parent is None:
        raise SchemaInvalid("the head is missing")
    values = {child.tag.rpartition("}")[2]: child for child in parent}
    try:
        return Head(
            cop_msg_id=values["CopMsgId"].text or "",
            sender=values["SenderId"].text or "",
            receivers=tuple(receiver.text or "" for receiver in values["ReceiverIds"]),
            created=parse_wire_time(values["CreatTime"].text or ""),
            msg_type=values["MsgType"].text or "",
        )
    except KeyError as error:
        raise SchemaInvalid(f"{error.args[0]} is missing") from None
    except ValueError as error:
        found = Violation("/DxpMsg/TransInfo/CreatTime", line_of(values["CreatTime"]), "dateTime", str(error))
        raise SchemaInvalid("CreatTime is not a time of 2000 to 2099 with an offset", (found,)) from None


def _decoded(encoded: str) -> bytes:
    try:
        return pybase64.b64decode(encoded, validate=True)
    except ValueError:
        pass  # base64 may hold whitespace; few senders write it so
    try:
        return pybase64.b64decode(encoded.translate(_WHITESPACE), validate=True)
    except ValueError as error:
        raise NotWellFormed(f"Data is not base64: {error}") from None


def read(root: etree._Element) -> Envelope:
    """The envelope under a DxpMsg element that its schema has accepted.

    Raises NotWellFormed when Data is not base64.
    """
    head = read_head(root.find(_TRANS_INFO))
    data = _decoded(root.findtext(_DATA) or "")
    extra = root.find(_ADD_INFO)
    info = {} if extra is None else {etree.QName(child).localname: child.text or "" for child in extra}
    return Envelope(head, data, info)


def parse(body: bytes) -> Envelope:
    """The envelope in `body`, for readers that hold no schema; Fault when it is none."""
    root = parse_xml(body)
    if root.tag != DXP_MSG:
        raise SchemaInvalid(f"the root is {root.tag}, not DxpMsg of {DXP}")
    return read(root)
