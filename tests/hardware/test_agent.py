"""Signing by an SSH agent: OpenSSH's own with keys from files, and hostile ones."""

from __future__ import annotations

import os
import threading
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from hardware import agent_protocol
from hardware.agent import (
    Agent,
    AgentForged,
    AgentLacksKey,
    PinEachTime,
    agent_signers,
    identities,
)
from hardware.agent_protocol import MAX_IDENTITIES, AgentSilent, NoAgent, NotAnAgent
from hardware.signer import AgentRefused, AgentUnreachable, KeyUnsuitable
from messages.signature.profile import algorithm_for
from messages.signature.sign import sign
from messages.signature.verify import CertificateCache, verify
from messages.xml import parse
from tests.hardware.agents import PATIENCE, RealAgent, hostile, program
from tests.hardware.agents import agent as agent
from tests.hardware.asking import nobody
from tests.messages.signature.making import DOCUMENTS, METHODS, PLAIN, Pair, holder
from tests.messages.signature.peers import xmlsec1_refuses
from tests.scenarios.xmlsec import verifies

KINDS = ["rsa2048", "rsa3072", "p256", "p384", "p521"]
MISSING = "/nowhere/agent.sock"


def opened(agent: RealAgent, pair: Pair) -> Agent:
    """The signer of this pair's key in the agent."""
    return Agent(pair.certificate, agent.path)


def string(value: bytes) -> bytes:
    """A string as SSH writes it."""
    return len(value).to_bytes(4) + value


def blob(pair: Pair) -> bytes:
    """The public key as SSH writes it."""
    line = pair.key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return b64decode(line.split()[1])


# -- OpenSSH's agent -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_signs_as_the_contract_says(agent: RealAgent, kind: str) -> None:
    """RSA as PKCS#1 v1.5, ECDSA as DER; the certificate verifies it; serial is the fingerprint of ssh-add."""
    pair = holder(kind)
    agent.add(pair.key)
    (found,) = agent_signers([pair.certificate], agent.path)
    with found.open(nobody) as signer:
        assert (signer.kind, signer.algorithm, signer.certificate) == (
            "agent",
            METHODS[kind],
            pair.certificate,
        )
        assert signer.serial == found.serial
        assert found.serial in agent.run("-l", "-E", "sha256")
        public = signer.certificate.public_key()
        algorithm = algorithm_for(public)
        assert algorithm.verify(public, algorithm.value(signer.sign(b"data")), b"data")


@pytest.mark.parametrize("kind", KINDS)
def test_everybody_accepts_a_message_signed_by_an_agent(agent: RealAgent, tmp_path: Path, kind: str) -> None:
    """The agent's signature over canonical SignedInfo is that of XML-DSig: for us and for xmlsec1."""
    pair = holder(kind)
    agent.add(pair.key)
    with opened(agent, pair) as signer:
        documents = [
            etree.tostring(sign(etree.fromstring(text.encode()), signer))
            for text in (PLAIN, DOCUMENTS["beyond the BMP"])
        ]
    for document in documents:
        assert verify(parse(document), CertificateCache()).certificate == pair.certificate
        assert verifies(document, pair.certificate, tmp_path)
    assert xmlsec1_refuses(tmp_path, documents) == ""


def test_small_numbers_in_signatures_come_through(agent: RealAgent) -> None:
    """Of 600 ECDSA signatures some have an r or s with leading zeros or the top bit set: all are verified."""
    pair = holder("p256")
    agent.add(pair.key)
    public = pair.certificate.public_key()
    algorithm = algorithm_for(public)
    with opened(agent, pair) as signer:
        for number in range(600):
            data = b"%d" % number
            assert algorithm.verify(public, algorithm.value(signer.sign(data)), data)


def test_a_certificate_is_found_among_many_keys(agent: RealAgent) -> None:
    """By its public key alone; of several certificates those it holds, in the order given."""
    for kind in ("p384", "rsa2048", "p256"):
        agent.add(holder(kind).key)
    wanted = [holder(kind).certificate for kind in ("p256", "rsa3072", "rsa2048")]
    found = agent_signers(wanted, agent.path)
    assert [one.certificate for one in found] == [wanted[0], wanted[2]]
    assert [one.fingerprint for one in identities(agent.path)][1:] == [found[1].serial, found[0].serial]


def test_an_agent_without_the_key_is_told_with_what_it_holds(agent: RealAgent) -> None:
    """The refusal names the certificate that was given and every key that is there."""
    agent.add(holder("p384").key)
    with pytest.raises(AgentLacksKey) as failure:
        agent_signers([holder("p256").certificate], agent.path)
    (held,) = identities(agent.path)
    for lang, advice in (("en", "ssh-add -X"), ("zh", "解锁")):
        told = failure.value.told(lang)
        assert "holder p256" in told
        assert held.fingerprint in told
        assert advice in told


def test_a_use_that_is_not_confirmed_is_a_refusal(agent: RealAgent) -> None:
    """`ssh-add -c` and no as the answer: AgentRefused; the next question is put all the same."""
    pair = holder("rsa2048")
    agent.add(pair.key, "-c")
    with opened(agent, pair) as signer:
        for _ in range(2):
            with pytest.raises(AgentRefused, match="confirmed"):
                signer.sign(b"data")


def test_a_use_that_is_confirmed_is_a_signature(tmp_path: Path) -> None:
    """`ssh-add -c` and yes as the answer."""
    agent = RealAgent(tmp_path / "a", ask="/bin/true")
    try:
        agent.add(holder("p256").key, "-c")
        with opened(agent, holder("p256")) as signer:
            assert signer.sign(b"data")
    finally:
        agent.kill()


def test_a_locked_agent_refuses_and_goes_on_once_unlocked(agent: RealAgent, tmp_path: Path) -> None:
    """Locked it shows no key and signs with none; unlocked the same signer signs again."""
    pair = holder("p256")
    agent.add(pair.key)
    password = program(tmp_path / "password", "echo shut")
    with opened(agent, pair) as signer:
        agent.run("-x", ask=password)
        assert identities(agent.path) == []
        with pytest.raises(AgentLacksKey, match="unlocked"):
            agent_signers([pair.certificate], agent.path)
        with pytest.raises(AgentRefused):
            signer.sign(b"data")
        agent.run("-X", ask=password)
        assert signer.sign(b"data")


def test_an_agent_that_ended_is_reached_again_when_it_is_back(agent: RealAgent) -> None:
    """Killed between two signatures: AgentUnreachable; started again on its socket, the signer goes on."""
    pair = holder("p256")
    agent.add(pair.key)
    with opened(agent, pair) as signer:
        assert signer.sign(b"data")
        agent.kill()
        for _ in range(2):
            with pytest.raises(AgentUnreachable):
                signer.sign(b"data")
        agent.start()
        agent.add(pair.key)
        assert signer.sign(b"data")


def test_an_agent_that_is_killed_while_it_is_asked_is_unreachable(tmp_path: Path) -> None:
    """It waits for a confirmation when it ends: the caller gets AgentUnreachable, at once."""
    asked, never = tmp_path / "asked", tmp_path / "never"
    os.mkfifo(asked)
    os.mkfifo(never)
    ask = program(tmp_path / "ask", f"echo yes > {asked}; read answer < {never}")
    agent = RealAgent(tmp_path / "a", ask=ask)
    pair = holder("p256")
    agent.add(pair.key, "-c")
    failures: list[Exception] = []

    def work() -> None:
        with opened(agent, pair) as signer:
            try:
                signer.sign(b"data")
            except AgentUnreachable as failure:
                failures.append(failure)

    thread = threading.Thread(target=work)
    thread.start()
    assert asked.read_text() == "yes\n"
    agent.kill()
    thread.join(PATIENCE)
    assert len(failures) == 1
    assert "closed the connection" in str(failures[0])


def test_many_threads_may_sign_with_one_signer(agent: RealAgent) -> None:
    """Questions and answers do not mix."""
    pair = holder("p256")
    agent.add(pair.key)
    public = pair.certificate.public_key()
    algorithm = algorithm_for(public)
    good: list[bool] = []

    def work(data: bytes) -> None:
        good.extend(algorithm.verify(public, algorithm.value(signer.sign(data)), data) for _ in range(25))

    with opened(agent, pair) as signer:
        threads = [threading.Thread(target=work, args=(b"%d" % number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert good == [True] * 200


def test_nothing_is_signed_once_it_was_closed(agent: RealAgent) -> None:
    """A closed signer stays closed; closing it twice does no harm."""
    pair = holder("p256")
    agent.add(pair.key)
    signer = opened(agent, pair)
    signer.close()
    signer.close()
    with pytest.raises(AgentUnreachable, match="ended"):
        signer.sign(b"data")


# -- no agent ------------------------------------------------------------------------------------


def test_no_forwarded_agent_says_how_to_forward_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without SSH_AUTH_SOCK: ssh -A and ssh-add -s are named."""
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(NoAgent, match="ssh -A"):
        identities()


def test_the_forwarded_agent_is_the_one_of_the_environment(
    agent: RealAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSH_AUTH_SOCK says where it is."""
    agent.add(holder("p256").key)
    monkeypatch.setenv("SSH_AUTH_SOCK", agent.path)
    assert len(identities()) == 1


@pytest.mark.parametrize("path", [MISSING, "/etc/passwd", "/tmp/" + 200 * "x"])
def test_a_socket_that_is_none_is_unreachable(path: str) -> None:
    """Not there, no socket, or too long a name: a sentence, never a traceback."""
    with pytest.raises(AgentUnreachable, match="no SSH agent can be reached"):
        identities(path)


def test_a_key_of_no_algorithm_is_refused_before_the_agent_is_asked() -> None:
    """RSA-1024 and curves outside the profile."""
    for kind in ("rsa1024", "k256"):
        with pytest.raises(KeyUnsuitable, match="no signature algorithm"):
            agent_signers([holder(kind).certificate], MISSING)


# -- hostile agents ------------------------------------------------------------------------------

IDENTITIES = 12
SIGNATURE = 14


def message(kind: int, body: bytes) -> bytes:
    """An agent's message."""
    return string(bytes([kind]) + body)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\xff\xff\xff\xff" + bytes(64),
        b"\0\0\0\0",
        (256 * 1024 + 1).to_bytes(4),
        message(99, b""),
        message(SIGNATURE, string(b"x")),
        message(IDENTITIES, b""),
        message(IDENTITIES, b"\xff\xff\xff\xff"),
        message(IDENTITIES, (MAX_IDENTITIES + 1).to_bytes(4) + bytes(8 * (MAX_IDENTITIES + 1))),
        message(IDENTITIES, b"\0\0\0\1\xff\xff\xff\xff"),
        message(IDENTITIES, b"\0\0\0\1" + string(b"key")),
        message(IDENTITIES, b"\0\0\0\0more"),
    ],
)
def test_garbage_is_no_agents_answer(tmp_path: Path, answer: bytes) -> None:
    """Wrong lengths, huge counts, other messages, fields beyond the end: NotAnAgent, and no memory taken."""
    with hostile(tmp_path, lambda _: answer) as path, pytest.raises(NotAnAgent, match="nothing was signed"):
        identities(path)


@pytest.mark.parametrize("answer", [b"", b"\0\0", b"\0\0\0\x05\x0c\0"])
def test_an_answer_that_breaks_off_is_unreachable(tmp_path: Path, answer: bytes) -> None:
    """The line ends in the middle of an answer."""
    with hostile(tmp_path, lambda _: answer) as path, pytest.raises(AgentUnreachable, match="before its"):
        identities(path)


@pytest.mark.parametrize("answer", [b"", b"\0\0\0\x05\x0c"])
def test_an_agent_that_says_nothing_is_given_up(
    tmp_path: Path, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the question and never answers, or begins and never ends: AgentSilent after its time."""
    monkeypatch.setattr(agent_protocol, "ANSWER", 0.05)
    monkeypatch.setattr(agent_protocol, "CONFIRM", 0.05)
    with hostile(tmp_path, lambda _: answer, silent=True) as path:
        with pytest.raises(AgentSilent, match="workstation"):
            identities(path)
        with Agent(holder("p256").certificate, path) as signer, pytest.raises(AgentSilent):
            signer.sign(b"data")


def test_a_comment_cannot_write_on_the_screen(tmp_path: Path) -> None:
    """Control characters of a comment are dropped, and a long one is cut."""
    comment = "卡\x1b[2J\r\n".encode() + b"\xff" + 1000 * b"x"
    answer = message(IDENTITIES, b"\0\0\0\1" + string(b"key") + string(comment))
    with hostile(tmp_path, lambda _: answer) as path:
        (found,) = identities(path)
    assert found.comment.startswith("卡[2J")
    assert found.comment.isprintable()
    assert len(found.comment) == agent_protocol.MAX_COMMENT


def forger(made: bytes) -> Callable[[bytes], bytes]:
    """An agent that answers every question with this signature."""
    return lambda _: message(SIGNATURE, string(made))


def rsa_made(data: bytes) -> bytes:
    """A good PKCS#1 signature of the RSA holder's."""
    key = holder("rsa2048").key
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.sign(data, padding.PKCS1v15(), SHA256())


def ecdsa_made(data: bytes) -> tuple[bytes, bytes]:
    """A good r and s of the P-256 holder's, as mpints."""
    key = holder("p256").key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
    return (string(r.to_bytes(33)), string(s.to_bytes(33)))


@pytest.mark.parametrize(
    "made",
    [
        b"",
        string(b"rsa-sha2-256"),
        string(b"rsa-sha2-256") + string(b""),
        string(b"rsa-sha2-256") + string(rsa_made(b"other data")),
        string(b"rsa-sha2-256") + string(rsa_made(b"data") + b"\0"),
        string(b"rsa-sha2-256") + string(rsa_made(b"data")) + b"more",
        string(b"ssh-rsa") + string(rsa_made(b"data")),
    ],
    ids=["nothing", "no signature", "an empty one", "other data's", "a longer one", "more behind", "SHA-1"],
)
def test_a_forged_rsa_signature_is_thrown_away(tmp_path: Path, made: bytes) -> None:
    """Another's, malformed, or made with SHA-1: AgentForged, and nothing is returned."""
    with (
        hostile(tmp_path, forger(made)) as path,
        Agent(holder("rsa2048").certificate, path) as signer,
        pytest.raises(AgentForged, match="no signature of SHA256:"),
    ):
        signer.sign(b"data")


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"".join(ecdsa_made(b"other data")),
        b"".join(ecdsa_made(b"data")) + b"more",
        string(b"") + ecdsa_made(b"data")[1],
        string(b"\xff" * 32) + ecdsa_made(b"data")[1],
        string(b"\x01" * 5000) + ecdsa_made(b"data")[1],
    ],
    ids=["nothing", "other data's", "more behind it", "an empty r", "a negative r", "a vast r"],
)
def test_a_forged_ecdsa_signature_is_thrown_away(tmp_path: Path, value: bytes) -> None:
    """Another's, zero, negative or huge numbers: AgentForged."""
    made = string(b"ecdsa-sha2-nistp256") + string(value)
    with (
        hostile(tmp_path, forger(made)) as path,
        Agent(holder("p256").certificate, path) as signer,
        pytest.raises(AgentForged),
    ):
        signer.sign(b"data")


def test_leading_zeros_that_an_agent_left_out_are_put_back(tmp_path: Path) -> None:
    """RFC 8332 has the signature at the modulus' length; a shorter one is the same number."""
    data, made = next(
        (data, made) for number in range(100_000) if (made := rsa_made(data := b"%d" % number))[0] == 0
    )
    short = string(b"rsa-sha2-256") + string(made.lstrip(b"\0"))
    with hostile(tmp_path, forger(short)) as path, Agent(holder("rsa2048").certificate, path) as signer:
        assert signer.sign(data) == made


def test_the_key_that_wants_its_pin_each_time_is_not_even_asked(tmp_path: Path) -> None:
    """A card's 9C is passed over where 9A is there as well, and refused where it is alone."""
    sign_key, auth_key = holder("p256"), holder("rsa2048")
    asked: list[bytes] = []

    def shown(*pairs: tuple[Pair, bytes]) -> Callable[[bytes], bytes]:
        keys = b"".join(string(blob(pair)) + string(label) for pair, label in pairs)

        def answer(request: bytes) -> bytes:
            asked.append(request)
            return message(IDENTITIES, len(pairs).to_bytes(4) + keys)

        return answer

    certificates = [sign_key.certificate, auth_key.certificate]
    both = shown((sign_key, b"Certificate for Digital Signature"), (auth_key, b"PIV AUTH pubkey"))
    with hostile(tmp_path, both) as path:
        assert [one.certificate for one in agent_signers(certificates, path)] == [auth_key.certificate]
    (tmp_path / "hostile.sock").unlink()
    with (
        hostile(tmp_path, shown((sign_key, b"SIGN pubkey"))) as path,
        pytest.raises(PinEachTime, match="9A"),
    ):
        agent_signers(certificates, path)
    assert {request[4] for request in asked} == {11}


def test_the_representation_names_the_key_only(agent: RealAgent) -> None:
    """Fingerprint, no certificate, no path."""
    assert repr(opened(agent, holder("p256"))).startswith("Agent(SHA256:")


def test_found_names_what_was_found(agent: RealAgent) -> None:
    """Kind, comment, fingerprint and certificate, with nothing opened yet."""
    pair = holder("p256")
    agent.add(pair.key)
    (found,) = agent_signers(iter([pair.certificate]), agent.path)
    assert (found.kind, found.reader) == ("agent", "")
    assert isinstance(found.certificate, x509.Certificate)
