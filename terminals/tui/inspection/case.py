"""All of one case of pre-shipment inspection to be read through (查看), whoever has a part in it.

Knows what a case consists of; refuses to know how it is fetched and drawn.
"""

from __future__ import annotations

from typing import ClassVar

from terminals.tui.dossiers import CasePage
from terminals.tui.inspection.documents import PAPERS
from terminals.work.papers import Papers


class InspectionCase(CasePage):
    """查看."""

    PAPERS: ClassVar[Papers] = PAPERS
