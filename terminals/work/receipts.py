"""What became of everything sent: a ladder of steps a submission (暂存 → 申报中 → 入库 …), kept on disk.

Knows submissions, the receipts that belong to them and which of those were looked at; refuses to know how
they are shown. Several terminals of one person may share the file: each change is merged under a lock, and a
file that cannot be read begins anew, since the gateway has all receipts still.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Condition
from typing import Any

from terminals.pending import durable_folder, folder_name, replace_durably
from terminals.receipts import Delivered
from terminals.trouble import Unusable
from terminals.work.steps import Ladder, Sent, Step, as_read, sent_from, step_from, steps_of

__all__ = ["Ladder", "Ladders", "Sent", "Step"]

MOST = 500  # ladders that are kept


@dataclass
class _Content:
    """All that is in the file."""

    sent: dict[str, Sent] = field(default_factory=dict)  # node's guid →
    steps: dict[str, Step] = field(default_factory=dict)  # receipt's guid →
    answers: dict[str, str] = field(default_factory=dict)  # CopMsgId → the reply's code

    def ladders(self) -> list[Ladder]:
        """The ladders, the one with the newest step first."""
        steps: dict[tuple[str, str], list[Step]] = defaultdict(list)
        for step in self.steps.values():
            steps[step.cop_msg_id, step.node].append(step)
        keys = {(one.cop_msg_id, one.node): one for one in self.sent.values()}
        whole = {cop: steps.pop((cop, ""), []) for cop in {cop for cop, _ in keys}}
        found = []
        for key in dict.fromkeys((*keys, *steps)):
            cop, node = key
            own = sorted((*steps.get(key, ()), *whole.get(cop, ())), key=lambda step: step.time)
            found.append(Ladder(cop, node, keys.get(key), self.answers.get(cop, ""), tuple(own)))
        return sorted(found, key=lambda ladder: ladder.time, reverse=True)

    def prune(self) -> None:
        """Forget the oldest ladders."""
        if len(self.sent) + len(self.steps) <= MOST:
            return
        kept = self.ladders()[:MOST]
        guids = {step.guid for ladder in kept for step in ladder.steps}
        messages = {ladder.cop_msg_id for ladder in kept}
        self.sent = {ladder.sent.node: ladder.sent for ladder in kept if ladder.sent}
        self.steps = {guid: step for guid, step in self.steps.items() if guid in guids}
        self.answers = {cop: code for cop, code in self.answers.items() if cop in messages}

    def plain(self) -> bytes:
        """As JSON."""
        content = {
            "sent": [one.plain() for one in self.sent.values()],
            "steps": [step.plain() for step in self.steps.values()],
            "answers": self.answers,
        }
        return json.dumps(content, ensure_ascii=False).encode()

    @classmethod
    def read(cls, path: Path) -> _Content:
        """What the file holds; nothing where there is none, or none that can be read."""
        try:
            told: Any = json.loads(path.read_bytes())
            sent, steps = map(sent_from, told["sent"]), map(step_from, told["steps"])
            return cls({one.node: one for one in sent}, {one.guid: one for one in steps}, told["answers"])
        except (OSError, ValueError, TypeError, KeyError):
            return cls()


class Ladders:
    """The ladders of one person at one gateway, on disk beside the mailbox's cursor."""

    def __init__(self, state: Path, origin: str, party: str) -> None:
        self._path = state / folder_name(origin, party) / "ladders.json"
        self._changed = Condition()
        self.fresh = not self._path.exists()  # nothing was ever kept
        self._content = _Content.read(self._path)

    @property
    def unread(self) -> int:
        """How many steps were not looked at."""
        return sum(not step.read for step in list(self._content.steps.values()))

    def all(self) -> tuple[Ladder, ...]:
        """The ladders, the one with the newest step first."""
        with self._changed:
            return tuple(self._content.ladders())

    def sent(self, cop_msg_id: str) -> tuple[Sent, ...]:
        """The nodes of a message that was signed here."""
        with self._changed:
            return tuple(one for one in self._content.sent.values() if one.cop_msg_id == cop_msg_id)

    def note(self, sent: Iterable[Sent]) -> None:
        """Something is about to be sent. Raises Unusable where it cannot be kept."""
        fresh = {one.node: one for one in sent}
        self._change(lambda content: content.sent.update(fresh))

    def answered(self, cop_msg_id: str, code: str, known_as: str = "") -> None:
        """The gateway's reply to a message; `known_as` is the CopMsgId it has it under."""
        name = known_as or cop_msg_id

        def change(content: _Content) -> None:
            content.answers[name] = code
            for one in [one for one in content.sent.values() if one.cop_msg_id == cop_msg_id]:
                content.sent[one.node] = replace(one, cop_msg_id=name)

        self._change(change)

    def take(self, delivered: Iterable[Delivered], *, old: bool = False) -> tuple[Step, ...]:
        """Put receipts in; what is new among them. Durable when this returns.

        Of what is `old`, only answers to what was sent from here count as not looked at.
        """
        found = [step for document in delivered for step in steps_of(document)]
        steps = [as_read(step) if old and not self.sent(step.cop_msg_id) else step for step in found]
        new = tuple(step for step in steps if step.guid not in self._content.steps)

        def change(content: _Content) -> None:
            for step in steps:
                content.steps.setdefault(step.guid, step)

        if steps:
            self._change(change)
        return new

    def look(self, cop_msg_id: str | None = None) -> None:
        """The steps of one message, or all, were looked at."""

        def change(content: _Content) -> None:
            for guid, step in content.steps.items():
                if cop_msg_id in (None, step.cop_msg_id):
                    content.steps[guid] = as_read(step)

        self._change(change)

    def told(self, steps: Iterable[Step]) -> None:
        """These steps were said to the person who sent."""
        guids = {step.guid for step in steps}

        def change(content: _Content) -> None:
            for guid in guids & content.steps.keys():
                content.steps[guid] = as_read(content.steps[guid])

        if guids:
            self._change(change)

    def wait(self, cop_msg_id: str, timeout: float) -> tuple[Step, ...]:
        """The steps of a message once each of its nodes has one; after `timeout` seconds those there are."""

        def there() -> bool:
            nodes = {one.node for one in self._content.sent.values() if one.cop_msg_id == cop_msg_id}
            come = {step.node for step in self._steps(cop_msg_id)}
            return "" in come or (bool(come) and nodes <= come)

        with self._changed:
            self._changed.wait_for(there, timeout)
            return tuple(sorted(self._steps(cop_msg_id), key=lambda step: step.time))

    def _steps(self, cop_msg_id: str) -> list[Step]:
        return [step for step in self._content.steps.values() if step.cop_msg_id == cop_msg_id]

    def _change(self, change: Callable[[_Content], object]) -> None:
        """Read what other terminals have written, change it, write it."""
        try:
            with self._changed, self._alone():
                content = _Content.read(self._path)
                change(content)
                content.prune()
                replace_durably(self._path, content.plain())
                self._content, self.fresh = content, False
                self._changed.notify_all()
        except OSError as error:
            raise Unusable("file-unwritable", file=self._path, reason=error.strerror or error) from None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        durable_folder(self._path.parent)
        handle = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
