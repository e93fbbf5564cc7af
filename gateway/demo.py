"""The demo's people: a CA, the gateway's certificates, and parties with their files and passwords.

Knows the names that a trial needs, the only ones of the gateway's side that name roles; refuses to be part of
a real gateway. `make` writes files, `rows` says what the registry must hold for them; both are used by
`eport-gateway init --demo` alone. What lies in `demo/` is a contract with whoever tries the gateway:
ca.pem, gateway.pem and parties.json with, for each holder, role, name, copCode, dxpId, p12, password, account
and accountPassword. The terminal host is nobody who tries the gateway: its file is host.p12, named with its
password in host.json.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509

from gateway import card_office, pki
from gateway.settings import Settings
from storage.cards import Card

HOSTS = ("localhost", "127.0.0.1")
FOLDER_NOTE = "demo only: these keys and passwords are for trying out, never for real messages\n"

OFFICE = "DEMO"  # of the card numbers

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for another letter


@dataclass(frozen=True, slots=True)
class DemoParty:
    """A party (参与方) of the demo."""

    dxp_id: str
    cop_code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class DemoHolder:
    """Somebody who acts for a party: a certificate with a card kind or none, and an account."""

    role: str
    party: DemoParty
    holder: str
    file: str  # name of the .p12, and of the account
    card: str = ""
    key: str = "RSA-2048"


@dataclass(frozen=True, slots=True)
class Issued:
    """A holder of the demo with what was made for them."""

    who: DemoHolder
    certificate: x509.Certificate
    password: str
    account_password: str  # '' for nobody's: the host has no account
    card: Card | None = None  # that `eport-terminal virtual-card` makes of the file


_DESK = DemoParty("DXPCUS0000000001", "0100000001", "演示海关 Demo Customs", "customs")
_FIRST = DemoParty("DXPENT0000000001", "3122260001", "浦东演示进出口有限公司", "enterprise")
_SECOND = DemoParty("DXPENT0000000002", "4403160002", "深圳演示电子有限公司", "enterprise")
_AGENCY = DemoParty("DXPAGE0000000001", "1100980001", "演示报关代理有限公司", "agency")
_INSPECTORS = DemoParty("DXPAGE0000000002", "1100980002", "演示装运前检验有限公司", "agency")
_OFFICE_1 = DemoParty("DXPOFF0000000001", "FCUSTOMS01", "Foreign Customs One", "officer")
_OFFICE_2 = DemoParty("DXPOFF0000000002", "FCUSTOMS02", "Foreign Customs Two", "officer")
_CARRIER = DemoParty("DXPCAR0000000001", "3100990001", "演示承运人 Demo Carrier", "carrier")
_WATCH = DemoParty("DXPOPS0000000001", "OPERATIONS", "演示运行值班室 Demo Operations", "operations")
_HOST = DemoParty("DXPHOST000000001", "TERMHOST01", "演示终端主机 Demo Terminal Host", "host")

PARTIES = (_DESK, _FIRST, _SECOND, _AGENCY, _INSPECTORS, _OFFICE_1, _OFFICE_2, _CARRIER, _WATCH, _HOST)

HOLDERS = (
    DemoHolder("customs", _DESK, "关员 王核", "customs"),
    DemoHolder("enterprise", _FIRST, "法定代表人 陈立", "enterprise1", card="legal"),
    DemoHolder("operator", _FIRST, "操作员 李录", "operator1", card="operator"),
    DemoHolder("enterprise", _SECOND, "法定代表人 周望", "enterprise2", card="legal"),
    DemoHolder("operator", _SECOND, "操作员 赵申", "operator2", card="operator", key="P-256"),
    DemoHolder("agency", _AGENCY, "报关员 孙理", "agency", card="operator"),
    DemoHolder("officer", _OFFICE_1, "Officer A. Moreau", "officer1"),
    DemoHolder("officer", _OFFICE_2, "Officer K. Tanaka", "officer2"),
    DemoHolder("carrier", _CARRIER, "舱单员 吴航", "carrier"),
    DemoHolder("agency", _INSPECTORS, "检验员 何验", "inspector1", card="operator"),
    DemoHolder("operations", _WATCH, "值班员 钱望", "operations"),
)

HOST = DemoHolder("host", _HOST, "终端主机 Terminal Host", "host", key="P-256")
"""Lets people in over SSH; it has a certificate and no account."""


def make(settings: Settings, now: datetime) -> tuple[Issued, ...]:
    """Write the demo's CA, the gateway's own keys and certificates, and the files of every holder.

    The folders of the home must exist. Nothing is registered yet: that is for whoever has the database.
    """
    ca = pki.authority("E-Port gateway demo CA", now)
    identity = settings.gateway
    signer_key, tls_key = pki.new_key(), pki.new_key()
    signer_name = pki.subject(identity.name, identity.name, identity.dxp_id)
    signer = pki.issue_signer(ca, signer_key, signer_name, now, gateway=True)
    server = pki.issue_server(ca, tls_key, HOSTS, now)

    pki.write_whole(settings.gateway_key, pki.key_pem(signer_key))
    pki.write_whole(settings.tls_key, pki.key_pem(tls_key))
    settings.gateway_certificate.write_bytes(pki.pem(signer))
    settings.tls_certificate.write_bytes(pki.pem(server))
    (settings.ca_folder / "demo.pem").write_bytes(pki.pem(ca.certificate))

    pki.write_whole(settings.demo / "ca.key", pki.key_pem(ca.key))
    (settings.demo / "ca.pem").write_bytes(pki.pem(ca.certificate))
    (settings.demo / "gateway.pem").write_bytes(pki.pem(signer))
    (settings.demo / "README").write_text(FOLDER_NOTE, encoding="utf-8")

    issued = tuple(_issue(settings, ca, who, number, now) for number, who in enumerate(HOLDERS, 1))
    listing = [_entry(each) for each in issued]
    text = json.dumps(listing, ensure_ascii=False, indent=2) + "\n"
    pki.write_whole(settings.demo / "parties.json", text.encode())
    host = replace(_issue(settings, ca, HOST, 0, now), account_password="")
    told = {"dxpId": HOST.party.dxp_id, "p12": f"{HOST.file}.p12", "password": host.password}
    pki.write_whole(settings.demo / "host.json", (json.dumps(told, indent=2) + "\n").encode())
    return (*issued, host)


def _issue(settings: Settings, ca: pki.Pair, who: DemoHolder, number: int, now: datetime) -> Issued:
    key = pki.new_key(who.key)
    party = who.party
    own = card_office.number(OFFICE, number) if who.card else ""
    name = pki.subject(who.holder, party.name, party.dxp_id, own)
    certificate = pki.issue_signer(ca, key, name, now, card=who.card)
    password = _password()
    file = pki.p12(pki.Pair(key, certificate), who.holder, password, [ca.certificate])
    pki.write_whole(settings.demo / f"{who.file}.p12", file)
    card = Card(own, party.dxp_id, who.holder, party.name, who.card, who.role, "card", "") if own else None
    return Issued(who, certificate, password, _password(), card)


def _password() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def _entry(issued: Issued) -> dict[str, str]:
    who = issued.who
    return {
        "role": who.role,
        "name": who.party.name,
        "holder": who.holder,
        "copCode": who.party.cop_code,
        "dxpId": who.party.dxp_id,
        "p12": f"{who.file}.p12",
        "password": issued.password,
        "account": who.file,
        "accountPassword": issued.account_password,
    }
