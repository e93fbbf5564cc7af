"""Smart-assisted declaration: what the keys of its screens are called."""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    "declaration-period": ("period", "时间范围"),
    "declaration-mark": ("add mark", "添加标记"),
    "declaration-unmark": ("cancel mark", "取消标记"),
    "declaration-taxes": ("taxes", "税费确认"),
    "declaration-confirm": ("confirm", "确认"),
    "declaration-returned": ("why returned", "退单原因"),
    "declaration-form": ("declaration", "报关单"),
}
