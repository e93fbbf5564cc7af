"""Signed messages, made before anything is measured: whole HTTP requests in a file.

A message is the sample of tests/samples, compact, with its sender's codes and as many lines as wanted, cut
where its identifiers stand; every message of the file is new to the gateway. Refuses to know who sends it.
"""

from __future__ import annotations

import copy
import re
import struct
import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509 import load_der_x509_certificate
from lxml import etree

from bench.people import Sender
from messages.envelope import Head, build
from messages.signature.template import TemplateSigner

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "tests" / "samples" / "bonded" / "BVS111.xml"
DESK = "DXPCUS0000000001"
MESSAGE = "BVS111Message"
LENGTH = struct.Struct(">I")
_HOLES = ("@ROOT@", "@NODE@", "@INNER@")


def guid() -> str:
    """A new upper-case GUID."""
    return str(uuid.uuid4()).upper()


class Press:
    """Prints signed messages of one sender."""

    def __init__(self, sender: Sender, lines: int = 5) -> None:
        self.sender = sender
        self._signer = TemplateSigner(sender.key, sender.certificate)
        self._parts = re.split(b"|".join(hole.encode() for hole in _HOLES), _canonical(sender, lines))

    def unsigned(self) -> bytes:
        """A business message, as enterprise software writes it."""
        before, between, inner, after = self._parts
        name = uuid.uuid4().hex[:20].upper()
        text = (before, guid(), between, guid(), inner, name, after)
        return b"".join(x if isinstance(x, bytes) else x.encode() for x in text)

    def data(self) -> bytes:
        """A signed business message."""
        return self._signer.seal(self.unsigned())

    def envelope(self) -> bytes:
        """The same in a DxpMsg."""
        return build(Head(guid(), self.sender.dxp_id, (DESK,), datetime.now(UTC), MESSAGE), self.data())

    def request(self) -> bytes:
        """The same in an HTTP request."""
        body = self.envelope()
        head = (
            "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/xml\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def _canonical(sender: Sender, lines: int) -> bytes:
    root = etree.parse(SAMPLE, etree.XMLParser(remove_blank_text=True)).getroot()
    root.set("guid", _HOLES[0])
    values = {
        "guid": _HOLES[1],
        "etpsInnerNo": _HOLES[2],
        "copCode": sender.cop_code,
        "copName": sender.name,
        "dxpId": sender.dxp_id,
    }
    for element in root.iter():
        element.text = values.get(etree.QName(element).localname, element.text)
    samples = list(root.iter("{*}Line"))
    parent = samples[0].getparent()
    assert parent is not None
    for line in samples:
        parent.remove(line)
    for number in range(lines):
        line = copy.deepcopy(samples[number % len(samples)])
        line[0].text = str(number + 1)
        parent.append(line)
    return etree.tostring(root, method="c14n", exclusive=True)


def write(file: Path, sender: Sender, count: int, lines: int = 5) -> None:
    """`count` requests into `file`, made by a process a core."""
    key = sender.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    certificate = sender.certificate.public_bytes(Encoding.DER)
    who = (sender.dxp_id, sender.cop_code, sender.name, key, certificate)
    if count < 200 and lines < 50:
        file.write_bytes(_some(who, count, lines))
        return
    share = max(1, count // 8)
    shares = [min(share, count - start) for start in range(0, count, share)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool, file.open("wb") as out:
        for block in pool.map(_some, [who] * len(shares), shares, [lines] * len(shares)):
            out.write(block)


def _some(who: tuple[str, str, str, bytes, bytes], count: int, lines: int) -> bytes:
    dxp_id, cop_code, name, key, certificate = who
    loaded = load_der_private_key(key, None)
    sender = Sender(dxp_id, cop_code, name, loaded, load_der_x509_certificate(certificate))  # type: ignore[arg-type]
    press = Press(sender, lines)
    requests = [press.request() for _ in range(count)]
    return b"".join(LENGTH.pack(len(each)) + each for each in requests)


def read(file: Path) -> Iterator[bytes]:
    """The requests of a file."""
    with file.open("rb") as source:
        while head := source.read(LENGTH.size):
            yield source.read(LENGTH.unpack(head)[0])
