"""Whatever bytes come, the parser and the verifier answer with a Fault or a Verified."""

from __future__ import annotations

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messages.faults import Fault
from messages.signature.trust import Trust
from messages.signature.verify import CertificateCache, Verified, verify
from messages.xml import parse
from tests.messages.signature import hostile
from tests.messages.signature.making import DOCUMENTS, DS, NOW, authority, holder, make

CERTIFICATES = CertificateCache()
TRUST = Trust([authority().certificate])
SEEDS = [make(document, holder("p256")) for name, document in DOCUMENTS.items() if name != "large"]
QUICK = settings(
    max_examples=400,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)

_LOCAL = [
    "Signature", "SignedInfo", "SignatureValue", "KeyInfo", "Reference", "Transforms", "Transform",
    "DigestMethod", "DigestValue", "X509Data", "X509Certificate", "KeyName", "CanonicalizationMethod",
    "SignatureMethod", "x",
]  # fmt: skip
_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)


def take(data: bytes) -> None:
    """Any other exception than a Fault fails the test that calls this."""
    try:
        verified = verify(parse(data), CERTIFICATES)
        TRUST.check(verified.certificate, NOW)
    except Fault:
        return
    assert isinstance(verified, Verified)


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """Rubbish is a Fault."""
    take(data)


@QUICK
@given(st.sampled_from(SEEDS), st.data())
def test_any_change_to_a_signed_message(seed: bytes, data: st.DataObject) -> None:
    """A cut anywhere, filled with anything, is a Fault or leaves a genuine message."""
    start = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(start, min(len(seed), start + 40)))
    take(seed[:start] + data.draw(st.binary(max_size=20) | _TEXT.map(str.encode)) + seed[end:])


@QUICK
@given(st.recursive(
    _TEXT.map(lambda text: text.replace("&", "").replace("<", "")),
    lambda inner: st.tuples(st.sampled_from(_LOCAL), st.sampled_from(["", ' Algorithm=""', ' URI=""']),
                            st.lists(inner, max_size=4)).map(
        lambda given: f"<{given[0]}{given[1]}>{''.join(given[2])}</{given[0]}>"),
    max_leaves=25,
))  # fmt: skip
def test_any_arrangement_of_the_signatures_elements(inside: str) -> None:
    """Elements of a signature in any order and depth are a Fault."""
    take(f'<M xmlns:d="{DS}"><a/><Signature xmlns="{DS}">{inside}</Signature></M>'.encode())


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@QUICK
@given(st.binary(max_size=200))
def test_any_certificate(der: bytes) -> None:
    """Bytes in place of the certificate, alone or spliced into a real one, are a Fault."""
    real = base64.b64decode(holder("rsa2048").text)
    for changed in (der, real[: len(der)] + der + real[2 * len(der) :]):
        take(hostile.within("X509Certificate", base64.b64encode(changed).decode()).encode())
