"""An enterprise's own screens of customs–enterprise cooperation, for the menu.

Knows names only; refuses to know what is on a screen.
"""

from __future__ import annotations

from messages.annotations import Words
from terminals.tui.systems import AGENCY, ENTERPRISE, OPERATOR, Entry

_HERE = "terminals.tui.enterprise"
_OWN = frozenset({ENTERPRISE, OPERATOR, AGENCY})

OWN: tuple[Entry, ...] = (
    Entry(
        "enterprise.change", Words("企业注册信息变更", "Registration: change"),
        f"{_HERE}.change:RegistrationChange", _OWN, "alt+4", codes=("ENT111",),
    ),
    Entry(
        "enterprise.renewal", Words("企业换证申请", "Registration: renewal"), f"{_HERE}.brief:Renewal", _OWN,
        codes=("ENT121",),
    ),
    Entry(
        "enterprise.cancellation", Words("企业注销申请", "Registration: cancel"),
        f"{_HERE}.brief:Cancellation", _OWN, codes=("ENT131",),
    ),
    Entry(
        "enterprise.licence-change", Words("报关企业许可变更申请", "Licence: change"),
        f"{_HERE}.change:LicenceChange", _OWN, codes=("ENT211",),
    ),
    Entry(
        "enterprise.licence-extension", Words("报关企业许可延续申请", "Licence: extension"),
        f"{_HERE}.brief:LicenceExtension", _OWN, codes=("ENT221",),
    ),
    Entry(
        "enterprise.licence-cancellation", Words("报关企业许可注销申请", "Licence: cancel"),
        f"{_HERE}.brief:LicenceCancellation", _OWN, codes=("ENT231",),
    ),
    Entry(
        "enterprise.applications", Words("申请查询", "Applications"),
        f"{_HERE}.applications:ApplicationQuery", _OWN, "alt+5",
    ),
    Entry(
        "enterprise.objection", Words("公示异议申请", "Objection"), f"{_HERE}.brief:Objection", _OWN,
        codes=("ENT311",),
    ),
    Entry(
        "enterprise.objections", Words("异议查询", "Objections"), f"{_HERE}.applications:ObjectionQuery",
        _OWN,
    ),
    Entry(
        "enterprise.registration", Words("本企业注册信息", "Own registration"),
        f"{_HERE}.registration:RegistrationPage", _OWN, "alt+6",
    ),
)  # fmt: skip
