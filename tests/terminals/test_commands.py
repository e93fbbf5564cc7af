"""The commands, against a peer over real TLS."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from messages import envelope
from messages.faults import Violation
from messages.signature.template import TemplateSigner
from messages.wire import new_guid
from terminals.cli import main
from tests.terminals.office import CUSTOMS, PASSWORD, SAMPLE, Office
from tests.terminals.peer import Peer, unused_url


class Terminal:
    """One user at one machine: a state folder of its own, and the office's demo home."""

    def __init__(self, office: Office, url: str, folder: Path) -> None:
        self.office, self.url, self.state = office, url, folder / "state"
        self.environ = {"HOME": str(folder), "LANG": "C.UTF-8", "EPORT_STATE": str(self.state)}

    def run(self, *arguments: object, demo: bool = True, **environ: str) -> Result:
        """One command as somebody would type it."""
        line = [str(argument) for argument in arguments]
        if demo:
            line += self.office.options
        env: dict[str, str | None] = {**self.environ, **environ}
        if line[0] not in ("sign", "verify"):
            env["EPORT_URL"] = self.url
            line += ["--url", self.url, "--patience", "0.3"] if demo else ["--patience", "0.3"]
        return CliRunner().invoke(main, line, env=env)

    def kept(self) -> list[Path]:
        """The envelopes without an answer."""
        return sorted(self.state.glob("*/pending/*.xml"))


@pytest.fixture
def terminal(office: Office, peer: Peer, tmp_path: Path) -> Terminal:
    """A terminal that reaches the peer."""
    return Terminal(office, peer.url, tmp_path)


def test_a_sample_is_accepted_and_its_receipt_waited_for(terminal: Terminal, peer: Peer) -> None:
    """Sent as an operator, the message goes to customs; both receipts are printed, nothing is left."""
    done = terminal.run("send", "--fresh", "--wait", "120", SAMPLE)
    assert done.exit_code == 0, done.output
    assert "0000 accepted" in done.stdout
    assert "stored by customs" in done.stdout
    assert envelope.parse(peer.bodies[0]).head.receivers == (CUSTOMS,)
    assert (terminal.kept(), peer.tokens) == ([], set())


def test_fresh_copies_are_messages_of_their_own(terminal: Terminal, peer: Peer) -> None:
    """The same sample, fresh each time, is accepted each time with other guids."""
    for _ in range(2):
        assert terminal.run("send", "--fresh", SAMPLE).exit_code == 0
    first, second = (envelope.parse(body) for body in peer.bodies)
    assert first.data != second.data
    assert first.head.cop_msg_id != second.head.cop_msg_id


def test_a_refusal_shows_every_result_with_its_place(terminal: Terminal, peer: Peer) -> None:
    """Code, info, path, line, rule and words are printed, the exit code is 3, and nothing is kept."""
    found = Violation("/BVS111Message/Stocktake/etpsCode", 9, "length", "must be exactly 10 characters")
    peer.refuse = ("0002", "the schema is broken", (found,))
    done = terminal.run("send", SAMPLE)
    assert done.exit_code == 3
    assert "REFUSED 0002 the schema is broken" in done.stdout
    assert "/BVS111Message/Stocktake/etpsCode line 9: must be exactly 10 characters [length]" in done.stdout
    assert terminal.kept() == []


def test_a_lost_answer_is_sent_again_as_the_same_bytes(terminal: Terminal, peer: Peer) -> None:
    """The gateway took it, the answer was lost: the same file later is the same envelope, the same reply."""
    peer.trouble = ["drop"]
    lost = terminal.run("send", SAMPLE)
    assert lost.exit_code == 5
    assert "kept" in lost.stderr
    again = terminal.run("send", SAMPLE)
    assert again.exit_code == 0, again.output
    assert "same signed bytes" in again.stderr
    assert peer.bodies[0] == peer.bodies[1]
    assert len(peer.mailbox) == 2


def test_what_is_kept_can_be_sent_without_its_file(terminal: Terminal, peer: Peer, tmp_path: Path) -> None:
    """A fresh copy whose answer was lost goes out again with --pending, though its file is gone."""
    file = tmp_path / "typed.xml"
    file.write_bytes(SAMPLE.read_bytes())
    peer.trouble = ["drop"]
    assert terminal.run("send", "--fresh", file).exit_code == 5
    file.unlink()
    done = terminal.run("send", "--pending")
    assert (done.exit_code, "typed.xml: 0000" in done.stdout) == (0, True)
    assert peer.bodies[0] == peer.bodies[1]
    assert terminal.kept() == []


def test_earlier_messages_without_an_answer_are_remembered(terminal: Terminal, peer: Peer) -> None:
    """Whoever sends something else is told that one is still waiting."""
    peer.trouble = ["drop"]
    terminal.run("send", SAMPLE)
    done = terminal.run("send", "--fresh", SAMPLE)
    assert done.exit_code == 0
    assert "1 earlier message" in done.stderr


def test_a_gateway_that_is_away_costs_nothing_but_time(office: Office, tmp_path: Path) -> None:
    """Several files with nobody listening: each is signed and kept, patience is spent once, exit code 5."""
    terminal = Terminal(office, unused_url(), tmp_path)
    other = tmp_path / "other.xml"
    other.write_bytes(SAMPLE.read_bytes() + b"\n")
    done = terminal.run("send", SAMPLE, other)
    assert done.exit_code == 5
    assert len(terminal.kept()) == 2


def test_an_answer_that_no_gateway_signed_settles_nothing(terminal: Terminal, peer: Peer) -> None:
    """A forged acceptance is said, the message is kept, exit code 4."""
    peer.trouble = ["forge"]
    done = terminal.run("send", SAMPLE)
    assert done.exit_code == 4
    assert "not a gateway" in done.stderr
    assert len(terminal.kept()) == 1


def test_one_bad_file_does_not_stop_the_others(terminal: Terminal, peer: Peer, tmp_path: Path) -> None:
    """The good file is sent, the bad one is named, and the exit code is the worse of the two."""
    bad = tmp_path / "bad.xml"
    bad.write_text("<a>")
    done = terminal.run("send", bad, SAMPLE)
    assert done.exit_code == 8
    assert "bad.xml" in done.stderr
    assert len(peer.bodies) == 1


def test_a_receipt_that_speaks_against_the_wait_ends_it(terminal: Terminal, peer: Peer) -> None:
    """退单 instead of 入库: exit code 3 and the reason."""
    peer.statuses = [2, 100]
    done = terminal.run("send", "--fresh", "--wait", "120", SAMPLE)
    assert done.exit_code == 3
    assert "100 came instead of 120: status 100" in done.stderr


def test_a_receipt_that_does_not_come_is_said(terminal: Terminal, peer: Peer) -> None:
    """Only 申报中 in the time given: exit code 6, and how to ask later."""
    peer.statuses = [2]
    done = terminal.run("send", "--fresh", "--wait", "120", "--timeout", "0.1", SAMPLE)
    assert done.exit_code == 6
    assert "eport-terminal status" in done.stderr


def test_poll_goes_on_where_it_was_left(terminal: Terminal, peer: Peer) -> None:
    """The first poll prints both receipts, the second none; --after reads again and moves nothing."""
    terminal.run("send", SAMPLE)
    first, second = terminal.run("poll", "--limit", 1), terminal.run("poll")
    assert (first.exit_code, first.stdout.count("BVS112")) == (0, 2)
    assert (second.stdout, "No new receipts" in second.stderr) == ("", True)
    again = terminal.run("poll", "--after", "")
    assert again.stdout == first.stdout
    assert "next cursor: r2" in again.stderr
    assert terminal.run("poll").stdout == ""


def test_a_cursor_of_somebody_else_is_refused(terminal: Terminal) -> None:
    """The gateway's reason is printed, exit code 3."""
    done = terminal.run("poll", "--after", "zzz")
    assert done.exit_code == 3
    assert "no cursor of this gateway" in done.stderr


def test_a_forged_receipt_is_called_that(terminal: Terminal, peer: Peer) -> None:
    """Its content is not shown, the genuine one behind it is, the exit code is 4."""
    for signer, status in ((peer.forger, 800), (peer.signer, 120)):
        peer.deliver("ID1", new_guid(), "0" * 64, status, signer)
    done = terminal.run("poll")
    assert done.exit_code == 4
    assert "NOT PROVEN" in done.stdout
    assert "800" not in done.stdout
    assert "120 stored by customs" in done.stdout


def test_receipts_come_as_json_lines_and_as_xml(terminal: Terminal, peer: Peer, tmp_path: Path) -> None:
    """JSON has the wire's field names; each XML line is a DxpMsg that verify proves."""
    terminal.run("send", SAMPLE)
    lines = terminal.run("poll", "--after", "", "--format", "json").stdout.splitlines()
    objects: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert [(one["returnStatus"], one["proven"], one["caseNo"]) for one in objects] == [
        (2, True, "Z1"),
        (120, True, "Z1"),
    ]
    page = tmp_path / "receipt.xml"
    page.write_text(terminal.run("poll", "--after", "", "--format", "xml").stdout.splitlines()[1])
    done = terminal.run("verify", page)
    assert done.exit_code == 0
    assert "only gateways" in done.stdout


def test_status_shows_the_receipts_so_far(terminal: Terminal, peer: Peer) -> None:
    """A known message with its receipts; an unknown one is said and ends with 3."""
    terminal.run("send", SAMPLE)
    (known,) = peer.replies
    done = terminal.run("status", known, "NONE")
    assert done.exit_code == 3
    assert f"{known}: processed" in done.stdout
    assert done.stdout.count("BVS112") == 2
    assert "NONE" in done.stderr


def test_sign_and_verify_belong_together(terminal: Terminal, tmp_path: Path) -> None:
    """What sign wrote, verify proves: signer, card kind, chain; as a message and as an envelope."""
    for option in ((), ("--envelope",)):
        output = tmp_path / "signed.xml"
        assert terminal.run("sign", SAMPLE, "-o", output, *option).exit_code == 0
        done = terminal.run("verify", output)
        assert done.exit_code == 0, done.output
        assert "李录" in done.stdout
        assert "operator card" in done.stdout


def test_verify_fails_what_was_changed_or_expired(terminal: Terminal, tmp_path: Path) -> None:
    """One character, or a date behind the certificate's end: exit code 4 and what does not hold."""
    output = tmp_path / "signed.xml"
    terminal.run("sign", SAMPLE, "-o", output)
    late = terminal.run("verify", output, "--at", f"{datetime.now(UTC).year + 20}-01-01")
    assert (late.exit_code, "FAILS" in late.stdout) == (4, True)
    output.write_bytes(output.read_bytes().replace(b"<totalQty>1", b"<totalQty>2"))
    changed = terminal.run("verify", output)
    assert (changed.exit_code, "FAILS" in changed.stdout) == (4, True)


@pytest.mark.parametrize("inside", ["BVS112Result", "BVS112Return"])
@pytest.mark.parametrize("wrapped", ["BVS112Message", "BVS111Message", None])
def test_verify_wants_a_gateway_for_whatever_says_that_it_is_a_receipt(
    terminal: Terminal, office: Office, tmp_path: Path, inside: str, wrapped: str | None
) -> None:
    """The signed root's type decides, whatever it holds or the envelope says, and is what is shown."""
    ours = TemplateSigner(office.operator.key, office.operator.certificate)
    text = f'<BVS112Message xmlns="urn:eport-gateway:bvs:1" guid="{new_guid()}" version="1.0"><{inside}>'
    document = ours.seal(f"{text}<returnStatus>800</returnStatus></{inside}></BVS112Message>".encode())
    if wrapped:
        head = envelope.Head(new_guid(), "DXPGATE000000001", (CUSTOMS,), datetime.now(UTC), wrapped)
        document = envelope.build(head, document)
    file = tmp_path / "forged.xml"
    file.write_bytes(document)
    told = terminal.run("verify", file)
    assert told.exit_code == 4, told.output
    assert "BVS112" in told.stdout
    assert "BVS111" not in told.stdout


def test_verify_wants_a_gateway_for_a_reply(terminal: Terminal, peer: Peer, tmp_path: Path) -> None:
    """A DxpRep signed by a party of the same CA fails for its usage alone."""
    terminal.run("sign", SAMPLE, "--envelope", "-o", tmp_path / "envelope.xml")
    body = (tmp_path / "envelope.xml").read_bytes()
    (tmp_path / "good.xml").write_bytes(peer.take(body))
    peer.replies.clear()
    peer.signer = peer.forger
    (tmp_path / "forged.xml").write_bytes(peer.take(body))
    assert terminal.run("verify", tmp_path / "good.xml").exit_code == 0
    forged = terminal.run("verify", tmp_path / "forged.xml")
    assert (forged.exit_code, "not a gateway's certificate" in forged.stdout) == (4, True)


def test_a_signed_envelope_goes_out_as_it_is(terminal: Terminal, peer: Peer, tmp_path: Path) -> None:
    """What sign --envelope made is posted byte for byte, also without a certificate at hand."""
    made = tmp_path / "envelope.xml"
    terminal.run("sign", SAMPLE, "--envelope", "-o", made)
    ca = terminal.office.ca_pem
    done = terminal.run("send", made, "--ca", ca, demo=False)
    assert done.exit_code == 0, done.output
    assert peer.bodies == [made.read_bytes()]


def test_login_check_says_who(terminal: Terminal, peer: Peer) -> None:
    """By certificate and by account; a wrong password ends with 7; every session is closed."""
    by_card = terminal.run("login-check")
    assert (by_card.exit_code, "role operator" in by_card.stdout) == (0, True)
    assert terminal.run("login-check", "--account", "operator1").exit_code == 0
    ca, url = str(terminal.office.ca_pem), terminal.url
    wrong = terminal.run(
        "login-check", "--account", "operator1", "--ca", ca, "--url", url, demo=False, EPORT_PASSWORD="no"
    )
    assert wrong.exit_code == 7
    assert peer.tokens == set()


def test_passwords_never_show(terminal: Terminal, office: Office, tmp_path: Path) -> None:
    """A wrong password is refused without being printed; there is no option that takes one."""
    secret = tmp_path / "secret"
    secret.write_text("not the right one")
    done = terminal.run("sign", SAMPLE, "--p12", office.p12, "--p12-password-file", secret, demo=False)
    assert done.exit_code == 8
    assert "the passphrase does not open it" in done.stderr
    assert "not the right one" not in done.output
    assert PASSWORD not in terminal.run("send", SAMPLE).output
    assert "--password " not in CliRunner().invoke(main, ["send", "-h"]).output


def test_the_output_speaks_chinese(terminal: Terminal, peer: Peer) -> None:
    """By --lang or by the locale; refusals too."""
    assert "报文编号" in terminal.run("send", "--fresh", SAMPLE, "--lang", "zh").stdout
    assert "海关入库" in terminal.run("poll", LANG="zh_CN.UTF-8").stdout
    assert "无法读取" in terminal.run("send", "nowhere.xml", "--lang", "zh").stderr


@pytest.mark.parametrize("command", ["send", "poll", "status", "sign", "verify", "login-check"])
def test_every_command_documents_its_exit_codes(command: str) -> None:
    """-h works everywhere and names the exit codes."""
    done = CliRunner().invoke(main, [command, "-h"])
    assert done.exit_code == 0
    assert "Exit codes" in done.output


def test_without_a_file_the_usage_is_shown(terminal: Terminal) -> None:
    """Nothing to send is a wrong usage, exit code 2."""
    assert terminal.run("send").exit_code == 2


def test_other_receivers_are_reached_with_a_session(terminal: Terminal, peer: Peer) -> None:
    """What goes to customs needs no login; what is routed to others is sent by a session."""
    terminal.run("send", "--fresh", SAMPLE)
    assert peer.senders == [False]
    assert terminal.run("send", "--fresh", SAMPLE, "--to", "DXPENT0000000002").exit_code == 0
    assert peer.senders == [False, True]
    assert peer.tokens == set()
