"""Part 6: the peer, AS2 by pyas2-lib: a signed message received and its signed MDN built, on our payload.

The nearest thing in everyday use: take a signed document, check the signature, answer with a signed receipt.
It does less (no schema, no idempotency, nothing stored, no network), in the same run and on the same machine;
beside it stand the gateway's own verification and reply without network and storage.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from bench import as2
from bench.people import RSA, demo_sender
from bench.prebuilt import Press
from bench.scale import LARGE, SMALL, Bench
from bench.stages import Workbench, reply
from gateway import pki

PASSWORD = "bench"
SENDER, RECEIVER = "enterprise", "gateway"
COUNTS = {SMALL: 60, LARGE: 20}


class Sides:
    """Both ends of an AS2 exchange, RSA-2048 each, with self-signed certificates."""

    def __init__(self) -> None:
        (sender_file, sender_pem), (receiver_file, receiver_pem) = _holder(SENDER), _holder(RECEIVER)
        signing = {"sign": True, "digest_alg": "sha256"}
        self.sender = as2.Organization(as2_name=SENDER, sign_key=sender_file, sign_key_pass=PASSWORD)
        self.to_receiver = as2.Partner(
            as2_name=RECEIVER, verify_cert=receiver_pem, validate_certs=False, mdn_mode=as2.SYNCHRONOUS_MDN,
            mdn_digest_alg="sha256", **signing,
        )  # fmt: skip
        self.receiver = as2.Organization(as2_name=RECEIVER, sign_key=receiver_file, sign_key_pass=PASSWORD)
        self.to_sender = as2.Partner(as2_name=SENDER, verify_cert=sender_pem, validate_certs=False, **signing)

    def message(self, payload: bytes) -> bytes:
        """A signed AS2 message that asks for a signed MDN, as it comes from HTTP."""
        built = as2.Message(self.sender, self.to_receiver)
        built.build(payload, content_type="application/xml")
        return bytes(built.headers_str + b"\r\n" + built.content)

    def receive(self, raw: bytes) -> bytes:
        """Parse, verify, and answer with the signed MDN."""
        received = as2.Message()
        status, fault, mdn = received.parse(raw, lambda _: self.receiver, lambda _: self.to_sender)
        assert status == "processed", (status, fault)
        assert received.signed
        assert mdn is not None
        assert mdn.digest_alg == "sha256"
        return bytes(mdn.content)


def _holder(name: str) -> tuple[bytes, bytes]:
    key = pki.new_key("RSA-2048")
    assert isinstance(key, rsa.RSAPrivateKey)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(365))
        .sign(key, hashes.SHA256())
    )
    file = pkcs12.serialize_key_and_certificates(
        name.encode(), key, certificate, None, BestAvailableEncryption(PASSWORD.encode())
    )
    return file, certificate.public_bytes(Encoding.PEM)


def run(bench: Bench) -> dict[str, Any]:
    """Milliseconds of CPU a message: the peer, and the gateway's examination and reply."""
    tools, sides = Workbench(bench), Sides()
    found = {}
    try:
        for lines, name in ((SMALL, "4 KB"), (LARGE, "200 KB")):
            press = Press(demo_sender(tools.home, RSA), lines)
            bodies = [press.envelope() for _ in range(COUNTS[lines])]
            payload = press.data()
            raws = [sides.message(payload) for _ in bodies]

            def ours(body: bytes) -> None:
                examined = tools.examiner.examine(body, datetime.now(UTC))
                assert examined.fault is None
                reply(tools, examined)

            peers, own = [], []
            for _ in range(tools.repeats):  # in turn, so that noise meets both
                peers.append(_each(sides.receive, raws))
                own.append(_each(ours, bodies))
            found[name] = {"peer_ms": median(peers), "gateway_ms": median(own), "bytes": len(payload)}
            bench.say(
                f"{name}: pyas2-lib {median(peers):.2f} ms, the gateway's part of it {median(own):.2f} ms"
            )
    finally:
        tools.database.close()
    return {"sizes": found}


def _each(call: Callable[[bytes], object], given: list[bytes]) -> float:
    began = time.process_time()
    for one in given:
        call(one)
    return (time.process_time() - began) * 1000 / len(given)
