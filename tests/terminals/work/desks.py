"""People at terminals without a screen, at a real gateway: a line, what it told, and a way to send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import TypeVar

from cryptography import x509

from terminals.client import Gateway
from terminals.compose import Party
from terminals.proof import Prover
from terminals.session import ByCertificate, Session
from terminals.work.drafts import Drafts
from terminals.work.events import Event
from terminals.work.exchange import INTERACTIVE, Line
from terminals.work.receipts import Ladders
from terminals.work.submission import Sending
from tests.scenarios.house import DESK, House, Person

PATIENCE = 60.0  # seconds until a test gives up
T = TypeVar("T")


@dataclass
class Seat:
    """One terminal process's worth of work."""

    person: Person
    line: Line
    ladders: Ladders
    drafts: Drafts
    sending: Sending
    events: Queue[Event] = field(default_factory=Queue)

    def until(self, kind: type[T], fits: Callable[[T], bool] = lambda event: True) -> T:
        """The next event of this kind that fits; others are passed over."""
        while True:
            event = self.events.get(timeout=PATIENCE)
            if isinstance(event, kind) and fits(event):
                return event


@contextmanager
def seated(house: House, state: Path, role: str = "operator", *, listening: bool = True) -> Iterator[Seat]:
    """Somebody of that role logged in, with a state folder; leaves at the end."""
    person = house.person(role)
    ca = house.home / "demo" / "ca.pem"
    prover = Prover(x509.load_pem_x509_certificates(ca.read_bytes()))
    events: Queue[Event] = Queue()
    with Gateway(house.url, ca, patience=INTERACTIVE) as gateway:
        line = Line(Session(gateway, ByCertificate(person.signer)), prover, state, events.put)
        line.open()
        ladders = Ladders(state, line.origin, person.dxp_id)
        drafts = Drafts(state, line.origin, person.dxp_id)
        party = Party(person.dxp_id, person.cop_code, person.name)
        sending = Sending(line, lambda: person.signer, party, (DESK,), ladders, drafts)
        if listening:
            line.listen(ladders)
        try:
            yield Seat(person, line, ladders, drafts, sending, events)
        finally:
            line.close()
            drafts.close()
