"""Ladders: what became of what was sent, kept on disk, read or unread, for several terminals at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from messages.wire import new_guid, wire_time
from receipts.document import Receipt, Unreadable
from terminals.proof import Proof
from terminals.receipts import Delivered
from terminals.trouble import Unusable
from terminals.work.receipts import MOST, Ladders
from terminals.work.steps import Sent, words_of

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


def ladders(state: Path) -> Ladders:
    """Those of a terminal of the same person."""
    return Ladders(state, "https://localhost:8443", "DXPENT0000000001")


def sent(cop: str = "C1", node: str = "N1", **values: object) -> Sent:
    """A stocktake that was sent at noon."""
    given = {
        "system": "bonded", "code": "BVS111", "event": "declare", "title": "PD1", "case": "", "time": NOON,
    } | values  # fmt: skip
    return Sent(cop, node, **given)  # type: ignore[arg-type]


def receipt(status: int, cop: str = "C1", node: str = "N1", minute: int = 1) -> Receipt:
    """A receipt some minutes after noon."""
    when = NOON + timedelta(minutes=minute)
    return Receipt(new_guid(), cop, node, "0" * 64, status, when, "info / info", "Z1")


def delivered(*returns: Receipt | Unreadable, fault: str = "", kind: str = "BVS112") -> Delivered:
    """A document of the mailbox with these returns."""
    found = () if fault else returns
    return Delivered(b"", kind, new_guid(), "GATE", wire_time(NOON), Proof(fault), found, fault)


def statuses(known: Ladders) -> Sequence[list[int]]:
    """The steps of all ladders."""
    return [[step.status for step in ladder.steps] for ladder in known.all()]


def test_a_submission_climbs_its_ladder_in_the_words_of_its_system(tmp_path: Path) -> None:
    """Noted before it goes, answered, then a step a receipt, in the order of their times."""
    known = ladders(tmp_path)
    known.note([sent()])
    assert [ladder.case for ladder in known.all()] == [""]
    known.answered("C1", "0000")
    known.take([delivered(receipt(120, minute=2)), delivered(receipt(2))])
    (ladder,) = known.all()
    assert [step.label.zh for step in ladder.steps] == ["申报中", "入库成功"]
    assert (ladder.answered, ladder.case, ladder.unread, ladder.sent) == ("0000", "Z1", 2, sent())


def test_the_same_receipt_is_one_step(tmp_path: Path) -> None:
    """A cursor may be read again; only what is new is told."""
    known, one = ladders(tmp_path), delivered(receipt(2))
    assert len(known.take([one])) == 1
    assert known.take([one]) == ()
    assert statuses(known) == [[2]]


def test_ladders_are_there_again_in_the_next_terminal(tmp_path: Path) -> None:
    """What was looked at stays so."""
    first = ladders(tmp_path)
    assert first.fresh
    first.note([sent()])
    first.take([delivered(receipt(2))])
    first.look("C1")
    first.take([delivered(receipt(120, minute=3))])
    second = ladders(tmp_path)
    assert second.all() == first.all()
    assert (second.unread, second.fresh) == (1, False)


def test_a_message_that_the_gateway_had_under_another_id_is_found_there(tmp_path: Path) -> None:
    """The receipts name the first CopMsgId."""
    known = ladders(tmp_path)
    known.note([sent("C2")])
    known.answered("C2", "0000", "C1")
    known.take([delivered(receipt(2))])
    (ladder,) = known.all()
    assert ladder.sent == sent("C1")
    assert len(ladder.steps) == 1


def test_what_other_programs_of_the_party_sent_has_a_ladder_without_a_submission(tmp_path: Path) -> None:
    """Enterprise software's receipts arrive at the same mailbox."""
    known = ladders(tmp_path)
    known.take([delivered(receipt(2, "X", "NX"))])
    (ladder,) = known.all()
    assert (ladder.sent, ladder.case) == (None, "Z1")


def test_a_message_that_could_not_be_read_is_bad_for_all_its_nodes(tmp_path: Path) -> None:
    """EPT900 names no node."""
    known = ladders(tmp_path)
    known.note([sent(node="N1"), sent(node="N2")])
    known.take([delivered(Unreadable("C1", "BVS111Message", "line 3"), kind="EPT900")])
    assert [[(step.bad, step.info) for step in ladder.steps] for ladder in known.all()] == [
        [(True, "line 3")], [(True, "line 3")],
    ]  # fmt: skip


def test_what_is_not_proven_is_said_and_nothing_of_it_believed(tmp_path: Path) -> None:
    """A step that is bad, with the reason, at no submission."""
    known = ladders(tmp_path)
    known.note([sent()])
    (step,) = known.take([delivered(receipt(120), fault="its signature does not hold")])
    assert (step.bad, step.status, step.info) == (True, 0, "its signature does not hold")
    assert [ladder.sent is None for ladder in known.all() if ladder.steps] == [True]


@pytest.mark.parametrize(
    ("kind", "status", "zh", "bad"),
    [
        ("BVS112", 100, "退单", True), ("BVS112", 399, "审批通过", False),
        ("BVS112", -111101, "审批不通过", True), ("BVS112", -111014, "旧报文", True),
        ("BVS112", -111106, "没有表体", True),
        ("BVS112", 800, "放行", False), ("XXX112", 120, "海关入库", False), ("BVS112", 777, "777", False),
    ],
)  # fmt: skip
def test_a_status_has_words(tmp_path: Path, kind: str, status: int, zh: str, bad: bool) -> None:
    """The system's own, else E-Port's, else its number."""
    assert words_of(kind, status).zh == zh
    (step,) = ladders(tmp_path).take([delivered(receipt(status), kind=kind)])
    assert step.bad is bad


def test_waiting_ends_when_every_node_has_a_receipt(tmp_path: Path) -> None:
    """The screen's thread is woken by the line's; a timeout gives what there is."""
    known = ladders(tmp_path)
    known.note([sent(node="N1"), sent(node="N2")])
    found: list[int] = []
    waiting = threading.Thread(target=lambda: found.extend(s.status for s in known.wait("C1", 60)))
    waiting.start()
    known.take([delivered(receipt(2, node="N1"))])
    assert waiting.is_alive()
    known.take([delivered(receipt(2, node="N2"))])
    waiting.join(30)
    assert found == [2, 2]
    assert known.wait("C9", 0) == ()


def test_terminals_of_one_person_add_to_one_file(tmp_path: Path) -> None:
    """Ten threads with ladders of their own; nothing is lost, nothing is doubled."""
    terminals = [ladders(tmp_path) for _ in range(4)]

    def work(place: int) -> None:
        for number in range(10):
            terminals[place].note([sent(f"C{place}-{number}", f"N{place}-{number}")])
            terminals[place].take([delivered(receipt(2, f"C{place}-{number}", f"N{place}-{number}"))])

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses(ladders(tmp_path)) == [[2]] * 40


def test_old_ladders_are_dropped(tmp_path: Path) -> None:
    """The file does not grow for ever; the newest stay."""
    known = ladders(tmp_path)
    many = [receipt(2, f"C{number}", f"N{number}", minute=number) for number in range(MOST + 50)]
    known.take([delivered(*many)])
    assert len(known.all()) == MOST
    assert known.all()[0].cop_msg_id == f"C{MOST + 49}"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"sent": [{}], "steps": [], "answers": {}}'])
def test_a_file_that_cannot_be_read_begins_anew(tmp_path: Path, text: str) -> None:
    """The gateway has all receipts still."""
    known = ladders(tmp_path)
    known.note([sent()])
    (path,) = tmp_path.rglob("ladders.json")
    path.write_text(text)
    again = ladders(tmp_path)
    assert again.all() == ()
    again.note([sent()])
    assert json.loads(path.read_text())["sent"]
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_written_stops_the_sending(tmp_path: Path) -> None:
    """Nothing goes out that is noted nowhere."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable):
        ladders(tmp_path / "file").note([sent()])


def test_what_came_before_the_first_login_is_no_news_but_for_own_submissions(tmp_path: Path) -> None:
    """A mailbox of years is not unread; what was just sent is, though it comes with the rest."""
    known = ladders(tmp_path)
    known.note([sent()])
    new = known.take([delivered(receipt(120, "old", "N")), delivered(receipt(2))], old=True)
    assert [step.read for step in new] == [True, False]
    assert known.unread == 1


def message(sender: str, cop: str) -> Delivered:
    """A proven message of another party."""
    return Delivered(b"", "ABC101", cop, sender, wire_time(NOON), Proof(""), (), "")


def test_what_another_party_sent_is_a_ladder_of_its_own_whatever_it_calls_itself(tmp_path: Path) -> None:
    """A CopMsgId is its sender's choice: that of a submission here, or of somebody else's message."""
    known = ladders(tmp_path)
    known.note([sent()])
    known.take([delivered(receipt(2)), message("A", "C1"), message("B", "C1"), message("B", "C1")])
    own, *others = sorted(known.all(), key=lambda ladder: ladder.sent is None)
    assert [step.status for step in own.steps] == [2]
    assert sorted(step.info for ladder in others for step in ladder.steps) == ["A", "B"]
    assert {step.label.zh for ladder in others for step in ladder.steps} == {"收到报文"}


def test_what_became_of_a_routed_message_is_told_receiver_by_receiver(tmp_path: Path) -> None:
    """Delivered and picked up, in words, and by whom."""
    known = ladders(tmp_path)
    returns = [
        replace(receipt(status, "R1", "ROOT", minute), info=f"{to}: {status}", receiver=to)
        for minute, (to, status) in enumerate([("A", 10), ("B", 10), ("B", 11)], 1)
    ]
    known.take([delivered(each, kind="EPT910") for each in returns])
    (ladder,) = known.all()
    assert [step.label.zh for step in ladder.steps] == ["已送达接收方信箱"] * 2 + ["接收方已提取"]
    assert [step.info for step in ladder.steps] == ["A: 10", "B: 10", "B: 11"]
    assert not any(step.bad for step in ladder.steps)
