"""Bad input at the front door: always a reply with a code and a place, nothing stored, nobody disturbed."""

from __future__ import annotations

import base64
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from lxml import etree

from messages.envelope import DXP
from messages.reply import Reply
from messages.reply import parse as parse_reply
from receipts.document import Receipt, Unreadable
from tests.scenarios.house import BVS, Desk, House, Person

B = f"{{{BVS}}}"


def _post(desk: Desk, body: bytes) -> Reply:
    answer = desk.client.post("/v1/messages", content=body)
    assert answer.status_code == 200, answer.text
    return parse_reply(answer.content)


def _stored(house: House) -> dict[str, int]:
    """How many rows the tables hold that an accepted message would add to."""
    with closing(sqlite3.connect(house.home / "gateway.db")) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("messages", "work", "cases", "nodes")
        }


def _journal(house: House) -> list[str]:
    """The kinds of the journal's entries, oldest first."""
    with closing(sqlite3.connect(house.home / "gateway.db")) as connection:
        return [kind for (kind,) in connection.execute("SELECT kind FROM journal ORDER BY seq")]


def _altered(change: Callable[[etree._Element], object]) -> Callable[[Person], bytes]:
    """An envelope around a message that was changed after it was signed."""

    def make(person: Person) -> bytes:
        root = etree.fromstring(person.signed())
        change(root)
        return person.envelope(etree.tostring(root))

    return make


def _unsigned(root: etree._Element) -> None:
    root.remove(root[-1])


def _twice(root: etree._Element) -> None:
    root.append(etree.fromstring(etree.tostring(root[-1])))


def _other_value(root: etree._Element) -> None:
    value = next(root.iter("{*}SignatureValue"))
    value.text = base64.b64encode(bytes(256)).decode()


def _renamed(root: etree._Element) -> None:
    next(root.iter(f"{B}etpsName")).text = "别的企业"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway that lets one address be refused as much as these tests send."""
    house = House(tmp_path_factory.mktemp("house") / "home", EPORT_LIMITS__REFUSED_BURST_BYTES="10000000000")
    house.start()
    yield house
    house.close()


REFUSED: list[tuple[str, str, Callable[[Person], bytes]]] = [
    ("nothing at all", "0001", lambda _: b""),
    ("no XML", "0001", lambda _: b"hello"),
    ("a cut-off envelope", "0001", lambda person: person.envelope(person.signed())[:-20]),
    ("a document type", "0001",
     lambda person: b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + person.envelope(person.signed())),
    ("UTF-16", "0001", lambda _: "<DxpMsg/>".encode("utf-16")),
    ("another root", "0002", lambda person: person.signed()),
    ("too deep", "0001", lambda _: b"<a>" * 100 + b"</a>" * 100),
    ("a processing instruction in Data", "0001",
     lambda person: person.envelope(person.signed().replace(b"<Stocktake>", b"<?x y?><Stocktake>", 1))),
    ("a comment in Data", "0001",
     lambda person: person.envelope(person.signed().replace(b"<Stocktake>", b"<!-- x --><Stocktake>", 1))),
    ("Data that is no base64", "0001",
     lambda person: person.envelope(person.signed()).replace(b"<Data>", b"<Data>!", 1)),
    ("an unknown type", "0002", lambda person: person.envelope(b"<XYZ111Message xmlns='urn:x'/>")),
    ("another MsgType", "0002", lambda person: person.envelope(person.signed(), msg_type="BVS121Message")),
    ("no signature", "1001", _altered(_unsigned)),
    ("two signatures", "1001", _altered(_twice)),
    ("a signature that was not made", "1001", _altered(_other_value)),
    ("changed data", "1004", _altered(_renamed)),
    ("another sender in the envelope", "2002",
     lambda person: person.envelope(person.signed(), sender="DXPENT0000000002")),
    ("another sender in BaseTransfer", "2002",
     lambda person: person.envelope(person.signed(dxpId="DXPENT0000000002"))),
    ("a review by somebody who is not customs", "2002",
     lambda person: person.envelope(person.signed("bonded/BVS121-approve.xml"))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "code", "make"), REFUSED, ids=[name for name, _, _ in REFUSED])
def test_it_is_refused_with_its_code_and_leaves_nothing_behind(
    house: House, operator: Desk, name: str, code: str, make: Callable[[Person], bytes]
) -> None:
    """Each kind of bad input has its response code, and no row is stored for it."""
    before = _stored(house)
    reply = _post(operator, make(operator.person))
    assert reply.code == code, reply
    assert reply.info
    assert _stored(house) == before


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("etpsCode", "12", "minLength"),
        ("etpsInnerNo", "08-09/1601", "pattern"),
        ("mgmtMode", "7", "enumeration"),
        ("totalQty", "-1", "pattern"),
        ("unit", "998", "unit"),
        ("investCountry", "XYZ", "country"),
    ],
)
def test_a_wrong_field_is_named_with_its_place_and_its_rule(
    operator: Desk, field: str, value: str, rule: str
) -> None:
    """0002 names the path, the line in the decoded Data, the rule, and says it in words."""
    data = operator.person.signed(**{field: value})
    reply = _post(operator, operator.person.envelope(data))
    assert reply.code == "0002"
    (found, *_) = reply.results
    assert field in found.path
    assert found.rule == rule, found
    assert f"<{field}>".encode() in data.splitlines()[found.line - 1]
    assert field in found.text or value in found.text
    assert len(reply.results) <= 25


def test_a_proven_senders_broken_message_leaves_one_ept900(house: House, operator: Desk) -> None:
    """EPT900 in the signer's mailbox and an entry in the journal, once however often the same bytes come."""
    before = len(_journal(house))
    body = operator.person.envelope(operator.person.signed(etpsCode="12"))
    for _ in range(3):
        assert _post(operator, body).code == "0002"
    (receipt,) = operator.poll()
    assert sorted(_journal(house)[before:]) == ["receipt", "refusal 0002"]
    assert isinstance(receipt, Unreadable)
    assert receipt.ori_cop_msg_id == _post(operator, body).head.cop_msg_id
    assert "etpsCode" in receipt.info


def test_a_type_that_is_not_the_senders_leaves_one_receipt_beside_the_refusal(
    house: House, operator: Desk
) -> None:
    """2002 says what is needed; -NNN015 of the type's receipt waits in the mailbox, once, and journalled."""
    before = len(_journal(house))
    body = operator.person.envelope(operator.person.signed("bonded/BVS121-approve.xml"))
    for _ in range(3):
        reply = _post(operator, body)
        assert (reply.code, [found.rule for found in reply.results]) == ("2002", ["role"])
    (receipt,) = operator.poll()
    assert isinstance(receipt, Receipt)
    assert (receipt.status, receipt.ori_digest) == (-121015, reply.digest)
    assert "customs" in receipt.info
    assert sorted(_journal(house)[before:]) == ["receipt", "refusal 2002"]


def test_somebody_elses_message_in_a_wrong_envelope_leaves_no_trace_at_its_owner(
    house: House, operator: Desk
) -> None:
    """A captured message that a stranger replays to wrong receivers is replied to, and that is all."""
    captured = operator.person.signed()
    before = _journal(house)
    stranger = house.client()
    for receivers in (("DXPENT0000000002",), ("DXPAGE0000000001",)):
        body = operator.person.envelope(captured, receivers=receivers)
        assert parse_reply(stranger.post("/v1/messages", content=body).content).code == "2001"
    assert _journal(house) == before
    assert operator.poll() == []
    assert _post(operator, operator.person.envelope(captured)).code == "0000"


def test_a_broken_message_that_is_replayed_fills_nobodys_mailbox(house: House, operator: Desk) -> None:
    """The same signed content under other CopMsgIds and in other bytes makes one EPT900 and one entry."""
    broken = operator.person.signed(etpsCode="13")
    before = len(_journal(house))
    stranger = house.client()
    for number in range(10):
        body = operator.person.envelope(broken + b" " * number)
        assert parse_reply(stranger.post("/v1/messages", content=body).content).code == "0002"
    assert len(operator.poll()) == 1
    assert sorted(_journal(house)[before:]) == ["receipt", "refusal 0002"]


def test_an_unproven_senders_broken_message_reaches_nobodys_mailbox(house: House, operator: Desk) -> None:
    """Whoever cannot sign in another's name can fill neither that mailbox nor the journal."""
    root = operator.person.message(etpsCode="12")
    root.append(etree.fromstring(operator.person.signed())[-1])
    before = _journal(house)
    answer = house.client().post("/v1/messages", content=operator.person.envelope(etree.tostring(root)))
    assert parse_reply(answer.content).code == "0002"
    assert operator.poll() == []
    assert _journal(house) == before


def test_the_samples_of_all_hostile_shapes_leave_the_gateway_serving(house: House, operator: Desk) -> None:
    """Many at once, among good messages: the good ones are accepted all the same."""
    person = operator.person
    good = [person.envelope(person.signed()) for _ in range(20)]
    bad = [make(person) for _, _, make in REFUSED] * 3
    codes: list[str] = []

    def pour() -> None:
        client = house.client()
        for body in bad:
            client.post("/v1/messages", content=body)

    pourers = [threading.Thread(target=pour) for _ in range(3)]
    for pourer in pourers:
        pourer.start()
    codes = [_post(operator, body).code for body in good]
    for pourer in pourers:
        pourer.join()
    assert codes == ["0000"] * 20
    assert house.client().get("/healthz").status_code == 200


def test_more_than_the_gateway_takes_is_answered_not_read(house: House) -> None:
    """413 with a signed DxpRep 3001 for a body over the limit; the same for one message's limit of lines."""
    client = house.client()
    answer = client.post("/v1/messages", content=b"x" * 7_000_001)
    assert answer.status_code == 413
    assert parse_reply(answer.content).code == "3001"


def test_bombs_do_not_make_the_gateway_grow(house: House, operator: Desk) -> None:
    """Entity bombs, deep nests, wide documents and huge values: refused, memory as before within 40 MB."""
    assert house.process is not None
    wide = b"<DxpMsg xmlns='" + DXP.encode() + b"'>" + b"<a/>" * 1_000_000 + b"</DxpMsg>"
    bombs = [
        b"<!DOCTYPE l [<!ENTITY a 'lol'>" + b"".join(
            b"<!ENTITY %c '&%c;&%c;&%c;&%c;'>" % (98 + n, 97 + n, 97 + n, 97 + n, 97 + n) for n in range(20)
        ) + b"]><l>&t;</l>",
        b"<a>" * 2_000_000,
        wide,
        operator.person.envelope(b"<a>" * 1_000_000, msg_type="BVS111Message"),
        b"<a b='" + b"x" * 6_000_000 + b"'/>",
    ]  # fmt: skip
    for body in bombs:
        _post(operator, body)
    before = _resident(house.process.pid)
    for _ in range(5):
        for body in bombs:
            assert _post(operator, body).code in ("0001", "0002")
    assert _resident(house.process.pid) < before + 40_000_000


def _resident(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as file:  # noqa: PTH123 - a file of the kernel
        return int(file.read().split()[1]) * 4096


def test_a_refused_login_does_not_tell_whether_the_account_exists(operator: Desk) -> None:
    """A wrong password and an unknown account get the same answer."""
    wrong = {"account": operator.person.account, "password": "wrong"}
    nobody = {"account": "nobody-here", "password": "wrong"}
    answers = [operator.client.post("/v1/sessions", content=json.dumps(body)) for body in (wrong, nobody)]
    assert answers[0].status_code == answers[1].status_code == 401
    assert answers[0].json() == answers[1].json()
