"""Other implementations of XML-DSig, to hold ours against: xmlsec1 (the reference), signxml, the JDK.

xmlsec1 is given the authority as the only trusted certificate and X509 data as the only kind of key it may
use (`--trusted-pem`, `--enabled-key-data x509`): it then takes the key from the certificate in the message
when that certificate chains to the authority, which is what `verify` and `Trust` together decide. With
`--pubkey-cert-pem` it would use the given key whatever the message carries, and so accept a message whose
certificate is somebody else's: a weaker reference.

xmlsec1 checks its files in turn and stops at the first that fails, so one call proves that it accepts all of
a list, and names the first that it refuses.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from tests.messages.signature.making import Pair, authority

JAVA = shutil.which("java")
_PEER = Path(__file__).with_name("Peer.java")
_XMLSEC = ("--enabled-key-data", "x509", "--enabled-reference-uris", "empty")


def _trusted(folder: Path) -> str:
    path = folder / "ca.pem"
    path.write_bytes(authority().certificate.public_bytes(Encoding.PEM))
    return str(path)


def write(folder: Path, documents: Sequence[bytes]) -> list[str]:
    """The documents as files of `folder`."""
    paths = [folder / f"{number:05d}.xml" for number in range(len(documents))]
    for path, document in zip(paths, documents, strict=True):
        path.write_bytes(document)
    return [str(path) for path in paths]


def xmlsec1_refuses(folder: Path, documents: Sequence[bytes]) -> str:
    """'' when xmlsec1 accepts all of the documents, else what it says of the first that it refuses."""
    if not documents:
        return ""
    command = ["xmlsec1", "--verify", "--trusted-pem", _trusted(folder), *_XMLSEC, *write(folder, documents)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    accepted = (done.stdout + done.stderr).count("SignedInfo References (ok/all): 1/1")
    if done.returncode == 0 and accepted == len(documents):
        return ""
    return done.stderr or f"accepted {accepted} of {len(documents)}"


def xmlsec1_signs(folder: Path, template: bytes, pair: Pair) -> bytes:
    """`template`, whose DigestValue, SignatureValue and X509Certificate are empty, filled by xmlsec1."""
    unsigned, signed = folder / "template.xml", folder / "signed.xml"
    unsigned.write_bytes(template)
    private, public = folder / "key.pem", folder / "cert.pem"
    private.write_bytes(pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(pair.certificate.public_bytes(Encoding.PEM))
    command = [
        "xmlsec1",
        "--sign",
        "--output",
        str(signed),
        "--privkey-pem",
        f"{private},{public}",
        str(unsigned),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return signed.read_bytes()


def signxml_accepts(document: bytes, certificate: x509.Certificate) -> None:
    """Return when signxml verifies the document with this certificate; raises what signxml raises."""
    configuration = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset(
            {
                SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256,
                SignatureMethod.ECDSA_SHA384, SignatureMethod.ECDSA_SHA512,
            }
        ),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}),
    )  # fmt: skip
    XMLVerifier().verify(document, x509_cert=certificate, expect_config=configuration)


def java_verifies(folder: Path, documents: Sequence[bytes]) -> list[str]:
    """What the JDK says of each document: OK, or why not."""
    return _java("verify", *write(folder, documents))


def java_signs(folder: Path, document: bytes, pairs: Sequence[Pair], c14n: Sequence[str]) -> list[bytes]:
    """`document` signed by the JDK once for each pair and canonicalisation: no prefix, no KeyName."""
    source = folder / "unsigned.xml"
    source.write_bytes(document)
    arguments: list[str] = []
    targets: list[Path] = []
    for number, pair in enumerate(pairs):
        store = folder / f"{number}.p12"
        store.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"k", pair.key, pair.certificate, None,
                PrivateFormat.PKCS12.encryption_builder().build(b"secret"),
            )
        )  # fmt: skip
        for method in c14n:
            targets.append(folder / f"java{len(targets)}.xml")
            arguments += [str(store), method, str(source), str(targets[-1])]
    _java("sign", *arguments)
    return [target.read_bytes() for target in targets]


def _java(*arguments: str) -> list[str]:
    assert JAVA
    command = [JAVA, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", str(_PEER), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.splitlines()
