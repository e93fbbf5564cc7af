"""An enterprise's applications on their screens: asked before they open, typed in steps, answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from messages.workflow import File
from terminals.tui.enterprise.change import Comparison, Confirmation, RegistrationChange
from terminals.tui.reader import Reader
from tests.scenarios.house import House
from tests.scenarios.offices import statuses
from tests.terminals.tui import enterprises
from tests.terminals.tui.at_house import closed, told, until
from tests.terminals.tui.enterprises import Software, asked, enterprise, in_thread, put
from tests.terminals.tui.stage import shown


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway of this module's own."""
    house = House(tmp_path_factory.mktemp("enterprise") / "home")
    house.start()
    yield house
    house.close()


@pytest.fixture
def desk(house: House) -> Software:
    """Customs' software; what is filed is as the sample has it, and nothing is under way."""
    return enterprises.desk(house)


REFUSED = (
    ("enterprise.change", {"regStatus": "2"}, "企业注册信息处于注销状态，不能进行变更作业"),
    ("enterprise.change", {"regStatus": "3"}, "企业注册信息处于超期状态，不能进行变更作业"),
    ("enterprise.change", {"regStatus": "5"}, "当前无可进行变更的数据，不能进行变更作业"),
    ("enterprise.renewal", {}, "无可进行换证的信息"),
    ("enterprise.cancellation", {"regStatus": "2"}, "当前备案信息不可以注销：企业已注销"),
    ("enterprise.licence-change", {}, "方须行政许可"),
    ("enterprise.licence-extension", {}, "方须行政许可"),
    ("enterprise.licence-cancellation", {"entType": "02", "freeTrade": "1"}, "无须行政许可"),
    ("enterprise.licence-extension", {"entType": "02"}, "无可进行延续的信息"),
    ("enterprise.objection", {"regStatus": "5"}, "企业当前注册信息没有审批通过，不允许进行公示异议申请"),
)


@pytest.mark.asyncio
async def test_what_may_not_be_applied_for_opens_no_form_and_says_why(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """Each refusal stands on its screen in the manual's words, and stays there; there is nothing to type."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        for name, changes, sentence in REFUSED:
            await in_thread(desk.refile, 0, **changes)
            page = await asked(terminal, pilot, name)
            await until(pilot, lambda page=page, sentence=sentence: sentence in page._unopened.zh)
            await until(pilot, lambda sentence=sentence: sentence in shown(terminal).replace("\n", ""))
            assert not page.view.display
            for action in ("save", "declare", "print", "new"):
                assert page.check_action(action, ()) is False
            await terminal.shell.close(page)


@pytest.mark.asyncio
async def test_a_refused_application_opens_once_it_is_possible(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """F5 asks again; the menu does too."""
    await in_thread(desk.refile, 0, regStatus="2")
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        assert page.shut
        await in_thread(desk.refile, 0)
        await pilot.press("f5")
        await until(pilot, lambda: not page.shut)
        await pilot.pause()
        assert page.model.head.text("cnName") == "浦东演示进出口有限公司"
        assert page.view.place.name == "cnName"
        assert not page.unsaved


@pytest.mark.asyncio
async def test_a_change_is_typed_table_by_table_saved_compared_and_declared(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """保存企业基本信息，下一步; the differences before 申报; what follows from them behind it."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        assert isinstance(page, RegistrationChange)
        put(page, {"crossTypes": "1 4", "contactMobile": "13900000009"})
        await pilot.press("alt+s")
        await until(pilot, lambda: page.view.part == "Manager")
        assert page.model.state == "暂存"
        second = page.model.rows("Manager")[1]
        put(page, {"mobile": "13900000002"}, second)
        await pilot.press("alt+s")
        await until(pilot, lambda: page.view.part == "Broker")
        put(page, {"cancelled": "1"}, page.model.rows("Broker")[0])
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, Comparison))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is terminal.shell)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirmation))
        await pilot.pause()
        text = pilot.app.screen.query_one(Reader).text
        for part in (
            "1 电子商务企业 → 1 4 电子商务企业、支付企业", "企业管理人员 周敏",
            "13800000002 → 13900000002", "报关人员 孙理", "（空） → 1 是",
        ):  # fmt: skip
            assert part in text
        await pilot.press("enter")
        words = await closed(pilot)
        assert "待审核" in words
        assert "变更为支付企业" in words
        assert page.model.state == "待审核"
        assert page.view.reading
        case = page.model.case
        assert statuses(await in_thread(desk.submit, "ENT411-approve", caseNo=case)) == [399]
        await until(pilot, lambda: page.model.state == "审核通过")
        assert page.remark(page._found).zh == ""  # customs has said nothing to it
        filed = await in_thread(desk.get, "/v1/lookups/enterprise/filed-registration", regCode="3122260001")
        assert filed["values"]["crossTypes"] == "1 4"


@pytest.mark.asyncio
async def test_a_form_that_changes_nothing_is_not_declared(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """The manual's sentence, and no message."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        await pilot.press("ctrl+r")
        assert "当前无可进行变更的数据" in await closed(pilot)
        assert not page.model.state


@pytest.mark.asyncio
async def test_grey_fields_and_lines_on_file_stay_as_they_are(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """No 报关人员 is added or deleted, nor the legal representative deleted; a new manager may be."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        head, legal = page.model.head, page.model.rows("Manager")[0]
        grey = ((head, "regAddr"), (head, "scc"), (legal, "name"), (legal, "idNo"), (legal, "post"))
        for row, name in grey:
            assert page.model.standing(row, name).locked, name
        assert not page.model.standing(legal, "mobile").locked
        page.view.show_part("Broker")
        await pilot.press("ctrl+n", "ctrl+d")
        assert pilot.app.screen is terminal.shell
        assert len(page.model.rows("Broker")) == 1
        page.view.show_part("Manager")
        await pilot.press("ctrl+d")
        assert pilot.app.screen is terminal.shell
        await until(pilot, lambda: "该条记录为海关备案内容，不能删除" in shown(terminal))
        await pilot.press("ctrl+n")
        new = page.model.rows("Manager")[3]
        put(page, {"name": "郑宁", "post": "01"}, new)
        assert not page.model.standing(new, "name").locked
        await pilot.press("ctrl+d")
        await closed(pilot, "y")
        assert len(page.model.rows("Manager")) == 3


@pytest.mark.asyncio
async def test_a_broker_changes_its_name_and_legal_representative_with_the_licence(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """Locked on the registration's change, open on the licence's."""
    async with enterprise(house, tmp_path, "agency") as (terminal, pilot):
        plain = await asked(terminal, pilot, "enterprise.change")
        assert plain.model.standing(plain.model.head, "cnName").locked
        page = await asked(terminal, pilot, "enterprise.licence-change")
        legal = page.model.rows("Manager")[0]
        assert not page.model.standing(page.model.head, "cnName").locked
        assert not page.model.standing(legal, "name").locked
        assert page.model.standing(legal, "post").locked


@pytest.mark.asyncio
async def test_an_application_under_way_refuses_another_one_before_it_is_sent(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """Declared by somebody else while this form was typed: the sentence, and all that was typed is there."""
    other = Software(house, house.person("enterprise"))
    other.upload("licence.pdf", "decision.pdf")
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        put(page, {"contactMobile": "13900000009"})
        assert statuses(await in_thread(other.submit, "ENT111")) == [300]
        await pilot.press("ctrl+r")
        assert "有待审批的变更申请的数据，不允许再提交变更作业" in await closed(pilot)
        assert page.model.head.text("contactMobile") == "13900000009"
        assert page.unsaved
        await until(pilot, lambda: "不能申报" in shown(terminal))


@pytest.mark.asyncio
async def test_what_was_not_approved_says_why_and_is_declared_again(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """审核不通过 with its reason above the form, which can be typed again."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        put(page, {"contactMobile": "13900000009"})
        await pilot.press("ctrl+r")
        await closed(pilot)
        await closed(pilot)
        case = page.model.case
        assert statuses(await in_thread(desk.submit, "ENT411-refuse", caseNo=case)) == [100]
        await until(pilot, lambda: page.model.state == "审核不通过")
        await pilot.pause()
        await until(pilot, lambda: "营业执照不清晰" in shown(terminal))
        assert not page.view.reading
        put(page, {"contactMobile": "13900000010"})
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "待审核" in await closed(pilot)
        assert page.model.case == case


@pytest.mark.asyncio
async def test_a_draft_is_taken_up_with_what_is_filed_now(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """Grey fields that customs has changed meanwhile are the new ones; what was typed stays."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        put(page, {"website": "demo.example"})
        await pilot.press("ctrl+s")
        assert "暂存成功" in await closed(pilot)
        case = page.model.case
        await terminal.shell.close(page)
        await in_thread(desk.refile, 0, regAddr="上海市浦东新区新路 2 号")
        found = await in_thread(terminal.work.line.case, "enterprise", case)
        again = await terminal.open("enterprise.change", found=found)
        assert isinstance(again, RegistrationChange)
        await until(pilot, lambda: again.model.head.text("regAddr") == "上海市浦东新区新路 2 号")
        assert again.model.head.text("website") == "demo.example"
        await pilot.press("ctrl+r")
        await closed(pilot)
        assert "待审核" in await closed(pilot)


@pytest.mark.asyncio
async def test_an_objection_to_a_penalty_chooses_one_on_file(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """Space offers the penalties of the own registration; date and content follow; without one, no 申报."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.objection")
        put(page, {"objectionType": "3", "content": "处罚信息有误"})
        await pilot.press("ctrl+r")
        assert "处罚决定书编号" in await closed(pilot)
        assert page.view.place.name == "penaltyNo"
        await pilot.press("space")
        await until(pilot, lambda: "申报不实" in shown(terminal))
        assert "沪关缉字[2025]1号" in shown(terminal)
        assert "20240301" in shown(terminal)
        await pilot.press("enter")
        await until(pilot, lambda: page.model.head.text("penaltyContent"))
        assert page.model.head.text("penaltyNo") == "沪关缉字[2025]1号"
        assert page.model.head.text("penaltyDate") == "20240301"
        await pilot.press("ctrl+r")
        await told(pilot)
        await pilot.press("enter")
        assert "待审核" in await closed(pilot)


@pytest.mark.asyncio
async def test_a_wrong_identity_number_and_a_missing_post_are_told_before_anything_is_sent(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """The check character, and 报关业务负责人和财务负责人; the cursor is where it is wrong."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        second = page.model.rows("Manager")[1]
        put(page, {"idNo": "310104198511230029"}, second)
        await pilot.press("ctrl+r")
        assert "校验码不正确" in await closed(pilot)
        assert (page.view.place.row, page.view.place.name) == (second, "idNo")
        put(page, {"idNo": "310104198511230028", "post": "99"}, second)
        await pilot.press("ctrl+r")
        assert "必须包含报关业务负责人和财务负责人" in await closed(pilot)
        assert not page.model.state


@pytest.mark.asyncio
async def test_a_refused_application_opens_by_itself_once_customs_has_decided(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """The receipt of the decision asks again; without a form there is no key for its tables."""
    other = Software(house, house.person("enterprise"))
    other.upload("licence.pdf", "decision.pdf")
    (receipt,) = await in_thread(other.submit, "ENT111")
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        await until(pilot, lambda: page._opened is not None)
        assert page.shut
        for action in ("next", "compare"):
            assert page.check_action(action, ()) is False
        assert statuses(await in_thread(desk.submit, "ENT411-refuse", caseNo=receipt.case)) == [100]
        await until(pilot, lambda: not page.shut)
        assert page.check_action("next", ()) is not False


@pytest.mark.asyncio
async def test_leaving_a_table_says_what_stands_against_it_and_goes_on(
    house: House, desk: Software, tmp_path: Path
) -> None:
    """The missing post and the wrong number are told with Alt+S; documents are named in the comparison."""
    async with enterprise(house, tmp_path) as (terminal, pilot):
        page = await asked(terminal, pilot, "enterprise.change")
        assert isinstance(page, RegistrationChange)
        await pilot.press("alt+s")
        await until(pilot, lambda: page.view.part == "Manager")
        second = page.model.rows("Manager")[1]
        put(page, {"idNo": "310104198511230029", "post": "99"}, second)
        await pilot.press("alt+s")
        await until(pilot, lambda: page.view.part == "Broker")
        said = "\n".join(notice.message for notice in terminal._notifications)
        assert "校验码不正确" in said
        assert "必须包含报关业务负责人和财务负责人" in said
        page.model.attach("Attachment", File("ab" * 32, 1083, "application/pdf", "licence.pdf"))
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, Comparison))
        await pilot.pause()
        text = pilot.app.screen.query_one(Reader).text
        assert "随附单证 1" in text
        assert "licence.pdf (1 KB)" in text
