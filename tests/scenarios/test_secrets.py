"""Where PINs and private keys are afterwards: nowhere, in no output, log, state, database or journal.

Every signer does its work at a real gateway, well and badly; then everything that was written is searched, in
every form that a careless line would give a secret.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from hardware.virtual.stack import Stack
from tests.hardware.agents import RealAgent, program
from tests.hardware.softhsm import SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.hardware.test_agent_card import MODULE
from tests.messages.signature.making import Key
from tests.scenarios.house import House
from tests.scenarios.signing import SAMPLE, AtDesk, card_of, pair_of

PIN, WRONG = "73519264", "73519265"


def forms(value: bytes) -> Iterator[bytes]:
    """`value` as it is, reversed, as hex of three kinds, as numbers, and as base64 at any offset."""
    yield value
    yield value[::-1]
    for text in (value.hex(), value.hex(" "), value.hex(":"), ", ".join(str(byte) for byte in value)):
        yield text.encode()
        yield text.upper().encode()
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + value)
        yield whole[(0, 2, 3)[offset] : len(whole) - 4]  # what depends on no neighbour


def pin_forms(pin: str) -> set[bytes]:
    """A PIN's forms, also at two bytes a character."""
    return {form for encoding in ("ascii", "utf-16-le") for form in forms(pin.encode(encoding))}


def key_forms(key: Key) -> set[bytes]:
    """The forms of each secret number of a private key."""
    if isinstance(key, rsa.RSAPrivateKey):
        private = key.private_numbers()
        numbers = [private.p, private.q, private.d]
    else:
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        numbers = [key.private_numbers().private_value]
    found: set[bytes] = set()
    for number in numbers:
        found.update(forms(number.to_bytes((number.bit_length() + 7) // 8)[:24]))
        found.add(str(number).encode())
    return found


def places(found: set[bytes], texts: dict[str, bytes]) -> list[str]:
    """In which of the texts one of the forms stands."""
    return [name for name, text in texts.items() if any(form in text for form in found)]


def everything(*folders: Path, but: tuple[Path, ...] = ()) -> dict[str, bytes]:
    """The content of every file under the folders, and its name."""
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file() and file not in but)
    return {str(file): str(file).encode() + file.read_bytes() for file in files}


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """A PIN in any of the forms that it looks for, and a key written as PEM would be."""
    for careless in (PIN, PIN.encode().hex(), repr(list(PIN.encode()))):
        assert places(pin_forms(PIN), {"log": f"VERIFY {careless} failed".encode()}) == ["log"]
    for offset in range(3):
        written = base64.b64encode(b"x" * offset + PIN.encode() + b"tail")
        assert places(pin_forms(PIN), {"log": written}) == ["log"]
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / PIN).write_text("")
    assert len(places(pin_forms(PIN), everything(tmp_path))) == 1


@pytest.fixture
def desk(house: House, tmp_path: Path) -> AtDesk:
    """operator1's desk."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return AtDesk(house, "operator1", folder)


def work(desk: AtDesk, pins: Path, **settings: str) -> str:
    """A day with a signer: sent and read, refused, cancelled, in both languages; all that was printed."""
    right = {"EPORT_PIN_FILE": str(pins / "right"), **settings}
    wrong = {"EPORT_PIN_FILE": str(pins / "wrong"), **settings}
    (pins / "right").write_text(PIN)
    (pins / "wrong").write_text(WRONG)
    with desk.type("sign", SAMPLE, "-o", desk.folder / "signed.xml", **settings) as typist:
        for pin in (WRONG, PIN) if settings["EPORT_SIGNER"] != "agent" else ():
            typist.until("PIN of")
            typist.until(": ")
            typist.type(pin)
        assert typist.end() == 0, typist.screen
    runs = [
        desk.run("send", "--fresh", "--wait", "120", SAMPLE, **right),
        desk.run("poll", "--format", "json", **right),
        desk.run("login-check", "--patience", "0", EPORT_URL="https://localhost:1", **right),
        desk.run("sign", SAMPLE, "--device", "none such", **right),
        desk.run("send", SAMPLE, EPORT_LANG="zh", **wrong),
    ]
    assert runs[0].returncode == 0, runs[0].stderr
    return typist.screen + "".join(run.stdout + run.stderr for run in runs)


def check(desk: AtDesk, printed: str, key: Key, *more: Path, but: tuple[Path, ...] = ()) -> None:
    """Neither PIN nor key is in what was printed, or in a file of the gateway's, the desk's or `more`."""
    texts = everything(desk.house.home, desk.folder, *more)
    texts |= {"output": printed.encode(), "gateway's log": desk.house.log.read_bytes()}
    assert any(name.endswith(".db") for name in texts), "the gateway's database was not searched"
    for pin in (PIN, WRONG):
        assert places(pin_forms(pin), texts) == []
    for file in but:
        del texts[str(file)]
    assert places(key_forms(key), texts) == []


def test_a_card_leaves_no_secret_behind(desk: AtDesk, stack: Stack, tmp_path: Path) -> None:
    """Virtual as it is, its file holds its keys; but nothing else does, and nothing holds the PIN."""
    person = next(one for one in desk.house.people() if one.account == "operator1")
    card = card_of(person, tmp_path / "cards" / "operator1.card", PIN)
    stack.insert(card)
    printed = work(desk, tmp_path, EPORT_SIGNER="card")
    check(desk, printed, pair_of(person).key, card.parent, stack.folder, but=(card,))


def test_an_ikey_leaves_no_secret_behind(desk: AtDesk, softhsm: SoftHsm, tmp_path: Path) -> None:
    """The token's own files are searched as well."""
    person = next(one for one in desk.house.people() if one.account == "operator1")
    softhsm.token("Ikey", pair_of(person))
    softhsm.change_pin("Ikey", PIN)
    printed = work(
        desk, tmp_path, EPORT_SIGNER="ikey", EPORT_MODULE=softhsm.module,
        SOFTHSM2_CONF=str(softhsm.configuration),
    )  # fmt: skip
    check(desk, printed, pair_of(person).key, softhsm.folder)


def test_an_agent_leaves_no_secret_behind(desk: AtDesk, stack: Stack, tmp_path: Path) -> None:
    """With a card in it, whose PIN is given at the workstation and never comes here."""
    person = next(one for one in desk.house.people() if one.account == "operator1")
    card = card_of(person, tmp_path / "cards" / "operator1.card", PIN)
    stack.insert(card)
    agent = RealAgent(tmp_path / "agent", allowed=f"{MODULE},{Path(MODULE).resolve()}")
    try:
        agent.run("-s", MODULE, ask=program(tmp_path / "pin", f"echo {PIN}"))
        certificate = tmp_path / "mine.pem"
        certificate.write_text(
            f"-----BEGIN CERTIFICATE-----\n{pair_of(person).text}\n-----END CERTIFICATE-----\n"
        )
        printed = work(
            desk, tmp_path, EPORT_SIGNER="agent", EPORT_CERTIFICATE=str(certificate), SSH_AUTH_SOCK=agent.path
        )
    finally:
        agent.kill()
    check(desk, printed, pair_of(person).key, card.parent, agent.folder, but=(card,))
