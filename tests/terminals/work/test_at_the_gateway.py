"""A terminal's work at a real gateway: sent, answered, received; the gateway killed, started again, away."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from messages.wire import new_guid
from terminals.trouble import Unreachable
from terminals.work.checks import Purpose
from terminals.work.drafts import Draft
from terminals.work.events import Came, Down, Up
from terminals.work.found import Search
from terminals.work.model import FormModel
from tests.scenarios.house import House
from tests.terminals.work.desks import PATIENCE, Seat, seated
from tests.terminals.work.forms import LINE, empty, stocktake, type_in


def fresh(lines: int = 1) -> FormModel:
    """A complete stocktake with a number of its own."""
    return stocktake(lines, etpsInnerNo=new_guid().replace("-", "")[:20])


def draft(model: FormModel) -> Draft:
    """What is kept of it."""
    title = model.head.text("etpsInnerNo")
    return Draft(model.id, "bonded", "BVS111", title, datetime.now(UTC), model.dump())


def submit(seat: Seat, model: FormModel, purpose: Purpose) -> tuple[int, ...]:
    """Send it, wait for its first receipt, and take over what came; the statuses."""
    piece = seat.sending.piece(model, purpose)
    answer = seat.sending.send([piece])
    assert answer.accepted, answer
    steps = seat.ladders.wait(answer.cop_msg_id, PATIENCE)
    model.settled(revision=piece.revision, app_time=piece.app_time, case=steps[0].case)
    return tuple(step.status for step in steps)


def test_a_form_is_saved_changed_and_declared_and_its_receipts_arrive(house: House, tmp_path: Path) -> None:
    """暂存 gives the number, 修改 names it, 申报 is stored; the long poll is woken each time."""
    with seated(house, tmp_path) as seat:
        model = fresh()
        seat.drafts.keep(draft(model))
        assert submit(seat, model, Purpose.SAVE) == (1,)
        assert model.case.startswith("Z")
        assert not model.dirty
        assert not list(tmp_path.rglob("drafts/*/*.json"))
        model.set(model.head, "note", "again")
        assert submit(seat, model, Purpose.SAVE) == (1,)
        assert submit(seat, model, Purpose.DECLARE)[0] == 2
        stored = seat.until(Came, lambda event: any(step.status == 120 for step in event.steps))
        assert stored.steps[-1].case == model.case
        ladder = seat.ladders.all()[0]
        assert [step.label.zh for step in ladder.steps] == ["申报中", "入库成功"]
        assert (ladder.answered, ladder.case) == ("0000", model.case)
        assert ladder.sent is not None
        assert (ladder.sent.event, ladder.sent.title) == ("declare", model.head.text("etpsInnerNo"))
        assert seat.ladders.unread == 4


def test_what_a_case_holds_comes_back_onto_a_form(house: House, tmp_path: Path) -> None:
    """查询, then 修改: the page, the case, its content on a form that is clean and complete."""
    with seated(house, tmp_path) as seat:
        model = fresh(3)
        submit(seat, model, Purpose.SAVE)
        page = seat.line.cases(
            "bonded", Search({"etpsInnerNo": model.head.text("etpsInnerNo"), "etpsCode": ""})
        )
        (line,) = page.cases
        assert (line.number, line.state, page.total, page.pages) == (model.case, "暂存", 1, 1)
        assert line.text("etpsCode") == model.head.text("etpsCode")
        found = seat.line.case("bonded", line.number)
        assert found is not None
        again = empty()
        again.load(found.body["entered"], case=line.number, state=line.state, app_time=found.body["appTime"])
        assert again.problems(Purpose.DECLARE) == []
        assert again.dump()["head"]["r"]["Line"] == [
            {**line, "v": {**line["v"], "seqNo": str(place)}}
            for place, line in enumerate(model.dump()["head"]["r"]["Line"], 1)
        ]
        assert submit(seat, again, Purpose.DECLARE)[0] == 2
        assert seat.line.case("bonded", "Z999999999999999999") is None


def test_lists_sort_and_turn_pages(house: House, tmp_path: Path) -> None:
    """Two to a page, by the number, downwards."""
    with seated(house, tmp_path) as seat:
        for _ in range(3):
            submit(seat, fresh(), Purpose.SAVE)
        first = seat.line.cases("bonded", Search(order="-number", size=2, states=("暂存",)))
        second = seat.line.cases("bonded", Search(order="-number", size=2, page=2, states=("暂存",)))
        numbers = [line.number for line in (*first.cases, *second.cases)]
        assert numbers == sorted(numbers, reverse=True)
        assert first.pages == -(-first.total // 2)


def test_goods_are_pulled_from_the_book_that_customs_filed(house: House, tmp_path: Path) -> None:
    """调出: names of party and goods by their numbers; a number that is not filed is refused at once."""
    with seated(house, tmp_path / "customs", "customs") as desk, seated(house, tmp_path) as seat:
        book = empty("BVS131")
        number = new_guid().replace("-", "")[:12]
        type_in(book, book.head, {"bookNo": number, "bookType": "1", "etpsCode": seat.person.cop_code})
        line = {"recordNo": "7", "codeTs": "7409210000", "gName": "黄铜板", "unit": "035", "gModel": "0.8mm"}
        type_in(book, book.add("BookLine"), line)
        assert submit(desk, book, Purpose.DECLARE) == (120,)
        model = fresh()
        type_in(
            model,
            model.head,
            {"mgmtMode": "1", "bookNo": number, "etpsCode": seat.person.cop_code, "etpsName": ""},
        )
        (row,) = model.rows("Line")
        for record, name in (("8", LINE["gName"]), ("7", "黄铜板")):
            model.set(row, "recordNo", record)
            for question in model.questions():
                model.answer(question, seat.line.lookup("bonded", question.name, question.key))
            assert row.text("gName") == name
            assert bool(model.problems(Purpose.DECLARE)) == (record == "8")
        assert model.head.text("etpsName") == seat.person.name
        assert submit(seat, model, Purpose.DECLARE)[0] == 2
        stored = seat.until(Came, lambda event: event.steps[-1].status != 2)
        assert stored.steps[-1].status == 120


def test_code_lists_and_types_are_the_gateways(house: House, tmp_path: Path) -> None:
    """A list is fetched once and known without asking then; who may send what is known for buttons."""
    with seated(house, tmp_path, listening=False) as seat:
        assert seat.line.code_list("country") == seat.line.codes.known("country")
        assert (next(tmp_path.rglob("country.json")).stat().st_mode & 0o777) == 0o600
        assert seat.line.code_list("country") == seat.line.codes.known("country")
        assert seat.line.code_list("no_such_list") is None
        kinds = seat.line.kinds()
        assert seat.line.kinds() is kinds
        assert kinds["BVS111"].objection("operator", "operator", True) is None
        refused = kinds["BVS121"].objection("operator", "operator", True)
        assert refused is not None
        assert "customs" in refused.zh


def test_what_the_gateway_refuses_comes_back_at_its_fields(house: House, tmp_path: Path) -> None:
    """Two forms in one message, wrong in the second: its row and field are red, the first is untouched."""
    with seated(house, tmp_path, listening=False) as seat:
        good, bad = fresh(2), fresh(3)
        bad.rows("Line")[1].values["unit"] = "999"  # as if this terminal's list were older
        bad.rows("Line")[2].values["stockQty"] = "-1"
        answer = seat.sending.send([seat.sending.piece(each, Purpose.SAVE) for each in (good, bad)])
        assert (answer.accepted, answer.code, len(answer.violations[0])) == (False, "0002", 0)
        places = [bad.blame(violation) for violation in answer.violations[1]]
        assert [place.path for place in places if place] == ["Line[3]/stockQty"]
        assert seat.sending.kept == 0
        bad.set(bad.rows("Line")[2], "stockQty", "1")
        answer = seat.sending.send([seat.sending.piece(each, Purpose.SAVE) for each in (good, bad)])
        places = [bad.blame(violation) for violation in answer.violations[1]]
        assert [place.path for place in places if place] == ["Line[2]/unit"]
        bad.set(bad.rows("Line")[1], "unit", "007")
        answer = seat.sending.send([seat.sending.piece(each, Purpose.SAVE) for each in (good, bad)])
        assert answer.accepted
        assert [one.title for one in answer.sent] == [each.head.text("etpsInnerNo") for each in (good, bad)]


def test_who_may_not_send_is_told_so_by_the_gateway(house: House, tmp_path: Path) -> None:
    """A review by an operator: refused as a whole, at no field."""
    with seated(house, tmp_path, listening=False) as seat:
        review = empty("BVS121")
        review.settled(case="Z000000000000000001")
        review.set(review.head, "reviewResult", "1")
        answer = seat.sending.send([seat.sending.piece(review, Purpose.DECLARE)])
        assert (answer.accepted, answer.code) == (False, "2002")
        assert [violation.rule for violation in answer.general] == ["role"]


def test_the_gateway_is_killed_and_comes_back(tmp_path: Path) -> None:
    """Said at once, tried again, up again; what was declared before arrives after."""
    own = House(tmp_path / "home")
    own.start()
    try:
        with seated(own, tmp_path / "state") as seat:
            submit(seat, fresh(), Purpose.SAVE)
            own.kill()
            down = seat.until(Down)
            assert down.again > 0
            assert "127.0.0.1" in down.trouble.told("zh")
            with pytest.raises(Unreachable):
                seat.line.cases("bonded", Search())
            assert not seat.line.up
            own.start()
            seat.line.retry()
            seat.until(Up)
            assert seat.line.cases("bonded", Search()).total == 1
            submit(seat, fresh(), Purpose.DECLARE)
            seat.until(Came, lambda event: any(step.status == 120 for step in event.steps))
    finally:
        own.close()


def test_what_was_signed_while_the_gateway_was_away_goes_out_later_by_another_terminal(
    tmp_path: Path,
) -> None:
    """Kept, drafts and all; the next terminal sends the same bytes, and forgets the draft only then."""
    own = House(tmp_path / "home")
    own.start()
    state = tmp_path / "state"
    try:
        with seated(own, state, listening=False) as seat:
            model = fresh()
            seat.drafts.keep(draft(model))
            own.kill()
            with pytest.raises(Unreachable):
                seat.sending.send([seat.sending.piece(model, Purpose.DECLARE)])
            assert seat.sending.kept == 1
        own.start()
        with seated(own, state) as seat:
            (left,) = seat.drafts.left()
            assert left.title == model.head.text("etpsInnerNo")
            (answer,) = seat.sending.send_kept()
            assert answer.accepted
            assert [one.form for one in answer.sent] == [model.id]
            assert seat.drafts.left() == []
            assert seat.sending.kept == 0
            steps = seat.ladders.wait(answer.cop_msg_id, PATIENCE)
            assert steps[0].status == 2
            assert seat.ladders.all()[0].sent == answer.sent[0]
    finally:
        own.close()


def test_a_failing_request_tells_before_the_waiting_one_notices(tmp_path: Path) -> None:
    """A gateway that holds the line and says nothing: the first request that fails breaks the long poll."""
    own = House(tmp_path / "home")
    own.start()
    try:
        with seated(own, tmp_path / "state") as seat:
            submit(seat, fresh(), Purpose.SAVE)
            seat.until(Came)
            seat.line._lost(Unreachable("no-answer", origin=own.url, reason="-", seconds=4))
            down = seat.until(Down)
            assert down.trouble.told("en").startswith(own.url)
            seat.line.retry()
            seat.until(Up)
    finally:
        own.close()


def test_closing_ends_a_long_poll_at_once_and_tells_nothing_more(house: House, tmp_path: Path) -> None:
    """Far quicker than the 25 seconds that it would hang."""
    before = threading.active_count()
    with seated(house, tmp_path) as seat:
        submit(seat, fresh(), Purpose.SAVE)
        seat.until(Came)
        started = time.monotonic()
    assert time.monotonic() - started < 15
    assert threading.active_count() <= before
    assert seat.events.empty()


def test_a_second_terminal_of_the_same_person_knows_what_the_first_received(
    house: House, tmp_path: Path
) -> None:
    """One file, merged: what one has looked at is read in the other after its next change."""
    with seated(house, tmp_path) as one:
        submit(one, fresh(), Purpose.SAVE)  # of a first login, what comes at once is no news
        one.ladders.look()
    with seated(house, tmp_path) as one, seated(house, tmp_path) as two:
        model = fresh()
        submit(one, model, Purpose.SAVE)
        seen = two.until(Came, lambda event: event.steps[-1].case == model.case)
        one.ladders.look()
        two.ladders.look(seen.steps[-1].cop_msg_id)
        assert two.ladders.unread == one.ladders.unread == 0
        assert two.ladders.all()[0].case == model.case
