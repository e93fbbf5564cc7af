"""Receipts on their way out: whose message they answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.identifiers import Ids
from gateway.outgoing import Outgoing
from messages.signature.template import TemplateSigner
from messages.workflow import Issue, Origin
from receipts.document import Issuer
from tests.gateway.selfsigned import self_signed

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SENDER, OTHER = "DXPCUS0000000001", "DXPOFF0000000001"
ORIGIN = Origin(7, "CMA141", "M-1", "8F3C0000-0000-0000-0000-00000000000A", "0" * 64, SENDER)


@pytest.fixture
def outgoing() -> Outgoing:
    """With a key of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = TemplateSigner(key, self_signed(key))
    return Outgoing(Issuer("0000000000", "Gateway", "DXPGATE000000001"), signer, Ids(1, lambda: NOW).new)


@pytest.mark.parametrize(("to", "answers"), [(SENDER, "M-1"), (OTHER, "")])
def test_a_receipt_answers_its_receivers_own_messages_only(outgoing: Outgoing, to: str, answers: str) -> None:
    """What another party's message brought about is told, but is no answer to an own one."""
    made = outgoing.receipt(Issue(to, "CMA142", 3, "sent", ORIGIN, "A1"), "urn:eport-gateway:cma:1", NOW)
    assert (made.party, made.ori_cop_msg_id, made.ori_message_id) == (to, answers, 7)
