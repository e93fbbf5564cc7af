"""Who may apply for what, and when: the table of applications, row by row.

Each refusal is told before the form opens, in the manual's words, and again where the application is declared
all the same.
"""

from __future__ import annotations

from typing import Any

import pytest

from messages.enterprise.names import APPLICATIONS
from tests.messages.enterprise.world import OTHER, SCC, SCC_2, TRADER, World

TYPES = tuple(f"{number:02d}" for number in range(1, 11))
BROKERS = ("02", "04")
TABLE = ("ENT111", "ENT121", "ENT131", "ENT211", "ENT221", "ENT231", "ENT311")
SOON = {"validTo": "20270131"}  # within the 90 days before the end


def refused(world: World, code: str, number: int, zh: str) -> None:
    """Before it opens and when it is declared, with the same words; nothing is stored."""
    cases, pending = dict(world.cases), world.under_way()
    told = world.why_not(code)
    assert zh in told
    assert world.apply(code) == [-(int(code[3:]) * 1000 + number)]
    assert world.told == told
    assert (world.cases, world.under_way()) == (cases, pending)


def taken(world: World, code: str, **changes: Any) -> None:
    """The form opens and the application is under review."""
    assert world.why_not(code) == ""
    assert world.apply(code, **changes) == [300], world.told
    assert world.last().state == "待审核"


def test_the_table_has_all_seven_applications() -> None:
    """As the specification lists them."""
    assert tuple(sorted(APPLICATIONS)) == TABLE


# -- ENT111 企业注册信息变更


@pytest.mark.parametrize("type_", TYPES)
def test_every_type_of_enterprise_may_change_its_registration(type_: str) -> None:
    """ENT111 is for all."""
    taken(World(entType=type_), "ENT111")


@pytest.mark.parametrize("code", ["ENT111", "ENT211"])
@pytest.mark.parametrize(
    ("filed", "number", "zh"),
    [
        ({"regStatus": "2"}, 112, "处于注销状态，不能进行变更作业"),
        ({"regStatus": "3"}, 113, "处于超期状态，不能进行变更作业"),
        ({"validTo": "20261119"}, 113, "处于超期状态，不能进行变更作业"),
        ({"regStatus": "5"}, 111, "当前无可进行变更的数据"),
    ],
)
def test_a_cancelled_or_expired_registration_is_not_changed(
    code: str, filed: dict[str, Any], number: int, zh: str
) -> None:
    """注销, 超期 (by its status or by the day), nothing approved that could be changed."""
    refused(World(entType="02", **filed), code, number, zh)


def test_on_its_last_day_a_registration_is_in_force() -> None:
    """有效期至 counts."""
    taken(World(validTo="20261120"), "ENT111")


@pytest.mark.parametrize("filed", [{"regStatus": "4"}, {"entType": "05"}])
def test_a_temporary_registration_with_a_change_under_review_is_not_changed(filed: dict[str, Any]) -> None:
    """临时注册登记, by its status or its type."""
    world = World(**filed)
    taken(world, "ENT111")
    refused(world, "ENT111", 114, "临时注册登记企业有待人工审核的变更作业")


def test_a_temporary_registration_without_one_is_changed() -> None:
    """It is the change under review that is in the way."""
    taken(World(regStatus="4"), "ENT111")


@pytest.mark.parametrize("first", ["ENT111", "ENT211"])
@pytest.mark.parametrize("second", ["ENT111", "ENT211"])
def test_of_one_social_credit_code_one_change_is_pending(first: str, second: str) -> None:
    """Whichever of the two it is."""
    world = World(entType="02")
    taken(world, first)
    refused(world, second, 115, "同一统一社会信用代码的企业，有待审批的变更申请的数据")


def test_a_change_of_another_registration_of_the_same_enterprise_is_in_the_way() -> None:
    """The social credit code counts, not the customs code."""
    world = World()
    world.file(regCode="4403160002", entType="09")
    taken(world, "ENT111")

    assert "同一统一社会信用代码" in world.why_not("ENT111", OTHER)
    assert world.apply("ENT111", OTHER) == [-111115]


def test_another_enterprises_change_is_in_nobodys_way() -> None:
    """Under another social credit code."""
    world = World()
    world.file(regCode=OTHER.cop_code, scc=SCC_2)
    taken(world, "ENT111")
    assert world.apply("ENT111", OTHER) == [300]


@pytest.mark.parametrize("code", ["ENT111", "ENT211"])
def test_a_form_with_nothing_changed_is_refused(code: str) -> None:
    """无可变更的数据: it is what is filed."""
    world = World(entType="02")
    assert world.submit(code, appStatus="2", enName=None) == [-(int(code[3:]) * 1000 + 111)]
    assert "无可进行变更的数据" in world.told


def test_what_was_decided_is_in_nobodys_way() -> None:
    """Approved or not, another change may be submitted."""
    world = World()
    for result in "01":
        taken(world, "ENT111", enName=f"Name {result}")
        world.review(world.last().number, result)
        assert world.under_way() == []
    assert world.why_not("ENT111") == ""


# -- ENT121 企业换证申请


@pytest.mark.parametrize("type_", ["03", "07", "08", "09", "10"])
def test_certificates_of_these_types_are_renewed(type_: str) -> None:
    """All but 进出口收发货人, 报关企业, 双重身份企业, 加工企业 and 临时注册登记企业."""
    taken(World(entType=type_), "ENT121")


@pytest.mark.parametrize("type_", ["01", "02", "04", "05", "06"])
def test_certificates_of_the_other_types_are_not_renewed(type_: str) -> None:
    """无可进行换证的信息."""
    refused(World(entType=type_), "ENT121", 117, "无可进行换证的信息")


@pytest.mark.parametrize(
    "filed",
    [{"validTo": "20261119"}, {"regStatus": "2"}, {"regStatus": "3"}, {"regStatus": "5"}, {"validTo": None}],
)
def test_a_certificate_is_renewed_within_its_validity(filed: dict[str, Any]) -> None:
    """Not behind its end, not cancelled, not one that has no end."""
    refused(World(entType="09", **filed), "ENT121", 117, "无可进行换证的信息")


def test_one_renewal_is_pending_at_a_time() -> None:
    """A second one has nothing to renew."""
    world = World(entType="09")
    taken(world, "ENT121")
    refused(world, "ENT121", 117, "有待审批的换证申请")


# -- ENT131 企业注销申请, ENT231 报关企业许可注销申请


@pytest.mark.parametrize("type_", TYPES)
def test_every_type_of_registration_is_cancelled(type_: str) -> None:
    """ENT131 is for all, an expired one too."""
    taken(World(entType=type_), "ENT131")
    taken(World(entType=type_, regStatus="3"), "ENT131")


@pytest.mark.parametrize("code", ["ENT131", "ENT231"])
@pytest.mark.parametrize("filed", [{"regStatus": "2"}, {"regStatus": "5"}])
def test_what_is_cancelled_or_not_approved_is_not_cancelled(code: str, filed: dict[str, Any]) -> None:
    """当前备案信息不可以注销."""
    refused(World(entType="02", **filed), code, 119, "当前备案信息不可以注销")


@pytest.mark.parametrize("code", ["ENT131", "ENT231"])
@pytest.mark.parametrize("first", ["ENT111", "ENT211", "ENT221", "ENT131"])
def test_with_open_applications_nothing_is_cancelled(code: str, first: str) -> None:
    """The applications in the way are named."""
    world = World(entType="02", **SOON)
    taken(world, first)
    refused(world, code, 119, f"有未办结的申请：{APPLICATIONS[first][0]}")


@pytest.mark.parametrize(
    ("code", "filed"),
    [("ENT111", {}), ("ENT211", {}), ("ENT221", SOON), ("ENT121", {"entType": "09"})],
)
def test_while_a_cancellation_is_pending_nothing_else_is_applied_for(
    code: str, filed: dict[str, Any]
) -> None:
    """What is approved last would bring it back to life."""
    world = World(**{"entType": "02", **filed})
    taken(world, "ENT131")
    refused(world, code, 115, "有待审批的注销申请")


# -- ENT211, ENT221, ENT231: the licence


@pytest.mark.parametrize("type_", BROKERS)
@pytest.mark.parametrize("code", ["ENT211", "ENT221", "ENT231"])
def test_customs_brokers_and_both_kinds_have_a_licence(code: str, type_: str) -> None:
    """It is changed, extended and cancelled."""
    taken(World(entType=type_, **SOON), code)


@pytest.mark.parametrize("type_", sorted({*TYPES} - {*BROKERS}))
@pytest.mark.parametrize("code", ["ENT211", "ENT221", "ENT231"])
def test_no_other_type_has_a_licence(code: str, type_: str) -> None:
    """It is told which applications it has."""
    refused(World(entType=type_, **SOON), code, 116, "报关企业、特殊监管区域双重身份企业方须行政许可")


@pytest.mark.parametrize("type_", BROKERS)
@pytest.mark.parametrize("code", ["ENT211", "ENT221", "ENT231"])
def test_in_a_free_trade_zone_no_licence_is_needed(code: str, type_: str) -> None:
    """They say so, and the registration's own change is open."""
    world = World(entType=type_, freeTrade="1", **SOON)
    refused(world, code, 116, "自贸区内报关企业、双重身份企业无须行政许可，请使用企业注册信息变更")
    taken(world, "ENT111", cnName="新名称有限公司")


@pytest.mark.parametrize("ends", ["20261120", "20270218"])
def test_a_licence_is_extended_in_the_90_days_before_its_end(ends: str) -> None:
    """From the ninetieth day before it to the last one."""
    taken(World(entType="02", validTo=ends), "ENT221")


@pytest.mark.parametrize(
    "filed", [{"validTo": "20261119"}, {"validTo": "20270219"}, {"validTo": None}, {"regStatus": "2", **SOON}]
)
def test_outside_of_them_nothing_is_to_extend(filed: dict[str, Any]) -> None:
    """Too late, too early, no end at all, cancelled."""
    refused(World(**{"entType": "02", **filed}), "ENT221", 118, "无可进行延续的信息")


def test_one_extension_is_pending_at_a_time() -> None:
    """A second one has nothing to extend."""
    world = World(entType="02", **SOON)
    taken(world, "ENT221")
    refused(world, "ENT221", 118, "有待审批的延续申请")


# -- ENT311 公示异议申请


def test_without_an_approved_registration_nothing_is_objected_to() -> None:
    """没有审批通过."""
    refused(World(regStatus="5"), "ENT311", 120, "企业当前注册信息没有审批通过，不允许进行公示异议申请")


@pytest.mark.parametrize("status", "1234")
def test_an_approved_registration_may_object(status: str) -> None:
    """A cancelled one too; several at a time, while other applications are pending."""
    world = World(regStatus=status)
    taken(world, "ENT311")
    taken(world, "ENT311")
    assert world.under_way() == []


# -- nothing filed at all


@pytest.mark.parametrize(
    ("code", "number"),
    [("ENT111", 111), ("ENT121", 117), ("ENT131", 119), ("ENT211", 111), ("ENT221", 118), ("ENT231", 119),
     ("ENT311", 120)],
)  # fmt: skip
def test_of_whom_nothing_is_filed_nothing_is_taken(code: str, number: int) -> None:
    """Each says it in its own words."""
    world = World()
    world.file(appType="3")
    told = world.why_not(code)
    assert told
    form = {"regCode": TRADER.cop_code, "scc": SCC, "appStatus": "2"}
    assert world.send(code, form, TRADER) == [-(int(code[3:]) * 1000 + number)]
    assert world.told == told


def test_a_refusal_names_what_is_pending() -> None:
    """By its number, so that it can be looked up; another registration's is not told."""
    world = World()
    world.file(regCode="4403160002", entType="09")
    taken(world, "ENT111")
    number = world.last().number
    assert f"不允许再提交变更作业（统一编号 {number}） / " in world.why_not("ENT111")
    assert f"(case {number})" in world.why_not("ENT111")
    assert number not in world.why_not("ENT111", OTHER)
