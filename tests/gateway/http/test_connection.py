"""What one connection may do to the server, and what it gets for it."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

import pytest

from tests.gateway.http.client import Client
from tests.gateway.http.conftest import Serve

GET = b"GET /hello HTTP/1.1\r\nHost: g\r\n\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: g\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def test_requests_of_one_connection_are_answered_in_turn(serve: Serve) -> None:
    """A connection is kept, and each request on it gets its own answer."""
    with serve().client() as client:
        assert client.send(GET).answer().body == b"hello"
        assert client.send(POST + b"Content-Length: 3\r\n\r\nabc").answer().body == b"abc"
        assert client.send(CHUNKED + b"2\r\nab\r\n1;x=y\r\nc\r\n0\r\nT: 1\r\n\r\n").answer().body == b"abc"


def test_pipelined_requests_are_answered_in_their_order(serve: Serve) -> None:
    """Many requests in one packet get as many answers, in order, bodies and all."""
    with serve().client() as client:
        for number in range(300):
            body = str(number).encode()
            client.send(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert [client.answer().body for _ in range(300)] == [str(number).encode() for number in range(300)]


def test_requests_behind_a_body_in_chunks_are_answered_in_their_order(serve: Serve) -> None:
    """Where a body in chunks ends the next request begins, though both come in one packet."""
    with serve().client() as client:
        chunked = CHUNKED + b"6\r\n0\r\n\r\na\r\n0\r\nT: x\r\n\r\n"
        client.send((chunked + POST + b"Content-Length: 3\r\n\r\nabc") * 20)
        assert [client.answer().body for _ in range(40)] == [b"0\r\n\r\na", b"abc"] * 20


def test_another_protocol_that_is_offered_is_declined_by_going_on(serve: Serve) -> None:
    """An Upgrade header changes nothing: the body is read, and the connection goes on in HTTP/1.1."""
    upgrade = POST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    with serve().client() as client:
        assert client.send(upgrade + b"Content-Length: 3\r\n\r\nabc").answer().body == b"abc"
        chunked = upgrade + b"Transfer-Encoding: chunked\r\n\r\n1\r\nd\r\n0\r\n\r\n"
        assert client.send(chunked + GET).answer().body == b"d"
        assert client.answer().body == b"hello"


def test_a_pipeline_behind_a_waiting_request_is_not_read_on(serve: Serve) -> None:
    """While an answer is awaited, only a little of what follows is taken into memory; the rest stays out."""
    serving = serve(pipelined_bytes=1000)
    with serving.client() as client:
        client.socket.setblocking(False)
        client.socket.send(b"GET /never HTTP/1.1\r\nHost: g\r\n\r\n")
        with pytest.raises(BlockingIOError):
            _flood(client)
        (connection,) = serving.server.connections
        assert len(connection._buffer) < 256 * 1024


@pytest.mark.parametrize("piece", [b"GET /hello HT", b""])
def test_a_slow_header_is_cut(serve: Serve, piece: bytes) -> None:
    """A client that does not finish its headers in time is answered 408, or cut when it never began."""
    with serve(header_seconds=0.1).client() as client:
        client.send(piece)
        if piece:
            assert client.answer().status == 408
        assert client.ended()


def test_trickling_does_not_move_the_deadline(serve: Serve) -> None:
    """A byte now and then keeps a connection no longer than its deadline."""
    with serve(header_seconds=0.2).client() as client:
        began = time.monotonic()
        client.socket.settimeout(0.02)
        first = b""
        while not first and time.monotonic() - began < 5:
            client.send(b"G")
            with suppress(TimeoutError):
                first = client.socket.recv(12)
        assert first == b"HTTP/1.1 408"


def test_a_slow_body_is_cut(serve: Serve) -> None:
    """A body that does not come in time is answered 408 and the connection ends."""
    with serve(body_seconds=0.1).client() as client:
        answer = client.send(POST + b"Content-Length: 10\r\n\r\nabc").answer()
        assert answer.status == 408
        assert answer.headers["connection"] == "close"
        assert client.ended()


def test_an_idle_connection_is_closed(serve: Serve) -> None:
    """Between two requests a connection is kept for so long only, and closed without a word."""
    with serve(idle_seconds=0.1).client() as client:
        assert client.send(GET).answer().status == 200
        assert client.ended()


def test_a_connection_is_not_kept_for_ever(serve: Serve) -> None:
    """After so many requests a connection says that it closes, and does."""
    with serve(requests=3).client() as client:
        closes = [client.send(GET).answer().headers.get("connection") for _ in range(3)]
        assert closes == [None, None, "close"]
        assert client.ended()


def test_a_client_that_does_not_read_is_cut_and_holds_little(serve: Serve) -> None:
    """Requests whose answers nobody reads fill the transport's buffer once, then nothing more is done."""
    serving = serve(write_seconds=0.3)
    with serving.client(receive_buffer=4096) as client:
        client.send(b"GET /large HTTP/1.1\r\nHost: g\r\n\r\n" * 200)
        assert serving.loop.call(lambda: serving.server.budget.used) <= 1_000_000
        (connection,) = serving.server.connections
        deadline = time.monotonic() + 30
        while serving.server.connections and time.monotonic() < deadline:
            assert connection._served <= 5
            time.sleep(0.02)
        assert not serving.server.connections
        assert serving.server.budget.used == 0


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (POST + b"Content-Length: 100001\r\n\r\n", 413),
        (CHUNKED + b"186a1\r\n" + b"x" * 100_001 + b"\r\n0\r\n\r\n", 413),
        (CHUNKED + b"4\r\nabcde\r\n", 400),
        (CHUNKED + b"zz\r\n", 400),
        (CHUNKED + b"0x4\r\nabcd\r\n", 400),
        (CHUNKED + b"-1\r\n", 400),
        (CHUNKED + b"4" + b" " * 100 + b"\r\n", 400),
        (CHUNKED + b"1\nabc\n0\n\n", 400),
        (CHUNKED + b"1\r\nx\r\n" * 1200, 400),
        (CHUNKED + b"4;" + b"x" * 5000 + b"\r\nabcd\r\n0\r\n\r\n", 400),
        (CHUNKED + b"0\r\nT: " + b"x" * 5000 + b"\r\n\r\n", 400),
        (CHUNKED + b"0\r\nT: \0\r\n\r\n", 400),
        (POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
        (POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
        (POST + b"Content-Length: 3, 3\r\n\r\nabc", 400),
        (POST + b"Content-Length: +3\r\n\r\nabc", 400),
        (POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: xchunked\r\n\r\n", 501),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        (POST + b"Transfer-Encoding : chunked\r\n\r\n", 400),
        (POST + b"X: a\r\n b\r\n\r\n", 400),
        (POST + b"X: a\rb\r\n\r\n", 400),
        (POST + b"X: a\nY: b\r\n\r\n", 400),
        (POST + b"X: \0\r\n\r\n", 400),
        (POST + b"Content-Length:\r\n\r\n", 400),
        (POST + b"Content-Length: 99999999999999999999\r\n\r\n", 400),
        (POST + b"Content-Length: 18446744073709551615\r\n\r\n", 413),
        (POST + b"Authorization: a\r\nAuthorization: b\r\n\r\n", 400),
        (b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501),
        (POST + b"Host: other\r\n\r\n", 400),
        (POST + b"Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", 415),
        (b"POST /echo HTTP/1.1\r\n\r\n", 400),
        (b"GET http://other/hello HTTP/1.1\r\nHost: g\r\n\r\n", 400),
        (b"GET /hello HTTP/2.0\r\nHost: g\r\n\r\n", 505),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"GET /hello RTSP/1.0\r\nHost: g\r\n\r\n", 400),
        (b"CONNECT /hello HTTP/1.1\r\nHost: g\r\n\r\n", 400),
        (b"CONNECT g:443 HTTP/1.1\r\nHost: g\r\n\r\n", 400),
        (b"\r\n\r\n", 400),
        (b"GET  /hello HTTP/1.1\r\nHost: g\r\n\r\n", 400),
        (b"GET /hello\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET /hello HTTP/1.1\r\nHost: g\r\n" + b"A: b\r\n" * 70 + b"\r\n", 431),
        (b"GET /hello HTTP/1.1\r\nHost: g\r\nA: " + b"b" * 20_000, 431),
        (b"GET /hello HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\n\r\nx", 413),
        (b"GET /" + b"x" * 5000 + b" HTTP/1.1\r\nHost: g\r\n\r\n", 414),
    ],
    ids=lambda value: repr(value)[:60] if isinstance(value, bytes) else str(value),
)  # fmt: skip
def test_what_is_doubtful_is_refused_and_the_connection_ends(
    serve: Serve, request_: bytes, status: int
) -> None:
    """Doubtful framing is not guessed at: one refusal, and nothing after it is read as a request."""
    with serve().client() as client:
        client.send(request_ + GET)
        answer = client.answer()
        assert answer.status == status
        assert answer.headers["connection"] == "close"
        assert answer.json["info"]
        assert client.ended()


@pytest.mark.parametrize(
    ("line", "status"), [("GET /nowhere", 404), ("POST /hello", 405), ("GET /../hello", 404)]
)
def test_unknown_calls_are_refused_and_the_connection_goes_on(serve: Serve, line: str, status: int) -> None:
    """An unknown path or method is no reason to end a connection."""
    with serve().client() as client:
        assert client.ask(line).status == status
        assert client.ask("GET /hello").status == 200


def test_an_error_of_the_gateway_is_answered_500_with_its_number(serve: Serve) -> None:
    """A bug says nothing about itself but a number that the log has too, and the connection goes on."""
    with serve().client() as client:
        answer = client.ask("GET /fail")
        assert answer.status == 500
        assert "number" in answer.json["info"]
        assert b"a bug" not in answer.body
        assert client.ask("GET /hello").status == 200


def test_a_handler_without_an_answer_is_answered_for(serve: Serve) -> None:
    """When nothing comes of a request in time, its client is told to send it again."""
    with serve(handler_seconds=0.1).client() as client:
        assert client.ask("GET /never").status == 503


def test_a_full_gateway_says_when_to_come_again(serve: Serve) -> None:
    """With bytes in flight at their limit a body is refused with 503 and Retry-After; later it is taken."""
    serving = serve(in_flight_bytes=1000)
    with serving.client() as holder, serving.client() as client:
        holder.send(POST + b"Content-Length: 900\r\n\r\n" + b"x" * 800)
        _until(lambda: serving.server.budget.used == 800)
        answer = client.ask("POST /echo", b"y" * 300)
        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0
        assert holder.send(b"x" * 100).answer().status == 200
    with serving.client() as client:
        assert client.ask("POST /echo", b"y" * 300).status == 200
    _until(lambda: serving.server.budget.used == 0)


def test_one_address_cannot_hold_all_the_bytes(serve: Serve) -> None:
    """Over its share an address is refused while others are still served; here the budget has room left."""
    serving = serve(in_flight_bytes=100_000, in_flight_bytes_per_address=1000)
    with serving.client() as holder, serving.client() as client:
        holder.send(POST + b"Content-Length: 900\r\n\r\n" + b"x" * 800)
        _until(lambda: serving.server.budget.used == 800)
        assert client.ask("POST /echo", b"y" * 300).status == 503
        assert serving.server.budget.fits(1000, "192.0.2.9")
    _until(lambda: serving.server.budget.used == 0)


def test_a_body_that_stops_coming_is_cut_before_its_time(serve: Serve) -> None:
    """However much came at first: what then only trickles is answered 408 long before the body's deadline."""
    serving = serve(body_seconds=60, body_grace_seconds=0.1, body_bytes_per_second=100_000)
    with serving.client() as client:
        began = time.monotonic()
        client.send(POST + b"Content-Length: 99000\r\n\r\n" + b"x" * 98_000)
        assert client.answer().status == 408
        assert client.ended()
        assert time.monotonic() - began < 5
    _until(lambda: serving.server.budget.used == 0)


def test_a_body_that_comes_on_is_waited_for(serve: Serve) -> None:
    """A slow line that keeps to the rate gets its whole body through, grace after grace."""
    serving = serve(body_grace_seconds=0.3, body_bytes_per_second=1)
    with serving.client() as client:
        client.send(POST + b"Content-Length: 40\r\n\r\n")
        client.socket.settimeout(0.02)
        for _ in range(39):
            client.send(b"x")
            with pytest.raises(TimeoutError):
                client.socket.recv(1)
        client.socket.settimeout(10)
        assert client.send(b"x").answer().body == b"x" * 40


def test_chunks_are_counted_against_the_same_limit(serve: Serve) -> None:
    """A body that does not announce its length is refused the moment the limit is passed."""
    serving = serve(in_flight_bytes=1000)
    with serving.client() as client:
        answer = client.send(CHUNKED + b"400\r\n" + b"x" * 1024 + b"\r\n0\r\n\r\n").answer()
        assert answer.status == 503
    _until(lambda: serving.server.budget.used == 0)


def test_an_upload_is_handed_on_in_blocks(serve: Serve) -> None:
    """However large, a streamed body is in memory a block at a time."""
    with serve().client() as client:
        size, most = client.ask("PUT /stream", b"x" * 3_000_000).body.split()
        assert int(size) == 3_000_000
        assert int(most) <= 256 * 1024
        assert client.ask("PUT /stream", b"y").body == b"1 1"
        assert client.ask("GET /hello").status == 200


def test_a_streamed_body_keeps_its_limit_and_its_time(serve: Serve) -> None:
    """An upload that is too long, or too slow, is refused as any other body."""
    serving = serve(body_seconds=0.1)
    head = b"PUT /stream HTTP/1.1\r\nHost: g\r\n"
    with serving.client() as client:
        assert client.send(head + b"Content-Length: 10000001\r\n\r\n").answer().status == 413
    with serving.client() as client:
        assert client.send(head + b"Content-Length: 10\r\n\r\nx").answer().status == 408
        assert client.ended()
    with serving.client() as client:
        assert client.send(head + b"Transfer-Encoding: chunked\r\n\r\nq\r\n").answer().status == 400


def test_continue_is_said_only_to_a_body_that_is_taken(serve: Serve) -> None:
    """Expect: 100-continue is answered before the body is sent, by Continue or by the refusal."""
    head = POST + b"Expect: 100-continue\r\nContent-Length: "
    with serve().client() as client:
        assert client.send(head + b"3\r\n\r\n").answer().status == 100
        assert client.send(b"abc").answer().body == b"abc"
        assert client.send(head + b"999999\r\n\r\n").answer().status == 413


def test_connections_of_one_address_are_limited(serve: Serve) -> None:
    """One connection more than allowed is closed at once; when one ends, the next is let in."""
    serving = serve(connections_per_address=2)
    with serving.client() as first, serving.client() as second:
        assert first.ask("GET /hello").status == second.ask("GET /hello").status == 200
        with serving.client() as third:
            assert third.ended()
    _until(lambda: not serving.server.connections)
    with serving.client() as fourth:
        assert fourth.ask("GET /hello").status == 200


def test_stopping_finishes_what_was_accepted(serve: Serve) -> None:
    """A stopping server ends idle connections at once, and the others after their answer."""
    serving = serve()
    with serving.client() as idle, serving.client() as busy:
        assert idle.ask("GET /hello").status == 200
        busy.send(POST + b"Content-Length: 6\r\n\r\nabc")
        _until(lambda: serving.server.budget.used == 3)
        stopped = serving.loop.call(lambda: [serving.server.stop(5)])[0]
        assert idle.ended()
        answer = busy.send(b"def").answer()
        assert (answer.body, answer.headers["connection"]) == (b"abcdef", "close")
        assert busy.ended()
        serving.loop.call(lambda: stopped)
    with serving.client() as late:
        assert late.ended()


def test_stopping_cuts_what_does_not_end(serve: Serve) -> None:
    """After the grace period nobody holds the server up."""
    serving = serve()
    with serving.client() as client:
        client.send(b"GET /never HTTP/1.1\r\nHost: g\r\n\r\n")
        _until(lambda: len(serving.server.connections) == 1)
        serving.loop.call(serving.server.stop, 0.1)
        assert client.ended()


def test_a_client_that_leaves_ends_its_request(serve: Serve) -> None:
    """When a client goes, the answer that nobody waits for any more is not waited for either."""
    serving = serve()
    with serving.client() as client:
        client.send(b"GET /never HTTP/1.1\r\nHost: g\r\n\r\n")
        _until(lambda: len(serving.server.connections) == 1)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    _until(lambda: not serving.server.connections)


def _flood(client: Client) -> None:
    """Send requests until the kernel takes no more of them."""
    for _ in range(1000):
        client.socket.send(GET * 2000)
        time.sleep(0.001)


def _until(condition: object) -> None:
    deadline = time.monotonic() + 30
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_the_client_of_these_tests_reads_what_it_is_sent(serve: Serve) -> None:
    """An answer ends where its length says."""
    serving = serve()
    with Client(serving.port) as client:
        assert len(client.ask("GET /large").body) == 1_000_000
        assert client.ask("GET /hello").body == b"hello"
