"""Disposals (处置): what each kind forbids, from its first second to its last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from messages.inspection import disposals, entrustments, standing
from messages.workflow import Event, Origin
from tests.messages.inspection.world import AGENCY, DESK, NOW, World, at


@pytest.fixture
def world() -> World:
    """One filed agency, nothing imposed."""
    return World()


def imposed(world: World, kind: str) -> str:
    """Of a disposal of 60 to 120 seconds that has begun; its number."""
    assert world.dispose(kind) == [3], world.told
    number = world.last().number
    world.pass_to(60)
    return number


def test_a_disposal_binds_from_its_first_second_to_its_last(world: World) -> None:
    """不予认可: what was open a moment before is closed at the beginning, and open again at the end."""
    world.dispose("1")
    number = world.last().number
    for moment, status, state in (
        (59.999, [120], "待生效"), (60, [-131110], "不予认可"), (119.999, [-131110], "不予认可"),
        (120, [120], "已到期"),
    ):  # fmt: skip
        world.pass_to(moment)
        assert (world.entrust(), world.state(number)) == (status, state), moment


def test_a_disposal_binds_before_its_timer_has_fired(world: World) -> None:
    """A gateway that was down, or is busy, entrusts nobody meanwhile, and keeps nobody shut afterwards."""
    world.dispose("1")
    number = world.last().number
    world.now += _seconds(world, 60)
    assert (world.entrust(), world.state(number)) == ([-131110], "待生效")
    world.now += _seconds(world, 120)
    assert (world.entrust(), world.state(number)) == ([120], "待生效")
    world.pass_to(121)
    assert world.state(number) == "已到期"


def test_the_public_is_told_of_a_refusal_with_its_end(world: World) -> None:
    """State and 处置到期时间 while it lasts; the drop-down has no such agency."""
    imposed(world, "1")
    (shown,) = world.look("agencies")["Agency"]
    assert (shown["state"], shown["endTime"]) == ("不予认可装运前检验结果", at(120))
    assert world.look("open-agencies")["Agency"] == []
    assert "处于不予认可处置期间" in world.look("agency", agencyCode=AGENCY.cop_code)["objection"]
    world.pass_to(120)
    (shown,) = world.look("agencies")["Agency"]
    assert shown["state"] == "正常"
    assert "endTime" not in shown


def test_nobody_is_filed_anew_while_results_are_not_recognised(world: World) -> None:
    """不予认可处置期间不予重新备案, and afterwards by the usual rule."""
    imposed(world, "1")
    assert world.apply() == [-111110]
    assert world.told.startswith("不予认可处置期间不予重新备案")
    world.pass_to(120)
    assert world.apply() == [-111109]


def test_a_refusal_ends_when_customs_lifts_it(world: World) -> None:
    """At once, for good, and once."""
    number = imposed(world, "1")
    assert world.lift(number) == [800]
    assert world.told_to(AGENCY)[-1] == ("PSI192", 800)
    assert world.entrust() == [120]
    assert world.lift(number) == [-191104]
    world.pass_to(130)
    assert world.state(number) == "已撤销处置"


def test_a_disposal_that_is_lifted_before_it_begins_never_binds(world: World) -> None:
    """Neither at its beginning nor later."""
    world.dispose("1")
    number = world.last().number
    assert world.lift(number) == [800]
    for moment in (60, 90, 120):
        world.pass_to(moment)
        assert world.entrust() == [120]
    assert world.state(number) == "已撤销处置"


def test_a_disposal_without_a_beginning_begins_at_once(world: World) -> None:
    """So does one whose beginning is past: nothing binds backwards."""
    assert world.dispose("1", beginTime=None) == [3]
    assert world.entrust() == [-131110]
    world.pass_to(0)
    assert world.state(world.last().number) == "不予认可"
    assert world.last().body["stored"]["beginTime"] == at(0)
    other = World()
    other.dispose("1", beginTime=at(-1000))
    assert other.last().body["stored"]["beginTime"] == at(0)
    assert other.entrust() == [-131110]


def test_a_revoked_agency_is_gone_from_the_public_query_and_may_file_anew(world: World) -> None:
    """撤销备案 from its second on, also before its timer; the old certificate is over, a new one counts."""
    filing = world.last().number
    world.dispose("2")
    world.now += _seconds(world, 60)
    assert world.entrust() == [-131112]
    assert world.look("agencies")["Agency"] == []
    assert world.apply(number=filing) == [-111112]
    world.pass_to(60)
    assert world.state(filing) == "备案已撤销"
    assert world.entrust() == [-131112]
    assert world.apply() == [120]
    anew = world.last().number
    assert world.review(anew) == [399]
    assert world.entrust() == [120]
    assert world.look("agencies")["Agency"][0]["certNo"] == world.cases[anew].body["certNo"]


def test_a_change_under_review_is_over_with_the_filing(world: World) -> None:
    """Customs has nothing to decide on any more."""
    filing = world.last().number
    world.apply(number=filing)
    imposed(world, "2")
    assert world.state(filing) == "备案已撤销"
    assert "changed" not in world.cases[filing].body
    assert world.review(filing) == [-121104]


def test_a_deadline_ends_nothing(world: World) -> None:
    """限期整改 binds like a refusal, beyond its deadline; the public is told of it."""
    number = imposed(world, "3")
    (shown,) = world.look("agencies")["Agency"]
    assert (shown["state"], shown["endTime"]) == ("限期整改", at(120))
    for moment in (60, 120, 100_000):
        world.pass_to(moment)
        assert world.entrust() == [-131111]
    assert world.apply() == [-111111]
    assert world.told.startswith("请完成限期整改后重新备案")
    assert world.lift(number) == [-191104]


def test_what_was_put_right_lifts_the_disposal_when_customs_approves(world: World) -> None:
    """整改材料, more of it if customs wants, and then the agency may be entrusted at once."""
    number = imposed(world, "3")
    assert world.judge(number) == [-181104]
    assert world.reply(number) == [120]
    assert world.state(number) == "整改待审核"
    assert world.entrust() == [-131111]
    assert world.judge(number, "0") == [100]
    assert world.state(number) == "整改补充材料"
    assert world.reply(number) == [120]
    assert world.judge(number) == [800]
    assert world.state(number) == "已撤销处置"
    assert world.entrust() == [120]


@pytest.mark.parametrize(("kind", "fault"), [("1", -141110), ("2", -141112), ("3", -141111)])
def test_nothing_is_accepted_while_a_disposal_is_in_force_and_all_is_returned(
    world: World, kind: str, fault: int
) -> None:
    """What was 待受理 before stays there, or goes back; what was 受理中 is finished."""
    waiting, taken = world.entrusted(), world.entrusted()
    assert world.answer(taken) == [300]
    imposed(world, kind)
    assert world.answer(waiting) == [fault]
    assert world.state(waiting) == "待受理"
    assert world.answer(waiting, "0") == [100]
    assert world.entrust(number=waiting) == [fault + 10_000]
    assert world.inspect(taken) == [899]


def test_of_several_disposals_each_binds_for_its_own_time(world: World) -> None:
    """The longest refusal is told; when it ends, what is left goes on."""
    world.dispose("1", endTime=at(90))
    world.dispose("1", beginTime=at(70), endTime=at(120))
    world.pass_to(80)
    assert world.look("agencies")["Agency"][0]["endTime"] == at(120)
    for moment, status in ((90, [-131110]), (119, [-131110]), (120, [120])):
        world.pass_to(moment)
        assert world.entrust() == status


def test_a_disposal_that_makes_no_sense_is_refused(world: World) -> None:
    """Ends before it begins or has passed, a revocation with an end, others without, an agency not filed."""
    assert world.dispose("1", endTime=at(60)) == [-191107]
    assert world.dispose("1", beginTime=None, endTime=at(-1)) == [-191107]
    assert world.dispose("2", endTime=at(120)) == [-191107]
    assert world.dispose("1", endTime=None) == [-191106]
    assert world.dispose("1", beginTime="20260230000000") == [-191107]
    assert world.send("PSI191", {"agencyCode": "1100980002", "kind": "2", "content": "x"}, DESK) == [-191112]
    assert world.timers == []


def test_a_lifting_names_the_agency_that_the_disposal_is_against(world: World) -> None:
    """It is what keeps entrustments apart from it."""
    world.dispose("1")
    answered = world.send(
        "PSI191", {"appType": "3", "caseNo": world.last().number, "agencyCode": "1100980002"}, DESK
    )
    assert answered == [-191107]


def test_a_disposal_is_told_to_both_sides_at_every_step(world: World) -> None:
    """Imposed, begun, ended: receipts for the agency and customs, notices for the agency."""
    imposed(world, "1")
    world.pass_to(120)
    assert world.told_to(AGENCY) == [("PSI192", 3), ("PSI192", 600), ("PSI192", 800)]
    assert world.told_to(DESK) == [("PSI192", 3), ("PSI192", 600), ("PSI192", 800)]
    assert len(world.notices(AGENCY)) == 3


def test_who_imposes_claims_the_agency_and_who_entrusts_or_accepts_locks_it(world: World) -> None:
    """So that no two of them are decided on what was there before both."""
    origin = Origin(1, "PSI131", "M", "G", "0" * 64, AGENCY.party)
    key = standing.lock(AGENCY.cop_code)
    sent = Event("inspection", "entrust", {"agencyCode": AGENCY.cop_code}, origin, AGENCY)
    assert key in entrustments.needs(sent).locks
    accepted = Event("inspection", "accept", {"caseNo": "P1"}, origin, AGENCY)
    assert key in entrustments.answer_needs(accepted).locks
    assert disposals.needs(sent).claims == (key,)


def _seconds(world: World, seconds: float) -> timedelta:
    """How long it is until so many seconds after the beginning."""
    return NOW + timedelta(seconds=seconds) - world.now
