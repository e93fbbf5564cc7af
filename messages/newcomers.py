"""Who may register themselves (自助注册): the roles for which a manual has a screen before the login.

Source: the manual of pre-shipment inspection, 第四篇: 用户若没有注册，则需要先进行注册. What somebody may
send afterwards is in the senders' tables, and is signed by a card or a certificate: an account alone reads.
"""

from __future__ import annotations

from collections.abc import Mapping

ROLES: Mapping[str, tuple[str, str]] = {
    "agency": ("装运前检验机构", "inspection agency"),
    "enterprise": ("委托企业", "enterprise that entrusts"),
}
"""Role -> (zh, en)."""
