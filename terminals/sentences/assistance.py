"""Sentences of the screens of mutual assistance that stand among the keys.

Knows the words only; refuses to know when they are said.
"""

from __future__ import annotations

from terminals.sentences import Sentences

SENTENCES: Sentences = {
    "desk-case": ("Case/answer", "案卷/意见"),
}
