"""What the specification says of the enterprise (企业端): entrustments and the public queries."""

from __future__ import annotations

from typing import Any

import pytest

from messages.inspection import SYSTEM
from messages.inspection.names import SEARCH
from tests.messages.inspection.world import (
    AGENCY,
    AGENCY_2,
    ENTERPRISE,
    ENTERPRISE_2,
    ENTRUSTMENT,
    GOODS,
    World,
    attached,
    digest,
)


@pytest.fixture
def world() -> World:
    """One filed agency."""
    return World()


def test_an_entrustment_is_kept_first_then_gets_goods_and_is_submitted(world: World) -> None:
    """暂存 → 待受理; nobody but the enterprise knows of the draft."""
    assert world.write() == [1]
    case = world.last()
    assert (case.partner, case.state) == (None, "委托暂存")
    assert case.state in SYSTEM.private
    assert world.entrust(number=case.number) == [120]
    case = world.last()
    assert (case.owner, case.partner, case.state) == (ENTERPRISE.party, AGENCY.party, "待受理")


def test_an_entrustment_is_found_by_all_that_the_specification_names(world: World) -> None:
    """收货人, 入境海关, 到货地, 用途, 装运前检验机构, 委托时间; for the agency 委托企业."""
    world.entrust()
    assert dict(world.last().search) == {
        "kind": "entrustment", "day": "20261120", "agency": AGENCY.cop_code, "subject": ENTERPRISE.name,
        "words": ENTRUSTMENT["consignee"], "entryCustoms": "2200", "destPlace": "310000", "purpose": "1",
    }  # fmt: skip
    assert set(world.last().search) == set(SEARCH)


def test_totals_are_summed_from_the_goods(world: World) -> None:
    """总数量 and 总金额 are the gateway's, whatever was sent."""
    more = {**GOODS, "qty": "0.5", "amount": "0.25"}
    assert world.entrust(Goods=[GOODS, more], totalQty="99", totalAmount="1") == [120]
    stored = world.last().body["stored"]
    assert (stored["totalQty"], stored["totalAmount"]) == ("2.5", "150000.75")


def test_an_entrustment_without_goods_stays_a_draft(world: World) -> None:
    """Goods are needed when it is submitted, not before."""
    assert world.entrust(Goods=None) == [-131106]
    assert world.write(Goods=None) == [1]


def test_goods_that_cannot_be_are_refused_with_their_line(world: World) -> None:
    """None at all, of a day to come, or of no day."""
    for name, value in {"qty": "0", "madeOn": "20261121"}.items():
        assert world.entrust(Goods=[GOODS, {**GOODS, name: value}]) == [-131107]
        assert f"Goods[2]/{name}" in world.told
    assert world.entrust(Goods=[{**GOODS, "madeOn": "20260230"}]) == [-131107]


def test_a_contact_is_reached_by_one_of_three_ways(world: World) -> None:
    """联系人电话/手机/邮件: one of them is needed."""
    assert world.write(phone=None) == [-131107]
    for name, value in {"phone": "021-1234567", "mobile": "13800000000", "mail": "a@b.example"}.items():
        ways: dict[str, Any] = {"phone": None, name: value}
        assert world.write(**ways) == [1]


def test_both_sides_see_the_case_and_its_files_at_once(world: World) -> None:
    """The agency by receipt and notice; what the enterprise corrects in a returned one is its own."""
    assert world.write(Attachment=[attached(1)]) == [1]
    number = world.last().number
    assert world.kept[f"{number}/draft", ENTERPRISE.party].to == ()
    world.entrust(number=number, Attachment=[attached(1)])
    assert world.kept[f"{number}/draft", ENTERPRISE.party].digests == ()
    sent = world.kept[f"{number}/sent", ENTERPRISE.party]
    assert (sent.digests, sent.to) == ((digest(1),), (AGENCY.party, "customs"))
    assert world.told_to(AGENCY) == [("PSI132", 120)]
    assert world.notices(AGENCY) == [f"收到业务委托 {number} / an entrustment of {ENTERPRISE.name}"]
    world.answer(number, "0")
    assert world.write(number=number, consignee="他人") == [1]
    case = world.cases[number]
    assert case.state == "委托补充材料"
    assert case.search["words"] == ENTRUSTMENT["consignee"]
    assert SYSTEM.shown(case, True)["stored"]["consignee"] == ENTRUSTMENT["consignee"]
    assert "entered" not in SYSTEM.shown(case, True)
    assert SYSTEM.shown(case, False)["entered"]["consignee"] == "他人"


def test_a_returned_entrustment_is_submitted_again_and_to_another_agency(world: World) -> None:
    """Then the first agency has no part in it any more."""
    world.file(AGENCY_2)
    number = world.entrusted()
    world.answer(number, "0")
    assert world.entrust(number=number, agencyCode=AGENCY_2.cop_code) == [120]
    case = world.cases[number]
    assert (case.partner, case.search["agency"]) == (AGENCY_2.party, AGENCY_2.cop_code)
    assert "answer" not in case.body
    assert world.kept[f"{number}/sent", ENTERPRISE.party].to == (AGENCY_2.party, "customs")
    assert world.answer(number) == [-141103]
    assert world.answer(number, actor=AGENCY_2) == [300]


def test_an_entrustment_is_its_enterprises(world: World) -> None:
    """Another enterprise can neither change nor delete it; nobody deletes what was sent."""
    world.write()
    number = world.last().number
    assert world.entrust(ENTERPRISE_2, number) == [-131103]
    deletion = {"appType": "3", "caseNo": number}
    assert world.send("PSI131", deletion, ENTERPRISE_2) == [-131103]
    assert world.send("PSI131", deletion, ENTERPRISE) == [1]
    number = world.entrusted()
    assert world.send("PSI131", {"appType": "3", "caseNo": number}, ENTERPRISE) == [-131104]


def test_an_agency_that_is_not_filed_cannot_be_entrusted(world: World) -> None:
    """Nor one whose application is not decided."""
    world.apply(AGENCY_2)
    assert world.entrust(agencyCode=AGENCY_2.cop_code) == [-131112]
    assert world.look("agency", agencyCode=AGENCY_2.cop_code) is None
    assert world.write(agencyCode=AGENCY_2.cop_code) == [1]


def test_filed_agencies_are_found_by_name_and_number(world: World) -> None:
    """By a part of either; the drop-down has those that may be entrusted."""
    world.file(AGENCY_2)
    (found,) = world.look("agencies-by-number", certNo="0002")["Agency"]
    assert found["agencyCode"] == AGENCY_2.cop_code
    assert world.look("agencies-by-name", agencyName="欧洲")["total"] == 2
    assert world.look("agencies-by-name", agencyName="nobody")["Agency"] == []
    assert [one["agencyCode"] for one in world.look("open-agencies")["Agency"]] == [
        AGENCY.cop_code, AGENCY_2.cop_code,
    ]  # fmt: skip
    assert world.look("agency", agencyCode=AGENCY.cop_code)["agencyName"] == "欧洲检验有限公司"


def test_an_agency_begins_its_filing_with_what_is_known_of_it(world: World) -> None:
    """The account's name, or all that is filed."""
    assert world.look("filing", AGENCY_2) == {"agencyName": AGENCY_2.name}
    assert world.look("filing", AGENCY)["certNo"] == "PSI000000000001"
    assert "dxpId" not in world.look("filing", AGENCY)
