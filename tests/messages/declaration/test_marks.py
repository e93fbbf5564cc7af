"""Marks: the declarant's authority for this very draft, added, cancelled, voided, put back."""

from __future__ import annotations

import dataclasses

import pytest

from terminals.work.blaming import each_in_both, in_both
from tests.messages.declaration.world import OPERATOR, SECOND, World


@pytest.fixture
def world() -> World:
    """It is enabled."""
    return World()


def test_a_mark_is_added_to_one_draft_or_many_and_the_answer_counts(world: World) -> None:
    """What cannot be marked is named, and keeps nothing else back."""
    first, second, gone = world.draft(), world.draft(), "I20260000000000099"
    assert world.mark(first, second, gone) == [1]
    assert "添加智能辅助申报成功，共 2 条" in world.told
    assert gone in world.told
    assert [world.cases[each].body["smart"] for each in (first, second)] == ["1", "1"]
    assert world.cases[first].body["mark"]["by"] == "李录"


def test_a_mark_in_the_message_counts_at_once(world: World) -> None:
    """Imported by the enterprise's own software with the mark in it."""
    number = world.marked()
    assert world.cases[number].search["pool"] == OPERATOR.party


def test_a_mark_in_a_message_takes_the_card_that_marking_takes(world: World) -> None:
    """Signed with a certificate file the draft is kept, unmarked, and the receipt says why."""
    file = dataclasses.replace(OPERATOR, card="")
    assert world.save(file, smartMark="1") == [1]
    case = world.cases[world.newest("I")]
    assert (case.state, "mark" in case.body, "pool" in case.search) == ("暂存", False, False)
    assert "标记须用法人卡或操作员卡签名，签名证书属于证书文件" in in_both(world.told).zh
    assert "signed with a certificate file" in in_both(world.told).en
    demand = world.types["DEC151"].senders.demand
    assert demand is not None
    assert "" not in demand.cards
    assert world.mark(case.number) == [1]


def test_a_mark_is_for_the_draft_that_it_names(world: World) -> None:
    """One that was changed since it was looked at is not marked."""
    number = world.draft()
    seen = world.cases[number].body["draft"]
    assert world.save(number=number, noteS="变了") == [1]
    line = {"caseNo": number, "draftGuid": seen["guid"], "draftDigest": seen["digest"]}
    assert world.send("DEC151", {"action": "1", "Draft": [line]}, OPERATOR) == [-151113]
    assert "草稿已变化" in world.told


def test_changing_the_draft_voids_its_mark(world: World) -> None:
    """It waits for nobody any more, until it is marked anew."""
    number = world.marked()
    assert world.save(number=number, noteS="变了") == [1]
    case = world.cases[number]
    assert "mark" not in case.body
    assert "smart" not in case.body
    assert "pool" not in case.search
    assert world.save(number=number, smartMark="1") == [1]
    assert world.cases[number].search["pool"] == OPERATOR.party


def test_a_mark_is_cancelled_while_it_waits(world: World) -> None:
    """本次成功取消标记 XX 条; what has none is counted apart."""
    number, other = world.marked(), world.draft()
    assert world.mark(number, other, action="2") == [1]
    assert "本次成功取消标记 1 条" in world.told
    assert "smart" not in world.cases[number].body


def test_what_is_declared_or_failed_cannot_be_cancelled(world: World) -> None:
    """With the manual's sentence."""
    number = world.marked()
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    assert world.mark(number, action="2") == [-151114]
    assert world.told.startswith("请求参数均不符合取消条件 (报关单状态不为暂存或智能申报状态不为待申报)")


def test_what_is_named_twice_counts_once(world: World) -> None:
    """Whether it can be marked or not: the answer's counts are of declarations."""
    number, two_step = world.draft(), world.draft(twoStep="1")
    assert world.mark(number, two_step, number, two_step) == [1]
    zh = in_both(world.told).zh
    assert zh == f"添加智能辅助申报成功，共 1 条，1 条未处理：{two_step} 两步申报不支持智能辅助申报"


def test_each_that_is_not_cancelled_has_its_reason(world: World) -> None:
    """Not there, without a mark, failed, declared: in both languages, of which each is told whole."""
    marked, plain, failed = world.marked(), world.draft(), world.marked(Goods=None)
    assert world.declare() == [2]
    declared = world.newest("I")
    assert world.mark(marked, action="2") == [1]
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    waiting = world.marked(billNo="B2")
    gone = "I20260000000000099"
    assert world.mark(waiting, marked, plain, failed, declared, gone, action="2") == [1]
    words = in_both(world.told)
    assert words == each_in_both(world.told)
    assert words.zh == (
        f"本次成功取消标记 1 条，5 条未处理：{marked}、{plain} 没有标记，{failed} 智能申报状态为“申报失败”，"
        f"{declared} 报关单状态为“入库”，不是暂存，{gone} 不存在"
    )
    assert words.en == (
        f"1 cancelled, 5 left: {marked}, {plain} has no mark, {failed} is in smart state failed, "
        f"{declared} is no draft but in state stored by customs, {gone} is not there"
    )
    assert world.mark(gone, plain, action="2") == [-151114]
    assert in_both(world.told).zh.endswith(f"：{gone} 不存在，{plain} 没有标记")
    assert world.mark(plain, action="3") == [-151115]
    assert in_both(world.told).en == f"none of them is a draft that failed: {plain} has no mark"


def test_of_hundreds_each_reason_is_told_with_its_count(world: World) -> None:
    """As many numbers as there is room for, and how many they are."""
    marked, plain = world.marked(), world.draft()
    gone = [f"I2026{number:013d}" for number in range(1000, 1400)]
    assert world.mark(marked, *gone, plain, action="2") == [1]
    assert 900 < len(world.told) <= 1000
    words = in_both(world.told)
    assert words.zh.endswith(f"等 400 条不存在，{plain} 没有标记")
    assert words.en.endswith(f", 400 in all: each is not there, {plain} has no mark")
    assert "401 条未处理" in words.zh


@pytest.mark.parametrize("enabled", [True, False])
def test_what_became_of_a_mark_in_a_draft_is_told_whole_in_each_language(enabled: bool) -> None:
    """That it is kept, and that it was marked or why not."""
    world = World(enabled=enabled)
    assert world.save(smartMark="1") == [1]
    words = in_both(world.told)
    assert words == each_in_both(world.told)
    if enabled:
        assert words.zh == "暂存成功，已添加智能辅助申报标记"
        assert words.en == "draft kept, marked for smart-assisted declaration"
    else:
        assert words.zh == "暂存成功，未添加智能辅助申报标记：所属企业未启用智能辅助申报"
        assert words.en.startswith("draft kept, not marked: it is of a party that has not enabled")


def test_only_what_failed_is_put_back(world: World) -> None:
    """继续智能辅助申报."""
    number = world.marked(Goods=None)
    assert world.mark(number, action="3") == [-151115]
    assert world.start(world.ruled()) == [1]
    world.one_batch()
    assert world.mark(number, action="3") == [1]
    assert world.cases[number].search["pool"] == OPERATOR.party


def test_two_step_declarations_are_not_marked(world: World) -> None:
    """By hand they are declared as any other; the summary tax is no obstacle."""
    number = world.draft(twoStep="1")
    assert world.mark(number) == [-151113]
    assert "两步申报" in world.told
    assert world.save(twoStep="1", smartMark="1") == [1]
    assert "smart" not in world.cases[world.newest("I")].body
    assert world.mark(world.draft(sumTax="1")) == [1]


def test_what_is_no_draft_is_not_marked(world: World) -> None:
    """It is declared already."""
    assert world.declare() == [2]
    assert world.mark(world.newest("I")) == [-151113]


def test_nobody_marks_the_drafts_of_others(world: World) -> None:
    """They are not there for him, whatever he knows of them."""
    number = world.draft()
    assert world.enable(SECOND) == [1]
    assert world.mark(number, actor=SECOND) == [-151113]
    assert "smart" not in world.cases[number].body
    assert f"{number} 不存在" in world.told


def test_the_smart_state_is_nobody_elses(world: World) -> None:
    """Customs sees the declaration, and not how it came to be declared."""
    number = world.marked()
    assert world.confirm(number, "2") == [1]
    assert world.start(world.ruled(confirm="0")) == [1]
    world.one_batch()
    assert world.cases[number].state == "入库"
    seen = world.system.shown(world.cases[number], True)
    assert {"smart", "mark", "log", "batch", "rule", "reminders"}.isdisjoint(seen)
    assert seen["stored"]["billNo"] == "BL20261101"
    assert "smartMark" not in seen["stored"]
    assert world.system.shown(world.cases[number], False)["stored"]["smartMark"] == "1"
