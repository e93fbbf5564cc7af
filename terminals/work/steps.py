"""Submissions and the steps that receipts make of them: their shapes, and how they lie on disk.

Knows how a receipt of any system becomes a step in words; refuses to know files and threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from messages.annotations import Words
from messages.registry import BY_CODE
from messages.statuses import Status
from messages.system import CUSTOMS
from messages.wire import parse_wire_time
from receipts.codes import label, words
from receipts.document import Receipt
from terminals.receipts import Delivered
from terminals.state import refuses

_SYSTEM_OF = {kind.receipt: system for system, kind in BY_CODE.values()}
_DECIDED = frozenset(kind.receipt for _, kind in BY_CODE.values() if kind.senders.roles == {CUSTOMS})
"""Receipts of what customs sends, who returns what others have sent: 退单 is what was wanted then."""
_UNPROVEN = Words("回执未通过验证", "a receipt that is not proven")
_UNREADABLE = Words("报文未通过校验", "the message is not what its schema says")
_FOREIGN = Words("收到报文", "a message came")


@dataclass(frozen=True, slots=True)
class Step:
    """One receipt of one business node."""

    guid: str  # the receipt's own
    cop_msg_id: str
    node: str  # guid of the node; '' for what is said of the whole message
    type: str  # BVS112
    status: int  # 0 for what is no receipt
    label: Words
    info: str
    time: datetime
    case: str  # '' without
    bad: bool  # it says no: a fault, 退单, a receipt that is not proven
    read: bool = False

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "time": self.time.isoformat()}


@dataclass(frozen=True, slots=True)
class Sent:
    """One business node that was signed here, noted before it goes out."""

    cop_msg_id: str
    node: str
    system: str
    code: str
    event: str  # save, declare, delete …
    title: str  # the internal number, for people
    case: str
    time: datetime
    form: str = ""  # the model's id
    revision: int = 0  # the model's when it was signed
    app_time: str = ""

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "time": self.time.isoformat()}


@dataclass(frozen=True, slots=True)
class Ladder:
    """A submission and its steps, oldest first. `sent` is None for what other programs of the party sent."""

    cop_msg_id: str
    node: str
    sent: Sent | None
    answered: str  # the reply's code; '' while there is none
    steps: tuple[Step, ...] = field(default=())

    @property
    def unread(self) -> int:
        """How many of its steps were not looked at."""
        return sum(not step.read for step in self.steps)

    @property
    def case(self) -> str:
        """The case's number (统一编号), once a step or the submission has one."""
        found = next((step.case for step in reversed(self.steps) if step.case), "")
        return found or (self.sent.case if self.sent else "")

    @property
    def time(self) -> datetime:
        """Of its last step, or of the submission."""
        if self.steps:
            return self.steps[-1].time
        assert self.sent is not None  # a ladder has one or the other
        return self.sent.time


def steps_of(delivered: Delivered) -> Iterator[Step]:
    """What one document of the mailbox says: a step a return, or one where nothing in it may be believed.

    What another party sent, or says it did, is named by both: its CopMsgId may be another's, or one's own.
    """
    kind, cop = delivered.type, delivered.cop_msg_id
    whose = f"{delivered.sender}/{cop}"
    when = parse_wire_time(delivered.time)
    if delivered.fault:
        yield Step(whose, whose, "", kind, 0, _UNPROVEN, delivered.fault, when, "", bad=True)
    elif not delivered.returns:
        yield Step(whose, whose, "", kind, 0, _FOREIGN, delivered.sender, when, "", bad=False)
    for found in delivered.returns:
        answered = found.ori_cop_msg_id
        if isinstance(found, Receipt):
            said, case = words_of(kind, found.status), found.case or ""
            yield Step(
                found.guid, answered, found.ori_guid, kind, found.status, said, found.info, found.time, case,
                bad=refuses(found) and not (kind in _DECIDED and found.status == Status.RETURNED),
            )  # fmt: skip
        else:
            yield Step(cop, answered, "", kind, 0, _UNREADABLE, found.info, when, "", bad=True)


def words_of(kind: str, status: int) -> Words:
    """What a status means in a receipt of this type: the system's own words, else E-Port's."""
    system = _SYSTEM_OF.get(kind)
    return Words(*words(status, system)) if system else Words(label(status, "zh"), label(status, "en"))


def step_from(plain: Mapping[str, Any]) -> Step:
    """What `Step.plain` gave. Raises KeyError, TypeError or ValueError."""
    values = {**plain, "label": Words(**plain["label"]), "time": datetime.fromisoformat(plain["time"])}
    return Step(**values)


def sent_from(plain: Mapping[str, Any]) -> Sent:
    """What `Sent.plain` gave. Raises as `step_from`."""
    return Sent(**{**plain, "time": datetime.fromisoformat(plain["time"])})


def as_read(step: Step) -> Step:
    """The step, looked at."""
    return step if step.read else replace(step, read=True)
