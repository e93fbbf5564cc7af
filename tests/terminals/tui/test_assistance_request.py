"""A foreign officer's request on its three steps, at a real gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from messages.workflow import File
from terminals.tui.assistance.request import RequestEntry
from terminals.tui.dialogs import Tell
from terminals.tui.grid import Grid
from terminals.tui.picker import CodePicker
from terminals.tui.steps import Steps
from terminals.tui.words import Saying
from terminals.work.rows import Place
from terminals.work.standing import Kind
from tests.scenarios.house import House
from tests.terminals.tui import assisted
from tests.terminals.tui.at_house import closed, told, until
from tests.terminals.tui.officers import attach, begun, officer, typed
from tests.terminals.tui.stage import SMALL, shown


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A demo gateway with offices and agreements."""
    house = House(tmp_path_factory.mktemp("officers") / "home")
    house.start()
    assisted.filed(house)
    yield house
    house.close()


@pytest.mark.asyncio
async def test_a_new_request_begins_with_what_is_known_of_its_writer(house: House, tmp_path: Path) -> None:
    """Day, country, department, sender, mail and agreement stand there, and nothing of it is unsaved."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        head = page.model.head
        assert head.text("country") == "KOR"
        assert head.text("reqSender") == "Officer A. Moreau"
        assert head.text("reqMail") == "office@customs-one.example"
        assert len(head.text("reqDate")) == 8
        assert head.text("agreementNo") == "KOR-1"
        await until(pilot, lambda: not page.unsaved)
        assert not page.drafts()


@pytest.mark.asyncio
async def test_steps_say_where_one_is_and_what_is_done(house: House, tmp_path: Path) -> None:
    """The step in front has its name; one in which nothing is missing is marked; keys go on and back."""
    async with officer(house, tmp_path, SMALL) as (terminal, pilot):
        page = await begun(terminal, pilot)
        assert "▶ 第一步 录入本次申请的基本情况 ─ ○ 第二步 ─ ○ 第三步" in shown(terminal)
        await pilot.press("alt+n")
        await pilot.pause()
        assert "○ 第一步 ─ ▶ 第二步 录入本次申请涉及的所有单证以及货物等信息 ─ ○ 第三步" in shown(terminal)
        await pilot.press("alt+p")
        page.view.settle()
        typed(page.model)
        page.view.follow()
        await pilot.press("alt+n", "alt+n")
        await pilot.pause()
        assert "✓ 第一步 ─ ✓ 第二步 ─ ▶ 第三步" in shown(terminal)
        await pilot.press("f2")
        await pilot.pause()
        assert "✓ Step 1 ─ ✓ Step 2 ─ ▶ Step 3" in shown(terminal)
        assert page.query_one(Steps).region.height == 1


@pytest.mark.asyncio
async def test_an_incomplete_draft_is_kept_and_its_faults_are_listed(house: House, tmp_path: Path) -> None:
    """保存 without a reference number; what a submission needs is said, and an empty bill is no bill."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        await pilot.press("alt+n", "ctrl+t", "ctrl+s")  # a bill and its goods, both empty
        said = await closed(pilot)
        assert said.startswith("保存成功。统一编号：A")
        assert "外方协查函编号不能为空" in said
        assert "票据不能为空" in said
        assert "(letterNo)" not in said
        assert page.model.state == "草稿"
        assert page.model.rows("Bill") == ()
        assert not page.unsaved


@pytest.mark.asyncio
async def test_a_bill_without_anything_in_it_is_kept_as_it_is(house: House, tmp_path: Path) -> None:
    """Two bills, the first of them empty: a draft may have that, and says so."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        page.model.add("Bill")
        page.model.set(page.model.add("Bill"), "billNo", "X1")
        page.view.follow()
        await pilot.press("ctrl+s")
        assert "票据 1 " in await closed(pilot)
        assert len(page.model.rows("Bill")) == 2


@pytest.mark.asyncio
async def test_submitting_says_what_is_missing_and_goes_there(house: House, tmp_path: Path) -> None:
    """提交 needs no 保存 before; it refuses with the cursor on the first field that is missing."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        typed(page.model, reqType=None)
        goods = page.model.rows("Goods", page.model.rows("Bill")[0])[0]
        page.model.set(goods, "gName", "")
        page.view.follow()
        await pilot.press("ctrl+r")
        assert "请求类型、" in await closed(pilot) or page.view.place is not None
        assert page.view.place is not None
        assert page.view.place.path == "reqType"
        page.model.set(page.model.head, "reqType", "1")
        page.view.follow()
        await pilot.press("ctrl+r")
        assert "货物信息第 1 行 货物名称/规格" in await closed(pilot)
        assert page.view.place.path == "Bill[1]/Goods[1]/gName"
        assert page.model.state == ""


def wrong(page: RequestEntry) -> list[str]:
    """The paths of the fields that are shown as wrong."""
    places = (Place(row, name) for row in page.model.head.walk() for name in row.plan.fields)
    return [each.path for each in places if page.model.standing(each.row, each.name).kind is Kind.WRONG]


@pytest.mark.asyncio
async def test_what_the_rules_have_against_a_request_is_told_together_before_it_is_sent(
    house: House, tmp_path: Path
) -> None:
    """In the screen's language, one fault a line, by line and label; the cursor goes to the first."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        typed(page.model, reqType="1 2")
        page.model.copy(page.model.rows("Bill"))
        page.model.set(page.model.rows("Bill")[1], "containerNo", "CSQU3054380")
        page.model.set(page.model.rows("Bill")[1], "billType", "3")
        page.view.follow()
        await attach(page, pilot, "letter", "01")
        await pilot.press("f2", "ctrl+r")
        await told(pilot)
        dialog = terminal.screen
        assert isinstance(dialog, Tell)
        assert dialog.query_one(".dialog--words Saying", Saying).words.en.split("\n") == [
            "Bill 2 Type: is none of the types that the request names",
            "Bill 2 Container number: CSQU3054380 has a wrong check digit (ISO 6346)",
            "missing document: the customs declaration or the bill of lading",
            "missing document: the certificate of origin",
        ]
        await closed(pilot)
        assert page.view.place is not None
        assert page.view.place.path == "Bill[2]/billType"
        assert page.model.state == ""
        assert wrong(page) == ["Bill[2]/billType", "Bill[2]/containerNo"]


@pytest.mark.asyncio
async def test_the_third_step_says_which_documents_it_needs(house: House, tmp_path: Path) -> None:
    """Those of the request's types, each marked as there or lacking; the step is done when all are there."""
    async with officer(house, tmp_path, SMALL) as (terminal, pilot):
        page = await begun(terminal, pilot)
        typed(page.model, reqType="2")
        page.view.follow()
        await attach(page, pilot, "letter", "01")
        needs = page.view.query_one(".form--needs", Saying)
        assert needs.words.en == "Needed here: ✓ the signed letter of request   ✗ the certificate of origin"
        assert needs.display
        assert "✓ 协查请求函(含签名)   ✗ 原产地证书" in shown(terminal)
        assert "▶ 第三步" in shown(terminal)
        await pilot.press("alt+p")
        await pilot.pause()
        assert not needs.display
        assert "○ 第三步" in shown(terminal)
        await attach(page, pilot, "declaration", "08")
        assert "✗" not in needs.words.zh
        page.model.set(page.model.rows("Bill")[0], "billType", "2")
        page.view.follow()
        assert all(step.done for step in page.view._parting.steps(page.model, judged=True))


@pytest.mark.asyncio
async def test_a_corrected_field_keeps_no_mark_of_an_old_fault(house: House, tmp_path: Path) -> None:
    """What only the gateway finds is shown at its field; corrected and saved, nothing is marked any more."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        typed(page.model)
        page.model.set(page.model.head, "agreementNo", "KOR-9")
        page.view.follow()
        await attach(page, pilot, "letter", "01")
        await attach(page, pilot, "declaration", "02")
        await pilot.press("ctrl+s")
        assert "现行的协议" in await closed(pilot)
        assert wrong(page) == ["agreementNo"]
        await pilot.press("ctrl+r")
        await closed(pilot)
        refused = await closed(pilot)
        assert "KOR-9 不是与 KOR 现行的协议" in refused
        assert "agreementNo" not in refused
        assert page.view.place is not None
        assert page.view.place.path == "agreementNo"
        page.model.set(page.model.head, "agreementNo", "KOR-1")
        page.view.follow()
        page.again()  # a receipt comes, and the draft at the gateway has its fault still
        await until(pilot, lambda: not [each for each in page.workers if each.group == "look"])
        assert wrong(page) == []
        await pilot.press("ctrl+s")
        assert (await closed(pilot)).startswith("保存成功")
        assert wrong(page) == []


@pytest.mark.asyncio
async def test_a_whole_request_is_submitted(house: House, tmp_path: Path) -> None:
    """Bills, goods, files: China has it, and nothing more can be changed."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        number = typed(page.model)
        page.view.follow()
        await attach(page, pilot, "letter", "01")
        await attach(page, pilot, "declaration", "02")
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "提交成功。待处理"
        assert page.model.state == "待处理"
        assert page.view.reading
        assert page.state_words().zh == "查看数据 待处理"
        assert "当前状态为“待处理”" in shown(terminal)
        found = await asyncio.to_thread(terminal.work.line.case, "assistance", page.model.case)
        assert found is not None
        assert found.line.inner == number
        assert [each["name"] for each in found.body["stored"]["Attachment"]] == [
            "letter.pdf", "declaration.pdf",
        ]  # fmt: skip
        await pilot.press("ctrl+r")
        assert "不能提交" in await closed(pilot)


@pytest.mark.asyncio
async def test_bills_and_goods_are_added_copied_and_deleted(house: House, tmp_path: Path) -> None:
    """Goods are those of the bill under the cursor; a copied bill has its goods, and is another one."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        typed(page.model)
        page.view.follow()
        await pilot.press("alt+n", "escape", "alt+m")
        await until(pilot, lambda: terminal.screen is not terminal.shell)
        await pilot.press("down", "enter")  # 复制记录
        await until(pilot, lambda: len(page.model.rows("Bill")) == 2)
        first, second = page.model.rows("Bill")
        assert second.text("billDate") == first.text("billDate")
        await pilot.press("ctrl+t")
        await pilot.pause()
        assert page.view.bodies["Goods"].parent_row is second
        assert "货物信息(票据2) 1" in shown(terminal)
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert [len(bill.rows("Goods")) for bill in (first, second)] == [1, 2]
        page.model.set(second.rows("Goods")[0], "gName", "other")
        assert first.rows("Goods")[0].text("gName") == "phones"
        await pilot.press("ctrl+t", "ctrl+t", "ctrl+t")  # files, basics, bills
        await pilot.pause()
        assert page.view.part == "Bill"
        await pilot.press("escape", "ctrl+d")
        await closed(pilot, "y")
        assert page.model.rows("Bill") == (first,)
        assert page.view.bodies["Goods"].parent_row is first


@pytest.mark.asyncio
async def test_another_agreement_of_the_country_is_chosen(house: House, tmp_path: Path) -> None:
    """更换协议 offers that country's only; number and name change together."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        await pilot.press("ctrl+b")
        await until(pilot, lambda: terminal.screen is not terminal.shell)
        await pilot.pause()
        assert "KOR-1" in shown(terminal)
        assert "THA-1" not in shown(terminal)
        page.model.set(page.model.head, "agreementNo", "")
        await pilot.press("enter")
        await until(pilot, lambda: page.model.head.text("agreementNo") == "KOR-1")
        assert page.model.head.text("agreementName").startswith("中华人民共和国政府和大韩民国政府")


@pytest.mark.asyncio
async def test_what_is_there_twice_is_said_in_the_question(house: House, tmp_path: Path) -> None:
    """A bill with the same goods, a file under another type: either may be meant, so neither is refused."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        typed(page.model)
        plain = page.question()
        assert plain == page.ASK
        (*_, last) = page.model.rows("Bill")
        (again,) = page.model.copy([last])
        for place in (1, 2, 1):
            file = File(f"{place:064x}", 1000, "application/pdf", f"{place}.pdf")
            page.model.attach("Attachment", file)
        assert page.question().zh.split("\n") == [
            f"第 {again.number} 票与第 {last.number} 票完全相同。",
            "附件 3（1.pdf）与附件 1 是同一文件。",
            plain.zh,
        ]
        page.model.set(again.rows("Goods")[0], "qty", "7")
        assert "完全相同" not in page.question().zh


@pytest.mark.asyncio
async def test_the_country_s_drop_down_has_the_own_one_alone(house: House, tmp_path: Path) -> None:
    """Of the list's 253 only what the account may ask for; a name that is typed is its code all the same."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        page.view.first()
        await pilot.press("enter", "space")
        await until(pilot, lambda: isinstance(terminal.screen, CodePicker))
        await until(pilot, lambda: "KOR" in shown(terminal))
        await pilot.pause()
        assert len(terminal.screen.query_one(Grid).rows) == 1
        await pilot.press("escape")
        await until(pilot, lambda: terminal.screen is terminal.shell)
        await pilot.press("end", "ctrl+u", *"Thailand", "enter")
        assert page.model.head.text("country") == "THA"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("trick.pdf", b"MZ\x90\x00 no pdf at all", "trick.pdf 不能作为附件"),
        ("large.pdf", b"%PDF-1.7\n" + b"0" * 4_200_000, "large.pdf 过大"),
    ],
)
async def test_a_file_that_may_not_be_attached_is_not(
    house: House, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    """What it is called counts for nothing; neither it nor a line for it is taken."""
    async with officer(house, tmp_path) as (terminal, pilot):
        (tmp_path / "attachments" / name).write_bytes(content)
        page = await begun(terminal, pilot)
        page.view.show_part("Attachment")
        await pilot.press("ctrl+n")
        await until(pilot, lambda: terminal.screen is not terminal.shell)
        await pilot.press(*name, "enter")
        await until(pilot, lambda: isinstance(terminal.screen, Tell))
        assert reason in await closed(pilot)
        assert page.model.rows("Attachment") == ()


@pytest.mark.asyncio
async def test_the_same_file_is_attached_once(house: House, tmp_path: Path) -> None:
    """A second time it is said, and there is no second line."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        await attach(page, pilot, "letter", "01")
        await pilot.press("escape", "ctrl+n")
        await until(pilot, lambda: terminal.screen is not terminal.shell)
        await pilot.press(*"letter", "enter")
        await until(pilot, lambda: isinstance(terminal.screen, Tell))
        assert await closed(pilot) == "letter.pdf 已经添加。"
        assert len(page.model.rows("Attachment")) == 1


@pytest.mark.asyncio
async def test_a_request_that_was_left_is_there_again(house: House, tmp_path: Path) -> None:
    """Bills, goods and files that were typed and not saved come back at the next login."""
    async with officer(house, tmp_path) as (terminal, pilot):
        page = await begun(terminal, pilot)
        number = typed(page.model)
        page.view.follow()
        await attach(page, pilot, "letter", "01")
        terminal._keep()
    async with officer(house, tmp_path) as (terminal, pilot):
        await until(pilot, lambda: terminal.screen is not terminal.shell)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(terminal.shell.pages.front, RequestEntry))
        again = terminal.shell.pages.front
        assert isinstance(again, RequestEntry)
        await pilot.pause()
        assert again.inner == number
        assert again.unsaved
        assert again.model.rows("Bill")[0].rows("Goods")[0].text("gName") == "phones"
        assert again.model.rows("Attachment")[0].text("name") == "letter.pdf"


@pytest.mark.asyncio
async def test_why_china_returned_a_request_is_said_and_it_is_submitted_again(
    house: House, tmp_path: Path
) -> None:
    """退回: the reason stands on the form that is changed; 提交 goes to the same case."""
    case, _ = await asyncio.to_thread(assisted.requested, house)
    customs = assisted.Clerk(house, house.person("customs"))
    await asyncio.to_thread(customs.submit, "CMA121-return", caseNo=case)
    async with officer(house, tmp_path) as (terminal, pilot):
        found = await asyncio.to_thread(terminal.work.line.case, "assistance", case)
        page = await terminal.open("assistance.request", found=found)
        assert isinstance(page, RequestEntry)
        await until(pilot, lambda: page._kind is not None)
        assert "cannot be read" in await told(pilot)
        await pilot.press("enter")
        page.model.set(page.model.head, "reqMatter", "2")
        page.view.follow()
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert await closed(pilot) == "提交成功。待处理"
        assert page.model.case == case
