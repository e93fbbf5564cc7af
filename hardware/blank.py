"""What the card office (制卡中心) does to a medium, whatever the medium is, and how it fails.

Knows the one interface behind which a card and an Ikey are personalised alike, and the errors of the card
office, each a class with its sentence; refuses to know APDUs, PKCS#11, and who gets a certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from types import TracebackType
from typing import Literal, Protocol, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hardware.signer import KeyUnsuitable, PinCancelled, PinUnusable, SignerError

__all__ = [
    "Algorithm", "AskSecret", "Blank", "CardPinUnusable", "CertificateForAnotherKey", "KeyNotMade",
    "ManagementKeyUnusable", "ManagementKeyWrong", "MediumNotEmpty", "NotACardOfOurs", "OfficePinLocked",
    "OfficePinWrong", "PublicKey", "PukLocked", "PukUnusable", "PukWrong", "State", "Use", "asked",
    "refuse_to_overwrite",
]  # fmt: skip

Algorithm = Literal["RSA-2048", "P-256"]
"""The keys that are made: what every PIV card and most Ikeys take."""

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

AskSecret = Callable[[], str | None]
"""Asks the office for a PIN, PUK or SO PIN; None: cancelled. Asked when needed, once for a medium."""


class Use(Enum):
    """What a key is for. The value is the key's reference on a PIV card (SP 800-73-4 part 1, table 4b)."""

    AUTH = 0x9A  # the PIN once: login, and through an SSH agent
    SIGN = 0x9C  # the PIN before every signature: at the desk


class State(Enum):
    """How far a use of a medium has come."""

    EMPTY = "empty"
    BEGUN = "begun"  # issuing was broken off: it signs nothing, and the office may begin again
    ISSUED = "issued"  # it has its certificate


class ManagementKeyWrong(SignerError):
    """The card is under another management key. Values: serial."""

    sentence = (
        "the management key is not that of card {serial}: was it issued by another office?",
        "管理密钥与卡 {serial} 不符：该卡可能由其他制卡中心管理",
    )


class ManagementKeyUnusable(SignerError):
    """No management key has this length, or the card's own has another. Values: size, in bytes."""

    sentence = (
        "no management key of this card has {size} bytes: 3DES has 24, AES 16, 24 or 32 (two digits each)",
        "该卡的管理密钥长度不是 {size} 字节：3DES 为 24，AES 为 16、24 或 32（每字节两位十六进制）",
    )


class KeyNotMade(KeyUnsuitable):
    """The medium makes no keys of this kind. Values: serial, algorithm."""

    sentence = (
        "card or Ikey {serial} makes no {algorithm} keys: choose another algorithm, or another medium",
        "卡（Ikey）{serial} 不支持 {algorithm} 密钥：请选择其他算法或介质",
    )


class CardPinUnusable(PinUnusable):
    """The card takes no such PIN."""

    sentence = (
        "the card takes no such PIN: it has 6 to 8 digits",
        "IC 卡不接受该密码：密码应为 6 至 8 位数字",
    )


class PukUnusable(PinUnusable):
    """The card takes no such PUK."""

    sentence = (
        "the card takes no such PUK: it has 6 to 8 letters or digits",
        "IC 卡不接受该 PUK：PUK 应为 6 至 8 位字母或数字",
    )


class PukWrong(SignerError):
    """The PUK is wrong, and so many tries are left before it is blocked (None: unknown). Values: tries."""

    def told(self, lang: str) -> str:
        """The sentence, with the tries where the card tells them."""
        tries = self.values.get("tries")
        if lang == "zh":
            return "PUK 错误" + ("" if tries is None else f"，还可再试 {tries} 次，之后 PUK 将被锁死")
        return "the PUK is wrong" + ("" if tries is None else f"; tries left before it is blocked: {tries}")


class PukLocked(SignerError):
    """The PUK itself is blocked, and with it the last way into the card. Values: serial."""

    sentence = (
        "the PUK of card {serial} is blocked: nothing unlocks the card any more; revoke it, issue another",
        "卡 {serial} 的 PUK 因连续输入错误已被锁死，无法再解锁：请吊销该卡并另行制卡",
    )


class OfficePinWrong(SignerError):
    """The SO PIN, by which the office manages an Ikey, is wrong. Values: serial."""

    sentence = (
        "the SO PIN is not that of Ikey {serial}: after several wrong ones many Ikeys lock for good",
        "Ikey {serial} 的管理员密码（SO PIN）错误：多次错误可能使其永久锁死",
    )


class OfficePinLocked(SignerError):
    """The SO PIN of an Ikey is blocked. Values: serial."""

    sentence = (
        "the SO PIN of Ikey {serial} is blocked: only its maker's tool can initialise it again",
        "Ikey {serial} 的管理员密码（SO PIN）已被锁死：只能用厂商工具重新初始化",
    )


class MediumNotEmpty(SignerError):
    """The medium already has a certificate where a key was to be made. Values: serial, holder, until."""

    sentence = (
        "card or Ikey {serial} is in use by {holder} until {until}: renew or revoke it, or have it replaced",
        "卡（Ikey）{serial} 已签发给 {holder}（有效期至 {until}）：请续期或吊销，或明确要求覆盖",
    )


class NotACardOfOurs(SignerError):
    """The card in the reader is no PIV card. Values: reader."""

    sentence = (
        "the card in {reader} is no PIV card: it cannot be personalised here",
        "读卡器 {reader} 中的卡不是 PIV 卡：无法在此制卡",
    )


class CertificateForAnotherKey(SignerError):
    """The certificate is not for the key on the medium, so it was not written. Values: serial."""

    sentence = (
        "the certificate is not for the key on {serial}: make the request again and have it signed",
        "证书与 {serial} 中的密钥不符：请重新生成证书请求并签发",
    )


class Blank(Protocol):
    """A medium in the card office's hands: a context manager, that holds it for itself alone until the end.

    The order is: `set_pin` (a new medium; `set_puk` too), then for each of `uses` generate, request, write.
    Power may go at any point: then the use is BEGUN, signs nothing, and generate begins it again.
    All methods may raise CardRemoved, ReaderGone, DeviceFailed.
    """

    @property
    def kind(self) -> str:
        """Card or ikey."""
        ...

    @property
    def label(self) -> str:
        """What the medium, or the reader it is in, calls itself."""
        ...

    @property
    def serial(self) -> str:
        """The medium's own number: of a card the GUID of its CHUID in hex, made here when it has none."""
        ...

    @property
    def uses(self) -> tuple[Use, ...]:
        """What keys it gets: a card AUTH and SIGN, an Ikey SIGN alone."""
        ...

    @property
    def generated_here(self) -> bool:
        """Whether the last key was made in this computer, since the medium cannot make one itself."""
        ...

    def state(self, use: Use) -> State:
        """How far `use` has come."""
        ...

    def certificate(self, use: Use) -> x509.Certificate | None:
        """The certificate that the medium holds for `use`, the newest where it has several."""
        ...

    def generate(self, use: Use, algorithm: Algorithm, *, replace: bool = False) -> PublicKey:
        """A new key pair, made on the medium where it can, else here and imported (`generated_here`).

        MediumNotEmpty when `use` is ISSUED and not `replace` (a renewal says replace=True). An Ikey keeps the
        old pair until the new certificate is written; a card has one place for it, so the old one ends here.
        KeyNotMade when the medium makes no such key.
        """
        ...

    def request(self, use: Use, name: x509.Name) -> x509.CertificateSigningRequest:
        """A request for `name`, signed by the key on the medium. Asks for the PIN; WrongPin, CardLocked."""
        ...

    def write(self, use: Use, certificate: x509.Certificate) -> None:
        """Write the certificate for `use`; the medium is asked for proof that the key is its own.

        CertificateForAnotherKey when it is not. Asks for the PIN. What it takes the place of is removed.
        """
        ...

    def holds(self, use: Use, public: PublicKey) -> bool:
        """Whether the medium's key for `use` is this one: it has to sign. Asks for the PIN."""
        ...

    def set_pin(self, pin: str) -> None:
        """Set the holder's PIN: a card's from the present one (asked for), an Ikey's by the SO PIN.

        PinUnusable when the medium takes no such PIN; WrongPin and CardLocked for the present one.
        """
        ...

    def set_puk(self, puk: str) -> None:
        """Set what unlocks the medium: a card's PUK from the present one (asked for), an Ikey's SO PIN.

        PinUnusable, PukWrong, PukLocked, OfficePinWrong.
        """
        ...

    def close(self) -> None:
        """Let go of the medium: whatever was verified for it no longer is."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def asked(ask: AskSecret) -> str:
    """What `ask` gives. Raises PinCancelled."""
    secret = ask()
    if secret is None:
        raise PinCancelled
    return secret


def refuse_to_overwrite(serial: str, certificate: x509.Certificate | None) -> None:
    """Raise MediumNotEmpty when medium `serial` has this `certificate`."""
    if certificate is not None:
        raise MediumNotEmpty(
            serial=serial,
            holder=certificate.subject.rfc4514_string(),
            until=certificate.not_valid_after_utc.date(),
        )
