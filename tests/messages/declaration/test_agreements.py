"""Agency agreements: what the gateway signs of the two parties."""

from __future__ import annotations

from messages.declaration import units
from messages.workflow import Record
from tests.messages.declaration.world import LEGAL, SCC, SCC_2, SECOND, World

OTHERS = "91440300MA5F00001A"  # somebody else's social credit code


def test_an_agreement_names_the_parties_as_they_are_registered() -> None:
    """Another's code or name in the declaration does not come to be signed; what is not known stays."""
    world = World()
    known = units.registration(SECOND.cop_code)
    filed = {"scc": SCC_2, "cnName": "深圳演示"}
    world.records[known.system, known.kind, known.key] = Record(
        known.system, known.kind, known.key, filed, world.now
    )
    wrong = {"tradeScc": OTHERS, "tradeName": "别的企业", "agentName": "别的代理"}
    by_hand = world.draft(**wrong)
    assert world.confirm(by_hand, "3") == [120]
    said = world.cases[world.newest("A")]
    assert (said.body["tradeScc"], said.body["tradeName"]) == (SCC_2, "深圳演示")
    assert (said.body["agentScc"], said.body["agentName"]) == (SCC, LEGAL.name)
    assert said.search["trade"] == f"{SCC_2} {SECOND.cop_code}"
    enclosed = world.receipts[-1].enclosed
    assert enclosed is not None
    assert enclosed[1]["tradeScc"] == SCC_2
