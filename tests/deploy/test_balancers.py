"""HAProxy and nginx in front of a gateway, with the files that are shipped for them."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from messages.reply import parse as parse_reply
from tests.deploy import balancers
from tests.scenarios.house import PATIENCE, House, free_port

Balancer = Callable[[Path, int, Sequence[House]], list[str]]
BALANCERS = {"haproxy": balancers.haproxy, "nginx": balancers.nginx}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A gateway that believes balancers on this machine, and takes two connections of each client."""
    limits = {"EPORT_LISTEN__BALANCERS": '["127.0.0.1"]', "EPORT_LIMITS__CONNECTIONS_PER_ADDRESS": "2"}
    house = House(tmp_path_factory.mktemp("house") / "home", **limits)
    house.start()
    yield house
    house.close()


@pytest.fixture(params=BALANCERS)
def port(request: pytest.FixtureRequest, house: House, tmp_path: Path) -> Iterator[int]:
    """Where the balancer takes connections."""
    port = free_port()
    command = BALANCERS[request.param](tmp_path, port, [house])
    with balancers.running(command, port, tmp_path / "balancer.log"):
        yield port


def client(house: House, port: int, source: str) -> httpx.Client:
    """A client at loopback address `source`, which reaches the gateway through the balancer."""
    trusted = ssl.create_default_context(cafile=str(house.home / "demo" / "ca.pem"))
    transport = httpx.HTTPTransport(verify=trusted, local_address=source)
    return httpx.Client(base_url=f"https://127.0.0.1:{port}", transport=transport, timeout=PATIENCE)


def test_a_message_goes_through_the_balancer(house: House, port: int) -> None:
    """Under the gateway's own certificate: the balancer opens nothing."""
    person = house.person("operator")
    with client(house, port, "127.0.0.1") as through:
        answer = through.post("/v1/messages", content=person.envelope(person.signed()))
    assert answer.status_code == 200, answer.text
    assert parse_reply(answer.content).code == "0000"


def test_clients_behind_a_balancer_do_not_share_their_limits(house: House, port: int) -> None:
    """One that has all the connections it may keeps nobody else out."""
    greedy = [client(house, port, "127.0.0.2") for _ in range(2)]
    try:
        for each in greedy:
            assert each.get("/healthz").status_code == 200  # and stays connected
        with client(house, port, "127.0.0.3") as other:
            assert other.get("/healthz").status_code == 200
        with client(house, port, "127.0.0.2") as more, pytest.raises(httpx.TransportError):
            more.get("/healthz")
    finally:
        for each in greedy:
            each.close()
