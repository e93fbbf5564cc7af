"""The channels of one connection (RFC 4254): terminals and file transfers in, the client's agent out.

Knows which may be opened, and that an error in one is its own end only; refuses every forward, and to know
what a channel is for.
"""

# mypy: disable-error-code="no-untyped-call"
# ruff: noqa: N802, N803 - Conch's own names are camelCase

from __future__ import annotations

import secrets
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import structlog
from twisted.conch.ssh import connection as ssh
from twisted.conch.ssh import transport
from twisted.conch.ssh.common import NS, getNS

from terminals.host.channel import Channel
from terminals.host.session import Session

if TYPE_CHECKING:
    from terminals.host.line import Line

_LEAST_PACKET = 512  # bytes that a client must take at once: less costs more than it carries
_NAME = 256

log = structlog.get_logger("terminals.host.channels")


class Channels(ssh.SSHConnection):
    """The service behind the login."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line
        self._no_more = False

    # -- for the line ------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Nothing can be sent."""
        for channel in list(self.channels.values()):
            channel.hold()

    def go_on(self) -> None:
        """It can again."""
        for channel in list(self.channels.values()):
            if not channel.held:
                channel.go_on()

    def farewell(self, key: str, values: Mapping[str, object]) -> None:
        """End every channel with these words."""
        self._no_more = True
        for channel in list(self.channels.values()):
            channel.farewell(key, values)
        if not self.channels:
            self.line.emptied()

    def keep_alive(self) -> None:
        """Ask for a sign of life; a client that does not know the request refuses it, which is one."""
        self.line.sendPacket(ssh.MSG_GLOBAL_REQUEST, NS(b"keepalive@openssh.com") + b"\1")

    # -- what comes --------------------------------------------------------------------------------------

    def packetReceived(self, messageNum: int, packet: bytes) -> None:
        """Take one message; an error is the end of its channel, or of the connection when it has none."""
        try:
            super().packetReceived(messageNum, packet)
        except Exception as error:  # whatever it is, it must not end the other channels
            number = secrets.token_hex(4)
            log.error(
                "a channel broke", peer=self.line.peer, message=messageNum, incident=number, exc_info=error
            )
            channel = self._named(messageNum, packet)
            if channel is None:
                self.line.sendDisconnect(transport.DISCONNECT_PROTOCOL_ERROR, b"a message that is none")
            else:
                self.abandon(channel)

    def abandon(self, channel: Channel) -> None:
        """Close a channel at once, with nothing more sent on it."""
        channel.buf, channel.extBuf = b"", []
        self.sendClose(channel)

    def _named(self, number: int, packet: bytes) -> Channel | None:
        if number <= ssh.MSG_CHANNEL_OPEN_FAILURE or len(packet) < 4:
            return None
        found: Channel | None = self.channels.get(struct.unpack(">L", packet[:4])[0])
        return found

    def ssh_GLOBAL_REQUEST(self, packet: bytes) -> None:
        """No forward of any kind; `no-more-sessions` is a client's promise that is kept for it."""
        name, rest = getNS(packet)
        if name == b"no-more-sessions@openssh.com":
            self._no_more = True
        if rest[0:1] != b"\0":
            granted = name == b"no-more-sessions@openssh.com"
            if not granted:
                log.info("a request was refused", peer=self.line.peer, request=_plain(name))
            self.line.sendPacket(ssh.MSG_REQUEST_SUCCESS if granted else ssh.MSG_REQUEST_FAILURE, b"")

    def ssh_REQUEST_SUCCESS(self, packet: bytes) -> None:
        """A sign of life."""

    def ssh_REQUEST_FAILURE(self, packet: bytes) -> None:
        """A sign of life."""

    def ssh_CHANNEL_OPEN(self, packet: bytes) -> None:
        """A session, or nothing."""
        kind, rest = getNS(packet)
        sender, window, most = struct.unpack(">3L", rest[:12])
        if kind != b"session" or self._no_more:
            why, reason = b"only sessions may be opened here", ssh.OPEN_ADMINISTRATIVELY_PROHIBITED
        elif len(self.channels) >= self.line.host.settings.channels or most < _LEAST_PACKET:
            why, reason = b"too many channels, or too small a packet", ssh.OPEN_RESOURCE_SHORTAGE
        else:
            self._open(Session(window, most), sender)
            return
        log.info("a channel was refused", peer=self.line.peer, kind=_plain(kind))
        failure = struct.pack(">2L", sender, reason) + NS(why) + NS(b"")
        self.line.sendPacket(ssh.MSG_CHANNEL_OPEN_FAILURE, failure)

    def _open(self, channel: Channel, sender: int) -> None:
        channel.conn = self
        channel.id = number = self.localChannelID  # type: ignore[assignment]
        self.localChannelID += 1
        self.channels[number] = channel
        self.channelsToRemoteChannel[channel] = sender
        self.localToRemoteChannel[number] = sender
        told = struct.pack(">4L", sender, number, channel.localWindowSize, channel.localMaxPacket)
        self.line.sendPacket(ssh.MSG_CHANNEL_OPEN_CONFIRMATION, told)

    def ssh_CHANNEL_DATA(self, packet: bytes) -> None:
        """Data within the window; the channel says when it has taken it."""
        channel, data = self._data(packet[:4], packet[4:])
        if not channel.localClosed:
            if channel.somebodys:
                self.line.active_at = self.line.host.clock.seconds()
            channel.dataReceived(data)

    def ssh_CHANNEL_EXTENDED_DATA(self, packet: bytes) -> None:
        """No channel here has a second stream; what comes in one is thrown away."""
        channel, data = self._data(packet[:4], packet[8:])
        channel.taken(len(data))

    def _data(self, number: bytes, rest: bytes) -> tuple[Channel, bytes]:
        channel: Channel = self.channels[struct.unpack(">L", number)[0]]
        data: bytes = getNS(rest)[0]
        if len(data) > channel.localWindowLeft or len(data) > channel.localMaxPacket:
            raise ValueError("more data than was allowed")
        channel.localWindowLeft -= len(data)
        return channel, data

    def ssh_CHANNEL_WINDOW_ADJUST(self, packet: bytes) -> None:
        """The client takes more (RFC 4254, 5.2: never beyond 2^32 - 1 in all)."""
        number, size = struct.unpack(">2L", packet[:8])
        channel: Channel = self.channels[number]
        if channel.remoteWindowLeft + size > 0xFFFFFFFF:
            raise ValueError("a window that is too large")
        channel.addWindowBytes(size)

    def ssh_CHANNEL_REQUEST(self, packet: bytes) -> None:
        """Answered at once: nothing that may be asked takes time."""
        number = struct.unpack(">L", packet[:4])[0]
        name, rest = getNS(packet[4:])
        channel: Channel = self.channels[number]
        granted = channel.requestReceived(name, rest[1:])
        if rest[0:1] != b"\0" and not channel.localClosed:
            reply = ssh.MSG_CHANNEL_SUCCESS if granted else ssh.MSG_CHANNEL_FAILURE
            self.line.sendPacket(reply, struct.pack(">L", self.localToRemoteChannel[number]))
        if granted:
            channel.requested(name)

    def channelClosed(self, channel: Any) -> None:
        """One less."""
        super().channelClosed(channel)
        if not self.channels:
            self.line.emptied()


def _plain(name: bytes) -> str:
    return name[:_NAME].decode("ascii", "replace")
