"""What customs publishes (发布) in any system: news, material, notices, regulations; with files.

A publication is customs' own case; those for whom it is read it as a bulletin, one for each audience, and
fetch its files. Knows how it is published, changed and withdrawn; refuses to know any system.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from messages.cases import Cases
from messages.faults import NodeFault
from messages.stepping import actor_of, form_of
from messages.workflow import (
    EVERYONE,
    Body,
    Case,
    Context,
    Effect,
    Event,
    Fact,
    Facts,
    Issue,
    Needs,
    Publish,
    Put,
    Withdraw,
)

PUBLISHED, WITHDRAWN = "已发布", "已撤回"
NEW = "1"  # appType

Search = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Publishing:
    """How a system publishes: events `publish`, also of what is out already, and `withdraw`."""

    cases: Cases
    receipt: str  # CMA172
    lacking: int  # the fault of a publication that says nothing
    search: Callable[[Body, Context], Search]
    """The search columns, of what is typed."""
    own: Body = dataclasses.field(default_factory=dict)
    """What a case's body has besides."""
    kind: Callable[[Body], str] = lambda form: str(form["kind"])
    """Of what is typed: the bulletin's kind."""
    facts: Callable[[Body], tuple[Fact, ...]] = lambda node: ()
    """What must be known to tell whom it is for."""
    audiences: Callable[[Body, Facts], tuple[str, ...]] = lambda node, facts: (EVERYONE,)
    """Whom it is for: dxpIds, roles or EVERYONE. Raises NodeFault."""

    def needs(self, event: Event) -> Needs:
        """The case that a change or a withdrawal names, whom it is for, and the files."""
        facts, locks = self.cases.about(event)
        return Needs((*facts, *self.facts(event.content)), locks)

    def step(self, event: Event, facts: Facts, context: Context) -> tuple[Effect, ...]:
        """Publish, change or withdraw. Raises NodeFault."""
        node, actor = event.content, actor_of(event)
        case = self._own(event, facts) if node["appType"] != NEW else None
        row = self.cases.row(case, event.name)
        self.cases.check_time(event, case, context)
        before = _bulletins(case) if case is not None else {}
        if event.name == "withdraw":
            assert case is not None  # row: nothing is withdrawn before it is published
            gone = dataclasses.replace(case, state=row.target, changed=context.now)
            receipt = self._receipt(event, case, row.status, "撤回成功 / withdrawn")
            return Put(gone), *before.values(), receipt
        form = form_of(node)
        if not form.get("title"):
            raise NodeFault(self.lacking, "发布内容不能为空 / say what is to be published (title, content)")
        files = self.cases.files(event, facts)
        audiences = self.audiences(node, facts)
        case = case or self.cases.new(actor.party, context)
        case = dataclasses.replace(
            case,
            state=row.target,
            body={**self.own, "stored": form, "audiences": list(audiences), "appTime": node["appTime"]},
            changed=context.now,
            search=self.search(form, context),
        )
        published = [
            Publish(
                key=_key(case, audience),
                kind=self.kind(form),
                title=str(form["title"]),
                body=str(form["content"]),
                publisher=case.owner,
                audience=audience,
                files=files,
            )
            for audience in audiences
        ]
        kept = {each.key for each in published}
        gone_from = [effect for key, effect in before.items() if key not in kept]
        receipt = self._receipt(event, case, row.status, "发布成功 / published")
        return Put(case), *gone_from, *published, receipt

    def _own(self, event: Event, facts: Facts) -> Case:
        """What is changed or withdrawn is what the same customs has published. Raises NodeFault."""
        case = self.cases.named(event, facts)
        if case.owner != actor_of(event).party:
            words = f"{case.number} 不是贵方发布的 / it was published by another customs"
            raise NodeFault(self.cases.no_case, words)
        return case

    def _receipt(self, event: Event, case: Case, status: int, info: str) -> Issue:
        return Issue(actor_of(event).party, self.receipt, status, info, event.origin, case.number)


def _key(case: Case, audience: str) -> str:
    return f"{case.number}/{audience}"


def _bulletins(case: Case) -> dict[str, Withdraw]:
    """What is out of a case, by key, to be taken back."""
    keys = [_key(case, audience) for audience in case.body["audiences"]]
    return {key: Withdraw(key, case.owner) for key in keys}
