"""Many forms sent at once (批量提交、批量删除、导入): some to a message, and what became of each.

Knows messages' room, receipts that are waited for, and that one form's faults stop no other; refuses to know
screens and which forms they are. What was not sent is said to be so, form by form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hardware.signer import SignerError
from messages.annotations import Words
from messages.faults import Violation
from messages.forms import own_forms
from messages.registry import BY_CODE
from messages.system import content
from messages.wire import CST
from messages.xml import parse
from terminals.trouble import NotProven, Told, Trouble, Unreachable
from terminals.work import keeping
from terminals.work.attachments import Cancelled, Job
from terminals.work.blaming import blame, receipt_words, violated
from terminals.work.judging import Judge
from terminals.work.kinds import bilingual
from terminals.work.plan import plan_of
from terminals.work.receipts import Ladders, Step
from terminals.work.rows import Row
from terminals.work.submission import Answer, Piece, Sending

ROOM = 100  # forms of a message: more than that no type of message takes
PATIENCE = 60.0  # seconds that the receipts of one message are waited for
_GLANCE = 0.5  # seconds between looks whether somebody wants to stop
_STOPPED = Words("已中止，未发送", "stopped before it was sent")
_WAITS = Words("已发送，等待回执", "sent, its receipt has not come yet")
_KEPT = Words("已签名保留，网关恢复后自动发送", "signed and kept: it goes out once the gateway answers")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one form."""

    title: str
    words: Words
    good: bool
    case: str = ""


def send_all(sending: Sending, ladders: Ladders, pieces: Sequence[Piece], job: Job) -> list[Fate]:
    """Send the pieces, all of one type; their fates in the same order. In a thread.

    `job` is told how many are done. Once it is cancelled, or the signer or the line fails, no more is sent.
    """
    found: dict[str, Fate] = {}
    end = _STOPPED
    try:
        for start in range(0, len(pieces), ROOM):
            job.at(start, len(pieces))
            some = pieces[start : start + ROOM]
            try:
                found |= _sent(sending, ladders, some, job)
            except (Unreachable, NotProven):
                found |= {each.guid: _fate(each, _KEPT) for each in some if each.guid not in found}
                raise
        job.at(len(pieces), len(pieces))
    except Cancelled:
        pass
    except (Trouble, SignerError) as error:
        end = _words(error)
    return [found.get(each.guid) or _fate(each, end) for each in pieces]


def _sent(sending: Sending, ladders: Ladders, pieces: Sequence[Piece], job: Job) -> dict[str, Fate]:
    answer = sending.send(pieces)
    if answer.accepted:
        return dict(_received(ladders, answer, pieces, job))
    wrong = {each.guid: _fate(each, words) for each, words in _refused(answer, pieces) if words is not None}
    rest = [each for each in pieces if each.guid not in wrong]
    if not wrong:  # the message itself is not taken
        said = bilingual(answer.info)
        said = Words(f"{answer.code} {said.zh}", f"{answer.code} {said.en}")
        return {each.guid: _fate(each, said) for each in pieces}
    return wrong | (_sent(sending, ladders, rest, job) if rest else {})


def _refused(answer: Answer, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Words | None]]:
    """Each piece, and what its own violations say."""
    places = {one.node: place for place, one in enumerate(answer.sent)}
    for each in pieces:
        place = places.get(each.guid, -1)
        own = answer.violations[place] if 0 <= place < len(answer.violations) else ()
        yield each, _violated(each, own) if own else None


def _violated(piece: Piece, violations: Sequence[Violation]) -> Words:
    """What is wrong with it, one a line, by the labels of the form and the numbers of its lines."""
    head, control = _form(piece)
    judge = Judge(lambda _: None, lambda: datetime.now(CST).date())
    said = [violated(each, blame(head, judge, control, each)) for each in violations]
    return Words("\n".join(each.zh for each in said), "\n".join(each.en for each in said))


def _form(piece: Piece) -> tuple[Row, dict[str, str]]:
    """The form as it was sent, and what the terminal filled in."""
    body = content(parse(piece.node), BY_CODE[piece.code][1].lists)
    control = {name: value for name, value in body.items() if isinstance(value, str)}
    return keeping.read(plan_of(own_forms().form(piece.code)), body), control


def _received(
    ladders: Ladders, answer: Answer, pieces: Sequence[Piece], job: Job
) -> Iterator[tuple[str, Fate]]:
    """The receipts of a message that was taken; somebody who stops waits for no more of them."""
    waited, steps = 0.0, ladders.wait(answer.cop_msg_id, 0)
    guids = {each.guid for each in pieces}
    while not guids <= {step.node for step in steps} and "" not in {step.node for step in steps}:
        if waited >= PATIENCE or job.cancelled:
            break
        steps = ladders.wait(answer.cop_msg_id, _GLANCE)
        waited += _GLANCE
    by_node: dict[str, Step] = {}
    for step in steps:
        by_node.setdefault(step.node, step)
    for each in pieces:
        came = by_node.get(each.guid) or by_node.get("")
        yield each.guid, _fate(each, _WAITS) if came is None else _told(each, came)


def _told(piece: Piece, step: Step) -> Fate:
    info = receipt_words(_form(piece)[0], step.info)
    return Fate(piece.title or step.case or piece.case, info, not step.bad, step.case or piece.case)


def _fate(piece: Piece, words: Words) -> Fate:
    return Fate(piece.title or piece.case, words, good=False, case=piece.case)


def _words(error: Told | SignerError) -> Words:
    return Words(error.told("zh"), error.told("en"))
