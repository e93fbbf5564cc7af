"""Types by configuration: which schemas are taken, and what is said of those that are not."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from lxml import etree

from gateway.frames import decode, encode
from messages.catalogue import OWN, SchemaFolderError
from messages.codes import CodeLists
from messages.envelope import Head, build
from messages.examine import Examiner, Limits
from messages.faults import SchemaInvalid
from messages.routed import LARGEST, Routed, forbidden, read
from messages.schemas import Schemas
from messages.signature.trust import Trust
from messages.signature.verify import CertificateCache
from tests.messages.examining import SENT, now
from tests.messages.signature.making import authority, holder, make

SAMPLES = Path(__file__).parents[2] / "docs" / "routing"
ABC = Routed("ABC101")
LINE = '<xs:element name="goods" type="TextLine"/>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the sample's schema."""
    shutil.copy(SAMPLES / "ABC101.xsd", tmp_path)
    return tmp_path


def changed(folder: Path, old: str, new: str) -> Path:
    """The schema with something else in one place."""
    path = folder / "ABC101.xsd"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def refused(folder: Path, *types: Routed) -> str:
    """What is said of them."""
    with pytest.raises(SchemaFolderError) as caught:
        read(folder, types or (ABC,))
    return str(caught.value)


def test_a_schema_becomes_one_document_that_needs_no_other(folder: Path, tmp_path: Path) -> None:
    """What holds is all in it: no include is left, and the sample is what it says."""
    routes, texts = read(folder, [ABC])
    text = texts["ABC101"]
    assert b"include" not in text
    assert routes.by_root["{urn:example:orders:1}ABC101Message"] is routes.by_code["ABC101"]
    schema = etree.XMLSchema(etree.fromstring(text))
    sample = etree.parse(SAMPLES / "ABC101.xml").getroot()
    etree.SubElement(sample, "{http://www.w3.org/2000/09/xmldsig#}Signature")
    schema.assertValid(sample)


def test_files_of_the_folder_may_be_included_and_one_of_them_twice(folder: Path) -> None:
    """Types that several schemas share lie in a file of their own, which may include others."""
    head = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">'
    (folder / "sub").mkdir()
    (folder / "sub" / "goods.xsd").write_text(
        f'{head}<xs:annotation><xs:appinfo><any xmlns="urn:x"/></xs:appinfo></xs:annotation>'
        '<xs:include schemaLocation="../base.xsd"/>'
        '<xs:simpleType name="Goods"><xs:restriction base="TextLine"/></xs:simpleType></xs:schema>'
    )
    twice = '<xs:include schemaLocation="sub/goods.xsd"/>' * 2
    changed(folder, '<xs:include schemaLocation="base.xsd"/>', twice)
    changed(folder, LINE, '<xs:element name="goods" type="Goods"/>')
    assert b"Goods" in read(folder, [ABC])[1]["ABC101"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('schemaLocation="base.xsd"', 'schemaLocation="/etc/passwd"', "put that file into"),
        ('schemaLocation="base.xsd"', 'schemaLocation="../outside.xsd"', "put that file into"),
        ('schemaLocation="base.xsd"', 'schemaLocation="http://127.0.0.1:1/x.xsd"', "put that file into"),
        ('schemaLocation="base.xsd"', 'schemaLocation="link.xsd"', "put that file into"),
        ('schemaLocation="base.xsd"', "", "put that file into"),
        ('schemaLocation="base.xsd"', 'schemaLocation="other.xsd"', "other.xsd"),
        ('<xs:include schemaLocation="base.xsd"/>', "", "add <xs:include"),
        ("xs:include schemaLocation", "xs:import schemaLocation", "import is not for messages"),
        ("xs:include schemaLocation", "xs:redefine schemaLocation", "redefine is not for messages"),
        ("<xs:schema", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xs:schema', "DOCTYPE"),
        (LINE, LINE.replace("goods", "&amp;"), "ABC101.xsd"),
        (LINE, '<xs:any processContents="skip"/>', "any lets anything through"),
        (LINE, '<xs:element name="goods"/>', "goods may hold anything"),
        (LINE, '<xs:element name="goods" type="xs:anyType"/>', "goods may hold anything"),
        (LINE, LINE.replace("goods", "BVS112Return"), "only receipts"),
        (LINE, '<xs:element name="goods" type="TextLine" form="unqualified"/>', "no namespace"),
        (LINE, '<xs:element name="goods" type="NoSuchType"/>', "NoSuchType"),
        ('elementFormDefault="qualified"', "", "all in one namespace"),
        ('xmlns="urn:example:orders:1"', 'xmlns:t="urn:example:orders:1"', "begin it with"),
        ("urn:example:orders:1", "urn:eport-gateway:bvs:1", "give it one of your own"),
        ("urn:example:orders:1", "http://www.chinaport.gov.cn/dxp", "give it one of your own"),
        ("urn:example:orders:1", "http://www.w3.org/2000/09/xmldsig#", "give it one of your own"),
        ('targetNamespace="urn:example:orders:1"', "", "give it one of your own"),
        ("urn:example:orders:1", "urn:a&quot;b", "ABC101.xsd"),
        ('name="ABC101Message"', 'name="ABC103Message"', "declare ABC101Message"),
        ('name="ABC101Message"', 'name="BVS112Message"', "declare ABC101Message"),
        ("</xs:schema>", '<xs:element name="More" type="TextLine"/></xs:schema>', "declare ABC101Message"),
        ('<xs:group ref="Closing"/>', "", "Closing"),
        ('<xs:group ref="Closing"/>', '<xs:group ref="Closing" minOccurs="0"/>', "Closing"),
        ('<xs:attributeGroup ref="MessageAttributes"/>', "", "MessageAttributes"),
        ("</xs:schema>", '<xs:group name="Closing"><xs:sequence/></xs:group></xs:schema>', "Closing"),
        ("</xs:schema>", "", "ABC101.xsd"),
        ("<xs:schema", "<schema", "ABC101.xsd"),
        ("</xs:schema>", " " * LARGEST + "</xs:schema>", "more than"),
    ],
)  # fmt: skip
def test_a_schema_that_cannot_be_taken_is_refused_with_what_to_change(
    folder: Path, old: str, new: str, said: str
) -> None:
    """Files from elsewhere, entities, wildcards, a receipt's words, another frame: each has its sentence."""
    (folder.parent / "outside.xsd").write_text("<x/>")
    (folder / "link.xsd").symlink_to("/etc/hostname")
    everywhere = old == "urn:example:orders:1"
    path = folder / "ABC101.xsd"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new) if everywhere else text.replace(old, new, 1), encoding="utf-8")
    told = refused(folder)
    assert said in told
    assert str(folder) in told


@pytest.mark.parametrize(
    "code", ["BVS113", "CMA991", "ENT001", "PSI001", "DEC999", "EPT911", "DXP101", "ABC102", "abc101", "ABC1",
             "ABC101\n", "../x", "ＡＢＣ101", "ABC1٠1"]
)  # fmt: skip
def test_a_code_that_is_a_systems_or_a_receipts_is_refused(folder: Path, code: str) -> None:
    """The five systems keep their letters, EPT is the gateway's, and even numbers are receipts'."""
    assert re.search("take other letters|cannot be a type's code", refused(folder, Routed(code)))


def test_a_type_is_configured_once_and_has_a_schema(folder: Path) -> None:
    """Twice is a slip; a line without its file says where the file is looked for."""
    assert "twice" in refused(folder, ABC, ABC)
    assert "ABC103.xsd" in refused(folder, Routed("ABC103"))


def test_what_is_said_of_receivers_holds_whoever_they_are() -> None:
    """The sender itself, and a receiver that is named twice."""
    assert list(forbidden("A", ("B", "C"))) == []
    assert list(forbidden("A", ("B", "A", "B"))) == ["A is the sender itself", "B is named twice"]


def test_the_examination_takes_a_routed_message_and_leaves_its_content_alone(folder: Path) -> None:
    """The same way as any other, to a result without nodes, with what its receivers get of the envelope."""
    routes, texts = read(folder, [ABC])
    target = folder / "in-force"
    target.mkdir()
    (target / "ABC101.xsd").write_bytes(texts["ABC101"])
    examiner = Examiner(
        Schemas(OWN, target), Trust([authority().certificate]), CertificateCache(), CodeLists(),
        limits=Limits(lines=3), routes=routes,
    )  # fmt: skip
    text = (SAMPLES / "ABC101.xml").read_text(encoding="utf-8")
    data = make(text, holder("p256"))
    head = Head("MSG-1", "DXPENT0000000001", ("DXPENT0000000002",), SENT, "ABC101Message")
    found = decode(encode(examiner.examine(build(head, data, {"BizKey": "PO-1"}), now())))
    assert found.fault is None
    assert (found.type, found.nodes, found.add_info) == ("ABC101", [], {"BizKey": "PO-1"})
    assert (found.guid, found.dxp_id) == ("3B6F0C52-7E4D-4B1A-9C88-51D2A7E4F901", "DXPENT0000000001")

    wrong = make(text.replace("<qty>400</qty>", "<qty>many</qty>"), holder("p256"))
    fault = examiner.examine(build(head, wrong), now()).fault
    assert isinstance(fault, SchemaInvalid)
    assert fault.violations[0].path == "/ABC101Message/Order/Line/qty"

    crowd = make(text.replace("<Order>", "<Order/>" * 4 + "<Order>"), holder("p256"))
    fault = examiner.examine(build(head, crowd), now()).fault
    assert isinstance(fault, SchemaInvalid)
    assert "at most 3" in fault.info


def test_a_type_that_is_not_configured_is_none(folder: Path) -> None:
    """Its schema in the folder alone makes nothing of it."""
    text = (SAMPLES / "ABC101.xml").read_text(encoding="utf-8")
    head = Head("MSG-1", "DXPENT0000000001", ("DXPENT0000000002",), SENT, "ABC101Message")
    examiner = Examiner(Schemas(), Trust([authority().certificate]), CertificateCache(), CodeLists())
    fault = examiner.examine(build(head, make(text, holder("p256"))), now()).fault
    assert isinstance(fault, SchemaInvalid)
    assert "no message type" in fault.info
