"""What a signer is (签名设备), how it fails, and how it asks for a PIN.

Knows the one interface behind which cards, tokens, agents and files look alike, and every way in which one of
them can fail, each a class with its sentence for the user; refuses to know XML and every particular device.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

from cryptography import x509

from messages.signature.sign import Signer
from messages.visible import plain

__all__ = [
    "AgentRefused", "AgentUnreachable", "AnotherDevice", "AskPin", "CardLocked", "CardMissing", "CardRemoved",
    "CertificateMissing", "DeviceFailed", "Found", "KeyMissing", "KeyUnsuitable", "ModuleMissing",
    "OpenSigner", "PinCancelled", "PinRequest", "PinUnusable", "ReaderGone", "ReaderMissing", "ServiceDown",
    "ServiceRefused", "Several", "Signer", "SignerError", "TokenMissing", "WrongPin",
]  # fmt: skip


class SignerError(Exception):
    """A signer that cannot be used. `sentence` says what happened and what to do, in English and Chinese.

    Both have the same placeholders, which the keyword arguments fill. No value is ever a PIN, a key or a
    command to a card.
    """

    sentence: ClassVar[tuple[str, str]] = ("{reason}", "{reason}")

    def __init__(self, **values: object) -> None:
        super().__init__(*values.values())
        self.values = values

    def told(self, lang: str) -> str:
        """The sentence in `lang`, 'en' or 'zh'."""
        return self.sentence[lang == "zh"].format(
            **{name: plain(value) for name, value in self.values.items()}
        )

    def __str__(self) -> str:
        return self.told("en")


class KeyUnsuitable(SignerError):
    """The key is of a kind or size that no signature algorithm of the messages takes. Values: reason."""

    sentence = (
        "the key cannot sign messages: {reason}",
        "该密钥不能用于报文签名：{reason}",
    )


# -- what is missing around a device -------------------------------------------------------------


class ServiceDown(SignerError):
    """The smart-card service (pcscd) does not answer."""

    sentence = (
        "the smart-card service pcscd does not run: start it (systemctl start pcscd.socket), then try again",
        "智能卡服务 pcscd 未运行：请启动（systemctl start pcscd.socket）后重试",
    )


class ServiceRefused(ServiceDown):
    """The smart-card service takes the call and hangs up: polkit keeps this user out, or it cannot start."""

    sentence = (
        "the smart-card service pcscd hangs up: it refuses this user (polkit; over SSH too) or cannot start",
        "智能卡服务 pcscd 中断了连接：拒绝了当前用户（polkit，通过 SSH 登录时也会如此），或无法启动",
    )


class ReaderMissing(SignerError):
    """No card reader is connected."""

    sentence = (
        "no card reader is connected: plug one in; if it is in, eport-terminal doctor says more",
        "未检测到读卡器：请连接读卡器；如已连接，可用 eport-terminal doctor 检查",
    )


class ModuleMissing(SignerError):
    """The PKCS#11 module is not there or cannot be loaded. Values: module, reason."""

    sentence = (
        "the PKCS#11 module {module} cannot be used ({reason}): install it or name another",
        "无法使用 PKCS#11 模块 {module}（{reason}）：请安装或指定其他模块",
    )


_WHAT = {
    "card": ("cards", "卡"),
    "ikey": ("Ikeys", " Ikey"),
    "agent": ("keys in the SSH agent", "代理密钥"),
    "reader": ("readers whose names begin alike", "名称相近的读卡器"),
}


class Several(SignerError):
    """More than one device could be meant. Values: what (a kind of device, or reader), names."""

    sentence = (
        "there are several {what}: {names}. Say which one, or take the others out",
        "检测到多个{what}：{names}。请指定其中一个，或取下其余的",
    )

    def told(self, lang: str) -> str:
        """The sentence, with the kind in the same language."""
        what = _WHAT[str(self.values["what"])][lang == "zh"]
        return self.sentence[lang == "zh"].format(what=what, names=plain(self.values["names"]))


# -- the device ----------------------------------------------------------------------------------


class CardMissing(SignerError):
    """There are readers, but no card of ours is in one of them. Values: readers."""

    sentence = (
        "no usable card is in the reader ({readers}): insert the card, chip first",
        "读卡器（{readers}）中没有可用的卡：请插入 IC 卡",
    )


class TokenMissing(SignerError):
    """No Ikey (or not the one that was named) is plugged in. Values: which."""

    sentence = (
        "no Ikey is plugged in ({which}): plug it in",
        "未检测到 Ikey（{which}）：请插入 Ikey",
    )


class CardRemoved(SignerError):
    """The device was taken out while it was in use; the same one may come back. Values: serial."""

    sentence = (
        "card or Ikey {serial} was taken out: put the same one back and give its PIN; nothing typed is lost",
        "卡（Ikey）{serial} 已被拔出：请插回同一张卡并输入密码；已录入的内容不会丢失",
    )


class AnotherDevice(SignerError):
    """Another device is there than the one that was opened. Values: serial, found."""

    sentence = (
        "this is another card or Ikey ({found}): only {serial} goes on here",
        "插入的是另一张卡（Ikey）（{found}）：只有 {serial} 才能继续",
    )


class ReaderGone(SignerError):
    """The reader was unplugged while in use. Values: reader."""

    sentence = (
        "the reader {reader} was unplugged: plug it in again; what was not signed can be signed then",
        "读卡器 {reader} 已断开：请重新连接；尚未签名的内容可再次签名",
    )


class DeviceFailed(SignerError):
    """The device did not do it, for a reason of its own. Values: serial, reason."""

    sentence = (
        "card or Ikey {serial} failed ({reason}): take it out, put it back, and try again",
        "卡（Ikey）{serial} 操作失败（{reason}）：请拔出后重新插入再试",
    )


class KeyMissing(SignerError):
    """The device or file holds no private key for this. Values: where."""

    sentence = (
        "{where} holds no private key to sign with: have the card office issue one",
        "{where} 中没有可用于签名的私钥：请联系制卡中心",
    )


class CertificateMissing(SignerError):
    """There is a key, but no certificate for it. Values: where."""

    sentence = (
        "{where} holds no certificate for its key: have the card office write it, or give the file",
        "{where} 中没有与密钥对应的证书：请联系制卡中心写入，或提供证书文件",
    )


# -- the PIN -------------------------------------------------------------------------------------


class WrongPin(SignerError):
    """The PIN is wrong, and so many tries are left before the card locks (None: unknown). Values: tries."""

    def told(self, lang: str) -> str:
        """The sentence; after two failures it advises to leave and start again, as the manual does."""
        tries = self.values.get("tries")
        if lang == "zh":
            left = "" if tries is None else f"，还可再试 {tries} 次"
            advice = "。建议先退出系统，重新进入后再输入，以防卡被锁死" if tries == 1 else ""
            return f"密码错误{left}{advice}"
        left = "" if tries is None else f"; tries left before the card locks: {tries}"
        advice = ". Better leave now, start again, and type it with care" if tries == 1 else ""
        return f"the PIN is wrong{left}{advice}"


class CardLocked(SignerError):
    """Too many wrong PINs: only the card office opens it again. Values: serial."""

    sentence = (
        "card or Ikey {serial} is locked after too many wrong PINs: the card office (制卡中心) unlocks it",
        "卡（Ikey）{serial} 因密码连续输入错误已被锁死：请联系制卡中心解锁",
    )


class PinUnusable(SignerError):
    """The device takes no such PIN: too short, too long, wrong characters, never set. Values: reason."""

    sentence = (
        "the PIN cannot be used: {reason}",
        "密码不可用：{reason}",
    )


class PinCancelled(SignerError):
    """Whoever was asked for the PIN gave none."""

    sentence = (
        "no PIN was given: nothing was signed",
        "未输入密码：未签名",
    )


# -- the forwarded agent -------------------------------------------------------------------------


class AgentUnreachable(SignerError):
    """There is no SSH agent, or it does not answer. Values: reason."""

    sentence = (
        "no SSH agent can be reached ({reason}): connect with ssh -A, with the card added by ssh-add -s",
        "无法连接 SSH 代理（{reason}）：请用 ssh -A 连接，并先用 ssh-add -s 加入卡",
    )


class AgentRefused(SignerError):
    """The agent did not sign: it was locked, the use was not confirmed, or the card is out. Values: key.

    OpenSSH's agent forgets a card that was out: it must be removed and added again (measured).
    """

    sentence = (
        (
            "the SSH agent did not sign with {key}: is the agent unlocked, the use confirmed, the card in? "
            "A card that was out must be added again: ssh-add -e MODULE, then ssh-add -s MODULE"
        ),
        (
            "SSH 代理拒绝使用 {key} 签名：请检查代理是否解锁、是否已确认、卡是否插好；"
            "卡曾被拔出时须重新加入：先 ssh-add -e 模块，再 ssh-add -s 模块"
        ),
    )


# -- asking --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PinRequest:
    """What the holder is asked when a PIN is needed."""

    kind: str  # card or ikey
    label: str  # what the device calls itself, for the prompt
    serial: str
    tries: int | None  # tries left, None where the device doesn't say
    again: bool = False  # the one before was wrong
    signature: bool = False  # for this one signature: the key always authenticates
    missed: bool = False  # somebody gave a wrong one since the last right one, as far as the device says


AskPin = Callable[[PinRequest], str | None]
"""Asks the holder; None: cancelled. The PIN goes to the device and nowhere else."""


# -- devices, found and open ---------------------------------------------------------------------


class OpenSigner(Signer, Protocol):
    """A signer whose device is open for use; closing it twice does no harm."""

    def close(self) -> None:
        """End the session; what is signed afterwards is refused."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A device that is there and could sign, or the one certificate of several that a device holds."""

    kind: str  # card, ikey, agent or file
    label: str  # what the device calls itself
    serial: str  # card number or token serial; of an agent, the key's fingerprint
    certificate: x509.Certificate | None  # None: it has none, or shows it after the PIN only
    reader: str  # of a card, its reader's name; otherwise empty
    open: Callable[[AskPin], OpenSigner]
