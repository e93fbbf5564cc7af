"""The forwarded SSH agent: a card in the workstation of somebody who works over SSH, or a key held there.

Knows which of an agent's keys belongs to which certificate, and how its signatures become those of messages;
refuses to know PINs, which stay at the workstation. An agent may be hostile: a signature counts only when the
certificate verifies it.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hardware.agent_protocol import Fields, Identity, Line, Malformed, fingerprint
from hardware.signer import (
    AgentRefused,
    AgentUnreachable,
    AskPin,
    CardRemoved,
    Found,
    KeyMissing,
    KeyUnsuitable,
    OpenSigner,
)
from messages.signature.certificates import algorithm_of

KIND = "agent"
_PIN_EACH_TIME = ("Digital Signature", "SIGN pubkey", "SIGN key")  # OpenSC's labels of PIV key 9C


class AgentForged(AgentRefused):
    """The agent's signature is not made by the certificate's key. Values: key."""

    sentence = (
        (
            "the SSH agent answered with something that is no signature of {key}: it was thrown away; "
            "do not use this agent before it is explained"
        ),
        "SSH 代理返回的不是 {key} 的签名，已丢弃：在查明原因之前请勿使用该代理",
    )


class AgentLacksKey(KeyMissing):
    """The agent holds no key of the certificates that were given. Values: wanted, held."""

    sentence = (
        (
            "the SSH agent holds no key of the certificate ({wanted}); what it shows: {held}. Is the card "
            "added (ssh-add -s MODULE), the agent unlocked (ssh-add -X), the certificate the right one?"
        ),
        (
            "SSH 代理中没有证书（{wanted}）对应的密钥；现有：{held}。请检查是否已加入卡（ssh-add -s 模块）、"
            "代理是否已解锁（ssh-add -X）、证书是否正确"
        ),
    )


class PinEachTime(KeyUnsuitable):
    """The certificate is that of a key that wants its PIN for each signature. Values: key.

    An agent cannot give it, and once asked OpenSSH's agent fails for the token's other keys too (measured).
    """

    sentence = (
        (
            "{key} wants its PIN for each signature, which no SSH agent can give: give the certificate of "
            "the card's other key (PIV 9A) with --certificate"
        ),
        "{key} 每次签名都需要密码，SSH 代理无法提供：请用 --certificate 指定卡中另一密钥（PIV 9A）的证书",
    )


class AgentLetGo(CardRemoved):
    """The key that was used is in the agent no longer. Values: serial."""

    sentence = (
        (
            "the SSH agent holds the key {serial} no longer, as when its card is taken out: put the same "
            "card back and add it again (ssh-add -s MODULE, its PIN); nothing typed is lost"
        ),
        (
            "SSH 代理中已没有密钥 {serial}（如卡被拔出）：请插回同一张卡并重新加入"
            "（ssh-add -s 模块，输入密码）；已录入的内容不会丢失"
        ),
    )


def identities(path: str | None = None) -> list[Identity]:
    """The keys that the agent at `path` (else SSH_AUTH_SOCK) shows; a locked one shows none.

    Raises AgentUnreachable or one of its kinds.
    """
    with Line(path) as line:
        return line.identities()


def agent_signers(certificates: Iterable[x509.Certificate], path: str | None = None) -> list[Found]:
    """A signer for each of `certificates` whose key the agent holds, in their order.

    Raises AgentLacksKey when it holds none of them, PinEachTime when only such keys of a card are left over,
    KeyUnsuitable, and AgentUnreachable or one of its kinds.
    """
    wanted = {_blob(certificate): certificate for certificate in certificates}
    shown = identities(path)
    held = {one.blob: one for one in shown}
    both = [held[blob] for blob in wanted if blob in held]
    if not both:
        names = ", ".join(one.subject.rfc4514_string() for one in wanted.values())
        keys = ", ".join(f"{one.fingerprint} {one.comment}".rstrip() for one in shown)
        raise AgentLacksKey(wanted=names or "-", held=keys or "-")
    usable = [one for one in both if not any(label in one.comment for label in _PIN_EACH_TIME)]
    if not usable:
        raise PinEachTime(key=both[0].comment)
    return [_found(one, wanted[one.blob], path) for one in usable]


def _found(identity: Identity, certificate: x509.Certificate, path: str | None) -> Found:
    def connect(_: AskPin) -> OpenSigner:
        return Agent(certificate, path)

    return Found(
        kind=KIND, label=identity.comment, serial=identity.fingerprint, certificate=certificate, reader="",
        open=connect,
    )  # fmt: skip


def _blob(certificate: x509.Certificate) -> bytes:
    """The certificate's public key as SSH writes it (RFC 4253, 6.6; RFC 5656, 3.1)."""
    try:
        algorithm_of(certificate)
    except ValueError as error:
        raise KeyUnsuitable(reason=error) from None
    line = certificate.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return base64.b64decode(line.split()[1])


class Agent:
    """A signer whose key is the agent's. Close it, or use it in a `with`.

    One connection is kept, and made anew when it broke; its calls may come from several threads.
    """

    kind = KIND

    def __init__(self, certificate: x509.Certificate, path: str | None = None) -> None:
        """KeyUnsuitable when no algorithm of the messages takes the key; the agent is not asked yet."""
        self._blob = _blob(certificate)
        self._algorithm = algorithm_of(certificate)
        self._line = Line(path)
        self._lock = threading.Lock()
        self._closed = False
        self.certificate = certificate
        self.algorithm = self._algorithm.name
        self.serial = fingerprint(self._blob)

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Agent({self.serial})"

    def close(self) -> None:
        """Let the connection go; nothing is signed afterwards."""
        with self._lock:
            self._closed = True
            self._line.close()

    def there(self) -> bool:
        """Whether the agent shows the key; while it signs it does.

        Raises AgentUnreachable or one of its kinds.
        """
        if not self._lock.acquire(blocking=False):
            return True
        try:
            return self._closed or any(one.blob == self._blob for one in self._line.identities())
        finally:
            self._lock.release()

    def reopen(self, _: AskPin) -> None:
        """Go on once the key is in the agent again, whose holder gave the PIN there.

        Raises AgentLetGo, and AgentUnreachable or one of its kinds.
        """
        if not self.there():
            raise AgentLetGo(serial=self.serial)

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`, which the agent hashes: PKCS#1 v1.5, or ECDSA as DER.

        Raises AgentRefused, AgentForged, and AgentUnreachable or one of its kinds.
        """
        with self._lock:
            if self._closed:
                raise AgentUnreachable(reason="the session with it has ended")
            answer = self._line.sign(self._blob, data)
        if answer is None:
            raise AgentRefused(key=self.serial)
        public = self.certificate.public_key()
        try:
            made = _signature(public, answer)
            good = self._algorithm.verify(public, self._algorithm.value(made), data)
        except (Malformed, ValueError, OverflowError):
            good = False
        if not good:
            raise AgentForged(key=self.serial)
        return made


def _signature(public: object, answer: bytes) -> bytes:
    """What the Signer contract wants, out of a signature in SSH's form (RFC 8332, 3; RFC 5656, 3.1.2)."""
    fields = Fields(answer)
    name, value = fields.string(), fields.string()
    fields.end()
    if isinstance(public, rsa.RSAPublicKey):
        if name != b"rsa-sha2-256":
            raise Malformed("a signature with another algorithm")
        return value.rjust((public.key_size + 7) // 8, b"\0")  # some agents leave leading zeros out
    assert isinstance(public, ec.EllipticCurvePublicKey)
    pair = Fields(value)
    r, s = pair.mpint(), pair.mpint()
    pair.end()
    return encode_dss_signature(r, s)
