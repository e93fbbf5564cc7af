"""The applications without tables: 换证, 注销, 许可延续, 许可注销, and 公示异议.

Knows which message each is, and what is asked before a cancellation; refuses to know their fields, which
the schemas say, and how an application is made.
"""

from __future__ import annotations

from typing import ClassVar

from messages.annotations import Words
from terminals.tui.enterprise.application import Application

_CANCEL = Words(
    "是否申报注销？审核通过后备案即注销，不能恢复。",
    "Apply for the cancellation? Once approved, the registration is cancelled for good.",
)


class Renewal(Application):
    """企业换证申请."""

    CODE: ClassVar[str] = "ENT121"
    WORDS: ClassVar[Words] = Words("企业换证申请", "Registration: renewal")


class Cancellation(Application):
    """企业注销申请."""

    CODE: ClassVar[str] = "ENT131"
    WORDS: ClassVar[Words] = Words("企业注销申请", "Registration: cancel")
    ASK: ClassVar[Words] = _CANCEL


class LicenceExtension(Application):
    """报关企业许可延续申请."""

    CODE: ClassVar[str] = "ENT221"
    WORDS: ClassVar[Words] = Words("报关企业许可延续申请", "Licence: extension")


class LicenceCancellation(Application):
    """报关企业许可注销申请."""

    CODE: ClassVar[str] = "ENT231"
    WORDS: ClassVar[Words] = Words("报关企业许可注销申请", "Licence: cancel")
    ASK: ClassVar[Words] = _CANCEL


class Objection(Application):
    """公示异议申请."""

    CODE: ClassVar[str] = "ENT311"
    WORDS: ClassVar[Words] = Words("公示异议申请", "Objection")
