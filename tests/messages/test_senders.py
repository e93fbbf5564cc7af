"""Who may send what: the tables of types and events against roles, cards and key usage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from messages.annotations import Words
from messages.codes import CodeLists
from messages.examine import Examiner, Node
from messages.forms import own_forms
from messages.registry import BY_CODE
from messages.schemas import Schemas
from messages.senders import ANY_CARD, LEGAL_CARD, WITH_CARD, Demand, Senders
from messages.signature.oids import LEGAL, OPERATOR, commits
from messages.signature.trust import Trust
from messages.signature.verify import CertificateCache
from messages.titles import title
from tests.messages import carded
from tests.messages.carded import guid
from tests.messages.examining import envelope, examiner, now, signed
from tests.messages.signature.making import NOW, authority, holder, issue, key, make, usage


@dataclass(frozen=True)
class Sender:
    """Somebody who signed."""

    role: str = "operator"
    card: str = ""
    commits: bool = False


TYPES = {kind.code: kind for kind in carded.KINDS}
SAVE, DECLARE, SEAL = (Node(guid(at), "", event, at) for at, event in enumerate(("save", "declare", "seal")))


@pytest.mark.parametrize(
    ("code", "sender", "nodes", "rules"),
    [
        ("TST111", Sender(), [SAVE], []),
        ("TST111", Sender(), [DECLARE], ["card"]),
        ("TST111", Sender(card=OPERATOR), [SAVE, DECLARE], []),
        ("TST111", Sender(card=LEGAL), [DECLARE], []),
        ("TST111", Sender(card=LEGAL, commits=True), [SAVE, DECLARE, SEAL], []),
        ("TST111", Sender(card=LEGAL), [SEAL], ["keyUsage"]),
        ("TST111", Sender(card=OPERATOR, commits=True), [SEAL], ["card"]),
        ("TST111", Sender(), [SAVE, SEAL], ["card", "keyUsage"]),
        ("TST111", Sender("officer"), [SAVE], ["role"]),
        ("TST111", Sender("officer"), [DECLARE], ["role", "card"]),
        ("TST121", Sender(card=LEGAL), [SAVE], []),
        ("TST121", Sender(card=OPERATOR), [SAVE], ["card"]),
        ("TST121", Sender(card="made up"), [SAVE], ["card"]),
        ("TST131", Sender(), [SAVE], ["keyUsage"]),
        ("TST131", Sender(commits=True), [SAVE], []),
    ],
)
def test_a_table_says_what_stands_against_a_sender(
    code: str, sender: Sender, nodes: list[Node], rules: list[str]
) -> None:
    """Role, card and key usage, of the whole type or of an event; each that is missing is one objection."""
    kind = TYPES[code]
    found = kind.senders.objections(code, kind.node, sender, nodes)
    assert [each.rule for each in found] == rules


def test_an_objection_says_where_and_what_is_needed_in_both_languages() -> None:
    """The node by place, line and guid, and the cards that would do."""
    kind = TYPES["TST111"]
    (found,) = kind.senders.objections("TST111", kind.node, Sender(), [SAVE, DECLARE])
    assert (found.path, found.line, found.rule) == ("/TST111Message/Item[2]", DECLARE.line, "card")
    for word in (
        "declare",
        DECLARE.guid,
        "法人卡或操作员卡",
        "a legal-person card or an operator card",
        "证书文件",
    ):
        assert word in found.text
    (found,) = kind.senders.objections("TST111", kind.node, Sender(), [DECLARE])
    assert found.path == "/TST111Message/Item"
    (found,) = kind.senders.objections("TST111", kind.node, Sender("officer"), [SAVE])
    assert (found.path, found.line) == ("/TST111Message", 0)
    assert "enterprise, operator" in found.text


def test_the_catalogue_tells_of_an_event_all_that_it_demands() -> None:
    """What the type demands holds for its events too; the order of cards is always the same."""
    senders = Senders(
        frozenset({"operator", "enterprise"}),
        Demand(WITH_CARD),
        {"seal": Demand(LEGAL_CARD), "file": Demand(commitment=True)},
    )
    assert senders.plain() == {
        "roles": ["enterprise", "operator"],
        "cards": [LEGAL, OPERATOR],
        "nonRepudiation": False,
        "events": {
            "seal": {"cards": [LEGAL], "nonRepudiation": False},
            "file": {"cards": [LEGAL, OPERATOR], "nonRepudiation": True},
        },
    }
    assert Senders(frozenset({"customs"})).plain() == {
        "roles": ["customs"], "cards": [LEGAL, OPERATOR, ""], "nonRepudiation": False, "events": {},
    }  # fmt: skip


def test_bonded_verification_asks_for_roles_only() -> None:
    """Its manual lets an operator's IC card or Ikey do everything, and keeps nothing for the legal person."""
    for code in ("BVS111", "BVS121", "BVS131"):
        senders = BY_CODE[code][1].senders
        assert senders.demand is None
        assert not senders.events
        assert {*senders.plain()["cards"]} == ANY_CARD


def test_events_are_read_for_types_that_ask_for_them_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message of another type is not read once more; one of these is, with each node's event and line."""
    carded.register(monkeypatch)
    own = Examiner(
        Schemas(carded.schemas(tmp_path)), Trust([authority().certificate]), CertificateCache(), CodeLists()
    )
    for code, told in (("TST111", [("save", 2), ("seal", 3)]), ("TST121", [("", 0), ("", 0)])):
        data = make(carded.message(code, "13"), holder("p256"))
        found = own.examine(envelope(data, f"{code}Message"), now())
        assert found.fault is None, found.fault
        assert [(node.event, node.line) for node in found.nodes] == told
    (node,) = examiner().examine(envelope(signed()), now()).nodes
    assert (node.event, node.line) == ("", 0)


@pytest.mark.parametrize(
    ("allowed", "binds"),
    [
        (("digital_signature",), False),
        (("content_commitment",), True),
        (("digital_signature", "content_commitment"), True),
        (None, False),
    ],
)
def test_a_certificate_for_authentication_is_believed_and_does_not_commit(
    allowed: tuple[str, ...] | None, binds: bool
) -> None:
    """PIV 9A's certificate signs whatever does not demand more; to commit, a certificate has to say so."""
    extensions = [] if allowed is None else [(usage(*allowed), True)]
    certificate = issue("Holder", key("p256", 3), authority(), extensions=extensions).certificate
    Trust([authority().certificate]).check(certificate, NOW)
    assert commits(certificate) is binds


def test_an_objection_calls_a_form_by_its_name() -> None:
    """As its schema does, in both languages; nobody knows it by the code of its message."""
    kind = BY_CODE["DEC141"][1]
    (found,) = kind.senders.objections("DEC141", kind.node, Sender(card=OPERATOR), [SAVE])
    assert found.text == (
        "智能辅助申报预配置须用法人卡签名，签名证书属于操作员卡 / "
        "Rule for smart-assisted declaration: it needs a legal-person card; "
        "it was signed with an operator card"
    )
    assert all(title(code) == own_forms().form(code).title for code in ("DEC111", "BVS111", "ENT111"))
    assert title("TST999") == Words("TST999", "TST999")
