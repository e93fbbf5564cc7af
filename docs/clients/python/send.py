r"""Sign a message, send it, and wait for its receipt: with signxml, lxml, cryptography and httpx.
用 signxml、lxml、cryptography 和 httpx 签名、发送报文，并等待回执。

    pip install signxml lxml cryptography httpx
    EPORT_URL=https://localhost:8443 EPORT_CA=ca.pem EPORT_P12=operator1.p12 EPORT_P12_PASSWORD=… \
        python send.py MESSAGE.xml [STATUS]

What was signed is kept beside the message, as MESSAGE.xml.dxp, until it is answered for good: after a crash,
or without an answer, the same bytes go out again, and count once. A message is signed anew only without it.

Exit code: 0 the receipt with STATUS (120 without one) came, 3 refused, 1 anything else: run it again.
"""

from __future__ import annotations

import base64
import hashlib
import os
import ssl
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLSigner, XMLVerifier

DXP = "http://www.chinaport.gov.cn/dxp"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
GATEWAY_USAGE = x509.ObjectIdentifier("2.25.123931892508456821210154800316993225236")  # only gateways get it
RECEIVER = os.environ.get("EPORT_RECEIVER", "DXPCUS0000000001")
FINAL_REFUSALS = ("4", "100")  # 发送海关失败, 海关退单; and everything negative
# A gateway's reply has exactly one reference, to the whole document, and one of these methods.
EXPECTED = SignatureConfiguration(
    location="./", expect_references=1, signature_methods=frozenset(
        {SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384}
    ),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
)  # fmt: skip
PARSER = etree.XMLParser(resolve_entities=False, no_network=True)  # what comes from outside is read so


def end(code: int, words: str) -> NoReturn:
    """Say why, and end."""
    print(words, file=sys.stderr)
    sys.exit(code)


def value(root: etree._Element, name: str) -> str:
    """The text of the first element called `name`, whatever its namespace."""
    return root.findtext(f".//{{*}}{name}", "")


class Signer:
    """The key and certificate in a PKCS#12 file."""

    def __init__(self, file: str, password: str) -> None:
        key, certificate, _ = pkcs12.load_key_and_certificates(Path(file).read_bytes(), password.encode())
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey), (
            "an RSA or P-256 key is needed"
        )
        assert certificate is not None
        self.key, self.certificate = key, certificate

    def envelope(self, message: bytes) -> bytes:
        """The message signed, in a DxpMsg of its own."""
        rsa_key = isinstance(self.key, rsa.RSAPrivateKey)
        signer = XMLSigner(
            signature_algorithm=SignatureMethod.RSA_SHA256 if rsa_key else SignatureMethod.ECDSA_SHA256,
            c14n_algorithm=EXCLUSIVE,  # type: ignore[arg-type]
        )
        root = etree.fromstring(message, PARSER)
        signed = signer.sign(root, key=self.key, cert=[self.certificate], always_add_key_value=False)
        data = etree.tostring(signed)
        whole = etree.Element(f"{{{DXP}}}DxpMsg", nsmap={None: DXP}, ver="1.0")
        info = etree.SubElement(whole, f"{{{DXP}}}TransInfo")
        etree.SubElement(info, f"{{{DXP}}}CopMsgId").text = str(uuid.uuid4()).upper()
        etree.SubElement(info, f"{{{DXP}}}SenderId").text = value(root, "dxpId")
        receivers = etree.SubElement(info, f"{{{DXP}}}ReceiverIds")
        etree.SubElement(receivers, f"{{{DXP}}}ReceiverId").text = RECEIVER
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        etree.SubElement(info, f"{{{DXP}}}CreatTime").text = now
        etree.SubElement(info, f"{{{DXP}}}MsgType").text = etree.QName(root).localname
        etree.SubElement(whole, f"{{{DXP}}}Data").text = base64.b64encode(data).decode()
        return etree.tostring(whole)

    def sign(self, data: bytes) -> bytes:
        """A signature of plain bytes, as a login needs it."""
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), SHA256())
        return self.key.sign(data, ec.ECDSA(SHA256()))


class Gateway:
    """The gateway, and what makes a document its own."""

    def __init__(self, url: str, ca: str) -> None:
        self.url = url
        self.client = httpx.Client(base_url=url, verify=ssl.create_default_context(cafile=ca), timeout=60)
        self.cas = x509.load_pem_x509_certificates(Path(ca).read_bytes())

    def proven(self, document: bytes) -> etree._Element:
        """What a gateway signed; nothing else is looked at. Ends where it did not."""
        try:
            root = etree.fromstring(document, PARSER)
            der = base64.b64decode(
                root.findtext(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate", "")
            )
            certificate = x509.load_der_x509_certificate(der)
            self.believe(certificate)
            found = XMLVerifier().verify(root, x509_cert=certificate, expect_config=EXPECTED)
        except Exception as error:  # noqa: BLE001 - whatever does not hold, it is not proven
            end(1, f"this is not proven to be the gateway's: {type(error).__name__} {error}")
        return found.signed_xml  # type: ignore[union-attr, return-value] # one reference, to XML

    def believe(self, certificate: x509.Certificate) -> None:
        """Nothing, where it is a gateway's: of our CA, in date, for this use. Raises otherwise."""
        issuers = [ca for ca in self.cas if ca.subject == certificate.issuer]
        if not issuers:
            raise ValueError("its certificate is of no CA that is trusted here")
        certificate.verify_directly_issued_by(issuers[0])
        if not certificate.not_valid_before_utc <= datetime.now(UTC) <= certificate.not_valid_after_utc:
            raise ValueError("its certificate is not in date")
        if GATEWAY_USAGE not in certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value:
            raise ValueError("its certificate is not a gateway's")

    def send(self, envelope: bytes) -> etree._Element:
        """The reply. Without an answer the same bytes go out again: they count once."""
        wait = 0.0  # as long as the gateway wants to be left alone
        for pause in (0, 1, 2, 4, 8, 16):
            time.sleep(max(pause, wait))
            wait = 0.0
            try:
                answer = self.client.post(
                    "/v1/messages", content=envelope, headers={"Content-Type": "application/xml"}
                )
            except httpx.TransportError:
                continue
            if answer.status_code == 200:
                return self.proven(answer.content)
            asked = answer.headers.get("retry-after", "")
            wait = float(asked) if asked.isdecimal() else 0.0
        end(1, "no answer: run it again later")

    def log_in(self, signer: Signer) -> None:
        """A session: the gateway's nonce is signed, and the origin that we dialled."""
        nonce = self.client.post("/v1/challenges", json={}).raise_for_status().json()["nonce"]
        statement = f"eport-gateway login v1\n{self.url}\n{nonce}".encode()
        der = signer.certificate.public_bytes(Encoding.DER)
        given = {
            "nonce": nonce,
            "certificate": base64.b64encode(der).decode(),
            "signature": base64.b64encode(signer.sign(statement)).decode(),
        }
        token = self.client.post("/v1/sessions", json=given).raise_for_status().json()["token"]
        self.client.headers["Authorization"] = f"Bearer {token}"

    def receipts(self, after: str) -> tuple[list[bytes], str]:
        """The next receipts of the mailbox, and where to read on: keep that, as your software does."""
        page = self.client.get("/v1/receipts", params={"after": after, "wait": 20}).raise_for_status()
        root = etree.fromstring(page.content, PARSER)
        found = [base64.b64decode(each.text or "") for each in root.iterfind("{*}DxpMsg/{*}Data")]
        return found, root.get("next", "")


def main() -> None:
    """The whole way of one message."""
    message, wanted = Path(sys.argv[1]), (sys.argv[2:] or ["120"])[0]
    signer = Signer(os.environ["EPORT_P12"], os.environ["EPORT_P12_PASSWORD"])
    gateway = Gateway(os.environ["EPORT_URL"], os.environ["EPORT_CA"])
    kept = message.with_name(message.name + ".dxp")
    if not kept.exists():  # on disk before it is on the line
        with kept.with_name(kept.name + ".tmp").open("wb") as file:
            file.write(signer.envelope(message.read_bytes()))
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(kept)
    envelope = kept.read_bytes()
    digest = hashlib.sha256(base64.b64decode(value(etree.fromstring(envelope, PARSER), "Data"))).hexdigest()

    reply = gateway.send(envelope)
    print(value(reply, "ResponseCode"), value(reply, "ResponseInfo"))
    if value(reply, "ResponseCode") != "0000":
        kept.unlink()  # refused for good: mend the message, it is signed anew
        sys.exit(3)
    if value(reply, "OriDigest") != digest:
        end(1, "the reply is about other data")
    known_as = value(reply, "CopMsgId")  # under which the gateway keeps it

    gateway.log_in(signer)
    after, until = "", time.monotonic() + 120
    while time.monotonic() < until:
        documents, after = gateway.receipts(after)
        for document in documents:
            if value(etree.fromstring(document, PARSER), "oriCopMsgId") != known_as:
                continue  # another message's
            receipt = gateway.proven(document)
            if (value(receipt, "oriCopMsgId"), value(receipt, "oriDigest")) != (known_as, digest):
                end(1, "a receipt is about other data")
            status = value(receipt, "returnStatus")
            print(status, value(receipt, "caseNo"), value(receipt, "returnInfo"))
            if status == wanted:
                return
            if status in FINAL_REFUSALS or status.startswith("-"):
                sys.exit(3)
    end(1, f"the receipt {wanted} did not come in time")


if __name__ == "__main__":
    main()
