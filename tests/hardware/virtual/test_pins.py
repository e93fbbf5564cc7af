"""PIN and PUK of the card: tries, locking, unlocking."""

from __future__ import annotations

import json

import pytest

from hardware.virtual import medium
from hardware.virtual.keys import RSA2048
from hardware.virtual.medium import AUTH
from hardware.virtual.piv import AID
from tests.hardware.stack import PIN, PUK
from tests.hardware.virtual.host import HASH, Host, padded


def test_the_card_says_how_many_tries_are_left(host: Host) -> None:
    """Without spending one; 9000 once the PIN is verified, until it is told to forget it or is reset."""
    assert host.tries() == 0x63C3
    assert host.verify("000000") == 0x63C2
    assert host.tries() == 0x63C2
    assert host.verify(PIN) == 0x9000
    assert host.tries() == 0x9000
    assert host.sw("0020FF80") == 0x9000
    assert host.tries() == 0x63C3
    assert host.verify(PIN) == 0x9000
    host.card.reset()
    assert host.tries() == 0x63C3


def test_three_wrong_pins_lock_it_for_good(host: Host) -> None:
    """Also for the right PIN, and after it was taken out."""
    assert [host.verify("000000") for _ in range(4)] == [0x63C2, 0x63C1, 0x63C0, 0x6983]
    assert host.verify(PIN) == host.tries() == 0x6983
    host.insert()
    assert host.verify(PIN) == host.tries() == 0x6983


def test_a_try_is_spent_before_the_pin_is_looked_at(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who takes the card out in between gains none."""
    seen: list[int] = []

    def matches(reference: medium.Reference, value: bytes) -> bool:
        seen.append(json.loads(host.path.read_text())["pin"]["tries"])
        return False

    monkeypatch.setattr(medium.Reference, "matches", matches)
    assert host.verify(PIN) == 0x63C2
    assert seen == [2]


def test_a_pin_of_a_wrong_form_costs_no_try(host: Host) -> None:
    """Letters, too few digits, too many, wrong padding."""
    for value in (b"abcdef\xff\xff", b"12345\xff\xff\xff", b"123456", b"123456\0\0", b"123456789"):
        assert host.sw("00200080", value) == 0x6A80
    assert host.tries() == 0x63C3


def test_the_right_pin_gives_the_tries_back(host: Host) -> None:
    """On the medium too."""
    assert host.verify("000000") == 0x63C2
    assert host.verify(PIN) == 0x9000
    host.insert()
    assert host.tries() == 0x63C3


def test_a_wrong_pin_ends_what_a_right_one_began(host: Host) -> None:
    """Whoever guesses now signs nothing more."""
    host.verify(PIN)
    host.verify("000000")
    assert host.sign(AUTH, RSA2048, padded(HASH))[1] == 0x6982


def test_selecting_again_keeps_what_was_verified(host: Host) -> None:
    """As several programs that share the card expect."""
    host.verify(PIN)
    host.send("00A40400", AID)
    assert host.tries() == 0x9000


def test_the_puk_unlocks_and_sets_a_new_pin(host: Host) -> None:
    """With all tries; the new PIN is not verified by it."""
    for _ in range(3):
        host.verify("000000")
    assert host.unblock("00000000", "654321") == 0x63C2
    assert host.unblock(PUK, "654321") == 0x9000
    assert host.tries() == 0x63C3
    host.insert()
    assert host.verify("654321") == 0x9000


def test_three_wrong_puks_lock_the_puk(host: Host) -> None:
    """A new PIN of a wrong form costs no try."""
    assert host.unblock("00000000", "1") == 0x6A80
    assert [host.unblock("00000000", PIN) for _ in range(4)] == [0x63C2, 0x63C1, 0x63C0, 0x6983]
    assert host.unblock(PUK, PIN) == 0x6983
    assert host.verify(PIN) == 0x9000


def test_pin_and_puk_are_changed_by_who_knows_them(host: Host) -> None:
    """And last."""
    change = medium.pad(PIN) + medium.pad("2468135")
    assert host.sw("00240080", medium.pad("000000") + medium.pad("2468135")) == 0x63C2
    assert host.sw("00240080", change) == 0x9000
    assert host.sw("00240081", medium.pad(PUK) + medium.pad("PUK-4711")) == 0x9000
    host.insert()
    assert host.verify("2468135") == 0x9000
    assert host.unblock("PUK-4711", PIN) == 0x9000
    assert host.sw("00240080", medium.pad(PIN) + medium.pad("x")) == 0x6A80
    assert host.sw("00240080", medium.pad(PIN)) == 0x6A80


def test_other_references_are_unknown(host: Host) -> None:
    """No global PIN, no biometrics; nor parameters of which there is no such thing."""
    for header in ("00200000", "00200096", "00240000", "002C0081"):
        assert host.sw(header, medium.pad(PIN) * 2) == 0x6A88
    for header in ("00200180", "00240180", "002C0180"):
        assert host.sw(header, medium.pad(PIN) * 2) == 0x6A86
