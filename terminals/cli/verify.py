"""`verify`: who signed a document, and whether it holds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from lxml import etree

from messages import envelope, reply
from messages.faults import Fault
from messages.wire import CST, wire_time
from messages.xml import parse
from terminals.cli.desk import TRUST, Desk, options
from terminals.language import say
from terminals.proof import Proof, is_receipt, type_of
from terminals.trouble import NOT_VERIFIED, OK, Unusable

Document = tuple[str, dict[str, str], bytes, bool]  # kind, its values, signed bytes, gateways only


EXIT_CODES = """\b
Exit codes:
  0 all hold
  4 one does not
  8 a file or setting cannot be used
"""


@click.command(epilog=EXIT_CODES)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--at", "moment", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Check chain and date for this moment, +08:00 [when a receipt or reply was made, else now].",
)  # fmt: skip
@options(TRUST)
def verify(desk: Desk, files: tuple[Path, ...], moment: datetime | None) -> None:
    """Say who signed FILES and whether signature, chain and date hold.

    A file is a business message, a DxpMsg, a DxpRep, or a page of receipts. Receipts and replies must
    be signed by a gateway: a certificate with the key usage that only gateways get.
    """
    at = moment.replace(tzinfo=CST) if moment else None
    holds = True
    for file in files:
        count = 0
        for kind, values, document, gateway_only in documents(file):
            count += 1
            try:
                proof = desk.prover.prove(document, at)
            except Fault as fault:
                proof = Proof(signature_fault=fault.info)
            text = say(desk.lang, kind, **values)
            holds = _report(desk, file, text, proof, gateway_only) and holds
        if not count:
            desk.say("empty-page", file=file)
    sys.exit(OK if holds else NOT_VERIFIED)


def documents(file: Path) -> Iterator[Document]:
    """The signed documents in `file`; raises Unusable when it is none of the kinds."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Unusable("file-unreadable", file=file, reason=error.strerror or error) from None
    try:
        root = parse(content)
        name = etree.QName(root).localname
        if name == "Receipts":
            for child in root:
                yield _enveloped(etree.tostring(child, encoding="UTF-8", with_tail=False))
        elif root.tag == envelope.DXP_MSG:
            yield _enveloped(content)
        elif root.tag == reply.DXP_REP:
            yield "kind-reply", {}, content, True
        elif name.endswith("Message"):
            yield _message(content, root)
        else:
            raise Unusable("unknown-kind", file=file, root=name)
    except Fault as fault:
        raise Unusable("not-xml", file=file, reason=fault.info) from None


def _message(content: bytes, root: etree._Element) -> Document:
    receipt = is_receipt(root)
    return "kind-receipt" if receipt else "kind-business", {"type": type_of(root)}, content, receipt


def _enveloped(body: bytes) -> Document:
    found = envelope.parse(body)
    root = parse(found.data)
    values = {"sender": found.head.sender, "type": type_of(root)}  # MsgType is signed by nobody
    return "kind-envelope", values, found.data, is_receipt(root)


def _report(desk: Desk, file: Path, text: str, proof: Proof, gateway_only: bool) -> bool:
    """Print every check; whether all that count hold."""

    def mark(good: bool) -> str:
        return say(desk.lang, "holds" if good else "fails")

    desk.say("verify-head", file=file, kind=text)
    desk.say("verify-signature", mark=mark(not proof.signature_fault), detail=proof.signature_fault)
    if proof.signature_fault:
        return False
    desk.say("verify-signer", who=proof.who)
    desk.say("verify-card", card=say(desk.lang, f"card-{proof.card}"))
    when = say(desk.lang, "at", date=wire_time(proof.at or datetime.now(UTC)))
    desk.say("verify-chain", mark=mark(not proof.chain_fault), detail=proof.chain_fault or when)
    if gateway_only:
        told = say(desk.lang, "gateway-yes" if proof.gateway else "gateway-no")
        desk.say("verify-gateway", mark=mark(proof.gateway), detail=told)
    return not proof.chain_fault and (proof.gateway or not gateway_only)
