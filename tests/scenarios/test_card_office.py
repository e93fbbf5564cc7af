"""Cards from the blank medium to an accepted message, and what stands in the way of one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gateway import pki
from gateway.card_office import check_character
from hardware.card import inserted
from hardware.judge import described
from hardware.virtual import medium
from hardware.virtual.stack import Stack
from messages.signature import oids
from tests.hardware.asking import Holder
from tests.scenarios.counter import OPERATOR, PARTY, PIN, PUK, Counter
from tests.scenarios.house import Desk, House
from tests.terminals.typist import Typist


@pytest.fixture
def counter(house: House, stack: Stack, tmp_path: Path) -> Counter:
    """A counter of the serving gateway."""
    return Counter(house, stack, tmp_path)


# -- issuing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "kind"), [("RSA-2048", rsa.RSAPublicKey), ("P-256", ec.EllipticCurvePublicKey)]
)
def test_an_issued_card_signs_what_the_gateway_accepts(counter: Counter, key: str, kind: type) -> None:
    """From a blank card to an accepted message: the card's own keys, both certificates in the register."""
    counter.blank()
    number = counter.issue("--key", key)
    with counter.holder() as person:
        assert counter.send(person) == "0000"
        assert isinstance(person.signer.certificate.public_key(), kind)
        assert oids.card_kind(person.signer.certificate) == "operator"
        assert oids.card_number(person.signer.certificate) == number
        assert f"serialNumber={number}" in oids.subject_of(person.signer.certificate)
        assert f"card {number}" in described(person.signer.certificate).told("en")
        assert f"卡号 {number}" in described(person.signer.certificate).told("zh")
    found, given = counter.card(number)
    assert (found.state, found.holder, found.unit) == ("active", "操作员 王五", "浦东演示进出口有限公司")
    assert (found.dxp_id, found.kind, found.role, found.medium) == (PARTY, "operator", "operator", "card")
    assert {each.fingerprint for each in given} == {
        pki.fingerprint(each.certificate)
        for use in ("sign", "auth")
        for each in inserted(key=use)
        if each.certificate  # type: ignore[arg-type]
    }
    assert check_character(number[:-1]) == number[-1]


def test_both_keys_of_a_card_log_in_and_tell_when_their_certificates_end(counter: Counter) -> None:
    """9A, which agents use, and 9C: a session each, with the end that a terminal warns of."""
    counter.blank()
    counter.issue("--days", "20")
    for use in ("auth", "sign"):
        [found] = inserted(key=use)  # type: ignore[arg-type]
        with found.open(Holder(PIN)) as signer:
            person = counter.house.person("operator")
            person.signer = signer  # type: ignore[assignment]
            desk = Desk(counter.house, person)
            assert desk.client.get("/v1/sessions/current").json()["holder"] == "操作员 王五"


def test_a_letter_holds_pin_and_puk_and_nobody_else_sees_them(counter: Counter) -> None:
    """They are made up, written once for their owner alone, and are what the card was given."""
    counter.blank()
    letter = counter.folder / "letter"
    said = counter.run("card", "issue", *OPERATOR, "--letter", letter)
    text = letter.read_text(encoding="utf-8")
    pin = re.search(r"^PIN .*: (\d{6})$", text, re.M)
    puk = re.search(r"^PUK .*: (\d{8})$", text, re.M)
    assert pin is not None
    assert puk is not None
    assert letter.stat().st_mode & 0o777 == 0o600
    assert not {pin[1], puk[1]} & set(re.findall(r"\w+", said + counter.house.log.read_text()))
    with counter.holder(pin[1]) as person:
        assert counter.send(person) == "0000"
    number = re.search(r"card (\w{13})", said)
    assert number is not None
    new, old = counter.secret("new", PIN), counter.secret("old", puk[1])
    counter.run("card", "unlock", number[1], "--puk-file", old, "--pin-file", new)
    counter.blank("second", reader=1)
    refused = counter.run("card", "issue", *OPERATOR, "--letter", letter, "--device", "00 01", code=1)
    assert "only letter" in refused
    assert letter.read_text(encoding="utf-8") == text


def test_pin_and_puk_are_typed_twice_and_not_shown(counter: Counter) -> None:
    """At a terminal: a slip is asked again, Enter takes what the factory set, the screen shows none of it."""
    counter.blank()
    arguments = ("card", "issue", *OPERATOR, "--home", counter.house.home)
    with Typist(arguments, {}, "eport-gateway") as typist:
        for asked, typed in (
            ("New PIN: ", PIN),
            ("confirmation: ", "654321"),
            ("do not match.\nNew PIN: ", PIN),
            ("confirmation: ", PIN),
            ("New PUK: ", PUK),
            ("confirmation: ", PUK),
            ("Management key (Enter: the factory's): ", ""),
            ("Present PIN of the medium (Enter: the factory's): ", ""),
            ("Present PUK of the card (Enter: the factory's): ", ""),
        ):
            typist.until(asked)
            typist.type(typed)
        assert typist.end() == 0, typist.screen
    assert PIN not in typist.screen
    assert PUK not in typist.screen
    with counter.holder() as person:
        assert counter.send(person) == "0000"


def test_a_number_can_be_given_and_is_given_once(counter: Counter) -> None:
    """A card that was numbered elsewhere keeps its number; nobody else gets it."""
    counter.blank()
    assert counter.issue("--number", "3100ABCD00001") == "3100ABCD00001"
    counter.blank("second", reader=1)
    refused = counter.run(
        "card", "issue", *OPERATOR, *counter.new, "--number", "3100ABCD00001", "--device", "00 01", code=1
    )
    assert "there is a card 3100ABCD00001 already" in refused
    assert "Nothing was changed." in refused


def test_a_medium_that_is_somebodys_is_not_written_over(counter: Counter) -> None:
    """Neither a card that lives, whatever is said, nor one with foreign certificates, unless it is said."""
    counter.blank()
    number = counter.issue()
    assert f"card renew {number}" in counter.run(
        "card", "issue", *OPERATOR, *counter.new, "--overwrite", code=1
    )
    counter.run("card", "revoke", number, "--reason", "returned")
    assert "--overwrite" in counter.run("card", "issue", *OPERATOR, *counter.new, code=1)
    present = ("--present-pin-file", counter.folder / "pin", "--present-puk-file", counter.folder / "puk")
    again = counter.issue("--overwrite", *present)
    assert again != number
    with counter.holder() as person:
        assert counter.send(person) == "0000"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--party", "DXPENT0000000099"), 1, "no party DXPENT0000000099"),
        (("--holder", "x" * 65), 2, "1 to 64 characters"),
        (("--number", "123"), 2, "13 digits or capital letters"),
        (("--kind", "golden"), 2, "golden"),
    ],
)
def test_a_card_that_cannot_be_is_refused_before_the_medium_is_touched(
    counter: Counter, arguments: tuple[str, ...], code: int, said: str
) -> None:
    """Unknown party, too long a name, an impossible number or kind: no device is even asked for."""
    assert said in counter.run("card", "issue", *OPERATOR, *counter.new, *arguments, code=code)


def test_a_pin_that_the_card_takes_not_changes_nothing(counter: Counter) -> None:
    """PIN and PUK are looked at before the first of them is set."""
    card = counter.blank()
    pin, puk = counter.secret("good", PIN), counter.secret("short", "12345")
    said = counter.run("card", "issue", *OPERATOR, "--pin-file", pin, "--puk-file", puk, code=1)
    assert "PUK" in said
    assert "Nothing was changed." in said
    assert medium.load(card).pin.matches(medium.pad("123456"))


def test_an_empty_reader_and_a_stopped_service_are_surroundings_or_said(counter: Counter) -> None:
    """Nobody waits for a card that is not there, and nothing is left of the attempt."""
    before = counter.registered()
    letter = counter.folder / "letter"
    assert "insert the card" in counter.run("card", "issue", *OPERATOR, "--letter", letter, code=1)
    counter.stack.stop_service()
    assert "pcscd" in counter.run("card", "issue", *OPERATOR, "--letter", letter, code=3)
    assert not letter.exists()
    assert counter.registered() == before
