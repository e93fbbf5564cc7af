"""Logging in."""

from __future__ import annotations

import pytest

from hardware.file import CertificateFile
from terminals.client import Gateway, Patience
from terminals.session import ByCertificate, ByPassword, ByToken, Session, statement
from terminals.trouble import LoginRefused
from tests.terminals.office import DXP_ID, Office
from tests.terminals.peer import Peer

NONCE = "0123456789abcdef" * 4


@pytest.fixture
def gateway(office: Office, peer: Peer) -> Gateway:
    """A line that does not really wait."""
    return Gateway(peer.url, office.ca_pem, patience=Patience(total=60), sleep=lambda seconds: None)


class Watched:
    """A signer that counts what it is asked to sign."""

    def __init__(self, signer: CertificateFile) -> None:
        self.signer = signer
        self.asked: list[bytes] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self.signer, name)

    def sign(self, data: bytes) -> bytes:
        """Sign, and remember what."""
        self.asked.append(data)
        return self.signer.sign(data)


def test_what_is_signed_is_exactly_three_lines() -> None:
    """The statement is the version, the dialled origin and the nonce, with no line end behind."""
    assert statement("https://h:1", NONCE) == b"eport-gateway login v1\nhttps://h:1\n" + NONCE.encode()


@pytest.mark.parametrize(
    "nonce",
    [NONCE[:-1], NONCE + "0", NONCE + "\n", "g" * 64, "<a/>", "", None, 7, ["0" * 64], "０" * 64],
)
def test_only_a_nonce_of_64_hex_digits_is_signed(nonce: object) -> None:
    """A message, a digest with more behind it, or no text at all is refused, not signed."""
    with pytest.raises(LoginRefused):
        statement("https://h:1", nonce)


def test_a_gateway_that_asks_for_another_signature_gets_none(
    gateway: Gateway, peer: Peer, signer: CertificateFile
) -> None:
    """The key is never touched for a hostile nonce, and nothing is sent back."""
    peer.nonce = "eport-gateway login v1 please sign this too"
    watched = Watched(signer)
    with pytest.raises(LoginRefused, match="not signed"):
        Session(gateway, ByCertificate(watched)).open()  # type: ignore[arg-type]
    assert (watched.asked, peer.logins) == ([], 0)


def test_a_certificate_logs_in(gateway: Gateway, signer: CertificateFile) -> None:
    """The peer verifies the signature over its own origin and grants a session of the party."""
    assert Session(gateway, ByCertificate(signer)).open()["dxpId"] == DXP_ID


def test_an_account_logs_in_with_its_password_only(gateway: Gateway) -> None:
    """The right password is granted a session; the wrong one a refusal without the password in it."""
    assert Session(gateway, ByPassword("operator1", "right")).open()["token"]
    wrong = ByPassword("operator1", "sesam")
    with pytest.raises(LoginRefused) as failure:
        Session(gateway, wrong).open()
    assert "sesam" not in f"{failure.value} {failure.value.values} {wrong!r}"


def test_a_lost_login_takes_a_new_nonce(gateway: Gateway, peer: Peer, signer: CertificateFile) -> None:
    """The nonce of a login whose answer was lost is spent, so the next try has one of its own."""
    peer.lose_logins = 2
    assert Session(gateway, ByCertificate(signer)).open()["token"]
    assert peer.logins == 3


def test_an_ended_session_is_opened_again_once(gateway: Gateway, peer: Peer, signer: CertificateFile) -> None:
    """A token that the gateway forgot costs one more login, not the work."""
    session = Session(gateway, ByCertificate(signer))
    session.open()
    peer.tokens.clear()
    assert session.request("GET", "/v1/receipts?after=&limit=1&wait=0").status == 200
    assert peer.logins == 2


def test_closing_ends_the_session(gateway: Gateway, peer: Peer, signer: CertificateFile) -> None:
    """After close the token is worth nothing."""
    session = Session(gateway, ByCertificate(signer))
    session.open()
    session.close()
    assert not peer.tokens


def test_a_session_that_was_opened_for_us_is_gone_on_with(gateway: Gateway, peer: Peer) -> None:
    """Its token is used as it is, without a login, and does not show in a repr."""
    token = Session(gateway, ByPassword("operator1", "right")).open()["token"]
    given = ByToken("operator1", token)
    session = Session(gateway, given)
    assert (session.open()["dxpId"], session.open()["token"], peer.logins) == (DXP_ID, token, 1)
    assert token not in repr(given)


def test_a_session_opened_for_us_cannot_be_opened_again(gateway: Gateway, peer: Peer) -> None:
    """When the gateway has ended it, only its password would help, and the terminal does not have it."""
    session = Session(
        gateway, ByToken("operator1", Session(gateway, ByPassword("operator1", "right")).open()["token"])
    )
    session.open()
    peer.tokens.clear()
    with pytest.raises(LoginRefused):
        session.request("GET", "/v1/receipts?after=&limit=1&wait=0")


def test_whoever_opened_a_session_ends_it(gateway: Gateway, peer: Peer) -> None:
    """Two terminals of one SSH connection have one session: the first to quit leaves it to the second."""
    token = Session(gateway, ByPassword("operator1", "right")).open()["token"]
    session = Session(gateway, ByToken("operator1", token))
    session.open()
    session.close()
    assert peer.tokens == {token}


def test_a_card_that_came_later_takes_the_passwords_place(
    gateway: Gateway, peer: Peer, signer: CertificateFile
) -> None:
    """A session by the certificate is opened, and the one before it is ended."""
    session = Session(gateway, ByPassword("operator1", "right"))
    before = session.open()["token"]
    assert session.change(ByCertificate(signer))["token"] != before
    assert peer.tokens == {session.open()["token"]}


def test_a_login_that_fails_leaves_the_session_as_it_was(
    gateway: Gateway, peer: Peer, signer: CertificateFile
) -> None:
    """Whoever came by password goes on by it."""
    session = Session(gateway, ByPassword("operator1", "right"))
    before = session.open()["token"]
    with pytest.raises(LoginRefused):
        session.change(ByPassword("operator1", "wrong"))
    assert session.open()["token"] == before
    assert session.request("GET", "/v1/receipts?after=&limit=1&wait=0").status == 200
    assert session.credentials.who == "operator1"
