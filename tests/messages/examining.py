"""An examiner of the test authority's, and envelopes around messages that its holders signed."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from messages.codes import CodeLists
from messages.envelope import Head, build
from messages.examine import Examiner
from messages.schemas import Schemas
from messages.signature.trust import Trust
from messages.signature.verify import CertificateCache
from tests.messages.signature.making import NOW, authority, holder, make

SAMPLES = Path(__file__).parents[1] / "samples" / "bonded"
SENT = datetime(2026, 1, 31, 1, 30, tzinfo=UTC)


@cache
def examiner() -> Examiner:
    """One for all tests."""
    return Examiner(Schemas(), Trust([authority().certificate]), CertificateCache(), CodeLists())


def sample(name: str = "BVS111") -> str:
    """A sample, unsigned."""
    return (SAMPLES / f"{name}.xml").read_text(encoding="utf-8")


@cache
def signed(name: str = "BVS111") -> bytes:
    """A sample, signed by a holder of the test authority."""
    return make(sample(name), holder("p256"))


def envelope(data: bytes, kind: str = "BVS111Message") -> bytes:
    """A DxpMsg around `data`."""
    head = Head("9D8A4E10-1C5B-4F7E-8A43-2B6C7D8E9F01", "DXPENT0000000001", ("DXPCUS0000000001",), SENT, kind)
    return build(head, data)


def now() -> datetime:
    """When the test authority's certificates are in date."""
    return NOW
