"""News and the material centre (新闻动态, 资料中心): what customs publishes for foreign officers."""

from __future__ import annotations

from messages.assistance.cases import CASES
from messages.assistance.events import OFFICER
from messages.assistance.names import WRONG
from messages.publishing import Publishing, Search
from messages.wire import wire_date
from messages.workflow import Body, Context


def _search(form: Body, context: Context) -> Search:
    return {"title": str(form["title"]), "reqDate": wire_date(context.now)}


PUBLICATIONS = Publishing(CASES, "CMA172", WRONG, _search, audiences=lambda node, facts: (OFFICER,))
