"""Unattended declaring: what is declared, what waits and why, batch after batch, until it is stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from messages.declaration.engine import AT_ONCE, KEPT
from messages.workflow import Event, Origin
from terminals.work.blaming import in_both
from tests.messages.declaration.world import CARRIER, CARRIER_2, LEGAL, OPERATOR, SECOND, World

ORIGIN = Origin(1, "DEC191", "MSG-1", "1", "0" * 64, OPERATOR.party)
NO_RULE, RUNNING_ALREADY, NOT_ENABLED = 117, 116, 111


@pytest.fixture
def world() -> World:
    """It is enabled."""
    return World()


def test_what_is_marked_and_matches_is_declared_and_stored(world: World) -> None:
    """申报中 and 入库, with the receipts of any declaration, and the record says that it was the engine."""
    number = world.marked()
    assert world.start(world.ruled()) == [1]
    world.receipts.clear()
    world.one_batch()
    case = world.cases[number]
    assert (case.state, case.body["smart"]) == ("入库", "2")
    assert ("DEC112", 2) in world.told_to(OPERATOR)
    assert ("DEC112", 120) in world.told_to(OPERATOR)
    assert world.said(number) == "申报成功（自动）"
    assert case.body["batch"].startswith("P20261120")
    assert len(case.body["batch"]) == 20
    assert case.search["pool"] == "by 浦东进口"  # in nobody's


def test_each_is_declared_once_however_many_turns_it_takes(world: World) -> None:
    """Two turns and a bit: every one of them, no one twice, and the counts say so."""
    numbers = {world.marked(billNo=f"B{place}") for place in range(AT_ONCE * 2 + 3)}
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    assert {world.cases[number].state for number in numbers} == {"入库"}
    declared = [issue.case for issue in world.receipts if (issue.type, issue.status) == ("DEC112", 2)]
    assert sorted(declared) == sorted(numbers)
    batch = world.run().body["batch"]
    assert (batch["total"], batch["looked"], batch["declared"]) == (103, 103, 103)
    assert world.run().body["all"] == {"batches": 1, "declared": 103, "failed": 0}


def test_the_next_batch_begins_when_the_countdown_has_run_out(world: World) -> None:
    """What is marked meanwhile is declared then, not before."""
    assert world.start(world.ruled(wait="60")) == [1]
    world.one_batch()
    first = world.now
    number = world.marked()
    world.go_on(first + timedelta(seconds=50))
    assert world.cases[number].state == "暂存"
    world.go_on(first + timedelta(seconds=70))
    assert world.cases[number].state == "入库"


def test_without_anything_waiting_no_batch_is_counted(world: World) -> None:
    """The run counts down and looks again."""
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    assert world.run().body["all"]["batches"] == 0
    assert world.run().body["next"] > "20261120100000"


def test_a_stop_is_heeded_between_two_turns(world: World) -> None:
    """The rest stays marked and waits; nothing of it is declared afterwards."""
    for place in range(AT_ONCE + 5):
        world.marked(billNo=f"B{place}")
    assert world.start(world.ruled()) == [1]
    for name in ("batch", "turn", "turn"):  # the first turn comes again to make the agreement
        (follow,) = (each for each in world.follows if each.name == name)
        world.follows.remove(follow)
        world.carry_out(follow)
    assert world.stop() == [1]
    world.go_on(world.now + timedelta(hours=1))
    states = [case.state for case in world.cases.values() if case.number[0] == "I"]
    assert (states.count("入库"), states.count("暂存")) == (AT_ONCE, 5)
    assert world.run().state == "已停止"
    assert world.run().body["why"]["zh"] == "李录 停止申报"
    assert world.start(world.ruled(ieFlag="E")) == [1]


def test_one_run_of_an_enterprise_at_a_time(world: World) -> None:
    """The second is told which one is running; another enterprise is not kept from anything."""
    rule = world.ruled()
    assert world.start(rule) == [1]
    assert world.start(rule) == [-161000 - RUNNING_ALREADY]
    assert world.run().number in world.told
    assert world.enable(SECOND) == [1]
    assert world.rule(SECOND) == [1]
    assert world.start(world.newest("R"), actor=SECOND) == [1]


def test_a_run_needs_rules_of_its_own_that_are_enabled(world: World) -> None:
    """None, a disabled one, another's: each is refused."""
    assert world.start() == [-161000 - NO_RULE]
    disabled = world.ruled(enabled="0")
    assert world.start(disabled) == [-161000 - NO_RULE]
    assert world.start("R00000000000000099") == [-161000 - NO_RULE]
    assert world.enable(SECOND) == [1]
    assert world.start(world.ruled(), actor=SECOND) == [-161000 - NO_RULE]


def test_a_run_whose_rules_are_all_disabled_stops_and_says_so(world: World) -> None:
    """With a receipt, and nothing is declared."""
    number = world.marked()
    rule = world.ruled()
    assert world.start(rule) == [1]
    assert world.rule(number=rule, enabled="0") == [1]
    world.receipts.clear()
    world.one_batch()
    assert world.run().state == "已停止"
    assert ("DEC162", 600) in world.told_to(LEGAL)
    assert world.cases[number].state == "暂存"
    assert world.start(world.ruled(ieFlag="E")) == [1]


def test_what_lacks_a_manifest_waits_and_is_tried_again(world: World) -> None:
    """有舱单申报: the reason is in its record once, however often it is tried; then it goes."""
    number = world.marked()
    assert world.start(world.ruled(manifest="1")) == [1]
    world.one_batch()
    assert world.said(number) == "没有舱单"
    for _ in range(3):
        world.go_on(world.now + timedelta(seconds=61))
    assert [each["zh"] for each in world.cases[number].body["log"]] == ["添加智能辅助申报标记", "没有舱单"]
    assert world.run().body["batch"]["waiting"] == 1
    assert world.manifest() == [120]
    world.go_on(world.now + timedelta(seconds=61))
    assert world.cases[number].state == "入库"


def test_what_has_not_arrived_waits(world: World) -> None:
    """运抵后申报."""
    number = world.marked()
    assert world.start(world.ruled(arrival="1")) == [1]
    world.one_batch()
    assert world.said(number) == "未运抵"
    assert world.arrival() == [120]
    world.go_on(world.now + timedelta(seconds=61))
    assert world.cases[number].state == "入库"


def test_what_differs_from_its_manifest_waits_and_the_record_names_the_field(world: World) -> None:
    """比对后申报: packages and gross weight, as numbers, not as they are written."""
    number = world.marked()
    assert world.manifest(packNo="11", grossWet="260.000") == [120]
    assert world.start(world.ruled(compare="1")) == [1]
    world.one_batch()
    assert world.said(number) == "与舱单不一致，件数：报关单 10，舱单 11"
    assert world.manifest(grossWet="261") == [120]
    world.go_on(world.now + timedelta(seconds=61))
    assert world.said(number) == "与舱单不一致，毛重：报关单 260，舱单 261"
    assert world.manifest() == [120]
    world.go_on(world.now + timedelta(seconds=61))
    assert world.cases[number].state == "入库"


def test_options_that_are_not_ticked_look_at_no_manifest(world: World) -> None:
    """One that differs keeps nothing back."""
    number = world.marked()
    assert world.manifest(packNo="99") == [120]
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    assert world.cases[number].state == "入库"


def test_a_manifest_that_was_taken_back_is_none(world: World) -> None:
    """And another carrier cannot delete it."""
    number = world.marked()
    assert world.manifest() == [120]
    assert world.manifest(CARRIER_2, appType="3") == [-171101]
    assert world.manifest(appType="3") == [120]
    assert world.start(world.ruled(manifest="1")) == [1]
    world.one_batch()
    assert world.said(number) == "没有舱单"


def test_nobody_takes_a_bill_of_lading_away_by_naming_it_first(world: World) -> None:
    """Its carrier's own manifest counts beside it; while both stand it waits, and the record names both."""
    number = world.marked()
    assert world.manifest(CARRIER_2, packNo="10", trafName="EVER OTHER") == [120]
    assert world.start(world.ruled(manifest="1", compare="1")) == [1]
    world.one_batch()
    assert world.said(number) == "没有舱单"  # of another means of transport
    assert world.manifest(CARRIER_2, packNo="9") == [120]
    assert world.manifest(trafName="ever  demo", voyNo="026E") == [120]
    world.go_on(world.now + timedelta(seconds=61))
    assert world.said(number) == (
        f"提运单有多份舱单，报送方 {CARRIER.name}({CARRIER.party})、{CARRIER_2.name}({CARRIER_2.party})"
    )
    assert world.cases[number].state == "暂存"
    assert world.manifest(CARRIER_2, appType="3") == [120]
    world.go_on(world.now + timedelta(seconds=61))
    assert world.cases[number].state == "入库"


def test_arrivals_of_two_senders_count_if_one_of_them_is_the_manifests(world: World) -> None:
    """A port's own counts alone; of several without a manifest none is chosen."""
    number = world.marked()
    assert world.arrival() == [120]
    assert world.arrival(CARRIER_2) == [120]
    assert world.start(world.ruled(arrival="1")) == [1]
    world.one_batch()
    assert world.said(number).startswith("提运单有多份运抵报告，报送方 ")
    assert CARRIER.name in world.said(number)
    assert CARRIER_2.name in world.said(number)
    assert world.manifest() == [120]
    world.go_on(world.now + timedelta(seconds=61))
    assert world.cases[number].state == "入库"


def test_an_older_manifest_does_not_replace_a_newer_one_of_its_sender(world: World) -> None:
    """Another's time is no matter."""
    assert world.manifest(appTime="20261120120000") == [120]
    assert world.manifest(appTime="20261120110000") == [-171014]
    assert world.manifest(CARRIER_2, appTime="20261120110000") == [120]


def test_reminders_are_confirmed_by_hand_where_the_rule_does_not(world: World) -> None:
    """辅助确认 not ticked: it waits until somebody has confirmed this very draft."""
    number = world.marked()
    assert world.start(world.ruled(confirm="0")) == [1]
    world.one_batch()
    assert world.said(number) == "温馨提示未手动确认"
    assert world.confirm(number, "2") == [1]
    world.go_on(world.now + timedelta(seconds=61))
    assert world.cases[number].state == "入库"


def test_an_agency_agreement_is_made_once_for_a_pair(world: World) -> None:
    """自动生成: both parties are told and can fetch it; the next declarations of the pair use it."""
    world.marked(billNo="B1", tradeName="别的名称")  # it is called as it is registered
    world.marked(billNo="B2")
    assert world.start(world.ruled(agreement="1")) == [1]
    world.one_batch()
    made = [case for case in world.cases.values() if case.number[0] == "A"]
    assert [(case.owner, case.partner) for case in made] == [(LEGAL.party, SECOND.party)]
    assert made[0].body["tradeName"] == SECOND.name
    assert made[0].body["until"] == "20271120"
    (told,) = (issue for issue in world.receipts if issue.to == SECOND.party)
    assert told.enclosed is not None
    assert told.enclosed[1]["agreementNo"] == made[0].number
    for words in (in_both(told.info).zh, in_both(told.info).en):
        assert made[0].number in words
        assert words.index(SECOND.name) < words.index(LEGAL.name)  # who entrusts whom
    assert ("DEC192", 120) in world.told_to(SECOND)
    world.marked(billNo="B3")
    world.go_on(world.now + timedelta(seconds=61))
    assert len([case for case in world.cases.values() if case.number[0] == "A"]) == 1


def test_whatever_makes_an_agreement_claims_it(world: World) -> None:
    """By hand for two drafts of one pair, or a turn of the engine: of those in one batch one goes first."""
    first, second = world.marked(), world.draft(billNo="B2")
    claims = [
        world.system.workflow.needs(
            Event(world.system.name, "agree", {"caseNo": each, "kind": "3"}, ORIGIN, OPERATOR)
        ).claims
        for each in (first, second)
    ]
    assert world.start(world.ruled()) == [1]
    for name in ("batch", "turn"):
        (follow,) = (each for each in world.follows if each.name == name)
        world.follows.remove(follow)
        world.carry_out(follow)
    assert world.cases[first].state == "暂存"  # it has done nothing yet
    (again,) = world.follows
    claims.append(
        world.system.workflow.needs(Event(world.system.name, again.name, again.content, ORIGIN)).claims
    )
    assert set(claims[0]) & set(claims[1]) & set(claims[2])
    assert world.confirm(second, "3") == [120]
    world.one_batch()
    assert world.cases[first].state == "入库"
    assert len([case for case in world.cases.values() if case.number[0] == "A"]) == 1


def test_without_an_agreement_it_waits_where_the_rule_makes_none(world: World) -> None:
    """Until one is made by hand; who declares for himself needs none."""
    number = world.marked()
    assert world.start(world.ruled(agreement="0")) == [1]
    world.one_batch()
    assert world.said(number) == "没有代理报关委托协议"
    assert world.confirm(number, "3") == [120]
    assert world.confirm(number, "3") == [-191105]
    world.go_on(world.now + timedelta(seconds=61))
    assert world.cases[number].state == "入库"


def test_a_check_of_customs_fails_it_and_says_why(world: World) -> None:
    """申报失败: it is tried again only after 继续, and then goes if the check is gone."""
    number = world.marked()
    assert world.check() == [120]
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    case = world.cases[number]
    assert (case.state, case.body["smart"]) == ("暂存", "3")
    assert world.said(number) == "海关校验不通过：须人工 (C1)"
    assert world.run().body["batch"]["failed"] == 1
    assert world.check(appType="3") == [120]
    world.go_on(world.now + timedelta(seconds=61))
    assert world.cases[number].body["smart"] == "3"
    assert world.mark(number, action="3") == [1]
    world.go_on(world.now + timedelta(seconds=61))
    assert world.cases[number].state == "入库"


@pytest.mark.parametrize(
    "check",
    [
        {"element": "tradeMode", "operator": "is", "value": "0110"},
        {"element": "tradeMode", "operator": "not", "value": "9610"},
        {"element": "Goods/declTotal", "operator": "over", "value": "49999.99"},
        {"element": "packNo", "operator": "under", "value": "11"},
        {"customMaster": "2200", "ieFlag": "I", "element": "trafMode", "operator": "is", "value": "2"},
    ],
    ids=lambda check: check["operator"] + check.get("customMaster", ""),
)
def test_each_comparison_of_a_check_holds_of_what_it_says(world: World, check: dict[str, str]) -> None:
    """And fails what it holds of."""
    number = world.marked()
    assert world.check(**check) == [120]
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    assert world.cases[number].body["smart"] == "3"


def test_a_check_for_another_customs_or_direction_is_not_asked(world: World) -> None:
    """A declaration at 2200, in."""
    numbers = [world.marked(billNo="B1"), world.marked(billNo="B2")]
    assert world.check(customMaster="0100") == [120]
    assert world.check(checkCode="C2", ieFlag="E") == [120]
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    assert {world.cases[number].state for number in numbers} == {"入库"}


def test_what_a_draft_lacks_for_customs_fails_it(world: World) -> None:
    """No goods: nothing comes by waiting."""
    number = world.marked(Goods=None)
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    assert world.cases[number].body["smart"] == "3"
    assert "商品信息不能为空" in world.said(number)


def test_a_declaration_that_no_chosen_rule_is_for_waits(world: World) -> None:
    """An export, another consignee, or an enterprise that is not the one chosen."""
    number = world.marked(ieFlag="E")
    other = world.marked(tradeScc="911100007109000007", tradeCode="1100000001")
    own = world.marked()
    rule = world.ruled()
    assert world.start(rule, kind="2") == [1]
    world.one_batch()
    assert {world.said(each) for each in (number, other, own)} == {"没有匹配的预配置"}
    assert world.stop() == [1]
    assert world.start(rule) == [1]
    world.one_batch()
    assert [world.cases[each].state for each in (number, other, own)] == ["暂存", "暂存", "入库"]


def test_a_rule_by_user_is_for_what_that_user_has_marked(world: World) -> None:
    """按用户生效: whoever typed it, the mark counts."""
    mine, theirs = world.draft(), world.draft(billNo="B2")
    assert world.mark(mine, actor=OPERATOR) == [1]
    assert world.mark(theirs, actor=LEGAL) == [1]
    rule = world.ruled(mode="2", holder="李录", agentCode=None, tradeScc=None)
    assert world.start(rule) == [1]
    world.one_batch()
    assert (world.cases[mine].state, world.cases[theirs].state) == ("入库", "暂存")


def test_batches_that_did_nothing_are_forgotten_before_those_that_did(world: World) -> None:
    """However long one waits for its manifest, the batch that declared something stays known."""
    world.marked(billNo="HERE")
    world.manifest(billNo="HERE")
    world.marked(billNo="NEVER")
    assert world.start(world.ruled(manifest="1")) == [1]
    world.one_batch()
    first = world.run().body["batch"]
    assert (first["declared"], first["waiting"]) == (1, 1)
    while world.run().body["all"]["batches"] < KEPT + 3:
        world.go_on(world.now + timedelta(minutes=1))
    batches = world.run().body["batches"]
    assert len(batches) == KEPT
    assert batches[0] == first
    assert batches[-1] == world.run().body["batch"]


def test_what_is_declared_by_hand_meanwhile_is_left_alone(world: World) -> None:
    """A marked one may be declared in the ordinary way; the engine never sees it again."""
    number = world.marked()
    assert world.declare(number=number) == [2]
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    assert [i.status for i in world.receipts if i.case == number and i.status == 2] == [2]
    assert world.run().body["all"]["batches"] == 0


def test_nothing_of_it_works_before_it_is_enabled() -> None:
    """Each part says why it is closed; declaring by hand works."""
    world = World(enabled=False)
    assert world.rule() == [-141000 - NOT_ENABLED]
    number = world.draft()
    assert world.mark(number) == [-151000 - NOT_ENABLED]
    assert world.start("R00000000000000001") == [-161000 - NOT_ENABLED]
    assert "请先持法人卡启用" in world.told
    assert world.save(smartMark="1") == [1]
    assert "未启用智能辅助申报" in world.told
    assert world.declare(number=number) == [2]
