"""The schema check: what it lets through, what it refuses, and the words it finds for it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from messages import violations
from messages.catalogue import OWN, SchemaFolderError, standalone
from messages.faults import SchemaInvalid, Violation
from messages.forms import form
from messages.schemas import Schemas
from messages.xml import parse

ALL_SAMPLES = Path(__file__).parents[1] / "samples"
SAMPLES = sorted(ALL_SAMPLES.glob("*/*.xml"))
SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.sampled_from("\t\n 0aA")
GUID = "8F3C1D52-0A47-4B1E-9E7A-5C6D7E8F9A0B"
NOT_EMPTY = "must not be empty"


def signed(text: str) -> str:
    """The sample with the place of its signature taken."""
    end = text.rindex("</")
    return f"{text[:end]}{SIGNATURE}{text[end:]}"


DECLARED = signed((ALL_SAMPLES / "bonded" / "BVS111.xml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    """Own schemas, compiled once."""
    return Schemas()


def refusal(schemas: Schemas, text: str) -> SchemaInvalid:
    """The fault that the text is refused with."""
    with pytest.raises(SchemaInvalid) as caught:
        schemas.check(parse(text.encode()))
    return caught.value


def only(schemas: Schemas, text: str) -> Violation:
    """The one violation that the text is refused for."""
    found = refusal(schemas, text).violations
    assert len(found) == 1, [str(each) for each in found]
    return found[0]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_is_valid_but_for_its_signature(schemas: Schemas, path: Path) -> None:
    """A sample lacks its signature and nothing else."""
    text = path.read_text(encoding="utf-8")
    missing = only(schemas, text)
    assert (missing.rule, missing.path.rpartition("/")[2]) == ("required", "ds:Signature")
    schemas.check(parse(signed(text).encode()))


BROKEN = {
    "too long": ("PD20240916A", "P" * 21, "/etpsInnerNo", 8, "maxLength", "has 21 characters, at most 20"),
    "other code": (
        "<mgmtMode>3<",
        "<mgmtMode>7<",
        "/mgmtMode",
        12,
        "enumeration",
        "3 (processing trade handbook)",
    ),
    "missing": (
        "<unit>007</unit>",
        "",
        "/Line[1]/unit",
        24,
        "required",
        "unit 计量单位 is required and missing",
    ),
    "disorder": (
        "<etpsCode>",
        "<contact>陆</contact><etpsCode>",
        "/etpsCode",
        9,
        "required",
        "before contact",
    ),
    "twice": (
        "<recordNo>1<",
        "<recordNo>1</recordNo><recordNo>1<",
        "/Line[1]/recordNo[2]",
        19,
        "maxOccurs",
        "at most 1",
    ),
    "unknown": (
        "<contact>",
        "<colour>1</colour><contact>",
        "/colour",
        15,
        "unknown",
        "colour is no field of Stocktake",
    ),
    "foreign": ("<contact>", '<contact xmlns="urn:x">', "/contact", 15, "unknown", "of namespace urn:x"),
    "empty": ("陆知秋", "", "/contact", 15, "empty", NOT_EMPTY),
    "blank": ("陆知秋", "　", "/contact", 15, "pattern", "one line of text"),
    "two lines": ("陆知秋", "陆\n知秋", "/contact", 15, "pattern", "one line of text"),
    "terminal control": ("陆知秋", "\x9b2J", "/contact", 15, "pattern", "without control characters"),
    "no number": ("<stockQty>12500<", "<stockQty>many<", "/Line[1]/stockQty", 24, "pattern", "'many' is not"),
    "no such day": ("20240916</stockDate", "20241316</stockDate", "/stockDate", 11, "pattern", "yyyyMMdd"),
    "text inside": ("<Line>", "<Line>5 x", "/Line[1]", 18, "content", "haracter"),
    "element inside": ("<unit>007<", "<unit><b/>007<", "/Line[1]/unit", 23, "content", "simple"),
    "nil": ("<contact>", f'<contact {XSI} xsi:nil="true">', "/contact", 15, "xsi", "must not carry xsi:nil"),
}


@pytest.mark.parametrize("large", [False, True], ids=["small", "large"])
@pytest.mark.parametrize("case", BROKEN)
def test_a_violation_names_field_line_rule_and_reason(
    schemas: Schemas, monkeypatch: pytest.MonkeyPatch, case: str, large: bool
) -> None:
    """A broken document is refused with the field, its line, the rule and words, whatever its size."""
    if large:
        monkeypatch.setattr(violations, "SMALL", 0)
    old, new, path, line, rule, words = BROKEN[case]
    assert old in DECLARED
    found = only(schemas, DECLARED.replace(old, new, 1))
    assert (found.path, found.line, found.rule) == (f"/BVS111Message/Stocktake{path}", line, rule)
    assert words in found.text


def test_everything_wrong_is_told_at_once(schemas: Schemas) -> None:
    """A sender gets all that is wrong in one reply, in one line too."""
    text = DECLARED.replace("<unit>007</unit>", "").replace(">12500<", ">-1<").replace("陆知秋", "")
    fault = refusal(schemas, text)
    assert [each.line for each in fault.violations] == [15, 24, 24]
    assert {each.path.rpartition("/")[2] for each in fault.violations} == {"contact", "unit", "stockQty"}
    assert "and 2 more" in fault.info


def test_no_more_than_25_violations_are_told(schemas: Schemas) -> None:
    """A document with a thousand errors gets 25 of them back."""
    line = DECLARED[DECLARED.index("<Line>") : DECLARED.index("</Line>") + 7].replace(">12500<", ">x<")
    assert len(refusal(schemas, DECLARED.replace("<Line>", f"{line * 1000}<Line>", 1)).violations) == 25


def many_lines(count: int) -> str:
    """A declaration with this number of lines, the last of which is that of the sample."""
    line = DECLARED[DECLARED.index("<Line>") : DECLARED.index("</Line>") + 8]
    five = DECLARED.count("<Line>")
    return DECLARED.replace("<Line>", f"{line * (count - five)}<Line>", 1)


def test_an_error_far_down_is_told_with_its_own_line(schemas: Schemas) -> None:
    """In a long document too, path and line are those of the document that was sent."""
    text = many_lines(3000)
    schemas.check(parse(text.encode()))
    place = text.rindex("<unit>")
    broken = f"{text[:place]}<unit>kg</unit><unit>{text[place + 6 :]}".replace("<contact>陆知秋", "<contact>")
    found = refusal(schemas, broken).violations
    assert [(each.path.rpartition("Stocktake")[2], each.line) for each in found] == [
        ("/contact", 15),
        ("/Line[3000]/unit[1]", broken[:place].count("\n") + 1),
        ("/Line[3000]/unit[2]", broken[:place].count("\n") + 1),
    ]


def test_a_document_full_of_errors_costs_no_more_than_one_without(schemas: Schemas) -> None:
    """A hundred thousand errors in 10,000 lines are refused by work that grows with the length only."""
    text = re.sub(r"<(\w+)>[^<\s]+</", r"<\1> </", many_lines(10_000))
    started = time.process_time()
    assert len(refusal(schemas, text).violations) == 25
    assert time.process_time() - started < 4  # a tenth of that; ten seconds where cost is quadratic


def test_too_many_lines_are_told(schemas: Schemas) -> None:
    """10,000 lines are taken, one more is refused by number."""
    schemas.check(parse(many_lines(10_000).encode()))
    found = only(schemas, many_lines(10_001))
    assert (found.rule, found.path.rpartition("/")[2]) == ("maxOccurs", "Line[10001]")


def test_a_long_value_is_not_sent_back(schemas: Schemas) -> None:
    """A reply does not grow with the wrong value it speaks of."""
    text = DECLARED.replace("<stockQty>12500<", f"<stockQty>{'9' * 50_000}x<", 1)
    assert len(str(only(schemas, text))) < 300


@pytest.mark.parametrize("quantity", ["0", "0.00001", "123456789012345678", "123456789012.12345", "007"])
def test_a_quantity_has_up_to_18_characters_and_5_places(schemas: Schemas, quantity: str) -> None:
    """Every number that the manual's 18 characters hold is taken."""
    schemas.check(parse(DECLARED.replace(">12500<", f">{quantity}<").encode()))


@pytest.mark.parametrize(
    "quantity",
    ["-1", "+1", "1.", ".5", "1.123456", "1" * 19, "1234567890123.12345", "1e5", "NaN", "1,5", "１", ""],
)
def test_other_numbers_are_no_quantity(schemas: Schemas, quantity: str) -> None:
    """Signs, exponents, separators and too many characters or places are refused."""
    assert only(schemas, DECLARED.replace(">12500<", f">{quantity}<")).path.endswith("/stockQty")


def test_a_deletion_names_its_case_and_nothing_else(schemas: Schemas) -> None:
    """The head may be left out as a whole, or but for the internal number, never in part."""
    text = signed((ALL_SAMPLES / "bonded" / "BVS111-delete.xml").read_text(encoding="utf-8"))
    named = text.replace("</caseNo>", "</caseNo><etpsInnerNo>PD1</etpsInnerNo>")
    schemas.check(parse(named.encode()))
    half = named.replace("</etpsInnerNo>", "</etpsInnerNo><etpsCode>3122260001</etpsCode>")
    assert only(schemas, half).path.endswith("/etpsName")


@pytest.mark.parametrize(
    "guid", [GUID.lower(), GUID.replace("-", ""), f"{{{GUID}}}", GUID[:-1], "Z" + GUID[1:]]
)
def test_a_guid_is_36_characters_in_upper_case(schemas: Schemas, guid: str) -> None:
    """One form of guid only, so that no guid is used twice in two spellings."""
    ours = parse(DECLARED.encode()).get("guid")
    assert only(schemas, DECLARED.replace(f'"{ours}"', f'"{guid}"')).path == "/BVS111Message/@guid"


def test_attributes_are_held_to_the_schema(schemas: Schemas) -> None:
    """A missing attribute and an unknown one are both named."""
    fault = refusal(schemas, DECLARED.replace('" version=', '" edition='))
    assert {(each.path, each.rule) for each in fault.violations} == {
        ("/BVS111Message/@version", "required"),
        ("/BVS111Message/@edition", "unknown"),
    }


@pytest.mark.parametrize("root", ["<BVS111Message/>", '<Other xmlns="urn:eport-gateway:bvs:1"/>', "<x/>"])
def test_an_unknown_root_is_refused(schemas: Schemas, root: str) -> None:
    """What no schema describes is no message."""
    assert only(schemas, root).rule == "root"


def test_the_number_of_nodes_and_receivers_is_bounded(schemas: Schemas) -> None:
    """101 business nodes, none, or six receivers are refused."""
    head = DECLARED[DECLARED.index("<Stocktake>") : DECLARED.index("</Stocktake>") + 12]
    assert only(schemas, DECLARED.replace(head, head * 101)).rule == "maxOccurs"
    assert only(schemas, DECLARED.replace(head, "")).path.endswith("/Stocktake")
    schemas.check(parse(envelope(receivers=5).encode()))
    assert only(schemas, envelope(receivers=6)).path.endswith("/ReceiverId[6]")


@pytest.mark.parametrize("wrong", [f"{SIGNATURE}{SIGNATURE}", f"{SIGNATURE}<note/>", "<note/>"])
def test_the_root_ends_with_one_signature(schemas: Schemas, wrong: str) -> None:
    """Two signatures, none, or something after it are refused."""
    assert refusal(schemas, DECLARED.replace(SIGNATURE, wrong)).violations


def envelope(receivers: int = 1, time: str = "2026-01-31T09:30:00+08:00", more: str = "") -> str:
    """A DxpMsg with the given number of receivers."""
    ids = "<ReceiverId>DXPCUS0000000001</ReceiverId>" * receivers
    return (
        '<DxpMsg xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><TransInfo><CopMsgId>a-1_B</CopMsgId>'
        f"<SenderId>DXPENT0000000001</SenderId><ReceiverIds>{ids}</ReceiverIds><CreatTime>{time}</CreatTime>"
        f"<MsgType>BVS111Message</MsgType></TransInfo><Data>PEE+\nPC9BPg==</Data>{more}</DxpMsg>"
    )


@pytest.mark.parametrize(
    "time", ["2026-01-31T09:30:00", "2026-01-31", "2026-02-30T09:30:00Z", "20260131093000"]
)
def test_an_envelope_tells_its_time_with_offset(schemas: Schemas, time: str) -> None:
    """A time without offset, or of no real day, is refused."""
    schemas.check(
        parse(envelope(more="<AddInfo><FileName>a.xml</FileName><IsText>true</IsText></AddInfo>").encode())
    )
    assert only(schemas, envelope(time=time)).path.endswith("/CreatTime")


def test_a_reply_needs_no_receiver_when_none_could_be_read(schemas: Schemas) -> None:
    """A DxpRep to something unreadable names neither receiver nor head; up to 25 results are in it."""
    result = '<Result path="/A" line="1" rule="r">text</Result>'
    reply = (
        '<DxpRep xmlns="http://www.chinaport.gov.cn/dxp" ver="1.0"><Response>'
        "<ResponseCode>0001</ResponseCode>"
        f"<ResponseInfo>not well formed</ResponseInfo><Results>{result * 25}</Results>"
        f"<NoticeTime>2026-01-31T09:30:00+08:00</NoticeTime></Response>{SIGNATURE}</DxpRep>"
    )
    schemas.check(parse(reply.encode()))
    refusal(schemas, reply.replace(result, result * 2, 1))
    refusal(schemas, reply.replace(SIGNATURE, ""))


@pytest.mark.parametrize("status", ["1", "120", "899", "-111004", "-111101"])
def test_a_receipt_carries_statuses_and_faults(schemas: Schemas, status: str) -> None:
    """The three receipts of the system have one shape."""
    for code in ("BVS112", "BVS122", "BVS132"):
        schemas.check(parse(receipt(code, status).encode()))
        assert only(schemas, receipt(code, status + "0000")).path.endswith("/returnStatus")


def receipt(code: str, status: str) -> str:
    """A receipt of this type and status."""
    return (
        f'<{code}Message xmlns="urn:eport-gateway:bvs:1" guid="{GUID}" version="1.0">'
        f"<{code}Return><guid>{GUID}</guid>"
        f"<caseNo>Z000000000000000001</caseNo><oriCopMsgId>m1</oriCopMsgId><oriGuid>{GUID}</oriGuid>"
        f"<oriDigest>{'0a' * 32}</oriDigest><returnStatus>{status}</returnStatus>"
        f"<returnTime>20260131093000123</returnTime><returnInfo>入库成功\nstored</returnInfo></{code}Return>"
        "<BaseTransfer><copCode>0000000000</copCode><copName>gateway</copName><dxpMode>DXP</dxpMode>"
        f"<dxpId>DXPGATE000000001</dxpId></BaseTransfer>{SIGNATURE}</{code}Message>"
    )


def test_a_schema_named_in_a_document_is_not_fetched(schemas: Schemas) -> None:
    """Neither the check nor the explanation goes where xsi:schemaLocation points."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        place = f"http://127.0.0.1:{server.getsockname()[1]}/x.xsd"
        hint = f'{XSI} xsi:schemaLocation="urn:eport-gateway:bvs:1 {place} urn:other {place}"'
        text = DECLARED.replace("<BVS111Message", f"<BVS111Message {hint}")
        schemas.check(parse(text.encode()))
        refusal(schemas, text.replace("陆知秋", ""))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_threads_share_one_instance(schemas: Schemas) -> None:
    """Checks at the same time in several threads do not mix up their documents' errors."""

    def one(number: int) -> str:
        if number % 2:
            schemas.check(parse(DECLARED.encode()))
            return ""
        return only(schemas, DECLARED.replace("PD20240916A", f"no {number}!")).text

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(one, range(200)))
    assert all((f"'no {number}!'" in text) != bool(number % 2) for number, text in enumerate(told))


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(["etpsInnerNo", "contact", "note", "stockDate", "mgmtMode", "etpsCode"]),
    value=st.text(CHARACTERS, max_size=20),
)
def test_a_form_refuses_a_value_exactly_when_the_gateway_does(
    schemas: Schemas, name: str, value: str
) -> None:
    """What a terminal says about a field (Field.problem) is what the schema says about the message."""
    root = parse(DECLARED.encode())
    element = root.find(f".//{{urn:eport-gateway:bvs:1}}{name}")
    field = form("BVS111").node.child(name)
    assert element is not None
    assert field is not None
    try:
        element.text = value
    except ValueError:
        return  # no character of XML
    try:
        schemas.check(root)
    except SchemaInvalid:
        assert field.problem(value) is not None
    else:
        assert field.problem(value) is None


def test_a_standalone_schema_needs_no_other_file(tmp_path: Path) -> None:
    """One file, with the included types copied in, takes and refuses the same."""
    (tmp_path / "BVS111.xsd").write_bytes(standalone(OWN / "bonded" / "BVS111.xsd"))
    alone = Schemas(tmp_path)
    alone.check(parse(DECLARED.encode()))
    assert only(alone, DECLARED.replace("陆知秋", "")).rule == "empty"


def test_a_folder_of_the_operator_adds_types(tmp_path: Path) -> None:
    """A message type is one XSD in a configured folder, checked and explained as the own ones are."""
    (tmp_path / "XYZ111.xsd").write_text(plain_type("XYZ111"), encoding="utf-8")
    schemas = Schemas(OWN, tmp_path)
    schemas.check(parse(b'<XYZ111Message xmlns="urn:xyz"><size>5</size></XYZ111Message>'))
    wrong = only(schemas, '<XYZ111Message xmlns="urn:xyz"><size>five</size></XYZ111Message>')
    assert (wrong.path, wrong.rule) == ("/XYZ111Message/size", "type")
    assert schemas.file("XYZ111") == tmp_path / "XYZ111.xsd"


def plain_type(code: str, more: str = "") -> str:
    """A schema of a message with one number in it."""
    return (
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:xyz" xmlns="urn:xyz" '
        f'elementFormDefault="qualified">{more}<xs:element name="{code}Message"><xs:complexType><xs:sequence>'
        '<xs:element name="size" type="xs:integer"/></xs:sequence></xs:complexType></xs:element></xs:schema>'
    )


@pytest.mark.parametrize(
    "more",
    [
        '<xs:include schemaLocation="http://127.0.0.1:9/types.xsd"/>',
        '<xs:include schemaLocation="/etc/types.xsd"/>',
        '<xs:include schemaLocation="missing.xsd"/>',
        '<xs:import namespace="urn:other" schemaLocation="other.xsd"/>',
        "<xs:nonsense/>",
        "<",
    ],
)
def test_a_schema_that_reaches_out_or_is_none_is_refused(tmp_path: Path, more: str) -> None:
    """A folder is refused at the start, with the name of the file, not at the first message."""
    (tmp_path / "XYZ111.xsd").write_text(plain_type("XYZ111", more), encoding="utf-8")
    with pytest.raises(SchemaFolderError, match=r"XYZ111\.xsd"):
        Schemas(tmp_path)


def test_a_root_declared_twice_is_refused(tmp_path: Path) -> None:
    """Two schemas for one root would leave it to chance which one holds."""
    for name in ("one.xsd", "two.xsd"):
        (tmp_path / name).write_text(plain_type("XYZ111"), encoding="utf-8")
    with pytest.raises(SchemaFolderError, match="declared in"):
        Schemas(tmp_path)


def test_everything_in_the_schemas_has_its_words() -> None:
    """Every element, attribute and value of the own schemas is labelled in both languages."""
    for path in OWN.rglob("*.xsd"):
        for each in etree.parse(path).iter("{*}element", "{*}enumeration", "{*}attribute"):
            notes = each.findall("{*}annotation/{*}documentation")
            said = {note.get("{http://www.w3.org/XML/1998/namespace}lang") for note in notes if note.text}
            assert said == {"zh", "en"}, (path.name, each.get("name") or each.get("value"))


def test_what_only_explains_is_not_loaded_before_there_is_something_to_explain() -> None:
    """A process that refuses nothing never pays for xmlschema; the first failure loads it."""
    program = (
        "import sys\n"
        "from messages.faults import SchemaInvalid\n"
        "from messages.schemas import Schemas\n"
        "from messages.xml import parse\n"
        "schemas, good = Schemas(), sys.stdin.buffer.read()\n"
        "schemas.check(parse(good))\n"
        "assert 'xmlschema' not in sys.modules, 'loaded too early'\n"
        "try:\n"
        "    schemas.check(parse(good.replace(b'<appType>1', b'<appType>9')))\n"
        "except SchemaInvalid as fault:\n"
        "    assert len(fault.violations) == 1, fault.violations\n"
        "assert 'xmlschema' in sys.modules, 'not loaded'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], input=DECLARED.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
