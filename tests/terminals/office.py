"""A demo home without a gateway: a CA, the gateway's certificates, an operator, a stranger of the same CA."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway import pki

DXP_ID = "DXPENT0000000001"
CUSTOMS = "DXPCUS0000000001"
PASSWORD = "open sesame"
SAMPLE = Path(__file__).parents[1] / "samples" / "bonded" / "BVS111.xml"


@dataclass(frozen=True, slots=True)
class Office:
    """What a terminal's user has, and the keys of the other side."""

    home: Path
    ca: pki.Pair
    gateway: pki.Pair
    operator: pki.Pair
    stranger: pki.Pair
    tls_pem: Path
    dxp_id: str = DXP_ID

    @property
    def ca_pem(self) -> Path:
        """The CA that is trusted."""
        return self.home / "demo" / "ca.pem"

    @property
    def p12(self) -> Path:
        """The operator's certificate file."""
        return self.home / "demo" / "operator1.p12"

    @property
    def options(self) -> list[str]:
        """What makes a command the operator of this office."""
        return ["--demo", str(self.home), "--as", "operator"]


def furnish(home: Path) -> Office:
    """Make the keys, certificates and files under `home`."""
    now = datetime.now(UTC) - timedelta(hours=1)  # before any module took the time for its tests
    demo = home / "demo"
    demo.mkdir(parents=True)
    ca = pki.authority("test CA", now)
    keys = [pki.new_key(kind) for kind in ("P-256", "P-256", "RSA-2048", "P-256")]
    name = pki.subject
    gateway = pki.Pair(keys[0], pki.issue_signer(ca, keys[0], name("gateway"), now, gateway=True))
    who = name("李录", "浦东演示进出口有限公司", DXP_ID)
    operator = pki.Pair(keys[2], pki.issue_signer(ca, keys[2], who, now, card="operator"))
    other = name("stranger", "somebody else", "DXPENT0000000002")
    stranger = pki.Pair(keys[3], pki.issue_signer(ca, keys[3], other, now))
    server = pki.issue_server(ca, keys[1], ("localhost", "127.0.0.1"), now)
    tls_pem = home / "tls.pem"
    tls_pem.write_bytes(pki.key_pem(keys[1]) + pki.pem(server))
    (demo / "ca.pem").write_bytes(pki.pem(ca.certificate))
    (demo / "operator1.p12").write_bytes(pki.p12(operator, "李录", PASSWORD, [ca.certificate]))
    party = {
        "role": "operator",
        "name": "浦东演示进出口有限公司",
        "holder": "李录",
        "copCode": "3122260001",
        "dxpId": DXP_ID,
        "p12": "operator1.p12",
        "password": PASSWORD,
        "account": "operator1",
        "accountPassword": "right",
    }
    desk = {
        **party,
        "role": "customs",
        "dxpId": CUSTOMS,
        "account": "customs",
        "name": "演示海关",
        "holder": "王核",
    }
    listing = json.dumps([desk, party], ensure_ascii=False)
    (demo / "parties.json").write_text(listing, encoding="utf-8")
    return Office(home, ca, gateway, operator, stranger, tls_pem)
