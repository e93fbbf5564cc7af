"""The real thing: pcscd, vpcd and OpenSC see a virtual card as they see any PIV card."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hardware.virtual.stack import Stack
from messages.signature.profile import algorithm_for
from tests.hardware.stack import PIN, make_card
from tests.messages.signature.making import holder

MECHANISMS = {"rsa2048": "SHA256-RSA-PKCS", "p256": "ECDSA-SHA256"}


def tool(*words: str) -> subprocess.CompletedProcess[str]:
    """One of OpenSC's programs, as the environment says."""
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
@pytest.mark.parametrize("key", ["01", "02"], ids=["9A", "9C"])
def test_opensc_signs_with_the_card(stack: Stack, tmp_path: Path, kind: str, key: str) -> None:
    """With both keys, RSA and P-256; the certificate on the card verifies it."""
    stack.insert(make_card(tmp_path / "a.card", kind))
    data, made = tmp_path / "data", tmp_path / "signature"
    data.write_bytes(b"declared")
    ran = tool(
        "pkcs11-tool", "--sign", "--id", key, "-m", MECHANISMS[kind], "--pin", PIN, "-i", str(data),
        "-o", str(made), "--signature-format", "openssl",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    public = holder(kind).certificate.public_key()
    algorithm = algorithm_for(public)
    assert algorithm.verify(public, algorithm.value(made.read_bytes()), b"declared")
