"""A card's file: what is in it, and what is not."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from hardware.virtual import medium
from hardware.virtual.medium import AUTH, SIGN, NotACard, Reference, create, load
from tests.hardware.stack import PIN, PUK
from tests.messages.signature.making import holder


def test_a_card_is_read_as_it_was_written(card: Path) -> None:
    """Keys, objects, PIN, PUK, tries, serial number."""
    first = load(card)
    first.pin.tries = 1
    first.save()
    again = load(card)
    assert (again.pin, again.puk, again.objects, again.serial) == (
        first.pin,
        first.puk,
        first.objects,
        first.serial,
    )
    assert again.management_key == first.management_key
    assert again.keys.keys() == {AUTH, SIGN}
    assert again.keys[SIGN].private_numbers() == holder("rsa2048").key.private_numbers()


def test_the_file_is_its_owners_alone(card: Path) -> None:
    """After the first and every later write; no half of one lies about."""
    load(card).save()
    assert stat.S_IMODE(card.stat().st_mode) == 0o600
    assert [one.name for one in card.parent.iterdir()] == [card.name]


def test_a_write_that_fails_leaves_the_card_as_it_was(card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing beside it."""
    before = card.read_bytes()
    loaded = load(card)
    loaded.pin.tries = 0
    monkeypatch.setattr(json, "dump", lambda *_, **__: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        loaded.save()
    assert card.read_bytes() == before
    assert [one.name for one in card.parent.iterdir()] == [card.name]


def test_pin_and_puk_are_not_in_the_file(card: Path) -> None:
    """Nor are they or a key in what logs and tracebacks would show."""
    text = card.read_text()
    assert PIN not in text
    assert PUK not in text
    shown = repr(load(card))
    assert medium.DEFAULT_MANAGEMENT_KEY.hex() not in shown
    assert "PRIVATE" not in shown
    assert "salt" not in shown


def test_equal_pins_have_unequal_hashes() -> None:
    """Each has a salt of its own."""
    one, other = Reference.of(PIN), Reference.of(PIN)
    assert one.digest != other.digest
    assert one.matches(medium.pad(PIN))
    assert not one.matches(medium.pad("123457"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"pin": "12345"},
        {"pin": "123456789"},
        {"pin": "abcdef"},
        {"pin": "１２３４５６"},
        {"puk": "1234567"[:5]},
        {"puk": "123456789"},
        {"management_key": bytes(16)},
        {"management_algorithm": 1},
        {"serial": "12"},
        {"serial": "not hex"},
    ],
    ids=str,
)
def test_a_card_is_not_made_with_what_no_card_takes(tmp_path: Path, wrong: dict[str, object]) -> None:
    """PIN, PUK, management key or serial number of a wrong form; nothing is written."""
    values: dict[str, object] = {"pin": PIN, "puk": PUK, **wrong}
    with pytest.raises(ValueError, match=r"PIN|length|serial|hex"):
        create(tmp_path / "a.card", **values)  # type: ignore[arg-type]
    assert not (tmp_path / "a.card").exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"format": "eport virtual PIV card 1"}',
        b"\xff\xfe",
        b"[" * 9000,
        b" " * 2_000_000,
    ],
    ids=["empty", "object", "list", "null", "nothing in it", "bytes", "deep", "huge"],
)
def test_other_files_are_no_cards(tmp_path: Path, content: bytes) -> None:
    """One class, with the file's name, whatever is in it."""
    path = tmp_path / "a.card"
    path.write_bytes(content)
    with pytest.raises(NotACard, match=r"a\.card is not a virtual card"):
        load(path)


@pytest.mark.parametrize("tries", [-1, 4, 99, "x", None])
def test_a_card_whose_tries_were_forged_is_none(card: Path, tries: object) -> None:
    """No more than three, no fewer than none."""
    document = json.loads(card.read_text())
    document["pin"]["tries"] = tries
    card.write_text(json.dumps(document))
    with pytest.raises(NotACard):
        load(card)


def test_a_blank_card_has_a_serial_and_no_keys(tmp_path: Path) -> None:
    """The serial that was asked for, else one that no other has."""
    asked = create(tmp_path / "a.card", pin=PIN, puk=PUK, serial="0123456789abcdef" * 2)
    assert asked.serial == "0123456789abcdef" * 2
    one, other = (create(tmp_path / name, pin=PIN, puk=PUK) for name in ("b", "c"))
    assert len(one.serial) == 32
    assert one.serial != other.serial
    assert not one.keys
    assert medium.CERTIFICATES[AUTH] not in one.objects
