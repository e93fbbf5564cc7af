"""Which device signs: what is plugged in, a card before an Ikey before the forwarded agent.

Knows the order, how one of several is named, and which certificate of a device is meant for signing; refuses
to open anything, to ask for a PIN, and to know certificate files, which nobody plugs in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from cryptography import x509

from hardware.signer import (
    AgentUnreachable,
    CardMissing,
    Found,
    KeyMissing,
    ModuleMissing,
    ReaderMissing,
    ServiceDown,
    Several,
    SignerError,
    TokenMissing,
)
from messages.signature.oids import commits
from messages.signature.sign import serial_hex

KINDS = ("card", "ikey", "agent")
"""The kinds of device, in the order in which they are looked for: with a card and an Ikey the card wins."""

CardKey = Literal["sign", "auth"]
CARD_KEYS: tuple[CardKey, ...] = ("sign", "auth")
"""Keys of a card: PIV 9C, which wants its PIN for each signature, and 9A."""

_ABSENT = (
    AgentUnreachable, CardMissing, KeyMissing, ModuleMissing, ReaderMissing, ServiceDown, TokenMissing,
)  # fmt: skip
"""What says that a device of this kind is not there, so that the next kind is looked for."""


class DeviceUnknown(TokenMissing):
    """No device has the name that was given. Values: wanted, names."""

    sentence = (
        "nothing that is plugged in has '{wanted}' in its reader's name, label or number; there are: {names}",
        "没有名称、标签或编号中包含“{wanted}”的设备；现有：{names}",
    )


class NothingPlugged(SignerError):
    """Nothing to sign with was found. Values: reasons, one SignerError for each kind that was looked for."""

    def told(self, lang: str) -> str:
        """What is wrong with each kind of device, one a line."""
        reasons = self.values["reasons"]
        assert isinstance(reasons, tuple)
        head = (
            "nothing to sign with was found; give a certificate file with --p12, or mend one of these:",
            "未找到签名设备；请用 --p12 指定证书文件，或解决以下问题之一：",
        )[lang == "zh"]
        return "\n  - ".join([head, *(reason.told(lang) for reason in reasons)])


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user said about the device; nothing said means that whatever is plugged in will do."""

    kind: str = ""  # one of KINDS
    device: str = ""  # part of the reader's name, of label, number, or holder's name
    modules: tuple[str, ...] = ()  # PKCS#11 modules of Ikeys; none: those that are installed
    certificates: tuple[x509.Certificate, ...] = ()  # whose keys an agent may hold
    card_key: CardKey = "sign"


def choose(wish: Wish) -> Found:
    """The one device that is meant.

    Raises Several, DeviceUnknown, NothingPlugged, or for a kind that was asked for what is wrong with
    it. A device that is there and cannot be used is an error too: no other one steps in for it.
    """
    if wish.kind:
        return _one(wish.kind, _LOOK[wish.kind](wish), wish.device)
    reasons: list[SignerError] = []
    for kind in _looked_for(wish):
        try:
            return _one(kind, _LOOK[kind](wish), wish.device)
        except _ABSENT as reason:
            reasons.append(reason)
    raise NothingPlugged(reasons=tuple(reasons))


def _looked_for(wish: Wish) -> Iterable[str]:
    """The kinds to look for: an agent's keys mean nothing without their certificates."""
    return (kind for kind in KINDS if kind != "agent" or wish.certificates)


# Imported when looked for: they load the system's libraries, which not every machine has.


def _cards(wish: Wish) -> list[Found]:
    try:
        from hardware import card
    except ImportError as error:
        raise ModuleMissing(module="pyscard", reason=error) from None
    return card.inserted(key=wish.card_key)


def _ikeys(wish: Wish) -> list[Found]:
    from hardware import ikey

    return ikey.plugged(wish.modules)


def _keys(wish: Wish) -> list[Found]:
    from hardware.agent import agent_signers

    return agent_signers(wish.certificates)


_LOOK: Mapping[str, Callable[[Wish], list[Found]]] = {"card": _cards, "ikey": _ikeys, "agent": _keys}


def _one(kind: str, found: list[Found], device: str) -> Found:
    """The one of `found` that is meant, and the certificate of it that is for signing."""
    meant = [one for one in found if device.casefold() in _names(one).casefold()]
    if not meant:
        raise DeviceUnknown(wanted=device, names=", ".join(map(_shown, found)))
    if len({(one.serial, one.reader) for one in meant}) == 1:
        meant = _for_signing(meant)
    if len(meant) > 1:
        raise Several(what=kind, names=", ".join(map(_shown, meant)))
    return meant[0]


def _names(one: Found) -> str:
    """All that a device can be called by, a line each."""
    certificate = one.certificate
    holder = [certificate.subject.rfc4514_string(), serial_hex(certificate)] if certificate else []
    return "\n".join([one.reader, one.label, one.serial, *holder])


def _shown(one: Found) -> str:
    """A device as a list of several names it."""
    names = [one.reader, one.label, one.serial]
    if one.certificate:
        names.append(serial_hex(one.certificate))
    return " / ".join(name for name in names if name)


def _for_signing(found: list[Found]) -> list[Found]:
    """Of several certificates on one device, those in date that bind their holder; a renewed one's newest."""
    now = datetime.now(UTC)
    found = [one for one in found if _in_date(one, now)] or found
    found = [one for one in found if one.certificate and commits(one.certificate)] or found
    subjects = {one.certificate.subject for one in found if one.certificate}
    if len(subjects) == 1:
        found = [max(found, key=_begin)]
    return found


def _in_date(one: Found, now: datetime) -> bool:
    certificate = one.certificate
    return certificate is not None and (
        certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    )


def _begin(one: Found) -> datetime:
    return one.certificate.not_valid_before_utc if one.certificate else datetime.min.replace(tzinfo=UTC)
