"""The hostile corpus: messages that look signed and must not pass.

`wrapped` and `edited` change a genuine message without its holder's key. `outside` is signed by a
registered holder, genuinely, but is not of the profile. `harmless` changes what is not signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.messages.signature.making import (
    C14N,
    DS,
    ENVELOPED,
    EXC,
    MORE,
    PLAIN,
    Pair,
    Shape,
    foreign,
    holder,
    issue,
    key,
    make,
    sign_value,
    varied,
)

BASE = make(PLAIN, holder("rsa2048")).decode()
SIGNATURE = BASE[BASE.index("<ds:Signature ") : BASE.index("</M>")]
OPEN, INNER = '<M xmlns="urn:t" guid="G-1">', '<n id="1"><a>保税</a><b>2</b></n><t>x</t>'
EVIL = '<n id="1"><a>走私</a><b>2</b></n><t>x</t>'


def _changed(old: str, new: str, text: str = BASE) -> str:
    assert old in text, old
    return text.replace(old, new, 1)


def within(tag: str, change: str, text: str = BASE) -> str:
    """The content of the first ds:`tag` replaced by `change`, where {} is the old content."""
    found = re.search(f"<ds:{tag}>([^<]*)</ds:{tag}>", text)
    assert found, tag
    return text[: found.start(1)] + change.replace("{}", found[1]) + text[found.end(1) :]


def wrapped() -> dict[str, str]:
    """Signature wrapping: genuine parts, put together anew around other data."""
    whole = BASE
    content = whole[len(OPEN) : whole.index(SIGNATURE)]
    moved = SIGNATURE.replace("</ds:Signature>", f"<ds:Object>{OPEN}{content}</M></ds:Object></ds:Signature>")
    by_id = SIGNATURE.replace('URI=""', 'URI="#G"')
    return {
        "signature first": f"{OPEN}{SIGNATURE}{content}</M>",
        "signature in a node": f"{OPEN}{content}<n>{SIGNATURE}</n></M>",
        "signature not last": f"{OPEN}{content}{SIGNATURE}<t/></M>",
        "whole message in another": f"<M><n/>{whole}</M>",
        "whole message in another of the same name": f"{OPEN}{EVIL}{whole}</M>",
        "whole message in another, signature moved out": f"{OPEN}{EVIL}{OPEN}{content}</M>{SIGNATURE}</M>",
        "signature is the root": f"{moved}",
        "original moved into Object": f"{OPEN}{EVIL}{moved}</M>",
        "original moved into KeyInfo": f"{OPEN}{EVIL}"
        + SIGNATURE.replace("</ds:KeyInfo>", f"{OPEN}{content}</M></ds:KeyInfo>") + "</M>",
        "original moved into SignatureValue": f"{OPEN}{EVIL}"
        + SIGNATURE.replace("</ds:SignatureValue>", f"{OPEN}{content}</M></ds:SignatureValue>") + "</M>",
        "two signatures": f"{OPEN}{content}{SIGNATURE}{SIGNATURE}</M>",
        "a second signature in a node": f"{OPEN}<n>{SIGNATURE}</n>{content}{SIGNATURE}</M>",
        "a signature in the signature": f"{OPEN}{content}"
        + SIGNATURE.replace("</ds:KeyInfo>", f"</ds:KeyInfo><ds:Object>{SIGNATURE}</ds:Object>") + "</M>",
        "by id, original moved": f'{OPEN}{EVIL}<x Id="G">{content}</x>{by_id}</M>',
        "by xml:id, original moved": f'{OPEN}{EVIL}<x xml:id="G">{content}</x>{by_id}</M>',
        "by id, two of them": f'{OPEN}<x Id="G">{content}</x><x Id="G">{EVIL}</x>{by_id}</M>',
        "other data": f"{OPEN}{EVIL}{SIGNATURE}</M>",
        "no data": f"{OPEN}{SIGNATURE}</M>",
        "no signature": f"{OPEN}{content}</M>",
        "node added": f"{OPEN}{content}<n/>{SIGNATURE}</M>",
        "text added before": f"{OPEN}{content}x{SIGNATURE}</M>",
        "text added after": f"{OPEN}{content}{SIGNATURE}x</M>",
        "line break added after": f"{OPEN}{content}{SIGNATURE}\n</M>",
        "other guid": _changed("G-1", "G-2"),
        "attribute added": _changed("<M ", '<M role="customs" '),
        "other namespace": _changed("urn:t", "urn:evil"),
        "other root": whole.replace("<M ", "<N ").replace("</M>", "</N>"),
        "default namespace taken away in a node": _changed("<t>", '<t xmlns="">'),
        "signature of another namespace": whole.replace(DS, DS[:-1] + "1#"),
        "empty signature": f'{OPEN}{content}<ds:Signature xmlns:ds="{DS}"/></M>',
        "signature without its namespace": f"{OPEN}{content}<Signature/></M>",
    }  # fmt: skip


def edited() -> dict[str, str]:
    """The signature's own elements, edited without the key."""
    certificate = holder("rsa2048").text
    der = base64.b64decode(certificate)
    x509 = "<ds:X509Certificate>"
    return {
        "truncated SignatureValue": within("SignatureValue", "AAAA"),
        "empty SignatureValue": within("SignatureValue", ""),
        "SignatureValue of zeros": within("SignatureValue", base64.b64encode(bytes(256)).decode()),
        "SignatureValue with a comment": within("SignatureValue", "<!-- -->{}"),
        "SignatureValue with an instruction": within("SignatureValue", "<?x y?>{}"),
        "SignatureValue with an element": within("SignatureValue", "<x/>{}"),
        "SignatureValue with a no-break space": within("SignatureValue", "\u00a0{}"),
        "SignatureValue with an em space": within("SignatureValue", "{}\u2003"),
        "SignatureValue with a control character": within("SignatureValue", "{}&#x85;"),
        "SignatureValue with rubbish": within("SignatureValue", "{}!"),
        "SignatureValue with padding twice": within("SignatureValue", "{}===="),
        "SignatureValue with stray bits": re.sub(
            "(.)==(?=</ds:SignatureValue>)", lambda found: chr(ord(found[1]) + 1) + "==", BASE
        ),
        "SignatureValue in base64url": re.sub(
            "(?<=<ds:SignatureValue>)[^<]*", lambda found: found[0].translate(str.maketrans("+/", "-_")), BASE
        ),
        "DigestValue with a comment": within("DigestValue", "<!-- -->{}"),
        "DigestValue empty": within("DigestValue", ""),
        "DigestValue of other data": within(
            "DigestValue", base64.b64encode(hashlib.sha256(b"").digest()).decode()
        ),
        "certificate with a comment": within("X509Certificate", "<!-- -->{}"),
        "certificate with an element": within("X509Certificate", "<x/>{}"),
        "certificate empty": within("X509Certificate", ""),
        "certificate in PEM": within("X509Certificate", "-----BEGIN CERTIFICATE-----\n{}"),
        "certificate with bytes after it": within("X509Certificate", base64.b64encode(der + b"\0").decode()),
        "certificate cut off": within("X509Certificate", base64.b64encode(der[:-3]).decode()),
        "certificate of another holder": within("X509Certificate", holder("rsa3072").text),
        "certificate of a foreign CA": within("X509Certificate", foreign("rsa2048").text),
        "certificate with another curve's key": within("X509Certificate", holder("p256").text),
        "two certificates": _changed(x509, f"{x509}{foreign('rsa2048').text}</ds:X509Certificate>{x509}"),
        "the same certificate twice": _changed(x509, f"{x509}{certificate}</ds:X509Certificate>{x509}"),
        "two X509Data": _changed("<ds:X509Data>", "<ds:X509Data/><ds:X509Data>"),
        "issuer and serial beside": _changed(
            x509, "<ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>1"
            f"</ds:X509SerialNumber></ds:X509IssuerSerial>{x509}"),
        "subject name beside": _changed(x509, f"<ds:X509SubjectName>CN=x</ds:X509SubjectName>{x509}"),
        "KeyName with an element": _changed("<ds:KeyName>", "<ds:KeyName><x/>"),
        "two KeyNames": _changed("<ds:KeyName>", "<ds:KeyName/><ds:KeyName>"),
        "KeyInfo empty": re.sub("<ds:KeyInfo>.*</ds:KeyInfo>", "<ds:KeyInfo/>", BASE),
        "KeyInfo missing": re.sub("<ds:KeyInfo>.*</ds:KeyInfo>", "", BASE),
        "KeyInfo twice": _changed("</ds:KeyInfo>", "</ds:KeyInfo><ds:KeyInfo/>"),
        "Object": _changed("</ds:KeyInfo>", "</ds:KeyInfo><ds:Object/>"),
        "SignedInfo twice": _changed("<ds:SignatureValue>", "<ds:SignedInfo/><ds:SignatureValue>"),
        "text in SignedInfo": _changed("<ds:Reference", "x<ds:Reference"),
        "text in Signature": _changed("<ds:KeyInfo>", "x<ds:KeyInfo>"),
        "attribute on Signature": _changed("<ds:Signature ", '<ds:Signature Id="s" '),
        "attribute on SignedInfo": _changed("<ds:SignedInfo>", '<ds:SignedInfo Id="s">'),
        "attribute on X509Data": _changed("<ds:X509Data>", '<ds:X509Data Id="s">'),
        "xml:lang on the root": _changed("<M ", '<M xml:lang="zh" '),
        "xml:base on the signature": _changed("<ds:Signature ", '<ds:Signature xml:base="http://x/" '),
        "xml:space on the signature": _changed("<ds:Signature ", '<ds:Signature xml:space="preserve" '),
        "comment in the data": _changed("<t>x", "<t>x<!-- -->"),
        "comment before the root": f"<!-- -->{BASE}",
        "instruction before the root": f"<?x y?>{BASE}",
        "instruction after the root": f"{BASE}<?x y?>",
        "instruction in the data": _changed("<t>x", "<t>x<?x y?>"),
        "DTD with an entity": f'<!DOCTYPE M [<!ENTITY e "x">]>{_changed("<t>x", "<t>&e;")}',
        "DTD with an outside entity": f'<!DOCTYPE M [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        f"{_changed('<t>x', '<t>&e;')}",
        "DTD that declares ids": f"<!DOCTYPE M [<!ATTLIST n id ID #IMPLIED>]>{BASE}",
        "DTD with a default attribute": f'<!DOCTYPE M [<!ATTLIST t role CDATA "customs">]>{BASE}',
        "entity without a DTD": _changed("<t>x", "<t>&e;"),
        "algorithm with a space": _changed('xmldsig-more#rsa-sha256"', 'xmldsig-more#rsa-sha256 "'),
        "reference elsewhere": _changed('URI=""', 'URI="http://127.0.0.1:9/x"'),
        "reference to a file": _changed('URI=""', 'URI="file:///etc/hostname"'),
    }  # fmt: skip


def outside() -> dict[str, bytes]:
    """Signed by a registered holder, over its own data, but in another way than the profile's."""
    rsa, p256 = holder("rsa2048"), holder("p256")
    spki = rsa.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    pem = rsa.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def transforms(*every: str) -> Shape:
        return varied(transforms_xml=f"<{{p}}Transforms>{''.join(every)}</{{p}}Transforms>")

    def one(uri: str, inside: str = "") -> str:
        return f'<{{p}}Transform Algorithm="{uri}">{inside}</{{p}}Transform>'

    def key_info(inside: str) -> Shape:
        return varied(key_info=f"<{{p}}KeyInfo>{inside}</{{p}}KeyInfo>")

    prefixes = (
        '<e:InclusiveNamespaces xmlns:e="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="p #default"/>'
    )
    x509 = "<{p}X509Data><{p}X509Certificate>{certificate}</{p}X509Certificate></{p}X509Data>"
    numbers = rsa.key.public_key().public_numbers()
    assert isinstance(numbers, RSAPublicNumbers)
    modulus = base64.b64encode(numbers.n.to_bytes(256)).decode()
    key_value = (
        f"<{{p}}KeyValue><{{p}}RSAKeyValue><{{p}}Modulus>{modulus}</{{p}}Modulus>"
        "<{p}Exponent>AQAB</{p}Exponent></{p}RSAKeyValue></{p}KeyValue>"
    )
    second = (
        '<{p}Reference URI=""><{p}Transforms><{p}Transform Algorithm="' + ENVELOPED + '"/></{p}Transforms>'
        '<{p}DigestMethod Algorithm="{digest_method}"/><{p}DigestValue>{digest}</{p}DigestValue>'
        "</{p}Reference>"
    )
    xpath = '<{p}XPath xmlns:d="' + DS + '">not(ancestor-or-self::d:Signature)</{p}XPath>'
    xslt = (
        '<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"><x:template match="/">'
        '<x:copy-of select="."/></x:template></x:stylesheet>'
    )
    shapes: dict[str, Shape] = {
        "XPath": transforms(one("http://www.w3.org/TR/1999/REC-xpath-19991116", xpath)),
        "XPath after enveloped": transforms(
            one(ENVELOPED), one("http://www.w3.org/TR/1999/REC-xpath-19991116", xpath)
        ),
        "XPath filter 2": transforms(one(ENVELOPED), one("http://www.w3.org/2002/06/xmldsig-filter2")),
        "XSLT": transforms(one(ENVELOPED), one("http://www.w3.org/TR/1999/REC-xslt-19991116", xslt)),
        "base64": transforms(one(ENVELOPED), one(DS + "base64")),
        "swapped": transforms(one(EXC), one(ENVELOPED)),
        "canonicalisation only": transforms(one(EXC)),
        "three transforms": transforms(one(ENVELOPED), one(EXC), one(EXC)),
        "enveloped twice": transforms(one(ENVELOPED), one(ENVELOPED)),
        "no transform": transforms(),
        "no Transforms": varied(transforms_xml=""),
        "Transforms twice": varied(transforms_xml=f"<{{p}}Transforms>{one(ENVELOPED)}</{{p}}Transforms>" * 2),
        "transform with comments": transforms(one(ENVELOPED), one(EXC + "WithComments")),
        "transform C14N 1.1": transforms(one(ENVELOPED), one("http://www.w3.org/2006/12/xml-c14n11")),
        "transform with a PrefixList": transforms(one(ENVELOPED), one(EXC, prefixes)),
        "enveloped with content": transforms(one(ENVELOPED, "<x/>"), one(EXC)),
        "enveloped with text": transforms(one(ENVELOPED, "x"), one(EXC)),
        "SignedInfo with comments": varied(info_c14n=EXC + "WithComments"),
        "SignedInfo C14N with comments": varied(info_c14n=C14N + "#WithComments"),
        "SignedInfo C14N 1.1": varied(info_c14n="http://www.w3.org/2006/12/xml-c14n11"),
        "SignedInfo with a PrefixList": varied(info_c14n_xml=prefixes),
        "SignedInfo as lxml canonicalises it in place": varied(
            prefix="", info_c14n=C14N, transforms=(ENVELOPED, C14N), wrong_info_c14n=True
        ),
        "two references": varied(info_extra=second),
        "reference without URI": varied(uri=""),
        "reference with a Type": varied(uri=f' URI="" Type="{DS}Manifest"'),
        "reference with an Id": varied(uri=' URI="" Id="r"'),
        "xpointer to the root": varied(uri=' URI="#xpointer(/)"'),
        "xpointer to an id": varied(uri=" URI=\"#xpointer(id('x'))\""),
        "bare name": varied(uri=' URI="#x"'),
        "text in the reference": varied(reference_extra="x"),
        "object in the reference": varied(reference_extra="<x/>"),
        "Object in the signature": varied(signature_extra="<{p}Object/>"),
        "Manifest in the signature": varied(
            signature_extra="<{p}Object><{p}Manifest>" + second + "</{p}Manifest></{p}Object>"
        ),
        "Id on SignedInfo": varied(info_attributes=' Id="i"'),
        "digest MD5": varied(digest=MORE + "md5"),
        "digest SHA-1": varied(digest=DS + "sha1"),
        "digest SHA-224": varied(digest=MORE + "sha224"),
        "digest unknown": varied(digest="urn:none"),
        "rsa-sha1": varied(method=DS + "rsa-sha1", bits="1"),
        "rsa-sha512": varied(method=MORE + "rsa-sha512", bits="512"),
        "rsa-md5": varied(method=MORE + "rsa-md5", bits="256"),
        "PSS": varied(method="http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1", bits="256"),
        "dsa-sha1": varied(method=DS + "dsa-sha1", bits="1"),
        "no such method": varied(method="urn:none", bits="256"),
        "ecdsa-sha256 with an RSA key": varied(method=MORE + "ecdsa-sha256", bits="256"),
        "method with content": varied(method_xml="<x/>"),
        "HMAC with the public key in DER": varied(
            method=MORE + "hmac-sha256", value=lambda data: hmac.digest(spki, data, "sha256")
        ),
        "HMAC with the public key in PEM": varied(
            method=MORE + "hmac-sha256", value=lambda data: hmac.digest(pem, data, "sha256")
        ),
        "HMAC with an empty key": varied(
            method=MORE + "hmac-sha256", value=lambda data: hmac.digest(b"", data, "sha256")
        ),
        "HMAC of no length": varied(
            method=DS + "hmac-sha1", method_xml="<{p}HMACOutputLength>0</{p}HMACOutputLength>",
            value=lambda _: b"",
        ),
        "HMAC of eight bits": varied(
            method=DS + "hmac-sha1", method_xml="<{p}HMACOutputLength>8</{p}HMACOutputLength>",
            value=lambda data: hmac.digest(pem, data, "sha1")[:1],
        ),
        "RSA with an output length": varied(method_xml="<{p}HMACOutputLength>8</{p}HMACOutputLength>"),
        "KeyValue in place of the certificate": key_info(key_value),
        "KeyValue before the certificate": key_info(key_value + x509),
        "KeyValue after the certificate": key_info(x509 + key_value),
        "KeyName only": key_info("<{p}KeyName>1A2B</{p}KeyName>"),
        "KeyName after the certificate": key_info(x509 + "<{p}KeyName>1A2B</{p}KeyName>"),
        "RetrievalMethod": key_info(f'<{{p}}RetrievalMethod URI="#k" Type="{DS}X509Data"/>'),
        "RetrievalMethod elsewhere": key_info('<{p}RetrievalMethod URI="http://127.0.0.1:9/c"/>'),
        "IssuerSerial only": key_info(
            "<{p}X509Data><{p}X509IssuerSerial><{p}X509IssuerName>CN=Test CA</{p}X509IssuerName>"
            "<{p}X509SerialNumber>1</{p}X509SerialNumber></{p}X509IssuerSerial></{p}X509Data>"
        ),
        "SKI only": key_info("<{p}X509Data><{p}X509SKI>AAAA</{p}X509SKI></{p}X509Data>"),
        "KeyInfo with text": key_info("x" + x509),
        "KeyInfo with an element of its own": key_info(x509 + "<x/>"),
    }  # fmt: skip
    made = {name: make(PLAIN, rsa, shape) for name, shape in shapes.items()}
    wrong_curve = varied(method=MORE + "ecdsa-sha512", bits="512")
    made |= {
        "P-256 with ecdsa-sha512": make(PLAIN, p256, wrong_curve),
        "rsa-sha256 with a P-256 key": make(PLAIN, p256, varied(method=MORE + "rsa-sha256", bits="256")),
        "P-256 with ecdsa-sha1": make(PLAIN, p256, varied(method=MORE + "ecdsa-sha1", bits="1")),
        "ECDSA in DER": make(PLAIN, p256, varied(value=lambda data: _der(p256, data))),
        "ECDSA of zeros": make(PLAIN, p256, varied(value=lambda _: bytes(64))),
        "ECDSA with a byte too many": make(PLAIN, p256, varied(value=lambda data: _padded(p256, data))),
        "RSA of 1024 bits": make(PLAIN, holder("rsa1024")),
        "secp256k1": make(
            PLAIN, holder("k256"), varied(method=MORE + "ecdsa-sha256", bits="256")
        ),
        "signed by an impostor of the same names": make(PLAIN, foreign("rsa2048")),
        "signed by a self-signed impostor": make(PLAIN, issue("holder rsa2048", key("rsa2048", 7), None)),
        "xml:lang on the root": make(_changed("<M ", '<M xml:lang="zh" ', PLAIN), rsa),
        "xml:base on the root": make(_changed("<M ", '<M xml:base="http://x/" ', PLAIN), rsa),
        "xml:id on the root": make(_changed("<M ", '<M xml:id="x" ', PLAIN), rsa, varied(info_c14n=C14N)),
    }  # fmt: skip
    return made


def _der(pair: Pair, data: bytes) -> bytes:
    assert isinstance(pair.key, ec.EllipticCurvePrivateKey)
    return pair.key.sign(data, ec.ECDSA(hashes.SHA256()))


def _padded(pair: Pair, data: bytes) -> bytes:
    value = sign_value(pair, data, "256")
    return value[:32] + b"\0" + value[32:]


def harmless() -> dict[str, bytes]:
    """Changes that leave what is signed as it was: taken or not, but never where xmlsec1 refuses."""
    made: dict[str, str | bytes] = {
        "CDATA in DigestValue": within("DigestValue", "<![CDATA[{}]]>"),
        "CDATA in SignatureValue": within("SignatureValue", "<![CDATA[{}]]>"),
        "CDATA in the certificate": within("X509Certificate", "<![CDATA[{}]]>"),
        "CDATA in the data": _changed("<t>x", "<t><![CDATA[x]]>"),
        "character references in SignatureValue": within("SignatureValue", "&#10;{}&#x20;"),
        "other KeyName": within("KeyName", "somebody else"),
        "no KeyName": re.sub("<ds:KeyName>.*</ds:KeyName>", "", BASE),
        "default namespace taken away in SignedInfo": _changed("<ds:Reference ", '<ds:Reference xmlns="" '),
        "namespace declared in SignedInfo": _changed("<ds:Reference ", '<ds:Reference xmlns:q="urn:q" '),
        "namespace declared at the root": _changed("<M ", '<M xmlns:q="urn:q" '),
        "relative namespace": _changed("<M ", '<M xmlns:q="q" '),
        "the prefix xml declared": _changed("<M ", '<M xmlns:xml="http://www.w3.org/XML/1998/namespace" '),
        "attributes in another order": _changed('xmlns="urn:t" guid="G-1"', 'guid="G-1" xmlns="urn:t"'),
        "white space in a tag": _changed("<t>", "<t  >"),
        "empty element written out": BASE.replace("/>", " />"),
        "byte order mark": "\ufeff" + BASE,
        "ids twice in the data": make('<M xmlns="urn:t"><a Id="x"/><b Id="x"/></M>', holder("p256")),
        "xml:id in the data": make('<M xmlns="urn:t"><a xml:id="x"/><b xml:id="y"/></M>', holder("p256")),
        "xml:lang in the data": make('<M xmlns="urn:t"><a xml:lang="zh"/></M>', holder("p256")),
        "ds elements in the data": make(f'<M xmlns:d="{DS}"><d:KeyInfo/><d:Object/></M>', holder("p256")),
    }
    return {name: text if isinstance(text, bytes) else text.encode() for name, text in made.items()}
