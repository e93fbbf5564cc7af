"""What the errors of PKCS#11 mean to whoever uses the device.

Knows python-pkcs11's classes and those of `hardware.signer`; refuses to know sessions: whether a device that
fails for no clear reason is there at all, the session finds out.
"""

from __future__ import annotations

import pkcs11
from pkcs11 import PKCS11Error

from hardware.pin import PinCharacters, PinExpired, PinLength, PinNeverSet, PinTooEasy
from hardware.signer import (
    CardLocked,
    CardRemoved,
    DeviceFailed,
    KeyUnsuitable,
    PinCancelled,
    PinUnusable,
    SignerError,
    WrongPin,
)

GONE = (
    pkcs11.DeviceRemoved, pkcs11.KeyHandleInvalid, pkcs11.ObjectHandleInvalid, pkcs11.SessionClosed,
    pkcs11.SessionHandleInvalid, pkcs11.SlotIDInvalid, pkcs11.TokenNotPresent, pkcs11.TokenNotRecognised,
    pkcs11.UserNotLoggedIn,
)  # fmt: skip
"""What modules say of a session whose token was out, also when it is in again: the PIN must be given anew."""

_UNSUITABLE = (
    pkcs11.KeySizeRange, pkcs11.KeyTypeInconsistent, pkcs11.MechanismInvalid, pkcs11.MechanismParamInvalid,
)  # fmt: skip
_UNUSABLE: tuple[tuple[type[PKCS11Error], type[PinUnusable]], ...] = (
    (pkcs11.PinLenRange, PinLength),
    (pkcs11.PinInvalid, PinCharacters),
    (pkcs11.PinTooWeak, PinTooEasy),
    (pkcs11.PinExpired, PinExpired),
    (pkcs11.UserPinNotInitialized, PinNeverSet),
)


def translate(error: PKCS11Error, serial: str, tries: int | None = None) -> SignerError:
    """What `error` means to the user of device `serial`; `tries` are those left, where it is about a PIN."""
    if isinstance(error, pkcs11.PinIncorrect):
        return WrongPin(tries=tries) if tries != 0 else CardLocked(serial=serial)
    if isinstance(error, pkcs11.PinLocked):
        return CardLocked(serial=serial)
    for kind, unusable in _UNUSABLE:
        if isinstance(error, kind):
            return unusable()
    if isinstance(error, pkcs11.FunctionCancelled | pkcs11.FunctionRejected):
        return PinCancelled()  # at the device's own pad
    if isinstance(error, GONE):
        return CardRemoved(serial=serial)
    if isinstance(error, _UNSUITABLE):
        return KeyUnsuitable(reason=f"{serial}: {words(error)}")
    return DeviceFailed(serial=serial, reason=words(error))


def words(error: PKCS11Error) -> str:
    """What `error` says, or when that is nothing its name."""
    return str(error) or type(error).__name__
