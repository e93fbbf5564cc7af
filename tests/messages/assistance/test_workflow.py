"""What leads where in mutual assistance, in both directions, and who is told: a test for each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from messages.assistance import SYSTEM
from messages.assistance.table import (
    ANSWERED,
    ASSESSED,
    DELETED,
    DRAFT,
    EVALUATED,
    LABELS,
    OWN_DELETED,
    OWN_DRAFT,
    PENDING,
    PUBLISHED,
    REPLIED,
    RETURNED,
    SENT,
    TABLE,
    TRANSITIONS,
    WITHDRAWN,
    Row,
)
from messages.statuses import Status
from tests.messages.assistance.world import DESK, DESK_2, OFFICER, OTHER, World, attached, digest


@pytest.fixture
def world() -> World:
    """Two filed customs, one agreement, no case."""
    return World()


def draft(world: World) -> None:
    """A foreign draft."""
    world.save()


def pending(world: World) -> None:
    """A foreign request at customs."""
    world.submit()


def returned(world: World) -> None:
    """One that customs has returned."""
    pending(world)
    world.answer(world.last().number, "0")


def answered(world: World) -> None:
    """One with feedback."""
    pending(world)
    world.answer(world.last().number)


def own_draft(world: World) -> None:
    """A Chinese draft."""
    world.save(DESK)


def sent(world: World) -> None:
    """A Chinese request at a foreign customs."""
    world.submit(DESK)


def replied(world: World) -> None:
    """One with feedback."""
    sent(world)
    world.reply(world.last().number)


def published(world: World) -> None:
    """A piece of news."""
    world.publish()


def nothing(world: World) -> None:
    """No case yet."""


BEFORE: dict[str | None, Callable[[World], None]] = {
    None: nothing, DRAFT: draft, PENDING: pending, RETURNED: returned, ANSWERED: answered,
    OWN_DRAFT: own_draft, SENT: sent, REPLIED: replied, PUBLISHED: published,
}  # fmt: skip
DOES: dict[str, Callable[[World, dict[str, Any]], list[int]]] = {
    "save": lambda world, case: world.save(**case),
    "submit": lambda world, case: world.submit(**case),
    "delete": lambda world, case: world.delete(case["caseNo"]),
    "return": lambda world, case: world.answer(case["caseNo"], "0"),
    "answer": lambda world, case: world.answer(case["caseNo"]),
    "evaluate": lambda world, case: world.evaluate(case["caseNo"]),
    "write": lambda world, case: world.save(DESK, **case),
    "send": lambda world, case: world.submit(DESK, **case),
    "discard": lambda world, case: world.delete(case["caseNo"], DESK),
    "reply": lambda world, case: world.reply(case["caseNo"]),
    "assess": lambda world, case: world.assess(case["caseNo"]),
    "publish": lambda world, case: world.publish(**case),
    "withdraw": lambda world, case: world.publish(**{**case, "appType": "3"}),
}  # fmt: skip


def do(world: World, row: Row) -> list[int]:
    """Bring a case into the row's state and do what the row says; the statuses of the actor's receipts."""
    BEFORE[row.state](world)
    case = {} if row.state is None else {"caseNo": world.last().number, "appType": "2"}
    if row.event == "withdraw":
        case.pop("appType", None)
    return DOES[row.event](world, case)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.state}-{row.event}")
def test_a_row_leads_to_its_state_and_tells_its_status(world: World, row: Row) -> None:
    """Whoever acts gets the row's status; the case is in the row's target."""
    assert do(world, row) == [row.status]
    assert world.last().state == row.target
    assert len(world.cases) == 1


@pytest.mark.parametrize(
    ("state", "event"),
    [(state, event) for state in BEFORE if state for event in DOES if (state, event) not in TRANSITIONS],
)
def test_what_the_table_does_not_say_is_refused_and_changes_nothing(
    world: World, state: str, event: str
) -> None:
    """In every state, every event without a row; of the other direction's cases nobody learns more."""
    BEFORE[state](world)
    before = world.last()
    case = {"caseNo": before.number}
    if event != "withdraw":
        case["appType"] = "2"
    (status,) = DOES[event](world, case)
    assert -status % 1000 in (101, 102)
    assert world.cases == {before.number: before}


def test_a_finished_case_is_left_alone(world: World) -> None:
    """已评价 and 已删除 take nothing more."""
    replied(world)
    world.assess(world.last().number)
    assert world.assess(world.last().number) == [-161102]
    assert world.last().state == ASSESSED
    draft(world)
    world.delete(world.last().number)
    assert world.submit(appType="2", caseNo=world.last().number) == [-111102]
    assert world.last().state == DELETED


def test_the_table_is_complete_and_unambiguous() -> None:
    """Each state has words in both languages, each (state, event) stands once, each event is a message's."""
    assert len(TRANSITIONS) == len(TABLE)
    caused = {event for kind in SYSTEM.types if kind.names_case for event in kind.events}
    assert {row.event for row in TABLE} == caused == set(DOES)
    assert {row.state for row in TABLE if row.state} | {row.target for row in TABLE} == set(LABELS)


def test_both_sides_are_told_of_a_foreign_requests_way(world: World) -> None:
    """120 when it is there, 399 with the feedback, 899 with the evaluation; each under its own message."""
    answered(world)
    world.evaluate(world.last().number)
    assert world.told_to(OFFICER) == [
        ("CMA112", Status.STORED), ("CMA112", Status.CONCLUDED), ("CMA132", Status.CLOSED),
    ]  # fmt: skip
    assert world.told_to(DESK) == [("CMA122", Status.CONCLUDED), ("CMA122", Status.CLOSED)]
    assert {issue.case for issue in world.receipts} == {world.last().number}
    assert world.receipts[1].origin.sender == OFFICER.party


def test_both_sides_are_told_of_a_chinese_requests_way(world: World) -> None:
    """3 when it is sent, to the addressed customs as well; 399 and 899 as above. Nobody else is told."""
    replied(world)
    world.assess(world.last().number)
    assert world.told_to(DESK) == [
        ("CMA142", Status.SENT), ("CMA142", Status.CONCLUDED), ("CMA162", Status.CLOSED),
    ]  # fmt: skip
    assert world.told_to(OFFICER) == [
        ("CMA142", Status.SENT), ("CMA152", Status.CONCLUDED), ("CMA152", Status.CLOSED),
    ]  # fmt: skip
    assert world.told_to(OTHER) == []


def test_the_reason_is_told_with_a_return(world: World) -> None:
    """退回 says why; without a reason the schema refuses it."""
    pending(world)
    world.answer(world.last().number, "0", content="cannot be read", conclusion="")
    told = next(issue for issue in world.receipts if issue.status == Status.RETURNED)
    assert "cannot be read" in told.info


# -- who sees and does what


def test_a_request_is_its_own_customs_and_nobody_elses(world: World) -> None:
    """Another customs' officer can neither change, delete nor evaluate it, nor learn that it is there."""
    answered(world)
    number = world.last().number
    assert world.evaluate(number, OTHER) == [-131101]
    assert world.save(OTHER, appType="2", caseNo=number, country="THA") == [-111101]
    assert world.delete(number, OTHER) == [-111101]
    missing = world.told
    world.delete("A" + "9" * 18, OTHER)
    assert world.told.replace("A" + "9" * 18, number) == missing


def test_a_chinese_request_is_its_addressees_from_the_moment_it_is_sent(world: World) -> None:
    """Customs' own while it is a draft; then only the country it goes to may reply."""
    own_draft(world)
    number = world.last().number
    assert world.last().owner == DESK.party
    assert world.reply(number) == [-151101]
    world.submit(DESK, appType="2", caseNo=number)
    assert world.last().owner == OFFICER.party
    assert world.reply(number, OTHER) == [-151101]
    assert world.reply(number) == [Status.CONCLUDED]


def test_a_reference_number_is_unique_for_its_customs(world: World) -> None:
    """010 for a second request under it, and for a change to it; another country may use it."""
    world.submit()
    assert world.submit() == [-111010]
    world.submit(letterNo="FC1/2")
    assert world.submit(appType="2", caseNo=world.last().number) == [-111010]
    assert world.submit(OTHER, country="THA", agreementNo=None) == [Status.STORED]


def test_a_chinese_reference_number_is_sent_once(world: World) -> None:
    """010 among all countries; drafts may have it until one is sent, a foreign number may be the same."""
    world.submit()
    world.save(DESK)
    world.save(DESK)
    assert world.submit(DESK, country="THA", agreementNo=None) == [Status.SENT]
    assert world.submit(DESK) == [-141010]


def test_a_deleted_drafts_number_is_free_again(world: World) -> None:
    """And its files are nobody's to keep."""
    draft(world)
    first = world.last().number
    world.delete(first)
    assert world.readers(f"{first}/draft") == (set(), ())
    assert world.submit() == [Status.STORED]


def test_an_old_submission_does_not_overwrite_a_newer_one(world: World) -> None:
    """014 for a change and a deletion; far ahead is refused, or no correction would ever come through."""
    draft(world)
    case = world.last()
    same = {"appType": "2", "caseNo": case.number, "appTime": case.body["appTime"]}
    assert world.save(**same) == [-111014]
    assert world.send("CMA111", {**same, "appType": "3"}, OFFICER) == [-111014]
    assert world.save(letterNo="X", appTime="20261203090000") == [-111104]


def test_customs_learns_of_no_foreign_draft(world: World) -> None:
    """Naming one is answered as naming none, also of one that was deleted."""
    draft(world)
    number = world.last().number
    for _ in range(2):
        assert world.answer(number) == [-121101]
        assert world.submit(DESK, appType="2", caseNo=number) == [-141101]
        world.delete(number)


# -- drafts


def test_an_incomplete_draft_is_kept_and_its_faults_are_listed(world: World) -> None:
    """In the receipt and in the case; what is missing later is a fault of the submission."""
    assert world.save(letterNo=None, Bill=None, reqMail=None) == [Status.DRAFTED]
    assert "(reqMail)" in world.told
    assert len(world.last().body["faults"]) == 3
    assert world.last().inner is None
    number = world.last().number
    assert world.submit(appType="2", caseNo=number, reqMail=None) == [-111105]
    assert world.last().state == DRAFT
    assert world.submit(appType="2", caseNo=number) == [Status.STORED]
    assert "faults" not in world.last().body
    assert "entered" not in world.last().body


def test_a_returned_request_has_its_number_until_it_is_submitted_under_another(world: World) -> None:
    """Customs sees no number that is only written down, and what it has keeps its own from all others."""
    returned(world)
    number = world.last().number
    assert world.save(appType="2", caseNo=number, letterNo="FC1/2") == [Status.DRAFTED]
    assert world.last().inner == "FC1/1"
    assert world.submit() == [-111010]
    world.submit(appType="2", caseNo=number, letterNo="FC1/2")
    assert world.last().inner == "FC1/2"


def test_an_answer_is_to_the_request_that_was_looked_at(world: World) -> None:
    """Returned by a colleague and submitted anew between look and answer: refused, until it is looked at."""
    pending(world)
    number, seen = world.last().number, str(world.last().body["declTime"])
    world.answer(number, "0")
    world.save(appType="2", caseNo=number)
    assert world.last().body["declTime"] == seen
    world.submit(appType="2", caseNo=number, reqMatter="4")
    assert world.answer(number, declTime=seen) == [-121109]
    assert world.last().state == PENDING
    world.answer(number, declTime=str(world.last().body["declTime"]))
    assert world.last().state == ANSWERED
    assert "declTime" not in world.last().body["answer"]


def test_customs_keeps_what_it_returned_while_it_is_corrected(world: World) -> None:
    """A saved correction is the officer's own: body, columns and files of what customs has stay."""
    returned(world)
    number, before = world.last().number, world.last()
    files = [attached(1, "01"), attached(9, "02")]
    assert world.save(appType="2", caseNo=number, reqMatter="4", Attachment=files) == [Status.DRAFTED]
    case = world.last()
    assert (case.state, case.search, case.changed) == (RETURNED, before.search, before.changed)
    assert SYSTEM.shown(case, True)["stored"]["reqMatter"] == "1"
    assert "entered" not in SYSTEM.shown(case, True)
    assert SYSTEM.shown(case, False)["entered"]["reqMatter"] == "4"
    assert world.readers(f"{number}/sent") == ({digest(1), digest(2)}, ("customs",))
    assert world.readers(f"{number}/draft") == ({digest(1), digest(9)}, ())
    world.submit(appType="2", caseNo=number, reqMatter="4", Attachment=files)
    assert world.readers(f"{number}/sent") == ({digest(1), digest(9)}, ("customs",))
    assert world.last().search["reqMatter"] == "4"


def test_nobody_is_shown_which_messages_the_receipts_answer(world: World) -> None:
    """Origins name the other side's messages and holders' ids: they are the gateway's own."""
    answered(world)
    assert {"submitted", "answered"} <= set(world.last().body)
    for customs in (True, False):
        assert not {"submitted", "answered"} & set(SYSTEM.shown(world.last(), customs))


# -- files


def test_files_are_for_whoever_takes_part_in_the_case(world: World) -> None:
    """A draft's for nobody else, a request's for customs, a Chinese one's and any feedback's for both."""
    draft(world)
    assert world.readers(f"{world.last().number}/draft")[1] == ()
    world.submit(appType="2", caseNo=world.last().number)
    number = world.last().number
    assert world.readers(f"{number}/draft") == (set(), ())
    assert world.readers(f"{number}/sent")[1] == ("customs",)
    world.answer(number, Attachment=[attached(5)])
    assert world.readers(f"{number}/answer", DESK) == ({digest(5)}, (OFFICER.party, "customs"))
    replied(world)
    number = world.last().number
    assert world.readers(f"{number}/sent", DESK)[1] == (OFFICER.party, "customs")
    assert world.readers(f"{number}/answer") == (set(), (OFFICER.party, "customs"))


def test_a_chinese_draft_and_its_files_are_whose_hand_it_was_in_last(world: World) -> None:
    """Another customs' desk goes on with it; nothing of the first one's is kept for it any more."""
    own_draft(world)
    number = world.last().number
    world.save(DESK_2, appType="2", caseNo=number)
    assert world.last().owner == DESK_2.party
    assert world.readers(f"{number}/draft", DESK) == (set(), ())
    assert world.readers(f"{number}/draft", DESK_2) == ({digest(1), digest(2)}, ("customs",))
    world.submit(DESK, appType="2", caseNo=number)
    assert world.readers(f"{number}/draft", DESK_2) == (set(), ())
    assert world.last().owner == OFFICER.party


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"digest": "f" * 64}, "未上传"),
        ({"size": "1001"}, "1000"),
        ({"mediaType": "image/png"}, "application/pdf"),
    ],
)
def test_a_file_must_be_the_senders_and_as_described(world: World, changes: dict[str, str], why: str) -> None:
    """107 for requests, feedback and publications alike."""
    wrong = {**attached(1, "01"), **changes}
    assert world.submit(Attachment=[wrong, attached(2, "02")]) == [-111107]
    assert why in world.told
    wrong.pop("docType")
    pending(world)
    assert world.answer(world.last().number, Attachment=[wrong]) == [-121107]
    assert world.publish(Attachment=[wrong]) == [-171107]
    sent(world)
    assert world.reply(world.last().number, Attachment=[wrong]) == [-151107]


def test_a_draft_keeps_the_files_that_are_there(world: World) -> None:
    """One that was not sent yet is a fault of the draft, and holds nothing up."""
    for actor in (OFFICER, DESK):
        there, gone = attached(1, "01"), {**attached(2, "02"), "digest": "f" * 64}
        assert world.save(actor, Attachment=[there, gone]) == [Status.DRAFTED]
        case = world.last()
        assert any("未上传" in fault for fault in case.body["faults"])
        assert world.readers(f"{case.number}/draft", actor)[0] == {digest(1)}


def test_feedback_needs_a_conclusion(world: World) -> None:
    """The schema cannot say it, since a return has none."""
    pending(world)
    assert world.answer(world.last().number, conclusion="") == [-121105]


def test_what_is_returned_has_no_conclusion(world: World) -> None:
    """106 for a return that carries one; the request still waits."""
    world.submit()
    number = world.last().number
    assert world.answer(number, "0", conclusion="1") == [-121106]
    assert world.cases[number].state == PENDING
    assert world.answer(number, "0") == [Status.RETURNED]


# -- news and material


def test_what_customs_publishes_is_a_bulletin_for_officers(world: World) -> None:
    """With its files under the names that the message gives them; a change replaces it."""
    world.publish(Attachment=[attached(3)])
    number = world.last().number
    bulletin = world.bulletins[f"{number}/officer"]
    assert (bulletin.kind, bulletin.audience, bulletin.publisher) == ("news", "officer", DESK.party)
    assert [(file.digest, file.name) for file in bulletin.files] == [(digest(3), "3.pdf")]
    world.publish(appType="2", caseNo=number, title="Newer")
    assert world.bulletins[f"{number}/officer"].title == "Newer"
    assert world.bulletins[f"{number}/officer"].files == ()


def test_what_is_withdrawn_is_read_by_nobody(world: World) -> None:
    """The case stays, for customs."""
    published(world)
    world.publish(appType="3", caseNo=world.last().number)
    assert world.bulletins == {}
    assert world.last().state == WITHDRAWN


def test_another_customs_changes_nothing_that_it_did_not_publish(world: World) -> None:
    """Its files would be the first one's."""
    published(world)
    number = world.last().number
    assert world.publish(DESK_2, appType="2", caseNo=number) == [-171101]
    assert world.publish(DESK_2, appType="3", caseNo=number) == [-171101]


def test_a_publication_says_something(world: World) -> None:
    """The form may be left out by a withdrawal only."""
    assert world.publish(kind="", title="", content="") == [-171106]


def test_deleted_chinese_drafts_keep_their_owner(world: World) -> None:
    """No foreign customs learns of what was never sent."""
    own_draft(world)
    world.delete(world.last().number, DESK)
    assert (world.last().state, world.last().owner) == (OWN_DELETED, DESK.party)
    assert world.told_to(OFFICER) == []
    assert world.evaluate(world.last().number) == [-131101]
    assert EVALUATED not in {case.state for case in world.cases.values()}
