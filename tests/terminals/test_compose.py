"""From a file to a signed envelope."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from hardware.file import CertificateFile
from messages import envelope
from messages.signature.profile import DS
from messages.signature.verify import CertificateCache, verify
from messages.xml import parse
from terminals.compose import Mode, Party, envelope_of, fill, freshen, party_of, read_file, sender_of, signed
from terminals.trouble import Unusable
from tests.terminals.office import CUSTOMS, DXP_ID, SAMPLE, Office
from tests.terminals.peer import BVS

NOW = datetime(2026, 11, 21, 0, 0, 5, tzinfo=UTC)
PARTY = Party(DXP_ID, "3122260001", "浦东演示进出口有限公司")


def values(document: bytes | etree._Element) -> dict[str, str]:
    """The text of every leaf by its name."""
    root = parse(document) if isinstance(document, bytes) else document
    return {etree.QName(found).localname: found.text or "" for found in root.iter() if not len(found)}


def send_as(mode: Mode, signer: CertificateFile, file: Path = SAMPLE) -> bytes:
    """The file, signed."""
    return signed(read_file(file), mode, PARTY, lambda: signer, NOW)


def test_xmlsec1_accepts_what_is_signed(office: Office, signer: CertificateFile, tmp_path: Path) -> None:
    """The sample, signed here, verifies with the reference implementation against the CA."""
    file = tmp_path / "signed.xml"
    file.write_bytes(send_as(Mode.SIGN, signer))
    command = [
        "xmlsec1",
        "--verify",
        "--trusted-pem",
        str(office.ca_pem),
        "--enabled-key-data",
        "x509",
        str(file),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_who_sends_is_filled_in_and_the_rest_kept(signer: CertificateFile) -> None:
    """BaseTransfer names the signer's party; every other value is the file's own."""
    before, after = values(SAMPLE.read_bytes()), values(send_as(Mode.SIGN, signer))
    filled = {"copCode", "copName", "dxpId"}
    assert (after["copCode"], after["copName"], after["dxpId"]) == ("3122260001", PARTY.cop_name, DXP_ID)
    kept = {name: value for name, value in before.items() if name not in filled}
    assert kept.items() <= after.items()


@pytest.mark.parametrize("start", ["", '<?xml version="1.0"?>', '<?xml version="1.0"?>\n\n', "\n"])
def test_what_is_signed_keeps_the_lines_of_its_file(
    signer: CertificateFile, tmp_path: Path, start: str
) -> None:
    """A refusal's line can be looked up in the file, whatever stands before its root."""
    file = tmp_path / "a.xml"
    file.write_bytes(start.encode() + etree.tostring(etree.parse(SAMPLE)))
    lines = [
        {one.tag: one.sourceline for one in parse(data).iter() if not str(one.tag).startswith(f"{{{DS}}}")}
        for data in (file.read_bytes(), send_as(Mode.SIGN, signer, file))
    ]
    assert lines[0] == lines[1]


def test_an_earlier_signature_is_replaced(signer: CertificateFile, tmp_path: Path) -> None:
    """Signing what is signed already leaves one signature, over what is sent now."""
    file = tmp_path / "again.xml"
    file.write_bytes(send_as(Mode.SIGN, signer))
    assert (
        verify(parse(send_as(Mode.FRESH, signer, file)), CertificateCache()).certificate == signer.certificate
    )


def test_signing_again_gives_the_same_bytes_with_an_rsa_key(signer: CertificateFile) -> None:
    """An RSA signature is deterministic, so a file sent twice is the same Data twice."""
    assert send_as(Mode.SIGN, signer) == send_as(Mode.SIGN, signer)


def test_a_fresh_copy_was_never_sent_before(signer: CertificateFile) -> None:
    """New guids, appTime of now, an inner number of at most 20 letters and digits; lines as they were."""
    before, after = values(SAMPLE.read_bytes()), values(send_as(Mode.FRESH, signer))
    assert after["guid"] != before["guid"]
    assert parse(send_as(Mode.FRESH, signer)).get("guid") != parse(SAMPLE.read_bytes()).get("guid")
    assert after["appTime"] == "20261121080005"
    assert after["etpsInnerNo"] != before["etpsInnerNo"]
    assert len(after["etpsInnerNo"]) == 20
    assert after["etpsInnerNo"].isalnum()
    assert after["totalQty"] == before["totalQty"]


def test_a_fresh_request_has_a_reference_number_of_its_own() -> None:
    """协查函编号 as 企业内部编号: a sample can be sent again."""
    root = etree.parse(SAMPLE.parents[1] / "assistance" / "CMA111.xml").getroot()
    before = root.findtext("*/{*}letterNo")
    freshen(root, NOW)
    after = root.findtext("*/{*}letterNo")
    assert after
    assert after != before


def test_a_change_keeps_the_inner_number_it_is_about() -> None:
    """Only what is new (appType 1) gets another inner number."""
    root = etree.fromstring(SAMPLE.read_bytes().replace(b"<appType>1<", b"<appType>2<"))
    freshen(root, NOW)
    assert values(root)["etpsInnerNo"] == values(SAMPLE.read_bytes())["etpsInnerNo"]


def test_a_signed_file_goes_as_it_is(signer: CertificateFile, tmp_path: Path) -> None:
    """As-is, not a byte changes; a file without a signature is refused."""
    file = tmp_path / "signed.xml"
    file.write_bytes(send_as(Mode.SIGN, signer) + b"\n")
    assert send_as(Mode.AS_IS, signer, file) == file.read_bytes()
    with pytest.raises(Unusable, match="--as-is"):
        send_as(Mode.AS_IS, signer)


@pytest.mark.parametrize("inside", ["", "<dxpId>X</dxpId>", "<copCode>1</copCode><note>n</note>"])
def test_base_transfer_comes_out_in_the_order_of_its_schema(inside: str) -> None:
    """Whatever the file has of it, the fields stand in order and a note stays last."""
    root = etree.fromstring(f'<M xmlns="{BVS}"><BaseTransfer>{inside}</BaseTransfer></M>')
    fill(root, PARTY)
    names = [etree.QName(child).localname for child in root[0]]
    assert names == ["copCode", "copName", "dxpMode", "dxpId", "note"][: len(names)]
    assert values(root)["dxpId"] == DXP_ID


def test_a_missing_base_transfer_is_made() -> None:
    """A file without BaseTransfer gets one, in its own namespace."""
    root = etree.fromstring(f'<M xmlns="{BVS}"><Node/></M>')
    fill(root, PARTY)
    assert sender_of(etree.tostring(root)) == DXP_ID


def test_what_is_not_known_stays_as_the_file_has_it() -> None:
    """Without a known copCode the file's own is kept."""
    root = etree.fromstring(SAMPLE.read_bytes())
    fill(root, Party(dxp_id="X1"))
    assert (values(root)["copCode"], values(root)["dxpId"]) == (values(SAMPLE.read_bytes())["copCode"], "X1")


def test_the_envelope_says_who_to_whom_and_what(signer: CertificateFile) -> None:
    """Sender, receivers, the root's name and the file's name around the very bytes."""
    data = send_as(Mode.SIGN, signer)
    found = envelope.parse(envelope_of(read_file(SAMPLE), data, DXP_ID, (CUSTOMS, "X2"), NOW))
    assert found.data == data
    assert (found.head.sender, found.head.receivers) == (DXP_ID, (CUSTOMS, "X2"))
    assert (found.head.msg_type, found.add_info["FileName"]) == ("BVS111Message", "BVS111.xml")


def test_the_certificate_names_the_party(signer: CertificateFile) -> None:
    """O is the party's name, OU its dxpId."""
    assert party_of(signer.certificate) == Party(DXP_ID, "", "浦东演示进出口有限公司")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"<a>\n<b></a>", "line 2"),
        (b"<!DOCTYPE a []><a/>", "DTD"),
        (b"<Order/>", "Order"),
        ("<a>保税</a>".encode("gbk"), "line 1"),
    ],
)
def test_what_cannot_be_sent_is_said_with_its_place(content: bytes, told: str, tmp_path: Path) -> None:
    """A broken file names the file, the line and the reason, before anything is signed."""
    file = tmp_path / "wrong.xml"
    file.write_bytes(content)
    with pytest.raises(Unusable, match=told) as failure:
        read_file(file)
    assert "wrong.xml" in str(failure.value)
