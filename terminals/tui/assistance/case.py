"""All of one case of mutual assistance to be read through (查看): request, feedback, evaluation.

Knows what a case consists of; refuses to know how it is fetched and drawn.
"""

from __future__ import annotations

from typing import ClassVar

from terminals.tui.assistance.documents import PAPERS
from terminals.tui.dossiers import CasePage
from terminals.work.papers import Papers


class AssistanceCase(CasePage):
    """查看."""

    PAPERS: ClassVar[Papers] = PAPERS
