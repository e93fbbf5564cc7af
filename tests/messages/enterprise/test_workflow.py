"""What leads where in customs–enterprise cooperation, and who is told: a test for each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from messages.enterprise import SYSTEM
from messages.enterprise.names import APPLICATIONS, CHANGES, OBJECT
from messages.enterprise.table import (
    APPROVED,
    ASKED,
    DRAFT,
    FILED,
    LABELS,
    PENDING,
    PUBLISHED,
    REFUSED,
    REPLIED,
    TABLE,
    TRANSITIONS,
    UNFILED,
    Row,
)
from messages.senders import NO_CARD
from messages.signature.oids import LEGAL, OPERATOR
from messages.system import CUSTOMS
from terminals.work.blaming import each_in_both
from tests.messages.enterprise.world import DESK, DESK_2, OTHER, TRADER, World, attached, digest


@pytest.fixture
def world() -> World:
    """One registration that is in order, no case."""
    return World()


def draft(world: World) -> None:
    """A draft."""
    world.save("ENT111")


def pending(world: World) -> None:
    """An application at customs."""
    world.apply("ENT111")


def refused(world: World) -> None:
    """One that customs has not approved."""
    pending(world)
    world.review(world.last().number, "0")


def asked(world: World) -> None:
    """A question."""
    world.consult()


def replied(world: World) -> None:
    """One that is answered."""
    asked(world)
    world.reply(world.last().number)


def published(world: World) -> None:
    """A notice."""
    world.publish()


def nothing(world: World) -> None:
    """No case yet."""


BEFORE: dict[str | None, Callable[[World], None]] = {
    None: nothing, DRAFT: draft, PENDING: pending, REFUSED: refused, ASKED: asked, REPLIED: replied,
    PUBLISHED: published,
}  # fmt: skip
DOES: dict[str, Callable[[World, dict[str, Any]], list[int]]] = {
    "save": lambda world, case: world.save("ENT111", **case),
    "declare": lambda world, case: world.apply("ENT111", **case),
    "delete": lambda world, case: world.delete("ENT111", case["caseNo"]),
    "approve": lambda world, case: world.review(case["caseNo"]),
    "refuse": lambda world, case: world.review(case["caseNo"], "0"),
    "ask": lambda world, case: world.consult(**case),
    "reply": lambda world, case: world.reply(case["caseNo"]),
    "publish": lambda world, case: world.publish(**case),
    "withdraw": lambda world, case: world.publish(**{**case, "appType": "3"}),
}  # fmt: skip


def do(world: World, row: Row) -> list[int]:
    """Bring a case into the row's state and do what the row says; the statuses of the actor's receipts."""
    BEFORE[row.state](world)
    case = {} if row.state is None else {"caseNo": world.last().number, "appType": "2"}
    return DOES[row.event](world, case)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.state}-{row.event}")
def test_a_row_leads_to_its_state_and_tells_its_status(world: World, row: Row) -> None:
    """Whoever acts gets the row's status; the case is in the row's target."""
    assert do(world, row) == [row.status], world.told
    assert world.last().state == row.target


@pytest.mark.parametrize("state", [state for state in BEFORE if state is not None])
def test_what_no_row_allows_is_refused(state: str) -> None:
    """Every event in every state that the table leaves out; nothing is changed by it."""
    for event, does in DOES.items():
        if (state, event) in TRANSITIONS:
            continue
        world = World()
        BEFORE[state](world)
        before = world.last()
        (status,) = does(world, {"caseNo": before.number, "appType": "2"})
        assert world.last() == before
        if state == DRAFT and event in ("approve", "refuse", "reply"):
            assert status % -1000 == -101  # it is not there for customs
        elif event in ("publish", "withdraw") and before.owner != DESK.party:
            assert status == -611101
        elif before.owner == DESK.party and event in ("save", "declare", "delete", "ask"):
            assert status % -1000 == -101
        else:
            assert status % -1000 == -102, (event, status)
            assert f"数据状态为“{LABELS[state][0]}”" in world.told


@pytest.mark.parametrize("code", sorted(APPLICATIONS))
def test_each_application_is_kept_declared_and_decided_under_its_own_receipts(code: str) -> None:
    """暂存, 申报, 审核: receipts of the enterprise's own type, and the desk's."""
    filed = {"entType": "02", "validTo": "20270131"}
    world = World(**(filed if code != "ENT121" else {"entType": "09"}))
    assert world.save(code) == [1]
    number = world.last().number
    assert world.cases[number].body["type"] == code
    assert world.apply(code, appType="2", caseNo=number) == [300]
    assert world.review(number, "1", validTo="20291231") == [399], world.told
    own = f"{code[:-1]}2"
    assert world.told_to(TRADER) == [(own, 1), (own, 300), (own, 399)]
    assert world.told_to(DESK) == [("ENT412", 399)]
    assert world.last().search["type"] == code


def test_an_application_is_not_changed_into_another(world: World) -> None:
    """A case is of one type, which is told to whoever asks what may be done with it."""
    world.save("ENT111")
    number = world.last().number
    assert world.save("ENT131", appType="2", caseNo=number) == [-131102]
    assert "该作业是企业注册信息变更" in world.told
    case = world.last()
    assert SYSTEM.objection(case.state, case.body, "declare/111") is None
    assert SYSTEM.objection(case.state, case.body, "declare/131") is not None


def test_a_draft_is_its_owners_alone(world: World) -> None:
    """Neither customs nor another enterprise knows of it; what is deleted neither."""
    world.save("ENT111")
    number = world.last().number
    assert SYSTEM.private == {"暂存", "已删除"}
    assert world.review(number) == [-411101]
    assert world.delete("ENT111", number, OTHER) == [-111101]
    assert world.delete("ENT111", number) == [1]
    assert world.delete("ENT111", number) == [-111102]


def test_a_draft_lists_what_a_declaration_needs(world: World) -> None:
    """An incomplete form is kept with its faults; what is right again is not listed any more."""
    assert world.save("ENT111", contactMobile=None, Manager=None) == [1]
    faults = world.last().body["faults"]
    assert any("contactMobile" in one for one in faults)
    assert any("必须包含报关业务负责人和财务负责人" in one for one in faults)
    words = each_in_both(world.told)
    assert words.zh.splitlines()[1] == "待改正"
    assert words.en.splitlines()[1] == "to be corrected"
    assert " / " not in words.zh + words.en
    assert world.save("ENT111", appType="2", caseNo=world.last().number) == [1]
    assert "faults" not in world.last().body


def test_a_correction_behind_a_refused_application_is_not_shown_to_customs(world: World) -> None:
    """Customs sees what it did not approve until it is declared again."""
    refused(world)
    number = world.last().number
    before = world.last().changed
    assert world.save("ENT111", appType="2", caseNo=number, enName="Another Name") == [1]
    case = world.last()
    assert (case.state, case.changed) == (REFUSED, before)
    assert "entered" in SYSTEM.shown(case, False)
    assert "entered" not in SYSTEM.shown(case, True)
    assert "submitted" not in SYSTEM.shown(case, False)
    assert world.under_way() == []
    assert world.apply("ENT111", appType="2", caseNo=number, enName="Another Name") == [300]
    assert SYSTEM.shown(world.last(), True)["stored"]["enName"] == "Another Name"
    assert "review" not in world.last().body


def test_messages_come_in_their_order(world: World) -> None:
    """An old one, or one from the future, changes nothing."""
    world.save("ENT111")
    number = world.last().number
    assert world.save("ENT111", appType="2", caseNo=number, appTime="20261120080000") == [-111014]
    assert world.save("ENT111", appTime="20261125000000") == [-111103]


def test_files_are_their_senders_until_customs_may_read_them(world: World) -> None:
    """A draft's are the enterprise's, those of what was declared customs', too; what is not there is told."""
    licence = attached(1, "01")
    world.save("ENT111", Attachment=[licence])
    number = world.last().number
    assert world.kept[f"{number}/draft", TRADER.party].to == ()
    world.apply("ENT111", appType="2", caseNo=number, Attachment=[licence], enName="Demo")
    keep = world.kept[f"{number}/declared", TRADER.party]
    assert (keep.digests, keep.to) == ((digest(1),), (CUSTOMS,))
    assert world.kept[f"{number}/draft", TRADER.party].digests == ()
    other = World()
    assert other.apply("ENT111", enName="Demo", Attachment=[attached(100, "01")]) == [-111106]
    assert "未上传" in other.told
    assert other.apply("ENT111", enName="Demo", Attachment=[{**attached(1, "01"), "size": "7"}]) == [-111106]


@pytest.mark.parametrize("code", sorted(APPLICATIONS))
def test_a_declaration_needs_a_card_and_a_draft_none(code: str) -> None:
    """无卡用户 may keep drafts; 申报 of every application is for a card or an Ikey."""
    (kind,) = (kind for kind in SYSTEM.types if kind.code == code)
    save, declare, _ = kind.events
    assert kind.senders.roles == {"enterprise", "operator", "agency"}
    assert save not in kind.senders.events
    assert kind.senders.events[declare].cards == {LEGAL, OPERATOR}
    assert NO_CARD not in kind.senders.events[declare].cards
    assert kind.event({"appType": "1", "appStatus": "2"}) == declare
    assert kind.event({"appType": "2", "appStatus": "1"}) == save


# -- objections


def test_an_objection_to_a_penalty_names_one_of_the_penalties_on_file(world: World) -> None:
    """异议种类 行政处罚信息: none chosen, another's, one of another kind are refused."""
    known = "沪关缉字[2025]1号"
    assert world.ask("penalty", TRADER, penaltyNo=known)["penaltyContent"] == "申报不实"
    assert world.ask("penalty", TRADER, penaltyNo="x") is None
    assert world.apply(OBJECT, objectionType="3") == [-311104]
    assert "异议种类为“行政处罚信息”时，需要选择一条行政处罚信息" in world.told
    assert world.apply(OBJECT, objectionType="3", penaltyNo="x") == [-311105]
    assert world.apply(OBJECT, objectionType="1", penaltyNo=known) == [-311105]
    assert world.apply(OBJECT, objectionType="3", penaltyNo=known) == [300]
    assert [one["penaltyNo"] for one in world.ask("opening", TRADER, type=OBJECT)["content"]["Penalty"]] == [
        known
    ]


def test_an_objection_is_found_by_its_kind_and_day(world: World) -> None:
    """异议查询 asks by these columns."""
    world.apply(OBJECT, objectionType="2")
    assert {
        "type": OBJECT,
        "objectionType": "2",
        "applyDate": "20261120",
    }.items() <= world.last().search.items()
    assert set(world.last().search) <= set(SYSTEM.search)


@pytest.mark.parametrize(
    ("code", "missing"),
    [("ENT131", "reason"), ("ENT231", "reason"), ("ENT311", "content"), ("ENT311", "objectionType"),
     ("ENT121", "contactName"), ("ENT221", "contactMobile")],
)  # fmt: skip
def test_what_a_declaration_needs_is_demanded(code: str, missing: str) -> None:
    """Each is named; nothing is under way."""
    world = World(entType="09" if code == "ENT121" else "02", validTo="20270131")
    assert world.apply(code, **{missing: None}) == [-(int(code[3:]) * 1000 + 104)]
    assert f"({missing})" in world.told
    assert world.under_way() == []


@pytest.mark.parametrize("code", sorted({*APPLICATIONS} - {*CHANGES}))
def test_without_tables_nothing_of_the_registration_can_differ(code: str) -> None:
    """The name and what else is shown of it is kept."""
    world = World(entType="09" if code == "ENT121" else "02", validTo="20270131")
    for name, value in {"cnName": "别的公司", "validTo": "20991231", "regCode": "4403160002"}.items():
        assert world.apply(code, **{name: value}) == [-(int(code[3:]) * 1000 + 107)]
        assert f"({name})" in world.told


# -- consultations


def test_a_consultation_goes_to_and_fro(world: World) -> None:
    """Question, answer, another question; each side is told, and reads the other's files."""
    assert world.consult(Attachment=[attached(1)]) == [3]
    number = world.last().number
    assert world.kept[f"{number}/1", TRADER.party].to == (CUSTOMS,)
    assert world.reply(number, Attachment=[attached(2)]) == [899]
    assert world.kept[f"{number}/2", DESK.party].to == (TRADER.party,)
    assert world.told_to(TRADER) == [("ENT712", 3), ("ENT712", 899)]
    assert "有效期内均可" in world.receipts[-1].info
    assert world.consult(appType="2", caseNo=number, content="需要哪些材料？") == [3]
    said = [(one["role"], one["content"]) for one in world.last().body["thread"]]
    assert said == [
        ("operator", "何时可以换证？"),
        ("customs", "有效期内均可。"),
        ("operator", "需要哪些材料？"),
    ]


def test_nobody_else_has_a_part_in_a_consultation(world: World) -> None:
    """Another enterprise's is not there; files are the sender's own."""
    world.consult()
    number = world.last().number
    assert world.consult(OTHER, appType="2", caseNo=number) == [-711101]
    assert world.reply("E" + "9" * 18) == [-721101]
    assert world.reply(number, Attachment=[attached(100)]) == [-721106]


# -- notices


def test_a_notice_is_for_all_enterprises_or_for_one(world: World) -> None:
    """Each role of theirs, or the party that is named; who is not addressed any more reads it no longer."""
    assert world.publish(Attachment=[attached(3)]) == [120]
    number = world.last().number
    assert {one.audience for one in world.bulletins.values()} == {"enterprise", "operator", "agency"}
    assert {one.kind for one in world.bulletins.values()} == {"notice"}
    assert all([file.digest for file in one.files] == [digest(3)] for one in world.bulletins.values())
    assert world.publish(appType="2", caseNo=number, regCode=OTHER.cop_code) == [120]
    assert [one.audience for one in world.bulletins.values()] == [OTHER.party]
    assert world.publish(appType="3", caseNo=number, title="", content="") == [1]
    assert world.bulletins == {}


def test_a_notice_is_its_publishers(world: World) -> None:
    """Another desk changes it as little as it addresses somebody who is no enterprise."""
    world.publish()
    number = world.last().number
    assert world.publish(DESK_2, appType="2", caseNo=number) == [-611101]
    assert world.publish(regCode="0100000001") == [-611101]
    assert world.publish(title="") == [-611105]
    assert world.publish(Attachment=[attached(100)]) == [-611106]


def test_states_have_words_in_both_languages() -> None:
    """All that the table names, and those of entries in the register."""
    named = {row.target for row in TABLE} | {row.state for row in TABLE if row.state}
    assert named | {*FILED.values(), UNFILED} == set(LABELS)
    assert APPROVED in LABELS
    assert SYSTEM.waiting(CUSTOMS) == (PENDING, ASKED)
    assert SYSTEM.waiting("operator") == (REFUSED,)


def test_the_register_has_what_is_filed_as_it_is_now() -> None:
    """An entry follows each filing and each approval; customs alone has it, and nothing waits in it."""
    world = World()

    def found() -> tuple[str, str, str, str]:
        case = world.cases[f"B{TRADER.cop_code}"]
        return case.owner, case.state, case.search["cnName"], case.search.get("validTo", "")

    assert found() == (DESK.party, FILED["1"], TRADER.name, "20271231")
    world.file(DESK_2, appType="2", cnName="浦东新名有限公司", validTo=None)
    assert found() == (DESK.party, FILED["1"], "浦东新名有限公司", "")
    world.apply("ENT131")
    world.review(world.last().number)
    assert found()[1] == FILED["2"]
    world.file(appType="3")
    assert found()[1] == UNFILED
    world.file()
    assert found() == (DESK.party, FILED["1"], TRADER.name, "20271231")
    assert {FILED["1"], UNFILED}.isdisjoint({*SYSTEM.waiting("customs"), *SYSTEM.waiting("enterprise")})


def test_no_message_but_a_filing_changes_an_entry_of_the_register(world: World) -> None:
    """It is a case, but neither reviewed nor withdrawn as others are; its enterprise does not know of it."""
    number = f"B{TRADER.cop_code}"
    assert world.review(number) == [-411102]
    assert world.send("ENT611", {"appType": "3", "caseNo": number}, DESK) == [-611102]
    assert world.delete("ENT111", number) == [-111101]


def test_a_draft_has_no_day_of_declaration(world: World) -> None:
    """It is found by the day only once it was declared."""
    assert world.save("ENT111") == [1]
    assert "applyDate" not in world.last().search
    number = world.last().number
    assert world.apply("ENT111", appType="2", caseNo=number) == [300]
    assert world.last().search["applyDate"] == "20261120"
