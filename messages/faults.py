"""Why a message is refused: each class carries its response code (响应代码), so there is no mapping table.

Knows the codes of the exchange (DESIGN.md, "Reply") and nothing of HTTP, storage or who is asking.
A fault becomes a reply in one place, the intake; a `NodeFault` becomes a receipt in one place, the dispatch.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_VIOLATIONS = 25


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: where it is (XPath and line in the decoded Data) and what it asks."""

    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path} (line {self.line}): {self.text} [{self.rule}]"


class Fault(Exception):
    """A refusal that its sender can read and act upon; `words` are those of its code, (zh, en)."""

    code = "3001"
    words = ("系统故障", "an error of the gateway")

    def __init__(self, info: str, violations: tuple[Violation, ...] = ()) -> None:
        super().__init__(info)
        self.info = info
        self.violations = violations[:MAX_VIOLATIONS]


class NotWellFormed(Fault):
    """Not an XML document of the profile: UTF-8, no DTD, comment or processing instruction, not too deep."""

    code = "0001"
    words = ("报文格式错误", "not well formed")


class SchemaInvalid(Fault):
    """Well formed, but not what the XSD of its type says; the violations say where."""

    code = "0002"
    words = ("不符合报文结构", "does not fit its schema")


class IdentifierUsed(Fault):
    """The CopMsgId or the root guid was accepted before with other content (own code)."""

    code = "0003"
    words = ("编号已用于其他内容", "its number was used for other content")


class SignatureInvalid(Fault):
    """No signature of the profile, or a SignatureValue that the certificate's key did not make."""

    code = "1001"
    words = ("签名无效", "invalid signature")


class CertificateRefused(Fault):
    """The certificate is expired, revoked, not of a configured CA, or not registered."""

    code = "1002"
    words = ("证书无效或未登记", "certificate refused")


class DigestMismatch(Fault):
    """The signature is genuine, but the data is not what was signed."""

    code = "1004"
    words = ("内容与签名不符", "content differs from what was signed")


class ReceiverUnknown(Fault):
    """A receiver that is not known here, or not one for this type."""

    code = "2001"
    words = ("接收方不存在", "unknown receiver")


class SenderRefused(Fault):
    """The sender named is not the signer, or may not send this."""

    code = "2002"
    words = ("发送方无权发送", "may not be sent by its sender")


class CertificateUnfit(SenderRefused):
    """The sender is proven, but its role, card or key may not send this (与卡信息不匹配).

    The violations say what is demanded; each node gets a receipt of it, for the party's other programs.
    """


class Unavailable(Fault):
    """The gateway could not take the message now: send the same bytes again."""

    code = "3001"
    words = ("系统繁忙", "the gateway could not take it")


FAULTS: dict[str, type[Fault]] = {
    kind.code: kind
    for kind in (
        NotWellFormed, SchemaInvalid, IdentifierUsed, SignatureInvalid, CertificateRefused,
        DigestMismatch, ReceiverUnknown, SenderRefused, Unavailable,
    )
}  # fmt: skip


class NodeFault(Exception):
    """One business node (业务节点) of an accepted message is refused; its receipt's status is -NNNnnn.

    NNN is the message number, nnn this fault's `number`: E-Port's own below 100, this project's from 100.
    """

    def __init__(self, number: int, info: str) -> None:
        super().__init__(info)
        self.number = number
        self.info = info
