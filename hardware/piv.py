"""The commands and data objects of a PIV card as the card office uses them (SP 800-73-4), as bytes.

Knows how commands are built, chained and answered, and what stands in the objects for certificates, CHUID and
CCC; refuses to know readers, keys in memory, and what is done in which order.
"""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from hardware.blank import Algorithm, PublicKey, Use
from hardware.tlv import Malformed, parse, tlv

Transmit = Callable[[bytes], tuple[bytes, int]]
"""One command to the card: the answer's data and its status word. See `hardware.pcsc.Connection.transmit`."""

OK = 0x9000
NOT_FOUND = 0x6A82
BLOCKED = 0x6983
CONDITION_NOT_SATISFIED = 0x6982
WRONG_DATA = 0x6A80
WRONG_P1_P2 = 0x6A86
REFERENCE_UNKNOWN = 0x6A88

PIN, PUK = 0x80, 0x81
MANAGEMENT = 0x9B
CHUID, CCC = 0x5FC102, 0x5FC107
CERTIFICATE = {Use.AUTH: 0x5FC105, Use.SIGN: 0x5FC10A}
"""The object that holds the certificate of each key (SP 800-73-4 part 1, table 3)."""

KEY: dict[Algorithm, int] = {"RSA-2048": 0x07, "P-256": 0x11}
"""Algorithm identifiers of the keys (SP 800-78-4, table 6-2)."""

_AID = bytes.fromhex("a00000030800001000")  # without its version, as SELECT may (part 1, 2.2)
_CHAINED = 0x10  # class byte: more of the command follows (ISO/IEC 7816-4, 5.3.3)
_CHUNK = 255
_MAX_OBJECT = 65536
_MORE = 0x61
_LENGTH = 0x6C
_TEMPLATE = 0x7C  # dynamic authentication template
_WITNESS, _CHALLENGE, _RESPONSE = 0x80, 0x81, 0x82

# FASC-N of a card that no US agency issued: agency and system 9999, credential 999999. Readers, OpenSC among
# them, then take the GUID for the card's number (SP 800-73-4 part 1, 3.1.2).
_FASC_N = bytes.fromhex("d4e739da739ced39ce739d836858210842108421c84210c3eb")
_CARD_COMPATIBLE = bytes.fromhex("a000000116ff02")  # GSC-RID, no manufacturer, card type "other"


# -- commands ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """One command of any length; its repr shows no data, which may be a PIN."""

    ins: int
    p1: int
    p2: int
    data: bytes = b""
    answered: bool = False  # whether data comes back, which Le asks for

    def apdus(self) -> Iterator[bytes]:
        """The command as a chain of short APDUs."""
        header = bytes([self.ins, self.p1, self.p2])
        chunks = [self.data[at : at + _CHUNK] for at in range(0, len(self.data), _CHUNK)]
        for chunk in chunks[:-1]:
            yield bytes([_CHAINED]) + header + bytes([len(chunk)]) + chunk
        last = bytes([len(chunks[-1])]) + chunks[-1] if chunks else b""
        yield b"\0" + header + last + (b"\0" if self.answered else b"")

    def __repr__(self) -> str:
        return f"Command({self.ins:02X} {self.p1:02X} {self.p2:02X})"


def exchange(transmit: Transmit, command: Command) -> tuple[bytes, int]:
    """Send all of `command` and fetch all of the answer: its data and the last status word.

    Nothing is sent twice but a command that is answered, which alone has an Le to correct: in another, such
    as VERIFY, the last byte is the PIN's. A card that goes on and on without giving data is given up.
    """
    data, sw = b"", OK
    for apdu in command.apdus():
        data, sw = transmit(apdu)
        if sw >> 8 == _LENGTH and command.answered:  # this Le exactly (ISO/IEC 7816-3, 10.3)
            data, sw = transmit(apdu[:-1] + bytes([sw & 0xFF]))
        if sw != OK and sw >> 8 != _MORE:
            return data, sw
    while sw >> 8 == _MORE:
        more, sw = transmit(bytes([0, 0xC0, 0, 0, sw & 0xFF]))
        data += more
        if len(data) > _MAX_OBJECT or (not more and sw >> 8 == _MORE):
            raise Malformed("an answer without end")
    return data, sw


def select() -> Command:
    """Choose the PIV application."""
    return Command(0xA4, 0x04, 0x00, _AID, answered=True)


def verify(pin: bytes | None) -> Command:
    """Verify the PIN, 8 bytes; None asks for the tries left, which costs none (part 2, 3.2.1)."""
    return Command(0x20, 0x00, PIN, pin or b"")


def forget() -> Command:
    """Take the verified PIN back (part 2, 3.2.1); cards older than 800-73-4 do not know this."""
    return Command(0x20, 0xFF, PIN)


def change(reference: int, old: bytes, new: bytes) -> Command:
    """Change PIN or PUK (CHANGE REFERENCE DATA)."""
    return Command(0x24, 0x00, reference, old + new)


def unblock(puk: bytes, pin: bytes) -> Command:
    """A new PIN by the PUK (RESET RETRY COUNTER)."""
    return Command(0x2C, 0x00, PIN, puk + pin)


def get(tag: int) -> Command:
    """Read a data object."""
    return Command(0xCB, 0x3F, 0xFF, tlv(0x5C, tag.to_bytes(3)), answered=True)


def put(tag: int, content: bytes) -> Command:
    """Write a data object, in place of what it held."""
    return Command(0xDB, 0x3F, 0xFF, tlv(0x5C, tag.to_bytes(3)) + tlv(0x53, content))


def generate(use: Use, algorithm: Algorithm) -> Command:
    """Make a key pair on the card (GENERATE ASYMMETRIC KEY PAIR)."""
    return Command(0x47, 0x00, use.value, tlv(0xAC, tlv(0x80, bytes([KEY[algorithm]]))), answered=True)


def sign(use: Use, algorithm: int, prepared: bytes) -> Command:
    """Sign what is `prepared`: the padded block for RSA, the hash for ECDSA (part 2, A.4)."""
    return _authenticate(algorithm, use.value, (_RESPONSE, b""), (_CHALLENGE, prepared))


def ask_witness(algorithm: int) -> Command:
    """First step of mutual authentication: the card's witness, encrypted (part 2, A.1.2)."""
    return _authenticate(algorithm, MANAGEMENT, (_WITNESS, b""))


def prove(algorithm: int, witness: bytes, challenge: bytes) -> Command:
    """Second step: the witness decrypted, and a challenge for the card to encrypt."""
    return _authenticate(algorithm, MANAGEMENT, (_WITNESS, witness), (_CHALLENGE, challenge))


def _authenticate(algorithm: int, reference: int, *parts: tuple[int, bytes]) -> Command:
    body = b"".join(tlv(tag, value) for tag, value in parts)
    return Command(0x87, algorithm, reference, tlv(_TEMPLATE, body), answered=True)


def pad(secret: str) -> bytes:
    """A PIN or PUK in 8 bytes, filled with FF (part 2, 2.4.3)."""
    return secret.encode().ljust(8, b"\xff")


# -- answers -------------------------------------------------------------------------------------


def tries(sw: int) -> int | None:
    """The tries left that a status word tells: 0 when blocked, None when it tells none."""
    if sw == BLOCKED:
        return 0
    return sw & 0x0F if sw & 0xFFF0 == 0x63C0 else None


def witness(answer: bytes) -> bytes:
    """The encrypted witness in an answer."""
    return _part(answer, _WITNESS)


def response(answer: bytes) -> bytes:
    """The response in an answer: a signature, or the encrypted challenge."""
    return _part(answer, _RESPONSE)


def _part(answer: bytes, tag: int) -> bytes:
    found = parse(parse(answer).get(_TEMPLATE, b"")).get(tag)
    if not found:
        raise Malformed(f"no {tag:02X} in the answer")
    return found


def public_key(answer: bytes) -> PublicKey:
    """The new key's public half (part 2, 3.3.2)."""
    parts = parse(parse(answer).get(0x7F49, b""))
    if 0x86 in parts:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), parts[0x86])
    if 0x81 in parts and 0x82 in parts:
        numbers = rsa.RSAPublicNumbers(int.from_bytes(parts[0x82]), int.from_bytes(parts[0x81]))
        return numbers.public_key()
    raise Malformed("no public key in the answer")


# -- data objects --------------------------------------------------------------------------------


def content(answer: bytes) -> bytes:
    """What a data object holds; empty when it was emptied."""
    return parse(answer).get(0x53, b"")


BEGUN = tlv(0x70, b"") + tlv(0x71, b"\0") + tlv(0xFE, b"")
"""A certificate object with no certificate in it: written before its key is made anew."""


def certificate_object(certificate: x509.Certificate) -> bytes:
    """A certificate, not compressed, without error code (SP 800-73-4 part 1, table 10)."""
    return tlv(0x70, certificate.public_bytes(Encoding.DER)) + tlv(0x71, b"\0") + tlv(0xFE, b"")


def certificate_in(held: bytes) -> x509.Certificate | None:
    """The certificate in an object's content, also when gzip compressed; None when there is none to read."""
    try:
        parts = parse(held)
        der = parts.get(0x70, b"")
        if der and parts.get(0x71, b"\0")[:1] == b"\1":
            der = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(der, _MAX_OBJECT)
        return x509.load_der_x509_certificate(der) if der else None
    except (ValueError, zlib.error):
        return None


def chuid_object(guid: uuid.UUID) -> bytes:
    """Card holder unique identifier: says nothing but the GUID, the card's number (part 1, table 9)."""
    parts = ((0x30, _FASC_N), (0x34, guid.bytes), (0x35, b"20991231"), (0x3E, b""), (0xFE, b""))
    return b"".join(tlv(tag, value) for tag, value in parts)


def guid_in(held: bytes) -> uuid.UUID | None:
    """The GUID in a CHUID; None when there is none, or all zeros."""
    try:
        found = parse(held).get(0x34, b"")
    except Malformed:
        return None
    return uuid.UUID(bytes=found) if len(found) == 16 and any(found) else None


def ccc_object(guid: uuid.UUID) -> bytes:
    """Card capability container: the data model is PIV's (10), all else is empty (part 1, table 8)."""
    named = {
        0xF0: _CARD_COMPATIBLE + guid.bytes[:14],
        0xF1: b"\x21",
        0xF2: b"\x21",
        0xF4: b"\0",
        0xF5: b"\x10",
    }
    order = (0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE)
    return b"".join(tlv(tag, named.get(tag, b"")) for tag in order)
