"""Who sends: the demo's parties and, where a measurement needs many mailboxes, further ones of the same CA.

Knows keys, certificates and the login by certificate; refuses to know what is measured.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from gateway import pki
from gateway.cli.certificates import entry
from gateway.settings import Settings
from storage import registry
from storage.database import Database

RSA, EC = "operator1", "operator2"
"""The demo's accounts whose certificates are RSA-2048 and P-256."""

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Sender:
    """A party with a key that may send BVS111."""

    dxp_id: str
    cop_code: str
    name: str
    key: Key
    certificate: x509.Certificate


def demo_sender(home: Path, account: str) -> Sender:
    """One of the people of `init --demo`. Raises KeyError when there is none of this account."""
    listed = {each["account"]: each for each in json.loads((home / "demo" / "parties.json").read_text())}
    who = listed[account]
    data = (home / "demo" / who["p12"]).read_bytes()
    key, certificate, _ = pkcs12.load_key_and_certificates(data, who["password"].encode())
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    assert certificate is not None
    return Sender(who["dxpId"], who["copCode"], who["name"], key, certificate)


def more_senders(home: Path, count: int) -> list[Sender]:
    """`count` further parties with a P-256 operator card each, registered in the home's database."""
    settings, now = Settings.load(home), datetime.now(UTC)
    demo = home / "demo"
    ca_key = serialization.load_pem_private_key((demo / "ca.key").read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    ca = pki.Pair(ca_key, x509.load_pem_x509_certificate((demo / "ca.pem").read_bytes()))
    database = Database(settings.database_url)
    senders = []
    try:
        with database.write() as connection:
            for number in range(count):
                dxp_id, name = f"DXPBENCH{number:08d}", f"量测企业 {number}"
                key = pki.new_key()
                subject = pki.subject(f"操作员 {number}", name, dxp_id, f"BENCH{number:08d}")
                certificate = pki.issue_signer(ca, key, subject, now, card="operator")
                cop_code = f"31999{number:05d}"
                registry.add_party(connection, registry.Party(dxp_id, cop_code, name, "enterprise", now))
                registry.add_certificate(connection, entry(certificate, dxp_id, "operator"))
                senders.append(Sender(dxp_id, cop_code, name, key, certificate))
    finally:
        database.close()
    return senders


def login(port: int, who: Sender, *, tls: bool = True, address: str = "127.0.0.1") -> str:
    """A session's token, for a signed nonce. Raises RuntimeError when the gateway refuses.

    `address`: our own, of 127.0.0.0/8; the gateway lets one address log in only so often.
    """
    connection: http.client.HTTPConnection
    source = (address, 0)
    if tls:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", port, source_address=source, context=unchecked()
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port, source_address=source)
    try:
        nonce = _post(connection, "/v1/challenges", {})["nonce"]
        statement = f"eport-gateway login v1\nhttps://127.0.0.1:{port}\n{nonce}".encode()
        if isinstance(who.key, rsa.RSAPrivateKey):
            signature = who.key.sign(statement, padding.PKCS1v15(), hashes.SHA256())
        else:
            signature = who.key.sign(statement, ec.ECDSA(hashes.SHA256()))
        der = who.certificate.public_bytes(serialization.Encoding.DER)
        proof = {
            "nonce": nonce,
            "certificate": base64.b64encode(der).decode(),
            "signature": base64.b64encode(signature).decode(),
        }
        token: str = _post(connection, "/v1/sessions", proof)["token"]
        return token
    finally:
        connection.close()


def unchecked() -> ssl.SSLContext:
    """TLS to our own server on loopback: whose certificate it is does not matter for a measurement."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _post(connection: http.client.HTTPConnection, path: str, body: dict[str, Any]) -> dict[str, Any]:
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status not in (200, 201):
        raise RuntimeError(f"POST {path}: {answer.status} {content[:300]!r}")
    found: dict[str, Any] = json.loads(content)
    return found
