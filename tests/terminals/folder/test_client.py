"""The command `folder` against a peer over real TLS, with bad days that a gateway seldom has."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from lxml import etree

from hardware.file import CertificateFile
from messages import envelope
from messages.faults import Violation
from messages.signature.sign import sign
from messages.signature.template import TemplateSigner
from messages.signature.verify import CertificateCache, verify
from messages.wire import new_guid
from messages.xml import parse
from tests.scenarios.xmlsec import verifies
from tests.terminals.office import CUSTOMS, DXP_ID, SAMPLE, Office
from tests.terminals.peer import Peer, unused_url
from tests.terminals.test_commands import Terminal
from tests.terminals.test_commands import terminal as terminal

OTHER = "DXPENT0000000002"


class Folder:
    """One root with the box BVS."""

    def __init__(self, terminal: Terminal, root: Path) -> None:
        self.terminal, self.root, self.box = terminal, root, root / "BVS"
        (self.box / "OutBox").mkdir(parents=True)
        self.log = root / "log"

    def put(self, name: str, content: bytes, box: str = "BVS") -> None:
        """A complete file."""
        path = self.root / box / "OutBox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(10**18, 10**18))

    def run(self, *options: str, **environ: str) -> Result:
        """One run until everything has its result."""
        return self.terminal.run(
            "folder", self.root, "--once", "--processes", "1", "--box", "BVS", "--log", self.log, *options,
            **environ,
        )  # fmt: skip

    def names(self, folder: str, box: str = "BVS") -> list[str]:
        """What is in one of its folders."""
        return sorted(one.name for one in (self.root / box / folder).iterdir())

    def events(self) -> list[str]:
        """What the log says happened."""
        return [json.loads(line)["event"] for line in self.log.read_text("utf-8").splitlines()]


@pytest.fixture
def folder(terminal: Terminal, tmp_path: Path) -> Iterator[Folder]:
    """An empty root."""
    return Folder(terminal, tmp_path / "root")


def test_what_is_signed_here_holds_for_xmlsec_too(
    folder: Folder, peer: Peer, office: Office, tmp_path: Path
) -> None:
    """The fast way of signing is the profile's: our verifier and xmlsec1 agree, BaseTransfer is filled in."""
    folder.put("a.xml", SAMPLE.read_bytes())
    assert folder.run().exit_code == 0
    sent = envelope.parse(peer.bodies[0])
    assert verify(parse(sent.data), CertificateCache()).certificate == office.operator.certificate
    assert verifies(sent.data, office.operator.certificate, tmp_path)
    assert sent.head.receivers == (CUSTOMS,)
    assert sent.add_info["FileName"] == "a.xml"
    assert f"<dxpId>{DXP_ID}</dxpId>".encode() in sent.data


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b'<?xml version="1.0" encoding="UTF-8"?>',
        b'<?xml version="1.0"?>\n',
        b'<?xml version="1.0"?>\r\n\r\n',
        b"\n",
    ],
)
def test_lines_of_what_is_signed_are_those_of_the_file(
    folder: Folder, peer: Peer, office: Office, tmp_path: Path, start: bytes
) -> None:
    """A refusal's line is the file's, whatever stands before the root; xmlsec1 takes the signature."""
    content = start + etree.tostring(etree.parse(SAMPLE)).replace(b" guid=", b"\n guid=", 1)
    folder.put("a.xml", content)
    assert folder.run().exit_code == 0
    data = envelope.parse(peer.bodies[0]).data
    wanted = {one.tag: one.sourceline for one in parse(content).iterdescendants()}
    found = {one.tag: one.sourceline for one in parse(data).iterdescendants() if one.tag in wanted}
    assert found == wanted
    assert verifies(data, office.operator.certificate, tmp_path)


def test_what_is_signed_already_and_what_is_wrapped_goes_out_untouched(
    folder: Folder, peer: Peer, signer: CertificateFile
) -> None:
    """Not a byte of a signed message or of a DxpMsg changes."""
    signed = etree.tostring(sign(etree.parse(SAMPLE).getroot(), signer))
    head = envelope.Head(new_guid(), DXP_ID, (CUSTOMS,), datetime.now(UTC), "BVS111Message")
    whole = envelope.build(head, signed)
    folder.put("signed.xml", signed)
    folder.put("whole.xml", whole)
    assert folder.run("--lines", "1").exit_code == 0
    assert sorted(envelope.parse(body).data == signed for body in peer.bodies) == [True, True]
    assert whole in peer.bodies


def test_a_box_of_others_goes_to_them_with_a_login(folder: Folder, peer: Peer) -> None:
    """--box NAME:DXPID: those receivers, and the session that routing needs."""
    folder.put("a.xml", SAMPLE.read_bytes(), box="ABC")
    assert folder.run("--box", f"ABC:{OTHER}").exit_code == 0
    assert envelope.parse(peer.bodies[0]).head.receivers == (OTHER,)
    assert peer.senders == [True]


def test_the_same_bytes_go_again_until_the_gateway_s_answer_is_proven(folder: Folder, peer: Peer) -> None:
    """Busy, broken off after it was taken, answered by a stranger: one envelope, one result."""
    peer.trouble = [(503, "0"), "drop", "forge"]
    folder.put("a.xml", SAMPLE.read_bytes())
    codes = [folder.run().exit_code]
    while codes[-1]:  # its patience is short: each run sends what the one before has kept
        codes.append(folder.run().exit_code)
    assert set(codes) == {0, 5}
    assert len(peer.bodies) == 4
    assert len(set(peer.bodies)) == 1
    assert folder.names("SentBox") == ["a.xml"]
    assert "no-answer" in folder.events()


def test_a_gateway_that_is_away_leaves_everything_for_the_next_run(
    folder: Folder, peer: Peer, terminal: Terminal
) -> None:
    """With --once it ends with 5; what was signed goes out later as those very bytes."""
    folder.put("a.xml", SAMPLE.read_bytes())
    there, terminal.url = terminal.url, unused_url()
    assert folder.run().exit_code == 5
    assert (folder.names("OutBox"), folder.names("SentBox")) == ([], [])
    (bundle,) = folder.box.glob(".eport/sending/*/.signed-1")
    signed = bundle.read_bytes()
    terminal.url = there
    assert folder.run().exit_code == 0
    assert peer.bodies[0] in signed
    assert folder.names("SentBox") == ["a.xml"]
    assert list(folder.box.glob(".eport/sending/*")) == []


def test_receipts_messages_and_forgeries_are_told_apart(folder: Folder, peer: Peer, office: Office) -> None:
    """A gateway's receipt is a receipt; what another party signed is a message, and a receipt that he made
    is kept as unproven, under a name that no program takes for one.
    """
    folder.put("a.xml", SAMPLE.read_bytes())
    assert folder.run().exit_code == 0
    peer.deliver("X", new_guid(), "0" * 64, 120, peer.forger)
    stranger = TemplateSigner(office.stranger.key, office.stranger.certificate)
    base = f"<BaseTransfer><dxpId>{OTHER}</dxpId></BaseTransfer>"
    data = stranger.seal(f'<ABC101Message xmlns="urn:x">{base}</ABC101Message>'.encode())
    head = envelope.Head(new_guid(), OTHER, (DXP_ID,), datetime.now(UTC), "ABC101Message")
    peer.mailbox.append(envelope.build(head, data))
    assert folder.run().exit_code == 0
    prefixes = [name.split("_")[0] for name in folder.names("InBox")]
    assert sorted(prefixes) == ["Receipt", "Receipt", "Successed", "Unproven"]
    (message,) = (folder.root / "ABC" / "InBox").iterdir()
    assert message.name == f"Message_ABC101_{OTHER}_{head.cop_msg_id}.xml"
    assert message.read_bytes() == data
    assert {"receipt", "message", "unproven"} <= set(folder.events())


def test_a_page_that_is_read_again_writes_the_same_files(folder: Folder, peer: Peer) -> None:
    """The cursor is lost, as by a kill before it was written: no receipt gets a second name."""
    folder.put("a.xml", SAMPLE.read_bytes())
    assert folder.run().exit_code == 0
    before = folder.names("InBox")
    (cursor,) = folder.root.glob(".eport/*/cursor")
    cursor.unlink()
    assert folder.run().exit_code == 0
    assert folder.names("InBox") == before
    assert cursor.exists()


def test_a_file_still_being_written_is_left_by_once(folder: Folder, peer: Peer) -> None:
    """A few looks, then it ends without it."""
    with (folder.box / "OutBox" / "slow.xml").open("wb") as writer:
        writer.write(b"<half")
        writer.flush()
        assert folder.run().exit_code == 0
    assert folder.names("OutBox") == ["slow.xml"]
    assert peer.bodies == []


def test_the_reason_of_a_refusal_is_there_in_both_languages(folder: Folder, peer: Peer) -> None:
    """Beside the file in FailBox, with code and words; the gateway's own reply is in InBox."""
    peer.refuse = ("2002", "not registered", ())
    folder.put("a.xml", SAMPLE.read_bytes())
    folder.put("b.xml", b"<half")
    assert folder.run().exit_code == 3
    said = (folder.box / "FailBox" / "a.xml.txt").read_text("utf-8")
    assert "被拒绝 2002" in said
    assert "REFUSED 2002" in said
    unfit = (folder.box / "FailBox" / "b.xml.txt").read_text("utf-8")
    assert len(unfit.splitlines()) == 2
    results = {name.split("_")[1]: name for name in folder.names("InBox")}
    assert b"<ResponseCode>2002" in (folder.box / "InBox" / results["a.xml"]).read_bytes()
    assert etree.parse(folder.box / "InBox" / results["b.xml"]).getroot().tag == "ImportFailed"
    assert [name for name in folder.events() if name in ("refused", "unfit")] != []


def test_a_reason_says_what_the_code_means_and_nothing_twice(folder: Folder, peer: Peer) -> None:
    """The code's meaning in each language, then the gateway's words; no result twice and none at line 0."""
    text = "its card is of another kind"
    whole, other = (
        Violation("/BVS111Message", 0, "card", text),
        Violation("/BVS111Message", 0, "role", "other"),
    )
    inside = Violation("/BVS111Message/Stocktake", 3, "card", text)
    peer.refuse = ("2002", text, (whole, other, inside, inside))
    folder.put("a.xml", SAMPLE.read_bytes())
    assert folder.run().exit_code == 3
    assert (folder.box / "FailBox" / "a.xml.txt").read_text("utf-8").splitlines() == [
        f"被拒绝 2002 发送方无权发送：{text}",
        "  /BVS111Message：other [role]",
        f"  /BVS111Message/Stocktake 第 3 行：{text} [card]",
        f"REFUSED 2002 may not be sent by its sender: {text}",
        "  /BVS111Message: other [role]",
        f"  /BVS111Message/Stocktake line 3: {text} [card]",
    ]


def test_words_of_the_log_name_a_file_by_its_path(folder: Folder, peer: Peer) -> None:
    """What was refused here is box/file: whole, to be copied."""
    folder.put("b.xml", b"<half")
    assert folder.run().exit_code == 3
    (unfit,) = (
        one for one in map(json.loads, folder.log.read_text("utf-8").splitlines()) if one["event"] == "unfit"
    )
    assert unfit["words"].startswith("BVS/b.xml: ")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_wrong_password_ends_it_before_it_touches_a_file(
    folder: Folder, terminal: Terminal, tmp_path: Path, lang: str
) -> None:
    """Settings that cannot be used are said in the user's language, and OutBox is as it was."""
    folder.put("a.xml", SAMPLE.read_bytes())
    wrong = tmp_path / "wrong"
    wrong.write_text("no such password")
    done = folder.run(
        "--p12", str(terminal.office.p12), "--p12-password-file", str(wrong), "--receiver", CUSTOMS,
        "--lang", lang,
    )  # fmt: skip
    assert done.exit_code == 8
    assert ("口令错误" if lang == "zh" else "passphrase") in done.stderr
    assert folder.names("OutBox") == ["a.xml"]
