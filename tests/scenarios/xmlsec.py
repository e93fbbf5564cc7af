"""xmlsec1 as the independent implementation: it verifies what the gateway signed, and signs what it takes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"

TEMPLATE = f"""<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="{C14N}"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI=""><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
<ds:Transform Algorithm="{C14N}"/></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>
</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>
</ds:Signature>"""


def verifies(document: bytes, certificate: Certificate, folder: Path) -> bool:
    """Whether xmlsec1 finds the signature of `document` made by this certificate's key."""
    (folder / "signed.xml").write_bytes(document)
    (folder / "signer.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    found = subprocess.run(
        ["xmlsec1", "--verify", "--pubkey-cert-pem", str(folder / "signer.pem"), str(folder / "signed.xml")],
        capture_output=True,
        check=False,
    )
    return found.returncode == 0


def sign(root: etree._Element, p12: Path, password: str, folder: Path) -> bytes:
    """`root` signed by xmlsec1 itself with the key in `p12`; one X509Certificate in KeyInfo."""
    root.append(etree.fromstring(TEMPLATE))
    (folder / "template.xml").write_bytes(etree.tostring(root))
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    for option, file in (("-nocerts", key), ("-clcerts", certificate)):
        more = ["-nokeys"] if option == "-clcerts" else ["-nodes"]
        subprocess.run(
            ["openssl", "pkcs12", "-in", p12, "-passin", f"pass:{password}", option, *more, "-out", file],
            check=True,
            capture_output=True,
        )
    subprocess.run(
        ["xmlsec1", "--sign", "--privkey-pem", f"{key},{certificate}", "--output", folder / "out.xml",
         folder / "template.xml"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return (folder / "out.xml").read_bytes()
