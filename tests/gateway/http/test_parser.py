"""What llhttp and the checks beside it take, against h11, another implementation of the same standard."""

from __future__ import annotations

import contextlib

import h11
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.http.parser import BadRequest, Chunks, Head, parse_head, split_head

_LINES = st.sampled_from(
    [
        b"Host: a", b"Host: a:8443", b"Host: [::1]:1", b"host:a", b"Host : a", b"Host: a b",
        b"Content-Length: 5",
        b"Content-Length: 5 ", b"Content-Length:\t5", b"Content-Length: 5,5", b"Content-Length: 0x5",
        b"Content-Length: -5", b"Content-Length: 99999999999999999999", b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: Chunked", b"Transfer-Encoding: chunked, chunked", b"Transfer-Encoding: identity",
        b"Transfer-Encoding:\x0bchunked", b"Transfer-Encoding", b" folded", b"\tfolded", b"X: \xff",
        b"X: \x00",
        b"X: a\rb", b"X: a\nb", b": x", b"X:", b"Connection: close", b"Connection: keep-alive, X",
        b"Expect: 100-continue", b"", b"\r", b"Connection: upgrade", b"Upgrade: h2c", b"Content-Length:",
    ]
)  # fmt: skip
_FIRST = st.sampled_from(
    [
        b"GET / HTTP/1.1", b"POST /a?b=c HTTP/1.1", b"GET / HTTP/1.0", b"GET /  HTTP/1.1", b"get / HTTP/1.1",
        b"GET / HTTP/1.2", b"GET / http/1.1", b"GET * HTTP/1.1", b"GET http://a/ HTTP/1.1",
        b"GET /\xff HTTP/1.1",
        b"CONNECT a:1 HTTP/1.1", b"GET /", b"", b"GET / HTTP/1.1 ", b" GET / HTTP/1.1", b"PRI * HTTP/2.0",
        b"GET / RTSP/1.0", b"SOURCE / ICE/1.1", b"CONNECT /a HTTP/1.1", b"GET /a HTTP/0.9",
    ]
)  # fmt: skip
_SEPARATOR = st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"])


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """A request that is nearly right, or not at all."""
    parts = [draw(_FIRST), *draw(st.lists(_LINES, max_size=5))]
    return b"".join(part + draw(_SEPARATOR) for part in parts) + b"\r\n"


def ours(raw: bytes) -> tuple[Head, int] | None:
    """What this parser makes of it; None where it refuses, or waits for more."""
    try:
        end = split_head(raw)
        return (parse_head(raw[:end]), end) if end > 0 else None
    except BadRequest:
        return None


@settings(max_examples=400, deadline=None)
@given(requests())
@example(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
@example(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
def test_what_is_accepted_means_the_same_to_another_parser(raw: bytes) -> None:
    """Nothing is taken that h11 refuses, and where both take it, method, target and framing agree."""
    found = ours(raw)
    if found is None:
        return
    head, end = found
    other = h11.Connection(h11.SERVER)
    other.receive_data(raw[:end])
    event = other.next_event()
    assert isinstance(event, h11.Request)
    assert (event.method.decode(), event.target.decode()) == (head.method, head.target)
    headers = dict(event.headers)
    if head.length is None:
        assert headers[b"transfer-encoding"] == b"chunked"
        assert b"content-length" not in headers
    else:
        assert int(headers.get(b"content-length", b"0")) == head.length


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.binary(min_size=1, max_size=300) | st.text("\r\n0a", min_size=1).map(str.encode), max_size=8),
    st.lists(st.integers(1, 40), max_size=60),
    st.sampled_from([b"0\r\n\r\n", b"0\r\nT: x\r\n\r\n", b"00;e=f\r\nT: x\r\nU:\r\n\r\n"]),
    st.sampled_from([b"", b"NEXT", b"\r\n\r\n", b"0\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"]),
)
@example([], [1, 2, 2], b"0\r\n\r\n", b"\r\n\r\n")
@example([b"\n0\r\n\r\n0\r\n\r", b"\n"], [3, 1, 9, 4, 2, 1, 1, 5, 3], b"0\r\n\r\n", b"NEXT")
def test_chunks_come_off_however_they_are_cut(
    blocks: list[bytes], cuts: list[int], last: bytes, follows: bytes
) -> None:
    """The same body comes out whatever the packets' borders are, and what follows is left alone."""
    wire = b"".join(b"%x;a=b\r\n%s\r\n" % (len(block), block) for block in blocks) + last + follows
    chunks, body, after = Chunks(), b"", b""
    while wire:
        size = cuts.pop() if cuts else len(wire)
        piece, rest = chunks.feed(wire[:size]) if not chunks.done else (b"", wire[:size])
        body, after, wire = body + piece, after + rest, wire[size:]
    assert chunks.done
    assert (body, after) == (b"".join(blocks), follows)


@pytest.mark.parametrize("between", [b";" + b"x" * 5000, b"\r\nT: " + b"x" * 5000])
def test_a_body_is_not_mostly_framing(between: bytes) -> None:
    """Extensions and trailers that never end are refused while they come, not gathered and not waited out."""
    chunks = Chunks()
    chunks.feed(b"1\r\nx\r\n0")
    with pytest.raises(BadRequest) as refused:
        chunks.feed(between)
    assert refused.value.status == 400


def test_a_body_of_empty_lines_costs_no_more_than_any_other() -> None:
    """Data full of empty lines is fed as it comes, not from one to the next; every byte of it comes out."""
    data = b"\r\n\r\n" * 16_384
    chunks = Chunks()
    calls = 0
    feed = chunks._parser.feed_data

    class Counting:
        def feed_data(self, piece: bytes) -> None:
            nonlocal calls
            calls += 1
            feed(piece)

    chunks._parser = Counting()  # type: ignore[assignment]
    body, rest = chunks.feed(b"%x\r\n%s\r\n0\r\n\r\nNEXT" % (len(data), data))
    assert (body, rest) == (data, b"NEXT")
    assert calls < 10


def test_a_body_that_seems_to_end_again_and_again_is_cut_early() -> None:
    """Data made of nothing but what looks like a body's end is refused after a few, not followed for ever."""
    chunks = Chunks()
    with pytest.raises(BadRequest) as refused:
        chunks.feed(b"fffff\r\n" + b"\n0\r\n\r\n" * 10_000)
    assert refused.value.status == 400


@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket"])
def test_another_protocol_that_is_offered_is_not_taken(upgrade: bytes) -> None:
    """A request that would rather go on in another protocol is read as any other, body and all."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: " + upgrade + b"\r\n"
    assert parse_head(head + b"Content-Length: 5\r\n\r\n").length == 5
    assert parse_head(head + b"Transfer-Encoding: chunked\r\n\r\n").length is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_parser(raw: bytes) -> None:
    """Whatever comes, it is a head, a wait for more, or a refusal with a status."""
    for data in (raw, raw + b"\r\n\r\n", b"POST / HTTP/1.1\r\n" + raw + b"\r\n\r\n"):
        ours(data)
    with contextlib.suppress(BadRequest):
        Chunks().feed(raw)


def test_a_head_that_never_ends_is_refused() -> None:
    """No more than the allowed bytes are gathered in the hope of an empty line."""
    with pytest.raises(BadRequest) as refused:
        split_head(b"x" * 20_000)
    assert refused.value.status == 431
