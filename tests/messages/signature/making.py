"""Makes certificates and signed documents of every shape, within the profile and outside it.

Builds the ds:Signature as text and canonicalises with lxml directly, so that it shares no code with what it
tests; what it makes is held against xmlsec1, signxml and the JDK by the tests that use it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

DS = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DS + "enveloped-signature"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


# -- certificates --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """A key and its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def text(self) -> str:
        """The certificate as X509Certificate has it."""
        return base64.b64encode(self.certificate.public_bytes(Encoding.DER)).decode()


def name(common: str) -> x509.Name:
    """A name of one part."""
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


def usage(*allowed: str) -> x509.KeyUsage:
    """A key usage that allows these and nothing else."""
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{one: one in allowed for one in every})


def issue(
    subject: str,
    key: Key,
    issuer: Pair | None,
    *,
    ca: bool | None = None,
    path_length: int | None = None,
    begin: datetime = NOW - DAY,
    end: datetime = NOW + 30 * DAY,
    issuer_name: str | None = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> Pair:
    """A certificate for `key`, self-signed without an issuer."""
    signer = issuer.key if issuer else key
    names = issuer.certificate.subject if issuer else name(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer_name) if issuer_name else names)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return Pair(key, builder.sign(signer, hashes.SHA256()))


_KEYS: dict[str, Callable[[], Key]] = {
    "rsa2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa3072": lambda: rsa.generate_private_key(65537, 3072),
    "rsa1024": lambda: rsa.generate_private_key(65537, 1024),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "k256": lambda: ec.generate_private_key(ec.SECP256K1()),
}


@cache
def key(kind: str, number: int = 0) -> Key:
    """A key of this kind, the same for the same number."""
    return _KEYS[kind]()


@cache
def authority() -> Pair:
    """The one that the tests trust."""
    return issue("Test CA", key("rsa2048", 9), None, ca=True)


@cache
def holder(kind: str) -> Pair:
    """A holder of the test authority with a key of this kind."""
    return issue(f"holder {kind}", key(kind), authority())


@cache
def foreign(kind: str) -> Pair:
    """The same names under an authority that nobody configured."""
    other = issue("Test CA", key("rsa2048", 8), None, ca=True)
    return issue(f"holder {kind}", key(kind, 7), other)


METHODS = {
    "rsa2048": "rsa-sha256", "rsa3072": "rsa-sha256", "rsa1024": "rsa-sha256",
    "p256": "ecdsa-sha256", "p384": "ecdsa-sha384", "p521": "ecdsa-sha512",
}  # fmt: skip
_HASHES = {"1": hashes.SHA1(), "256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def sign_value(pair: Pair, data: bytes, bits: str) -> bytes:
    """A SignatureValue over `data`."""
    if isinstance(pair.key, rsa.RSAPrivateKey):
        return pair.key.sign(data, padding.PKCS1v15(), _HASHES[bits])
    r, s = decode_dss_signature(pair.key.sign(data, ec.ECDSA(_HASHES[bits])))
    length = (pair.key.key_size + 7) // 8
    return r.to_bytes(length) + s.to_bytes(length)


# -- documents -----------------------------------------------------------------------------------

PLAIN = '<M xmlns="urn:t" guid="G-1"><n id="1"><a>保税</a><b>2</b></n><t>x</t></M>'

DOCUMENTS = {
    "plain": PLAIN,
    "no namespace": "<M><a>1</a></M>",
    "prefixed root": '<p:M xmlns:p="urn:t" xmlns="urn:o"><p:a>1</p:a><b/></p:M>',
    "root with the prefix ds for itself": '<ds:M xmlns:ds="urn:t"><ds:a>1</ds:a></ds:M>',
    "unused namespaces": '<M xmlns="urn:t" xmlns:u="urn:u"><a xmlns:v="urn:v" xmlns:w="urn:w"><w:b/></a></M>',
    "undeclared default": '<M xmlns="urn:t"><a xmlns=""><b xmlns="urn:t">1</b></a></M>',
    "redeclared": '<p:M xmlns:p="urn:a"><p:x xmlns:p="urn:b"><p:y xmlns:p="urn:a"/></p:x></p:M>',
    "attributes": '<M xmlns="urn:t" z="1" a="2" xmlns:q="urn:q" xmlns:b="urn:b" q:c="3" b:d="4"><n/></M>',
    "pretty": '<?xml version="1.0" encoding="UTF-8"?>\n<M xmlns="urn:t">\n  <a>1</a>\n\t<b>\n2</b>\n</M>\n',
    "carriage returns": '<M xmlns="urn:t">\r\n<a>x\r\ny</a>\r\n<b>1&#13;\n2&#xD;</b>\r\n</M>\r\n',
    "attribute whitespace": '<M xmlns="urn:t" a="x&#9;y&#10;z&#13;" b="p\tq\nr"><n c=" 1  2 "/></M>',
    "escapes": "<M xmlns='urn:t' a='\"&lt;&gt;&amp;\"'><n>&lt;&gt;&amp;&quot;&apos;]]&gt;</n></M>",
    "beyond the BMP": '<M xmlns="urn:t" a="𠮷"><n>𠮷野家 &#x20BB7; 😀</n></M>',
    "CDATA": '<M xmlns="urn:t"><a><![CDATA[<b>&amp;]]>tail<![CDATA[]]></a></M>',
    "Chinese names": '<报文 xmlns="urn:t" xmlns:前="urn:q"><前:项 前:号="1">一</前:项></报文>',
    "byte order mark": '\ufeff<M xmlns="urn:t"><a/></M>',
    "empty elements": '<M xmlns="urn:t"><a/><b></b><c> </c></M>',
    "ids in the data": '<M xmlns="urn:t"><a Id="x"/><b ID="x" id="x"/></M>',
    "no content": '<M xmlns="urn:t"></M>',
    "large": '<M xmlns="urn:t">' + "<n><a>料件</a><b>1.00000</b></n>" * 4000 + "</M>",
}


@dataclass(frozen=True)
class Shape:
    """How a ds:Signature is written. The defaults are what the project's own signers write."""

    prefix: str = "ds"
    info_c14n: str = EXC
    transforms: tuple[str, ...] = (ENVELOPED, EXC)
    key_name: bool = True
    break_lines: str = ""  # put into base64 texts every 60 characters
    indent: str = ""  # between the elements of the signature
    tail: str = ""  # after the signature
    method: str = ""  # of SignatureMethod; the key's own when empty
    digest: str = SHA256
    bits: str = ""  # of the hash that SignatureMethod uses; by its name when empty
    uri: str = ' URI=""'
    # Texts for shapes outside the profile; {p} is the prefix with its colon.
    transforms_xml: str | None = None
    info_c14n_xml: str = ""
    method_xml: str = ""
    reference_extra: str = ""
    info_extra: str = ""
    signature_extra: str = ""
    key_info: str | None = None
    info_attributes: str = ""
    wrong_info_c14n: bool = False  # sign SignedInfo as lxml writes it in place: the trap of DESIGN.md
    value: Callable[[bytes], bytes] | None = field(default=None, compare=False)


DEFAULT = Shape()
VALUE_MARK = "@@VALUE@@"


def make(document: str, pair: Pair, shape: Shape = DEFAULT) -> bytes:
    """`document`, signed by `pair` with a signature of this shape."""
    body, end = document[: document.rindex("</")], document[document.rindex("</") :]
    unsigned = f"{body}{shape.tail}{end}".encode()
    whole = f"{body}{_signature(unsigned, pair, shape)}{shape.tail}{end}"
    info = etree.fromstring(whole.encode()).find(f".//{{{DS}}}SignedInfo")
    assert info is not None
    alone = (
        info
        if shape.wrong_info_c14n
        else etree.fromstring(etree.tostring(info, encoding="utf-8", with_tail=False))
    )
    data = etree.tostring(alone, method="c14n", exclusive=shape.info_c14n.startswith(EXC))
    method = shape.method or _method(pair)
    made = (
        shape.value(data)
        if shape.value
        else sign_value(pair, data, shape.bits or method.rpartition("sha")[2])
    )
    return whole.replace(VALUE_MARK, _wrapped(made, shape)).encode()


def varied(**changes: object) -> Shape:
    """The default shape, changed."""
    return replace(DEFAULT, **changes)  # type: ignore[arg-type]


def _method(pair: Pair) -> str:
    if isinstance(pair.key, rsa.RSAPrivateKey):
        return MORE + "rsa-sha256"
    return MORE + {256: "ecdsa-sha256", 384: "ecdsa-sha384", 521: "ecdsa-sha512"}[pair.key.key_size]


def _wrapped(data: bytes, shape: Shape) -> str:
    text = base64.b64encode(data).decode()
    lines = [text[start : start + 60] for start in range(0, len(text), 60)]
    edge = shape.break_lines
    return edge + edge.join(lines) + edge


def _signature(unsigned: bytes, pair: Pair, shape: Shape) -> str:
    p = f"{shape.prefix}:" if shape.prefix else ""
    xmlns = f'xmlns:{shape.prefix}="{DS}"' if shape.prefix else f'xmlns="{DS}"'
    last = shape.transforms[-1] if shape.transforms else C14N
    bare = etree.tostring(etree.fromstring(unsigned), method="c14n", exclusive=last.startswith(EXC))
    size = next(
        (name for name in ("sha384", "sha512", "sha1", "md5", "sha224") if name in shape.digest), "sha256"
    )
    digest = _wrapped(hashlib.new(size, bare).digest(), shape)
    transforms = shape.transforms_xml
    if transforms is None:
        every = "".join(f'{{i}}<{{p}}Transform Algorithm="{one}"/>' for one in shape.transforms)
        transforms = f"<{{p}}Transforms>{every}{{i}}</{{p}}Transforms>"
    key_info = shape.key_info
    if key_info is None:
        named = "{i}<{p}KeyName>1A2B</{p}KeyName>" if shape.key_name else ""
        key_info = (
            f"<{{p}}KeyInfo>{named}{{i}}<{{p}}X509Data>{{i}}<{{p}}X509Certificate>"
            "{certificate}</{p}X509Certificate>{i}</{p}X509Data>{i}</{p}KeyInfo>"
        )
    text = (
        "<{p}Signature {xmlns}>{i}<{p}SignedInfo{info_attributes}>{i}"
        '<{p}CanonicalizationMethod Algorithm="{info_c14n}">' + shape.info_c14n_xml
        + "</{p}CanonicalizationMethod>"
        '{i}<{p}SignatureMethod Algorithm="{method}">' + shape.method_xml + "</{p}SignatureMethod>"
        "{i}<{p}Reference{uri}>{i}" + transforms + '{i}<{p}DigestMethod Algorithm="{digest_method}"/>'
        "{i}<{p}DigestValue>{digest}</{p}DigestValue>" + shape.reference_extra + "{i}</{p}Reference>"
        + shape.info_extra + "{i}</{p}SignedInfo>{i}<{p}SignatureValue>" + VALUE_MARK
        + "</{p}SignatureValue>{i}" + key_info + shape.signature_extra + "{i}</{p}Signature>"
    )  # fmt: skip
    values = {
        "{p}": p, "{xmlns}": xmlns, "{i}": shape.indent, "{info_c14n}": shape.info_c14n,
        "{method}": shape.method or _method(pair), "{uri}": shape.uri, "{digest_method}": shape.digest,
        "{digest}": digest, "{info_attributes}": shape.info_attributes,
        "{certificate}": _wrapped(base64.b64decode(pair.text), shape),
    }  # fmt: skip
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text
