"""Reading the mailbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gateway import pki
from hardware.file import CertificateFile
from messages import envelope, reply
from messages.faults import Fault
from messages.signature.sign import sign
from messages.signature.template import TemplateSigner
from messages.wire import new_guid
from receipts import document
from terminals.client import Response
from terminals.compose import Mode, Party, read_file, signed
from terminals.proof import Prover
from terminals.receipts import Cursors, Delivered, examine, read_delivered, read_page
from terminals.state import node_guids, refuses
from terminals.submit import judge
from terminals.trouble import NotProven, Unreachable, Unusable
from tests.terminals.office import DXP_ID, SAMPLE, Office
from tests.terminals.peer import BVS, ISSUER

NOW = datetime.now(UTC)
NODE = new_guid()
ROUTED = Path(__file__).parents[2] / "docs" / "routing" / "ABC101.xml"


def receipt(signer: TemplateSigner, when: datetime = NOW) -> bytes:
    """A receipt 120 by this signer."""
    one = document.Receipt(new_guid(), "ID1", NODE, "0" * 64, 120, when, "入库", "Z1")
    return document.build("BVS112", BVS, new_guid(), [one], ISSUER, signer)


def gateway_of(office: Office) -> TemplateSigner:
    """The gateway's signer."""
    return TemplateSigner(office.gateway.key, office.gateway.certificate)


def test_a_gateway_s_receipt_is_proven(office: Office, prover: Prover) -> None:
    """Its returns are handed out, and no fault."""
    proof, returns, fault = examine(receipt(gateway_of(office)), prover)
    assert fault == ""
    assert proof.gateway
    assert [found.ori_cop_msg_id for found in returns] == ["ID1"]


def test_another_party_s_certificate_makes_no_receipt(office: Office, prover: Prover) -> None:
    """A receipt signed by a certificate of the same CA, but no gateway's, is not proven."""
    forger = TemplateSigner(office.stranger.key, office.stranger.certificate)
    _, returns, fault = examine(receipt(forger), prover)
    assert returns == ()
    assert "not a gateway" in fault


def test_another_ca_s_gateway_makes_no_receipt(office: Office) -> None:
    """The same usage under a CA that is not trusted here counts for nothing."""
    other = Prover([pki.authority("another", NOW).certificate])
    _, returns, fault = examine(receipt(gateway_of(office)), other)
    assert returns == ()
    assert fault


def test_a_changed_receipt_is_not_proven(office: Office, prover: Prover) -> None:
    """One digit changed after signing is found."""
    changed = receipt(gateway_of(office)).replace(b">120<", b">800<")
    _, returns, fault = examine(changed, prover)
    assert returns == ()
    assert fault


def test_a_receipt_outlives_its_signer_s_certificate(office: Office) -> None:
    """An old receipt is checked for the day it was made, so it holds after the certificate has expired."""
    past = NOW - timedelta(days=100)
    key = pki.new_key()
    ca = pki.authority("old CA", past)
    old = pki.issue_signer(ca, key, pki.subject("gateway"), past, days=30, gateway=True)
    prover = Prover([ca.certificate])
    made_then = receipt(TemplateSigner(key, old), past + timedelta(days=1))
    made_later = receipt(TemplateSigner(key, old), NOW)
    assert examine(made_then, prover)[2] == ""
    assert "expired" in examine(made_later, prover)[2]


def test_a_revoked_gateway_s_receipt_is_not_proven(office: Office) -> None:
    """A revocation list given to the terminal counts, whatever date the receipt claims."""
    listed = [(office.gateway.certificate.serial_number, NOW - timedelta(days=1))]
    crl = pki.revocation_list(office.ca, listed, NOW)
    assert examine(receipt(gateway_of(office)), Prover([office.ca.certificate], [crl]))[2]


def test_a_party_s_message_is_shown_with_its_signer(
    office: Office, prover: Prover, signer: CertificateFile
) -> None:
    """What was routed here by another party is proven by its own certificate and has no returns."""
    data = signed(read_file(SAMPLE), Mode.SIGN, Party(DXP_ID), lambda: signer, NOW)
    proof, returns, fault = examine(data, prover)
    assert (returns, fault) == ((), "")
    assert "李录" in proof.who


def test_a_page_holds_documents_and_the_cursor_behind_them(office: Office, prover: Prover) -> None:
    """Each DxpMsg is read on its own; one that is not proven does not hide the others."""
    forger = TemplateSigner(office.stranger.key, office.stranger.certificate)
    head = envelope.Head("C1", ISSUER.dxp_id, (DXP_ID,), NOW, "BVS112Message")
    both = b"".join(envelope.build(head, receipt(by)) for by in (forger, gateway_of(office)))
    page = read_page(b'<Receipts next="r2">\n%s</Receipts>' % both, prover)
    assert page.next == "r2"
    assert [bool(one.fault) for one in page.delivered] == [True, False]
    assert page.delivered[1].type == "BVS112"


@pytest.mark.parametrize(
    "body", [b"<Receipts next='a b'/>", b"<html/>", b"{}", b"<Receipts next='r1'><a/></Receipts>"]
)
def test_what_is_no_page_is_refused(body: bytes, prover: Prover) -> None:
    """A proxy's page or a broken cursor is a Fault, not an empty mailbox."""
    with pytest.raises(Fault):
        read_page(body, prover)


def test_cursors_are_kept_for_each_mailbox(tmp_path: Path) -> None:
    """A new mailbox begins at the beginning; what was written is read again, by that party only."""
    mine = Cursors(tmp_path, "https://h:1", "A")
    assert mine.read() == ""
    mine.write("r2a")
    assert mine.read() == "r2a"
    assert Cursors(tmp_path, "https://h:1", "B").read() == ""
    mine.path.write_text("../../etc", encoding="ascii")
    with pytest.raises(Unusable):
        mine.read()


def said(office: Office, code: str, digest: str | None, head: envelope.Head | None = None) -> bytes:
    """A genuine reply."""
    return reply.build(reply.Reply(DXP_ID, code, "info", (), NOW, head, digest), gateway_of(office))


def test_a_replayed_acceptance_is_no_answer(office: Office, prover: Prover) -> None:
    """A genuine 0000 about other data, or about none, does not settle this message."""
    head = envelope.Head("C1", DXP_ID, ("X",), NOW, "BVS111Message")
    body = envelope.build(head, SAMPLE.read_bytes())
    for digest in ("0" * 64, None):
        with pytest.raises(NotProven):
            judge(Response(200, said(office, "0000", digest)), body, "https://h:1", prover)


def test_a_definitive_refusal_needs_no_digest(office: Office, prover: Prover) -> None:
    """What the gateway could not read it cannot name: 0001 without a digest is an answer."""
    body = envelope.build(envelope.Head("C1", DXP_ID, ("X",), NOW, "BVS111Message"), b"x")
    assert judge(Response(200, said(office, "0001", None)), body, "https://h:1", prover).code == "0001"


@pytest.mark.parametrize(
    ("status", "body"), [(404, b"not here"), (200, b"<html/>"), (302, b""), (401, b"{}")]
)
def test_what_is_no_reply_settles_nothing(status: int, body: bytes, prover: Prover) -> None:
    """A wrong address or a proxy's page leaves the message kept."""
    with pytest.raises(Unreachable):
        judge(Response(status, body), b"<a/>", "https://h:1", prover)


def test_a_wait_ends_at_what_speaks_against_it() -> None:
    """Faults, 退单 and failed sendings end a wait; every other status may be followed by more."""

    def of(status: int) -> document.Receipt:
        return document.Receipt("g", "i", "o", "d", status, NOW, "")

    assert [status for status in (1, 2, 3, 4, 100, 120, 300, -111004) if refuses(of(status))] == [
        4,
        100,
        -111004,
    ]
    assert refuses(document.Unreadable("i", "BVS111", ""))


def test_every_node_is_waited_for() -> None:
    """The guids of the nodes are found, the root's own is not among them."""
    assert node_guids(SAMPLE.read_bytes()) == {"1667E190-10E3-44F3-A81E-83EFDB3CDE62"}


def operator_of(office: Office) -> CertificateFile:
    """The operator's signer."""
    return CertificateFile(office.operator.key, office.operator.certificate)


def message_of(office: Office, sender: str = DXP_ID) -> bytes:
    """A routed message, signed by somebody who is no gateway, that says who sent it."""
    root = etree.parse(ROUTED).getroot()
    for element in root.iter("{*}dxpId"):
        element.text = sender
    return etree.tostring(sign(root, operator_of(office)))


def arrived(data: bytes, prover: Prover, **changes: Any) -> Delivered:
    """The document as it lies in a mailbox."""
    values: dict[str, Any] = {"cop_msg_id": "M1", "sender": DXP_ID, "receivers": ("B",), "created": NOW}
    values["msg_type"] = "ABC101Message"
    head = envelope.Head(**{**values, **changes})
    return read_delivered(envelope.build(head, data), prover)


def test_another_party_s_message_is_a_message_and_no_receipt(office: Office, prover: Prover) -> None:
    """It is proven as its sender's, and has no returns, so nothing takes it for a receipt."""
    found = arrived(message_of(office), prover)
    assert (found.fault, found.returns, found.type, found.sender) == ("", (), "ABC101", DXP_ID)
    assert not found.proof.gateway


@pytest.mark.parametrize("name", ["BVS112Message", "EPT900Message", "EPT910Message", "ABC102Message"])
def test_a_message_that_poses_as_a_receipt_is_neither(office: Office, prover: Prover, name: str) -> None:
    """Whatever its root and envelope claim: a party's certificate makes no receipt, nothing is believed."""
    data = message_of(office).replace(b"ABC101Message", name.encode())
    root = etree.fromstring(data)
    root.remove(root[-1])
    posing = etree.tostring(sign(root, operator_of(office)))
    found = arrived(posing, prover, sender="DXPGATE000000001", msg_type=name)
    assert found.returns == ()
    assert "not a gateway" in found.fault


def test_an_envelope_that_calls_a_message_a_receipt_makes_none(office: Office, prover: Prover) -> None:
    """The type is what was signed, and the sender whom the signed part names."""
    assert arrived(message_of(office), prover, msg_type="BVS112Message").type == "ABC101"
    found = arrived(message_of(office), prover, sender="DXPGATE000000001")
    assert found.returns == ()
    assert "signed as" in found.fault


def test_a_message_outlives_its_signer_s_certificate(office: Office) -> None:
    """It is checked for the moment in which the gateway took it, which is the envelope's time."""
    past = NOW - timedelta(days=100)
    key = pki.new_key()
    ca = pki.authority("old CA", past)
    holder = pki.issue_signer(ca, key, pki.subject("sender"), past, days=30)
    root = etree.parse(ROUTED).getroot()
    data = etree.tostring(sign(root, CertificateFile(key, holder)))
    prover = Prover([ca.certificate])
    sender = "DXPENT0000000001"
    assert arrived(data, prover, sender=sender, created=past + timedelta(days=1)).fault == ""
    assert arrived(data, prover, sender=sender).fault != ""
    assert arrived(data, prover, sender=sender, created=NOW + timedelta(days=9)).fault != ""
