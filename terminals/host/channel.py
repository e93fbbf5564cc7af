"""One channel, bounded in both directions: what the client may send, and what is kept for it.

Conch opens a window again as soon as data has come and keeps whatever cannot be sent; here a window opens
when its data was taken, and a channel that cannot send stops its source. Refuses to know what it is for.
"""

# mypy: disable-error-code="no-untyped-call"
# ruff: noqa: N802 - Conch's own names are camelCase

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from twisted.conch.ssh.channel import SSHChannel

if TYPE_CHECKING:
    from terminals.host.channels import Channels

WINDOW = 128 * 1024  # bytes that a client may send before they are taken
PACKET = 32 * 1024


class Channel(SSHChannel):
    """One channel whose two directions are bounded.

    It is the producer of whatever takes its data: while that is full, the window stays closed.
    """

    somebodys = True  # what comes is a person's doing, who is not idle then

    def __init__(self, remote_window: int = 0, remote_packet: int = 0) -> None:
        super().__init__(WINDOW, PACKET, remote_window, remote_packet)
        self._untold = 0  # bytes taken that the client does not know of
        self._full = False  # what takes the data has enough

    @property
    def service(self) -> Channels:
        """The connection's channels, of which this is one."""
        return cast("Channels", self.conn)

    @property
    def held(self) -> bool:
        """Whether nothing should be written to the client now."""
        return not self.areWriting or self.service.line.held

    def taken(self, size: int) -> None:
        """So many bytes of the client's were taken."""
        self._untold += size
        if not self._full and self._untold >= WINDOW // 2:
            self.service.adjustWindow(self, self._untold)
            self._untold = 0

    def pauseProducing(self) -> None:
        """What takes the data has enough for now."""
        self._full = True

    def resumeProducing(self) -> None:
        """It takes more."""
        self._full = False
        if not self.localClosed:
            self.taken(0)

    def stopProducing(self) -> None:
        """It takes nothing any more."""
        self._full = True

    def stopWriting(self) -> None:
        """The client's window is full."""
        self.hold()

    def startWriting(self) -> None:
        """It has opened."""
        if not self.held:
            self.go_on()

    def requested(self, name: bytes) -> None:
        """The request of this name was granted, and the client knows."""

    def hold(self) -> None:
        """Stop the source of what is written to the client."""

    def go_on(self) -> None:
        """Let it write again."""

    def farewell(self, key: str, values: Mapping[str, object]) -> None:
        """End, with these words where somebody can read them."""
        self.loseConnection()

    def closeReceived(self) -> None:
        """The client wants no more of it: what is still to be sent is of no use to it."""
        self.buf, self.extBuf = b"", []
        self.loseConnection()
