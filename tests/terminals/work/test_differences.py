"""What two versions of a form differ in, as somebody reads it: fields, lines, files."""

from __future__ import annotations

from typing import Any

from messages.annotations import Words
from terminals.work.differences import differences
from tests.terminals.work.forms import empty

HEADING = Words("变更", "Change")
FILED = {
    "agencyName": "欧洲检验有限公司", "country": "DEU", "address": "Hamburg", "phone": "+49 40 1234567",
    "Department": [
        {"deptName": "检测部", "duty": "检测", "staff": "9"},
        {"deptName": "质量部", "duty": "质量", "staff": "3"},
    ],
    "Attachment": [
        {"name": "licence.pdf", "size": "1000", "mediaType": "application/pdf", "digest": "a" * 64}
    ],
}  # fmt: skip


def compared(**changes: Any) -> dict[str, str]:
    """What is said of a change of what is filed, in Chinese: label → text."""
    models = []
    for content in (FILED, {**FILED, **changes}):
        model = empty("PSI111")
        model.load(content, case="", state="")
        models.append(model)
    section = differences(*models, HEADING)
    assert section.heading == HEADING
    return {said.label.zh: said.value.zh for said in section.said}


def test_a_field_is_told_with_what_was_and_what_is_to_be() -> None:
    """Codes with their meanings; what was empty, or is to be, is called so."""
    assert compared(agencyName="改名", country="FRA", phone="", contact="孙理") == {
        "机构名称": "欧洲检验有限公司 → 改名", "国家/地区": "DEU 德国 → FRA 法国",
        "电话": "+49 40 1234567 → （空）", "联系人": "（空） → 孙理",
    }  # fmt: skip


def test_lines_are_told_as_removed_and_added() -> None:
    """A line that is changed is both; where they stand does not matter, and how often they do does."""
    one, two = FILED["Department"]
    assert isinstance(one, dict)
    assert compared(Department=[two, one]) == compared()
    assert compared(Department=[two, {**one, "staff": "8"}]) == {
        "− 删除 主要部门情况": "检测部；检测；9", "＋ 新增 主要部门情况": "检测部；检测；8",
    }  # fmt: skip
    assert compared(Department=[one, one, two]) == {"＋ 新增 主要部门情况": "检测部；检测；9"}


def test_another_file_of_the_same_name_and_size_is_another_file() -> None:
    """Its digest is what counts."""
    (file,) = FILED["Attachment"]
    assert isinstance(file, dict)
    told = compared(Attachment=[{**file, "digest": "b" * 64}])
    assert set(told) == {"− 删除 相关材料", "＋ 新增 相关材料"}


def test_of_two_versions_that_are_the_same_it_is_said_that_nothing_differs() -> None:
    """Nobody looks for what is not there."""
    assert compared() == {"变更": "没有差异"}
