"""What a line tells by itself, and whose line it is: plain values, made in threads, read by screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from terminals.trouble import Told
from terminals.work.steps import Step


@dataclass(frozen=True, slots=True)
class Who:
    """Whose session it is, as the gateway says."""

    dxp_id: str = ""
    role: str = ""
    holder: str = ""
    card: str = ""  # '', 'legal' or 'operator'
    expires: str = ""  # wire time
    certificate_ends: str = ""  # wire time; '' without a certificate
    cop_code: str = ""  # the party's
    name: str = ""  # the party's
    receiver: str = ""  # dxpId that the party's messages go to
    receiver_name: str = ""  # that party's

    @classmethod
    def of(cls, granted: Mapping[str, Any]) -> Who:
        """From what a login was answered with."""
        names = (
            "dxpId", "role", "holder", "card", "expiresAt", "certificateEnds", "copCode", "name", "receiver",
            "receiverName",
        )  # fmt: skip
        return cls(*(str(granted.get(name) or "") for name in names))


@dataclass(frozen=True, slots=True)
class Up:
    """The gateway answers again."""


@dataclass(frozen=True, slots=True)
class Down:
    """The gateway does not answer: why, and in how many seconds it is tried again."""

    trouble: Told
    again: float


@dataclass(frozen=True, slots=True)
class Came:
    """Receipts that were not known before, oldest first; they are on disk already."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Something was signed and has no answer that counts: it is kept, and goes out later."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The session has ended and was not renewed: the signer does not sign, or the login is refused.

    `Line.retry` tries again, once the card is back.
    """

    trouble: Told


Event = Kept | Up | Down | Came | Ended
Tell = Callable[[Event], None]
