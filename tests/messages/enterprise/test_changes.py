"""The three tables of a registration: what may change, what customs sees of it, what comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from messages.annotations import Condition, Fixed
from messages.enterprise import SYSTEM, fields
from messages.forms import Field, form
from tests.messages.enterprise.world import DESK, DESK_2, OTHER, TRADER, World, registration

BRANCHES = ("03", "09", "10")
LICENSED = {"entType": "02"}


@pytest.fixture
def world() -> World:
    """One registration that is in order."""
    return World()


def managers(world: World, **changes: Any) -> list[dict[str, Any]]:
    """Those on file; `changes` by managerNo, None takes one away."""
    found = [
        {**one, **(changes.get(f"m{one['managerNo']}") or {})}
        for one in world.content()["Manager"]
        if changes.get(f"m{one['managerNo']}", {}) is not None
    ]
    return [{name: value for name, value in one.items() if value is not None} for one in found]


def shown(world: World) -> list[tuple[str, str, str, str, str]]:
    """The differences of the newest case, as an officer reads them."""
    return [
        (one["path"], one["person"], one["what"], one["old"], one["new"])
        for one in world.last().body["differences"]
    ]


# -- 企业基本信息


@pytest.mark.parametrize("name", sorted(fields.OPEN))
def test_an_open_field_is_changed_and_filed(world: World, name: str) -> None:
    """Each of the manual's list: taken, shown with old and new, and in the filing once it is approved."""
    value = {"crossTypes": "1 2", "agentScc": "91310115MA1K3X7Q2J", "staff": "2"}.get(name, "1-新")
    before = str(world.filed().get(name, ""))
    assert world.apply("ENT111", **{name: value}) == [300], world.told
    assert shown(world) == [(name, "", "changed", before, value)]
    assert world.filed().get(name, "") == before
    assert world.review(world.last().number) == [399]
    assert world.filed()[name] == value


@pytest.mark.parametrize("code", ["ENT111", "ENT211"])
@pytest.mark.parametrize("name", sorted({*fields.KEPT} - {"scc"}))
def test_a_kept_field_that_differs_is_refused(code: str, name: str) -> None:
    """All else is locked grey: at the terminal, and here."""
    world = World(**LICENSED)
    assert world.apply(code, enName="New", **{name: "9"}) == [-(int(code[3:]) * 1000 + 107)]
    assert f"({name})" in world.told
    assert world.apply(code, enName="New", **({} if name == "regCode" else {name: None})) == [300]


def test_another_enterprises_social_credit_code_is_refused(world: World) -> None:
    """It is not what is filed."""
    assert world.apply("ENT111", enName="New", scc="91440300MA5D8W4R1X") == [-111107]
    assert "(scc)" in world.told


@pytest.mark.parametrize("type_", ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"])
def test_only_branches_and_warehouses_change_their_parent(type_: str) -> None:
    """上级单位名称, 统一社会信用代码, 组织机构代码."""
    world = World(entType=type_)
    parent = {"parentName": "总公司", "parentScc": "91110105MA004T6L89", "parentOrgCode": "717854321"}
    wanted = [300] if type_ in BRANCHES else [-111107]
    assert world.apply("ENT111", **parent) == wanted
    if type_ in BRANCHES:
        world.review(world.last().number)
        assert parent.items() <= world.filed().items()


@pytest.mark.parametrize("type_", ["02", "04"])
def test_a_brokers_name_changes_with_its_licence_only(type_: str) -> None:
    """ENT111 is refused, ENT211 is not; in a free trade zone it is the other way round."""
    world = World(entType=type_)
    assert world.apply("ENT111", cnName="新名称有限公司") == [-111107]
    assert world.apply("ENT211", cnName="新名称有限公司") == [300]
    world.review(world.last().number)
    assert world.filed()["cnName"] == "新名称有限公司"
    free = World(entType=type_, freeTrade="1")
    assert free.apply("ENT111", cnName="新名称有限公司") == [300]


def test_a_field_that_is_left_out_is_emptied(world: World) -> None:
    """As it is shown to the officer: the form is the whole table."""
    assert world.apply("ENT111", staff=None) == [300]
    assert shown(world) == [("staff", "", "changed", "1", "")]
    world.review(world.last().number)
    assert "staff" not in world.filed()


@pytest.mark.parametrize(
    ("changes", "number", "zh"),
    [
        ({"cnName": None}, 104, "企业中文名称 不能为空(cnName)"),
        ({"contactMobile": None}, 104, "海关业务联系人移动电话 不能为空"),
        ({"agentScc": "91310115MA1K3X7Q2K"}, 105, "校验码不正确(GB 32100)"),
    ],
)
def test_basic_information_is_complete_and_right(
    world: World, changes: dict[str, Any], number: int, zh: str
) -> None:
    """Required fields, and check characters."""
    assert world.apply("ENT111", **changes) == [-111000 - number]
    assert zh in world.told


# -- 企业管理人员


def test_managers_are_changed_added_and_removed(world: World) -> None:
    """All of it in the differences, and in the filing after the approval, a new one with a new number."""
    new = {"name": "Ann Lee", "post": "03", "idType": "2", "idNo": "P123", "mobile": "+6591234567"}
    told = managers(world, m2={"mobile": "13900000000"}, m3=None)
    assert world.apply("ENT111", Manager=[*told, new]) == [300], world.told
    assert ("Manager/mobile", "周敏", "changed", "13800000002", "13900000000") in shown(world)
    assert ("Manager/name", "Ann Lee", "added", "", "Ann Lee") in shown(world)
    assert ("Manager/idNo", "吴静", "removed", "310110199007080034", "") in shown(world)
    world.review(world.last().number)
    filed = world.filed()["Manager"]
    assert [(one["managerNo"], one["name"], one["mobile"]) for one in filed] == [
        ("1", "陈立", "13800000001"), ("2", "周敏", "13900000000"), ("4", "Ann Lee", "+6591234567"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["name", "idType", "idNo"])
def test_who_the_legal_representative_is_changes_with_the_licence_only(name: str) -> None:
    """Name, ID type and number: refused in ENT111 of every type, taken in ENT211."""
    change = {"name": "陈新", "idType": "2", "idNo": "310104198511230028"}
    told = {name: change[name]}
    for filed in ({}, LICENSED, {**LICENSED, "freeTrade": "1"}):
        world = World(**filed)
        assert world.apply("ENT111", Manager=managers(world, m1=told)) == [-111107]
        assert f"(Manager[1]/{name})" in world.told
    world = World(**LICENSED)
    assert world.apply("ENT211", Manager=managers(world, m1=told)) == [300], world.told
    world.review(world.last().number)
    assert world.filed()["Manager"][0][name] == change[name]


def test_the_rest_of_the_legal_representative_may_change(world: World) -> None:
    """The mobile telephone, for one."""
    assert world.apply("ENT111", Manager=managers(world, m1={"mobile": "13900000000"})) == [300]


@pytest.mark.parametrize("code", ["ENT111", "ENT211"])
@pytest.mark.parametrize(
    "changes",
    [{"m1": {"post": "04"}}, {"m2": {"post": "01"}}, {"m1": None}],
    ids=["gives it up", "becomes one", "goes"],
)
def test_the_post_of_the_legal_representative_stays_where_it_is(code: str, changes: dict[str, Any]) -> None:
    """Nobody gives it up, becomes one, or is removed."""
    world = World(**LICENSED)
    assert world.apply(code, enName="New", Manager=managers(world, **changes)) == [
        -(int(code[3:]) * 1000 + 107)
    ]


@pytest.mark.parametrize("gone", ["m2", "m3"])
def test_there_is_a_head_of_customs_business_and_of_finance(world: World, gone: str) -> None:
    """管理人员信息备案职务必须包含报关业务负责人和财务负责人."""
    assert world.apply("ENT111", Manager=managers(world, **{gone: None})) == [-111104]
    assert "管理人员信息备案职务必须包含报关业务负责人和财务负责人" in world.told


@pytest.mark.parametrize(
    ("change", "number", "zh"),
    [
        ({"name": None}, 104, "企业管理人员 2 姓名 不能为空(Manager[2]/name)"),
        ({"mobile": None}, 104, "移动电话 不能为空"),
        ({"idNo": None}, 104, "身份证件号码 不能为空"),
        ({"idNo": "310104198511230029"}, 105, "校验码不正确(GB 11643)"),
        ({"birthDate": "20261121"}, 105, "不是已过去的日期"),
        ({"birthDate": "19850231"}, 105, "不是已过去的日期"),
        ({"managerNo": "77"}, 105, "不在备案中或重复"),
        ({"managerNo": "3"}, 105, "不在备案中或重复"),
    ],
)
def test_a_manager_is_complete_and_right(world: World, change: dict[str, Any], number: int, zh: str) -> None:
    """Required fields, the citizen's number with its check character, days, numbers."""
    assert world.apply("ENT111", Manager=managers(world, m2=change)) == [-111000 - number]
    assert zh in world.told


def test_a_passport_has_no_check_character(world: World) -> None:
    """Only a resident identity card's number is checked."""
    told = managers(world, m2={"idType": "2", "idNo": "310104198511230029"})
    assert world.apply("ENT111", Manager=told) == [300]


# -- 报关人员


def test_nationality_and_cancellation_of_staff_change(world: World) -> None:
    """Nothing else; who is left out stays as filed."""
    staff = world.content()["Broker"][0]
    assert world.apply("ENT111", Broker=[{**staff, "nationality": "CHN", "cancelled": "1"}]) == [300]
    assert shown(world) == [
        ("Broker/nationality", "孙理", "changed", "", "CHN"),
        ("Broker/cancelled", "孙理", "changed", "", "1"),
    ]
    assert "报关人员注销" in world.told
    world.review(world.last().number)
    assert world.filed()["Broker"] == [{**staff, "nationality": "CHN", "cancelled": "1"}]
    assert world.apply("ENT111", enName="New", Broker=None) == [300]
    world.review(world.last().number)
    assert len(world.filed()["Broker"]) == 1


@pytest.mark.parametrize(
    "change", [{"name": "孙新"}, {"idType": "2"}, {"idNo": "310104198511230028"}, {"staffNo": "S2"}]
)
def test_who_the_staff_are_is_not_changed(world: World, change: dict[str, Any]) -> None:
    """Name and ID are kept, and nobody is added."""
    staff = {**world.content()["Broker"][0], **change}
    assert world.apply("ENT111", enName="New", Broker=[staff]) == [-111107]


def test_a_cancellation_that_was_none_is_no_difference(world: World) -> None:
    """否 and nothing are the same."""
    staff = {**world.content()["Broker"][0], "cancelled": None}
    told = {name: value for name, value in staff.items() if value is not None}
    assert world.apply("ENT111", enName="New", Broker=[told]) == [300]
    assert [one[0] for one in shown(world)] == ["enName"]


# -- notices that follow


def test_an_enterprise_is_told_what_follows_from_its_change(world: World) -> None:
    """变更为支付企业, in the receipt and in the case; once it is one, no more."""
    world.apply("ENT111", crossTypes="1 4")
    assert "变更为支付企业" in world.told
    assert len(world.last().body["notices"]) == 1
    world.review(world.last().number)
    world.apply("ENT111", crossTypes="4 1", enName="New")
    assert "提示" not in world.told
    assert [one[0] for one in shown(world)] == ["enName"]


# -- the review


def test_an_approval_that_customs_has_overtaken_is_refused(world: World) -> None:
    """A field that customs changed meanwhile is named; one of another field's changes stays."""
    world.apply("ENT111", staff="2", enName="New")
    number = world.last().number
    assert world.file(appType="2", staff="3", bank="交通银行") == [120]
    assert world.review(number) == [-411108]
    assert "员工人数(staff)" in world.told
    assert world.last().state == "待审核"
    assert world.file(appType="2", staff="1", bank="交通银行") == [120]
    assert world.review(number) == [399]
    assert {"staff": "2", "enName": "New", "bank": "交通银行"}.items() <= world.filed().items()


def test_a_review_names_what_it_is_about(world: World) -> None:
    """The enterprise, and the version that the officer has seen; a reason where it is not approved."""
    world.apply("ENT111")
    number, seen = world.last().number, world.last().body["declTime"]
    assert world.review(number, regCode=OTHER.cop_code) == [-411105]
    assert world.review(number, scc="91440300MA5D8W4R1X") == [-411105]
    assert world.review(number, "0", reviewInfo="") == [-411104]
    assert world.review(number, declTime="20261120000000") == [-411108]
    assert world.review(number, actor=DESK_2, declTime=seen) == [399]
    assert world.review(number) == [-411102]


@pytest.mark.parametrize("code", ["ENT121", "ENT221"])
def test_a_renewal_or_extension_says_up_to_when(code: str) -> None:
    """Customs says the day: later than the filed one; the filing has it then."""
    world = World(entType="09" if code == "ENT121" else "02", validTo="20270131")
    world.apply(code)
    number = world.last().number
    for wrong, fault in (("", 104), ("20270131", 105), ("20270231", 105)):
        assert world.review(number, validTo=wrong) == [-411000 - fault]
    assert world.review(number, validTo="20290131") == [399]
    assert (world.filed()["validTo"], world.filed()["regStatus"]) == ("20290131", "1")


@pytest.mark.parametrize("code", ["ENT131", "ENT231"])
def test_a_cancellation_cancels_the_registration(code: str) -> None:
    """注销: nothing is changed any more, a refused one changes nothing."""
    world = World(**LICENSED)
    world.apply(code)
    world.review(world.last().number, "0")
    assert (world.filed()["regStatus"], world.why_not(code)) == ("1", "")
    world.apply(code)
    world.review(world.last().number)
    assert world.filed()["regStatus"] == "2"
    assert "处于注销状态" in world.why_not("ENT111")


def test_an_objection_changes_no_filing(world: World) -> None:
    """Whatever customs decides on it."""
    before = world.filed()
    world.apply("ENT311")
    assert world.review(world.last().number) == [399]
    assert world.filed() == before


# -- the filing by customs


def test_a_registration_is_filed_changed_and_withdrawn_by_customs(world: World) -> None:
    """Once new, later ones as changes, in the order of their times."""
    assert world.file() == [-511010]
    assert world.file(appType="2", enName="New") == [120]
    assert world.filed()["enName"] == "New"
    assert world.file(appType="2", scc="91440300MA5D8W4R1X") == [-511105]
    assert world.file(appType="2", appTime="20261120080000") == [-511014]
    world.apply("ENT111")
    assert world.file(appType="3") == [-511115]
    world.review(world.last().number)
    assert world.file(appType="3") == [120]
    assert world.ask("registration") is None
    assert world.file(appType="3") == [-511101]
    assert world.file(appType="2") == [-511101]


def test_an_approval_is_later_than_the_filing_that_it_changes(world: World) -> None:
    """Also where its sender's clock was ahead: nothing made before is filed over what was approved."""
    before = world.filed()["appTime"]
    world.apply("ENT111", contactMobile="13900000009")
    world.review(world.last().number)
    after = world.filed()["appTime"]
    assert after > before
    assert world.file(appType="2", appTime=after) == [-511014]
    assert world.filed()["contactMobile"] == "13900000009"
    assert world.file(appType="2") == [120]


@pytest.mark.parametrize(
    "changes",
    [{"scc": "91310115MA1K3X7Q2K"}, {"parentScc": "91310115MA1K3X7Q2K"}, {"validFrom": "20280101"},
     {"entType": None}, {"Penalty": registration()["Penalty"] * 2}],
)  # fmt: skip
def test_what_is_filed_is_right(changes: dict[str, Any]) -> None:
    """Check characters, validity, something at all, no line twice."""
    world = World(regCode=OTHER.cop_code)
    assert world.file(**changes) == [-511105]


def test_new_managers_get_numbers_that_nobody_had(world: World) -> None:
    """Customs' own file of managers may have none."""
    staff = [{name: value for name, value in one.items() if name != "managerNo"} for one in managers(world)]
    assert world.file(appType="2", Manager=staff) == [120]
    assert [one["managerNo"] for one in world.filed()["Manager"]] == ["4", "5", "6"]


def test_an_enterprise_sees_its_own_registration_and_customs_all(world: World) -> None:
    """With its status of the day, its penalties, and what is under way."""
    world.apply("ENT111")
    own = world.ask("registration")
    assert (own["licensed"], own["regStatus"], len(own["Penalty"])) == ("0", "1", 1)
    assert own["Pending"] == [{"caseNo": world.last().number, "type": "ENT111"}]
    assert world.ask("registration", OTHER) is None
    assert world.ask("filed-registration", DESK, regCode=TRADER.cop_code)["scc"] == own["scc"]


# -- what the schemas say of it


def _fields(code: str, group: str = "") -> dict[str, Field]:
    node = form(code).node
    found = node.child(group) if group else node
    assert found is not None
    return {each.name: each for each in found.children if not each.is_group}


@pytest.mark.parametrize("code", ["ENT111", "ENT211"])
def test_the_schemas_lock_what_the_rules_lock(code: str) -> None:
    """Kept, open, locked while …, with the names that the rules say."""
    head = _fields(code)
    shown = {**fields.KEPT, **fields.OPEN, **fields.PARENT}
    for name, (zh, en) in shown.items():
        each = head.pop(name)
        assert (each.label.zh, each.label.en) == (zh, en)
        assert (each.hints.fill == "kept") == (name in fields.KEPT)
        locked = each.hints.locked_when
        if name in fields.PARENT:
            assert locked is not None
            assert locked.values == {f"{n:02d}" for n in range(1, 11)} - fields.WITH_PARENT
        elif name == "cnName" and code == "ENT111":
            assert locked is not None
            assert (locked.field, locked.values) == ("licensed", {"1"})
        else:
            assert locked is None
    assert {*head} == {"guid", "appType", "appTime", "appStatus", "caseNo"}
    for name, each in _fields(code, "Manager").items():
        if name == "managerNo":
            assert each.hints.fill == "kept"
            continue
        assert (each.label.zh, each.label.en) == fields.MANAGER[name]
        wanted = name == "post" or (name in fields.PERSON and code == "ENT111")
        assert (each.hints.locked_when is not None) == wanted
        assert (each.hints.required_when is not None) == (name in fields.MANAGER_NEEDED)
    managers, brokers = (form(code).node.child(name) for name in ("Manager", "Broker"))
    assert managers is not None
    assert managers.hints.fixed == Fixed(Condition("post", frozenset({fields.LEGAL})))
    assert brokers is not None
    assert brokers.hints.fixed == Fixed()
    staff = _fields(code, "Broker")
    assert {name for name, each in staff.items() if each.hints.fill == "kept"} == {
        "staffNo",
        *fields.STAFF_KEPT,
    }
    assert {*staff} == {"staffNo", *fields.STAFF_KEPT, *fields.STAFF_OPEN}


@pytest.mark.parametrize("code", [kind.code for kind in SYSTEM.types])
def test_what_the_schemas_look_up_is_in_the_table(code: str) -> None:
    """By name and keys; what is filled in are the form's fields."""
    known = {each.name: each for each in form(code).node.walk()}
    for each in known.values():
        lookup = each.hints.lookup
        if lookup is not None:
            assert SYSTEM.lookups[lookup.name].by == lookup.by
            assert {*lookup.by, *lookup.locks, *lookup.suggests} <= set(known)


def test_as_many_staff_as_there_may_be_are_judged_one_by_one(world: World) -> None:
    """As many as a message may have: 1,000, of whom one is cancelled."""
    staff = [
        {"staffNo": f"S{number}", "name": f"N{number}", "idType": "2", "idNo": str(number)}
        for number in range(1000)
    ]
    assert world.file(appType="2", Broker=staff) == [120]
    assert world.apply("ENT111", Broker=[*staff[1:], {**staff[0], "cancelled": "1"}]) == [300]
    assert shown(world) == [("Broker/cancelled", "N0", "changed", "", "1")]
    world.review(world.last().number)
    assert [one.get("cancelled") for one in world.filed()["Broker"]] == ["1", *[None] * 999]
