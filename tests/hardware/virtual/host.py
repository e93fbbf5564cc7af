"""The other side of the wire: gives commands to a card in short APDUs, chained where they are long."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from hardware.virtual.apdu import only, tlv
from hardware.virtual.medium import DEFAULT_MANAGEMENT_KEY, TRIPLE_DES, load, pad
from hardware.virtual.piv import PivCard

HASH = bytes(range(32))


def padded(data: bytes) -> bytes:
    """A SHA-256 hash as PKCS#1 v1.5 pads it for RSA-2048 (RFC 8017, 9.2)."""
    info = bytes.fromhex("3031300d060960864801650304020105000420") + data
    return b"\x00\x01" + b"\xff" * (253 - len(info)) + b"\x00" + info


class Host:
    """Speaks to a card that is in no reader."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.insert()

    def insert(self) -> None:
        """The card comes from its file again, as when it was taken out and put back."""
        self.card = PivCard(load(self.path))

    def send(self, header: str, data: bytes = b"", le: int = 0) -> tuple[bytes, int]:
        """One command with header `CLA INS P1 P2` in hex: the whole answer, and its status word."""
        start = bytes.fromhex(header)
        while len(data) > 255:
            answer = self.card.transmit(bytes([start[0] | 0x10]) + start[1:] + b"\xff" + data[:255])
            assert answer == b"\x90\x00", answer.hex()
            data = data[255:]
        body = bytes([len(data)]) + data if data else b""
        answer = self.card.transmit(start + body + bytes([le]))
        whole = b""
        while answer[-2] == 0x61:
            whole += answer[:-2]
            answer = self.card.transmit(b"\x00\xc0\x00\x00" + answer[-1:])
        return whole + answer[:-2], int.from_bytes(answer[-2:])

    def sw(self, header: str, data: bytes = b"") -> int:
        """The status word alone."""
        return self.send(header, data)[1]

    def tries(self) -> int:
        """What VERIFY without data answers."""
        return int.from_bytes(self.card.transmit(bytes.fromhex("00200080")))

    def verify(self, pin: str) -> int:
        """VERIFY the PIN."""
        return self.sw("00200080", pad(pin))

    def unblock(self, puk: str, pin: str) -> int:
        """RESET RETRY COUNTER."""
        return self.sw("002C0080", pad(puk) + pad(pin))

    def sign(self, key: int, algorithm: int, data: bytes) -> tuple[bytes, int]:
        """GENERAL AUTHENTICATE; the signature, or nothing, and the status word."""
        template = tlv(0x7C, tlv(0x82, b"") + tlv(0x81, data))
        answer, sw = self.send(f"0087{algorithm:02X}{key:02X}", template)
        return (only(only(answer, 0x7C), 0x82) if answer else b""), sw

    def get(self, tag: int) -> tuple[bytes, int]:
        """GET DATA."""
        name = tag.to_bytes((tag.bit_length() + 7) // 8)
        return self.send("00CB3FFF", tlv(0x5C, name))

    def put(self, tag: int, value: bytes) -> int:
        """PUT DATA."""
        return self.sw("00DB3FFF", tlv(0x5C, tag.to_bytes(3)) + tlv(0x53, value))

    def generate(self, key: int, algorithm: int) -> tuple[bytes, int]:
        """GENERATE ASYMMETRIC KEY PAIR."""
        return self.send(f"004700{key:02X}", tlv(0xAC, tlv(0x80, bytes([algorithm]))))

    def manage(self, key: bytes = DEFAULT_MANAGEMENT_KEY, algorithm: int = TRIPLE_DES) -> int:
        """External authentication with the management key."""
        answer, sw = self.send(f"0087{algorithm:02X}9B", tlv(0x7C, tlv(0x81, b"")))
        if not answer:
            return sw
        challenge = only(only(answer, 0x7C), 0x81)
        encryptor = cipher(algorithm, key).encryptor()
        return self.sw(f"0087{algorithm:02X}9B", tlv(0x7C, tlv(0x82, encryptor.update(challenge))))


def cipher(algorithm: int, key: bytes) -> Cipher[modes.ECB]:
    """The management key's cipher."""
    return Cipher(TripleDES(key) if algorithm == TRIPLE_DES else AES(key), modes.ECB())
