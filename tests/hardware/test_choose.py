"""Which device signs, of what is really plugged in: SoftHSM2 tokens, an ssh-agent, virtual cards."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from hardware.agent import AgentLacksKey
from hardware.choose import DeviceUnknown, NothingPlugged, Wish, choose
from hardware.signer import AgentUnreachable, CardMissing, ModuleMissing, Several, TokenMissing
from hardware.virtual.stack import Stack
from tests.hardware.agents import RealAgent
from tests.hardware.agents import agent as agent
from tests.hardware.softhsm import SoftHsm
from tests.hardware.softhsm import softhsm as softhsm
from tests.messages.signature.making import Pair, authority, holder, issue, key, usage

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def dated(number: int, begin: int, end: int, *usages: str) -> Pair:
    """A certificate of one person for a key of its own, in days from now."""
    extensions = [(usage(*usages), True)] if usages else []
    return issue(
        "李录", key("p256", number), authority(), begin=NOW + begin * DAY, end=NOW + end * DAY,
        extensions=extensions,
    )  # fmt: skip


def ikey(softhsm: SoftHsm, device: str = "") -> Wish:
    """An Ikey in this SoftHSM is wanted."""
    return Wish("ikey", device, modules=(softhsm.module,))


def anything(softhsm: SoftHsm, certificates: Sequence[x509.Certificate] = ()) -> Wish:
    """Whatever is plugged in will do."""
    return Wish(modules=(softhsm.module,), certificates=tuple(certificates))


def test_a_card_wins_over_an_ikey_and_an_ikey_over_an_agent(
    stack: Stack, card: Path, softhsm: SoftHsm, agent: RealAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the manual says; and taking the card out makes it the Ikey, then the agent."""
    monkeypatch.setenv("SSH_AUTH_SOCK", agent.path)
    agent.add(holder("p384").key)
    softhsm.token("mine", holder("p256"))
    wish = anything(softhsm, [holder("p384").certificate])
    stack.insert(card)
    assert choose(wish).kind == "card"
    stack.remove()
    assert choose(wish).kind == "ikey"
    softhsm.take_out()
    assert choose(wish).kind == "agent"
    softhsm.put_in()


def test_nothing_plugged_in_tells_what_is_wrong_with_each_kind(stack: Stack, softhsm: SoftHsm) -> None:
    """In their order; the agent is left out when there is no certificate whose key it might hold."""
    with pytest.raises(NothingPlugged) as failure:
        choose(anything(softhsm))
    reasons = failure.value.values["reasons"]
    assert isinstance(reasons, tuple)
    assert [type(one) for one in reasons] == [CardMissing, TokenMissing]
    assert failure.value.told("en").count("\n  - ") == 2
    assert "Ikey" in failure.value.told("zh")


def test_a_kind_that_is_asked_for_tells_its_own_fault(
    stack: Stack, softhsm: SoftHsm, agent: RealAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other kind steps in for it."""
    softhsm.token("mine", holder("p256"))
    with pytest.raises(CardMissing):
        choose(Wish("card", modules=(softhsm.module,)))
    with pytest.raises(ModuleMissing):
        choose(Wish("ikey", modules=("/nowhere.so",)))
    monkeypatch.setenv("SSH_AUTH_SOCK", "/nowhere")
    with pytest.raises(AgentUnreachable):
        choose(Wish("agent", certificates=(holder("p256").certificate,)))
    monkeypatch.setenv("SSH_AUTH_SOCK", agent.path)
    with pytest.raises(AgentLacksKey):
        choose(Wish("agent", certificates=(holder("p256").certificate,)))


def test_one_of_several_must_be_named(softhsm: SoftHsm) -> None:
    """By label, serial, holder or certificate number, in any case; the names are given in the refusal."""
    softhsm.token("green", holder("p256"))
    softhsm.token("blue", holder("rsa2048"))
    with pytest.raises(Several) as failure:
        choose(ikey(softhsm))
    assert "several Ikeys: " in failure.value.told("en")
    assert "多个 Ikey：" in failure.value.told("zh")
    blue = choose(ikey(softhsm, "BLUE"))
    assert blue.certificate == holder("rsa2048").certificate
    number = f"{holder('rsa2048').certificate.serial_number:x}"
    for name in (blue.serial, "holder rsa", number):
        assert choose(ikey(softhsm, name)).serial == blue.serial
    with pytest.raises(DeviceUnknown, match="green"):
        choose(ikey(softhsm, "red"))


def test_the_newest_certificate_in_date_signs(softhsm: SoftHsm) -> None:
    """Renewed on the same Ikey: not the ended one, not the one to come, of the others the newest."""
    ended, old, new, early = (
        dated(1, -400, -1), dated(2, -300, 10), dated(3, -2, 300), dated(4, 5, 400),
    )  # fmt: skip
    softhsm.token("mine", ended, new, old, early)
    assert choose(ikey(softhsm)).certificate == new.certificate


def test_the_certificate_that_binds_its_holder_signs(softhsm: SoftHsm) -> None:
    """Beside one for logging in, the one with nonRepudiation; and when all have ended, that one still."""
    login = dated(1, -2, 300, "digital_signature")
    binding = dated(2, -9, 300, "digital_signature", "content_commitment")
    softhsm.token("mine", login, binding)
    assert choose(ikey(softhsm)).certificate == binding.certificate
    softhsm.token("other", dated(3, -9, -8, "content_commitment"), dated(4, -9, -8, "digital_signature"))
    found = choose(ikey(softhsm, "other")).certificate
    assert found is not None
    assert found.public_key() == key("p256", 3).public_key()


def test_two_holders_on_one_device_are_not_guessed_between(softhsm: SoftHsm) -> None:
    """Their certificates' numbers are in the list, and one of them is enough to choose."""
    softhsm.token("mine", holder("p256"), holder("rsa2048"))
    number = f"{holder('p256').certificate.serial_number:X}"
    with pytest.raises(Several, match=number):
        choose(ikey(softhsm))
    assert choose(ikey(softhsm, number)).certificate == holder("p256").certificate


def test_several_keys_in_an_agent_are_not_guessed_between(
    agent: RealAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two certificates whose keys it holds: the fingerprint, or the holder, says which."""
    monkeypatch.setenv("SSH_AUTH_SOCK", agent.path)
    pairs = [holder("p256"), holder("rsa2048")]
    for pair in pairs:
        agent.add(pair.key)
    certificates = tuple(pair.certificate for pair in pairs)
    with pytest.raises(Several, match="SHA256:"):
        choose(Wish("agent", certificates=certificates))
    assert choose(Wish("agent", "holder p256", certificates=certificates)).certificate == certificates[0]


def test_a_machine_without_libpcsclite_says_so() -> None:
    """Where pyscard does not load there is no traceback, and the next kind is looked for."""
    program = (
        "import sys; sys.modules['smartcard'] = None\n"
        "from hardware.choose import NothingPlugged, Wish, choose\n"
        "try: choose(Wish(modules=('/nowhere.so',)))\n"
        "except NothingPlugged as failure: print(failure)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pyscard cannot be used" in done.stdout
    assert "/nowhere.so" in done.stdout
