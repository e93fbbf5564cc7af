"""All of one case of customs–enterprise cooperation to be read through (查看), at the customs desk.

Knows what a case consists of; refuses to know how it is fetched, drawn and printed.
"""

from __future__ import annotations

from typing import ClassVar

from terminals.tui.dossiers import CasePage
from terminals.tui.enterprise.documents import PAPERS
from terminals.work.papers import Papers


class EnterpriseCase(CasePage):
    """查看."""

    PAPERS: ClassVar[Papers] = PAPERS
