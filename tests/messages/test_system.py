"""What systems declare of themselves: which nodes wait for each other, events, states, columns."""

from __future__ import annotations

import pytest
from lxml import etree

from messages.faults import FAULTS
from messages.registry import BY_CODE, SYSTEMS
from messages.system import CUSTOMS, System, content

PARTY = "DXPENT0000000001"


def key(code: str, party: str = PARTY, **fields: str) -> str:
    """The order key of a node with these fields."""
    system, kind = BY_CODE[code]
    node = etree.Element(f"{{{system.namespace}}}{kind.node}")
    for name, value in fields.items():
        etree.SubElement(node, f"{{{system.namespace}}}{name}").text = value
    return kind.order_key(node, system.namespace, party)


def test_a_stranger_who_names_a_case_gets_no_place_in_its_owners_queue() -> None:
    """What a party sends waits for its own messages only, whichever case it names."""
    assert key("BVS111", caseNo="Z1") == "DXPENT0000000001/Z1"
    assert key("BVS111", "DXPENT0000000002", caseNo="Z1") == "DXPENT0000000002/Z1"
    assert key("BVS111", etpsInnerNo="N1") == "DXPENT0000000001/N1"


def test_what_customs_says_of_a_case_is_left_to_the_owners_queue() -> None:
    """Customs names the case without its owner, whom storage finds; a book stays customs' own."""
    assert key("BVS121", "DXPCUS0000000001", caseNo="Z1") == "Z1"
    assert key("BVS131", "DXPCUS0000000001", bookNo="B1") == "DXPCUS0000000001/B1"


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_a_system_declares_what_can_be_kept(system: System) -> None:
    """At most eight search columns; those that are numbers, or for customs only, are among them."""
    assert len(system.search) <= 8
    assert system.numbers | system.desk | system.own <= set(system.search)
    assert system.private <= set(system.labels)
    assert all(kind.events for kind in system.types)


def test_what_waits_for_customs_is_what_its_messages_move_on() -> None:
    """Of bonded: 入库成功 is reviewed; no state waits for a role that sends nothing."""
    system, _ = BY_CODE["BVS111"]
    assert system.waiting(CUSTOMS) == ("入库成功",)
    assert system.waiting("officer") == ()
    assert system.roles == {"enterprise", "operator", "customs"}
    assert [kind.names_case for kind in system.types] == [True, True, False]


def test_of_two_directions_each_role_is_waited_for_in_its_own_states() -> None:
    """Drafts and what is published wait for nobody."""
    system, _ = BY_CODE["CMA111"]
    assert system.waiting(CUSTOMS) == ("待处理", "外方已反馈")
    assert system.waiting("officer") == ("退回", "已反馈", "未反馈")


def test_every_response_code_has_words_of_its_own() -> None:
    """A chart of refusals names them in both languages."""
    assert all(len(kind.words) == 2 and all(kind.words) for kind in FAULTS.values())
    assert len({kind.words for kind in FAULTS.values()}) == len(FAULTS)


def test_an_empty_line_is_a_line_of_which_nothing_is_filled_in() -> None:
    """<Bill/> of a draft is a mapping as any other line is; an empty field stays an empty text."""
    inside = "<letterNo/><Bill/><Bill><billNo>1</billNo></Bill>"
    node = etree.fromstring(f'<Request xmlns="urn:x">{inside}</Request>')
    assert content(node, frozenset({"Bill"})) == {"letterNo": "", "Bill": [{}, {"billNo": "1"}]}
