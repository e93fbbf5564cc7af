"""Whoever sits in front of a device and is asked for its PIN."""

from __future__ import annotations

from collections.abc import Callable

from hardware.signer import PinRequest

PIN = "123456"


class Holder:
    """Gives these PINs, one a question, and remembers what was asked. A callable is called for its PIN."""

    def __init__(self, *answers: str | Callable[[], str | None] | None) -> None:
        self.answers = list(answers)
        self.asked: list[PinRequest] = []

    def __call__(self, request: PinRequest) -> str | None:
        """The next PIN; whoever is asked more often than the test foresees fails it."""
        self.asked.append(request)
        answer = self.answers.pop(0)
        return answer() if callable(answer) else answer


class Patient(Holder):
    """Gives the right PIN whenever it is asked."""

    def __call__(self, request: PinRequest) -> str | None:
        """The PIN."""
        self.asked.append(request)
        return PIN


def nobody(request: PinRequest) -> str | None:
    """Must not be asked."""
    raise AssertionError(f"asked for a PIN: {request}")
