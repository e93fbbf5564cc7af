"""The examination: whatever the bytes, a result; and what a stranger may make it do."""

from __future__ import annotations

import base64
import random
import re
import time
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.frames import decode, encode
from messages import reply
from messages.examine import Examined, Limits
from messages.faults import CertificateRefused, DigestMismatch, NotWellFormed, SchemaInvalid
from messages.signature import verify as verifying
from tests.messages.examining import SAMPLES, SENT, envelope, examiner, now, sample, signed
from tests.messages.signature.making import C14N, authority, foreign, holder, issue, key, make, varied
from tests.messages.signature.mutations import mutations

QUICK = settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
XSI = b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
ATTRIBUTES = [XSI + b" xsi:type=%s" % value for value in (
    b'"Stocktake"', b'":"', b'""', b'"a:b"', b'"a:b:c"', b'"xs:string"', b'"{x}y"', b'"Line Line"',
)] + [
    XSI + b' xsi:nil="x"', XSI + b' xsi:nil="1"', XSI + b' xsi:schemaLocation="a http://127.0.0.1:1/x"',
    b' xmlns:p=" "', b' xmlns:p="http://[x"', b' xmlns="{z}"', b' xmlns=""', b' p="1"', b' xml:lang="x y"',
    b' xml:space="z"', b' xml:id="1"', b' xml:base="x"',
]  # fmt: skip
PIECES = [
    b'<xs:element xmlns:xs="http://www.w3.org/2001/XMLSchema"/>', b"<![CDATA[<!--x-->]]>", b'<x xmlns=""/>',
    b'<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>', b"&#x85;", b"&#x10FFFF;", b"&x;",
    "<测·/>".encode(), b'<a:a xmlns:a="urn:x:{y}"/>', b'<y xmlns="{z}" a="1"/>', b"<Stocktake/>" * 101,
]  # fmt: skip
TIMES = ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59Z", "99999999999999-01-01T00:00:00Z", "24"]


class Sealed:
    """Stands for the gateway's signer: the reply is only built."""

    def seal(self, payload: bytes) -> bytes:
        """The text as it is."""
        etree.fromstring(payload)
        return payload


def take(body: bytes) -> Examined:
    """The result, which can travel and be answered; any exception fails the test that calls this."""
    found = examiner().examine(body, now())
    assert decode(encode(found)).digest == found.digest
    if found.fault is not None:
        reply.build(reply.refusal(found.fault, now(), found.head, found.digest), Sealed())
    return found


def places(document: bytes, what: bytes) -> list[int]:
    """Where a piece or an attribute can be put in."""
    return [match.end() for match in re.finditer(what, document)][:-1]


@QUICK
@given(st.binary(max_size=200))
def test_any_bytes_have_a_result(data: bytes) -> None:
    """As the envelope, and as Data inside one."""
    take(data)
    take(envelope(data))


@QUICK
@given(st.sampled_from(["BVS111", "BVS121-approve", "BVS131"]), st.data())
def test_any_change_to_a_message_has_a_result(name: str, data: st.DataObject) -> None:
    """A cut anywhere, filled with anything, in the message and in its envelope."""
    message = signed(name)
    for document, within in ((message, True), (envelope(b"<x/>"), False)):
        start = data.draw(st.integers(0, len(document)))
        end = data.draw(st.integers(start, min(len(document), start + 40)))
        changed = document[:start] + data.draw(st.binary(max_size=20)) + document[end:]
        take(envelope(changed, f"{name[:6]}Message") if within else changed)


def test_any_misplaced_element_has_a_result() -> None:
    """Elements dropped, copied, moved, renamed; bytes inserted and lost."""
    for changed in mutations(signed(), 300, seed=4):
        take(envelope(changed))


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_any_odd_attribute_has_a_result(attribute: bytes) -> None:
    """On the root, on nodes, on fields, on the signature: xsi:type, xsi:nil, odd namespaces and others."""
    message = signed()
    everywhere = places(message, rb"<[A-Za-z:]+")
    chosen = {*everywhere[:3], *random.Random(1).sample(everywhere, 6), everywhere[-1]}
    for place in sorted(chosen):
        take(envelope(message[:place] + attribute + message[place:]))


@pytest.mark.parametrize("piece", PIECES)
def test_any_odd_piece_has_a_result(piece: bytes) -> None:
    """Between elements and inside texts."""
    message = signed()
    for place in random.Random(2).sample(places(message, b">"), 8):
        take(envelope(message[:place] + piece + message[place:]))


@pytest.mark.parametrize("moment", TIMES)
def test_a_time_that_cannot_be_counted_is_refused(moment: str) -> None:
    """CreatTime of the year 1 or 9999 is a fault of the envelope, with its field."""
    body = re.sub(rb"<CreatTime>[^<]*", f"<CreatTime>{moment}".encode(), envelope(signed()))
    found = take(body)
    assert isinstance(found.fault, SchemaInvalid)
    assert found.fault.violations[0].path.endswith("/CreatTime")


def test_a_certificate_of_an_unknown_version_is_refused() -> None:
    """Version byte 70 is CertificateRefused."""
    text = re.search(rb"<ds:X509Certificate>([^<]*)", signed())
    assert text is not None
    der = bytearray(base64.b64decode(text[1]))
    der[der.index(b"\xa0\x03\x02\x01\x02") + 4] = 70
    found = take(envelope(signed().replace(text[1], base64.b64encode(bytes(der)))))
    assert isinstance(found.fault, CertificateRefused)


def test_a_stranger_causes_no_canonicalisation_of_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """A genuine signature under a foreign authority is refused when only SignedInfo was canonicalised."""
    canonical: list[str] = []

    def watched(root: etree._Element, method: str) -> bytes:
        canonical.append(root.tag.rpartition("}")[2])
        return plain(root, method)

    plain = verifying.canonical
    monkeypatch.setattr(verifying, "canonical", watched)
    found = take(envelope(make(sample(), foreign("p256"))))
    assert isinstance(found.fault, CertificateRefused)
    assert canonical == ["SignedInfo"]
    assert take(envelope(signed())).fault is None
    assert canonical[1:] == ["SignedInfo", "BVS111Message"]


def test_what_an_expired_certificate_said_is_still_recognised() -> None:
    """Its fault is 1002, and the signed digest is there to find the first reply by; not so a changed text."""
    begin = now() - timedelta(days=20)
    old = issue("holder p256", key("p256"), authority(), begin=begin, end=now() - timedelta(hours=1))
    message = make(sample(), old)
    found = take(envelope(message))
    assert isinstance(found.fault, CertificateRefused)
    assert found.content
    assert not found.signer
    assert found.content == take(envelope(signed())).content
    changed = take(envelope(message.replace(b"PD20240916A", b"PD20240916B")))
    assert isinstance(changed.fault, DigestMismatch)
    assert not changed.content


def test_a_document_full_of_namespaces_is_refused_at_once() -> None:
    """1,200 namespaces and 2,000 elements took 9.5 seconds; now they are not well formed."""
    declared = "".join(f' xmlns:a{number}="urn:{number}"' for number in range(1200))
    bomb = (
        sample()
        .replace("<Stocktake>", f"<Stocktake>{'<x/>' * 2000}", 1)
        .replace(" guid=", f"{declared} guid=", 1)
    )
    message = make(sample(), holder("p256"), varied(transforms=(varied().transforms[0], C14N)))
    tail = message[message.index(b"<ds:Signature") :].decode()
    began = time.process_time()
    found = take(envelope((bomb[: bomb.rindex("</")] + tail).encode()))
    assert isinstance(found.fault, NotWellFormed)
    assert time.process_time() - began < 0.5


def test_a_document_full_of_attributes_is_refused_before_the_schema() -> None:
    """400,000 attributes took a gigabyte; now they are not well formed."""
    many = " ".join(f'a{number}=""' for number in range(400_000))
    found = take(envelope(sample().replace("<Stocktake>", f"<Stocktake {many}>", 1).encode()))
    assert isinstance(found.fault, NotWellFormed)


def long_sample(lines: int, unit: str) -> bytes:
    """A sample with many lines of one unit, and an empty place for its signature."""
    root: Any = etree.fromstring(sample().encode())
    prefix = "{urn:eport-gateway:bvs:1}"
    node = root.find(f"{prefix}Stocktake")
    first, *others = node.findall(f"{prefix}Line")
    for other in others:
        node.remove(other)
    first.find(f"{prefix}unit").text = unit
    for _ in range(lines - 1):
        first.addnext(deepcopy(first))
    whole = etree.tostring(root, encoding="unicode")
    end = whole.rindex("</")
    return f'{whole[:end]}<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>{whole[end:]}'.encode()


def test_wrong_codes_are_told_up_to_a_limit_and_in_linear_time() -> None:
    """5,000 lines with a wrong unit: the first 25 are named, by path and line, within a second."""
    body = envelope(long_sample(5000, "999"))
    began = time.process_time()
    found = take(body)
    assert time.process_time() - began < 1.5
    assert isinstance(found.fault, SchemaInvalid)
    assert len(found.fault.violations) == 25
    assert found.fault.violations[2].path == "/BVS111Message/Stocktake/Line[3]/unit"
    assert found.fault.violations[2].line > 1
    assert found.fault.violations[2].rule == "unit"


def test_the_envelope_is_read_as_it_was_sent() -> None:
    """The head of a good message is there, with its time."""
    found = take(envelope(signed()))
    assert found.head is not None
    assert found.head.created == SENT
    assert found.fault is None


def test_many_together_are_what_they_are_one_by_one() -> None:
    """Stages are shared, results are not: good and bad ones side by side, each as if it were alone."""
    good = envelope(signed())
    bodies = [good, b"", good[:-9], envelope(signed().replace(b"<unit>", b"<unit>9", 1)), b"<x/>", good]
    alone = [encode(take(body)) for body in bodies]
    together = examiner().examine_all([(body, now()) for body in bodies])
    assert [encode(found) for found in together if isinstance(found, Examined)] == alone


def test_a_mistake_of_the_program_takes_no_other_message_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others of the batch are examined to their end."""
    tools, good = examiner(), envelope(signed())
    verified = tools._read
    calls: list[int] = []

    def once(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("bug")
        verified(*args)

    monkeypatch.setattr(type(tools), "_read", lambda self, *args: once(*args))
    first, second = tools.examine_all([(good, now()), (good, now())])
    assert isinstance(first, RuntimeError)
    assert isinstance(second, Examined)
    assert second.fault is None


def test_fewer_business_nodes_than_the_schema_allows_may_be_set() -> None:
    """The setting binds below the schema's hundred; what is at it is taken."""
    tools = examiner()
    for most, wanted in ((0, "at most 0"), (1, None)):
        found = replace(tools, limits=Limits(nodes=most)).examine(envelope(signed()), now())
        assert (found.fault is None) if wanted is None else (wanted in str(found.fault))


def request_with(bills: int, goods: int, line: str) -> bytes:
    """A foreign request with so many bills of so many lines, and an empty place for its signature."""
    root: Any = etree.parse(SAMPLES.parent / "assistance" / "CMA111.xml").getroot()
    prefix = "{urn:eport-gateway:cma:1}"
    first, second = root.findall(f"*/{prefix}Bill")
    second.getparent().remove(second)
    for each in first.findall(f"{prefix}Goods"):
        first.remove(each)
    text = etree.tostring(root, encoding="unicode")
    begin, end = text.index("<Bill>"), text.index("</Bill>")
    bill = f"{text[begin:end]}{f'<Goods>{line}</Goods>' * goods}</Bill>"
    whole = text[:begin] + bill * bills + text[end + len("</Bill>") :]
    close = whole.rindex("</")
    return f'{whole[:close]}<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>{whole[close:]}'.encode()


def test_lines_within_lines_are_counted_before_anything_is_explained() -> None:
    """20 bills of 1,000 wrong lines took more than a second; now they are too many, at once."""
    body = envelope(request_with(20, 1000, "<grossWt>x</grossWt><qty>x</qty>"), "CMA111Message")
    began = time.process_time()
    found = take(body)
    assert time.process_time() - began < 0.5
    assert isinstance(found.fault, SchemaInvalid)
    assert "at most 10000 are taken" in found.fault.info


def test_as_many_lines_as_are_taken_are_explained_in_time() -> None:
    """9 bills of 1,000 lines with five mistakes each: 25 are told, by their paths."""
    wrong = "".join(f"<{name}>x</{name}>" for name in ("grossWt", "netWt", "qty", "price", "total"))
    body = envelope(request_with(9, 1000, wrong), "CMA111Message")
    began = time.process_time()
    found = take(body)
    assert time.process_time() - began < 2
    assert isinstance(found.fault, SchemaInvalid)
    assert len(found.fault.violations) == 25
    assert found.fault.violations[5].path.startswith("/CMA111Message/Request/Bill[1]/Goods[2]/")


def test_each_of_several_codes_in_one_value_is_looked_for() -> None:
    """A union that is in no list is named, beside one that is."""
    text = (SAMPLES.parent / "assistance" / "CMA191.xml").read_text(encoding="utf-8")
    text = text.replace("<union>ASEAN</union>", "<union>ASEAN NATO</union>")
    end = text.rindex("</")
    whole = f'{text[:end]}<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>{text[end:]}'
    found = take(envelope(whole.encode(), "CMA191Message"))
    assert isinstance(found.fault, SchemaInvalid)
    (violation,) = found.fault.violations
    assert (violation.rule, "NATO" in violation.text) == ("assist_country", True)
