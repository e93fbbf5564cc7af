"""Declarations by hand, and the rules of the engine: who may set them, and which exclude each other."""

from __future__ import annotations

from typing import Any

import pytest

from messages.annotations import Words
from messages.declaration import enabling, units
from messages.declaration.events import TYPES
from messages.workflow import Record
from terminals.work.blaming import in_both
from tests.messages.declaration.world import GOODS, LEGAL, OPERATOR, SCC, SCC_2, SECOND, World


@pytest.fixture
def world() -> World:
    """It is enabled."""
    return World()


def registered(world: World, code: str, scc: str) -> None:
    """Customs holds the registration of an enterprise."""
    known = units.registration(code)
    world.records[known.system, known.kind, known.key] = Record(
        known.system, known.kind, known.key, {"scc": scc}, world.now
    )


def test_a_declaration_goes_its_whole_way_by_hand(world: World) -> None:
    """暂存, 申报中, 入库, 退单, 申报 by hand, 审结; its number says import or export, and the year."""
    assert world.save() == [1]
    number = world.newest("I")
    assert (len(number), number[:5]) == (18, "I2026")
    assert world.declare(number=number) == [2]
    world.go_on()
    assert world.cases[number].state == "入库"
    assert world.decide(number, "0") == [100]
    assert world.cases[number].state == "退单"
    assert world.save(number=number, noteS="补充") == [1]
    assert world.cases[number].state == "退单"
    assert "entered" not in world.system.shown(world.cases[number], True)  # what customs has
    assert world.send("DEC111", {"appType": "3", "caseNo": number}, OPERATOR) == [-111102]
    assert world.declare(number=number) == [2]
    world.go_on()
    assert world.decide(number) == [399]
    assert world.told_to(OPERATOR)[-1] == ("DEC112", 399)
    assert world.save(number=number) == [-111102]


def test_a_declaration_is_found_by_what_it_is_and_whose(world: World) -> None:
    """Import or export, transport and kind, as declaring unit or consignee; customs, mark and its state."""
    agent = world.cases[world.draft(trafMode="5", billNo="A1")]
    assert (agent.search["kind"], agent.search["office"]) == ("I-5.0D", "2200-0")
    own = world.cases[world.marked(decType="2", tradeCode=LEGAL.cop_code, tradeScc=SCC)]
    assert (own.search["kind"], own.search["office"]) == ("I-2.2DC", "2200-1M")


def test_what_customs_says_is_told_in_both_languages(world: World) -> None:
    """Whoever reads one of them reads its words, too."""
    assert world.declare() == [2]
    world.go_on()
    assert world.decide(world.newest("I"), "0") == [100]
    assert in_both(world.told) == Words("退单：意见", "returned: 意见")
    assert world.declare() == [2]
    world.go_on()
    assert world.decide(world.newest("I"), "0", content="缺少箱单 / no packing list") == [100]
    assert in_both(world.told) == Words("退单：缺少箱单", "returned: no packing list")


def test_customs_decides_on_what_it_has_seen(world: World) -> None:
    """What was declared again since is looked at first."""
    assert world.declare() == [2]
    number = world.newest("I")
    world.go_on()
    assert world.decide(number, declTime="20200101000000") == [-121014]
    assert world.decide(number, declTime=world.cases[number].body["declTime"]) == [399]


def test_a_draft_is_deleted_and_what_is_declared_is_not(world: World) -> None:
    """A mark goes with it."""
    number = world.marked()
    assert world.send("DEC111", {"appType": "3", "caseNo": number}, OPERATOR) == [1]
    assert world.cases[number].state == "已删除"
    assert "pool" not in world.cases[number].search
    assert world.declare() == [2]
    assert world.send("DEC111", {"appType": "3", "caseNo": world.newest("I")}, OPERATOR) == [-111102]


def test_others_do_not_know_of_it(world: World) -> None:
    """Not even the consignee that is named in it, and customs not of a draft."""
    number = world.draft()
    assert world.save(SECOND, number) == [-111101]
    assert world.decide(number) == [-121101]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"tradeScc": SCC[:-1] + "X"}, "tradeScc"),
        ({"netWt": "260.1"}, "netWt"),
        ({"packNo": "0"}, "packNo"),
        ({"iEDate": "20261131"}, "iEDate"),
        ({"feeMark": "3"}, "feeMark"),
        ({"feeMark": "3", "feeRate": "5"}, "feeCurr"),
        ({"Goods": [{**GOODS, "declTotal": "50000.03"}]}, "Goods[1]/declTotal"),
        ({"Goods": [{**GOODS, "declPrice": "999999999999999.9999", "gQty": "9" * 18}]}, "Goods[1]/declTotal"),
        ({"Goods": [{**GOODS, "gQty": "0", "declTotal": "0"}]}, "Goods[1]/gQty"),
        ({"Goods": [{**GOODS, "secondQty": "1"}]}, "Goods[1]/secondQty"),
        ({"Goods": [GOODS, {**GOODS, "tradeCurr": "EUR"}]}, "Goods/tradeCurr"),
        ({"Container": [{"containerNo": "MSKU1234560"}]}, "Container[1]/containerNo"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_right_is_refused_in_a_draft_too(
    world: World, changes: dict[str, Any], path: str
) -> None:
    """With the field's path in the receipt."""
    assert world.save(**changes) == [-111105]
    assert f"({path})" in world.told


@pytest.mark.parametrize("changes", [{"Goods": None}, {"billNo": None}, {"iEDate": None}, {"cutMode": None}])
def test_a_draft_may_lack_what_a_declaration_needs(world: World, changes: dict[str, Any]) -> None:
    """Kept, and refused only when it is declared."""
    assert world.save(**changes) == [1]
    assert world.declare(**changes) == [-111104]


@pytest.mark.parametrize("status", ["1", "2"])
def test_a_declaration_of_which_nothing_is_filled_in_is_refused(world: World, status: str) -> None:
    """As a draft, too: the schema leaves all of it out for a deletion."""
    number = world.draft()
    for head in ({"appType": "1"}, {"appType": "2", "caseNo": number}):
        assert world.send("DEC111", {**head, "appStatus": status}, OPERATOR) == [-111104]


def test_a_party_declares_its_own_only(world: World) -> None:
    """It is the declaring unit or the consignee; and import stays import."""
    assert world.save(SECOND) == [1]
    assert world.save(agentCode="1100000001", tradeCode="1100000002") == [-111119]
    assert world.save(number=world.draft(), ieFlag="E") == [-111119]


def test_rules_are_set_with_the_legal_persons_card_only() -> None:
    """The table of senders says so, for the gateway and for every terminal: 启用 and 预配置."""
    demands = {kind.code: kind.senders.demand for kind in TYPES}
    for code in ("DEC131", "DEC141"):
        demand = demands[code]
        assert demand is not None
        assert demand.cards == {"legal"}


def test_of_rules_for_the_same_one_is_enabled(world: World) -> None:
    """By either code of the two units; a disabled one, another direction or consignee is free."""
    first = world.ruled()
    assert world.rule() == [-141112]
    assert world.told.startswith("该申报单位下存在相同的境内收发货人、相同进出口标志且启动状态的数据")
    assert world.rule(enabled="0") == [1]
    assert world.rule(ieFlag="E") == [1]
    assert world.rule(tradeScc=SCC) == [1]
    assert world.rule(number=first, wait="30") == [1]
    assert world.rule(number=first, enabled="0") == [1]
    assert world.rule() == [1]
    assert world.rule(number=first) == [-141112]


def test_a_rule_that_names_a_unit_by_both_codes_excludes_either(world: World) -> None:
    """One that names it by one of them is for the same."""
    assert world.rule(agentScc=SCC, tradeCode=SECOND.cop_code) == [1]
    assert world.rule(agentCode=None, agentScc=SCC) == [-141112]
    assert world.rule(tradeScc=None, tradeCode=SECOND.cop_code) == [-141112]


def test_a_unit_that_is_named_by_its_other_code_may_be_the_same(world: World) -> None:
    """It is refused until both codes are given, or as the same where its registration tells."""
    assert world.rule(ruleName="深圳进口") == [1]
    assert world.rule(tradeScc=None, tradeCode=SECOND.cop_code) == [-141112]
    assert "“深圳进口”以另一种编码填写境内收发货人" in world.told
    assert "(tradeScc)" in world.told
    assert world.rule(agentCode=None, agentScc=SCC) == [-141112]
    assert "以另一种编码填写申报单位" in world.told
    assert world.rule(agentCode=None, agentScc=SCC, tradeScc=SCC) == [1]  # for another consignee
    registered(world, SECOND.cop_code, SCC_2)
    registered(world, "4403160003", "91440300MA5F00001A")
    assert world.rule(tradeScc=None, tradeCode=SECOND.cop_code) == [-141112]
    assert world.told.startswith("该申报单位下存在相同的境内收发货人")
    assert world.rule(tradeScc=None, tradeCode="4403160003") == [1]
    assert world.rule(tradeScc="91440300MA5F00001A") == [-141112]
    assert world.told.startswith("该申报单位下存在相同的境内收发货人")


def test_of_rules_by_one_user_one_is_enabled(world: World) -> None:
    """For the same direction; another user's is another."""
    by_user = {"mode": "2", "agentCode": None, "tradeScc": None}
    assert world.rule(**by_user, holder="李录") == [1]
    assert world.rule(**by_user, holder="李录") == [-141112]
    assert world.rule(**by_user, holder="李录", ieFlag="E") == [1]
    assert world.rule(**by_user, holder="王录") == [1]
    assert world.rule() == [1]


def test_a_deleted_rule_is_gone_and_makes_room(world: World) -> None:
    """配置已删除; the same may be set again."""
    rule = world.ruled()
    assert world.send("DEC141", {"appType": "3", "caseNo": rule}, LEGAL) == [1]
    assert world.cases[rule].state == "配置已删除"
    assert world.rule(number=rule) == [-141102]
    assert world.rule() == [1]


def test_a_rule_says_whom_it_is_for(world: World) -> None:
    """By enterprise both units, by user the one who marks."""
    assert world.rule(agentCode=None) == [-141104]
    assert world.rule(tradeScc=None) == [-141104]
    assert world.rule(mode="2") == [-141104]
    assert world.rule(tradeScc=SCC[:-1] + "X") == [-141105]
    assert "(tradeScc)" in world.told
    assert world.rule(SECOND, world.ruled()) == [-141111]


def test_enabling_again_is_no_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once more with the same notice changes nothing; a newer notice is read anew."""
    assert world.enable() == [1]
    before = world.records["declaration", "enabled", LEGAL.party]
    assert world.send("DEC131", {"notice": "1", "noticeVersion": "2"}, LEGAL) == [-131105]
    assert world.records["declaration", "enabled", LEGAL.party] == before
    monkeypatch.setattr(enabling, "NOTICE_VERSION", "2")
    assert world.enable() == [-131105]
    assert world.send("DEC131", {"notice": "1", "noticeVersion": "2"}, LEGAL) == [1]
    assert world.records["declaration", "enabled", LEGAL.party] != before
