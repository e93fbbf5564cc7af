"""What every system's steps ask of a case: is it there for whoever acts, does its state allow it, its files.

Knows tables, faults that a system numbers itself, and the fields that every node has; refuses to know any
system's states and what is in its messages.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from messages import stepping
from messages.faults import NodeFault
from messages.naming import described, digests, files_of, wrong_files
from messages.stepping import actor_of, not_in_state
from messages.transitions import Label, Row, Transitions
from messages.workflow import Body, Case, CaseByNumber, Context, Event, Fact, Facts, File, FileOf


@dataclass(frozen=True, slots=True)
class Cases:
    """A system's cases."""

    system: str
    table: Transitions
    labels: Mapping[str, Label]  # state → what it is called
    what: Mapping[str, Label]  # event → 不能…, "it cannot be …"
    private: Container[str]  # states of which only a case's owner knows
    # the system's numbers of what may be wrong
    no_case: int
    wrong_state: int
    ahead_of_time: int
    wrong_file: int

    def lock(self, number: object) -> str:
        """What is locked while a case is changed."""
        return f"{self.system}/case/{number}"

    def about(self, event: Event) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
        """The case that a message names, if any, and its files: the facts, and what to lock."""
        node, party = event.content, actor_of(event).party
        files = tuple(FileOf(party, digest) for digest in digests(node))
        if not node.get("caseNo"):
            return files, ()
        return (CaseByNumber(str(node["caseNo"])), *files), (self.lock(node["caseNo"]),)

    def named(self, event: Event, facts: Facts) -> Case:
        """The case that a message names, if its sender may know of it. Raises NodeFault."""
        return stepping.named(event, facts, self.system, self.private, self.no_case)

    def row(self, case: Case | None, event: str) -> Row:
        """Where `event` leads. Raises NodeFault where it cannot happen."""
        state = case.state if case else None
        against = self.objection(state, {}, event)
        if against is not None:
            raise NodeFault(self.wrong_state, against)
        return self.table[state, event]

    def objection(self, state: str | None, body: Body, event: str) -> str | None:
        """Why `event` cannot happen to a case in `state`, in words; None where it can."""
        if (state, event) in self.table:
            return None
        return not_in_state(self.labels.get(state or ""), self.what[event])

    def check_time(self, event: Event, case: Case | None, context: Context) -> None:
        """An appTime is not far ahead, and later than that of what is stored. Raises NodeFault."""
        stepping.check_time(event, case, context, self.ahead_of_time)

    def files(self, event: Event, facts: Facts) -> tuple[File, ...]:
        """The files that a message names, by its names. Raises NodeFault where one is not as it says."""
        files = files_of(actor_of(event).party, facts, event.content)
        against = [f"{zh}({path}) / {en}" for path, zh, en in wrong_files(event.content, files)]
        if against:
            raise NodeFault(self.wrong_file, stepping.told(against))
        return described(event.content, files)

    def new(self, owner: str, context: Context) -> Case:
        """One more, in no state yet."""
        return Case(context.next_number(), self.system, owner, "", {}, context.now, context.now)
