"""Sentences of the screens of pre-shipment inspection that stand among the keys.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    "inspection-apply": ("Apply", "申请"),
    "inspection-accept": ("Accept", "接受委托"),
    "inspection-return": ("Return", "退回"),
    "inspection-result": ("Result", "检验结果"),
    "inspection-returned": ("Why it was returned", "退回原因"),
    # the customs desk
    "reports-call": ("Call for it", "通知填报"),
    "reports-call-all": ("Call on all", "全部通知"),
}
