"""What an agency does with an entrustment: 接受委托, 退回 with the reason, and then the 检验结果.

Knows two buttons of one answer, and the form of a result; refuses to know how cases are read and forms sent.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from messages.annotations import Words
from messages.inspection.table import ACCEPTED
from messages.statuses import Status
from terminals.tui.buttons import Option
from terminals.tui.inspection.documents import ENTERPRISE, PAPERS
from terminals.tui.opinions import OpinionPage
from terminals.tui.posting import Posted
from terminals.work.checks import Purpose
from terminals.work.papers import Papers
from terminals.work.receipts import Step

ACCEPT, RETURN = "1", "0"  # result of PSI141
_ACCEPT, _RETURN = Words("接受委托", "Accept"), Words("退回", "Return")
_RESULT = Words("检验结果", "Result")
_IN_SPITE = Words(
    "已填写退回原因。仍要接受该委托？", "A reason for returning it is typed. Accept it all the same?"
)


class Acceptance(OpinionPage):
    """One entrustment: 接受委托 or 退回; once it is accepted, on to its result."""

    CODE: ClassVar[str] = "PSI141"
    WORDS: ClassVar[Words] = Words("业务受理", "Entrustment")
    PAPERS: ClassVar[Papers] = PAPERS
    DETAIL: ClassVar[str] = "inspection.case"
    EVENT: ClassVar[str] = "accept"
    ESSENTIAL: ClassVar[tuple[str, ...]] = ("accept", "refuse", "case")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "accept", "inspection-accept"),
        Binding("ctrl+b", "refuse", "inspection-return"),
        Binding("ctrl+t", "result", "inspection-result"),
    ]

    def options(self) -> list[Option]:
        """接受委托 and 退回, or 检验结果 once it is accepted; and what there is to read."""
        answers = self.objection(Purpose.DECLARE) is None
        own = [
            Option("accept", _ACCEPT, "ctrl+r", answers),
            Option("refuse", _RETURN, "ctrl+b", answers),
        ]
        if self.model.state == ACCEPTED:
            own = [Option("result", _RESULT, "ctrl+t")]
        return [*own, *(each for each in super().options() if each.key != "declare")]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a key for what there is a button for."""
        if action in ("accept", "refuse", "result"):
            return (action == "result") is (self.model.state == ACCEPTED)
        return super().check_action(action, parameters)

    def on_mount(self) -> None:
        """The buttons say what the answer is; what is typed is the reason."""
        self.call_after_refresh(self.view.head.focus_field, "content")

    def action_accept(self) -> None:
        """接受委托."""
        self._answer(ACCEPT)

    def action_refuse(self) -> None:
        """退回, with the reason that is typed below."""
        self._answer(RETURN)

    def _answer(self, result: str) -> None:
        model = self.model
        self.view.settle()
        if self.objection(Purpose.DECLARE) is None:
            self.view.follow(model.set(model.head, "result", result))
        self.action_declare()

    async def _decide(self) -> None:
        head = self.model.head
        accepts = head.text("result") == ACCEPT
        if accepts and head.text("content") and not await self.sure(_IN_SPITE):
            return
        await super()._decide()

    def action_result(self) -> None:
        """Its result."""
        if self._found is not None:
            self.terminal.open_soon("inspection.result", found=self._found)

    def question(self) -> Words:
        """What is about to happen."""
        whom = self._enterprise()
        if self.model.head.text("result") == ACCEPT:
            return Words(f"是否接受该委托？{whom.zh}", f"Accept this entrustment?{whom.en}")
        return Words(
            f"是否将该委托退回企业？所填内容将作为退回原因。{whom.zh}",
            f"Return it to the enterprise, with what you wrote as the reason?{whom.en}",
        )

    def _enterprise(self) -> Words:
        """Whose it is, as a line behind a question; nothing where the case is not here."""
        name = self._found.line.text("subject") if self._found is not None else ""
        return Words(f"\n{ENTERPRISE.zh}：{name}", f"\n{ENTERPRISE.en}: {name}") if name else Words()

    def against(self, posted: Posted) -> Step | None:
        """That it is returned is what was wanted, not a refusal."""
        found = super().against(posted)
        wanted = posted.piece.event == "return" and found is not None and found.status == Status.RETURNED
        return None if wanted else found

    def decided(self, state: Words) -> Words:
        """As the list calls it now."""
        return Words(f"操作成功。状态：{state.zh}", f"Done. It is now: {state.en}")


class InspectionResult(OpinionPage):
    """检验结果: the certificate's number and validity, with its files."""

    CODE: ClassVar[str] = "PSI151"
    WORDS: ClassVar[Words] = _RESULT
    PAPERS: ClassVar[Papers] = PAPERS
    DETAIL: ClassVar[str] = "inspection.case"
    EVENT: ClassVar[str] = "inspect"
    DECIDE: ClassVar[Words] = Words("提交", "Submit")

    def question(self) -> Words:
        """It is done once."""
        head = self.model.head
        return Words(
            f"是否提交检验结果？证书编号：{head.text('resultNo')}，有效期至 {head.text('resultValidTo')}。"
            "提交后不能修改。",
            f"Submit the result? Certificate {head.text('resultNo')}, valid until "
            f"{head.text('resultValidTo')}. It cannot be changed afterwards.",
        )

    def decided(self, state: Words) -> Words:
        """检验完成."""
        return Words(f"提交成功。状态：{state.zh}", f"Submitted. It is now: {state.en}")
