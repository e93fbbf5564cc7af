"""Ikeys at the office's counter, for which a SoftHSM2 stands: issued, signed with, renewed, unlocked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509

from gateway import pki
from hardware.ikey import plugged
from hardware.virtual.stack import Stack
from tests.hardware.asking import Holder
from tests.hardware.softhsm import SO_PIN, SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.scenarios.counter import OPERATOR, PIN, Counter
from tests.scenarios.house import House, Person


class Ikeys(Counter):
    """A counter whose medium is an Ikey."""

    def __init__(self, house: House, stack: Stack, folder: Path, softhsm: SoftHsm) -> None:
        super().__init__(house, stack, folder)
        self.module = ("--module", softhsm.module)
        self.softhsm = softhsm

    @property
    def office(self) -> tuple[object, ...]:
        """The options of the office itself."""
        return *self.module, "--so-pin-file", self.secret("so-pin", SO_PIN)

    def give(self, *options: object, code: int = 0) -> str:
        """An operator's Ikey; its number."""
        said = self.run(
            "card", "issue", *OPERATOR, "--medium", "ikey", *self.office, *self.pin, *options, code=code
        )
        found = re.search(r"card (\w{13})", said)
        assert found is not None, said
        return found[1]

    @contextmanager
    def at_work(self, pin: str = PIN) -> Iterator[Person]:
        """The first enterprise's operator with the Ikey plugged in."""
        [found] = plugged([self.softhsm.module])
        with found.open(Holder(pin)) as signer:
            yield replace(self.house.person("operator"), signer=signer)

    def signs(self, pin: str = PIN) -> bool:
        """Whether the gateway accepts a message signed with it."""
        with self.at_work(pin) as person:
            return self.send(person) == "0000"


@pytest.fixture
def counter(house: House, stack: Stack, tmp_path: Path, softhsm: SoftHsm) -> Ikeys:
    """A counter of the serving gateway, with a new Ikey plugged in that has no PIN yet."""
    softhsm.without_pin("Ikey")
    return Ikeys(house, stack, tmp_path, softhsm)


@pytest.mark.parametrize("key", ["RSA-2048", "P-256"])
def test_an_issued_ikey_signs_what_the_gateway_accepts(counter: Ikeys, key: str) -> None:
    """One key for login and signature, one certificate for both, and the Ikey's own number is registered."""
    number = counter.give("--key", key)
    assert counter.signs()
    [found] = plugged([counter.softhsm.module])
    assert found.certificate is not None
    usage = found.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment) == (True, True)
    card, given = counter.card(number)
    assert (card.medium, card.serial, card.state) == ("ikey", found.serial, "active")
    assert [each.fingerprint for each in given] == [pki.fingerprint(found.certificate)]


def test_an_ikey_is_renewed_and_signs_with_the_old_until_then(counter: Ikeys) -> None:
    """An outside CA takes its time: the former pair works on until the answer is loaded, then the new one."""
    number = counter.give()
    counter.run("card", "renew", number, *counter.module, *counter.pin, "--requests", counter.folder)
    assert counter.signs()
    requests = sorted(counter.folder.glob(f"{number}-*.csr"))
    assert [file.name for file in requests] == [f"{number}-sign.csr"]
    answers = counter.outside_ca(number, uses=("sign",))
    counter.run("card", "load", number, *answers, *counter.module, *counter.pin)
    assert counter.signs()
    _card, given = counter.card(number)
    assert sorted(each.state for each in given) == ["active", "revoked"]


def test_an_ikey_is_unlocked_by_the_so_pin(counter: Ikeys) -> None:
    """A new PIN, the same key; a wrong SO PIN changes nothing."""
    number = counter.give()
    new, wrong = counter.secret("new", "66260701"), counter.secret("wrong", "99999999")
    refused = counter.run(
        "card", "unlock", number, *counter.module, "--so-pin-file", wrong, "--pin-file", new, code=1
    )
    assert "SO PIN" in refused
    assert counter.signs()
    counter.run("card", "unlock", number, *counter.office, "--pin-file", new)
    assert counter.signs("66260701")
    assert "by the SO PIN" in counter.run("card", "show", number)


def test_a_letter_for_an_ikey_has_no_puk(counter: Ikeys) -> None:
    """The SO PIN is the office's own and goes into no letter."""
    letter = counter.folder / "letter"
    counter.run("card", "issue", *OPERATOR, "--medium", "ikey", *counter.office, "--letter", letter)
    text = letter.read_text(encoding="utf-8")
    pin = re.search(r"^PIN .*: (\d{6})$", text, re.M)
    assert pin is not None
    assert "PUK" not in text
    assert SO_PIN not in text
    assert counter.signs(pin[1])


def test_no_ikey_and_a_missing_module_are_said(counter: Ikeys) -> None:
    """What is not plugged in, and what is not installed, each with its own exit code."""
    counter.softhsm.delete("Ikey")
    words = ("card", "issue", *OPERATOR, "--medium", "ikey", *counter.pin)
    assert "plug it in" in counter.run(*words, *counter.office, code=1)
    missing = ("--module", "/absent/libikey.so", "--so-pin-file", counter.folder / "so-pin")
    assert "/absent/libikey.so" in counter.run(*words, *missing, code=3)
