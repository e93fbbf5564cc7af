"""What can go wrong at a terminal, each class with the exit code a command ends with.

Knows what happened and in which words it is said; refuses to know how it is shown. With several files the
largest exit code of all wins, so the numbers grow with what the caller should look at first.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from terminals.language import say

OK = 0
REFUSED = 3  # a definitive answer, or a receipt, that says no
NOT_VERIFIED = 4  # a signature, chain, date or gateway's key usage that does not hold
NO_ANSWER = 5  # nothing definitive from the gateway: kept, send it again
NOT_YET = 6  # the receipt waited for did not come in time
LOGIN_REFUSED = 7
INPUT = 8  # a file, certificate or setting that cannot be used
NO_SIGNATURE = 9  # the card, Ikey, agent or certificate does not sign: missing, out, locked, wrong PIN, ended


@runtime_checkable
class Told(Protocol):
    """Whatever says itself in a language: a trouble, or an error of a signer."""

    def told(self, lang: str) -> str:
        """The sentence in `lang`."""
        ...


class Trouble(Exception):
    """A failure in words: `key` and `values` name a sentence of `terminals.language`."""

    exit_code = 1

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def told(self, lang: str) -> str:
        """The sentence in `lang`; values that tell themselves do so in the same language."""
        values = {k: v.told(lang) if isinstance(v, Told) else v for k, v in self.values.items()}
        return say(lang, self.key, **values)

    def __str__(self) -> str:
        return self.told("en")


class Unusable(Trouble):
    """A file, certificate or setting that cannot be used."""

    exit_code = INPUT


class NotSigned(Trouble):
    """The signer does not sign: not this, and nothing that comes after it before somebody sees to it."""

    exit_code = NO_SIGNATURE


class NoAnswer(Trouble):
    """The gateway gave no definitive answer; `retry_after` is what it asked to wait, in seconds."""

    exit_code = NO_ANSWER

    def __init__(self, key: str, /, *, retry_after: float | None = None, **values: object) -> None:
        super().__init__(key, **values)
        self.retry_after = retry_after


class Unreachable(Trouble):
    """The gateway gave no definitive answer for as long as patience lasted, or may not be trusted."""

    exit_code = NO_ANSWER


class Refused(Trouble):
    """The gateway understood a question and will not answer it."""

    exit_code = REFUSED


class LoginRefused(Trouble):
    """The gateway did not accept who we are, or asked to sign what is no login nonce."""

    exit_code = LOGIN_REFUSED


class NotProven(Trouble):
    """Something that came is not proven to be from whom it should be."""

    exit_code = NOT_VERIFIED
