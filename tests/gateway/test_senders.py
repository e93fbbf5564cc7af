"""What the front door says to the wrong card: a signed 2002 and one receipt, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from twisted.internet.defer import succeed
from twisted.internet.task import Clock

from gateway import pki
from gateway.acceptance import Item, Outcome, Store
from gateway.commit import GroupCommit
from gateway.declared import Types
from gateway.directory import Directory
from gateway.frames import decode, encode
from gateway.intake import Intake
from gateway.limits import Rates
from gateway.outgoing import Outgoing
from gateway.queues import Queues
from messages import registry as types
from messages.codes import CodeLists
from messages.envelope import Head, build
from messages.envelope import parse as parse_envelope
from messages.examine import Examiner
from messages.reply import Reply
from messages.reply import parse as parse_reply
from messages.schemas import Schemas
from messages.senders import Demand, Senders
from messages.signature.oids import LEGAL, OPERATOR, card_extension
from messages.signature.template import TemplateSigner
from messages.signature.trust import Trust
from messages.signature.verify import CertificateCache, verify
from receipts.document import Issuer, Receipt
from receipts.document import parse as parse_receipt
from storage import mailboxes, messages, registry, tables
from storage.database import Database
from storage.journal import Chain
from tests.gateway.jobs import Held
from tests.messages import carded
from tests.messages.carded import PARTY, guid
from tests.messages.signature.making import Pair, authority, issue, key, make, usage

DESK = "DXPCUS0000000001"
NOW = datetime.now(UTC).replace(microsecond=0)


def _holder(card: str, *allowed: str) -> Pair:
    extensions: list[tuple[x509.ExtensionType, bool]] = [(usage(*allowed), True)]
    if card:
        extensions.append((card_extension(card), False))
    return issue(f"{card or 'file'} {len(allowed)}", key("p256", 40), authority(), extensions=extensions)


BOTH = ("digital_signature", "content_commitment")
FILE = _holder("", *BOTH)
OPERATORS = _holder(OPERATOR, *BOTH)
LEGALS = _holder(LEGAL, *BOTH)
LEGALS_9A = _holder(LEGAL, "digital_signature")


class House:
    """An intake over a database, with everything behind it real but for the reactor."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.now = NOW
        examiner = Examiner(
            Schemas(carded.schemas(folder)), Trust([authority().certificate]), CertificateCache(), CodeLists()
        )
        gateway = pki.authority("gateway CA", NOW)
        own = ec.generate_private_key(ec.SECP256R1())
        self.certificate = pki.issue_signer(gateway, own, pki.subject("gateway"), NOW, gateway=True)
        signer, new_id = TemplateSigner(own, self.certificate), count(1).__next__
        outgoing = Outgoing(Issuer("0000000000", "gateway", "DXPGATE"), signer, new_id)
        self.reactor, jobs = Clock(), Held(database)
        commit: GroupCommit[Item, Outcome] = GroupCommit(self.reactor, jobs, Store(Chain("1"), outgoing), 0.0)
        self.delivered: list[dict[str, int]] = []
        self.directory = Directory(jobs)
        self.intake = Intake(
            # By way of the frames, as from a verifying worker.
            examine=lambda body, now: succeed(decode(encode(examiner.examine(body, now)))),
            directory=self.directory, commit=commit, reader=jobs, signer=signer, clock=lambda: self.now,
            new_id=new_id, desk=DESK, rates=Rates(100, 100, self.reactor.seconds), queues=Queues(1000),
            log_rate=Rates(1, 2, self.reactor.seconds), most_waiting=10, accepted=lambda: None,
            delivered=self.delivered.append,
        )  # fmt: skip
        with database.write() as connection:
            registry.add_party(connection, registry.Party(PARTY, "4403180018", "Test", "enterprise", NOW))
            for pair in (FILE, OPERATORS, LEGALS, LEGALS_9A):
                registry.add_certificate(connection, _registered(pair))

    def send(
        self,
        signed: bytes,
        code: str,
        cop_msg_id: str,
        receivers: tuple[str, ...] = (DESK,),
        session: str = "",
    ) -> Reply:
        """The reply to this message."""
        body = build(Head(cop_msg_id, PARTY, receivers, NOW, f"{code}Message"), signed)
        answers: list[bytes] = []
        self.intake.take(body, "192.0.2.1", session).addCallback(lambda answer: answers.append(answer.body))
        self.reactor.advance(0)
        return parse_reply(answers[0])

    def receipts(self) -> list[tuple[str, list[Receipt]]]:
        """(CopMsgId of the envelope, returns) in the party's mailbox; their signatures are checked."""
        found = []
        with self.database.read() as connection:
            for _, document in mailboxes.page(connection, PARTY, 0, 1000):
                envelope = parse_envelope(document)
                assert envelope.head.receivers == (PARTY,)
                believed: list[x509.Certificate] = []
                verified = verify(
                    etree.fromstring(envelope.data), CertificateCache(),
                    believe=lambda holder: believed.append(holder.certificate),  # noqa: B023
                )  # fmt: skip
                assert believed == [self.certificate]
                returns = [one for one in parse_receipt(verified.root) if isinstance(one, Receipt)]
                found.append((envelope.head.msg_type, returns))
        return found

    def journal(self) -> list[str]:
        """The kinds of the journal's entries, in order."""
        with self.database.read() as connection:
            return [
                row.kind for row in connection.execute(tables.journal.select().order_by(tables.journal.c.seq))
            ]


def _registered(pair: Pair) -> registry.Certificate:
    certificate = pair.certificate
    return registry.Certificate(
        pki.fingerprint(certificate), PARTY, f"{certificate.serial_number:X}", "CN=test", "张三", "operator",
        pki.oids.card_kind(certificate), NOW, NOW + timedelta(days=1), certificate.public_bytes(Encoding.DER),
    )  # fmt: skip


@pytest.fixture
def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A front door whose registry has the tests' system."""
    carded.register(monkeypatch)
    return House(database, tmp_path / "xsd")


def message(code: str, statuses: Sequence[str], by: Pair, number: int = 1) -> bytes:
    """A signed message with a node for each appStatus."""
    return make(carded.message(code, statuses, number), by)


@pytest.mark.parametrize(
    ("code", "statuses", "by", "rule"),
    [
        ("TST111", "1", FILE, ""),
        ("TST111", "2", FILE, "card"),
        ("TST111", "2", OPERATORS, ""),
        ("TST111", "3", OPERATORS, "card"),
        ("TST111", "3", LEGALS_9A, "keyUsage"),
        ("TST111", "123", LEGALS, ""),
        ("TST121", "1", OPERATORS, "card"),
        ("TST121", "1", LEGALS_9A, ""),
        ("TST131", "1", LEGALS_9A, "keyUsage"),
        ("TST131", "1", FILE, ""),
    ],
)
def test_what_a_card_may_send_is_decided_by_type_event_and_key(
    house: House, code: str, statuses: str, by: Pair, rule: str
) -> None:
    """A draft by anybody, a declaration with a card, more with the legal person's; 9A where it is enough."""
    reply = house.send(message(code, statuses, by), code, "A")
    if rule:
        assert reply.code == "2002"
        assert [one.rule for one in reply.results] == [rule]
    else:
        assert (reply.code, reply.results) == ("0000", ())
    assert len(house.receipts()) == bool(rule)


def test_the_wrong_card_leaves_one_signed_receipt_with_a_return_for_each_node(house: House) -> None:
    """-NNN015 for every node of the message, of the type's receipt type, in the journal with the refusal."""
    data = message("TST111", "121", FILE)
    reply = house.send(data, "TST111", "A")
    assert reply.code == "2002"
    (result,) = reply.results
    assert result.path == "/TST111Message/Item[2]"
    assert data.splitlines()[result.line - 1].count(guid(101).encode()) == 1
    assert guid(101) in reply.info
    ((kind, returns),) = house.receipts()
    assert kind == "TST112Message"
    assert [one.ori_guid for one in returns] == [guid(100), guid(101), guid(102)]
    assert {(one.status, one.ori_cop_msg_id, one.ori_digest) for one in returns} == {
        (-111015, "A", reply.digest)
    }
    assert all("与卡信息不匹配" in one.info and guid(101) in one.info for one in returns)
    assert len({one.guid for one in returns}) == 3
    assert house.journal() == ["refusal 2002", "receipt"]
    assert house.delivered == [{PARTY: 1}]
    with house.database.read() as connection:
        assert messages.by_cop_msg_id(connection, PARTY, "A") is None


def test_repeated_refusals_are_replied_to_and_leave_nothing_more(house: House) -> None:
    """Under the same CopMsgId or another, in the same bytes or others: one receipt and entry, always 2002."""
    data = message("TST111", "2", FILE)
    for name, sent in (("A", data), ("A", data), ("B", data), ("A", data + b"\n")):
        assert house.send(sent, "TST111", name).code == "2002"
    assert len(house.receipts()) == 1
    assert house.journal() == ["refusal 2002", "receipt"]


def test_a_cop_msg_id_gets_one_receipt_whatever_is_refused_under_it(house: House) -> None:
    """Another message under the same CopMsgId is refused and journalled, but its receipts' id is taken."""
    assert house.send(message("TST111", "2", FILE, 1), "TST111", "A").code == "2002"
    assert house.send(message("TST111", "2", FILE, 2), "TST111", "A").code == "2002"
    assert house.send(message("TST111", "2", FILE, 3), "TST111", "B").code == "2002"
    assert [returns[0].ori_cop_msg_id for _, returns in house.receipts()] == ["A", "B"]


def test_the_right_card_sends_the_same_message_under_the_same_identifiers(house: House) -> None:
    """A refusal binds nothing: neither CopMsgId nor guids are used up."""
    assert house.send(message("TST111", "2", FILE), "TST111", "A").code == "2002"
    assert house.send(message("TST111", "2", OPERATORS), "TST111", "A").code == "0000"


def test_whoever_was_accepted_before_a_demand_was_made_gets_the_first_reply(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was accepted stays so, under its CopMsgId and under another, and no receipt says otherwise."""
    data = message("TST121", "1", LEGALS_9A)
    first = house.send(data, "TST121", "A")
    assert first.code == "0000"
    stricter = replace(carded.KINDS[1], senders=Senders(carded.ROLES, Demand(commitment=True)))
    monkeypatch.setitem(types.BY_CODE, "TST121", (carded.SYSTEM, stricter))
    assert house.send(data, "TST121", "A") == first
    assert house.send(data, "TST121", "B") == first
    assert house.send(message("TST121", "1", LEGALS_9A, 2), "TST121", "C").code == "2002"
    assert [returns[0].ori_cop_msg_id for _, returns in house.receipts()] == ["C"]


def test_a_captured_message_of_the_wrong_card_fills_no_mailbox(house: House) -> None:
    """A stranger who replays it under a hundred CopMsgIds, to whatever receivers, makes one receipt."""
    data = message("TST121", "1", OPERATORS)
    for number in range(100):
        receivers = (DESK,) if number % 2 else ("DXPENT0000000009",)
        assert house.send(data, "TST121", f"A{number}", receivers).code == "2002"
    assert len(house.receipts()) == 1


def test_a_session_proves_its_party_too(house: House) -> None:
    """What a session sends is its own: each CopMsgId has its receipt."""
    data = message("TST121", "1", OPERATORS)
    for name in ("A", "B", "A"):
        assert house.send(data, "TST121", name, session=PARTY).code == "2002"
    assert [returns[0].ori_cop_msg_id for _, returns in house.receipts()] == ["A", "B"]


def test_the_catalogue_of_types_lists_them_with_what_they_demand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Code, system, receipt type and the table of who may send it, for every registered type."""
    carded.register(monkeypatch)
    listed = {each["code"]: each for each in Types(Schemas()).listed()}
    assert listed["BVS121"] == {
        "code": "BVS121", "system": "bonded", "receipt": "BVS122", "roles": ["customs"],
        "cards": ["legal", "operator", ""], "nonRepudiation": False, "events": {},
    }  # fmt: skip
    assert listed["TST111"]["events"] == {
        "declare": {"cards": ["legal", "operator"], "nonRepudiation": False},
        "seal": {"cards": ["legal"], "nonRepudiation": True},
    }
    assert listed["TST121"]["cards"] == ["legal"]
