"""Lists of cases of customs–enterprise cooperation: what the columns are, and what codes in them mean.

Knows types of applications, kinds of objections, and that an enterprise is found by either of its codes;
refuses to know who looks, and what can be done with a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from messages.annotations import Words
from messages.codes import Code
from messages.enterprise.names import APPLICATIONS
from messages.enterprise.table import LABELS
from terminals.tui.columns import Column
from terminals.tui.criteria import Criterion
from terminals.tui.query import SEQUENCE, QueryPage
from terminals.tui.words import both
from terminals.work.found import CaseLine
from terminals.work.named import resolved

ENTERPRISE = "enterprise"
"""A criterion that is no column: 海关注册编号 or 统一社会信用代码."""
_STATE = both("query-state")
_SCC = 18  # characters of a social credit code; a customs registration code has ten
_OBJECTIONS = {
    "1": Words("企业注册登记信息", "registration"),
    "2": Words("企业信用等级", "credit rating"),
    "3": Words("行政处罚信息", "administrative penalty"),
    "9": Words("其他", "other"),
}
"""异议种类, as the schema has them: a list is shown before any schema is read."""
_MEANT: Mapping[str, Mapping[str, Words]] = {
    "type": {code: Words(*words) for code, words in APPLICATIONS.items()},
    "objectionType": _OBJECTIONS,
}


def choices(column: str) -> tuple[Code, ...]:
    """What may stand in a column of codes, for a criterion."""
    return tuple(Code(code, words) for code, words in _MEANT[column].items())


def by_state(states: Iterable[str], words: Words = _STATE) -> Criterion:
    """状态: one of a list's states, by what people call it."""
    codes = tuple(Code(state, Words(*LABELS[state])) for state in states)
    return Criterion(STATE.key, words, codes=codes)


BY_TYPE = Criterion("type", Words("申请类型", "Application"), codes=choices("type"))
BY_OBJECTION = Criterion(
    "objectionType", Words("异议种类", "Kind of objection"), codes=choices("objectionType")
)
BY_NAME = Criterion("cnName.contains", Words("企业名称", "Enterprise"))
BY_CODE = Criterion(ENTERPRISE, Words("注册编号或信用代码", "Reg. or credit code"))
BY_DATE = Criterion("applyDate", Words("申报日期", "Declared on"), between=True)

SEQ = Column(SEQUENCE, both("query-number"), number=True, cells=4)
STATE = Column("state", _STATE, most=12, sorts=True)
TYPE = Column("type", Words("申请类型", "Application"), most=26, sorts=True)
OBJECTION = Column("objectionType", Words("异议种类", "Kind of objection"), most=22, sorts=True)
NAME = Column("cnName", Words("企业名称", "Enterprise"), most=36, sorts=True)
REG_CODE = Column("regCode", Words("海关注册编号", "Reg. code"), cells=12, sorts=True)
SCC = Column("scc", Words("统一社会信用代码", "Social credit code"), cells=18, sorts=True)
DATE = Column("applyDate", Words("申报日期", "Declared"), cells=9, sorts=True)
NUMBER = Column("number", both("query-case"), cells=19, sorts=True)


class CooperationList(QueryPage):
    """A list whose codes are shown and searched by their meanings."""

    TOGETHER: ClassVar[bool] = True

    def search(self) -> Mapping[str, str]:
        """Codes may be typed by their names; an enterprise is known by the length of what is typed."""
        found = dict(super().search())
        for criterion in self.CRITERIA:
            text = found.get(criterion.column, "")
            if criterion.codes and text:
                found[criterion.column] = resolved(criterion.codes, text)
        code = found.pop(ENTERPRISE, "").upper()
        if code:
            found["scc" if len(code) == _SCC else "regCode.starts"] = code
        return found

    def text(self, item: CaseLine, key: str) -> str:
        """What stands in a cell: codes by what they mean."""
        text = super().text(item, key)
        words = _MEANT.get(key, {}).get(text)
        return words.in_language(self.language) if words is not None else text
