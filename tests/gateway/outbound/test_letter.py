"""Letters and addresses: what may be written to, and that nobody adds a header."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.outbound.letter import letter, name_of, normal, valid
from storage.notices import WAITING, Notice

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def notice(
    subject: str = "海关通知 / a call", body: str = "正文\nbody", address: str = "a@b.example"
) -> Notice:
    """One that waits."""
    return Notice(
        1, "<1@gate.example>", "mail", "P", address, subject, body, WAITING, 0, NOW, None, None, NOW, None
    )  # fmt: skip


def read(content: bytes) -> email.message.EmailMessage:
    """As a mail program does."""
    found = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(found, email.message.EmailMessage)
    return found


@pytest.mark.parametrize("address", ["a@b.example", "first.last+tag@sub-1.example.com", "o'neil@x.example"])
def test_plain_addresses_are_written_to(address: str) -> None:
    """As people have them."""
    assert valid(address)


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "@b.example", "a@", "a@b", "a b@c.example", "a@b.example\n", "a@b.example\r\nRCPT TO:<x@y>",
        "<a@b.example>", '"a b"@c.example', "a@b.example,c@d.example", "a@[127.0.0.1]", "a..b@c.example",
        "a@-b.example", f"{'a' * 65}@b.example", f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.example",
        "a@b.exam\0ple", "张@b.example", "a@例.example", "a@b.example ", "a@b@c.example",
    ],
)  # fmt: skip
def test_nothing_else_is_an_address(address: str) -> None:
    """No quotes, brackets, lists, controls, nor what a mail server could take for more than one."""
    assert not valid(address)


def test_an_address_in_capitals_is_the_same() -> None:
    """So that nobody registers twice by it."""
    assert normal(" A@B.Example ") == "a@b.example"


def test_a_letter_says_what_the_notice_says() -> None:
    """In any characters, under the notice's own name and time, and marked as sent by a machine."""
    made = read(letter(notice(), "gate@gate.example", "E-Port 网关"))
    assert made["Subject"] == "海关通知 / a call"
    assert made.get_content() == "正文\nbody\n"
    assert made["Message-ID"] == "<1@gate.example>"
    assert made["To"] == "a@b.example"
    assert made["From"].addresses[0].display_name == "E-Port 网关"
    assert made["Date"].datetime == NOW
    assert made["Auto-Submitted"] == "auto-generated"


def test_a_letter_is_seven_bits_in_short_lines() -> None:
    """Any server takes it, and no line of it begins with the dot that would end it."""
    content = letter(notice(subject="长" * 300, body=".\n..\n" + "长" * 5000), "gate@gate.example", "网关")
    assert content.isascii()
    lines = content.split(b"\n")
    assert max(map(len, lines)) < 998
    assert not any(line.startswith(b".") for line in lines)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_no_text_adds_a_header(subject: str, body: str, sender: str) -> None:
    """Whatever is in a subject, a body or the gateway's name, the headers are the gateway's own."""
    hostile = f"{subject}\r\nBcc: thief@x.example\n\n{sender}\x0b\x0c\x85\u2028X: y"
    made = read(letter(notice(subject=hostile, body=body), "gate@gate.example", hostile))
    assert set(made.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding",
    }  # fmt: skip
    assert made["To"] == "a@b.example"
    assert len(made["From"].addresses) == 1


def test_a_name_is_the_same_for_the_same_and_tells_nothing() -> None:
    """Message-IDs are seen by others: no case number or address is in them."""
    assert (
        name_of("P1/call", "x.example") == name_of("P1/call", "x.example") != name_of("P2/call", "x.example")
    )
    assert "P1" not in name_of("P1/call", "x.example")
