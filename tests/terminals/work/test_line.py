"""A line with bad days: lost and forged answers, ended sessions, signers that do not sign, odd cursors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

import pytest

from hardware.agent import agent_signers
from hardware.signer import Signer, SignerError
from messages import envelope
from messages.faults import Violation
from terminals.client import Gateway, Patience
from terminals.compose import Party
from terminals.pending import folder_name
from terminals.proof import Prover
from terminals.receipts import Cursors
from terminals.session import ByCertificate, ByPassword, Credentials, Session
from terminals.trouble import LoginRefused, NotProven
from terminals.work.checks import Purpose
from terminals.work.drafts import Drafts
from terminals.work.events import Came, Ended, Event
from terminals.work.exchange import Line
from terminals.work.found import Search
from terminals.work.receipts import Ladders
from terminals.work.submission import Sending
from tests.hardware.agents import RealAgent
from tests.hardware.asking import nobody
from tests.messages.signature.making import Key
from tests.terminals.office import CUSTOMS, DXP_ID, Office
from tests.terminals.peer import Peer
from tests.terminals.work.desks import PATIENCE, Seat
from tests.terminals.work.forms import stocktake

QUICK = Patience(total=2.0, first=0.01, longest=0.05)


@dataclass
class Card:
    """The operator's key in a real agent, which can be taken out and put back in."""

    agent: RealAgent
    key: Key
    signer: Signer

    def out(self) -> None:
        """Take it out."""
        self.agent.run("-D")

    def back(self) -> None:
        """Put it in again."""
        self.agent.add(self.key)


@contextmanager
def seat(
    office: Office, peer: Peer, state: Path, credentials: Credentials, signer: Callable[[], Signer]
) -> Iterator[Seat]:
    """The operator, logged in at the peer."""
    prover = Prover([office.ca.certificate])
    events: Queue[Event] = Queue()
    with Gateway(peer.url, office.ca_pem, patience=QUICK) as gateway:
        line = Line(Session(gateway, credentials), prover, state, events.put)
        line.open()
        ladders = Ladders(state, line.origin, office.dxp_id)
        drafts = Drafts(state, line.origin, office.dxp_id)
        party = Party(office.dxp_id, "3122260001", "浦东")
        sending = Sending(line, signer, party, (CUSTOMS,), ladders, drafts)
        try:
            yield Seat(None, line, ladders, drafts, sending, events)  # type: ignore[arg-type]
        finally:
            line.close()
            drafts.close()


@pytest.fixture
def card(office: Office, tmp_path: Path) -> Iterator[Card]:
    """The operator's, put in."""
    agent = RealAgent(tmp_path / "agent")
    try:
        agent.add(office.operator.key)
        (found,) = agent_signers([office.operator.certificate], agent.path)
        with found.open(nobody) as signer:
            yield Card(agent, office.operator.key, signer)
    finally:
        agent.kill()


@pytest.fixture
def at_work(office: Office, peer: Peer, tmp_path: Path, card: Card) -> Iterator[Seat]:
    """The operator with the card."""
    with seat(office, peer, tmp_path / "state", ByCertificate(card.signer), lambda: card.signer) as found:
        yield found


def test_a_lost_answer_is_asked_for_again_with_the_same_bytes(at_work: Seat, peer: Peer) -> None:
    """The gateway took it, the line broke: one message, one ladder."""
    peer.trouble = ["drop", (503, None), "drop"]
    model = stocktake(1)
    answer = at_work.sending.send([at_work.sending.piece(model, Purpose.DECLARE)])
    assert answer.accepted
    assert len(peer.bodies) == 4
    assert len(set(peer.bodies)) == 1
    assert at_work.sending.kept == 0
    assert len(at_work.ladders.all()) == 1


def test_an_answer_that_no_gateway_signed_counts_for_nothing(at_work: Seat, peer: Peer) -> None:
    """The message is kept, and goes out again."""
    peer.trouble = ["forge"]
    with pytest.raises(NotProven):
        at_work.sending.send([at_work.sending.piece(stocktake(1), Purpose.DECLARE)])
    assert at_work.sending.kept == 1
    (answer,) = at_work.sending.send_kept()
    assert answer.accepted
    assert [one.event for one in answer.sent] == ["declare"]


def test_one_that_is_never_answered_holds_up_no_other(at_work: Seat, peer: Peer) -> None:
    """What the gateway answers goes out; the failure of the other is raised when all were tried."""
    for _ in range(3):
        peer.trouble = ["forge"]
        with pytest.raises(NotProven):
            at_work.sending.send([at_work.sending.piece(stocktake(1), Purpose.DECLARE)])
    peer.trouble = ["forge"]
    with pytest.raises(NotProven):
        list(at_work.sending.send_kept())
    assert at_work.sending.kept == 1


def test_what_one_thread_delivers_no_other_delivers_too(at_work: Seat, peer: Peer) -> None:
    """A line that comes back while a form is being sent does not send it a second time."""
    peer.trouble = ["forge", "forge"]
    with pytest.raises(NotProven):
        at_work.sending.send([at_work.sending.piece(stocktake(1), Purpose.DECLARE)])
    inside: list[object] = []
    send = at_work.line.send
    at_work.line.send = lambda deliver: (inside.extend(at_work.sending.send_kept()), send(deliver))[1]  # type: ignore[method-assign]
    with pytest.raises(NotProven):
        list(at_work.sending.send_kept())
    at_work.line.send = send  # type: ignore[method-assign]
    assert inside == []
    assert len(list(at_work.sending.send_kept())) == 1


def test_without_a_signature_nothing_is_kept_and_nothing_sent(at_work: Seat, peer: Peer, card: Card) -> None:
    """The card is out: what was typed is still there, and that is all."""
    card.out()
    with pytest.raises(SignerError):
        at_work.sending.send([at_work.sending.piece(stocktake(1), Purpose.DECLARE)])
    assert (at_work.sending.kept, peer.bodies, at_work.ladders.all()) == (0, [], ())


def test_each_submission_of_a_form_is_later_than_the_one_before(at_work: Seat, peer: Peer) -> None:
    """Times of submission count seconds, and the stored one may be ahead of this clock."""
    model = stocktake(1)
    model.settled(app_time="20990101235959")
    assert at_work.sending.piece(model, Purpose.SAVE).app_time == "20990102000000"
    model.app_time = ""
    first = at_work.sending.piece(model, Purpose.SAVE)
    model.settled(app_time=first.app_time)
    assert at_work.sending.piece(model, Purpose.SAVE).app_time > first.app_time


def test_a_refusal_is_sorted_by_the_nodes_of_the_message(at_work: Seat, peer: Peer) -> None:
    """Paths number the nodes where there are several."""
    wrong = [
        Violation("/BVS111Message/Stocktake[2]/note", 3, "pattern", "n"),
        Violation("/BVS111Message/Stocktake[1]/Line[1]/unit", 2, "unit", "u"),
        Violation("/BVS111Message/BaseTransfer/copCode", 9, "pattern", "c"),
        Violation("/BVS111Message", 0, "role", "r"), Violation("/BVS111Message/Stocktake[7]", 0, "x", "x"),
    ]  # fmt: skip
    peer.refuse = ("0002", "wrong", tuple(wrong))
    models = [stocktake(1), stocktake(1)]
    answer = at_work.sending.send([at_work.sending.piece(model, Purpose.SAVE) for model in models])
    assert answer.violations == ((wrong[1],), (wrong[0],))
    assert answer.general == tuple(wrong[2:])
    assert [one.form for one in answer.sent] == [model.id for model in models]
    assert at_work.sending.kept == 0


def test_what_lies_in_the_folder_and_is_no_envelope_is_passed_over(at_work: Seat, tmp_path: Path) -> None:
    """Somebody else's file is left alone."""
    folder = tmp_path / "state" / folder_name(at_work.line.origin, DXP_ID) / "pending"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{'0' * 64}.xml").write_bytes(b"<x/>")
    assert list(at_work.sending.send_kept()) == []


def test_an_ended_session_is_renewed_by_the_signer(at_work: Seat, peer: Peer) -> None:
    """Nobody notices."""
    at_work.line.listen(at_work.ladders)
    peer.tokens.clear()
    at_work.sending.send([at_work.sending.piece(stocktake(1), Purpose.DECLARE)])
    came = at_work.until(Came)
    assert [step.status for step in came.steps] == [2, 120]


def test_a_session_that_cannot_be_renewed_is_said_and_goes_on_when_the_card_is_back(
    at_work: Seat, peer: Peer, card: Card
) -> None:
    """The thread waits for somebody to see to it; then what came meanwhile arrives."""
    at_work.line.listen(at_work.ladders)
    at_work.sending.send([at_work.sending.piece(stocktake(1), Purpose.DECLARE)])
    at_work.until(Came)
    card.out()
    peer.tokens.clear()
    at_work.line.retry()
    ended = at_work.until(Ended)
    assert isinstance(ended.trouble, SignerError)
    found = envelope.parse(peer.bodies[0])
    peer.deliver(found.head.cop_msg_id, "N1", "0" * 64, 399, peer.signer)
    card.back()
    at_work.line.retry()
    assert [step.status for step in at_work.until(Came).steps] == [399]


def test_a_session_opened_elsewhere_is_told_to_have_ended(at_work: Seat, peer: Peer) -> None:
    """An account's password is not kept: whoever asks is told, and so is the screen."""
    at_work.line.session.credentials = ByPassword("operator1", "changed since")
    peer.tokens.clear()
    with pytest.raises(LoginRefused):
        at_work.line.cases("bonded", Search())
    assert isinstance(at_work.until(Ended).trouble, LoginRefused)


def test_a_cursor_of_another_gateway_is_dropped(
    at_work: Seat, peer: Peer, office: Office, tmp_path: Path
) -> None:
    """It is read from the beginning, silently; what comes then is news."""
    Cursors(tmp_path / "state", at_work.line.origin, office.dxp_id).write("elsewhere")
    at_work.sending.send([at_work.sending.piece(stocktake(1), Purpose.DECLARE)])
    at_work.line.listen(at_work.ladders)
    (sent,) = at_work.ladders.sent(envelope.parse(peer.bodies[0]).head.cop_msg_id)
    assert [step.status for step in at_work.ladders.wait(sent.cop_msg_id, PATIENCE)] == [2, 120]
    at_work.sending.send([at_work.sending.piece(stocktake(1), Purpose.DECLARE)])
    second = envelope.parse(peer.bodies[1]).head.cop_msg_id
    at_work.until(Came, lambda came: came.steps[0].cop_msg_id == second)
