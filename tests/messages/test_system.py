"""Which nodes wait for each other."""

from __future__ import annotations

from lxml import etree

from messages.registry import BY_CODE

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
