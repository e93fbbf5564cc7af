"""Disposals (处置) at the customs desk: imposed for a period to the second, and lifted.

Knows the three kinds and what each says of its end; refuses to know how forms are typed and sent, and when a
disposal begins and ends: that is the gateway's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from messages.annotations import Words
from messages.inspection.table import LIFTED, NOT_RECOGNISED, NOT_YET, PUT_RIGHT, TO_PUT_RIGHT, UPCOMING
from messages.wire import CST
from messages.workflow import Body
from terminals.tui.buttons import Option
from terminals.tui.inspection.desk_calls import ToAgency
from terminals.tui.posting import Posted
from terminals.work.checks import Purpose
from terminals.work.found import CaseFound
from terminals.work.model import FormModel

_REVOKING, _RECTIFYING = "2", "3"  # kinds of disposals
_LIFT = Words("撤销处置", "Lift it")
_NOW = Words("即刻", "now")


def read(text: str) -> datetime | None:
    """The moment in China that yyyyMMddHHmmss means; None for anything else."""
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=CST)
    except ValueError:
        return None


def lasting(span: timedelta) -> Words:
    """How long something lasts, to the second."""
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours:02}:{minutes:02}:{seconds:02}"
    return Words(f"{span.days} 天 {clock}", f"{span.days} d {clock}")


def period(stored: Body) -> Words:
    """From when to when an imposed disposal lasts; of what is to be put right, the deadline."""
    begin, end = (read(str(stored.get(name, ""))) for name in ("beginTime", "endTime"))
    zh, en = (f"自 {_said(begin)} ", f"From {_said(begin)}") if begin is not None else ("", "")
    if end is None:
        return Words(f"{zh}起".strip(), en)
    if stored.get("kind") == _RECTIFYING:
        return Words(f"{zh}起，期限 {_said(end)}", f"{en}, to be put right by {_said(end)}")
    return Words(f"{zh}至 {_said(end)}", f"{en} to {_said(end)}")


class DisposalEntry(ToAgency):
    """处置: a new one; or one that was imposed, to be read and lifted."""

    CODE: ClassVar[str] = "PSI191"
    WORDS: ClassVar[Words] = Words("处置", "Disposal")
    EVENTS: ClassVar[Mapping[Purpose, str]] = {
        Purpose.SAVE: "", Purpose.DECLARE: "impose", Purpose.DELETE: "lift",
    }  # fmt: skip
    DECLARE: ClassVar[Words] = Words("处置", "Impose")

    def content(self, found: CaseFound) -> Body:
        """What is imposed."""
        return found.body.get("stored") or {}

    @property
    def inner(self) -> str:
        """The agency's code."""
        return self.model.head.text("agencyCode")

    def remark(self, found: CaseFound) -> Words:
        """How it ends, while it lasts."""
        if found.line.state in (UPCOMING, NOT_RECOGNISED):
            return Words("按 Ctrl+D 撤销处置，立即生效。", "Ctrl+D lifts it, at once.")
        if found.line.state in (TO_PUT_RIGHT, PUT_RIGHT, NOT_YET):
            return Words("整改材料审核通过后，处置即撤销。", "It ends when what was put right is passed.")
        return Words()

    def options(self) -> list[Option]:
        """撤销处置 where there is something to lift."""
        lifts = bool(self.model.state)
        return [
            Option(each.key, _LIFT, each.hot, each.open) if each.key == "delete" and lifts else each
            for each in super().options()
        ]

    def question(self) -> Words:
        """Whom it hits, with what, from when to when."""
        head = self.model.head
        kind, whom = self.model.meaning(head, "kind"), self.agency_called(head.text("agencyCode"))
        zh, en = [f"是否处置：{kind.zh}？", whom.zh], [f"Impose this: {kind.en}?", whom.en]
        begin, end = read(head.text("beginTime")), read(head.text("endTime"))
        since = Words(f" {_said(begin)} ", _said(begin)) if begin is not None else _NOW
        until = _said(end) if end is not None else ""
        now = self.terminal.clock().astimezone(CST)
        span = lasting(max((end or now) - (begin or now), timedelta()))
        if head.text("kind") == _REVOKING:
            zh.append(f"自{since.zh}起撤销备案，机构可以重新备案。")
            en.append(f"From {since.en} on it is filed no more; it may file anew.")
        elif head.text("kind") == _RECTIFYING:
            zh.append(f"自{since.zh}起，期限 {until}（{span.zh}）。")
            zh.append("到期不自动结束，整改经审核通过后才撤销。")
            en.append(f"From {since.en}, to be put right by {until} ({span.en}).")
            en.append("It ends when customs passes what was put right, not with the deadline.")
        else:
            zh.append(f"自{since.zh}至 {until}（{span.zh}）。")
            en.append(f"From {since.en} to {until} ({span.en}).")
        return Words("\n".join(zh), "\n".join(en))

    async def delete(self) -> None:
        """What is imposed is lifted; what was only typed is thrown away."""
        if not self.model.state:
            await super().delete()
            return
        whom = self.agency_called(self.model.head.text("agencyCode"))
        words = Words(
            f"是否撤销处置 {self.model.case}？\n{whom.zh}", f"Lift the disposal {self.model.case}?\n{whom.en}"
        )
        if not await self.barred(Purpose.DELETE) and await self.sure(words):
            await self.send(Purpose.DELETE)

    async def done(self, model: FormModel, posted: Posted) -> None:
        """It is imposed, or lifted."""
        piece, case = posted.piece, posted.steps[-1].case
        lifted = piece.event == "lift"
        state = posted.found.line.state if posted.found is not None else LIFTED if lifted else UPCOMING
        model.settled(revision=piece.revision, app_time=piece.app_time, case=case, state=state)
        self.show_state()
        self.offer()
        if lifted:
            await self.tell(Words(f"处置 {case} 已撤销。", f"{case} is lifted."))
        else:
            told = self.state_called(state)
            await self.tell(
                Words(f"已处置，编号 {case}，状态：{told.zh}。", f"Imposed as {case}: {told.en}.")
            )


def _said(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
