"""Plain routing: one party's messages to others, by configuration alone, and what its sender is told."""

from __future__ import annotations

import json
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from lxml import etree

from messages.faults import IdentifierUsed, ReceiverUnknown, SchemaInvalid, SenderRefused
from messages.reply import parse as parse_reply
from messages.signature.sign import sign
from messages.wire import new_guid
from receipts.document import Receipt, Unreadable
from terminals.proof import Prover, load_certificates
from terminals.receipts import read_page
from tests.gateway.push.peer import Peer, well
from tests.scenarios.house import ROOT, Desk, House, Person, command
from tests.scenarios.test_push import hold

EXAMPLE = ROOT / "docs" / "routing"
FIRST, SECOND, AGENCY, CARRIER = (
    "DXPENT0000000001",
    "DXPENT0000000002",
    "DXPAGE0000000001",
    "DXPCAR0000000001",
)
LINES = """
[routing]
types = [{ code = "ABC101", senders = ["enterprise", "operator"], receivers = ["enterprise", "agency"] }]
"""
DELIVERED, PICKED_UP = 10, 11
MESSAGES, KILLS = 80, 3


def furnish(home: Path) -> None:
    """One line of configuration, one schema."""
    with (home / "gateway.toml").open("a") as settings:
        settings.write(LINES)
    (home / "routed").mkdir(exist_ok=True)
    shutil.copy(EXAMPLE / "ABC101.xsd", home / "routed")


@pytest.fixture(scope="module")
def routing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway that routes one type; one for the module."""
    house = House(tmp_path_factory.mktemp("routing") / "home", EPORT_EXCHANGE__WORKERS="1")
    furnish(house.home)
    house.start()
    yield house
    house.close()


@pytest.fixture
def own_house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A gateway of the test's own that routes one type, on each database."""
    house = House(tmp_path / "home", database_url)
    furnish(house.home)
    yield house
    house.close()


def order(person: Person, number: str = "PO-1") -> bytes:
    """The example, signed as this person's."""
    root = etree.parse(EXAMPLE / "ABC101.xml").getroot()
    root.set("guid", new_guid())
    values = {"copCode": person.cop_code, "copName": person.name, "dxpId": person.dxp_id, "number": number}
    for element in root.iter():
        element.text = values.get(etree.QName(element).localname, element.text)
    return etree.tostring(sign(root, person.signer))


def whole(house: House, dxp_id: str) -> Desk:
    """Somebody of this party, who has read its mailbox to the end."""
    person = next(one for one in house.people() if one.dxp_id == dxp_id)
    desk = Desk(house, person)
    while desk.poll_raw():
        pass
    return desk


def again(house: House, desk: Desk) -> Desk:
    """The same person with a new session, where he had been."""
    made = Desk(house, desk.person)
    made.cursor = desk.cursor
    return made


def told(desk: Desk, count: int) -> Counter[tuple[str, str | None, int]]:
    """The next receipts: which message, which receiver, which status, how often."""
    found = [one for one in desk.until(count) if isinstance(one, Receipt)]
    return Counter((one.ori_cop_msg_id, one.receiver, one.status) for one in found)


def test_a_message_reaches_every_receiver_as_it_was_signed_and_its_sender_is_told(routing: House) -> None:
    """Data untouched, two receipts a receiver: delivered at once, picked up when he came back for more."""
    sender, second, agency = (whole(routing, dxp_id) for dxp_id in (FIRST, SECOND, AGENCY))
    name, data = new_guid(), order(sender.person)
    assert sender.send(sender.person.envelope(data, name, receivers=(SECOND, AGENCY))).code == "0000"
    assert told(sender, 2) == {(name, SECOND, DELIVERED): 1, (name, AGENCY, DELIVERED): 1}
    assert second.poll_raw() == [data]
    assert agency.poll_raw() == [data]
    assert sender.poll() == []  # they were given it, but have not come back
    assert second.poll_raw() == []
    assert told(sender, 1) == {(name, SECOND, PICKED_UP): 1}
    assert agency.poll_raw() == []
    assert told(sender, 1) == {(name, AGENCY, PICKED_UP): 1}
    for desk in (second, agency):
        desk.cursor = ""
        assert data in desk.poll_raw()  # any cursor may be read again, and is no second pick-up
        desk.poll_raw()
    status = sender.client.get(f"/v1/messages/{name}").text
    assert 'state="processed"' in status
    assert status.count("<DxpMsg") == 4
    assert sender.poll() == []


def test_a_receiver_sees_a_party_s_message_and_no_receipt(routing: House) -> None:
    """The document is proven as the sender's, by him alone; the gateway's name is not on it."""
    sender, second = whole(routing, FIRST), whole(routing, SECOND)
    after = second.cursor
    name = new_guid()
    sender.send(sender.person.envelope(order(sender.person), name, receivers=(SECOND, AGENCY)))
    second.poll_raw(wait=10)
    page = second.client.get("/v1/receipts", params={"after": after}).content
    prover = Prover(load_certificates(routing.home / "demo" / "ca.pem"))
    (found,) = read_page(page, prover).delivered
    assert (found.fault, found.returns, found.type) == ("", (), "ABC101")
    assert (found.sender, found.cop_msg_id) == (FIRST, name)
    assert AGENCY.encode() not in found.raw  # who else got it is the sender's business
    assert second.client.get(f"/v1/messages/{name}").status_code == 404


def test_what_may_not_be_sent_reaches_nobody(routing: House) -> None:
    """Each refusal with its code, and not one receiver of several gets anything."""
    sender, second, agency = (whole(routing, dxp_id) for dxp_id in (FIRST, SECOND, AGENCY))
    me = sender.person

    def refused(*receivers: str, desk: Desk = sender, data: bytes | None = None) -> tuple[str, str]:
        body = me.envelope(data or order(me), receivers=receivers)
        reply = desk.send(body)
        return reply.code, reply.info

    wrong = etree.fromstring(order(me))
    wrong.remove(wrong[-1])
    for element in wrong.iter("{*}qty"):
        element.text = "many"
    assert refused(SECOND, data=etree.tostring(sign(wrong, me.signer)))[0] == SchemaInvalid.code
    # What its receivers pick up of the tests before may be told in between.
    told_so = next(each for _ in range(10) for each in sender.poll(wait=10) if isinstance(each, Unreadable))
    assert "/ABC101Message/Order/Line/qty" in told_so.info

    unknown = ReceiverUnknown.code
    assert refused(SECOND, "DXPENT0000009999") == (
        unknown,
        "DXPENT0000009999 is not registered here. The message went to nobody: correct its ReceiverIds",
    )
    assert refused(SECOND, SECOND)[0] == unknown
    assert refused(SECOND, FIRST)[0] == unknown
    assert refused(SECOND, CARRIER) == (
        unknown,
        f"{CARRIER} may not receive ABC101. The message went to nobody: correct its ReceiverIds",
    )
    assert refused(*(f"DXPENT000000000{number}" for number in range(2, 8)))[0] == SchemaInvalid.code
    assert (
        refused(SECOND, desk=agency)[0] == SenderRefused.code
    )  # another party's session vouches for nothing
    stranger = routing.client()
    answer = stranger.post("/v1/messages", content=me.envelope(order(me), receivers=(SECOND,)))
    assert parse_reply(answer.content).code == SenderRefused.code
    assert "log in as" in parse_reply(answer.content).info
    other = Desk(routing, agency.person)
    body = agency.person.envelope(order(agency.person), receivers=(SECOND,))
    assert other.send(body).code == SenderRefused.code  # the role may not send this type

    for word, expected in (("disable", unknown), ("enable", "0000")):
        done = command("eport-gateway", "party", word, SECOND, "--home", str(routing.home))
        assert done.returncode == 0, done.stdout + done.stderr
        if word == "disable":
            assert agency.poll_raw() == []
        assert refused(AGENCY, SECOND)[0] == expected
    assert len(agency.poll_raw(wait=10)) == 1
    # whose sessions ended when the party was disabled
    assert len(again(routing, second).poll_raw(wait=10)) == 1


def test_the_same_again_is_the_same_and_to_others_it_is_another_message(routing: House) -> None:
    """A lost answer costs nothing; who has somebody's signed message in hand cannot send it elsewhere."""
    sender, second = whole(routing, FIRST), whole(routing, SECOND)
    name, data = new_guid(), order(sender.person)
    body = sender.person.envelope(data, name, receivers=(SECOND,))
    first = sender.client.post("/v1/messages", content=body).content
    assert parse_reply(first).code == "0000"
    assert routing.client().post("/v1/messages", content=body).content == first
    to_others = sender.person.envelope(data, name, receivers=(AGENCY,))
    assert sender.send(to_others).code == IdentifierUsed.code
    assert second.poll_raw(wait=10) == [data]
    assert second.poll_raw() == []


def test_people_send_and_read_them_with_the_terminal_s_commands(routing: House, tmp_path: Path) -> None:
    """`send --to … --wait 10` and `poll`: the message is shown as a party's, in words and as JSON."""
    common = ("--demo", str(routing.home), "--url", routing.url)
    state = str(tmp_path / "state")
    sample = str(EXAMPLE / "ABC101.xml")
    sent = command(
        "eport-terminal", "send", *common, "--as", "operator1", "--state", state, "--fresh", sample,
        "--to", SECOND, "--to", AGENCY, "--wait", "10",
    )  # fmt: skip
    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert sent.stdout.count("EPT910") == 2
    read = command(
        "eport-terminal", "poll", *common, "--as", "enterprise2", "--state", state, "--format", "json"
    )
    assert read.returncode == 0, read.stdout + read.stderr
    last = json.loads(read.stdout.splitlines()[-1])
    assert (last["type"], last["senderId"], last["proven"]) == ("ABC101", FIRST, True)
    assert "returnStatus" not in last


class Reader(threading.Thread):
    """A receiver's program: keeps what it was given and its cursor, whatever happens to the gateway."""

    def __init__(self, house: House, person: Person, up: threading.Event) -> None:
        super().__init__(daemon=True)
        self.house, self.person, self.up = house, person, up
        self.got: list[str] = []
        self.over = threading.Event()

    def run(self) -> None:
        """Poll until told that it is over."""
        cursor, desk = "", None
        while not self.over.is_set():
            self.up.wait()
            try:
                desk = desk or Desk(self.house, self.person)
                answer = desk.client.get("/v1/receipts", params={"after": cursor, "limit": 7, "wait": 1})
            except (httpx.TransportError, AssertionError):
                continue
            if answer.status_code == 200:
                page = etree.fromstring(answer.content)
                self.got += [one.findtext("{*}TransInfo/{*}CopMsgId") or "" for one in page]
                cursor = page.get("next", "")


def test_each_receiver_gets_each_message_once_in_order_and_each_is_told_once_under_kill_9(
    own_house: House,
) -> None:
    """Readers poll all the while, the gateway is killed again and again: one transport, one pick-up, each."""
    house = own_house
    me = next(one for one in house.people() if one.dxp_id == FIRST)
    names = [f"M{number:04d}" for number in range(MESSAGES)]
    bodies = [
        me.envelope(order(me, name), name, receivers=(SECOND, AGENCY) if place % 2 else (SECOND,))
        for place, name in enumerate(names)
    ]
    up = threading.Event()
    readers = [
        Reader(house, next(one for one in house.people() if one.dxp_id == dxp_id), up)
        for dxp_id in (SECOND, AGENCY)
    ]
    for reader in readers:
        reader.start()
    sent = threading.Semaphore(0)

    def send() -> list[str]:
        codes, desk = [], None
        for body in bodies:
            while True:
                up.wait()
                try:
                    desk = desk or Desk(house, me)
                    answer = desk.client.post("/v1/messages", content=body)
                except (httpx.TransportError, AssertionError):
                    continue
                code = parse_reply(answer.content).code
                if code != "3001":
                    break
            codes.append(code)
            sent.release()
        return codes

    sending = ThreadPoolExecutor(1).submit(send)
    house.start()
    up.set()
    for _ in range(KILLS):
        for _ in range(MESSAGES // (KILLS + 1)):
            sent.acquire()
        up.clear()
        house.kill()
        house.start()
        up.set()
    assert Counter(sending.result()) == {"0000": MESSAGES}

    desk = Desk(house, me)
    wanted = Counter(
        (name, to, status)
        for place, name in enumerate(names)
        for to in ((SECOND, AGENCY) if place % 2 else (SECOND,))
        for status in (DELIVERED, PICKED_UP)
    )
    assert told(desk, wanted.total()) == wanted
    for reader in readers:
        reader.over.set()
        reader.join(60)
    assert readers[0].got == names
    assert readers[1].got == names[1::2]
    assert desk.poll() == []
    assert house.stop() == 0
    verified = command("eport-gateway", "journal", "verify", "--home", str(house.home))
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_two_gateways_route_as_one(tmp_path: Path, postgres_database_url: str) -> None:
    """Sent at one, read at either, told at the other; a second home has the types of the first."""
    first = House(tmp_path / "n1", postgres_database_url)
    furnish(first.home)
    made = command("eport-gateway", "node", "add", str(tmp_path / "n2"), "--home", str(first.home))
    assert made.returncode == 0, made.stdout + made.stderr
    second = House(tmp_path / "n2", made=True)
    try:
        first.start()
        second.start()
        sender, elsewhere = whole(first, FIRST), whole(second, FIRST)
        here, there = whole(first, SECOND), whole(second, SECOND)
        names = [new_guid() for _ in range(20)]
        for place, name in enumerate(names):
            desk = (sender, elsewhere)[place % 2]
            assert (
                desk.send(desk.person.envelope(order(desk.person), name, receivers=(SECOND,))).code == "0000"
            )
        delivered = {(name, SECOND, DELIVERED): 1 for name in names}
        assert told(sender, 20) == delivered
        got: list[bytes] = []
        while len(got) < 20:  # each page from another gateway, with the other's cursor
            got += here.poll_raw(wait=10, limit=3)
            there.cursor = here.cursor
            got += there.poll_raw(limit=3)
            here.cursor = there.cursor
        assert len(set(got)) == len(got) == 20
        there.poll_raw()
        here.poll_raw()
        both = told(elsewhere, 40)
        assert both == delivered | {(name, SECOND, PICKED_UP): 1 for name in names}
        assert (
            sender.client.get("/v1/receipts", params={"after": elsewhere.cursor}).text.count("<DxpMsg") == 0
        )
    finally:
        first.close()
        second.close()


def test_what_was_posted_and_taken_is_picked_up_once_over_kill_9(tmp_path: Path, database_url: str) -> None:
    """A receiver that never polls: what he did not take is not picked up; what he took twice is so once."""
    peer = Peer(tmp_path / "peer")
    taking = threading.Event()
    house = House(
        tmp_path / "home", database_url, EPORT_PUSH__ALLOW='["127.0.0.0/8", "::1/128"]',
        EPORT_PUSH__CA=str(peer.ca), EPORT_PUSH__RETRY_SECONDS="0.2",
    )  # fmt: skip
    try:
        furnish(house.home)
        house.start()
        sender, second = whole(house, FIRST), whole(house, SECOND)
        assert second.client.put("/v1/callback", json={"url": peer.url}).status_code == 200
        peer.answer = hold(taking)
        name = new_guid()
        sender.send(sender.person.envelope(order(sender.person), name, receivers=(SECOND,)))
        assert told(sender, 1) == {(name, SECOND, DELIVERED): 1}
        peer.until(lambda: any(post.kind == "receipts" for post in peer.posts))
        house.kill()
        taking.set()
        peer.answer = well
        house.start()
        sender = again(house, sender)
        assert told(sender, 1) == {(name, SECOND, PICKED_UP): 1}
        later = new_guid()
        sender.send(sender.person.envelope(order(sender.person), later, receivers=(SECOND,)))
        assert told(sender, 2) == {(later, SECOND, DELIVERED): 1, (later, SECOND, PICKED_UP): 1}
        bodies = b"".join(post.body for post in peer.posts)
        assert bodies.count(name.encode()) == 2
        assert bodies.count(later.encode()) == 1
    finally:
        house.close()
        peer.stop()


def test_a_schema_that_cannot_be_taken_keeps_the_gateway_from_starting_and_says_why(tmp_path: Path) -> None:
    """Before anything listens: one sentence, with the file and what to change in it."""
    house = House(tmp_path / "home")
    furnish(house.home)
    path = house.home / "routed" / "ABC101.xsd"
    path.write_text(path.read_text().replace("urn:example:orders:1", "urn:eport-gateway:bvs:1"))
    done = command("eport-gateway", "serve", "--home", str(house.home), "--port", str(house.port))
    assert done.returncode != 0
    assert "give it one of your own" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_schema_is_given_to_whoever_wants_to_send(routing: House) -> None:
    """Whole, by its code, and the type is in the list with those who may send it."""
    desk = whole(routing, FIRST)
    schema = desk.client.get("/v1/types/ABC101.xsd")
    assert schema.status_code == 200
    assert b"include" not in schema.content
    listed = {each["code"]: each for each in desk.client.get("/v1/types").json()["types"]}
    assert listed["ABC101"]["receipt"] == "EPT910"
    assert listed["ABC101"]["roles"] == ["enterprise", "operator"]
    assert desk.client.get("/v1/types/EPT910.xsd").status_code == 200
