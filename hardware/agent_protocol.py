"""The SSH agent's protocol (draft-ietf-sshm-ssh-agent), as far as listing and signing go.

Knows how a question is put and what an answer may look like; refuses to know certificates, PINs, and how to
load keys into an agent. Whatever answers may be hostile: every length, wait and count is bounded.
"""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import time
from dataclasses import dataclass

from hardware.signer import AgentUnreachable

ANSWER = 15.0  # seconds for an answer that needs nobody; a forwarded agent may be a continent away
CONFIRM = 120.0  # seconds for a signature: with ssh-add -c its holder has to find the question and answer it
MAX_MESSAGE = 256 * 1024  # bytes; OpenSSH's own limit (AGENT_MAX_LEN)
MAX_IDENTITIES = 2048  # OpenSSH's own limit
MAX_COMMENT = 80  # characters shown

_FAILURE = 5
_REQUEST_IDENTITIES, _IDENTITIES_ANSWER = 11, 12
_SIGN_REQUEST, _SIGN_RESPONSE = 13, 14
_RSA_SHA2_256 = 2  # flag of SSH_AGENTC_SIGN_REQUEST; without it the agent signs with SHA-1


class NoAgent(AgentUnreachable):
    """Nobody said where an agent is."""

    sentence = (
        (
            "no SSH agent is forwarded here (SSH_AUTH_SOCK is not set): connect with ssh -A, with the card "
            "added by ssh-add -s MODULE on your workstation"
        ),
        (
            "没有转发的 SSH 代理（未设置 SSH_AUTH_SOCK）："
            "请先用 ssh-add -s 模块 在工作站加入卡，再用 ssh -A 连接"
        ),
    )


class AgentSilent(AgentUnreachable):
    """The agent gave no whole answer in time. Values: seconds."""

    sentence = (
        "the SSH agent gave no answer within {seconds} s: does it wait for you at your workstation?",
        "SSH 代理在 {seconds} 秒内没有应答：请查看工作站上是否有等待确认的提示",
    )


class NotAnAgent(AgentUnreachable):
    """What answers does not keep the protocol. Values: path, reason."""

    sentence = (
        (
            "what listens at {path} does not answer as an SSH agent ({reason}): nothing was signed; "
            "check SSH_AUTH_SOCK"
        ),
        "{path} 的应答不符合 SSH 代理协议（{reason}）：未签名；请检查 SSH_AUTH_SOCK",
    )


class Malformed(Exception):
    """An answer that breaks the protocol; its text says how, without any of its bytes."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A key that the agent shows: its public half as SSH writes it, and the comment it was added with."""

    blob: bytes
    comment: str

    @property
    def fingerprint(self) -> str:
        """As `ssh-add -l` writes it: SHA256:…"""
        return fingerprint(self.blob)


def fingerprint(blob: bytes) -> str:
    """The SHA-256 of a public key in SSH's form, as OpenSSH prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")


class Line:
    """One connection to an agent, made when first needed, and given up after anything unexpected."""

    def __init__(self, path: str | None) -> None:
        self._path = path or os.environ.get("SSH_AUTH_SOCK", "")
        self._socket: socket.socket | None = None

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go; the next question makes another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def identities(self) -> list[Identity]:
        """The keys it shows; none when it refuses to say, as some do while locked."""
        answer = self._ask(bytes([_REQUEST_IDENTITIES]), _IDENTITIES_ANSWER, ANSWER)
        if answer is None:
            return []
        try:
            count = answer.number()
            if count > MAX_IDENTITIES:
                raise Malformed("too many keys")
            found = [Identity(answer.string(), _shown(answer.string())) for _ in range(count)]
            answer.end()
        except Malformed as error:
            raise self._wrong(error) from None
        return found

    def sign(self, blob: bytes, data: bytes) -> bytes | None:
        """The signature in SSH's form; None when the agent refused."""
        request = bytes([_SIGN_REQUEST]) + _string(blob) + _string(data) + _RSA_SHA2_256.to_bytes(4)
        answer = self._ask(request, _SIGN_RESPONSE, CONFIRM)
        if answer is None:
            return None
        try:
            made = answer.string()
            answer.end()
        except Malformed as error:
            raise self._wrong(error) from None
        return made

    def _ask(self, request: bytes, expected: int, patience: float) -> Fields | None:
        """The fields of the answer `expected`; None for the agent's refusal."""
        try:
            line = self._connected()
            kind, body = self._exchange(line, _string(request), time.monotonic() + patience)
        except Malformed as error:
            raise self._wrong(error) from None
        except TimeoutError:
            self.close()
            raise AgentSilent(seconds=round(patience)) from None
        except OSError as error:
            self.close()
            raise AgentUnreachable(reason=error.strerror or str(error)) from None
        except BaseException:  # interrupted by the user: the answer may still come, and answers nothing else
            self.close()
            raise
        if kind == _FAILURE:
            return None
        if kind != expected:
            raise self._wrong("an answer to another question")
        return Fields(body)

    def _connected(self) -> socket.socket:
        if not self._path:
            raise NoAgent
        if self._socket is None:
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                line.settimeout(ANSWER)
                line.connect(self._path)
            except BaseException:
                line.close()
                raise
            self._socket = line
        return self._socket

    def _exchange(self, line: socket.socket, message: bytes, deadline: float) -> tuple[int, bytes]:
        line.settimeout(_left(deadline))
        line.sendall(message)
        length = int.from_bytes(_read(line, 4, deadline))
        if not 1 <= length <= MAX_MESSAGE:
            raise Malformed("a length that no agent's answer has")
        body = _read(line, length, deadline)
        return body[0], body[1:]

    def _wrong(self, reason: object) -> NotAnAgent:
        self.close()
        return NotAnAgent(path=self._path, reason=reason)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _read(line: socket.socket, size: int, deadline: float) -> bytes:
    """Exactly `size` bytes, by the deadline however slowly they drip; OSError where the line ends."""
    read = bytearray()
    while len(read) < size:
        line.settimeout(_left(deadline))
        more = line.recv(size - len(read))
        if not more:
            raise ConnectionResetError("it closed the connection before its answer was whole")
        read += more
    return bytes(read)


# -- SSH's data types (RFC 4251, 5) --------------------------------------------------------------


def _string(value: bytes) -> bytes:
    return len(value).to_bytes(4) + value


class Fields:
    """Reads one field after the other, and none beyond the end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        taken = self._data[self._place : self._place + size]
        if len(taken) < size:
            raise Malformed("a field that runs over its end")
        self._place += size
        return taken

    def number(self) -> int:
        """A uint32."""
        return int.from_bytes(self.take(4))

    def string(self) -> bytes:
        """A string, without its length."""
        return self.take(self.number())

    def mpint(self) -> int:
        """A positive mpint."""
        value = int.from_bytes(self.string(), signed=True)
        if value <= 0:
            raise Malformed("a number below one in a signature")
        return value

    def end(self) -> None:
        """Nothing may follow."""
        if self._place != len(self._data):
            raise Malformed("more than was asked for")


def _shown(comment: bytes) -> str:
    """A comment for the screen: what an agent sends may hold control characters."""
    text = comment[: 4 * MAX_COMMENT].decode("utf-8", "replace")
    return "".join(c for c in text if c.isprintable())[:MAX_COMMENT]
