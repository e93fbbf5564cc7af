"""What the specification says of the agency (机构端), function by function."""

from __future__ import annotations

import pytest

from messages.inspection import SYSTEM
from tests.messages.inspection.world import (
    AGENCY,
    AGENCY_2,
    DESK,
    DESK_2,
    ENTERPRISE,
    World,
    at,
    attached,
    digest,
)


@pytest.fixture
def world() -> World:
    """One filed agency."""
    return World()


@pytest.fixture
def new() -> World:
    """Nobody is filed."""
    return World(filed=False)


# -- 备案管理


@pytest.mark.parametrize("status", ["1", "2"])
def test_a_filing_of_which_nothing_is_filled_in_is_refused(new: World, status: str) -> None:
    """As a draft, too: the schema leaves all of it out for a deletion."""
    assert new.send("PSI111", {"appType": "1", "appStatus": status}, AGENCY) == [-111106]


def test_a_filing_is_kept_first_and_then_applied_for(new: World) -> None:
    """暂存 with its sub-tables to follow, then 待审核; customs knows of the second only."""
    assert new.save() == [1]
    number = new.last().number
    assert new.review(number) == [-121103]
    assert new.apply(number=number, Department=[{"deptName": "检测部", "duty": "检测", "staff": "9"}]) == [
        120
    ]
    assert new.state(number) == "备案待审核"
    assert "entered" not in new.cases[number].body
    assert new.cases[number].body["stored"]["Department"][0]["staff"] == "9"


def test_a_draft_is_deleted_and_nothing_else_is(new: World) -> None:
    """After the application there is something that customs decides on."""
    new.save(Attachment=[attached(1)])
    number = new.last().number
    assert new.send("PSI111", {"appType": "3", "caseNo": number}, AGENCY) == [1]
    assert new.kept[f"{number}/draft", AGENCY.party].digests == ()
    new.apply()
    assert new.send("PSI111", {"appType": "3", "caseNo": new.last().number}, AGENCY) == [-111104]


def test_an_identity_number_with_a_wrong_check_character_is_refused_at_the_draft(new: World) -> None:
    """18 digits of a Chinese identity card are checked; another document's number is not."""
    assert new.save(idNumber="110105194912310021") == [-111107]
    assert "(idNumber)" in new.told
    assert new.save(idNumber="C01X00T47") == [1]


def test_inspections_of_other_than_the_last_three_years_are_refused(new: World) -> None:
    """近三年: of this year and the three before."""
    line = {"product": "机床", "batches": "3", "expAmount": "10"}
    assert new.apply(Experience=[{"expYear": "2023", **line}, {"expYear": "2026", **line}]) == [120]
    assert new.apply(AGENCY_2, Experience=[{"expYear": "2022", **line}]) == [-111107]
    assert "Experience[1]/expYear" in new.told


def test_a_filing_that_is_accepted_gets_its_certificate_number(new: World) -> None:
    """已受理; the agency is told by a receipt and a notice, and can be looked for by the number."""
    number = new.file()
    case = new.cases[number]
    assert case.state == "已受理"
    assert case.body["certNo"] == case.search["words"] == "PSI000000000001"
    assert new.told_to(AGENCY) == [("PSI112", 120), ("PSI112", 399)]
    assert new.notices(AGENCY) == ["备案已受理，备案证书编号 PSI000000000001"]


def test_a_filing_that_is_not_accepted_is_over(new: World) -> None:
    """不予受理: another one is a new application."""
    new.apply()
    number = new.last().number
    assert new.review(number, "2") == [-111101]
    assert new.state(number) == "不予受理"
    assert new.apply(number=number) == [-111104]
    assert new.apply() == [120]


def test_a_filing_that_needs_more_is_edited_and_applied_for_again(new: World) -> None:
    """补充材料 with a notice; what is written until it is sent is the agency's own."""
    new.apply()
    number = new.last().number
    assert new.review(number, "3", "") == [-121107]
    assert new.review(number, "3", "缺少证书") == [100]
    assert new.notices(AGENCY) == ["备案补充材料"]
    assert new.save(number=number, address="Bremen") == [1]
    case = new.cases[number]
    assert case.state == "备案补充材料"
    assert SYSTEM.shown(case, True)["stored"]["address"] == "Hamburg"
    assert "entered" not in SYSTEM.shown(case, True)
    assert new.apply(number=number, address="Bremen") == [120]
    assert new.review(number) == [399]


def test_customs_decides_on_what_it_has_looked_at(new: World) -> None:
    """A review that names an older application is refused."""
    new.apply()
    case = new.last()
    assert new.review(case.number, declTime="20260101000000") == [-121014]
    assert new.review(case.number, declTime=str(case.body["declTime"])) == [399]


def test_a_change_that_is_approved_takes_the_place_of_what_was_filed(world: World) -> None:
    """While it is reviewed, the old one is in force; the certificate's number stays."""
    number = world.last().number
    assert world.apply(number=number, agencyName="新名检验", Attachment=[attached(3)]) == [120]
    assert world.state(number) == "变更待审核"
    assert world.look("agencies")["Agency"][0]["agencyName"] == "欧洲检验有限公司"
    assert world.entrust() == [120]
    assert world.review(number) == [399]
    assert world.look("agencies")["Agency"][0]["agencyName"] == "新名检验"
    assert world.cases[number].body["certNo"] == "PSI000000000001"
    assert world.cases[number].search["subject"] == "新名检验"
    assert world.kept[f"{number}/stored", AGENCY.party].digests == (digest(3),)
    assert world.kept[f"{number}/changed", AGENCY.party].digests == ()


@pytest.mark.parametrize("result", ["2", "3"])
def test_a_change_that_is_refused_leaves_what_was_filed(world: World, result: str) -> None:
    """It stays as it was, files too, and can be changed again."""
    number = world.last().number
    world.apply(number=number, agencyName="新名检验", Attachment=[attached(3)])
    assert world.review(number, result) == [-111102]
    case = world.cases[number]
    assert case.state == "已受理"
    assert "changed" not in case.body
    assert case.body["stored"]["agencyName"] == case.search["subject"] == "欧洲检验有限公司"
    assert world.kept[f"{number}/stored", AGENCY.party].digests == ()
    assert world.apply(number=number) == [120]


def test_an_agency_is_filed_once(world: World) -> None:
    """Neither by a second application nor by one that was sent before the first was accepted."""
    assert world.apply() == [-111109]
    world.apply(AGENCY_2)
    world.apply(AGENCY_2)
    first, second = sorted(world.cases)[-2:]
    assert world.review(first) == [399]
    assert world.review(second) == [-121109]


def test_an_application_says_before_it_is_opened_that_it_cannot_be(world: World) -> None:
    """In the words of its refusal; one that can be made begins with the account's name."""
    told = world.look("opening", AGENCY, type="PSI111")
    assert world.apply() == [-111109]
    assert told == {"objection": world.told}
    assert world.look("opening", AGENCY_2, type="PSI111") == {"content": {"agencyName": AGENCY_2.name}}
    assert world.look("opening", AGENCY, type="PSI171") is None


# -- 业务受理


def test_an_accepted_entrustment_is_in_hand_and_then_inspected(world: World) -> None:
    """受理中, then 检验完成 with number, validity and files, which the enterprise and customs read."""
    number = world.entrusted()
    world.receipts.clear()
    assert world.answer(number) == [300]
    assert world.state(number) == "受理中"
    assert world.inspect(number) == [899]
    assert world.state(number) == "检验完成"
    assert world.cases[number].body["result"]["resultNo"] == "EU-1"
    assert world.kept[f"{number}/result", AGENCY.party].to == (ENTERPRISE.party, "customs")
    assert world.told_to(ENTERPRISE) == [("PSI132", 300), ("PSI132", 899)]


def test_a_returned_entrustment_needs_more_and_says_why(world: World) -> None:
    """退回 with a reason, without which it is refused."""
    number = world.entrusted()
    assert world.answer(number, "0", content="") == [-141106]
    assert world.answer(number, "0", content="缺少照片") == [100]
    assert world.state(number) == "委托补充材料"
    assert world.cases[number].body["answer"]["content"] == "缺少照片"


def test_only_the_entrusted_agency_answers(world: World) -> None:
    """For another, the case is not there."""
    world.file(AGENCY_2)
    number = world.entrusted()
    assert world.answer(number, actor=AGENCY_2) == [-141103]
    assert world.inspect(number, AGENCY_2) == [-151103]
    assert world.inspect(number) == [-151104]  # not accepted yet


def test_an_agency_that_was_looking_at_an_older_version_is_told_so(world: World) -> None:
    """What was sent again since is not answered unseen."""
    number = world.entrusted()
    seen = str(world.cases[number].body["declTime"])
    world.answer(number, "0")
    world.entrust(number=number)
    assert world.answer(number, declTime=seen) == [-141014]


def test_a_certificate_that_has_expired_is_no_result(world: World) -> None:
    """Nor is a day that does not exist."""
    number = world.entrusted()
    world.answer(number)
    assert world.inspect(number, resultValidTo="20261119") == [-151107]
    assert world.inspect(number, resultValidTo="20270230") == [-151107]
    assert world.inspect(number, resultValidTo="20261120") == [899]


# -- 质量反馈


def test_a_quality_problem_is_answered_with_text_and_files(world: World) -> None:
    """Found by what was answered; it may be answered again, and only by its agency."""
    assert world.call("1") == [3]
    case = world.last()
    assert (case.owner, case.state) == (AGENCY.party, "待反馈")
    assert "words" not in case.search
    assert world.notices(AGENCY) == [
        f"海关通知：质量问题 {case.number} / customs calls for a quality problem"
    ]
    assert world.reply(case.number, AGENCY_2) == [-171103]
    assert world.reply(case.number) == [120]
    assert world.last().search["words"] == "已改正"
    assert world.told_to(DESK)[-1] == ("PSI162", 120)
    assert world.kept[f"{case.number}/reply", AGENCY.party].to == ("customs",)
    assert world.reply(case.number, content="再次") == [120]


# -- 监督检查


def test_a_document_check_is_completed_when_customs_passes_the_files(world: World) -> None:
    """待提交 → 待审核 → 已完成; nothing is decided before something is there."""
    assert world.call("2") == [3]
    number = world.last().number
    assert world.last().search["words"] == "检查内容"
    assert world.judge(number) == [-181104]
    assert world.reply(number) == [120]
    assert world.judge(number) == [399]
    assert world.state(number) == "已完成"


def test_a_document_check_that_does_not_pass_needs_more(world: World) -> None:
    """补充材料 with the reason, and the files again."""
    world.call("2")
    number = world.last().number
    world.reply(number)
    assert world.judge(number, "0", "") == [-181106]
    assert world.judge(number, "0") == [100]
    assert world.state(number) == "检查补充材料"
    assert world.reply(number) == [120]
    assert world.judge(number) == [399]


def test_an_on_site_check_asks_for_nothing_unless_customs_wants_more(world: World) -> None:
    """The agency submits nothing before; customs may pass it at once."""
    world.call("3")
    number = world.last().number
    assert world.reply(number) == [-171104]
    assert world.judge(number) == [399]
    world.call("3")
    number = world.last().number
    assert world.judge(number, "0") == [100]
    assert world.told_to(AGENCY)[-1] == ("PSI162", 100)
    assert world.reply(number) == [120]
    assert world.judge(number) == [399]
    assert world.state(number) == "已完成"


def test_customs_calls_agencies_only(world: World) -> None:
    """Neither an enterprise nor a code that nobody has."""
    assert world.call(of=ENTERPRISE) == [-161103]
    assert world.send("PSI201", {"agencyCode": "9999999999", "year": "2025"}, DESK) == [-201103]


# -- 年度报告


def test_an_annual_report_is_called_for_filled_in_and_submitted(world: World) -> None:
    """Found by its year; a draft is the agency's own; once submitted it stays."""
    assert world.ask_report() == [3]
    number = world.last().number
    assert world.last().search["words"] == "2025"
    assert world.report(number, "1") == [1]
    assert "entered" not in SYSTEM.shown(world.last(), True)
    assert world.report(number) == [120]
    assert world.told_to(DESK)[-1] == ("PSI202", 120)
    assert world.report(number) == [-211104]


def test_a_years_report_is_called_for_once(world: World) -> None:
    """Of an agency; another year's, or another's, is another."""
    assert world.ask_report() == [3]
    assert world.ask_report() == [-201109]
    assert world.ask_report("2024") == [3]
    assert world.ask_report(of=AGENCY_2) == [3]


# -- 公告, 业务规则, 法规文件


def test_customs_publishes_changes_and_withdraws(world: World) -> None:
    """Everybody with a session reads it; another desk cannot take it back."""
    assert world.publish(kind="regulation", Attachment=[attached(5)]) == [120]
    number = world.last().number
    told = world.bulletins[f"{number}/*"]
    assert (told.kind, told.audience, told.files[0].digest) == ("regulation", "*", digest(5))
    assert world.publish(appType="2", caseNo=number, title="公告二") == [120]
    assert world.bulletins[f"{number}/*"].title == "公告二"
    withdrawal = {"appType": "3", "caseNo": number}
    assert world.send("PSI221", withdrawal, DESK_2) == [-221103]
    assert world.send("PSI221", withdrawal, DESK) == [1]
    assert f"{number}/*" not in world.bulletins


def test_rules_are_found_by_code_and_by_name(world: World) -> None:
    """By a longer or a shorter code than the rule's, and by a part of the name."""
    assert world.rule() == [120]
    assert world.rule(ruleCode="8462", gName="冲床") == [120]
    assert [one["ruleCode"] for one in world.look("rules-by-code", codeTs="8457101000")["Rule"]] == ["8457"]
    assert [one["ruleCode"] for one in world.look("rules-by-code", codeTs="84")["Rule"]] == ["8457", "8462"]
    assert [one["ruleCode"] for one in world.look("rules-by-name", gName="冲")["Rule"]] == ["8462"]


def test_a_rule_is_changed_and_withdrawn(world: World) -> None:
    """Never twice for a code, and never one that is not there."""
    assert world.rule(appType="2") == [-231103]
    world.rule()
    assert world.rule() == [-231109]
    assert world.rule(appType="2", inspect="2") == [120]
    assert world.look("rules-by-code", codeTs="8457")["Rule"][0]["inspect"] == "2"
    assert world.send("PSI231", {"appType": "3", "ruleCode": "8457"}, DESK) == [120]
    assert world.look("rules-by-code", codeTs="8457") == {"Rule": [], "total": 0}


# -- files


def test_a_file_that_was_not_sent_is_refused_wherever_it_is_named(world: World) -> None:
    """Each message names the file and the place."""
    strange = [attached(500)]
    number = world.entrusted()
    world.answer(number)
    for sent in (world.save(AGENCY_2, Attachment=strange), world.write(Attachment=strange),
                 world.inspect(number, Attachment=strange), world.publish(Attachment=strange)):  # fmt: skip
        assert sent[0] % 1000 == 1000 - 108
        assert "(Attachment[1]/digest)" in world.told


def test_a_time_far_ahead_or_not_later_is_refused(new: World) -> None:
    """An appTime of tomorrow would shut out every later correction."""
    assert new.save(appTime=at(100_000)) == [-111105]
    new.save()
    assert new.save(number=new.last().number, appTime="20261119000000") == [-111014]


def test_which_kind_a_check_a_disposal_or_a_publication_is_is_told_in_lists(world: World) -> None:
    """The search column has its code; of a quality problem it has what that is, of a report nothing."""
    world.call("3")
    assert world.last().search["purpose"] == "3"
    world.dispose("2")
    assert world.last().search["purpose"] == "2"
    world.publish(kind="regulation")
    assert world.last().search["purpose"] == "regulation"
    world.call("1")
    assert world.last().search["purpose"] == "检查内容"
    world.ask_report()
    assert "purpose" not in world.last().search


def test_a_certificate_number_that_is_sent_counts_for_nothing(new: World) -> None:
    """备案证书编号 is locked: it is the one that the approval gave, whatever a program writes there."""
    assert new.apply(certNo="PSI999999999999") == [120]
    number = new.last().number
    assert "certNo" not in new.cases[number].body["stored"]
    assert new.review(number) == [399]
    assert new.look("agencies")["Agency"][0]["certNo"] == "PSI000000000001"


def test_whatever_customs_calls_for_reaches_the_agency_as_a_notice(world: World) -> None:
    """质量问题, 文件检查, 实地检查, 处置 and 年度报告, each once; more that is wanted, too."""
    for call in (lambda: world.call("1"), lambda: world.call("2"), lambda: world.call("3"),
                 lambda: world.dispose("3", beginTime=None), world.ask_report):  # fmt: skip
        before = len(world.notices(AGENCY))
        assert call() == [3]
        assert len(world.notices(AGENCY)) == before + 1
        assert world.notices(ENTERPRISE) == []
    world.call("2")
    number = world.last().number
    world.reply(number)
    world.judge(number, "0")
    assert world.notices(AGENCY)[-1].startswith(f"{number} 补充材料")


def test_what_customs_has_called_for_is_found_by_text_and_day(world: World) -> None:
    """公告内容 of checks, 处置公告内容, the year of a report; 创建时间 of each."""
    for call, words in ((lambda: world.call("2"), "检查内容"), (lambda: world.dispose("1"), "处置公告"),
                        (world.ask_report, "2025")):  # fmt: skip
        call()
        assert (world.last().search["words"], world.last().search["day"]) == (words, "20261120")
    world.call("1")
    assert world.last().search["day"] == "20261120"


def test_every_rule_is_listed_for_whoever_asks_for_none(world: World) -> None:
    """By their codes; those that are withdrawn are none."""
    world.rule(ruleCode="9022", gName="X 射线设备")
    world.rule()
    assert [one["ruleCode"] for one in world.look("rules")["Rule"]] == ["8457", "9022"]
    world.send("PSI231", {"appType": "3", "ruleCode": "9022"}, DESK)
    assert [one["ruleCode"] for one in world.look("rules")["Rule"]] == ["8457"]


def test_no_more_lots_fail_than_were_inspected(world: World) -> None:
    """不合格批次 ≤ 实施检验批次 in what is submitted; a draft is kept with its faults."""
    assert world.ask_report() == [3]
    number = world.last().number
    assert world.report(number, "1", failed="13") == [1]
    assert world.report(number, failed="13") == [-211107]
    assert "(failed)" in world.told
    assert world.report(number, failed="12") == [120]
