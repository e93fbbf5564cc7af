"""What a check of the signing equipment may find, and how to mend it: one table, in two languages.

Knows every sentence of `doctor` about devices; refuses to look at any. A value in a sentence is public data:
names of readers, what a certificate says, a card's number; never a PIN, a key or a command to a card.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from messages.visible import plain

Words = tuple[str, str]  # English, Chinese

CHECKS: dict[str, Words] = {
    "service": ("smart-card service", "智能卡服务"),
    "readers": ("card reader", "读卡器"),
    "module": ("card module", "卡模块"),
    "card": ("card", "IC 卡"),
    "kind": ("kind of card", "卡类型"),
    "pin": ("PIN", "密码"),
    "certificate": ("certificate", "证书"),
    "ikey-module": ("Ikey module", "Ikey 模块"),
    "ikey": ("Ikey", "Ikey"),
    "agent": ("SSH agent", "SSH 代理"),
    "file": ("certificate file", "证书文件"),
    "gateway": ("gateway", "网关"),
    "clock": ("clock", "时钟"),
    "gateway-certificate": ("gateway's certificate", "网关证书"),
    "doctor": ("this check", "检查本身"),
}
"""The checks in their order, and what they are called."""


class Verdict(StrEnum):
    """What a finding means to whoever wants to sign."""

    GOOD = "good"
    WARNING = "warning"  # works, but see to it
    BAD = "bad"
    NOTHING = "nothing"  # not there, and not needed where something else signs


@dataclass(frozen=True, slots=True)
class Finding:
    """A row of the table: of which check, how bad, what was found, how to mend it."""

    check: str
    verdict: Verdict
    found: Words
    mend: Words = ("", "")


@dataclass(frozen=True, slots=True)
class Told:
    """Words in two languages, as a value in a sentence."""

    words: Words

    def told(self, lang: str) -> str:
        """Those in `lang`."""
        return self.words[lang == "zh"]


@dataclass(frozen=True, slots=True)
class Row:
    """A finding as it was made, with what the placeholders of its sentences stand for."""

    key: str
    finding: Finding
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """How bad it is."""
        return self.finding.verdict

    def check(self, lang: str) -> str:
        """What was checked."""
        return CHECKS[self.finding.check][lang == "zh"]

    def found(self, lang: str) -> str:
        """What was found."""
        return self._told(self.finding.found, lang)

    def mend(self, lang: str) -> str:
        """What to do; empty where nothing is to be done."""
        return self._told(self.finding.mend, lang)

    def plain(self, lang: str) -> dict[str, Any]:
        """The row as data."""
        return {
            "check": self.finding.check, "finding": self.key, "verdict": self.verdict.value,
            "found": self.found(lang), "mend": self.mend(lang),
        }  # fmt: skip

    def _told(self, sentence: Words, lang: str) -> str:
        values = {
            name: plain(value.told(lang) if hasattr(value, "told") else value)
            for name, value in self.values.items()
        }
        return sentence[lang == "zh"].format(**values)


def row(key: str, **values: object) -> Row:
    """The row of the table under `key`; a value that tells itself does so in the row's language."""
    return Row(key, TABLE[key], values)


_GOOD, _WARNING, _BAD, _NOTHING = Verdict.GOOD, Verdict.WARNING, Verdict.BAD, Verdict.NOTHING

TABLE: dict[str, Finding] = {
    # pcscd and the readers
    "service-library": Finding(
        "service", _BAD,
        ("its library is not installed ({reason})", "未安装其程序库（{reason}）"),
        ("install pcscd and libpcsclite1 (apt install pcscd)",
         "请安装 pcscd 和 libpcsclite1（apt install pcscd）"),
    ),
    "service-down": Finding(
        "service", _BAD,
        ("pcscd does not run", "pcscd 未运行"),
        ("install and start it: apt install pcscd, systemctl enable --now pcscd.socket",
         "请安装并启动：apt install pcscd，systemctl enable --now pcscd.socket"),
    ),
    "service-refused": Finding(
        "service", _BAD,
        ("pcscd runs, but refuses this user", "pcscd 已运行，但拒绝当前用户"),
        ("allow org.debian.pcsc-lite.access_pcsc and access_card in polkit: sessions over SSH are not active",
         "请在 polkit 中允许 org.debian.pcsc-lite.access_pcsc 和 access_card：SSH 会话默认无权访问"),
    ),
    "service-runs": Finding("service", _GOOD, ("pcscd runs", "pcscd 正在运行")),
    "reader-none": Finding(
        "readers", _BAD,
        ("none is connected", "未连接读卡器"),
        ("plug one in; if it is in, its driver may be missing (apt install libccid)",
         "请连接读卡器；如已连接，可能缺少驱动（apt install libccid）"),
    ),
    "readers": Finding("readers", _GOOD, ("{names}", "{names}")),
    # the module through which cards sign
    "module-missing": Finding(
        "module", _BAD,
        ("{module} cannot be used: {reason}", "无法使用 {module}：{reason}"),
        ("install it (apt install opensc-pkcs11)", "请安装（apt install opensc-pkcs11）"),
    ),
    "module": Finding("module", _GOOD, ("{module} ({maker})", "{module}（{maker}）")),
    # the card
    "card-none": Finding(
        "card", _BAD,
        ("no card is in ({names})", "读卡器（{names}）中没有卡"),
        ("insert the card, chip first", "请插入 IC 卡，芯片端朝前"),
    ),
    "card-mute": Finding(
        "card", _BAD,
        ("what is in {reader} does not answer", "{reader} 中的卡没有应答"),
        ("turn it round, clean its contacts, try another reader; or ask the card office (制卡中心)",
         "请检查插入方向、擦净触点、更换读卡器；仍无效时请联系制卡中心"),
    ),
    "card-failed": Finding(
        "card", _BAD,
        ("the card in {reader} could not be looked at: {error}", "无法检查 {reader} 中的卡：{error}"),
        ("take it out, put it back, run doctor again", "请拔出后重新插入，再次运行 doctor"),
    ),
    "card": Finding("card", _GOOD, ("in {reader} (ATR {atr})", "在 {reader} 中（ATR {atr}）")),
    "kind-unknown": Finding(
        "kind", _BAD,
        ("{reader}: neither a PIV card nor one that the module knows",
         "{reader}：不是 PIV 卡，卡模块也不认识"),
        ("use the card that the card office issued", "请使用制卡中心发的卡"),
    ),
    "kind-unseen": Finding(
        "kind", _BAD,
        ("{reader}: a PIV card, but the module shows nothing of it", "{reader}：PIV 卡，但卡模块未能识别"),
        ("is PIV-II among card_drivers in opensc.conf? A card without certificates goes to the card office",
         "请检查 opensc.conf 的 card_drivers 是否包含 PIV-II；卡中没有证书时请联系制卡中心"),
    ),
    "kind-piv": Finding("kind", _GOOD, ("PIV card {serial}", "PIV 卡 {serial}")),
    "kind-pkcs15": Finding(
        "kind", _GOOD,
        ("PKCS#15 card {serial} ({model})", "PKCS#15 卡 {serial}（{model}）"),
    ),
    "pin": Finding("pin", _GOOD, ("{serial}: {tries} tries left", "{serial}：还可再试 {tries} 次")),
    "pin-unknown": Finding(
        "pin", _NOTHING,
        ("{serial}: the device does not say how many tries are left", "{serial}：设备未报告剩余尝试次数"),
    ),
    "pin-few": Finding(
        "pin", _WARNING,
        ("{serial}: {tries} tries left before it locks", "{serial}：还可再试 {tries} 次，之后将锁死"),
        ("type it with care; the right PIN gives all tries back", "请仔细输入；输入正确后次数恢复"),
    ),
    "pin-locked": Finding(
        "pin", _BAD,
        ("{serial}: locked after too many wrong PINs", "{serial}：密码连续输入错误，已锁死"),
        ("the card office (制卡中心) unlocks it", "请联系制卡中心解锁"),
    ),
    "pin-unset": Finding(
        "pin", _BAD,
        ("{serial}: it has no PIN yet", "{serial}：尚未设置密码"),
        ("the card office (制卡中心) sets one", "请联系制卡中心设置"),
    ),
    # certificates, of whatever device
    "trust": Finding(
        "certificate", _BAD,
        ("issuers and revocation were not looked at: {error}", "未检查签发者和吊销情况：{error}"),
        ("correct --ca or --crl", "请更正 --ca 或 --crl"),
    ),
    "certificate-none": Finding(
        "certificate", _WARNING,
        ("{where}: none for this key", "{where}：该密钥没有证书"),
        ("the card office (制卡中心) writes it", "请联系制卡中心写入"),
    ),
    "certificate-hidden": Finding(
        "certificate", _NOTHING,
        ("{where}: shows none without its PIN", "{where}：未输入密码时不显示证书"),
    ),
    "certificate-expired": Finding(
        "certificate", _BAD,
        ("{where}: {certificate} ended", "{where}：{certificate} 已过期"),
        ("the card office (制卡中心) issues a new one", "请联系制卡中心换发"),
    ),
    "certificate-early": Finding(
        "certificate", _BAD,
        ("{where}: {certificate} is not valid before {begins}", "{where}：{certificate} 于 {begins} 才生效"),
        ("is this machine's clock right? It says {now}", "请检查本机时钟（现为 {now}）"),
    ),
    "certificate-unsuitable": Finding(
        "certificate", _BAD,
        ("{where}: {certificate} signs no messages: {reason}",
         "{where}：{certificate} 不能用于报文签名：{reason}"),
        ("messages are signed with RSA of 2048 bits or more, or P-256, P-384, P-521",
         "报文签名须用 2048 位以上的 RSA，或 P-256、P-384、P-521"),
    ),
    "certificate-revoked": Finding(
        "certificate", _BAD,
        ("{where}: {certificate} is refused: {reason}", "{where}：{certificate} 未通过验证：{reason}"),
        ("the card office (制卡中心) issues a new one", "请联系制卡中心换发"),
    ),
    "certificate-foreign": Finding(
        "certificate", _WARNING,
        ("{where}: {certificate} is not of the configured CA ({ca})",
         "{where}：{certificate} 不是由所配置的 CA（{ca}）签发"),
        ("is --ca the right one? If it is, the gateway may not know this certificate's CA",
         "请检查 --ca；若无误，网关可能不信任该证书的 CA"),
    ),
    "certificate-ending": Finding(
        "certificate", _WARNING,
        ("{where}: {certificate} ends in {days} days", "{where}：{certificate} 将在 {days} 天后到期"),
        ("have the card office (制卡中心) renew it before", "请提前联系制卡中心换发"),
    ),
    "certificate": Finding("certificate", _GOOD, ("{where}: {certificate}", "{where}：{certificate}")),
    # Ikeys
    "ikey-module-none": Finding(
        "ikey-module", _NOTHING,
        ("no module of an Ikey is installed", "未安装任何 Ikey 模块"),
        ("for an Ikey, install its maker's PKCS#11 module or name it with --module",
         "使用 Ikey 时，请安装厂商的 PKCS#11 模块，或用 --module 指定"),
    ),
    "ikey-module-broken": Finding(
        "ikey-module", _BAD,
        ("{module} cannot be used: {reason}", "无法使用 {module}：{reason}"),
        ("install it again, or name another with --module", "请重新安装，或用 --module 指定其他模块"),
    ),
    "ikey-module-idle": Finding(
        "ikey-module", _NOTHING,
        ("{module} cannot be used here: {reason}", "{module} 在此无法使用：{reason}"),
        ("if your Ikey needs it, install it again", "如您的 Ikey 需要它，请重新安装"),
    ),
    "ikey-module": Finding("ikey-module", _GOOD, ("{module} ({maker})", "{module}（{maker}）")),
    "ikey-none": Finding(
        "ikey", _NOTHING,
        ("none is plugged in", "未插入 Ikey"),
        ("to sign with one, plug it in", "使用 Ikey 时请插入"),
    ),
    "ikey": Finding("ikey", _GOOD, ("{label} {serial} ({model})", "{label} {serial}（{model}）")),
    "ikey-failed": Finding(
        "ikey", _BAD,
        ("{serial} could not be looked at: {error}", "无法检查 {serial}：{error}"),
        ("take it out, put it back, run doctor again", "请拔出后重新插入，再次运行 doctor"),
    ),
    # the agent
    "agent-none": Finding(
        "agent", _NOTHING,
        ("{error}", "{error}"),
    ),
    "agent-empty": Finding(
        "agent", _WARNING,
        ("it shows no key", "代理中没有密钥"),
        ("add the card where it is plugged in (ssh-add -s MODULE); a locked agent is unlocked by ssh-add -X",
         "请在插卡的电脑上加入卡（ssh-add -s 模块）；代理被锁定时用 ssh-add -X 解锁"),
    ),
    "agent-unnamed": Finding(
        "agent", _NOTHING,
        ("{keys}", "{keys}"),
        ("to sign with one of them, give its certificate with --certificate",
         "如需使用，请用 --certificate 指定证书"),
    ),
    "agent-unfit": Finding(
        "agent", _WARNING,
        ("{keys}", "{keys}"),
        ("{error}", "{error}"),
    ),
    "agent": Finding("agent", _GOOD, ("{keys}", "{keys}")),
    "agent-certificate-unreadable": Finding(
        "agent", _BAD,
        ("the certificate {file} cannot be read: {reason}", "无法读取证书 {file}：{reason}"),
        ("give the PEM file of the certificate whose key the agent has", "请提供代理密钥对应证书的 PEM 文件"),
    ),
    # the certificate file
    "file-none": Finding(
        "file", _NOTHING,
        ("none is configured", "未配置"),
        ("to sign with one, give it with --p12", "如需使用，请用 --p12 指定"),
    ),
    "file-bad": Finding(
        "file", _BAD,
        ("{error}", "{error}"),
        ("check name, permissions and password file", "请检查文件名、权限和口令文件"),
    ),
    "file-closed": Finding(
        "file", _GOOD,
        ("{file}; it was not opened, since nobody was asked for its passphrase",
         "{file}；未询问口令，故未打开"),
    ),
    "file": Finding("file", _GOOD, ("{file}", "{file}")),
    # what went wrong in the check itself
    "failed": Finding(
        "doctor", _BAD,
        ("one part failed ({part}): {reason}", "部分检查失败（{part}）：{reason}"),
        ("report this; the other parts are not affected", "请反馈此问题；其余检查不受影响"),
    ),
}  # fmt: skip
