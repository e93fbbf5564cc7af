"""What reaches an agency outside (邮件/短信/通知): each call of customs, at the address it filed."""

from __future__ import annotations

import pytest

from tests.messages.inspection.world import AGENCY, AGENCY_2, DESK, ENTERPRISE, FILING, World, at

FILED = str(FILING["mail"])


@pytest.fixture
def world() -> World:
    """With one filed agency."""
    made = World()
    made.notified.clear()
    return made


@pytest.mark.parametrize("kind", ["1", "2", "3"])
def test_a_problem_and_a_check_reach_the_agency_at_its_filed_address(world: World, kind: str) -> None:
    """1.5 and 1.6: 邮件/短信/通知, in both languages, with the case's number and nothing of its text."""
    world.call(kind, content="机密内容")
    (told,) = world.notified
    assert (told.to, told.address) == (AGENCY.party, FILED)
    assert all(world.last().number in each and "机密" not in each for each in told.words)
    assert told.words[0] != told.words[1]


def test_a_called_report_reaches_the_agency(world: World) -> None:
    """1.8: 通过邮件/短信/通知查看海关端要求填写年度报告的信息."""
    world.ask_report()
    assert [each.address for each in world.notified] == [FILED]


def test_an_agency_that_has_filed_nothing_is_told_where_its_people_said(world: World) -> None:
    """No address of its own: the gateway looks for those of its accounts."""
    world.call("1", of=AGENCY_2)
    assert [(each.to, each.address) for each in world.notified] == [(AGENCY_2.party, "")]


def test_a_disposal_its_beginning_and_its_end_reach_the_agency_once_each(world: World) -> None:
    """1.7, under keys that are never the same twice."""
    world.dispose(beginTime=at(60), endTime=at(120))
    world.pass_to(200)
    assert len(world.notified) == 3
    assert len({each.key for each in world.notified}) == 3
    assert {each.address for each in world.notified} == {FILED}


def test_a_revocation_still_reaches_the_address_that_was_filed(world: World) -> None:
    """It is told by the record that ends with it."""
    world.dispose("2", endTime="")
    world.pass_to(60)
    assert [each.address for each in world.notified] == [FILED, FILED]


def test_what_customs_says_to_an_answer_reaches_the_agency(world: World) -> None:
    """补充材料, and then 通过."""
    world.call("2")
    number = world.last().number
    world.notified.clear()
    for result in ("0", "1"):
        world.reply(number)
        world.judge(number, result)
    assert [each.address for each in world.notified] == [FILED, FILED]
    assert len({each.key for each in world.notified}) == 2


def test_what_customs_says_to_a_filing_reaches_the_address_in_it() -> None:
    """受理, 不予受理, 补充材料: nobody else has an address yet."""
    world = World(filed=False)
    world.apply(mail="new@agency.example")
    world.review(world.last().number, "3")
    assert [each.address for each in world.notified] == ["new@agency.example"]


def test_nobody_is_told_outside_of_what_others_do(world: World) -> None:
    """An enterprise's entrustment, and the agency's own answers, are in the system alone."""
    world.entrust(ENTERPRISE)
    world.answer(world.last().number)
    assert world.notified == []
    assert world.notices(DESK) == []
