"""A card in a slot of vpcd, the reader driver: the wire between them, and a gate to hold a signature back.

Knows vpcd's protocol (two bytes of length, big-endian, then the message; a message of one byte is about
power) and that a closed connection is a card taken out; refuses to know what commands mean, but for the one
that makes signatures, which tests hold back to have something happen while signing.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from hardware.virtual.piv import PivCard, atr

OFF, ON, RESET, GIVE_ATR = 0x00, 0x01, 0x02, 0x04
PATIENCE = 10.0  # seconds for vpcd, which is on this machine, to take a connection

_GENERAL_AUTHENTICATE = 0x87


class Gate:
    """Holds the next GENERAL AUTHENTICATE of a slot back until it is released or the card is taken out.

    After either nothing is held back any more.
    """

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._closed = False
        self._held = False

    def hold(self) -> None:
        """The next one is held back."""
        with self._change:
            self._closed = True

    def release(self) -> None:
        """What is held back goes on, and the next one isn't held back."""
        with self._change:
            self._closed = False
            self._change.notify_all()

    def await_held(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds until one is held back; whether one is."""
        with self._change:
            return self._change.wait_for(lambda: self._held, timeout)

    def pass_through(self, gone: Callable[[], bool]) -> None:
        """Where the card's thread waits while the gate is closed and the card not `gone`."""
        with self._change:
            self._held = self._closed
            self._change.notify_all()
            self._change.wait_for(lambda: not self._closed or gone())
            self._held = self._closed = False

    def wake(self) -> None:
        """Let a waiting card's thread see that it is gone."""
        with self._change:
            self._change.notify_all()


class Link:
    """A card in a slot, served by a thread of its own until it is taken out."""

    def __init__(self, port: int, card: PivCard, gate: Gate) -> None:
        """Put the card into the slot that listens at `port`; OSError when nothing does."""
        self._card = card
        self._gate = gate
        self._gone = threading.Event()
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._thread = threading.Thread(target=self._serve, name=f"card {port}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take the card out, also in the middle of a command."""
        self._gone.set()
        self._gate.wake()
        with contextlib.suppress(OSError):  # vpcd went first
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _serve(self) -> None:
        try:
            while not self._gone.is_set():
                message = self._read()
                if message is None:
                    return
                answer = self._control(message[0]) if len(message) == 1 else self._transmit(message)
                if answer is not None and not self._gone.is_set():
                    self._socket.sendall(len(answer).to_bytes(2) + answer)
        except OSError:  # the driver or its service ended: as if the card were taken out
            return
        finally:  # whatever ended it, pcscd must not wait for an answer
            self._socket.close()

    def _control(self, code: int) -> bytes | None:
        if code in (OFF, ON, RESET):
            self._card.reset()
        return atr() if code == GIVE_ATR else None

    def _transmit(self, apdu: bytes) -> bytes | None:
        if len(apdu) > 1 and apdu[1] == _GENERAL_AUTHENTICATE:
            self._gate.pass_through(self._gone.is_set)
        return None if self._gone.is_set() else self._card.transmit(apdu)

    def _read(self) -> bytes | None:
        """One message that is not empty; None at the end."""
        length = 0
        while not length:
            head = self._exactly(2)
            if head is None:
                return None
            length = int.from_bytes(head)
        return self._exactly(length)

    def _exactly(self, length: int) -> bytes | None:
        data = b""
        while len(data) < length:
            # vpcd sends length and message in two writes: without this each message waits for a delayed ACK
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            part = self._socket.recv(length - len(data))
            if not part:
                return None
            data += part
        return data
