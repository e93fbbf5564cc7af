"""The PIV card application (NIST SP 800-73-4, part 2): what the card answers to each command.

Knows the commands, who may give them and what they change in the medium, and how long data travel in several
commands and answers; refuses to know files, readers and processes. Whatever comes in, a status word goes out.
"""

from __future__ import annotations

from collections.abc import Callable

from hardware.virtual import apdu, keys
from hardware.virtual.apdu import Command, StatusWord, objects, only, tlv
from hardware.virtual.medium import SIGN, TRIES, Medium, Reference, usable_pin, usable_puk

AID = bytes.fromhex("a000000308000010000100")  # SP 800-73-4 part 1, 2.2
MANAGEMENT = 0x9B
PIN, PUK = 0x80, 0x81
DISCOVERY = 0x7E
MAX_CHAIN = 8192  # bytes of data over all commands of a chain; a certificate object has some two thousand
MAX_OBJECTS = 64

_SELECT = 0xA4
_CHAINS = 0x10  # the bit of CLA that says: more is to come
_GENERATES = frozenset({0x9A, 0x9C, 0x9D, 0x9E})


def atr() -> bytes:
    """Answer to reset: direct convention, T=1."""
    historical = b"EPORT-PIV"
    body = bytes([0x80 | len(historical), 0x80, 0x01]) + historical  # T0, TD1, TD2 and the historical bytes
    check = 0
    for byte in body:
        check ^= byte
    return b"\x3b" + body + bytes([check])


class PivCard:
    """A powered card over its medium."""

    def __init__(self, medium: Medium) -> None:
        self._medium = medium
        self._commands: dict[int, Callable[[Command], bytes]] = {
            0x20: self._verify,
            0x24: self._change_reference_data,
            0x2C: self._reset_retry_counter,
            0x47: self._generate_key_pair,
            0x87: self._general_authenticate,
            _SELECT: self._select,
            0xCB: self._get_data,
            0xDB: self._put_data,
        }
        self.reset()

    def reset(self) -> None:
        """Power on, or a warm reset: nobody is authenticated any more."""
        self._pin_verified = False
        self._pin_fresh = False  # verified for the one signature that a key with PIN always may make
        self._managed = False
        self._management = keys.Management(self._medium.management_algorithm, self._medium.management_key)
        self._chain: tuple[tuple[int, int, int], bytes] | None = None
        self._rest = b""

    def transmit(self, message: bytes) -> bytes:
        """The answer to one command: data, if any, and two bytes of status."""
        try:
            command = Command.parse(message)
            data = self._get_response() if command.ins == 0xC0 else self._process(command)
            if data is None:
                return _sw(apdu.OK)
            return self._answer(data, command.le)
        except StatusWord as refused:
            return _sw(refused.sw)
        except OSError:  # the file behind the card cannot be written
            return _sw(apdu.MEMORY_FAILURE)

    # -- long data ---------------------------------------------------------------------------------

    def _process(self, command: Command) -> bytes | None:
        """Collect a chain (ISO/IEC 7816-4, 5.1.1.1) and run its command; None while more is to come."""
        self._rest = b""
        if command.cla & ~_CHAINS:
            raise StatusWord(apdu.CHANNEL_UNSUPPORTED if command.cla & 0xE0 == 0 else apdu.CLA_UNSUPPORTED)
        run = self._commands.get(command.ins)
        if run is None or (self._medium.foreign and command.ins != _SELECT):
            self._chain = None
            raise StatusWord(apdu.INS_UNSUPPORTED)
        what = (command.ins, command.p1, command.p2)
        chain, self._chain = self._chain, None
        if chain is not None and chain[0] != what:
            raise StatusWord(apdu.CHAIN_BROKEN)
        earlier = chain[1] if chain else b""
        if len(earlier) + len(command.data) > MAX_CHAIN:
            raise StatusWord(apdu.WRONG_LENGTH)
        if command.cla & _CHAINS:
            self._chain = (what, earlier + command.data)
            return None
        return run(command.after(earlier))

    def _get_response(self) -> bytes:
        if not self._rest:
            raise StatusWord(apdu.NO_USE_NOW)
        return self._rest

    def _answer(self, data: bytes, le: int) -> bytes:
        """As much as was asked for; the rest waits for GET RESPONSE."""
        most = le or 256
        self._rest = data[most:]
        sw = apdu.BYTES_REMAIN | min(len(self._rest), 256) & 0xFF if self._rest else apdu.OK
        return data[:most] + _sw(sw)

    # -- reading and writing -----------------------------------------------------------------------

    def _select(self, command: Command) -> bytes:
        """The application by its name or a beginning of it. Selecting it again changes no status."""
        if command.p1p2 not in (0x0400, 0x040C):
            raise StatusWord(apdu.FUNCTION_UNSUPPORTED)
        if self._medium.foreign or len(command.data) < 5 or not AID.startswith(command.data):
            raise StatusWord(apdu.NOT_FOUND)
        if command.p2 == 0x0C:  # no answer wanted
            return b""
        return tlv(
            0x61,
            tlv(0x4F, AID[5:]) + tlv(0x79, tlv(0x4F, AID[:5])) + tlv(0x50, "E-Port 虚拟卡".encode()),
        )

    def _get_data(self, command: Command) -> bytes:
        if command.p1p2 != 0x3FFF:
            raise StatusWord(apdu.WRONG_P1_P2)
        tag = int.from_bytes(only(command.data, 0x5C))
        if tag == DISCOVERY:  # the PIV PIN only, no global PIN (part 1, 3.3.2)
            return tlv(DISCOVERY, tlv(0x4F, AID) + tlv(0x5F2F, b"\x40\x00"))
        if tag not in self._medium.objects:
            raise StatusWord(apdu.NOT_FOUND)
        return tlv(0x53, self._medium.objects[tag])

    def _put_data(self, command: Command) -> bytes:
        """An object, by the card office only; an empty one is deleted."""
        if command.p1p2 != 0x3FFF:
            raise StatusWord(apdu.WRONG_P1_P2)
        self._need_management()
        found = list(objects(command.data))
        if [tag for tag, _ in found] != [0x5C, 0x53] or len(found[0][1]) != 3:
            raise StatusWord(apdu.WRONG_DATA)
        tag, value = int.from_bytes(found[0][1]), found[1][1]
        stored = self._medium.objects
        if value and tag not in stored and len(stored) >= MAX_OBJECTS:
            raise StatusWord(apdu.NO_SPACE)
        if value:
            stored[tag] = value
        else:
            stored.pop(tag, None)
        self._medium.save()
        return b""

    # -- PIN and PUK -------------------------------------------------------------------------------

    def _verify(self, command: Command) -> bytes:
        if command.p2 != PIN:
            raise StatusWord(apdu.REFERENCE_UNKNOWN)
        if command.p1 == 0xFF and not command.data:
            self._pin_verified = self._pin_fresh = False
            return b""
        if command.p1:
            raise StatusWord(apdu.WRONG_P1_P2)
        pin = self._medium.pin
        if not command.data:
            if self._pin_verified:
                return b""
            raise StatusWord(apdu.TRIES_LEFT | pin.tries if pin.tries else apdu.BLOCKED)
        if not usable_pin(command.data):  # no try is lost (part 2, 3.2.1)
            raise StatusWord(apdu.WRONG_DATA)
        self._compare(pin, command.data)
        self._pin_verified = self._pin_fresh = True
        return b""

    def _change_reference_data(self, command: Command) -> bytes:
        if command.p1:
            raise StatusWord(apdu.WRONG_P1_P2)
        if command.p2 not in (PIN, PUK):
            raise StatusWord(apdu.REFERENCE_UNKNOWN)
        old, new = _two(command.data)
        is_pin = command.p2 == PIN
        if not (usable_pin(new) if is_pin else usable_puk(new)):
            raise StatusWord(apdu.WRONG_DATA)
        self._compare(self._medium.pin if is_pin else self._medium.puk, old)
        if is_pin:
            self._medium.pin = Reference.padded(new)
            self._pin_verified = True
        else:
            self._medium.puk = Reference.padded(new)
        self._medium.save()
        return b""

    def _reset_retry_counter(self, command: Command) -> bytes:
        """A new PIN for who has the PUK; it does not count as verified."""
        if command.p1:
            raise StatusWord(apdu.WRONG_P1_P2)
        if command.p2 != PIN:
            raise StatusWord(apdu.REFERENCE_UNKNOWN)
        puk, new = _two(command.data)
        if not usable_pin(new):
            raise StatusWord(apdu.WRONG_DATA)
        self._compare(self._medium.puk, puk)
        self._medium.pin = Reference.padded(new)
        self._medium.save()
        return b""

    def _compare(self, reference: Reference, value: bytes) -> None:
        """Spend a try, on the medium, before looking: taking the card out in between gains nothing."""
        if reference is self._medium.pin:
            self._pin_fresh = False
        if not reference.tries:
            raise StatusWord(apdu.BLOCKED)
        reference.tries -= 1
        self._medium.save()
        if not reference.matches(value):
            if reference is self._medium.pin:
                self._pin_verified = False
            raise StatusWord(apdu.TRIES_LEFT | reference.tries)
        reference.tries = TRIES
        self._medium.save()

    # -- keys --------------------------------------------------------------------------------------

    def _general_authenticate(self, command: Command) -> bytes:
        template = dict(objects(only(command.data, 0x7C)))
        if command.p2 == MANAGEMENT:
            return self._authenticate_office(command, template)
        key = self._medium.keys.get(command.p2)
        if key is None:
            raise StatusWord(apdu.REFERENCE_UNKNOWN)
        if not command.p1 or command.p1 != keys.algorithm_of(key):
            raise StatusWord(apdu.WRONG_P1_P2)
        if not (self._pin_fresh if command.p2 == SIGN else self._pin_verified):
            raise StatusWord(apdu.CONDITION_NOT_SATISFIED)
        if command.p2 == SIGN:
            self._pin_fresh = False
        if template.get(0x82) != b"" or 0x81 not in template:
            raise StatusWord(apdu.WRONG_DATA)
        return tlv(0x7C, tlv(0x82, keys.sign(key, template[0x81])))

    def _authenticate_office(self, command: Command, template: dict[int, bytes]) -> bytes:
        """Both ways of part 2, appendix A.1: external, and mutual."""
        algorithm = command.p1 or 0x03
        if algorithm != self._medium.management_algorithm:
            raise StatusWord(apdu.WRONG_P1_P2)
        if template == {0x81: b""}:
            return tlv(0x7C, tlv(0x81, self._management.challenge()))
        if template == {0x80: b""}:
            return tlv(0x7C, tlv(0x80, self._management.witness()))
        answer = template.get(0x80, template.get(0x82, b""))
        self._managed = False
        if not self._management.answered(answer):
            raise StatusWord(apdu.CONDITION_NOT_SATISFIED)
        proof = tlv(0x7C, tlv(0x82, self._management.prove(template[0x81]))) if 0x81 in template else b""
        self._managed = True
        return proof

    def _generate_key_pair(self, command: Command) -> bytes:
        if command.p1 or command.p2 not in _GENERATES:
            raise StatusWord(apdu.WRONG_P1_P2)
        self._need_management()
        template = dict(objects(only(command.data, 0xAC)))
        key = keys.generate(int.from_bytes(template.get(0x80, b"")))
        self._medium.keys[command.p2] = key
        self._medium.save()
        return keys.public_template(key)

    def _need_management(self) -> None:
        if not self._managed:
            raise StatusWord(apdu.CONDITION_NOT_SATISFIED)


def _sw(sw: int) -> bytes:
    return sw.to_bytes(2)


def _two(data: bytes) -> tuple[bytes, bytes]:
    """Two references of 8 bytes."""
    if len(data) != 16:
        raise StatusWord(apdu.WRONG_DATA)
    return data[:8], data[8:]
