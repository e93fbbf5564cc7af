"""An agent that holds a card, as a workstation's does: ssh-agent, OpenSC's module, a virtual PIV card."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from hardware.agent import Agent, AgentLacksKey, AgentLetGo, PinEachTime, agent_signers, identities
from hardware.signer import AgentRefused
from hardware.virtual import medium
from hardware.virtual.stack import Stack
from messages.signature.sign import sign
from messages.signature.verify import CertificateCache, verify
from messages.xml import parse
from tests.hardware.agents import RealAgent, program
from tests.hardware.asking import nobody
from tests.hardware.stack import PIN, PUK, make_card
from tests.messages.signature.making import PLAIN, holder
from tests.scenarios.xmlsec import verifies

MODULE = next(str(path) for path in Path("/usr/lib").rglob("opensc-pkcs11.so"))
AUTH, SIGN = holder("rsa2048"), holder("p256")


@pytest.fixture
def agent(stack: Stack, tmp_path: Path) -> Iterator[RealAgent]:
    """A real ssh-agent that may load OpenSC's module, from where it really is."""
    real = os.path.realpath(MODULE)
    one = RealAgent(tmp_path / "agent", allowed=f"{MODULE},{real}")
    yield one
    one.kill()


@pytest.fixture
def pin(tmp_path: Path) -> str:
    """The program that gives the PIN, as the workstation's own window does."""
    return program(tmp_path / "pin", f"echo {PIN}")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """A card as the card office makes them: a key of its own in 9A, and another in 9C."""
    made = medium.create(tmp_path / "office.card", pin=PIN, puk=PUK)
    made.put(medium.AUTH, AUTH.key, AUTH.certificate)
    made.put(medium.SIGN, SIGN.key, SIGN.certificate)
    made.save()
    return tmp_path / "office.card"


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_a_card_in_the_agent_signs_messages(
    stack: Stack, agent: RealAgent, pin: str, tmp_path: Path, kind: str
) -> None:
    """`ssh-add -s`, the PIN once at the workstation; the message's signature holds for us and for xmlsec1."""
    pair = holder(kind)
    stack.insert(make_card(tmp_path / "one.card", kind))
    agent.run("-s", MODULE, ask=pin)
    (found,) = agent_signers([pair.certificate], agent.path)
    with found.open(nobody) as signer:
        for _ in range(3):
            document = etree.tostring(sign(etree.fromstring(PLAIN.encode()), signer))
            assert verify(parse(document), CertificateCache()).certificate == pair.certificate
            assert verifies(document, pair.certificate, tmp_path)


def test_of_a_cards_two_keys_the_agent_is_asked_for_9a_only(
    stack: Stack, agent: RealAgent, pin: str, card: Path
) -> None:
    """With both certificates given, in whatever order; with that of 9C alone it refuses and says why."""
    stack.insert(card)
    agent.run("-s", MODULE, ask=pin)
    assert len(identities(agent.path)) == 2
    for given in ((SIGN, AUTH), (AUTH, SIGN)):
        (found,) = agent_signers([pair.certificate for pair in given], agent.path)
        assert found.certificate == AUTH.certificate
        with found.open(nobody) as signer:
            assert signer.sign(b"data")
    with pytest.raises(PinEachTime) as failure:
        agent_signers([SIGN.certificate], agent.path)
    assert "9A" in failure.value.told("en")
    assert "9A" in failure.value.told("zh")


def test_asking_an_agent_for_9c_breaks_the_cards_other_key(
    stack: Stack, agent: RealAgent, pin: str, card: Path
) -> None:
    """Why it is never asked: OpenSSH's agent refuses 9C, and 9A as well from then on."""
    stack.insert(card)
    agent.run("-s", MODULE, ask=pin)
    for pair in (SIGN, AUTH):
        with Agent(pair.certificate, agent.path) as signer, pytest.raises(AgentRefused):
            signer.sign(b"data")


def test_a_card_that_was_out_must_be_added_again(
    stack: Stack, agent: RealAgent, pin: str, card: Path
) -> None:
    """Out: refused, at once. Back: still refused, with the advice that helps; and then the signer goes on."""
    stack.insert(card)
    agent.run("-s", MODULE, ask=pin)
    with Agent(AUTH.certificate, agent.path) as signer:
        assert signer.sign(b"data")
        stack.remove()
        with pytest.raises(AgentRefused):
            signer.sign(b"data")
        stack.insert(card)
        with pytest.raises(AgentRefused, match="ssh-add -e MODULE, then ssh-add -s MODULE"):
            signer.sign(b"data")
        assert signer.there()  # the agent does not notice
        agent.run("-e", MODULE)
        assert not signer.there()
        with pytest.raises(AgentLetGo):
            signer.reopen(nobody)
        with pytest.raises(AgentLacksKey):
            agent_signers([AUTH.certificate], agent.path)
        agent.run("-s", MODULE, ask=pin)
        signer.reopen(nobody)
        assert signer.sign(b"data")
