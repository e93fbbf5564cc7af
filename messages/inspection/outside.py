"""What of customs' calls reaches an agency outside of the system (邮件/短信), beside the notice in it.

Source: the manual, 1.6 to 1.8: 用户可通过邮件/短信/通知收到. Refuses to know texts.
"""

from __future__ import annotations

from messages.workflow import Case, Notify


def called(case: Case, step: str, words: tuple[str, str], address: object) -> Notify:
    """Once for each `step` of a case, to the address that is filed of its owner, if one is."""
    return Notify(f"{case.number}/{step}", case.owner, words, str(address or ""))
