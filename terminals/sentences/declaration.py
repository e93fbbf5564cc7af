"""Smart-assisted declaration: what the keys of its screens are called."""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    "declaration-period": ("Period", "时间范围"),
    "declaration-mark": ("Add mark", "添加标记"),
    "declaration-unmark": ("Cancel mark", "取消标记"),
    "declaration-taxes": ("Taxes", "税费确认"),
    "declaration-confirm": ("Confirm", "确认"),
    "declaration-returned": ("Why returned", "退单原因"),
    "declaration-form": ("Declaration", "报关单"),
}
