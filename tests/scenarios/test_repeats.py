"""What happens to a message that comes twice, in every shape in which it may."""

from __future__ import annotations

import hashlib

from messages.reply import parse as parse_reply
from messages.wire import new_guid
from tests.scenarios.house import Desk, House


def _post(desk: Desk, body: bytes) -> bytes:
    return desk.client.post("/v1/messages", content=body).content


def test_the_same_bytes_again_get_the_same_reply_bytes_and_no_new_receipt(operator: Desk) -> None:
    """A lost answer costs nothing: send again, byte for byte the first reply, the same two receipts."""
    body = operator.person.envelope(operator.person.signed())
    first = _post(operator, body)
    assert parse_reply(first).code == "0000"
    assert [one.status for one in operator.until(2)] == [2, 120]
    assert _post(operator, body) == first
    other = operator.person.envelope(operator.person.signed())
    _post(operator, other)
    name = parse_reply(_post(operator, other)).head.cop_msg_id
    assert [one.ori_cop_msg_id for one in operator.until(2)] == [name, name]


def test_the_same_data_under_a_new_cop_msg_id_gets_the_first_reply(operator: Desk) -> None:
    """Only the business message is signed, so the envelope alone does not make it another message."""
    data = operator.person.signed()
    first = _post(operator, operator.person.envelope(data))
    assert _post(operator, operator.person.envelope(data)) == first


def test_a_stranger_who_resends_a_message_first_takes_nothing_from_its_owner(
    house: House, operator: Desk
) -> None:
    """With a line added behind it, it is still the same signed content: the owner's own is accepted, once."""
    data = operator.person.signed()
    early = parse_reply(
        house.client().post("/v1/messages", content=operator.person.envelope(data + b"\n")).content
    )
    assert early.code == "0000"
    mine = operator.person.envelope(data)
    reply = parse_reply(_post(operator, mine))
    assert (reply.code, reply.head.cop_msg_id) == ("0000", early.head.cop_msg_id)
    assert reply.digest == hashlib.sha256(data).hexdigest()
    assert [one.status for one in operator.until(2)] == [2, 120]
    other = operator.person.envelope(operator.person.signed())
    assert parse_reply(_post(operator, other)).code == "0000"
    assert len(operator.until(2)) == 2


def test_the_same_cop_msg_id_with_other_content_is_refused(operator: Desk) -> None:
    """0003, and the first message stays what it was."""
    name = new_guid()
    first = operator.person.envelope(operator.person.signed(), name)
    reply = _post(operator, first)
    assert operator.send(operator.person.envelope(operator.person.signed(), name)).code == "0003"
    assert _post(operator, first) == reply


def test_a_used_root_guid_with_other_data_is_refused(operator: Desk) -> None:
    """0003: a guid names one message for ever."""
    guid = new_guid()
    assert operator.send(operator.person.envelope(operator.person.signed(root_guid=guid))).code == "0000"
    assert operator.send(operator.person.envelope(operator.person.signed(root_guid=guid))).code == "0003"


def test_a_used_node_guid_is_told_in_a_receipt(operator: Desk) -> None:
    """Fault 004 for that node, the message itself is accepted."""
    guid = new_guid()
    operator.send(operator.person.envelope(operator.person.signed(guid=guid)))
    operator.until(2)
    assert operator.send(operator.person.envelope(operator.person.signed(guid=guid))).code == "0000"
    assert [one.status for one in operator.until(1)] == [-111004]


def test_a_refused_node_may_come_again_under_its_guid(operator: Desk) -> None:
    """A duplicate is only what was fully processed."""
    guid, number = new_guid(), new_guid().replace("-", "")[:20]
    operator.send(operator.person.envelope(operator.person.signed(etpsInnerNo=number)))
    operator.until(2)
    operator.send(operator.person.envelope(operator.person.signed(guid=guid, etpsInnerNo=number)))
    assert [one.status for one in operator.until(1)] == [-111010]
    operator.send(operator.person.envelope(operator.person.signed(guid=guid)))
    assert [one.status for one in operator.until(2)] == [2, 120]


def test_another_partys_envelope_around_somebodys_message_is_refused(house: House, operator: Desk) -> None:
    """2002, and the owner can still send it."""
    data = operator.person.signed()
    other = Desk(house, house.person("operator", 1))
    assert other.send(other.person.envelope(data)).code == "2002"
    assert other.send(operator.person.envelope(data, sender=other.person.dxp_id)).code == "2002"
    assert operator.send(operator.person.envelope(data)).code == "0000"


def test_a_repeat_is_answered_even_when_its_certificate_is_no_longer_good(house: House) -> None:
    """The stored reply comes again after the certificate was revoked; a new message is refused with 1002."""
    person = house.person("enterprise", 1)
    desk = Desk(house, person)
    body = person.envelope(person.signed())
    first = _post(desk, body)
    assert parse_reply(first).code == "0000"
    later = person.envelope(person.signed())
    house.revoke(person)
    assert parse_reply(_post(desk, later)).code == "1002"
    assert _post(desk, body) == first
    assert desk.client.get("/v1/receipts").status_code == 401
